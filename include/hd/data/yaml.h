/*
 * yaml.h: YAML to tree and back, on libyaml.
 *
 * Reading follows the YAML 1.2 core schema (so "no" and "0755" stay text... 0755 is the integer 755
 * there, and "no" a string), hardened: at most HD_YAML_MAX_NODES nodes after alias expansion,
 * HD_YAML_MAX_DEPTH levels, no duplicate keys, no recursive aliases, only the standard tags, UTF-8
 * only; keys must be scalars and become text.
 *
 * Writing is for people and for both YAML generations: block style, two spaces, plain scalars only
 * where a YAML 1.1 reader and a 1.2 reader both see the same string, "|" blocks for text with line
 * breaks when it survives that, double quotes with JSON escapes otherwise. No anchors, no tags, no
 * folding.
 */
#ifndef HD_DATA_YAML_H
#define HD_DATA_YAML_H

#include "hd/data/json.h"

enum { HD_YAML_MAX_DEPTH = 100, HD_YAML_MAX_NODES = 1000000 };

/* Exactly one document (an empty text is null). HD_E_INVALID with name:line:column, HD_E_LIMIT. */
int hd_yaml_parse(hd_str text, const char *name, json_t **ret_tree, hd_error *err) HD_CHECKED;
/* All documents, as an array; empty documents are left out. */
int hd_yaml_parse_all(hd_str text, const char *name, json_t **ret_array, hd_error *err) HD_CHECKED;

/* One document without "---", ending in a newline. */
void hd_yaml_write(hd_buf *out, const json_t *tree);

/* One string as a complete scalar on one line: plain where safe in YAML 1.1 and 1.2, else
 * double-quoted. */
void hd_yaml_write_string(hd_buf *out, hd_str text);

/* Whether the string may stand plain (unquoted) as a block-style value or key. */
bool hd_yaml_is_plain(hd_str text);

#endif
