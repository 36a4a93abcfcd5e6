#include "hd_test.h"

#include "hd/base/mem.h"
#include "hd/image/reference.h"

static void names_are_read_as_registries_read_them(void)
{
    static const struct {
        const char *text;
        const char *full;
        const char *familiar;
    } rows[] = {
        {"redis", "docker.io/library/redis", "redis"},
        {"redis:7", "docker.io/library/redis:7", "redis:7"},
        {"acme/web:1.0", "docker.io/acme/web:1.0", "acme/web:1.0"},
        {"docker.io/redis", "docker.io/library/redis", "redis"},
        {"docker.io/acme/web", "docker.io/acme/web", "acme/web"},
        {"index.docker.io/acme/web", "docker.io/acme/web", "acme/web"},
        {"library/redis", "docker.io/library/redis", "redis"},
        {"localhost/web", "localhost/web", "localhost/web"},
        {"localhost:5000/web:1", "localhost:5000/web:1", "localhost:5000/web:1"},
        {"ghcr.io/a/b/c:x", "ghcr.io/a/b/c:x", "ghcr.io/a/b/c:x"},
        {"[::1]:5000/web", "[::1]:5000/web", "[::1]:5000/web"},
        {"[::1]/web:2", "[::1]/web:2", "[::1]/web:2"},
        {"HOST/web", "HOST/web", "HOST/web"},
        {"a/b__c--d.e_f", "docker.io/a/b__c--d.e_f", "a/b__c--d.e_f"},
        {"a/b:T.A-G_1", "docker.io/a/b:T.A-G_1", "a/b:T.A-G_1"},
        {"a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
         "docker.io/library/"
         "a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
         "a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
    };
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_reference reference = {0};
        HD_CHECK_OK(hd_reference_parse(arena, rows[i].text, &reference, &err), err);
        HD_CHECK_STR(hd_reference_text(arena, &reference), rows[i].full);
        HD_CHECK_STR(hd_reference_familiar(arena, &reference), rows[i].familiar);
    }
}

static void what_is_wrong_is_said(void)
{
    static const struct {
        const char *text;
        const char *part;
    } rows[] = {
        {"https://ghcr.io/a/b", "write it without \"https://\""},
        {"", "must be lower-case words"},
        {"acme/Web", "\"acme/Web\" must be lower-case words"},
        {"acme//web", "must be lower-case words"},
        {"acme/web/", "must be lower-case words"},
        {"/web", "must be lower-case words"},
        {"acme/_web", "must be lower-case words"},
        {"acme/web-", "must be lower-case words"},
        {"acme/we..b", "must be lower-case words"},
        {"acme/we___b", "must be lower-case words"},
        {"acme/we_-b", "must be lower-case words"},
        {"acme/w b", "must be lower-case words"},
        {"acme/web:", "the tag must be"},
        {"acme/web:-1", "the tag must be"},
        {"acme/web:1+2", "the tag must be"},
        {"acme/web@sha256:12", "the digest must be"},
        {"acme/web@md5:12", "the digest must be"},
        {"acme/web@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
         "the digest must be"},
        {"a:b:c/web", "\"a:b:c\" is not a registry's address"},
        {"a.b:99999/web", "is not a registry's address"},
        {"a.b:0/web", "is not a registry's address"},
        {"a..b/web", "is not a registry's address"},
        {"-a.b/web", "is not a registry's address"},
        {"a.b./web", "is not a registry's address"},
        {"[::1/web", "is not a registry's address"},
        {"[::1]5000/web", "is not a registry's address"},
        {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
         "64 hex digits would name an image by id"},
    };
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_reference reference = {.path = "untouched"};
        HD_CHECK_FAILS(hd_reference_parse(arena, rows[i].text, &reference, &err), err, HD_E_USAGE,
                       rows[i].part);
        HD_CHECK_STR(reference.path, "untouched");
    }
}

static void long_names_are_refused(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    hd_reference reference = {0};
    char name[300] = {0};
    memset(name, 'a', 245);
    name[1] = '/';
    HD_CHECK_OK(hd_reference_parse(arena, name, &reference, &err), err);
    memset(name + 2, 'a', 244);
    HD_CHECK_FAILS(hd_reference_parse(arena, name, &reference, &err), err, HD_E_USAGE,
                   "longer than 255");
}

