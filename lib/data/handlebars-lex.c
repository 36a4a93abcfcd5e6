/* Text and tags, and the white space that tags take with them. */
#include "handlebars-internal.h"

typedef struct lexer {
    hd_handlebars *tpl;
    hd_hbs_tokens *tokens;
    size_t at;
    hd_buf text; /* the text token being collected */
    size_t text_offset;
} lexer;

static bool starts(const lexer *self, const char *text)
{
    return hd_str_starts(hd_str_from(self->tpl->source, self->at), text);
}

/* Index of the text at or behind from; the source's length when it is not there. */
static size_t find(const lexer *self, size_t from, const char *text)
{
    hd_str rest = hd_str_from(self->tpl->source, from);
    const char *found = rest.length == 0 ? NULL
                                         : memmem(rest.data, rest.length, text, strlen(text));
    return found == NULL ? self->tpl->source.length : (size_t)(found - self->tpl->source.data);
}

static void push(lexer *self, hd_hbs_token token)
{
    hd_vec_push_arena(self->tpl->arena, self->tokens, token);
}

/* A text token always stands between two tags, perhaps an empty one: white space is looked at
 * through it. */
static void flush_text(lexer *self)
{
    hd_str copy = {hd_arena_strndup(self->tpl->arena, self->text.data, self->text.length),
                   self->text.length};
    push(self,
         (hd_hbs_token){
             .tag = HD_HBS_TEXT, .text = copy, .original = copy, .offset = self->text_offset});
    hd_buf_truncate(&self->text, 0);
}

static void take_text(lexer *self, size_t end)
{
    hd_buf_append(&self->text, self->tpl->source.data + self->at, end - self->at);
    self->at = end;
}

/* A tag that leaves nothing but takes its line with it when it stands alone. */
static void push_mark(lexer *self, size_t offset)
{
    flush_text(self);
    push(self, (hd_hbs_token){.tag = HD_HBS_COMMENT, .offset = offset});
}

/* {{{{name}}}} … {{{{/name}}}}: everything between is text. */
static int take_raw_block(lexer *self, hd_error *err)
{
    size_t start = self->at;
    size_t name_end = find(self, start, "}}}}");
    if (name_end == self->tpl->source.length) {
        return hd_hbs_fail(self->tpl, start, err, "a raw block without }}}}");
    }
    hd_str name = hd_str_trim((hd_str){self->tpl->source.data + start + 4, name_end - start - 4});
    const char *close = hd_arena_printf(self->tpl->arena, "{{{{/%.*s}}}}", HD_STR_ARGS(name));
    size_t end = find(self, name_end + 4, close);
    if (end == self->tpl->source.length) {
        return hd_hbs_fail(self->tpl, start, err, "a raw block without its end %s", close);
    }
    push_mark(self, start);
    self->at = name_end + 4;
    take_text(self, end);
    push_mark(self, end);
    self->at = end + strlen(close);
    return 0;
}

static hd_hbs_tag tag_of_mark(char mark, size_t *ret_length)
{
    static const struct {
        char mark;
        hd_hbs_tag tag;
    } rows[] = {{'#', HD_HBS_OPEN},
                {'^', HD_HBS_INVERSE},
                {'/', HD_HBS_CLOSE},
                {'>', HD_HBS_PARTIAL},
                {'&', HD_HBS_RAW}};
    *ret_length = 1;
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        if (rows[i].mark == mark) {
            return rows[i].tag;
        }
    }
    *ret_length = 0;
    return HD_HBS_VALUE;
}

/* "else", "else if x": an inverse whose text is what follows the word. */
static void recognise_else(hd_hbs_token *token)
{
    hd_str text = hd_str_trim(token->text);
    if (token->tag == HD_HBS_VALUE && hd_str_starts(text, "else") &&
        (text.length == 4 || hd_is_space(text.data[4]))) {
        token->tag = HD_HBS_INVERSE;
        token->is_else = true;
        token->text = hd_str_trim(hd_str_from(text, 4));
    }
}

