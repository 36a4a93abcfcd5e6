/* Tokens to a tree: expressions, blocks with their else chains, partials. */
#include "handlebars-internal.h"

#include <errno.h>

typedef struct parser {
    hd_handlebars *tpl;
    const hd_hbs_tokens *tokens;
    size_t next;
    int depth;
    hd_str rest;   /* of the expression being read */
    size_t offset; /* of its tag */
    hd_error *err;
} parser;

static hd_hbs_expr *parse_expression(parser *self);

static bool fail(parser *self, const char *what)
{
    (void)hd_hbs_fail(self->tpl, self->offset, self->err, "%s", what);
    return false;
}

static void skip_blanks(parser *self)
{
    while (self->rest.length > 0 && hd_is_space(self->rest.data[0])) {
        self->rest = hd_str_from(self->rest, 1);
    }
}

static char peek(const parser *self)
{
    return self->rest.length > 0 ? self->rest.data[0] : '\0';
}

/* Bytes that may be in an unquoted part of a path (Handlebars' ID). */
static bool is_id_byte(char byte)
{
    return byte != '\0' && !hd_is_space(byte) &&
           strchr("!\"#%&'()*+,./;<=>@[\\]^`{|}~", byte) == NULL;
}

static hd_str take_id(parser *self)
{
    size_t length = 0;
    while (length < self->rest.length && is_id_byte(self->rest.data[length])) {
        length++;
    }
    hd_str id = {self->rest.data, length};
    self->rest = hd_str_from(self->rest, length);
    return id;
}

/* One part: an id, "..", ".", or [anything]. */
static bool take_part(parser *self, hd_str *ret_part, bool *ret_literal)
{
    *ret_literal = peek(self) == '[';
    if (*ret_literal) {
        size_t end = hd_str_find(self->rest, ']');
        if (end == self->rest.length) {
            return fail(self, "a [ without ]");
        }
        *ret_part = (hd_str){self->rest.data + 1, end - 1};
        self->rest = hd_str_from(self->rest, end + 1);
        return true;
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
    return ret_part->length > 0 || fail(self, "expected a name");
}

static bool add_part(parser *self, hd_hbs_expr *path, hd_str part, bool literal)
{
    if (!literal && hd_str_is(part, "..")) {
        if (path->parts.count > 0) {
            return fail(self, "\"..\" inside a path");
        }
        path->up++;
        path->is_scoped = true;
    } else if (!literal && (hd_str_is(part, ".") || hd_str_is(part, "this"))) {
        if (path->parts.count > 0) {
            return fail(self, "\"this\" inside a path");
        }
        path->is_scoped = true;
    } else {
        hd_vec_push_arena(self->tpl->arena, &path->parts,
                          hd_arena_strndup(self->tpl->arena, part.data, part.length));
    }
    return true;
}

static bool parse_path(parser *self, hd_hbs_expr *path)
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

static void set_literal(parser *self, hd_hbs_expr *expr, json_t *value)
{
    expr->kind = HD_HBS_LITERAL;
    expr->literal = value;
    (void)json_array_append_new(self->tpl->literals, value);
}

static bool parse_string(parser *self, hd_hbs_expr *expr)
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
        return fail(self, "a string without end");
    }
    self->rest = hd_str_from(self->rest, i + 1);
    set_literal(self, expr, json_stringn(text.data, text.length));
    return true;
}

/* Numbers and words; *ret_done is false when it is a path after all. */
static bool parse_word_literal(parser *self, hd_hbs_expr *expr)
{
    size_t length = 0;
    while (length < self->rest.length && !hd_is_space(self->rest.data[length]) &&
           strchr("=)|}", self->rest.data[length]) == NULL) {
        length++;
    }
    hd_str word = {self->rest.data, length};
    char digits[32] = {0};
    json_t *value = NULL;
    if (hd_str_is(word, "true") || hd_str_is(word, "false")) {
        value = json_boolean(word.data[0] == 't');
    } else if (hd_str_is(word, "null") || hd_str_is(word, "undefined")) {
        value = json_null();
    } else if (length > 0 && length < sizeof(digits) &&
               (hd_is_digit(word.data[0]) || (word.data[0] == '-' && length > 1))) {
        memcpy(digits, word.data, length);
        if (strspn(digits + (digits[0] == '-'), "0123456789.") != length - (digits[0] == '-')) {
            return false;
        }
        errno = 0;
        value = strchr(digits, '.') == NULL ? json_integer(strtoll(digits, NULL, 10))
                                            : json_real(strtod(digits, NULL));
        if (errno != 0 || value == NULL) {
            json_decref(value);
            return false;
        }
    }
    if (value == NULL) {
        return false;
    }
    self->rest = hd_str_from(self->rest, length);
    set_literal(self, expr, value);
    return true;
}

