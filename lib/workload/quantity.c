#include "hd/workload/workload.h"

/* "12.5": whole part and up to three digits behind the point, in thousandths. */
static bool parse_thousandths(hd_str text, uint64_t *ret_value)
{
    size_t point = hd_str_find(text, '.');
    uint64_t whole = 0;
    uint64_t value = 0;
    if (!hd_str_uint((hd_str){text.data, point}, 1000000000000u, &whole)) {
        return false;
    }
    value = whole * 1000;
    if (point < text.length) {
        hd_str fraction = hd_str_from(text, point + 1);
        uint64_t weight = 100;
        if (fraction.length == 0 || fraction.length > 3) {
            return false;
        }
        for (size_t i = 0; i < fraction.length; i++, weight /= 10) {
            if (!hd_is_digit(fraction.data[i])) {
                return false;
            }
            value += (uint64_t)(fraction.data[i] - '0') * weight;
        }
    }
    *ret_value = value;
    return true;
}

bool hd_quantity_cpu(const char *text, uint64_t *ret_millis)
{
    hd_str view = hd_str_of(text);
    uint64_t millis = 0;
    bool good = hd_str_ends(view, "m")
                    ? hd_str_uint((hd_str){view.data, view.length - 1}, 1000000000u, &millis)
                    : parse_thousandths(view, &millis);
    if (good && millis > 0) {
        *ret_millis = millis;
    }
    return good && millis > 0;
}

bool hd_quantity_bytes(const char *text, bool default_mib, uint64_t *ret_bytes)
{
    static const struct {
        const char *suffix;
        uint64_t factor;
    } units[] = {
        {"Ki", 1u << 10},
        {"Mi", 1u << 20},
        {"Gi", 1u << 30},
        {"Ti", (uint64_t)1 << 40},
        {"Pi", (uint64_t)1 << 50},
        {"k", 1000},
        {"K", 1000},
        {"M", 1000000},
        {"G", 1000000000},
        {"T", 1000000000000},
        {"P", 1000000000000000},
    };
    hd_str view = hd_str_of(text);
    uint64_t factor = default_mib ? (uint64_t)1 << 20 : 1;
    for (size_t i = 0; i < HD_COUNT(units); i++) {
        if (hd_str_ends(view, units[i].suffix)) {
            factor = units[i].factor;
            view.length -= strlen(units[i].suffix);
            break;
        }
    }
    uint64_t thousandths = 0;
    if (!parse_thousandths(view, &thousandths) || thousandths > UINT64_MAX / factor) {
        return false;
    }
    *ret_bytes = thousandths * factor / 1000;
    return true;
}
