/*
 * store.h: where packages come from, and the run-time closure of one.
 *
 *     hd_auto(hd_store) *store = hd_store_new(arena, &options);
 *     const hd_package *web = NULL;
 *     hd_closure closure = {0};
 *     if (hd_store_find(store, "acme/web", &web, err) != 0) ...
 *     if (hd_store_closure(store, &web, 1, &closure, err) != 0) ...
 *
 * Sources in order: .hart files named explicitly; --artifacts directories; installed packages below
 * fs_root; ./results; the artifact cache; (Builder, which comes as one more row of the table in
 * places.c). A partial identifier takes the newest release over all of them together, ties going to
 * the earlier source. Candidates in directories are picked by file name
 * ("<origin>-<name>-<version>-<release>-<target>.hart") and only the winner is opened; a file whose
 * IDENT is not what its name says is passed over with a warning. A winner that cannot be trusted or
 * read is an error, never a reason to take another one. Packages for another target are not
 * candidates. Directories that are missing count as empty; those that may not be read are warned
 * of.
 *
 * Packages are read once and kept: pointers live as long as the arena.
 */
#ifndef HD_PACKAGE_STORE_H
#define HD_PACKAGE_STORE_H

#include "hd/package/package.h"

typedef struct hd_store_options {
    hd_strings artifacts;    /* directories, in the order given */
    const char *fs_root;     /* "/" when NULL */
    const char *key_cache;   /* resolved (hd_key_cache_path) */
    const char *results;     /* "./results" when NULL */
    const hd_target *target; /* the host's when NULL */
    const hd_package_limits *limits;
} hd_store_options;

typedef struct hd_store hd_store;

hd_store *hd_store_new(hd_arena *arena, const hd_store_options *options);
void hd_store_free(hd_store *store);
HD_DEFINE_AUTO(hd_store)

/* An identifier, or the path of a .hart (an existing file, or anything that ends in ".hart"); such
 * a file becomes part of the first source, and must be for the store's target (HD_E_INVALID).
 * HD_E_NOT_FOUND lists where was looked; HD_E_USAGE for text that is no identifier. */
int hd_store_find(hd_store *store, const char *package, const hd_package **ret_package,
                  hd_error *err) HD_CHECKED;

/* Everything the roots need at run time, each once, dependencies before dependants, roots included;
 * among the free ones by identifier, so the order depends only on the packages. */
typedef struct hd_closure {
    hd_packages packages;
} hd_closure;

/* Follows DEPS, and adds what TDEPS lists besides. HD_E_NOT_FOUND and HD_E_INVALID (a cycle) name
 * the chain: "acme/web/… needs core/x/… needs core/y/…", shortened in its middle when it is long.
 * HD_E_LIMIT above 16384 packages. */
int hd_store_closure(hd_store *store, const hd_package *const *roots, size_t count,
                     hd_closure *ret_closure, hd_error *err) HD_CHECKED;

#endif
