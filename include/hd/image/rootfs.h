/*
 * rootfs.h: all of an image's root filesystem that is not a package.
 *
 * What Habitat's own container exporter lays out, without its mistakes: /etc/passwd and /etc/group
 * with the service users of every service, /etc/resolv.conf-free network files, /bin links for
 * busybox, hab and the packages' programs, /etc/ssl, /root, /tmp, /var/tmp, the writable
 * directories of the Supervisor with group bits for arbitrary uids, and /init.sh.
 *
 * Planning is pure: packages in, list of nodes out, sorted bytewise with parents first, the same on
 * every machine.
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

/* hd_strings: directories with templates that replace the built-in init.sh. */
int hd_rootfs_plan(hd_arena *arena, const hd_image_packages *packages,
                   const hd_strings *template_dirs, hd_nodes *ret_nodes, hd_error *err) HD_CHECKED;

/* The users and groups of services (SVC_USER, SVC_GROUP) as /etc/passwd and /etc/group text: the
 * matrix of docs/architecture.md, without its duplicate rows. */
typedef struct hd_accounts {
    const char *passwd;
    const char *group;
} hd_accounts;
hd_accounts hd_accounts_plan(hd_arena *arena, const hd_packages *services);

#endif
