/* Which strings may stand unquoted, for a YAML 1.1 reader and a 1.2 reader alike, and how the
 * others are quoted. */
#include "hd/data/yaml.h"

/* Words that one generation or the other takes for something else than text, lower-cased. */
static const char *const special_words[] = {"null",  "true", "false", "yes",  "no",   "on",
                                            "off",   "y",    "n",     ".nan", ".inf", "+.inf",
                                            "-.inf", "~",    "=",     "<<"};

static bool is_special_word(hd_str text)
{
    char word[8];
    if (text.length >= sizeof(word)) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        word[i] = hd_lower(text.data[i]);
    }
    for (size_t i = 0; i < HD_COUNT(special_words); i++) {
        if (hd_str_is((hd_str){word, text.length}, special_words[i])) {
            return true;
        }
    }
    return false;
}

/* Numbers, dates, versions with a sign: whatever begins like one is quoted rather than understood.
 */
static bool looks_like_number(hd_str text)
{
    if (hd_is_digit(text.data[0])) {
        return true;
    }
    bool sign = strchr("+-.", text.data[0]) != NULL;
    return sign && text.length > 1 &&
           (hd_is_digit(text.data[1]) || (text.data[1] == '.' && text.length > 2));
}

/* Bytes that are safe anywhere in a plain scalar; ':' and '#' are looked at with their neighbours.
 */
static bool is_plain_byte(char byte)
{
    return hd_is_alnum(byte) ||
           (byte != '\0' && strchr(" -_./+@%=~:#()!$^;?'<>|&*,\\", byte) != NULL);
}

static bool may_begin(char byte)
{
    return hd_is_alnum(byte) || (byte != '\0' && strchr("_./+(^$;\\", byte) != NULL);
}

bool hd_yaml_is_plain(hd_str text)
{
    if (text.length == 0 || !may_begin(text.data[0]) || looks_like_number(text) ||
        is_special_word(text)) {
        return false;
    }
    char last = text.data[text.length - 1];
    if (last == ' ' || last == ':') {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        if (!is_plain_byte(byte) || (byte == ':' && text.data[i + 1] == ' ') ||
            (byte == '#' && i > 0 && text.data[i - 1] == ' ')) {
            return false;
        }
    }
    return true;
}

/* A sequence that YAML does not print as it is: C1 controls, NEL, LS, PS, BOM. */
static size_t unprintable_sequence(hd_str text, unsigned *ret_code)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    if (text.length >= 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0) {
        *ret_code = bytes[1];
        return 2;
    }
    if (text.length >= 3 && bytes[0] == 0xe2 && bytes[1] == 0x80 && (bytes[2] | 1) == 0xa9) {
        *ret_code = 0x2000u + (bytes[2] & 0x3fu);
        return 3;
    }
    if (text.length >= 3 && bytes[0] == 0xef &&
        ((bytes[1] == 0xbb && bytes[2] == 0xbf) || (bytes[1] == 0xbf && bytes[2] >= 0xbe))) {
        *ret_code = (unsigned)(0xf000 | (bytes[1] & 0x3f) << 6 | (bytes[2] & 0x3f));
        return 3;
    }
    return 0;
}

static void put_escaped(hd_buf *out, unsigned char byte)
{
    static const char shorts[] = "\nn\tt\rr\"\"\\\\";
    for (const char *at = shorts; *at != '\0'; at += 2) {
        if ((unsigned char)*at == byte) {
            hd_buf_putc(out, '\\');
            hd_buf_putc(out, at[1]);
            return;
        }
    }
    hd_buf_printf(out, "\\u%04x", byte);
}

/* Double quotes with the escapes that JSON and YAML share. */
static void put_quoted(hd_buf *out, hd_str text)
{
    hd_buf_putc(out, '"');
    while (text.length > 0) {
        unsigned char byte = (unsigned char)text.data[0];
        unsigned code = 0;
        size_t sequence = unprintable_sequence(text, &code);
        if (sequence > 0) {
            hd_buf_printf(out, "\\u%04x", code);
            text = hd_str_from(text, sequence);
            continue;
        }
        if (byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\') {
            put_escaped(out, byte);
        } else {
            hd_buf_putc(out, (char)byte);
        }
        text = hd_str_from(text, 1);
    }
    hd_buf_putc(out, '"');
}

void hd_yaml_write_string(hd_buf *out, hd_str text)
{
    if (hd_yaml_is_plain(text)) {
        hd_buf_put(out, text);
    } else {
        put_quoted(out, text);
    }
}
