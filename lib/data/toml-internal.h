/*
 * toml-internal.h: the cursor that the TOML reader's two files share.
 */
#ifndef HD_DATA_TOML_INTERNAL_H
#define HD_DATA_TOML_INTERNAL_H

#include "hd/data/toml.h"

typedef struct hd_toml_reader {
    hd_str text; /* the whole document */
    size_t at;
    const char *name;
    int depth;
    json_t *closed; /* array of tables that may not be added to: inline ones (identity counts) */
    json_t *headed; /* array of tables that had a [header] of their own */
    json_t *dotted; /* array of tables made by dotted keys */
    hd_error *err;
} hd_toml_reader;

/* toml-value.c */
char hd_toml_peek(const hd_toml_reader *self);
bool hd_toml_starts(const hd_toml_reader *self, const char *text);
/* Sets the error at the present position; always false. */
bool hd_toml_fail(hd_toml_reader *self, const char *what);
void hd_toml_skip_blanks(hd_toml_reader *self);
/* A comment and the line break, or the end of the document. */
bool hd_toml_end_line(hd_toml_reader *self);
/* Blanks, comments and line breaks. */
bool hd_toml_skip_lines(hd_toml_reader *self);
/* Any string: basic, literal, and their multi-line forms when allowed. */
bool hd_toml_string(hd_toml_reader *self, bool multiline, hd_buf *out);
/* A scalar: number, boolean, date or time; a new reference or NULL. */
json_t *hd_toml_scalar(hd_toml_reader *self);

#endif
