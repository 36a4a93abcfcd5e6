#include "hd/base/file.h"
#include "hd/base/log.h"
#include "test_installed.h"

#include <sys/stat.h>

#define R "20240101000000"

enum { NOBODY = 65534 };

typedef struct fixture {
    hd_arena *arena;
    hd_store_options options;
    hd_store *store;
    hd_error err;
} fixture;

static void fixture_done(fixture *with)
{
    hd_store_free(with->store);
    hd_arena_free(with->arena);
}
HD_DEFINE_AUTO_DONE(fixture)

/* A store with one directory of artifacts. */
static fixture fixture_new(void)
{
    fixture with = {.arena = hd_arena_new(), .options = test_store_options()};
    hd_vec_push_arena(with.arena, &with.options.artifacts, hd_test_path("artifacts"));
    with.store = hd_store_new(with.arena, &with.options);
    return with;
}

static char warnings[4096];

static void keep_warnings(hd_log_level level, const char *message)
{
    if (level == HD_LOG_WARNING) {
        size_t used = strlen(warnings);
        (void)snprintf(warnings + used, sizeof(warnings) - used, "%s\n", message);
    }
}

static const char *found(fixture *with, const char *request)
{
    const hd_package *package = NULL;
    int status = hd_store_find(with->store, request, &package, &with->err);
    return status == 0 ? hd_ident_text(with->arena, &package->ident)
                       : hd_arena_strdup(with->arena, with->err.message);
}

static void partial_identifiers_take_the_newest(void)
{
    static const char *const installed[] = {
        "acme/web/1.9.0/20240101000000",        "acme/web/1.10.0/20230101000000",
        "acme/web/1.10.0/20230301000000",       "acme/web/1.10.0/20230201000000",
        "acme/web/1.10.0-beta1/20250101000000", "acme/web-ui/9.0/20240101000000",
        "acme/odd/master/20240101000000",       "other/web/7.0/20240101000000",
    };
    for (size_t i = 0; i < HD_COUNT(installed); i++) {
        test_install(installed[i], NULL, NULL);
    }
    static const struct {
        const char *request;
        const char *ident;
    } rows[] = {
        {"acme/web", "acme/web/1.10.0/20230301000000"},
        {"acme/web/1.9.0", "acme/web/1.9.0/20240101000000"},
        {"acme/web/1.10.0", "acme/web/1.10.0/20230301000000"},
        {"acme/web/1.10.0-beta1", "acme/web/1.10.0-beta1/20250101000000"},
        {"acme/web/1.10.0/20230101000000", "acme/web/1.10.0/20230101000000"},
        {"acme/web-ui", "acme/web-ui/9.0/20240101000000"},
        {"acme/odd", "acme/odd/master/20240101000000"},
        {"other/web", "other/web/7.0/20240101000000"},
    };
    hd_auto_done(fixture) with = fixture_new();
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        HD_CHECK_STR(found(&with, rows[i].request), rows[i].ident);
    }
    const hd_package *package = NULL;
    static const char *const missing[] = {"acme/we", "acme/web/1", "acme/web/1.10",
                                          "acme/web/1.10.0/20990101000000", "acme/nosuch"};
    for (size_t i = 0; i < HD_COUNT(missing); i++) {
        HD_CHECK_FAILS(hd_store_find(with.store, missing[i], &package, &with.err), with.err,
                       HD_E_NOT_FOUND, missing[i]);
    }
}

static void packages_are_read_once(void)
{
    test_install("acme/web/1.0/" R, NULL, NULL);
    hd_auto_done(fixture) with = fixture_new();
    const hd_package *first = NULL;
    const hd_package *second = NULL;
    HD_CHECK_OK(hd_store_find(with.store, "acme/web", &first, &with.err), with.err);
    HD_CHECK_OK(hd_store_find(with.store, "acme/web/1.0/" R, &second, &with.err), with.err);
    HD_CHECK(first == second);
}

