/*
 * target.h: the platforms Habitat builds for, and what container tools call them.
 */
#ifndef HD_PACKAGE_TARGET_H
#define HD_PACKAGE_TARGET_H

#include "hd/base/error.h"
#include "hd/base/str.h"

typedef struct hd_target {
    const char *name;         /* "x86_64-linux" */
    const char *architecture; /* as images say it: "amd64" */
    const char *os;           /* "linux" */
} hd_target;

/* The table's row (static), or HD_E_INVALID naming the known ones. */
int hd_target_find(hd_str name, const hd_target **ret_target, hd_error *err) HD_CHECKED;
/* The platform this program was compiled for. */
const hd_target *hd_target_host(void);
/* The row whose "-<name>.hart" ends the file name, longest first; NULL when none does. */
const hd_target *hd_target_of_file(const char *file_name);

#endif
