/*
 * kubernetes.h: what the files of this deployer share.
 */
#ifndef HD_DEPLOYERS_KUBERNETES_H
#define HD_DEPLOYERS_KUBERNETES_H

#include "../deployers.h"

#include "hd/base/strmap.h"

typedef struct hd_kubernetes_options {
    const char *namespace;
    const char *ring_secret;
} hd_kubernetes_options;

/* At most 63 bytes that a label's value may have; "" when nothing is left. */
const char *hd_kubernetes_label_value(hd_arena *arena, const char *text);

#endif
