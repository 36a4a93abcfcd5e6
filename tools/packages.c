#include "cli.h"

#include "hd/base/mem.h"

int hd_run_open_store(hd_run *run, hd_store **ret_store, hd_package_access *ret_access,
                      hd_error *err)
{
    const hd_source_options *given = &run->source;
    const char *root = given->fs_root == NULL ? "/" : given->fs_root;
    hd_store_options options = {
        .artifacts = given->artifacts,
        .fs_root = root,
        .key_cache = hd_key_cache_path(run->arena, given->key_cache, root),
        .target = hd_target_host(),
        .limits = &hd_package_default_limits,
    };
    if (given->target != NULL) {
        int status = hd_target_find(hd_str_of(given->target), &options.target, err);
        if (status != 0) {
            return hd_fail(err, HD_E_USAGE, "--target: unknown target \"%s\"", given->target);
        }
    }
    *ret_access = (hd_package_access){.key_cache = options.key_cache, .limits = options.limits};
    *ret_store = hd_store_new(run->arena, &options);
    return 0;
}

const char *hd_run_ident(hd_arena *arena, const char *operand, const hd_package *package)
{
    /* A file says nothing about which updates are welcome: the name alone is what runs. */
    return hd_ends_with(operand, ".hart")
               ? hd_arena_printf(arena, "%s/%s", package->ident.origin, package->ident.name)
               : operand;
}

static int find_users(hd_run *run, hd_store *store, hd_image_packages *into, hd_error *err)
{
    for (size_t i = 0; i < run->operands.count; i++) {
        const char *operand = run->operands.items[i];
        const hd_package *package = NULL;
        int status = hd_store_find(store, operand, &package, err);
        if (status != 0) {
            return status;
        }
        hd_vec_push_arena(run->arena, &into->users, package);
        if (into->primary == NULL && package->runnable) {
            into->primary = package;
            into->run_ident = hd_run_ident(run->arena, operand, package);
        }
    }
    return 0;
}

static int find_base(hd_run *run, hd_store *store, hd_image_packages *into, hd_error *err)
{
    const struct {
        const char *given;
        const char *usual;
        const char *option;
        const hd_package **package;
    } rows[] = {
        {run->make.hab, "chef/hab", "--hab-pkg", &into->hab},
        {run->make.sup, "chef/hab-sup", "--sup-pkg", &into->sup},
        {run->make.launcher, "chef/hab-launcher", "--launcher-pkg", &into->launcher},
        {run->make.busybox, "core/busybox-static", "--busybox-pkg", &into->busybox},
        {run->make.cacerts, "core/cacerts", "--cacerts-pkg", &into->cacerts},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        const char *wanted = rows[i].given == NULL ? rows[i].usual : rows[i].given;
        int status = hd_store_find(store, wanted, rows[i].package, err);
        if (status != 0) {
            return hd_wrap(err, "base package (%s)", rows[i].option);
        }
    }
    return 0;
}

int hd_run_find_image_packages(hd_run *run, hd_store *store, hd_image_packages *ret_packages,
                               hd_error *err)
{
    hd_image_packages found = {0};
    if (run->operands.count == 0) {
        return hd_fail(err, HD_E_USAGE, "name a package: origin/name or the path of a .hart file");
    }
    int status = find_users(run, store, &found, err);
    if (status == 0) {
        status = find_base(run, store, &found, err);
    }
    if (status != 0) {
        return status;
    }
    hd_packages roots = {0};
    const hd_package *base[] = {found.busybox, found.launcher, found.hab, found.sup, found.cacerts};
    for (size_t i = 0; i < HD_COUNT(base); i++) {
        hd_vec_push_arena(run->arena, &roots, base[i]);
    }
    for (size_t i = 0; i < found.users.count; i++) {
        hd_vec_push_arena(run->arena, &roots, found.users.items[i]);
    }
    status = hd_store_closure(store, roots.items, roots.count, &found.closure, err);
    if (status == 0) {
        *ret_packages = found;
    }
    return status;
}
