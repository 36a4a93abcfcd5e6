#include "hd/image/root-writer.h"

#include "hd/base/cancel.h"
#include "hd/base/clock.h"
#include "hd/base/mem.h"
#include "hd/base/strmap.h"

#include <sys/stat.h>

enum { BUFFER_SIZE = 256 * 1024, SHARED_MTIME = 0 };

struct hd_root_writer {
    hd_tar_writer *writer;
    hd_root_writer_options options;
    hd_strmap *directories; /* those written, with prefix */
    uint8_t *buffer;
};

/* The package that is being written. */
typedef struct source {
    hd_contents *contents;
    size_t root_length; /* of "hab/pkgs/o/n/v/r" with prefix */
    int64_t mtime;
} source;

hd_root_writer *hd_root_writer_new(hd_tar_writer *writer, const hd_root_writer_options *options)
{
    hd_root_writer *self = hd_alloc(sizeof(*self));
    *self = (hd_root_writer){.writer = writer,
                             .options = *options,
                             .directories = hd_strmap_new(),
                             .buffer = hd_alloc(BUFFER_SIZE)};
    return self;
}

void hd_root_writer_free(hd_root_writer *self)
{
    if (self != NULL) {
        hd_strmap_free(self->directories);
        free(self->buffer);
        free(self);
    }
}

static char *with_prefix(const hd_root_writer *self, const char *path)
{
    return self->options.prefix == NULL ? hd_strdup(path)
                                        : hd_printf("%s/%s", self->options.prefix, path);
}

/* entry->path is complete. */
static int write_header(hd_root_writer *self, const hd_tar_entry *entry, hd_error *err)
{
    int status = hd_cancel_check(err);
    if (status == 0 && self->options.inspect != NULL) {
        status = self->options.inspect(self->options.user, entry, err);
    }
    if (status == 0) {
        status = hd_tar_writer_entry(self->writer, entry, err);
    }
    if (status == 0 && entry->type == HD_TAR_DIR) {
        (void)hd_strmap_put(self->directories, entry->path, self);
    }
    return status;
}

static int write_parent(hd_root_writer *self, const char *path, int64_t mtime, hd_error *err)
{
    if (hd_strmap_has(self->directories, path)) {
        return 0;
    }
    hd_tar_entry entry = {.path = path,
                          .type = HD_TAR_DIR,
                          .mode = self->options.group_writable ? 0775 : 0755,
                          .mtime = mtime};
    return write_header(self, &entry, err);
}

/* All directories above path that were not written yet; those above the package (the first
 * root_length bytes) are shared ones. */
static int write_parents(hd_root_writer *self, const char *path, size_t root_length, int64_t mtime,
                         hd_error *err)
{
    hd_auto_free char *parent = hd_strdup(path);
    for (char *slash = strchr(parent, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool shared = (size_t)(slash - parent) < root_length;
        int status = write_parent(self, parent, shared ? SHARED_MTIME : mtime, err);
        *slash = '/';
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int copy_content(hd_root_writer *self, hd_contents *contents, hd_error *err)
{
    size_t got = 0;
    do {
        int status = hd_contents_data(contents, self->buffer, BUFFER_SIZE, &got, err);
        if (status == 0 && got > 0) {
            status = hd_tar_writer_data(self->writer, self->buffer, got, err);
        }
        if (status == 0) {
            status = hd_cancel_check(err);
        }
        if (status != 0) {
            return status;
        }
    } while (got > 0);
    return 0;
}

static mode_t package_mode(const hd_root_writer *self, const hd_tar_entry *entry)
{
    if (entry->type == HD_TAR_SYMLINK) {
        return 0777; /* means nothing, and must not depend on who made the archive */
    }
    if (!self->options.group_writable || entry->type != HD_TAR_DIR) {
        return entry->mode;
    }
    return (entry->mode & ~(mode_t)S_IRWXG) | ((entry->mode & (mode_t)S_IRWXU) >> 3);
}

static int write_package_entry(hd_root_writer *self, const source *from, const hd_tar_entry *entry,
                               hd_error *err)
{
    hd_auto_free char *path = with_prefix(self, entry->path);
    hd_auto_free char *linked = entry->type == HD_TAR_HARDLINK ? with_prefix(self, entry->target)
                                                               : NULL;
    hd_tar_entry normal = {.path = path,
                           .target = linked == NULL ? entry->target : linked,
                           .type = entry->type,
                           .mode = package_mode(self, entry),
                           .mtime = from->mtime,
                           .size = entry->size};
    int status = write_parents(self, path, from->root_length, from->mtime, err);
    if (status == 0) {
        status = write_header(self, &normal, err);
    }
    if (status == 0 && entry->type == HD_TAR_FILE) {
        status = copy_content(self, from->contents, err);
    }
    return status;
}

static int write_package_entries(hd_root_writer *self, const source *from, hd_error *err)
{
    for (;;) {
        hd_tar_entry entry = {0};
        bool more = false;
        int status = hd_contents_next(from->contents, &entry, &more, err);
        if (status != 0 || !more) {
            return status;
        }
        status = write_package_entry(self, from, &entry, err);
        if (status != 0) {
            return status;
        }
    }
}

static int64_t package_mtime(const hd_root_writer *self, const hd_package *package)
{
    int64_t stamp = 0;
    (void)hd_clock_parse_release(hd_str_of(package->ident.release), &stamp);
    return stamp < self->options.epoch ? stamp : self->options.epoch;
}

int hd_root_writer_add_package(hd_root_writer *self, const hd_package *package,
                               const hd_package_access *access, hd_error *err)
{
    const hd_ident *ident = &package->ident;
    hd_auto_free char *root = hd_printf("hab/pkgs/%s/%s/%s/%s", ident->origin, ident->name,
                                        ident->version, ident->release);
    hd_auto_free char *path = with_prefix(self, root);
    hd_auto(hd_contents) *contents = NULL;
    source from = {.root_length = strlen(path), .mtime = package_mtime(self, package)};
    int status = hd_contents_open(package, access, &contents, err);
    if (status == 0) {
        from.contents = contents;
        status = write_parents(self, path, from.root_length, from.mtime, err);
    }
    if (status == 0) {
        status = write_package_entries(self, &from, err);
    }
    if (status == 0) {
        status = write_parent(self, path, from.mtime, err);
    }
    return status == 0 ? 0
                       : hd_wrap(err, "%s/%s/%s/%s", ident->origin, ident->name, ident->version,
                                 ident->release);
}

static int add_node(hd_root_writer *self, const hd_node *node, hd_error *err)
{
    hd_auto_free char *path = with_prefix(self, node->path);
    /* "hab" is a parent of packages: it must look the same in every layer. */
    bool shared = hd_streq(node->path, "hab");
    hd_tar_entry entry = {.path = path,
                          .target = node->target,
                          .type = node->type,
                          .mode = node->mode,
                          .uid = node->uid,
                          .gid = node->gid,
                          .mtime = shared ? SHARED_MTIME : self->options.epoch,
                          .size = node->content.length};
    int status = write_parents(self, path, 0, self->options.epoch, err);
    if (status == 0) {
        status = write_header(self, &entry, err);
    }
    if (status == 0 && node->content.length > 0) {
        status = hd_tar_writer_data(self->writer, node->content.data, node->content.length, err);
    }
    return status;
}

int hd_root_writer_add_nodes(hd_root_writer *self, const hd_nodes *nodes, hd_error *err)
{
    for (size_t i = 0; i < nodes->count; i++) {
        int status = add_node(self, &nodes->items[i], err);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}
