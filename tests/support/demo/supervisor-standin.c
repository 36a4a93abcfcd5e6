/*
 * A STAND-IN FOR HABITAT'S SUPERVISOR, FOR TESTS ONLY.
 *
 * One static program that is hab, hab-sup and hab-launch by the name it is called. "hab sup run
 * IDENT" checks the licence and the flags as the real one does, makes the service's directories,
 * drops to SVC_USER:SVC_GROUP when it may, runs hooks/init and hooks/run as they are, restarts what
 * dies, answers on the HTTP gateway, and stops the service on TERM. There is no ring, no templates,
 * no configuration, no update: whoever needs those needs Habitat.
 *
 * One process, one poll loop: nothing a client, a hook or a service does makes it wait.
 */
#define _GNU_SOURCE
#include "supervisor-standin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void say(const char *what, const char *detail)
{
    printf("hab-sup(STAND-IN): %s%s%s\n", what, *detail == '\0' ? "" : " ", detail);
    fflush(stdout);
}

int fail(int status, const char *what, const char *detail)
{
    fprintf(stderr, "hab-sup(STAND-IN): %s%s%s\n", what, *detail == '\0' ? "" : " ", detail);
    return status;
}

/* The whole of a small file without white space at its end, to be freed; NULL when there is none.
 */
char *read_text(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = file == NULL ? NULL : calloc(1, FILE_LIMIT + 1);
    size_t length = text == NULL ? 0 : fread(text, 1, FILE_LIMIT, file);
    if (file != NULL) {
        fclose(file);
    }
    while (length > 0 && strchr(" \r\n\t", text[length - 1]) != NULL) {
        text[--length] = '\0';
    }
    return text;
}

char *metafile(const struct service *service, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", service->prefix, name);
    return read_text(path);
}

/* Accounts: read by ourselves, since a static program has no name service. */

static bool account(const char *file, const char *name, unsigned *ret_id)
{
    char line[1024];
    FILE *rows = fopen(file, "re");
    bool found = false;
    while (rows != NULL && !found && fgets(line, sizeof(line), rows) != NULL) {
        char *rest = line;
        const char *row = strsep(&rest, ":");
        strsep(&rest, ":");
        found = rest != NULL && strcmp(row, name) == 0;
        if (found) {
            *ret_id = (unsigned)strtoul(rest, NULL, 10);
        }
    }
    if (rows != NULL) {
        fclose(rows);
    }
    return found;
}

static bool has_member(char *members, const char *user)
{
    for (char *member; (member = strsep(&members, ",\n")) != NULL;) {
        if (strcmp(member, user) == 0) {
            return true;
        }
    }
    return false;
}

static void find_groups(struct service *service, const char *user)
{
    char line[1024];
    FILE *rows = fopen("/etc/group", "re");
    while (rows != NULL && service->group_count < MAX_GROUPS &&
           fgets(line, sizeof(line), rows) != NULL) {
        char *rest = line;
        strsep(&rest, ":");
        strsep(&rest, ":");
        const char *id = strsep(&rest, ":");
        if (id != NULL && rest != NULL && has_member(rest, user)) {
            service->groups[service->group_count++] = (gid_t)strtoul(id, NULL, 10);
        }
    }
    if (rows != NULL) {
        fclose(rows);
    }
}

static bool may_change_users(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    const unsigned wanted = 1U << CAP_CHOWN | 1U << CAP_SETGID | 1U << CAP_SETUID;
    return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & wanted) == wanted;
}

int choose_user(struct service *service)
{
    unsigned uid = geteuid();
    unsigned gid = getegid();
    char *user = metafile(service, "SVC_USER");
    char *group = metafile(service, "SVC_GROUP");
    const char *user_name = user == NULL ? "hab" : user;
    const char *group_name = group == NULL ? "hab" : group;
    int status = 0;
    service->drop = may_change_users();
    if (!service->drop) {
        say("cannot change users: everything runs as the Supervisor's own user", "");
    } else if (account("/etc/passwd", user_name, &uid) && account("/etc/group", group_name, &gid)) {
        find_groups(service, user_name);
    } else if (user != NULL || group != NULL) {
        status = fail(FATAL, "no such user or group:", user_name);
    }
    service->uid = uid;
    service->gid = gid;
    free(user);
    free(group);
    return status;
}

/* Directories */

static int make_directory(const struct service *service, const char *path, mode_t mode)
{
    if (mkdir(path, mode) != 0) {
        return errno == EEXIST ? 0 : fail(FATAL, strerror(errno), path);
    }
    bool own = mode == 0770 && service->drop;
    if (chmod(path, mode) != 0 || (own && chown(path, service->uid, service->gid) != 0)) {
        return fail(FATAL, strerror(errno), path);
    }
    return 0;
}

static int write_text(const char *path, const char *text, size_t length, mode_t mode)
{
    unlink(path);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool done = file >= 0 && write(file, text, length) == (ssize_t)length &&
                fchmod(file, mode) == 0;
    if (file >= 0) {
        close(file);
    }
    return done ? 0 : fail(FATAL, "cannot write", path);
}

