/*
 * layer.h: from packages and nodes to compressed layers, in one pass each.
 *
 * A layer goes .hart -> xz -> tar -> normalised tar (root-writer.h) -> gzip -> file, hashed on the
 * way at both ends, without a copy in memory or on disk. Directories of packages get the user's
 * permission bits for the group, so that a container under an arbitrary uid and group 0 can write
 * where root can.
 *
 * Layers are made side by side on the worker pool, the largest first. The bytes of a package's
 * layer depend on the package alone (and on SOURCE_DATE_EPOCH when that is earlier than its
 * release): not on the number of threads, the other packages, the user or the machine, so that
 * images share them.
 */
#ifndef HD_IMAGE_LAYER_H
#define HD_IMAGE_LAYER_H

#include "hd/image/rootfs.h"
#include "hd/package/contents.h"

typedef struct hd_layer {
    const char *created_by; /* for the image's history: the identifier, or "hab-deploy rootfs" */
    char diff_id[HD_DIGEST_HEX_SIZE]; /* SHA-256 of the tar */
    char digest[HD_DIGEST_HEX_SIZE];  /* SHA-256 of the blob */
    uint64_t size;                    /* bytes of the blob */
} hd_layer;

typedef HD_VEC(hd_layer) hd_layers;

typedef struct hd_layer_options {
    const hd_package_access *access;
    const char *blobs; /* the directory to write to */
    int64_t epoch;     /* seconds; newest mtime any entry may have */
    unsigned threads;  /* 0: as many as processors */
    int level;         /* of gzip; 0: HD_GZIP_LEVEL */
} hd_layer_options;

/* Writes one blob per package of the closure (in its order) and one for the nodes (last) into
 * <blobs>/<digest>, and returns them in image order. On failure only whole blobs are left there. */
int hd_layers_build(hd_arena *arena, const hd_image_packages *packages, const hd_nodes *nodes,
                    const hd_layer_options *options, hd_layers *ret_layers,
                    hd_error *err) HD_CHECKED;

#endif
