/*
 * arena.h: memory for values that live and die together.
 *
 *     hd_auto(hd_arena) *arena = hd_arena_new();
 *     const char *name = hd_arena_strndup(arena, text, length);
 *
 * Every decoded model (a package, a workload, a layer plan) lives in an arena: it has no free
 * function of its own, and "hd_arena *arena" as first parameter means "the result lives as long as
 * arena". Memory is zeroed and aligned for any type. Allocation does not fail (mem.h); callers cap
 * what peers control before they allocate.
 *
 * Threads: an arena belongs to one thread at a time.
 */
#ifndef HD_BASE_ARENA_H
#define HD_BASE_ARENA_H

#include "hd/base/cleanup.h"

#include <stddef.h>

typedef struct hd_arena hd_arena;

hd_arena *hd_arena_new(void) __attribute__((returns_nonnull));
void hd_arena_free(hd_arena *arena);
HD_DEFINE_AUTO(hd_arena)

void *hd_arena_alloc(hd_arena *arena, size_t size) __attribute__((returns_nonnull));
void *hd_arena_alloc_array(hd_arena *arena, size_t count, size_t size)
    __attribute__((returns_nonnull));
char *hd_arena_strdup(hd_arena *arena, const char *text) __attribute__((returns_nonnull));
char *hd_arena_strndup(hd_arena *arena, const char *text, size_t length)
    __attribute__((returns_nonnull));
char *hd_arena_printf(hd_arena *arena, const char *format, ...)
    __attribute__((returns_nonnull, format(printf, 2, 3)));

#define HD_NEW(arena, type) ((type *)hd_arena_alloc((arena), sizeof(type)))
#define HD_NEW_ARRAY(arena, count, type)                                                           \
    ((type *)hd_arena_alloc_array((arena), (count), sizeof(type)))

#endif
