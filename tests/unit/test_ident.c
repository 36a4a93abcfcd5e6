#include "hd_test.h"

#include "hd/package/ident.h"
#include "hd/package/target.h"

static hd_ident parse(hd_arena *arena, const char *text)
{
    hd_error err = {0};
    hd_ident ident = {0};
    HD_CHECK_OK(hd_ident_parse(arena, hd_str_of(text), &ident, &err), err);
    return ident;
}

static void reads_two_to_four_parts(void)
{
    static const char *const good[] = {"core/redis", "0xdeadbeef/a", "foo_bar/foo-bar/1.0",
                                       "core/Name_1-x/1.2.3+b~c_d",
                                       "acme/web/v1.2.3/20240101000000"};
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; i < HD_COUNT(good); i++) {
        hd_ident ident = parse(arena, good[i]);
        HD_CHECK_STR(hd_ident_text(arena, &ident), good[i]);
    }
    HD_CHECK(hd_ident_is_full(&(hd_ident){"a", "b", "1", "20240101000000"}));
    HD_CHECK(!hd_ident_is_full(&(hd_ident){"a", "b", "1", NULL}));
}

static void refuses_what_could_leave_its_place(void)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"", "origin/name"},
        {"redis", "origin/name"},
        {"core/", "origin/name"},
        {"/redis", "origin"},
        {"core//1.0", "name"},
        {"a/b/c/20240101000000/e", "origin/name"},
        {"Core/redis", "origin"},
        {"-core/redis", "origin"},
        {"co re/redis", "origin"},
        {"../redis", "origin"},
        {"core/..", "name"},
        {"core/rocket.one", "name"},
        {"core/rocket%one", "name"},
        {"core/redis/..", "version"},
        {"core/redis/.1", "version"},
        {"core/redis/-rf", "version"},
        {"core/redis/1;id", "version"},
        {"core/redis/1.0/2024", "release"},
        {"core/redis/1.0/2024010100000x", "release"},
        {"core/redis\n", "name"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        hd_error err = {0};
        hd_ident ident = {0};
        HD_CHECK_FAILS(hd_ident_parse(arena, hd_str_of(rows[i].text), &ident, &err), err,
                       HD_E_INVALID, rows[i].message);
    }
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    hd_ident ident = {0};
    char longest[300];
    memset(longest, 'a', sizeof(longest));
    HD_CHECK_FAILS(hd_ident_parse(arena, (hd_str){longest, 280}, &ident, &err), err, HD_E_INVALID,
                   "");
    HD_CHECK_FAILS(hd_ident_parse(arena, (hd_str){"a/b\0c", 5}, &ident, &err), err, HD_E_INVALID,
                   "name");
    HD_CHECK_FAILS(hd_ident_parse_full(arena, hd_str_of("a/b/1"), &ident, &err), err, HD_E_INVALID,
                   "version and a release");
}

