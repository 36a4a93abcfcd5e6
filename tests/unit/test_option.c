#include "hd_test.h"

#include "hd/base/option.h"

#include <stdlib.h>

typedef struct values {
    bool wait;
    bool latest;
    const char *output;
    const char *format;
    const char *rollback;
    uint64_t count;
    hd_strings labels;
} values;

static const hd_option table[] = {
    {"wait", 'w', NULL, "Wait", HD_OPT_FLAG, offsetof(values, wait), 0, 0, 0},
    {"no-latest", 0, NULL, "No latest", HD_OPT_FLAG_OFF, offsetof(values, latest), 0, 0, 0},
    {"output", 'o', "FILE", "Write", HD_OPT_STRING, offsetof(values, output), "HD_T_OUTPUT", 0, 0},
    {"out", 0, "FILE", NULL, HD_OPT_STRING, offsetof(values, output), 0, 0, 0},
    {"format", 0, "F", "Format", HD_OPT_STRING, offsetof(values, format), 0, 0, "yaml|json"},
    {"rollback", 0, "REV", "Back", HD_OPT_OPTIONAL, offsetof(values, rollback), 0, 0, 0},
    {"count", 'n', "N", "Count", HD_OPT_UINT, offsetof(values, count), "HD_T_COUNT", 0, 0},
    {"label", 0, "K=V", "Label", HD_OPT_LIST, offsetof(values, labels), 0, 0, 0},
    {"engine", 0, "E", "Old", HD_OPT_IGNORED, 0, 0, 0, 0},
    {0},
};

static int parse(hd_arena *arena, values *into, hd_strings *operands, hd_error *err, int argc,
                 const char **argv)
{
    hd_option_set sets[] = {{table, into}, {0}};
    return hd_options_parse(arena, sets, argc, (char **)(uintptr_t)argv, operands, err);
}

static void reads_every_spelling(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    values got = {.latest = true};
    hd_strings operands = {0};
    const char *argv[] = {"one",         "--output=a", "--output",   "b",        "-wn7",
                          "--no-latest", "--label",    "x=1",        "--label=", "-",
                          "--engine",    "docker",     "--rollback", "two",      "--format=json",
                          "--",          "--wait"};
    HD_CHECK_OK(parse(arena, &got, &operands, &err, (int)HD_COUNT(argv), argv), err);
    HD_CHECK_STR(got.output, "b");
    HD_CHECK(got.wait);
    HD_CHECK(!got.latest);
    HD_CHECK_INT(got.count, 7);
    HD_CHECK_STR(got.rollback, "");
    HD_CHECK_INT(got.labels.count, 2);
    HD_CHECK_STR(got.labels.items[1], "");
    HD_CHECK_INT(operands.count, 4);
    HD_CHECK_STR(operands.items[1], "-");
    HD_CHECK_STR(operands.items[3], "--wait");
}

static void refuses_what_it_does_not_know(void)
{
    static const struct {
        const char *argument;
        const char *message;
    } rows[] = {
        {"--waiit", "unknown option --waiit (did you mean --wait?)"},
        {"--zzzzzzzz", "unknown option --zzzzzzzz"},
        {"--wai", "unknown option --wai"},
        {"-x", "unknown option -x"},
        {"--output", "--output needs a value (FILE)"},
        {"-o", "-o needs a value (FILE)"},
        {"--wait=yes", "--wait takes no value"},
        {"--count=-1", "--count: \"-1\" is not a whole number"},
        {"--count=", "is not a whole number"},
        {"--count=99999999999999999999", "is not a whole number"},
        {"--format=toml", "--format: \"toml\" is not one of yaml|json"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        hd_error err = {0};
        values got = {0};
        hd_strings operands = {0};
        HD_CHECK_FAILS(parse(arena, &got, &operands, &err, 1, (const char *[]){rows[i].argument}),
                       err, HD_E_USAGE, rows[i].message);
    }
}

static void environment_fills_what_was_not_given(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    values got = {0};
    hd_strings operands = {0};
    (void)setenv("HD_T_OUTPUT", "from-env", 1);
    (void)setenv("HD_T_COUNT", "5", 1);
    HD_CHECK_OK(parse(arena, &got, &operands, &err, 1, (const char *[]){"--out=given"}), err);
    HD_CHECK_STR(got.output, "given");
    HD_CHECK_INT(got.count, 5);
    (void)setenv("HD_T_COUNT", "five", 1);
    HD_CHECK_FAILS(parse(arena, &got, &operands, &err, 0, NULL), err, HD_E_USAGE,
                   "HD_T_COUNT: \"five\" is not a whole number");
    (void)setenv("HD_T_COUNT", "", 1);
    got = (values){0};
    HD_CHECK_OK(parse(arena, &got, &operands, &err, 0, NULL), err);
    HD_CHECK_INT(got.count, 0);
    HD_CHECK_STR(got.output, "from-env");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(reads_every_spelling),
                                    HD_TEST(refuses_what_it_does_not_know),
                                    HD_TEST(environment_fills_what_was_not_given),
                                    {0}};
    return hd_test_main(argc, argv, "option", tests);
}
