#include "hd/data/merge.h"

/* RFC 7386, section 2, on fresh trees. */
json_t *hd_merge_patch(const json_t *target, const json_t *patch)
{
    if (!json_is_object(patch)) {
        return json_deep_copy(patch);
    }
    json_t *merged = json_is_object(target) ? json_deep_copy(target) : json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)patch, key, value)
    {
        if (json_is_null(value)) {
            (void)json_object_del(merged, key);
        } else {
            (void)json_object_set_new(merged, key,
                                      hd_merge_patch(json_object_get(merged, key), value));
        }
    }
    return merged;
}
