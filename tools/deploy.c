#include "cli.h"

#include "hd/base/file.h"

int hd_run_deploy(hd_run *run, hd_error *err)
{
    const hd_deployer *deployer = run->command->subject;
    if (run->operands.count != 1) {
        return hd_fail(err, HD_E_USAGE,
                       "name one package: origin/name or the path of a .hart file");
    }
    hd_auto(hd_store) *store = NULL;
    hd_package_access access = {0};
    const hd_package *package = NULL;
    int status = hd_run_open_store(run, &store, &access, err);
    if (status == 0) {
        status = hd_store_find(store, run->operands.items[0], &package, err);
    }
    hd_deploy_request request = {.template_dirs = run->write.templates,
                                 .format = run->write.format,
                                 .patches = run->write.patches};
    if (status == 0) {
        const char *runs = hd_run_ident(run->arena, run->operands.items[0], package);
        status = hd_workload_plan(run->arena, package, runs, &run->workload, &request.workload,
                                  err);
    }
    hd_auto_done(hd_buf) text = HD_BUF_INIT(64 * HD_MIB);
    if (status == 0) {
        status = deployer->generate(run->arena, &request, run->own, &text, err);
    }
    if (status != 0) {
        return status;
    }
    if (run->write.output == NULL || hd_streq(run->write.output, "-")) {
        return hd_terminal_result(text.data, text.length, err);
    }
    return hd_file_write(run->write.output, hd_buf_view(&text), 0644, err);
}
