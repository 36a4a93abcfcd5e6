/*
 * strmap.h: text to pointer, in the order of insertion.
 *
 *     hd_auto(hd_strmap) *seen = hd_strmap_new();
 *     if (!hd_strmap_put(seen, name, value)) ... already there ...
 *     for (size_t i = 0; i < hd_strmap_count(seen); i++) hd_strmap_key_at(seen, i) ...
 *
 * Keys are copied, values are borrowed. Hashing is keyed with random bytes, so hostile names cannot
 * collide on purpose; the order never depends on it.
 */
#ifndef HD_BASE_STRMAP_H
#define HD_BASE_STRMAP_H

#include "hd/base/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hd_strmap hd_strmap;

hd_strmap *hd_strmap_new(void) __attribute__((returns_nonnull));
void hd_strmap_free(hd_strmap *map);
HD_DEFINE_AUTO(hd_strmap)

/* False, and nothing changes, when the key is there already. */
bool hd_strmap_put(hd_strmap *map, const char *key, void *value);
/* NULL when the key is not there. */
void *hd_strmap_get(const hd_strmap *map, const char *key);
bool hd_strmap_has(const hd_strmap *map, const char *key);
size_t hd_strmap_count(const hd_strmap *map);
const char *hd_strmap_key_at(const hd_strmap *map, size_t index);
void *hd_strmap_value_at(const hd_strmap *map, size_t index);

#endif
