/*
 * test_installed.h: installed packages for tests, as text files under "<test directory>/root".
 */
#ifndef HD_TEST_INSTALLED_H
#define HD_TEST_INSTALLED_H

#include "hd/base/mem.h"
#include "hd/package/store.h"
#include "hd_test.h"

/* Another target than the host's is never needed by chance. */
#define TEST_TARGET "x86_64-linux"

static inline const char *test_root(void)
{
    return hd_test_path("root");
}

/* A metafile of root/hab/pkgs/<ident>. */
static inline void test_metafile(const char *ident, const char *name, const char *text)
{
    hd_auto_free char *path = hd_printf("%s/hab/pkgs/%s/%s", test_root(), ident, name);
    hd_test_write(path, text, strlen(text));
}

/* Identifiers are separated by blanks; NULL for none. */
static inline void test_list(const char *ident, const char *name, const char *idents)
{
    if (idents == NULL) {
        return;
    }
    hd_auto_free char *lines = hd_printf("%s\n", idents);
    for (char *at = lines; *at != '\0'; at++) {
        *at = *at == ' ' ? '\n' : *at;
    }
    test_metafile(ident, name, lines);
}

static inline void test_install(const char *ident, const char *deps, const char *tdeps)
{
    hd_auto_free char *line = hd_printf("%s\n", ident);
    test_metafile(ident, "IDENT", line);
    test_metafile(ident, "TARGET", TEST_TARGET "\n");
    test_list(ident, "DEPS", deps);
    test_list(ident, "TDEPS", tdeps);
}

static inline const hd_target *test_target(void)
{
    const hd_target *target = NULL;
    hd_error err = {0};
    HD_CHECK_OK(hd_target_find(hd_str_of(TEST_TARGET), &target, &err), err);
    return target;
}

/* What a store needs to stay inside the test's directory. */
static inline hd_store_options test_store_options(void)
{
    HD_CHECK_INT(setenv("HOME", hd_test_path("home"), 1), 0);
    return (hd_store_options){.fs_root = test_root(),
                              .key_cache = hd_test_path("keys"),
                              .results = hd_test_path("results"),
                              .target = test_target(),
                              .limits = &hd_package_default_limits};
}

#endif
