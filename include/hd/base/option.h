/*
 * option.h: option tables, from which parsing, help, completion and the man pages' check are all
 * derived.
 *
 *     typedef struct { const char *output; uint64_t count; bool wait; hd_strings labels; }
 * my_options; static const hd_option options[] = {
 *         {"output", 'o', "FILE", "Write to FILE instead of stdout", HD_OPT_STRING,
 * offsetof(my_options, output)},
 *         {"wait", 0, NULL, "Follow the roll-out", HD_OPT_FLAG, offsetof(my_options, wait)},
 *         {0},
 *     };
 *
 * A row says where in the options struct its value goes. Several tables (common options, the
 * command's own) may fill one struct or different ones: an hd_option_set pairs a table with its
 * struct. Values are borrowed from argv or from the environment. Long options take "--name VALUE"
 * and "--name=VALUE", short ones "-oVALUE" and "-o VALUE"; options and operands may be mixed; "--"
 * ends options. Unique prefixes of long names are not accepted: scripts must survive new options.
 */
#ifndef HD_BASE_OPTION_H
#define HD_BASE_OPTION_H

#include "hd/base/error.h"
#include "hd/base/vec.h"

#include <stdint.h>

typedef enum hd_option_kind {
    HD_OPT_FLAG,     /* bool, set true */
    HD_OPT_FLAG_OFF, /* bool, set false */
    HD_OPT_STRING,   /* const char *, the last one wins */
    HD_OPT_LIST,     /* hd_strings, repeatable (in the arena given to the parser) */
    HD_OPT_UINT,     /* uint64_t */
    HD_OPT_OPTIONAL, /* const char *, the value may be left out ("--rollback" or "--rollback=3"): ""
                        then */
    HD_OPT_IGNORED, /* accepted for compatibility, with a value when `argument` is set; does nothing
                     */
} hd_option_kind;

typedef struct hd_option {
    const char *name;     /* long name without dashes; NULL ends the table */
    char letter;          /* short name or 0 */
    const char *argument; /* what the value is called in help; NULL = none */
    const char *help;     /* one sentence without full stop; NULL = accepted but not shown */
    hd_option_kind kind;
    size_t offset;           /* of the member in the options struct */
    const char *environment; /* variable that gives the value when the option is absent (empty
                                counts as unset) */
    const char *group;       /* heading in help, NULL = the one before */
    const char *choices;     /* "yaml|json": checked, and completed; NULL = anything */
} hd_option;

typedef struct hd_option_set {
    const hd_option *table;
    void *values;
} hd_option_set;

/* Parses the count arguments (without the program and command words) into the sets; operands are
 * collected in order. Fails with HD_E_USAGE, naming the option and, when there is one, the nearest
 * known name. Environment values are applied to options that were not given. Sets must be
 * terminated by {NULL, NULL}. */
int hd_options_parse(hd_arena *arena, const hd_option_set *sets, int count, char *const *arguments,
                     hd_strings *ret_operands, hd_error *err) HD_CHECKED;

/* The known word nearest to the one given, for "did you mean"; NULL when none is near. */
const char *hd_nearest_word(const char *word, const char *const *known, size_t count);

#endif
