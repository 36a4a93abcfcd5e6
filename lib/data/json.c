#include "hd/data/json.h"

#include <inttypes.h>

/* jansson recurses: the depth is checked before it sees the text. */
static int check_depth(hd_str text, const char *name, hd_error *err)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        if (quoted) {
            i += byte == '\\';
            quoted = byte != '"';
        } else if (byte == '"') {
            quoted = true;
        } else if (byte == '{' || byte == '[') {
            depth++;
        } else if (byte == '}' || byte == ']') {
            depth--;
        }
        if (depth > HD_JSON_MAX_DEPTH) {
            return hd_fail(err, HD_E_INVALID, "%s: nested more than %d deep", name,
                           HD_JSON_MAX_DEPTH);
        }
    }
    return 0;
}

int hd_json_parse(hd_str text, const char *name, json_t **ret_tree, hd_error *err)
{
    json_error_t where;
    int status = check_depth(text, name, err);
    if (status != 0) {
        return status;
    }
    json_t *tree = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
                              &where);
    if (tree == NULL) {
        return hd_fail(err, HD_E_INVALID, "%s:%d:%d: %s", name, where.line, where.column,
                       where.text);
    }
    *ret_tree = tree;
    return 0;
}

/* Length of the run at the front that needs no escape. */
static size_t plain_run(const char *text, size_t length)
{
    size_t run = 0;
    while (run < length && (unsigned char)text[run] >= 0x20 && text[run] != '"' &&
           text[run] != '\\' && text[run] != 0x7f) {
        run++;
    }
    return run;
}

static void put_escape(hd_buf *out, char byte)
{
    static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    for (const char *at = shorts; *at != '\0'; at += 2) {
        if (*at == byte) {
            hd_buf_putc(out, '\\');
            hd_buf_putc(out, at[1]);
            return;
        }
    }
    hd_buf_printf(out, "\\u%04x", (unsigned)(unsigned char)byte);
}

static void put_string(hd_buf *out, const char *text, size_t length)
{
    hd_buf_putc(out, '"');
    while (length > 0) {
        size_t run = plain_run(text, length);
        hd_buf_append(out, text, run);
        if (run < length) {
            put_escape(out, text[run++]);
        }
        text += run;
        length -= run;
    }
    hd_buf_putc(out, '"');
}

/* The shortest digits that read back as the same number, with '.' whatever the locale says. */
static void put_real(hd_buf *out, double value)
{
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        if (!(strtod(text, NULL) < value) && !(strtod(text, NULL) > value)) {
            break;
        }
    }
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == ',' ? '.' : *at;
    }
    hd_buf_puts(out, text);
    if (strpbrk(text, ".e") == NULL) {
        hd_buf_puts(out, ".0");
    }
}

/* How one writing goes: indent is 0 for the compact form. */
typedef struct writer {
    hd_buf *out;
    int indent;
    int depth;
} writer;

static void put_value(writer *self, const json_t *value);

static void new_line(writer *self)
{
    if (self->indent > 0) {
        hd_buf_printf(self->out, "\n%*s", self->indent * self->depth, "");
    }
}

static void put_array(writer *self, const json_t *array)
{
    hd_buf_putc(self->out, '[');
    self->depth++;
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0) {
            hd_buf_putc(self->out, ',');
        }
        new_line(self);
        put_value(self, json_array_get(array, i));
    }
    self->depth--;
    if (json_array_size(array) > 0) {
        new_line(self);
    }
    hd_buf_putc(self->out, ']');
}

static void put_object(writer *self, const json_t *object)
{
    bool any = false;
    hd_buf_putc(self->out, '{');
    self->depth++;
    const char *key = NULL;
    const json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (any) {
            hd_buf_putc(self->out, ',');
        }
        any = true;
        new_line(self);
        put_string(self->out, key, strlen(key));
        hd_buf_puts(self->out, self->indent > 0 ? ": " : ":");
        put_value(self, value);
    }
    self->depth--;
    if (any) {
        new_line(self);
    }
    hd_buf_putc(self->out, '}');
}

static void put_value(writer *self, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        put_object(self, value);
        break;
    case JSON_ARRAY:
        put_array(self, value);
        break;
    case JSON_STRING:
        put_string(self->out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        hd_buf_printf(self->out, "%" PRId64, (int64_t)json_integer_value(value));
        break;
    case JSON_REAL:
        put_real(self->out, json_real_value(value));
        break;
    case JSON_TRUE:
        hd_buf_puts(self->out, "true");
        break;
    case JSON_FALSE:
        hd_buf_puts(self->out, "false");
        break;
    case JSON_NULL:
        hd_buf_puts(self->out, "null");
        break;
    }
}

void hd_json_write(hd_buf *out, const json_t *tree)
{
    writer self = {out, 0, 0};
    put_value(&self, tree);
}

void hd_json_write_pretty(hd_buf *out, const json_t *tree)
{
    writer self = {out, 2, 0};
    put_value(&self, tree);
    hd_buf_putc(out, '\n');
}

const char *hd_json_string_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}
