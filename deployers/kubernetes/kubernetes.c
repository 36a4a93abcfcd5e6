/* Kubernetes documents: context, template, checks, patches, output. */
#include "kubernetes.h"

#include "hd/base/log.h"
#include "hd/data/merge.h"
#include "hd/data/templates.h"
#include "hd/data/yaml.h"
#include "hd/io/digest.h"

enum {
    NAME_MAX_LENGTH = 52
}; /* room for "-ring", "-config" and a pod's ordinal below the 63 of a label */

static const char template_name[] = "kubernetes/workload.yaml.hbs";

static void set(json_t *tree, const char *key, const char *value)
{
    (void)json_object_set_new(tree, key, json_string(value));
}

const char *hd_kubernetes_label_value(hd_arena *arena, const char *text)
{
    char *value = hd_arena_strndup(arena, text, strlen(text) < 63 ? strlen(text) : 63);
    for (char *at = value; *at != '\0'; at++) {
        if (!hd_is_alnum(*at) && *at != '-' && *at != '_' && *at != '.') {
            *at = '_';
        }
    }
    size_t length = strlen(value);
    while (length > 0 && !hd_is_alnum(value[length - 1])) {
        value[--length] = '\0';
    }
    while (*value != '\0' && !hd_is_alnum(*value)) {
        value++;
    }
    return value;
}

/* The Supervisor's arguments; the image's init.sh puts "sup run <ident>" in front of them. */
static json_t *arguments(hd_arena *arena, const hd_workload *workload, const char *ring)
{
    json_t *list = json_array();
    hd_strings peers = {0};
    if (hd_streq(workload->topology, "leader")) {
        hd_vec_push_arena(arena, &peers, ring);
    }
    for (size_t i = 0; i < workload->binds.count; i++) {
        const char *service = hd_deployer_name(arena, workload->binds.items[i].service,
                                               NAME_MAX_LENGTH);
        hd_vec_push_arena(arena, &peers, hd_arena_printf(arena, "%s-ring", service));
    }
    (void)json_array_append_new(list, json_string("--no-color"));
    (void)json_array_append_new(list, json_sprintf("--group=%s", workload->group));
    (void)json_array_append_new(list, json_sprintf("--topology=%s", workload->topology));
    for (size_t i = 0; i < peers.count; i++) {
        (void)json_array_append_new(list, json_sprintf("--peer=%s", peers.items[i]));
    }
    for (size_t i = 0; i < workload->binds.count; i++) {
        const hd_workload_bind *bind = &workload->binds.items[i];
        (void)json_array_append_new(
            list, json_sprintf("--bind=%s:%s.%s", bind->name, bind->service, bind->group));
    }
    return list;
}

static bool has_low_port(const hd_workload *workload)
{
    for (size_t i = 0; i < workload->ports.count; i++) {
        if (workload->ports.items[i].number < 1024) {
            return true;
        }
    }
    return false;
}

static bool is_label_key(const char *key)
{
    const char *slash = strchr(key, '/');
    hd_str name = hd_str_of(slash == NULL ? key : slash + 1);
    bool good = name.length > 0 && name.length <= 63 && hd_is_alnum(name.data[0]) &&
                hd_is_alnum(name.data[name.length - 1]) &&
                (slash == NULL || (slash > key && slash - key <= 253));
    for (const char *at = key; good && *at != '\0'; at++) {
        bool in_prefix = slash != NULL && at < slash;
        good = hd_is_alnum(*at) || at == slash || *at == '-' || *at == '.' ||
               (!in_prefix && *at == '_');
    }
    return good;
}

static int check_labels(hd_arena *arena, const hd_workload *workload, hd_error *err)
{
    for (size_t i = 0; i < workload->labels.count; i++) {
        const hd_pair *label = &workload->labels.items[i];
        if (!is_label_key(label->name)) {
            return hd_fail(err, HD_E_USAGE, "--label: \"%s\" is not a label of Kubernetes",
                           label->name);
        }
        if (!hd_streq(hd_kubernetes_label_value(arena, label->value), label->value)) {
            return hd_fail(err, HD_E_USAGE,
                           "--label: \"%s\" is not a value of a label of Kubernetes", label->value);
        }
    }
    return 0;
}

