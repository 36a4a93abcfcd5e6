/* Walking the tree: contexts, paths, blocks, partials. */
#include "handlebars-internal.h"

#include <stdarg.h>

/* A context and what blocks put beside it. Inner frames point to outer ones; all live on the C
 * stack. */
typedef struct frame {
    const struct frame *outer;
    const json_t *context; /* NULL: undefined */
    bool is_context;       /* counts for "../": blocks that keep the context do not */
    const json_t *index;   /* @index, @key, @first, @last of "each"; NULL elsewhere */
    const json_t *key;
    const json_t *first;
    const json_t *last;
    const hd_strings *parameters; /* "as |value key|" */
    const json_t *arguments[2];
} frame;

typedef struct renderer {
    const hd_handlebars *tpl;
    const hd_handlebars_options *options;
    hd_buf *out;
    const json_t *root;
    size_t nodes;
    int depth;
    hd_error *err;
} renderer;

static bool render_body(renderer *self, const hd_hbs_body *body, const frame *at);
static bool evaluate(renderer *self, const hd_hbs_expr *expr, const frame *at, bool may_miss,
                     json_t **ret_value);

static bool fail(renderer *self, size_t offset, const char *format, ...) HD_PRINTF(3, 4);

static bool fail(renderer *self, size_t offset, const char *format, ...)
{
    char message[HD_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    (void)hd_hbs_fail(self->tpl, offset, self->err, "%s", message);
    return false;
}

/* The member of an object, the element of an array, or an array's length. */
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

static const frame *climb(const frame *at, unsigned up)
{
    while (at != NULL && (up > 0 || !at->is_context)) {
        up -= at->is_context;
        at = at->outer;
    }
    return at;
}

/* The value of "@name": the innermost loop's, or @root. */
static const json_t *data_value(const renderer *self, const frame *at, const hd_hbs_expr *path)
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
static bool parameter_value(const frame *at, const char *name, const json_t **ret_value)
{
    for (; at != NULL; at = at->outer) {
        for (size_t i = 0; at->parameters != NULL && i < at->parameters->count; i++) {
            if (hd_streq(at->parameters->items[i], name)) {
                *ret_value = i < 2 ? at->arguments[i] : NULL;
                return true;
            }
        }
    }
    return false;
}

/* Borrowed, or NULL when the path leads nowhere; *ret_length for the length of an array. */
static const json_t *follow(const renderer *self, const hd_hbs_expr *path, const frame *at,
                            const json_t **ret_array)
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
        const frame *context = climb(at, path->up);
        value = context == NULL ? NULL : context->context;
    }
    for (; value != NULL && next < path->parts.count; next++) {
        bool is_length = json_is_array(value) && hd_streq(path->parts.items[next], "length");
        if (is_length && next + 1 == path->parts.count) {
            *ret_array = value;
        }
        value = member(value, path->parts.items[next]);
    }
    return value;
}

static bool evaluate_path(renderer *self, const hd_hbs_expr *path, const frame *at, bool may_miss,
                          json_t **ret_value)
{
    const json_t *array = NULL;
    const json_t *value = follow(self, path, at, &array);
    if (array != NULL) {
        *ret_value = json_integer((json_int_t)json_array_size(array));
        return true;
    }
    if (value == NULL && self->options->strict && !may_miss) {
        return fail(self, path->offset, "no value \"%s\"", path->text);
    }
    *ret_value = value == NULL ? json_null() : json_incref((json_t *)(uintptr_t)value);
    return true;
}

/* The caller's helpers first. A bare name calls only those: "{{shell}}" without arguments is the
 * value of that name, since no built-in helper does anything without arguments. */
static hd_helper_function *find_helper(const renderer *self, const hd_hbs_expr *expr)
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

static bool evaluate_call(renderer *self, const hd_hbs_expr *call, const frame *at,
                          json_t **ret_value)
{
    hd_helper_function *function = find_helper(self, call);
    if (function == NULL) {
        return fail(self, call->offset, "no helper \"%s\"", call->text);
    }
    json_auto_t *arguments = json_array();
    json_auto_t *named = json_object();
    bool may_miss = tolerates_missing(call);
    for (size_t i = 0; i < call->arguments.count; i++) {
        json_t *value = NULL;
        if (!evaluate(self, call->arguments.items[i], at, may_miss, &value)) {
            return false;
        }
        (void)json_array_append_new(arguments, value);
    }
    for (size_t i = 0; i < call->named.count; i++) {
        json_t *value = NULL;
        if (!evaluate(self, call->named.items[i].value, at, may_miss, &value)) {
            return false;
        }
        (void)json_object_set_new(named, call->named.items[i].name, value);
    }
    hd_error inner = {0};
    json_t *result = function(arguments, named, &inner);
    if (result == NULL) {
        return fail(self, call->offset, "%s: %s", call->text, inner.message);
    }
    *ret_value = result;
    return true;
}

