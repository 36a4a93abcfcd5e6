/*
 * tar.h: tar archives in and out, on libarchive.
 *
 * Reading accepts ustar, GNU and pax (what libarchive calls tar), nothing else, from a source of
 * plain bytes. Names come as the bytes in the archive, whatever the locale. No check of what names
 * mean is made here.
 *
 * Writing gives the same bytes for the same entries anywhere: pax headers only where ustar does not
 * suffice (long or non-ASCII names, large numbers), no user or group names, no access or change
 * times, padding to 10240 bytes.
 */
#ifndef HD_IO_TAR_H
#define HD_IO_TAR_H

#include "hd/io/stream.h"

#include <sys/types.h>

typedef enum hd_tar_type {
    HD_TAR_FILE,
    HD_TAR_DIR,
    HD_TAR_SYMLINK,
    HD_TAR_HARDLINK,
    HD_TAR_OTHER, /* devices, fifos, sockets: read only */
} hd_tar_type;

typedef struct hd_tar_entry {
    const char *path;   /* as in the archive, directories without trailing '/'; valid until the next
                           entry is read */
    const char *target; /* of symbolic and hard links, else NULL */
    hd_tar_type type;
    mode_t mode; /* permission bits with set-id and sticky: 07777 */
    uint32_t uid;
    uint32_t gid;
    int64_t mtime;
    uint64_t size; /* bytes of content; 0 for all but files */
} hd_tar_entry;

typedef struct hd_tar_reader hd_tar_reader;

hd_tar_reader *hd_tar_reader_new_take(hd_source *source);
/* *ret_more is false at the end. HD_E_INVALID for damaged archives and for embedded NUL in names.
 */
int hd_tar_reader_next(hd_tar_reader *reader, hd_tar_entry *ret_entry, bool *ret_more,
                       hd_error *err) HD_CHECKED;
/* Content of the present entry; *ret_got is 0 at its end. */
int hd_tar_reader_data(hd_tar_reader *reader, void *data, size_t size, size_t *ret_got,
                       hd_error *err) HD_CHECKED;
void hd_tar_reader_free(hd_tar_reader *reader);
HD_DEFINE_AUTO(hd_tar_reader)

typedef struct hd_tar_writer hd_tar_writer;

/* The sink is borrowed and is not finished by the writer. */
hd_tar_writer *hd_tar_writer_new(hd_sink *sink);
int hd_tar_writer_entry(hd_tar_writer *writer, const hd_tar_entry *entry, hd_error *err) HD_CHECKED;
int hd_tar_writer_data(hd_tar_writer *writer, const void *data, size_t length,
                       hd_error *err) HD_CHECKED;
/* End-of-archive blocks and padding. HD_E_INTERNAL when a file got less content than its entry
 * announced. */
int hd_tar_writer_finish(hd_tar_writer *writer, hd_error *err) HD_CHECKED;
void hd_tar_writer_free(hd_tar_writer *writer);
HD_DEFINE_AUTO(hd_tar_writer)

#endif
