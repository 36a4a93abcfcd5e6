#include "container.h"

#include "hd/base/log.h"

/* The most layers the daemons' overlay storage takes. */
enum { LAYERS_MAX = 125 };

/* Of the file or directory in results/. */
static const char *const suffixes[] = {
    [HD_LAYOUT_DIRECTORY] = ".oci", [HD_LAYOUT_ARCHIVE] = ".docker.tar"};

const hd_option hd_container_options_table[] = {
    {"image-name", 0, "NAME", "Name of the image without tag (default: origin/name)", HD_OPT_STRING,
     offsetof(hd_container_options, image_name), .group = "Image names"},
    {"no-tag-latest", 0, NULL, "Leave out the tag latest", HD_OPT_FLAG,
     offsetof(hd_container_options, no_latest)},
    {"tag-latest", 0, NULL, "Tag the image latest (the default)", HD_OPT_FLAG_OFF,
     offsetof(hd_container_options, no_latest)},
    {"no-tag-version", 0, NULL, "Leave out the tag with the version", HD_OPT_FLAG,
     offsetof(hd_container_options, no_version)},
    {"tag-version", 0, NULL, "Tag the image with the version (the default)", HD_OPT_FLAG_OFF,
     offsetof(hd_container_options, no_version)},
    {"no-tag-version-release", 0, NULL, "Leave out the tag with version and release", HD_OPT_FLAG,
     offsetof(hd_container_options, no_release)},
    {"tag-version-release", 0, NULL, "Tag the image with version and release (the default)",
     HD_OPT_FLAG_OFF, offsetof(hd_container_options, no_release)},
    {"tag-custom", 0, "TAG", "One more tag (repeatable)", HD_OPT_LIST,
     offsetof(hd_container_options, custom)},
    {0},
};

static int add_custom_tags(hd_arena *arena, const hd_container_options *options, hd_strings *tags,
                           hd_error *err)
{
    for (size_t i = 0; i < options->custom.count; i++) {
        const char *tag = options->custom.items[i];
        if (!hd_reference_is_tag(tag)) {
            return hd_fail(err, HD_E_USAGE,
                           "--tag-custom: \"%s\" is not a tag (1-128 letters, digits, '_', '.' or "
                           "'-', not starting with '.' or '-')",
                           tag);
        }
        hd_reference_add_tag(arena, tags, tag);
    }
    return 0;
}

static int choose_names(hd_arena *arena, const hd_ident *ident, const hd_container_options *options,
                        hd_image *image, hd_error *err)
{
    if (options->image_name != NULL) {
        int status = hd_reference_parse(arena, options->image_name, &image->name, err);
        if (status != 0) {
            return hd_wrap(err, "--image-name");
        }
        if (image->name.tag != NULL || image->name.digest != NULL) {
            return hd_fail(err, HD_E_USAGE,
                           "--image-name: \"%s\" has a tag or digest (give tags with --tag-custom)",
                           options->image_name);
        }
    }
    unsigned kinds = (options->no_latest ? 0u : HD_TAG_LATEST) |
                     (options->no_version ? 0u : HD_TAG_VERSION) |
                     (options->no_release ? 0u : HD_TAG_RELEASE);
    image->tags = hd_reference_tags(arena, ident, kinds);
    return add_custom_tags(arena, options, &image->tags, err);
}

static int plan(hd_arena *arena, const hd_export_request *request,
                const hd_container_options *options, hd_image *ret_image, hd_nodes *ret_nodes,
                hd_error *err)
{
    const hd_image_packages *packages = &request->packages;
    hd_image image = {0};
    int status = hd_image_describe(arena, packages, hd_export_created(request), &image, err);
    if (status == 0) {
        status = choose_names(arena, &packages->primary->ident, options, &image, err);
    }
    if (status == 0) {
        status = hd_rootfs_plan(arena, packages, &request->template_dirs, ret_nodes, err);
    }
    if (status == 0) {
        *ret_image = image;
    }
    return status;
}

static int build(hd_arena *arena, const hd_export_request *request, const hd_nodes *nodes,
                 const char *blobs, hd_image *image, hd_error *err)
{
    hd_layer_options options = {.access = &request->access,
                                .epoch = image->created,
                                .threads = request->threads,
                                .blobs = blobs};
    int status = hd_layers_build(arena, &request->packages, nodes, &options, &image->layers, err);
    if (status == 0 && image->layers.count > LAYERS_MAX) {
        hd_log(HD_LOG_WARNING, "%zu layers: container runtimes take at most %d",
               image->layers.count, LAYERS_MAX);
    }
    return status;
}

int hd_container_make(hd_arena *arena, const hd_export_request *request,
                      const hd_container_options *options, hd_layout_kind kind,
                      hd_container *ret_container, hd_error *err)
{
    hd_container made = {.path = request->output};
    hd_auto(hd_layout) *layout = NULL;
    hd_nodes nodes = {0};
    char digest[HD_DIGEST_HEX_SIZE];
    int status = plan(arena, request, options, &made.image, &nodes, err);
    if (status == 0 && made.path == NULL) {
        status = hd_export_default_path(arena, request->packages.primary, suffixes[kind],
                                        &made.path, err);
    }
    if (status == 0) {
        status = hd_layout_open(made.path, kind, &layout, err);
    }
    if (status == 0) {
        status = build(arena, request, &nodes, hd_layout_blobs(layout), &made.image, err);
    }
    if (status == 0) {
        status = hd_layout_finish(layout, arena, &made.image, digest, err);
    }
    if (status == 0) {
        made.digest = hd_arena_printf(arena, "sha256:%s", digest);
        *ret_container = made;
    }
    return status;
}

const char *hd_container_name(hd_arena *arena, const hd_image *image)
{
    if (image->tags.count == 0) {
        return NULL;
    }
    hd_reference name = image->name;
    name.tag = image->tags.items[image->tags.count - 1];
    return hd_reference_familiar(arena, &name);
}
