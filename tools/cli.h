/*
 * cli.h: the command line as tables.
 *
 * A command is one row: its words, its help, which groups of options it takes, and the function
 * that does it. Exporters and deployers become rows of their own from their tables. Parsing, help,
 * completion and man pages all walk these rows, so none of them can say something else than the
 * others.
 */
#ifndef HD_TOOLS_CLI_H
#define HD_TOOLS_CLI_H

#include "hd/deployer.h"
#include "hd/exporter.h"
#include "hd/package/store.h"

/* Options of every command. */
typedef struct hd_global_options {
    bool help;
    bool version;
    bool quiet;
    bool verbose;
} hd_global_options;

/* Where packages come from. */
typedef struct hd_source_options {
    hd_strings artifacts;
    const char *fs_root;
    const char *key_cache;
    const char *target;
    bool offline;
} hd_source_options;

/* How artifacts are made. */
typedef struct hd_make_options {
    const char *output;
    hd_strings templates;
    const char *hab;
    const char *launcher;
    const char *sup;
    const char *busybox;
    const char *cacerts;
    uint64_t threads;
} hd_make_options;

/* How documents are written. */
typedef struct hd_write_options {
    const char *output;
    const char *format;
    hd_strings templates;
    hd_strings patches;
} hd_write_options;

typedef struct hd_command hd_command;

/* One run of a command: everything it was told. */
typedef struct hd_run {
    hd_arena *arena;
    const hd_command *command;
    const char *program; /* the name it was called by */
    hd_global_options global;
    hd_source_options source;
    hd_make_options make;
    hd_write_options write;
    hd_workload_options workload;
    void *own; /* the command's own options */
    hd_strings operands;
} hd_run;

enum {
    HD_TAKES_SOURCE = 1,
    HD_TAKES_MAKE = 2,
    HD_TAKES_WRITE = 4,
    HD_TAKES_WORKLOAD = 8,
};

struct hd_command {
    const char *words;    /* "export docker"; unique */
    const char *program;  /* the name it is installed under as well, or NULL */
    const char *summary;  /* one line */
    const char *operands; /* "PKG..." */
    const char *help;     /* paragraphs and examples, or NULL */
    unsigned takes;
    const hd_option *options; /* its own */
    size_t options_size;
    const void *subject; /* the hd_exporter or hd_deployer behind it */
    int (*run)(hd_run *run, hd_error *err);
};

typedef HD_VEC(hd_command) hd_commands;

/* commands.c: every command, in the order of help. */
hd_commands hd_commands_all(hd_arena *arena);

/* The option tables a command takes, general ones last, ended by {NULL, NULL}; run may be NULL when
 * only the tables are wanted. */
const hd_option_set *hd_command_options(hd_arena *arena, const hd_command *command, hd_run *run);

/* help.c */
void hd_help_overview(hd_buf *out, const hd_commands *commands);
void hd_help_command(hd_buf *out, const hd_command *command, const char *shown_as);
void hd_help_group(hd_buf *out, const hd_commands *commands, const char *word);

/* man.c: a manual page (man macros) for a program name. */
int hd_man_page(hd_buf *out, const hd_commands *commands, const char *program, hd_error *err);

/* completion.c: a completion script for "bash", "zsh" or "fish". */
int hd_completion_script(hd_buf *out, const hd_commands *commands, const char *shell,
                         hd_error *err);

/* terminal.c: speaking to the person. */
void hd_terminal_setup(bool quiet, bool verbose);
/* Removes a passing progress line. */
void hd_terminal_clear(void);
int hd_terminal_result(const char *text, size_t length, hd_error *err);
void hd_terminal_error(const char *program, const char *command, const hd_error *err);

/* packages.c: what the options about packages mean. */
int hd_run_open_store(hd_run *run, hd_store **ret_store, hd_package_access *ret_access,
                      hd_error *err);
/* What runs when the user wrote operand: the operand, or origin/name for a .hart. */
const char *hd_run_ident(hd_arena *arena, const char *operand, const hd_package *package);
int hd_run_find_image_packages(hd_run *run, hd_store *store, hd_image_packages *ret_packages,
                               hd_error *err);

/* export.c: the request every exporter gets; the store must outlive it. */
int hd_run_prepare_export(hd_run *run, hd_store **ret_store, hd_export_request *request,
                          hd_error *err);

/* The commands' functions. */
int hd_run_inspect(hd_run *run, hd_error *err);
int hd_run_export(hd_run *run, hd_error *err);
int hd_run_deploy(hd_run *run, hd_error *err);
int hd_run_mesosize(hd_run *run, hd_error *err);
int hd_run_completion(hd_run *run, hd_error *err);
int hd_run_help(hd_run *run, hd_error *err);

extern const hd_option hd_inspect_options[];
extern const size_t hd_inspect_options_size;
extern const hd_option hd_mesosize_options[];
extern const size_t hd_mesosize_options_size;
extern const hd_option hd_help_options[];
extern const size_t hd_help_options_size;

/* cli.c: the whole program; returns the exit status. */
int hd_cli_main(int argc, char **argv);

#endif
