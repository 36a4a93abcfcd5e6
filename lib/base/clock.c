#include "hd/base/clock.h"

#include <stdio.h>
#include <time.h>

bool hd_clock_parse_release(hd_str text, int64_t *ret_seconds)
{
    static const int widths[] = {4, 2, 2, 2, 2, 2};
    int parts[6];
    if (text.length != 14) {
        return false;
    }
    size_t at = 0;
    for (size_t i = 0; i < 6; i++) {
        uint64_t value = 0;
        if (!hd_str_uint((hd_str){text.data + at, (size_t)widths[i]}, 9999, &value)) {
            return false;
        }
        parts[i] = (int)value;
        at += (size_t)widths[i];
    }
    struct tm moment = {.tm_year = parts[0] - 1900,
                        .tm_mon = parts[1] - 1,
                        .tm_mday = parts[2],
                        .tm_hour = parts[3],
                        .tm_min = parts[4],
                        .tm_sec = parts[5]};
    struct tm normal = moment;
    time_t seconds = timegm(&normal);
    if (normal.tm_mon != moment.tm_mon || normal.tm_mday != moment.tm_mday ||
        normal.tm_hour != moment.tm_hour || normal.tm_min != moment.tm_min ||
        normal.tm_sec != moment.tm_sec || parts[0] < 1970) {
        return false; /* the 31st of February and the like */
    }
    *ret_seconds = seconds;
    return true;
}

void hd_clock_rfc3339(int64_t seconds, char out[HD_RFC3339_SIZE])
{
    time_t when = (time_t)seconds;
    struct tm moment;
    if (gmtime_r(&when, &moment) == NULL || moment.tm_year > 9999 - 1900) {
        (void)snprintf(out, HD_RFC3339_SIZE, "9999-12-31T23:59:59Z");
        return;
    }
    (void)strftime(out, HD_RFC3339_SIZE, "%Y-%m-%dT%H:%M:%SZ", &moment);
}

int hd_clock_parse_epoch(const char *text, bool *ret_set, int64_t *ret_seconds, hd_error *err)
{
    if (text == NULL || *text == '\0') {
        *ret_set = false;
        return 0;
    }
    uint64_t seconds = 0;
    if (!hd_str_uint(hd_str_of(text), 253402300799u, &seconds)) {
        return hd_fail(err, HD_E_USAGE, "SOURCE_DATE_EPOCH: \"%s\" is not a number of seconds",
                       text);
    }
    *ret_set = true;
    *ret_seconds = (int64_t)seconds;
    return 0;
}
