/* Expressions to values: contexts, paths, and the calls of helpers. */
#include "handlebars-internal.h"

#include <stdarg.h>

bool hd_hbs_stop(hd_hbs_renderer *self, size_t offset, const char *format, ...)
{
    char message[HD_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    (void)hd_hbs_fail(self->tpl, offset, self->err, "%s", message);
    return false;
}

bool hd_hbs_step(hd_hbs_renderer *self)
{
    if (++self->nodes <= HD_HBS_NODES_MAX) {
        return true;
    }
    (void)hd_fail(self->err, HD_E_LIMIT, "%s: rendering takes too long", self->tpl->name);
    return false;
}

void hd_hbs_charge(hd_hbs_renderer *self, const json_t *value)
{
    self->nodes += json_is_string(value)  ? json_string_length(value) / 64
                   : json_is_array(value) ? json_array_size(value)
                                          : json_object_size(value);
}

/* The member of an object or the element of an array. */
static const json_t *member(const json_t *value, const char *part)
{
    uint64_t index = 0;
    if (json_is_object(value)) {
        return json_object_get(value, part);
    }
    if (json_is_array(value) && hd_str_uint(hd_str_of(part), SIZE_MAX / 2, &index)) {
        return json_array_get(value, (size_t)index);
    }
    return NULL;
}

/* The frame "../" leads to, so many times; NULL outside the template. */
static const hd_hbs_frame *climb(const hd_hbs_frame *at, unsigned up)
{
    while (at != NULL && up > 0) {
        up -= at->is_counted;
        at = at->is_partial ? NULL : at->outer;
    }
    return at;
}

static bool is_scalar(const json_t *value)
{
    return !json_is_object(value) && !json_is_array(value);
}

/* Whether a block on this value leaves the context as it is. */
static bool is_same_context(const json_t *a, const json_t *b)
{
    return a == b || (a != NULL && b != NULL && is_scalar(a) && json_equal(a, b));
}

hd_hbs_frame hd_hbs_enter(const hd_hbs_frame *at, const json_t *context,
                          const hd_strings *parameters, const json_t *key)
{
    return (hd_hbs_frame){.outer = at,
                          .context = context,
                          .is_counted = !is_same_context(context, at->context),
                          .parameters = parameters,
                          .arguments = {context, key}};
}

/* The value of "@name": the innermost loop's, or @root. */
static const json_t *data_value(const hd_hbs_renderer *self, const hd_hbs_frame *at,
                                const hd_hbs_expr *path)
{
    const char *name = path->parts.count > 0 ? path->parts.items[0] : "";
    unsigned up = path->up;
    if (hd_streq(name, "root")) {
        return self->root;
    }
    for (; at != NULL; at = at->outer) {
        if (at->first == NULL || up-- > 0) {
            continue;
        }
        const struct {
            const char *name;
            const json_t *value;
        } rows[] = {
            {"index", at->index}, {"key", at->key}, {"first", at->first}, {"last", at->last}};
        for (size_t i = 0; i < HD_COUNT(rows); i++) {
            if (hd_streq(name, rows[i].name)) {
                return rows[i].value;
            }
        }
        return NULL;
    }
    return NULL;
}

/* A block parameter of that name, from the inside out. */
static bool parameter_value(const hd_hbs_frame *at, const char *name, const json_t **ret_value)
{
    for (; at != NULL; at = at->is_partial ? NULL : at->outer) {
        for (size_t i = 0; at->parameters != NULL && i < at->parameters->count; i++) {
            if (hd_streq(at->parameters->items[i], name)) {
                *ret_value = i < 2 ? at->arguments[i] : NULL;
                return true;
            }
        }
    }
    return false;
}

/* Borrowed, or NULL when the path leads nowhere. *ret_measured is the list or text whose length was
 * asked for. */
static const json_t *follow(const hd_hbs_renderer *self, const hd_hbs_expr *path,
                            const hd_hbs_frame *at, const json_t **ret_measured)
{
    const json_t *value = NULL;
    size_t next = 0;
    if (path->is_data) {
        value = data_value(self, at, path);
        next = 1;
    } else if (!path->is_scoped && path->parts.count > 0 &&
               parameter_value(at, path->parts.items[0], &value)) {
        next = 1;
    } else {
        const hd_hbs_frame *context = climb(at, path->up);
        value = context == NULL ? NULL : context->context;
    }
    for (; value != NULL && next < path->parts.count; next++) {
        bool measurable = json_is_array(value) || json_is_string(value);
        if (measurable && next + 1 == path->parts.count &&
            hd_streq(path->parts.items[next], "length")) {
            *ret_measured = value;
        }
        value = member(value, path->parts.items[next]);
    }
    return value;
}

/* Of a list its elements, of text its UTF-16 units: the length that templates have always seen. */
static json_t *length_of(const json_t *value)
{
    if (json_is_array(value)) {
        return json_integer((json_int_t)json_array_size(value));
    }
    json_int_t units = 0;
    for (size_t i = 0; i < json_string_length(value); i++) {
        unsigned char byte = (unsigned char)json_string_value(value)[i];
        units += (byte & 0xc0) == 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
    }
    return json_integer(units);
}

static bool evaluate_path(hd_hbs_renderer *self, const hd_hbs_expr *path, const hd_hbs_frame *at,
                          bool may_miss, json_t **ret_value)
{
    const json_t *measured = NULL;
    const json_t *value = follow(self, path, at, &measured);
    if (measured != NULL) {
        *ret_value = length_of(measured);
        return true;
    }
    if (value == NULL && self->options->strict && !may_miss) {
        return hd_hbs_stop(self, path->offset, "no value \"%s\"", path->text);
    }
    *ret_value = value == NULL ? json_null() : json_incref((json_t *)(uintptr_t)value);
    return true;
}

/* The caller's helpers first. A bare name calls only those: "{{shell}}" without arguments is the
 * value of that name, since no built-in helper does anything without arguments. */
static hd_helper_function *find_helper(const hd_hbs_renderer *self, const hd_hbs_expr *expr)
{
    if (expr->is_data || expr->is_scoped || expr->parts.count != 1) {
        return NULL;
    }
    for (const hd_helper *row = self->options->helpers; row != NULL && row->name != NULL; row++) {
        if (hd_streq(row->name, expr->parts.items[0])) {
            return row->function;
        }
    }
    return expr->kind == HD_HBS_CALL ? hd_hbs_builtin(expr->parts.items[0]) : NULL;
}

/* Helpers that may be given what is not there. */
static bool tolerates_missing(const hd_hbs_expr *call)
{
    static const char *const names[] = {"default", "lookup", "and", "or", "not"};
    for (size_t i = 0; i < HD_COUNT(names); i++) {
        if (call->text != NULL && hd_streq(call->text, names[i])) {
            return true;
        }
    }
    return false;
}

static bool evaluate_call(hd_hbs_renderer *self, const hd_hbs_expr *call, const hd_hbs_frame *at,
                          json_t **ret_value)
{
    hd_helper_function *function = find_helper(self, call);
    if (function == NULL) {
        return hd_hbs_stop(self, call->offset, "no helper \"%s\"", call->text);
    }
    json_auto_t *arguments = json_array();
    json_auto_t *named = json_object();
    json_t *result = NULL;
    hd_error inner = {0};
    bool may_miss = tolerates_missing(call);
    for (size_t i = 0; i < call->arguments.count; i++) {
        json_t *value = NULL;
        if (!hd_hbs_evaluate(self, call->arguments.items[i], at, may_miss, &value)) {
            return false;
        }
        hd_hbs_charge(self, value);
        (void)json_array_append_new(arguments, value);
    }
    for (size_t i = 0; i < call->named.count; i++) {
        json_t *value = NULL;
        if (!hd_hbs_evaluate(self, call->named.items[i].value, at, may_miss, &value)) {
            return false;
        }
        (void)json_object_set_new(named, call->named.items[i].name, value);
    }
    result = function(arguments, named, &inner);
    if (result == NULL) {
        return hd_hbs_stop(self, call->offset, "%s: %s", call->text, inner.message);
    }
    hd_hbs_charge(self, result);
    *ret_value = result;
    return true;
}

bool hd_hbs_evaluate(hd_hbs_renderer *self, const hd_hbs_expr *expr, const hd_hbs_frame *at,
                     bool may_miss, json_t **ret_value)
{
    if (!hd_hbs_step(self)) {
        return false;
    }
    switch (expr->kind) {
    case HD_HBS_LITERAL:
        *ret_value = json_incref(expr->literal);
        return true;
    case HD_HBS_CALL:
        return evaluate_call(self, expr, at, ret_value);
    case HD_HBS_PATH:
        break;
    }
    /* A bare name is a helper when there is one and no block parameter hides it. */
    const json_t *parameter = NULL;
    bool is_helper = find_helper(self, expr) != NULL &&
                     !parameter_value(at, expr->parts.items[0], &parameter);
    return is_helper ? evaluate_call(self, expr, at, ret_value)
                     : evaluate_path(self, expr, at, may_miss, ret_value);
}
