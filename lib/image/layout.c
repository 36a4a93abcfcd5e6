#include "hd/image/layout.h"

#include "hd/base/cancel.h"
#include "hd/base/file.h"
#include "hd/base/mem.h"
#include "hd/base/strmap.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { BUFFER_SIZE = 256 * 1024 };

static const char layout_marker[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
static const char blobs_directory[] = "blobs/sha256";

struct hd_layout {
    hd_layout_kind kind;
    char *target;
    char *blobs;
    hd_tempdir *work; /* the layout itself, or the blobs of the archive to be */
};

/* The documents of an image. */
typedef struct documents {
    hd_blob config;
    hd_blob manifest;
    hd_blob index;
    hd_blob docker;
} documents;

static documents make_documents(hd_arena *arena, const hd_image *image)
{
    documents made = {.config = hd_image_config(arena, image)};
    made.manifest = hd_image_manifest(arena, image, &made.config);
    made.index = hd_image_index(arena, image, &made.manifest);
    made.docker = hd_image_docker_manifest(arena, image, &made.config);
    return made;
}

/* ---- opening ---- */

static bool is_empty_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return false;
    }
    bool empty = true;
    for (const struct dirent *row = readdir(directory); row != NULL && empty;
         row = readdir(directory)) {
        empty = hd_streq(row->d_name, ".") || hd_streq(row->d_name, "..");
    }
    (void)closedir(directory);
    return empty;
}

/* Refuses to replace what an earlier run cannot have made. */
static int check_target(const char *target, hd_layout_kind kind, hd_error *err)
{
    struct stat there = {0};
    if (lstat(target, &there) != 0) {
        return 0;
    }
    if (kind == HD_LAYOUT_ARCHIVE) {
        return hd_is_dir(target) ? hd_fail(err, HD_E_CONFLICT,
                                           "%s is a directory (name the file to write)", target)
                                 : 0;
    }
    hd_auto_free char *marker = hd_printf("%s/oci-layout", target);
    if (S_ISDIR(there.st_mode) && (hd_is_file(marker) || is_empty_directory(target))) {
        return 0;
    }
    return hd_fail(err, HD_E_CONFLICT,
                   "%s exists and is not an image layout (name another, or remove it)", target);
}

static char *without_trailing_slashes(const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    return hd_strndup(path, length);
}

int hd_layout_open(const char *target, hd_layout_kind kind, hd_layout **ret_layout, hd_error *err)
{
    hd_auto(hd_layout) *layout = hd_alloc(sizeof(*layout));
    layout->kind = kind;
    layout->target = without_trailing_slashes(target);
    int status = check_target(layout->target, kind, err);
    if (status == 0) {
        status = hd_tempdir_open(layout->target, &layout->work, err);
    }
    if (status == 0) {
        layout->blobs = hd_printf("%s/%s", hd_tempdir_path(layout->work), blobs_directory);
        status = hd_make_dirs(layout->blobs, err);
    }
    if (status == 0) {
        *ret_layout = HD_TAKE(layout);
    }
    return status;
}

const char *hd_layout_blobs(const hd_layout *layout)
{
    return layout->blobs;
}

void hd_layout_free(hd_layout *layout)
{
    if (layout != NULL) {
        hd_tempdir_free(layout->work);
        free(layout->blobs);
        free(layout->target);
        free(layout);
    }
}

/* ---- directory ---- */

static int write_document(const char *directory, const char *name, hd_str data, hd_error *err)
{
    hd_auto_free char *path = hd_printf("%s/%s", directory, name);
    return hd_file_write(path, data, 0644, err);
}

static int finish_directory(hd_layout *layout, const documents *made, hd_error *err)
{
    const char *top = hd_tempdir_path(layout->work);
    const struct {
        const char *directory;
        const char *name;
        hd_str data;
    } files[] = {
        {layout->blobs, made->config.digest, made->config.data},
        {layout->blobs, made->manifest.digest, made->manifest.data},
        {top, "index.json", made->index.data},
        {top, "oci-layout", hd_str_of(layout_marker)},
    };
    for (size_t i = 0; i < HD_COUNT(files); i++) {
        int status = write_document(files[i].directory, files[i].name, files[i].data, err);
        if (status != 0) {
            return status;
        }
    }
    return hd_tempdir_commit(layout->work, err);
}

/* ---- archive ---- */

