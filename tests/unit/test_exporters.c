#include "hd_test.h"
#include "image_fixture.h"

#include "hd/base/file.h"
#include "hd/base/mem.h"
#include "hd/base/option.h"
#include "hd/exporter.h"

#include <sys/stat.h>

/* A request with one option line for the exporter. */
typedef struct run {
    hd_arena *arena;
    image_fixture fixture;
    hd_export_request request;
    const hd_exporter *exporter;
    hd_export_result result;
} run;

static run prepare(hd_arena *arena, const char *exporter)
{
    run made = {.arena = arena,
                .fixture = image_fixture_make(arena),
                .exporter = hd_exporter_find(exporter)};
    made.request = (hd_export_request){
        .packages = made.fixture.packages, .access = made.fixture.access, .threads = 2};
    made.request.output = hd_arena_strdup(arena, hd_test_path("out"));
    return made;
}

static int export_with(run *self, const char *const *arguments, int count, hd_error *err)
{
    void *values = hd_arena_alloc(self->arena, self->exporter->options_size + 1);
    hd_option_set sets[] = {{self->exporter->options, values}, {NULL, NULL}};
    hd_strings operands = {0};
    int status = 0;
    if (self->exporter->options != NULL) {
        status = hd_options_parse(self->arena, sets, count, (char *const *)(uintptr_t)arguments,
                                  &operands, err);
    }
    return status == 0
               ? self->exporter->run(self->arena, &self->request, values, &self->result, err)
               : status;
}

static int export_plain(run *self, hd_error *err)
{
    return export_with(self, NULL, 0, err);
}

static const char *output_of(hd_arena *arena, const char *command)
{
    hd_auto_done(hd_buf) out = HD_BUF_INIT(HD_MIB);
    FILE *pipe = popen(command, "r");
    char chunk[512];
    for (size_t got = 0; pipe != NULL && (got = fread(chunk, 1, sizeof(chunk), pipe)) > 0;) {
        hd_buf_append(&out, chunk, got);
    }
    HD_CHECK(pipe != NULL && pclose(pipe) == 0);
    return hd_arena_strndup(arena, out.data, out.length);
}

static void the_table_is_complete(void)
{
    for (size_t i = 0; hd_exporters[i] != NULL; i++) {
        const hd_exporter *exporter = hd_exporters[i];
        HD_CHECK(exporter->summary != NULL && exporter->help != NULL && exporter->run != NULL);
        HD_CHECK((exporter->options == NULL) == (exporter->options_size == 0));
        HD_CHECK(hd_exporter_find(exporter->name) == exporter);
        HD_CHECK(!hd_ends_with(exporter->summary, "."));
    }
    HD_CHECK(hd_exporter_find("docker") != NULL && hd_exporter_find("oci") != NULL &&
             hd_exporter_find("mesos") != NULL);
    HD_CHECK(hd_exporter_find("") == NULL);
}

static void oci_writes_a_layout(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    run self = prepare(arena, "oci");
    HD_REQUIRE(HD_CHECK_OK(export_plain(&self, &err), err));
    HD_CHECK_STR(self.result.result, self.request.output);
    HD_CHECK(hd_starts_with(self.result.digest, "sha256:"));
    HD_CHECK(hd_is_file(
        hd_arena_printf(arena, "%s/blobs/sha256/%s", self.request.output, self.result.digest + 7)));
    HD_REQUIRE(HD_CHECK(self.result.notes.count == 2));
    HD_CHECK_STR(
        self.result.notes.items[0],
        hd_arena_printf(arena, "look at it: skopeo inspect oci:%s:latest", self.request.output));
}

static void docker_writes_an_archive(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    run self = prepare(arena, "docker");
    HD_REQUIRE(HD_CHECK_OK(export_plain(&self, &err), err));
    const char *manifest = output_of(
        arena, hd_arena_printf(arena, "tar -xOf %s manifest.json", self.request.output));
    HD_CHECK(strstr(manifest,
                    "\"RepoTags\":[\"docker.io/acme/web:latest\",\"docker.io/acme/web:1.2.3\","
                    "\"docker.io/acme/web:1.2.3-20240301120000\"]") != NULL);
    HD_CHECK(strstr(self.result.notes.items[0], "docker load -i ") != NULL);
    HD_CHECK(hd_ends_with(self.result.notes.items[1], " acme/web:1.2.3-20240301120000"));
}

