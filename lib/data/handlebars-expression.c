/* What stands between the braces: paths, literals, calls, block parameters, names of partials. */
#include "handlebars-internal.h"

enum { NUMBER_MAX = 40 }; /* digits of a literal */

static hd_hbs_expr *parse_expression(hd_hbs_parser *self);

bool hd_hbs_parse_fail(hd_hbs_parser *self, const char *what)
{
    (void)hd_hbs_fail(self->tpl, self->offset, self->err, "%s", what);
    return false;
}

static void skip_blanks(hd_hbs_parser *self)
{
    while (self->rest.length > 0 && hd_is_space(self->rest.data[0])) {
        self->rest = hd_str_from(self->rest, 1);
    }
}

static char peek(const hd_hbs_parser *self)
{
    return self->rest.length > 0 ? self->rest.data[0] : '\0';
}

/* Bytes that may be in an unquoted part of a path (Handlebars' ID). */
static bool is_id_byte(char byte)
{
    return byte != '\0' && !hd_is_space(byte) &&
           strchr("!\"#%&'()*+,./;<=>@[\\]^`{|}~", byte) == NULL;
}

static hd_str take_id(hd_hbs_parser *self)
{
    size_t length = 0;
    while (length < self->rest.length && is_id_byte(self->rest.data[length])) {
        length++;
    }
    hd_str id = {self->rest.data, length};
    self->rest = hd_str_from(self->rest, length);
    return id;
}

/* [anything], in which \] is a bracket and \\ a backslash. */
static bool take_bracketed(hd_hbs_parser *self, hd_str *ret_part)
{
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_HBS_TEXT_MAX);
    size_t i = 1;
    for (; i < self->rest.length && self->rest.data[i] != ']'; i++) {
        bool escape = self->rest.data[i] == '\\' && i + 1 < self->rest.length &&
                      strchr("]\\", self->rest.data[i + 1]) != NULL;
        i += escape;
        hd_buf_putc(&text, self->rest.data[i]);
    }
    if (i >= self->rest.length) {
        return hd_hbs_parse_fail(self, "a [ without ]");
    }
    self->rest = hd_str_from(self->rest, i + 1);
    *ret_part = (hd_str){hd_arena_strndup(self->tpl->arena, text.data, text.length), text.length};
    return true;
}

/* One part: an id, "..", ".", or [anything]. */
static bool take_part(hd_hbs_parser *self, hd_str *ret_part, bool *ret_literal)
{
    *ret_literal = peek(self) == '[';
    if (*ret_literal) {
        return take_bracketed(self, ret_part);
    }
    if (hd_str_starts(self->rest, "..")) {
        *ret_part = (hd_str){self->rest.data, 2};
        self->rest = hd_str_from(self->rest, 2);
        return true;
    }
    if (peek(self) == '.') {
        *ret_part = (hd_str){self->rest.data, 1};
        self->rest = hd_str_from(self->rest, 1);
        return true;
    }
    *ret_part = take_id(self);
    return ret_part->length > 0 || hd_hbs_parse_fail(self, "expected a name");
}

static bool add_part(hd_hbs_parser *self, hd_hbs_expr *path, hd_str part, bool literal)
{
    if (!literal && hd_str_is(part, "..")) {
        if (path->parts.count > 0) {
            return hd_hbs_parse_fail(self, "\"..\" inside a path");
        }
        path->up++;
        path->is_scoped = true;
    } else if (!literal && (hd_str_is(part, ".") || hd_str_is(part, "this"))) {
        if (path->parts.count > 0) {
            return hd_hbs_parse_fail(self, "\"this\" inside a path");
        }
        path->is_scoped = true;
    } else {
        hd_vec_push_arena(self->tpl->arena, &path->parts,
                          hd_arena_strndup(self->tpl->arena, part.data, part.length));
    }
    return true;
}

static bool parse_path(hd_hbs_parser *self, hd_hbs_expr *path)
{
    const char *start = self->rest.data;
    path->kind = HD_HBS_PATH;
    if (peek(self) == '@') {
        path->is_data = true;
        self->rest = hd_str_from(self->rest, 1);
    }
    for (bool more = true; more;) {
        hd_str part;
        bool literal = false;
        if (!take_part(self, &part, &literal) || !add_part(self, path, part, literal)) {
            return false;
        }
        more = peek(self) == '/' || (peek(self) == '.' && !hd_str_is(part, "."));
        if (more) {
            self->rest = hd_str_from(self->rest, 1);
        }
    }
    path->text = hd_arena_strndup(self->tpl->arena, start, (size_t)(self->rest.data - start));
    return true;
}

static void set_literal(hd_hbs_parser *self, hd_hbs_expr *expr, json_t *value)
{
    expr->kind = HD_HBS_LITERAL;
    expr->literal = value;
    (void)json_array_append_new(self->tpl->literals, value);
}

