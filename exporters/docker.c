#include "container.h"
#include "exporters.h"

/* What is written loads everywhere, but only under the name that the archive gives it. */
static hd_strings usage_notes(hd_arena *arena, const hd_container *made)
{
    hd_strings notes = {0};
    hd_vec_push_arena(arena, &notes,
                      hd_arena_printf(arena, "load it: docker load -i %s   (or podman load -i %s)",
                                      made->path, made->path));
    const char *name = hd_container_name(arena, &made->image);
    if (name != NULL) {
        hd_vec_push_arena(
            arena, &notes,
            hd_arena_printf(arena, "run it: docker run --rm -e HAB_LICENSE=accept-no-persist %s",
                            name));
    }
    return notes;
}

static int run(hd_arena *arena, const hd_export_request *request, const void *options,
               hd_export_result *ret_result, hd_error *err)
{
    hd_container made = {0};
    int status = hd_container_make(arena, request, options, HD_LAYOUT_ARCHIVE, &made, err);
    if (status == 0) {
        *ret_result = (hd_export_result){
            .result = made.path, .digest = made.digest, .notes = usage_notes(arena, &made)};
    }
    return status;
}

const hd_exporter hd_exporter_docker = {
    .name = "docker",
    .summary = "Make a container image as one archive that docker and podman load",
    .help =
        "Writes an image archive with one layer per package, without a daemon and without root. "
        "It is an OCI layout and a docker archive at once: docker, podman, containerd and "
        "skopeo load it. The first package with a run hook is what the image runs; arguments "
        "of the container are options of its Supervisor.\n"
        "\n"
        "Examples:\n"
        "  hab-deploy export docker acme/redis\n"
        "  hab-deploy export docker --tag-custom stable -o redis.tar results/acme-redis-*.hart\n",
    .options = hd_container_options_table,
    .options_size = sizeof(hd_container_options),
    .run = run,
};
