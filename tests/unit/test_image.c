#include "hd_test.h"
#include "image_fixture.h"

#include "hd/base/mem.h"
#include "hd/image/image.h"

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HEX_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define HEX_D "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

enum { CREATED = 1704067200 }; /* 2024-01-01T00:00:00Z */

static hd_layer layers[] = {
    {.created_by = "core/glibc/1/1", .diff_id = HEX_A, .digest = HEX_B, .size = 11},
    {.created_by = "hab-deploy rootfs", .diff_id = HEX_C, .digest = HEX_D, .size = 22},
};

static bool describe(hd_arena *arena, const image_fixture *fixture, hd_image *image)
{
    hd_error err = {0};
    bool made = HD_CHECK_OK(hd_image_describe(arena, &fixture->packages, CREATED, image, &err),
                            err);
    image->layers = (hd_layers){.items = layers, .count = HD_COUNT(layers)};
    return made;
}

static void config_is_what_was_planned(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_image image = {0};
    HD_REQUIRE(describe(arena, &fixture, &image));
    hd_blob config = hd_image_config(arena, &image);
    HD_CHECK_STR(
        config.data.data,
        "{\"created\":\"2024-01-01T00:00:00Z\",\"architecture\":\"amd64\",\"os\":\"linux\","
        "\"config\":{\"ExposedPorts\":{\"8080/tcp\":{},\"9631/tcp\":{}},\"Env\":[\"PATH=/bin\"],"
        "\"Entrypoint\":[\"/init.sh\"],\"Cmd\":[\"run\",\"acme/web\"],\"Labels\":{"
        "\"org.opencontainers.image.created\":\"2024-01-01T00:00:00Z\","
        "\"org.opencontainers.image.title\":\"web\","
        "\"org.opencontainers.image.version\":\"1.2.3\","
        "\"org.opencontainers.image.revision\":\"20240301120000\","
        "\"org.opencontainers.image.vendor\":\"acme\","
        "\"org.opencontainers.image.description\":\"A small web\","
        "\"org.opencontainers.image.licenses\":\"Apache-2.0\","
        "\"sh.habitat.ident\":\"acme/web/1.2.3/20240301120000\","
        "\"sh.habitat.target\":\"x86_64-linux\"},\"StopSignal\":\"SIGTERM\"},"
        "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" HEX_A "\",\"sha256:" HEX_C "\"]},"
        "\"history\":[{\"created\":\"2024-01-01T00:00:00Z\",\"created_by\":\"core/glibc/1/1\"},"
        "{\"created\":\"2024-01-01T00:00:00Z\",\"created_by\":\"hab-deploy rootfs\"}]}");
    char digest[HD_DIGEST_HEX_SIZE];
    hd_digest_of(HD_SHA256, config.data, digest);
    HD_CHECK_STR(config.digest, digest);
}

static void manifest_describes_config_and_layers(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_image image = {0};
    HD_REQUIRE(describe(arena, &fixture, &image));
    image.labels.count = 1;
    hd_blob config = {.data = {"1234567", 7}, .digest = HEX_A};
    HD_CHECK_STR(
        hd_image_manifest(arena, &image, &config).data.data,
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
        "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\","
        "\"digest\":\"sha256:" HEX_A "\",\"size\":7},\"layers\":["
        "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\","
        "\"digest\":\"sha256:" HEX_B "\",\"size\":11},"
        "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\","
        "\"digest\":\"sha256:" HEX_D "\",\"size\":22}],"
        "\"annotations\":{\"org.opencontainers.image.created\":\"2024-01-01T00:00:00Z\"}}");
}

static void names_are_where_each_reader_looks(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_image image = {0};
    HD_REQUIRE(describe(arena, &fixture, &image));
    image.tags.count = 2;
    hd_blob document = {.data = {"12", 2}, .digest = HEX_A};
    HD_CHECK_STR(hd_image_docker_manifest(arena, &image, &document).data.data,
                 "[{\"Config\":\"blobs/sha256/" HEX_A
                 "\",\"RepoTags\":[\"docker.io/acme/web:latest\",\"docker.io/acme/web:1.2.3\"],"
                 "\"Layers\":[\"blobs/sha256/" HEX_B "\",\"blobs/sha256/" HEX_D "\"]}]");
    HD_CHECK_STR(hd_image_index(arena, &image, &document).data.data,
                 "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
                 "\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                 "\"digest\":\"sha256:" HEX_A "\",\"size\":2,"
                 "\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"},\"annotations\":{"
                 "\"io.containerd.image.name\":\"docker.io/acme/web:latest\","
                 "\"org.opencontainers.image.ref.name\":\"latest\"}},"
                 "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                 "\"digest\":\"sha256:" HEX_A "\",\"size\":2,"
                 "\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"},\"annotations\":{"
                 "\"io.containerd.image.name\":\"docker.io/acme/web:1.2.3\","
                 "\"org.opencontainers.image.ref.name\":\"1.2.3\"}}]}");
}

