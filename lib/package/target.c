#include "hd/package/target.h"

#include "hd/base/cleanup.h"

/* Longer names come before the names that begin them. */
static const hd_target targets[] = {
    {"x86_64-linux-kernel2", "amd64", "linux"}, {"x86_64-linux", "amd64", "linux"},
    {"x86_64-windows", "amd64", "windows"},     {"x86_64-darwin", "amd64", "darwin"},
    {"aarch64-linux", "arm64", "linux"},        {"aarch64-darwin", "arm64", "darwin"},
    {"aarch64-windows", "arm64", "windows"},
};

#if defined(__aarch64__)
static const char host_name[] = "aarch64-linux";
#else
static const char host_name[] = "x86_64-linux";
#endif

int hd_target_find(hd_str name, const hd_target **ret_target, hd_error *err)
{
    for (size_t i = 0; i < HD_COUNT(targets); i++) {
        if (hd_str_is(name, targets[i].name)) {
            *ret_target = &targets[i];
            return 0;
        }
    }
    return hd_fail(err, HD_E_INVALID,
                   "unknown package target \"%.*s\" (known: x86_64 and aarch64 with -linux, "
                   "-windows or -darwin, and x86_64-linux-kernel2)",
                   (int)(name.length < 100 ? name.length : 100), name.data);
}

const hd_target *hd_target_host(void)
{
    for (size_t i = 0; i < HD_COUNT(targets); i++) {
        if (hd_streq(targets[i].name, host_name)) {
            return &targets[i];
        }
    }
    return NULL;
}

const hd_target *hd_target_of_file(const char *file_name)
{
    hd_str stem = hd_str_of(file_name);
    if (!hd_str_ends(stem, ".hart")) {
        return NULL;
    }
    stem.length -= strlen(".hart");
    for (size_t i = 0; i < HD_COUNT(targets); i++) {
        size_t length = strlen(targets[i].name);
        if (hd_str_ends(stem, targets[i].name) && stem.length > length &&
            stem.data[stem.length - length - 1] == '-') {
            return &targets[i];
        }
    }
    return NULL;
}