static int add_member(hd_tar_writer *writer, const char *path, hd_str data, hd_error *err)
{
    hd_tar_entry entry = {.path = path, .type = HD_TAR_FILE, .mode = 0644, .size = data.length};
    int status = hd_tar_writer_entry(writer, &entry, err);
    return status == 0 ? hd_tar_writer_data(writer, data.data, data.length, err) : status;
}

static int copy_file(int fd, const char *path, hd_tar_writer *writer, hd_error *err)
{
    hd_auto(hd_source) *source = hd_source_fd(fd, 0, path);
    hd_auto_free uint8_t *buffer = hd_alloc(BUFFER_SIZE);
    size_t got = 0;
    do {
        int status = hd_cancel_check(err);
        if (status == 0) {
            status = hd_source_read(source, buffer, BUFFER_SIZE, &got, err);
        }
        if (status == 0 && got > 0) {
            status = hd_tar_writer_data(writer, buffer, got, err);
        }
        if (status != 0) {
            return status;
        }
    } while (got > 0);
    return 0;
}

static int add_layer(hd_tar_writer *writer, const hd_layout *layout, const hd_layer *layer,
                     hd_error *err)
{
    hd_auto_free char *path = hd_printf("%s/%s", layout->blobs, layer->digest);
    hd_auto_free char *member = hd_printf("%s/%s", blobs_directory, layer->digest);
    hd_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return hd_fail_errno(err, errno, "%s", path);
    }
    hd_tar_entry entry = {.path = member, .type = HD_TAR_FILE, .mode = 0644, .size = layer->size};
    int status = hd_tar_writer_entry(writer, &entry, err);
    return status == 0 ? copy_file(fd, path, writer, err) : status;
}

/* Layers of equal content are one blob, and one member. */
static int add_layers(hd_tar_writer *writer, const hd_layout *layout, const hd_layers *layers,
                      hd_error *err)
{
    hd_auto(hd_strmap) *seen = hd_strmap_new();
    for (size_t i = 0; i < layers->count; i++) {
        hd_layer *layer = &layers->items[i];
        int status = hd_strmap_put(seen, layer->digest, layer)
                         ? add_layer(writer, layout, layer, err)
                         : 0;
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int add_documents(hd_tar_writer *writer, const documents *made, hd_error *err)
{
    hd_auto_free char *config = hd_printf("%s/%s", blobs_directory, made->config.digest);
    hd_auto_free char *manifest = hd_printf("%s/%s", blobs_directory, made->manifest.digest);
    const struct {
        const char *path;
        hd_str data;
    } members[] = {
        {"oci-layout", hd_str_of(layout_marker)}, {"index.json", made->index.data},
        {"manifest.json", made->docker.data},     {config, made->config.data},
        {manifest, made->manifest.data},
    };
    for (size_t i = 0; i < HD_COUNT(members); i++) {
        int status = add_member(writer, members[i].path, members[i].data, err);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int finish_archive(hd_layout *layout, const documents *made, const hd_layers *layers,
                          hd_error *err)
{
    hd_auto(hd_tempfile) *file = NULL;
    int status = hd_tempfile_open(layout->target, 0644, &file, err);
    if (status != 0) {
        return status;
    }
    hd_auto(hd_sink) *sink = hd_sink_fd(hd_tempfile_fd(file), layout->target);
    hd_auto(hd_tar_writer) *writer = hd_tar_writer_new(sink);
    status = add_documents(writer, made, err);
    if (status == 0) {
        status = add_layers(writer, layout, layers, err);
    }
    if (status == 0) {
        status = hd_tar_writer_finish(writer, err);
    }
    if (status == 0) {
        status = hd_sink_finish(sink, err);
    }
    return status == 0 ? hd_tempfile_commit(file, err) : status;
}

int hd_layout_finish(hd_layout *layout, hd_arena *arena, const hd_image *image,
                     char ret_digest[HD_DIGEST_HEX_SIZE], hd_error *err)
{
    documents made = make_documents(arena, image);
    int status = -HD_E_INTERNAL;
    switch (layout->kind) {
    case HD_LAYOUT_DIRECTORY:
        status = finish_directory(layout, &made, err);
        break;
    case HD_LAYOUT_ARCHIVE:
        status = finish_archive(layout, &made, &image->layers, err);
        break;
    }
    if (status == 0) {
        memcpy(ret_digest, made.manifest.digest, HD_DIGEST_HEX_SIZE);
    }
    return status;
}
