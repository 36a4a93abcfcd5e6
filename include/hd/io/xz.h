/*
 * xz.h: the .xz stream of a package, decoded with liblzma.
 *
 * One stream, no concatenation and nothing after it (Habitat's own reader stops there too; what
 * follows would be signed bytes that nobody sees). A file of several blocks is decoded on several
 * threads while memory allows. Truncated or damaged data is HD_E_INVALID; a dictionary that needs
 * more than memory_max is HD_E_LIMIT.
 */
#ifndef HD_IO_XZ_H
#define HD_IO_XZ_H

#include "hd/io/stream.h"

typedef struct hd_xz_limits {
    uint32_t threads;          /* at most; 0 = the number of processors */
    uint64_t memory_threading; /* bytes above which fewer threads are used; 0 = 64 MiB */
    uint64_t memory_max;       /* bytes above which decoding fails; 0 = 128 MiB */
} hd_xz_limits;

int hd_source_xz_take(hd_source *inner, const hd_xz_limits *limits, hd_source **ret_source,
                      hd_error *err) HD_CHECKED;

#endif
