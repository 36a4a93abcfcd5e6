#include "workload-internal.h"

#include "hd/base/file.h"
#include "hd/base/log.h"
#include "hd/data/toml.h"

#include <inttypes.h>

enum { FILE_MAX = 1024 * 1024, SUPERVISOR_STOP_SECONDS = 10 };

/* "K=V" at the first '='; the key must be a name. */
static int parse_pair(hd_arena *arena, const char *what, hd_str text, hd_pair *ret_pair,
                      hd_error *err)
{
    size_t equals = hd_str_find(text, '=');
    bool good = equals > 0 && equals < text.length && memchr(text.data, '\0', text.length) == NULL;
    for (size_t i = 0; good && i < equals; i++) {
        good = text.data[i] > ' ' && text.data[i] != 0x7f;
    }
    if (!good || !hd_str_is_utf8(text)) {
        return hd_fail(err, HD_E_USAGE, "%s: not NAME=VALUE", what);
    }
    *ret_pair = (hd_pair){
        hd_arena_strndup(arena, text.data, equals),
        hd_arena_strndup(arena, text.data + equals + 1, text.length - equals - 1)};
    return 0;
}

/* The last value of a name wins; names are sorted. */
static void set_pair(hd_arena *arena, hd_pairs *pairs, hd_pair pair)
{
    size_t at = 0;
    while (at < pairs->count && strcmp(pairs->items[at].name, pair.name) < 0) {
        at++;
    }
    if (at < pairs->count && hd_streq(pairs->items[at].name, pair.name)) {
        pairs->items[at] = pair;
        return;
    }
    hd_vec_push_arena(arena, pairs, pair);
    for (size_t i = pairs->count - 1; i > at; i--) {
        pairs->items[i] = pairs->items[i - 1];
    }
    pairs->items[at] = pair;
}

static bool is_variable(const char *name)
{
    if (!hd_is_alnum(*name) && *name != '_') {
        return false;
    }
    for (const char *at = name; *at != '\0'; at++) {
        if ((!hd_is_alnum(*at) && *at != '_') || (at == name && hd_is_digit(*at))) {
            return false;
        }
    }
    return true;
}

static int add_variable(hd_arena *arena, hd_workload *workload, const char *what, hd_str text,
                        hd_error *err)
{
    hd_pair pair = {"", ""};
    int status = parse_pair(arena, what, text, &pair, err);
    if (status == 0 && !is_variable(pair.name)) {
        return hd_fail(err, HD_E_USAGE, "%s: \"%s\" is not the name of a variable", what,
                       pair.name);
    }
    if (status == 0) {
        set_pair(arena, &workload->env, pair);
    }
    return status;
}

/* One K=V per line as it stands; empty lines and lines that begin with '#' are skipped. */
static int read_env_file(hd_arena *arena, hd_workload *workload, const char *path, hd_error *err)
{
    hd_auto_free char *text = NULL;
    size_t length = 0;
    int status = hd_file_read(path, FILE_MAX, &text, &length, err);
    unsigned number = 0;
    hd_str rest = {text, length};
    for (hd_str line; status == 0 && hd_str_line(&rest, &line);) {
        number++;
        if (hd_str_trim(line).length > 0 && !hd_str_starts(line, "#")) {
            const char *what = hd_arena_printf(arena, "%s:%u", path, number);
            status = add_variable(arena, workload, what, line, err);
        }
    }
    return status;
}

static int plan_env(hd_arena *arena, hd_workload *workload, const hd_workload_options *options,
                    hd_error *err)
{
    int status = options->env_file == NULL ? 0
                                           : read_env_file(arena, workload, options->env_file, err);
    for (size_t i = 0; status == 0 && i < options->env.count; i++) {
        status = add_variable(arena, workload, "--env", hd_str_of(options->env.items[i]), err);
    }
    if (status == 0 && options->license != NULL) {
        set_pair(arena, &workload->env, (hd_pair){"HAB_LICENSE", options->license});
    }
    for (size_t i = 0; status == 0 && i < workload->env.count; i++) {
        workload->license_accepted = workload->license_accepted ||
                                     hd_streq(workload->env.items[i].name, "HAB_LICENSE");
    }
    return status;
}

static int plan_labels(hd_arena *arena, hd_workload *workload, const hd_workload_options *options,
                       hd_error *err)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < options->labels.count; i++) {
        hd_pair pair = {0};
        status = parse_pair(arena, "--label", hd_str_of(options->labels.items[i]), &pair, err);
        if (status == 0) {
            set_pair(arena, &workload->labels, pair);
        }
    }
    return status;
}

