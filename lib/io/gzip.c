#include "hd/io/gzip.h"

#include "hd/base/mem.h"

#include <assert.h>
#include <libdeflate.h>

typedef struct gzip_sink {
    hd_sink base;
    hd_sink *inner;
    struct libdeflate_compressor *compressor;
    uint8_t *output;
    size_t output_size;
    size_t filled;
    bool any; /* a member was written */
    uint8_t input[HD_GZIP_CHUNK];
} gzip_sink;

static int put_member(gzip_sink *self, hd_error *err)
{
    size_t length = libdeflate_gzip_compress(self->compressor, self->input, self->filled,
                                             self->output, self->output_size);
    if (length == 0) {
        return hd_fail(err, HD_E_INTERNAL, "gzip: a chunk did not fit its bound");
    }
    self->filled = 0;
    self->any = true;
    return hd_sink_write(self->inner, self->output, length, err);
}

static int gzip_write(hd_sink *self, const void *data, size_t length, hd_error *err)
{
    gzip_sink *sink = (gzip_sink *)self;
    const uint8_t *bytes = data;
    while (length > 0) {
        size_t room = sizeof(sink->input) - sink->filled;
        size_t part = length < room ? length : room;
        memcpy(sink->input + sink->filled, bytes, part);
        sink->filled += part;
        bytes += part;
        length -= part;
        if (sink->filled == sizeof(sink->input)) {
            int status = put_member(sink, err);
            if (status != 0) {
                return status;
            }
        }
    }
    return 0;
}

static int gzip_finish(hd_sink *self, hd_error *err)
{
    gzip_sink *sink = (gzip_sink *)self;
    int status = sink->filled > 0 || !sink->any ? put_member(sink, err) : 0;
    return status == 0 ? hd_sink_finish(sink->inner, err) : status;
}

static void gzip_free(hd_sink *self)
{
    gzip_sink *sink = (gzip_sink *)self;
    libdeflate_free_compressor(sink->compressor);
    hd_sink_free(sink->inner);
    free(sink->output);
    free(sink);
}

hd_sink *hd_sink_gzip_take(hd_sink *inner, int level)
{
    assert(level >= 1 && level <= 12);
    gzip_sink *sink = hd_alloc(sizeof(*sink));
    sink->base = (hd_sink){gzip_write, gzip_finish, gzip_free};
    sink->inner = inner;
    sink->compressor = libdeflate_alloc_compressor(level);
    assert(sink->compressor != NULL); /* only fails without memory */
    sink->output_size = libdeflate_gzip_compress_bound(sink->compressor, HD_GZIP_CHUNK);
    sink->output = hd_alloc(sink->output_size);
    return &sink->base;
}
