#include "hd/package/describe.h"
#include "hd_test.h"

#define R "20240101000000"

static const char default_toml[] = "port = 6379\n"
                                   "[tls]\n"
                                   "port = \"6380\"\n"
                                   "[admin]\n"
                                   "ports = [1, 2]\n"
                                   "password = \"x\\u001b[2J\"\n";

static hd_ident ident_of(hd_arena *arena, const char *text)
{
    hd_ident ident = {0};
    hd_error err = {0};
    HD_CHECK_OK(hd_ident_parse_full(arena, hd_str_of(text), &ident, &err), err);
    return ident;
}

static hd_package *package_of(hd_arena *arena, const char *ident)
{
    hd_package *package = HD_NEW(arena, hd_package);
    hd_error err = {0};
    package->ident = ident_of(arena, ident);
    package->shutdown_signal = "TERM";
    package->shutdown_timeout = 8;
    HD_CHECK_OK(hd_target_find(hd_str_of("x86_64-linux"), &package->target, &err), err);
    return package;
}

static void add_bind(hd_arena *arena, hd_package *package, const char *name, bool optional)
{
    hd_bind bind = {.name = name, .optional = optional};
    hd_vec_push_arena(arena, &bind.exports, "port");
    hd_vec_push_arena(arena, &bind.exports, "host");
    hd_vec_push_arena(arena, &package->binds, bind);
}

static void add_service(hd_arena *arena, hd_package *package)
{
    static const hd_pair exports[] = {{"port", "port"},
                                      {"tls-port", "tls.port"},
                                      {"admin", "admin.ports"},
                                      {"gone", "admin.gone.deeper"},
                                      {"pass", "admin.password"}};
    for (size_t i = 0; i < HD_COUNT(exports); i++) {
        hd_vec_push_arena(arena, &package->exports, exports[i]);
    }
    hd_vec_push_arena(arena, &package->exposes, 6379);
    hd_vec_push_arena(arena, &package->exposes, 6380);
    hd_vec_push_arena(arena, &package->exposes, 9);
    package->default_toml = default_toml;
    package->runnable = true;
    package->svc_user = "redis";
    add_bind(arena, package, "database", false);
    add_bind(arena, package, "cache", true);
    hd_vec_push_arena(arena, &package->hooks, "init");
    hd_vec_push_arena(arena, &package->hooks, "run");
    hd_vec_push_arena(arena, &package->config_templates, "redis.conf");
    hd_vec_push_arena(arena, &package->path, "/hab/pkgs/acme/redis/7.0.15/" R "/bin");
    hd_vec_push_arena(arena, &package->programs, "/hab/pkgs/acme/redis/7.0.15/" R "/bin/redis-cli");
    hd_vec_push_arena(arena, &package->programs,
                      "/hab/pkgs/acme/redis/7.0.15/" R "/bin/redis-server");
    hd_pair variable = {"LANG", "C"};
    hd_vec_push_arena(arena, &package->runtime_environment, variable);
}

static hd_package *redis_of(hd_arena *arena)
{
    hd_package *package = package_of(arena, "acme/redis/7.0.15/" R);
    add_service(arena, package);
    hd_vec_push_arena(arena, &package->deps, ident_of(arena, "core/openssl/3.0/" R));
    hd_vec_push_arena(arena, &package->tdeps, ident_of(arena, "core/openssl/3.0/" R));
    hd_vec_push_arena(arena, &package->tdeps, ident_of(arena, "core/glibc/2.36/" R));
    package->description = "Keeps data\nin memory";
    package->license = "BSD-3-Clause";
    package->maintainer = "Acme <acme@example.com>";
    package->upstream_url = "https://redis.io";
    package->file = "results/redis.hart";
    package->signer = "acme-" R;
    package->checksum = "00112233";
    package->packed_size = 1023;
    package->unpacked_size = 5 * 1024 * 1024 + 600 * 1024;
    package->entry_count = 12;
    package->has_signed_files = true;
    return package;
}

static hd_closure closure_of(hd_arena *arena, const hd_package *package)
{
    hd_package *glibc = package_of(arena, "core/glibc/2.36/" R);
    glibc->directory = "/hab/pkgs/core/glibc/2.36/" R;
    glibc->unpacked_size = 1024 * 1024;
    hd_closure closure = {0};
    hd_vec_push_arena(arena, &closure.packages, glibc);
    hd_vec_push_arena(arena, &closure.packages, package);
    return closure;
}