static int take_comment(lexer *self, hd_hbs_token *token, size_t inside, hd_error *err)
{
    bool is_long = hd_str_starts(hd_str_from(self->tpl->source, inside), "!--");
    size_t end = find(self, inside, is_long ? "--" : "}}");
    while (is_long && end < self->tpl->source.length) {
        hd_str rest = hd_str_from(self->tpl->source, end);
        if (hd_str_starts(rest, "--}}") || hd_str_starts(rest, "--~}}")) {
            break;
        }
        end = find(self, end + 1, "--");
    }
    if (end == self->tpl->source.length) {
        return hd_hbs_fail(self->tpl, self->at, err, "a comment without end");
    }
    token->tag = HD_HBS_COMMENT;
    hd_str rest = hd_str_from(self->tpl->source, end);
    token->trim_right = hd_str_starts(rest, "--~") ||
                        (!is_long && self->tpl->source.data[end - 1] == '~');
    self->at = find(self, end, "}}") + 2;
    return 0;
}

/* The end of a tag, past strings and [literal parts] in which braces mean nothing. */
static size_t tag_end(const lexer *self, size_t from, const char *close)
{
    hd_str source = self->tpl->source;
    char quote = '\0';
    for (size_t i = from; i < source.length; i++) {
        char byte = source.data[i];
        if (quote != '\0') {
            i += byte == '\\' && i + 1 < source.length && source.data[i + 1] == quote;
            quote = byte == quote ? '\0' : quote;
        } else if (byte == '"' || byte == '\'' || byte == '[') {
            quote = byte == '[' ? ']' : byte;
        } else if (hd_str_starts(hd_str_from(source, i), close)) {
            return i;
        }
    }
    return source.length;
}

static int take_tag(lexer *self, hd_error *err)
{
    hd_hbs_token token = {.offset = self->at};
    hd_str source = self->tpl->source;
    bool triple = starts(self, "{{{");
    size_t inside = self->at + (triple ? 3 : 2);
    if (!triple && inside < source.length && source.data[inside] == '~') {
        token.trim_left = true;
        inside++;
        triple = inside < source.length && source.data[inside] == '{';
        inside += triple;
    }
    if (!triple && inside < source.length && source.data[inside] == '!') {
        int status = take_comment(self, &token, inside, err);
        push(self, token);
        return status;
    }
    size_t end = tag_end(self, inside, triple ? "}}}" : "}}");
    if (triple) { /* {{~{x}~}} */
        size_t other = tag_end(self, inside, "}~}}");
        end = other < end ? other : end;
    }
    if (end == source.length) {
        return hd_hbs_fail(self->tpl, self->at, err, "a tag without end");
    }
    self->at = end + (triple ? (source.data[end + 1] == '~' ? 4 : 3) : 2);
    token.trim_right = triple ? source.data[end + 1] == '~'
                              : end > inside && source.data[end - 1] == '~';
    size_t stop = !triple && token.trim_right ? end - 1 : end;
    size_t mark = 0;
    token.tag = triple || inside == stop ? HD_HBS_RAW : tag_of_mark(source.data[inside], &mark);
    token.text = hd_str_trim((hd_str){source.data + inside + mark, stop - inside - mark});
    recognise_else(&token);
    push(self, token);
    return 0;
}

/* A backslash before the braces: \{{x}} is text, \\{{x}} is a backslash and a tag. */
static bool take_escape(lexer *self, size_t braces)
{
    const char *data = self->tpl->source.data;
    bool one = braces < self->tpl->source.length && braces > self->at && data[braces - 1] == '\\';
    bool two = one && braces > self->at + 1 && data[braces - 2] == '\\';
    if (!one) {
        return false;
    }
    take_text(self, braces - 1);
    self->at = braces;
    if (two) {
        return false;
    }
    size_t next = find(self, braces + 2, "{{");
    while (next < self->tpl->source.length && next > braces + 2 && data[next - 1] == '\\') {
        next--;
    }
    take_text(self, next);
    return true;
}

static int cut(lexer *self, hd_error *err)
{
    size_t length = self->tpl->source.length;
    while (self->at < length) {
        size_t braces = find(self, self->at, "{{");
        if (take_escape(self, braces)) {
            continue;
        }
        take_text(self, braces > self->at ? braces : self->at);
        if (self->at >= length) {
            break;
        }
        int status = 0;
        if (starts(self, "{{{{")) {
            status = take_raw_block(self, err);
        } else {
            flush_text(self);
            status = take_tag(self, err);
            self->text_offset = self->at;
        }
        if (status != 0) {
            return status;
        }
    }
    flush_text(self);
    return 0;
}

