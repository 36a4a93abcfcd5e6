#include "hd/base/option.h"

#include "hd/base/mem.h"
#include "hd/base/str.h"

/* A row together with the struct it fills. */
typedef struct row {
    const hd_option *option;
    void *values;
} row;

typedef struct parser {
    hd_arena *arena;
    const hd_option_set *sets;
    int argc;
    char *const *argv;
    int next;          /* the next unread argument */
    HD_VEC(row) given; /* so that the environment fills only the others */
} parser;

static void *member(const row *found)
{
    return (char *)found->values + found->option->offset;
}

static bool takes_value(const hd_option *option)
{
    return option->argument != NULL && option->kind != HD_OPT_OPTIONAL;
}

static row find_long(const parser *self, hd_str name)
{
    for (const hd_option_set *set = self->sets; set->table != NULL; set++) {
        for (const hd_option *option = set->table; option->name != NULL; option++) {
            if (hd_str_is(name, option->name)) {
                return (row){option, set->values};
            }
        }
    }
    return (row){0};
}

static row find_short(const parser *self, char letter)
{
    for (const hd_option_set *set = self->sets; set->table != NULL; set++) {
        for (const hd_option *option = set->table; option->name != NULL; option++) {
            if (option->letter == letter) {
                return (row){option, set->values};
            }
        }
    }
    return (row){0};
}

static bool is_choice(const char *choices, hd_str value)
{
    hd_str rest = hd_str_of(choices);
    for (hd_str choice; hd_str_split(&rest, '|', &choice);) {
        if (hd_str_equal(choice, value)) {
            return true;
        }
    }
    return false;
}

static int store_number(const row *found, const char *shown, const char *value, hd_error *err)
{
    uint64_t number = 0;
    if (!hd_str_uint(hd_str_of(value), INT64_MAX, &number)) {
        return hd_fail(err, HD_E_USAGE, "%s: \"%s\" is not a whole number", shown, value);
    }
    *(uint64_t *)member(found) = number;
    return 0;
}

static int store(parser *self, const row *found, const char *shown, const char *value,
                 hd_error *err)
{
    const hd_option *option = found->option;
    if (value != NULL && option->choices != NULL && !is_choice(option->choices, hd_str_of(value))) {
        return hd_fail(err, HD_E_USAGE, "%s: \"%s\" is not one of %s", shown, value,
                       option->choices);
    }
    switch (option->kind) {
    case HD_OPT_FLAG:
        *(bool *)member(found) = true;
        break;
    case HD_OPT_FLAG_OFF:
        *(bool *)member(found) = false;
        break;
    case HD_OPT_STRING:
        *(const char **)member(found) = value;
        break;
    case HD_OPT_OPTIONAL:
        *(const char **)member(found) = value == NULL ? "" : value;
        break;
    case HD_OPT_LIST:
        hd_vec_push_arena(self->arena, (hd_strings *)member(found), value);
        break;
    case HD_OPT_UINT:
        return store_number(found, shown, value, err);
    case HD_OPT_IGNORED:
        break;
    }
    return 0;
}

static int unknown_option(const parser *self, hd_str name, hd_error *err)
{
    hd_strings known = {0};
    for (const hd_option_set *set = self->sets; set->table != NULL; set++) {
        for (const hd_option *option = set->table; option->name != NULL; option++) {
            if (option->help != NULL) {
                hd_vec_push_arena(self->arena, &known, option->name);
            }
        }
    }
    const char *word = hd_arena_strndup(self->arena, name.data, name.length);
    const char *near = hd_nearest_word(word, known.items, known.count);
    if (near != NULL) {
        return hd_fail(err, HD_E_USAGE, "unknown option --%s (did you mean --%s?)", word, near);
    }
    return hd_fail(err, HD_E_USAGE, "unknown option --%s", word);
}

static int take_value(parser *self, const char *shown, const hd_option *option,
                      const char **ret_value, hd_error *err)
{
    if (self->next >= self->argc) {
        return hd_fail(err, HD_E_USAGE, "%s needs a value (%s)", shown, option->argument);
    }
    *ret_value = self->argv[self->next++];
    return 0;
}

