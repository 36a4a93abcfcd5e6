#include "describe-internal.h"

#include "hd/data/toml.h"

#include <string.h>

enum { KEY_MAX = 255 };

json_t *hd_describe_config(const hd_package *package)
{
    json_t *tree = NULL;
    hd_error ignored = {0};
    if (package->default_toml == NULL ||
        hd_toml_parse(hd_str_of(package->default_toml), "default.toml", &tree, &ignored) != 0) {
        return NULL;
    }
    return tree;
}

const json_t *hd_describe_value(const json_t *config, const char *path)
{
    hd_str rest = hd_str_of(path);
    hd_str part;
    const json_t *at = config;
    while (at != NULL && hd_str_split(&rest, '.', &part)) {
        char key[KEY_MAX + 1] = "";
        if (part.length > KEY_MAX) {
            return NULL;
        }
        memcpy(key, part.data, part.length);
        at = json_object_get(at, key);
    }
    return at;
}

bool hd_describe_is_port(const json_t *value, uint16_t port)
{
    if (json_is_integer(value)) {
        return json_integer_value(value) == port;
    }
    uint64_t number = 0;
    return json_is_string(value) &&
           hd_str_uint(hd_str_of(json_string_value(value)), UINT16_MAX, &number) && number == port;
}

uint64_t hd_describe_closure_size(const hd_closure *closure)
{
    uint64_t total = 0;
    for (size_t i = 0; i < closure->packages.count; i++) {
        uint64_t size = closure->packages.items[i]->unpacked_size;
        total = total > UINT64_MAX - size ? UINT64_MAX : total + size;
    }
    return total;
}

/* Text in JSON is UTF-8; in a file of a package it may be anything. */
static json_t *text_node(const char *text)
{
    if (text == NULL) {
        return json_null();
    }
    json_t *node = json_string(text);
    if (node != NULL) {
        return node;
    }
    hd_auto_done(hd_buf) cleaned = HD_BUF_INIT(3 * strlen(text));
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x80) {
            hd_buf_putc(&cleaned, *at);
        } else {
            hd_buf_puts(&cleaned, "\xef\xbf\xbd");
        }
    }
    return json_string(cleaned.data);
}

static json_t *number_node(uint64_t number)
{
    return json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number);
}

static json_t *texts_node(const hd_strings *texts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < texts->count; i++) {
        json_array_append_new(list, text_node(texts->items[i]));
    }
    return list;
}

static json_t *ident_node(const hd_ident *ident)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    return text_node(hd_ident_text(arena, ident));
}

static json_t *idents_node(const hd_idents *idents)
{
    json_t *list = json_array();
    for (size_t i = 0; i < idents->count; i++) {
        json_array_append_new(list, ident_node(&idents->items[i]));
    }
    return list;
}

static void set_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, text_node(text));
}

static void set_identity(json_t *object, const hd_package *package)
{
    bool is_signed = package->signer != NULL;
    set_text(object, "format_version", is_signed ? "HART-1" : NULL);
    set_text(object, "key_name", package->signer);
    set_text(object, "hash_type", is_signed ? "BLAKE2b" : NULL);
    json_object_set_new(object, "ident", ident_node(&package->ident));
    set_text(object, "origin", package->ident.origin);
    set_text(object, "name", package->ident.name);
    set_text(object, "version", package->ident.version);
    set_text(object, "release", package->ident.release);
    set_text(object, "checksum", package->checksum);
    set_text(object, "target", package->target->name);
    set_text(object, "package_type", package->native ? "native" : "standard");
}

static void set_about(json_t *object, const hd_package *package)
{
    set_text(object, "title", package->title);
    set_text(object, "description", package->description);
    set_text(object, "maintainer", package->maintainer);
    set_text(object, "license", package->license);
    set_text(object, "upstream_url", package->upstream_url);
    set_text(object, "file", package->file);
    set_text(object, "directory", package->directory);
    json_object_set_new(object, "packed_size",
                        package->file == NULL ? json_null() : number_node(package->packed_size));
    json_object_set_new(object, "unpacked_size", number_node(package->unpacked_size));
    json_object_set_new(object, "entry_count", number_node(package->entry_count));
    json_object_set_new(object, "has_signed_files", json_boolean(package->has_signed_files));
}