static void only_finished_packages_for_the_target_count(void)
{
    test_install("acme/web/1.0/" R, NULL, NULL);
    test_install("acme/web/2.0/" R, NULL, NULL);
    test_metafile("acme/web/2.0/" R, "TARGET", "x86_64-linux-kernel2\n");
    test_install("acme/web/3.0/.hab-pkg-install-20240101000000abc", NULL, NULL);
    test_metafile("acme/web/4.0/" R, "IDENT", "acme/web/4.0/" R "\n"); /* no TARGET */
    test_metafile("acme/web/5.0", R, "a file in a release's place");
    test_metafile("acme/web", "6.0", "a file in a version's place");
    test_install("acme/web/7.0/latest", NULL, NULL);
    test_install("acme/web/-8/" R, NULL, NULL);
    test_metafile("acme/web/9.0/" R, "TARGET", "pdp11-unix\n");
    warnings[0] = '\0';
    hd_log_set_sink(keep_warnings);
    hd_auto_done(fixture) with = fixture_new();
    HD_CHECK_STR(found(&with, "acme/web"), "acme/web/1.0/" R);
    const hd_package *package = NULL;
    HD_CHECK_FAILS(hd_store_find(with.store, "acme/web/2.0/" R, &package, &with.err), with.err,
                   HD_E_NOT_FOUND, "no package acme/web/2.0/" R " for x86_64-linux");
    hd_log_set_sink(NULL);
    HD_CHECK_STR(warnings, "");
    hd_error err = {0};
    HD_CHECK_OK(hd_target_find(hd_str_of("x86_64-linux-kernel2"), &with.options.target, &err), err);
    hd_auto(hd_store) *other = hd_store_new(with.arena, &with.options);
    HD_CHECK_OK(hd_store_find(other, "acme/web", &package, &err), err);
    HD_CHECK_STR(package->ident.version, "2.0");
}

static void text_that_is_no_identifier_is_a_usage_error(void)
{
    static const char *const bad[] = {"web",    "UPPER/name",    "a/b/c/d",
                                      "../etc", "acme/web/../x", ""};
    hd_auto_done(fixture) with = fixture_new();
    for (size_t i = 0; i < HD_COUNT(bad); i++) {
        const hd_package *package = NULL;
        HD_CHECK_FAILS(hd_store_find(with.store, bad[i], &package, &with.err), with.err, HD_E_USAGE,
                       "identifier");
    }
}

static void nothing_found_says_where_was_looked(void)
{
    hd_auto_done(fixture) with = fixture_new();
    const hd_package *package = NULL;
    hd_auto_free char *looked = hd_printf(
        "no package acme/web for x86_64-linux; looked in %s/artifacts, "
        "%s/root/hab/pkgs, %s/results, ",
        hd_test_dir(), hd_test_dir(), hd_test_dir());
    HD_CHECK_FAILS(hd_store_find(with.store, "acme/web", &package, &with.err), with.err,
                   HD_E_NOT_FOUND, looked);
    HD_CHECK_FAILS(hd_store_find(with.store, "no/such.hart", &package, &with.err), with.err,
                   HD_E_NOT_FOUND, "no/such.hart");
}

static void a_winner_that_is_no_package_is_an_error(void)
{
    static const char *const broken[] = {
        "artifacts/acme-web-2.0-" R "-x86_64-linux.hart",
        "results/acme-web-2.0-" R "-x86_64-linux.hart",
    };
    test_install("acme/web/1.0/" R, NULL, NULL);
    for (size_t i = 0; i < HD_COUNT(broken); i++) {
        hd_auto_free char *path = hd_strdup(hd_test_path(broken[i]));
        hd_test_write(path, "HART-2\n", 7);
        hd_auto_done(fixture) with = fixture_new();
        const hd_package *package = NULL;
        HD_CHECK_FAILS(hd_store_find(with.store, "acme/web", &package, &with.err), with.err,
                       HD_E_INVALID, path);
        HD_CHECK_FAILS(hd_store_find(with.store, "acme/web/2.0/" R, &package, &with.err), with.err,
                       HD_E_INVALID, path);
        HD_CHECK_STR(found(&with, "acme/web/1.0"), "acme/web/1.0/" R);
        HD_CHECK_OK(hd_remove_tree(path, &with.err), with.err);
    }
}

