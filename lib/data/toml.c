/* Structure of TOML 1.0: keys, tables, arrays, and what may be defined where. */
#include "toml-internal.h"

static json_t *read_value(hd_toml_reader *self);
static bool read_pair(hd_toml_reader *self, json_t *table);

/* The lists of marked tables are small in honest documents; a hostile one is bounded by its length.
 */
static bool is_marked(const json_t *list, const json_t *table)
{
    for (size_t i = json_array_size(list); i > 0; i--) {
        if (json_array_get(list, i - 1) == table) {
            return true;
        }
    }
    return false;
}

static void mark(json_t *list, json_t *table)
{
    if (!is_marked(list, table)) {
        (void)json_array_append(list, table);
    }
}

static bool is_bare(char byte)
{
    return hd_is_alnum(byte) || byte == '_' || byte == '-';
}

/* One part of a dotted key, to be released with free(). */
static bool read_key_part(hd_toml_reader *self, char **ret_key)
{
    hd_auto_done(hd_buf) key = HD_BUF_INIT(64 * HD_KIB);
    if (hd_toml_peek(self) == '"' || hd_toml_peek(self) == '\'') {
        if (!hd_toml_string(self, false, &key)) {
            return false;
        }
    } else {
        while (self->at < self->text.length && is_bare(hd_toml_peek(self))) {
            hd_buf_putc(&key, self->text.data[self->at++]);
        }
        if (key.length == 0) {
            return hd_toml_fail(self, "expected a key");
        }
    }
    if (key.overflown) {
        return hd_toml_fail(self, "a key that is too long");
    }
    *ret_key = hd_buf_steal(&key);
    return true;
}

/* A whole dotted key, as an array of strings. */
static json_t *read_key(hd_toml_reader *self)
{
    json_auto_t *parts = json_array();
    for (;;) {
        hd_auto_free char *part = NULL;
        hd_toml_skip_blanks(self);
        if (!read_key_part(self, &part)) {
            return NULL;
        }
        (void)json_array_append_new(parts, json_string(part));
        if (json_array_size(parts) > HD_TOML_MAX_DEPTH) {
            (void)hd_toml_fail(self, "nested too deeply");
            return NULL;
        }
        hd_toml_skip_blanks(self);
        if (hd_toml_peek(self) != '.') {
            return HD_TAKE(parts);
        }
        self->at++;
    }
}

static const char *part_at(const json_t *parts, size_t index)
{
    return json_string_value(json_array_get(parts, index));
}

/* The table a dotted key leads to, for all parts but the last; made where missing. */
static json_t *walk_dotted(hd_toml_reader *self, json_t *table, const json_t *parts)
{
    for (size_t i = 0; i + 1 < json_array_size(parts); i++) {
        json_t *next = json_object_get(table, part_at(parts, i));
        if (next == NULL) {
            next = json_object();
            (void)json_object_set_new(table, part_at(parts, i), next);
            mark(self->dotted, next);
        } else if (!json_is_object(next) || !is_marked(self->dotted, next)) {
            /* Dotted keys may not add to a table that was defined in another way. */
            (void)hd_toml_fail(self, "the key is defined already");
            return NULL;
        }
        table = next;
    }
    return table;
}

static json_t *read_array(hd_toml_reader *self)
{
    json_auto_t *array = json_array();
    self->at++;
    for (;;) {
        if (!hd_toml_skip_lines(self)) {
            return NULL;
        }
        if (hd_toml_peek(self) == ']') {
            self->at++;
            return HD_TAKE(array);
        }
        json_t *value = read_value(self);
        if (value == NULL || json_array_append_new(array, value) != 0 ||
            !hd_toml_skip_lines(self)) {
            return NULL;
        }
        if (hd_toml_peek(self) == ',') {
            self->at++;
        } else if (hd_toml_peek(self) != ']') {
            (void)hd_toml_fail(self, "expected , or ] in an array");
            return NULL;
        }
    }
}

static json_t *read_inline_table(hd_toml_reader *self)
{
    json_auto_t *table = json_object();
    self->at++;
    hd_toml_skip_blanks(self);
    bool empty = hd_toml_peek(self) == '}';
    while (!empty) {
        if (!read_pair(self, table)) {
            return NULL;
        }
        hd_toml_skip_blanks(self);
        if (hd_toml_peek(self) == '}') {
            break;
        }
        if (hd_toml_peek(self) != ',') {
            (void)hd_toml_fail(self, "expected , or } in an inline table");
            return NULL;
        }
        self->at++;
        hd_toml_skip_blanks(self);
    }
    self->at++;
    mark(self->closed, table);
    return HD_TAKE(table);
}

static json_t *read_string(hd_toml_reader *self)
{
    hd_auto_done(hd_buf) text = HD_BUF_INIT(16 * HD_MIB);
    if (!hd_toml_string(self, true, &text)) {
        return NULL;
    }
    if (text.overflown) {
        (void)hd_toml_fail(self, "a string that is too long");
        return NULL;
    }
    return json_stringn(text.data, text.length);
}

