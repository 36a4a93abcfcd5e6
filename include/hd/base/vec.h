/*
 * vec.h: typed dynamic arrays.
 *
 *     typedef HD_VEC(hd_layer) hd_layers;
 *     hd_layers layers = {0};
 *     hd_vec_push(&layers, layer);
 *     for (size_t i = 0; i < layers.count; i++) use(&layers.items[i]);
 *     hd_vec_done(&layers);
 *
 * Items are moved when the array grows: keep indexes, not addresses, while pushing. hd_vec_done
 * releases the array, not what its items point to. For arrays that live in an arena use
 * hd_vec_push_arena and never hd_vec_done.
 */
#ifndef HD_BASE_VEC_H
#define HD_BASE_VEC_H

#include "hd/base/arena.h"

#include <stddef.h>

#define HD_VEC(type)                                                                               \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

#define hd_vec_push(vec, item)                                                                     \
    do {                                                                                           \
        (vec)->items = hd_vec_grow_((vec)->items, (vec)->count, &(vec)->capacity,                  \
                                    sizeof((vec)->items[0]));                                      \
        (vec)->items[(vec)->count++] = (item);                                                     \
    } while (0)

#define hd_vec_push_arena(arena, vec, item)                                                        \
    do {                                                                                           \
        (vec)->items = hd_vec_grow_arena_((arena), (vec)->items, (vec)->count, &(vec)->capacity,   \
                                          sizeof((vec)->items[0]));                                \
        (vec)->items[(vec)->count++] = (item);                                                     \
    } while (0)

#define hd_vec_done(vec)                                                                           \
    do {                                                                                           \
        free((vec)->items);                                                                        \
        (vec)->items = NULL;                                                                       \
        (vec)->count = (vec)->capacity = 0;                                                        \
    } while (0)

void *hd_vec_grow_(void *items, size_t count, size_t *capacity, size_t size);
void *hd_vec_grow_arena_(hd_arena *arena, void *items, size_t count, size_t *capacity, size_t size);

/* A list of text in an arena: the shape most facts have. */
typedef HD_VEC(const char *) hd_strings;

#endif
