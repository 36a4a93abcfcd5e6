/* Marathon app definitions: context, template, checks, patches, output. */
#include "../deployers.h"

#include "hd/base/strmap.h"
#include "hd/data/merge.h"
#include "hd/data/templates.h"
#include "hd/data/yaml.h"

enum { URI_MAX = 1024, SEGMENT_MAX = 63 };

/* One segment of an id: [a-z0-9-], no '-' at its ends; the last one may not be a word of Marathon's
 * own paths. */
static const char *segment(hd_arena *arena, const char *text)
{
    static const char *const reserved[] = {"restart", "tasks", "versions"};
    const char *name = hd_deployer_name(arena, text, SEGMENT_MAX);
    for (size_t i = 0; i < HD_COUNT(reserved); i++) {
        if (hd_streq(name, reserved[i])) {
            return hd_arena_printf(arena, "%s-service", name);
        }
    }
    return name;
}

static const char *app_id(hd_arena *arena, const hd_workload *workload)
{
    const char *origin = hd_deployer_name(arena, workload->package->ident.origin, SEGMENT_MAX);
    return hd_arena_printf(arena, "/%s/%s", origin, segment(arena, workload->name));
}

static json_t *real(uint64_t thousandths)
{
    return thousandths % 1000 == 0 ? json_integer((json_int_t)(thousandths / 1000))
                                   : json_real((double)thousandths / 1000);
}

static json_t *arguments(const hd_workload *workload)
{
    json_t *list = json_array();
    (void)json_array_append_new(list, json_string("--no-color"));
    (void)json_array_append_new(list, json_sprintf("--group=%s", workload->group));
    (void)json_array_append_new(list, json_sprintf("--topology=%s", workload->topology));
    for (size_t i = 0; i < workload->binds.count; i++) {
        const hd_workload_bind *bind = &workload->binds.items[i];
        (void)json_array_append_new(
            list, json_sprintf("--bind=%s:%s.%s", bind->name, bind->service, bind->group));
    }
    return list;
}

static json_t *context(hd_arena *arena, const hd_deploy_request *request)
{
    const hd_workload *workload = &request->workload;
    json_t *tree = hd_workload_tree(workload);
    const char *command = "exec ./rootfs/.hab-deploy/launch";
    json_auto_t *args = arguments(workload);
    size_t index = 0;
    const json_t *argument = NULL;
    json_array_foreach(args, index, argument)
    { /* only letters, digits and -_=.: no word of these needs quotes */
        command = hd_arena_printf(arena, "%s %s", command, json_string_value(argument));
    }
    json_t *own = json_object();
    (void)json_object_set_new(own, "id", json_string(app_id(arena, workload)));
    (void)json_object_set_new(own, "cpus", real(workload->cpu_millis));
    (void)json_object_set_new(own, "command", json_string(command));
    (void)json_object_set_new(own, "args", json_incref(args));
    (void)json_object_set_new(own, "single", json_boolean(workload->volumes.count > 0));
    (void)json_object_set_new(own, "artifact_url",
                              request->artifact_url == NULL ? json_null()
                                                            : json_string(request->artifact_url));
    /* The gateway's port follows the service's own and gossip. */
    (void)json_object_set_new(tree, "health_port_index",
                              json_integer((json_int_t)workload->ports.count + 1));
    (void)json_object_set_new(tree, "service_group",
                              json_sprintf("%s.%s", workload->service, workload->group));
    (void)json_object_set_new(tree, "marathon", own);
    return tree;
}

/* The members Marathon would refuse or silently misread. */
static int check_app(const json_t *app, hd_error *err)
{
    hd_auto(hd_strmap) *seen = hd_strmap_new();
    const char *id = hd_json_string_at(app, "id");
    const json_t *ports = json_object_get(app, "portDefinitions");
    if (ports == NULL) {
        ports = json_object_get(json_object_get(app, "container"), "portMappings");
    }
    if (id == NULL || *id != '/') {
        return hd_fail(err, HD_E_INVALID, "the app has no absolute id");
    }
    if (json_object_get(app, "cmd") == NULL && json_object_get(app, "container") == NULL) {
        return hd_fail(err, HD_E_INVALID, "the app has neither a command nor a container");
    }
    size_t index = 0;
    const json_t *port = NULL;
    json_array_foreach(ports, index, port)
    {
        const char *name = hd_json_string_at(port, "name");
        if (name == NULL || strchr(name, '-') != NULL || !hd_strmap_put(seen, name, seen)) {
            return hd_fail(err, HD_E_INVALID,
                           "port %zu: its name is missing, twice, or has a hyphen", index);
        }
    }
    return 0;
}

static int check_url(const char *url, hd_error *err)
{
    if (url == NULL) {
        return 0;
    }
    if (strlen(url) > URI_MAX || strpbrk(url, "\\' \t\r\n") != NULL) {
        return hd_fail(err, HD_E_USAGE,
                       "the artifact's URL must have at most %d characters and no blanks, \\ or '",
                       URI_MAX);
    }
    if (strchr(hd_ends_with(url, ".tgz") ? "" : url, '?') != NULL) {
        return hd_fail(
            err, HD_E_USAGE,
            "the artifact's URL must end in .tgz: behind a query Mesos does not see the suffix");
    }
    return 0;
}

static int render(const hd_deploy_request *request, const json_t *values, hd_buf *text,
                  json_t **ret_app, hd_error *err)
{
    static const char name[] = "marathon/app.json.hbs";
    int status = hd_template_render(&request->template_dirs, name, values, text, err);
    if (status == 0) {
        status = hd_json_parse(hd_buf_view(text), name, ret_app, err);
    }
    if (status == 0) {
        status = check_app(*ret_app, err);
    }
    return status;
}

static int apply_patches(const hd_strings *paths, json_t **app, hd_error *err)
{
    json_auto_t *patches = NULL;
    int status = hd_deployer_load_patches(paths, &patches, err);
    for (size_t i = 0; status == 0 && i < json_array_size(patches); i++) {
        json_t *patched = hd_merge_patch(*app, json_array_get(patches, i));
        json_decref(*app);
        *app = patched;
    }
    return status == 0 ? check_app(*app, err) : status;
}

static int generate(hd_arena *arena, const hd_deploy_request *request, const void *options,
                    hd_buf *out, hd_error *err)
{
    (void)options;
    json_auto_t *app = NULL;
    hd_auto_done(hd_buf) text = HD_BUF_INIT(out->max);
    int status = check_url(request->artifact_url, err);
    if (status == 0) {
        json_auto_t *values = context(arena, request);
        status = render(request, values, &text, &app, err);
    }
    if (status == 0) {
        status = apply_patches(&request->patches, &app, err);
    }
    if (status != 0) {
        return status;
    }
    if (request->format != NULL && hd_streq(request->format, "yaml")) {
        hd_yaml_write(out, app);
    } else {
        hd_json_write_pretty(out, app);
    }
    return 0;
}

const hd_deployer hd_deployer_marathon = {
    .name = "marathon",
    .summary = "Generate a Marathon app definition for review",
    .help = "Prints the definition of an app that runs the package's image under Mesos' own "
            "containerizer,\n"
            "with its ports, a health check on the Supervisor's gateway, resources and labels. "
            "Nothing is\n"
            "sent to a cluster. For agents without a registry see pkg-mesosize.\n"
            "\n"
            "Examples:\n"
            "  hab-deploy marathon acme/redis > redis.json\n"
            "  hab-deploy marathon acme/web --bind database:redis.default --count 3 --memory 512\n",
    .generate = generate,
};
