/*
 * log.h: the one way a library speaks to the person at the terminal.
 *
 * Libraries never print. What is worth telling beside a result or an error goes to the sink that
 * the program set (none: silence). The message is one line without newline.
 */
#ifndef HD_BASE_LOG_H
#define HD_BASE_LOG_H

#include "hd/base/error.h"

typedef enum hd_log_level {
    HD_LOG_WARNING,  /* shown unless -q */
    HD_LOG_NOTE,     /* shown unless -q */
    HD_LOG_DETAIL,   /* shown with -v */
    HD_LOG_PROGRESS, /* what is being done right now: a passing line, on a terminal only */
} hd_log_level;

typedef void hd_log_sink(hd_log_level level, const char *message);

/* Not thread-safe: the program sets it before any work starts. */
void hd_log_set_sink(hd_log_sink *sink);
void hd_log(hd_log_level level, const char *format, ...) HD_PRINTF(2, 3);

#endif
