/*
 * exporter.h: what an exporter is, and the table of them.
 *
 * An exporter is one file in exporters/ that ends with a const struct, and one line in
 * exporters/registry.c. Help, completion and tests iterate the table. See
 * docs/adding-an-exporter.md.
 */
#ifndef HD_EXPORTER_H
#define HD_EXPORTER_H

#include "hd/base/option.h"
#include "hd/image/layout.h"

/* What every exporter gets, already resolved. */
typedef struct hd_export_request {
    hd_image_packages packages;
    hd_package_access access;
    const char *output; /* -o; NULL: the default name in results/ */
    hd_strings template_dirs;
    bool has_epoch; /* SOURCE_DATE_EPOCH was set */
    int64_t epoch;
    unsigned threads;
} hd_export_request;

typedef struct hd_export_result {
    const char *result; /* the last line on stdout: a path, or a reference with its digest */
    const char *digest; /* "sha256:…" of what was made */
    hd_strings notes;   /* for stderr: how to use it */
} hd_export_result;

typedef struct hd_exporter {
    const char *name;         /* the word on the command line */
    const char *summary;      /* one line */
    const char *help;         /* a paragraph and examples */
    const hd_option *options; /* its own, beside the common ones; may be NULL */
    size_t options_size;      /* of the struct they fill, zeroed for each run */
    int (*run)(hd_arena *arena, const hd_export_request *request, const void *options,
               hd_export_result *ret_result, hd_error *err);
} hd_exporter;

/* Ends with NULL. */
extern const hd_exporter *const hd_exporters[];

const hd_exporter *hd_exporter_find(const char *name);

/* "results/<origin>-<name>-<version>-<release><suffix>", the directory made. */
int hd_export_default_path(hd_arena *arena, const hd_package *package, const char *suffix,
                           const char **ret_path, hd_error *err) HD_CHECKED;
/* SOURCE_DATE_EPOCH, else the newest release stamp of the closure: when the image was "created". */
int64_t hd_export_created(const hd_export_request *request);

#endif
