/* Trees as YAML for people: block style, two spaces, sequences flush with their key, text blocks
 * where they survive. */
#include "hd/data/yaml.h"

typedef struct writer {
    hd_buf *out;
    int depth; /* levels of indentation */
} writer;

static void put_block(writer *self, const json_t *value, bool in_sequence);

static void indent(writer *self)
{
    hd_buf_printf(self->out, "%*s", 2 * self->depth, "");
}

static bool is_container(const json_t *value)
{
    return (json_is_object(value) && json_object_size(value) > 0) ||
           (json_is_array(value) && json_array_size(value) > 0);
}

/* Whether text comes back from a "|" block as it was. */
static bool fits_block(hd_str text)
{
    if (memchr(text.data, '\n', text.length) == NULL || text.data[0] == '\n') {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < 0x20 && byte != '\n') || byte == 0x7f) {
            return false;
        }
    }
    hd_str rest = text;
    for (hd_str line; hd_str_split(&rest, '\n', &line);) {
        /* A line of blanks alone is ambiguous; sequences outside ASCII may be line breaks of
         * YAML 1.1. */
        if (line.length > 0 && hd_str_trim(line).length == 0) {
            return false;
        }
        for (size_t i = 0; i + 1 < line.length; i++) {
            unsigned char lead = (unsigned char)line.data[i];
            unsigned char next = (unsigned char)line.data[i + 1];
            if ((lead == 0xc2 && next < 0xa0) || (lead == 0xe2 && next == 0x80) || lead == 0xef) {
                return false;
            }
        }
    }
    return true;
}

static const char *chomping(hd_str text)
{
    if (!hd_str_ends(text, "\n")) {
        return "-";
    }
    return hd_str_ends(text, "\n\n") ? "+" : "";
}

static void put_text_block(writer *self, hd_str text)
{
    hd_buf_printf(self->out, "|%s%s\n", text.data[0] == ' ' ? "2" : "", chomping(text));
    while (text.length > 0) {
        hd_str line;
        (void)hd_str_split(&text, '\n', &line);
        if (line.length > 0) {
            indent(self);
            hd_buf_put(self->out, line);
        }
        hd_buf_putc(self->out, '\n');
    }
}

/* What fits on the line of its key; text blocks are indented one level deeper than the key. */
static void put_scalar(writer *self, const json_t *value)
{
    if (!json_is_string(value)) {
        hd_json_write(self->out, value); /* numbers, true, null, {} and [] are the same in both */
        hd_buf_putc(self->out, '\n');
        return;
    }
    hd_str text = {json_string_value(value), json_string_length(value)};
    if (text.length > 0 && fits_block(text)) {
        self->depth++;
        put_text_block(self, text);
        self->depth--;
        return;
    }
    hd_yaml_write_string(self->out, text);
    hd_buf_putc(self->out, '\n');
}

static void put_member(writer *self, const char *key, const json_t *value)
{
    hd_yaml_write_string(self->out, hd_str_of(key));
    hd_buf_putc(self->out, ':');
    if (!is_container(value)) {
        hd_buf_putc(self->out, ' ');
        put_scalar(self, value);
        return;
    }
    hd_buf_putc(self->out, '\n');
    bool flush = json_is_array(value);
    self->depth += flush ? 0 : 1;
    put_block(self, value, false);
    self->depth -= flush ? 0 : 1;
}

/* The first member stands behind the "- " that is already there. */
static void put_object(writer *self, const json_t *object, bool in_sequence)
{
    bool first = in_sequence;
    const char *key = NULL;
    const json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (!first) {
            indent(self);
        }
        first = false;
        put_member(self, key, value);
    }
}

static void put_array(writer *self, const json_t *array, bool in_sequence)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (i > 0 || !in_sequence) {
            indent(self);
        }
        hd_buf_puts(self->out, "- ");
        self->depth++;
        if (is_container(item)) {
            put_block(self, item, true);
        } else {
            self->depth--;
            put_scalar(self, item);
            self->depth++;
        }
        self->depth--;
    }
}

static void put_block(writer *self, const json_t *value, bool in_sequence)
{
    if (json_is_object(value)) {
        put_object(self, value, in_sequence);
    } else {
        put_array(self, value, in_sequence);
    }
}

void hd_yaml_write(hd_buf *out, const json_t *tree)
{
    writer self = {out, 0};
    if (is_container(tree)) {
        put_block(&self, tree, false);
    } else {
        put_scalar(&self, tree);
    }
}
