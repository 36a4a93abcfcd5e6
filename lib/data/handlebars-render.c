/* Walking the tree: values, blocks, partials. */
#include "handlebars-internal.h"

static bool render_body(hd_hbs_renderer *self, const hd_hbs_body *body, const hd_hbs_frame *at);

static bool render_value(hd_hbs_renderer *self, const hd_hbs_node *node, const hd_hbs_frame *at)
{
    json_auto_t *value = NULL;
    if (!hd_hbs_evaluate(self, node->expr, at, false, &value)) {
        return false;
    }
    if (node->tag == HD_HBS_RAW) {
        hd_hbs_put_text(self->out, value);
        return true;
    }
    hd_error inner = {0};
    if (hd_hbs_put_quoted(self->out, value, self->options->quoting, &inner) != 0) {
        return hd_hbs_stop(self, node->offset, "%s", inner.message);
    }
    return true;
}

static bool render_if(hd_hbs_renderer *self, const hd_hbs_node *node, const hd_hbs_frame *at,
                      const json_t *value, bool wanted)
{
    bool truth = !hd_hbs_is_false(value);
    bool zero = json_is_number(value) && !truth;
    for (size_t i = 0; i < node->expr->named.count; i++) {
        json_auto_t *include = NULL;
        if (!hd_hbs_evaluate(self, node->expr->named.items[i].value, at, true, &include)) {
            return false;
        }
        truth = truth || (zero && hd_streq(node->expr->named.items[i].name, "includeZero") &&
                          !hd_hbs_is_false(include));
    }
    return render_body(self, truth == wanted ? &node->body : &node->inverse, at);
}

static bool render_with(hd_hbs_renderer *self, const hd_hbs_node *node, const hd_hbs_frame *at,
                        const json_t *value)
{
    /* Unlike for "if", the number 0 is something. */
    if (hd_hbs_is_false(value) && !json_is_number(value)) {
        return render_body(self, &node->inverse, at);
    }
    hd_hbs_frame inner = hd_hbs_enter(at, value, &node->parameters, NULL);
    return render_body(self, &node->body, &inner);
}

/* One turn of "each". */
static bool render_item(hd_hbs_renderer *self, const hd_hbs_node *node, const hd_hbs_frame *at,
                        const json_t *item, json_t *key, const size_t position[2])
{
    json_auto_t *index = json_integer((json_int_t)position[0]);
    hd_hbs_frame inner = hd_hbs_enter(at, item, &node->parameters, key == NULL ? index : key);
    inner.index = index;
    inner.key = key == NULL ? index : key;
    inner.first = position[0] == 0 ? json_true() : json_false();
    inner.last = position[0] + 1 == position[1] ? json_true() : json_false();
    return hd_hbs_step(self) && render_body(self, &node->body, &inner);
}

static bool render_each(hd_hbs_renderer *self, const hd_hbs_node *node, const hd_hbs_frame *at,
                        json_t *value)
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
static bool render_section(hd_hbs_renderer *self, const hd_hbs_node *node, const hd_hbs_frame *at,
                           json_t *value)
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
    hd_hbs_frame inner = hd_hbs_enter(at, value, &node->parameters, NULL);
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

