#include "hd/base/str.h"

bool hd_is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

bool hd_is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

bool hd_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool hd_is_alnum(char byte)
{
    return hd_is_lower(byte) || hd_is_upper(byte) || hd_is_digit(byte);
}

bool hd_is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

char hd_lower(char byte)
{
    return hd_is_upper(byte) ? (char)(byte - 'A' + 'a') : byte;
}

char hd_upper(char byte)
{
    return hd_is_lower(byte) ? (char)(byte - 'a' + 'A') : byte;
}

bool hd_str_equal(hd_str a, hd_str b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool hd_str_is(hd_str view, const char *text)
{
    return hd_str_equal(view, hd_str_of(text));
}

int hd_str_compare(hd_str a, hd_str b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0) {
        return order;
    }
    return (a.length > b.length) - (a.length < b.length);
}

bool hd_str_starts(hd_str view, const char *prefix)
{
    size_t length = strlen(prefix);
    return view.length >= length && (length == 0 || memcmp(view.data, prefix, length) == 0);
}

bool hd_str_ends(hd_str view, const char *suffix)
{
    size_t length = strlen(suffix);
    return view.length >= length &&
           (length == 0 || memcmp(view.data + view.length - length, suffix, length) == 0);
}

bool hd_starts_with(const char *text, const char *prefix)
{
    return hd_str_starts(hd_str_of(text), prefix);
}

bool hd_ends_with(const char *text, const char *suffix)
{
    return hd_str_ends(hd_str_of(text), suffix);
}

hd_str hd_str_trim(hd_str view)
{
    while (view.length > 0 && hd_is_space(view.data[view.length - 1])) {
        view.length--;
    }
    while (view.length > 0 && hd_is_space(view.data[0])) {
        view = hd_str_from(view, 1);
    }
    return view;
}

hd_str hd_str_from(hd_str view, size_t start)
{
    return (hd_str){view.data + start, view.length - start};
}

size_t hd_str_find(hd_str view, char byte)
{
    const char *found = view.length == 0 ? NULL : memchr(view.data, byte, view.length);
    return found == NULL ? view.length : (size_t)(found - view.data);
}

bool hd_str_split(hd_str *rest, char separator, hd_str *ret_part)
{
    if (rest->length == 0) {
        return false;
    }
    size_t at = hd_str_find(*rest, separator);
    *ret_part = (hd_str){rest->data, at};
    *rest = hd_str_from(*rest, at < rest->length ? at + 1 : at);
    return true;
}

bool hd_str_line(hd_str *rest, hd_str *ret_line)
{
    if (!hd_str_split(rest, '\n', ret_line)) {
        return false;
    }
    if (hd_str_ends(*ret_line, "\r")) {
        ret_line->length--;
    }
    return true;
}

bool hd_str_word(hd_str *rest, hd_str *ret_word)
{
    while (rest->length > 0 && hd_is_space(rest->data[0])) {
        *rest = hd_str_from(*rest, 1);
    }
    size_t length = 0;
    while (length < rest->length && !hd_is_space(rest->data[length])) {
        length++;
    }
    *ret_word = (hd_str){rest->data, length};
    *rest = hd_str_from(*rest, length);
    return length > 0;
}

bool hd_str_uint(hd_str view, uint64_t max, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < view.length; i++) {
        if (!hd_is_digit(view.data[i])) {
            return false;
        }
        uint64_t digit = (uint64_t)(view.data[i] - '0');
        if (value > (max - digit) / 10 || digit > max) {
            return false;
        }
        value = value * 10 + digit;
    }
    if (view.length == 0) {
        return false;
    }
    *ret_value = value;
    return true;
}

/* The lead bytes of RFC 3629, section 4: length, and what the second byte may be. */
static const struct {
    unsigned char first;
    unsigned char last;
    unsigned char length;
    unsigned char low;
    unsigned char high;
} utf8_leads[] = {
    {0x01, 0x7f, 1, 0, 0},       {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static bool is_tail(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

/* Length of the well-formed sequence at the front, or 0. */
static size_t utf8_sequence(const unsigned char *bytes, size_t left)
{
    for (size_t i = 0; i < sizeof(utf8_leads) / sizeof(utf8_leads[0]); i++) {
        size_t length = utf8_leads[i].length;
        if (bytes[0] < utf8_leads[i].first || bytes[0] > utf8_leads[i].last) {
            continue;
        }
        bool second = length == 1 || (left >= length && bytes[1] >= utf8_leads[i].low &&
                                      bytes[1] <= utf8_leads[i].high);
        return second && (length < 3 || is_tail(bytes + 2, length - 2)) ? length : 0;
    }
    return 0;
}

bool hd_str_is_utf8(hd_str view)
{
    const unsigned char *bytes = (const unsigned char *)view.data;
    for (size_t i = 0; i < view.length;) {
        size_t length = utf8_sequence(bytes + i, view.length - i);
        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}
