/* What contents.h promises of every entry: the rules about names, links and limits. */
#include "contents-internal.h"

#include "hd/base/file.h"
#include "hd/base/mem.h"

#include <inttypes.h>

/* All names that are remembered together: what a million entries have at 256 bytes each. */
#define NAME_BYTES_MAX ((uint64_t)256 * 1024 * 1024)

/* What a path seen before was; values of the map, by address. */
static const hd_tar_type seen_types[] = {HD_TAR_FILE, HD_TAR_DIR, HD_TAR_SYMLINK, HD_TAR_HARDLINK};

static int invalid(const hd_tar_entry *entry, const char *problem, hd_error *err)
{
    return hd_fail(err, HD_E_INVALID, "%.200s: %s", entry->path, problem);
}

/* Learns "hab/pkgs/o/n/v/r" from the first entry that is deep enough. */
static void learn_prefix(hd_contents *self, const char *path)
{
    if (self->prefix != NULL || !hd_starts_with(path, "hab/pkgs/")) {
        return;
    }
    hd_str rest = hd_str_of(path);
    hd_str part = {path, 0};
    for (size_t i = 0; i < 6; i++) {
        if (!hd_str_split(&rest, '/', &part)) {
            return;
        }
    }
    self->prefix = hd_strndup(path, (size_t)(part.data + part.length - path));
}

/* The directories above the package: "hab", "hab/pkgs", "hab/pkgs/<origin>" and so on. */
static bool is_above(const hd_contents *self, const hd_tar_entry *entry)
{
    size_t length = strlen(entry->path);
    if (entry->type != HD_TAR_DIR) {
        return false;
    }
    if (self->prefix == NULL) {
        return hd_streq(entry->path, "hab") || hd_streq(entry->path, "hab/pkgs") ||
               hd_starts_with(entry->path, "hab/pkgs/");
    }
    return hd_starts_with(self->prefix, entry->path) && self->prefix[length] == '/';
}

static bool is_inside(const hd_contents *self, const char *path)
{
    size_t length = self->prefix == NULL ? 0 : strlen(self->prefix);
    return length > 0 && hd_starts_with(path, self->prefix) &&
           (path[length] == '/' || path[length] == '\0');
}

static int check_name(const hd_tar_entry *entry, hd_error *err)
{
    if (entry->path[0] == '/') {
        return invalid(entry, "an absolute name", err);
    }
    if (!hd_path_is_safe(hd_str_of(entry->path))) {
        return invalid(entry, "a name with \"..\", \".\" or an empty part", err);
    }
    /* In any part: parents may have no entry of their own. */
    if (hd_starts_with(entry->path, ".wh.") || strstr(entry->path, "/.wh.") != NULL) {
        return invalid(entry, "a name that begins with .wh. means deletion in images", err);
    }
    return 0;
}

static int count_name(hd_contents *self, const char *name, hd_error *err)
{
    self->name_bytes += strlen(name);
    if (self->name_bytes > NAME_BYTES_MAX) {
        return hd_fail(err, HD_E_LIMIT, "names of more than %" PRIu64 " bytes together",
                       NAME_BYTES_MAX);
    }
    return 0;
}

/* Every directory on the way must not be something else, seen before; one without an entry is
 * remembered, so that nothing else can take its place later. */
