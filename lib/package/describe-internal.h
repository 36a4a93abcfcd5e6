/*
 * describe-internal.h: what both forms of a description work out in the same way.
 */
#ifndef HD_PACKAGE_DESCRIBE_INTERNAL_H
#define HD_PACKAGE_DESCRIBE_INTERNAL_H

#include "hd/package/describe.h"

/* default.toml as a tree; NULL when there is none, or when it is not TOML. */
json_t *hd_describe_config(const hd_package *package);

/* The value at "a.b.c" of the tree (borrowed); NULL when there is none. */
const json_t *hd_describe_value(const json_t *config, const char *path);

/* Whether the value is that number, written as a number or as text. */
bool hd_describe_is_port(const json_t *value, uint16_t port);

/* Bytes of all of them unpacked. */
uint64_t hd_describe_closure_size(const hd_closure *closure);

#endif
