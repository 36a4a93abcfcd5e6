#include "hd_test.h"
#include "image_fixture.h"

#include "hd/base/file.h"
#include "hd/base/mem.h"

#include <sys/stat.h>
#include <sys/wait.h>

static const hd_strings no_directories = {0};

static const hd_node *find(const hd_nodes *nodes, const char *path)
{
    for (size_t i = 0; i < nodes->count; i++) {
        if (hd_streq(nodes->items[i].path, path)) {
            return &nodes->items[i];
        }
    }
    return NULL;
}

static bool plan(hd_arena *arena, const image_fixture *fixture, hd_nodes *nodes)
{
    hd_error err = {0};
    return HD_CHECK_OK(hd_rootfs_plan(arena, &fixture->packages, &no_directories, nodes, &err),
                       err);
}

static void everything_is_there_with_its_mode(void)
{
    static const struct {
        const char *path;
        hd_tar_type type;
        mode_t mode;
    } rows[] = {
        {".hab", HD_TAR_DIR, 0770},
        {".hab/cache", HD_TAR_DIR, 0770},
        {".hab/cache/keys", HD_TAR_DIR, 0770},
        {"bin", HD_TAR_DIR, 0755},
        {"bin/busybox", HD_TAR_SYMLINK, 0777},
        {"bin/hab", HD_TAR_SYMLINK, 0777},
        {"bin/ls", HD_TAR_SYMLINK, 0777},
        {"bin/sh", HD_TAR_SYMLINK, 0777},
        {"bin/web", HD_TAR_SYMLINK, 0777},
        {"etc", HD_TAR_DIR, 0755},
        {"etc/group", HD_TAR_FILE, 0644},
        {"etc/nsswitch.conf", HD_TAR_FILE, 0644},
        {"etc/passwd", HD_TAR_FILE, 0644},
        {"etc/ssl", HD_TAR_SYMLINK, 0777},
        {"hab", HD_TAR_DIR, 0775},
        {"hab/cache", HD_TAR_DIR, 0775},
        {"hab/cache/artifacts", HD_TAR_DIR, 0775},
        {"hab/cache/keys", HD_TAR_DIR, 0775},
        {"hab/launcher", HD_TAR_DIR, 0775},
        {"hab/sup", HD_TAR_DIR, 0775},
        {"hab/svc", HD_TAR_DIR, 0775},
        {"hab/user", HD_TAR_DIR, 0775},
        {"init.sh", HD_TAR_FILE, 0755},
        {"root", HD_TAR_DIR, 0750},
        {"tmp", HD_TAR_DIR, 01777},
        {"var", HD_TAR_DIR, 0755},
        {"var/tmp", HD_TAR_DIR, 01777},
    };
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_nodes nodes = {0};
    HD_REQUIRE(plan(arena, &fixture, &nodes));
    HD_CHECK_INT(nodes.count, HD_COUNT(rows));
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        const hd_node *node = find(&nodes, rows[i].path);
        HD_REQUIRE(HD_CHECK(node != NULL));
        HD_CHECK(node->type == rows[i].type);
        HD_CHECK_INT(node->mode, rows[i].mode);
        HD_CHECK(node->uid == 0 && node->gid == 0);
    }
}

static void nodes_are_sorted_with_parents_first(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_nodes nodes = {0};
    HD_REQUIRE(plan(arena, &fixture, &nodes));
    for (size_t i = 1; i < nodes.count; i++) {
        HD_CHECK(strcmp(nodes.items[i - 1].path, nodes.items[i].path) < 0);
        const char *base = hd_path_base(nodes.items[i].path);
        if (base != nodes.items[i].path) {
            size_t length = (size_t)(base - nodes.items[i].path) - 1;
            const hd_node *parent = find(&nodes,
                                         hd_arena_strndup(arena, nodes.items[i].path, length));
            HD_CHECK(parent != NULL && parent < &nodes.items[i]);
        }
    }
}

