#include "hd/image/image.h"

#include "hd/base/clock.h"

enum { LABEL_MAX = 4096, SUPERVISOR_GATEWAY = 9631, DOCUMENT_MAX = 64 * 1024 * 1024 };

static const char manifest_type[] = "application/vnd.oci.image.manifest.v1+json";
static const char index_type[] = "application/vnd.oci.image.index.v1+json";
static const char config_type[] = "application/vnd.oci.image.config.v1+json";
static const char layer_type[] = "application/vnd.oci.image.layer.v1.tar+gzip";

/* ---- description ---- */

static void add_label(hd_arena *arena, hd_pairs *labels, const char *name, const char *value)
{
    /* Metafiles are free text: what a document cannot hold is left out. */
    if (value != NULL && *value != '\0' && strlen(value) <= LABEL_MAX &&
        hd_str_is_utf8(hd_str_of(value))) {
        hd_pair label = {.name = name, .value = value};
        hd_vec_push_arena(arena, labels, label);
    }
}

static hd_pairs describe_labels(hd_arena *arena, const hd_package *package, int64_t created)
{
    char moment[HD_RFC3339_SIZE];
    hd_clock_rfc3339(created, moment);
    const struct {
        const char *name;
        const char *value;
    } rows[] = {
        {"org.opencontainers.image.created", hd_arena_strdup(arena, moment)},
        {"org.opencontainers.image.title", package->ident.name},
        {"org.opencontainers.image.version", package->ident.version},
        {"org.opencontainers.image.revision", package->ident.release},
        {"org.opencontainers.image.vendor", package->ident.origin},
        {"org.opencontainers.image.description", package->description},
        {"org.opencontainers.image.authors", package->maintainer},
        {"org.opencontainers.image.licenses", package->license},
        {"org.opencontainers.image.url", package->upstream_url},
        {"sh.habitat.ident", hd_ident_text(arena, &package->ident)},
        {"sh.habitat.target", package->target->name},
        {"sh.habitat.signer", package->signer},
        {"sh.habitat.checksum", package->checksum},
    };
    hd_pairs labels = {0};
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        add_label(arena, &labels, rows[i].name, rows[i].value);
    }
    return labels;
}

static int compare_ports(const void *a, const void *b)
{
    const uint16_t *left = a;
    const uint16_t *right = b;
    return (*left > *right) - (*left < *right);
}

/* What all services expose and the Supervisor's gateway, in ascending order, each once. */
static hd_strings describe_ports(hd_arena *arena, const hd_packages *services)
{
    hd_ports all = {0};
    hd_vec_push_arena(arena, &all, SUPERVISOR_GATEWAY);
    for (size_t i = 0; i < services->count; i++) {
        for (size_t p = 0; p < services->items[i]->exposes.count; p++) {
            hd_vec_push_arena(arena, &all, services->items[i]->exposes.items[p]);
        }
    }
    qsort(all.items, all.count, sizeof(all.items[0]), compare_ports);
    hd_strings ports = {0};
    for (size_t i = 0; i < all.count; i++) {
        if (i == 0 || all.items[i] != all.items[i - 1]) {
            hd_vec_push_arena(arena, &ports, hd_arena_printf(arena, "%u/tcp", all.items[i]));
        }
    }
    return ports;
}

int hd_image_describe(hd_arena *arena, const hd_image_packages *packages, int64_t created,
                      hd_image *ret_image, hd_error *err)
{
    const hd_package *primary = packages->primary;
    if (primary == NULL) {
        return hd_fail(err, HD_E_INVALID,
                       "nothing to run: none of the packages has a run hook (name a service)");
    }
    hd_packages services = hd_image_services(arena, packages);
    hd_image image = {.target = primary->target,
                      .created = created,
                      .name = hd_reference_of(arena, &primary->ident),
                      .labels = describe_labels(arena, primary, created),
                      .ports = describe_ports(arena, &services),
                      .tags = hd_reference_tags(arena, &primary->ident, HD_TAG_ALL),
                      .stop_signal = "SIGTERM"};
    hd_vec_push_arena(arena, &image.entrypoint, "/init.sh");
    hd_vec_push_arena(arena, &image.command, "run");
    hd_vec_push_arena(arena, &image.command, packages->run_ident);
    hd_vec_push_arena(arena, &image.environment, "PATH=/bin");
    *ret_image = image;
    return 0;
}

/* ---- documents ---- */

static hd_blob make_blob(hd_arena *arena, const json_t *tree)
{
    hd_auto_done(hd_buf) out = HD_BUF_INIT(DOCUMENT_MAX);
    hd_json_write(&out, tree);
    hd_blob blob = {.data = {hd_arena_strndup(arena, out.data, out.length), out.length}};
    hd_digest_of(HD_SHA256, blob.data, blob.digest);
    return blob;
}

static json_t *digest_text(const char *hex)
{
    return json_sprintf("sha256:%s", hex);
}

static json_t *blob_path(const char *hex)
{
    return json_sprintf("blobs/sha256/%s", hex);
}

static json_t *moment_text(int64_t seconds)
{
    char text[HD_RFC3339_SIZE];
    hd_clock_rfc3339(seconds, text);
    return json_string(text);
}