static json_t *port_node(const hd_package *package, const json_t *config, uint16_t port)
{
    json_t *names = json_array();
    for (size_t i = 0; i < package->exports.count; i++) {
        const hd_pair *exported = &package->exports.items[i];
        if (hd_describe_is_port(hd_describe_value(config, exported->value), port)) {
            json_array_append_new(names, text_node(exported->name));
        }
    }
    json_t *node = json_object();
    json_object_set_new(node, "port", json_integer(port));
    json_object_set_new(node, "names", names);
    return node;
}

static json_t *export_node(const hd_pair *exported, const json_t *config)
{
    const json_t *value = hd_describe_value(config, exported->value);
    json_t *node = json_object();
    set_text(node, "name", exported->name);
    set_text(node, "path", exported->value);
    json_object_set_new(node, "value", value == NULL ? json_null() : json_deep_copy(value));
    return node;
}

static json_t *binds_node(const hd_package *package, bool optional)
{
    json_t *list = json_array();
    for (size_t i = 0; i < package->binds.count; i++) {
        const hd_bind *bind = &package->binds.items[i];
        if (bind->optional == optional) {
            json_t *node = json_object();
            set_text(node, "name", bind->name);
            json_object_set_new(node, "exports", texts_node(&bind->exports));
            json_array_append_new(list, node);
        }
    }
    return list;
}

static void set_network(json_t *object, const hd_package *package)
{
    json_auto_t *config = hd_describe_config(package);
    json_t *exposes = json_array();
    json_t *ports = json_array();
    json_t *exports = json_array();
    for (size_t i = 0; i < package->exposes.count; i++) {
        json_array_append_new(exposes, json_integer(package->exposes.items[i]));
        json_array_append_new(ports, port_node(package, config, package->exposes.items[i]));
    }
    for (size_t i = 0; i < package->exports.count; i++) {
        json_array_append_new(exports, export_node(&package->exports.items[i], config));
    }
    json_object_set_new(object, "exposes", exposes);
    json_object_set_new(object, "ports", ports);
    json_object_set_new(object, "exports", exports);
    json_object_set_new(object, "binds", binds_node(package, false));
    json_object_set_new(object, "binds_optional", binds_node(package, true));
}

static void set_service(json_t *object, const hd_package *package)
{
    bool runs = package->runnable;
    json_object_set_new(object, "is_a_service", json_boolean(runs));
    set_text(object, "svc_user", package->svc_user);
    set_text(object, "svc_group", package->svc_group);
    set_text(object, "shutdown_signal", runs ? package->shutdown_signal : NULL);
    json_object_set_new(object, "shutdown_timeout",
                        runs ? json_integer(package->shutdown_timeout) : json_null());
}

static void set_contents(json_t *object, const hd_package *package)
{
    json_object_set_new(object, "hooks", texts_node(&package->hooks));
    json_object_set_new(object, "config_templates", texts_node(&package->config_templates));
    set_text(object, "config", package->default_toml);
    json_object_set_new(object, "path", texts_node(&package->path));
    json_object_set_new(object, "programs", texts_node(&package->programs));
    json_t *environment = json_object();
    for (size_t i = 0; i < package->runtime_environment.count; i++) {
        const hd_pair *variable = &package->runtime_environment.items[i];
        json_auto_t *name = text_node(variable->name);
        set_text(environment, json_string_value(name), variable->value);
    }
    json_object_set_new(object, "runtime_environment", environment);
}

static json_t *closure_node(const hd_closure *closure)
{
    json_t *list = json_array();
    for (size_t i = 0; i < closure->packages.count; i++) {
        const hd_package *package = closure->packages.items[i];
        json_t *node = json_object();
        json_object_set_new(node, "ident", ident_node(&package->ident));
        json_object_set_new(node, "unpacked_size", number_node(package->unpacked_size));
        set_text(node, "file", package->file);
        set_text(node, "directory", package->directory);
        json_array_append_new(list, node);
    }
    return list;
}

json_t *hd_package_describe_json(const hd_package *package, const hd_closure *closure)
{
    json_t *object = json_object();
    set_identity(object, package);
    set_about(object, package);
    set_service(object, package);
    set_network(object, package);
    set_contents(object, package);
    json_object_set_new(object, "deps", idents_node(&package->deps));
    json_object_set_new(object, "tdeps", idents_node(&package->tdeps));
    json_object_set_new(object, "closure", closure == NULL ? json_null() : closure_node(closure));
    json_object_set_new(object, "closure_size",
                        closure == NULL ? json_null()
                                        : number_node(hd_describe_closure_size(closure)));
    return object;
}