static void a_service_is_told_in_full(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    const hd_package *package = redis_of(arena);
    hd_closure closure = closure_of(arena, package);
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    hd_package_describe_text(&text, package, &closure);
    HD_CHECK_STR(text.data, "acme/redis/7.0.15/" R "\n"
                            "Description   Keeps data in memory\n"
                            "Target        x86_64-linux\n"
                            "Signed by     acme-" R " (the signature holds)\n"
                            "Checksum      00112233\n"
                            "File          results/redis.hart\n"
                            "Size          1023 bytes packed, 5.5 MiB unpacked, 12 entries\n"
                            "File list     signed\n"
                            "License       BSD-3-Clause\n"
                            "Maintainer    Acme <acme@example.com>\n"
                            "Upstream      https://redis.io\n"
                            "Service       yes, as redis:hab; stopped with TERM, killed after 8 s\n"
                            "Ports         6379 port\n"
                            "              6380 tls-port\n"
                            "              9\n"
                            "Exports       port = 6379 (port)\n"
                            "              tls-port = 6380 (tls.port)\n"
                            "              admin = [1,2] (admin.ports)\n"
                            "              gone (admin.gone.deeper)\n"
                            "              pass = x?[2J (admin.password)\n"
                            "Binds         database: port, host\n"
                            "              cache (optional): port, host\n"
                            "Hooks         init, run\n"
                            "Templates     redis.conf\n"
                            "Configuration default.toml\n"
                            "Programs      bin/redis-cli, bin/redis-server\n"
                            "Environment   LANG=C\n"
                            "Needs         core/openssl/3.0/" R "\n"
                            "Through them  core/glibc/2.36/" R "\n"
                            "In all        2 packages, 6.5 MiB unpacked\n");
}

static void what_is_not_there_is_not_told(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_package *package = package_of(arena, "core/cacerts/2024/" R);
    package->directory = "/hab/pkgs/core/cacerts/2024/" R;
    package->entry_count = 1;
    package->description = "";
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    hd_package_describe_text(&text, package, NULL);
    HD_CHECK_STR(text.data, "core/cacerts/2024/" R "\n"
                            "Target        x86_64-linux\n"
                            "Signed by     nobody (installed, not signed)\n"
                            "Directory     /hab/pkgs/core/cacerts/2024/" R "\n"
                            "Size          0 bytes, 1 entry\n"
                            "Service       no\n");
}

