/* An installed package as a sequence of entries: everything below one directory, depth first, the
 * names of each directory sorted, no link followed. */
#include "contents-internal.h"

#include "hd/base/mem.h"
#include "hd/base/vec.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 256 };

/* One directory on the way down: its entries' names, sorted, and how far we are. */
typedef struct level {
    int fd;
    size_t path_length; /* of the path up to and without this level's names */
    HD_VEC(char *) names;
    size_t next;
} level;

struct hd_tree {
    HD_VEC(level) levels;
    hd_buf path;   /* "<prefix>/a/b" of the present entry */
    hd_buf target; /* of a symbolic link */
    int file;      /* the present file, or -1 */
    uint64_t left; /* bytes of it that were announced and not read */
    bool started;
};

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(level *into, const char *shown, hd_error *err)
{
    int copy = openat(into->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    if (dir == NULL) {
        int saved = errno;
        if (copy >= 0) {
            (void)close(copy);
        }
        return hd_fail_errno(err, saved, "%s", shown);
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (!hd_streq(entry->d_name, ".") && !hd_streq(entry->d_name, "..")) {
            hd_vec_push(&into->names, hd_strdup(entry->d_name));
        }
    }
    (void)closedir(dir);
    if (into->names.count > 0) {
        qsort(into->names.items, into->names.count, sizeof(char *), by_bytes);
    }
    return 0;
}

static void drop_level(hd_tree *self)
{
    level *last = &self->levels.items[--self->levels.count];
    for (size_t i = 0; i < last->names.count; i++) {
        free(last->names.items[i]);
    }
    hd_vec_done(&last->names);
    (void)close(last->fd);
}

/* Takes fd. */
static int enter(hd_tree *self, int fd, hd_error *err)
{
    level fresh = {.fd = fd, .path_length = self->path.length};
    hd_vec_push(&self->levels, fresh);
    if (self->levels.count > DEPTH_MAX) {
        return hd_fail(err, HD_E_LIMIT, "%s: nested more than %d deep", self->path.data, DEPTH_MAX);
    }
    return read_names(&self->levels.items[self->levels.count - 1], self->path.data, err);
}

int hd_tree_open(const char *directory, const char *prefix, hd_tree **ret_tree, hd_error *err)
{
    hd_auto_close int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return hd_fail_errno(err, errno, "%s", directory);
    }
    hd_tree *tree = hd_alloc(sizeof(*tree));
    tree->path = HD_BUF_INIT(64 * HD_KIB);
    tree->target = HD_BUF_INIT(64 * HD_KIB);
    tree->file = -1;
    hd_buf_puts(&tree->path, prefix);
    int status = enter(tree, hd_take_fd(&fd), err);
    if (status != 0) {
        hd_tree_free(tree);
        return status;
    }
    *ret_tree = tree;
    return 0;
}

void hd_tree_free(hd_tree *tree)
{
    if (tree == NULL) {
        return;
    }
    while (tree->levels.count > 0) {
        drop_level(tree);
    }
    hd_vec_done(&tree->levels);
    hd_buf_done(&tree->path);
    hd_buf_done(&tree->target);
    if (tree->file >= 0) {
        (void)close(tree->file);
    }
    free(tree);
}

static hd_tar_type type_of(mode_t mode)
{
    return S_ISREG(mode)   ? HD_TAR_FILE
           : S_ISDIR(mode) ? HD_TAR_DIR
           : S_ISLNK(mode) ? HD_TAR_SYMLINK
                           : HD_TAR_OTHER;
}

static int read_target(hd_tree *self, int parent, const char *name, off_t size, hd_error *err)
{
    char target[4096];
    ssize_t length = readlinkat(parent, name, target, sizeof(target));
    if (length < 0) {
        return hd_fail_errno(err, errno, "%s", self->path.data);
    }
    if ((size_t)length == sizeof(target) || (size > 0 && length != size)) {
        return hd_fail(err, HD_E_INVALID, "%s: a link that is too long or changed",
                       self->path.data);
    }
    hd_buf_truncate(&self->target, 0);
    hd_buf_append(&self->target, target, (size_t)length);
    return 0;
}

