/* YAML text to tree, on libyaml's event stream, with the YAML 1.2 core schema and hard limits. */
#include "hd/data/yaml.h"

#include "hd/base/mem.h"
#include "hd/base/strmap.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <yaml.h>

typedef struct reader {
    yaml_parser_t parser;
    const char *name;
    hd_strmap *anchors; /* name to json_t, borrowed from the map's owner below */
    json_t *kept;       /* array that owns what anchors point to */
    size_t nodes;
    int depth;
    hd_error *err;
} reader;

static json_t *read_node(reader *self, const yaml_event_t *event);

static json_t *fail_at(reader *self, const yaml_event_t *event, hd_category category,
                       const char *what)
{
    (void)hd_fail(self->err, category, "%s:%zu:%zu: %s", self->name, event->start_mark.line + 1,
                  event->start_mark.column + 1, what);
    return NULL;
}

static bool next_event(reader *self, yaml_event_t *ret_event)
{
    if (yaml_parser_parse(&self->parser, ret_event)) {
        return true;
    }
    const yaml_parser_t *parser = &self->parser;
    (void)hd_fail(self->err, HD_E_INVALID, "%s:%zu:%zu: %s", self->name,
                  parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                  parser->problem == NULL ? "not YAML" : parser->problem);
    return false;
}

static bool is_word(hd_str text, const char *lower)
{
    char title[8] = {0};
    char upper[8] = {0};
    for (size_t i = 0; lower[i] != '\0'; i++) {
        title[i] = i == 0 ? hd_upper(lower[i]) : lower[i];
        upper[i] = hd_upper(lower[i]);
    }
    return hd_str_is(text, lower) || hd_str_is(text, title) || hd_str_is(text, upper);
}

/* "0o17" and "0x1f". */
static bool parse_radix(hd_str text, int64_t *ret_number)
{
    bool octal = hd_str_starts(text, "0o");
    if ((!octal && !hd_str_starts(text, "0x")) || text.length == 2 || text.length > 20) {
        return false;
    }
    char digits[24] = {0};
    memcpy(digits, text.data + 2, text.length - 2);
    if (strspn(digits, octal ? "01234567" : "0123456789abcdefABCDEF") != text.length - 2) {
        return false;
    }
    errno = 0;
    *ret_number = strtoll(digits, NULL, octal ? 8 : 16);
    return errno == 0;
}

static bool parse_integer(hd_str text, int64_t *ret_number)
{
    bool negative = hd_str_starts(text, "-");
    hd_str digits = negative || hd_str_starts(text, "+") ? hd_str_from(text, 1) : text;
    uint64_t number = 0;
    uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
    if (!hd_str_uint(digits, most, &number)) {
        return parse_radix(text, ret_number);
    }
    *ret_number = negative ? (int64_t)(0 - number) : (int64_t)number;
    return true;
}

/* [-+]? ( \.[0-9]+ | [0-9]+ (\.[0-9]*)? ) ( [eE][-+]?[0-9]+ )?  with at most 60 characters */
static bool parse_float(hd_str text, double *ret_number)
{
    char copy[64] = {0};
    if (text.length == 0 || text.length >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, text.data, text.length);
    const char *at = copy + (copy[0] == '-' || copy[0] == '+');
    size_t whole = strspn(at, "0123456789");
    at += whole;
    size_t fraction = 0;
    if (*at == '.') {
        fraction = strspn(++at, "0123456789");
        at += fraction;
    }
    if (whole + fraction == 0) {
        return false;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '-' || *at == '+';
        size_t exponent = strspn(at, "0123456789");
        at += exponent;
        if (exponent == 0) {
            return false;
        }
    }
    *ret_number = strtod(copy, NULL);
    return *at == '\0' && isfinite(*ret_number);
}

static bool is_number_word(hd_str text)
{
    hd_str unsigned_text = hd_str_starts(text, "-") || hd_str_starts(text, "+")
                               ? hd_str_from(text, 1)
                               : text;
    return is_word(unsigned_text, ".inf") || hd_str_is(text, ".nan") || hd_str_is(text, ".NaN") ||
           hd_str_is(text, ".NAN");
}

static json_t *string_of(hd_str text)
{
    return json_stringn(text.data, text.length);
}

/* A plain scalar without a tag, by the core schema. */
static json_t *resolve_plain(reader *self, const yaml_event_t *event, hd_str text)
{
    int64_t integer = 0;
    double real = 0;
    if (text.length == 0 || hd_str_is(text, "~") || is_word(text, "null")) {
        return json_null();
    }
    if (is_word(text, "true") || is_word(text, "false")) {
        return json_boolean(hd_lower(text.data[0]) == 't');
    }
    if (parse_integer(text, &integer)) {
        return json_integer(integer);
    }
    if (parse_float(text, &real)) {
        return json_real(real);
    }
    if (is_number_word(text)) {
        return fail_at(self, event, HD_E_INVALID,
                       "infinity and not-a-number have no place in JSON (quote it)");
    }
    return string_of(text);
}