static void names_and_tags_mean_what_they_say(void)
{
    static const struct {
        const char *arguments[6];
        const char *wanted;
    } rows[] = {
        {{"--no-tag-latest"},
         "[\"docker.io/acme/web:1.2.3\",\"docker.io/acme/web:1.2.3-20240301120000\"]"},
        {{"--no-tag-latest", "--tag-latest", "--no-tag-version", "--no-tag-version-release"},
         "[\"docker.io/acme/web:latest\"]"},
        {{"--tag-latest", "--tag-version", "--tag-version-release", "--tag-custom", "RC_1"},
         "[\"docker.io/acme/web:latest\",\"docker.io/acme/web:1.2.3\",\"docker.io/acme/"
         "web:1.2.3-20240301120000\","
         "\"docker.io/acme/web:RC_1\"]"},
        {{"--no-tag-latest", "--no-tag-version", "--no-tag-version-release", "--tag-custom=a",
          "--tag-custom=b", "--tag-custom=a"},
         "[\"docker.io/acme/web:a\",\"docker.io/acme/web:b\"]"},
        {{"--no-tag-latest", "--no-tag-version", "--no-tag-version-release"}, "[]"},
        {{"--image-name", "ghcr.io/x/y", "--no-tag-latest", "--no-tag-version-release"},
         "[\"ghcr.io/x/y:1.2.3\"]"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        hd_error err = {0};
        run self = prepare(arena, "docker");
        int count = 0;
        while (count < 6 && rows[i].arguments[count] != NULL) {
            count++;
        }
        HD_REQUIRE(HD_CHECK_OK(export_with(&self, rows[i].arguments, count, &err), err));
        const char *manifest = output_of(
            arena, hd_arena_printf(arena, "tar -xOf %s manifest.json", self.request.output));
        HD_CHECK(strstr(manifest, hd_arena_printf(arena, "\"RepoTags\":%s,", rows[i].wanted)) !=
                 NULL);
    }
}

static void bad_names_are_usage_errors(void)
{
    static const struct {
        const char *arguments[2];
        const char *part;
    } rows[] = {
        {{"--image-name", "Acme/Web"}, "--image-name: image name \"Acme/Web\""},
        {{"--image-name", "acme/web:1"}, "has a tag or digest (give tags with --tag-custom)"},
        {{"--image-name", "https://x.y/z"}, "write it without \"https://\""},
        {{"--tag-custom", "-x"}, "--tag-custom: \"-x\" is not a tag"},
        {{"--tag-custom", "a b"}, "--tag-custom: \"a b\" is not a tag"},
        {{"--tag-custom", ""}, "--tag-custom: \"\" is not a tag"},
        {{"--tag-custom", "5000/x:y"}, "--tag-custom: \"5000/x:y\" is not a tag"},
    };
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        run self = prepare(arena, "oci");
        HD_CHECK_FAILS(export_with(&self, rows[i].arguments, 2, &err), err, HD_E_USAGE,
                       rows[i].part);
        HD_CHECK(!hd_is_dir(self.request.output));
    }
}

static void nothing_runnable_is_refused_by_all(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; hd_exporters[i] != NULL; i++) {
        hd_error err = {0};
        run self = prepare(arena, hd_exporters[i]->name);
        self.request.packages.primary = NULL;
        HD_CHECK_FAILS(export_plain(&self, &err), err, HD_E_INVALID, "nothing to run");
    }
}

static void default_paths_are_in_results(void)
{
    static const struct {
        const char *exporter;
        const char *path;
    } rows[] = {
        {"docker", "results/acme-web-1.2.3-20240301120000.docker.tar"},
        {"oci", "results/acme-web-1.2.3-20240301120000.oci"},
        {"mesos", "results/acme-web-1.2.3-20240301120000.tgz"},
    };
    hd_auto_free char *before = getcwd(NULL, 0);
    HD_REQUIRE(HD_CHECK(before != NULL && chdir(hd_test_dir()) == 0));
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        hd_error err = {0};
        run self = prepare(arena, rows[i].exporter);
        self.request.output = NULL;
        if (HD_CHECK_OK(export_plain(&self, &err), err)) {
            HD_CHECK_STR(self.result.result, rows[i].path);
            HD_CHECK(hd_is_file(rows[i].path) || hd_is_dir(rows[i].path));
        }
    }
    HD_CHECK(chdir(before) == 0);
}

