/*
 * A STAND-IN FOR HABITAT'S SUPERVISOR, FOR TESTS ONLY.
 *
 * One static program that is hab, hab-sup and hab-launch by the name it is called. "hab sup run
 * IDENT" checks the licence and the flags as the real one does, makes the service's directories,
 * drops to SVC_USER:SVC_GROUP when it may, runs hooks/init and hooks/run without rendering
 * anything, restarts what dies, answers on the HTTP gateway, and stops the service on TERM. There
 * is no ring, no configuration, no update: whoever needs those needs Habitat.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 4096 };

static struct {
    char name[256]; /* of the service; empty: a bare Supervisor */
    char group[256];
    char prefix[1024]; /* /hab/pkgs/o/n/v/r */
    uid_t uid;
    gid_t gid;
    bool drop;
    pid_t pid;
    time_t died;
    int signal;
    unsigned timeout;
} service = {.group = "default", .signal = SIGTERM, .timeout = 8};

static volatile sig_atomic_t stopping;

static void on_stop(int number)
{
    (void)number;
    stopping = 1;
}

static void say(const char *what, const char *detail)
{
    printf("hab-sup(STAND-IN): %s%s%s\n", what, *detail == '\0' ? "" : " ", detail);
    fflush(stdout);
}

static int fail(int status, const char *what, const char *detail)
{
    fprintf(stderr, "hab-sup(STAND-IN): %s %s\n", what, detail);
    return status;
}

static bool read_text(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    size_t length = fread(out, 1, size - 1, file);
    fclose(file);
    while (length > 0 && strchr(" \r\n\t", out[length - 1]) != NULL) {
        length--;
    }
    out[length] = '\0';
    return true;
}

static bool metafile(const char *name, char *out, size_t size)
{
    char path[2048];
    snprintf(path, sizeof(path), "%s/%s", service.prefix, name);
    return read_text(path, out, size);
}

/* Field number 2 of the row of /etc/passwd or /etc/group: the number. */
static bool account(const char *file, const char *name, unsigned *ret_id, unsigned *ret_group)
{
    char line[1024];
    FILE *rows = fopen(file, "re");
    bool found = false;
    while (rows != NULL && !found && fgets(line, sizeof(line), rows) != NULL) {
        char *rest = line;
        const char *row = strsep(&rest, ":");
        const char *password = rest == NULL ? NULL : strsep(&rest, ":");
        const char *id = rest == NULL ? NULL : strsep(&rest, ":");
        if (password != NULL && id != NULL && strcmp(row, name) == 0) {
            *ret_id = (unsigned)strtoul(id, NULL, 10);
            *ret_group = rest == NULL ? 0 : (unsigned)strtoul(rest, NULL, 10);
            found = true;
        }
    }
    if (rows != NULL) {
        fclose(rows);
    }
    return found;
}

