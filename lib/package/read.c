/* Reading packages: one pass over the contents gathers the facts. */
#include "contents-internal.h"

#include "hd/base/file.h"
#include "hd/base/mem.h"

#include <inttypes.h>

const hd_package_limits hd_package_default_limits = {
    .entries = 1000000,
    .unpacked_size = (uint64_t)16 * 1024 * 1024 * 1024,
    .name_length = 4096,
    .metafile_size = (uint64_t)4 * 1024 * 1024,
};

/* What one pass collects. */
typedef struct scan {
    hd_arena *arena;
    hd_contents *contents;
    const hd_package_limits *limits;
    hd_package *package;
    HD_VEC(hd_metafile) metafiles;
    hd_strings executables; /* "dir/name" below the prefix */
} scan;

static int read_text(hd_contents *contents, const hd_tar_entry *entry, uint64_t max, hd_buf *out,
                     hd_error *err)
{
    if (entry->size > max) {
        return hd_fail(err, HD_E_LIMIT, "%s: more than %" PRIu64 " bytes", entry->path, max);
    }
    char chunk[16 * 1024];
    for (;;) {
        size_t got = 0;
        int status = hd_contents_data(contents, chunk, sizeof(chunk), &got, err);
        if (status != 0 || got == 0) {
            return status;
        }
        hd_buf_append(out, chunk, got);
        if (hd_buf_check(out, entry->path, err) != 0) {
            return -HD_E_LIMIT;
        }
    }
}

static int keep_metafile(scan *self, const char *name, const hd_tar_entry *entry, hd_error *err)
{
    if (entry->type != HD_TAR_FILE) { /* passing it over would change what the package says */
        return hd_fail(err, HD_E_INVALID, "%s: metafile %s is not a regular file",
                       self->contents->shown, name);
    }
    hd_auto_done(hd_buf) text = HD_BUF_INIT(self->limits->metafile_size);
    int status = read_text(self->contents, entry, self->limits->metafile_size, &text, err);
    if (status != 0) {
        return status;
    }
    hd_metafile file = {hd_arena_strdup(self->arena, name),
                        {hd_arena_strndup(self->arena, text.data, text.length), text.length}};
    hd_vec_push_arena(self->arena, &self->metafiles, file);
    return 0;
}

static bool is_file_like(const hd_tar_entry *entry)
{
    return entry->type == HD_TAR_FILE || entry->type == HD_TAR_HARDLINK;
}

/* name is the path below the package's own directory. */
static int note_entry(scan *self, const char *name, const hd_tar_entry *entry, hd_error *err)
{
    hd_package *package = self->package;
    const char *copy = NULL;
    bool is_program = (is_file_like(entry) && (entry->mode & 0111) != 0) ||
                      entry->type == HD_TAR_SYMLINK;
    if (strchr(name, '/') == NULL) {
        package->runnable = package->runnable || (is_file_like(entry) && hd_streq(name, "run"));
        package->has_signed_files = package->has_signed_files || hd_streq(name, "FILES");
        return hd_package_is_metafile(hd_str_of(name)) ? keep_metafile(self, name, entry, err) : 0;
    }
    if (is_file_like(entry) && hd_starts_with(name, "hooks/") && strchr(name + 6, '/') == NULL) {
        copy = hd_arena_strdup(self->arena, name + 6);
        hd_vec_push_arena(self->arena, &package->hooks, copy);
        package->runnable = package->runnable || hd_streq(copy, "run");
    } else if (is_file_like(entry) && hd_starts_with(name, "config/")) {
        copy = hd_arena_strdup(self->arena, name + 7);
        hd_vec_push_arena(self->arena, &package->config_templates, copy);
    } else if (is_program) {
        copy = hd_arena_strdup(self->arena, name);
        hd_vec_push_arena(self->arena, &self->executables, copy);
    }
    return 0;
}

