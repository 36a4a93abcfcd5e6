/*
 * layout.h: an image on disk: the OCI layout directory and the hybrid archive.
 *
 *     hd_auto(hd_layout) *layout = NULL;
 *     hd_layout_open("results/web.oci", HD_LAYOUT_DIRECTORY, &layout, err);
 *     hd_layers_build(..., {.blobs = hd_layout_blobs(layout)}, ...);
 *     hd_layout_finish(layout, arena, &image, digest, err);
 *
 * Nothing appears under the target's name before the last step, and what was there stays until
 * then. Only what is ours to replace is replaced: a directory must be empty or a layout, an archive
 * must not stand where a directory is (HD_E_CONFLICT, at open).
 *
 * The hybrid archive is an OCI layout with a manifest.json beside it: docker, podman, containerd
 * and skopeo all load it. Its members are in a fixed order with fixed headers, so the file is
 * reproducible too.
 */
#ifndef HD_IMAGE_LAYOUT_H
#define HD_IMAGE_LAYOUT_H

#include "hd/image/image.h"

typedef enum hd_layout_kind {
    HD_LAYOUT_DIRECTORY, /* OCI layout */
    HD_LAYOUT_ARCHIVE,   /* hybrid tar */
} hd_layout_kind;

typedef struct hd_layout hd_layout;

int hd_layout_open(const char *target, hd_layout_kind kind, hd_layout **ret_layout,
                   hd_error *err) HD_CHECKED;
/* The directory that layers are to be written to. */
const char *hd_layout_blobs(const hd_layout *layout);

/* Writes the documents, puts all in place and returns the manifest's digest, the image's identity
 * in a registry. To be called once. */
int hd_layout_finish(hd_layout *layout, hd_arena *arena, const hd_image *image,
                     char ret_digest[HD_DIGEST_HEX_SIZE], hd_error *err) HD_CHECKED;
void hd_layout_free(hd_layout *layout);
HD_DEFINE_AUTO(hd_layout)

#endif
