/*
 * ident.h: package identifiers and how they are ordered.
 *
 * "origin/name[/version[/release]]". Unlike Habitat's own parser we check every component, because
 * identifiers end up in paths, image names and documents: origin [a-z0-9][a-z0-9_-]{0,254}; name
 * [A-Za-z0-9_-]{1,255}; version any of [A-Za-z0-9._+~-], starting with an alphanumeric, at most
 * 255, never "." or ".."; release 14 digits. Anything else is HD_E_INVALID and the message names
 * the component.
 */
#ifndef HD_PACKAGE_IDENT_H
#define HD_PACKAGE_IDENT_H

#include "hd/base/error.h"
#include "hd/base/vec.h"

#include "hd/base/str.h"

typedef struct hd_ident {
    const char *origin;
    const char *name;
    const char *version; /* NULL: any */
    const char *release; /* NULL: any; never set without a version */
} hd_ident;

typedef HD_VEC(hd_ident) hd_idents;

int hd_ident_parse(hd_arena *arena, hd_str text, hd_ident *ret_ident, hd_error *err) HD_CHECKED;
/* As parse, but only with version and release. */
int hd_ident_parse_full(hd_arena *arena, hd_str text, hd_ident *ret_ident,
                        hd_error *err) HD_CHECKED;
const char *hd_ident_text(hd_arena *arena, const hd_ident *ident);
bool hd_ident_is_full(const hd_ident *ident);
bool hd_ident_equal(const hd_ident *a, const hd_ident *b);

/* Whether the concrete package answers the request: what the request leaves open is not compared.
 */
bool hd_ident_satisfies(const hd_ident *concrete, const hd_ident *request);

/* Habitat's partial order: names must be equal (origins are not looked at); less, equal, greater =
 * -1, 0, 1 in *ret_order; false when they cannot be compared. */
bool hd_ident_compare(const hd_ident *a, const hd_ident *b, int *ret_order);

/* Version order with Habitat's rules (numbers by component, no extension before an extension,
 * extensions as bytes); false where Habitat reports an error. */
bool hd_version_compare(hd_str a, hd_str b, int *ret_order);

#endif
