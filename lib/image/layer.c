#include "hd/image/layer.h"

#include "hd/base/file.h"
#include "hd/base/log.h"
#include "hd/base/mem.h"
#include "hd/image/root-writer.h"
#include "hd/io/gzip.h"
#include "hd/io/pool.h"

/* What all jobs of one build share. */
typedef struct build {
    const hd_layer_options *options;
    const hd_nodes *nodes;
    hd_package_access access;
} build;

/* One layer: a package, or the nodes when package is NULL. */
typedef struct layer_job {
    const build *shared;
    const hd_package *package;
    hd_layer *layer;
    size_t index;
} layer_job;

static int write_tar(const layer_job *job, hd_sink *sink, hd_error *err)
{
    hd_auto(hd_tar_writer) *writer = hd_tar_writer_new(sink);
    hd_root_writer_options options = {.epoch = job->shared->options->epoch, .group_writable = true};
    hd_auto(hd_root_writer) *root = hd_root_writer_new(writer, &options);
    int status = job->package == NULL
                     ? hd_root_writer_add_nodes(root, job->shared->nodes, err)
                     : hd_root_writer_add_package(root, job->package, &job->shared->access, err);
    if (status == 0) {
        status = hd_tar_writer_finish(writer, err);
    }
    return status;
}

/* tar -> digest of the tar -> gzip -> digest and size of the blob -> file */
static int write_blob(const layer_job *job, int fd, const char *name, hd_layer *layer,
                      hd_error *err)
{
    hd_auto(hd_digest) *diff = hd_digest_new(HD_SHA256);
    hd_auto(hd_digest) *blob = hd_digest_new(HD_SHA256);
    int level = job->shared->options->level;
    hd_sink *file = hd_sink_digest_take(hd_sink_fd(fd, name), blob, &layer->size);
    hd_sink *packed = hd_sink_gzip_take(file, level == 0 ? HD_GZIP_LEVEL : level);
    hd_auto(hd_sink) *sink = hd_sink_digest_take(packed, diff, NULL);
    int status = write_tar(job, sink, err);
    if (status == 0) {
        status = hd_sink_finish(sink, err);
    }
    if (status == 0) {
        hd_digest_final(diff, layer->diff_id);
        hd_digest_final(blob, layer->digest);
    }
    return status;
}

static int build_layer(void *item, hd_error *err)
{
    const layer_job *job = item;
    hd_auto(hd_tempfile) *file = NULL;
    hd_auto_free char *name = hd_printf("%s/layer-%zu", job->shared->options->blobs, job->index);
    hd_log(HD_LOG_PROGRESS, "layer %s", job->layer->created_by);
    int status = hd_tempfile_open(name, 0644, &file, err);
    if (status == 0) {
        status = write_blob(job, hd_tempfile_fd(file), name, job->layer, err);
    }
    if (status != 0) {
        return status;
    }
    hd_auto_free char *path = hd_printf("%s/%s", job->shared->options->blobs, job->layer->digest);
    return hd_is_file(path) ? 0 : hd_tempfile_commit_as(file, path, err);
}

/* How long the job will take, relative to others. */
static uint64_t job_weight(const layer_job *job)
{
    if (job->package == NULL) {
        return 0;
    }
    return job->package->packed_size > 0 ? job->package->packed_size
                                         : job->package->unpacked_size / 4;
}

static int compare_jobs(const void *a, const void *b)
{
    const layer_job *left = a;
    const layer_job *right = b;
    uint64_t left_weight = job_weight(left);
    uint64_t right_weight = job_weight(right);
    if (left_weight != right_weight) {
        return left_weight < right_weight ? 1 : -1;
    }
    return (left->index > right->index) - (left->index < right->index);
}

static unsigned processors(unsigned wanted)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return wanted > 0 ? wanted : online > 0 ? (unsigned)online : 1;
}

/* With a job for every processor, more threads inside a job would only cost memory. */
static hd_package_limits limits_for(const hd_layer_options *options, size_t jobs)
{
    hd_package_limits limits = *options->access->limits;
    if (limits.xz.threads == 0 && jobs >= processors(options->threads)) {
        limits.xz.threads = 1;
    }
    return limits;
}

int hd_layers_build(hd_arena *arena, const hd_image_packages *packages, const hd_nodes *nodes,
                    const hd_layer_options *options, hd_layers *ret_layers, hd_error *err)
{
    const hd_packages *closure = &packages->closure.packages;
    size_t count = closure->count + 1;
    hd_layer *layers = HD_NEW_ARRAY(arena, count, hd_layer);
    layer_job *jobs = HD_NEW_ARRAY(arena, count, layer_job);
    hd_package_limits limits = limits_for(options, count);
    build shared = {.options = options,
                    .nodes = nodes,
                    .access = {.key_cache = options->access->key_cache, .limits = &limits}};
    for (size_t i = 0; i < count; i++) {
        const hd_package *package = i < closure->count ? closure->items[i] : NULL;
        layers[i].created_by = package == NULL ? "hab-deploy rootfs"
                                               : hd_ident_text(arena, &package->ident);
        jobs[i] = (layer_job){&shared, package, &layers[i], i};
    }
    qsort(jobs, count, sizeof(jobs[0]), compare_jobs);
    int status = hd_pool_run(options->threads, jobs, sizeof(jobs[0]), count, build_layer, err);
    if (status == 0) {
        *ret_layers = (hd_layers){.items = layers, .count = count, .capacity = count};
    }
    return status;
}
