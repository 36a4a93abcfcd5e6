/* The built-in helpers: those of Habitat that need no package, and what documents need. */
#include "handlebars-internal.h"

#include "hd/base/encode.h"
#include "hd/data/toml-write.h"
#include "hd/data/yaml.h"

static int need(const json_t *arguments, size_t least, hd_error *err)
{
    if (json_array_size(arguments) >= least) {
        return 0;
    }
    return hd_fail(err, HD_E_INVALID, "needs %zu arguments", least);
}

static void text_of(const json_t *arguments, size_t index, hd_buf *out)
{
    const json_t *value = json_array_get(arguments, index);
    if (value != NULL) {
        hd_hbs_put_text(out, value);
    }
}

static json_t *string_of(const hd_buf *text, hd_error *err)
{
    if (hd_buf_check(text, "result", err) != 0) {
        return NULL;
    }
    return json_stringn(text->data, text->length);
}

#define TEXT() HD_BUF_INIT(HD_HBS_TEXT_MAX)

static json_t *help_eq(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 2, err) != 0) {
        return NULL;
    }
    return json_boolean(json_equal(json_array_get(arguments, 0), json_array_get(arguments, 1)));
}

static json_t *help_ne(const json_t *arguments, const json_t *named, hd_error *err)
{
    json_auto_t *equal = help_eq(arguments, named, err);
    return equal == NULL ? NULL : json_boolean(json_is_false(equal));
}

static int compare(const json_t *arguments)
{
    double a = json_number_value(json_array_get(arguments, 0));
    double b = json_number_value(json_array_get(arguments, 1));
    return (a > b) - (a < b);
}

static json_t *help_lt(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    return need(arguments, 2, err) != 0 ? NULL : json_boolean(compare(arguments) < 0);
}

static json_t *help_gt(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    return need(arguments, 2, err) != 0 ? NULL : json_boolean(compare(arguments) > 0);
}

/* The first argument that is false (and), or true (or), or else the last one. */
static json_t *choose(const json_t *arguments, bool wanted, hd_error *err)
{
    if (need(arguments, 1, err) != 0) {
        return NULL;
    }
    json_t *value = NULL;
    for (size_t i = 0; i < json_array_size(arguments); i++) {
        value = json_array_get(arguments, i);
        if (hd_hbs_is_false(value) != wanted) {
            break;
        }
    }
    return json_incref(value);
}

static json_t *help_and(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    return choose(arguments, false, err);
}

static json_t *help_or(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    return choose(arguments, true, err);
}

static json_t *help_not(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    return need(arguments, 1, err) != 0
               ? NULL
               : json_boolean(hd_hbs_is_false(json_array_get(arguments, 0)));
}

/* The first argument unless it is null, else the second. */
static json_t *help_default(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 2, err) != 0) {
        return NULL;
    }
    json_t *value = json_array_get(arguments, 0);
    return json_incref(json_is_null(value) ? json_array_get(arguments, 1) : value);
}

static json_t *help_lookup(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 2, err) != 0) {
        return NULL;
    }
    hd_auto_done(hd_buf) key = TEXT();
    text_of(arguments, 1, &key);
    json_t *in = json_array_get(arguments, 0);
    uint64_t index = 0;
    if (!json_is_array(in) && hd_hbs_is_false(in)) {
        return json_incref(in); /* as in Handlebars: false stays false */
    }
    json_t *found = NULL;
    if (json_is_object(in)) {
        found = json_object_get(in, key.data);
    } else if (hd_str_uint(hd_buf_view(&key), SIZE_MAX / 2, &index)) {
        found = json_array_get(in, (size_t)index);
    }
    return found == NULL ? json_null() : json_incref(found);
}

static json_t *help_json(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 1, err) != 0) {
        return NULL;
    }
    hd_auto_done(hd_buf) text = TEXT();
    hd_json_write(&text, json_array_get(arguments, 0));
    return string_of(&text, err);
}

/* Habitat's: two spaces, over several lines. */
static json_t *help_to_json(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 1, err) != 0) {
        return NULL;
    }
    hd_auto_done(hd_buf) text = TEXT();
    hd_json_write_pretty(&text, json_array_get(arguments, 0));
    hd_buf_truncate(&text, text.length > 0 ? text.length - 1 : 0);
    return string_of(&text, err);
}

static json_t *help_yaml(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 1, err) != 0) {
        return NULL;
    }
    hd_auto_done(hd_buf) text = TEXT();
    hd_yaml_write(&text, json_array_get(arguments, 0));
    return string_of(&text, err);
}

static json_t *help_to_toml(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 1, err) != 0) {
        return NULL;
    }
    if (!json_is_object(json_array_get(arguments, 0))) {
        (void)hd_fail(err, HD_E_INVALID, "only an object can be TOML");
        return NULL;
    }
    hd_auto_done(hd_buf) text = TEXT();
    hd_toml_write(&text, json_array_get(arguments, 0));
    return string_of(&text, err);
}

