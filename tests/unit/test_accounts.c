#include "hd_test.h"

#include "hd/base/mem.h"
#include "hd/base/strmap.h"
#include "hd/image/rootfs.h"

#include <grp.h>
#include <pwd.h>

static const char base_passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
                                  "bin:x:1:1:bin:/dev/null:/bin/false\n"
                                  "daemon:x:6:6:daemon:/dev/null:/bin/false\n"
                                  "nobody:x:99:99:nobody:/dev/null:/bin/false\n";

typedef struct row {
    const char *user;
    const char *group;
    const char *passwd; /* rows after the base rows: "name uid:gid" */
    const char *groups; /* rows after the base rows: "name gid {members}" */
} row;

static const row matrix[] = {
    {"root", "root", "hab 84:84;", "hab 84 {hab};"},
    {"root", "hab", "hab 84:42;", "hab 42 {hab};"},
    {"root", "web", "hab 84:84;", "web 42 {};hab 84 {hab};"},
    {"hab", "hab", "hab 42:42;", "hab 42 {hab};"},
    {NULL, NULL, "hab 42:42;", "hab 42 {hab};"},
    {"hab", "root", "hab 42:84;", "hab 84 {hab};"},
    {"hab", "web", "hab 42:42;", "web 42 {hab};"},
    {"web", "web", "web 42:42;hab 84:84;", "web 42 {web};hab 84 {hab};"},
    {"web", "data", "web 42:42;hab 84:84;", "data 42 {web};hab 84 {hab};"},
    {"web", NULL, "web 42:42;hab 84:42;", "hab 42 {web,hab};"},
    {"web", "hab", "web 42:42;hab 84:42;", "hab 42 {web,hab};"},
    {"web", "root", "web 42:0;hab 84:84;", "hab 84 {hab};"},
    {"nobody", "nogroup", "hab 84:84;", "hab 84 {hab};"},
    {"bin", "web", "hab 84:84;", "web 42 {bin};hab 84 {hab};"},
    {"web", "users", "web 42:999;hab 84:84;", "hab 84 {hab};"},
};

/* The rows from the first that the services brought on, in short. */
static void shorten_passwd(hd_str text, hd_buf *out)
{
    hd_str line = {0};
    while (hd_str_line(&text, &line)) {
        hd_str field[4] = {0};
        for (size_t i = 0; i < 4; i++) {
            (void)hd_str_split(&line, ':', &field[i]);
        }
        hd_buf_printf(out, "%.*s %.*s:%.*s;", HD_STR_ARGS(field[0]), HD_STR_ARGS(field[2]),
                      HD_STR_ARGS(field[3]));
    }
}

static void shorten_group(hd_str text, hd_buf *out)
{
    hd_str line = {0};
    while (hd_str_line(&text, &line)) {
        hd_str field[4] = {0};
        for (size_t i = 0; i < 4; i++) {
            (void)hd_str_split(&line, ':', &field[i]);
        }
        hd_buf_printf(out, "%.*s %.*s {%.*s};", HD_STR_ARGS(field[0]), HD_STR_ARGS(field[2]),
                      HD_STR_ARGS(field[3]));
    }
}

static hd_package service(const char *user, const char *group)
{
    return (hd_package){.ident = {"acme", "web", "1", "20240101000000"},
                        .runnable = true,
                        .svc_user = user,
                        .svc_group = group};
}

static void every_row_of_the_matrix(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; i < HD_COUNT(matrix); i++) {
        hd_error err = {0};
        hd_accounts accounts = {0};
        hd_package package = service(matrix[i].user, matrix[i].group);
        const hd_package *items[] = {&package};
        hd_packages services = {.items = items, .count = 1};
        HD_REQUIRE(HD_CHECK_OK(hd_accounts_plan(arena, &services, &accounts, &err), err));
        HD_REQUIRE(HD_CHECK(hd_starts_with(accounts.passwd, base_passwd)));
        hd_auto_done(hd_buf) users = HD_BUF_INIT(HD_KIB);
        hd_auto_done(hd_buf) groups = HD_BUF_INIT(HD_KIB);
        shorten_passwd(hd_str_of(accounts.passwd + strlen(base_passwd)), &users);
        const char *last = strstr(accounts.group, "users:x:999:");
        HD_REQUIRE(HD_CHECK(last != NULL));
        shorten_group(hd_str_of(strchr(last, '\n') + 1), &groups);
        HD_CHECK_STR(users.data, matrix[i].passwd);
        HD_CHECK_STR(groups.data, matrix[i].groups);
    }
}

