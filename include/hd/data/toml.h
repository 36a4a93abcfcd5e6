/*
 * toml.h: a complete TOML 1.0 reader.
 *
 * Habitat's default.toml and user.toml. Tables become objects in order of appearance; dates and
 * times become their text; integers are 64-bit; inf and nan, which JSON has not, become the strings
 * "inf", "-inf" and "nan". Everything the specification forbids is HD_E_INVALID with
 * name:line:column. Limits: nesting HD_TOML_MAX_DEPTH.
 */
#ifndef HD_DATA_TOML_H
#define HD_DATA_TOML_H

#include "hd/data/json.h"

enum { HD_TOML_MAX_DEPTH = 100 };

int hd_toml_parse(hd_str text, const char *name, json_t **ret_tree, hd_error *err) HD_CHECKED;

#endif
