#include "hd/base/cancel.h"
#include "hd/base/file.h"
#include "hd/base/mem.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>

struct hd_tempfile {
    int fd;
    int cancel_slot;
    char *path;
    char *target;
};

struct hd_tempdir {
    char *path;
    char *target;
};

/* "dir/.name.<random>.tmp" beside the target. */
static char *temporary_name(const char *target)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random)) {
        random = (uint32_t)getpid();
    }
    const char *base = hd_path_base(target);
    return hd_printf("%.*s.%.200s.%08x.tmp", (int)(base - target), target, base, random);
}

static int sync_parent(const char *path, hd_error *err)
{
    const char *base = hd_path_base(path);
    hd_auto_free char *parent = base == path ? hd_strdup(".")
                                             : hd_strndup(path, (size_t)(base - path));
    hd_auto_close int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems refuse fsync on directories (EINVAL): they have nothing to flush there. */
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL && errno != EROFS)) {
        return hd_fail_errno(err, errno, "%s", parent);
    }
    return 0;
}

int hd_tempfile_open(const char *target, mode_t mode, hd_tempfile **ret_file, hd_error *err)
{
    for (int attempt = 0;; attempt++) {
        hd_auto_free char *path = temporary_name(target);
        hd_auto_close int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0777);
        if (fd < 0 && errno == EEXIST && attempt < 16) {
            continue;
        }
        if (fd < 0) {
            return hd_fail_errno(err, errno, "creating %s", target);
        }
        hd_tempfile *file = hd_alloc(sizeof(*file));
        *file = (hd_tempfile){.fd = hd_take_fd(&fd),
                              .cancel_slot = hd_cancel_register_path(path),
                              .path = HD_TAKE(path),
                              .target = hd_strdup(target)};
        *ret_file = file;
        return 0;
    }
}

int hd_tempfile_fd(const hd_tempfile *file)
{
    return file->fd;
}

static void forget_path(hd_tempfile *file)
{
    hd_cancel_forget_path(file->cancel_slot);
    file->cancel_slot = -1;
    free(HD_TAKE(file->path));
}

int hd_tempfile_commit(hd_tempfile *file, hd_error *err)
{
    return hd_tempfile_commit_as(file, file->target, err);
}

int hd_tempfile_commit_as(hd_tempfile *file, const char *target, hd_error *err)
{
    if (fsync(file->fd) != 0) {
        return hd_fail_errno(err, errno, "writing %s", target);
    }
    if (rename(file->path, target) != 0) {
        return hd_fail_errno(err, errno, "writing %s", target);
    }
    forget_path(file);
    return sync_parent(target, err);
}

void hd_tempfile_free(hd_tempfile *file)
{
    if (file == NULL) {
        return;
    }
    int saved = errno;
    (void)close(file->fd);
    if (file->path != NULL) {
        (void)unlink(file->path);
        forget_path(file);
    }
    free(file->target);
    free(file);
    errno = saved;
}

int hd_tempdir_open(const char *target, hd_tempdir **ret_dir, hd_error *err)
{
    for (int attempt = 0;; attempt++) {
        hd_auto_free char *path = temporary_name(target);
        if (mkdir(path, 0777) != 0) {
            if (errno == EEXIST && attempt < 16) {
                continue;
            }
            return hd_fail_errno(err, errno, "creating %s", target);
        }
        hd_tempdir *dir = hd_alloc(sizeof(*dir));
        *dir = (hd_tempdir){.path = HD_TAKE(path), .target = hd_strdup(target)};
        *ret_dir = dir;
        return 0;
    }
}

const char *hd_tempdir_path(const hd_tempdir *dir)
{
    return dir->path;
}

/* Swaps an existing target with the new directory in one step; the old one is then under the
 * temporary name. */
static int exchange(const char *path, const char *target)
{
    return (int)syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, target, RENAME_EXCHANGE);
}

int hd_tempdir_commit(hd_tempdir *dir, hd_error *err)
{
    if (rename(dir->path, dir->target) == 0) {
        free(HD_TAKE(dir->path));
        return sync_parent(dir->target, err);
    }
    if ((errno != ENOTEMPTY && errno != EEXIST) || exchange(dir->path, dir->target) != 0) {
        return hd_fail_errno(err, errno, "writing %s", dir->target);
    }
    int status = sync_parent(dir->target, err);
    return status == 0 ? hd_remove_tree(dir->path, err) : status;
}

void hd_tempdir_free(hd_tempdir *dir)
{
    if (dir == NULL) {
        return;
    }
    if (dir->path != NULL) {
        hd_error ignored = {0};
        (void)!hd_remove_tree(dir->path, &ignored);
    }
    free(dir->path);
    free(dir->target);
    free(dir);
}
