#include "test_installed.h"

#include <time.h>

#define R "20240101000000"

/* One test's arena, store and last error. */
typedef struct fixture {
    hd_arena *arena;
    hd_store *store;
    hd_error err;
} fixture;

static void fixture_done(fixture *with)
{
    hd_store_free(with->store);
    hd_arena_free(with->arena);
}
HD_DEFINE_AUTO_DONE(fixture)

static fixture fixture_new(void)
{
    fixture with = {.arena = hd_arena_new()};
    hd_store_options options = test_store_options();
    with.store = hd_store_new(with.arena, &options);
    return with;
}

/* The closure of roots separated by blanks. */
static int closure_of(fixture *with, const char *roots, hd_closure *ret_closure)
{
    hd_packages packages = {0};
    hd_str rest = hd_str_of(roots);
    hd_str word;
    while (hd_str_word(&rest, &word)) {
        const hd_package *package = NULL;
        const char *ident = hd_arena_strndup(with->arena, word.data, word.length);
        int status = hd_store_find(with->store, ident, &package, &with->err);
        if (status != 0) {
            return status;
        }
        hd_vec_push_arena(with->arena, &packages, package);
    }
    return hd_store_closure(with->store, packages.items, packages.count, ret_closure, &with->err);
}

static const char *names_of(fixture *with, const hd_closure *closure)
{
    const char *text = "";
    for (size_t i = 0; i < closure->packages.count; i++) {
        const hd_ident *ident = &closure->packages.items[i]->ident;
        text = hd_arena_printf(with->arena, "%s%s%s/%s", text, i == 0 ? "" : " ", ident->name,
                               ident->version);
    }
    return text;
}

#define CHECK_CLOSURE(roots, wanted)                                                               \
    do {                                                                                           \
        hd_auto_done(fixture) with_ = fixture_new();                                               \
        hd_closure closure_ = {0};                                                                 \
        HD_CHECK_OK(closure_of(&with_, (roots), &closure_), with_.err);                            \
        HD_CHECK_STR(names_of(&with_, &closure_), (wanted));                                       \
    } while (0)

#define CHECK_NO_CLOSURE(roots, category, message)                                                 \
    do {                                                                                           \
        hd_auto_done(fixture) with_ = fixture_new();                                               \
        hd_closure closure_ = {0};                                                                 \
        HD_CHECK_FAILS(closure_of(&with_, (roots), &closure_), with_.err, (category), (message));  \
        HD_CHECK_INT(closure_.packages.count, 0);                                                  \
    } while (0)

static void dependencies_come_first(void)
{
    test_install("core/glibc/2.36/" R, NULL, NULL);
    test_install("core/zlib/1.3/" R, "core/glibc/2.36/" R, "core/glibc/2.36/" R);
    test_install("acme/web/1.0/" R, "core/zlib/1.3/" R, "core/zlib/1.3/" R " core/glibc/2.36/" R);
    CHECK_CLOSURE("acme/web", "glibc/2.36 zlib/1.3 web/1.0");
    CHECK_CLOSURE("core/glibc", "glibc/2.36");
    CHECK_CLOSURE("", "");
}

static void free_ones_go_by_identifier(void)
{
    test_install("z/base/1/" R, NULL, NULL);
    test_install("m/one/1/" R, NULL, NULL);
    test_install("b/two/1/" R, "z/base/1/" R, NULL);
    test_install("a/root/1/" R, "m/one/1/" R " b/two/1/" R, NULL);
    test_install("a/other/1/" R, "b/two/1/" R " m/one/1/" R, NULL);
    /* b/two comes late: it waits for z/base. The order of the roots does not matter. */
    CHECK_CLOSURE("a/root a/other", "one/1 base/1 two/1 other/1 root/1");
    CHECK_CLOSURE("a/other a/root", "one/1 base/1 two/1 other/1 root/1");
    CHECK_CLOSURE("m/one a/root m/one a/root", "one/1 base/1 two/1 root/1");
}

static void two_versions_of_a_name_are_both_kept(void)
{
    test_install("core/ssl/1/" R, NULL, NULL);
    test_install("core/ssl/3/" R, NULL, NULL);
    test_install("acme/old/1/" R, "core/ssl/1/" R, NULL);
    test_install("acme/new/1/" R, "core/ssl/3/" R, NULL);
    CHECK_CLOSURE("acme/old acme/new", "ssl/1 old/1 ssl/3 new/1");
    CHECK_CLOSURE("core/ssl/1 core/ssl", "ssl/1 ssl/3");
}

static void the_transitive_list_counts_too(void)
{
    test_install("core/hidden/1/" R, "core/below/1/" R, NULL);
    test_install("core/below/1/" R, NULL, NULL);
    test_install("core/plain/1/" R, NULL, NULL);
    test_install("acme/web/1/" R, "core/plain/1/" R,
                 "core/hidden/1/" R " core/plain/1/" R " core/hidden/1/" R);
    CHECK_CLOSURE("acme/web", "below/1 hidden/1 plain/1 web/1");
}

