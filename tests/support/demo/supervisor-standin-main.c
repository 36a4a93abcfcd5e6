/* hab, hab-sup and hab-launch by name; see supervisor-standin.c. */
#define _GNU_SOURCE
#include "supervisor-standin.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int signal_of(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } rows[] = {{"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ILL", SIGILL},
                {"ABRT", SIGABRT}, {"FPE", SIGFPE},   {"KILL", SIGKILL}, {"USR1", SIGUSR1},
                {"SEGV", SIGSEGV}, {"USR2", SIGUSR2}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},
                {"CHLD", SIGCHLD}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(name, rows[i].name) == 0) {
            return rows[i].number;
        }
    }
    return -1;
}

/* What the package says of its end; a flag overrides the time. */
static int read_shutdown(struct service *service, const struct options *options)
{
    char *name = metafile(service, "SHUTDOWN_SIGNAL");
    char *timeout = metafile(service, "SHUTDOWN_TIMEOUT");
    const char *seconds = options->shutdown_timeout == NULL ? timeout : options->shutdown_timeout;
    service->signal = name == NULL ? SIGTERM : signal_of(name);
    service->timeout = seconds == NULL ? 8 : (unsigned)strtoul(seconds, NULL, 10);
    int status = service->signal < 0 ? fail(FATAL, "unknown SHUTDOWN_SIGNAL", name) : 0;
    free(name);
    free(timeout);
    return status;
}

static int load(struct service *service, const struct options *options)
{
    char hook[PATH_MAX];
    if (!find_package(options->ident, service->prefix, sizeof(service->prefix))) {
        return fail(FATAL, "no installed package satisfies (and this stand-in installs none):",
                    options->ident);
    }
    const char *name = strchr(service->prefix + strlen("/hab/pkgs/"), '/') + 1;
    snprintf(service->name, sizeof(service->name), "%.*s", (int)strcspn(name, "/"), name);
    snprintf(hook, sizeof(hook), "%s/hooks/run", service->prefix);
    if (access(hook, F_OK) != 0) {
        return fail(FATAL, "can't start non-runnable service", options->ident);
    }
    int status = check_binds(service, options);
    status = status == 0 ? read_shutdown(service, options) : status;
    return status == 0 ? choose_user(service) : status;
}

/* run [IDENT] FLAGS... */
static int launch(int argc, char **argv)
{
    static struct service service = {.name = ""};
    struct options options;
    int status = parse_options(argc, argv, &options);
    if (status != 0) {
        return status;
    }
    if (!find_package("core/busybox-static", service.interpreter, sizeof(service.interpreter))) {
        return fail(FATAL, "not installed, and this stand-in installs none: core/busybox-static",
                    "");
    }
    say("THIS IS A STAND-IN FOR TESTS, NOT HABITAT; service:",
        options.ident == NULL ? "(none)" : options.ident);
    status = options.ident == NULL ? 0 : load(&service, &options);
    status = status == 0 ? make_directories(&service) : status;
    return status == 0 ? supervise(&service, &options) : status;
}

static bool has_marker(const char *home)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%.3000s/accepted-licenses/habitat", home);
    return access(path, F_OK) == 0;
}

static bool has_licence(void)
{
    char own[PATH_MAX];
    const char *given = getenv("HAB_LICENSE");
    const char *home = getenv("HOME");
    if (given != NULL && *given != '\0') {
        if (strcmp(given, "accept") == 0) {
            mkdir("/hab/accepted-licenses", 0755);
            FILE *marker = fopen("/hab/accepted-licenses/habitat", "we");
            if (marker != NULL) {
                fclose(marker);
            }
            return true;
        }
        return strcmp(given, "accept-no-persist") == 0;
    }
    snprintf(own, sizeof(own), "%.3000s/.hab", home == NULL ? "" : home);
    return has_marker("/hab") || has_marker(own);
}

static bool asks_for(int argc, char **argv, const char *letter, const char *word)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], letter) == 0 || strcmp(argv[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* hab sup run ... becomes hab-launch run ..., in the same process. */
static int hab(int argc, char **argv)
{
    static char launcher[PREFIX_LIMIT + 32];
    char unused[PREFIX_LIMIT];
    if (!has_licence()) {
        return fail(1, "License agreement not accepted", "");
    }
    if (argc < 3 || strcmp(argv[1], "sup") != 0 || strcmp(argv[2], "run") != 0) {
        return fail(2, "error: this stand-in knows 'hab sup run' alone, not",
                    argc > 1 ? argv[argc > 2 ? 2 : 1] : "nothing");
    }
    if (!find_package("chef/hab-sup", unused, sizeof(unused)) ||
        !find_package("chef/hab-launcher", launcher, PREFIX_LIMIT)) {
        return fail(1, "chef/hab-sup and chef/hab-launcher are not both installed", "");
    }
    strncat(launcher, "/bin/hab-launch", sizeof(launcher) - strlen(launcher) - 1);
    argv[1] = launcher;
    execv(launcher, argv + 1);
    return fail(1, "cannot run", launcher);
}

int main(int argc, char **argv)
{
    const char *slash = argc < 1 ? NULL : strrchr(argv[0], '/');
    const char *name = slash == NULL ? (argc < 1 ? "hab" : argv[0]) : slash + 1;
    if (asks_for(argc, argv, "-V", "--version")) {
        printf("%s %s (STAND-IN FOR TESTS, NOT HABITAT)\n", name, STANDIN_VERSION);
        return 0;
    }
    if (asks_for(argc, argv, "-h", "--help") || (argc > 1 && strcmp(argv[argc - 1], "help") == 0)) {
        printf("%s %s (STAND-IN FOR TESTS, NOT HABITAT)\nUsage: hab sup run [IDENT] [FLAGS]\n",
               name, STANDIN_VERSION);
        return 0;
    }
    if (strcmp(name, "hab-launch") != 0 && strcmp(name, "hab-sup") != 0) {
        return hab(argc, argv);
    }
    if (argc < 2 || strcmp(argv[1], "run") != 0) {
        return fail(2, "error: the subcommand is", "run");
    }
    return launch(argc - 2, argv + 2);
}