/* Service and group names: letters, digits, '-' and '_' (Habitat excludes '#', '@', '.', and we
 * what breaks a command line). */
static bool is_group_part(hd_str text)
{
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        if (!hd_is_alnum(byte) && byte != '_' && (byte != '-' || i == 0)) {
            return false;
        }
    }
    return text.length > 0 && text.length <= 255;
}

static int plan_bind(hd_arena *arena, hd_workload *workload, const char *text, hd_error *err)
{
    hd_str view = hd_str_of(text);
    size_t colon = hd_str_find(view, ':');
    hd_str target = colon == view.length ? (hd_str){0} : hd_str_from(view, colon + 1);
    size_t dot = target.data == NULL ? 0 : hd_str_find(target, '.');
    hd_str name = {view.data, colon};
    hd_str service = {target.data, dot};
    hd_str group = dot < target.length ? hd_str_from(target, dot + 1) : (hd_str){0};
    if (!is_group_part(name) || !is_group_part(service) || !is_group_part(group)) {
        return hd_fail(err, HD_E_USAGE, "--bind: \"%s\" is not name:service.group", text);
    }
    bool known = false;
    for (size_t i = 0; i < workload->package->binds.count; i++) {
        known = known || hd_str_is(name, workload->package->binds.items[i].name);
    }
    if (!known) {
        return hd_fail(err, HD_E_USAGE, "--bind: %s has no bind \"%.*s\"", workload->service,
                       HD_STR_ARGS(name));
    }
    hd_workload_bind bind = {hd_arena_strndup(arena, name.data, name.length),
                             hd_arena_strndup(arena, service.data, service.length),
                             hd_arena_strndup(arena, group.data, group.length)};
    hd_vec_push_arena(arena, &workload->binds, bind);
    return 0;
}

static int plan_binds(hd_arena *arena, hd_workload *workload, const hd_workload_options *options,
                      hd_error *err)
{
    for (size_t i = 0; i < options->binds.count; i++) {
        int status = plan_bind(arena, workload, options->binds.items[i], err);
        if (status != 0) {
            return status;
        }
    }
    const hd_binds *declared = &workload->package->binds;
    for (size_t i = 0; i < declared->count; i++) {
        bool given = declared->items[i].optional;
        for (size_t j = 0; j < workload->binds.count; j++) {
            given = given || hd_streq(workload->binds.items[j].name, declared->items[i].name);
        }
        if (!given) {
            hd_log(HD_LOG_WARNING,
                   "%s needs the bind \"%s\": give --bind %s:SERVICE.GROUP, or it will not start",
                   workload->service, declared->items[i].name, declared->items[i].name);
        }
    }
    return 0;
}

/* "SIZE:PATH[:CLASS]"; the class may contain colons. */
static int plan_volume(hd_arena *arena, hd_workload *workload, const char *text, hd_error *err)
{
    hd_str rest = hd_str_of(text);
    hd_str size = {0};
    hd_str path = {0};
    uint64_t bytes = 0;
    bool good = hd_str_split(&rest, ':', &size) && hd_str_split(&rest, ':', &path) &&
                hd_str_starts(path, "/") && path.length > 1 &&
                hd_path_is_safe(hd_str_from(path, 1));
    const char *size_text = hd_arena_strndup(arena, size.data == NULL ? "" : size.data,
                                             size.length);
    if (!good || !hd_quantity_bytes(size_text, false, &bytes) || bytes == 0) {
        return hd_fail(err, HD_E_USAGE, "--storage: \"%s\" is not SIZE:/PATH[:CLASS]", text);
    }
    hd_workload_volume volume = {
        bytes, size_text, hd_arena_strndup(arena, path.data, path.length),
        rest.length == 0 ? NULL : hd_arena_strndup(arena, rest.data, rest.length)};
    hd_vec_push_arena(arena, &workload->volumes, volume);
    return 0;
}

static int plan_volumes(hd_arena *arena, hd_workload *workload, const hd_workload_options *options,
                        hd_error *err)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < options->storage.count; i++) {
        status = plan_volume(arena, workload, options->storage.items[i], err);
    }
    return status;
}