static void images_are_as_old_as_their_newest_package(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    run self = prepare(arena, "oci");
    HD_CHECK_INT(hd_export_created(&self.request), 1709294400);
    self.request.has_epoch = true;
    self.request.epoch = 0;
    HD_CHECK_INT(hd_export_created(&self.request), 0);
}

/* ---- mesos ---- */

static const char *member(hd_arena *arena, const char *archive, const char *name)
{
    return output_of(arena, hd_arena_printf(arena, "tar -xzOf %s rootfs/%s", archive, name));
}

static void mesos_puts_all_below_rootfs(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    run self = prepare(arena, "mesos");
    HD_REQUIRE(HD_CHECK_OK(export_plain(&self, &err), err));
    const char *names = output_of(arena,
                                  hd_arena_printf(arena, "tar -tzf %s", self.request.output));
    hd_str rest = hd_str_of(names);
    hd_str line = {0};
    size_t count = 0;
    while (hd_str_line(&rest, &line)) {
        HD_CHECK(hd_str_starts(line, "rootfs/"));
        count++;
    }
    HD_CHECK(count > 60);
    const char *doubles = output_of(
        arena, hd_arena_printf(arena, "tar -tzf %s | sort | uniq -d", self.request.output));
    HD_CHECK_STR(doubles, "");
    const char *owners = output_of(
        arena, hd_arena_printf(arena, "tar --numeric-owner -tvzf %s | awk '{print $2}' | sort -u",
                               self.request.output));
    HD_CHECK_STR(owners, "0/0\n");
    const char *sum = output_of(
        arena, hd_arena_printf(arena, "sha256sum <%s | cut -c1-64", self.request.output));
    HD_CHECK_STR(hd_arena_printf(arena, "%s\n", self.result.digest + 7), sum);
}

static void mesos_lists_what_the_fetcher_drops(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    run self = prepare(arena, "mesos");
    image_fixture_file(self.fixture.web, "bin/su", "x", 04755);
    image_fixture_file(self.fixture.web, "a file ", "x", 0666);
    image_fixture_file(self.fixture.web, "private", "x", 0600);
    HD_REQUIRE(HD_CHECK_OK(export_plain(&self, &err), err));
    HD_CHECK_STR(member(arena, self.request.output, ".hab-deploy/perms"),
                 "0770 0 0 .hab\n"
                 "0770 0 0 .hab/cache\n"
                 "0770 0 0 .hab/cache/keys\n"
                 "0775 0 0 hab\n"
                 "0775 0 0 hab/cache\n"
                 "0775 0 0 hab/cache/artifacts\n"
                 "0775 0 0 hab/cache/keys\n"
                 "0775 0 0 hab/launcher\n"
                 "0775 0 0 hab/sup\n"
                 "0775 0 0 hab/svc\n"
                 "0775 0 0 hab/user\n"
                 "1777 0 0 tmp\n"
                 "1777 0 0 var/tmp\n"
                 "0666 0 0 hab/pkgs/acme/web/1.2.3/20240301120000/a file \n"
                 "4755 0 0 hab/pkgs/acme/web/1.2.3/20240301120000/bin/su\n");
}

static void mesos_refuses_names_that_kill_agents(void)
{
    static const char *const names[] = {"M\xc3\xbcnchen", "line\nbreak", "tab\t", "\x7f"};
    for (size_t i = 0; i < HD_COUNT(names); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        hd_error err = {0};
        run self = prepare(arena, "mesos");
        image_fixture_file(self.fixture.web, names[i], "x", 0644);
        HD_CHECK_FAILS(export_plain(&self, &err), err, HD_E_INVALID,
                       "Mesos agents cannot unpack names outside printable ASCII");
        HD_CHECK(!hd_is_file(self.request.output));
        HD_CHECK(unlink(hd_arena_printf(arena, "%s/%s", self.fixture.web->directory, names[i])) ==
                 0);
    }
}

