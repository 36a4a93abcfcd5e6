/*
 * image.h: an image as a value (layers, configuration, names) and its documents.
 *
 * Documents are trees in a fixed order of keys, written compactly: the same image gives the same
 * bytes.
 */
#ifndef HD_IMAGE_IMAGE_H
#define HD_IMAGE_IMAGE_H

#include "hd/data/json.h"
#include "hd/image/layer.h"
#include "hd/image/reference.h"

typedef struct hd_image {
    const hd_target *target;
    int64_t created; /* seconds */
    hd_layers layers;
    hd_reference name; /* domain and path */
    hd_strings tags;   /* none: an image without a name, known by its digest alone */
    hd_strings entrypoint;
    hd_strings command;
    hd_strings environment; /* "K=V" */
    hd_strings ports;       /* "6379/tcp" */
    hd_pairs labels;        /* written as labels and as annotations */
    const char *stop_signal;
} hd_image;

/* Everything but the layers, from the packages. HD_E_INVALID when no package is runnable. */
int hd_image_describe(hd_arena *arena, const hd_image_packages *packages, int64_t created,
                      hd_image *ret_image, hd_error *err) HD_CHECKED;

/* A document and its digest. */
typedef struct hd_blob {
    hd_str data; /* in the arena */
    char digest[HD_DIGEST_HEX_SIZE];
} hd_blob;

hd_blob hd_image_config(hd_arena *arena, const hd_image *image);
hd_blob hd_image_manifest(hd_arena *arena, const hd_image *image, const hd_blob *config);
/* index.json of a layout: one row per tag, or one without a name. */
hd_blob hd_image_index(hd_arena *arena, const hd_image *image, const hd_blob *manifest);
/* manifest.json of "docker load", pointing into the same blobs. */
hd_blob hd_image_docker_manifest(hd_arena *arena, const hd_image *image, const hd_blob *config);

#endif
