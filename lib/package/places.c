#include "store-internal.h"

#include "hd/base/file.h"
#include "hd/base/log.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RELEASE_DIGITS = 14, TARGET_FILE_MAX = 4096 };

/* A directory that is not there is as good as empty. One that may not be read is told once, and
 * again when nothing is found; anything else is a fault of the machine. */
static int trouble(hd_store *store, const char *path, int errnum, hd_error *err)
{
    if (errnum == ENOENT) {
        return 0;
    }
    if (errnum != EACCES && errnum != EPERM && errnum != ENOTDIR) {
        return hd_fail_errno(err, errnum, "reading %s", path);
    }
    if (!hd_strmap_has(store->unreadable, path)) {
        char *reason = hd_arena_strdup(store->arena, strerror(errnum));
        hd_strmap_put(store->unreadable, path, reason);
        hd_log(HD_LOG_WARNING, "%s: %s, packages there are not seen", path, reason);
    }
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a directory, sorted, without hidden ones (unfinished installations are hidden). */
static int read_names(hd_search *search, const char *path, hd_strings *ret_names, hd_error *err)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return trouble(search->store, path, errno, err);
    }
    hd_strings names = {0};
    struct dirent *entry;
    for (errno = 0; (entry = readdir(directory)) != NULL; errno = 0) {
        if (entry->d_name[0] != '.') {
            hd_vec_push_arena(search->arena, &names, hd_arena_strdup(search->arena, entry->d_name));
        }
    }
    int problem = errno;
    (void)closedir(directory);
    if (problem != 0) {
        return trouble(search->store, path, problem, err);
    }
    if (names.count > 1) {
        qsort(names.items, names.count, sizeof(names.items[0]), compare_names);
    }
    *ret_names = names;
    return 0;
}

/* Adds a candidate when version and release make a good identifier that satisfies the request. */
static void add(hd_search *search, const hd_place *place, hd_str version, hd_str release,
                const char *path)
{
    const hd_ident *request = search->request;
    const char *text = hd_arena_printf(search->arena, "%s/%s/%.*s/%.*s", request->origin,
                                       request->name, HD_STR_ARGS(version), HD_STR_ARGS(release));
    hd_candidate candidate = {.place = place, .path = path};
    hd_error ignored = {0};
    if (hd_ident_parse_full(search->arena, hd_str_of(text), &candidate.ident, &ignored) == 0 &&
        hd_ident_satisfies(&candidate.ident, request)) {
        hd_vec_push_arena(search->arena, &search->candidates, candidate);
    }
}

const char *hd_store_file_name(hd_arena *arena, const hd_ident *ident, const hd_target *target)
{
    return hd_arena_printf(arena, "%s-%s-%s-%s-%s.hart", ident->origin, ident->name, ident->version,
                           ident->release, target->name);
}

/* A whole identifier has one file name: no need to read the directory. */
static int list_exact(hd_search *search, const hd_place *place, const char *directory,
                      hd_error *err)
{
    const hd_ident *ident = search->request;
    const char *path = hd_arena_printf(
        search->arena, "%s/%s", directory,
        hd_store_file_name(search->arena, ident, search->store->target));
    struct stat about;
    if (stat(path, &about) != 0) {
        return errno == ENAMETOOLONG ? 0 : trouble(search->store, directory, errno, err);
    }
    if (S_ISREG(about.st_mode)) {
        add(search, place, hd_str_of(ident->version), hd_str_of(ident->release), path);
    }
    return 0;
}

/* Whatever stands between "<origin>-<name>-" and "-<release>-<target>.hart" is taken for the
 * version: the name alone does not tell "web", version "ui-1.0", from "web-ui", version "1.0". The
 * identifier inside decides, once the file is opened. */
static void add_file(hd_search *search, const hd_place *place, const char *directory,
                     const char *name)
{
    const hd_ident *request = search->request;
    const char *start = hd_arena_printf(search->arena, "%s-%s-", request->origin, request->name);
    const char *end = hd_arena_printf(search->arena, "-%s.hart", search->store->target->name);
    hd_str middle = hd_str_of(name);
    if (!hd_str_starts(middle, start) || !hd_str_ends(middle, end) ||
        middle.length < strlen(start) + strlen(end) + RELEASE_DIGITS + 2) {
        return;
    }
    middle = hd_str_from(middle, strlen(start));
    middle.length -= strlen(end);
    hd_str version = {middle.data, middle.length - RELEASE_DIGITS - 1};
    hd_str release = hd_str_from(middle, version.length + 1);
    const char *path = hd_arena_printf(search->arena, "%s/%s", directory, name);
    if (version.data[version.length] == '-' && hd_is_file(path)) {
        add(search, place, version, release, path);
    }
}

static int list_directory(hd_search *search, const hd_place *place, const char *directory,
                          hd_error *err)
{
    if (hd_ident_is_full(search->request)) {
        return list_exact(search, place, directory, err);
    }
    hd_strings names = {0};
    int status = read_names(search, directory, &names, err);
    for (size_t i = 0; i < names.count; i++) {
        add_file(search, place, directory, names.items[i]);
    }
    return status;
}

int hd_store_open_hart(hd_store *store, const char *path, const hd_package **ret_package,
                       hd_error *err)
{
    const hd_package *package = hd_strmap_get(store->opened, path);
    if (package == NULL) {
        hd_log(HD_LOG_PROGRESS, "reading %s", path);
        int status = hd_package_read_hart(store->arena, path, &store->access, &package, err);
        if (status != 0) {
            return status;
        }
        hd_strmap_put(store->opened, path, (void *)(uintptr_t)package);
    }
    *ret_package = package;
    return 0;
}