static json_t *help_shell(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    hd_auto_done(hd_buf) text = TEXT();
    if (need(arguments, 1, err) != 0 ||
        hd_hbs_put_quoted(&text, json_array_get(arguments, 0), HD_QUOTE_SHELL, err) != 0) {
        return NULL;
    }
    return string_of(&text, err);
}

static json_t *change_case(const json_t *arguments, char (*change)(char), hd_error *err)
{
    if (need(arguments, 1, err) != 0) {
        return NULL;
    }
    hd_auto_done(hd_buf) text = TEXT();
    text_of(arguments, 0, &text);
    for (size_t i = 0; i < text.length; i++) {
        text.data[i] = change(text.data[i]);
    }
    return string_of(&text, err);
}

static json_t *help_upper(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    return change_case(arguments, hd_upper, err);
}

static json_t *help_lower(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    return change_case(arguments, hd_lower, err);
}

static json_t *help_replace(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 3, err) != 0) {
        return NULL;
    }
    hd_auto_done(hd_buf) text = TEXT();
    hd_auto_done(hd_buf) old = TEXT();
    hd_auto_done(hd_buf) fresh = TEXT();
    hd_auto_done(hd_buf) result = TEXT();
    text_of(arguments, 0, &text);
    text_of(arguments, 1, &old);
    text_of(arguments, 2, &fresh);
    hd_str rest = hd_buf_view(&text);
    while (rest.length > 0 && !result.overflown) {
        bool here = old.length > 0 && hd_str_starts(rest, old.data);
        hd_buf_append(&result, here ? fresh.data : rest.data, here ? fresh.length : 1);
        rest = hd_str_from(rest, here ? old.length : 1);
    }
    return string_of(&result, err);
}

static json_t *help_concat(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    hd_auto_done(hd_buf) text = TEXT();
    for (size_t i = 0; i < json_array_size(arguments); i++) {
        text_of(arguments, i, &text);
    }
    return string_of(&text, err);
}

static json_t *help_join(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 2, err) != 0) {
        return NULL;
    }
    hd_auto_done(hd_buf) text = TEXT();
    const json_t *list = json_array_get(arguments, 0);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i > 0) {
            text_of(arguments, 1, &text);
        }
        hd_hbs_put_text(&text, json_array_get(list, i));
    }
    return string_of(&text, err);
}

/* (indent text n): every line after the first gets n blanks. */
static json_t *help_indent(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 2, err) != 0) {
        return NULL;
    }
    hd_auto_done(hd_buf) text = TEXT();
    hd_auto_done(hd_buf) result = TEXT();
    json_int_t blanks = json_integer_value(json_array_get(arguments, 1));
    text_of(arguments, 0, &text);
    for (size_t i = 0; i < text.length; i++) {
        hd_buf_putc(&result, text.data[i]);
        if (text.data[i] == '\n' && i + 1 < text.length) {
            hd_buf_printf(&result, "%*s", blanks < 0 || blanks > 200 ? 0 : (int)blanks, "");
        }
    }
    return string_of(&result, err);
}

static json_t *help_base64(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 1, err) != 0) {
        return NULL;
    }
    hd_auto_done(hd_buf) text = TEXT();
    hd_auto_done(hd_buf) result = TEXT();
    text_of(arguments, 0, &text);
    hd_base64_encode(&result, text.data, text.length);
    return string_of(&result, err);
}

static json_t *help_length(const json_t *arguments, const json_t *named, hd_error *err)
{
    (void)named;
    if (need(arguments, 1, err) != 0) {
        return NULL;
    }
    const json_t *value = json_array_get(arguments, 0);
    size_t length = json_is_array(value)    ? json_array_size(value)
                    : json_is_object(value) ? json_object_size(value)
                                            : json_string_length(value);
    return json_integer((json_int_t)length);
}

static const hd_helper builtins[] = {
    {"eq", help_eq},
    {"ne", help_ne},
    {"lt", help_lt},
    {"gt", help_gt},
    {"and", help_and},
    {"or", help_or},
    {"not", help_not},
    {"default", help_default},
    {"lookup", help_lookup},
    {"json", help_json},
    {"yaml", help_yaml},
    {"shell", help_shell},
    {"toJson", help_to_json},
    {"toYaml", help_yaml},
    {"toToml", help_to_toml},
    {"toUppercase", help_upper},
    {"toLowercase", help_lower},
    {"strReplace", help_replace},
    {"strConcat", help_concat},
    {"strJoin", help_join},
    {"indent", help_indent},
    {"base64", help_base64},
    {"length", help_length},
    {0},
};

hd_helper_function *hd_hbs_builtin(const char *name)
{
    for (const hd_helper *row = builtins; row->name != NULL; row++) {
        if (hd_streq(row->name, name)) {
            return row->function;
        }
    }
    return NULL;
}
