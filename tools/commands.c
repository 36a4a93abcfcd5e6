#include "cli.h"

#include "hd/base/mem.h"

static const hd_option global_options[] = {
    {"quiet", 'q', NULL, "Say nothing but errors", HD_OPT_FLAG, offsetof(hd_global_options, quiet),
     .group = "General"},
    {"verbose", 'v', NULL, "Say more", HD_OPT_FLAG, offsetof(hd_global_options, verbose)},
    {"help", 'h', NULL, "Show help and exit", HD_OPT_FLAG, offsetof(hd_global_options, help)},
    {"version", 'V', NULL, "Show the version and exit", HD_OPT_FLAG,
     offsetof(hd_global_options, version)},
    {0},
};

static const hd_option source_options[] = {
    {"artifacts", 0, "DIR", "Take packages from the .hart files in DIR (repeatable)", HD_OPT_LIST,
     offsetof(hd_source_options, artifacts), .group = "Where packages come from"},
    {"fs-root", 0, "DIR", "Look for installed packages and caches below DIR instead of /",
     HD_OPT_STRING, offsetof(hd_source_options, fs_root), .environment = "FS_ROOT"},
    {"cache-key-path", 0, "DIR", "Verify signatures with the public keys in DIR", HD_OPT_STRING,
     offsetof(hd_source_options, key_cache), .environment = "HAB_CACHE_KEY_PATH"},
    {"target", 0, "TARGET", "Packages for TARGET, such as aarch64-linux (default: this machine's)",
     HD_OPT_STRING, offsetof(hd_source_options, target)},
    {"offline", 0, NULL, "Use what is on this machine only (there is no other source yet)",
     HD_OPT_FLAG, offsetof(hd_source_options, offline)},
    {0},
};

static const hd_option make_options[] = {
    {"output", 'o', "PATH", "Write to PATH (default: under results/)", HD_OPT_STRING,
     offsetof(hd_make_options, output), .group = "Output"},
    {"templates", 0, "DIR", "Prefer the templates in DIR (repeatable)", HD_OPT_LIST,
     offsetof(hd_make_options, templates)},
    {"jobs", 'j', "N", "Work on N layers at once (default: one per processor)", HD_OPT_UINT,
     offsetof(hd_make_options, threads)},
    {"hab-pkg", 0, "PKG", "Habitat's command (default: chef/hab)", HD_OPT_STRING,
     offsetof(hd_make_options, hab), .group = "Base packages (identifier or .hart)"},
    {"launcher-pkg", 0, "PKG", "Launcher (default: chef/hab-launcher)", HD_OPT_STRING,
     offsetof(hd_make_options, launcher)},
    {"sup-pkg", 0, "PKG", "Supervisor (default: chef/hab-sup)", HD_OPT_STRING,
     offsetof(hd_make_options, sup)},
    {"busybox-pkg", 0, "PKG", "Shell and tools (default: core/busybox-static)", HD_OPT_STRING,
     offsetof(hd_make_options, busybox)},
    {"cacerts-pkg", 0, "PKG", "CA certificates (default: core/cacerts)", HD_OPT_STRING,
     offsetof(hd_make_options, cacerts)},
    {0},
};

static const hd_option write_options[] = {
    {"output", 'o', "FILE", "Write to FILE instead of stdout", HD_OPT_STRING,
     offsetof(hd_write_options, output), .group = "Output"},
    {"format", 0, "FORMAT", "yaml or json", HD_OPT_STRING, offsetof(hd_write_options, format),
     .choices = "yaml|json"},
    {"templates", 0, "DIR", "Prefer the templates in DIR (repeatable)", HD_OPT_LIST,
     offsetof(hd_write_options, templates)},
    {"patch", 0, "FILE", "Apply the merge patch in FILE (YAML or JSON, repeatable)", HD_OPT_LIST,
     offsetof(hd_write_options, patches)},
    {0},
};

static hd_command exporter_command(hd_arena *arena, const hd_exporter *exporter)
{
    return (hd_command){.words = hd_arena_printf(arena, "export %s", exporter->name),
                        .summary = exporter->summary,
                        .operands = "PKG...",
                        .help = exporter->help,
                        .takes = HD_TAKES_SOURCE | HD_TAKES_MAKE,
                        .options = exporter->options,
                        .options_size = exporter->options_size,
                        .subject = exporter,
                        .run = hd_run_export};
}

