/* The flags of "hab sup run", checked as the real one checks them; see supervisor-standin.c. */
#define _GNU_SOURCE
#include "supervisor-standin.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum arity { NONE, ONE, MANY, OPTIONAL };

/* A value: any text, IP:PORT, HOST[:PORT], a number, NAME:SERVICE.GROUP, or one of a|b|c. */
static const char IP_PORT[] = "IP:PORT";
static const char HOST[] = "HOST[:PORT]";
static const char NUMBER[] = "NUMBER";
static const char BIND[] = "NAME:SERVICE.GROUP";

struct flag {
    const char *name;
    const char *letter;
    enum arity arity;
    const char *kind; /* NULL: any text */
    const char *env;
};

static const struct flag flags[] = {
    {"--listen-gossip", NULL, ONE, IP_PORT, "HAB_LISTEN_GOSSIP"},
    {"--listen-http", NULL, ONE, IP_PORT, "HAB_LISTEN_HTTP"},
    {"--listen-ctl", NULL, ONE, HOST, "HAB_LISTEN_CTL"},
    {"--http-disable", "-D", NONE, NULL, NULL},
    {"--peer", NULL, MANY, HOST, NULL},
    {"--peer-watch-file", NULL, ONE, NULL, NULL},
    {"--local-gossip-mode", NULL, NONE, NULL, NULL},
    {"--permanent-peer", "-I", NONE, NULL, NULL},
    {"--org", NULL, ONE, NULL, NULL},
    {"--ring", "-r", ONE, NULL, "HAB_RING"},
    {"--ring-key", NULL, ONE, NULL, "HAB_RING_KEY"},
    {"--cache-key-path", NULL, ONE, NULL, NULL},
    {"--auto-update", "-A", NONE, NULL, NULL},
    {"--auto-update-period", NULL, ONE, NUMBER, NULL},
    {"--service-update-period", NULL, ONE, NUMBER, NULL},
    {"--service-min-backoff-period", NULL, ONE, NUMBER, NULL},
    {"--service-max-backoff-period", NULL, ONE, NUMBER, NULL},
    {"--service-restart-cooldown-period", NULL, ONE, NUMBER, NULL},
    {"--key", NULL, ONE, NULL, NULL},
    {"--certs", NULL, ONE, NULL, NULL},
    {"--ca-certs", NULL, ONE, NULL, NULL},
    {"--ctl-server-certificate", NULL, OPTIONAL, NULL, NULL},
    {"--ctl-server-key", NULL, OPTIONAL, NULL, NULL},
    {"--ctl-client-ca-certificate", NULL, OPTIONAL, NULL, NULL},
    {"--verbose", "-v", NONE, NULL, NULL},
    {"--no-color", NULL, NONE, NULL, NULL},
    {"--json-logging", NULL, NONE, NULL, NULL},
    {"--sys-ip-address", NULL, ONE, NULL, NULL},
    {"--keep-latest-packages", NULL, ONE, NUMBER, NULL},
    {"--config-files", NULL, MANY, NULL, NULL},
    {"--channel", NULL, ONE, NULL, NULL},
    {"--url", "-u", ONE, NULL, NULL},
    {"--group", NULL, ONE, NULL, NULL},
    {"--topology", "-t", ONE, "standalone|leader", NULL},
    {"--strategy", "-s", ONE, "none|at-once|rolling", NULL},
    {"--update-condition", NULL, ONE, "latest|track-channel", NULL},
    {"--bind", NULL, MANY, BIND, NULL},
    {"--binding-mode", NULL, ONE, "strict|relaxed", NULL},
    {"--health-check-interval", NULL, ONE, NUMBER, NULL},
    {"--shutdown-timeout", NULL, ONE, NUMBER, NULL},
    {"--config-from", NULL, ONE, NULL, NULL},
};

enum { FLAG_COUNT = sizeof(flags) / sizeof(flags[0]) };

static const char *const conflicts[][2] = {{"--peer", "--peer-watch-file"},
                                           {"--ring", "--ring-key"},
                                           {"--local-gossip-mode", "--peer"},
                                           {"--local-gossip-mode", "--peer-watch-file"},
                                           {"--local-gossip-mode", "--listen-gossip"}};
