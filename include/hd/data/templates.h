/*
 * templates.h: where template text comes from.
 *
 * A template is named by its path under templates/ ("kubernetes/deployment.yaml.hbs"). The first of
 * these that has it wins: the directories given (--templates DIR),
 * $XDG_CONFIG_HOME/hab-deploy/templates, /etc/hab-deploy/templates, and the copy compiled into the
 * program. Compiled-in text is the text in the source tree: CMake makes the table.
 */
#ifndef HD_DATA_TEMPLATES_H
#define HD_DATA_TEMPLATES_H

#include "hd/data/handlebars.h"

#include "hd/base/vec.h"

enum { HD_TEMPLATE_MAX = 1024 * 1024 };

typedef struct hd_builtin_template {
    const char *name; /* NULL ends the table */
    const char *text;
    size_t size;
} hd_builtin_template;

extern const hd_builtin_template hd_builtin_templates[];

/* The text, to be released with free(). ret_origin (may be NULL, else free()) is the file it came
 * from, or the name in angle brackets for a compiled-in one. HD_E_NOT_FOUND when nobody has it. */
int hd_template_load(const hd_strings *directories, const char *name, char **ret_text,
                     char **ret_origin, hd_error *err) HD_CHECKED;

/* Loads, compiles and renders in strict mode with the quoting of the name's ending; partials are
 * found the same way. */
int hd_template_render(const hd_strings *directories, const char *name, const json_t *context,
                       hd_buf *out, hd_error *err) HD_CHECKED;

#endif
