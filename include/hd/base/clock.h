/*
 * clock.h: moments as seconds since 1970 UTC, and the two notations we meet.
 *
 * Nothing that ends up in an artifact reads the machine's clock: times come from SOURCE_DATE_EPOCH
 * or from the packages' release stamps.
 */
#ifndef HD_BASE_CLOCK_H
#define HD_BASE_CLOCK_H

#include "hd/base/error.h"
#include "hd/base/str.h"

/* "20160427165340" (YYYYMMDDhhmmss, UTC); false for anything that is not such a moment. */
bool hd_clock_parse_release(hd_str text, int64_t *ret_seconds);

enum { HD_RFC3339_SIZE = 32 };
/* "2016-04-27T16:53:40Z" */
void hd_clock_rfc3339(int64_t seconds, char out[HD_RFC3339_SIZE]);

/* SOURCE_DATE_EPOCH if text (its value, may be NULL) is set: HD_E_USAGE when it is not a number of
 * seconds. */
int hd_clock_parse_epoch(const char *text, bool *ret_set, int64_t *ret_seconds,
                         hd_error *err) HD_CHECKED;

#endif
