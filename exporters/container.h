/*
 * container.h: what the exporters of container images have in common: their options, and the way
 * from packages to an image on disk.
 */
#ifndef HD_EXPORTERS_CONTAINER_H
#define HD_EXPORTERS_CONTAINER_H

#include "hd/exporter.h"

typedef struct hd_container_options {
    const char *image_name;
    bool no_latest; /* negative, because options start as zero and all three tags are wanted */
    bool no_version;
    bool no_release;
    hd_strings custom;
} hd_container_options;

extern const hd_option hd_container_options_table[];

typedef struct hd_container {
    hd_image image;
    const char *path;   /* what was written */
    const char *digest; /* "sha256:..." of the manifest */
} hd_container;

/* Writes the image to request->output, or to the kind's default in results/. HD_E_USAGE for names
 * and tags that no registry takes; else the errors of planning, layers and layouts. */
int hd_container_make(hd_arena *arena, const hd_export_request *request,
                      const hd_container_options *options, hd_layout_kind kind,
                      hd_container *ret_container, hd_error *err) HD_CHECKED;

/* "acme/web:1.0": the most telling of its names, or NULL when it has none. */
const char *hd_container_name(hd_arena *arena, const hd_image *image);

#endif