static bool parse_string(hd_hbs_parser *self, hd_hbs_expr *expr)
{
    char quote = peek(self);
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_HBS_TEXT_MAX);
    size_t i = 1;
    for (; i < self->rest.length && self->rest.data[i] != quote; i++) {
        /* Only the quote itself is escaped; other backslashes stay. */
        i += self->rest.data[i] == '\\' && i + 1 < self->rest.length &&
             self->rest.data[i + 1] == quote;
        hd_buf_putc(&text, self->rest.data[i]);
    }
    if (i >= self->rest.length) {
        return hd_hbs_parse_fail(self, "a string without end");
    }
    self->rest = hd_str_from(self->rest, i + 1);
    set_literal(self, expr, json_stringn(text.data, text.length));
    return true;
}

/* The tree of -?[0-9]+(.[0-9]+)?, or NULL; leading zeros mean nothing. */
static json_t *number_of(hd_str word)
{
    bool negative = hd_str_starts(word, "-");
    hd_str digits = hd_str_from(word, negative ? 1 : 0);
    size_t dot = hd_str_find(digits, '.');
    for (size_t i = 0; i < digits.length; i++) {
        if (i != dot && !hd_is_digit(digits.data[i])) {
            return NULL;
        }
    }
    if (dot == 0 || dot + 1 == digits.length || digits.length > NUMBER_MAX) {
        return NULL;
    }
    while (digits.length > 1 && digits.data[0] == '0' && digits.data[1] != '.') {
        digits = hd_str_from(digits, 1);
    }
    char text[NUMBER_MAX + 2];
    int length = snprintf(text, sizeof(text), "%s%.*s", negative ? "-" : "", HD_STR_ARGS(digits));
    return json_loadb(text, (size_t)length, JSON_DECODE_ANY, NULL);
}

static json_t *literal_of(hd_str word)
{
    if (hd_str_is(word, "true") || hd_str_is(word, "false")) {
        return json_boolean(word.data[0] == 't');
    }
    if (hd_str_is(word, "null") || hd_str_is(word, "undefined")) {
        return json_null();
    }
    return number_of(word);
}

/* Numbers and words; false when it is a path after all. */
static bool parse_word_literal(hd_hbs_parser *self, hd_hbs_expr *expr)
{
    size_t length = 0;
    while (length < self->rest.length && !hd_is_space(self->rest.data[length]) &&
           strchr("=)|}", self->rest.data[length]) == NULL) {
        length++;
    }
    json_t *value = literal_of((hd_str){self->rest.data, length});
    if (value == NULL) {
        return false;
    }
    self->rest = hd_str_from(self->rest, length);
    set_literal(self, expr, value);
    return true;
}

static bool parse_sub_expression(hd_hbs_parser *self, hd_hbs_expr *expr)
{
    self->rest = hd_str_from(self->rest, 1);
    skip_blanks(self);
    hd_hbs_expr *inner = parse_expression(self);
    if (inner == NULL) {
        return false;
    }
    skip_blanks(self);
    if (peek(self) != ')') {
        return hd_hbs_parse_fail(self, "expected )");
    }
    self->rest = hd_str_from(self->rest, 1);
    *expr = *inner;
    expr->kind = inner->kind == HD_HBS_PATH ? HD_HBS_CALL : inner->kind; /* (x) calls x */
    return true;
}

/* One argument: string, number, word, path or (call). */
static hd_hbs_expr *parse_operand(hd_hbs_parser *self)
{
    hd_hbs_expr *expr = HD_NEW(self->tpl->arena, hd_hbs_expr);
    const char *start = self->rest.data;
    expr->offset = self->offset;
    bool good = false;
    switch (peek(self)) {
    case '"':
    case '\'':
        good = parse_string(self, expr);
        break;
    case '(':
        good = parse_sub_expression(self, expr);
        break;
    default:
        good = parse_word_literal(self, expr) || parse_path(self, expr);
    }
    if (good && expr->text == NULL) {
        expr->text = hd_arena_strndup(self->tpl->arena, start, (size_t)(self->rest.data - start));
    }
    return good ? expr : NULL;
}

/* "name=" in front of a value. */
static bool take_argument_name(hd_hbs_parser *self, const char **ret_name)
{
    hd_str before = self->rest;
    hd_str id = take_id(self);
    if (id.length > 0 && peek(self) == '=') {
        self->rest = hd_str_from(self->rest, 1);
        *ret_name = hd_arena_strndup(self->tpl->arena, id.data, id.length);
        return true;
    }
    self->rest = before;
    return false;
}

static bool parse_arguments(hd_hbs_parser *self, hd_hbs_expr *expr)
{
    for (;;) {
        skip_blanks(self);
        if (self->rest.length == 0 || peek(self) == ')' || peek(self) == '|' ||
            hd_str_starts(self->rest, "as |")) {
            return true;
        }
        const char *name = NULL;
        bool named = take_argument_name(self, &name);
        const hd_hbs_expr *value = parse_operand(self);
        if (value == NULL) {
            return false;
        }
        if (named) {
            hd_hbs_named pair = {name, value};
            hd_vec_push_arena(self->tpl->arena, &expr->named, pair);
        } else if (expr->named.count > 0) {
            return hd_hbs_parse_fail(self, "a positional argument behind a named one");
        } else {
            hd_vec_push_arena(self->tpl->arena, &expr->arguments, value);
        }
    }
}

