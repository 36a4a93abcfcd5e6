/*
 * file.h: whole files in and out, without leaving halves behind.
 *
 *     hd_auto(hd_tempfile) *out = NULL;
 *     if (hd_tempfile_open("results/web.tar", 0644, &out, err) != 0) return ...;
 *     write to hd_tempfile_fd(out) ...
 *     return hd_tempfile_commit(out, err);      // fsync, rename over the name, fsync the directory
 *
 * A tempfile lives beside its target under ".<name>.<random>.tmp" and is removed by
 * hd_tempfile_free unless it was committed; it is removed as well when the process is interrupted
 * (cancel.h). What was there before stays until the rename. hd_tempdir does the same for a
 * directory.
 *
 * Limits: reading takes the most bytes the caller accepts. Paths are used as given; nothing here
 * protects against hostile paths, callers check names that come from packages (hd_path_is_safe).
 */
#ifndef HD_BASE_FILE_H
#define HD_BASE_FILE_H

#include "hd/base/cleanup.h"
#include "hd/base/error.h"
#include "hd/base/str.h"

#include <stdint.h>
#include <sys/types.h>

/* The whole file, NUL-terminated, to be released with free(). HD_E_LIMIT above max bytes; only
 * regular files (and what stdin is, for "-") are read. ret_length may be NULL. */
int hd_file_read(const char *path, size_t max, char **ret_data, size_t *ret_length,
                 hd_error *err) HD_CHECKED;

/* Replaces path as a whole: either the old or the new content is there, never a part. */
int hd_file_write(const char *path, hd_str data, mode_t mode, hd_error *err) HD_CHECKED;

/* Creates the directory and its parents (0777 less umask). An existing one is fine. */
int hd_make_dirs(const char *path, hd_error *err) HD_CHECKED;

/* Removes a file or a tree without following links; missing is fine. */
int hd_remove_tree(const char *path, hd_error *err) HD_CHECKED;

bool hd_is_dir(const char *path);
bool hd_is_file(const char *path);

/* All of length bytes, through EINTR and short writes. */
int hd_write_all(int fd, const void *data, size_t length, const char *name,
                 hd_error *err) HD_CHECKED;

/* A relative name without empty, "." or ".." components and without NUL: what may be put under a
 * directory. */
bool hd_path_is_safe(hd_str path);
/* The part after the last '/'. */
const char *hd_path_base(const char *path);

typedef struct hd_tempfile hd_tempfile;

int hd_tempfile_open(const char *target, mode_t mode, hd_tempfile **ret_file,
                     hd_error *err) HD_CHECKED;
int hd_tempfile_fd(const hd_tempfile *file);
/* Renames onto the target after fsync. The tempfile may only be freed afterwards. */
int hd_tempfile_commit(hd_tempfile *file, hd_error *err) HD_CHECKED;
/* As commit, under another name in the same directory: for names that are known only at the end
 * (digests). */
int hd_tempfile_commit_as(hd_tempfile *file, const char *target, hd_error *err) HD_CHECKED;
void hd_tempfile_free(hd_tempfile *file);
HD_DEFINE_AUTO(hd_tempfile)

typedef struct hd_tempdir hd_tempdir;

/* A new directory beside target. */
int hd_tempdir_open(const char *target, hd_tempdir **ret_dir, hd_error *err) HD_CHECKED;
const char *hd_tempdir_path(const hd_tempdir *dir);
/* Puts it in target's place; a directory that was there is exchanged atomically and then removed.
 */
int hd_tempdir_commit(hd_tempdir *dir, hd_error *err) HD_CHECKED;
void hd_tempdir_free(hd_tempdir *dir);
HD_DEFINE_AUTO(hd_tempdir)

#endif
