/* Lexical level of TOML 1.0: white space, strings, numbers, dates. */
#include "toml-internal.h"

#include <errno.h>
#include <math.h>

char hd_toml_peek(const hd_toml_reader *self)
{
    return self->at < self->text.length ? self->text.data[self->at] : '\0';
}

bool hd_toml_starts(const hd_toml_reader *self, const char *text)
{
    return hd_str_starts(hd_str_from(self->text, self->at), text);
}

bool hd_toml_fail(hd_toml_reader *self, const char *what)
{
    size_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < self->at && i < self->text.length; i++) {
        if (self->text.data[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    (void)hd_fail(self->err, HD_E_INVALID, "%s:%zu:%zu: %s", self->name, line, self->at - start + 1,
                  what);
    return false;
}

void hd_toml_skip_blanks(hd_toml_reader *self)
{
    while (hd_toml_peek(self) == ' ' || hd_toml_peek(self) == '\t') {
        self->at++;
    }
}

static bool is_control(char byte)
{
    return ((unsigned char)byte < 0x20 && byte != '\t') || byte == 0x7f;
}

/* "\n" or "\r\n"; false when neither stands here. */
static bool take_break(hd_toml_reader *self)
{
    size_t length = hd_toml_starts(self, "\r\n") ? 2 : hd_toml_peek(self) == '\n' ? 1 : 0;
    self->at += length;
    return length > 0;
}

static bool skip_comment(hd_toml_reader *self)
{
    if (hd_toml_peek(self) != '#') {
        return true;
    }
    while (self->at < self->text.length && hd_toml_peek(self) != '\n' &&
           !hd_toml_starts(self, "\r\n")) {
        if (is_control(hd_toml_peek(self))) {
            return hd_toml_fail(self, "a control character in a comment");
        }
        self->at++;
    }
    return true;
}

bool hd_toml_end_line(hd_toml_reader *self)
{
    hd_toml_skip_blanks(self);
    if (!skip_comment(self)) {
        return false;
    }
    if (self->at == self->text.length || take_break(self)) {
        return true;
    }
    return hd_toml_fail(self, "expected the end of the line");
}

bool hd_toml_skip_lines(hd_toml_reader *self)
{
    do {
        hd_toml_skip_blanks(self);
        if (!skip_comment(self)) {
            return false;
        }
    } while (take_break(self));
    return true;
}

static void put_utf8(hd_buf *out, uint32_t code)
{
    if (code < 0x80) {
        hd_buf_putc(out, (char)code);
        return;
    }
    int tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned leads[] = {0, 0xc0, 0xe0, 0xf0};
    hd_buf_putc(out, (char)(leads[tail] | code >> (6 * tail)));
    while (tail-- > 0) {
        hd_buf_putc(out, (char)(0x80 | (code >> (6 * tail) & 0x3f)));
    }
}

static bool take_code_point(hd_toml_reader *self, size_t digits, hd_buf *out)
{
    uint32_t code = 0;
    for (size_t i = 0; i < digits; i++, self->at++) {
        char byte = hd_lower(hd_toml_peek(self));
        bool letter = byte >= 'a' && byte <= 'f';
        if (!letter && !hd_is_digit(byte)) {
            return hd_toml_fail(self, "a bad unicode escape");
        }
        code = code << 4 | (uint32_t)(letter ? byte - 'a' + 10 : byte - '0');
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
        return hd_toml_fail(self, "an escape that is no unicode scalar value");
    }
    if (code == 0) {
        return hd_toml_fail(self, "a NUL character");
    }
    put_utf8(out, code);
    return true;
}

/* Behind a backslash at the end of a line: all white space up to the next text goes away. */
static bool fold_lines(hd_toml_reader *self)
{
    hd_toml_skip_blanks(self);
    if (!take_break(self)) {
        return hd_toml_fail(self, "an unknown escape");
    }
    do {
        hd_toml_skip_blanks(self);
    } while (take_break(self));
    return true;
}

static bool take_escape(hd_toml_reader *self, bool multiline, hd_buf *out)
{
    static const char simple[] = "b\bt\tn\nf\fr\r\"\"\\\\";
    char byte = hd_toml_peek(self);
    for (const char *at = simple; *at != '\0'; at += 2) {
        if (byte == *at) {
            hd_buf_putc(out, at[1]);
            self->at++;
            return true;
        }
    }
    if (byte == 'u' || byte == 'U') {
        self->at++;
        return take_code_point(self, byte == 'u' ? 4 : 8, out);
    }
    return multiline ? fold_lines(self) : hd_toml_fail(self, "an unknown escape");
}

/* Three quotes end a multi-line string; up to two more belong to it. */
static bool take_closing(hd_toml_reader *self, char quote, hd_buf *out)
{
    size_t run = 0;
    while (run < 5 && self->at + run < self->text.length &&
           self->text.data[self->at + run] == quote) {
        run++;
    }
    self->at += run;
    for (size_t i = run < 3 ? 0 : 3; i < run; i++) {
        hd_buf_putc(out, quote);
    }
    return run >= 3;
}

static bool long_string(hd_toml_reader *self, char quote, hd_buf *out)
{
    (void)take_break(self); /* one right behind the opening quotes does not count */
    while (self->at < self->text.length) {
        char byte = hd_toml_peek(self);
        if (byte == quote) {
            if (take_closing(self, quote, out)) {
                return true;
            }
            continue;
        }
        if (take_break(self)) {
            hd_buf_putc(out, '\n');
        } else if (byte == '\\' && quote == '"') {
            self->at++;
            if (!take_escape(self, true, out)) {
                return false;
            }
        } else if (is_control(byte)) {
            return hd_toml_fail(self, "a control character in a string");
        } else {
            hd_buf_putc(out, byte);
            self->at++;
        }
    }
    return hd_toml_fail(self, "a string without end");
}

static bool short_string(hd_toml_reader *self, char quote, hd_buf *out)
{
    while (self->at < self->text.length) {
        char byte = hd_toml_peek(self);
        if (is_control(byte)) {
            return hd_toml_fail(self, "a control character or the end of the line in a string");
        }
        self->at++;
        if (byte == quote) {
            return true;
        }
        if (byte == '\\' && quote == '"') {
            if (!take_escape(self, false, out)) {
                return false;
            }
        } else {
            hd_buf_putc(out, byte);
        }
    }
    return hd_toml_fail(self, "a string without end");
}

bool hd_toml_string(hd_toml_reader *self, bool multiline, hd_buf *out)
{
    char quote = hd_toml_peek(self);
    bool is_long = hd_toml_starts(self, quote == '"' ? "\"\"\"" : "'''");
    if (is_long && !multiline) {
        return hd_toml_fail(self, "a multi-line string is no key");
    }
    self->at += is_long ? 3 : 1;
    return is_long ? long_string(self, quote, out) : short_string(self, quote, out);
}

/* Digits with single underscores between them, without the underscores. */
static bool take_digits(hd_str *rest, const char *allowed, hd_buf *out)
{
    size_t start = out->length;
    bool underscore = true;
    while (rest->length > 0 && rest->data[0] != '\0' &&
           (strchr(allowed, rest->data[0]) != NULL || rest->data[0] == '_')) {
        if (rest->data[0] == '_' && underscore) {
            return false;
        }
        underscore = rest->data[0] == '_';
        if (!underscore) {
            hd_buf_putc(out, rest->data[0]);
        }
        *rest = hd_str_from(*rest, 1);
    }
    return out->length > start && !underscore;
}

static json_t *radix_integer(hd_str word)
{
    static const struct {
        const char *prefix;
        const char *digits;
        int base;
    } rows[] = {{"0x", "0123456789abcdefABCDEF", 16}, {"0o", "01234567", 8}, {"0b", "01", 2}};
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_auto_done(hd_buf) digits = HD_BUF_INIT(128);
        hd_str rest = word;
        if (!hd_str_starts(word, rows[i].prefix)) {
            continue;
        }
        rest = hd_str_from(rest, 2);
        if (!take_digits(&rest, rows[i].digits, &digits) || rest.length > 0) {
            return NULL;
        }
        errno = 0;
        long long value = strtoll(digits.data, NULL, rows[i].base);
        return errno == 0 ? json_integer(value) : NULL;
    }
    return NULL;
}

/* Integers and floats in decimal; a leading zero stands alone. */
static json_t *decimal_number(hd_str word)
{
    static const char decimal[] = "0123456789";
    hd_auto_done(hd_buf) text = HD_BUF_INIT(512);
    hd_str rest = word;
    bool real = false;
    if (hd_str_starts(rest, "+") || hd_str_starts(rest, "-")) {
        hd_buf_putc(&text, rest.data[0]);
        rest = hd_str_from(rest, 1);
    }
    size_t first = text.length;
    if (!take_digits(&rest, decimal, &text) ||
        (text.data[first] == '0' && text.length > first + 1)) {
        return NULL;
    }
    if (hd_str_starts(rest, ".")) {
        hd_buf_putc(&text, '.');
        rest = hd_str_from(rest, 1);
        real = true;
        if (!take_digits(&rest, decimal, &text)) {
            return NULL;
        }
    }
    if (hd_str_starts(rest, "e") || hd_str_starts(rest, "E")) {
        hd_buf_putc(&text, 'e');
        rest = hd_str_from(rest, 1);
        real = true;
        if (hd_str_starts(rest, "+") || hd_str_starts(rest, "-")) {
            hd_buf_putc(&text, rest.data[0]);
            rest = hd_str_from(rest, 1);
        }
        if (!take_digits(&rest, decimal, &text)) {
            return NULL;
        }
    }
    if (rest.length > 0 || text.overflown) {
        return NULL;
    }
    errno = 0;
    if (real) {
        double value = strtod(text.data, NULL);
        return isfinite(value) ? json_real(value) : json_string(value < 0 ? "-inf" : "inf");
    }
    long long value = strtoll(text.data, NULL, 10);
    return errno == 0 ? json_integer(value) : NULL;
}

static bool number_in(hd_str text, uint64_t low, uint64_t high)
{
    uint64_t value = 0;
    return hd_str_uint(text, high, &value) && value >= low;
}

/* A fixed pattern: 'd' stands for a digit. */
static bool fits(hd_str text, const char *pattern)
{
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        if (i >= text.length ||
            (pattern[i] == 'd' ? !hd_is_digit(text.data[i]) : text.data[i] != pattern[i])) {
            return false;
        }
    }
    return true;
}

