#include "hd/base/vec.h"

#include "hd/base/mem.h"

#include <string.h>

static size_t next_capacity(size_t capacity)
{
    return capacity < 8 ? 8 : capacity * 2;
}

void *hd_vec_grow_(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    *capacity = next_capacity(*capacity);
    return hd_realloc_array(items, *capacity, size);
}

void *hd_vec_grow_arena_(hd_arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    *capacity = next_capacity(*capacity);
    void *grown = hd_arena_alloc_array(arena, *capacity, size);
    if (count > 0) {
        memcpy(grown, items, count * size);
    }
    return grown;
}