static int parse_long(parser *self, const char *argument, hd_error *err)
{
    hd_str text = hd_str_of(argument + 2);
    size_t equals = hd_str_find(text, '=');
    bool attached = equals < text.length;
    row found = find_long(self, (hd_str){text.data, equals});
    if (found.option == NULL) {
        return unknown_option(self, (hd_str){text.data, equals}, err);
    }
    const char *shown = hd_arena_printf(self->arena, "--%s", found.option->name);
    const char *value = attached ? text.data + equals + 1 : NULL;
    if (attached && found.option->argument == NULL) {
        return hd_fail(err, HD_E_USAGE, "%s takes no value", shown);
    }
    if (!attached && takes_value(found.option) &&
        take_value(self, shown, found.option, &value, err) != 0) {
        return -HD_E_USAGE;
    }
    hd_vec_push_arena(self->arena, &self->given, found);
    return store(self, &found, shown, value, err);
}

/* "-qv" and "-oFILE": letters up to the first one that takes a value. */
static int parse_short(parser *self, const char *letters, hd_error *err)
{
    for (; *letters != '\0'; letters++) {
        row found = find_short(self, *letters);
        if (found.option == NULL) {
            return hd_fail(err, HD_E_USAGE, "unknown option -%c", *letters);
        }
        char shown[] = {'-', *letters, '\0'};
        hd_vec_push_arena(self->arena, &self->given, found);
        if (!takes_value(found.option)) {
            int status = store(self, &found, shown, NULL, err);
            if (status != 0) {
                return status;
            }
            continue;
        }
        const char *value = letters + 1;
        if (*value == '\0' && take_value(self, shown, found.option, &value, err) != 0) {
            return -HD_E_USAGE;
        }
        return store(self, &found, shown, value, err);
    }
    return 0;
}

/* Spellings that fill the same member of the same struct are one option. */
static bool was_given(const parser *self, const row *found)
{
    for (size_t i = 0; i < self->given.count; i++) {
        const row *given = &self->given.items[i];
        if (given->option->kind != HD_OPT_IGNORED && member(given) == member(found)) {
            return true;
        }
    }
    return false;
}

static int apply_environment(parser *self, hd_error *err)
{
    for (const hd_option_set *set = self->sets; set->table != NULL; set++) {
        for (const hd_option *option = set->table; option->name != NULL; option++) {
            const char *value = option->environment == NULL ? NULL : getenv(option->environment);
            row found = {option, set->values};
            if (value == NULL || *value == '\0' || was_given(self, &found)) {
                continue;
            }
            int status = store(self, &found, option->environment, value, err);
            if (status != 0) {
                return status;
            }
        }
    }
    return 0;
}

int hd_options_parse(hd_arena *arena, const hd_option_set *sets, int count, char *const *arguments,
                     hd_strings *ret_operands, hd_error *err)
{
    parser self = {.arena = arena, .sets = sets, .argc = count, .argv = arguments};
    bool options_end = false;
    while (self.next < count) {
        const char *argument = arguments[self.next++];
        int status = 0;
        if (options_end || argument[0] != '-' || argument[1] == '\0') {
            hd_vec_push_arena(arena, ret_operands, argument);
        } else if (hd_streq(argument, "--")) {
            options_end = true;
        } else if (argument[1] == '-') {
            status = parse_long(&self, argument, err);
        } else {
            status = parse_short(&self, argument + 1, err);
        }
        if (status != 0) {
            return status;
        }
    }
    return apply_environment(&self, err);
}

enum { NEAREST_MAX = 40 };

/* Levenshtein distance with one row; words beyond NEAREST_MAX bytes are never near. */
static size_t distance(const char *a, const char *b)
{
    size_t length = strlen(b);
    size_t costs[NEAREST_MAX + 1];
    if (length > NEAREST_MAX || strlen(a) > NEAREST_MAX) {
        return NEAREST_MAX;
    }
    for (size_t i = 0; i <= length; i++) {
        costs[i] = i;
    }
    for (size_t row_index = 1; *a != '\0'; a++, row_index++) {
        size_t diagonal = costs[0];
        costs[0] = row_index;
        for (size_t i = 1; i <= length; i++) {
            size_t replace = diagonal + (*a != b[i - 1]);
            diagonal = costs[i];
            size_t shorter = (costs[i] < costs[i - 1] ? costs[i] : costs[i - 1]) + 1;
            costs[i] = replace < shorter ? replace : shorter;
        }
    }
    return costs[length];
}

const char *hd_nearest_word(const char *word, const char *const *known, size_t count)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) < 4 ? 2 : 3; /* anything farther is no help */
    for (size_t i = 0; i < count; i++) {
        size_t found = distance(word, known[i]);
        if (found < best_distance) {
            best = known[i];
            best_distance = found;
        }
    }
    return best;
}