static bool parse_sub_expression(parser *self, hd_hbs_expr *expr)
{
    self->rest = hd_str_from(self->rest, 1);
    skip_blanks(self);
    hd_hbs_expr *inner = parse_expression(self);
    if (inner == NULL) {
        return false;
    }
    skip_blanks(self);
    if (peek(self) != ')') {
        return fail(self, "expected )");
    }
    self->rest = hd_str_from(self->rest, 1);
    *expr = *inner;
    expr->kind = inner->kind == HD_HBS_PATH ? HD_HBS_CALL : inner->kind; /* (x) calls x */
    return true;
}

/* One argument: string, number, word, path or (call). */
static hd_hbs_expr *parse_operand(parser *self)
{
    hd_hbs_expr *expr = HD_NEW(self->tpl->arena, hd_hbs_expr);
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
    return good ? expr : NULL;
}

/* "name=" in front of a value. */
static bool take_argument_name(parser *self, const char **ret_name)
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

static bool parse_arguments(parser *self, hd_hbs_expr *expr)
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
            return fail(self, "a positional argument behind a named one");
        } else {
            hd_vec_push_arena(self->tpl->arena, &expr->arguments, value);
        }
    }
}

static hd_hbs_expr *parse_expression(parser *self)
{
    if (++self->depth > HD_HANDLEBARS_MAX_DEPTH) {
        (void)fail(self, "nested too deeply");
        return NULL;
    }
    hd_hbs_expr *expr = parse_operand(self);
    bool good = expr != NULL && parse_arguments(self, expr);
    self->depth--;
    if (good && expr->arguments.count + expr->named.count > 0) {
        if (expr->kind == HD_HBS_LITERAL) {
            (void)fail(self, "a literal takes no arguments");
            return NULL;
        }
        expr->kind = HD_HBS_CALL;
    }
    return good ? expr : NULL;
}

/* "as |value key|" */
static bool parse_parameters(parser *self, hd_strings *into)
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
            return into->count > 0 || fail(self, "no block parameters");
        }
        hd_str id = take_id(self);
        if (id.length == 0) {
            return fail(self, "expected a block parameter");
        }
        hd_vec_push_arena(self->tpl->arena, into,
                          hd_arena_strndup(self->tpl->arena, id.data, id.length));
    }
}

/* A literal that stands alone in a tag names a member, as in Handlebars: {{"a b"}}, {{12}}. */
static void literal_to_path(parser *self, hd_hbs_expr *expr, hd_str text)
{
    hd_auto_done(hd_buf) name = HD_BUF_INIT(HD_HBS_TEXT_MAX);
    if (expr->kind != HD_HBS_LITERAL) {
        return;
    }
    if (json_is_null(expr->literal)) {
        hd_buf_put(&name, text);
    } else {
        hd_hbs_put_text(&name, expr->literal);
    }
    expr->kind = HD_HBS_PATH;
    expr->is_scoped = true;
    expr->text = hd_arena_strndup(self->tpl->arena, name.data, name.length);
    hd_vec_push_arena(self->tpl->arena, &expr->parts, expr->text);
}

/* The whole text of a tag as one expression. */
static bool parse_tag(parser *self, hd_str text, hd_hbs_node *node)
{
    self->rest = text;
    self->offset = node->offset;
    if (text.length == 0) {
        return fail(self, "an empty tag");
    }
    hd_hbs_expr *expr = parse_expression(self);
    node->expr = expr;
    if (expr == NULL || !parse_parameters(self, &node->parameters)) {
        return false;
    }
    literal_to_path(self, expr, text);
    skip_blanks(self);
    return self->rest.length == 0 || fail(self, "unexpected text in a tag");
}

/* {{> name}} and {{> some/path.hbs context key=value}}: the name is taken as it is written. */
static bool parse_partial(parser *self, const hd_hbs_token *token, hd_hbs_node *node)
{
    self->rest = token->text;
    self->offset = token->offset;
    hd_hbs_expr *expr = HD_NEW(self->tpl->arena, hd_hbs_expr);
    hd_str name;
    if (peek(self) == '(' || !hd_str_word(&self->rest, &name)) {
        return fail(self, "a partial needs a plain name");
    }
    if (name.length > 1 && (name.data[0] == '"' || name.data[0] == '\'')) {
        name = (hd_str){name.data + 1, name.length - 2};
    }
    expr->text = hd_arena_strndup(self->tpl->arena, name.data, name.length);
    expr->offset = token->offset;
    node->expr = expr;
    node->text = token->indent;
    return parse_arguments(self, expr) &&
           (self->rest.length == 0 || fail(self, "unexpected text in a tag"));
}

static bool parse_body(parser *self, hd_hbs_body *body);

