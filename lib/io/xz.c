#include "hd/io/xz.h"

#include "hd/base/mem.h"

#include <lzma.h>

enum { INPUT_SIZE = 64 * 1024 };

#define DEFAULT_THREADING ((uint64_t)64 * 1024 * 1024)
#define DEFAULT_MAX       ((uint64_t)128 * 1024 * 1024)

typedef struct xz_source {
    hd_source base;
    hd_source *inner;
    lzma_stream stream;
    bool input_ended;
    bool ended;
    uint8_t input[INPUT_SIZE];
} xz_source;

static int explain(lzma_ret result, hd_error *err)
{
    switch ((int)result) {
    case LZMA_FORMAT_ERROR:
        return hd_fail(err, HD_E_INVALID, "xz: not an xz stream");
    case LZMA_OPTIONS_ERROR:
        return hd_fail(err, HD_E_INVALID, "xz: unsupported options");
    case LZMA_DATA_ERROR:
        return hd_fail(err, HD_E_INVALID, "xz: the compressed data is damaged");
    case LZMA_BUF_ERROR:
        return hd_fail(err, HD_E_INVALID, "xz: the compressed data is truncated");
    case LZMA_MEMLIMIT_ERROR:
        return hd_fail(err, HD_E_LIMIT, "xz: the dictionary needs too much memory");
    case LZMA_MEM_ERROR:
        return hd_fail(err, HD_E_INTERNAL, "xz: out of memory");
    default:
        return hd_fail(err, HD_E_INTERNAL, "xz: error %d", (int)result);
    }
}

static int fill(xz_source *self, hd_error *err)
{
    if (self->stream.avail_in > 0 || self->input_ended) {
        return 0;
    }
    size_t got = 0;
    int status = hd_source_read(self->inner, self->input, sizeof(self->input), &got, err);
    if (status == 0) {
        self->stream.next_in = self->input;
        self->stream.avail_in = got;
        self->input_ended = got == 0;
    }
    return status;
}

/* The stream is over: so must be the input. */
static int check_nothing_follows(xz_source *self, hd_error *err)
{
    int status = fill(self, err);
    if (status == 0 && self->stream.avail_in > 0) {
        return hd_fail(err, HD_E_INVALID, "xz: data after the end of the xz stream");
    }
    return status;
}

static int xz_read(hd_source *self, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    xz_source *source = (xz_source *)self;
    source->stream.next_out = data;
    source->stream.avail_out = size;
    while (source->stream.avail_out == size && !source->ended && size > 0) {
        int status = fill(source, err);
        if (status != 0) {
            return status;
        }
        lzma_ret result = lzma_code(&source->stream, source->input_ended ? LZMA_FINISH : LZMA_RUN);
        if (result == LZMA_STREAM_END) {
            source->ended = true;
            status = check_nothing_follows(source, err);
        } else if (result != LZMA_OK) {
            status = explain(result, err);
        }
        if (status != 0) {
            return status;
        }
    }
    *ret_got = size - source->stream.avail_out;
    return 0;
}

static void xz_free(hd_source *self)
{
    xz_source *source = (xz_source *)self;
    lzma_end(&source->stream);
    hd_source_free(source->inner);
    free(source);
}

int hd_source_xz_take(hd_source *inner, const hd_xz_limits *limits, hd_source **ret_source,
                      hd_error *err)
{
    xz_source *source = hd_alloc(sizeof(*source));
    source->base = (hd_source){xz_read, xz_free};
    source->inner = inner;
    source->stream = (lzma_stream)LZMA_STREAM_INIT;
    hd_auto(hd_source) *owned = &source->base;
    uint64_t most = limits->memory_max == 0 ? DEFAULT_MAX : limits->memory_max;
    lzma_mt options = {
        .threads = limits->threads == 0 ? lzma_cputhreads() : limits->threads,
        .memlimit_threading = limits->memory_threading == 0 ? DEFAULT_THREADING
                                                            : limits->memory_threading,
        .memlimit_stop = most,
    };
    if (options.threads == 0) {
        options.threads = 1;
    }
    lzma_ret result = options.threads == 1 ? lzma_stream_decoder(&source->stream, most, 0)
                                           : lzma_stream_decoder_mt(&source->stream, &options);
    if (result != LZMA_OK) {
        return explain(result, err);
    }
    *ret_source = HD_TAKE(owned);
    return 0;
}
