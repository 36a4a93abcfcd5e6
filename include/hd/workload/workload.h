/*
 * workload.h: what is to run, as every deployer reads it: package facts and the user's wishes made
 * one value.
 *
 * Planning is pure. The model speaks neither Kubernetes nor Marathon; names in it are the user's or
 * the package's, and each deployer makes them valid for its cluster. hd_workload_tree is the
 * context of all deployer templates, documented in templates/VARIABLES.md.
 */
#ifndef HD_WORKLOAD_WORKLOAD_H
#define HD_WORKLOAD_WORKLOAD_H

#include "hd/base/option.h"
#include "hd/data/json.h"
#include "hd/image/reference.h"
#include "hd/package/package.h"

/* The options that mean the same for every cluster; hd_workload_options_table fills it. */
typedef struct hd_workload_options {
    const char *name;
    uint64_t count; /* 0: not given */
    hd_strings env; /* "K=V" */
    const char *env_file;
    const char *config; /* path of a user.toml */
    hd_strings binds;   /* "name:service.group" */
    const char *group;
    const char *topology;
    hd_strings storage; /* "SIZE:PATH[:CLASS]" */
    const char *cpu;
    const char *memory;
    const char *disk;
    hd_strings ports;  /* "NAME=PORT[/udp]" */
    hd_strings labels; /* "K=V" */
    const char *license;
    const char *image; /* reference; NULL: origin/name:version-release */
} hd_workload_options;

extern const hd_option hd_workload_options_table[];

typedef struct hd_workload_port {
    const char *name; /* lower-case letters and digits, no hyphen, at most 15: fits every cluster */
    uint16_t number;
    const char *protocol; /* "tcp" or "udp" */
    const char *origin; /* where it comes from, for comments: "EXPOSES", "EXPORTS port", "--port" */
} hd_workload_port;

typedef struct hd_workload_bind {
    const char *name;
    const char *service;
    const char *group;
} hd_workload_bind;

typedef struct hd_workload_volume {
    uint64_t size_bytes;
    const char *size_text; /* as given */
    const char *path;
    const char *storage_class; /* NULL: the cluster's default */
} hd_workload_volume;

typedef struct hd_workload {
    const hd_package *package;
    const char *name;    /* --name, else the package's name */
    const char *service; /* the package's name: what the Supervisor calls the service */
    const char *group;
    const char *topology; /* "standalone" or "leader" */
    uint64_t count;
    const char *image;
    const char *run_ident;
    HD_VEC(hd_workload_port) ports; /* the service's own */
    hd_pairs env;                   /* sorted by name; HAB_LICENSE only on consent */
    HD_VEC(hd_workload_bind) binds;
    HD_VEC(hd_workload_volume) volumes;
    hd_pairs labels;
    const char *user_toml; /* text, or NULL */
    uint64_t cpu_millis;   /* thousandths of a processor */
    uint64_t memory_bytes;
    uint64_t disk_bytes;       /* scratch space */
    uint64_t shutdown_seconds; /* what a clean stop needs, with the Supervisor's own time */
    const char *health_path;   /* on the Supervisor's gateway */
    bool license_accepted;
} hd_workload;

/* run_ident: what the image runs. Reads env_file and config. HD_E_USAGE for malformed values; warns
 * about required binds that were not given. */
int hd_workload_plan(hd_arena *arena, const hd_package *package, const char *run_ident,
                     const hd_workload_options *options, hd_workload *ret_workload,
                     hd_error *err) HD_CHECKED;

/* A new tree. */
json_t *hd_workload_tree(const hd_workload *workload);

/* "500m", "0.5", "2": thousandths. "256Mi", "1G", "512" (MiB when default_mib): bytes. */
bool hd_quantity_cpu(const char *text, uint64_t *ret_millis);
bool hd_quantity_bytes(const char *text, bool default_mib, uint64_t *ret_bytes);

enum {
    HD_SUPERVISOR_HTTP_PORT = 9631,
    HD_SUPERVISOR_GOSSIP_PORT = 9638,
    HD_SUPERVISOR_CTL_PORT = 9632,
};

#endif
