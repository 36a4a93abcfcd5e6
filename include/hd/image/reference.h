/*
 * reference.h: image names and tags, valid whatever the identifier.
 *
 * [domain[:port]/]path[:tag][@digest] with the rules every registry shares. What Habitat allows and
 * registries do not is replaced: upper case by lower (in tags too, as Habitat's own exporter does),
 * other characters of names by '-', of tags by '_'; leading and trailing punctuation is dropped,
 * runs are shortened to what the grammar allows, and what is too long is cut.
 */
#ifndef HD_IMAGE_REFERENCE_H
#define HD_IMAGE_REFERENCE_H

#include "hd/base/error.h"
#include "hd/base/vec.h"
#include "hd/package/ident.h"

typedef struct hd_reference {
    const char *domain; /* with its port; "docker.io" when none was given */
    const char *path;   /* "library/redis", "acme/web" */
    const char *tag;    /* NULL when there is none */
    const char *digest; /* "sha256:…" or NULL */
} hd_reference;

/* HD_E_USAGE with what is wrong. */
int hd_reference_parse(hd_arena *arena, const char *text, hd_reference *ret_reference,
                       hd_error *err) HD_CHECKED;
/* "docker.io/acme/web:1.0", in full. */
const char *hd_reference_text(hd_arena *arena, const hd_reference *reference);
/* As people write it, without what goes without saying: "acme/web:1.0", "redis". */
const char *hd_reference_familiar(hd_arena *arena, const hd_reference *reference);

/* "acme/web" for an identifier. */
const char *hd_reference_name(hd_arena *arena, const hd_ident *ident);
/* The same on the default registry, without tag. */
hd_reference hd_reference_of(hd_arena *arena, const hd_ident *ident);
/* A valid tag for any text ("_" for none). */
const char *hd_reference_tag(hd_arena *arena, const char *text);

/* Whether registries take the text as a tag as it is. */
bool hd_reference_is_tag(const char *text);
/* Adds a tag unless it is there. */
void hd_reference_add_tag(hd_arena *arena, hd_strings *tags, const char *tag);

typedef enum hd_tag_kind {
    HD_TAG_LATEST = 1,
    HD_TAG_VERSION = 2,
    HD_TAG_RELEASE = 4, /* version-release */
    HD_TAG_ALL = 7,
} hd_tag_kind;

/* The tags of those kinds (a set) that the identifier has, each once, in this order. */
hd_strings hd_reference_tags(hd_arena *arena, const hd_ident *ident, unsigned kinds);

#endif
