#include "hd_test.h"

#include "hd/base/mem.h"
#include "hd/base/vec.h"
#include "hd/io/tar.h"
#include "hd/io/xz.h"

#include <fcntl.h>
#include <locale.h>
#include <lzma.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char long_name[] =
    "d/"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb/"
    "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

static const hd_tar_entry entries[] = {
    {.path = "d", .type = HD_TAR_DIR, .mode = 01777, .mtime = 1},
    {.path = "d/file", .type = HD_TAR_FILE, .mode = 04755, .mtime = 1700000000, .size = 5},
    {.path = "d/hard",
     .target = "d/file",
     .type = HD_TAR_HARDLINK,
     .mode = 04755,
     .mtime = 1700000000},
    {.path = "d/sym", .target = "/hab/pkgs/x", .type = HD_TAR_SYMLINK, .mode = 0777},
    {.path = "d/\xc3\xbcn\xc3\xafx \n'\"\\", .type = HD_TAR_FILE, .mode = 0600, .size = 5},
    {.path = "d/latin-\xe9", .type = HD_TAR_FILE, .mode = 0600, .size = 5},
    {.path = long_name,
     .type = HD_TAR_FILE,
     .mode = 0644,
     .uid = 3000000,
     .gid = 4000000,
     .size = 5},
    {.path = "d/empty", .type = HD_TAR_FILE, .mode = 0},
};

static int write_archive(const char *path, hd_error *err)
{
    hd_auto_close int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    hd_auto(hd_sink) *sink = hd_sink_fd(fd, path);
    hd_auto(hd_tar_writer) *writer = hd_tar_writer_new(sink);
    for (size_t i = 0; i < HD_COUNT(entries); i++) {
        int status = hd_tar_writer_entry(writer, &entries[i], err);
        if (status == 0 && entries[i].size > 0) {
            status = hd_tar_writer_data(writer, "hello", 5, err);
        }
        if (status != 0) {
            return status;
        }
    }
    return hd_tar_writer_finish(writer, err);
}

static hd_tar_reader *open_archive(const char *path, int *ret_fd)
{
    *ret_fd = open(path, O_RDONLY | O_CLOEXEC);
    return hd_tar_reader_new_take(hd_source_fd(*ret_fd, 0, path));
}

static void what_is_written_is_read(void)
{
    hd_error err = {0};
    const char *path = hd_test_path("a.tar");
    HD_REQUIRE(HD_CHECK_OK(write_archive(path, &err), err));
    hd_auto_close int fd = -1;
    hd_auto(hd_tar_reader) *reader = open_archive(path, &fd);
    hd_tar_entry entry = {0};
    bool more = true;
    for (size_t i = 0; i < HD_COUNT(entries); i++) {
        HD_REQUIRE(HD_CHECK_OK(hd_tar_reader_next(reader, &entry, &more, &err), err));
        HD_REQUIRE(HD_CHECK(more));
        HD_CHECK_STR(entry.path, entries[i].path);
        HD_CHECK_INT(entry.type, entries[i].type);
        HD_CHECK_INT(entry.mode, entries[i].mode);
        HD_CHECK_INT(entry.mtime, entries[i].mtime);
        HD_CHECK_INT(entry.uid, entries[i].uid);
        HD_CHECK_INT(entry.gid, entries[i].gid);
        HD_CHECK_INT(entry.size, entries[i].size);
        HD_CHECK_STR(entry.target, entries[i].target);
        char data[10] = {0};
        size_t got = 0;
        HD_CHECK_OK(hd_tar_reader_data(reader, data, sizeof(data), &got, &err), err);
        HD_CHECK_STR(data, entries[i].size > 0 ? "hello" : "");
    }
    HD_CHECK_OK(hd_tar_reader_next(reader, &entry, &more, &err), err);
    HD_CHECK(!more);
    struct stat info;
    HD_CHECK(stat(path, &info) == 0 && info.st_size % 10240 == 0);
}

static void bytes_do_not_depend_on_the_place(void)
{
    hd_error err = {0};
    HD_CHECK_OK(write_archive(hd_test_path("a.tar"), &err), err);
    (void)setenv("TZ", "Asia/Tokyo", 1);
    (void)setlocale(LC_ALL, "C.UTF-8");
    HD_CHECK_OK(write_archive(hd_test_path("b.tar"), &err), err);
    (void)setlocale(LC_ALL, "C");
    (void)unsetenv("TZ");
    char command[1000];
    (void)snprintf(command, sizeof(command), "cmp %s/a.tar %s/b.tar", hd_test_dir(), hd_test_dir());
    HD_CHECK_INT(system(command), 0);
    (void)snprintf(
        command, sizeof(command),
        "tar -tf %s/a.tar >/dev/null && /usr/bin/python3 -c 'import tarfile; t = "
        "tarfile.open(\"%s/a.tar\"); "
        "m = t.getmembers(); assert len(m) == 8, m; assert m[1].mode == 0o4755 and m[2].islnk(); "
        "assert all(x.uname == x.gname == \"\" for x in m)'",
        hd_test_dir(), hd_test_dir());
    HD_CHECK_INT(system(command), 0);
}

