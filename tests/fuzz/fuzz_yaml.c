/* The YAML/JSON bridge: what was read is written as YAML and as JSON, and both read back to the
 * same tree. */
#include "hd/data/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const json_t *tree)
{
    hd_error err = {0};
    hd_auto_done(hd_buf) yaml = HD_BUF_INIT(4 * HD_MIB);
    hd_auto_done(hd_buf) json = HD_BUF_INIT(4 * HD_MIB);
    json_auto_t *from_yaml = NULL;
    json_auto_t *from_json = NULL;
    hd_yaml_write(&yaml, tree);
    hd_json_write(&json, tree);
    if (yaml.overflown || json.overflown) {
        return;
    }
    if (hd_yaml_parse(hd_buf_view(&yaml), "yaml", &from_yaml, &err) != 0 ||
        !json_equal(tree, from_yaml)) {
        (void)fprintf(stderr, "%s\n--- yaml\n%s--- json\n%s\n", err.message, yaml.data, json.data);
        abort();
    }
    if (hd_json_parse(hd_buf_view(&json), "json", &from_json, &err) != 0 ||
        !json_equal(tree, from_json)) {
        (void)fprintf(stderr, "%s\n--- json\n%s\n", err.message, json.data);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hd_error err = {0};
    hd_str text = {(const char *)data, size};
    json_auto_t *documents = NULL;
    json_auto_t *tree = NULL;
    if (hd_yaml_parse_all(text, "fuzz", &documents, &err) == 0) {
        for (size_t i = 0; i < json_array_size(documents); i++) {
            round_trip(json_array_get(documents, i));
        }
    }
    if (hd_json_parse(text, "fuzz", &tree, &err) == 0) {
        round_trip(tree);
    }
    return 0;
}
