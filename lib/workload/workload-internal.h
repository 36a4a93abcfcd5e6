/*
 * workload-internal.h: the parts of planning a workload.
 */
#ifndef HD_WORKLOAD_INTERNAL_H
#define HD_WORKLOAD_INTERNAL_H

#include "hd/workload/workload.h"

/* ports.c */
int hd_workload_plan_ports(hd_arena *arena, hd_workload *workload,
                           const hd_workload_options *options, hd_error *err) HD_CHECKED;

#endif