static bool evaluate(renderer *self, const hd_hbs_expr *expr, const frame *at, bool may_miss,
                     json_t **ret_value)
{
    if (++self->nodes > HD_HBS_NODES_MAX) {
        (void)hd_fail(self->err, HD_E_LIMIT, "%s: rendering takes too long", self->tpl->name);
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
    /* A bare name is a helper when there is one, as in Handlebars. */
    return find_helper(self, expr) != NULL ? evaluate_call(self, expr, at, ret_value)
                                           : evaluate_path(self, expr, at, may_miss, ret_value);
}

static bool render_value(renderer *self, const hd_hbs_node *node, const frame *at)
{
    json_auto_t *value = NULL;
    if (!evaluate(self, node->expr, at, false, &value)) {
        return false;
    }
    if (node->tag == HD_HBS_RAW) {
        hd_hbs_put_text(self->out, value);
        return true;
    }
    hd_error inner = {0};
    if (hd_hbs_put_quoted(self->out, value, self->options->quoting, &inner) != 0) {
        return fail(self, node->offset, "%s", inner.message);
    }
    return true;
}

static bool render_if(renderer *self, const hd_hbs_node *node, const frame *at, const json_t *value,
                      bool wanted)
{
    bool zero = json_is_integer(value) && json_integer_value(value) == 0;
    bool truth = !hd_hbs_is_false(value);
    for (size_t i = 0; i < node->expr->named.count; i++) {
        json_auto_t *include = NULL;
        if (!evaluate(self, node->expr->named.items[i].value, at, true, &include)) {
            return false;
        }
        truth = truth || (zero && hd_streq(node->expr->named.items[i].name, "includeZero") &&
                          json_is_true(include));
    }
    return render_body(self, truth == wanted ? &node->body : &node->inverse, at);
}

static bool render_with(renderer *self, const hd_hbs_node *node, const frame *at,
                        const json_t *value)
{
    if (hd_hbs_is_false(value)) {
        return render_body(self, &node->inverse, at);
    }
    frame inner = {.outer = at,
                   .context = value,
                   .is_context = true,
                   .parameters = &node->parameters,
                   .arguments = {value, NULL}};
    return render_body(self, &node->body, &inner);
}

/* One turn of "each". */
static bool render_item(renderer *self, const hd_hbs_node *node, const frame *at,
                        const json_t *item, json_t *key, const size_t position[2])
{
    json_auto_t *index = json_integer((json_int_t)position[0]);
    frame inner = {.outer = at,
                   .context = item,
                   .is_context = true,
                   .index = index,
                   .key = key == NULL ? index : key,
                   .first = position[0] == 0 ? json_true() : json_false(),
                   .last = position[0] + 1 == position[1] ? json_true() : json_false(),
                   .parameters = &node->parameters,
                   .arguments = {item, key == NULL ? index : key}};
    return render_body(self, &node->body, &inner);
}

static bool render_each(renderer *self, const hd_hbs_node *node, const frame *at, json_t *value)
{
    size_t count = json_is_array(value) ? json_array_size(value) : json_object_size(value);
    if (count == 0) {
        return render_body(self, &node->inverse, at);
    }
    size_t position[2] = {0, count};
    if (json_is_array(value)) {
        for (; position[0] < count; position[0]++) {
            if (!render_item(self, node, at, json_array_get(value, position[0]), NULL, position)) {
                return false;
            }
        }
        return true;
    }
    const char *key = NULL;
    const json_t *item = NULL;
    json_object_foreach(value, key, item)
    {
        json_auto_t *name = json_string(key);
        if (!render_item(self, node, at, item, name, position)) {
            return false;
        }
        position[0]++;
    }
    return true;
}

/* {{#name}} without a helper: an array repeats, an object is a context, anything true shows the
 * body. */
static bool render_section(renderer *self, const hd_hbs_node *node, const frame *at, json_t *value)
{
    if (json_is_array(value)) {
        return render_each(self, node, at, value);
    }
    if (json_is_true(value)) {
        return render_body(self, &node->body, at);
    }
    /* Here, unlike for "if", only false and null are false. */
    if (json_is_false(value) || json_is_null(value)) {
        return render_body(self, &node->inverse, at);
    }
    frame inner = {.outer = at,
                   .context = value,
                   .is_context = true,
                   .parameters = &node->parameters,
                   .arguments = {value, NULL}};
    return render_body(self, &node->body, &inner);
}

typedef enum block_kind {
    BLOCK_IF,
    BLOCK_UNLESS,
    BLOCK_EACH,
    BLOCK_WITH,
    BLOCK_SECTION
} block_kind;

static block_kind kind_of_block(const hd_hbs_expr *expr)
{
    static const char *const names[] = {"if", "unless", "each", "with"};
    for (size_t i = 0; i < HD_COUNT(names) && expr->text != NULL; i++) {
        if (hd_streq(expr->text, names[i])) {
            return (block_kind)i;
        }
    }
    return BLOCK_SECTION;
}

static bool render_block(renderer *self, const hd_hbs_node *node, const frame *at)
{
    block_kind kind = kind_of_block(node->expr);
    json_auto_t *value = NULL;
    if (kind == BLOCK_SECTION) {
        return evaluate(self, node->expr, at, true, &value) &&
               render_section(self, node, at, value);
    }
    if (node->expr->arguments.count != 1) {
        return fail(self, node->offset, "%s takes one argument", node->expr->text);
    }
    if (!evaluate(self, node->expr->arguments.items[0], at, true, &value)) {
        return false;
    }
    switch (kind) {
    case BLOCK_IF:
    case BLOCK_UNLESS:
        return render_if(self, node, at, value, kind == BLOCK_IF);
    case BLOCK_EACH:
        return render_each(self, node, at, value);
    case BLOCK_WITH:
    case BLOCK_SECTION:
        break;
    }
    return render_with(self, node, at, value);
}

/* The context of a partial: the one given or the present one, with the named arguments added. */
static bool partial_context(renderer *self, const hd_hbs_node *node, const frame *at,
                            json_t **ret_context)
{
    const frame *present = climb(at, 0);
    json_auto_t *context = NULL;
    if (node->expr->arguments.count > 0) {
        if (!evaluate(self, node->expr->arguments.items[0], at, false, &context)) {
            return false;
        }
    } else {
        const json_t *same = present == NULL ? NULL : present->context;
        context = same == NULL ? json_null() : json_incref((json_t *)(uintptr_t)same);
    }
    if (node->expr->named.count > 0) {
        json_t *copy = json_is_object(context) ? json_copy(context) : json_object();
        json_decref(context);
        context = copy;
    }
    for (size_t i = 0; i < node->expr->named.count; i++) {
        json_t *value = NULL;
        if (!evaluate(self, node->expr->named.items[i].value, at, false, &value)) {
            return false;
        }
        (void)json_object_set_new(context, node->expr->named.items[i].name, value);
    }
    *ret_context = json_incref(context);
    return true;
}

/* Every line of a stand-alone partial gets the blanks that stood before its tag. */
static void put_indented(hd_buf *out, hd_str text, hd_str indent)
{
    while (text.length > 0) {
        size_t end = hd_str_find(text, '\n');
        size_t length = end < text.length ? end + 1 : end;
        hd_buf_put(out, indent);
        hd_buf_append(out, text.data, length);
        text = hd_str_from(text, length);
    }
}

static bool render_partial_text(renderer *self, const hd_hbs_node *node, const char *source,
                                const json_t *context)
{
    hd_auto(hd_handlebars) *tpl = NULL;
    hd_auto_done(hd_buf) text = HD_BUF_INIT(self->out->max);
    if (hd_handlebars_compile(hd_str_of(source), node->expr->text, &tpl, self->err) != 0) {
        return false;
    }
    renderer inner = *self;
    inner.tpl = tpl;
    inner.out = node->text.length > 0 ? &text : self->out;
    frame top = {.context = context, .is_context = true};
    bool good = render_body(&inner, &tpl->body, &top);
    self->nodes = inner.nodes;
    if (good && node->text.length > 0) {
        self->out->overflown = self->out->overflown || text.overflown;
        put_indented(self->out, hd_buf_view(&text), node->text);
    }
    return good;
}

static bool render_partial(renderer *self, const hd_hbs_node *node, const frame *at)
{
    const char *name = node->expr->text;
    const char *source = NULL;
    if (self->options->find_partial != NULL) {
        source = self->options->find_partial(self->options->user, name);
    }
    if (source == NULL) {
        (void)fail(self, node->offset, "no partial \"%s\"", name);
        self->err->category = HD_E_NOT_FOUND;
        return false;
    }
    json_auto_t *context = NULL;
    return partial_context(self, node, at, &context) &&
           render_partial_text(self, node, source, context);
}

static bool render_node(renderer *self, const hd_hbs_node *node, const frame *at)
{
    if (++self->nodes > HD_HBS_NODES_MAX || self->out->overflown) {
        (void)hd_fail(self->err, HD_E_LIMIT, "%s: the output is too large or takes too long",
                      self->tpl->name);
        return false;
    }
    switch ((int)node->tag) {
    case HD_HBS_TEXT:
        hd_buf_put(self->out, node->text);
        return true;
    case HD_HBS_OPEN:
        return render_block(self, node, at);
    case HD_HBS_PARTIAL:
        return render_partial(self, node, at);
    default:
        return render_value(self, node, at);
    }
}

static bool render_body(renderer *self, const hd_hbs_body *body, const frame *at)
{
    if (self->depth >= HD_HANDLEBARS_MAX_DEPTH * 4) {
        (void)hd_fail(self->err, HD_E_LIMIT, "%s: nested too deeply", self->tpl->name);
        return false;
    }
    self->depth++;
    bool good = true;
    for (size_t i = 0; good && i < body->count; i++) {
        good = render_node(self, body->items[i], at);
    }
    self->depth--;
    return good;
}

int hd_handlebars_render(const hd_handlebars *tpl, const json_t *context,
                         const hd_handlebars_options *options, hd_buf *out, hd_error *err)
{
    renderer self = {.tpl = tpl, .options = options, .out = out, .root = context, .err = err};
    frame top = {.context = context, .is_context = true};
    if (!render_body(&self, &tpl->body, &top)) {
        return -hd_exit_status(err);
    }
    return hd_buf_check(out, tpl->name, err);
}