static void other_names_are_not_candidates(void)
{
    static const char *const names[] = {
        "acme-web-2.0-20240101000000-x86_64-windows.hart",
        "acme-web-2.0-20240101000000-x86_64-linux-kernel2.hart",
        "acme-web-2.0-20240101000000-x86_64-linux.hart.tmp",
        ".acme-web-2.0-20240101000000-x86_64-linux.hart",
        "acme-web-2.0-2024010100000-x86_64-linux.hart",
        "acme-web-2.0-2024010100000x-x86_64-linux.hart",
        "acme-web-2.0x20240101000000-x86_64-linux.hart",
        "acme-web--20240101000000-x86_64-linux.hart",
        "acme-web-20240101000000-x86_64-linux.hart",
        "acme-web-..-20240101000000-x86_64-linux.hart",
        "acme-web-x86_64-linux.hart",
        "acme-website-2.0-20240101000000-x86_64-linux.hart",
        "acme-web-3.0-20240101000000-x86_64-linux.hart/directory",
    };
    for (size_t i = 0; i < HD_COUNT(names); i++) {
        hd_auto_free char *path = hd_printf("%s/artifacts/%s", hd_test_dir(), names[i]);
        hd_test_write(path, "x", 1);
    }
    test_install("acme/web/1.0/" R, NULL, NULL);
    hd_auto_done(fixture) with = fixture_new();
    HD_CHECK_STR(found(&with, "acme/web"), "acme/web/1.0/" R);
    const hd_package *package = NULL;
    HD_CHECK_FAILS(hd_store_find(with.store, "acme/web/3.0/" R, &package, &with.err), with.err,
                   HD_E_NOT_FOUND, "acme/web/3.0");
}

/* As somebody who is refused, whoever runs the tests. */
static void directories_that_may_not_be_read_are_told(void)
{
    test_install("acme/web/1.0/" R, NULL, NULL);
    hd_auto_free char *closed = hd_strdup(hd_test_path("artifacts"));
    HD_CHECK_INT(mkdir(closed, 0), 0);
    HD_CHECK_INT(chmod(hd_test_dir(), 0755), 0);
    bool is_root = geteuid() == 0;
    HD_REQUIRE(HD_CHECK(!is_root || seteuid(NOBODY) == 0));
    warnings[0] = '\0';
    hd_log_set_sink(keep_warnings);
    hd_auto_done(fixture) with = fixture_new();
    HD_CHECK_STR(found(&with, "acme/web"), "acme/web/1.0/" R);
    hd_auto_free char *warned = hd_printf("%s: Permission denied, packages there are not seen\n",
                                          closed);
    HD_CHECK_STR(warnings, warned);
    hd_auto_free char *told = hd_printf("no package acme/nosuch for x86_64-linux (could not read "
                                        "%s: Permission denied); looked in",
                                        closed);
    const hd_package *package = NULL;
    HD_CHECK_FAILS(hd_store_find(with.store, "acme/nosuch", &package, &with.err), with.err,
                   HD_E_NOT_FOUND, told);
    HD_CHECK_FAILS(hd_store_find(with.store, "acme/nosuch/1/" R, &package, &with.err), with.err,
                   HD_E_NOT_FOUND, "could not read");
    HD_CHECK_STR(warnings, warned); /* once */
    hd_log_set_sink(NULL);
    HD_CHECK(!is_root || seteuid(0) == 0);
    HD_CHECK_INT(chmod(closed, 0700), 0);
}

/* Caches are with the person, unless that person is root. */
static void the_cache_follows_home(void)
{
    bool is_root = geteuid() == 0;
    hd_auto_free char *of_root = hd_printf(", %s/root/hab/cache/artifacts", hd_test_dir());
    hd_auto_free char *of_home = hd_printf(", %s/home/.hab/cache/artifacts", hd_test_dir());
    hd_auto_done(fixture) with = fixture_new();
    HD_CHECK(strstr(found(&with, "acme/web"), is_root ? of_root : of_home) != NULL);
    HD_REQUIRE(HD_CHECK(!is_root || seteuid(NOBODY) == 0));
    hd_auto(hd_store) *other = hd_store_new(with.arena, &with.options);
    HD_CHECK_INT(unsetenv("HOME"), 0);
    hd_auto(hd_store) *homeless = hd_store_new(with.arena, &with.options);
    HD_CHECK(!is_root || seteuid(0) == 0);
    const hd_package *package = NULL;
    HD_CHECK_FAILS(hd_store_find(other, "acme/web", &package, &with.err), with.err, HD_E_NOT_FOUND,
                   of_home);
    HD_CHECK_FAILS(hd_store_find(homeless, "acme/web", &package, &with.err), with.err,
                   HD_E_NOT_FOUND, of_root);
}

