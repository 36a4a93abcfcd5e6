/* What the parts of the Supervisor's stand-in share; see supervisor-standin.c. For tests only. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef STANDIN_VERSION
#define STANDIN_VERSION "0"
#endif
#define TARGET "x86_64-linux"

enum {
    FATAL = 86, /* what the launcher ends with when the Supervisor cannot go on */
    PREFIX_LIMIT = 1280,
    FILE_LIMIT = 65536,
    MAX_GROUPS = 32,
    MAX_CLIENTS = 16,
    REQUEST_LIMIT = 4096,
    CLIENT_MS = 5000,
    HOOK_MS = 10000
};

/* The one service, or none when the name is empty. */
struct service {
    char name[NAME_MAX + 1];
    char prefix[PREFIX_LIMIT];      /* /hab/pkgs/o/n/v/r */
    char directory[512];            /* /hab/svc/name */
    char interpreter[PREFIX_LIMIT]; /* core/busybox-static's prefix */
    uid_t uid;
    gid_t gid;
    gid_t groups[MAX_GROUPS];
    size_t group_count;
    bool drop; /* to uid and gid */
    bool initialising;
    bool initialised;
    pid_t pid;
    int signal;
    unsigned timeout;
    unsigned restarts;
    int64_t start_at; /* when it is down */
    int64_t stop_at;  /* when it is being stopped: the time of KILL */
};

/* What "hab sup run" was told. */
struct options {
    const char *ident;
    const char *listen_http;
    const char *group;
    const char *org;
    const char *topology;
    const char *shutdown_timeout;
    bool no_gateway;
    const char *binds[64];
    size_t bind_count;
};

int64_t now_ms(void);
void say(const char *what, const char *detail);
/* Says it on stderr; returns status. */
int fail(int status, const char *what, const char *detail);
char *read_text(const char *path);
char *metafile(const struct service *service, const char *name);

bool find_package(const char *ident, char *ret_prefix, size_t size);
int choose_user(struct service *service);
int make_directories(struct service *service);
/* 0 when there is no such hook. */
pid_t start_hook(const struct service *service, const char *name);
void start_service(struct service *service);
void service_ended(struct service *service, int status);
void stop_service(struct service *service);

/* supervisor-standin-flags.c: 0, or 2 after a message. */
int parse_options(int argc, char **argv, struct options *ret_options);
int check_binds(const struct service *service, const struct options *options);

/* supervisor-standin-loop.c: runs until a signal ends it; the exit status. */
int supervise(struct service *service, const struct options *options);
