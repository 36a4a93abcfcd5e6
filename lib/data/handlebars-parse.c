/* Tokens to a tree: blocks with their else chains. */
#include "handlebars-internal.h"

static bool parse_body(hd_hbs_parser *self, hd_hbs_body *body);

/* The name at the end must be the one at the start. */
static bool check_close(hd_hbs_parser *self, const hd_hbs_node *node)
{
    const hd_hbs_token *close = self->next < self->tokens->count ? &self->tokens->items[self->next]
                                                                 : NULL;
    self->offset = node->offset;
    if (close == NULL || close->tag != HD_HBS_CLOSE) {
        return hd_hbs_parse_fail(self, "a block without end");
    }
    const char *name = node->expr->text == NULL ? "" : node->expr->text;
    if (!hd_str_is(close->text, name)) {
        self->offset = close->offset;
        return hd_hbs_parse_fail(self, "the end of another block");
    }
    self->next++;
    return true;
}

/* Body and inverse of a block; {{else if x}} makes a block of its own inside the inverse. */
static bool parse_block(hd_hbs_parser *self, hd_hbs_node *node, bool chained)
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
            if (++self->depth > HD_HANDLEBARS_MAX_DEPTH) {
                return hd_hbs_parse_fail(self, "nested too deeply");
            }
            bool good = hd_hbs_parse_tag(self, token->text, inner) &&
                        parse_block(self, inner, true);
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
static bool parse_inverted_block(hd_hbs_parser *self, hd_hbs_node *node)
{
    bool good = parse_block(self, node, false);
    hd_hbs_body body = node->body;
    node->body = node->inverse;
    node->inverse = body;
    return good;
}

static bool parse_node(hd_hbs_parser *self, const hd_hbs_token *token, hd_hbs_node *node)
{
    switch (token->tag) {
    case HD_HBS_TEXT:
        node->text = token->text;
        return true;
    case HD_HBS_VALUE:
    case HD_HBS_RAW:
        return hd_hbs_parse_tag(self, token->text, node) &&
               (node->parameters.count == 0 ||
                hd_hbs_parse_fail(self, "block parameters without a block"));
    case HD_HBS_OPEN:
        if (token->text.length > 0 && strchr(">*", token->text.data[0]) != NULL) {
            return hd_hbs_parse_fail(self, "partial blocks and decorators are not supported");
        }
        return hd_hbs_parse_tag(self, token->text, node) && parse_block(self, node, false);
    case HD_HBS_INVERSE:
        node->tag = HD_HBS_OPEN;
        return hd_hbs_parse_tag(self, token->text, node) && parse_inverted_block(self, node);
    case HD_HBS_PARTIAL:
        return hd_hbs_parse_partial(self, token, node);
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

static bool parse_body(hd_hbs_parser *self, hd_hbs_body *body)
{
    if (++self->depth > HD_HANDLEBARS_MAX_DEPTH) {
        return hd_hbs_parse_fail(self, "nested too deeply");
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
    hd_hbs_parser self = {.tpl = tpl, .tokens = tokens, .err = err};
    if (!parse_body(&self, &tpl->body)) {
        return -hd_exit_status(err);
    }
    if (self.next < tokens->count) {
        return hd_hbs_fail(tpl, tokens->items[self.next].offset, err,
                           "the end or the else of no block");
    }
    return 0;
}
