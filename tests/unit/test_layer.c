#include "hd_test.h"
#include "image_fixture.h"

#include "hd/base/buf.h"
#include "hd/base/encode.h"
#include "hd/base/file.h"
#include "hd/base/mem.h"
#include "hd/image/layer.h"

#include <dirent.h>
#include <lzma.h>
#include <sodium.h>
#include <sys/stat.h>
#include <time.h>

enum { EPOCH = 1709294400 }; /* 2024-03-01T12:00:00Z, the release of acme/web */

static hd_node some_nodes[] = {
    {.path = "etc", .type = HD_TAR_DIR, .mode = 0755},
    {.path = "etc/link", .type = HD_TAR_SYMLINK, .mode = 0777, .target = "/a/b"},
    {.path = "etc/text", .type = HD_TAR_FILE, .mode = 0644, .content = {"text\n", 5}},
    {.path = "hab", .type = HD_TAR_DIR, .mode = 0775},
    {.path = "hab/sup", .type = HD_TAR_DIR, .mode = 0775},
    {.path = "tmp", .type = HD_TAR_DIR, .mode = 01777},
};
static const hd_nodes nodes = {.items = some_nodes, .count = HD_COUNT(some_nodes)};

static const char *new_blobs(hd_arena *arena, const char *name)
{
    const char *path = hd_arena_strdup(arena, hd_test_path(name));
    hd_error err = {0};
    HD_CHECK_OK(hd_make_dirs(path, &err), err);
    return path;
}

/* What a shell command prints. */
static const char *output_of(hd_arena *arena, const char *command)
{
    hd_auto_done(hd_buf) out = HD_BUF_INIT(HD_MIB);
    FILE *pipe = popen(command, "r");
    char chunk[512];
    for (size_t got = 0; pipe != NULL && (got = fread(chunk, 1, sizeof(chunk), pipe)) > 0;) {
        hd_buf_append(&out, chunk, got);
    }
    HD_CHECK(pipe != NULL && pclose(pipe) == 0);
    return hd_arena_strndup(arena, out.data, out.length);
}

static const char *listing(hd_arena *arena, const char *blobs, const hd_layer *layer)
{
    return output_of(arena,
                     hd_arena_printf(arena,
                                     "TZ=UTC0 LC_ALL=C tar --numeric-owner --full-time -tvzf %s/%s "
                                     "| tr -s ' ' | cut -d' ' -f1,2,4-",
                                     blobs, layer->digest));
}

static bool build(hd_arena *arena, const image_fixture *fixture, int64_t epoch, unsigned threads,
                  const char *blobs, hd_layers *layers)
{
    hd_error err = {0};
    hd_layer_options options = {
        .access = &fixture->access, .epoch = epoch, .threads = threads, .blobs = blobs};
    return HD_CHECK_OK(hd_layers_build(arena, &fixture->packages, &nodes, &options, layers, &err),
                       err);
}

static void one_layer_per_package_and_one_for_nodes(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    const char *blobs = new_blobs(arena, "blobs");
    hd_layers layers = {0};
    HD_REQUIRE(build(arena, &fixture, EPOCH, 2, blobs, &layers));
    HD_REQUIRE(HD_CHECK(layers.count == 8));
    HD_CHECK_STR(layers.items[0].created_by, "core/glibc/1.2.3/20240101000000");
    HD_CHECK_STR(layers.items[6].created_by, "acme/web/1.2.3/20240301120000");
    HD_CHECK_STR(layers.items[7].created_by, "hab-deploy rootfs");
    for (size_t i = 0; i < layers.count; i++) {
        const hd_layer *layer = &layers.items[i];
        struct stat info = {0};
        HD_CHECK(stat(hd_arena_printf(arena, "%s/%s", blobs, layer->digest), &info) == 0);
        HD_CHECK_INT(info.st_size, layer->size);
        const char *sums = output_of(
            arena, hd_arena_printf(arena, "cd %s; sha256sum <%s; gzip -dc %s | sha256sum", blobs,
                                   layer->digest, layer->digest));
        HD_CHECK_STR(sums, hd_arena_printf(arena, "%s  -\n%s  -\n", layer->digest, layer->diff_id));
    }
}