static bool render_block(hd_hbs_renderer *self, const hd_hbs_node *node, const hd_hbs_frame *at)
{
    block_kind kind = kind_of_block(node->expr);
    json_auto_t *value = NULL;
    if (kind == BLOCK_SECTION) {
        return hd_hbs_evaluate(self, node->expr, at, true, &value) &&
               render_section(self, node, at, value);
    }
    if (node->expr->arguments.count != 1) {
        return hd_hbs_stop(self, node->offset, "%s takes one argument", node->expr->text);
    }
    if (!hd_hbs_evaluate(self, node->expr->arguments.items[0], at, true, &value)) {
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
static bool partial_context(hd_hbs_renderer *self, const hd_hbs_node *node, const hd_hbs_frame *at,
                            json_t **ret_context)
{
    json_auto_t *context = NULL;
    if (node->expr->arguments.count > 0) {
        if (!hd_hbs_evaluate(self, node->expr->arguments.items[0], at, false, &context)) {
            return false;
        }
    } else {
        context = at->context == NULL ? json_null() : json_incref((json_t *)(uintptr_t)at->context);
    }
    if (node->expr->named.count > 0) {
        json_t *copy = json_is_object(context) ? json_copy(context) : json_object();
        hd_hbs_charge(self, copy);
        json_decref(context);
        context = copy;
    }
    for (size_t i = 0; i < node->expr->named.count; i++) {
        json_t *value = NULL;
        if (!hd_hbs_evaluate(self, node->expr->named.items[i].value, at, false, &value)) {
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

/* The text is indented as a whole when the partial stood alone behind blanks. */
static bool render_partial_text(hd_hbs_renderer *self, const hd_hbs_node *node,
                                const hd_handlebars *partial, const hd_hbs_frame *at)
{
    bool indented = node->text.length > 0;
    hd_auto_done(hd_buf) text = HD_BUF_INIT(self->out->max);
    hd_hbs_renderer inner = *self;
    inner.tpl = partial;
    inner.out = indented ? &text : self->out;
    bool good = render_body(&inner, &partial->body, at);
    self->nodes = inner.nodes;
    if (good && indented) {
        self->out->overflown = self->out->overflown || text.overflown;
        put_indented(self->out, hd_buf_view(&text), node->text);
    }
    return good;
}

static bool find_partial(hd_hbs_renderer *self, const hd_hbs_node *node,
                         const hd_handlebars **ret_partial)
{
    const char *name = node->expr->text;
    hd_handlebars *partial = hd_strmap_get(self->partials, name);
    if (partial == NULL) {
        const char *source = NULL;
        if (self->options->find_partial != NULL) {
            source = self->options->find_partial(self->options->user, name);
        }
        if (source == NULL) {
            (void)hd_hbs_stop(self, node->offset, "no partial \"%s\"", name);
            self->err->category = HD_E_NOT_FOUND;
            return false;
        }
        if (hd_handlebars_compile(hd_str_of(source), name, &partial, self->err) != 0) {
            return false;
        }
        (void)hd_strmap_put(self->partials, name, partial);
    }
    *ret_partial = partial;
    return true;
}

static bool render_partial(hd_hbs_renderer *self, const hd_hbs_node *node, const hd_hbs_frame *at)
{
    const hd_handlebars *partial = NULL;
    json_auto_t *context = NULL;
    if (!find_partial(self, node, &partial) || !partial_context(self, node, at, &context)) {
        return false;
    }
    hd_hbs_frame top = {.outer = at, .context = context, .is_counted = true, .is_partial = true};
    return render_partial_text(self, node, partial, &top);
}

static bool render_node(hd_hbs_renderer *self, const hd_hbs_node *node, const hd_hbs_frame *at)
{
    if (!hd_hbs_step(self) || hd_buf_check(self->out, self->tpl->name, self->err) != 0) {
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

static bool render_body(hd_hbs_renderer *self, const hd_hbs_body *body, const hd_hbs_frame *at)
{
    if (self->depth >= HD_HANDLEBARS_MAX_DEPTH) {
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
    hd_auto(hd_strmap) *partials = hd_strmap_new();
    hd_hbs_renderer self = {.tpl = tpl,
                            .options = options,
                            .out = out,
                            .root = context,
                            .partials = partials,
                            .err = err};
    hd_hbs_frame top = {.context = context, .is_counted = true};
    bool good = render_body(&self, &tpl->body, &top);
    for (size_t i = 0; i < hd_strmap_count(partials); i++) {
        hd_handlebars_free(hd_strmap_value_at(partials, i));
    }
    return good ? hd_buf_check(out, tpl->name, err) : -hd_exit_status(err);
}