static int plan_resources(hd_arena *arena, hd_workload *workload,
                          const hd_workload_options *options, hd_error *err)
{
    (void)arena;
    const char *cpu = options->cpu == NULL ? "500m" : options->cpu;
    const char *memory = options->memory == NULL ? "256Mi" : options->memory;
    const char *disk = options->disk == NULL ? "1Gi" : options->disk;
    if (!hd_quantity_cpu(cpu, &workload->cpu_millis)) {
        return hd_fail(err, HD_E_USAGE, "--cpu: \"%s\" is not a number of processors (0.5, 500m)",
                       cpu);
    }
    if (!hd_quantity_bytes(memory, true, &workload->memory_bytes) ||
        workload->memory_bytes < HD_MIB) {
        return hd_fail(err, HD_E_USAGE, "--memory: \"%s\" is not an amount of memory (256Mi)",
                       memory);
    }
    if (!hd_quantity_bytes(disk, true, &workload->disk_bytes)) {
        return hd_fail(err, HD_E_USAGE, "--disk: \"%s\" is not an amount of space (1Gi)", disk);
    }
    return 0;
}

static int plan_config(hd_arena *arena, hd_workload *workload, const hd_workload_options *options,
                       hd_error *err)
{
    hd_auto_free char *text = NULL;
    size_t length = 0;
    json_auto_t *tree = NULL;
    if (options->config == NULL) {
        return 0;
    }
    int status = hd_file_read(options->config, FILE_MAX, &text, &length, err);
    if (status == 0) {
        status = hd_toml_parse((hd_str){text, length}, options->config, &tree, err);
    }
    if (status == 0) {
        workload->user_toml = hd_arena_strndup(arena, text, length);
    }
    return status;
}

static int plan_identity(hd_arena *arena, hd_workload *workload, const hd_workload_options *options,
                         hd_error *err)
{
    const hd_package *package = workload->package;
    workload->service = package->ident.name;
    workload->name = options->name == NULL ? package->ident.name : options->name;
    workload->group = options->group == NULL ? "default" : options->group;
    workload->topology = options->topology == NULL ? "standalone" : options->topology;
    workload->count = options->count == 0 ? 1 : options->count;
    if (!is_group_part(hd_str_of(workload->group))) {
        return hd_fail(err, HD_E_USAGE, "--service-group: \"%s\" is not a group", workload->group);
    }
    if (*workload->name == '\0' || strlen(workload->name) > 253 ||
        !hd_str_is_utf8(hd_str_of(workload->name))) {
        return hd_fail(err, HD_E_USAGE, "--name: \"%.60s\" is not a name", workload->name);
    }
    if (workload->count > 10000) {
        return hd_fail(err, HD_E_USAGE, "--count: at most 10000");
    }
    if (hd_streq(workload->topology, "leader") &&
        (workload->count < 3 || workload->count % 2 == 0)) {
        hd_log(HD_LOG_WARNING, "a leader topology needs an odd number of at least 3 instances to "
                               "elect one (--count 3)");
    }
    workload->health_path = hd_arena_printf(arena, "/services/%s/%s/health", workload->service,
                                            workload->group);
    /* The Supervisor stops services with at most this, and needs some seconds to leave by itself.
     */
    uint64_t stop = package->shutdown_timeout < 8 ? 8 : package->shutdown_timeout;
    workload->shutdown_seconds = (stop > 3600 ? 3600 : stop) + SUPERVISOR_STOP_SECONDS;
    return 0;
}

static int plan_image(hd_arena *arena, hd_workload *workload, const hd_workload_options *options,
                      hd_error *err)
{
    const hd_ident *ident = &workload->package->ident;
    if (options->image != NULL) {
        hd_reference reference = {0};
        workload->image = options->image;
        int status = hd_reference_parse(arena, options->image, &reference, err);
        return status == 0 ? 0 : hd_wrap(err, "--image");
    }
    const char *tag = hd_arena_printf(arena, "%s-%s", ident->version, ident->release);
    workload->image = hd_arena_printf(arena, "%s:%s", hd_reference_name(arena, ident),
                                      hd_reference_tag(arena, tag));
    return 0;
}

int hd_workload_plan(hd_arena *arena, const hd_package *package, const char *run_ident,
                     const hd_workload_options *options, hd_workload *ret_workload, hd_error *err)
{
    static int (*const steps[])(hd_arena * arena, hd_workload * workload,
                                const hd_workload_options *options, hd_error *err) = {
        plan_identity,  plan_image,  plan_env,
        plan_labels,    plan_binds,  plan_volumes,
        plan_resources, plan_config, hd_workload_plan_ports,
    };
    hd_workload workload = {.package = package, .run_ident = run_ident};
    if (!package->runnable) {
        return hd_fail(err, HD_E_INVALID, "%s is no service: it has no run hook",
                       hd_ident_text(arena, &package->ident));
    }
    for (size_t i = 0; i < HD_COUNT(steps); i++) {
        int status = steps[i](arena, &workload, options, err);
        if (status != 0) {
            return status;
        }
    }
    *ret_workload = workload;
    return 0;
}
