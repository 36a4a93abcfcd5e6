#include "hd/base/mem.h"
#include "hd/io/tar.h"

#include <archive.h>
#include <archive_entry.h>

enum { BLOCK_SIZE = 64 * 1024 };

struct hd_tar_reader {
    hd_source *source;
    struct archive *archive;
    bool opened;
    hd_error source_error; /* what the source said, carried around libarchive */
    char *path;
    char *target;
    char block[BLOCK_SIZE];
};

static la_ssize_t read_block(struct archive *archive, void *data, const void **ret_block)
{
    hd_tar_reader *self = data;
    size_t got = 0;
    if (hd_source_read(self->source, self->block, sizeof(self->block), &got, &self->source_error) !=
        0) {
        archive_set_error(archive, EIO, "source");
        return ARCHIVE_FATAL;
    }
    *ret_block = self->block;
    return (la_ssize_t)got;
}

hd_tar_reader *hd_tar_reader_new_take(hd_source *source)
{
    hd_tar_reader *reader = hd_alloc(sizeof(*reader));
    reader->source = source;
    return reader;
}

void hd_tar_reader_free(hd_tar_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    (void)archive_read_free(reader->archive);
    hd_source_free(reader->source);
    free(reader->path);
    free(reader->target);
    free(reader);
}

/* The source's own words when it failed, libarchive's otherwise. */
static int fail(hd_tar_reader *self, hd_error *err)
{
    if (self->source_error.category != 0) {
        *err = self->source_error;
        return -hd_exit_status(err);
    }
    const char *reason = self->archive == NULL ? NULL : archive_error_string(self->archive);
    return hd_fail(err, HD_E_INVALID, "tar: %s", reason == NULL ? "damaged archive" : reason);
}

static int open_archive(hd_tar_reader *self, hd_error *err)
{
    self->opened = true;
    self->archive = archive_read_new();
    if (self->archive == NULL || archive_read_support_format_tar(self->archive) != ARCHIVE_OK ||
        archive_read_open2(self->archive, self, NULL, read_block, NULL, NULL) != ARCHIVE_OK) {
        return fail(self, err);
    }
    return 0;
}

/* libarchive stops at the end mark, and so does every other reader; but the source must be seen to
 * its end, where what stands behind it (a digest, a length) is checked. */
static int drain(hd_tar_reader *self, hd_error *err)
{
    for (size_t got = 1; got > 0;) {
        int status = hd_source_read(self->source, self->block, sizeof(self->block), &got, err);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* In a locale other than UTF-8 libarchive warns that a pax name cannot be converted and hands it
 * out as it is, which is what we want. Any other warning is a name or a number that could not be
 * taken as it stands. */
static bool is_acceptable(hd_tar_reader *self, int result)
{
    const char *reason = archive_error_string(self->archive);
    return result == ARCHIVE_OK || (result == ARCHIVE_WARN && reason != NULL &&
                                    strstr(reason, "converted from UTF-8") != NULL);
}

static hd_tar_type type_of(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry) != NULL) {
        return HD_TAR_HARDLINK;
    }
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return HD_TAR_FILE;
    case AE_IFDIR:
        return HD_TAR_DIR;
    case AE_IFLNK:
        return HD_TAR_SYMLINK;
    default:
        return HD_TAR_OTHER;
    }
}

static uint32_t clamp_id(int64_t id)
{
    return id < 0 || id > UINT32_MAX ? UINT32_MAX : (uint32_t)id;
}

static int copy_names(hd_tar_reader *self, struct archive_entry *entry, hd_tar_type type,
                      hd_error *err)
{
    free(HD_TAKE(self->path));
    free(HD_TAKE(self->target));
    const char *path = archive_entry_pathname(entry);
    const char *target = type == HD_TAR_HARDLINK  ? archive_entry_hardlink(entry)
                         : type == HD_TAR_SYMLINK ? archive_entry_symlink(entry)
                                                  : "";
    if (path == NULL || target == NULL || *path == '\0') {
        return hd_fail(err, HD_E_INVALID, "tar: an entry has no readable name");
    }
    self->path = hd_strdup(path);
    self->target = *target == '\0' ? NULL : hd_strdup(target);
    size_t length = strlen(self->path);
    while (type == HD_TAR_DIR && length > 1 && self->path[length - 1] == '/') {
        self->path[--length] = '\0';
    }
    return 0;
}

int hd_tar_reader_next(hd_tar_reader *reader, hd_tar_entry *ret_entry, bool *ret_more,
                       hd_error *err)
{
    int status = reader->opened ? 0 : open_archive(reader, err);
    if (status != 0) {
        return status;
    }
    struct archive_entry *entry = NULL;
    int result = archive_read_next_header(reader->archive, &entry);
    if (result == ARCHIVE_EOF) {
        *ret_more = false;
        return drain(reader, err);
    }
    if (!is_acceptable(reader, result)) {
        return fail(reader, err);
    }
    if (archive_entry_sparse_count(entry) > 0) {
        return hd_fail(err, HD_E_INVALID, "tar: sparse files are not supported");
    }
    hd_tar_type type = type_of(entry);
    status = copy_names(reader, entry, type, err);
    if (status != 0) {
        return status;
    }
    int64_t size = type == HD_TAR_FILE ? archive_entry_size(entry) : 0;
    *ret_entry = (hd_tar_entry){.path = reader->path,
                                .target = reader->target,
                                .type = type,
                                .mode = archive_entry_perm(entry) & 07777,
                                .uid = clamp_id(archive_entry_uid(entry)),
                                .gid = clamp_id(archive_entry_gid(entry)),
                                .mtime = archive_entry_mtime(entry),
                                .size = size < 0 ? 0 : (uint64_t)size};
    *ret_more = true;
    return 0;
}

int hd_tar_reader_data(hd_tar_reader *reader, void *data, size_t size, size_t *ret_got,
                       hd_error *err)
{
    la_ssize_t got = archive_read_data(reader->archive, data, size);
    if (got < 0) {
        return fail(reader, err);
    }
    *ret_got = (size_t)got;
    return 0;
}
