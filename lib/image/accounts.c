#include "hd/image/rootfs.h"

#include "hd/base/mem.h"

/* The first account made for a service is 42, as in images that Habitat itself makes: volumes and
 * fsGroup settings rely on it. 84 is the account "hab" where no service is "hab" itself. */
enum { SERVICE_ID = 42, HELPER_ID = 84, NAME_LENGTH_MAX = 32, ACCOUNTS_TEXT_MAX = 1024 * 1024 };

typedef struct account {
    const char *name;
    uint32_t uid;
    uint32_t gid;
    const char *rest; /* of the passwd row: comment, home, shell */
} account;

typedef struct group {
    const char *name;
    uint32_t gid;
    hd_strings members;
} group;

typedef struct accounts {
    hd_arena *arena;
    HD_VEC(account) users;
    HD_VEC(group) groups;
} accounts;

static const account base_users[] = {
    {"root", 0, 0, "root:/root:/bin/sh"},
    {"bin", 1, 1, "bin:/dev/null:/bin/false"},
    {"daemon", 6, 6, "daemon:/dev/null:/bin/false"},
    {"nobody", 99, 99, "nobody:/dev/null:/bin/false"},
};

static const struct {
    const char *name;
    uint32_t gid;
    const char *member;
} base_groups[] = {
    {"root", 0, NULL},     {"bin", 1, "daemon"},
    {"sys", 2, NULL},      {"kmem", 3, NULL},
    {"tape", 4, NULL},     {"tty", 5, NULL},
    {"daemon", 6, NULL},   {"floppy", 7, NULL},
    {"disk", 8, NULL},     {"lp", 9, NULL},
    {"dialout", 10, NULL}, {"audio", 11, NULL},
    {"video", 12, NULL},   {"utmp", 13, NULL},
    {"usb", 14, NULL},     {"cdrom", 15, NULL},
    {"adm", 16, NULL},     {"messagebus", 18, NULL},
    {"input", 24, NULL},   {"systemd-journal", 23, NULL},
    {"mail", 34, NULL},    {"nogroup", 99, NULL},
    {"users", 999, NULL},
};

static void fill_base(accounts *all)
{
    for (size_t i = 0; i < HD_COUNT(base_users); i++) {
        hd_vec_push_arena(all->arena, &all->users, base_users[i]);
    }
    for (size_t i = 0; i < HD_COUNT(base_groups); i++) {
        group row = {.name = base_groups[i].name, .gid = base_groups[i].gid};
        if (base_groups[i].member != NULL) {
            hd_vec_push_arena(all->arena, &row.members, base_groups[i].member);
        }
        hd_vec_push_arena(all->arena, &all->groups, row);
    }
}

static bool has_user(const accounts *all, const char *name)
{
    for (size_t i = 0; i < all->users.count; i++) {
        if (hd_streq(all->users.items[i].name, name)) {
            return true;
        }
    }
    return false;
}

static group *find_group(accounts *all, const char *name)
{
    for (size_t i = 0; i < all->groups.count; i++) {
        if (hd_streq(all->groups.items[i].name, name)) {
            return &all->groups.items[i];
        }
    }
    return NULL;
}

static bool uid_is_free(const accounts *all, uint32_t uid)
{
    for (size_t i = 0; i < all->users.count; i++) {
        if (all->users.items[i].uid == uid) {
            return false;
        }
    }
    return true;
}

static bool gid_is_free(const accounts *all, uint32_t gid)
{
    for (size_t i = 0; i < all->groups.count; i++) {
        if (all->groups.items[i].gid == gid) {
            return false;
        }
    }
    return true;
}

/* The number for a new name: 42 for the first one; then "hab" has its own, and the others go up. */
static uint32_t pick_id(const accounts *all, const char *name,
                        bool (*is_free)(const accounts *all, uint32_t id))
{
    if (!is_free(all, SERVICE_ID) && hd_streq(name, "hab")) {
        return HELPER_ID;
    }
    uint32_t id = SERVICE_ID;
    while (id == HELPER_ID || !is_free(all, id)) {
        id++;
    }
    return id;
}

static void add_user(accounts *all, const char *name, uint32_t uid, uint32_t gid)
{
    account row = {.name = name,
                   .uid = uid,
                   .gid = gid,
                   .rest = hd_arena_printf(all->arena, "%s User:/:/bin/false", name)};
    hd_vec_push_arena(all->arena, &all->users, row);
}

