#include "hd_test.h"

#include "hd/base/mem.h"
#include "hd/base/vec.h"
#include "hd/io/gzip.h"
#include "hd/io/pool.h"
#include "hd/io/sign.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <zlib.h>

/* A source that fails after its bytes. */
typedef struct broken {
    hd_source base;
    size_t left;
} broken;

static int broken_read(hd_source *self, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    broken *source = (broken *)self;
    if (source->left == 0) {
        return hd_fail(err, HD_E_UNREACHABLE, "the line broke");
    }
    *ret_got = size < source->left ? size : source->left;
    memset(data, 'x', *ret_got);
    source->left -= *ret_got;
    return 0;
}

static void broken_free(hd_source *self)
{
    free(self);
}

static hd_source *broken_after(size_t bytes)
{
    broken *source = hd_alloc(sizeof(*source));
    *source = (broken){{broken_read, broken_free}, bytes};
    return &source->base;
}

static void digests_have_known_values(void)
{
    static const struct {
        hd_digest_kind kind;
        const char *text;
        const char *hex;
    } rows[] = {
        {HD_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {HD_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {HD_BLAKE2B, "supercalifragilisticexpialadocious",
         "2ca8ebafca7e189de2a36125b92a1db20f393d1e2708f5daa55e51cf05114437"},
        {HD_BLAKE2B, "foo\n", "20590a52c4f00588c500328b16d466c982a26fabaa5fa4dcc83052dd0a84f233"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        char hex[HD_DIGEST_HEX_SIZE];
        hd_digest_of(rows[i].kind, hd_str_of(rows[i].text), hex);
        HD_CHECK_STR(hex, rows[i].hex);
    }
}

static void signatures_hold_or_not(void)
{
    unsigned char public_key[HD_SIGN_PUBLIC_SIZE];
    unsigned char secret_key[HD_SIGN_SECRET_SIZE];
    unsigned char signed_text[HD_SIGN_SIZE + 5];
    unsigned char seed[32] = {7};
    HD_CHECK_INT(crypto_sign_seed_keypair(public_key, secret_key, seed), 0);
    HD_CHECK_INT(crypto_sign(signed_text, NULL, (const unsigned char *)"hello", 5, secret_key), 0);
    hd_str message = {0};
    hd_str whole = {(const char *)signed_text, sizeof(signed_text)};
    HD_CHECK(hd_sign_open(whole, public_key, &message));
    HD_CHECK(hd_str_is(message, "hello"));
    HD_CHECK(!hd_sign_open((hd_str){whole.data, 63}, public_key, &message));
    for (size_t i = 0; i < sizeof(signed_text); i += 7) {
        signed_text[i] ^= 1;
        HD_CHECK(!hd_sign_open(whole, public_key, &message));
        signed_text[i] ^= 1;
    }
    HD_CHECK(hd_equal_secret("ab", "ab", 2));
    HD_CHECK(!hd_equal_secret("ab", "ac", 2));
}

static void streams_pass_bytes_and_faults(void)
{
    hd_error err = {0};
    char text[200000];
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = (char)(i * 31);
    }
    const char *path = hd_test_path("out");
    hd_auto_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    hd_auto(hd_digest) *in_digest = hd_digest_new(HD_SHA256);
    hd_auto(hd_digest) *out_digest = hd_digest_new(HD_SHA256);
    uint64_t count = 0;
    hd_auto(hd_source) *source = hd_source_digest_take(
        hd_source_memory((hd_str){text, sizeof(text)}), in_digest);
    hd_auto(hd_sink) *sink = hd_sink_digest_take(hd_sink_fd(fd, path), out_digest, &count);
    HD_CHECK_OK(hd_stream_copy(source, sink, &err), err);
    HD_CHECK_OK(hd_sink_finish(sink, &err), err);
    HD_CHECK_INT(count, sizeof(text));
    char a[HD_DIGEST_HEX_SIZE];
    char b[HD_DIGEST_HEX_SIZE];
    hd_digest_final(in_digest, a);
    hd_digest_final(out_digest, b);
    HD_CHECK_STR(a, b);
    hd_auto(hd_source) *back = hd_source_fd(fd, 100000, path);
    char read_back[10];
    size_t got = 0;
    HD_CHECK_OK(hd_source_read(back, read_back, sizeof(read_back), &got, &err), err);
    HD_CHECK(got == 10 && memcmp(read_back, text + 100000, 10) == 0);

    hd_auto(hd_source) *bad = broken_after(70000);
    hd_auto(hd_sink) *to = hd_sink_fd(fd, path);
    HD_CHECK_FAILS(hd_stream_copy(bad, to, &err), err, HD_E_UNREACHABLE, "the line broke");
    hd_auto(hd_source) *some = broken_after(10);
    hd_auto(hd_sink) *closed = hd_sink_fd(-1, "nowhere");
    HD_CHECK_FAILS(hd_stream_copy(some, closed, &err), err, HD_E_INTERNAL, "writing nowhere");
}

/* All members, inflated one after the other. */
static size_t gunzip(const unsigned char *data, size_t length, unsigned char *out, size_t room,
                     unsigned *ret_members)
{
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)data,
                       .avail_in = (unsigned)length,
                       .next_out = out,
                       .avail_out = (unsigned)room};
    *ret_members = 0;
    while (stream.avail_in > 0 && inflateInit2(&stream, 15 + 16) == Z_OK) {
        int result = inflate(&stream, Z_FINISH);
        (void)inflateEnd(&stream);
        if (result != Z_STREAM_END) {
            return 0;
        }
        (*ret_members)++;
    }
    return room - stream.avail_out;
}