static bool is_date(hd_str text)
{
    static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint64_t year = 0;
    uint64_t month = 0;
    if (!fits(text, "dddd-dd-dd") || !hd_str_uint((hd_str){text.data, 4}, 9999, &year) ||
        !hd_str_uint((hd_str){text.data + 5, 2}, 12, &month) || month == 0) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return number_in((hd_str){text.data + 8, 2}, 1, month == 2 && !leap ? 28 : days[month - 1]);
}

/* "hh:mm:ss" with a fraction; what follows is left in *rest. */
static bool take_time(hd_str *rest)
{
    if (!fits(*rest, "dd:dd:dd") || !number_in((hd_str){rest->data, 2}, 0, 23) ||
        !number_in((hd_str){rest->data + 3, 2}, 0, 59) ||
        !number_in((hd_str){rest->data + 6, 2}, 0, 60)) {
        return false;
    }
    *rest = hd_str_from(*rest, 8);
    if (hd_str_starts(*rest, ".")) {
        size_t digits = 1;
        while (digits < rest->length && hd_is_digit(rest->data[digits])) {
            digits++;
        }
        *rest = hd_str_from(*rest, digits);
        return digits > 1;
    }
    return true;
}

static bool is_offset(hd_str text)
{
    return text.length == 0 || hd_str_is(text, "Z") || hd_str_is(text, "z") ||
           (text.length == 6 && (fits(text, "+dd:dd") || fits(text, "-dd:dd")) &&
            number_in((hd_str){text.data + 1, 2}, 0, 23) &&
            number_in((hd_str){text.data + 4, 2}, 0, 59));
}

