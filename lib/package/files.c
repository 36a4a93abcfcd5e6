/* The FILES metafile: a signed list of every file's hash, checked against what is there. */
#include "hd/base/strmap.h"
#include "hd/package/contents.h"

enum { LINE_MIN = HD_DIGEST_HEX_SIZE - 1 + 3 };

/* One line: "<hex>  /hab/pkgs/…". */
static bool parse_line(hd_str line, hd_str *ret_hex, hd_str *ret_path)
{
    if (line.length < LINE_MIN || memcmp(line.data + LINE_MIN - 3, "  /", 3) != 0) {
        return false;
    }
    *ret_hex = (hd_str){line.data, HD_DIGEST_HEX_SIZE - 1};
    *ret_path = hd_str_from(line, LINE_MIN);
    return true;
}

static int parse_list(hd_arena *arena, hd_str payload, hd_strmap *wanted, hd_error *err)
{
    for (hd_str line; hd_str_line(&payload, &line);) {
        hd_str hex;
        hd_str path;
        if (line.length == 0) {
            continue;
        }
        if (!parse_line(line, &hex, &path)) {
            return hd_fail(err, HD_E_INVALID, "FILES: \"%.*s\" is not a hash and a path",
                           (int)(line.length < 200 ? line.length : 200), line.data);
        }
        const char *name = hd_arena_strndup(arena, path.data, path.length);
        if (!hd_strmap_put(wanted, name, hd_arena_strndup(arena, hex.data, hex.length))) {
            return hd_fail(err, HD_E_INVALID, "FILES: %s is listed twice", name);
        }
    }
    return 0;
}

static int digest_entry(hd_contents *contents, char hex[HD_DIGEST_HEX_SIZE], hd_error *err)
{
    hd_auto(hd_digest) *digest = hd_digest_new(HD_BLAKE2B);
    char chunk[32 * 1024];
    for (;;) {
        size_t got = 0;
        int status = hd_contents_data(contents, chunk, sizeof(chunk), &got, err);
        if (status != 0) {
            return status;
        }
        if (got == 0) {
            hd_digest_final(digest, hex);
            return 0;
        }
        hd_digest_update(digest, chunk, got);
    }
}

/* FILES is written before itself and the MANIFEST: neither is in the list. */
static bool is_unlisted(const char *path, const char *prefix)
{
    const char *name = path + strlen(prefix);
    return hd_streq(name, "/FILES") || hd_streq(name, "/MANIFEST");
}

static int check_entry(hd_contents *contents, const char *path, const hd_strmap *wanted,
                       hd_strmap *seen, hd_error *err)
{
    const char *expected = hd_strmap_get(wanted, path);
    char hex[HD_DIGEST_HEX_SIZE];
    if (expected == NULL) {
        return hd_fail(err, HD_E_INTEGRITY, "/%s is not in the signed list of files", path);
    }
    int status = digest_entry(contents, hex, err);
    if (status == 0 && !hd_streq(hex, expected)) {
        return hd_fail(err, HD_E_INTEGRITY,
                       "/%s is not what was signed: its hash must be %s and is %s", path, expected,
                       hex);
    }
    (void)hd_strmap_put(seen, path, contents);
    return status;
}

static int check_all(hd_contents *contents, const char *prefix, const hd_strmap *wanted,
                     hd_error *err)
{
    hd_auto(hd_strmap) *seen = hd_strmap_new();
    hd_tar_entry entry = {0};
    int status = 0;
    for (bool more = true; status == 0 && more;) {
        status = hd_contents_next(contents, &entry, &more, err);
        if (status != 0 || !more) {
            continue;
        }
        if (entry.type == HD_TAR_HARDLINK) { /* the file it names is checked under its own name */
            (void)hd_strmap_put(seen, entry.path, contents);
        } else if (entry.type == HD_TAR_FILE && !is_unlisted(entry.path, prefix)) {
            status = check_entry(contents, entry.path, wanted, seen, err);
        }
    }
    for (size_t i = 0; status == 0 && i < hd_strmap_count(wanted); i++) {
        if (!hd_strmap_has(seen, hd_strmap_key_at(wanted, i))) {
            status = hd_fail(err, HD_E_INTEGRITY,
                             "/%s is in the signed list of files but not in the package",
                             hd_strmap_key_at(wanted, i));
        }
    }
    return status;
}

int hd_package_check_files(const hd_package *package, const hd_package_access *access,
                           hd_error *err)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_auto(hd_strmap) *wanted = hd_strmap_new();
    hd_auto(hd_contents) *contents = NULL;
    hd_auto_free char *text = NULL;
    size_t length = 0;
    hd_str payload;
    int status = hd_package_read_file(package, access, "FILES", &text, &length, err);
    if (status == 0) {
        status = hd_hart_open_memory((hd_str){text, length}, access->key_cache, &payload, err);
    }
    if (status == 0) {
        status = parse_list(arena, payload, wanted, err);
    }
    if (status == 0) {
        status = hd_contents_open(package, access, &contents, err);
    }
    if (status == 0) {
        status = check_all(contents, hd_package_prefix(arena, package) + 1, wanted, err);
    }
    return status == 0 ? 0 : hd_wrap(err, "%s", hd_ident_text(arena, &package->ident));
}
