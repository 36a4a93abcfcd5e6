/* Key files: nothing that parses may have a name that leaves the key directory. */
#include "hd/base/file.h"
#include "hd/package/keys.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hd_error err = {0};
    hd_key key;
    if (hd_key_parse((hd_str){(const char *)data, size}, "key", &key, &err) == 0 &&
        (!hd_path_is_safe(hd_str_of(key.name)) || strchr(key.name, '/') != NULL ||
         strlen(key.revision) != 14)) {
        abort();
    }
    return 0;
}
