#include "hd/base/arena.h"

#include "hd/base/mem.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

enum { PAGE = 16 * 1024 };

typedef struct page {
    struct page *next;
    size_t used;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
} page;

struct hd_arena {
    page *pages;
};

hd_arena *hd_arena_new(void)
{
    return hd_alloc(sizeof(hd_arena));
}

void hd_arena_free(hd_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    for (page *next = arena->pages; next != NULL;) {
        page *dead = next;
        next = next->next;
        free(dead);
    }
    free(arena);
}

static page *page_with_room(hd_arena *arena, size_t size)
{
    page *first = arena->pages;
    if (first != NULL && first->size - first->used >= size) {
        return first;
    }
    size_t room = size > PAGE ? size : PAGE;
    page *fresh = hd_alloc(sizeof(page) + room);
    fresh->size = room;
    if (size > PAGE && first != NULL) { /* keep the page that still has room in front */
        fresh->next = first->next;
        first->next = fresh;
    } else {
        fresh->next = first;
        arena->pages = fresh;
    }
    return fresh;
}

void *hd_arena_alloc(hd_arena *arena, size_t size)
{
    assert(size <= SIZE_MAX / 2);
    size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    page *from = page_with_room(arena, rounded);
    void *memory = from->bytes + from->used;
    from->used += rounded;
    return memory;
}

void *hd_arena_alloc_array(hd_arena *arena, size_t count, size_t size)
{
    assert(size == 0 || count <= SIZE_MAX / 2 / size);
    return hd_arena_alloc(arena, count * size);
}

char *hd_arena_strndup(hd_arena *arena, const char *text, size_t length)
{
    char *copy = hd_arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *hd_arena_strdup(hd_arena *arena, const char *text)
{
    return hd_arena_strndup(arena, text, strlen(text));
}

char *hd_arena_printf(hd_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    char *text = hd_arena_alloc(arena, (size_t)length + 1);
    (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}
