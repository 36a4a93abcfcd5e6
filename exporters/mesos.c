#include "exporters.h"

#include "hd/base/file.h"
#include "hd/base/mem.h"
#include "hd/data/templates.h"
#include "hd/image/root-writer.h"
#include "hd/io/gzip.h"

enum { PERMISSIONS_MAX = 16 * 1024 * 1024, LAUNCHER_MAX = 1024 * 1024 };

/* What Mesos's fetcher takes away from entries it unpacks as root: set-id and sticky bits, and
 * write permission for others than the owner. */
enum { LOST_BITS = 07022 };

static const char prefix[] = "rootfs/";
static const char launch_template[] = "image/mesos-launch.sh.hbs";

/* ---- what the archive must not or cannot say ---- */

static bool is_plain_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~') {
            return false;
        }
    }
    return true;
}

/* Agents crash on other names (MESOS-9393); the list of permissions is made on the way. */
static int inspect(void *user, const hd_tar_entry *entry, hd_error *err)
{
    hd_buf *permissions = user;
    if (!is_plain_ascii(entry->path) || (entry->target != NULL && !is_plain_ascii(entry->target))) {
        return hd_fail(err, HD_E_INVALID,
                       "%s: Mesos agents cannot unpack names outside printable ASCII (export an "
                       "image instead)",
                       entry->path);
    }
    bool has_own_mode = entry->type == HD_TAR_FILE || entry->type == HD_TAR_DIR;
    if (has_own_mode && ((entry->mode & LOST_BITS) != 0 || entry->uid != 0 || entry->gid != 0)) {
        hd_buf_printf(permissions, "%04o %u %u %s\n", (unsigned)entry->mode, entry->uid, entry->gid,
                      entry->path + strlen(prefix));
    }
    return 0;
}

/* ---- content ---- */

static int render_launcher(hd_arena *arena, const hd_export_request *request, hd_str *ret_text,
                           hd_error *err)
{
    const char *busybox = NULL;
    int status = hd_image_program(request->packages.busybox, "busybox", &busybox, err);
    if (status != 0) {
        return status;
    }
    json_auto_t *context = json_pack("{s:s, s:s, s:s}", "busybox", busybox, "path", "/bin",
                                     "run_ident", request->packages.run_ident);
    hd_auto_done(hd_buf) out = HD_BUF_INIT(LAUNCHER_MAX);
    status = hd_template_render(&request->template_dirs, launch_template, context, &out, err);
    if (status == 0) {
        *ret_text = (hd_str){hd_arena_strndup(arena, out.data, out.length), out.length};
    }
    return status;
}

/* The image's nodes and the launcher. */
static int plan(hd_arena *arena, const hd_export_request *request, hd_nodes *ret_nodes,
                hd_error *err)
{
    hd_nodes nodes = {0};
    hd_str launcher = {0};
    int status = hd_rootfs_plan(arena, &request->packages, &request->template_dirs, &nodes, err);
    if (status == 0) {
        status = render_launcher(arena, request, &launcher, err);
    }
    if (status != 0) {
        return status;
    }
    const hd_node own[] = {
        {.path = ".hab-deploy", .type = HD_TAR_DIR, .mode = 0755},
        {.path = ".hab-deploy/launch", .type = HD_TAR_FILE, .mode = 0755, .content = launcher},
    };
    for (size_t i = 0; i < HD_COUNT(own); i++) {
        hd_vec_push_arena(arena, &nodes, own[i]);
    }
    *ret_nodes = nodes;
    return 0;
}

/* Known only after everything else was written. */
static int add_permissions(hd_arena *arena, hd_root_writer *root, const hd_buf *permissions,
                           hd_error *err)
{
    int status = hd_buf_check(permissions, "list of permissions", err);
    if (status != 0) {
        return status;
    }
    hd_node node = {.path = ".hab-deploy/perms",
                    .type = HD_TAR_FILE,
                    .mode = 0644,
                    .content = hd_buf_view(permissions)};
    hd_nodes nodes = {0};
    hd_vec_push_arena(arena, &nodes, node);
    return hd_root_writer_add_nodes(root, &nodes, err);
}