static hd_hbs_expr *parse_expression(hd_hbs_parser *self)
{
    if (++self->depth > HD_HANDLEBARS_MAX_DEPTH) {
        (void)hd_hbs_parse_fail(self, "nested too deeply");
        return NULL;
    }
    hd_hbs_expr *expr = parse_operand(self);
    bool good = expr != NULL && parse_arguments(self, expr);
    self->depth--;
    if (good && expr->arguments.count + expr->named.count > 0) {
        if (expr->kind == HD_HBS_LITERAL) {
            (void)hd_hbs_parse_fail(self, "a literal takes no arguments");
            return NULL;
        }
        expr->kind = HD_HBS_CALL;
    }
    return good ? expr : NULL;
}

/* "as |value key|" */
static bool parse_parameters(hd_hbs_parser *self, hd_strings *into)
{
    skip_blanks(self);
    if (!hd_str_starts(self->rest, "as |")) {
        return true;
    }
    self->rest = hd_str_from(self->rest, 4);
    for (;;) {
        skip_blanks(self);
        if (peek(self) == '|') {
            self->rest = hd_str_from(self->rest, 1);
            return into->count > 0 || hd_hbs_parse_fail(self, "no block parameters");
        }
        hd_str id = take_id(self);
        if (id.length == 0) {
            return hd_hbs_parse_fail(self, "expected a block parameter");
        }
        hd_vec_push_arena(self->tpl->arena, into,
                          hd_arena_strndup(self->tpl->arena, id.data, id.length));
    }
}

/* A literal that stands alone in a tag names a member, as in Handlebars: {{"a b"}}, {{12}}. */
static void literal_to_path(hd_hbs_parser *self, hd_hbs_expr *expr)
{
    hd_auto_done(hd_buf) name = HD_BUF_INIT(HD_HBS_TEXT_MAX);
    if (expr->kind != HD_HBS_LITERAL) {
        return;
    }
    if (json_is_null(expr->literal)) {
        hd_buf_puts(&name, expr->text);
    } else {
        hd_hbs_put_text(&name, expr->literal);
    }
    expr->kind = HD_HBS_PATH;
    expr->is_scoped = true;
    hd_vec_push_arena(self->tpl->arena, &expr->parts,
                      hd_arena_strndup(self->tpl->arena, name.data, name.length));
}

/* The whole text of a tag as one expression. */
bool hd_hbs_parse_tag(hd_hbs_parser *self, hd_str text, hd_hbs_node *node)
{
    self->rest = text;
    self->offset = node->offset;
    if (text.length == 0) {
        return hd_hbs_parse_fail(self, "an empty tag");
    }
    hd_hbs_expr *expr = parse_expression(self);
    node->expr = expr;
    if (expr == NULL || !parse_parameters(self, &node->parameters)) {
        return false;
    }
    literal_to_path(self, expr);
    skip_blanks(self);
    return self->rest.length == 0 || hd_hbs_parse_fail(self, "unexpected text in a tag");
}

/* A quoted or bracketed name, or one word taken as it is written. */
static bool parse_partial_name(hd_hbs_parser *self, hd_hbs_expr *expr)
{
    hd_str name = {0};
    if (peek(self) == '"' || peek(self) == '\'') {
        hd_hbs_expr quoted = {0};
        if (!parse_string(self, &quoted)) {
            return false;
        }
        name = (hd_str){json_string_value(quoted.literal), json_string_length(quoted.literal)};
    } else if (peek(self) == '[') {
        if (!take_bracketed(self, &name)) {
            return false;
        }
    } else if (peek(self) == '(' || !hd_str_word(&self->rest, &name)) {
        return hd_hbs_parse_fail(self, "a partial needs a plain name");
    }
    expr->text = hd_arena_strndup(self->tpl->arena, name.data, name.length);
    return true;
}

/* {{> name}}, {{> some/path.hbs context key=value}} */
bool hd_hbs_parse_partial(hd_hbs_parser *self, const hd_hbs_token *token, hd_hbs_node *node)
{
    self->rest = token->text;
    self->offset = token->offset;
    hd_hbs_expr *expr = HD_NEW(self->tpl->arena, hd_hbs_expr);
    expr->offset = token->offset;
    node->expr = expr;
    node->text = token->indent;
    return parse_partial_name(self, expr) && parse_arguments(self, expr) &&
           (expr->arguments.count < 2 || hd_hbs_parse_fail(self, "a partial takes one context")) &&
           (self->rest.length == 0 || hd_hbs_parse_fail(self, "unexpected text in a tag"));
}
