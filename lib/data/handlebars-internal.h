/*
 * handlebars-internal.h: the syntax tree of a template, and what the files of the engine know of
 * each other.
 *
 * handlebars-lex.c cuts text into tokens, handlebars-parse.c makes the tree of blocks,
 * handlebars-expression.c what is in their braces; handlebars-render.c walks the tree,
 * handlebars-evaluate.c has the values of its expressions, handlebars-helpers.c the built-in
 * functions, handlebars.c the quoting and the public entry.
 */
#ifndef HD_DATA_HANDLEBARS_INTERNAL_H
#define HD_DATA_HANDLEBARS_INTERNAL_H

#include "hd/data/handlebars.h"

#include "hd/base/strmap.h"
#include "hd/base/vec.h"

enum { HD_HBS_TEXT_MAX = 4 * 1024 * 1024, HD_HBS_NODES_MAX = 5000000 };

typedef enum hd_hbs_tag {
    HD_HBS_TEXT,
    HD_HBS_VALUE,   /* {{x}} */
    HD_HBS_RAW,     /* {{{x}}} and {{&x}} */
    HD_HBS_OPEN,    /* {{#x}} */
    HD_HBS_INVERSE, /* {{^x}}, {{^}}, {{else}}, {{else x}} */
    HD_HBS_CLOSE,   /* {{/x}} */
    HD_HBS_PARTIAL, /* {{> x}} */
    HD_HBS_COMMENT,
} hd_hbs_tag;

typedef struct hd_hbs_token {
    hd_hbs_tag tag;
    hd_str text;     /* of text; what is between the braces of a tag, without its mark */
    hd_str original; /* of text: before white space was taken away */
    hd_str indent;   /* blanks before a stand-alone partial */
    size_t offset;   /* in the source */
    bool trim_left;
    bool trim_right;
    bool is_else; /* an inverse spelled {{else}} */
} hd_hbs_token;

typedef HD_VEC(hd_hbs_token) hd_hbs_tokens;

typedef struct hd_hbs_expr hd_hbs_expr;

typedef struct hd_hbs_named {
    const char *name;
    const hd_hbs_expr *value;
} hd_hbs_named;

typedef enum hd_hbs_kind { HD_HBS_LITERAL, HD_HBS_PATH, HD_HBS_CALL } hd_hbs_kind;

/* A literal, a path, or a call of a helper (whose name is its path). */
struct hd_hbs_expr {
    hd_hbs_kind kind;
    size_t offset;
    json_t *literal; /* owned by the template's pool */
    unsigned up;     /* how many "../" */
    bool is_data;    /* begins with '@' */
    bool is_scoped;  /* begins with "this" or "./": never a helper or a block parameter */
    hd_strings parts;
    const char *text; /* as written, for messages */
    HD_VEC(const hd_hbs_expr *) arguments;
    HD_VEC(hd_hbs_named) named;
};

typedef struct hd_hbs_node hd_hbs_node;
typedef HD_VEC(const hd_hbs_node *) hd_hbs_body;

struct hd_hbs_node {
    hd_hbs_tag tag; /* TEXT, VALUE, RAW, OPEN, PARTIAL */
    size_t offset;
    hd_str text;             /* of text; of partials the indentation */
    const hd_hbs_expr *expr; /* of values, blocks and partials */
    hd_strings parameters;   /* "as |a b|" */
    hd_hbs_body body;
    hd_hbs_body inverse;
};

struct hd_handlebars {
    hd_arena *arena;
    const char *name;
    hd_str source;
    json_t *literals; /* array that owns them */
    hd_hbs_body body;
};

/* HD_E_INVALID with template:line:column. */
int hd_hbs_fail(const hd_handlebars *tpl, size_t offset, hd_error *err, const char *format, ...)
    HD_PRINTF(4, 5);

typedef struct hd_hbs_parser {
    hd_handlebars *tpl;
    const hd_hbs_tokens *tokens;
    size_t next;
    int depth;
    hd_str rest;   /* of the expression being read */
    size_t offset; /* of its tag */
    hd_error *err;
} hd_hbs_parser;

bool hd_hbs_parse_fail(hd_hbs_parser *self, const char *what);
/* The whole text of a tag as one expression with block parameters. */
bool hd_hbs_parse_tag(hd_hbs_parser *self, hd_str text, hd_hbs_node *node);
bool hd_hbs_parse_partial(hd_hbs_parser *self, const hd_hbs_token *token, hd_hbs_node *node);

int hd_hbs_lex(hd_handlebars *tpl, hd_hbs_tokens *ret_tokens, hd_error *err) HD_CHECKED;
int hd_hbs_parse(hd_handlebars *tpl, const hd_hbs_tokens *tokens, hd_error *err) HD_CHECKED;

/* A context and what blocks put beside it. Inner frames point to outer ones; all live on the C
 * stack. */
typedef struct hd_hbs_frame {
    const struct hd_hbs_frame *outer;
    const json_t *context; /* NULL: undefined */
    bool is_counted;       /* for "../": as in Handlebars, not when the context is the same again */
    bool is_partial;       /* contexts and parameters outside are not seen, @ variables are */
    const json_t *index;   /* @index, @key, @first, @last of "each"; NULL elsewhere */
    const json_t *key;
    const json_t *first;
    const json_t *last;
    const hd_strings *parameters; /* "as |value key|" */
    const json_t *arguments[2];
} hd_hbs_frame;

typedef struct hd_hbs_renderer {
    const hd_handlebars *tpl;
    const hd_handlebars_options *options;
    hd_buf *out;
    const json_t *root;
    hd_strmap *partials; /* name to hd_handlebars, compiled once per rendering */
    size_t nodes;        /* work done so far */
    int depth;
    hd_error *err;
} hd_hbs_renderer;

/* Says where rendering stopped; false. */
bool hd_hbs_stop(hd_hbs_renderer *self, size_t offset, const char *format, ...) HD_PRINTF(3, 4);
/* One more node or turn of a loop; false when there were too many. */
bool hd_hbs_step(hd_hbs_renderer *self);
/* Long values are more work than short ones: a helper in a loop over a large text is a way to run
 * for ever. */
void hd_hbs_charge(hd_hbs_renderer *self, const json_t *value);
/* The frame of a block on that value; key is the second block parameter. */
hd_hbs_frame hd_hbs_enter(const hd_hbs_frame *at, const json_t *context,
                          const hd_strings *parameters, const json_t *key);
/* The value of an expression, a new reference. What is not there is null, or a failure in strict
 * rendering unless may_miss. */
bool hd_hbs_evaluate(hd_hbs_renderer *self, const hd_hbs_expr *expr, const hd_hbs_frame *at,
                     bool may_miss, json_t **ret_value);

/* The built-in function of that name, or NULL. */
hd_helper_function *hd_hbs_builtin(const char *name);
/* What "if" takes for false: null, false, "", 0, and []. */
bool hd_hbs_is_false(const json_t *value);
/* A value as text, without quoting: what string helpers see and {{{x}}} prints. */
void hd_hbs_put_text(hd_buf *out, const json_t *value);
/* A value as a complete scalar of the file's language. */
int hd_hbs_put_quoted(hd_buf *out, const json_t *value, hd_quoting quoting,
                      hd_error *err) HD_CHECKED;

#endif
