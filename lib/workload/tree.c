/* The workload as the context of templates; what each member means is in templates/VARIABLES.md. */
#include "hd/workload/workload.h"

static json_t *text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static json_t *pairs_tree(const hd_pairs *pairs)
{
    json_t *array = json_array();
    for (size_t i = 0; i < pairs->count; i++) {
        (void)json_array_append_new(array, json_pack("{ssss}", "name", pairs->items[i].name,
                                                     "value", pairs->items[i].value));
    }
    return array;
}

static json_t *ports_tree(const hd_workload *workload)
{
    json_t *array = json_array();
    for (size_t i = 0; i < workload->ports.count; i++) {
        const hd_workload_port *port = &workload->ports.items[i];
        (void)json_array_append_new(array, json_pack("{sssisssbss}", "name", port->name, "number",
                                                     (int)port->number, "protocol", port->protocol,
                                                     "udp", hd_streq(port->protocol, "udp"),
                                                     "origin", port->origin));
    }
    return array;
}

static json_t *binds_tree(const hd_workload *workload)
{
    json_t *array = json_array();
    for (size_t i = 0; i < workload->binds.count; i++) {
        const hd_workload_bind *bind = &workload->binds.items[i];
        (void)json_array_append_new(array, json_pack("{ssssss}", "name", bind->name, "service",
                                                     bind->service, "group", bind->group));
    }
    return array;
}

static json_t *volumes_tree(const hd_workload *workload)
{
    json_t *array = json_array();
    for (size_t i = 0; i < workload->volumes.count; i++) {
        const hd_workload_volume *volume = &workload->volumes.items[i];
        json_t *row = json_pack("{sssIss}", "size", volume->size_text, "bytes",
                                (json_int_t)volume->size_bytes, "path", volume->path);
        (void)json_object_set_new(row, "name", json_sprintf("data-%zu", i));
        (void)json_object_set_new(row, "class", text_or_null(volume->storage_class));
        (void)json_array_append_new(array, row);
    }
    return array;
}

static json_t *package_tree(const hd_package *package)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    json_t *tree = json_pack("{ssssssssss}", "ident", hd_ident_text(arena, &package->ident),
                             "origin", package->ident.origin, "name", package->ident.name,
                             "version", package->ident.version, "release", package->ident.release);
    (void)json_object_set_new(tree, "signer", text_or_null(package->signer));
    (void)json_object_set_new(tree, "description", text_or_null(package->description));
    (void)json_object_set_new(tree, "user",
                              json_string(package->svc_user == NULL ? "hab" : package->svc_user));
    (void)json_object_set_new(tree, "group",
                              json_string(package->svc_group == NULL ? "hab" : package->svc_group));
    (void)json_object_set_new(tree, "shutdown_timeout", json_integer(package->shutdown_timeout));
    return tree;
}

json_t *hd_workload_tree(const hd_workload *workload)
{
    json_t *tree = json_object();
    const struct {
        const char *name;
        json_t *value;
    } members[] = {
        {"package", package_tree(workload->package)},
        {"name", json_string(workload->name)},
        {"service", json_string(workload->service)},
        {"group", json_string(workload->group)},
        {"topology", json_string(workload->topology)},
        {"leader", json_boolean(hd_streq(workload->topology, "leader"))},
        {"count", json_integer((json_int_t)workload->count)},
        {"image", json_string(workload->image)},
        {"run_ident", json_string(workload->run_ident)},
        {"ports", ports_tree(workload)},
        {"env", pairs_tree(&workload->env)},
        {"binds", binds_tree(workload)},
        {"volumes", volumes_tree(workload)},
        {"labels", pairs_tree(&workload->labels)},
        {"user_toml", text_or_null(workload->user_toml)},
        {"cpu_millis", json_integer((json_int_t)workload->cpu_millis)},
        {"memory_mib", json_integer((json_int_t)(workload->memory_bytes / HD_MIB))},
        {"disk_mib", json_integer((json_int_t)(workload->disk_bytes / HD_MIB))},
        {"shutdown_seconds", json_integer((json_int_t)workload->shutdown_seconds)},
        {"health_path", json_string(workload->health_path)},
        {"license_accepted", json_boolean(workload->license_accepted)},
    };
    for (size_t i = 0; i < HD_COUNT(members); i++) {
        (void)json_object_set_new(tree, members[i].name, members[i].value);
    }
    return tree;
}
