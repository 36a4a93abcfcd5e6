#include "hd_test.h"

#include "hd/base/file.h"
#include "hd/package/keys.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZEROS_32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static int parse(const char *text, hd_key *key, hd_error *err)
{
    return hd_key_parse(hd_str_of(text), "k.pub", key, err);
}

static void reads_every_spelling(void)
{
    static const char *const good[] = {
        "SIG-PUB-1\nacme-20240101000000\n\n" ZEROS_32,
        "SIG-PUB-1\nacme-20240101000000\n\n" ZEROS_32 "\n",
        "SIG-PUB-1\r\nacme-20240101000000\r\n\r\n" ZEROS_32 "\r\n",
        "SYM-SEC-1\nmy-ring-20240101000000\nanything\n " ZEROS_32 " ",
        "BOX-PUB-1\nredis.default@acme-20240101000000\n\n" ZEROS_32,
    };
    for (size_t i = 0; i < HD_COUNT(good); i++) {
        hd_error err = {0};
        hd_key key;
        HD_CHECK_OK(parse(good[i], &key, &err), err);
        HD_CHECK_STR(key.revision, "20240101000000");
    }
}

static void every_fault_has_its_words(void)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"", "no key version"},
        {"NONSENSE-12\nacme-20240101000000\n\n" ZEROS_32,
         "unsupported key version \"NONSENSE-12\""},
        {" SIG-PUB-1\nacme-20240101000000\n\n" ZEROS_32, "unsupported key version"},
        {"SIG-PUB-1\n", "no name and revision"},
        {"SIG-PUB-1\nacme-2024\n\n" ZEROS_32, "cannot parse named revision \"acme-2024\""},
        {"SIG-PUB-1\n../acme-20240101000000\n\n" ZEROS_32, "cannot parse named revision"},
        {"SIG-PUB-1\nacme-20240101000000\n\n", "no key material"},
        {"SIG-PUB-1\nacme-20240101000000\n\nnot base64!", "not valid base64"},
        {"SIG-PUB-1\nacme-20240101000000\n\nAAAA", "3 bytes, not 32"},
        {"SIG-SEC-1\nacme-20240101000000\n\n" ZEROS_32, "32 bytes, not 64"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_key key;
        HD_CHECK_FAILS(parse(rows[i].text, &key, &err), err, HD_E_INVALID, rows[i].message);
    }
}

static void put_key(const char *file_name, const char *inside)
{
    char text[200];
    (void)snprintf(text, sizeof(text), "SIG-PUB-1\n%s\n\n" ZEROS_32, inside);
    hd_test_write(hd_test_path(file_name), text, strlen(text));
}

static void the_cache_is_exact_about_names(void)
{
    hd_error err = {0};
    hd_key key;
    put_key("foo-20240101000000.pub", "foo-20240101000000");
    put_key("foo-20250101000000.pub", "foo-20250101000000");
    put_key("foo-bar-20260101000000.pub", "foo-bar-20260101000000");
    put_key("liar-20240101000000.pub", "foo-20240101000000");
    HD_CHECK_OK(hd_key_load_public(hd_test_dir(), "foo-20240101000000", &key, &err), err);
    HD_CHECK_FAILS(hd_key_load_public(hd_test_dir(), "foo-20230101000000", &key, &err), err,
                   HD_E_NOT_FOUND, "no key foo-20230101000000.pub in ");
    HD_CHECK_FAILS(hd_key_load_public("/nonexistent", "foo-20230101000000", &key, &err), err,
                   HD_E_NOT_FOUND, "no key foo-20230101000000.pub in /nonexistent (import it, or ");
    HD_CHECK_FAILS(hd_key_load_public(hd_test_dir(), "liar-20240101000000", &key, &err), err,
                   HD_E_INVALID, "the key inside is foo-20240101000000");
    HD_CHECK_OK(hd_key_load_newest(hd_test_dir(), "foo", HD_KEY_SIGNING_PUBLIC, &key, &err), err);
    HD_CHECK_STR(key.revision, "20250101000000"); /* and not foo-bar's */
    HD_CHECK_FAILS(hd_key_load_newest(hd_test_dir(), "fo", HD_KEY_SIGNING_PUBLIC, &key, &err), err,
                   HD_E_NOT_FOUND, "no key fo-");
    HD_CHECK_FAILS(hd_key_load_newest(hd_test_dir(), "foo", HD_KEY_RING, &key, &err), err,
                   HD_E_NOT_FOUND, ".sym.key");
}

static void imports_once_and_with_the_right_mode(void)
{
    static const char text[] = "SYM-SEC-1\r\nring-20240101000000\r\n\r\n" ZEROS_32 "\r\n";
    static const char other[] =
        "SYM-SEC-1\nring-20240101000000\n\nAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    hd_error err = {0};
    struct stat info;
    const char *cache = hd_test_path("new/cache");
    HD_CHECK_OK(hd_key_import(cache, hd_str_of(text), "x", &err), err);
    HD_CHECK_OK(hd_key_import(cache, hd_str_of(text), "x", &err), err);
    HD_CHECK_FAILS(hd_key_import(cache, hd_str_of(other), "x", &err), err, HD_E_CONFLICT,
                   "another key of that name");
    const char *path = hd_test_path("new/cache/ring-20240101000000.sym.key");
    HD_CHECK(stat(path, &info) == 0 && (info.st_mode & 0777) == 0400);
    hd_auto_free char *written = NULL;
    HD_CHECK_OK(hd_file_read(path, 1000, &written, NULL, &err), err);
    HD_CHECK_STR(written, "SYM-SEC-1\nring-20240101000000\n\n" ZEROS_32);
}

