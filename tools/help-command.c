#include "cli.h"

typedef struct help_options {
    const char *man;
} help_options;

const hd_option hd_help_options[] = {
    {"man", 0, "PROGRAM", "Print the manual page of PROGRAM (roff)", HD_OPT_STRING,
     offsetof(help_options, man)},
    {0},
};
const size_t hd_help_options_size = sizeof(help_options);

static int help_on(hd_buf *out, const hd_commands *commands, const char *words, hd_error *err)
{
    for (size_t i = 0; i < commands->count; i++) {
        const hd_command *command = &commands->items[i];
        if (hd_streq(command->words, words) ||
            (command->program != NULL && hd_ends_with(words, command->program))) {
            hd_help_command(out, command, words);
            return 0;
        }
    }
    return hd_fail(err, HD_E_USAGE, "no command \"%s\" (see hab-deploy --help)", words);
}

int hd_run_help(hd_run *run, hd_error *err)
{
    const help_options *options = run->own;
    hd_commands commands = hd_commands_all(run->arena);
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    hd_auto_done(hd_buf) words = HD_BUF_INIT(HD_KIB);
    for (size_t i = 0; i < run->operands.count; i++) {
        hd_buf_printf(&words, "%s%s", i == 0 ? "" : " ", run->operands.items[i]);
    }
    int status = 0;
    if (options->man != NULL) {
        status = hd_man_page(&text, &commands, options->man, err);
    } else if (words.length == 0) {
        hd_help_overview(&text, &commands);
    } else if (hd_streq(words.data, "export")) {
        hd_help_group(&text, &commands, words.data);
    } else {
        status = help_on(&text, &commands, words.data, err);
    }
    return status == 0 ? hd_terminal_result(text.data, text.length, err) : status;
}