static void identifiers_become_valid_names(void)
{
    static const struct {
        const char *origin;
        const char *name;
        const char *wanted;
    } rows[] = {
        {"core", "redis", "core/redis"},
        {"core", "Redis", "core/redis"},
        {"core", "_x_", "core/x"},
        {"my-origin-", "a__b", "my-origin/a__b"},
        {"o_", "a___b", "o/a__b"},
        {"o", "a_-_b", "o/a-b"},
        {"o", "a----b", "o/a----b"},
        {"o", "__", "o/unnamed"},
        {"o", "-1-", "o/1"},
    };
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_reference reference = {0};
        hd_ident ident = {.origin = rows[i].origin, .name = rows[i].name};
        const char *name = hd_reference_name(arena, &ident);
        HD_CHECK_STR(name, rows[i].wanted);
        HD_CHECK_OK(hd_reference_parse(arena, name, &reference, &err), err);
    }
}

/* An origin may have a name that references take for a registry. */
static void identifiers_are_never_registries(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    hd_ident ident = {.origin = "localhost", .name = "Web"};
    hd_reference made = hd_reference_of(arena, &ident);
    HD_CHECK_STR(hd_reference_text(arena, &made), "docker.io/localhost/web");
    HD_CHECK_STR(hd_reference_familiar(arena, &made), "docker.io/localhost/web");
    hd_reference again = {0};
    HD_CHECK_OK(hd_reference_parse(arena, hd_reference_text(arena, &made), &again, &err), err);
    HD_CHECK_STR(again.path, "localhost/web");
}

/* Whatever the bytes, what comes out is accepted by our own strict reader. */
static void any_text_becomes_valid(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    uint32_t random = 12345;
    for (int round = 0; round < 2000; round++) {
        char text[400] = {0};
        size_t length = (size_t)(round % 399);
        for (size_t i = 0; i < length; i++) {
            random = random * 1664525 + 1013904223;
            text[i] = "ab0_-.+~A\xc3"[random >> 24 & 7 ? (random >> 16) % 10 : 3 + random % 3];
        }
        hd_error err = {0};
        hd_reference reference = {0};
        hd_ident ident = {.origin = "o", .name = text};
        const char *whole = hd_arena_printf(arena, "%s:%s", hd_reference_name(arena, &ident),
                                            hd_reference_tag(arena, text));
        HD_REQUIRE(HD_CHECK_OK(hd_reference_parse(arena, whole, &reference, &err), err));
    }
}

static void tags_are_valid_for_any_version(void)
{
    static const struct {
        const char *text;
        const char *wanted;
    } rows[] = {
        {"1.0", "1.0"}, {"1.0+git~2", "1.0_git_2"}, {"-x", "x"},        {".1", "1"}, {"_a", "_a"},
        {"", "_"},      {"1.0-RC1", "1.0-rc1"},     {"a b/c", "a_b_c"}, {"...", "_"}};
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        HD_CHECK_STR(hd_reference_tag(arena, rows[i].text), rows[i].wanted);
    }
    char longest[300] = {0};
    memset(longest, '1', 299);
    HD_CHECK_INT(strlen(hd_reference_tag(arena, longest)), 128);
}

static void tags_are_those_asked_for(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_ident ident = {.origin = "o", .name = "n", .version = "1.2", .release = "20240101000000"};
    hd_strings all = hd_reference_tags(arena, &ident, HD_TAG_ALL);
    HD_REQUIRE(HD_CHECK(all.count == 3));
    HD_CHECK_STR(all.items[0], "latest");
    HD_CHECK_STR(all.items[1], "1.2");
    HD_CHECK_STR(all.items[2], "1.2-20240101000000");
    hd_strings one = hd_reference_tags(arena, &ident, HD_TAG_VERSION);
    HD_REQUIRE(HD_CHECK(one.count == 1));
    HD_CHECK_STR(one.items[0], "1.2");
    HD_CHECK_INT(hd_reference_tags(arena, &ident, 0).count, 0);
}

static void tags_come_once_and_keep_the_release(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_ident ident = {.origin = "o", .name = "n", .version = "latest", .release = "20240101000000"};
    HD_CHECK_INT(hd_reference_tags(arena, &ident, HD_TAG_ALL).count, 2);
    char version[256] = {0};
    memset(version, '1', 255);
    ident.version = version;
    hd_strings tags = hd_reference_tags(arena, &ident, HD_TAG_RELEASE);
    HD_REQUIRE(HD_CHECK(tags.count == 1));
    HD_CHECK(hd_ends_with(tags.items[0], "1-20240101000000"));
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(names_are_read_as_registries_read_them),
                                    HD_TEST(what_is_wrong_is_said),
                                    HD_TEST(long_names_are_refused),
                                    HD_TEST(identifiers_become_valid_names),
                                    HD_TEST(identifiers_are_never_registries),
                                    HD_TEST(any_text_becomes_valid),
                                    HD_TEST(tags_are_valid_for_any_version),
                                    HD_TEST(tags_are_those_asked_for),
                                    HD_TEST(tags_come_once_and_keep_the_release),
                                    {0}};
    return hd_test_main(argc, argv, "reference", tests);
}
