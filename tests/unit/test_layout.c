#include "hd_test.h"
#include "image_fixture.h"

#include "hd/base/file.h"
#include "hd/base/mem.h"
#include "hd/image/layout.h"

#include <dirent.h>
#include <sys/stat.h>

enum { EPOCH = 1709294400 };

static hd_node some_nodes[] = {{.path = "tmp", .type = HD_TAR_DIR, .mode = 01777}};
static const hd_nodes nodes = {.items = some_nodes, .count = HD_COUNT(some_nodes)};

/* The whole way, as exporters go it. */
static int make(hd_arena *arena, const char *target, hd_layout_kind kind, char *digest,
                hd_error *err)
{
    image_fixture fixture = image_fixture_make(arena);
    hd_auto(hd_layout) *layout = NULL;
    hd_image image = {0};
    hd_layer_options options = {.access = &fixture.access, .epoch = EPOCH, .threads = 2};
    int status = hd_image_describe(arena, &fixture.packages, EPOCH, &image, err);
    if (status == 0) {
        status = hd_layout_open(target, kind, &layout, err);
    }
    if (status == 0) {
        options.blobs = hd_layout_blobs(layout);
        status = hd_layers_build(arena, &fixture.packages, &nodes, &options, &image.layers, err);
    }
    return status == 0 ? hd_layout_finish(layout, arena, &image, digest, err) : status;
}

static size_t count_rows(const char *directory)
{
    size_t count = 0;
    DIR *open = opendir(directory);
    for (const struct dirent *row; open != NULL && (row = readdir(open)) != NULL;) {
        count += !hd_streq(row->d_name, ".") && !hd_streq(row->d_name, "..");
    }
    (void)closedir(open);
    return count;
}

static char *content_of(const char *path)
{
    hd_error err = {0};
    char *text = NULL;
    HD_CHECK_OK(hd_file_read(path, 64 * HD_MIB, &text, NULL, &err), err);
    return text;
}

static void check_blob(hd_arena *arena, const char *directory, const char *digest)
{
    const char *path = hd_arena_printf(arena, "%s/blobs/sha256/%s", directory, digest + 7);
    hd_error err = {0};
    hd_auto_free char *data = NULL;
    size_t length = 0;
    char got[HD_DIGEST_HEX_SIZE];
    HD_REQUIRE(HD_CHECK_OK(hd_file_read(path, 64 * HD_MIB, &data, &length, &err), err));
    hd_digest_of(HD_SHA256, (hd_str){data, length}, got);
    HD_CHECK_STR(got, digest + 7);
}

static json_t *document(const char *path)
{
    hd_error err = {0};
    json_t *tree = NULL;
    hd_auto_free char *text = content_of(path);
    HD_CHECK_OK(hd_json_parse(hd_str_of(text), path, &tree, &err), err);
    return tree;
}

static void directory_is_a_layout(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    char digest[HD_DIGEST_HEX_SIZE];
    const char *target = hd_arena_strdup(arena, hd_test_path("web.oci"));
    HD_REQUIRE(HD_CHECK_OK(make(arena, target, HD_LAYOUT_DIRECTORY, digest, &err), err));
    hd_auto_free char *marker = content_of(hd_arena_printf(arena, "%s/oci-layout", target));
    HD_CHECK_STR(marker, "{\"imageLayoutVersion\":\"1.0.0\"}");
    HD_CHECK_INT(count_rows(target), 3);
    HD_CHECK_INT(count_rows(hd_arena_printf(arena, "%s/blobs/sha256", target)), 8 + 2);
    json_auto_t *index = document(hd_arena_printf(arena, "%s/index.json", target));
    const json_t *row = json_array_get(json_object_get(index, "manifests"), 0);
    const char *named = hd_json_string_at(row, "digest");
    HD_CHECK_STR(named, hd_arena_printf(arena, "sha256:%s", digest));
    check_blob(arena, target, named);
    json_auto_t *manifest = document(hd_arena_printf(arena, "%s/blobs/sha256/%s", target, digest));
    check_blob(arena, target, hd_json_string_at(json_object_get(manifest, "config"), "digest"));
    const json_t *layers = json_object_get(manifest, "layers");
    HD_CHECK_INT(json_array_size(layers), 8);
    for (size_t i = 0; i < json_array_size(layers); i++) {
        check_blob(arena, target, hd_json_string_at(json_array_get(layers, i), "digest"));
    }
}

