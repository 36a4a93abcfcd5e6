#include "hd/package/keys.h"

#include "hd/base/encode.h"
#include "hd/base/file.h"
#include "hd/base/mem.h"

#include <dirent.h>

enum { REVISION_LENGTH = 14 };

static const struct {
    const char *tag;
    const char *suffix;
    size_t size;
    mode_t mode;
} kinds[] = {
    [HD_KEY_SIGNING_PUBLIC] = {"SIG-PUB-1", ".pub", 32, 0444},
    [HD_KEY_SIGNING_SECRET] = {"SIG-SEC-1", ".sig.key", 64, 0400},
    [HD_KEY_RING] = {"SYM-SEC-1", ".sym.key", 32, 0400},
    [HD_KEY_BOX_PUBLIC] = {"BOX-PUB-1", ".pub", 32, 0444},
    [HD_KEY_BOX_SECRET] = {"BOX-SEC-1", ".box.key", 32, 0400},
};

/* Key names become file names: letters, digits and what service keys need ("redis.default@acme").
 */
static bool is_key_name(hd_str name)
{
    if (name.length == 0 || name.length > HD_KEY_NAME_MAX || name.data[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.data[i];
        if (!hd_is_alnum(byte) && (byte == '\0' || strchr("-_.@", byte) == NULL)) {
            return false;
        }
    }
    return true;
}

bool hd_key_split_name(hd_str text, hd_str *ret_name, hd_str *ret_revision)
{
    if (text.length < REVISION_LENGTH + 2) {
        return false;
    }
    size_t dash = text.length - REVISION_LENGTH - 1;
    hd_str revision = hd_str_from(text, dash + 1);
    uint64_t ignored = 0;
    hd_str name = {text.data, dash};
    if (text.data[dash] != '-' || !hd_str_uint(revision, UINT64_MAX, &ignored) ||
        !is_key_name(name)) {
        return false;
    }
    *ret_name = name;
    *ret_revision = revision;
    return true;
}

static bool find_kind(hd_str tag, hd_key_kind *ret_kind)
{
    for (size_t i = 0; i < HD_COUNT(kinds); i++) {
        if (hd_str_is(tag, kinds[i].tag)) {
            *ret_kind = (hd_key_kind)i;
            return true;
        }
    }
    return false;
}

static int decode_bytes(hd_str text, const char *shown_as, hd_key *key, hd_error *err)
{
    hd_auto_done(hd_buf) bytes = HD_BUF_INIT(HD_KEY_FILE_MAX);
    if (!hd_base64_decode(hd_str_trim(text), &bytes)) {
        return hd_fail(err, HD_E_INVALID, "%s: the key is not valid base64", shown_as);
    }
    if (bytes.length != kinds[key->kind].size) {
        return hd_fail(err, HD_E_INVALID, "%s: the key has %zu bytes, not %zu", shown_as,
                       bytes.length, kinds[key->kind].size);
    }
    memcpy(key->bytes, bytes.data, bytes.length);
    return 0;
}

int hd_key_parse(hd_str text, const char *shown_as, hd_key *ret_key, hd_error *err)
{
    hd_key key = {0};
    hd_str line;
    if (!hd_str_line(&text, &line) || line.length == 0) {
        return hd_fail(err, HD_E_INVALID, "%s: no key version", shown_as);
    }
    if (!find_kind(line, &key.kind)) {
        return hd_fail(err, HD_E_INVALID, "%s: unsupported key version \"%.*s\"", shown_as,
                       (int)(line.length < 40 ? line.length : 40), line.data);
    }
    if (!hd_str_line(&text, &line)) {
        return hd_fail(err, HD_E_INVALID, "%s: no name and revision", shown_as);
    }
    hd_str name;
    hd_str revision;
    if (!hd_key_split_name(hd_str_trim(line), &name, &revision)) {
        return hd_fail(err, HD_E_INVALID, "%s: cannot parse named revision \"%.*s\"", shown_as,
                       (int)(line.length < 100 ? line.length : 100), line.data);
    }
    memcpy(key.name, name.data, name.length);
    memcpy(key.revision, revision.data, revision.length);
    hd_str ignored;
    if (!hd_str_line(&text, &ignored) || !hd_str_line(&text, &line)) {
        return hd_fail(err, HD_E_INVALID, "%s: no key material", shown_as);
    }
    int status = decode_bytes(line, shown_as, &key, err);
    if (status == 0) {
        *ret_key = key;
    }
    return status;
}

const char *hd_key_cache_path(hd_arena *arena, const char *option, const char *fs_root)
{
    const char *home = getenv("HOME");
    if (option != NULL && *option != '\0') {
        return hd_arena_strdup(arena, option);
    }
    if (geteuid() == 0 || home == NULL || *home == '\0') {
        const char *root = fs_root == NULL ? "" : fs_root;
        size_t length = strlen(root);
        while (length > 0 && root[length - 1] == '/') {
            length--;
        }
        return hd_arena_printf(arena, "%.*s/hab/cache/keys", (int)length, root);
    }
    return hd_arena_printf(arena, "%s/.hab/cache/keys", home);
}

static int load(const char *cache, const char *file_name, hd_key_kind kind, hd_key *ret_key,
                hd_error *err)
{
    hd_auto_free char *path = hd_printf("%s/%s", cache, file_name);
    hd_auto_free char *text = NULL;
    size_t length = 0;
    hd_key key = {0};
    int status = hd_file_read(path, HD_KEY_FILE_MAX, &text, &length, err);
    if (status == -HD_E_NOT_FOUND) {
        return hd_fail(err, HD_E_NOT_FOUND,
                       "no key %s in %s (import it, or name its directory with "
                       "--cache-key-path)",
                       file_name, cache);
    }
    if (status == 0) {
        status = hd_key_parse((hd_str){text, length}, path, &key, err);
    }
    if (status != 0) {
        return status;
    }
    hd_auto_free char *expected = hd_printf("%s-%s%s", key.name, key.revision, kinds[kind].suffix);
    if (key.kind != kind) {
        return hd_fail(err, HD_E_INVALID, "%s: this is a %s key, not %s", path, kinds[key.kind].tag,
                       kinds[kind].tag);
    }
    if (!hd_streq(expected, file_name)) {
        return hd_fail(err, HD_E_INVALID, "%s: the key inside is %s-%s", path, key.name,
                       key.revision);
    }
    *ret_key = key;
    return 0;
}

int hd_key_load_public(const char *cache, const char *name_and_revision, hd_key *ret_key,
                       hd_error *err)
{
    hd_auto_free char *file_name = hd_printf("%s.pub", name_and_revision);
    return load(cache, file_name, HD_KEY_SIGNING_PUBLIC, ret_key, err);
}

/* "<name>-<14 digits><suffix>" for exactly this name. */
static bool is_revision_of(const char *file_name, const char *name, const char *suffix)
{
    hd_str stem = hd_str_of(file_name);
    if (!hd_str_ends(stem, suffix)) {
        return false;
    }
    stem.length -= strlen(suffix);
    hd_str found;
    hd_str revision;
    return hd_key_split_name(stem, &found, &revision) && hd_str_is(found, name);
}

int hd_key_load_newest(const char *cache, const char *name, hd_key_kind kind, hd_key *ret_key,
                       hd_error *err)
{
    DIR *dir = opendir(cache);
    if (dir == NULL) {
        return hd_fail_errno(err, errno, "%s", cache);
    }
    hd_auto_free char *newest = NULL;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (is_revision_of(entry->d_name, name, kinds[kind].suffix) &&
            (newest == NULL || strcmp(entry->d_name, newest) > 0)) {
            free(newest);
            newest = hd_strdup(entry->d_name);
        }
    }
    (void)closedir(dir);
    if (newest == NULL) {
        return hd_fail(err, HD_E_NOT_FOUND, "no key %s-<revision>%s in %s", name,
                       kinds[kind].suffix, cache);
    }
    return load(cache, newest, kind, ret_key, err);
}