static int write_pid(const char *path, pid_t pid)
{
    char text[32];
    int length = snprintf(text, sizeof(text), "%d", (int)pid);
    return write_text(path, text, (size_t)length, 0644);
}

/* The hooks as they are; the real one renders them. */
static int copy_hooks(const struct service *service)
{
    static const char *const names[] = {"init", "run", "health-check"};
    int status = 0;
    for (size_t i = 0; status == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s/hooks/%s", service->prefix, names[i]);
        char *text = read_text(path);
        if (text != NULL) {
            size_t length = strlen(text);
            text[length] = '\n';
            snprintf(path, sizeof(path), "%s/hooks/%s", service->directory, names[i]);
            status = write_text(path, text, length + 1, 0755);
        }
        free(text);
    }
    return status;
}

int make_directories(struct service *service)
{
    static const char *const shared[] = {"/hab/launcher",          "/hab/sup",
                                         "/hab/sup/default",       "/hab/sup/default/data",
                                         "/hab/sup/default/specs", "/hab/svc"};
    static const struct {
        const char *name;
        mode_t mode;
    } rows[] = {{"", 0755},        {"/config", 0770}, {"/config_install", 0770},
                {"/data", 0770},   {"/files", 0770},  {"/var", 0770},
                {"/static", 0770}, {"/hooks", 0755},  {"/logs", 0755}};
    int status = 0;
    for (size_t i = 0; status == 0 && i < sizeof(shared) / sizeof(shared[0]); i++) {
        status = make_directory(service, shared[i], 0755);
    }
    status = status == 0 ? write_pid("/hab/launcher/PID", getpid()) : status;
    status = status == 0 ? write_pid("/hab/sup/default/LOCK", getpid()) : status;
    if (service->name[0] == '\0') {
        return status;
    }
    snprintf(service->directory, sizeof(service->directory), "/hab/svc/%s", service->name);
    for (size_t i = 0; status == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s%s", service->directory, rows[i].name);
        status = make_directory(service, path, rows[i].mode);
    }
    return status == 0 ? copy_hooks(service) : status;
}

/* Processes */

/* KEY=value lines into the environment; PATH is RUNTIME_PATH, the interpreter's, the Supervisor's.
 */
static void set_environment(const struct service *service)
{
    char *text = metafile(service, "RUNTIME_ENVIRONMENT");
    char *rest = text;
    for (char *line; rest != NULL && (line = strsep(&rest, "\r\n")) != NULL;) {
        char *equals = strchr(line, '=');
        if (equals != NULL && strncmp(line, "PATH=", 5) != 0) {
            *equals = '\0';
            setenv(line, equals + 1, 1);
        }
    }
    char *path = metafile(service, "RUNTIME_PATH");
    const char *own = getenv("PATH");
    char *all = NULL;
    if (asprintf(&all, "%s%s%s/bin:%s", path == NULL ? "" : path, path == NULL ? "" : ":",
                 service->interpreter, own == NULL ? "/bin" : own) > 0) {
        setenv("PATH", all, 1);
    }
    free(all);
    free(path);
    free(text);
}

static void send_to_log(const struct service *service, const char *hook, const char *stream,
                        int number)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/logs/%s.%s.log", service->directory, hook, stream);
    int log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (log >= 0) {
        dup2(log, number);
    }
}

static _Noreturn void become_hook(const struct service *service, const char *name, const char *hook)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    if (strcmp(name, "health-check") == 0) {
        send_to_log(service, name, "stdout", STDOUT_FILENO);
        send_to_log(service, name, "stderr", STDERR_FILENO);
    }
    set_environment(service);
    bool ready = !service->drop || (setgroups(service->group_count, service->groups) == 0 &&
                                    setgid(service->gid) == 0 && setuid(service->uid) == 0);
    if (ready && chdir(service->directory) == 0) {
        signal(SIGPIPE, SIG_DFL);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execl(hook, hook, (char *)NULL);
    }
    perror(hook);
    _exit(127);
}

pid_t start_hook(const struct service *service, const char *name)
{
    char hook[PATH_MAX];
    snprintf(hook, sizeof(hook), "%s/hooks/%s", service->directory, name);
    if (access(hook, F_OK) != 0) {
        return 0;
    }
    pid_t pid = fork();
    if (pid == 0) {
        become_hook(service, name, hook);
    }
    if (pid > 0) {
        setpgid(pid, pid);
    }
    return pid < 0 ? 0 : pid;
}

/* init once, then run; run again a second after it died. */
void start_service(struct service *service)
{
    char path[PATH_MAX];
    service->initialising = !service->initialised;
    service->pid = service->initialising ? start_hook(service, "init") : 0;
    if (service->pid == 0) {
        service->initialising = false;
        service->initialised = true;
        service->pid = start_hook(service, "run");
        snprintf(path, sizeof(path), "%s/PID", service->directory);
        write_pid(path, service->pid);
        say("started", service->name);
    }
}

