/*
 * handlebars.h: the template engine, a complete core of Handlebars.
 *
 *     hd_auto(hd_handlebars) *tpl = NULL;
 *     if (hd_handlebars_compile(text, "deployment.yaml.hbs", &tpl, err) != 0) ...
 *     hd_handlebars_options options = {.quoting = HD_QUOTE_YAML, .strict = true};
 *     if (hd_handlebars_render(tpl, context, &options, &out, err) != 0) ...
 *
 * Language: {{path}} {{{raw}}} {{&raw}} {{!comment}} {{!-- comment --}} {{#if}} {{else}} {{else
 * if}} {{#unless}} {{#each}} with else, {{#with}}, block parameters "as |value key|", @index @key
 * @first @last @root, this, ../, a.b.[c d], a/b, sub-expressions, hash arguments,
 * string/number/true/false/null/undefined literals, partials {{> name}} with context and hash, {{~
 * ~}} white-space control, stand-alone tag lines, \{{ and {{{{raw}}}} blocks (any name, nothing in
 * them is looked at), inverse {{^}}. A helper's result may be the condition of a block:
 * {{#eq a b}}. No partial blocks, inline or computed partials, no decorators, no log.
 *
 * What a template says is what Handlebars 4 for JavaScript makes of it with noEscape; the tests
 * replay its answers. Different on purpose: adjacent numbers are not added up, a null context is
 * null, a literal index needs no brackets ({{list.1}}), numbers keep their form (1.0), a bare name
 * is never a built-in helper, block parameters work on {{#object}} too, and the last tag of an
 * else-if chain or of {{^x}} … {{else}} takes its line whenever it stands alone.
 *
 * Quoting follows the kind of file, not the author: {{x}} emits one complete scalar of the file's
 * language (YAML or JSON: strings quoted as needed, objects and arrays in flow notation; shell: one
 * word). {{{x}}} emits text as it is.
 *
 * Strict rendering: a path that leads nowhere is HD_E_INVALID with template:line:column and the
 * path; "if", "unless", "each", "with", {{#x}}, {{^x}}, "default", "lookup", "and", "or" and "not"
 * may ask for what is not there. Otherwise it is the empty string, as in Habitat.
 *
 * Limits: text of 4 MiB; nesting HD_HANDLEBARS_MAX_DEPTH for blocks, sub-expressions and partials;
 * output up to out->max; the work (nodes and the size of what helpers handle) is capped, so that a
 * hostile template cannot run for ever. A partial is compiled once per rendering.
 * Threads: a compiled template is immutable and may be rendered on several threads.
 */
#ifndef HD_DATA_HANDLEBARS_H
#define HD_DATA_HANDLEBARS_H

#include "hd/data/json.h"

enum { HD_HANDLEBARS_MAX_DEPTH = 128 };

typedef enum hd_quoting {
    HD_QUOTE_NONE,  /* as it is: Habitat's hooks and configuration */
    HD_QUOTE_YAML,  /* a scalar or flow value, safe in YAML 1.1 and 1.2 */
    HD_QUOTE_JSON,  /* a JSON value */
    HD_QUOTE_SHELL, /* one POSIX shell word in single quotes */
} hd_quoting;

/* The quoting a template's file name asks for: x.yaml.hbs, x.yml.hbs, x.json.hbs, x.sh.hbs; NONE
 * otherwise. */
hd_quoting hd_quoting_of(const char *template_name);

typedef struct hd_handlebars hd_handlebars;

int hd_handlebars_compile(hd_str text, const char *name, hd_handlebars **ret_template,
                          hd_error *err) HD_CHECKED;
void hd_handlebars_free(hd_handlebars *tpl);
HD_DEFINE_AUTO(hd_handlebars)

/* A function of the caller: positional arguments in an array (never NULL), named ones in an object.
 * Returns a new reference, or NULL after hd_fail. */
typedef json_t *hd_helper_function(const json_t *arguments, const json_t *named, hd_error *err);

typedef struct hd_helper {
    const char *name; /* NULL ends a table */
    hd_helper_function *function;
} hd_helper;

/* Built in: eq ne lt gt and or not default lookup json yaml shell toJson toYaml toUppercase
 * toLowercase strReplace strConcat strJoin toToml indent base64 length. */
typedef struct hd_handlebars_options {
    hd_quoting quoting;
    bool strict;
    const hd_helper *helpers; /* NULL: only the built-in ones */
    /* Source text of a partial, borrowed until the render ends; NULL when there is none of that
     * name. */
    const char *(*find_partial)(void *user, const char *name);
    void *user;
} hd_handlebars_options;

int hd_handlebars_render(const hd_handlebars *tpl, const json_t *context,
                         const hd_handlebars_options *options, hd_buf *out,
                         hd_error *err) HD_CHECKED;

#endif