static void entries_are_normalised(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    image_fixture_file(fixture.web, "bin/su", "x", 04755);
    image_fixture_file(fixture.web, "private/key", "x", 0600);
    HD_CHECK(chmod(hd_arena_printf(arena, "%s/private", fixture.web->directory), 0700) == 0);
    HD_CHECK(chmod(hd_arena_printf(arena, "%s/bin", fixture.web->directory), 0555) == 0);
    HD_CHECK(symlink("../x", hd_arena_printf(arena, "%s/link", fixture.web->directory)) == 0);
    const char *blobs = new_blobs(arena, "blobs");
    hd_layers layers = {0};
    HD_REQUIRE(build(arena, &fixture, EPOCH, 1, blobs, &layers));
#define SHARED "drwxrwxr-x 0/0 1970-01-01 00:00:00 hab/"
#define STAMP  " 0/0 2024-03-01 12:00:00 hab/pkgs/acme/web/1.2.3/20240301120000/"
    HD_CHECK_STR(listing(arena, blobs, &layers.items[6]),
                 SHARED "\n" SHARED "pkgs/\n" SHARED "pkgs/acme/\n" SHARED "pkgs/acme/web/\n" SHARED
                        "pkgs/acme/web/1.2.3/\n"
                        "drwxrwxr-x" STAMP "\n"
                        "-rw-r--r--" STAMP "IDENT\n"
                        "-rw-r--r--" STAMP "TARGET\n"
                        "dr-xr-xr-x" STAMP "bin/\n"
                        "-rwxr-xr-x" STAMP "bin/ls\n"
                        "-rwsr-xr-x" STAMP "bin/su\n"
                        "-rwxr-xr-x" STAMP "bin/web\n"
                        "drwxrwxr-x" STAMP "hooks/\n"
                        "-rwxr-xr-x" STAMP "hooks/run\n"
                        "lrwxrwxrwx" STAMP "link -> ../x\n"
                        "drwxrwx---" STAMP "private/\n"
                        "-rw-------" STAMP "private/key\n");
    HD_CHECK(chmod(hd_arena_printf(arena, "%s/bin", fixture.web->directory), 0755) == 0);
}

static void nodes_come_as_planned(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    const char *blobs = new_blobs(arena, "blobs");
    hd_layers layers = {0};
    HD_REQUIRE(build(arena, &fixture, EPOCH, 1, blobs, &layers));
    HD_CHECK_STR(listing(arena, blobs, &layers.items[7]),
                 "drwxr-xr-x 0/0 2024-03-01 12:00:00 etc/\n"
                 "lrwxrwxrwx 0/0 2024-03-01 12:00:00 etc/link -> /a/b\n"
                 "-rw-r--r-- 0/0 2024-03-01 12:00:00 etc/text\n"
                 "drwxrwxr-x 0/0 1970-01-01 00:00:00 hab/\n"
                 "drwxrwxr-x 0/0 2024-03-01 12:00:00 hab/sup/\n"
                 "drwxrwxrwt 0/0 2024-03-01 12:00:00 tmp/\n");
}

static void epoch_is_the_newest_moment(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    const char *blobs = new_blobs(arena, "blobs");
    hd_layers layers = {0};
    HD_REQUIRE(build(arena, &fixture, 86400, 1, blobs, &layers));
    HD_CHECK(strstr(listing(arena, blobs, &layers.items[6]),
                    "1970-01-02 00:00:00 hab/pkgs/acme/web/1.2.3/20240301120000/bin/web\n") !=
             NULL);
    HD_CHECK(strstr(listing(arena, blobs, &layers.items[6]), "2024-") == NULL);
}

static void check_same(const hd_layers *a, const hd_layers *b)
{
    HD_REQUIRE(HD_CHECK(a->count == b->count));
    for (size_t i = 0; i < a->count; i++) {
        HD_CHECK_STR(a->items[i].diff_id, b->items[i].diff_id);
        HD_CHECK_STR(a->items[i].digest, b->items[i].digest);
    }
}

static void bytes_depend_on_packages_alone(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_layers one = {0};
    hd_layers many = {0};
    hd_layers other = {0};
    HD_REQUIRE(build(arena, &fixture, EPOCH, 1, new_blobs(arena, "one"), &one));
    HD_REQUIRE(build(arena, &fixture, EPOCH, 4, new_blobs(arena, "many"), &many));
    mode_t before = umask(077);
    (void)setenv("TZ", "Asia/Tokyo", 1);
    tzset();
    bool built = build(arena, &fixture, EPOCH, 0, new_blobs(arena, "other"), &other);
    (void)unsetenv("TZ");
    tzset();
    (void)umask(before);
    HD_REQUIRE(built);
    check_same(&one, &many);
    check_same(&one, &other);
}

static void layers_are_shared_between_images(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_layers first = {0};
    hd_layers second = {0};
    HD_REQUIRE(build(arena, &fixture, EPOCH, 2, new_blobs(arena, "first"), &first));
    fixture.packages.closure.packages.count = 1;
    HD_REQUIRE(build(arena, &fixture, EPOCH + 1000, 2, new_blobs(arena, "second"), &second));
    HD_CHECK_STR(first.items[0].digest, second.items[0].digest);
    HD_CHECK(!hd_streq(first.items[7].digest, second.items[1].digest));
}

