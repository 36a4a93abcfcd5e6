/*
 * str.h: text that is looked at, not owned.
 *
 * hd_str is a view {data, length} into somebody else's bytes, not NUL-terminated; every parser here
 * works on views. Print one with "%.*s" and HD_STR_ARGS. Comparisons are by bytes: no locale
 * anywhere.
 */
#ifndef HD_BASE_STR_H
#define HD_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct hd_str {
    const char *data;
    size_t length;
} hd_str;

#define HD_STR_ARGS(view) (int)(view).length, (view).data

static inline hd_str hd_str_of(const char *text)
{
    return (hd_str){text, strlen(text)};
}

static inline bool hd_streq(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

bool hd_str_equal(hd_str a, hd_str b);
bool hd_str_is(hd_str view, const char *text);
int hd_str_compare(hd_str a, hd_str b);
bool hd_str_starts(hd_str view, const char *prefix);
bool hd_str_ends(hd_str view, const char *suffix);
bool hd_starts_with(const char *text, const char *prefix);
bool hd_ends_with(const char *text, const char *suffix);

/* Without leading and trailing space, tab, CR, LF, VT, FF. */
hd_str hd_str_trim(hd_str view);
hd_str hd_str_from(hd_str view, size_t start);

/* Index of the first such byte, or view.length. */
size_t hd_str_find(hd_str view, char byte);

/* Cuts the part before the next separator off the front of *rest; false when nothing is left.
 * "a//b" gives a, "", b; text that ends with the separator gives no empty last part. */
bool hd_str_split(hd_str *rest, char separator, hd_str *ret_part);

/* The next line without its LF or CRLF. */
bool hd_str_line(hd_str *rest, hd_str *ret_line);

/* The next run of non-blank bytes. */
bool hd_str_word(hd_str *rest, hd_str *ret_word);

/* Decimal digits only (no sign, no blanks), within [0, max]. */
bool hd_str_uint(hd_str view, uint64_t max, uint64_t *ret_value);

/* True for well-formed UTF-8 without NUL. */
bool hd_str_is_utf8(hd_str view);

/* ASCII classes and case, independent of locale. */
bool hd_is_lower(char byte);
bool hd_is_upper(char byte);
bool hd_is_digit(char byte);
bool hd_is_alnum(char byte);
bool hd_is_space(char byte);
char hd_lower(char byte);
char hd_upper(char byte);

#endif
