#include "hd_test.h"

#include "hd/package/contents.h"

static const hd_package *read_fixture(hd_arena *arena, const char *name, int *ret_status,
                                      hd_error *err)
{
    const hd_package *package = NULL;
    hd_package_access access = {hd_test_fixtures(), &hd_package_default_limits};
    const char *path = hd_arena_printf(arena, "%s/%s", hd_test_fixtures(), name);
    *ret_status = hd_package_read_hart(arena, path, &access, &package, err);
    return package;
}

static void reads_genuine_packages(void)
{
    if (hd_test_fixtures() == NULL) {
        hd_test_skip("Habitat's own test packages are not here");
        return;
    }
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    int status = 0;
    const hd_package *package = read_fixture(
        arena, "happyhumans-possums-8.1.4-20160427165340-x86_64-linux.hart", &status, &err);
    HD_REQUIRE(HD_CHECK_OK(status, err));
    HD_CHECK_STR(package->checksum,
                 "74d368d3642721b5045929845f6a1146fad50c7ecab7ab547603965e45a29a82");
    HD_CHECK_STR(hd_ident_text(arena, &package->ident), "happyhumans/possums/8.1.4/20160427165340");
    HD_CHECK_STR(package->signer, "happyhumans-20160424223347");
    HD_CHECK(!package->runnable);
    HD_CHECK_INT(package->entry_count, 6);

    package = read_fixture(arena,
                           "synthetic-happyhumans-websvc-1.0.0-20240101000000-x86_64-linux.hart",
                           &status, &err);
    HD_REQUIRE(HD_CHECK_OK(status, err));
    HD_CHECK(package->runnable);
    HD_CHECK(package->exposes.count > 0);
    HD_CHECK(package->exports.count > 0);
    HD_CHECK(package->binds.count > 0);

    (void)read_fixture(arena, "unhappyhumans-possums-8.1.4-20160427165340-x86_64-linux.hart",
                       &status, &err);
    HD_CHECK_FAILS(status, err, HD_E_INTEGRITY, "is 813cf424");
    (void)read_fixture(arena, "bogus_and_corrupt.hart", &status, &err);
    HD_CHECK_FAILS(status, err, HD_E_INVALID, "cannot parse named revision");
}

static void reads_installed_packages(void)
{
    if (hd_test_fixtures() == NULL) {
        hd_test_skip("Habitat's own test packages are not here");
        return;
    }
    static const char *const idents[] = {
        "core/tree/1.7.0/20180609045201", "core/7zip/16.04/20170131110814",
        "test-bind/test-bind/0.1.0/20190219230309", "test-bind/test-bind-win/0.1.0/20190219231616",
        "test-bind-native/test-bind-native-linux-aarch64/0.1.0/20220701090436"};
    hd_auto(hd_arena) *arena = hd_arena_new();
    const char *root = hd_arena_printf(arena, "%s/installed", hd_test_fixtures());
    for (size_t i = 0; i < HD_COUNT(idents); i++) {
        hd_error err = {0};
        hd_ident ident = {0};
        const hd_package *package = NULL;
        HD_CHECK_OK(hd_ident_parse(arena, hd_str_of(idents[i]), &ident, &err), err);
        HD_CHECK_OK(hd_package_read_installed(arena, root, &ident, &hd_package_default_limits,
                                              &package, &err),
                    err);
        HD_CHECK(package != NULL && hd_ident_equal(&package->ident, &ident));
    }
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {
        HD_TEST(reads_genuine_packages), HD_TEST(reads_installed_packages), {0}};
    return hd_test_main(argc, argv, "package", tests);
}
