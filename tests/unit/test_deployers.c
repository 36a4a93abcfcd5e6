#include "hd_test.h"

#include "hd/base/file.h"
#include "hd/data/yaml.h"
#include "hd/deployer.h"

#include <stdlib.h>

/* Packages by their metafiles, and the options of a case; the expected document is
 * tests/golden/<deployer>/<case>. */
typedef struct golden_case {
    const char *name;
    const char *files[24]; /* name, text, name, text, ... */
    const char *arguments[16];
} golden_case;

#define REDIS                                                                                      \
    "IDENT", "acme/redis/7.0.15/20260101000000", "EXPOSES", "6379", "EXPORTS", "port=port",        \
        "default.toml", "port = 6379\n", "SVC_USER", "hab", "SVC_GROUP", "hab",                    \
        "SHUTDOWN_TIMEOUT", "15", "MANIFEST", "# acme / redis\n\nA key-value store\n"
#define NGINX                                                                                      \
    "IDENT", "core/nginx/1.25.4/20260101000000", "EXPOSES", "80 443", "EXPORTS",                   \
        "http-port=http.listen\nssl-port=tls.listen", "default.toml",                              \
        "[http]\nlisten = 80\n[tls]\nlisten = \"443\"\n", "SVC_USER", "root", "SVC_GROUP", "hab"
#define WEBAPP                                                                                     \
    "IDENT", "acme/webapp/1.2.3/20260101000000", "EXPOSES", "8000 9000", "BINDS", "database=port", \
        "BINDS_OPTIONAL", "cache=port"