static const char *const needs[][2] = {
    {"--certs", "--key"}, {"--ca-certs", "--certs"}, {"--ca-certs", "--key"}};

/* Of a flag its place; of its name alone, or "name=value" or its letter. */
static int find_flag(const char *argument)
{
    size_t length = strcspn(argument, "=");
    for (int i = 0; i < FLAG_COUNT; i++) {
        if ((strlen(flags[i].name) == length && strncmp(argument, flags[i].name, length) == 0) ||
            (flags[i].letter != NULL && strcmp(argument, flags[i].letter) == 0)) {
            return i;
        }
    }
    return -1;
}

static bool is_number(const char *text, unsigned long greatest)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && value <= greatest;
}

/* IP or [IP] or a name, with a port or (needs_port false) without. */
static bool is_address(const char *text, bool needs_ip)
{
    char host[256];
    struct in6_addr unused;
    const char *colon = strrchr(text, ':');
    snprintf(host, sizeof(host), "%.*s",
             (int)(colon == NULL ? strlen(text) : (size_t)(colon - text)), text);
    if (host[0] == '\0' || (colon != NULL && !is_number(colon + 1, 65535))) {
        return false;
    }
    size_t length = strlen(host);
    bool bracketed = host[0] == '[' && host[length - 1] == ']';
    host[length - 1] = bracketed ? '\0' : host[length - 1];
    return !needs_ip || (colon != NULL && (bracketed ? inet_pton(AF_INET6, host + 1, &unused)
                                                     : inet_pton(AF_INET, host, &unused)) == 1);
}

/* name:service.group[@org] */
static bool is_bind(const char *text)
{
    size_t name = strcspn(text, ":");
    const char *service = text[name] == ':' ? text + name + 1 : "";
    size_t first = strcspn(service, "#@.:");
    size_t second = service[first] == '.' ? strcspn(service + first + 1, "#@.:") : 0;
    const char *end = service + first + (second > 0 ? 1 + second : 0);
    return name > 0 && first > 0 && second > 0 &&
           (*end == '\0' || (*end == '@' && end[1] != '\0' && strpbrk(end + 1, "#@.:") == NULL));
}

static bool is_choice(const char *text, const char *choices)
{
    size_t length = strlen(text);
    for (const char *at = choices; length > 0 && at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, text, length) == 0 && (at[length] == '|' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

static bool is_valid(const struct flag *flag, const char *value)
{
    return *value != '\0' && (flag->kind == NULL      ? true
                              : flag->kind == IP_PORT ? is_address(value, true)
                              : flag->kind == HOST    ? is_address(value, false)
                              : flag->kind == NUMBER  ? is_number(value, 0xffffffffUL)
                              : flag->kind == BIND    ? is_bind(value)
                                                      : is_choice(value, flag->kind));
}

static int take(struct options *options, const struct flag *flag, const char *value)
{
    static const struct {
        const char *name;
        size_t offset;
    } kept[] = {{"--listen-http", offsetof(struct options, listen_http)},
                {"--group", offsetof(struct options, group)},
                {"--org", offsetof(struct options, org)},
                {"--topology", offsetof(struct options, topology)},
                {"--shutdown-timeout", offsetof(struct options, shutdown_timeout)}};
    if (!is_valid(flag, value)) {
        fprintf(stderr, "hab-sup(STAND-IN): error: invalid value '%s' for '%s <%s>'\n", value,
                flag->name, flag->kind == NULL ? "VALUE" : flag->kind);
        return 2;
    }
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (strcmp(flag->name, kept[i].name) == 0) {
            memcpy((char *)options + kept[i].offset, &value, sizeof(value));
        }
    }
    if (flag->kind == BIND) {
        if (options->bind_count == sizeof(options->binds) / sizeof(options->binds[0])) {
            return fail(2, "error: too many binds", "");
        }
        options->binds[options->bind_count++] = value;
    }
    return 0;
}

/* The values that follow a flag: as many as it takes, which for MANY swallows a positional. */
static int take_values(struct options *options, const struct flag *flag, char **argv, int *at)
{
    const char *equals = argv[*at][1] == '-' ? strchr(argv[*at], '=') : NULL;
    if (flag->arity == NONE) {
        return equals == NULL ? 0 : fail(2, "error: unexpected value in", argv[*at]);
    }
    if (equals != NULL) {
        return take(options, flag, equals + 1);
    }
    int count = 0;
    int status = 0;
    while (status == 0 && argv[*at + 1] != NULL && argv[*at + 1][0] != '-' &&
           (count == 0 || flag->arity == MANY)) {
        status = take(options, flag, argv[++*at]);
        count++;
    }
    return status == 0 && count == 0 && flag->arity != OPTIONAL
               ? fail(2, "error: a value is required for", flag->name)
               : status;
}

static int check_together(const bool *given)
{
    for (size_t i = 0; i < sizeof(conflicts) / sizeof(conflicts[0]); i++) {
        if (given[find_flag(conflicts[i][0])] && given[find_flag(conflicts[i][1])]) {
            fprintf(stderr, "hab-sup(STAND-IN): error: '%s' cannot be used with '%s'\n",
                    conflicts[i][0], conflicts[i][1]);
            return 2;
        }
    }
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        if (given[find_flag(needs[i][0])] && !given[find_flag(needs[i][1])]) {
            fprintf(stderr, "hab-sup(STAND-IN): error: '%s' needs '%s'\n", needs[i][0],
                    needs[i][1]);
            return 2;
        }
    }
    return 0;
}

