/*
 * stream.h: bytes that come (source) and bytes that go (sink), to be put one around the other.
 *
 *     hd_auto(hd_source) *file = NULL, *tar = NULL;
 *     hd_source_file(path, &file, err); hd_source_skip...; hd_source_xz(HD_TAKE(file), &limits,
 * &tar, err);
 *
 * A decorator takes ownership of the stream it stands on ("_take") and frees it. A sink must be
 * finished for the data to count: hd_sink_finish flushes through all decorators, inner ones last;
 * hd_sink_free without finish drops what was not written. Streams belong to one thread at a time.
 */
#ifndef HD_IO_STREAM_H
#define HD_IO_STREAM_H

#include "hd/base/error.h"
#include "hd/io/digest.h"

#include <stdint.h>

typedef struct hd_source hd_source;
typedef struct hd_sink hd_sink;

/* What an implementation provides; its state begins with the struct hd_source / hd_sink. */
struct hd_source {
    int (*read)(hd_source *self, void *data, size_t size, size_t *ret_got, hd_error *err);
    void (*free)(hd_source *self);
};
struct hd_sink {
    int (*write)(hd_sink *self, const void *data, size_t length, hd_error *err);
    int (*finish)(hd_sink *self, hd_error *err);
    void (*free)(hd_sink *self);
};

/* Up to size bytes; *ret_got is 0 only at the end. */
int hd_source_read(hd_source *source, void *data, size_t size, size_t *ret_got,
                   hd_error *err) HD_CHECKED;
void hd_source_free(hd_source *source);
HD_DEFINE_AUTO(hd_source)

int hd_sink_write(hd_sink *sink, const void *data, size_t length, hd_error *err) HD_CHECKED;
int hd_sink_finish(hd_sink *sink, hd_error *err) HD_CHECKED;
void hd_sink_free(hd_sink *sink);
HD_DEFINE_AUTO(hd_sink)

/* Everything from one to the other (the sink is not finished); HD_E_CANCELLED when interrupted. */
int hd_stream_copy(hd_source *from, hd_sink *to, hd_error *err) HD_CHECKED;

/* Reads fd from offset on with pread: several sources may share one descriptor, which stays the
 * caller's. */
hd_source *hd_source_fd(int fd, int64_t offset, const char *name);
/* Bytes that live longer than the source. */
hd_source *hd_source_memory(hd_str data);
/* Updates the digest (borrowed) with all that passes. */
hd_source *hd_source_digest_take(hd_source *inner, hd_digest *digest);

/* Writes to fd (the caller's); name is for messages. */
hd_sink *hd_sink_fd(int fd, const char *name);
/* Updates digest (borrowed, may be NULL) and adds to *count (may be NULL) on the way to inner. */
hd_sink *hd_sink_digest_take(hd_sink *inner, hd_digest *digest, uint64_t *count);

#endif