static json_t *context(hd_arena *arena, const hd_deploy_request *request,
                       const hd_kubernetes_options *options)
{
    const hd_workload *workload = &request->workload;
    json_t *tree = hd_workload_tree(workload);
    json_t *own = json_object();
    const char *name = hd_deployer_name(arena, workload->name, NAME_MAX_LENGTH);
    const char *ring = hd_arena_printf(arena, "%s-ring", name);
    bool stateful = hd_streq(workload->topology, "leader") || workload->volumes.count > 0;
    set(own, "name", name);
    set(own, "ring", ring);
    set(own, "config_name", hd_arena_printf(arena, "%s-config", name));
    set(own, "config_path", hd_arena_printf(arena, "/hab/user/%s/config", workload->service));
    set(own, "version_label", hd_kubernetes_label_value(arena, workload->package->ident.version));
    set(own, "service_label", hd_kubernetes_label_value(arena, workload->service));
    set(own, "group_label", hd_kubernetes_label_value(arena, workload->group));
    (void)json_object_set_new(own, "namespace",
                              options->namespace == NULL ? json_null()
                                                         : json_string(options->namespace));
    (void)json_object_set_new(own, "ring_secret",
                              options->ring_secret == NULL ? json_null()
                                                           : json_string(options->ring_secret));
    (void)json_object_set_new(own, "stateful", json_boolean(stateful));
    (void)json_object_set_new(own, "several", json_boolean(workload->count > 1));
    (void)json_object_set_new(own, "low_ports", json_boolean(has_low_port(workload)));
    (void)json_object_set_new(own, "args", arguments(arena, workload, ring));
    set(own, "cpu_limit", hd_arena_printf(arena, "%um", (unsigned)workload->cpu_millis));
    set(own, "cpu_request",
        hd_arena_printf(arena, "%um",
                        (unsigned)(workload->cpu_millis < 5 ? 1 : workload->cpu_millis / 5)));
    set(own, "memory", hd_arena_printf(arena, "%uMi", (unsigned)(workload->memory_bytes / HD_MIB)));
    set(own, "disk", hd_arena_printf(arena, "%uMi", (unsigned)(workload->disk_bytes / HD_MIB)));
    if (workload->user_toml != NULL) {
        char hash[HD_DIGEST_HEX_SIZE];
        hd_digest_of(HD_SHA256, hd_str_of(workload->user_toml), hash);
        set(own, "config_digest", hd_arena_printf(arena, "sha256:%s", hash));
    }
    (void)json_object_set_new(tree, "k8s", own);
    return tree;
}

/* What every document must have, and no two may share. */
static int check_documents(const json_t *documents, hd_error *err)
{
    hd_auto(hd_strmap) *seen = hd_strmap_new();
    hd_auto(hd_arena) *arena = hd_arena_new();
    size_t index = 0;
    const json_t *document = NULL;
    json_array_foreach(documents, index, document)
    {
        const char *kind = hd_json_string_at(document, "kind");
        const char *name = hd_json_string_at(json_object_get(document, "metadata"), "name");
        if (hd_json_string_at(document, "apiVersion") == NULL || kind == NULL || name == NULL) {
            return hd_fail(err, HD_E_INVALID,
                           "document %zu has no apiVersion, kind or metadata.name", index + 1);
        }
        if (!hd_strmap_put(seen, hd_arena_printf(arena, "%s/%s", kind, name), arena)) {
            return hd_fail(err, HD_E_INVALID, "two documents are %s/%s", kind, name);
        }
    }
    return json_array_size(documents) > 0 ? 0 : hd_fail(err, HD_E_INVALID, "no documents");
}

static bool is_workload_kind(const char *kind)
{
    return hd_streq(kind, "Deployment") || hd_streq(kind, "StatefulSet");
}

/* A patch that names kind and metadata.name goes there, one without goes to the workload itself. */
static bool is_target(const json_t *document, const json_t *patch)
{
    const char *kind = hd_json_string_at(patch, "kind");
    const char *name = hd_json_string_at(json_object_get(patch, "metadata"), "name");
    const char *own_kind = hd_json_string_at(document, "kind");
    if (kind == NULL) {
        return is_workload_kind(own_kind);
    }
    return hd_streq(kind, own_kind) &&
           (name == NULL ||
            hd_streq(name, hd_json_string_at(json_object_get(document, "metadata"), "name")));
}