static json_t *read_value(hd_toml_reader *self)
{
    if (self->depth >= HD_TOML_MAX_DEPTH) {
        (void)hd_toml_fail(self, "nested too deeply");
        return NULL;
    }
    self->depth++;
    json_t *value = NULL;
    switch (hd_toml_peek(self)) {
    case '"':
    case '\'':
        value = read_string(self);
        break;
    case '[':
        value = read_array(self);
        break;
    case '{':
        value = read_inline_table(self);
        break;
    default:
        value = hd_toml_scalar(self);
    }
    self->depth--;
    return value;
}

static bool read_pair(hd_toml_reader *self, json_t *table)
{
    json_auto_t *parts = read_key(self);
    if (parts == NULL) {
        return false;
    }
    if (hd_toml_peek(self) != '=') {
        return hd_toml_fail(self, "expected = behind the key");
    }
    self->at++;
    hd_toml_skip_blanks(self);
    json_t *into = walk_dotted(self, table, parts);
    if (into == NULL) {
        return false;
    }
    const char *last = part_at(parts, json_array_size(parts) - 1);
    if (json_object_get(into, last) != NULL) {
        return hd_toml_fail(self, "the key is defined already");
    }
    json_t *value = read_value(self);
    return value != NULL && json_object_set_new(into, last, value) == 0;
}

/* The table above a header's last part: tables are made, arrays of tables stand for their newest
 * one. */
static json_t *walk_header(hd_toml_reader *self, json_t *root, const json_t *parts)
{
    json_t *table = root;
    for (size_t i = 0; i + 1 < json_array_size(parts); i++) {
        json_t *next = json_object_get(table, part_at(parts, i));
        if (next == NULL) {
            next = json_object();
            (void)json_object_set_new(table, part_at(parts, i), next);
        } else if (json_is_array(next) && is_marked(self->headed, next)) {
            next = json_array_get(next, json_array_size(next) - 1);
        }
        if (!json_is_object(next) || is_marked(self->closed, next)) {
            (void)hd_toml_fail(self, "the key is defined already, and not as a table");
            return NULL;
        }
        table = next;
    }
    return table;
}

/* [table] */
static json_t *open_table(hd_toml_reader *self, json_t *above, const char *name)
{
    json_t *table = json_object_get(above, name);
    if (table == NULL) {
        table = json_object();
        (void)json_object_set_new(above, name, table);
    } else if (!json_is_object(table) || is_marked(self->headed, table) ||
               is_marked(self->closed, table) || is_marked(self->dotted, table)) {
        (void)hd_toml_fail(self, "the table is defined already");
        return NULL;
    }
    mark(self->headed, table);
    return table;
}

/* [[table]] */
static json_t *open_element(hd_toml_reader *self, json_t *above, const char *name)
{
    json_t *array = json_object_get(above, name);
    if (array == NULL) {
        array = json_array();
        (void)json_object_set_new(above, name, array);
        mark(self->headed, array);
    } else if (!json_is_array(array) || !is_marked(self->headed, array)) {
        (void)hd_toml_fail(self, "the key is defined already, and not as an array of tables");
        return NULL;
    }
    json_t *table = json_object();
    (void)json_array_append_new(array, table);
    return table;
}

static json_t *read_header(hd_toml_reader *self, json_t *root)
{
    bool element = hd_toml_starts(self, "[[");
    self->at += element ? 2 : 1;
    json_auto_t *parts = read_key(self);
    if (parts == NULL) {
        return NULL;
    }
    if (!hd_toml_starts(self, element ? "]]" : "]")) {
        (void)hd_toml_fail(self, "expected the end of the table's name");
        return NULL;
    }
    self->at += element ? 2 : 1;
    json_t *above = walk_header(self, root, parts);
    const char *last = part_at(parts, json_array_size(parts) - 1);
    if (above == NULL) {
        return NULL;
    }
    return element ? open_element(self, above, last) : open_table(self, above, last);
}

static bool read_document(hd_toml_reader *self, json_t *root)
{
    json_t *table = root;
    for (;;) {
        if (!hd_toml_skip_lines(self)) {
            return false;
        }
        if (self->at == self->text.length) {
            return true;
        }
        if (hd_toml_peek(self) == '[') {
            table = read_header(self, root);
            if (table == NULL) {
                return false;
            }
        } else if (!read_pair(self, table)) {
            return false;
        }
        if (!hd_toml_end_line(self)) {
            return false;
        }
    }
}

int hd_toml_parse(hd_str text, const char *name, json_t **ret_tree, hd_error *err)
{
    if (hd_str_starts(text, "\xef\xbb\xbf")) {
        text = hd_str_from(text, 3);
    }
    if (!hd_str_is_utf8(text)) {
        return hd_fail(err, HD_E_INVALID, "%s: NUL or broken UTF-8", name);
    }
    hd_toml_reader self = {.text = text,
                           .name = name,
                           .err = err,
                           .closed = json_array(),
                           .headed = json_array(),
                           .dotted = json_array()};
    json_auto_t *root = json_object();
    bool good = read_document(&self, root);
    json_decref(self.closed);
    json_decref(self.headed);
    json_decref(self.dotted);
    if (!good) {
        return -hd_exit_status(err);
    }
    *ret_tree = HD_TAKE(root);
    return 0;
}
