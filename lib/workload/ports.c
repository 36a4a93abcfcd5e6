/* The service's ports with names that fit every cluster. */
#include "workload-internal.h"

#include "hd/data/toml.h"

enum { NAME_MAX_LENGTH = 15 };

/* The member of the configuration at "a.b.c". */
static const json_t *value_at(const json_t *tree, const char *path)
{
    hd_str rest = hd_str_of(path);
    for (hd_str part; tree != NULL && hd_str_split(&rest, '.', &part);) {
        tree = json_object_getn(tree, part.data, part.length);
    }
    return tree;
}

static bool is_number(const json_t *value, uint16_t number)
{
    uint64_t read = 0;
    if (json_is_string(value)) {
        return hd_str_uint(hd_str_of(json_string_value(value)), 65535, &read) && read == number;
    }
    return json_is_integer(value) && json_integer_value(value) == number;
}

/* The export whose value in default.toml is this port. */
static const char *export_of(const hd_package *package, const json_t *config, uint16_t number)
{
    for (size_t i = 0; i < package->exports.count; i++) {
        if (is_number(value_at(config, package->exports.items[i].value), number)) {
            return package->exports.items[i].name;
        }
    }
    return NULL;
}

/* Lower-case letters and digits only, a letter first, at most 15 of them, unlike all before it. */
static const char *port_name(hd_arena *arena, const hd_workload *workload, const char *wanted,
                             uint16_t number)
{
    char name[NAME_MAX_LENGTH + 1] = {0};
    size_t length = 0;
    for (; *wanted != '\0' && length < NAME_MAX_LENGTH; wanted++) {
        char byte = hd_lower(*wanted);
        if (hd_is_lower(byte) || (hd_is_digit(byte) && length > 0)) {
            name[length++] = byte;
        }
    }
    bool taken = length == 0;
    for (size_t i = 0; i < workload->ports.count; i++) {
        taken = taken || hd_streq(workload->ports.items[i].name, name);
    }
    return taken ? hd_arena_printf(arena, "port%u", number) : hd_arena_strdup(arena, name);
}

static void push(hd_arena *arena, hd_workload *workload, hd_workload_port port)
{
    hd_vec_push_arena(arena, &workload->ports, port);
}

static void exposed_ports(hd_arena *arena, hd_workload *workload, const json_t *config)
{
    const hd_package *package = workload->package;
    for (size_t i = 0; i < package->exposes.count; i++) {
        uint16_t number = package->exposes.items[i];
        const char *export = export_of(package, config, number);
        const char *wanted = export == NULL ? "" : export;
        const char *origin = export == NULL ? "EXPOSES"
                                            : hd_arena_printf(arena, "export %s", export);
        push(arena, workload,
             (hd_workload_port){port_name(arena, workload, wanted, number), number, "tcp", origin});
    }
}

/* "NAME=PORT[/udp]"; a port of the package that is named again takes the new name. */
static int requested_port(hd_arena *arena, hd_workload *workload, const char *text, hd_error *err)
{
    hd_str view = hd_str_of(text);
    size_t equals = hd_str_find(view, '=');
    hd_str rest = equals == view.length ? (hd_str){view.data, 0} : hd_str_from(view, equals + 1);
    size_t slash = hd_str_find(rest, '/');
    hd_str protocol = slash == rest.length ? hd_str_of("tcp") : hd_str_from(rest, slash + 1);
    uint64_t number = 0;
    bool good = equals > 0 && hd_str_uint((hd_str){rest.data, slash}, 65535, &number) &&
                number > 0 && (hd_str_is(protocol, "tcp") || hd_str_is(protocol, "udp"));
    if (!good) {
        return hd_fail(err, HD_E_USAGE, "--port: \"%s\" is not NAME=PORT or NAME=PORT/udp", text);
    }
    const char *kind = hd_str_is(protocol, "udp") ? "udp" : "tcp";
    for (size_t i = 0; i < workload->ports.count; i++) {
        hd_workload_port *known = &workload->ports.items[i];
        if (known->number == number && hd_streq(known->protocol, kind)) {
            known->name = "";
            known->name = port_name(arena, workload, hd_arena_strndup(arena, view.data, equals),
                                    known->number);
            known->origin = "--port";
            return 0;
        }
    }
    const char *name = port_name(arena, workload, hd_arena_strndup(arena, view.data, equals),
                                 (uint16_t)number);
    push(arena, workload, (hd_workload_port){name, (uint16_t)number, kind, "--port"});
    return 0;
}

int hd_workload_plan_ports(hd_arena *arena, hd_workload *workload,
                           const hd_workload_options *options, hd_error *err)
{
    json_auto_t *config = NULL;
    const char *toml = workload->package->default_toml;
    if (toml != NULL && hd_toml_parse(hd_str_of(toml), "default.toml", &config, err) != 0) {
        return hd_wrap(err, "%s", hd_ident_text(arena, &workload->package->ident));
    }
    exposed_ports(arena, workload, config);
    for (size_t i = 0; i < options->ports.count; i++) {
        int status = requested_port(arena, workload, options->ports.items[i], err);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}