static size_t count_files(const char *directory)
{
    size_t count = 0;
    DIR *open = opendir(directory);
    for (const struct dirent *row; open != NULL && (row = readdir(open)) != NULL;) {
        count += row->d_name[0] != '.' || strlen(row->d_name) > 2;
    }
    (void)closedir(open);
    return count;
}

static void blobs_that_are_there_are_kept(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    const char *blobs = new_blobs(arena, "blobs");
    hd_layers layers = {0};
    HD_REQUIRE(build(arena, &fixture, EPOCH, 2, blobs, &layers));
    HD_REQUIRE(build(arena, &fixture, EPOCH, 2, blobs, &layers));
    HD_CHECK_INT(count_files(blobs), layers.count);
}

static void failures_name_the_package_and_leave_no_halves(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    fixture.packages.closure.packages.items[0] = fixture.web;
    fixture.packages.closure.packages.count = 1;
    const char *blobs = new_blobs(arena, "blobs");
    hd_error err = {0};
    hd_layers layers = {0};
    hd_layer_options options = {
        .access = &fixture.access, .epoch = EPOCH, .threads = 1, .blobs = blobs};
    HD_CHECK(mkfifo(hd_arena_printf(arena, "%s/pipe", fixture.web->directory), 0600) == 0);
    HD_CHECK_FAILS(hd_layers_build(arena, &fixture.packages, &nodes, &options, &layers, &err), err,
                   HD_E_INVALID, "acme/web/1.2.3/20240301120000: ");
    HD_CHECK_INT(layers.count, 0);
    HD_CHECK_INT(count_files(blobs), 0);
    options.blobs = hd_test_path("missing");
    HD_CHECK_FAILS(hd_layers_build(arena, &fixture.packages, &nodes, &options, &layers, &err), err,
                   HD_E_NOT_FOUND, "missing");
}

/* ---- archives as other tools may make them ---- */

#define ODD "hab/pkgs/acme/web/1.2.3/20240301120000"

typedef struct memory_sink {
    hd_sink base;
    hd_buf *out;
} memory_sink;

static int append(hd_sink *self, const void *data, size_t length, hd_error *err)
{
    (void)err;
    hd_buf_append(((memory_sink *)self)->out, data, length);
    return 0;
}

/* The content of files is as many times 'x'. */
static void write_tar(const hd_tar_entry *entries, size_t count, hd_buf *out)
{
    hd_error err = {0};
    memory_sink sink = {.base = {.write = append}, .out = out};
    hd_auto(hd_tar_writer) *writer = hd_tar_writer_new(&sink.base);
    for (size_t i = 0; i < count; i++) {
        HD_CHECK_OK(hd_tar_writer_entry(writer, &entries[i], &err), err);
        for (size_t n = 0; n < entries[i].size; n++) {
            HD_CHECK_OK(hd_tar_writer_data(writer, "x", 1, &err), err);
        }
    }
    HD_CHECK_OK(hd_tar_writer_finish(writer, &err), err);
}

static void put_key(hd_arena *arena, const char *keys, const uint8_t *public_key)
{
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_KIB);
    hd_buf_puts(&text, "SIG-PUB-1\nacme-20240101000000\n\n");
    hd_base64_encode(&text, public_key, crypto_sign_PUBLICKEYBYTES);
    hd_test_write(hd_arena_printf(arena, "%s/acme-20240101000000.pub", keys), text.data,
                  text.length);
}

/* Makes acme/web a signed .hart with these entries. */
static void make_hart(hd_arena *arena, image_fixture *fixture, const hd_tar_entry *entries,
                      size_t count)
{
    static uint8_t packed[64 * 1024];
    hd_auto_done(hd_buf) tar = HD_BUF_INIT(HD_MIB);
    hd_auto_done(hd_buf) hart = HD_BUF_INIT(HD_MIB);
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
    uint8_t signature[crypto_sign_BYTES + HD_DIGEST_HEX_SIZE];
    char digest[HD_DIGEST_HEX_SIZE];
    size_t length = 0;
    write_tar(entries, count, &tar);
    HD_CHECK(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, (const uint8_t *)tar.data,
                                     tar.length, packed, &length, sizeof(packed)) == LZMA_OK);
    hd_digest_of(HD_BLAKE2B, (hd_str){(const char *)packed, length}, digest);
    HD_CHECK(crypto_sign_keypair(public_key, secret_key) == 0);
    HD_CHECK(crypto_sign(signature, NULL, (const uint8_t *)digest, 64, secret_key) == 0);
    hd_buf_puts(&hart, "HART-1\nacme-20240101000000\nBLAKE2b\n");
    hd_base64_encode(&hart, signature, crypto_sign_BYTES + 64);
    hd_buf_puts(&hart, "\n\n");
    hd_buf_append(&hart, packed, length);
    fixture->access.key_cache = hd_arena_strdup(arena, hd_test_path("keys"));
    put_key(arena, fixture->access.key_cache, public_key);
    fixture->web->file = hd_arena_strdup(arena, hd_test_path("web.hart"));
    fixture->web->directory = NULL;
    char *checksum = hd_arena_alloc(arena, HD_DIGEST_HEX_SIZE);
    hd_digest_of(HD_BLAKE2B, hd_buf_view(&hart), checksum);
    fixture->web->checksum = checksum;
    hd_test_write(fixture->web->file, hart.data, hart.length);
}

