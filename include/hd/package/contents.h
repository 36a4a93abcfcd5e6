/*
 * contents.h: the files of a package one after the other, in the same form for a .hart and for an
 * installed directory.
 *
 *     hd_auto(hd_contents) *contents = NULL;
 *     if (hd_contents_open(package, access, &contents, err) != 0) ...
 *     for (bool more = true; (status = hd_contents_next(contents, &entry, &more, err)) == 0 &&
 * more;) ...
 *
 * Paths are relative ("hab/pkgs/o/n/v/r/bin/x"), checked and unique: nothing outside the package's
 * directory, no "..", no part that begins with ".wh.", no entry below a symbolic link nor a link in
 * the place of a directory whose entries came before it, hard links only to an earlier regular file
 * of the same package. Parent directories above the package are not reported even when the archive
 * has them; parents inside it may be missing. Devices, fifos and sockets are refused.
 *
 * Limits apply (HD_E_LIMIT), to what is announced before anything is read: an archive that decodes
 * to more than its entries account for is refused as well. Order: as in the archive; for a
 * directory depth first, the names in each bytewise. Owners are as found: callers normalise. The
 * content of an entry is as long as its size says: an installed file that changes while it is read
 * is HD_E_CONFLICT.
 *
 * Reading a .hart to its end proves the payload hash again (hart.h); a reader that stops early has
 * proven nothing.
 */
#ifndef HD_PACKAGE_CONTENTS_H
#define HD_PACKAGE_CONTENTS_H

#include "hd/package/package.h"

typedef struct hd_contents hd_contents;

/* Verifies the signature of a .hart again. */
int hd_contents_open(const hd_package *package, const hd_package_access *access,
                     hd_contents **ret_contents, hd_error *err) HD_CHECKED;
int hd_contents_next(hd_contents *contents, hd_tar_entry *ret_entry, bool *ret_more,
                     hd_error *err) HD_CHECKED;
int hd_contents_data(hd_contents *contents, void *data, size_t size, size_t *ret_got,
                     hd_error *err) HD_CHECKED;
void hd_contents_free(hd_contents *contents);
HD_DEFINE_AUTO(hd_contents)

#endif