static void members_join_base_groups(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    hd_accounts accounts = {0};
    hd_package package = service("web", "root");
    const hd_package *items[] = {&package};
    hd_packages services = {.items = items, .count = 1};
    HD_CHECK_OK(hd_accounts_plan(arena, &services, &accounts, &err), err);
    HD_CHECK(hd_starts_with(accounts.group, "root:x:0:web\nbin:x:1:daemon\n"));
}

/* Reads the text as the C library does, which is what the Supervisor asks. */
static void check_unique(const char *text, bool is_passwd)
{
    hd_auto(hd_strmap) *seen = hd_strmap_new();
    static char there;
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    for (;;) {
        const struct passwd *user = is_passwd ? fgetpwent(file) : NULL;
        const struct group *group = is_passwd ? NULL : fgetgrent(file);
        if (user == NULL && group == NULL) {
            break;
        }
        char number[32];
        (void)snprintf(number, sizeof(number), "#%u",
                       user != NULL ? user->pw_uid : (group == NULL ? 0 : group->gr_gid));
        HD_CHECK(hd_strmap_put(seen, number, &there));
        const char *name = user != NULL ? user->pw_name : (group == NULL ? "" : group->gr_name);
        HD_CHECK(hd_strmap_put(seen, name, &there));
    }
    (void)fclose(file);
    HD_CHECK(hd_strmap_count(seen) > 8);
}

static void several_services_share_without_collisions(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_packages services = {0};
    for (int i = 0; i < 120; i++) {
        hd_package *package = HD_NEW(arena, hd_package);
        *package = service(i % 5 == 0 ? "hab" : hd_arena_printf(arena, "u%d", i / 2),
                           i % 7 == 0 ? "root" : hd_arena_printf(arena, "g%d", i / 3));
        const hd_package *item = package;
        hd_vec_push_arena(arena, &services, item);
    }
    hd_error err = {0};
    hd_accounts accounts = {0};
    HD_REQUIRE(HD_CHECK_OK(hd_accounts_plan(arena, &services, &accounts, &err), err));
    check_unique(accounts.passwd, true);
    check_unique(accounts.group, false);
    HD_CHECK(strstr(accounts.passwd, "\nu30:x:") != NULL);
}

static void first_service_keeps_its_number(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    hd_accounts accounts = {0};
    hd_package first = service("redis", "redis");
    hd_package second = service(NULL, NULL);
    hd_package third = service("web", "redis");
    const hd_package *items[] = {&first, &second, &third};
    hd_packages services = {.items = items, .count = 3};
    HD_CHECK_OK(hd_accounts_plan(arena, &services, &accounts, &err), err);
    HD_CHECK_STR(accounts.passwd + strlen(base_passwd), "redis:x:42:42:redis User:/:/bin/false\n"
                                                        "hab:x:84:84:hab User:/:/bin/false\n"
                                                        "web:x:43:42:web User:/:/bin/false\n");
    HD_CHECK(hd_ends_with(accounts.group, "users:x:999:\nredis:x:42:redis,web\nhab:x:84:hab\n"));
}

static void hostile_names_are_refused(void)
{
    static const char *const bad[] = {"",
                                      "a:b",
                                      "x\nroot2:x:0:0",
                                      "-a",
                                      ".a",
                                      "a b",
                                      "a,b",
                                      "a/b",
                                      "\xc3\xa4",
                                      "a234567890123456789012345678901234"};
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; i < HD_COUNT(bad); i++) {
        hd_error err = {0};
        hd_accounts accounts = {0};
        hd_package user = service(bad[i], "hab");
        hd_package group = service("hab", bad[i]);
        const hd_package *items[] = {&user, &group};
        hd_packages one = {.items = items, .count = 1};
        hd_packages other = {.items = items + 1, .count = 1};
        HD_CHECK_FAILS(hd_accounts_plan(arena, &one, &accounts, &err), err, HD_E_INVALID,
                       "acme/web: SVC_USER \"");
        HD_CHECK_FAILS(hd_accounts_plan(arena, &other, &accounts, &err), err, HD_E_INVALID,
                       "is not a name for /etc/group");
    }
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(every_row_of_the_matrix),
                                    HD_TEST(members_join_base_groups),
                                    HD_TEST(several_services_share_without_collisions),
                                    HD_TEST(first_service_keeps_its_number),
                                    HD_TEST(hostile_names_are_refused),
                                    {0}};
    return hd_test_main(argc, argv, "accounts", tests);
}