static hd_command deployer_command(const hd_deployer *deployer)
{
    return (hd_command){.words = deployer->name,
                        .summary = deployer->summary,
                        .operands = "PKG",
                        .help = deployer->help,
                        .takes = HD_TAKES_SOURCE | HD_TAKES_WRITE | HD_TAKES_WORKLOAD,
                        .options = deployer->options,
                        .options_size = deployer->options_size,
                        .subject = deployer,
                        .run = hd_run_deploy};
}

static const char inspect_help[] =
    "Says what a package is: identity, target, signer, services, ports, binds, hooks,\n"
    "dependencies, sizes and checksum. PKG is an identifier or the path of a .hart file; a\n"
    ".hart is read only after its signature holds.\n"
    "\n"
    "Examples:\n"
    "  hab-deploy inspect acme/redis\n"
    "  hab-deploy inspect results/acme-web-1.0.0-20260101000000-x86_64-linux.hart --json\n"
    "  hab-deploy inspect web.hart --cache-key-path ./keys --files\n";

static const char mesosize_help[] =
    "Makes the tarball a Mesos agent unpacks and runs, and prints the Marathon app definition\n"
    "that starts it. The tarball is results/<origin>-<name>-<version>-<release>.tgz; publish it\n"
    "where agents can fetch it and name that place with --artifact-url.\n"
    "\n"
    "Examples:\n"
    "  pkg-mesosize acme/redis --artifact-url https://files.example.com/mesos\n"
    "  pkg-mesosize --cpu=0.5 --mem=256 --instances=3 acme/redis > redis.json\n";

static const char completion_help[] =
    "Prints a completion script.\n"
    "\n"
    "Examples:\n"
    "  hab-deploy completion bash > ~/.local/share/bash-completion/completions/hab-deploy\n"
    "  hab-deploy completion zsh  > \"${fpath[1]}/_hab-deploy\"\n"
    "  hab-deploy completion fish > ~/.config/fish/completions/hab-deploy.fish\n";

hd_commands hd_commands_all(hd_arena *arena)
{
    hd_commands all = {0};
    const hd_command inspect = {"inspect",
                                NULL,
                                "Show what a package is",
                                "PKG",
                                inspect_help,
                                HD_TAKES_SOURCE,
                                hd_inspect_options,
                                hd_inspect_options_size,
                                NULL,
                                hd_run_inspect};
    hd_vec_push_arena(arena, &all, inspect);
    for (size_t i = 0; hd_exporters[i] != NULL; i++) {
        hd_vec_push_arena(arena, &all, exporter_command(arena, hd_exporters[i]));
    }
    for (size_t i = 0; hd_deployers[i] != NULL; i++) {
        hd_vec_push_arena(arena, &all, deployer_command(hd_deployers[i]));
    }
    const hd_command others[] = {
        {"mesosize", "pkg-mesosize", "Make a Mesos tarball and its Marathon definition", "PKG",
         mesosize_help, HD_TAKES_SOURCE | HD_TAKES_MAKE | HD_TAKES_WORKLOAD, hd_mesosize_options,
         hd_mesosize_options_size, NULL, hd_run_mesosize},
        {"completion", NULL, "Print a completion script", "bash|zsh|fish", completion_help, 0, NULL,
         0, NULL, hd_run_completion},
        {"help", NULL, "Show help", "[COMMAND]", NULL, 0, hd_help_options, hd_help_options_size,
         NULL, hd_run_help},
    };
    for (size_t i = 0; i < HD_COUNT(others); i++) {
        hd_vec_push_arena(arena, &all, others[i]);
    }
    return all;
}

const hd_option_set *hd_command_options(hd_arena *arena, const hd_command *command, hd_run *run)
{
    hd_run unused = {0};
    hd_run *into = run == NULL ? &unused : run;
    const struct {
        unsigned bit;
        const hd_option *table;
        void *values;
    } groups[] = {
        {HD_TAKES_WORKLOAD, hd_workload_options_table, &into->workload},
        {HD_TAKES_WRITE, write_options, &into->write},
        {HD_TAKES_MAKE, make_options, &into->make},
        {HD_TAKES_SOURCE, source_options, &into->source},
    };
    hd_option_set *sets = HD_NEW_ARRAY(arena, HD_COUNT(groups) + 3, hd_option_set);
    size_t count = 0;
    if (command->options != NULL) {
        sets[count++] = (hd_option_set){command->options, into->own};
    }
    for (size_t i = 0; i < HD_COUNT(groups); i++) {
        if ((command->takes & groups[i].bit) != 0) {
            sets[count++] = (hd_option_set){groups[i].table, groups[i].values};
        }
    }
    sets[count] = (hd_option_set){global_options, &into->global};
    return sets;
}