/* Nothing a package contains may reach the terminal as more than text on its own line. */
static void hostile_text_is_defused(void)
{
    static const struct {
        const char *text;
        const char *shown;
    } rows[] = {
        {"a\x1b]0;owned\x07z", "a?]0;owned?z"},
        {"one\nSigned by  me\r\ttwo", "one Signed by  me  two"},
        {"\x7f\x01", "??"},
        {"caf\xc3\xa9 \xe4\xbd\xa0", "caf\xc3\xa9 \xe4\xbd\xa0"},
        {"c1 \xc2\x9b"
         "2J",
         "c1 ?2J"},
        {"bidi \xe2\x80\xae"
         "gpj.exe \xe2\x81\xa6\xef\xbb\xbf",
         "bidi ?gpj.exe ??"},
        {"\xe2\x82\xac 5", "\xe2\x82\xac 5"},
        {"broken \xff\xc2", "broken ??"},
        {"latin caf\xe9", "latin caf?"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        hd_package *package = package_of(arena, "a/b/1/" R);
        package->license = rows[i].text;
        hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
        hd_package_describe_text(&text, package, NULL);
        const char *at = strstr(text.data, "License       ");
        HD_REQUIRE(HD_CHECK(at != NULL));
        const char *wanted = hd_arena_printf(arena, "License       %s\nService       no\n",
                                             rows[i].shown);
        HD_CHECK_STR(at, wanted);
    }
}

static void long_lists_are_wrapped_and_cut(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_package *package = package_of(arena, "a/b/1/" R);
    for (unsigned i = 0; i < 60; i++) {
        hd_vec_push_arena(arena, &package->hooks, hd_arena_printf(arena, "hook-%02u", i));
    }
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    hd_package_describe_text(&text, package, NULL);
    HD_CHECK(strstr(text.data, "hook-39, and 20 more\n") != NULL);
    HD_CHECK(strstr(text.data, "\n              hook-") != NULL);
    hd_str rest = hd_buf_view(&text);
    hd_str line;
    while (hd_str_line(&rest, &line)) {
        HD_CHECK(line.length <= 110);
    }
}

#define CHECK_MEMBER(tree, key, wanted)                                                            \
    do {                                                                                           \
        hd_auto_done(hd_buf) member = HD_BUF_INIT(HD_MIB);                                         \
        hd_json_write(&member, json_object_get((tree), (key)));                                    \
        HD_CHECK_STR(member.data, (wanted));                                                       \
    } while (0)

static void json_has_every_fact(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    const hd_package *package = redis_of(arena);
    hd_closure closure = closure_of(arena, package);
    json_auto_t *tree = hd_package_describe_json(package, &closure);
    static const char *const members[][2] = {
        {"format_version", "\"HART-1\""},
        {"key_name", "\"acme-" R "\""},
        {"hash_type", "\"BLAKE2b\""},
        {"ident", "\"acme/redis/7.0.15/" R "\""},
        {"origin", "\"acme\""},
        {"name", "\"redis\""},
        {"version", "\"7.0.15\""},
        {"release", "\"" R "\""},
        {"checksum", "\"00112233\""},
        {"target", "\"x86_64-linux\""},
        {"package_type", "\"standard\""},
        {"title", "null"},
        {"license", "\"BSD-3-Clause\""},
        {"directory", "null"},
        {"packed_size", "1023"},
        {"unpacked_size", "5857280"},
        {"entry_count", "12"},
        {"has_signed_files", "true"},
        {"is_a_service", "true"},
        {"svc_user", "\"redis\""},
        {"svc_group", "null"},
        {"shutdown_signal", "\"TERM\""},
        {"shutdown_timeout", "8"},
        {"exposes", "[6379,6380,9]"},
        {"ports", "[{\"port\":6379,\"names\":[\"port\"]},{\"port\":6380,\"names\":[\"tls-port\"]},"
                  "{\"port\":9,\"names\":[]}]"},
        {"binds", "[{\"name\":\"database\",\"exports\":[\"port\",\"host\"]}]"},
        {"binds_optional", "[{\"name\":\"cache\",\"exports\":[\"port\",\"host\"]}]"},
        {"hooks", "[\"init\",\"run\"]"},
        {"config_templates", "[\"redis.conf\"]"},
        {"runtime_environment", "{\"LANG\":\"C\"}"},
        {"deps", "[\"core/openssl/3.0/" R "\"]"},
        {"tdeps", "[\"core/openssl/3.0/" R "\",\"core/glibc/2.36/" R "\"]"},
        {"closure_size", "6905856"},
    };
    for (size_t i = 0; i < HD_COUNT(members); i++) {
        CHECK_MEMBER(tree, members[i][0], members[i][1]);
    }
    HD_CHECK_STR(hd_json_string_at(tree, "config"), default_toml);
    const json_t *exports = json_object_get(tree, "exports");
    HD_CHECK_INT(json_array_size(exports), 5);
    CHECK_MEMBER(json_array_get(exports, 1), "value", "\"6380\"");
    CHECK_MEMBER(json_array_get(exports, 2), "value", "[1,2]");
    CHECK_MEMBER(json_array_get(exports, 3), "value", "null");
    const json_t *packages = json_object_get(tree, "closure");
    HD_CHECK_INT(json_array_size(packages), 2);
    CHECK_MEMBER(json_array_get(packages, 0), "ident", "\"core/glibc/2.36/" R "\"");
}

/* Scripts rely on the members being there, whatever the package is. */
static void json_has_always_the_same_members(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    const hd_package *package = redis_of(arena);
    hd_closure closure = closure_of(arena, package);
    hd_package *bare = package_of(arena, "a/b/1/" R);
    bare->directory = "/\xff";
    bare->default_toml = "not = = toml";
    json_auto_t *full = hd_package_describe_json(package, &closure);
    json_auto_t *empty = hd_package_describe_json(bare, NULL);
    HD_CHECK_INT(json_object_size(full), json_object_size(empty));
    const char *key;
    json_t *value;
    json_object_foreach(full, key, value)
    {
        HD_CHECK(value != NULL && json_object_get(empty, key) != NULL);
    }
    static const char *const unknown[] = {"key_name",        "checksum",         "packed_size",
                                          "shutdown_signal", "shutdown_timeout", "closure",
                                          "closure_size",    "svc_user",         "file"};
    for (size_t i = 0; i < HD_COUNT(unknown); i++) {
        CHECK_MEMBER(empty, unknown[i], "null");
    }
    HD_CHECK_STR(hd_json_string_at(empty, "directory"), "/\xef\xbf\xbd");
    HD_CHECK_STR(hd_json_string_at(empty, "config"), "not = = toml");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(a_service_is_told_in_full),
                                    HD_TEST(what_is_not_there_is_not_told),
                                    HD_TEST(hostile_text_is_defused),
                                    HD_TEST(long_lists_are_wrapped_and_cut),
                                    HD_TEST(json_has_every_fact),
                                    HD_TEST(json_has_always_the_same_members),
                                    {0}};
    return hd_test_main(argc, argv, "describe", tests);
}
