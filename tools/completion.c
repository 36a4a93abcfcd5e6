#include "cli.h"

/* The words that may follow, per command, as "--name" and "-x". */
static void put_option_words(hd_buf *out, const hd_command *command, const char *separator)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (const hd_option_set *set = hd_command_options(arena, command, NULL); set->table != NULL;
         set++) {
        for (const hd_option *option = set->table; option->name != NULL; option++) {
            if (option->help != NULL) {
                hd_buf_printf(out, "--%s%s", option->name, separator);
            }
        }
    }
}

/* The different first words; second words belong to the first one given. */
static void put_first_words(hd_buf *out, const hd_commands *commands)
{
    hd_str last = {0};
    for (size_t i = 0; i < commands->count; i++) {
        hd_str rest = hd_str_of(commands->items[i].words);
        hd_str word;
        if (hd_str_split(&rest, ' ', &word) && !hd_str_equal(word, last)) {
            hd_buf_printf(out, "%.*s ", HD_STR_ARGS(word));
            last = word;
        }
    }
}

static void put_second_words(hd_buf *out, const hd_commands *commands, const char *first)
{
    for (size_t i = 0; i < commands->count; i++) {
        const char *words = commands->items[i].words;
        if (hd_starts_with(words, first) && words[strlen(first)] == ' ') {
            hd_buf_printf(out, "%s ", words + strlen(first) + 1);
        }
    }
}

/* Options whose values are a closed set. */
static void put_choices(hd_buf *out, const hd_command *command)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (const hd_option_set *set = hd_command_options(arena, command, NULL); set->table != NULL;
         set++) {
        for (const hd_option *option = set->table; option->name != NULL; option++) {
            if (option->choices == NULL || option->help == NULL) {
                continue;
            }
            hd_buf_printf(out, "        '%s --%s') words='", command->words, option->name);
            hd_str rest = hd_str_of(option->choices);
            for (hd_str choice; hd_str_split(&rest, '|', &choice);) {
                hd_buf_printf(out, "%.*s ", HD_STR_ARGS(choice));
            }
            hd_buf_puts(out, "' ;;\n");
        }
    }
}

static void bash_script(hd_buf *out, const hd_commands *commands)
{
    hd_buf_puts(out,
                "# bash completion for hab-deploy; made by: hab-deploy completion bash\n"
                "_hab_deploy() {\n"
                "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    local command=${COMP_WORDS[1]} words=''\n"
                "    [ \"$command\" = export ] && command=\"export ${COMP_WORDS[2]}\"\n"
                "    case ${COMP_WORDS[0]##*/} in *mesosize) command=mesosize ;; esac\n"
                "    if [ \"$COMP_CWORD\" = 1 ] && [ \"$command\" != mesosize ]; then\n"
                "        words='");
    put_first_words(out, commands);
    hd_buf_puts(out,
                "'\n    elif [ \"$COMP_CWORD\" = 2 ] && [ \"${COMP_WORDS[1]}\" = export ]; then\n"
                "        words='");
    put_second_words(out, commands, "export");
    hd_buf_puts(out, "'\n    else\n        case \"$command $previous\" in\n");
    for (size_t i = 0; i < commands->count; i++) {
        put_choices(out, &commands->items[i]);
    }
    hd_buf_puts(out, "        'completion completion') words='bash zsh fish' ;;\n"
                     "        *) case $command in\n");
    for (size_t i = 0; i < commands->count; i++) {
        hd_buf_printf(out, "            '%s') words='", commands->items[i].words);
        put_option_words(out, &commands->items[i], " ");
        hd_buf_puts(out, "' ;;\n");
    }
    hd_buf_puts(
        out,
        "        esac ;;\n        esac\n    fi\n"
        "    case $current in\n"
        "        -*) ;;\n"
        "        *) [ \"$COMP_CWORD\" -gt 1 ] && [ \"${words#--}\" != \"$words\" ] && words='' ;;\n"
        "    esac\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
        "}\n"
        "complete -o default -F _hab_deploy hab-deploy pkg-mesosize hab-pkg-mesosize\n");
}

