#include "cli.h"

#include "hd/base/clock.h"
#include "hd/base/log.h"

int hd_run_prepare_export(hd_run *run, hd_store **ret_store, hd_export_request *request,
                          hd_error *err)
{
    request->output = run->make.output;
    request->template_dirs = run->make.templates;
    if (run->make.threads > 256) {
        return hd_fail(err, HD_E_USAGE, "--jobs: at most 256");
    }
    request->threads = (unsigned)run->make.threads;
    int status = hd_clock_parse_epoch(getenv("SOURCE_DATE_EPOCH"), &request->has_epoch,
                                      &request->epoch, err);
    if (status == 0) {
        status = hd_run_open_store(run, ret_store, &request->access, err);
    }
    if (status == 0) {
        hd_log(HD_LOG_PROGRESS, "reading packages");
        status = hd_run_find_image_packages(run, *ret_store, &request->packages, err);
    }
    return status;
}

int hd_run_export(hd_run *run, hd_error *err)
{
    const hd_exporter *exporter = run->command->subject;
    hd_auto(hd_store) *store = NULL;
    hd_export_request request = {0};
    hd_export_result made = {0};
    int status = hd_run_prepare_export(run, &store, &request, err);
    if (status == 0) {
        status = exporter->run(run->arena, &request, run->own, &made, err);
    }
    if (status != 0) {
        return status;
    }
    if (made.digest != NULL) {
        hd_log(HD_LOG_NOTE, "digest: %s", made.digest);
    }
    for (size_t i = 0; i < made.notes.count; i++) {
        hd_log(HD_LOG_NOTE, "%s", made.notes.items[i]);
    }
    const char *line = hd_arena_printf(run->arena, "%s\n", made.result);
    return hd_terminal_result(line, strlen(line), err);
}