/* The text as Habitat writes it: four lines, no newline at the end. */
static void render(hd_buf *out, const hd_key *key)
{
    hd_buf_printf(out, "%s\n%s-%s\n\n", kinds[key->kind].tag, key->name, key->revision);
    hd_base64_encode(out, key->bytes, kinds[key->kind].size);
}

/* Whether the file at path is this key, in whatever spelling; HD_E_CONFLICT when it is another one
 * or none. */
static int check_present(const char *path, hd_str text, const hd_key *wanted, hd_error *err)
{
    hd_key present = {0};
    hd_error reading = {0};
    if (hd_key_parse(text, path, &present, &reading) == 0 && present.kind == wanted->kind &&
        hd_streq(present.name, wanted->name) && hd_streq(present.revision, wanted->revision) &&
        hd_equal_secret(present.bytes, wanted->bytes, sizeof(present.bytes))) {
        return 0;
    }
    return hd_fail(err, HD_E_CONFLICT, "%s: there is another key of that name", path);
}

int hd_key_import(const char *cache, hd_str text, const char *shown_as, hd_error *err)
{
    hd_key key = {0};
    int status = hd_key_parse(text, shown_as, &key, err);
    if (status != 0) {
        return status;
    }
    hd_auto_done(hd_buf) wanted = HD_BUF_INIT(HD_KEY_FILE_MAX);
    render(&wanted, &key);
    hd_auto_free char *path = hd_printf("%s/%s-%s%s", cache, key.name, key.revision,
                                        kinds[key.kind].suffix);
    hd_auto_free char *present = NULL;
    size_t length = 0;
    hd_error reading = {0};
    status = hd_file_read(path, HD_KEY_FILE_MAX, &present, &length, &reading);
    if (status == 0) {
        return check_present(path, (hd_str){present, length}, &key, err);
    }
    if (status != -HD_E_NOT_FOUND) { /* something is there: it must not be replaced unseen */
        *err = reading;
        return status;
    }
    status = hd_make_dirs(cache, err);
    return status == 0 ? hd_file_write(path, hd_buf_view(&wanted), kinds[key.kind].mode, err)
                       : status;
}
