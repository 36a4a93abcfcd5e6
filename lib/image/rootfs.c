#include "hd/image/rootfs.h"

#include "hd/base/file.h"
#include "hd/base/strmap.h"
#include "hd/data/templates.h"

static const char init_template[] = "image/init.sh.hbs";

/* Owner of all is root:root. Under /hab the group may do what the owner may, because clusters that
 * run containers under arbitrary uids (OpenShift) put them into group 0. */
static const hd_node directories[] = {
    {.path = ".hab", .mode = 0770},
    {.path = ".hab/cache", .mode = 0770},
    {.path = ".hab/cache/keys", .mode = 0770},
    {.path = "bin", .mode = 0755},
    {.path = "etc", .mode = 0755},
    {.path = "hab", .mode = 0775},
    {.path = "hab/cache", .mode = 0775},
    {.path = "hab/cache/artifacts", .mode = 0775},
    {.path = "hab/cache/keys", .mode = 0775},
    {.path = "hab/launcher", .mode = 0775},
    {.path = "hab/sup", .mode = 0775},
    {.path = "hab/svc", .mode = 0775},
    {.path = "hab/user", .mode = 0775},
    {.path = "root", .mode = 0750},
    {.path = "tmp", .mode = 01777},
    {.path = "var", .mode = 0755},
    {.path = "var/tmp", .mode = 01777},
};

static const char nsswitch[] = "passwd:     files\n"
                               "group:      files\n"
                               "shadow:     files\n"
                               "\n"
                               "hosts:      files dns\n"
                               "networks:   files\n"
                               "\n"
                               "rpc:        files\n"
                               "services:   files\n";

static void add_directories(hd_arena *arena, hd_nodes *nodes)
{
    for (size_t i = 0; i < HD_COUNT(directories); i++) {
        hd_node node = directories[i];
        node.type = HD_TAR_DIR;
        hd_vec_push_arena(arena, nodes, node);
    }
}

static void add_file(hd_arena *arena, hd_nodes *nodes, const char *path, mode_t mode,
                     const char *text)
{
    hd_node node = {.path = path, .type = HD_TAR_FILE, .mode = mode, .content = hd_str_of(text)};
    hd_vec_push_arena(arena, nodes, node);
}

static void add_link(hd_arena *arena, hd_nodes *nodes, const char *path, const char *target)
{
    hd_node node = {.path = path, .type = HD_TAR_SYMLINK, .mode = 0777, .target = target};
    hd_vec_push_arena(arena, nodes, node);
}

/* A link in /bin, which a later package may point elsewhere. */
typedef struct program {
    const char *path;
} program;

static void put_program(hd_arena *arena, hd_strmap *links, const char *path)
{
    program *known = hd_strmap_get(links, hd_path_base(path));
    if (known == NULL) {
        known = HD_NEW(arena, program);
        (void)hd_strmap_put(links, hd_path_base(path), known);
    }
    known->path = path;
}

static bool is_directly_in(const char *path, const char *directory)
{
    size_t length = (size_t)(hd_path_base(path) - path);
    return length == strlen(directory) + 1 && strncmp(path, directory, length - 1) == 0;
}

/* Of two programs of one name in a package, the one that its own PATH finds is linked. */
static void put_programs(hd_arena *arena, hd_strmap *links, const hd_package *package)
{
    for (size_t d = package->path.count; d > 0; d--) {
        for (size_t p = 0; p < package->programs.count; p++) {
            const char *path = package->programs.items[p];
            if (is_directly_in(path, package->path.items[d - 1])) {
                put_program(arena, links, path);
            }
        }
    }
}

static void add_programs(hd_arena *arena, const hd_image_packages *packages, hd_nodes *nodes)
{
    hd_auto(hd_strmap) *links = hd_strmap_new();
    put_programs(arena, links, packages->busybox);
    put_programs(arena, links, packages->hab);
    for (size_t i = 0; i < packages->users.count; i++) {
        put_programs(arena, links, packages->users.items[i]);
    }
    for (size_t i = 0; i < hd_strmap_count(links); i++) {
        const program *link = hd_strmap_value_at(links, i);
        add_link(arena, nodes, hd_arena_printf(arena, "bin/%s", hd_strmap_key_at(links, i)),
                 link->path);
    }
}

static int render_init(hd_arena *arena, const hd_image_packages *packages,
                       const hd_strings *template_dirs, const char **ret_text, hd_error *err)
{
    const char *shell = NULL;
    const char *hab = NULL;
    int status = hd_image_program(packages->busybox, "sh", &shell, err);
    if (status == 0) {
        status = hd_image_program(packages->hab, "hab", &hab, err);
    }
    if (status != 0) {
        return status;
    }
    json_auto_t *context = json_pack("{s:s, s:s, s:s}", "interpreter", shell, "path", "/bin",
                                     "run_ident", packages->run_ident);
    hd_auto_done(hd_buf) out = HD_BUF_INIT(HD_MIB);
    status = hd_template_render(template_dirs, init_template, context, &out, err);
    if (status == 0) {
        *ret_text = hd_arena_strndup(arena, out.data, out.length);
    }
    return status;
}

static int compare_nodes(const void *a, const void *b)
{
    const hd_node *left = a;
    const hd_node *right = b;
    return strcmp(left->path, right->path);
}

hd_packages hd_image_services(hd_arena *arena, const hd_image_packages *packages)
{
    hd_packages services = {0};
    for (size_t i = 0; i < packages->users.count; i++) {
        if (packages->users.items[i]->runnable) {
            hd_vec_push_arena(arena, &services, packages->users.items[i]);
        }
    }
    return services;
}

int hd_image_program(const hd_package *package, const char *name, const char **ret_path,
                     hd_error *err)
{
    for (size_t i = 0; i < package->programs.count; i++) {
        if (hd_streq(hd_path_base(package->programs.items[i]), name)) {
            *ret_path = package->programs.items[i];
            return 0;
        }
    }
    return hd_fail(err, HD_E_INVALID, "%s/%s: no program \"%s\" in it, and no image works without",
                   package->ident.origin, package->ident.name, name);
}

int hd_rootfs_plan(hd_arena *arena, const hd_image_packages *packages,
                   const hd_strings *template_dirs, hd_nodes *ret_nodes, hd_error *err)
{
    if (packages->primary == NULL) {
        return hd_fail(err, HD_E_INVALID,
                       "nothing to run: none of the packages has a run hook (name a service)");
    }
    hd_packages services = hd_image_services(arena, packages);
    hd_accounts accounts = {0};
    const char *init = NULL;
    int status = hd_accounts_plan(arena, &services, &accounts, err);
    if (status == 0) {
        status = render_init(arena, packages, template_dirs, &init, err);
    }
    if (status != 0) {
        return status;
    }
    hd_nodes nodes = {0};
    add_directories(arena, &nodes);
    add_programs(arena, packages, &nodes);
    add_file(arena, &nodes, "etc/group", 0644, accounts.group);
    add_file(arena, &nodes, "etc/nsswitch.conf", 0644, nsswitch);
    add_file(arena, &nodes, "etc/passwd", 0644, accounts.passwd);
    add_link(arena, &nodes, "etc/ssl",
             hd_arena_printf(arena, "%s/ssl", hd_package_prefix(arena, packages->cacerts)));
    add_file(arena, &nodes, "init.sh", 0755, init);
    qsort(nodes.items, nodes.count, sizeof(nodes.items[0]), compare_nodes);
    *ret_nodes = nodes;
    return 0;
}
