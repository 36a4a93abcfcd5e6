/*
 * rootfs.h: all of an image's root filesystem that is not a package.
 *
 * What Habitat's own container exporter lays out, without its mistakes: /etc/passwd and /etc/group
 * with the users of every service, /etc/nsswitch.conf, /etc/ssl, /bin with links for busybox, hab
 * and the packages' programs (a later package wins over an earlier one), /root, /tmp, /var/tmp,
 * the home of arbitrary uids (/.hab), the directories the Supervisor writes to, open to group 0,
 * and /init.sh.
 *
 * There is no /etc/resolv.conf, /etc/hosts or /etc/hostname: every runtime mounts the container's
 * own, and a baked-in public resolver would answer, wrongly, exactly where none is mounted.
 *
 * Planning is pure: packages in, list of nodes out, sorted bytewise by path (so parents come
 * first), the same on every machine.
 */
#ifndef HD_IMAGE_ROOTFS_H
#define HD_IMAGE_ROOTFS_H

#include "hd/io/tar.h"
#include "hd/package/store.h"

typedef struct hd_node {
    const char *path; /* relative, without trailing '/' */
    hd_tar_type type; /* HD_TAR_FILE, HD_TAR_DIR or HD_TAR_SYMLINK */
    mode_t mode;
    uint32_t uid;
    uint32_t gid;
    const char *target; /* of links */
    hd_str content;     /* of files */
} hd_node;

typedef HD_VEC(hd_node) hd_nodes;

/* The packages that play a part in the image. */
typedef struct hd_image_packages {
    const hd_package *hab;
    const hd_package *sup;
    const hd_package *launcher;
    const hd_package *busybox;
    const hd_package *cacerts;
    hd_packages users;         /* as named on the command line; the first runnable one is primary */
    const hd_package *primary; /* the service that runs; NULL when none is runnable */
    const char
        *run_ident;     /* what the image runs: as the user wrote it, or origin/name for a .hart */
    hd_closure closure; /* of all of them */
} hd_image_packages;

/* template_dirs: directories whose image/init.sh.hbs replaces the built-in one. HD_E_INVALID when
 * no package is runnable, when busybox has no sh or hab no program hab, and for user names that do
 * not fit /etc/passwd. */
int hd_rootfs_plan(hd_arena *arena, const hd_image_packages *packages,
                   const hd_strings *template_dirs, hd_nodes *ret_nodes, hd_error *err) HD_CHECKED;

/* The packages of the users that are services (runnable), in their order. */
hd_packages hd_image_services(hd_arena *arena, const hd_image_packages *packages);

/* The absolute path of a program in a package's own directories. HD_E_INVALID when it has none of
 * that name. */
int hd_image_program(const hd_package *package, const char *name, const char **ret_path,
                     hd_error *err) HD_CHECKED;

/* The users and groups of services (SVC_USER, SVC_GROUP; "hab" when a package does not say) as
 * /etc/passwd and /etc/group text, every name and number once. With one service:
 *
 *     user  group   passwd                      group
 *     root  root    hab 84:84                   hab 84 {hab}
 *     root  hab     hab 84:42                   hab 42 {hab}
 *     root  G       hab 84:84                   G 42 {}, hab 84 {hab}
 *     hab   hab     hab 42:42                   hab 42 {hab}
 *     hab   root    hab 42:84                   hab 84 {hab}
 *     hab   G       hab 42:42                   G 42 {hab}
 *     U     G       U 42:42, hab 84:84          G 42 {U}, hab 84 {hab}
 *     U     hab     U 42:42, hab 84:42          hab 42 {U, hab}
 *     U     root    U 42:0, hab 84:84           root 0 {U}, hab 84 {hab}
 *
 * A name that the base rows have (bin, users, ...) is used, not repeated. Names of further services
 * get the numbers from 43 on. HD_E_INVALID names the package and the word that is not a name. */
typedef struct hd_accounts {
    const char *passwd;
    const char *group;
} hd_accounts;
int hd_accounts_plan(hd_arena *arena, const hd_packages *services, hd_accounts *ret_accounts,
                     hd_error *err) HD_CHECKED;

#endif
