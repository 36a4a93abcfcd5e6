/*
 * package.h: what a package says about itself, whether it is a .hart file or an installed
 * directory.
 *
 *     const hd_package *package = NULL;
 *     if (hd_package_read_hart(arena, "web.hart", &access, &package, err) != 0) ...
 *
 * A .hart is used only after its signature holds. Facts come from the metafiles at the root of the
 * package; text is trimmed, CRLF tolerated, duplicates in dependency lists removed (the first one
 * stays). Everything lives in the arena and is immutable: a package may be read on several threads.
 */
#ifndef HD_PACKAGE_PACKAGE_H
#define HD_PACKAGE_PACKAGE_H

#include "hd/io/tar.h"
#include "hd/package/hart.h"
#include "hd/package/ident.h"
#include "hd/package/target.h"

typedef struct hd_pair {
    const char *name;
    const char *value;
} hd_pair;
typedef HD_VEC(hd_pair) hd_pairs;

typedef struct hd_bind {
    const char *name;
    hd_strings exports; /* what the bound service must export */
    bool optional;
} hd_bind;
typedef HD_VEC(hd_bind) hd_binds;

typedef HD_VEC(uint16_t) hd_ports;

typedef struct hd_package {
    hd_ident ident; /* full */
    const hd_target *target;
    bool native; /* PACKAGE_TYPE native */
    hd_idents deps;
    hd_idents tdeps;

    hd_ports exposes;
    hd_pairs exports; /* name = path in the configuration */
    hd_binds binds;   /* required ones, then optional ones */
    hd_strings path;  /* own program directories, absolute, under the prefix */
    hd_strings runtime_path;
    hd_pairs runtime_environment; /* without PATH */
    const char *svc_user;         /* NULL when the package does not say */
    const char *svc_group;
    const char *shutdown_signal; /* "TERM" by default */
    uint32_t shutdown_timeout;   /* seconds, 8 by default */
    const char *default_toml;    /* NULL: not configurable */

    bool runnable;               /* hooks/run or run */
    hd_strings hooks;            /* names in hooks/, sorted */
    hd_strings config_templates; /* paths below config/, sorted */
    hd_strings
        programs; /* file names in the directories of path, sorted: "<dir>/<name>" absolute */
    bool has_signed_files; /* a FILES metafile is there */

    /* From the MANIFEST metafile; NULL when it does not say. */
    const char *title;
    const char *description;
    const char *maintainer;
    const char *license;
    const char *upstream_url;

    const char *file;      /* the .hart, or NULL */
    const char *directory; /* the installed directory, or NULL */
    const char *signer;    /* key and revision; NULL for installed ones */
    const char *checksum;  /* BLAKE2b of the whole .hart; NULL for installed ones */
    uint64_t packed_size;  /* bytes; 0 for installed ones */
    uint64_t unpacked_size;
    uint64_t entry_count;
} hd_package;

typedef HD_VEC(const hd_package *) hd_packages;

/* Bounds for what packages may ask of us. */
typedef struct hd_package_limits {
    uint64_t entries;       /* default 1,000,000 */
    uint64_t unpacked_size; /* bytes, default 16 GiB */
    uint64_t name_length;   /* bytes of one path, default 4096 */
    uint64_t metafile_size; /* bytes, default 4 MiB */
    hd_xz_limits xz;
} hd_package_limits;

extern const hd_package_limits hd_package_default_limits;

typedef struct hd_package_access {
    const char *key_cache;
    const hd_package_limits *limits;
} hd_package_access;

/* Verifies, then reads the payload once. HD_E_INVALID for a payload that is not a package: no IDENT
 * or TARGET, names outside hab/pkgs/<ident>/, devices, absolute or escaping hard links, names
 * twice, a name below a symbolic link. */
int hd_package_read_hart(hd_arena *arena, const char *path, const hd_package_access *access,
                         const hd_package **ret_package, hd_error *err) HD_CHECKED;

/* The package installed in <fs_root>/hab/pkgs/<ident>. */
int hd_package_read_installed(hd_arena *arena, const char *fs_root, const hd_ident *ident,
                              const hd_package_limits *limits, const hd_package **ret_package,
                              hd_error *err) HD_CHECKED;

/* Facts from metafile texts by name: what both readers do, alone for tests. Missing members stay
 * empty; IDENT and TARGET are required. package must be zeroed. */
typedef struct hd_metafile {
    const char *name;
    hd_str text;
} hd_metafile;
int hd_package_decode(hd_arena *arena, const hd_metafile *files, size_t count, hd_package *package,
                      hd_error *err) HD_CHECKED;
/* Whether a file of that name at the root of a package is one that decode wants. */
bool hd_package_is_metafile(hd_str name);

/* The text of a metafile, template or hook of the package ("MANIFEST", "config/app.conf"), to be
 * released with free(). HD_E_NOT_FOUND. Reads a .hart again from its start. */
int hd_package_read_file(const hd_package *package, const hd_package_access *access,
                         const char *path, char **ret_text, size_t *ret_length,
                         hd_error *err) HD_CHECKED;

/* Checks every regular file against the signed FILES metafile; HD_E_NOT_FOUND when there is none,
 * HD_E_INTEGRITY naming the first file that differs, is missing, or is not listed. */
int hd_package_check_files(const hd_package *package, const hd_package_access *access,
                           hd_error *err) HD_CHECKED;

/* "/hab/pkgs/origin/name/version/release" */
const char *hd_package_prefix(hd_arena *arena, const hd_package *package);

#endif