int parse_options(int argc, char **argv, struct options *ret_options)
{
    struct options options = {.listen_http = "0.0.0.0:9631", .group = "default"};
    bool given[FLAG_COUNT] = {false};
    int status = 0;
    for (int i = 0; status == 0 && i < FLAG_COUNT; i++) {
        const char *value = flags[i].env == NULL ? NULL : getenv(flags[i].env);
        given[i] = value != NULL && *value != '\0';
        status = given[i] ? take(&options, &flags[i], value) : 0;
    }
    for (int i = 0; status == 0 && i < argc; i++) {
        int flag = argv[i][0] == '-' ? find_flag(argv[i]) : -1;
        if (flag >= 0) {
            given[flag] = true;
            status = take_values(&options, &flags[flag], argv, &i);
        } else if (argv[i][0] == '-' || options.ident != NULL) {
            status = fail(2, "error: unexpected argument", argv[i]);
        } else {
            options.ident = argv[i];
        }
    }
    options.no_gateway = given[find_flag("--http-disable")];
    *ret_options = options;
    return status == 0 ? check_together(given) : status;
}

/* Is name the left side of a line of text, "name=..."? */
static bool has_key(const char *text, const char *name, size_t length)
{
    for (const char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, name, length) == 0 && line[length] == '=') {
            return true;
        }
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return false;
}

static bool is_bound(const struct options *options, const char *name, size_t length)
{
    for (size_t i = 0; i < options->bind_count; i++) {
        if (strcspn(options->binds[i], ":") == length &&
            strncmp(options->binds[i], name, length) == 0) {
            return true;
        }
    }
    return false;
}

int check_binds(const struct service *service, const struct options *options)
{
    char *required = metafile(service, "BINDS");
    char *optional = metafile(service, "BINDS_OPTIONAL");
    int status = 0;
    for (const char *line = required; status == 0 && line != NULL && *line != '\0';) {
        if (!is_bound(options, line, strcspn(line, "=\n"))) {
            status = fail(FATAL, "missing required bind(s):", line);
        }
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    for (size_t i = 0; status == 0 && i < options->bind_count; i++) {
        size_t length = strcspn(options->binds[i], ":");
        if (!has_key(required, options->binds[i], length) &&
            !has_key(optional, options->binds[i], length)) {
            status = fail(FATAL, "the package has no such bind:", options->binds[i]);
        }
    }
    free(required);
    free(optional);
    return status;
}
