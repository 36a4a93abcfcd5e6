/*
 * contents-internal.h: what contents.c, entry.c, meter.c, tree.c and read.c know of each other.
 */
#ifndef HD_PACKAGE_CONTENTS_INTERNAL_H
#define HD_PACKAGE_CONTENTS_INTERNAL_H

#include "hd/base/strmap.h"
#include "hd/package/contents.h"

/* tree.c: an installed directory as a sequence of entries named "<prefix>/…", depth first, names
 * bytewise, without following links. */
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
    hd_strmap *seen;    /* path to the type it had */
    hd_strmap *implied; /* directories that other paths need, without an entry so far */
    char *prefix;       /* "hab/pkgs/o/n/v/r", once known */
    char *shown;        /* what messages call the package */
    uint64_t entries;
    uint64_t bytes;
    uint64_t name_bytes; /* of all that is remembered */
    uint64_t decodable;  /* bytes of the archive that the entries so far account for */
};

/* entry.c: whether the entry, the next one of the contents, may be there, and counts it.
 * *ret_belongs is false for the directories above the package. */
int hd_contents_check(hd_contents *contents, const hd_tar_entry *entry, bool *ret_belongs,
                      hd_error *err) HD_CHECKED;

/* What an archive may have beside the content of files: headers of one entry (long names, pax
 * records), and padding at the end with what the reader takes in advance. */
enum { HD_DECODABLE_PER_ENTRY = 16 * 1024, HD_DECODABLE_SLACK = 4 * 1024 * 1024 };

/* meter.c: HD_E_LIMIT once more than *allowed bytes have passed. *allowed may grow while it is
 * read; it must outlive the source. */
hd_source *hd_source_meter_take(hd_source *inner, const uint64_t *allowed);

/* Before a package is known: of a verified hart, or of a directory whose prefix is known. */
int hd_contents_open_hart_take(hd_hart *hart, const hd_package_limits *limits,
                               hd_contents **ret_contents, hd_error *err) HD_CHECKED;
int hd_contents_open_tree(const char *directory, const char *prefix,
                          const hd_package_limits *limits, hd_contents **ret_contents,
                          hd_error *err) HD_CHECKED;
/* NULL while no entry told it. */
const char *hd_contents_prefix(const hd_contents *contents);

#endif
