/*
 * json.h: JSON text to tree and back, with limits, on jansson.
 *
 * json_t is the tree type of the whole project: YAML and TOML are read into it as well. Objects
 * keep the order of insertion, so what is built in a fixed order is written in that order. Release
 * with json_decref or json_auto_t.
 */
#ifndef HD_DATA_JSON_H
#define HD_DATA_JSON_H

#include "hd/base/buf.h"

#include <jansson.h>

enum { HD_JSON_MAX_DEPTH = 128 };

/* One document and nothing after it. Duplicate keys, invalid UTF-8, NUL in keys and nesting over
 * HD_JSON_MAX_DEPTH are HD_E_INVALID; the message says name:line:column. */
int hd_json_parse(hd_str text, const char *name, json_t **ret_tree, hd_error *err) HD_CHECKED;

/* Compact, in order of insertion: what is digested or sent. Numbers do not depend on the locale. */
void hd_json_write(hd_buf *out, const json_t *tree);
/* Indented by two spaces with a final newline: what people read. */
void hd_json_write_pretty(hd_buf *out, const json_t *tree);

/* The member as text, or NULL when it is absent or of another type (borrowed). */
const char *hd_json_string_at(const json_t *object, const char *key);

#endif
