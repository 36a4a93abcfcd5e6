#include "exporters.h"

#include "hd/base/clock.h"
#include "hd/base/file.h"

const hd_exporter *const hd_exporters[] = {
    &hd_exporter_docker,
    &hd_exporter_oci,
    &hd_exporter_mesos,
    NULL,
};

const hd_exporter *hd_exporter_find(const char *name)
{
    for (size_t i = 0; hd_exporters[i] != NULL; i++) {
        if (hd_streq(hd_exporters[i]->name, name)) {
            return hd_exporters[i];
        }
    }
    return NULL;
}

int hd_export_default_path(hd_arena *arena, const hd_package *package, const char *suffix,
                           const char **ret_path, hd_error *err)
{
    const hd_ident *ident = &package->ident;
    int status = hd_make_dirs("results", err);
    if (status == 0) {
        *ret_path = hd_arena_printf(arena, "results/%s-%s-%s-%s%s", ident->origin, ident->name,
                                    ident->version, ident->release, suffix);
    }
    return status;
}

int64_t hd_export_created(const hd_export_request *request)
{
    if (request->has_epoch) {
        return request->epoch;
    }
    const hd_packages *closure = &request->packages.closure.packages;
    int64_t newest = 0;
    for (size_t i = 0; i < closure->count; i++) {
        int64_t stamp = 0;
        if (hd_clock_parse_release(hd_str_of(closure->items[i]->ident.release), &stamp) &&
            stamp > newest) {
            newest = stamp;
        }
    }
    return newest;
}