static json_t *resolve_tag(reader *self, const yaml_event_t *event, hd_str text, const char *tag)
{
    if (hd_streq(tag, YAML_STR_TAG) || hd_streq(tag, "!")) {
        return string_of(text);
    }
    static const struct {
        const char *tag;
        json_type type;
    } rows[] = {{YAML_INT_TAG, JSON_INTEGER},
                {YAML_FLOAT_TAG, JSON_REAL},
                {YAML_NULL_TAG, JSON_NULL},
                {YAML_BOOL_TAG, JSON_TRUE}};
    json_auto_t *value = resolve_plain(self, event, text);
    for (size_t i = 0; value != NULL && i < HD_COUNT(rows); i++) {
        bool fits = json_typeof(value) == rows[i].type ||
                    (rows[i].type == JSON_TRUE && json_is_false(value)) ||
                    (rows[i].type == JSON_REAL && json_is_integer(value));
        if (hd_streq(tag, rows[i].tag) && fits) {
            return HD_TAKE(value);
        }
    }
    return value == NULL ? NULL : fail_at(self, event, HD_E_INVALID, "unknown or unfitting tag");
}

static json_t *read_scalar(reader *self, const yaml_event_t *event)
{
    hd_str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    const char *tag = (const char *)event->data.scalar.tag;
    if (!hd_str_is_utf8(text)) {
        return fail_at(self, event, HD_E_INVALID, "text with NUL or broken UTF-8");
    }
    if (tag != NULL) {
        return resolve_tag(self, event, text, tag);
    }
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return plain ? resolve_plain(self, event, text) : string_of(text);
}

/* Keys are text: numbers and words are taken as they are written. */
static bool read_key(reader *self, const yaml_event_t *event, char **ret_key)
{
    if (event->type != YAML_SCALAR_EVENT) {
        return fail_at(self, event, HD_E_INVALID, "a key must be a scalar") != NULL;
    }
    hd_str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (!hd_str_is_utf8(text)) {
        return fail_at(self, event, HD_E_INVALID, "a key with NUL or broken UTF-8") != NULL;
    }
    if (hd_str_is(text, "<<") && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        return fail_at(self, event, HD_E_INVALID, "merge keys (<<) are not supported") != NULL;
    }
    *ret_key = hd_strndup(text.data, text.length);
    return true;
}

static bool check_collection_tag(reader *self, const yaml_event_t *event, const char *tag,
                                 const char *wanted)
{
    if (tag == NULL || hd_streq(tag, wanted) || hd_streq(tag, "!")) {
        return true;
    }
    (void)fail_at(self, event, HD_E_INVALID, "unknown or unfitting tag");
    return false;
}

/* One key and its value; *ret_end when the mapping ended instead. */
static bool read_member(reader *self, json_t *object, bool *ret_end)
{
    yaml_event_t event;
    if (!next_event(self, &event)) {
        return false;
    }
    *ret_end = event.type == YAML_MAPPING_END_EVENT;
    hd_auto_free char *key = NULL;
    bool good = *ret_end || read_key(self, &event, &key);
    if (good && !*ret_end && json_object_get(object, key) != NULL) {
        good = fail_at(self, &event, HD_E_INVALID, "the key is there twice") != NULL;
    }
    yaml_event_delete(&event);
    if (!good || *ret_end) {
        return good;
    }
    if (!next_event(self, &event)) {
        return false;
    }
    json_t *value = read_node(self, &event);
    yaml_event_delete(&event);
    return value != NULL && json_object_set_new(object, key, value) == 0;
}

static json_t *read_mapping(reader *self, const yaml_event_t *start)
{
    if (!check_collection_tag(self, start, (const char *)start->data.mapping_start.tag,
                              YAML_MAP_TAG)) {
        return NULL;
    }
    json_auto_t *object = json_object();
    for (bool end = false; !end;) {
        if (!read_member(self, object, &end)) {
            return NULL;
        }
    }
    return HD_TAKE(object);
}

static json_t *read_sequence(reader *self, const yaml_event_t *start)
{
    if (!check_collection_tag(self, start, (const char *)start->data.sequence_start.tag,
                              YAML_SEQ_TAG)) {
        return NULL;
    }
    json_auto_t *array = json_array();
    for (;;) {
        yaml_event_t event;
        if (!next_event(self, &event)) {
            return NULL;
        }
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return HD_TAKE(array);
        }
        json_t *value = read_node(self, &event);
        yaml_event_delete(&event);
        if (value == NULL || json_array_append_new(array, value) != 0) {
            return NULL;
        }
    }
}

static size_t count_nodes(const json_t *value)
{
    size_t count = 1;
    size_t index = 0;
    const char *key = NULL;
    const json_t *item = NULL;
    if (json_is_array(value)) {
        json_array_foreach(value, index, item)
        {
            count += count_nodes(item);
        }
    } else {
        json_object_foreach((json_t *)(uintptr_t)value, key, item)
        {
            count += count_nodes(item);
        }
    }
    return count;
}