static void an_image_may_be_nameless(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_image image = {0};
    HD_REQUIRE(describe(arena, &fixture, &image));
    image.tags.count = 0;
    hd_blob document = {.data = {"12", 2}, .digest = HEX_A};
    HD_CHECK_STR(hd_image_index(arena, &image, &document).data.data,
                 "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
                 "\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                 "\"digest\":\"sha256:" HEX_A "\",\"size\":2,"
                 "\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"}}]}");
    HD_CHECK(strstr(hd_image_docker_manifest(arena, &image, &document).data.data,
                    "\"RepoTags\":[]") != NULL);
}

static void ports_of_all_services_in_order(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_package *db = image_fixture_package(arena, "acme", "db", "20240302000000");
    hd_package *library = image_fixture_package(arena, "acme", "lib", "20240302000000");
    static uint16_t some[] = {65535, 80, 8080, 9631};
    static uint16_t hidden[] = {1};
    db->runnable = true;
    db->exposes = (hd_ports){.items = some, .count = HD_COUNT(some)};
    library->exposes = (hd_ports){.items = hidden, .count = HD_COUNT(hidden)};
    const hd_package *more[] = {db, library};
    for (size_t i = 0; i < HD_COUNT(more); i++) {
        hd_vec_push_arena(arena, &fixture.packages.users, more[i]);
    }
    hd_image image = {0};
    HD_REQUIRE(describe(arena, &fixture, &image));
    static const char *const wanted[] = {"80/tcp", "8080/tcp", "9631/tcp", "65535/tcp"};
    HD_REQUIRE(HD_CHECK(image.ports.count == HD_COUNT(wanted)));
    for (size_t i = 0; i < HD_COUNT(wanted); i++) {
        HD_CHECK_STR(image.ports.items[i], wanted[i]);
    }
}

static const char *label(const hd_image *image, const char *name)
{
    for (size_t i = 0; i < image->labels.count; i++) {
        if (hd_streq(image->labels.items[i].name, name)) {
            return image->labels.items[i].value;
        }
    }
    return "(none)";
}

static void labels_take_only_what_documents_hold(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    char *long_text = hd_arena_alloc(arena, 5001);
    memset(long_text, 'x', 5000);
    fixture.web->description = "\xff\xfe";
    fixture.web->license = "";
    fixture.web->maintainer = "\"J\xc3\xb6rg\"\n<j@example.com>";
    fixture.web->upstream_url = long_text;
    fixture.web->signer = "acme-20240101000000";
    fixture.web->checksum = HEX_A;
    hd_image image = {0};
    HD_REQUIRE(describe(arena, &fixture, &image));
    HD_CHECK_STR(label(&image, "org.opencontainers.image.description"), "(none)");
    HD_CHECK_STR(label(&image, "org.opencontainers.image.licenses"), "(none)");
    HD_CHECK_STR(label(&image, "org.opencontainers.image.url"), "(none)");
    HD_CHECK_STR(label(&image, "sh.habitat.signer"), "acme-20240101000000");
    HD_CHECK_STR(label(&image, "sh.habitat.checksum"), HEX_A);
    hd_error err = {0};
    hd_blob config = hd_image_config(arena, &image);
    json_auto_t *tree = NULL;
    HD_REQUIRE(HD_CHECK_OK(hd_json_parse(config.data, "config", &tree, &err), err));
    const json_t *labels = json_object_get(json_object_get(tree, "config"), "Labels");
    HD_CHECK_STR(hd_json_string_at(labels, "org.opencontainers.image.authors"),
                 "\"J\xc3\xb6rg\"\n<j@example.com>");
}

static void nothing_to_run_is_an_error(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_image image = {0};
    hd_error err = {0};
    fixture.packages.primary = NULL;
    HD_CHECK_FAILS(hd_image_describe(arena, &fixture.packages, CREATED, &image, &err), err,
                   HD_E_INVALID, "nothing to run");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {
        HD_TEST(config_is_what_was_planned),        HD_TEST(manifest_describes_config_and_layers),
        HD_TEST(names_are_where_each_reader_looks), HD_TEST(an_image_may_be_nameless),
        HD_TEST(ports_of_all_services_in_order),    HD_TEST(labels_take_only_what_documents_hold),
        HD_TEST(nothing_to_run_is_an_error),        {0}};
    return hd_test_main(argc, argv, "image", tests);
}
