/*
 * gzip.h: gzip as a sink, on libdeflate.
 *
 * Input is cut every HD_GZIP_CHUNK bytes, and each chunk becomes one gzip member: memory stays
 * small, and the bytes depend on nothing but the input, the level and libdeflate's version. Every
 * consumer we know reads concatenated members. Headers carry no time and no name.
 */
#ifndef HD_IO_GZIP_H
#define HD_IO_GZIP_H

#include "hd/io/stream.h"

enum { HD_GZIP_CHUNK = 1024 * 1024, HD_GZIP_LEVEL = 6 };

/* level 1..12 */
hd_sink *hd_sink_gzip_take(hd_sink *inner, int level);

#endif