static bool is_moment(hd_str text)
{
    hd_str rest = text;
    if (fits(text, "dd:dd")) {
        return take_time(&rest) && rest.length == 0;
    }
    if (!is_date(text)) {
        return false;
    }
    rest = hd_str_from(text, 10);
    if (rest.length == 0) {
        return true;
    }
    if (strchr("Tt ", rest.data[0]) == NULL) {
        return false;
    }
    rest = hd_str_from(rest, 1);
    return take_time(&rest) && is_offset(rest);
}

/* The run of bytes that may belong to a scalar; a date may be followed by one blank and a time. */
static hd_str scalar_word(const hd_toml_reader *self)
{
    hd_str rest = hd_str_from(self->text, self->at);
    size_t length = 0;
    while (length < rest.length &&
           (hd_is_alnum(rest.data[length]) || strchr("+-_.:", rest.data[length]) != NULL) &&
           rest.data[length] != '\0') {
        length++;
    }
    if (length == 10 && fits(rest, "dddd-dd-dd dd:")) {
        length++;
        while (length < rest.length && rest.data[length] != '\0' &&
               (hd_is_alnum(rest.data[length]) || strchr("+-.:", rest.data[length]) != NULL)) {
            length++;
        }
    }
    return (hd_str){rest.data, length};
}

static json_t *special_number(hd_str word)
{
    hd_str name = hd_str_starts(word, "+") || hd_str_starts(word, "-") ? hd_str_from(word, 1)
                                                                       : word;
    if (hd_str_is(name, "nan")) {
        return json_string("nan");
    }
    if (hd_str_is(name, "inf")) {
        return json_string(word.data[0] == '-' ? "-inf" : "inf");
    }
    return NULL;
}

json_t *hd_toml_scalar(hd_toml_reader *self)
{
    hd_str word = scalar_word(self);
    json_t *value = NULL;
    if (word.length == 0) {
        (void)hd_toml_fail(self, "expected a value");
        return NULL;
    }
    if (hd_str_is(word, "true") || hd_str_is(word, "false")) {
        value = json_boolean(word.data[0] == 't');
    } else if (is_moment(word)) {
        value = json_stringn(word.data, word.length);
    } else {
        json_t *(*const kinds[])(hd_str) = {special_number, radix_integer, decimal_number};
        for (size_t i = 0; value == NULL && i < HD_COUNT(kinds); i++) {
            value = kinds[i](word);
        }
    }
    if (value == NULL) {
        (void)hd_toml_fail(self, "not a value (strings need quotes; numbers have 64 bits)");
        return NULL;
    }
    self->at += word.length;
    return value;
}
