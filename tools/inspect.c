#include "cli.h"

#include "hd/base/log.h"
#include "hd/package/describe.h"

typedef struct inspect_options {
    bool json;
    bool files;
} inspect_options;

const hd_option hd_inspect_options[] = {
    {"json", 0, NULL, "Print JSON", HD_OPT_FLAG, offsetof(inspect_options, json)},
    {"files", 0, NULL, "Check every file against the signed list in the package", HD_OPT_FLAG,
     offsetof(inspect_options, files)},
    {0},
};
const size_t hd_inspect_options_size = sizeof(inspect_options);

static int check_files(const hd_package *package, const hd_package_access *access, hd_error *err)
{
    int status = hd_package_check_files(package, access, err);
    if (status == 0) {
        hd_log(HD_LOG_NOTE, "all files are as signed");
    }
    return status;
}

int hd_run_inspect(hd_run *run, hd_error *err)
{
    const inspect_options *options = run->own;
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
    if (status == 0 && options->files) {
        status = check_files(package, &access, err);
    }
    if (status != 0) {
        return status;
    }
    hd_auto_done(hd_buf) text = HD_BUF_INIT(64 * HD_MIB);
    if (options->json) {
        json_auto_t *tree = hd_package_describe_json(package, NULL);
        hd_json_write_pretty(&text, tree);
    } else {
        hd_package_describe_text(&text, package, NULL);
    }
    status = hd_buf_check(&text, "description", err);
    return status == 0 ? hd_terminal_result(text.data, text.length, err) : status;
}