/* The greatest directory name below path that the request allows (NULL: any). */
static bool newest(char *path, size_t size, const char *wanted)
{
    char best[256] = "";
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        bool hidden = entry->d_name[0] == '.';
        if (!hidden && (wanted == NULL || strcmp(wanted, entry->d_name) == 0) &&
            strverscmp(entry->d_name, best) > 0) {
            snprintf(best, sizeof(best), "%s", entry->d_name);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    size_t length = strlen(path);
    snprintf(path + length, size - length, "/%s", best);
    return best[0] != '\0';
}

static bool find_package(const char *ident)
{
    char copy[1024];
    const char *parts[4] = {NULL};
    char *rest = copy;
    snprintf(copy, sizeof(copy), "%s", ident);
    for (size_t i = 0; i < 4 && rest != NULL; i++) {
        parts[i] = strsep(&rest, "/");
    }
    if (parts[1] == NULL || rest != NULL) {
        return false;
    }
    snprintf(service.name, sizeof(service.name), "%s", parts[1]);
    snprintf(service.prefix, sizeof(service.prefix), "/hab/pkgs/%s/%s", parts[0], parts[1]);
    return newest(service.prefix, sizeof(service.prefix), parts[2]) &&
           newest(service.prefix, sizeof(service.prefix), parts[3]);
}

static bool has_capability(unsigned number)
{
    char text[TEXT];
    if (!read_text("/proc/self/status", text, sizeof(text))) {
        return geteuid() == 0;
    }
    const char *line = strstr(text, "CapEff:");
    return line != NULL && (strtoull(line + 7, NULL, 16) >> number & 1) != 0;
}

/* CAP_CHOWN 0, CAP_SETGID 6, CAP_SETUID 7: with all three the service gets its own user. */
static int choose_user(void)
{
    char user[256] = "hab";
    char group[256] = "hab";
    unsigned unused = 0;
    service.uid = geteuid();
    service.gid = getegid();
    service.drop = has_capability(0) && has_capability(6) && has_capability(7);
    if (!service.drop) {
        say("cannot change users: everything runs as the Supervisor's own user", "");
        return 0;
    }
    metafile("SVC_USER", user, sizeof(user));
    metafile("SVC_GROUP", group, sizeof(group));
    if (!account("/etc/passwd", user, &service.uid, &unused) ||
        !account("/etc/group", group, &service.gid, &unused)) {
        return fail(86, "no such user or group:", user);
    }
    return 0;
}

static int make_directory(const char *path, mode_t mode, bool own)
{
    if (mkdir(path, mode) != 0 && errno != EEXIST) {
        perror(path);
        return 86;
    }
    if (own && chmod(path, mode) == 0 && service.drop &&
        chown(path, service.uid, service.gid) != 0) {
        perror(path);
        return 86;
    }
    return 0;
}

static int make_directories(void)
{
    static const struct {
        const char *name;
        mode_t mode;
        bool own;
    } rows[] = {{"", 0755, false},       {"/config", 0770, true}, {"/config_install", 0770, true},
                {"/data", 0770, true},   {"/files", 0770, true},  {"/var", 0770, true},
                {"/static", 0770, true}, {"/hooks", 0755, false}, {"/logs", 0755, false}};
    int status = make_directory("/hab/sup", 0755, false);
    status = status == 0 ? make_directory("/hab/sup/default", 0755, false) : status;
    status = status == 0 ? make_directory("/hab/svc", 0755, false) : status;
    for (size_t i = 0; status == 0 && service.name[0] != '\0' && i < sizeof(rows) / sizeof(rows[0]);
         i++) {
        char path[1024];
        snprintf(path, sizeof(path), "/hab/svc/%s%s", service.name, rows[i].name);
        status = make_directory(path, rows[i].mode, rows[i].own);
    }
    return status;
}

/* KEY=value lines into the environment; PATH is RUNTIME_PATH and what the Supervisor has. */
static void set_environment(void)
{
    char text[TEXT];
    char path[TEXT];
    char all[3 * TEXT];
    if (metafile("RUNTIME_ENVIRONMENT", text, sizeof(text))) {
        char *rest = text;
        for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
            char *equals = strchr(line, '=');
            if (equals != NULL && strncmp(line, "PATH=", 5) != 0) {
                *equals = '\0';
                setenv(line, equals + 1, 1);
            }
        }
    }
    const char *own = getenv("PATH");
    bool has = metafile("RUNTIME_PATH", path, sizeof(path));
    snprintf(all, sizeof(all), "%s%s%s", has ? path : "", has ? ":" : "",
             own == NULL ? "/bin" : own);
    setenv("PATH", all, 1);
}