static void archive_has_both_faces(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    char digest[HD_DIGEST_HEX_SIZE];
    const char *target = hd_arena_strdup(arena, hd_test_path("out/web.tar"));
    HD_REQUIRE(HD_CHECK_OK(hd_make_dirs(hd_test_path("out/x"), &err), err));
    HD_REQUIRE(HD_CHECK_OK(make(arena, target, HD_LAYOUT_ARCHIVE, digest, &err), err));
    HD_CHECK_INT(count_rows(hd_test_path("out")), 2); /* nothing was left beside it */
    const char *listing = hd_arena_strdup(arena, hd_test_path("listing"));
    HD_CHECK_INT(system(hd_arena_printf(arena, "tar -tf %s >%s && mkdir %s.d && tar -C %s.d -xf %s",
                                        target, listing, target, target, target)),
                 0);
    hd_auto_free char *names = content_of(listing);
    HD_CHECK(hd_starts_with(names, "oci-layout\nindex.json\nmanifest.json\nblobs/sha256/"));
    const char *unpacked = hd_arena_printf(arena, "%s.d", target);
    check_blob(arena, unpacked, hd_arena_printf(arena, "sha256:%s", digest));
    json_auto_t *docker = document(hd_arena_printf(arena, "%s/manifest.json", unpacked));
    const json_t *layers = json_object_get(json_array_get(docker, 0), "Layers");
    HD_CHECK_INT(json_array_size(layers), 8);
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const char *path = json_string_value(json_array_get(layers, i));
        HD_CHECK(hd_is_file(hd_arena_printf(arena, "%s/%s", unpacked, path)));
    }
}

static void same_input_same_bytes(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    char first[HD_DIGEST_HEX_SIZE];
    char second[HD_DIGEST_HEX_SIZE];
    const char *a = hd_arena_strdup(arena, hd_test_path("a.tar"));
    const char *b = hd_arena_strdup(arena, hd_test_path("b.tar"));
    HD_REQUIRE(HD_CHECK_OK(make(arena, a, HD_LAYOUT_ARCHIVE, first, &err), err));
    mode_t before = umask(027);
    int status = make(arena, b, HD_LAYOUT_ARCHIVE, second, &err);
    (void)umask(before);
    HD_REQUIRE(HD_CHECK_OK(status, err));
    HD_CHECK_STR(first, second);
    HD_CHECK_INT(system(hd_arena_printf(arena, "cmp %s %s", a, b)), 0);
}

static void only_our_own_is_replaced(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    char digest[HD_DIGEST_HEX_SIZE];
    const char *target = hd_arena_strdup(arena, hd_test_path("home"));
    const char *precious = hd_arena_printf(arena, "%s/precious", target);
    hd_test_write(precious, "x", 1);
    HD_CHECK_FAILS(make(arena, target, HD_LAYOUT_DIRECTORY, digest, &err), err, HD_E_CONFLICT,
                   "is not an image layout");
    HD_CHECK_FAILS(make(arena, target, HD_LAYOUT_ARCHIVE, digest, &err), err, HD_E_CONFLICT,
                   "is a directory");
    HD_CHECK_FAILS(make(arena, precious, HD_LAYOUT_DIRECTORY, digest, &err), err, HD_E_CONFLICT,
                   "is not an image layout");
    HD_CHECK(hd_is_file(precious));
    HD_CHECK_OK(make(arena, precious, HD_LAYOUT_ARCHIVE, digest, &err), err);
    const char *empty = hd_arena_strdup(arena, hd_test_path("empty"));
    HD_CHECK_OK(hd_make_dirs(empty, &err), err);
    HD_CHECK_OK(
        make(arena, hd_arena_printf(arena, "%s//", empty), HD_LAYOUT_DIRECTORY, digest, &err), err);
    HD_CHECK_OK(make(arena, empty, HD_LAYOUT_DIRECTORY, digest, &err), err);
    HD_CHECK_INT(count_rows(empty), 3);
}

static void giving_up_leaves_what_was_there(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    const char *target = hd_arena_strdup(arena, hd_test_path("out/web.tar"));
    hd_test_write(target, "old", 3);
    {
        hd_auto(hd_layout) *layout = NULL;
        HD_REQUIRE(HD_CHECK_OK(hd_layout_open(target, HD_LAYOUT_ARCHIVE, &layout, &err), err));
        HD_CHECK_INT(count_rows(hd_test_path("out")), 2);
    }
    HD_CHECK_INT(count_rows(hd_test_path("out")), 1);
    hd_auto_free char *text = content_of(target);
    HD_CHECK_STR(text, "old");
    hd_layout *none = NULL;
    HD_CHECK_FAILS(hd_layout_open(hd_test_path("no/such/web.tar"), HD_LAYOUT_ARCHIVE, &none, &err),
                   err, HD_E_NOT_FOUND, "no/such/web.tar");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {
        HD_TEST(directory_is_a_layout),           HD_TEST(archive_has_both_faces),
        HD_TEST(same_input_same_bytes),           HD_TEST(only_our_own_is_replaced),
        HD_TEST(giving_up_leaves_what_was_there), {0}};
    return hd_test_main(argc, argv, "layout", tests);
}