/* The name at the end must be the one at the start. */
static bool check_close(parser *self, const hd_hbs_node *node)
{
    const hd_hbs_token *close = self->next < self->tokens->count ? &self->tokens->items[self->next]
                                                                 : NULL;
    self->offset = node->offset;
    if (close == NULL || close->tag != HD_HBS_CLOSE) {
        return fail(self, "a block without end");
    }
    const char *name = node->expr->text == NULL ? "" : node->expr->text;
    if (!hd_str_is(close->text, name)) {
        self->offset = close->offset;
        return fail(self, "the end of another block");
    }
    self->next++;
    return true;
}

/* Body and inverse of a block; {{else if x}} makes a block of its own inside the inverse. */
static bool parse_block(parser *self, hd_hbs_node *node, bool chained)
{
    if (!parse_body(self, &node->body)) {
        return false;
    }
    const hd_hbs_token *token = self->next < self->tokens->count ? &self->tokens->items[self->next]
                                                                 : NULL;
    if (token != NULL && token->tag == HD_HBS_INVERSE) {
        self->next++;
        if (token->is_else && token->text.length > 0) {
            hd_hbs_node *inner = HD_NEW(self->tpl->arena, hd_hbs_node);
            inner->tag = HD_HBS_OPEN;
            inner->offset = token->offset;
            hd_vec_push_arena(self->tpl->arena, &node->inverse, inner);
            if (++self->depth > HD_HANDLEBARS_MAX_DEPTH * 4) {
                return fail(self, "nested too deeply");
            }
            bool good = parse_tag(self, token->text, inner) && parse_block(self, inner, true);
            self->depth--;
            return good && (chained || check_close(self, node));
        }
        if (!parse_body(self, &node->inverse)) {
            return false;
        }
    }
    return chained || check_close(self, node);
}

/* {{^x}} … {{/x}}: a block whose body is the inverse. */
static bool parse_inverted_block(parser *self, hd_hbs_node *node)
{
    bool good = parse_block(self, node, false);
    hd_hbs_body body = node->body;
    node->body = node->inverse;
    node->inverse = body;
    return good;
}

static bool parse_node(parser *self, const hd_hbs_token *token, hd_hbs_node *node)
{
    switch (token->tag) {
    case HD_HBS_TEXT:
        node->text = token->text;
        return true;
    case HD_HBS_VALUE:
    case HD_HBS_RAW:
        return parse_tag(self, token->text, node) &&
               (node->parameters.count == 0 || fail(self, "block parameters without a block"));
    case HD_HBS_OPEN:
        if (token->text.length > 0 && strchr(">*", token->text.data[0]) != NULL) {
            return fail(self, "partial blocks and decorators are not supported");
        }
        return parse_tag(self, token->text, node) && parse_block(self, node, false);
    case HD_HBS_INVERSE:
        node->tag = HD_HBS_OPEN;
        return parse_tag(self, token->text, node) && parse_inverted_block(self, node);
    case HD_HBS_PARTIAL:
        return parse_partial(self, token, node);
    case HD_HBS_CLOSE:
    case HD_HBS_COMMENT:
        break;
    }
    return true;
}

/* Whether the token ends the body it is met in. */
static bool ends_body(const hd_hbs_token *token)
{
    return token->tag == HD_HBS_CLOSE ||
           (token->tag == HD_HBS_INVERSE && (token->is_else || token->text.length == 0));
}

static bool parse_body(parser *self, hd_hbs_body *body)
{
    if (++self->depth > HD_HANDLEBARS_MAX_DEPTH * 4) {
        return fail(self, "nested too deeply");
    }
    while (self->next < self->tokens->count && !ends_body(&self->tokens->items[self->next])) {
        const hd_hbs_token *token = &self->tokens->items[self->next++];
        bool empty = token->tag == HD_HBS_COMMENT ||
                     (token->tag == HD_HBS_TEXT && token->text.length == 0);
        if (empty) {
            continue;
        }
        hd_hbs_node *node = HD_NEW(self->tpl->arena, hd_hbs_node);
        node->tag = token->tag;
        node->offset = token->offset;
        if (!parse_node(self, token, node)) {
            return false;
        }
        hd_vec_push_arena(self->tpl->arena, body, node);
    }
    self->depth--;
    return true;
}

int hd_hbs_parse(hd_handlebars *tpl, const hd_hbs_tokens *tokens, hd_error *err)
{
    parser self = {.tpl = tpl, .tokens = tokens, .err = err};
    if (!parse_body(&self, &tpl->body)) {
        return -hd_exit_status(err);
    }
    if (self.next < tokens->count) {
        return hd_hbs_fail(tpl, tokens->items[self.next].offset, err,
                           "the end or the else of no block");
    }
    return 0;
}