static int open_hart(hd_store *store, const hd_candidate *candidate, const hd_package **ret_package,
                     hd_error *err)
{
    return hd_store_open_hart(store, candidate->path, ret_package, err);
}

/* Files named explicitly. */

static void add_named(hd_search *search, const hd_place *place, const hd_package *package)
{
    hd_candidate candidate = {package->ident, place, package->file};
    hd_vec_push_arena(search->arena, &search->candidates, candidate);
}

static int list_named(hd_search *search, const hd_place *place, hd_error *err)
{
    (void)err;
    const hd_strmap *named = search->store->named;
    if (hd_ident_is_full(search->request)) {
        const hd_package *package = hd_strmap_get(named,
                                                  hd_ident_text(search->arena, search->request));
        if (package != NULL) {
            add_named(search, place, package);
        }
        return 0;
    }
    for (size_t i = 0; i < hd_strmap_count(named); i++) {
        const hd_package *package = hd_strmap_value_at(named, i);
        if (hd_ident_satisfies(&package->ident, search->request)) {
            add_named(search, place, package);
        }
    }
    return 0;
}

static void describe_named(const hd_store *store, hd_arena *arena, hd_strings *places)
{
    if (hd_strmap_count(store->named) > 0) {
        hd_vec_push_arena(arena, places, "the files named");
    }
}

/* Directories given by the user. */

static int list_artifacts(hd_search *search, const hd_place *place, hd_error *err)
{
    const hd_strings *directories = &search->store->artifacts;
    int status = 0;
    for (size_t i = 0; status == 0 && i < directories->count; i++) {
        status = list_directory(search, place, directories->items[i], err);
    }
    return status;
}

static void describe_artifacts(const hd_store *store, hd_arena *arena, hd_strings *places)
{
    for (size_t i = 0; i < store->artifacts.count; i++) {
        hd_vec_push_arena(arena, places, store->artifacts.items[i]);
    }
}

/* Installed packages: <installed>/<origin>/<name>/<version>/<release>. Without a TARGET of ours a
 * directory is not one, whatever it is. */

static int list_release(hd_search *search, const hd_place *place, const char *version,
                        const char *release, hd_error *err)
{
    const hd_ident *request = search->request;
    const char *directory = hd_arena_printf(search->arena, "%s/%s/%s/%s/%s",
                                            search->store->installed, request->origin,
                                            request->name, version, release);
    const char *path = hd_arena_printf(search->arena, "%s/TARGET", directory);
    hd_auto_free char *text = NULL;
    hd_error problem = {0};
    if (hd_file_read(path, TARGET_FILE_MAX, &text, NULL, &problem) != 0) {
        bool refused = problem.category == HD_E_REFUSED;
        return refused ? trouble(search->store, directory, problem.errnum, err) : 0;
    }
    if (hd_str_is(hd_str_trim(hd_str_of(text)), search->store->target->name)) {
        add(search, place, hd_str_of(version), hd_str_of(release), directory);
    }
    return 0;
}

static int list_version(hd_search *search, const hd_place *place, const char *version,
                        hd_error *err)
{
    const hd_ident *request = search->request;
    const char *directory = hd_arena_printf(search->arena, "%s/%s/%s/%s", search->store->installed,
                                            request->origin, request->name, version);
    hd_strings releases = {0};
    int status = hd_is_dir(directory) ? read_names(search, directory, &releases, err) : 0;
    for (size_t i = 0; status == 0 && i < releases.count; i++) {
        status = list_release(search, place, version, releases.items[i], err);
    }
    return status;
}

static int list_installed(hd_search *search, const hd_place *place, hd_error *err)
{
    const hd_ident *request = search->request;
    if (hd_ident_is_full(request)) {
        return list_release(search, place, request->version, request->release, err);
    }
    if (request->version != NULL) {
        return list_version(search, place, request->version, err);
    }
    const char *directory = hd_arena_printf(search->arena, "%s/%s/%s", search->store->installed,
                                            request->origin, request->name);
    hd_strings versions = {0};
    int status = read_names(search, directory, &versions, err);
    for (size_t i = 0; status == 0 && i < versions.count; i++) {
        status = list_version(search, place, versions.items[i], err);
    }
    return status;
}

static int open_installed(hd_store *store, const hd_candidate *candidate,
                          const hd_package **ret_package, hd_error *err)
{
    const hd_package *package = hd_strmap_get(store->opened, candidate->path);
    if (package == NULL) {
        int status = hd_package_read_installed(store->arena, store->fs_root, &candidate->ident,
                                               store->access.limits, &package, err);
        if (status != 0) {
            return status;
        }
        hd_strmap_put(store->opened, candidate->path, (void *)(uintptr_t)package);
    }
    *ret_package = package;
    return 0;
}

static void describe_installed(const hd_store *store, hd_arena *arena, hd_strings *places)
{
    hd_vec_push_arena(arena, places, store->installed);
}

/* Where builds leave their results, and where installations keep theirs. */

static int list_results(hd_search *search, const hd_place *place, hd_error *err)
{
    return list_directory(search, place, search->store->results, err);
}

static void describe_results(const hd_store *store, hd_arena *arena, hd_strings *places)
{
    hd_vec_push_arena(arena, places, store->results);
}

static int list_cache(hd_search *search, const hd_place *place, hd_error *err)
{
    return list_directory(search, place, search->store->cache, err);
}

static void describe_cache(const hd_store *store, hd_arena *arena, hd_strings *places)
{
    hd_vec_push_arena(arena, places, store->cache);
}

const hd_place hd_places[] = {
    {list_named, open_hart, describe_named},
    {list_artifacts, open_hart, describe_artifacts},
    {list_installed, open_installed, describe_installed},
    {list_results, open_hart, describe_results},
    {list_cache, open_hart, describe_cache},
    {0},
};
