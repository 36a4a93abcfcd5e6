/*
 * layout.h: an image on disk: the OCI layout directory and the hybrid archive.
 *
 *     hd_auto(hd_layout) *layout = NULL;
 *     hd_layout_open("results/web.oci", &layout, err);
 *     hd_layers_build(..., hd_layout_blobs(layout), ...);
 *     hd_layout_finish_directory(layout, &image, &digest, err)      // or _finish_archive
 *
 * Nothing appears under the target's name before the last step, and what was there stays until
 * then. The hybrid archive is an OCI layout with a manifest.json beside it: docker, podman,
 * containerd and skopeo all load it. Its members are in a fixed order with fixed headers, so the
 * file is reproducible too.
 */
#ifndef HD_IMAGE_LAYOUT_H
#define HD_IMAGE_LAYOUT_H

#include "hd/image/image.h"

typedef struct hd_layout hd_layout;

int hd_layout_open(const char *target, hd_layout **ret_layout, hd_error *err) HD_CHECKED;
/* The directory that layers are to be written to. */
const char *hd_layout_blobs(const hd_layout *layout);

/* Both return the manifest's digest, the image's identity in a registry. */
int hd_layout_finish_directory(hd_layout *layout, hd_arena *arena, const hd_image *image,
                               char ret_digest[HD_DIGEST_HEX_SIZE], hd_error *err) HD_CHECKED;
int hd_layout_finish_archive(hd_layout *layout, hd_arena *arena, const hd_image *image,
                             char ret_digest[HD_DIGEST_HEX_SIZE], hd_error *err) HD_CHECKED;
void hd_layout_free(hd_layout *layout);
HD_DEFINE_AUTO(hd_layout)

#endif
