#include "image_fixture.h"

#include "hd/base/mem.h"
#include "hd_test.h"

#include <sys/stat.h>

static const hd_target target = {.name = "x86_64-linux", .architecture = "amd64", .os = "linux"};

/* As hd_package_default_limits, which tests of lower floors cannot link. */
static const hd_package_limits limits = {.entries = 1000000,
                                         .unpacked_size = (uint64_t)1 << 34,
                                         .name_length = 4096,
                                         .metafile_size = (uint64_t)1 << 22};

static const char *prefix(hd_arena *arena, const hd_package *package)
{
    const hd_ident *ident = &package->ident;
    return hd_arena_printf(arena, "/hab/pkgs/%s/%s/%s/%s", ident->origin, ident->name,
                           ident->version, ident->release);
}

hd_package *image_fixture_package(hd_arena *arena, const char *origin, const char *name,
                                  const char *release)
{
    hd_package *package = HD_NEW(arena, hd_package);
    package->ident = (hd_ident){
        .origin = origin, .name = name, .version = "1.2.3", .release = release};
    package->target = &target;
    package->shutdown_signal = "TERM";
    package->unpacked_size = 1000;
    package->entry_count = 10;
    const char *root = hd_arena_strdup(arena, hd_test_path("root"));
    package->directory = hd_arena_printf(arena, "%s%s", root, prefix(arena, package));
    image_fixture_file(package, "IDENT",
                       hd_arena_printf(arena, "%s\n", prefix(arena, package) + 10), 0644);
    image_fixture_file(package, "TARGET", "x86_64-linux\n", 0644);
    return package;
}

void image_fixture_file(const hd_package *package, const char *path, const char *text,
                        unsigned mode)
{
    hd_auto_free char *whole = hd_printf("%s/%s", package->directory, path);
    hd_test_write(whole, text, strlen(text));
    HD_CHECK(chmod(whole, (mode_t)mode) == 0);
}

void image_fixture_program(hd_arena *arena, hd_package *package, const char *directory,
                           const char *name)
{
    const char *absolute = hd_arena_printf(arena, "%s/%s", prefix(arena, package), directory);
    bool known = false;
    for (size_t i = 0; i < package->path.count; i++) {
        known = known || hd_streq(package->path.items[i], absolute);
    }
    if (!known) {
        hd_vec_push_arena(arena, &package->path, absolute);
    }
    hd_vec_push_arena(arena, &package->programs, hd_arena_printf(arena, "%s/%s", absolute, name));
    image_fixture_file(package, hd_arena_printf(arena, "%s/%s", directory, name), "#!/bin/sh\n",
                       0755);
}

image_fixture image_fixture_make(hd_arena *arena)
{
    image_fixture made = {
        .glibc = image_fixture_package(arena, "core", "glibc", "20240101000000"),
        .busybox = image_fixture_package(arena, "core", "busybox-static", "20240102000000"),
        .hab = image_fixture_package(arena, "chef", "hab", "20240103000000"),
        .web = image_fixture_package(arena, "acme", "web", "20240301120000"),
    };
    hd_package *cacerts = image_fixture_package(arena, "core", "cacerts", "20240104000000");
    hd_package *sup = image_fixture_package(arena, "chef", "hab-sup", "20240105000000");
    hd_package *launcher = image_fixture_package(arena, "chef", "hab-launcher", "20240106000000");
    image_fixture_file(cacerts, "ssl/cert.pem", "certificates\n", 0644);
    image_fixture_program(arena, made.busybox, "bin", "busybox");
    image_fixture_program(arena, made.busybox, "bin", "ls");
    image_fixture_program(arena, made.busybox, "bin", "sh");
    image_fixture_program(arena, made.hab, "bin", "hab");
    image_fixture_program(arena, made.web, "bin", "ls");
    image_fixture_program(arena, made.web, "bin", "web");
    image_fixture_file(made.web, "hooks/run", "#!/bin/sh\nexec web\n", 0755);
    made.web->runnable = true;
    made.web->svc_user = "web";
    made.web->svc_group = "web";
    made.web->description = "A small web";
    made.web->license = "Apache-2.0";
    uint16_t port = 8080;
    hd_vec_push_arena(arena, &made.web->exposes, port);
    made.packages = (hd_image_packages){.hab = made.hab,
                                        .sup = sup,
                                        .launcher = launcher,
                                        .busybox = made.busybox,
                                        .cacerts = cacerts,
                                        .primary = made.web,
                                        .run_ident = "acme/web"};
    const hd_package *user = made.web;
    hd_vec_push_arena(arena, &made.packages.users, user);
    const hd_package *all[] = {made.glibc, made.busybox, launcher, made.hab,
                               sup,        cacerts,      made.web};
    for (size_t i = 0; i < HD_COUNT(all); i++) {
        hd_vec_push_arena(arena, &made.packages.closure.packages, all[i]);
    }
    made.access = (hd_package_access){.key_cache = "/nonexistent", .limits = &limits};
    return made;
}
