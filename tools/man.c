#include "cli.h"

/* Text for roff: a leading '.' or '\'' would be a request, '\' an escape, and '-' must stay a
 * minus. */
static void put_text(hd_buf *out, hd_str text)
{
    if (text.length > 0 && (text.data[0] == '.' || text.data[0] == '\'')) {
        hd_buf_puts(out, "\\&");
    }
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\\') {
            hd_buf_puts(out, "\\e");
        } else if (text.data[i] == '-') {
            hd_buf_puts(out, "\\-");
        } else {
            hd_buf_putc(out, text.data[i]);
        }
    }
}

/* Help text: paragraphs stay, indented lines (examples) are shown as they are. */
static void put_help(hd_buf *out, const char *help)
{
    bool literal = false;
    hd_str rest = hd_str_of(help);
    for (hd_str line; hd_str_line(&rest, &line);) {
        bool indented = hd_str_starts(line, "  ");
        if (indented != literal) {
            hd_buf_puts(out, indented ? ".nf\n" : ".fi\n");
            literal = indented;
        }
        if (line.length == 0) {
            hd_buf_puts(out, ".PP\n");
            continue;
        }
        put_text(out, line);
        hd_buf_putc(out, '\n');
    }
    if (literal) {
        hd_buf_puts(out, ".fi\n");
    }
}

static void put_option(hd_buf *out, const hd_option *option)
{
    hd_buf_puts(out, ".TP\n");
    if (option->letter != 0) {
        hd_buf_printf(out, "\\fB\\-%c\\fR, ", option->letter);
    }
    hd_buf_puts(out, "\\fB\\-\\-");
    put_text(out, hd_str_of(option->name));
    hd_buf_puts(out, "\\fR");
    if (option->argument != NULL) {
        hd_buf_puts(out, option->kind == HD_OPT_OPTIONAL ? "[=\\fI" : " \\fI");
        put_text(out, hd_str_of(option->argument));
        hd_buf_puts(out, option->kind == HD_OPT_OPTIONAL ? "\\fR]" : "\\fR");
    }
    hd_buf_putc(out, '\n');
    put_text(out, hd_str_of(option->help));
    hd_buf_puts(out, ".\n");
    if (option->environment != NULL) {
        hd_buf_puts(out, "Environment: ");
        put_text(out, hd_str_of(option->environment));
        hd_buf_puts(out, ".\n");
    }
}

static void put_options(hd_buf *out, const hd_command *command)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (const hd_option_set *set = hd_command_options(arena, command, NULL); set->table != NULL;
         set++) {
        for (const hd_option *option = set->table; option->name != NULL; option++) {
            if (option->group != NULL) {
                hd_buf_puts(out, ".PP\n\\fB");
                put_text(out, hd_str_of(option->group));
                hd_buf_puts(out, "\\fR\n");
            }
            if (option->help != NULL) {
                put_option(out, option);
            }
        }
    }
}

static void put_synopsis(hd_buf *out, const char *program, const hd_command *command)
{
    hd_buf_puts(out, ".br\n\\fB");
    put_text(out, hd_str_of(program));
    if (command->program == NULL || !hd_streq(program, command->program)) {
        hd_buf_putc(out, ' ');
        put_text(out, hd_str_of(command->words));
    }
    hd_buf_puts(out, "\\fR [\\fIOPTIONS\\fR] ");
    put_text(out, hd_str_of(command->operands));
    hd_buf_putc(out, '\n');
}

static void put_command(hd_buf *out, const hd_command *command)
{
    hd_buf_puts(out, ".SS ");
    put_text(out, hd_str_of(command->words));
    hd_buf_putc(out, '\n');
    put_text(out, hd_str_of(command->summary));
    hd_buf_puts(out, ".\n");
    if (command->help != NULL) {
        hd_buf_puts(out, ".PP\n");
        put_help(out, command->help);
    }
    put_options(out, command);
}

static const char page_tail[] =
    ".SH EXIT STATUS\n"
    "0 done, 1 differs or unhealthy, 2 usage, 3 invalid input, 4 not found, 5 unreachable, 6 "
    "refused, 7 conflict, 8 integrity (signature or digest), 9 a limit was exceeded, 10 timed "
    "out, 11 the roll\\-out failed, 70 internal, 130 interrupted.\n"
    ".SH ENVIRONMENT\n"
    ".TP\nFS_ROOT, HAB_CACHE_KEY_PATH\nAs the options \\-\\-fs\\-root and "
    "\\-\\-cache\\-key\\-path.\n"
    ".TP\nSOURCE_DATE_EPOCH\nThe newest time that any artifact contains, in seconds since 1970.\n"
    ".TP\nNO_COLOR\nNo colours on the terminal.\n"
    ".TP\nXDG_CONFIG_HOME\nhab\\-deploy/templates below it may replace templates.\n"
    ".SH SEE ALSO\n\\fBhab\\-deploy\\fR(1), \\fBpkg\\-mesosize\\fR(1)\n";

static void put_title(hd_buf *out, const char *program, const char *summary)
{
    hd_buf_puts(out, ".TH \"");
    for (const char *at = program; *at != '\0'; at++) {
        hd_buf_putc(out, hd_upper(*at));
    }
    hd_buf_puts(out, "\" 1 \"\" \"hab\\-deploy " HD_VERSION "\"\n.SH NAME\n");
    put_text(out, hd_str_of(program));
    hd_buf_puts(out, " \\- ");
    put_text(out, hd_str_of(summary));
    hd_buf_puts(out, "\n.SH SYNOPSIS\n");
}

static void whole_page(hd_buf *out, const hd_commands *commands)
{
    put_title(out, "hab-deploy", "take Chef Habitat packages to container cluster managers");
    for (size_t i = 0; i < commands->count; i++) {
        put_synopsis(out, "hab-deploy", &commands->items[i]);
    }
    hd_buf_puts(out,
                ".SH DESCRIPTION\n"
                "PKG is origin/name[/version[/release]] or the path of a .hart file. A .hart is "
                "used only after its signature holds.\n.SH COMMANDS\n");
    for (size_t i = 0; i < commands->count; i++) {
        put_command(out, &commands->items[i]);
    }
    hd_buf_puts(out, page_tail);
}

int hd_man_page(hd_buf *out, const hd_commands *commands, const char *program, hd_error *err)
{
    if (hd_streq(program, "hab-deploy")) {
        whole_page(out, commands);
        return hd_buf_check(out, "manual page", err);
    }
    for (size_t i = 0; i < commands->count; i++) {
        const hd_command *command = &commands->items[i];
        if (command->program == NULL || !hd_streq(command->program, program)) {
            continue;
        }
        put_title(out, program, command->summary);
        put_synopsis(out, program, command);
        hd_buf_puts(out, ".SH DESCRIPTION\n");
        put_help(out, command->help);
        hd_buf_puts(out, ".SH OPTIONS\n");
        put_options(out, command);
        hd_buf_puts(out, page_tail);
        return hd_buf_check(out, "manual page", err);
    }
    return hd_fail(err, HD_E_USAGE, "no program \"%s\"", program);
}
