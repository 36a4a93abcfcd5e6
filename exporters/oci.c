#include "container.h"
#include "exporters.h"

static hd_strings usage_notes(hd_arena *arena, const hd_container *made)
{
    const hd_strings *tags = &made->image.tags;
    const char *tag = tags->count == 0 ? "" : hd_arena_printf(arena, ":%s", tags->items[0]);
    hd_strings notes = {0};
    hd_vec_push_arena(
        arena, &notes,
        hd_arena_printf(arena, "look at it: skopeo inspect oci:%s%s", made->path, tag));
    hd_vec_push_arena(arena, &notes,
                      hd_arena_printf(arena,
                                      "push it: skopeo copy oci:%s%s docker://REGISTRY/NAME%s",
                                      made->path, tag, tag));
    return notes;
}

static int run(hd_arena *arena, const hd_export_request *request, const void *options,
               hd_export_result *ret_result, hd_error *err)
{
    hd_container made = {0};
    int status = hd_container_make(arena, request, options, HD_LAYOUT_DIRECTORY, &made, err);
    if (status == 0) {
        *ret_result = (hd_export_result){
            .result = made.path, .digest = made.digest, .notes = usage_notes(arena, &made)};
    }
    return status;
}

const hd_exporter hd_exporter_oci = {
    .name = "oci",
    .summary = "Make a container image as an OCI layout directory",
    .help = "Writes an OCI image layout with one layer per package, without a daemon and without "
            "root. A directory of that name is replaced when it is empty or a layout itself.\n"
            "\n"
            "Examples:\n"
            "  hab-deploy export oci acme/redis\n"
            "  hab-deploy export oci --image-name registry.example.com/redis -o redis.oci "
            "acme/redis\n",
    .options = hd_container_options_table,
    .options_size = sizeof(hd_container_options),
    .run = run,
};