static const golden_case cases[] = {
    {"redis", {REDIS}, {0}},
    {"redis-licensed",
     {REDIS},
     {"--license", "accept-no-persist", "--count", "2", "--cpu", "1.5", "--memory", "1Gi", "--disk",
      "2048"}},
    {"redis-leader",
     {REDIS},
     {"--topology", "leader", "--count", "3", "--storage", "10Gi:/hab/svc/redis/data:fast",
      "--storage", "1Gi:/var/more"}},
    {"nginx-low-ports",
     {NGINX},
     {"--port", "web=80", "--port", "quic=443/udp", "--image",
      "registry.example.com:5000/web/nginx@sha256:"
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
    {"webapp-bound",
     {WEBAPP},
     {"--bind", "database:redis.default", "--env", "GREETING=yes: \"no\" {{x}} # *&", "--env",
      "EMPTY=", "--label", "team=web", "--service-group", "prod", "--name", "shop-front"}},
    {"nasty-names",
     {"IDENT", "0_x/Names_X-/1.0+b1~c_d/20260101000000", "MANIFEST",
      "# x\n\nLine: with # signs and \"quotes\" {{braces}}\n"},
     {0}},
};

static bool plan(hd_arena *arena, const golden_case *row, hd_workload *ret_workload)
{
    hd_metafile files[16] = {{"TARGET", hd_str_of("x86_64-linux")}};
    size_t count = 1;
    for (size_t i = 0; i + 1 < HD_COUNT(row->files) && row->files[i] != NULL; i += 2) {
        files[count++] = (hd_metafile){row->files[i], hd_str_of(row->files[i + 1])};
    }
    hd_error err = {0};
    hd_package *package = HD_NEW(arena, hd_package);
    hd_workload_options options = {0};
    hd_option_set sets[] = {{hd_workload_options_table, &options}, {0}};
    hd_strings operands = {0};
    int given = 0;
    while (given < (int)HD_COUNT(row->arguments) && row->arguments[given] != NULL) {
        given++;
    }
    if (!HD_CHECK_OK(hd_package_decode(arena, files, count, package, &err), err) ||
        !HD_CHECK_OK(hd_options_parse(arena, sets, given, (char *const *)(uintptr_t)row->arguments,
                                      &operands, &err),
                     err)) {
        return false;
    }
    package->runnable = true;
    package->signer = "acme-20260101000000";
    const char *runs = hd_arena_printf(arena, "%s/%s", package->ident.origin, package->ident.name);
    return HD_CHECK_OK(hd_workload_plan(arena, package, runs, &options, ret_workload, &err), err);
}

static void compare_golden(const char *deployer, const char *file, const hd_buf *text)
{
    char name[300];
    (void)snprintf(name, sizeof(name), "golden/%s/%s", deployer, file);
    const char *path = hd_test_source_path(name);
    hd_error err = {0};
    hd_auto_free char *wanted = NULL;
    if (getenv("HD_UPDATE_GOLDEN") != NULL) {
        HD_CHECK_OK(hd_file_write(path, hd_buf_view(text), 0644, &err), err);
        return;
    }
    if (HD_CHECK_OK(hd_file_read(path, HD_MIB, &wanted, NULL, &err), err)) {
        HD_CHECK_STR(text->data, wanted);
    }
}

static void generate(hd_arena *arena, const char *name, const golden_case *row, const char *format,
                     hd_buf *out)
{
    const hd_deployer *deployer = hd_deployer_find(name);
    hd_deploy_request request = {.format = format};
    hd_error err = {0};
    if (HD_CHECK(deployer != NULL) && plan(arena, row, &request.workload)) {
        void *options = hd_arena_alloc(arena, deployer->options_size);
        HD_CHECK_OK(deployer->generate(arena, &request, options, out, &err), err);
    }
}

static void documents_are_as_reviewed(void)
{
    static const char *const deployers[][2] = {{"k8s", "kubernetes"}, {"marathon", "marathon"}};
    for (size_t d = 0; d < HD_COUNT(deployers); d++) {
        for (size_t i = 0; i < HD_COUNT(cases); i++) {
            hd_auto(hd_arena) *arena = hd_arena_new();
            hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
            generate(arena, deployers[d][0], &cases[i], NULL, &text);
            char file[200];
            (void)snprintf(file, sizeof(file), "%s.%s", cases[i].name, d == 0 ? "yaml" : "json");
            compare_golden(deployers[d][1], file, &text);
        }
    }
}

static void both_formats_say_the_same(void)
{
    for (size_t i = 0; i < HD_COUNT(cases); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        hd_auto_done(hd_buf) yaml = HD_BUF_INIT(HD_MIB);
        hd_auto_done(hd_buf) json = HD_BUF_INIT(HD_MIB);
        json_auto_t *documents = NULL;
        json_auto_t *list = NULL;
        hd_error err = {0};
        generate(arena, "k8s", &cases[i], "yaml", &yaml);
        generate(arena, "k8s", &cases[i], "json", &json);
        HD_CHECK_OK(hd_yaml_parse_all(hd_buf_view(&yaml), "yaml", &documents, &err), err);
        HD_CHECK_OK(hd_json_parse(hd_buf_view(&json), "json", &list, &err), err);
        HD_CHECK(json_equal(documents, json_object_get(list, "items")));
    }
}

/* What a hostile value says must come back as that value and change nothing else. */
static void values_cannot_break_out(void)
{
    static const char *const values[] = {
        "a\nb: c\n- d", "\"", "'", "{{x}}", "}}", ": ",           "# x", "*a",  "&a",
        "|\n  x",       "\\", "%", "- ",    "\t", "\xe2\x80\xa8", "yes", "1e3", ""};
    for (size_t i = 0; i < HD_COUNT(values); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        golden_case row = {"x", {REDIS}, {"--env", hd_arena_printf(arena, "K=%s", values[i])}};
        hd_auto_done(hd_buf) yaml = HD_BUF_INIT(HD_MIB);
        hd_auto_done(hd_buf) json = HD_BUF_INIT(HD_MIB);
        json_auto_t *documents = NULL;
        json_auto_t *app = NULL;
        hd_error err = {0};
        generate(arena, "k8s", &row, NULL, &yaml);
        generate(arena, "marathon", &row, NULL, &json);
        HD_REQUIRE(
            HD_CHECK_OK(hd_yaml_parse_all(hd_buf_view(&yaml), "yaml", &documents, &err), err));
        HD_REQUIRE(HD_CHECK_OK(hd_json_parse(hd_buf_view(&json), "json", &app, &err), err));
        HD_CHECK_INT(json_array_size(documents), 3);
        json_t *containers = json_object_get(
            json_object_get(
                json_object_get(json_object_get(json_array_get(documents, 2), "spec"), "template"),
                "spec"),
            "containers");
        const json_t *env = json_object_get(json_array_get(containers, 0), "env");
        const char *value = hd_json_string_at(json_array_get(env, json_array_size(env) - 1),
                                              "value");
        HD_CHECK_STR(value, values[i]);
        HD_CHECK_STR(hd_json_string_at(json_object_get(app, "env"), "K"), values[i]);
    }
}

static void patches_change_what_they_name(void)
{
    static const char patch[] = "spec:\n  replicas: 7\n---\nkind: Service\nmetadata:\n  name: "
                                "redis\nspec:\n  type: NodePort\n";
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    hd_deploy_request request = {0};
    hd_test_write(hd_test_path("patch.yaml"), patch, sizeof(patch) - 1);
    hd_vec_push_arena(arena, &request.patches, hd_test_path("patch.yaml"));
    const hd_deployer *deployer = hd_deployer_find("k8s");
    HD_REQUIRE(HD_CHECK(plan(arena, &cases[0], &request.workload)));
    void *options = hd_arena_alloc(arena, deployer->options_size);
    HD_CHECK_OK(deployer->generate(arena, &request, options, &text, &err), err);
    HD_CHECK(strstr(text.data, "replicas: 7\n") != NULL);
    HD_CHECK(strstr(text.data, "type: NodePort\n") != NULL);
    static const char stray[] = "kind: Ingress\nspec: {}\n";
    hd_test_write(hd_test_path("patch.yaml"), stray, sizeof(stray) - 1);
    HD_CHECK_FAILS(deployer->generate(arena, &request, options, &text, &err), err, HD_E_INVALID,
                   "a patch for Ingress fits no document");
}

static void malformed_options_are_refused(void)
{
    static const struct {
        const char *option;
        const char *value;
        const char *message;
    } rows[] = {
        {"--bind", "database", "is not name:service.group"},
        {"--bind", "database:redis", "is not name:service.group"},
        {"--bind", "nosuch:redis.default", "has no bind \"nosuch\""},
        {"--env", "=x", "not NAME=VALUE"},
        {"--env", "A-B=x", "is not the name of a variable"},
        {"--env", "x", "not NAME=VALUE"},
        {"--port", "80", "is not NAME=PORT"},
        {"--port", "x=0", "is not NAME=PORT"},
        {"--port", "x=80/sctp", "is not NAME=PORT"},
        {"--storage", "1Gi", "is not SIZE:/PATH"},
        {"--storage", "1Gi:relative", "is not SIZE:/PATH"},
        {"--storage", "x:/data", "is not SIZE:/PATH"},
        {"--storage", "1Gi:/a/../b", "is not SIZE:/PATH"},
        {"--cpu", "many", "is not a number of processors"},
        {"--cpu", "0", "is not a number of processors"},
        {"--memory", "-1", "is not an amount"},
        {"--disk", "1Xi", "is not an amount"},
        {"--service-group", "a.b", "is not a group"},
        {"--name", "", "is not a name"},
        {"--image", "a b", "--image"},
        {"--count", "20000", "at most 10000"},
        {"--label", "x", "not NAME=VALUE"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        hd_error err = {0};
        hd_workload workload = {0};
        hd_workload_options options = {0};
        hd_option_set sets[] = {{hd_workload_options_table, &options}, {0}};
        hd_strings operands = {0};
        const char *arguments[] = {rows[i].option, rows[i].value};
        const hd_metafile files[] = {{"IDENT", hd_str_of("acme/webapp/1.2.3/20260101000000")},
                                     {"TARGET", hd_str_of("x86_64-linux")},
                                     {"BINDS", hd_str_of("database=port")}};
        hd_package *package = HD_NEW(arena, hd_package);
        HD_CHECK_OK(hd_package_decode(arena, files, HD_COUNT(files), package, &err), err);
        package->runnable = true;
        HD_CHECK_OK(
            hd_options_parse(arena, sets, 2, (char *const *)(uintptr_t)arguments, &operands, &err),
            err);
        HD_CHECK_FAILS(hd_workload_plan(arena, package, "acme/webapp", &options, &workload, &err),
                       err, HD_E_USAGE, rows[i].message);
        package->runnable = false;
        HD_CHECK_FAILS(hd_workload_plan(arena, package, "acme/webapp", &options, &workload, &err),
                       err, HD_E_INVALID, "has no run hook");
    }
}

static void quantities_mean_what_they_say(void)
{
    uint64_t value = 0;
    HD_CHECK(hd_quantity_cpu("500m", &value) && value == 500);
    HD_CHECK(hd_quantity_cpu("0.5", &value) && value == 500);
    HD_CHECK(hd_quantity_cpu("2", &value) && value == 2000);
    HD_CHECK(hd_quantity_bytes("256", true, &value) && value == 256 * HD_MIB);
    HD_CHECK(hd_quantity_bytes("256Mi", false, &value) && value == 256 * HD_MIB);
    HD_CHECK(hd_quantity_bytes("1.5G", false, &value) && value == 1500000000u);
    HD_CHECK(hd_quantity_bytes("10", false, &value) && value == 10);
    static const char *const bad[] = {"",     "m", "-1", "1.2345", "1e9", "99999999999999999999",
                                      "1 Gi", "Gi"};
    for (size_t i = 0; i < HD_COUNT(bad); i++) {
        HD_CHECK(!hd_quantity_cpu(bad[i], &value));
        HD_CHECK(!hd_quantity_bytes(bad[i], true, &value));
    }
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(documents_are_as_reviewed),
                                    HD_TEST(both_formats_say_the_same),
                                    HD_TEST(values_cannot_break_out),
                                    HD_TEST(patches_change_what_they_name),
                                    HD_TEST(malformed_options_are_refused),
                                    HD_TEST(quantities_mean_what_they_say),
                                    {0}};
    return hd_test_main(argc, argv, "deployers", tests);
}
