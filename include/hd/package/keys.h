/*
 * keys.h: Habitat's key files and the directory that holds them.
 *
 * A key file is four lines: tag, "<name>-<14 digits>", anything, base64 of the key. CRLF and a
 * final newline are read, none is written. The file of a key is "<name>-<revision>.<suffix>"; the
 * revision is exactly 14 digits, so the keys of "foo" are never confused with those of "foo-bar". A
 * key's own second line must agree with the file it was asked for.
 */
#ifndef HD_PACKAGE_KEYS_H
#define HD_PACKAGE_KEYS_H

#include "hd/base/error.h"
#include "hd/base/str.h"
#include "hd/base/vec.h"
#include "hd/io/sign.h"

enum { HD_KEY_FILE_MAX = 4096, HD_KEY_NAME_MAX = 255 };

typedef enum hd_key_kind {
    HD_KEY_SIGNING_PUBLIC, /* SIG-PUB-1, .pub, 32 bytes, mode 0444 */
    HD_KEY_SIGNING_SECRET, /* SIG-SEC-1, .sig.key, 64 bytes, mode 0400 */
    HD_KEY_RING,           /* SYM-SEC-1, .sym.key, 32 bytes, mode 0400 */
    HD_KEY_BOX_PUBLIC,     /* BOX-PUB-1, .pub, 32 bytes, mode 0444 */
    HD_KEY_BOX_SECRET,     /* BOX-SEC-1, .box.key, 32 bytes, mode 0400 */
} hd_key_kind;

typedef struct hd_key {
    hd_key_kind kind;
    char name[HD_KEY_NAME_MAX + 1]; /* without revision */
    char revision[15];
    uint8_t bytes[64]; /* as many as the kind has */
} hd_key;

/* Splits "<name>-<14 digits>"; false when it is not that, or when the name could leave the key
 * directory. */
bool hd_key_split_name(hd_str text, hd_str *ret_name, hd_str *ret_revision);

/* Every error of a key file is distinct (HD_E_INVALID); shown_as is the file's name for messages.
 */
int hd_key_parse(hd_str text, const char *shown_as, hd_key *ret_key, hd_error *err) HD_CHECKED;

/* Where keys are: option (--cache-key-path or HAB_CACHE_KEY_PATH, may be NULL), else
 * <fs_root>/hab/cache/keys for root, else $HOME/.hab/cache/keys. */
const char *hd_key_cache_path(hd_arena *arena, const char *option, const char *fs_root);

/* "<name_and_revision>.pub" from the cache; HD_E_NOT_FOUND "no key X.pub in DIR (import it, or
 * ...)". */
int hd_key_load_public(const char *cache, const char *name_and_revision, hd_key *ret_key,
                       hd_error *err) HD_CHECKED;

/* The newest revision of that kind for exactly this name. */
int hd_key_load_newest(const char *cache, const char *name, hd_key_kind kind, hd_key *ret_key,
                       hd_error *err) HD_CHECKED;

/* Puts the text of a key file into the cache under its own name, with the kind's mode. When the
 * same key is there, in whatever spelling, nothing happens; anything else under that name stays,
 * and is HD_E_CONFLICT or the reason why it cannot be read. */
int hd_key_import(const char *cache, hd_str text, const char *shown_as, hd_error *err) HD_CHECKED;

#endif