/* Genuine packages, signed by happyhumans. */

#define POSSUMS      "happyhumans-possums-8.1.4-20160427165340-x86_64-linux.hart"
#define POSSUMS_TEXT "happyhumans/possums/8.1.4/20160427165340"
#define POSSUMS_KEY  "happyhumans-20160424223347.pub"

/* A copy of a fixture at a place in the test's directory; false, and told, without fixtures. */
static bool put_fixture(const char *fixture_name, const char *place)
{
    if (hd_test_fixtures() == NULL) {
        hd_test_skip("genuine packages are needed");
        return false;
    }
    hd_auto_free char *from = hd_printf("%s/%s", hd_test_fixtures(), fixture_name);
    hd_auto_free char *data = NULL;
    size_t length = 0;
    hd_error err = {0};
    if (!HD_CHECK_OK(hd_file_read(from, HD_MIB, &data, &length, &err), err)) {
        return false;
    }
    hd_test_write(hd_test_path(place), data, length);
    return true;
}

static bool put_possums(const char *place)
{
    return put_fixture(POSSUMS_KEY, "keys/" POSSUMS_KEY) && put_fixture(POSSUMS, place);
}

/* Where the request is answered from, by a store that has seen nothing yet. */
static void check_from(const char *request, const char *named, const char *place)
{
    hd_auto_done(fixture) with = fixture_new();
    const hd_package *package = NULL;
    if (named != NULL) {
        HD_CHECK_OK(hd_store_find(with.store, hd_test_path(named), &package, &with.err), with.err);
        HD_CHECK_STR(package == NULL ? NULL : package->file, hd_test_path(named));
    }
    package = NULL;
    HD_CHECK_OK(hd_store_find(with.store, request, &package, &with.err), with.err);
    HD_REQUIRE(HD_CHECK(package != NULL));
    HD_CHECK_STR(package->file == NULL ? package->directory : package->file, hd_test_path(place));
}

static void ties_go_to_the_earlier_place(void)
{
    static const char *const places[] = {"named/" POSSUMS,
                                         "artifacts/" POSSUMS,
                                         "root/hab/pkgs/" POSSUMS_TEXT,
                                         "results/" POSSUMS,
                                         "root/hab/cache/artifacts/" POSSUMS,
                                         "home/.hab/cache/artifacts/" POSSUMS};
    for (size_t i = 0; i < HD_COUNT(places); i++) {
        HD_REQUIRE(i == 2 || put_possums(places[i]));
    }
    test_install(POSSUMS_TEXT, NULL, NULL);
    size_t cache = geteuid() == 0 ? 4 : 5;
    static const char *const requests[] = {"happyhumans/possums", "happyhumans/possums/8.1.4",
                                           POSSUMS_TEXT};
    for (size_t i = 0; i < HD_COUNT(places); i++) {
        if (i >= 4 && i != cache) {
            continue;
        }
        for (size_t r = 0; r < HD_COUNT(requests); r++) {
            check_from(requests[r], i == 0 ? places[0] : NULL, places[i]);
        }
        hd_error err = {0};
        HD_CHECK_OK(hd_remove_tree(hd_test_path(places[i]), &err), err);
    }
}

static void a_newer_one_wins_wherever_it_is(void)
{
    HD_REQUIRE(put_possums("named.hart") && put_possums("artifacts/" POSSUMS));
    test_install("happyhumans/possums/8.1.4/20170101000000", NULL, NULL);
    check_from("happyhumans/possums", "named.hart",
               "root/hab/pkgs/happyhumans/possums/8.1.4/20170101000000");
    check_from(POSSUMS_TEXT, NULL, "artifacts/" POSSUMS);
}