static int check_parents(hd_contents *self, const hd_tar_entry *entry, hd_error *err)
{
    hd_auto_free char *parent = hd_strdup(entry->path);
    for (char *slash; (slash = strrchr(parent, '/')) != NULL;) {
        *slash = '\0';
        const hd_tar_type *type = hd_strmap_get(self->seen, parent);
        if (type != NULL && *type == HD_TAR_SYMLINK) {
            return invalid(entry, "stands below a symbolic link", err);
        }
        if (type != NULL && *type != HD_TAR_DIR) {
            return invalid(entry, "stands below something that is no directory", err);
        }
        if (type != NULL || !hd_strmap_put(self->implied, parent, self)) {
            return 0; /* what is above was checked when this one came */
        }
        int status = count_name(self, parent, err);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int check_hard_link(hd_contents *self, const hd_tar_entry *entry, hd_error *err)
{
    const hd_tar_type *type = entry->target == NULL ? NULL
                                                    : hd_strmap_get(self->seen, entry->target);
    if (type == NULL || (*type != HD_TAR_FILE && *type != HD_TAR_HARDLINK)) {
        return invalid(entry, "a hard link to something that is not an earlier file of the package",
                       err);
    }
    return 0;
}

/* Relative links must stay below the root: "hab/…/x" has as many levels to climb as it has parents.
 */
static int check_symbolic_link(const hd_tar_entry *entry, hd_error *err)
{
    if (entry->target == NULL) {
        return invalid(entry, "a symbolic link to nothing", err);
    }
    if (entry->target[0] == '/') {
        return 0;
    }
    long depth = -1;
    hd_str rest = hd_str_of(entry->path);
    for (hd_str part; hd_str_split(&rest, '/', &part);) {
        depth++;
    }
    rest = hd_str_of(entry->target);
    for (hd_str part; hd_str_split(&rest, '/', &part);) {
        depth += hd_str_is(part, "..") ? -1 : part.length == 0 || hd_str_is(part, ".") ? 0 : 1;
        if (depth < 0) {
            return invalid(entry, "a symbolic link that climbs above the root", err);
        }
    }
    return 0;
}

static int check_type(hd_contents *self, const hd_tar_entry *entry, hd_error *err)
{
    switch (entry->type) {
    case HD_TAR_FILE:
    case HD_TAR_DIR:
        return 0;
    case HD_TAR_SYMLINK:
        return check_symbolic_link(entry, err);
    case HD_TAR_HARDLINK:
        return check_hard_link(self, entry, err);
    case HD_TAR_OTHER:
        break;
    }
    return invalid(entry, "a device, fifo or socket", err);
}

static bool is_too_long(const hd_contents *self, const char *name)
{
    return name != NULL && strlen(name) > self->limits->name_length;
}

static int check_limits(hd_contents *self, const hd_tar_entry *entry, hd_error *err)
{
    if (++self->entries > self->limits->entries) {
        return hd_fail(err, HD_E_LIMIT, "more than %" PRIu64 " entries", self->limits->entries);
    }
    if (is_too_long(self, entry->path) || is_too_long(self, entry->target)) {
        return hd_fail(err, HD_E_LIMIT, "%.100s…: a name or target longer than %" PRIu64 " bytes",
                       entry->path, self->limits->name_length);
    }
    if (entry->size > self->limits->unpacked_size - self->bytes) {
        return hd_fail(err, HD_E_LIMIT, "more than %" PRIu64 " bytes unpacked",
                       self->limits->unpacked_size);
    }
    self->bytes += entry->size;
    self->decodable += entry->size + HD_DECODABLE_PER_ENTRY;
    return 0;
}

static int check_place(hd_contents *self, const hd_tar_entry *entry, hd_error *err)
{
    if (!is_inside(self, entry->path)) {
        return invalid(entry, "a name outside the package's own directory", err);
    }
    if (entry->type != HD_TAR_DIR &&
        (hd_strmap_has(self->implied, entry->path) || hd_streq(entry->path, self->prefix))) {
        return invalid(entry, "stands in the place of a directory", err);
    }
    return check_parents(self, entry, err);
}

static int remember(hd_contents *self, const hd_tar_entry *entry, hd_error *err)
{
    if (!hd_strmap_put(self->seen, entry->path, (void *)(uintptr_t)&seen_types[entry->type])) {
        return invalid(entry, "the name is there twice", err);
    }
    return count_name(self, entry->path, err);
}

int hd_contents_check(hd_contents *contents, const hd_tar_entry *entry, bool *ret_belongs,
                      hd_error *err)
{
    int status = check_limits(contents, entry, err);
    if (status == 0) {
        status = check_name(entry, err);
    }
    if (status != 0) {
        return status;
    }
    learn_prefix(contents, entry->path);
    *ret_belongs = !is_above(contents, entry);
    if (!*ret_belongs) {
        return 0;
    }
    status = check_place(contents, entry, err);
    if (status == 0) {
        status = check_type(contents, entry, err);
    }
    return status == 0 ? remember(contents, entry, err) : status;
}