static bool may_stand_alone(hd_hbs_tag tag)
{
    return tag != HD_HBS_TEXT && tag != HD_HBS_VALUE && tag != HD_HBS_RAW;
}

/* Length of the blanks at the end, when a line begins before them (or the template, for the first
 * text). */
static bool blank_tail(hd_str text, bool is_first, size_t *ret_length)
{
    size_t length = 0;
    while (length < text.length && strchr(" \t", text.data[text.length - 1 - length]) != NULL &&
           text.data[text.length - 1 - length] != '\0') {
        length++;
    }
    *ret_length = length;
    return length == text.length ? is_first : text.data[text.length - 1 - length] == '\n';
}

/* Length of the blanks and the line break at the start (or of the blanks up to the end of the
 * template). */
static bool blank_head(hd_str text, bool is_last, size_t *ret_length)
{
    size_t length = 0;
    while (length < text.length && (text.data[length] == ' ' || text.data[length] == '\t')) {
        length++;
    }
    if (length == text.length) {
        *ret_length = length;
        return is_last;
    }
    length += text.data[length] == '\r' && length + 1 < text.length;
    *ret_length = length + 1;
    return text.data[length] == '\n';
}

/* Blanks that a tilde takes away do not indent a partial; but as in Handlebars, the partial looks
 * at them before the tag that opens the block around it does. */
static bool loses_indent(const hd_hbs_tokens *tokens, size_t tag)
{
    if (tokens->items[tag].trim_left) {
        return true;
    }
    const hd_hbs_token *before = tag > 1 ? &tokens->items[tag - 2] : NULL;
    return before != NULL && before->trim_right && before->tag != HD_HBS_OPEN &&
           before->tag != HD_HBS_INVERSE &&
           hd_str_trim(tokens->items[tag - 1].original).length == 0;
}

/* A tag alone on its line takes the line with it. Tokens alternate: text, tag, text, … text. */
static void strip_lines(hd_hbs_tokens *tokens)
{
    for (size_t i = 1; i + 1 < tokens->count; i += 2) {
        hd_hbs_token *before = &tokens->items[i - 1];
        hd_hbs_token *tag = &tokens->items[i];
        hd_hbs_token *after = &tokens->items[i + 1];
        size_t tail = 0;
        size_t head = 0;
        if (!may_stand_alone(tag->tag) || !blank_tail(before->original, i == 1, &tail) ||
            !blank_head(after->original, i + 2 == tokens->count, &head)) {
            continue;
        }
        if (tag->tag == HD_HBS_PARTIAL && !loses_indent(tokens, i)) {
            tag->indent = hd_str_from(before->original, before->original.length - tail);
        }
        /* The text may have lost its head to the tag before it already. */
        before->text.length -= tail < before->text.length ? tail : before->text.length;
        after->text = hd_str_from(after->text,
                                  head < after->text.length ? head : after->text.length);
    }
}

static void strip_tildes(hd_hbs_tokens *tokens)
{
    for (size_t i = 1; i + 1 < tokens->count; i += 2) {
        hd_str *before = &tokens->items[i - 1].text;
        hd_str *after = &tokens->items[i + 1].text;
        while (tokens->items[i].trim_left && before->length > 0 &&
               hd_is_space(before->data[before->length - 1])) {
            before->length--;
        }
        while (tokens->items[i].trim_right && after->length > 0 && hd_is_space(after->data[0])) {
            *after = hd_str_from(*after, 1);
        }
    }
}

int hd_hbs_lex(hd_handlebars *tpl, hd_hbs_tokens *ret_tokens, hd_error *err)
{
    lexer self = {.tpl = tpl, .tokens = ret_tokens, .text = HD_BUF_INIT(HD_HBS_TEXT_MAX)};
    int status = cut(&self, err);
    hd_buf_done(&self.text);
    if (status == 0) {
        strip_lines(ret_tokens);
        strip_tildes(ret_tokens);
    }
    return status;
}