/* The group of that name, made with the number if need be. Valid until the next one is made. */
static group *need_group(accounts *all, const char *name, uint32_t gid)
{
    group *known = find_group(all, name);
    if (known == NULL) {
        group row = {.name = name, .gid = gid};
        hd_vec_push_arena(all->arena, &all->groups, row);
        known = &all->groups.items[all->groups.count - 1];
    }
    return known;
}

static void add_member(accounts *all, group *row, const char *user)
{
    for (size_t i = 0; i < row->members.count; i++) {
        if (hd_streq(row->members.items[i], user)) {
            return;
        }
    }
    hd_vec_push_arena(all->arena, &row->members, user);
}

static void add_service(accounts *all, const char *user, const char *group_name)
{
    /* "hab" never gets root's group as its own: where that is wanted, the Supervisor sets it. */
    bool helper = hd_streq(user, "hab") && hd_streq(group_name, "root");
    group *own = helper ? need_group(all, "hab", HELPER_ID)
                        : need_group(all, group_name, pick_id(all, group_name, gid_is_free));
    if (hd_streq(user, "root")) {
        return;
    }
    if (!has_user(all, user)) {
        add_user(all, user, pick_id(all, user, uid_is_free), own->gid);
    }
    add_member(all, own, user);
}

/* The Supervisor runs hooks of packages that name nobody as hab: it must always exist. */
static void add_helper(accounts *all)
{
    if (!has_user(all, "hab")) {
        group *own = need_group(all, "hab", HELPER_ID);
        add_user(all, "hab", HELPER_ID, own->gid);
        add_member(all, own, "hab");
    }
}

static int check_name(const hd_package *package, const char *what, const char *name, hd_error *err)
{
    bool valid = *name != '\0' && *name != '-' && *name != '.' && strlen(name) <= NAME_LENGTH_MAX;
    for (const char *at = name; *at != '\0'; at++) {
        valid = valid && (hd_is_alnum(*at) || strchr("_.-", *at) != NULL);
    }
    if (!valid) {
        return hd_fail(err, HD_E_INVALID, "%s/%s: %s \"%s\" is not a name for /etc/%s",
                       package->ident.origin, package->ident.name, what, name,
                       hd_streq(what, "SVC_USER") ? "passwd" : "group");
    }
    return 0;
}

static const char *passwd_text(accounts *all)
{
    hd_auto_done(hd_buf) out = HD_BUF_INIT(ACCOUNTS_TEXT_MAX);
    for (size_t i = 0; i < all->users.count; i++) {
        const account *row = &all->users.items[i];
        hd_buf_printf(&out, "%s:x:%u:%u:%s\n", row->name, row->uid, row->gid, row->rest);
    }
    return hd_arena_strndup(all->arena, out.data, out.length);
}

static const char *group_text(accounts *all)
{
    hd_auto_done(hd_buf) out = HD_BUF_INIT(ACCOUNTS_TEXT_MAX);
    for (size_t i = 0; i < all->groups.count; i++) {
        const group *row = &all->groups.items[i];
        hd_buf_printf(&out, "%s:x:%u:", row->name, row->gid);
        for (size_t m = 0; m < row->members.count; m++) {
            hd_buf_printf(&out, "%s%s", m == 0 ? "" : ",", row->members.items[m]);
        }
        hd_buf_putc(&out, '\n');
    }
    return hd_arena_strndup(all->arena, out.data, out.length);
}

int hd_accounts_plan(hd_arena *arena, const hd_packages *services, hd_accounts *ret_accounts,
                     hd_error *err)
{
    accounts all = {.arena = arena};
    fill_base(&all);
    for (size_t i = 0; i < services->count; i++) {
        const hd_package *package = services->items[i];
        const char *user = package->svc_user == NULL ? "hab" : package->svc_user;
        const char *group_name = package->svc_group == NULL ? "hab" : package->svc_group;
        int status = check_name(package, "SVC_USER", user, err);
        if (status == 0) {
            status = check_name(package, "SVC_GROUP", group_name, err);
        }
        if (status != 0) {
            return status;
        }
        add_service(&all, user, group_name);
    }
    add_helper(&all);
    *ret_accounts = (hd_accounts){.passwd = passwd_text(&all), .group = group_text(&all)};
    return 0;
}
