/*
 * merge.h: RFC 7386 JSON merge patch on trees.
 */
#ifndef HD_DATA_MERGE_H
#define HD_DATA_MERGE_H

#include "hd/data/json.h"

/* The target with the patch applied: a new tree; both inputs stay as they are. */
json_t *hd_merge_patch(const json_t *target, const json_t *patch) HD_CHECKED;

#endif