static pid_t start_hook(const char *name)
{
    char hook[2048];
    snprintf(hook, sizeof(hook), "%s/hooks/%s", service.prefix, name);
    if (access(hook, R_OK) != 0) {
        return 0;
    }
    pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    set_environment();
    if (service.drop &&
        (setgroups(0, NULL) != 0 || setgid(service.gid) != 0 || setuid(service.uid) != 0)) {
        _exit(126);
    }
    char directory[1024];
    snprintf(directory, sizeof(directory), "/hab/svc/%s", service.name);
    if (chdir(directory) != 0) {
        _exit(126);
    }
    execl("/bin/sh", "sh", hook, (char *)NULL);
    _exit(127);
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void start_service(void)
{
    pid_t init = start_hook("init");
    if (init > 0 && wait_for(init) != 0) {
        say("the init hook failed", "");
    }
    service.pid = start_hook("run");
    say("started", service.name);
}

/* Number and text of the service's health. */
static int health(const char **ret_text)
{
    static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    static const int codes[] = {200, 200, 503, 500};
    int result = service.pid > 0 ? 0 : 2;
    pid_t hook = result == 0 ? start_hook("health-check") : 0;
    if (hook > 0) {
        result = wait_for(hook);
        result = result > 3 ? 3 : result;
    }
    *ret_text = words[result];
    return codes[result];
}

static void reply(int peer, int code, const char *type, const char *body)
{
    char text[TEXT];
    int length = snprintf(text, sizeof(text),
                          "HTTP/1.1 %d STAND-IN\r\nContent-Type: %s\r\nContent-Length: "
                          "%zu\r\nConnection: close\r\n\r\n%s",
                          code, type, strlen(body), body);
    if (write(peer, text, (size_t)length) < 0) {
        perror("gateway");
    }
}

static bool is_authorised(const char *request)
{
    const char *token = getenv("HAB_SUP_GATEWAY_AUTH_TOKEN");
    char wanted[TEXT];
    if (token == NULL || *token == '\0') {
        return true;
    }
    snprintf(wanted, sizeof(wanted), "Authorization: Bearer %s\r\n", token);
    return strcasestr(request, wanted) != NULL;
}

static void answer(int peer)
{
    char request[TEXT] = "";
    char path[1024];
    char body[1024];
    const char *word = "";
    ssize_t got = read(peer, request, sizeof(request) - 1);
    if (got <= 0 || sscanf(request, "GET %1023s", path) != 1) {
        reply(peer, 400, "text/plain", "");
        return;
    }
    char base[1024];
    snprintf(base, sizeof(base), "/services/%.250s/%.250s/health", service.name, service.group);
    if (!is_authorised(request)) {
        reply(peer, 401, "text/plain", "");
    } else if (strcmp(path, "/") == 0) {
        reply(peer, 200, "text/html", "<h1>Stand-in for the Supervisor's gateway</h1>");
    } else if (strcmp(path, "/services") == 0) {
        snprintf(body, sizeof(body),
                 "[{\"service_group\":\"%.250s.%.250s\",\"process\":{\"state\":\"%s\"}}]",
                 service.name, service.group, service.pid > 0 ? "up" : "down");
        reply(peer, 200, "application/json", service.name[0] == '\0' ? "[]" : body);
    } else if (service.name[0] != '\0' && strcmp(path, base) == 0) {
        int code = health(&word);
        snprintf(body, sizeof(body), "{\"status\":\"%s\",\"stdout\":\"\",\"stderr\":\"\"}", word);
        reply(peer, code, "application/json", body);
    } else {
        reply(peer, 404, "text/plain", "");
    }
}

static int listen_http(const char *where)
{
    char host[64] = "";
    unsigned port = 0;
    struct sockaddr_in address = {.sin_family = AF_INET};
    int on = 1;
    if (sscanf(where, "%63[^:]:%u", host, &port) != 2 ||
        inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        return -1;
    }
    address.sin_port = htons((unsigned short)port);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, 16) != 0) {
        close(listener);
        return -1;
    }
    return listener;
}

static void reap(void)
{
    int status = 0;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid == service.pid) {
            say("the service ended and is started again", "");
            service.pid = 0;
            service.died = time(NULL);
        }
    }
    if (service.pid == 0 && service.name[0] != '\0' && !stopping && time(NULL) > service.died) {
        start_service();
    }
}

static void stop_service(void)
{
    if (service.pid <= 0) {
        return;
    }
    kill(-service.pid, service.signal);
    for (unsigned i = 0; i < service.timeout * 20; i++) {
        if (waitpid(service.pid, NULL, WNOHANG) == service.pid) {
            say("stopped", service.name);
            return;
        }
        usleep(50000);
    }
    kill(-service.pid, SIGKILL);
    waitpid(service.pid, NULL, 0);
    say("killed", service.name);
}

static int supervise(const char *http, bool gateway)
{
    struct sigaction action = {.sa_handler = on_stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    int listener = gateway ? listen_http(http) : -1;
    if (gateway && listener < 0) {
        return fail(86, "cannot listen on", http);
    }
    while (!stopping) {
        struct pollfd wait = {.fd = listener, .events = POLLIN};
        reap();
        if (poll(&wait, listener < 0 ? 0 : 1, 200) > 0) {
            int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
            if (peer >= 0) {
                answer(peer);
                close(peer);
            }
        }
    }
    stop_service();
    say("ended", "");
    return 0;
}

/* The flags of "hab sup run": true those that take a value. */
static const struct {
    const char *name;
    bool value;
} flags[] = {
    {"--listen-gossip", true},
    {"--listen-http", true},
    {"--listen-ctl", true},
    {"--http-disable", false},
    {"-D", false},
    {"--peer", true},
    {"--peer-watch-file", true},
    {"--local-gossip-mode", false},
    {"--permanent-peer", false},
    {"-I", false},
    {"--org", true},
    {"--ring", true},
    {"-r", true},
    {"--cache-key-path", true},
    {"--auto-update", false},
    {"-A", false},
    {"--channel", true},
    {"--url", true},
    {"-u", true},
    {"--group", true},
    {"--topology", true},
    {"-t", true},
    {"--strategy", true},
    {"-s", true},
    {"--update-condition", true},
    {"--bind", true},
    {"--binding-mode", true},
    {"--health-check-interval", true},
    {"--shutdown-timeout", true},
    {"-v", false},
    {"--no-color", false},
    {"--json-logging", false},
    {"--sys-ip-address", true},
    {"--keep-latest-packages", true},
};

static int find_flag(const char *argument)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        size_t length = strlen(flags[i].name);
        if (strncmp(argument, flags[i].name, length) == 0 &&
            (argument[length] == '\0' || argument[length] == '=')) {
            return (int)i;
        }
    }
    return -1;
}

