/* Trees as TOML: the values of a table, then its sub-tables, each under its full name. */
#include "hd/data/toml-write.h"

/* The name of a table, from the inside out. */
typedef struct place {
    const struct place *outer;
    const char *key;
} place;

static void put_table(hd_buf *out, const json_t *table, const place *at);
static void put_inline(hd_buf *out, const json_t *value);

static void put_byte(hd_buf *out, unsigned char byte)
{
    static const char shorts[] = "\bb\tt\nn\ff\rr\"\"\\\\";
    for (const char *pair = shorts; *pair != '\0'; pair += 2) {
        if ((unsigned char)*pair == byte) {
            hd_buf_putc(out, '\\');
            hd_buf_putc(out, pair[1]);
            return;
        }
    }
    if (byte < 0x20 || byte == 0x7f) {
        hd_buf_printf(out, "\\u%04X", byte);
    } else {
        hd_buf_putc(out, (char)byte);
    }
}

static void put_string(hd_buf *out, const char *text, size_t length)
{
    hd_buf_putc(out, '"');
    for (size_t i = 0; i < length; i++) {
        put_byte(out, (unsigned char)text[i]);
    }
    hd_buf_putc(out, '"');
}

static void put_key(hd_buf *out, const char *key)
{
    size_t bare = 0;
    while (hd_is_alnum(key[bare]) || key[bare] == '_' || key[bare] == '-') {
        bare++;
    }
    if (bare > 0 && key[bare] == '\0') {
        hd_buf_puts(out, key);
    } else {
        put_string(out, key, strlen(key));
    }
}

static void put_inline_array(hd_buf *out, const json_t *array)
{
    const char *separator = "";
    hd_buf_putc(out, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_null(item)) {
            hd_buf_puts(out, separator);
            put_inline(out, item);
            separator = ", ";
        }
    }
    hd_buf_putc(out, ']');
}

static void put_inline_table(hd_buf *out, const json_t *table)
{
    const char *separator = " ";
    const char *key = NULL;
    const json_t *value = NULL;
    hd_buf_putc(out, '{');
    json_object_foreach((json_t *)(uintptr_t)table, key, value)
    {
        if (!json_is_null(value)) {
            hd_buf_puts(out, separator);
            put_key(out, key);
            hd_buf_puts(out, " = ");
            put_inline(out, value);
            separator = ", ";
        }
    }
    hd_buf_puts(out, separator[0] == ' ' ? "}" : " }");
}

static void put_inline(hd_buf *out, const json_t *value)
{
    if (json_is_object(value)) {
        put_inline_table(out, value);
    } else if (json_is_array(value)) {
        put_inline_array(out, value);
    } else if (json_is_string(value)) {
        put_string(out, json_string_value(value), json_string_length(value));
    } else {
        hd_json_write(out, value); /* numbers and booleans are the same in both */
    }
}

static bool is_table_array(const json_t *value)
{
    size_t count = json_array_size(value);
    for (size_t i = 0; i < count; i++) {
        if (!json_is_object(json_array_get(value, i))) {
            return false;
        }
    }
    return count > 0;
}

/* Whether the member stands on a line of its table, and not under a name of its own. */
static bool is_plain_member(const json_t *value)
{
    return !json_is_null(value) && !json_is_object(value) && !is_table_array(value);
}

static void put_name(hd_buf *out, const place *at)
{
    if (at->outer != NULL) {
        put_name(out, at->outer);
        hd_buf_putc(out, '.');
    }
    put_key(out, at->key);
}

static void put_header(hd_buf *out, const place *at, const char *open, const char *close)
{
    hd_buf_puts(out, out->length > 0 ? "\n" : "");
    hd_buf_puts(out, open);
    put_name(out, at);
    hd_buf_puts(out, close);
    hd_buf_putc(out, '\n');
}

/* A table that only holds tables is there by their names. */
static bool needs_header(const json_t *table)
{
    bool has_tables = false;
    const char *key = NULL;
    const json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)table, key, value)
    {
        if (is_plain_member(value)) {
            return true;
        }
        has_tables = has_tables || !json_is_null(value);
    }
    return !has_tables;
}

static void put_sub_tables(hd_buf *out, const json_t *value, const place *at)
{
    if (json_is_object(value)) {
        if (needs_header(value)) {
            put_header(out, at, "[", "]");
        }
        put_table(out, value, at);
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        put_header(out, at, "[[", "]]");
        put_table(out, json_array_get(value, i), at);
    }
}

static void put_table(hd_buf *out, const json_t *table, const place *at)
{
    const char *key = NULL;
    const json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)table, key, value)
    {
        if (is_plain_member(value)) {
            put_key(out, key);
            hd_buf_puts(out, " = ");
            put_inline(out, value);
            hd_buf_putc(out, '\n');
        }
    }
    json_object_foreach((json_t *)(uintptr_t)table, key, value)
    {
        place inner = {at, key};
        if (!json_is_null(value) && !is_plain_member(value)) {
            put_sub_tables(out, value, &inner);
        }
    }
}

void hd_toml_write(hd_buf *out, const json_t *tree)
{
    if (json_is_object(tree)) {
        put_table(out, tree, NULL);
    }
}