static int apply_patch(json_t *documents, const json_t *patch, hd_error *err)
{
    size_t applied = 0;
    for (size_t i = 0; i < json_array_size(documents); i++) {
        const json_t *document = json_array_get(documents, i);
        if (is_target(document, patch)) {
            (void)json_array_set_new(documents, i, hd_merge_patch(document, patch));
            applied++;
        }
    }
    if (applied == 0) {
        return hd_fail(err, HD_E_INVALID, "a patch for %s fits no document",
                       hd_json_string_at(patch, "kind"));
    }
    return 0;
}

static int apply_patches(const hd_strings *paths, json_t *documents, hd_error *err)
{
    json_auto_t *patches = NULL;
    int status = hd_deployer_load_patches(paths, &patches, err);
    for (size_t i = 0; status == 0 && i < json_array_size(patches); i++) {
        status = apply_patch(documents, json_array_get(patches, i), err);
    }
    return status == 0 ? check_documents(documents, err) : status;
}

static void write_documents(hd_buf *out, const json_t *documents, bool as_json)
{
    if (as_json) {
        json_auto_t *list = json_pack("{sssssO}", "apiVersion", "v1", "kind", "List", "items",
                                      documents);
        hd_json_write_pretty(out, list);
        return;
    }
    for (size_t i = 0; i < json_array_size(documents); i++) {
        hd_buf_puts(out, i == 0 ? "" : "---\n");
        hd_yaml_write(out, json_array_get(documents, i));
    }
}

static int generate(hd_arena *arena, const hd_deploy_request *request, const void *options,
                    hd_buf *out, hd_error *err)
{
    json_auto_t *documents = NULL;
    hd_auto_done(hd_buf) text = HD_BUF_INIT(out->max);
    const hd_kubernetes_options *own = options;
    if (own->namespace != NULL &&
        !hd_streq(hd_deployer_name(arena, own->namespace, 63), own->namespace)) {
        return hd_fail(err, HD_E_USAGE, "--namespace: \"%s\" is not a namespace", own->namespace);
    }
    int status = check_labels(arena, &request->workload, err);
    if (status != 0) {
        return status;
    }
    json_auto_t *values = context(arena, request, own);
    status = hd_template_render(&request->template_dirs, template_name, values, &text, err);
    if (status == 0) {
        status = hd_yaml_parse_all(hd_buf_view(&text), template_name, &documents, err);
    }
    if (status == 0) {
        status = check_documents(documents, err);
    }
    bool as_json = request->format != NULL && hd_streq(request->format, "json");
    if (status != 0 || (!as_json && request->patches.count == 0)) {
        hd_buf_put(out, hd_buf_view(&text));
        return status;
    }
    if (request->patches.count > 0 && !as_json) {
        hd_log(HD_LOG_NOTE, "patched documents are written without the template's comments");
    }
    status = apply_patches(&request->patches, documents, err);
    if (status == 0) {
        write_documents(out, documents, as_json);
    }
    return status;
}

static const hd_option options_table[] = {
    {"namespace", 'n', "NAME", "Put everything into this namespace", HD_OPT_STRING,
     offsetof(hd_kubernetes_options, namespace), .group = "Kubernetes"},
    {"ring-secret", 0, "NAME", "Secret with the ring's key under \"ring-key\"", HD_OPT_STRING,
     offsetof(hd_kubernetes_options, ring_secret)},
    {"ring-secret-name", 0, "NAME", NULL, HD_OPT_STRING,
     offsetof(hd_kubernetes_options, ring_secret)},
    {0},
};

const hd_deployer hd_deployer_kubernetes = {
    .name = "k8s",
    .summary = "Generate Kubernetes YAML for review",
    .help =
        "Prints commented YAML: a Deployment, or a StatefulSet for a leader topology or storage, "
        "with\n"
        "its Services, and a Secret for the configuration. Nothing is sent to a cluster.\n"
        "\n"
        "Examples:\n"
        "  hab-deploy k8s acme/redis > redis.yaml\n"
        "  hab-deploy k8s acme/web --bind database:redis.default --count 2 | kubectl apply -f -\n"
        "  hab-deploy k8s acme/redis --topology leader --count 3 --storage "
        "10Gi:/hab/svc/redis/data\n",
    .options = options_table,
    .options_size = sizeof(hd_kubernetes_options),
    .generate = generate,
};