static void gzip_is_made_of_members(void)
{
    static const struct {
        size_t size;
        unsigned members;
    } rows[] = {{0, 1}, {1, 1}, {HD_GZIP_CHUNK, 1}, {HD_GZIP_CHUNK + 1, 2}, {3 * HD_GZIP_CHUNK, 3}};
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_auto_free unsigned char *text = hd_alloc(rows[i].size + 1);
        hd_auto_free unsigned char *packed = hd_alloc(rows[i].size + 1000);
        hd_auto_free unsigned char *again = hd_alloc(rows[i].size + 1);
        for (size_t j = 0; j < rows[i].size; j++) {
            text[j] = (unsigned char)(j >> 8 ^ j * 3);
        }
        hd_auto_close int fd = open(hd_test_path("gz"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
                                    0600);
        hd_auto(hd_sink) *sink = hd_sink_gzip_take(hd_sink_fd(fd, "gz"), HD_GZIP_LEVEL);
        for (size_t at = 0; at < rows[i].size;) { /* in pieces of odd size */
            size_t part = rows[i].size - at < 77777 ? rows[i].size - at : 77777;
            HD_CHECK_OK(hd_sink_write(sink, text + at, part, &err), err);
            at += part;
        }
        HD_CHECK_OK(hd_sink_finish(sink, &err), err);
        ssize_t length = pread(fd, packed, rows[i].size + 1000, 0);
        unsigned members = 0;
        HD_CHECK(length > 18 && memcmp(packed, "\x1f\x8b\x08\0\0\0\0\0", 8) == 0);
        HD_CHECK_INT(gunzip(packed, (size_t)length, again, rows[i].size + 1, &members),
                     rows[i].size);
        HD_CHECK_INT(members, rows[i].members);
        HD_CHECK(memcmp(text, again, rows[i].size) == 0);
    }
}

typedef struct job {
    int number;
    int result;
    int failing;
    atomic_int *started;
} job;

static int square(void *argument, hd_error *err)
{
    job *self = argument;
    atomic_fetch_add(self->started, 1);
    if (self->failing) {
        return hd_fail(err, HD_E_INVALID, "job %d failed", self->number);
    }
    self->result = self->number * self->number;
    return 0;
}

static void the_pool_does_every_job_once(void)
{
    for (unsigned threads = 0; threads < 9; threads += 2) {
        hd_error err = {0};
        atomic_int started = 0;
        job jobs[50];
        for (int i = 0; i < 50; i++) {
            jobs[i] = (job){.number = i, .started = &started};
        }
        HD_CHECK_OK(hd_pool_run(threads, jobs, sizeof(jobs[0]), HD_COUNT(jobs), square, &err), err);
        HD_CHECK_INT(started, 50);
        for (int i = 0; i < 50; i++) {
            HD_CHECK_INT(jobs[i].result, i * i);
        }
    }
    hd_error err = {0};
    HD_CHECK_OK(hd_pool_run(4, NULL, 1, 0, square, &err), err);
}

static void the_earliest_failure_counts(void)
{
    hd_error err = {0};
    atomic_int started = 0;
    job jobs[40];
    for (int i = 0; i < 40; i++) {
        jobs[i] = (job){.number = i, .started = &started, .failing = i == 3 || i == 7};
    }
    HD_CHECK_FAILS(hd_pool_run(1, jobs, sizeof(jobs[0]), HD_COUNT(jobs), square, &err), err,
                   HD_E_INVALID, "job 3 failed");
    HD_CHECK_INT(started, 4);
    for (int i = 0; i < 20; i++) {
        HD_CHECK_FAILS(hd_pool_run(4, jobs, sizeof(jobs[0]), HD_COUNT(jobs), square, &err), err,
                       HD_E_INVALID, "failed");
    }
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(digests_have_known_values),
                                    HD_TEST(signatures_hold_or_not),
                                    HD_TEST(streams_pass_bytes_and_faults),
                                    HD_TEST(gzip_is_made_of_members),
                                    HD_TEST(the_pool_does_every_job_once),
                                    HD_TEST(the_earliest_failure_counts),
                                    {0}};
    return hd_test_main(argc, argv, "stream", tests);
}