static void names_that_lie_are_passed_over(void)
{
    HD_REQUIRE(put_possums("artifacts/happyhumans-possums-9.0-" R "-x86_64-linux.hart"));
    HD_REQUIRE(put_possums("results/" POSSUMS));
    HD_REQUIRE(put_possums("results/happyhumans-possums-8.1.4-20160427165340-x86_64-windows.hart"));
    warnings[0] = '\0';
    hd_log_set_sink(keep_warnings);
    hd_auto_done(fixture) with = fixture_new();
    HD_CHECK_STR(found(&with, "happyhumans/possums"), POSSUMS_TEXT);
    HD_CHECK(strstr(warnings, "artifacts/happyhumans-possums-9.0-" R "-x86_64-linux.hart is not "
                              "what its name says but " POSSUMS_TEXT " for x86_64-linux") != NULL);
    const hd_package *package = NULL;
    HD_CHECK_FAILS(hd_store_find(with.store, "happyhumans/possums/9.0", &package, &with.err),
                   with.err, HD_E_NOT_FOUND, "no package happyhumans/possums/9.0");
    HD_CHECK_OK(hd_target_find(hd_str_of("x86_64-windows"), &with.options.target, &with.err),
                with.err);
    hd_auto(hd_store) *windows = hd_store_new(with.arena, &with.options);
    warnings[0] = '\0';
    HD_CHECK_FAILS(hd_store_find(windows, POSSUMS_TEXT, &package, &with.err), with.err,
                   HD_E_NOT_FOUND, "for x86_64-windows");
    HD_CHECK(strstr(warnings, "passed over") != NULL);
    hd_log_set_sink(NULL);
    HD_CHECK_FAILS(hd_store_find(windows, hd_test_path("results/" POSSUMS), &package, &with.err),
                   with.err, HD_E_INVALID, POSSUMS " is for x86_64-linux, not for x86_64-windows");
    HD_CHECK_FAILS(hd_store_find(windows, POSSUMS_TEXT, &package, &with.err), with.err,
                   HD_E_NOT_FOUND, "for x86_64-windows");
}

static void nothing_untrusted_is_replaced_in_silence(void)
{
    HD_REQUIRE(put_possums("artifacts/" POSSUMS));
    test_install("happyhumans/possums/8.1.3/20160427165340", NULL, NULL);
    hd_error err = {0};
    HD_CHECK_OK(hd_remove_tree(hd_test_path("keys"), &err), err);
    hd_auto_done(fixture) with = fixture_new();
    const hd_package *package = NULL;
    HD_CHECK_FAILS(hd_store_find(with.store, "happyhumans/possums", &package, &with.err), with.err,
                   HD_E_NOT_FOUND, "no key " POSSUMS_KEY);
    HD_REQUIRE(put_possums("elsewhere/" POSSUMS));
    HD_REQUIRE(put_fixture("un" POSSUMS, "artifacts/" POSSUMS));
    HD_CHECK_FAILS(hd_store_find(with.store, "happyhumans/possums", &package, &with.err), with.err,
                   HD_E_INTEGRITY, POSSUMS);
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(partial_identifiers_take_the_newest),
                                    HD_TEST(packages_are_read_once),
                                    HD_TEST(only_finished_packages_for_the_target_count),
                                    HD_TEST(text_that_is_no_identifier_is_a_usage_error),
                                    HD_TEST(nothing_found_says_where_was_looked),
                                    HD_TEST(a_winner_that_is_no_package_is_an_error),
                                    HD_TEST(other_names_are_not_candidates),
                                    HD_TEST(directories_that_may_not_be_read_are_told),
                                    HD_TEST(the_cache_follows_home),
                                    HD_TEST(ties_go_to_the_earlier_place),
                                    HD_TEST(a_newer_one_wins_wherever_it_is),
                                    HD_TEST(names_that_lie_are_passed_over),
                                    HD_TEST(nothing_untrusted_is_replaced_in_silence),
                                    {0}};
    return hd_test_main(argc, argv, "store", tests);
}
