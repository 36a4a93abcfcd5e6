/*
 * deployers.h: the deployers' own rows, and what they share.
 */
#ifndef HD_DEPLOYERS_H
#define HD_DEPLOYERS_H

#include "hd/deployer.h"

extern const hd_deployer hd_deployer_kubernetes;
extern const hd_deployer hd_deployer_marathon;

/* names.c: a name of lower-case letters, digits and '-', a letter first, at most max bytes (max >
 * 16), for any text. What had to be changed by more than case, or cut, gets a hash of the original
 * at its end, so that different texts stay different. */
const char *hd_deployer_name(hd_arena *arena, const char *text, size_t max);

/* documents.c: patches in files, YAML or JSON, as trees in one array. */
int hd_deployer_load_patches(const hd_strings *paths, json_t **ret_patches,
                             hd_error *err) HD_CHECKED;

#endif
