/* What contents.h promises: the rules about names, links and limits, over either kind of package.
 */
#include "hd/package/contents.h"

#include "contents-internal.h"

#include "hd/base/cancel.h"
#include "hd/base/file.h"
#include "hd/base/mem.h"

#include <inttypes.h>

/* What a path seen before was; values of the map, by address. */
static const hd_tar_type seen_types[] = {HD_TAR_FILE, HD_TAR_DIR, HD_TAR_SYMLINK, HD_TAR_HARDLINK};

static int invalid(const hd_tar_entry *entry, const char *problem, hd_error *err)
{
    return hd_fail(err, HD_E_INVALID, "%.200s: %s", entry->path, problem);
}

static hd_str component(hd_str path, size_t index)
{
    hd_str part = {0};
    for (size_t i = 0; i <= index; i++) {
        if (!hd_str_split(&path, '/', &part)) {
            return (hd_str){0};
        }
    }
    return part;
}

/* Learns "hab/pkgs/o/n/v/r" from the first entry that is deep enough. */
static void learn_prefix(hd_contents *self, hd_str path)
{
    if (self->prefix != NULL || component(path, 5).length == 0) {
        return;
    }
    hd_str last = component(path, 5);
    self->prefix = hd_strndup(path.data, (size_t)(last.data + last.length - path.data));
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

static int check_name(const hd_contents *self, const hd_tar_entry *entry, hd_error *err)
{
    if (strlen(entry->path) > self->limits->name_length) {
        return hd_fail(err, HD_E_LIMIT, "%.100s…: a name longer than %" PRIu64 " bytes",
                       entry->path, self->limits->name_length);
    }
    if (entry->path[0] == '/') {
        return invalid(entry, "an absolute name", err);
    }
    if (!hd_path_is_safe(hd_str_of(entry->path))) {
        return invalid(entry, "a name with \"..\", \".\" or an empty part", err);
    }
    if (hd_starts_with(hd_path_base(entry->path), ".wh.")) {
        return invalid(entry, "a name that begins with .wh. means deletion in images", err);
    }
    return 0;
}

/* Every directory on the way must not be something else seen before. */
static int check_parents(hd_contents *self, const hd_tar_entry *entry, hd_error *err)
{
    hd_auto_free char *parent = hd_strdup(entry->path);
    for (char *slash; (slash = strrchr(parent, '/')) != NULL;) {
        *slash = '\0';
        const hd_tar_type *type = hd_strmap_get(self->seen, parent);
        if (type == NULL) {
            continue;
        }
        if (*type == HD_TAR_SYMLINK) {
            return invalid(entry, "stands below a symbolic link", err);
        }
        if (*type != HD_TAR_DIR) {
            return invalid(entry, "stands below something that is no directory", err);
        }
        return 0; /* what is above was checked when this one came */
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

static int check_limits(hd_contents *self, const hd_tar_entry *entry, hd_error *err)
{
    if (++self->entries > self->limits->entries) {
        return hd_fail(err, HD_E_LIMIT, "more than %" PRIu64 " entries", self->limits->entries);
    }
    if (entry->size > self->limits->unpacked_size - self->bytes) {
        return hd_fail(err, HD_E_LIMIT, "more than %" PRIu64 " bytes unpacked",
                       self->limits->unpacked_size);
    }
    self->bytes += entry->size;
    return 0;
}

static int check(hd_contents *self, const hd_tar_entry *entry, hd_error *err)
{
    int status = check_name(self, entry, err);
    if (status == 0 && !is_inside(self, entry->path)) {
        status = invalid(entry, "a name outside the package's own directory", err);
    }
    if (status == 0) {
        status = check_parents(self, entry, err);
    }
    if (status == 0) {
        status = check_type(self, entry, err);
    }
    if (status == 0 &&
        !hd_strmap_put(self->seen, entry->path, (void *)(uintptr_t)&seen_types[entry->type])) {
        status = invalid(entry, "the name is there twice", err);
    }
    return status;
}

static int next_raw(hd_contents *self, hd_tar_entry *ret_entry, bool *ret_more, hd_error *err)
{
    int status = hd_cancel_check(err);
    if (status != 0) {
        return status;
    }
    return self->tree != NULL ? hd_tree_next(self->tree, ret_entry, ret_more, err)
                              : hd_tar_reader_next(self->reader, ret_entry, ret_more, err);
}

/* The next entry that belongs to the package, checked; directories above it are passed over. */
static int next_checked(hd_contents *self, hd_tar_entry *ret_entry, bool *ret_more, hd_error *err)
{
    for (;;) {
        int status = next_raw(self, ret_entry, ret_more, err);
        if (status != 0 || !*ret_more) {
            return status;
        }
        learn_prefix(self, hd_str_of(ret_entry->path));
        status = check_limits(self, ret_entry, err);
        if (status != 0) {
            return status;
        }
        if (!is_above(self, ret_entry) || !hd_path_is_safe(hd_str_of(ret_entry->path))) {
            return check(self, ret_entry, err);
        }
    }
}

int hd_contents_next(hd_contents *contents, hd_tar_entry *ret_entry, bool *ret_more, hd_error *err)
{
    hd_tar_entry entry = {0};
    bool more = false;
    int status = next_checked(contents, &entry, &more, err);
    if (status != 0) {
        return hd_wrap(err, "%s", contents->shown);
    }
    *ret_entry = entry;
    *ret_more = more;
    return 0;
}

int hd_contents_data(hd_contents *contents, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    int status = contents->tree != NULL
                     ? hd_tree_data(contents->tree, data, size, ret_got, err)
                     : hd_tar_reader_data(contents->reader, data, size, ret_got, err);
    return status == 0 ? 0 : hd_wrap(err, "%s", contents->shown);
}

void hd_contents_free(hd_contents *contents)
{
    if (contents == NULL) {
        return;
    }
    hd_tar_reader_free(contents->reader);
    hd_tree_free(contents->tree);
    hd_hart_free(contents->hart);
    hd_strmap_free(contents->seen);
    free(contents->prefix);
    free(contents->shown);
    free(contents);
}

static hd_contents *new_contents(const hd_package_limits *limits, const char *shown)
{
    hd_contents *contents = hd_alloc(sizeof(*contents));
    contents->limits = limits;
    contents->seen = hd_strmap_new();
    contents->shown = hd_strdup(shown);
    return contents;
}

int hd_contents_open_hart_take(hd_hart *hart, const hd_package_limits *limits,
                               hd_contents **ret_contents, hd_error *err)
{
    hd_auto(hd_contents) *contents = new_contents(limits, hd_hart_path(hart));
    hd_source *tar = NULL;
    contents->hart = hart;
    int status = hd_hart_payload(hart, &limits->xz, &tar, err);
    if (status == 0) {
        contents->reader = hd_tar_reader_new_take(tar);
        *ret_contents = HD_TAKE(contents);
    }
    return status;
}

int hd_contents_open_tree(const char *directory, const char *prefix,
                          const hd_package_limits *limits, hd_contents **ret_contents,
                          hd_error *err)
{
    hd_auto(hd_contents) *contents = new_contents(limits, directory);
    contents->prefix = hd_strdup(prefix);
    int status = hd_tree_open(directory, prefix, &contents->tree, err);
    if (status == 0) {
        *ret_contents = HD_TAKE(contents);
    }
    return status;
}

const char *hd_contents_prefix(const hd_contents *contents)
{
    return contents->prefix;
}

int hd_contents_open(const hd_package *package, const hd_package_access *access,
                     hd_contents **ret_contents, hd_error *err)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    if (package->directory != NULL) {
        return hd_contents_open_tree(package->directory, hd_package_prefix(arena, package) + 1,
                                     access->limits, ret_contents, err);
    }
    hd_auto(hd_hart) *hart = NULL;
    int status = hd_hart_open(package->file, &hart, err);
    if (status == 0) {
        status = hd_hart_verify(hart, access->key_cache, err);
    }
    if (status == 0 && !hd_streq(hd_hart_checksum(hart), package->checksum)) {
        status = hd_fail(err, HD_E_INTEGRITY, "%s: was exchanged for another file meanwhile",
                         package->file);
    }
    return status == 0
               ? hd_contents_open_hart_take(HD_TAKE(hart), access->limits, ret_contents, err)
               : status;
}
