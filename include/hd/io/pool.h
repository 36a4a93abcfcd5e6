/*
 * pool.h: a fixed set of worker threads for jobs that own their input and their output.
 *
 *     static int build(void *job, hd_error *err) { ... }
 *     if (hd_pool_run(threads, jobs, sizeof(jobs[0]), count, build, err) != 0) ...
 *
 * Jobs are started in the order of the array (put the longest first). When one fails, no further
 * job is started, the running ones end, and the failure of the earliest job in the array is
 * returned. A job must poll hd_cancel_check. This is the only place that makes threads (xz.h's
 * library makes its own).
 */
#ifndef HD_IO_POOL_H
#define HD_IO_POOL_H

#include "hd/base/error.h"

#include <stddef.h>

typedef int hd_job_function(void *job, hd_error *err);

/* Runs function on each of count jobs of the given size in bytes; threads 0 = the number of
 * processors. */
int hd_pool_run(unsigned threads, void *jobs, size_t size, size_t count, hd_job_function *function,
                hd_error *err) HD_CHECKED;

#endif
