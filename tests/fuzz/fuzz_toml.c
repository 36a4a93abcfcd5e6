/* TOML: whatever parses is a tree that can be written. */
#include "hd/data/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hd_error err = {0};
    json_auto_t *tree = NULL;
    if (hd_toml_parse((hd_str){(const char *)data, size}, "fuzz", &tree, &err) == 0) {
        hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
        hd_json_write(&text, tree);
    }
    return 0;
}
