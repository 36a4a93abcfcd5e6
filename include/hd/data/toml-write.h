/*
 * toml-write.h: a tree as TOML 1.0, for people and for programs that read TOML.
 *
 *     hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
 *     hd_toml_write(&text, tree);
 *     if (hd_buf_check(&text, "user.toml", err) != 0) ...
 *
 * Members keep their order, except that the values of a table come before its sub-tables, as TOML
 * wants it. Objects become [tables], lists of objects [[arrays of tables]], objects inside other
 * lists inline tables. TOML has no null: such members and elements are left out. What hd_toml_parse
 * read and JSON cannot say (dates, inf, nan) is text in the tree and is written as text.
 */
#ifndef HD_DATA_TOML_WRITE_H
#define HD_DATA_TOML_WRITE_H

#include "hd/data/json.h"

/* Appends the object; nothing when tree is not one. */
void hd_toml_write(hd_buf *out, const json_t *tree);

#endif
