#include "hd/base/encode.h"

void hd_hex_encode(const void *data, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;
    for (size_t i = 0; i < length; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * length] = '\0';
}

static int hex_digit(char byte)
{
    if (hd_is_digit(byte)) {
        return byte - '0';
    }
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

bool hd_hex_decode(hd_str text, uint8_t *out, size_t length)
{
    if (text.length != 2 * length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        int high = hex_digit(text.data[2 * i]);
        int low = hex_digit(text.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hd_base64_encode(hd_buf *out, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)bytes[i + 2] : 0);
        char quad[4] = {base64_digits[group >> 18], base64_digits[group >> 12 & 63],
                        left > 1 ? base64_digits[group >> 6 & 63] : '=',
                        left > 2 ? base64_digits[group & 63] : '='};
        hd_buf_append(out, quad, sizeof(quad));
    }
}

static int base64_digit(char byte)
{
    const char *found = byte == '\0' ? NULL : strchr(base64_digits, byte);
    return found == NULL ? -1 : (int)(found - base64_digits);
}

/* One group of four characters; last says whether padding may stand in it. */
static bool decode_quad(const char *quad, bool last, hd_buf *out)
{
    size_t padding = 0;
    if (last && quad[3] == '=') {
        padding = quad[2] == '=' ? 2 : 1;
    }
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i < 4 - padding ? base64_digit(quad[i]) : 0;
        if (digit < 0) {
            return false;
        }
        group = group << 6 | (uint32_t)digit;
    }
    if ((padding == 1 && (group & 0xff) != 0) || (padding == 2 && (group & 0xffff) != 0)) {
        return false; /* stray bits: two spellings of one value */
    }
    uint8_t bytes[3] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
    hd_buf_append(out, bytes, 3 - padding);
    return true;
}

bool hd_base64_decode(hd_str text, hd_buf *out)
{
    if (text.length % 4 != 0) {
        return false;
    }
    for (size_t i = 0; i < text.length; i += 4) {
        if (!decode_quad(text.data + i, i + 4 == text.length, out)) {
            return false;
        }
    }
    return !out->overflown;
}
