/*
 * mem.h: allocation that cannot fail, and strings made with it.
 *
 * For the small allocations of a one-shot program: when memory is out, the process says so on
 * stderr and exits with 70. Sizes that come from a file or a peer are not small allocations: they
 * go through hd_buf or hd_arena with a limit (buf.h, arena.h) and return an error.
 */
#ifndef HD_BASE_MEM_H
#define HD_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory, to be released with free(). A size of 0 gives a unique pointer. */
void *hd_alloc(size_t size) __attribute__((malloc, returns_nonnull));

/* Room for count elements; multiplication overflow counts as out of memory. New memory is not
 * zeroed. */
void *hd_realloc_array(void *pointer, size_t count, size_t size) __attribute__((returns_nonnull));

char *hd_strdup(const char *text) __attribute__((malloc, returns_nonnull));
char *hd_strndup(const char *text, size_t length) __attribute__((malloc, returns_nonnull));
char *hd_printf(const char *format, ...)
    __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

#endif