static void what_is_missing_is_named_with_its_chain(void)
{
    test_install("core/glibc/2.36/" R, "core/headers/6/" R, "core/headers/6/" R);
    test_install("core/zlib/1.3/" R, "core/glibc/2.36/" R, NULL);
    /* The list names the missing one as well: the chain is the long way all the same. */
    test_install("acme/web/1.0/" R, "core/zlib/1.3/" R,
                 "core/zlib/1.3/" R " core/headers/6/" R " core/glibc/2.36/" R);
    CHECK_NO_CLOSURE("acme/web", HD_E_NOT_FOUND,
                     "acme/web/1.0/" R " needs core/zlib/1.3/" R " needs core/glibc/2.36/" R
                     " needs core/headers/6/" R ": no package core/headers/6/" R
                     " for " TEST_TARGET);
    test_install("acme/listed/1/" R, NULL, "core/gone/1/" R);
    CHECK_NO_CLOSURE("acme/listed", HD_E_NOT_FOUND,
                     "acme/listed/1/" R " needs core/gone/1/" R ": no package core/gone/1/" R);
}

static void cycles_are_shown(void)
{
    test_install("c/self/1/" R, "c/self/1/" R, NULL);
    CHECK_NO_CLOSURE("c/self", HD_E_INVALID, "c/self/1/" R " needs c/self/1/" R);
    test_install("c/one/1/" R, "c/two/1/" R, NULL);
    test_install("c/two/1/" R, "c/three/1/" R, NULL);
    test_install("c/three/1/" R, "c/one/1/" R, NULL);
    test_install("a/root/1/" R, "c/three/1/" R, NULL);
    CHECK_NO_CLOSURE("a/root", HD_E_INVALID,
                     "packages need each other: c/three/1/" R " needs c/one/1/" R
                     " needs c/two/1/" R " needs c/three/1/" R);
    test_install("c/list/1/" R, NULL, "c/back/1/" R);
    test_install("c/back/1/" R, "c/list/1/" R, NULL);
    CHECK_NO_CLOSURE("c/back", HD_E_INVALID,
                     "c/back/1/" R " needs c/list/1/" R " needs c/back/1/" R);
}

static char *numbered(const char *name, size_t number)
{
    return hd_printf("n/%s-%04zu/1/" R, name, number);
}

static void install_numbered(const char *name, size_t number, const char *next)
{
    hd_auto_free char *ident = numbered(name, number);
    test_install(ident, next, NULL);
}

static void long_chains_are_followed_and_shortened(void)
{
    enum { DEPTH = 60 };
    for (size_t i = 0; i < DEPTH; i++) {
        hd_auto_free char *next = numbered("deep", i + 1);
        install_numbered("deep", i, next);
    }
    CHECK_NO_CLOSURE("n/deep-0000", HD_E_NOT_FOUND,
                     "n/deep-0000/1/" R " needs n/deep-0001/1/" R
                     " needs ... needs n/deep-0057/1/" R " needs n/deep-0058/1/" R
                     " needs n/deep-0059/1/" R " needs n/deep-0060/1/" R
                     ": no package n/deep-0060");
    install_numbered("deep", DEPTH, NULL);
    hd_auto_done(fixture) with = fixture_new();
    hd_closure closure = {0};
    HD_CHECK_OK(closure_of(&with, "n/deep-0000", &closure), with.err);
    HD_REQUIRE(HD_CHECK(closure.packages.count == DEPTH + 1));
    HD_CHECK_STR(closure.packages.items[0]->ident.name, "deep-0060");
    HD_CHECK_STR(closure.packages.items[DEPTH]->ident.name, "deep-0000");
    install_numbered("deep", DEPTH, "n/deep-0000/1/" R);
    CHECK_NO_CLOSURE("n/deep-0000", HD_E_INVALID,
                     "n/deep-0000/1/" R " needs n/deep-0001/1/" R " needs ... needs");
}

static void wide_graphs_take_no_time(void)
{
    enum { WIDTH = 2000 };
    hd_auto_done(hd_buf) all = HD_BUF_INIT(HD_MIB);
    for (size_t i = 0; i < WIDTH; i++) {
        hd_auto_free char *ident = numbered("wide", i);
        install_numbered("wide", i, i % 2 == 0 ? NULL : "n/wide-0000/1/" R);
        hd_buf_printf(&all, "%s%s", i == 0 ? "" : " ", ident);
    }
    test_install("n/root/1/" R, all.data, all.data);
    hd_auto_done(fixture) with = fixture_new();
    hd_closure closure = {0};
    struct timespec before;
    struct timespec after;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    HD_CHECK_OK(closure_of(&with, "n/root", &closure), with.err);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    HD_REQUIRE(HD_CHECK(closure.packages.count == WIDTH + 1));
    HD_CHECK_STR(closure.packages.items[WIDTH]->ident.name, "root");
    for (size_t i = 0; i < WIDTH; i++) {
        hd_auto_free char *name = hd_printf("wide-%04zu", i);
        HD_REQUIRE(HD_CHECK_STR(closure.packages.items[i]->ident.name, name));
    }
    HD_CHECK(after.tv_sec - before.tv_sec < 20);
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(dependencies_come_first),
                                    HD_TEST(free_ones_go_by_identifier),
                                    HD_TEST(two_versions_of_a_name_are_both_kept),
                                    HD_TEST(the_transitive_list_counts_too),
                                    HD_TEST(what_is_missing_is_named_with_its_chain),
                                    HD_TEST(cycles_are_shown),
                                    HD_TEST(long_chains_are_followed_and_shortened),
                                    HD_TEST(wide_graphs_take_no_time),
                                    {0}};
    return hd_test_main(argc, argv, "closure", tests);
}
