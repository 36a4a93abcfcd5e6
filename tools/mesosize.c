#include "cli.h"

#include "hd/base/file.h"
#include "hd/base/log.h"

#include <limits.h>

typedef struct mesosize_options {
    const char *artifact_url;
} mesosize_options;

const hd_option hd_mesosize_options[] = {
    {"artifact-url", 0, "URL",
     "Where agents fetch the tarball: its URL, or the directory's with a final /", HD_OPT_STRING,
     offsetof(mesosize_options, artifact_url), .group = "Mesos"},
    {0},
};
const size_t hd_mesosize_options_size = sizeof(mesosize_options);

/* The former exporter took these from the environment too. */
static int take_environment(hd_workload_options *options, hd_error *err)
{
    const struct {
        const char *variable;
        const char **into;
        const char *usual;
    } rows[] = {{"CPU", &options->cpu, "0.5"},
                {"MEM", &options->memory, "256"},
                {"DISK", &options->disk, "1024"}};
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        const char *value = getenv(rows[i].variable);
        if (*rows[i].into == NULL) {
            *rows[i].into = value == NULL || *value == '\0' ? rows[i].usual : value;
        }
    }
    const char *instances = getenv("INSTANCES");
    bool given = options->count != 0 || instances == NULL || *instances == '\0';
    if (!given && !hd_str_uint(hd_str_of(instances), 10000, &options->count)) {
        return hd_fail(err, HD_E_USAGE, "INSTANCES: \"%s\" is not a number", instances);
    }
    return 0;
}

/* Without --artifact-url: the file where it is, which is right for agents that see the same file
 * system. */
static int artifact_url(hd_run *run, const char *path, const char **ret_url, hd_error *err)
{
    const mesosize_options *options = run->own;
    const char *given = options->artifact_url;
    if (given == NULL) {
        char absolute[PATH_MAX];
        if (realpath(path, absolute) == NULL) {
            return hd_fail_errno(err, errno, "%s", path);
        }
        hd_log(HD_LOG_NOTE,
               "the definition fetches file://%s: name the published place with --artifact-url",
               absolute);
        *ret_url = hd_arena_printf(run->arena, "file://%s", absolute);
        return 0;
    }
    bool is_file = hd_ends_with(given, ".tgz");
    *ret_url = is_file ? given
                       : hd_arena_printf(run->arena, "%s%s%s", given,
                                         hd_ends_with(given, "/") ? "" : "/", hd_path_base(path));
    return 0;
}

static int print_definition(hd_run *run, const hd_export_request *made, const char *path,
                            hd_error *err)
{
    hd_deploy_request request = {.template_dirs = run->make.templates};
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    const hd_deployer *marathon = hd_deployer_find("marathon");
    int status = artifact_url(run, path, &request.artifact_url, err);
    if (status == 0) {
        status = hd_workload_plan(run->arena, made->packages.primary, made->packages.run_ident,
                                  &run->workload, &request.workload, err);
    }
    if (status == 0) {
        status = marathon->generate(run->arena, &request, NULL, &text, err);
    }
    return status == 0 ? hd_terminal_result(text.data, text.length, err) : status;
}

int hd_run_mesosize(hd_run *run, hd_error *err)
{
    const hd_exporter *exporter = hd_exporter_find("mesos");
    hd_auto(hd_store) *store = NULL;
    hd_export_request request = {0};
    hd_export_result made = {0};
    if (run->operands.count != 1) {
        return hd_fail(err, HD_E_USAGE,
                       "name one package: origin/name or the path of a .hart file");
    }
    int status = take_environment(&run->workload, err);
    if (status == 0) {
        status = hd_run_prepare_export(run, &store, &request, err);
    }
    if (status == 0) {
        status = exporter->run(run->arena, &request,
                               hd_arena_alloc(run->arena, exporter->options_size), &made, err);
    }
    if (status != 0) {
        return status;
    }
    hd_log(HD_LOG_NOTE, "%s", made.result);
    return print_definition(run, &request, made.result, err);
}
