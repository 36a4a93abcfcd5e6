#include "store-internal.h"

#include "hd/base/file.h"
#include "hd/base/log.h"
#include "hd/base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Without the slashes at its end, so that joined paths read well: "/" becomes "". */
static const char *without_slashes(hd_arena *arena, const char *path)
{
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/') {
        length--;
    }
    return hd_arena_strndup(arena, path, length);
}

/* Habitat keeps its caches with the person unless that person is root. */
static const char *cache_path(hd_arena *arena, const char *prefix)
{
    const char *home = geteuid() == 0 ? NULL : getenv("HOME");
    if (home == NULL || home[0] == '\0') {
        return hd_arena_printf(arena, "%s/hab/cache/artifacts", prefix);
    }
    return hd_arena_printf(arena, "%s/.hab/cache/artifacts", without_slashes(arena, home));
}

hd_store *hd_store_new(hd_arena *arena, const hd_store_options *options)
{
    const char *root = options->fs_root == NULL ? "/" : options->fs_root;
    const char *prefix = without_slashes(arena, root);
    hd_store *store = hd_alloc(sizeof(*store));
    store->arena = arena;
    store->target = options->target == NULL ? hd_target_host() : options->target;
    store->access.key_cache = options->key_cache;
    store->access.limits = options->limits == NULL ? &hd_package_default_limits : options->limits;
    store->fs_root = hd_arena_strdup(arena, root);
    for (size_t i = 0; i < options->artifacts.count; i++) {
        const char *directory = hd_arena_strdup(arena, options->artifacts.items[i]);
        hd_vec_push_arena(arena, &store->artifacts, directory);
    }
    store->installed = hd_arena_printf(arena, "%s/hab/pkgs", prefix);
    store->results = options->results == NULL ? "results" : options->results;
    store->cache = cache_path(arena, prefix);
    store->named = hd_strmap_new();
    store->opened = hd_strmap_new();
    store->unreadable = hd_strmap_new();
    return store;
}

void hd_store_free(hd_store *store)
{
    if (store == NULL) {
        return;
    }
    hd_strmap_free(store->named);
    hd_strmap_free(store->opened);
    hd_strmap_free(store->unreadable);
    free(store);
}

/* The index of the newest; of several equal (or incomparable) ones the first. */
static size_t newest(const hd_search *search)
{
    const hd_candidate *items = search->candidates.items;
    size_t best = 0;
    for (size_t i = 1; i < search->candidates.count; i++) {
        int order = 0;
        if (hd_ident_compare(&items[i].ident, &items[best].ident, &order) && order > 0) {
            best = i;
        }
    }
    return best;
}

static hd_candidate take(hd_search *search, size_t index)
{
    hd_candidate *items = search->candidates.items;
    hd_candidate taken = items[index];
    search->candidates.count--;
    memmove(&items[index], &items[index + 1],
            (search->candidates.count - index) * sizeof(items[0]));
    return taken;
}

/* Whether the package is the one its place promised. A file whose name may be read in two ways is
 * no liar; any other is worth a warning. */
static bool is_as_promised(const hd_search *search, const hd_candidate *candidate,
                           const hd_package *package)
{
    if (hd_ident_equal(&package->ident, &candidate->ident) &&
        hd_streq(package->target->name, search->store->target->name)) {
        return true;
    }
    const char *honest = hd_store_file_name(search->arena, &package->ident, package->target);
    if (!hd_streq(hd_path_base(candidate->path), honest)) {
        hd_log(HD_LOG_WARNING, "%s is not what its name says but %s for %s: passed over",
               candidate->path, hd_ident_text(search->arena, &package->ident),
               package->target->name);
    }
    return false;
}

static const char *join(hd_arena *arena, const char *before, const char *separator,
                        const char *text)
{
    return before[0] == '\0' ? text : hd_arena_printf(arena, "%s%s%s", before, separator, text);
}

static int not_found(const hd_search *search, hd_error *err)
{
    const hd_store *store = search->store;
    hd_strings places = {0};
    for (const hd_place *place = hd_places; place->list != NULL; place++) {
        place->describe(store, search->arena, &places);
    }
    const char *looked = "";
    for (size_t i = 0; i < places.count; i++) {
        looked = join(search->arena, looked, ", ", places.items[i]);
    }
    const char *unread = "";
    for (size_t i = 0; i < hd_strmap_count(store->unreadable); i++) {
        const char *text = hd_arena_printf(search->arena, "%s: %s",
                                           hd_strmap_key_at(store->unreadable, i),
                                           (const char *)hd_strmap_value_at(store->unreadable, i));
        unread = join(search->arena, unread, ", ", text);
    }
    return hd_fail(err, HD_E_NOT_FOUND, "no package %s for %s%s%s%s; looked in %s",
                   hd_ident_text(search->arena, search->request), store->target->name,
                   unread[0] == '\0' ? "" : " (could not read ", unread,
                   unread[0] == '\0' ? "" : ")", looked);
}

int hd_store_resolve(hd_store *store, const hd_ident *request, const hd_package **ret_package,
                     hd_error *err)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_search search = {.store = store, .arena = arena, .request = request};
    for (const hd_place *place = hd_places; place->list != NULL; place++) {
        int status = place->list(&search, place, err);
        if (status != 0) {
            return status;
        }
    }
    while (search.candidates.count > 0) {
        hd_candidate candidate = take(&search, newest(&search));
        const hd_package *package = NULL;
        /* What cannot be trusted stops the search: an older one in its place would be a silent
         * downgrade. */
        int status = candidate.place->open(store, &candidate, &package, err);
        if (status != 0) {
            return status;
        }
        if (is_as_promised(&search, &candidate, package)) {
            *ret_package = package;
            return 0;
        }
    }
    return not_found(&search, err);
}

static int find_file(hd_store *store, const char *path, const hd_package **ret_package,
                     hd_error *err)
{
    const hd_package *package = NULL;
    int status = hd_store_open_hart(store, path, &package, err);
    if (status != 0) {
        return status;
    }
    if (!hd_streq(package->target->name, store->target->name)) {
        return hd_fail(err, HD_E_INVALID, "%s is for %s, not for %s (choose with --target)", path,
                       package->target->name, store->target->name);
    }
    hd_strmap_put(store->named, hd_ident_text(store->arena, &package->ident),
                  (void *)(uintptr_t)package);
    *ret_package = package;
    return 0;
}

int hd_store_find(hd_store *store, const char *package, const hd_package **ret_package,
                  hd_error *err)
{
    if (hd_ends_with(package, ".hart") || hd_is_file(package)) {
        return find_file(store, package, ret_package, err);
    }
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_ident request = {0};
    if (hd_ident_parse(arena, hd_str_of(package), &request, err) != 0) {
        err->category = HD_E_USAGE; /* what the person typed, not what a file contains */
        return -HD_E_USAGE;
    }
    return hd_store_resolve(store, &request, ret_package, err);
}