/* The launcher is read by whatever sh the agent has. */
static void mesos_launcher_is_portable(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    run self = prepare(arena, "mesos");
    HD_REQUIRE(HD_CHECK_OK(export_plain(&self, &err), err));
    const char *script = member(arena, self.request.output, ".hab-deploy/launch");
    HD_CHECK(hd_starts_with(script, "#!/bin/sh\n"));
    HD_CHECK(strstr(script, "{{") == NULL);
    const char *path = hd_arena_strdup(arena, hd_test_path("launch"));
    hd_test_write(path, script, strlen(script));
    static const char *const readers[] = {"dash -n", "busybox sh -n", "bash --posix -n",
                                          "shellcheck -s sh"};
    for (size_t i = 0; i < HD_COUNT(readers); i++) {
        hd_str rest = hd_str_of(readers[i]);
        hd_str word = {0};
        (void)hd_str_word(&rest, &word);
        if (system(hd_arena_printf(arena, "command -v %.*s >/dev/null", HD_STR_ARGS(word))) != 0) {
            hd_test_skip(hd_arena_printf(arena, "no %.*s here", HD_STR_ARGS(word)));
            continue;
        }
        HD_CHECK_STR(output_of(arena, hd_arena_printf(arena, "%s %s 2>&1", readers[i], path)), "");
    }
}

static void mesos_launcher_refuses_loudly(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    run self = prepare(arena, "mesos");
    HD_REQUIRE(HD_CHECK_OK(export_plain(&self, &err), err));
    /* The fixture's busybox is a script that does nothing: the shell of the agent runs it. */
    const char *said = output_of(
        arena, hd_arena_printf(arena,
                               "cd %s && mkdir sandbox && tar -C sandbox -xzf %s && cd sandbox && "
                               "{ ./rootfs/.hab-deploy/launch 2>&1; echo $?; }",
                               hd_test_dir(), self.request.output));
    HD_CHECK_STR(said, "hab-deploy launch: needs root: set \"user\": \"root\" in the "
                       "application\n125\n");
}

static void every_export_is_reproducible(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; hd_exporters[i] != NULL; i++) {
        hd_error err = {0};
        run first = prepare(arena, hd_exporters[i]->name);
        first.request.output = hd_arena_printf(arena, "%s.1", first.request.output);
        first.request.threads = 1;
        run second = prepare(arena, hd_exporters[i]->name);
        second.request.output = hd_arena_printf(arena, "%s.2", second.request.output);
        second.request.threads = 4;
        HD_CHECK_OK(export_plain(&first, &err), err);
        HD_CHECK_OK(export_plain(&second, &err), err);
        HD_CHECK_STR(first.result.digest, second.result.digest);
        HD_CHECK_STR(output_of(arena, hd_arena_printf(arena, "diff -r %s %s", first.request.output,
                                                      second.request.output)),
                     "");
        HD_CHECK_OK(hd_remove_tree(first.request.output, &err), err);
        HD_CHECK_OK(hd_remove_tree(second.request.output, &err), err);
    }
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(the_table_is_complete),
                                    HD_TEST(oci_writes_a_layout),
                                    HD_TEST(docker_writes_an_archive),
                                    HD_TEST(names_and_tags_mean_what_they_say),
                                    HD_TEST(bad_names_are_usage_errors),
                                    HD_TEST(nothing_runnable_is_refused_by_all),
                                    HD_TEST(default_paths_are_in_results),
                                    HD_TEST(images_are_as_old_as_their_newest_package),
                                    HD_TEST(mesos_puts_all_below_rootfs),
                                    HD_TEST(mesos_lists_what_the_fetcher_drops),
                                    HD_TEST(mesos_refuses_names_that_kill_agents),
                                    HD_TEST(mesos_launcher_is_portable),
                                    HD_TEST(mesos_launcher_refuses_loudly),
                                    HD_TEST(every_export_is_reproducible),
                                    {0}};
    return hd_test_main(argc, argv, "exporters", tests);
}