/* Single quotes inside a single-quoted fish or zsh word. */
static void put_quoted(hd_buf *out, const char *text)
{
    hd_buf_putc(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            hd_buf_puts(out, "'\\''");
        } else {
            hd_buf_putc(out, *text);
        }
    }
    hd_buf_putc(out, '\'');
}

static void fish_option(hd_buf *out, const hd_option *option, const char *condition)
{
    hd_buf_printf(out, "complete -c hab-deploy -n '%s' -l %s", condition, option->name);
    if (option->letter != 0) {
        hd_buf_printf(out, " -s %c", option->letter);
    }
    if (option->argument != NULL && option->kind != HD_OPT_OPTIONAL) {
        hd_buf_puts(out, " -r");
    }
    if (option->choices != NULL) {
        hd_buf_puts(out, " -f -a '");
        for (const char *at = option->choices; *at != '\0'; at++) {
            hd_buf_putc(out, *at == '|' ? ' ' : *at);
        }
        hd_buf_putc(out, '\'');
    }
    hd_buf_puts(out, " -d ");
    put_quoted(out, option->help);
    hd_buf_putc(out, '\n');
}

static void fish_command(hd_buf *out, const hd_command *command)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_str rest = hd_str_of(command->words);
    hd_str first;
    (void)hd_str_split(&rest, ' ', &first);
    const char *condition =
        rest.length == 0
            ? hd_arena_printf(arena, "__fish_seen_subcommand_from %.*s", HD_STR_ARGS(first))
            : hd_arena_printf(
                  arena, "__fish_seen_subcommand_from %.*s; and __fish_seen_subcommand_from %.*s",
                  HD_STR_ARGS(first), HD_STR_ARGS(rest));
    for (const hd_option_set *set = hd_command_options(arena, command, NULL); set->table != NULL;
         set++) {
        for (const hd_option *option = set->table; option->name != NULL; option++) {
            if (option->help != NULL) {
                fish_option(out, option, condition);
            }
        }
    }
}

static void fish_script(hd_buf *out, const hd_commands *commands)
{
    hd_buf_puts(out, "# fish completion for hab-deploy; made by: hab-deploy completion fish\n"
                     "complete -c hab-deploy -n __fish_use_subcommand -f -a '");
    put_first_words(out, commands);
    hd_buf_puts(out, "'\ncomplete -c hab-deploy -n '__fish_seen_subcommand_from export' -f -a '");
    put_second_words(out, commands, "export");
    hd_buf_puts(out, "'\ncomplete -c hab-deploy -n '__fish_seen_subcommand_from completion' -f -a "
                     "'bash zsh fish'\n");
    for (size_t i = 0; i < commands->count; i++) {
        fish_command(out, &commands->items[i]);
    }
}

/* zsh runs the bash function through its compatibility layer: one script to keep right. */
static void zsh_script(hd_buf *out, const hd_commands *commands)
{
    hd_buf_puts(out, "#compdef hab-deploy pkg-mesosize hab-pkg-mesosize\n"
                     "autoload -U +X bashcompinit && bashcompinit\n"
                     "mapfile() { local line; COMPREPLY=(); while IFS= read -r line; do "
                     "COMPREPLY+=(\"$line\"); done; }\n");
    bash_script(out, commands);
}

int hd_completion_script(hd_buf *out, const hd_commands *commands, const char *shell, hd_error *err)
{
    static const struct {
        const char *shell;
        void (*write)(hd_buf *out, const hd_commands *commands);
    } rows[] = {{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script}};
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        if (hd_streq(shell, rows[i].shell)) {
            rows[i].write(out, commands);
            return hd_buf_check(out, "completion", err);
        }
    }
    return hd_fail(err, HD_E_USAGE, "no completion for \"%s\" (bash, zsh and fish are known)",
                   shell);
}

int hd_run_completion(hd_run *run, hd_error *err)
{
    if (run->operands.count != 1) {
        return hd_fail(err, HD_E_USAGE, "name one shell: bash, zsh or fish");
    }
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    hd_commands commands = hd_commands_all(run->arena);
    int status = hd_completion_script(&text, &commands, run->operands.items[0], err);
    return status == 0 ? hd_terminal_result(text.data, text.length, err) : status;
}
