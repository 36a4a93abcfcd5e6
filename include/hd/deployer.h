/*
 * deployer.h: what a deployer is, and the table of them.
 *
 * A deployer is one folder in deployers/ whose main file ends with a const struct, and one line in
 * deployers/registry.c. Help, completion and tests iterate the table. See
 * docs/adding-a-deployer.md.
 */
#ifndef HD_DEPLOYER_H
#define HD_DEPLOYER_H

#include "hd/workload/workload.h"

typedef struct hd_deploy_request {
    hd_workload workload;
    hd_strings template_dirs;
    const char *format;       /* "yaml", "json" or NULL for the deployer's own default */
    hd_strings patches;       /* paths of merge patches, applied in order */
    const char *artifact_url; /* where agents fetch the tarball that runs instead of an image; NULL:
                                 the image runs */
} hd_deploy_request;

typedef struct hd_deployer {
    const char *name;    /* the word on the command line */
    const char *summary; /* one line */
    const char *help;    /* a paragraph and examples */
    const hd_option *options;
    size_t options_size;
    /* The documents for review, checked: they parse, and they are what the cluster expects at the
     * least. */
    int (*generate)(hd_arena *arena, const hd_deploy_request *request, const void *options,
                    hd_buf *out, hd_error *err);
} hd_deployer;

/* Ends with NULL. */
extern const hd_deployer *const hd_deployers[];

const hd_deployer *hd_deployer_find(const char *name);

#endif
