#include "hd/package/ident.h"

/* A version as Habitat splits it: the first run of digits and dots, and all behind it. */
typedef struct split_version {
    hd_str numbers;
    hd_str extension;
} split_version;

static bool is_number_byte(char byte)
{
    return hd_is_digit(byte) || byte == '.';
}

static bool split(hd_str text, split_version *ret_split)
{
    while (text.length > 0 && !is_number_byte(text.data[0])) {
        text = hd_str_from(text, 1);
    }
    size_t length = 0;
    while (length < text.length && is_number_byte(text.data[length])) {
        length++;
    }
    hd_str extension = hd_str_from(text, length);
    if (extension.length > 1 && extension.data[0] == '-') {
        extension = hd_str_from(extension, 1);
    }
    *ret_split = (split_version){{text.data, length}, extension};
    return length > 0;
}

/* The next component; a side that has run out counts as 0. An empty one or one beyond 64 bits is
 * Habitat's error. */
static bool next_number(hd_str *rest, bool *more, uint64_t *ret_number)
{
    *ret_number = 0;
    if (!*more) {
        return true;
    }
    size_t dot = hd_str_find(*rest, '.');
    hd_str part = {rest->data, dot};
    *more = dot < rest->length;
    *rest = hd_str_from(*rest, *more ? dot + 1 : dot);
    return hd_str_uint(part, UINT64_MAX, ret_number);
}

static bool compare_numbers(hd_str a, hd_str b, int *ret_order)
{
    *ret_order = 0;
    for (bool more_a = true, more_b = true; *ret_order == 0 && (more_a || more_b);) {
        uint64_t number_a = 0;
        uint64_t number_b = 0;
        if (!next_number(&a, &more_a, &number_a) || !next_number(&b, &more_b, &number_b)) {
            return false;
        }
        *ret_order = (number_a > number_b) - (number_a < number_b);
    }
    return true;
}

static int compare_extensions(hd_str a, hd_str b)
{
    if (a.length == 0 || b.length == 0) { /* none beats any */
        return (a.length == 0) - (b.length == 0);
    }
    int order = hd_str_compare(a, b);
    return (order > 0) - (order < 0);
}

bool hd_version_compare(hd_str a, hd_str b, int *ret_order)
{
    split_version left;
    split_version right;
    int order = 0;
    if (!split(a, &left) || !split(b, &right) ||
        !compare_numbers(left.numbers, right.numbers, &order)) {
        return false;
    }
    *ret_order = order != 0 ? order : compare_extensions(left.extension, right.extension);
    return true;
}
