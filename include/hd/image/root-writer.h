/*
 * root-writer.h: packages and nodes as entries of an archive, in the one normalised form all
 * formats share.
 *
 *     hd_auto(hd_root_writer) *root = hd_root_writer_new(writer, &options);
 *     hd_root_writer_add_nodes(root, &nodes, err) ...
 *     hd_root_writer_add_package(root, package, access, err) ...
 *
 * Normalised means: owner 0:0, mtime of the package's release stamp (never after the epoch),
 * parents before children and present even when the package left them out, the parents that
 * packages share (hab, hab/pkgs, ...) always with the same header and mtime 0. Entries of a package
 * keep its order; one buffer is held, and a name per directory. The writer writes no end of
 * archive.
 *
 * A directory that a package lists only after its content is written a second time, because the
 * last header decides its mode; otherwise no path is written twice, provided nodes are added before
 * packages where both go into one archive.
 */
#ifndef HD_IMAGE_ROOT_WRITER_H
#define HD_IMAGE_ROOT_WRITER_H

#include "hd/image/rootfs.h"
#include "hd/package/contents.h"

typedef struct hd_root_writer_options {
    const char *prefix;  /* put in front of every path ("rootfs"); NULL: nothing */
    int64_t epoch;       /* seconds: the mtime of nodes, and the newest any entry may have */
    bool group_writable; /* directories of packages get the user's permission bits for the group */
    /* Sees every entry, path with prefix, before it is written, and may refuse it. May be NULL. */
    int (*inspect)(void *user, const hd_tar_entry *entry, hd_error *err);
    void *user;
} hd_root_writer_options;

typedef struct hd_root_writer hd_root_writer;

/* The writer is borrowed, the options are copied. */
hd_root_writer *hd_root_writer_new(hd_tar_writer *writer, const hd_root_writer_options *options);
/* Errors are those of hd_contents, of the writer and of inspect, with the package's name in front;
 * HD_E_CANCELLED. */
int hd_root_writer_add_package(hd_root_writer *self, const hd_package *package,
                               const hd_package_access *access, hd_error *err) HD_CHECKED;
int hd_root_writer_add_nodes(hd_root_writer *self, const hd_nodes *nodes, hd_error *err) HD_CHECKED;
void hd_root_writer_free(hd_root_writer *self);
HD_DEFINE_AUTO(hd_root_writer)

#endif
