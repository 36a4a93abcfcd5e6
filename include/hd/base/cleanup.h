/*
 * cleanup.h: owned locals are released when their scope ends.
 *
 *     hd_auto_free char *path = hd_printf("%s/IDENT", dir);
 *     hd_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
 *     hd_auto(hd_tempfile) *out = NULL;
 *     ...
 *     *ret_path = HD_TAKE(path);      // handed over: not released here
 *
 * Declare, initialise and own in one line; there is no goto. A type joins with HD_DEFINE_AUTO
 * beside its free function, which must accept NULL.
 */
#ifndef HD_BASE_CLEANUP_H
#define HD_BASE_CLEANUP_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HD_CLEANUP(function) __attribute__((cleanup(function), unused))

/* For a type whose destructor is TYPE_free(TYPE *): hd_auto(TYPE) *x = NULL; */
#define HD_DEFINE_AUTO(type)                                                                       \
    static inline void type##_auto(type **pointer)                                                 \
    {                                                                                              \
        type##_free(*pointer);                                                                     \
    }
#define hd_auto(type) HD_CLEANUP(type##_auto) type

/* For a struct on the stack whose destructor is TYPE_done(TYPE *): hd_auto_done(TYPE) x = {0}; */
#define HD_DEFINE_AUTO_DONE(type)                                                                  \
    static inline void type##_auto_done(type *object)                                              \
    {                                                                                              \
        type##_done(object);                                                                       \
    }
#define hd_auto_done(type) HD_CLEANUP(type##_auto_done) type

/* Yields the pointer and forgets it. */
#define HD_TAKE(pointer)                                                                           \
    __extension__({                                                                                \
        __typeof__(pointer) hd_taken_ = (pointer);                                                 \
        (pointer) = NULL;                                                                          \
        hd_taken_;                                                                                 \
    })

static inline void hd_free_auto_(void *pointer)
{
    int saved = errno;
    free(*(void **)pointer);
    errno = saved;
}
#define hd_auto_free HD_CLEANUP(hd_free_auto_)

static inline void hd_close_auto_(int *fd)
{
    if (*fd >= 0) {
        int saved = errno;
        (void)close(*fd);
        errno = saved;
    }
}
#define hd_auto_close HD_CLEANUP(hd_close_auto_)

static inline int hd_take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

static inline void hd_fclose_auto_(FILE **file)
{
    if (*file != NULL) {
        (void)fclose(*file);
    }
}
#define hd_auto_fclose HD_CLEANUP(hd_fclose_auto_)

#define HD_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