static void parents_come_first_whatever_the_archive_says(void)
{
    static const hd_tar_entry entries[] = {
        {.path = ODD "/IDENT", .type = HD_TAR_FILE, .mode = 0644, .size = 5, .uid = 7, .gid = 8},
        {.path = ODD "/TARGET", .type = HD_TAR_FILE, .mode = 0644, .size = 5},
        {.path = ODD "/a/b/file", .type = HD_TAR_FILE, .mode = 0640, .size = 3, .mtime = 99},
        {.path = ODD "/a/b/link", .type = HD_TAR_SYMLINK, .mode = 0, .target = "file"},
        {.path = ODD "/z", .type = HD_TAR_HARDLINK, .mode = 0640, .target = ODD "/a/b/file"},
        {.path = ODD "/a", .type = HD_TAR_DIR, .mode = 0700},
    };
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    make_hart(arena, &fixture, entries, HD_COUNT(entries));
    const char *blobs = new_blobs(arena, "blobs");
    hd_layers layers = {0};
    HD_REQUIRE(build(arena, &fixture, EPOCH, 1, blobs, &layers));
    HD_CHECK_STR(listing(arena, blobs, &layers.items[6]),
                 SHARED "\n" SHARED "pkgs/\n" SHARED "pkgs/acme/\n" SHARED "pkgs/acme/web/\n" SHARED
                        "pkgs/acme/web/1.2.3/\n"
                        "drwxrwxr-x" STAMP "\n"
                        "-rw-r--r--" STAMP "IDENT\n"
                        "-rw-r--r--" STAMP "TARGET\n"
                        "drwxrwxr-x" STAMP "a/\n"
                        "drwxrwxr-x" STAMP "a/b/\n"
                        "-rw-r-----" STAMP "a/b/file\n"
                        "lrwxrwxrwx" STAMP "a/b/link -> file\n"
                        "hrw-r-----" STAMP "z link to " ODD "/a/b/file\n"
                        "drwxrwx---" STAMP "a/\n");
}

/* What was verified when the plan was made may be another file when the layer is. */
static void an_exchanged_package_makes_no_layer(void)
{
    static const hd_tar_entry entries[] = {
        {.path = ODD "/IDENT", .type = HD_TAR_FILE, .mode = 0644, .size = 5}};
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_error err = {0};
    make_hart(arena, &fixture, entries, 1);
    hd_auto_free char *data = NULL;
    size_t length = 0;
    HD_REQUIRE(HD_CHECK_OK(hd_file_read(fixture.web->file, HD_MIB, &data, &length, &err), err));
    data[length - 30] ^= 1;
    hd_test_write(fixture.web->file, data, length);
    const char *blobs = new_blobs(arena, "blobs");
    hd_layers layers = {0};
    hd_layer_options options = {
        .access = &fixture.access, .epoch = EPOCH, .threads = 1, .blobs = blobs};
    HD_CHECK_FAILS(hd_layers_build(arena, &fixture.packages, &nodes, &options, &layers, &err), err,
                   HD_E_INTEGRITY, "acme/web/1.2.3/20240301120000: ");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(one_layer_per_package_and_one_for_nodes),
                                    HD_TEST(entries_are_normalised),
                                    HD_TEST(nodes_come_as_planned),
                                    HD_TEST(epoch_is_the_newest_moment),
                                    HD_TEST(bytes_depend_on_packages_alone),
                                    HD_TEST(layers_are_shared_between_images),
                                    HD_TEST(blobs_that_are_there_are_kept),
                                    HD_TEST(failures_name_the_package_and_leave_no_halves),
                                    HD_TEST(parents_come_first_whatever_the_archive_says),
                                    HD_TEST(an_exchanged_package_makes_no_layer),
                                    {0}};
    return hd_test_main(argc, argv, "layer", tests);
}