/* The whole table of Habitat's version rules; error = 2. */
static void versions_compare_as_in_habitat(void)
{
    static const struct {
        const char *a;
        int order;
        const char *b;
    } rows[] = {
        {"1.0", -1, "2.0"},
        {"1.0", 0, "1.0.0"},
        {"1.10", 1, "1.9"},
        {"2.1.1.4", -1, "2.1.1.5"},
        {"1.0.0-alpha2", 1, "1.0.0-alpha1"},
        {"1.0.0-beta1", 1, "1.0.0-alpha1000"},
        {"2.1.1", 1, "2.1.1-alpha2"},
        {"2.1.1-alpha2", -1, "3.2.0-rc.0"},
        {"2016i", -1, "2016j"},
        {"1.2.3-10", -1, "1.2.3-9"},
        {"v1.2.3", 0, "1.2.3"},
        {"release-2.0", 1, "1.9"},
        {"1.2.x", -1, "2.0"},
        {"1.2.x", 2, "1.2.3"},
        {"1.0-", -1, "1.0-a"},
        {"1.0--a", -1, "1.0-a"},
        {"1.0_p1", -1, "1.0"},
        {"3.0.0+build5", -1, "3.0.0"},
        {"6.0-20170902", -1, "6.0"},
        {"foo.bar", 2, "foo.bar"},
        {"99999999999999999999", 2, "1"},
        {"1.0.0-alpha1", 2, "undefined"},
        {"18446744073709551615", 1, "18446744073709551614"},
        {"1..2", 2, "1.0.1"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        int order = 0;
        bool known = hd_version_compare(hd_str_of(rows[i].a), hd_str_of(rows[i].b), &order);
        HD_CHECK_INT(known ? order : 2, rows[i].order);
        bool back = hd_version_compare(hd_str_of(rows[i].b), hd_str_of(rows[i].a), &order);
        HD_CHECK_INT(back ? -order : 2, rows[i].order);
    }
}

static void identifiers_are_ordered_in_part(void)
{
    static const struct {
        const char *a;
        int order; /* 2: cannot be compared */
        const char *b;
    } rows[] = {
        {"a/x/1.0/20240101000000", -1, "b/x/1.1/20230101000000"},
        {"a/x/1.0/20240101000000", 2, "a/y/1.0/20240101000000"},
        {"a/x", 2, "a/x"},
        {"a/x", -1, "a/x/1.0"},
        {"a/x/1.0", 2, "a/x/2.0"},
        {"a/x/9.0", -1, "a/x/1.0/20240101000000"},
        {"a/x/1.0/20240101000000", 0, "c/x/1.0.0/20240101000000"},
        {"a/x/master/20240101000000", -1, "a/x/trunk/20230101000000"},
        {"a/x/1.0/20240101000000", 1, "a/x/1.0/20230101000000"},
    };
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_ident a = parse(arena, rows[i].a);
        hd_ident b = parse(arena, rows[i].b);
        int order = 0;
        HD_CHECK_INT(hd_ident_compare(&a, &b, &order) ? order : 2, rows[i].order);
        HD_CHECK_INT(hd_ident_compare(&b, &a, &order) ? -order : 2, rows[i].order);
    }
}

static void requests_are_satisfied_by_what_they_name(void)
{
    static const struct {
        const char *request;
        bool satisfied;
    } rows[] = {
        {"a/x", true},  {"a/x/1.0", true}, {"a/x/1.0/20240101000000", true}, {"a/x/1.0.0", false},
        {"b/x", false}, {"a/y", false},    {"a/x/1.0/20240101000001", false}};
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_ident have = parse(arena, "a/x/1.0/20240101000000");
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_ident request = parse(arena, rows[i].request);
        HD_CHECK(hd_ident_satisfies(&have, &request) == rows[i].satisfied);
    }
}

static void targets_are_known_by_name_and_file(void)
{
    hd_error err = {0};
    const hd_target *target = NULL;
    HD_CHECK_OK(hd_target_find(hd_str_of("aarch64-linux"), &target, &err), err);
    HD_CHECK_STR(target->architecture, "arm64");
    HD_CHECK_FAILS(hd_target_find(hd_str_of("x86_64-Linux"), &target, &err), err, HD_E_INVALID,
                   "unknown package target \"x86_64-Linux\"");
    HD_CHECK_STR(hd_target_of_file("a-b-1-20240101000000-x86_64-linux-kernel2.hart")->name,
                 "x86_64-linux-kernel2");
    HD_CHECK_STR(hd_target_of_file("a-b-1-20240101000000-x86_64-linux.hart")->name, "x86_64-linux");
    HD_CHECK(hd_target_of_file("x86_64-linux.hart") == NULL);
    HD_CHECK(hd_target_of_file("a-x86_64-linux.tar") == NULL);
    HD_CHECK(hd_target_host() != NULL);
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(reads_two_to_four_parts),
                                    HD_TEST(refuses_what_could_leave_its_place),
                                    HD_TEST(versions_compare_as_in_habitat),
                                    HD_TEST(identifiers_are_ordered_in_part),
                                    HD_TEST(requests_are_satisfied_by_what_they_name),
                                    HD_TEST(targets_are_known_by_name_and_file),
                                    {0}};
    return hd_test_main(argc, argv, "ident", tests);
}
