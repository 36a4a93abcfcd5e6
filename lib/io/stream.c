#include "hd/io/stream.h"

#include "hd/base/cancel.h"
#include "hd/base/file.h"
#include "hd/base/mem.h"

enum { COPY_SIZE = 64 * 1024 };

int hd_source_read(hd_source *source, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    return source->read(source, data, size, ret_got, err);
}

void hd_source_free(hd_source *source)
{
    if (source != NULL) {
        source->free(source);
    }
}

int hd_sink_write(hd_sink *sink, const void *data, size_t length, hd_error *err)
{
    return sink->write(sink, data, length, err);
}

int hd_sink_finish(hd_sink *sink, hd_error *err)
{
    return sink->finish(sink, err);
}

void hd_sink_free(hd_sink *sink)
{
    if (sink != NULL) {
        sink->free(sink);
    }
}

int hd_stream_copy(hd_source *from, hd_sink *to, hd_error *err)
{
    hd_auto_free char *chunk = hd_alloc(COPY_SIZE);
    for (;;) {
        size_t got = 0;
        int status = hd_cancel_check(err);
        if (status == 0) {
            status = hd_source_read(from, chunk, COPY_SIZE, &got, err);
        }
        if (status != 0 || got == 0) {
            return status;
        }
        status = hd_sink_write(to, chunk, got, err);
        if (status != 0) {
            return status;
        }
    }
}

/* A stretch of a file, by pread: the descriptor's own position is nobody's business. */
typedef struct fd_source {
    hd_source base;
    int fd;
    off_t at;
    char *name;
} fd_source;

static int fd_read(hd_source *self, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    fd_source *source = (fd_source *)self;
    ssize_t got = 0;
    do {
        got = pread(source->fd, data, size, source->at);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return hd_fail_errno(err, errno, "reading %s", source->name);
    }
    source->at += got;
    *ret_got = (size_t)got;
    return 0;
}

static void fd_free(hd_source *self)
{
    free(((fd_source *)self)->name);
    free(self);
}

hd_source *hd_source_fd(int fd, int64_t offset, const char *name)
{
    fd_source *source = hd_alloc(sizeof(*source));
    *source = (fd_source){{fd_read, fd_free}, fd, (off_t)offset, hd_strdup(name)};
    return &source->base;
}

typedef struct memory_source {
    hd_source base;
    hd_str rest;
} memory_source;

static int memory_read(hd_source *self, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    (void)err;
    memory_source *source = (memory_source *)self;
    size_t got = size < source->rest.length ? size : source->rest.length;
    if (got > 0) {
        memcpy(data, source->rest.data, got);
        source->rest = hd_str_from(source->rest, got);
    }
    *ret_got = got;
    return 0;
}

static void memory_free(hd_source *self)
{
    free(self);
}

hd_source *hd_source_memory(hd_str data)
{
    memory_source *source = hd_alloc(sizeof(*source));
    *source = (memory_source){{memory_read, memory_free}, data};
    return &source->base;
}

typedef struct digest_source {
    hd_source base;
    hd_source *inner;
    hd_digest *digest;
} digest_source;

static int digest_read(hd_source *self, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    digest_source *source = (digest_source *)self;
    int status = hd_source_read(source->inner, data, size, ret_got, err);
    if (status == 0) {
        hd_digest_update(source->digest, data, *ret_got);
    }
    return status;
}

static void digest_source_free(hd_source *self)
{
    hd_source_free(((digest_source *)self)->inner);
    free(self);
}

hd_source *hd_source_digest_take(hd_source *inner, hd_digest *digest)
{
    digest_source *source = hd_alloc(sizeof(*source));
    *source = (digest_source){{digest_read, digest_source_free}, inner, digest};
    return &source->base;
}

typedef struct fd_sink {
    hd_sink base;
    int fd;
    char *name;
} fd_sink;

static int fd_write(hd_sink *self, const void *data, size_t length, hd_error *err)
{
    fd_sink *sink = (fd_sink *)self;
    return hd_write_all(sink->fd, data, length, sink->name, err);
}

static int fd_finish(hd_sink *self, hd_error *err)
{
    (void)self;
    (void)err;
    return 0;
}

static void fd_sink_free(hd_sink *self)
{
    free(((fd_sink *)self)->name);
    free(self);
}

hd_sink *hd_sink_fd(int fd, const char *name)
{
    fd_sink *sink = hd_alloc(sizeof(*sink));
    *sink = (fd_sink){{fd_write, fd_finish, fd_sink_free}, fd, hd_strdup(name)};
    return &sink->base;
}

typedef struct digest_sink {
    hd_sink base;
    hd_sink *inner;
    hd_digest *digest;
    uint64_t *count;
} digest_sink;

static int digest_write(hd_sink *self, const void *data, size_t length, hd_error *err)
{
    digest_sink *sink = (digest_sink *)self;
    if (sink->digest != NULL) {
        hd_digest_update(sink->digest, data, length);
    }
    if (sink->count != NULL) {
        *sink->count += length;
    }
    return hd_sink_write(sink->inner, data, length, err);
}

static int digest_finish(hd_sink *self, hd_error *err)
{
    return hd_sink_finish(((digest_sink *)self)->inner, err);
}

static void digest_sink_free(hd_sink *self)
{
    hd_sink_free(((digest_sink *)self)->inner);
    free(self);
}

hd_sink *hd_sink_digest_take(hd_sink *inner, hd_digest *digest, uint64_t *count)
{
    digest_sink *sink = hd_alloc(sizeof(*sink));
    *sink = (digest_sink){{digest_write, digest_finish, digest_sink_free}, inner, digest, count};
    return &sink->base;
}
