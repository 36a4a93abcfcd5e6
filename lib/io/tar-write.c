#include "hd/base/mem.h"
#include "hd/io/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <locale.h>

struct hd_tar_writer {
    hd_sink *sink;
    struct archive *archive;
    struct archive_entry *entry;
    uint64_t wanted; /* bytes that the present entry still needs */
    locale_t plain;  /* "C" */
    bool given_up;   /* nothing may reach the sink any more */
    hd_error sink_error;
};

static la_ssize_t write_block(struct archive *archive, void *data, const void *block, size_t length)
{
    hd_tar_writer *self = data;
    if (!self->given_up && hd_sink_write(self->sink, block, length, &self->sink_error) != 0) {
        archive_set_error(archive, EIO, "sink");
        return -1;
    }
    return (la_ssize_t)length;
}

static int fail(hd_tar_writer *self, hd_error *err)
{
    if (self->sink_error.category != 0) {
        *err = self->sink_error;
        return -hd_exit_status(err);
    }
    const char *reason = archive_error_string(self->archive);
    return hd_fail(err, HD_E_INTERNAL, "tar: %s", reason == NULL ? "cannot write" : reason);
}

hd_tar_writer *hd_tar_writer_new(hd_sink *sink)
{
    hd_tar_writer *writer = hd_alloc(sizeof(*writer));
    writer->sink = sink;
    writer->archive = archive_write_new();
    writer->entry = archive_entry_new();
    assert(writer->archive != NULL && writer->entry != NULL); /* only fail without memory */
    /* The character set of the machine may have no say in names. Not "hdrcharset=BINARY": that puts
     * a pax header in front of every entry, where it is needed for names outside ASCII only. */
    writer->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    assert(writer->plain != (locale_t)0); /* always there */
    int ready = archive_write_set_format_pax_restricted(writer->archive);
    if (ready == ARCHIVE_OK) {
        ready = archive_write_set_options(writer->archive, "xattrheader=SCHILY");
    }
    (void)archive_write_set_bytes_per_block(writer->archive, 10240);
    (void)archive_write_set_bytes_in_last_block(writer->archive, 10240);
    if (ready == ARCHIVE_OK) {
        ready = archive_write_open(writer->archive, writer, NULL, write_block, NULL);
    }
    assert(ready == ARCHIVE_OK); /* options are fixed, and opening writes nothing */
    (void)ready;
    return writer;
}

void hd_tar_writer_free(hd_tar_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    /* An unfinished archive must not be flushed into the sink: the caller gave up on it. */
    writer->given_up = true;
    (void)archive_write_free(writer->archive);
    archive_entry_free(writer->entry);
    freelocale(writer->plain);
    free(writer);
}

static int check_complete(const hd_tar_writer *self, hd_error *err)
{
    if (self->wanted > 0) {
        return hd_fail(err, HD_E_INTERNAL, "tar: %s is shorter than announced",
                       archive_entry_pathname(self->entry));
    }
    return 0;
}

static void describe(struct archive_entry *out, const hd_tar_entry *entry)
{
    static const unsigned types[] = {[HD_TAR_FILE] = AE_IFREG,
                                     [HD_TAR_DIR] = AE_IFDIR,
                                     [HD_TAR_SYMLINK] = AE_IFLNK,
                                     [HD_TAR_HARDLINK] = AE_IFREG};
    (void)archive_entry_clear(out);
    archive_entry_set_pathname(out, entry->path);
    archive_entry_set_filetype(out, types[entry->type]);
    archive_entry_set_perm(out, entry->mode & 07777);
    archive_entry_set_uid(out, entry->uid);
    archive_entry_set_gid(out, entry->gid);
    archive_entry_set_mtime(out, entry->mtime, 0);
    archive_entry_set_size(out, entry->type == HD_TAR_FILE ? (la_int64_t)entry->size : 0);
    if (entry->type == HD_TAR_SYMLINK) {
        archive_entry_set_symlink(out, entry->target);
    } else if (entry->type == HD_TAR_HARDLINK) {
        archive_entry_set_hardlink(out, entry->target);
    }
}

/* Names outside ASCII are written as they are and marked as such, of which libarchive warns. */
static bool write_header(hd_tar_writer *self)
{
    locale_t before = uselocale(self->plain);
    int status = archive_write_header(self->archive, self->entry);
    (void)uselocale(before);
    return status == ARCHIVE_OK || status == ARCHIVE_WARN;
}

int hd_tar_writer_entry(hd_tar_writer *writer, const hd_tar_entry *entry, hd_error *err)
{
    assert(entry->type != HD_TAR_OTHER);
    int status = check_complete(writer, err);
    if (status != 0) {
        return status;
    }
    describe(writer->entry, entry);
    if (!write_header(writer)) {
        return fail(writer, err);
    }
    writer->wanted = entry->type == HD_TAR_FILE ? entry->size : 0;
    return 0;
}

int hd_tar_writer_data(hd_tar_writer *writer, const void *data, size_t length, hd_error *err)
{
    if (length > writer->wanted) {
        return hd_fail(err, HD_E_INTERNAL, "tar: %s is longer than announced",
                       archive_entry_pathname(writer->entry));
    }
    if (length > 0 && archive_write_data(writer->archive, data, length) != (la_ssize_t)length) {
        return fail(writer, err);
    }
    writer->wanted -= length;
    return 0;
}

int hd_tar_writer_finish(hd_tar_writer *writer, hd_error *err)
{
    int status = check_complete(writer, err);
    if (status == 0 && archive_write_close(writer->archive) != ARCHIVE_OK) {
        status = fail(writer, err);
    }
    return status;
}
