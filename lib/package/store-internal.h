/*
 * store-internal.h: what store.c, places.c and closure.c know of each other.
 */
#ifndef HD_PACKAGE_STORE_INTERNAL_H
#define HD_PACKAGE_STORE_INTERNAL_H

#include "hd/base/strmap.h"
#include "hd/package/store.h"

struct hd_store {
    hd_arena *arena;
    const hd_target *target;
    hd_package_access access;
    const char *fs_root;
    hd_strings artifacts;
    const char *installed; /* "<fs_root>/hab/pkgs" */
    const char *results;
    const char *cache;
    hd_strmap *named;      /* identifier to package: the files named explicitly */
    hd_strmap *opened;     /* path to package: what was read already */
    hd_strmap *unreadable; /* directory to the reason */
};

typedef struct hd_place hd_place;

/* A package that is there by its name; whether it is what the name says shows when it is opened. */
typedef struct hd_candidate {
    hd_ident ident; /* full */
    const hd_place *place;
    const char *path; /* of the .hart or of the installed directory */
} hd_candidate;

/* One search: lives shorter than the store. */
typedef struct hd_search {
    hd_store *store;
    hd_arena *arena;
    const hd_ident *request;
    HD_VEC(hd_candidate) candidates; /* in the order of the places, by name within one */
} hd_search;

struct hd_place {
    /* Appends the packages for the store's target that satisfy the request. */
    int (*list)(hd_search *search, const hd_place *place, hd_error *err);
    int (*open)(hd_store *store, const hd_candidate *candidate, const hd_package **ret_package,
                hd_error *err);
    /* Appends what the person is told about where was looked. */
    void (*describe)(const hd_store *store, hd_arena *arena, hd_strings *places);
};

/* places.c: every place packages come from, in their order; ended by a row of NULLs. */
extern const hd_place hd_places[];

/* places.c: verifies and reads a file once. */
int hd_store_open_hart(hd_store *store, const char *path, const hd_package **ret_package,
                       hd_error *err) HD_CHECKED;
/* places.c: "<origin>-<name>-<version>-<release>-<target>.hart" of a full identifier. */
const char *hd_store_file_name(hd_arena *arena, const hd_ident *ident, const hd_target *target);

/* store.c: the package for an identifier, partial or full. */
int hd_store_resolve(hd_store *store, const hd_ident *request, const hd_package **ret_package,
                     hd_error *err) HD_CHECKED;

#endif