static int write_root(hd_arena *arena, const hd_export_request *request, const hd_nodes *nodes,
                      hd_tar_writer *writer, hd_error *err)
{
    hd_auto_done(hd_buf) permissions = HD_BUF_INIT(PERMISSIONS_MAX);
    hd_root_writer_options options = {.prefix = "rootfs",
                                      .epoch = hd_export_created(request),
                                      .inspect = inspect,
                                      .user = &permissions};
    hd_auto(hd_root_writer) *root = hd_root_writer_new(writer, &options);
    int status = hd_root_writer_add_nodes(root, nodes, err);
    const hd_packages *closure = &request->packages.closure.packages;
    for (size_t i = 0; status == 0 && i < closure->count; i++) {
        status = hd_root_writer_add_package(root, closure->items[i], &request->access, err);
    }
    return status == 0 ? add_permissions(arena, root, &permissions, err) : status;
}

static int write_archive(hd_arena *arena, const hd_export_request *request, const hd_nodes *nodes,
                         hd_sink *sink, hd_error *err)
{
    hd_auto(hd_tar_writer) *writer = hd_tar_writer_new(sink);
    int status = write_root(arena, request, nodes, writer, err);
    if (status == 0) {
        status = hd_tar_writer_finish(writer, err);
    }
    return status == 0 ? hd_sink_finish(sink, err) : status;
}

static int write_file(hd_arena *arena, const hd_export_request *request, const hd_nodes *nodes,
                      const char *path, char ret_digest[HD_DIGEST_HEX_SIZE], hd_error *err)
{
    hd_auto(hd_digest) *digest = hd_digest_new(HD_SHA256);
    hd_auto(hd_tempfile) *file = NULL;
    int status = hd_tempfile_open(path, 0644, &file, err);
    if (status != 0) {
        return status;
    }
    hd_sink *packed = hd_sink_digest_take(hd_sink_fd(hd_tempfile_fd(file), path), digest, NULL);
    hd_auto(hd_sink) *sink = hd_sink_gzip_take(packed, HD_GZIP_LEVEL);
    status = write_archive(arena, request, nodes, sink, err);
    if (status == 0) {
        status = hd_tempfile_commit(file, err);
    }
    if (status == 0) {
        hd_digest_final(digest, ret_digest);
    }
    return status;
}

static hd_strings usage_notes(hd_arena *arena, const char *path)
{
    hd_strings notes = {0};
    hd_vec_push_arena(arena, &notes,
                      hd_arena_printf(arena, "publish %s where the agents can fetch it", path));
    hd_vec_push_arena(arena, &notes,
                      "run it as root with fetch extract:true and the command: exec "
                      "./rootfs/.hab-deploy/launch");
    return notes;
}

static int run(hd_arena *arena, const hd_export_request *request, const void *options,
               hd_export_result *ret_result, hd_error *err)
{
    (void)options;
    const char *path = request->output;
    hd_nodes nodes = {0};
    char digest[HD_DIGEST_HEX_SIZE];
    int status = plan(arena, request, &nodes, err);
    if (status == 0 && path == NULL) {
        status = hd_export_default_path(arena, request->packages.primary, ".tgz", &path, err);
    }
    if (status == 0) {
        status = write_file(arena, request, &nodes, path, digest, err);
    }
    if (status == 0) {
        *ret_result = (hd_export_result){.result = path,
                                         .digest = hd_arena_printf(arena, "sha256:%s", digest),
                                         .notes = usage_notes(arena, path)};
    }
    return status;
}

const hd_exporter hd_exporter_mesos = {
    .name = "mesos",
    .summary = "Make a root filesystem tarball for Mesos agents without a registry",
    .help =
        "Writes a .tgz for Mesos's fetcher: everything below rootfs/, owned by 0:0, with a list "
        "of the permissions that the fetcher drops and a launcher that restores them, mounts "
        "what the service needs in a private namespace and starts the Supervisor.\n"
        "\n"
        "Examples:\n"
        "  hab-deploy export mesos acme/redis\n"
        "  hab-deploy export mesos -o redis.tgz results/acme-redis-*.hart\n",
    .run = run,
};