/* An alias is a copy: it counts as many nodes as it brings. */
static json_t *read_alias(reader *self, const yaml_event_t *event)
{
    const json_t *target = hd_strmap_get(self->anchors, (const char *)event->data.alias.anchor);
    if (target == NULL) {
        return fail_at(self, event, HD_E_INVALID, "an alias to nothing before it");
    }
    self->nodes += count_nodes(target);
    if (self->nodes > HD_YAML_MAX_NODES) {
        return fail_at(self, event, HD_E_LIMIT, "too many nodes (aliases included)");
    }
    return json_deep_copy(target);
}

static const char *anchor_of(const yaml_event_t *event)
{
    switch ((int)event->type) {
    case YAML_SCALAR_EVENT:
        return (const char *)event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return (const char *)event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return (const char *)event->data.mapping_start.anchor;
    default:
        return NULL;
    }
}

static json_t *read_value(reader *self, const yaml_event_t *event)
{
    switch ((int)event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(self, event);
    case YAML_SEQUENCE_START_EVENT:
        return read_sequence(self, event);
    case YAML_MAPPING_START_EVENT:
        return read_mapping(self, event);
    case YAML_ALIAS_EVENT:
        return read_alias(self, event);
    default:
        return fail_at(self, event, HD_E_INVALID, "unexpected end");
    }
}

static json_t *read_node(reader *self, const yaml_event_t *event)
{
    if (++self->nodes > HD_YAML_MAX_NODES) {
        return fail_at(self, event, HD_E_LIMIT, "too many nodes");
    }
    if (self->depth >= HD_YAML_MAX_DEPTH) {
        return fail_at(self, event, HD_E_LIMIT, "nested too deeply");
    }
    self->depth++;
    json_t *value = read_value(self, event);
    self->depth--;
    const char *anchor = anchor_of(event);
    if (value != NULL && anchor != NULL) {
        if (!hd_strmap_put(self->anchors, anchor, value)) {
            json_decref(value);
            return fail_at(self, event, HD_E_INVALID, "the anchor is there twice");
        }
        (void)json_array_append(self->kept, value);
    }
    return value;
}

/* The documents into array, empty ones too (as null); anchors live as long as their document. */
static bool read_documents(reader *self, json_t *array)
{
    for (;;) {
        yaml_event_t event;
        if (!next_event(self, &event)) {
            return false;
        }
        yaml_event_type_t type = event.type;
        bool good = true;
        if (type == YAML_DOCUMENT_START_EVENT || type == YAML_DOCUMENT_END_EVENT) {
            hd_strmap_free(self->anchors);
            self->anchors = hd_strmap_new();
        } else if (type != YAML_STREAM_START_EVENT && type != YAML_STREAM_END_EVENT) {
            json_t *value = read_node(self, &event);
            good = value != NULL && json_array_append_new(array, value) == 0;
        }
        yaml_event_delete(&event);
        if (!good || type == YAML_STREAM_END_EVENT) {
            return good;
        }
    }
}

static int parse(hd_str text, const char *name, json_t **ret_array, hd_error *err)
{
    reader self = {.name = name, .err = err, .anchors = hd_strmap_new(), .kept = json_array()};
    json_auto_t *array = json_array();
    if (!yaml_parser_initialize(&self.parser)) {
        hd_strmap_free(self.anchors);
        json_decref(self.kept);
        return hd_fail(err, HD_E_INTERNAL, "%s: no memory for a YAML parser", name);
    }
    yaml_parser_set_encoding(&self.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&self.parser, (const unsigned char *)text.data, text.length);
    bool good = read_documents(&self, array);
    yaml_parser_delete(&self.parser);
    hd_strmap_free(self.anchors);
    json_decref(self.kept);
    if (!good) {
        return -hd_exit_status(err);
    }
    *ret_array = HD_TAKE(array);
    return 0;
}

int hd_yaml_parse(hd_str text, const char *name, json_t **ret_tree, hd_error *err)
{
    json_auto_t *documents = NULL;
    int status = parse(text, name, &documents, err);
    if (status != 0) {
        return status;
    }
    if (json_array_size(documents) > 1) {
        return hd_fail(err, HD_E_INVALID, "%s: more than one document", name);
    }
    json_t *first = json_array_get(documents, 0);
    *ret_tree = first == NULL ? json_null() : json_incref(first);
    return 0;
}

int hd_yaml_parse_all(hd_str text, const char *name, json_t **ret_array, hd_error *err)
{
    json_auto_t *documents = NULL;
    int status = parse(text, name, &documents, err);
    if (status != 0) {
        return status;
    }
    json_t *kept = json_array();
    size_t index = 0;
    json_t *document = NULL;
    json_array_foreach(documents, index, document)
    {
        if (!json_is_null(document)) {
            (void)json_array_append(kept, document);
        }
    }
    *ret_array = kept;
    return 0;
}
