/*
 * handlebars-internal.h: the syntax tree of a template, and what the files of the engine know of
 * each other.
 *
 * handlebars-lex.c cuts text into tokens, handlebars-parse.c makes the tree, handlebars-render.c
 * walks it, handlebars-helpers.c has the built-in functions, handlebars.c the quoting and the
 * public entry.
 */
#ifndef HD_DATA_HANDLEBARS_INTERNAL_H
#define HD_DATA_HANDLEBARS_INTERNAL_H

#include "hd/data/handlebars.h"

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

int hd_hbs_lex(hd_handlebars *tpl, hd_hbs_tokens *ret_tokens, hd_error *err) HD_CHECKED;
int hd_hbs_parse(hd_handlebars *tpl, const hd_hbs_tokens *tokens, hd_error *err) HD_CHECKED;

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