static int walk(scan *self, hd_error *err)
{
    hd_tar_entry entry = {0};
    bool more = true;
    for (;;) {
        int status = hd_contents_next(self->contents, &entry, &more, err);
        if (status != 0 || !more) {
            return status;
        }
        self->package->entry_count++;
        self->package->unpacked_size += entry.size;
        size_t length = strlen(hd_contents_prefix(self->contents));
        if (entry.path[length] == '/') {
            status = note_entry(self, entry.path + length + 1, &entry, err);
        }
        if (status != 0) {
            return status;
        }
    }
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(hd_strings *list)
{
    if (list->count > 1) {
        qsort(list->items, list->count, sizeof(list->items[0]), by_bytes);
    }
}

/* Executables that stand directly in one of the package's own program directories. */
static void keep_programs(scan *self)
{
    hd_package *package = self->package;
    hd_auto(hd_strmap) *directories = hd_strmap_new();
    for (size_t i = 0; i < package->path.count; i++) {
        (void)hd_strmap_put(directories, package->path.items[i], self);
    }
    const char *prefix = hd_package_prefix(self->arena, package);
    for (size_t i = 0; i < self->executables.count; i++) {
        hd_auto_free char *path = hd_printf("%s/%s", prefix, self->executables.items[i]);
        char *slash = strrchr(path, '/');
        *slash = '\0';
        bool own = hd_strmap_has(directories, path);
        *slash = '/';
        if (own) {
            const char *kept = hd_arena_strdup(self->arena, path);
            hd_vec_push_arena(self->arena, &package->programs, kept);
        }
    }
    sort(&package->programs);
}

/* The identifier inside must be that of the directory it is in. */
static int check_prefix(const scan *self, hd_error *err)
{
    const char *inside = hd_contents_prefix(self->contents);
    const char *wanted = hd_package_prefix(self->arena, self->package) + 1;
    if (hd_streq(inside, wanted)) {
        return 0;
    }
    return hd_fail(err, HD_E_INVALID, "IDENT says %s, but the files are in %s",
                   wanted + strlen("hab/pkgs/"), inside);
}

static int gather(scan *self, const char *shown, hd_error *err)
{
    int status = walk(self, err);
    if (status != 0) {
        return status; /* contents name the package themselves */
    }
    status = hd_package_decode(self->arena, self->metafiles.items, self->metafiles.count,
                               self->package, err);
    if (status == 0) {
        status = check_prefix(self, err);
    }
    if (status != 0) {
        return hd_wrap(err, "%s", shown);
    }
    sort(&self->package->hooks);
    sort(&self->package->config_templates);
    keep_programs(self);
    return 0;
}

int hd_package_read_hart(hd_arena *arena, const char *path, const hd_package_access *access,
                         const hd_package **ret_package, hd_error *err)
{
    hd_auto(hd_hart) *hart = NULL;
    hd_auto(hd_contents) *contents = NULL;
    int status = hd_hart_open(path, &hart, err);
    if (status == 0) {
        status = hd_hart_verify(hart, access->key_cache, err);
    }
    if (status != 0) {
        return status;
    }
    hd_package *package = HD_NEW(arena, hd_package);
    package->file = hd_arena_strdup(arena, path);
    package->signer = hd_arena_strdup(arena, hd_hart_signer(hart));
    package->checksum = hd_arena_strdup(arena, hd_hart_checksum(hart));
    package->packed_size = hd_hart_size(hart);
    status = hd_contents_open_hart_take(HD_TAKE(hart), access->limits, &contents, err);
    if (status == 0) {
        scan self = {
            .arena = arena, .contents = contents, .limits = access->limits, .package = package};
        status = gather(&self, path, err);
    }
    if (status == 0) {
        *ret_package = package;
    }
    return status;
}

int hd_package_read_installed(hd_arena *arena, const char *fs_root, const hd_ident *ident,
                              const hd_package_limits *limits, const hd_package **ret_package,
                              hd_error *err)
{
    hd_auto(hd_contents) *contents = NULL;
    hd_package *package = HD_NEW(arena, hd_package);
    const char *text = hd_ident_text(arena, ident);
    const char *prefix = hd_arena_printf(arena, "hab/pkgs/%s", text);
    const char *slash = hd_ends_with(fs_root, "/") || *fs_root == '\0' ? "" : "/";
    const char *root = *fs_root == '\0' ? "/" : fs_root;
    package->directory = hd_arena_printf(arena, "%s%s%s", root, slash, prefix);
    int status = hd_contents_open_tree(package->directory, prefix, limits, &contents, err);
    if (status == 0) {
        scan self = {.arena = arena, .contents = contents, .limits = limits, .package = package};
        status = gather(&self, package->directory, err);
    }
    if (status == 0) {
        *ret_package = package;
    }
    return status;
}

int hd_package_read_file(const hd_package *package, const hd_package_access *access,
                         const char *path, char **ret_text, size_t *ret_length, hd_error *err)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_auto(hd_contents) *contents = NULL;
    hd_auto_done(hd_buf) text = HD_BUF_INIT(access->limits->metafile_size);
    const char *wanted = hd_arena_printf(arena, "%s/%s", hd_package_prefix(arena, package) + 1,
                                         path);
    int status = hd_contents_open(package, access, &contents, err);
    bool found = false;
    hd_tar_entry entry = {0};
    for (bool more = true; status == 0 && more;) { /* to the end: only then the payload is proven */
        status = hd_contents_next(contents, &entry, &more, err);
        if (status == 0 && more && entry.type == HD_TAR_FILE && hd_streq(entry.path, wanted)) {
            found = true;
            status = read_text(contents, &entry, access->limits->metafile_size, &text, err);
        }
    }
    if (status == 0 && !found) {
        return hd_fail(err, HD_E_NOT_FOUND, "%s: no file %s in the package",
                       hd_ident_text(arena, &package->ident), path);
    }
    if (status == 0) {
        *ret_length = text.length;
        *ret_text = hd_buf_steal(&text);
    }
    return status;
}
