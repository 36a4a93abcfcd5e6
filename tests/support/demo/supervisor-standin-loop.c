/* The loop and the HTTP gateway of the Supervisor's stand-in; see supervisor-standin.c. */
#define _GNU_SOURCE
#include "supervisor-standin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A connection; with a hook it waits for that hook's end. */
struct client {
    int fd;
    pid_t hook;
    int64_t deadline;
    size_t length;
    char request[REQUEST_LIMIT];
};

struct gateway {
    int listener;
    char service_path[1024]; /* /services/NAME/GROUP[/ORG] */
    char service_group[1024];
    const struct options *options;
    struct client clients[MAX_CLIENTS];
};

static void drop_client(struct client *client)
{
    if (client->hook > 0) {
        kill(-client->hook, SIGKILL);
    }
    close(client->fd);
    *client = (struct client){.fd = -1};
}

static void reply(struct client *client, int code, const char *type, const char *body)
{
    static const struct {
        int code;
        const char *reason;
    } reasons[] = {{200, "OK"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {500, "Internal Server Error"},
                   {503, "Service Unavailable"}};
    const char *reason = "";
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        reason = reasons[i].code == code ? reasons[i].reason : reason;
    }
    char text[4 * REQUEST_LIMIT];
    int length = snprintf(text, sizeof(text),
                          "HTTP/1.1 %d %s\r\nServer: stand-in\r\nContent-Type: %s\r\n"
                          "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                          code, reason, type, strlen(body), body);
    if (send(client->fd, text, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) != length) {
        say("a client did not take its answer", "");
    }
    drop_client(client);
}

/* The text as the inside of a JSON string, at most size bytes of it. */
static void quote(const char *text, char *out, size_t size)
{
    size_t used = 0;
    for (; text != NULL && *text != '\0' && used + 7 < size; text++) {
        unsigned char byte = (unsigned char)*text;
        bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
        used += (size_t)snprintf(out + used, size - used, plain ? "%c" : "\\u%04x", byte);
    }
    out[used] = '\0';
}

static void reply_health(const struct service *service, struct client *client, int status)
{
    static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    static const int codes[] = {200, 200, 503, 500};
    static const char *const streams[] = {"stdout", "stderr"};
    char quoted[2][REQUEST_LIMIT] = {"", ""};
    char body[3 * REQUEST_LIMIT];
    for (size_t i = 0; i < 2 && client->hook != 0; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s/logs/health-check.%s.log", service->directory, streams[i]);
        char *text = read_text(path);
        quote(text, quoted[i], sizeof(quoted[i]));
        free(text);
    }
    int result = status < 0 || status > 3 ? 3 : status;
    snprintf(body, sizeof(body), "{\"status\":\"%s\",\"stdout\":\"%s\",\"stderr\":\"%s\"}",
             words[result], quoted[0], quoted[1]);
    client->hook = 0;
    reply(client, codes[result], "application/json", body);
}

/* Starts the hook; its end answers. Without a hook: fine when the process is up. */
static void ask_health(const struct service *service, struct client *client)
{
    bool up = service->pid > 0 && !service->initialising;
    if (!up) {
        reply_health(service, client, service->initialised ? 2 : 3);
        return;
    }
    client->hook = start_hook(service, "health-check");
    client->deadline = now_ms() + HOOK_MS;
    if (client->hook == 0) {
        reply_health(service, client, 0);
    }
}

static void reply_service(const struct gateway *gateway, const struct service *service,
                          struct client *client, bool listed)
{
    char body[2 * REQUEST_LIMIT] = "[]";
    const char *topology = gateway->options->topology;
    if (service->name[0] != '\0') {
        snprintf(body, sizeof(body),
                 "%s{\"stand_in\":true,\"service_group\":\"%s\",\"pkg\":{\"ident\":\"%.1000s\"},"
                 "\"spec_identifier\":\"%.1000s\",\"process\":{\"state\":\"%s\",\"pid\":%d},"
                 "\"initialized\":%s,\"restart_count\":%u,\"desired_state\":\"Up\","
                 "\"topology\":\"%s\",\"update_strategy\":\"none\"}%s",
                 listed ? "[" : "", gateway->service_group, service->prefix + strlen("/hab/pkgs/"),
                 gateway->options->ident, service->pid > 0 ? "up" : "down", (int)service->pid,
                 service->initialised ? "true" : "false", service->restarts,
                 topology == NULL ? "standalone" : topology, listed ? "]" : "");
    }
    reply(client, 200, "application/json", body);
}

static bool is_authorised(const char *request)
{
    const char *token = getenv("HAB_SUP_GATEWAY_AUTH_TOKEN");
    static const char start[] = "\r\nAuthorization: Bearer ";
    if (token == NULL || *token == '\0') {
        return true;
    }
    const char *given = strcasestr(request, start);
    size_t length = strlen(token);
    return given != NULL && strncmp(given + strlen(start), token, length) == 0 &&
           given[strlen(start) + length] == '\r';
}

static void answer(const struct gateway *gateway, const struct service *service,
                   struct client *client)
{
    char *rest = client->request;
    bool authorised = is_authorised(client->request);
    const char *method = strsep(&rest, " ");
    const char *path = rest == NULL ? NULL : strsep(&rest, " ?\r\n");
    size_t length = strlen(gateway->service_path);
    bool named = path != NULL && service->name[0] != '\0' &&
                 strncmp(path, gateway->service_path, length) == 0;
    if (path == NULL || path[0] != '/') {
        reply(client, 400, "text/plain", "");
    } else if (!authorised) {
        reply(client, 401, "text/plain", "");
    } else if (strcmp(method, "GET") != 0) {
        reply(client, 405, "text/plain", "");
    } else if (strcmp(path, "/") == 0) {
        reply(client, 200, "text/html", "<h1>A stand-in for the Supervisor's gateway</h1>\n");
    } else if (strcmp(path, "/services") == 0) {
        reply_service(gateway, service, client, true);
    } else if (named && path[length] == '\0') {
        reply_service(gateway, service, client, false);
    } else if (named && strcmp(path + length, "/health") == 0) {
        ask_health(service, client);
    } else {
        reply(client, 404, "text/plain", "");
    }
}

static void read_request(const struct gateway *gateway, const struct service *service,
                         struct client *client)
{
    size_t space = sizeof(client->request) - 1 - client->length;
    ssize_t got = recv(client->fd, client->request + client->length, space, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0 || client->hook > 0) {
        drop_client(client);
        return;
    }
    client->length += (size_t)got;
    client->request[client->length] = '\0';
    if (strstr(client->request, "\r\n\r\n") != NULL) {
        answer(gateway, service, client);
    } else if (client->length == sizeof(client->request) - 1) {
        reply(client, 400, "text/plain", "");
    }
}

static void accept_client(struct gateway *gateway)
{
    int fd = accept4(gateway->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    for (size_t i = 0; fd >= 0 && i < MAX_CLIENTS; i++) {
        if (gateway->clients[i].fd < 0) {
            gateway->clients[i] = (struct client){.fd = fd, .deadline = now_ms() + CLIENT_MS};
            return;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* 127.0.0.1:9631 or [::1]:9631; checked already. */
static int listen_on(const char *where)
{
    char host[64];
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.v6 = {0}};
    const char *colon = strrchr(where, ':');
    in_port_t port = htons((in_port_t)strtoul(colon + 1, NULL, 10));
    bool six = where[0] == '[';
    snprintf(host, sizeof(host), "%.*s", (int)(colon - where) - (six ? 2 : 0), where + six);
    if (six) {
        address.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
        inet_pton(AF_INET6, host, &address.v6.sin6_addr);
    } else {
        address.v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
        inet_pton(AF_INET, host, &address.v4.sin_addr);
    }
    int on = 1;
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, &address.any, six ? sizeof(address.v6) : sizeof(address.v4)) != 0 ||
        listen(fd, 16) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Every child that ended: the service, a health check, or an orphan given to PID 1. */
static void reap(struct service *service, struct gateway *gateway)
{
    int raw = 0;
    for (pid_t pid; (pid = waitpid(-1, &raw, WNOHANG)) > 0;) {
        int status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
        if (pid == service->pid) {
            service_ended(service, status);
        }
        for (size_t i = 0; i < MAX_CLIENTS; i++) {
            if (gateway->clients[i].fd >= 0 && gateway->clients[i].hook == pid) {
                reply_health(service, &gateway->clients[i], status);
            }
        }
    }
}

/* What is due: starts, kills, and clients that took too long. False when all is over. */
static bool tick(struct service *service, struct gateway *gateway)
{
    int64_t now = now_ms();
    for (size_t i = 0; i < MAX_CLIENTS; i++) {
        struct client *client = &gateway->clients[i];
        if (client->fd >= 0 && now >= client->deadline && client->hook > 0) {
            kill(-client->hook, SIGKILL);
            reply_health(service, client, 3);
        } else if (client->fd >= 0 && now >= client->deadline) {
            drop_client(client);
        }
    }
    if (service->stop_at != 0) {
        if (service->pid > 0 && now >= service->stop_at) {
            say("does not end and is killed:", service->name);
            kill(-service->pid, SIGKILL);
            service->stop_at = INT64_MAX;
        }
        return service->pid > 0;
    }
    if (service->name[0] != '\0' && service->pid == 0 && now >= service->start_at) {
        start_service(service);
    }
    return true;
}

static void take_signals(int signals, struct service *service)
{
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) {
            stop_service(service);
        }
    }
}

/* One round of waiting; at most 200 ms, so that what is due is never late by more. */
static void wait_and_serve(int signals, struct service *service, struct gateway *gateway)
{
    struct pollfd polled[MAX_CLIENTS + 2] = {{.fd = signals, .events = POLLIN},
                                             {.fd = gateway->listener, .events = POLLIN}};
    for (size_t i = 0; i < MAX_CLIENTS; i++) {
        polled[i + 2] = (struct pollfd){.fd = gateway->clients[i].fd, .events = POLLIN};
    }
    if (poll(polled, MAX_CLIENTS + 2, 200) <= 0) {
        return;
    }
    take_signals(signals, service);
    for (size_t i = 0; i < MAX_CLIENTS; i++) {
        if (polled[i + 2].revents != 0) {
            read_request(gateway, service, &gateway->clients[i]);
        }
    }
    if (polled[1].revents != 0) {
        accept_client(gateway);
    }
}

static int block_signals(void)
{
    static const int taken[] = {SIGTERM, SIGINT,  SIGCHLD, SIGHUP,
                                SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        sigaddset(&set, taken[i]);
    }
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_SETMASK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int supervise(struct service *service, const struct options *options)
{
    struct gateway *gateway = calloc(1, sizeof(*gateway));
    int signals = block_signals();
    if (gateway == NULL || signals < 0) {
        free(gateway);
        return fail(FATAL, "cannot start", "");
    }
    gateway->options = options;
    for (size_t i = 0; i < MAX_CLIENTS; i++) {
        gateway->clients[i].fd = -1;
    }
    const char *org = options->org == NULL ? "" : options->org;
    snprintf(gateway->service_path, sizeof(gateway->service_path), "/services/%s/%.200s%s%.200s",
             service->name, options->group, *org == '\0' ? "" : "/", org);
    snprintf(gateway->service_group, sizeof(gateway->service_group), "%s.%.200s%s%.200s",
             service->name, options->group, *org == '\0' ? "" : "@", org);
    gateway->listener = options->no_gateway ? -1 : listen_on(options->listen_http);
    if (!options->no_gateway && gateway->listener < 0) {
        free(gateway);
        return fail(FATAL, "cannot listen on", options->listen_http);
    }
    while (tick(service, gateway)) {
        wait_and_serve(signals, service, gateway);
        reap(service, gateway);
    }
    for (size_t i = 0; i < MAX_CLIENTS; i++) {
        if (gateway->clients[i].fd >= 0) {
            drop_client(&gateway->clients[i]);
        }
    }
    free(gateway);
    say("ended", "");
    return 0;
}
