#include "cli.h"

#include "hd/base/cancel.h"
#include "hd/base/file.h"
#include "hd/base/log.h"

/* What a word list matched. */
typedef struct chosen {
    const hd_command *command; /* NULL: none */
    int first;                 /* index of the first argument behind its words */
} chosen;

static size_t word_count(const char *words)
{
    return strchr(words, ' ') == NULL ? 1 : 2;
}

static bool matches(const hd_command *command, const char *first, const char *second)
{
    hd_str rest = hd_str_of(command->words);
    hd_str word;
    if (!hd_str_split(&rest, ' ', &word) || !hd_str_is(word, first)) {
        return false;
    }
    return rest.length == 0 || (second != NULL && hd_str_is(rest, second));
}

static bool is_program(const hd_command *command, const char *program)
{
    /* Every program is known with Habitat's own prefix as well: hab-pkg-mesosize. */
    return command->program != NULL &&
           (hd_streq(program, command->program) ||
            (hd_starts_with(program, "hab-") && hd_streq(program + 4, command->program)));
}

static chosen choose(const hd_commands *commands, const char *program, int argc, char **argv)
{
    for (size_t i = 0; i < commands->count; i++) {
        if (is_program(&commands->items[i], program)) {
            return (chosen){&commands->items[i], 1};
        }
    }
    for (size_t i = 0; argc > 1 && i < commands->count; i++) {
        const hd_command *command = &commands->items[i];
        if (matches(command, argv[1], argc > 2 ? argv[2] : NULL)) {
            return (chosen){command, 1 + (int)word_count(command->words)};
        }
    }
    return (chosen){0};
}

static bool is_group(const hd_commands *commands, const char *word)
{
    for (size_t i = 0; i < commands->count; i++) {
        hd_str words = hd_str_of(commands->items[i].words);
        if (hd_str_starts(words, word) && words.length > strlen(word) &&
            words.data[strlen(word)] == ' ') {
            return true;
        }
    }
    return false;
}

static int print(hd_buf *text, hd_error *err)
{
    int status = hd_buf_check(text, "help", err);
    return status == 0 ? hd_terminal_result(text->data, text->length, err) : status;
}

static int unknown_command(hd_arena *arena, const hd_commands *commands, const char *group,
                           const char *word, hd_error *err)
{
    hd_strings known = {0};
    for (size_t i = 0; i < commands->count; i++) {
        const char *words = commands->items[i].words;
        if (*group == '\0') {
            hd_vec_push_arena(arena, &known, words);
        } else if (hd_starts_with(words, group) && words[strlen(group)] == ' ') {
            hd_vec_push_arena(arena, &known, words + strlen(group) + 1);
        }
    }
    const char *near = hd_nearest_word(word, known.items, known.count);
    const char *space = *group == '\0' ? "" : " ";
    if (near != NULL) {
        return hd_fail(err, HD_E_USAGE, "unknown command \"%s%s%s\" (did you mean \"%s%s%s\"?)",
                       group, space, word, group, space, near);
    }
    return hd_fail(err, HD_E_USAGE, "unknown command \"%s%s%s\" (see hab-deploy --help)", group,
                   space, word);
}

/* "hab-deploy", "hab-deploy --help", "hab-deploy export --help" and words nobody knows. */
static int run_without_command(hd_arena *arena, const hd_commands *commands, int argc, char **argv,
                               hd_error *err)
{
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    const char *word = argc > 1 ? argv[1] : "--help";
    if (hd_streq(word, "--version") || hd_streq(word, "-V")) {
        hd_buf_puts(&text, "hab-deploy " HD_VERSION "\n");
        return print(&text, err);
    }
    if (hd_streq(word, "--help") || hd_streq(word, "-h")) {
        hd_help_overview(&text, commands);
        return print(&text, err);
    }
    if (is_group(commands, word)) {
        const char *second = argc > 2 ? argv[2] : "--help";
        if (!hd_streq(second, "--help") && !hd_streq(second, "-h")) {
            return unknown_command(arena, commands, word, second, err);
        }
        hd_help_group(&text, commands, word);
        return print(&text, err);
    }
    return unknown_command(arena, commands, "", word, err);
}

static int run_command(hd_run *run, int argc, char **argv, int first, hd_error *err)
{
    const hd_command *command = run->command;
    run->own = hd_arena_alloc(run->arena, command->options_size);
    const hd_option_set *sets = hd_command_options(run->arena, command, run);
    int status = hd_options_parse(run->arena, sets, argc - first, argv + first, &run->operands,
                                  err);
    if (status != 0) {
        return status;
    }
    hd_terminal_setup(run->global.quiet, run->global.verbose);
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    if (run->global.help) {
        hd_help_command(&text, command, run->program);
        return print(&text, err);
    }
    if (run->global.version) {
        hd_buf_printf(&text, "%s " HD_VERSION "\n", run->program);
        return print(&text, err);
    }
    return command->run(run, err);
}

int hd_cli_main(int argc, char **argv)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    hd_cancel_install();
    hd_terminal_setup(false, false);
    const char *called = argc > 0 ? hd_path_base(argv[0]) : "hab-deploy";
    hd_commands commands = hd_commands_all(arena);
    chosen found = choose(&commands, called, argc, argv);
    int status = 0;
    const char *words = "";
    hd_run run = {.arena = arena, .command = found.command, .program = called};
    if (found.command == NULL) {
        status = run_without_command(arena, &commands, argc, argv, &err);
    } else {
        words = found.first > 1 ? found.command->words : "";
        status = run_command(&run, argc, argv, found.first, &err);
    }
    hd_terminal_clear();
    if (status == 0) {
        return 0;
    }
    hd_terminal_error(called, words, &err);
    return hd_exit_status(&err);
}
