#include "cli.h"

enum { HELP_COLUMN = 30, HELP_WIDTH = 96 };

/* Text from column to HELP_WIDTH, broken at blanks; the cursor stands at position at. */
static void put_wrapped(hd_buf *out, const char *text, size_t column, size_t at)
{
    if (column > 0 && at + 1 >= column) {
        hd_buf_putc(out, '\n');
        at = 0;
    }
    hd_buf_printf(out, "%*s", (int)(column - at), "");
    at = column;
    hd_str rest = hd_str_of(text);
    for (hd_str word; hd_str_word(&rest, &word);) {
        if (at > column && at + 1 + word.length > HELP_WIDTH) {
            hd_buf_printf(out, "\n%*s", (int)column, "");
            at = column;
        }
        if (at > column) {
            hd_buf_putc(out, ' ');
            at++;
        }
        hd_buf_put(out, word);
        at += word.length;
    }
    hd_buf_putc(out, '\n');
}

static void put_option(hd_buf *out, const hd_option *option)
{
    size_t start = out->length;
    if (option->letter != 0) {
        hd_buf_printf(out, "  -%c, --%s", option->letter, option->name);
    } else {
        hd_buf_printf(out, "      --%s", option->name);
    }
    if (option->argument != NULL) {
        hd_buf_printf(out, option->kind == HD_OPT_OPTIONAL ? "[=%s]" : " %s", option->argument);
    }
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    hd_buf_puts(&text, option->help);
    if (option->environment != NULL) {
        hd_buf_printf(&text, " [env: %s]", option->environment);
    }
    put_wrapped(out, text.data, HELP_COLUMN, out->length - start);
}

static void put_table(hd_buf *out, const hd_option *table)
{
    bool headed = false;
    for (const hd_option *option = table; option->name != NULL; option++) {
        if (option->help == NULL) {
            continue;
        }
        if (option->group != NULL) {
            hd_buf_printf(out, "\n%s:\n", option->group);
            headed = true;
        } else if (!headed) {
            hd_buf_puts(out, "\nOptions:\n");
            headed = true;
        }
        put_option(out, option);
    }
}

static void put_command_row(hd_buf *out, const hd_command *command)
{
    size_t start = out->length;
    hd_buf_printf(out, "  %s %s", command->words, command->operands);
    put_wrapped(out, command->summary, HELP_COLUMN, out->length - start);
}

void hd_help_overview(hd_buf *out, const hd_commands *commands)
{
    hd_buf_puts(out, "Takes Chef Habitat packages to container cluster managers.\n\n"
                     "Usage: hab-deploy COMMAND [OPTIONS] PKG...\n\n"
                     "PKG is origin/name[/version[/release]] or the path of a .hart file.\n\n"
                     "Commands:\n");
    for (size_t i = 0; i < commands->count; i++) {
        put_command_row(out, &commands->items[i]);
    }
    hd_buf_puts(out,
                "\n\"hab-deploy COMMAND --help\" shows the options of a command with examples.\n"
                "\nExit status: 0 done, 1 differs or unhealthy, 2 usage, 3 invalid input, 4 not "
                "found,\n5 unreachable, 6 refused, 7 conflict, 8 integrity, 9 limit, 10 timed "
                "out,\n11 roll-out failed, 70 internal, 130 interrupted.\n");
}

void hd_help_group(hd_buf *out, const hd_commands *commands, const char *word)
{
    hd_buf_printf(out, "Usage: hab-deploy %s KIND [OPTIONS] PKG...\n\nKinds:\n", word);
    for (size_t i = 0; i < commands->count; i++) {
        hd_str words = hd_str_of(commands->items[i].words);
        if (hd_str_starts(words, word) && words.length > strlen(word) &&
            words.data[strlen(word)] == ' ') {
            put_command_row(out, &commands->items[i]);
        }
    }
}

/* Paragraphs are wrapped, indented lines (examples) stay as they are. */
static void put_help(hd_buf *out, const char *help)
{
    hd_auto_done(hd_buf) paragraph = HD_BUF_INIT(HD_MIB);
    hd_str rest = hd_str_of(help);
    for (bool more = true; more;) {
        hd_str line = {0};
        more = hd_str_line(&rest, &line);
        bool breaks = !more || line.length == 0 || hd_str_starts(line, "  ") ||
                      hd_str_ends(line, ":");
        if (breaks && paragraph.length > 0) {
            put_wrapped(out, paragraph.data, 0, 0);
            hd_buf_truncate(&paragraph, 0);
        }
        if (more && breaks) {
            hd_buf_printf(out, "%.*s\n", HD_STR_ARGS(line));
        } else if (more) {
            hd_buf_printf(&paragraph, "%.*s ", HD_STR_ARGS(line));
        }
    }
}

void hd_help_command(hd_buf *out, const hd_command *command, const char *shown_as)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    bool own_name = command->program != NULL && hd_ends_with(shown_as, command->program);
    hd_buf_printf(out, "%s.\n\nUsage: %s%s%s [OPTIONS] %s\n", command->summary,
                  own_name ? shown_as : "hab-deploy", own_name ? "" : " ",
                  own_name ? "" : command->words, command->operands);
    if (command->help != NULL) {
        hd_buf_putc(out, '\n');
        put_help(out, command->help);
    }
    for (const hd_option_set *set = hd_command_options(arena, command, NULL); set->table != NULL;
         set++) {
        put_table(out, set->table);
    }
}