static void sizes_are_held_to(void)
{
    hd_error err = {0};
    hd_auto_close int fd = open(hd_test_path("s.tar"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    hd_auto(hd_sink) *sink = hd_sink_fd(fd, "s.tar");
    hd_auto(hd_tar_writer) *writer = hd_tar_writer_new(sink);
    hd_tar_entry entry = {.path = "x", .type = HD_TAR_FILE, .mode = 0644, .size = 3};
    HD_CHECK_OK(hd_tar_writer_entry(writer, &entry, &err), err);
    HD_CHECK_FAILS(hd_tar_writer_data(writer, "hello", 5, &err), err, HD_E_INTERNAL,
                   "longer than announced");
    HD_CHECK_OK(hd_tar_writer_data(writer, "he", 2, &err), err);
    HD_CHECK_FAILS(hd_tar_writer_finish(writer, &err), err, HD_E_INTERNAL,
                   "shorter than announced");
}

static int read_all(const char *data, size_t length, hd_error *err)
{
    hd_auto(hd_tar_reader) *reader = hd_tar_reader_new_take(
        hd_source_memory((hd_str){data, length}));
    hd_tar_entry entry = {0};
    int status = 0;
    for (bool more = true; status == 0 && more;) {
        status = hd_tar_reader_next(reader, &entry, &more, err);
    }
    return status;
}

static void damage_is_refused(void)
{
    hd_error err = {0};
    const char *path = hd_test_path("a.tar");
    HD_REQUIRE(HD_CHECK_OK(write_archive(path, &err), err));
    hd_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    static char data[100000];
    ssize_t length = read(fd, data, sizeof(data));
    HD_CHECK_OK(read_all(data, (size_t)length, &err), err);
    HD_CHECK(read_all(data, 1000, &err) != 0);
    HD_CHECK(read_all("not a tar archive at all, but long enough to look at", 52, &err) != 0);
    data[300] ^= 1; /* inside the first header: its checksum */
    HD_CHECK(read_all(data, (size_t)length, &err) != 0);
}

/* xz-compresses text in blocks of the given size (0: one block). */
static size_t compress(const uint8_t *text, size_t length, uint64_t block, uint8_t *out,
                       size_t room)
{
    lzma_stream stream = LZMA_STREAM_INIT;
    lzma_mt options = {.threads = 2, .block_size = block, .preset = 1, .check = LZMA_CHECK_CRC64};
    size_t made = 0;
    if (block == 0) {
        return lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, text, length, out, &made, room) ==
                       LZMA_OK
                   ? made
                   : 0;
    }
    if (lzma_stream_encoder_mt(&stream, &options) != LZMA_OK) {
        return 0;
    }
    stream.next_in = text;
    stream.avail_in = length;
    stream.next_out = out;
    stream.avail_out = room;
    while (lzma_code(&stream, LZMA_FINISH) == LZMA_OK) {
    }
    made = room - stream.avail_out;
    lzma_end(&stream);
    return made;
}

static int decode(const uint8_t *data, size_t length, const hd_xz_limits *limits, uint8_t *out,
                  size_t room, size_t *ret_length, hd_error *err)
{
    hd_auto(hd_source) *source = NULL;
    int status = hd_source_xz_take(hd_source_memory((hd_str){(const char *)data, length}), limits,
                                   &source, err);
    *ret_length = 0;
    for (size_t got = 1; status == 0 && got > 0; *ret_length += got) {
        got = 0;
        status = hd_source_read(source, out + *ret_length, room - *ret_length, &got, err);
    }
    return status;
}

static void xz_is_decoded_whole_or_refused(void)
{
    enum { SIZE = 3000000 };
    hd_auto_free uint8_t *text = hd_alloc(SIZE);
    hd_auto_free uint8_t *packed = hd_alloc(SIZE);
    hd_auto_free uint8_t *out = hd_alloc(SIZE + 1);
    for (size_t i = 0; i < SIZE; i++) {
        text[i] = (uint8_t)(i * i >> 11);
    }
    hd_error err = {0};
    size_t got = 0;
    for (uint64_t block = 0; block <= 400000; block += 400000) {
        size_t length = compress(text, SIZE, block, packed, SIZE - 100);
        HD_REQUIRE(HD_CHECK(length > 0));
        for (uint32_t threads = 0; threads < 4; threads++) {
            HD_CHECK_OK(decode(packed, length, &(hd_xz_limits){.threads = threads}, out, SIZE + 1,
                               &got, &err),
                        err);
            HD_CHECK(got == SIZE && memcmp(text, out, SIZE) == 0);
            HD_CHECK_FAILS(decode(packed, length - 20, &(hd_xz_limits){.threads = threads}, out,
                                  SIZE + 1, &got, &err),
                           err, HD_E_INVALID, "truncated");
        }
        packed[length / 2] ^= 0x55;
        HD_CHECK(decode(packed, length, &(hd_xz_limits){0}, out, SIZE + 1, &got, &err) ==
                 -HD_E_INVALID);
        packed[length / 2] ^= 0x55;
        memcpy(packed + length, "tail", 4);
        HD_CHECK_FAILS(decode(packed, length + 4, &(hd_xz_limits){0}, out, SIZE + 1, &got, &err),
                       err, HD_E_INVALID, "data after the end");
        HD_CHECK_FAILS(decode(packed, length, &(hd_xz_limits){.threads = 1, .memory_max = 100000},
                              out, SIZE + 1, &got, &err),
                       err, HD_E_LIMIT, "memory");
    }
    HD_CHECK_FAILS(decode((const uint8_t *)"plain text, and more of it", 26, &(hd_xz_limits){0},
                          out, SIZE, &got, &err),
                   err, HD_E_INVALID, "not an xz stream");
    HD_CHECK_FAILS(decode(packed, 0, &(hd_xz_limits){0}, out, SIZE, &got, &err), err, HD_E_INVALID,
                   "truncated");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(what_is_written_is_read),
                                    HD_TEST(bytes_do_not_depend_on_the_place),
                                    HD_TEST(sizes_are_held_to),
                                    HD_TEST(damage_is_refused),
                                    HD_TEST(xz_is_decoded_whole_or_refused),
                                    {0}};
    return hd_test_main(argc, argv, "tar", tests);
}