void service_ended(struct service *service, int status)
{
    bool again = service->initialising && status == 0;
    service->pid = 0;
    service->initialised = service->initialised || again;
    service->start_at = now_ms() + (again ? 0 : 1000);
    if (!again) {
        say(service->initialising ? "the init hook failed:" : "the service ended:", service->name);
        service->restarts++;
    }
}

/* TERM (or what the package wants) at first, KILL when the time is up. */
void stop_service(struct service *service)
{
    if (service->stop_at != 0) {
        return;
    }
    service->stop_at = now_ms() + (int64_t)service->timeout * 1000;
    if (service->pid > 0) {
        kill(-service->pid, service->signal);
    }
}

/* Finding packages */

/* The first run of digits and dots, and what follows it without one leading dash. */
static const char *split_version(const char *text, size_t *ret_length, const char **ret_rest)
{
    const char *start = text + strcspn(text, "0123456789.");
    *ret_length = strspn(start, "0123456789.");
    *ret_rest = start + *ret_length;
    *ret_rest += (*ret_rest)[0] == '-' && (*ret_rest)[1] != '\0';
    return start;
}

/* As Habitat compares: numbers piece by piece, then no extension beats any, then as text. */
static int compare_versions(const char *a, const char *b)
{
    size_t left[2];
    const char *rest[2];
    const char *part[2] = {split_version(a, &left[0], &rest[0]),
                           split_version(b, &left[1], &rest[1])};
    while (left[0] > 0 || left[1] > 0) {
        unsigned long long number[2] = {0, 0};
        for (size_t i = 0; i < 2; i++) {
            size_t digits = left[i] == 0 ? 0 : strspn(part[i], "0123456789");
            if (left[i] > 0 && (digits == 0 || digits > 19)) {
                return strcmp(a, b);
            }
            number[i] = left[i] == 0 ? 0 : strtoull(part[i], NULL, 10);
            size_t step = digits < left[i] ? digits + 1 : digits;
            part[i] += step;
            left[i] -= step;
        }
        if (number[0] != number[1]) {
            return number[0] < number[1] ? -1 : 1;
        }
    }
    if (*rest[0] == '\0' || *rest[1] == '\0') {
        return (*rest[0] == '\0') - (*rest[1] == '\0');
    }
    return strcmp(rest[0], rest[1]);
}

static bool has_target(const char *prefix)
{
    struct service package = {.name = ""};
    snprintf(package.prefix, sizeof(package.prefix), "%s", prefix);
    char *target = metafile(&package, "TARGET");
    bool ours = target != NULL && strcmp(target, TARGET) == 0;
    free(target);
    return ours;
}

static void scan_releases(const char *version_dir, const char *wanted, char *best, size_t size)
{
    const char *slash = strrchr(version_dir, '/');
    DIR *dir = opendir(version_dir);
    for (const struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        char path[PREFIX_LIMIT];
        char version[PREFIX_LIMIT] = "";
        snprintf(path, sizeof(path), "%.900s/%s", version_dir, entry->d_name);
        if (entry->d_name[0] == '.' || (wanted != NULL && strcmp(wanted, entry->d_name) != 0) ||
            !has_target(path)) {
            continue;
        }
        char *release = NULL;
        if (best[0] != '\0') {
            snprintf(version, sizeof(version), "%s", best);
            release = strrchr(version, '/');
            *release++ = '\0';
        }
        int order = best[0] == '\0' ? 1 : compare_versions(slash + 1, strrchr(version, '/') + 1);
        if (order > 0 || (order == 0 && strcmp(entry->d_name, release) > 0)) {
            snprintf(best, size, "%s", path);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

/* The prefix of the newest installed package that satisfies an identifier of 2 to 4 parts. */
bool find_package(const char *ident, char *ret_prefix, size_t size)
{
    char copy[1024];
    char best[PREFIX_LIMIT] = "";
    char base[600];
    const char *parts[4] = {NULL};
    char *rest = copy;
    snprintf(copy, sizeof(copy), "%s", ident);
    for (size_t i = 0; i < 4 && rest != NULL; i++) {
        parts[i] = strsep(&rest, "/");
    }
    if (parts[1] == NULL || rest != NULL || *parts[0] == '\0' || *parts[1] == '\0') {
        return false;
    }
    snprintf(base, sizeof(base), "/hab/pkgs/%.255s/%.255s", parts[0], parts[1]);
    DIR *dir = opendir(base);
    for (const struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        char path[900];
        snprintf(path, sizeof(path), "%s/%s", base, entry->d_name);
        if (entry->d_name[0] != '.' && (parts[2] == NULL || strcmp(parts[2], entry->d_name) == 0)) {
            scan_releases(path, parts[3], best, sizeof(best));
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    snprintf(ret_prefix, size, "%s", best);
    return best[0] != '\0';
}
