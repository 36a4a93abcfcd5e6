/*
 * reference.h: image names and tags, valid whatever the identifier.
 *
 * [domain[:port]/]path[:tag][@digest] with the rules every registry shares. What Habitat allows and
 * registries do not is replaced: upper case by lower, other characters of names by '-', of tags by
 * '_'; leading and trailing punctuation is dropped, runs are shortened to what the grammar allows.
 */
#ifndef HD_IMAGE_REFERENCE_H
#define HD_IMAGE_REFERENCE_H

#include "hd/base/error.h"
#include "hd/base/vec.h"
#include "hd/package/ident.h"

typedef struct hd_reference {
    const char *domain; /* "docker.io" when none was given */
    const char *path;   /* "library/redis", "acme/web" */
    const char *tag;    /* NULL when there is none */
    const char *digest; /* "sha256:…" or NULL */
} hd_reference;

/* HD_E_USAGE with what is wrong. */
int hd_reference_parse(hd_arena *arena, const char *text, hd_reference *ret_reference,
                       hd_error *err) HD_CHECKED;
/* "docker.io/acme/web:1.0", in full. */
const char *hd_reference_text(hd_arena *arena, const hd_reference *reference);

/* "acme/web" for an identifier. */
const char *hd_reference_name(hd_arena *arena, const hd_ident *ident);
/* A valid tag for any text. */
const char *hd_reference_tag(hd_arena *arena, const char *text);

/* latest, version and version-release of the identifier. */
void hd_reference_tags(hd_arena *arena, const hd_ident *ident, hd_strings *ret_tags);

#endif