static void later_packages_win_in_bin(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_package *other = image_fixture_package(arena, "acme", "other", "20240302000000");
    image_fixture_program(arena, other, "bin", "web");
    const hd_package *user = other;
    hd_vec_push_arena(arena, &fixture.packages.users, user);
    hd_nodes nodes = {0};
    HD_REQUIRE(plan(arena, &fixture, &nodes));
    HD_CHECK_STR(find(&nodes, "bin/sh")->target,
                 "/hab/pkgs/core/busybox-static/1.2.3/20240102000000/bin/sh");
    HD_CHECK_STR(find(&nodes, "bin/ls")->target, "/hab/pkgs/acme/web/1.2.3/20240301120000/bin/ls");
    HD_CHECK_STR(find(&nodes, "bin/web")->target,
                 "/hab/pkgs/acme/other/1.2.3/20240302000000/bin/web");
    HD_CHECK_STR(find(&nodes, "etc/ssl")->target,
                 "/hab/pkgs/core/cacerts/1.2.3/20240104000000/ssl");
}

static void own_path_decides_within_a_package(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    image_fixture_program(arena, fixture.web, "abin", "web"); /* after bin in PATH */
    image_fixture_program(arena, fixture.web, "bin/deep", "deep");
    hd_nodes nodes = {0};
    HD_REQUIRE(plan(arena, &fixture, &nodes));
    HD_CHECK_STR(find(&nodes, "bin/web")->target,
                 "/hab/pkgs/acme/web/1.2.3/20240301120000/bin/web");
    HD_CHECK_STR(find(&nodes, "bin/deep")->target,
                 "/hab/pkgs/acme/web/1.2.3/20240301120000/bin/deep/deep");
}

static void accounts_of_every_service(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    hd_package *db = image_fixture_package(arena, "acme", "db", "20240302000000");
    hd_package *tool = image_fixture_package(arena, "acme", "tool", "20240302000000");
    db->runnable = true;
    db->svc_user = db->svc_group = "db";
    tool->svc_user = "tool"; /* not runnable: needs no account */
    const hd_package *more[] = {db, tool};
    for (size_t i = 0; i < HD_COUNT(more); i++) {
        hd_vec_push_arena(arena, &fixture.packages.users, more[i]);
    }
    hd_nodes nodes = {0};
    HD_REQUIRE(plan(arena, &fixture, &nodes));
    hd_str passwd = find(&nodes, "etc/passwd")->content;
    HD_CHECK(strstr(passwd.data, "\nweb:x:42:42:") != NULL);
    HD_CHECK(strstr(passwd.data, "\ndb:x:43:43:") != NULL);
    HD_CHECK(strstr(passwd.data, "\nhab:x:84:84:") != NULL);
    HD_CHECK(strstr(passwd.data, "tool") == NULL);
}

/* Runs a script with a hab that prints its arguments. */
static void run_init(const char *directory, const char *arguments, const char *wanted)
{
    hd_auto_free char *out = hd_printf("%s/out", directory);
    hd_auto_free char *command = hd_printf("PATH=%s:/usr/bin:/bin sh %s/init %s >%s", directory,
                                           directory, arguments, out);
    hd_error err = {0};
    hd_auto_free char *text = NULL;
    HD_CHECK_INT(WEXITSTATUS(system(command)), 0);
    HD_REQUIRE(HD_CHECK_OK(hd_file_read(out, HD_KIB, &text, NULL, &err), err));
    HD_CHECK_STR(text, wanted);
}