/* hab-launch run [IDENT] FLAGS... */
static int launch(int argc, char **argv)
{
    const char *ident = NULL;
    const char *http = "0.0.0.0:9631";
    bool gateway = true;
    for (int i = 2; i < argc; i++) {
        if (argv[i][0] != '-') {
            ident = argv[i];
            continue;
        }
        int flag = find_flag(argv[i]);
        const char *equals = strchr(argv[i], '=');
        if (flag < 0 || (flags[flag].value && equals == NULL && i + 1 == argc)) {
            return fail(2, "unknown or incomplete argument", argv[i]);
        }
        const char *value = !flags[flag].value ? NULL : equals != NULL ? equals + 1 : argv[++i];
        if (strcmp(flags[flag].name, "--listen-http") == 0) {
            http = value;
        } else if (strcmp(flags[flag].name, "--group") == 0) {
            snprintf(service.group, sizeof(service.group), "%s", value);
        } else if (strcmp(flags[flag].name, "--http-disable") == 0 ||
                   strcmp(flags[flag].name, "-D") == 0) {
            gateway = false;
        }
    }
    char text[TEXT];
    if (ident != NULL && (!find_package(ident) || !metafile("TARGET", text, sizeof(text)) ||
                          strcmp(text, "x86_64-linux") != 0)) {
        return fail(86, "no installed package satisfies", ident);
    }
    if (ident != NULL && metafile("SHUTDOWN_TIMEOUT", text, sizeof(text))) {
        service.timeout = (unsigned)strtoul(text, NULL, 10);
    }
    if (ident != NULL && metafile("SHUTDOWN_SIGNAL", text, sizeof(text))) {
        service.signal = strcmp(text, "INT") == 0    ? SIGINT
                         : strcmp(text, "QUIT") == 0 ? SIGQUIT
                                                     : SIGTERM;
    }
    int status = ident == NULL ? 0 : choose_user();
    status = status == 0 ? make_directories() : status;
    say("this is a stand-in, not Habitat; service:", ident == NULL ? "(none)" : ident);
    return status == 0 ? supervise(http, gateway) : status;
}

static bool has_licence(void)
{
    const char *given = getenv("HAB_LICENSE");
    if (given != NULL && *given != '\0') {
        return strcmp(given, "accept") == 0 || strcmp(given, "accept-no-persist") == 0;
    }
    return access("/hab/accepted-licenses/habitat", F_OK) == 0;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0 ||
            strcmp(argv[i], "-V") == 0 || strcmp(argv[i], "--version") == 0 ||
            strcmp(argv[i], "help") == 0) {
            return true;
        }
    }
    return false;
}

/* hab sup run ... becomes hab-launch run ..., in the same process. */
static int hab(int argc, char **argv)
{
    if (asks_for_help(argc, argv)) {
        printf(
            "hab 2.1.78 (STAND-IN for tests, not Habitat)\nusage: hab sup run [IDENT] [FLAGS]\n");
        return 0;
    }
    if (!has_licence()) {
        return fail(1, "License agreement not accepted", "");
    }
    if (argc < 3 || strcmp(argv[1], "sup") != 0 || strcmp(argv[2], "run") != 0) {
        return fail(2, "only 'hab sup run' is known, not", argc > 1 ? argv[1] : "");
    }
    char launcher[1024] = "/hab/pkgs/chef/hab-launcher";
    if (!newest(launcher, sizeof(launcher), NULL) || !newest(launcher, sizeof(launcher), NULL)) {
        return fail(86, "no hab-launcher in", launcher);
    }
    strncat(launcher, "/bin/hab-launch", sizeof(launcher) - strlen(launcher) - 1);
    argv[1] = launcher;
    execv(launcher, argv + 1);
    return fail(86, "cannot run", launcher);
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash == NULL ? argv[0] : slash + 1;
    return strcmp(name, "hab-launch") == 0 ? launch(argc, argv) : hab(argc, argv);
}