static json_t *descriptor(const char *type, const char *hex, uint64_t size)
{
    return json_pack("{s:s, s:o, s:I}", "mediaType", type, "digest", digest_text(hex), "size",
                     (json_int_t)size);
}

static json_t *string_array(const hd_strings *strings)
{
    json_t *array = json_array();
    for (size_t i = 0; i < strings->count; i++) {
        json_array_append_new(array, json_string(strings->items[i]));
    }
    return array;
}

/* {"6379/tcp": {}}: how the format spells a set. */
static json_t *string_set(const hd_strings *strings)
{
    json_t *set = json_object();
    for (size_t i = 0; i < strings->count; i++) {
        json_object_set_new(set, strings->items[i], json_object());
    }
    return set;
}

static json_t *pair_object(const hd_pairs *pairs)
{
    json_t *object = json_object();
    for (size_t i = 0; i < pairs->count; i++) {
        json_object_set_new(object, pairs->items[i].name, json_string(pairs->items[i].value));
    }
    return object;
}

static json_t *run_config(const hd_image *image)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s}", "ExposedPorts", string_set(&image->ports),
                     "Env", string_array(&image->environment), "Entrypoint",
                     string_array(&image->entrypoint), "Cmd", string_array(&image->command),
                     "Labels", pair_object(&image->labels), "StopSignal", image->stop_signal);
}

static json_t *diff_ids(const hd_layers *layers)
{
    json_t *array = json_array();
    for (size_t i = 0; i < layers->count; i++) {
        json_array_append_new(array, digest_text(layers->items[i].diff_id));
    }
    return array;
}

static json_t *history(const hd_image *image)
{
    json_t *array = json_array();
    for (size_t i = 0; i < image->layers.count; i++) {
        json_array_append_new(array, json_pack("{s:o, s:s}", "created", moment_text(image->created),
                                               "created_by", image->layers.items[i].created_by));
    }
    return array;
}

hd_blob hd_image_config(hd_arena *arena, const hd_image *image)
{
    json_auto_t *tree = json_pack("{s:o, s:s, s:s, s:o, s:{s:s, s:o}, s:o}", "created",
                                  moment_text(image->created), "architecture",
                                  image->target->architecture, "os", image->target->os, "config",
                                  run_config(image), "rootfs", "type", "layers", "diff_ids",
                                  diff_ids(&image->layers), "history", history(image));
    return make_blob(arena, tree);
}

static json_t *layer_descriptors(const hd_layers *layers)
{
    json_t *array = json_array();
    for (size_t i = 0; i < layers->count; i++) {
        json_array_append_new(
            array, descriptor(layer_type, layers->items[i].digest, layers->items[i].size));
    }
    return array;
}

hd_blob hd_image_manifest(hd_arena *arena, const hd_image *image, const hd_blob *config)
{
    json_auto_t *tree = json_pack(
        "{s:i, s:s, s:o, s:o, s:o}", "schemaVersion", 2, "mediaType", manifest_type, "config",
        descriptor(config_type, config->digest, config->data.length), "layers",
        layer_descriptors(&image->layers), "annotations", pair_object(&image->labels));
    return make_blob(arena, tree);
}

/* tag may be NULL: a row without a name. */
static json_t *index_row(hd_arena *arena, const hd_image *image, const hd_blob *manifest,
                         const char *tag)
{
    json_t *row = descriptor(manifest_type, manifest->digest, manifest->data.length);
    json_object_set_new(row, "platform",
                        json_pack("{s:s, s:s}", "architecture", image->target->architecture, "os",
                                  image->target->os));
    if (tag != NULL) {
        hd_reference name = image->name;
        name.tag = tag;
        /* containerd and podman read the first, skopeo and the specification the second. */
        json_object_set_new(row, "annotations",
                            json_pack("{s:s, s:s}", "io.containerd.image.name",
                                      hd_reference_text(arena, &name),
                                      "org.opencontainers.image.ref.name", tag));
    }
    return row;
}

hd_blob hd_image_index(hd_arena *arena, const hd_image *image, const hd_blob *manifest)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < image->tags.count; i++) {
        json_array_append_new(rows, index_row(arena, image, manifest, image->tags.items[i]));
    }
    if (image->tags.count == 0) {
        json_array_append_new(rows, index_row(arena, image, manifest, NULL));
    }
    json_auto_t *tree = json_pack("{s:i, s:s, s:o}", "schemaVersion", 2, "mediaType", index_type,
                                  "manifests", rows);
    return make_blob(arena, tree);
}

hd_blob hd_image_docker_manifest(hd_arena *arena, const hd_image *image, const hd_blob *config)
{
    json_t *names = json_array();
    json_t *paths = json_array();
    for (size_t i = 0; i < image->tags.count; i++) {
        /* In full: podman takes a short name for one of "localhost". */
        hd_reference name = image->name;
        name.tag = image->tags.items[i];
        json_array_append_new(names, json_string(hd_reference_text(arena, &name)));
    }
    for (size_t i = 0; i < image->layers.count; i++) {
        json_array_append_new(paths, blob_path(image->layers.items[i].digest));
    }
    json_auto_t *tree = json_pack("[{s:o, s:o, s:o}]", "Config", blob_path(config->digest),
                                  "RepoTags", names, "Layers", paths);
    return make_blob(arena, tree);
}
