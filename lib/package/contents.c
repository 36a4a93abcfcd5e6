/* The entries of either kind of package, each passed by the rules before anybody sees it. */
#include "hd/package/contents.h"

#include "contents-internal.h"

#include "hd/base/cancel.h"
#include "hd/base/mem.h"

static int next_raw(hd_contents *self, hd_tar_entry *ret_entry, bool *ret_more, hd_error *err)
{
    int status = hd_cancel_check(err);
    if (status != 0) {
        return status;
    }
    return self->tree != NULL ? hd_tree_next(self->tree, ret_entry, ret_more, err)
                              : hd_tar_reader_next(self->reader, ret_entry, ret_more, err);
}

/* The next entry that belongs to the package, checked; directories above it are passed over. */
static int next_checked(hd_contents *self, hd_tar_entry *ret_entry, bool *ret_more, hd_error *err)
{
    bool belongs = false;
    while (!belongs) {
        int status = next_raw(self, ret_entry, ret_more, err);
        if (status != 0 || !*ret_more) {
            return status;
        }
        status = hd_contents_check(self, ret_entry, &belongs, err);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

int hd_contents_next(hd_contents *contents, hd_tar_entry *ret_entry, bool *ret_more, hd_error *err)
{
    hd_tar_entry entry = {0};
    bool more = false;
    int status = next_checked(contents, &entry, &more, err);
    if (status != 0) {
        return hd_wrap(err, "%s", contents->shown);
    }
    *ret_entry = entry;
    *ret_more = more;
    return 0;
}

int hd_contents_data(hd_contents *contents, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    int status = contents->tree != NULL
                     ? hd_tree_data(contents->tree, data, size, ret_got, err)
                     : hd_tar_reader_data(contents->reader, data, size, ret_got, err);
    return status == 0 ? 0 : hd_wrap(err, "%s", contents->shown);
}

void hd_contents_free(hd_contents *contents)
{
    if (contents == NULL) {
        return;
    }
    hd_tar_reader_free(contents->reader);
    hd_tree_free(contents->tree);
    hd_hart_free(contents->hart);
    hd_strmap_free(contents->seen);
    hd_strmap_free(contents->implied);
    free(contents->prefix);
    free(contents->shown);
    free(contents);
}

static hd_contents *new_contents(const hd_package_limits *limits, const char *shown)
{
    hd_contents *contents = hd_alloc(sizeof(*contents));
    contents->limits = limits;
    contents->seen = hd_strmap_new();
    contents->implied = hd_strmap_new();
    contents->decodable = HD_DECODABLE_SLACK;
    contents->shown = hd_strdup(shown);
    return contents;
}

int hd_contents_open_hart_take(hd_hart *hart, const hd_package_limits *limits,
                               hd_contents **ret_contents, hd_error *err)
{
    hd_auto(hd_contents) *contents = new_contents(limits, hd_hart_path(hart));
    hd_source *tar = NULL;
    contents->hart = hart;
    int status = hd_hart_payload(hart, &limits->xz, &tar, err);
    if (status == 0) {
        contents->reader = hd_tar_reader_new_take(hd_source_meter_take(tar, &contents->decodable));
        *ret_contents = HD_TAKE(contents);
    }
    return status;
}

int hd_contents_open_tree(const char *directory, const char *prefix,
                          const hd_package_limits *limits, hd_contents **ret_contents,
                          hd_error *err)
{
    hd_auto(hd_contents) *contents = new_contents(limits, directory);
    contents->prefix = hd_strdup(prefix);
    int status = hd_tree_open(directory, prefix, &contents->tree, err);
    if (status == 0) {
        *ret_contents = HD_TAKE(contents);
    }
    return status;
}

const char *hd_contents_prefix(const hd_contents *contents)
{
    return contents->prefix;
}

int hd_contents_open(const hd_package *package, const hd_package_access *access,
                     hd_contents **ret_contents, hd_error *err)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    if (package->directory != NULL) {
        return hd_contents_open_tree(package->directory, hd_package_prefix(arena, package) + 1,
                                     access->limits, ret_contents, err);
    }
    hd_auto(hd_hart) *hart = NULL;
    int status = hd_hart_open(package->file, &hart, err);
    if (status == 0) {
        status = hd_hart_verify(hart, access->key_cache, err);
    }
    if (status == 0 && !hd_streq(hd_hart_checksum(hart), package->checksum)) {
        status = hd_fail(err, HD_E_INTEGRITY, "%s: was exchanged for another file meanwhile",
                         package->file);
    }
    return status == 0
               ? hd_contents_open_hart_take(HD_TAKE(hart), access->limits, ret_contents, err)
               : status;
}