static void init_takes_the_three_kinds_of_arguments(void)
{
    static const char stand_in[] = "#!/bin/sh\nprintf '%s|' hab \"$@\"\n";
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    fixture.packages.run_ident = "acme/it's";
    hd_nodes nodes = {0};
    HD_REQUIRE(plan(arena, &fixture, &nodes));
    const char *init = find(&nodes, "init.sh")->content.data;
    HD_CHECK(hd_starts_with(init, "#!/hab/pkgs/core/busybox-static/1.2.3/20240102000000/bin/sh\n"));
    HD_CHECK(strstr(init, "\nexport PATH='/bin'\n") != NULL);
    /* What follows the setting of PATH runs here, where hab is a stand-in. */
    const char *rest = strstr(init, "\ncase ");
    HD_REQUIRE(HD_CHECK(rest != NULL));
    const char *directory = hd_test_dir();
    hd_test_write(hd_test_path("init"), rest, strlen(rest));
    hd_test_write(hd_test_path("hab"), stand_in, strlen(stand_in));
    HD_CHECK(chmod(hd_test_path("hab"), 0755) == 0);
    static const struct {
        const char *arguments;
        const char *wanted;
    } rows[] = {
        {"run acme/x", "hab|sup|run|acme/x|"},
        {"", "hab|sup|"},
        {"--peer 'a b'", "hab|sup|run|acme/it's|--peer|a b|"},
        {"-v", "hab|sup|run|acme/it's|-v|"},
        {"--help", "hab|sup|--help|"},
        {"-h", "hab|sup|-h|"},
        {"help run", "hab|sup|help|run|"},
        {"-V", "hab|sup|-V|"},
        {"--version", "hab|sup|--version|"},
        {"bash", "hab|sup|bash|"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        run_init(directory, rows[i].arguments, rows[i].wanted);
    }
}

static void templates_of_the_user_win(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    image_fixture fixture = image_fixture_make(arena);
    static const char text[] = "#!{{{interpreter}}}\nmine {{run_ident}}\n";
    hd_test_write(hd_test_path("mine/image/init.sh.hbs"), text, strlen(text));
    hd_strings directories = {0};
    hd_vec_push_arena(arena, &directories, hd_arena_strdup(arena, hd_test_path("mine")));
    hd_nodes nodes = {0};
    hd_error err = {0};
    HD_REQUIRE(
        HD_CHECK_OK(hd_rootfs_plan(arena, &fixture.packages, &directories, &nodes, &err), err));
    HD_CHECK(strstr(find(&nodes, "init.sh")->content.data, "\nmine ") != NULL);
}

static void what_cannot_run_is_refused(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    hd_nodes nodes = {0};
    image_fixture fixture = image_fixture_make(arena);
    fixture.busybox->programs.count = 0;
    HD_CHECK_FAILS(hd_rootfs_plan(arena, &fixture.packages, &no_directories, &nodes, &err), err,
                   HD_E_INVALID, "core/busybox-static: no program \"sh\"");
    fixture = image_fixture_make(arena);
    fixture.hab->programs.count = 0;
    HD_CHECK_FAILS(hd_rootfs_plan(arena, &fixture.packages, &no_directories, &nodes, &err), err,
                   HD_E_INVALID, "chef/hab: no program \"hab\"");
    fixture.packages.primary = NULL;
    HD_CHECK_FAILS(hd_rootfs_plan(arena, &fixture.packages, &no_directories, &nodes, &err), err,
                   HD_E_INVALID, "none of the packages has a run hook");
    fixture = image_fixture_make(arena);
    fixture.web->svc_user = "a:b";
    HD_CHECK_FAILS(hd_rootfs_plan(arena, &fixture.packages, &no_directories, &nodes, &err), err,
                   HD_E_INVALID, "SVC_USER");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(everything_is_there_with_its_mode),
                                    HD_TEST(nodes_are_sorted_with_parents_first),
                                    HD_TEST(later_packages_win_in_bin),
                                    HD_TEST(own_path_decides_within_a_package),
                                    HD_TEST(accounts_of_every_service),
                                    HD_TEST(init_takes_the_three_kinds_of_arguments),
                                    HD_TEST(templates_of_the_user_win),
                                    HD_TEST(what_cannot_run_is_refused),
                                    {0}};
    return hd_test_main(argc, argv, "rootfs", tests);
}
