#include "hd/base/file.h"

#include "hd/base/buf.h"
#include "hd/base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static int read_descriptor(int fd, const char *path, hd_buf *out, hd_error *err)
{
    char chunk[16 * 1024];
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return hd_fail_errno(err, errno, "%s", path);
        }
        if (got == 0) {
            return 0;
        }
        hd_buf_append(out, chunk, (size_t)got);
        if (hd_buf_check(out, path, err) != 0) {
            return -HD_E_LIMIT;
        }
    }
}

static int open_regular(const char *path, int *ret_fd, hd_error *err)
{
    /* O_NONBLOCK: a FIFO put in a file's place must not hang us; it is refused below. */
    hd_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        return hd_fail_errno(err, errno, "%s", path);
    }
    if (!S_ISREG(info.st_mode)) {
        return hd_fail(err, HD_E_INVALID, "%s: not a regular file", path);
    }
    *ret_fd = hd_take_fd(&fd);
    return 0;
}

int hd_file_read(const char *path, size_t max, char **ret_data, size_t *ret_length, hd_error *err)
{
    hd_auto_close int opened = -1;
    bool from_stdin = hd_streq(path, "-");
    int status = from_stdin ? 0 : open_regular(path, &opened, err);
    if (status != 0) {
        return status;
    }
    hd_auto_done(hd_buf) data = HD_BUF_INIT(max);
    status = read_descriptor(from_stdin ? STDIN_FILENO : opened, path, &data, err);
    if (status != 0) {
        return status;
    }
    if (ret_length != NULL) {
        *ret_length = data.length;
    }
    *ret_data = hd_buf_steal(&data);
    return 0;
}

int hd_write_all(int fd, const void *data, size_t length, const char *name, hd_error *err)
{
    const char *bytes = data;
    while (length > 0) {
        ssize_t put = write(fd, bytes, length);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return hd_fail_errno(err, errno, "writing %s", name);
        }
        bytes += put;
        length -= (size_t)put;
    }
    return 0;
}

int hd_file_write(const char *path, hd_str data, mode_t mode, hd_error *err)
{
    hd_auto(hd_tempfile) *file = NULL;
    int status = hd_tempfile_open(path, mode, &file, err);
    if (status == 0) {
        status = hd_write_all(hd_tempfile_fd(file), data.data, data.length, path, err);
    }
    return status == 0 ? hd_tempfile_commit(file, err) : status;
}

int hd_make_dirs(const char *path, hd_error *err)
{
    hd_auto_free char *partial = hd_strdup(path);
    for (char *at = partial + 1;; at++) {
        if (*at != '/' && *at != '\0') {
            continue;
        }
        char kept = *at;
        *at = '\0';
        if (mkdir(partial, 0777) != 0 && errno != EEXIST) {
            return hd_fail_errno(err, errno, "creating directory %s", partial);
        }
        if (kept == '\0') {
            break;
        }
        *at = kept;
    }
    return hd_is_dir(path) ? 0
                           : hd_fail(err, HD_E_CONFLICT, "%s: exists and is not a directory", path);
}

static int remove_at(int parent, const char *name, const char *shown, int depth, hd_error *err);

static int remove_entries(int dir_fd, const char *shown, int depth, hd_error *err)
{
    DIR *dir = fdopendir(dir_fd);
    if (dir == NULL) {
        (void)close(dir_fd);
        return hd_fail_errno(err, errno, "removing %s", shown);
    }
    int status = 0;
    for (struct dirent *entry; status == 0 && (entry = readdir(dir)) != NULL;) {
        if (!hd_streq(entry->d_name, ".") && !hd_streq(entry->d_name, "..")) {
            status = remove_at(dirfd(dir), entry->d_name, shown, depth, err);
        }
    }
    (void)closedir(dir);
    return status;
}

static int remove_at(int parent, const char *name, const char *shown, int depth, hd_error *err)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) {
        return 0;
    }
    if (errno != EISDIR && errno != EPERM) {
        return hd_fail_errno(err, errno, "removing %s in %s", name, shown);
    }
    int dir_fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir_fd < 0) {
        return hd_fail_errno(err, errno, "removing %s in %s", name, shown);
    }
    if (depth > 256) {
        (void)close(dir_fd);
        return hd_fail(err, HD_E_LIMIT, "removing %s: nested too deeply", shown);
    }
    int status = remove_entries(dir_fd, shown, depth + 1, err);
    if (status == 0 && unlinkat(parent, name, AT_REMOVEDIR) != 0) {
        status = hd_fail_errno(err, errno, "removing %s in %s", name, shown);
    }
    return status;
}

int hd_remove_tree(const char *path, hd_error *err)
{
    return remove_at(AT_FDCWD, path, path, 0, err);
}

bool hd_is_dir(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool hd_is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool hd_path_is_safe(hd_str path)
{
    if (path.length == 0 || path.data[path.length - 1] == '/' ||
        memchr(path.data, 0, path.length)) {
        return false;
    }
    for (hd_str part; hd_str_split(&path, '/', &part);) {
        if (part.length == 0 || hd_str_is(part, ".") || hd_str_is(part, "..")) {
            return false;
        }
    }
    return true;
}

const char *hd_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}
