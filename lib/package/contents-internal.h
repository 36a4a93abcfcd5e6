/*
 * contents-internal.h: what contents.c, tree.c and read.c know of each other.
 */
#ifndef HD_PACKAGE_CONTENTS_INTERNAL_H
#define HD_PACKAGE_CONTENTS_INTERNAL_H

#include "hd/base/strmap.h"
#include "hd/package/contents.h"

/* tree.c: an installed directory as a sequence of entries named "<prefix>/…", bytewise by path,
 * without following links. */
typedef struct hd_tree hd_tree;

int hd_tree_open(const char *directory, const char *prefix, hd_tree **ret_tree,
                 hd_error *err) HD_CHECKED;
int hd_tree_next(hd_tree *tree, hd_tar_entry *ret_entry, bool *ret_more, hd_error *err) HD_CHECKED;
int hd_tree_data(hd_tree *tree, void *data, size_t size, size_t *ret_got, hd_error *err) HD_CHECKED;
void hd_tree_free(hd_tree *tree);

struct hd_contents {
    hd_hart *hart;
    hd_tar_reader *reader; /* of a .hart */
    hd_tree *tree;         /* of an installed package */
    const hd_package_limits *limits;
    hd_strmap *seen; /* path to the type it had */
    char *prefix;    /* "hab/pkgs/o/n/v/r", once known */
    char *shown;     /* what messages call the package */
    uint64_t entries;
    uint64_t bytes;
};

/* Before a package is known: of a verified hart, or of a directory whose prefix is known. */
int hd_contents_open_hart_take(hd_hart *hart, const hd_package_limits *limits,
                               hd_contents **ret_contents, hd_error *err) HD_CHECKED;
int hd_contents_open_tree(const char *directory, const char *prefix,
                          const hd_package_limits *limits, hd_contents **ret_contents,
                          hd_error *err) HD_CHECKED;
/* NULL while no entry told it. */
const char *hd_contents_prefix(const hd_contents *contents);

#endif
