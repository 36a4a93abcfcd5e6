#include "handlebars-internal.h"

#include "hd/base/mem.h"
#include "hd/data/yaml.h"

#include <inttypes.h>
#include <stdarg.h>

hd_quoting hd_quoting_of(const char *template_name)
{
    static const struct {
        const char *ending;
        hd_quoting quoting;
    } rows[] = {{".yaml.hbs", HD_QUOTE_YAML},
                {".yml.hbs", HD_QUOTE_YAML},
                {".json.hbs", HD_QUOTE_JSON},
                {".sh.hbs", HD_QUOTE_SHELL}};
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        if (hd_ends_with(template_name, rows[i].ending)) {
            return rows[i].quoting;
        }
    }
    return HD_QUOTE_NONE;
}

int hd_hbs_fail(const hd_handlebars *tpl, size_t offset, hd_error *err, const char *format, ...)
{
    size_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < offset && i < tpl->source.length; i++) {
        if (tpl->source.data[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    char message[HD_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    return hd_fail(err, HD_E_INVALID, "%s:%zu:%zu: %s", tpl->name, line, offset - start + 1,
                   message);
}

bool hd_hbs_is_false(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_NULL:
    case JSON_FALSE:
        return true;
    case JSON_STRING:
        return json_string_length(value) == 0;
    case JSON_INTEGER:
        return json_integer_value(value) == 0;
    case JSON_REAL:
        return !(json_real_value(value) > 0) && !(json_real_value(value) < 0);
    case JSON_ARRAY:
        return json_array_size(value) == 0;
    case JSON_OBJECT:
    case JSON_TRUE:
        break;
    }
    return false;
}

/* Arrays as their elements with commas, objects as the words JavaScript has for them, nothing for
 * null. */
void hd_hbs_put_text(hd_buf *out, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_NULL:
        break;
    case JSON_STRING:
        hd_buf_append(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        hd_buf_printf(out, "%" PRId64, (int64_t)json_integer_value(value));
        break;
    case JSON_OBJECT:
        hd_buf_puts(out, "[object Object]");
        break;
    case JSON_ARRAY:
        for (size_t i = 0; i < json_array_size(value); i++) {
            hd_buf_puts(out, i == 0 ? "" : ",");
            hd_hbs_put_text(out, json_array_get(value, i));
        }
        break;
    case JSON_REAL:
    case JSON_TRUE:
    case JSON_FALSE:
        hd_json_write(out, value);
        break;
    }
}

static int put_shell_word(hd_buf *out, const json_t *value, hd_error *err)
{
    if (json_is_object(value) || json_is_array(value)) {
        return hd_fail(err, HD_E_INVALID, "a list or an object is no shell word");
    }
    hd_auto_done(hd_buf) text = HD_BUF_INIT(out->max);
    hd_hbs_put_text(&text, value);
    if (memchr(text.data, '\0', text.length) != NULL) {
        return hd_fail(err, HD_E_INVALID, "a NUL byte cannot be in a shell word");
    }
    hd_buf_putc(out, '\'');
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\'') {
            hd_buf_puts(out, "'\\''");
        } else {
            hd_buf_putc(out, text.data[i]);
        }
    }
    hd_buf_putc(out, '\'');
    return 0;
}

int hd_hbs_put_quoted(hd_buf *out, const json_t *value, hd_quoting quoting, hd_error *err)
{
    switch (quoting) {
    case HD_QUOTE_NONE:
        hd_hbs_put_text(out, value);
        break;
    case HD_QUOTE_YAML:
        if (json_is_string(value)) {
            hd_yaml_write_string(out,
                                 (hd_str){json_string_value(value), json_string_length(value)});
            break;
        }
        hd_json_write(out, value);
        break;
    case HD_QUOTE_JSON:
        hd_json_write(out, value);
        break;
    case HD_QUOTE_SHELL:
        return put_shell_word(out, value, err);
    }
    return 0;
}

int hd_handlebars_compile(hd_str text, const char *name, hd_handlebars **ret_template,
                          hd_error *err)
{
    if (text.length > HD_HBS_TEXT_MAX) {
        return hd_fail(err, HD_E_LIMIT, "%s: larger than %d bytes", name, HD_HBS_TEXT_MAX);
    }
    hd_auto(hd_handlebars) *tpl = hd_alloc(sizeof(*tpl));
    tpl->arena = hd_arena_new();
    tpl->literals = json_array();
    tpl->name = hd_arena_strdup(tpl->arena, name);
    tpl->source = (hd_str){hd_arena_strndup(tpl->arena, text.data, text.length), text.length};
    if (!hd_str_is_utf8(text)) {
        return hd_fail(err, HD_E_INVALID, "%s: NUL or broken UTF-8", name);
    }
    hd_hbs_tokens tokens = {0};
    int status = hd_hbs_lex(tpl, &tokens, err);
    if (status == 0) {
        status = hd_hbs_parse(tpl, &tokens, err);
    }
    if (status == 0) {
        *ret_template = HD_TAKE(tpl);
    }
    return status;
}

void hd_handlebars_free(hd_handlebars *tpl)
{
    if (tpl != NULL) {
        json_decref(tpl->literals);
        hd_arena_free(tpl->arena);
        free(tpl);
    }
}
