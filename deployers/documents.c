#include "deployers.h"

#include "hd/base/file.h"
#include "hd/data/yaml.h"

enum { PATCH_MAX = 4 * 1024 * 1024 };

int hd_deployer_load_patches(const hd_strings *paths, json_t **ret_patches, hd_error *err)
{
    json_auto_t *all = json_array();
    for (size_t i = 0; i < paths->count; i++) {
        hd_auto_free char *text = NULL;
        size_t length = 0;
        json_auto_t *documents = NULL;
        int status = hd_file_read(paths->items[i], PATCH_MAX, &text, &length, err);
        if (status == 0) { /* JSON is YAML as well */
            status = hd_yaml_parse_all((hd_str){text, length}, paths->items[i], &documents, err);
        }
        if (status != 0) {
            return status;
        }
        size_t index = 0;
        json_t *document = NULL;
        json_array_foreach(documents, index, document)
        {
            if (!json_is_object(document)) {
                return hd_fail(err, HD_E_INVALID, "%s: a patch must be a mapping", paths->items[i]);
            }
        }
        (void)json_array_extend(all, documents);
    }
    *ret_patches = HD_TAKE(all);
    return 0;
}