static void imports_never_replace_what_is_there(void)
{
    static const char ring[] = "SYM-SEC-1\nring-20240101000000\n\n" ZEROS_32;
    static const char public_key[] = "SIG-PUB-1\nacme-20240101000000\n\n" ZEROS_32;
    static const char box_key[] = "BOX-PUB-1\nacme-20240101000000\n\n" ZEROS_32;
    static const char crlf[] = "SYM-SEC-1\r\nring-20240101000000\r\nx\r\n" ZEROS_32 "\r\n";
    static char large[2 * HD_KEY_FILE_MAX];
    const char *path = hd_test_path("ring-20240101000000.sym.key");
    hd_error err = {0};
    hd_test_write(path, crlf, strlen(crlf)); /* the same key in another spelling */
    HD_CHECK_OK(hd_key_import(hd_test_dir(), hd_str_of(ring), "x", &err), err);
    hd_test_write(path, "garbage", 7);
    HD_CHECK_FAILS(hd_key_import(hd_test_dir(), hd_str_of(ring), "x", &err), err, HD_E_CONFLICT,
                   "another key of that name");
    hd_test_write(path, large, sizeof(large));
    HD_CHECK_FAILS(hd_key_import(hd_test_dir(), hd_str_of(ring), "x", &err), err, HD_E_LIMIT,
                   "ring-20240101000000.sym.key");
    /* Signing and box keys share a suffix: equal bytes do not make them the same key. */
    HD_CHECK_OK(hd_key_import(hd_test_dir(), hd_str_of(public_key), "x", &err), err);
    HD_CHECK_FAILS(hd_key_import(hd_test_dir(), hd_str_of(box_key), "x", &err), err, HD_E_CONFLICT,
                   "another key of that name");
    HD_CHECK_FAILS(hd_key_import(hd_test_dir(), hd_str_of("SIG-PUB-1\n"), "my file", &err), err,
                   HD_E_INVALID, "my file: no name and revision");
}

static void names_stay_in_the_key_directory(void)
{
    static const struct {
        const char *text;
        const char *name; /* NULL: no such name */
    } rows[] = {
        {"acme-20240101000000", "acme"},
        {"a-b-c-20240101000000", "a-b-c"},
        {"redis.default@acme-20240101000000", "redis.default@acme"},
        {"a-20240101000000-20250101000000", "a-20240101000000"},
        {"", NULL},
        {"20240101000000", NULL},
        {"-20240101000000", NULL},
        {"acme-2024010100000", NULL},
        {"acme-202401010000000", NULL},
        {"acme-2024010100000x", NULL},
        {"acme_20240101000000", NULL},
        {"../acme-20240101000000", NULL},
        {"/acme-20240101000000", NULL},
        {"..-20240101000000", NULL},
        {".hidden-20240101000000", NULL},
        {"a b-20240101000000", NULL},
        {"a\n-20240101000000", NULL},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_str name = {0};
        hd_str revision = {0};
        bool found = hd_key_split_name(hd_str_of(rows[i].text), &name, &revision);
        HD_CHECK_INT(found, rows[i].name != NULL);
        HD_CHECK(!found || (hd_str_is(name, rows[i].name) && revision.length == 14));
    }
    char longest[300];
    memset(longest, 'a', sizeof(longest));
    memcpy(longest + HD_KEY_NAME_MAX + 1, "-20240101000000", 15);
    hd_str name = {0};
    hd_str revision = {0};
    HD_CHECK(!hd_key_split_name((hd_str){longest, HD_KEY_NAME_MAX + 16}, &name, &revision));
    HD_CHECK(hd_key_split_name((hd_str){longest + 1, HD_KEY_NAME_MAX + 15}, &name, &revision));
}

static void the_cache_is_where_habitat_has_it(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    HD_CHECK_STR(hd_key_cache_path(arena, "/given", "/root"), "/given");
    if (geteuid() == 0) {
        HD_CHECK_STR(hd_key_cache_path(arena, NULL, "/"), "/hab/cache/keys");
        HD_CHECK_STR(hd_key_cache_path(arena, "", "/fs/"), "/fs/hab/cache/keys");
    } else {
        (void)setenv("HOME", "/home-of-me", 1);
        HD_CHECK_STR(hd_key_cache_path(arena, NULL, "/fs"), "/home-of-me/.hab/cache/keys");
    }
}

static void genuine_keys_are_read(void)
{
    static const struct {
        const char *name;
        const char *message; /* NULL: it is a signing key */
    } rows[] = {{"origin-key-valid-20160509190508", NULL},
                {"origin-key-invalid-version-20160518021451", "unsupported key version"},
                {"service-key-valid.default@acme-20160509181736", "BOX-PUB-1"}};
    if (hd_test_fixtures() == NULL) {
        hd_test_skip("Habitat's own test packages are not here");
        return;
    }
    char cache[1000];
    (void)snprintf(cache, sizeof(cache), "%s/keys", hd_test_fixtures());
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_key key;
        int status = hd_key_load_public(cache, rows[i].name, &key, &err);
        if (rows[i].message == NULL) {
            HD_CHECK_OK(status, err);
        } else {
            HD_CHECK_FAILS(status, err, HD_E_INVALID, rows[i].message);
        }
    }
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(reads_every_spelling),
                                    HD_TEST(every_fault_has_its_words),
                                    HD_TEST(the_cache_is_exact_about_names),
                                    HD_TEST(imports_once_and_with_the_right_mode),
                                    HD_TEST(imports_never_replace_what_is_there),
                                    HD_TEST(names_stay_in_the_key_directory),
                                    HD_TEST(the_cache_is_where_habitat_has_it),
                                    HD_TEST(genuine_keys_are_read),
                                    {0}};
    return hd_test_main(argc, argv, "keys", tests);
}