/* Opens what stands there without following a link, and checks that it is still what stat saw. */
static int open_same(hd_tree *self, int parent, const char *name, const struct stat *seen,
                     int *ret_fd, hd_error *err)
{
    struct stat now;
    hd_auto_close int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &now) != 0) {
        return hd_fail_errno(err, errno, "%s", self->path.data);
    }
    if (now.st_ino != seen->st_ino || now.st_dev != seen->st_dev || now.st_size != seen->st_size) {
        return hd_fail(err, HD_E_CONFLICT, "%s: changed while it was read", self->path.data);
    }
    *ret_fd = hd_take_fd(&fd);
    return 0;
}

static int describe(hd_tree *self, int parent, const char *name, hd_tar_entry *entry, hd_error *err)
{
    struct stat info;
    if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return hd_fail_errno(err, errno, "%s", self->path.data);
    }
    *entry = (hd_tar_entry){.path = self->path.data,
                            .type = type_of(info.st_mode),
                            .mode = info.st_mode & 07777,
                            .uid = info.st_uid,
                            .gid = info.st_gid,
                            .mtime = info.st_mtim.tv_sec};
    int status = 0;
    int directory = -1;
    switch (entry->type) {
    case HD_TAR_FILE:
        entry->size = (uint64_t)info.st_size;
        self->left = entry->size;
        return open_same(self, parent, name, &info, &self->file, err);
    case HD_TAR_DIR:
        status = open_same(self, parent, name, &info, &directory, err);
        return status == 0 ? enter(self, directory, err) : status;
    case HD_TAR_SYMLINK:
        status = read_target(self, parent, name, info.st_size, err);
        entry->target = self->target.data;
        return status;
    case HD_TAR_HARDLINK:
    case HD_TAR_OTHER:
        break;
    }
    return 0;
}

int hd_tree_next(hd_tree *tree, hd_tar_entry *ret_entry, bool *ret_more, hd_error *err)
{
    if (tree->file >= 0) {
        (void)close(hd_take_fd(&tree->file));
    }
    *ret_more = true;
    if (!tree->started) { /* the package's own directory comes first */
        tree->started = true;
        struct stat info;
        if (fstat(tree->levels.items[0].fd, &info) != 0) {
            return hd_fail_errno(err, errno, "%s", tree->path.data);
        }
        *ret_entry = (hd_tar_entry){.path = tree->path.data,
                                    .type = HD_TAR_DIR,
                                    .mode = info.st_mode & 07777,
                                    .mtime = info.st_mtim.tv_sec};
        return 0;
    }
    while (tree->levels.count > 0) {
        level *last = &tree->levels.items[tree->levels.count - 1];
        if (last->next == last->names.count) {
            drop_level(tree);
            continue;
        }
        const char *name = last->names.items[last->next++];
        hd_buf_truncate(&tree->path, last->path_length);
        hd_buf_printf(&tree->path, "/%s", name);
        int status = hd_buf_check(&tree->path, "path", err);
        return status == 0 ? describe(tree, last->fd, name, ret_entry, err) : status;
    }
    *ret_more = false;
    return 0;
}

/* Exactly as much as was announced: whoever writes the entry elsewhere has given that size already.
 * One byte more is asked for, to see that nothing follows. */
int hd_tree_data(hd_tree *tree, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    char extra = '\0';
    bool at_end = tree->left == 0;
    size_t wanted = tree->left < size ? (size_t)tree->left : size;
    ssize_t got = 0;
    do {
        got = tree->file < 0 ? 0 : read(tree->file, at_end ? &extra : data, at_end ? 1 : wanted);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return hd_fail_errno(err, errno, "%s", tree->path.data);
    }
    if (tree->file >= 0 && at_end != (got == 0)) {
        return hd_fail(err, HD_E_CONFLICT, "%s: changed while it was read", tree->path.data);
    }
    tree->left -= at_end ? 0 : (uint64_t)got;
    *ret_got = at_end ? 0 : (size_t)got;
    return 0;
}
