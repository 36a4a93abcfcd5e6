#include "hd_test.h"

#include "hd/data/yaml.h"

static void reads_the_core_schema(void)
{
    static const char *const rows[][2] = {
        {"yes", "\"yes\""},
        {"no", "\"no\""},
        {"on", "\"on\""},
        {"y", "\"y\""},
        {"true", "true"},
        {"True", "true"},
        {"FALSE", "false"},
        {"~", "null"},
        {"", "null"},
        {"Null", "null"},
        {"0755", "755"},
        {"0o755", "493"},
        {"0x1F", "31"},
        {"-12", "-12"},
        {"+7", "7"},
        {"1_000", "\"1_000\""},
        {"1e3", "1000.0"},
        {".5", "0.5"},
        {"1.10", "1.1"},
        {"1:30", "\"1:30\""},
        {"2001-01-01", "\"2001-01-01\""},
        {"1.2.3", "\"1.2.3\""},
        {"\"1\"", "\"1\""},
        {"'no'", "\"no\""},
        {"!!str 1", "\"1\""},
        {"!!int \"3\"", "3"},
        {"! 1", "\"1\""},
        {"99999999999999999999", "1e+20"},
        {"|\n  a\n   b\n", "\"a\\n b\\n\""},
        {">-\n  a\n  b\n", "\"a b\""},
        {"&x a", "\"a\""},
        {"{a: [1, {b: c}], ? d : e}", "{\"a\":[1,{\"b\":\"c\"}],\"d\":\"e\"}"},
        {"a: &x {b: 1}\nc: *x\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}"},
        {"1: x\ntrue: y\n", "{\"1\":\"x\",\"true\":\"y\"}"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        json_auto_t *tree = NULL;
        hd_auto_done(hd_buf) text = HD_BUF_INIT(1000);
        HD_REQUIRE(HD_CHECK_OK(hd_yaml_parse(hd_str_of(rows[i][0]), "x", &tree, &err), err));
        hd_json_write(&text, tree);
        HD_CHECK_STR(text.data, rows[i][1]);
    }
}

static void refuses_what_could_mislead(void)
{
    static const struct {
        const char *text;
        hd_category category;
        const char *message;
    } rows[] = {
        {"a: 1\na: 2\n", HD_E_INVALID, "x:2:1: the key is there twice"},
        {"a: &x {b: 1}\nc:\n  <<: *x\n", HD_E_INVALID, "merge keys"},
        {"a: !!binary aGk=\n", HD_E_INVALID, "tag"},
        {"a: !thing x\n", HD_E_INVALID, "tag"},
        {"*x\n", HD_E_INVALID, "alias"},
        {"&x [*x]\n", HD_E_INVALID, "alias"},
        {"a: .inf\n", HD_E_INVALID, "infinity"},
        {"a:\tb\n\tc: d\n", HD_E_INVALID, "x:2"},
        {"[a\n", HD_E_INVALID, "x:"},
        {"a: 1\n---\nb: 2\n", HD_E_INVALID, "more than one document"},
        {"? [a]\n: b\n", HD_E_INVALID, "a key must be a scalar"},
        {"a: \"\\0\"\n", HD_E_INVALID, "NUL"},
        {"\xff\xfe", HD_E_INVALID, "x:"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        json_t *tree = NULL;
        HD_CHECK_FAILS(hd_yaml_parse(hd_str_of(rows[i].text), "x", &tree, &err), err,
                       rows[i].category, rows[i].message);
    }
}

static void caps_depth_and_aliases(void)
{
    hd_error err = {0};
    json_t *tree = NULL;
    char deep[300];
    memset(deep, '[', sizeof(deep));
    HD_CHECK_FAILS(hd_yaml_parse((hd_str){deep, sizeof(deep)}, "x", &tree, &err), err, HD_E_LIMIT,
                   "deep");
    hd_auto_done(hd_buf) bomb = HD_BUF_INIT(4000);
    hd_buf_puts(&bomb, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
        hd_buf_printf(&bomb, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i,
                      i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    }
    HD_CHECK_FAILS(hd_yaml_parse(hd_buf_view(&bomb), "x", &tree, &err), err, HD_E_LIMIT,
                   "too many nodes");
}

static void reads_all_documents(void)
{
    hd_error err = {0};
    json_auto_t *all = NULL;
    hd_auto_done(hd_buf) text = HD_BUF_INIT(1000);
    HD_REQUIRE(HD_CHECK_OK(
        hd_yaml_parse_all(hd_str_of("# c\n---\na: 1\n---\n---\n- b\n...\n"), "x", &all, &err),
        err));
    hd_json_write(&text, all);
    HD_CHECK_STR(text.data, "[{\"a\":1},[\"b\"]]");
}

/* Strings that one YAML or another takes for something else, or that break a line. */
static const char *const nasty[] = {
    "",
    " ",
    "a",
    "yes",
    "No",
    "on",
    "OFF",
    "y",
    "n",
    "true",
    "False",
    "null",
    "Null",
    "~",
    "0755",
    "0o755",
    "0x1F",
    "0b11",
    "1_000",
    "1e3",
    "5e10",
    "12e03",
    "123e4567",
    "+1",
    "-1",
    ".5",
    "1.10",
    "1.0",
    "1:30",
    "190:20:30",
    "2001-01-01",
    "2001-01-01T00:00:00Z",
    "1.2.3",
    "v1.2.3",
    "@x",
    "*x",
    "&x",
    "=",
    "<<",
    "-",
    "--flag",
    "- x",
    "? x",
    ":",
    ": x",
    "x: y",
    "x:",
    "x:y",
    "# x",
    "x # y",
    "x#y",
    "[x]",
    "{x}",
    "{{x}}",
    "%x",
    "`x`",
    "!x",
    "|",
    ">",
    "'x'",
    "\"x\"",
    "x'y\"z",
    "a\\b",
    "\\",
    "\n",
    "a\nb",
    "a\nb\n",
    "a\n\nb\n\n",
    " a\nb\n",
    "a \nb\n",
    "a\n \nb\n",
    "\na",
    "a\tb",
    "\ta",
    "a\n\tb\n",
    "a\rb",
    "a\r\nb",
    "\x01",
    "\x7f",
    "\xc2\x85",
    "a\xc2\xa0z",
    "\xe2\x80\xa8x",
    "\xef\xbb\xbfx",
    "\xc3\xa9t\xc3\xa9",
    "\xf0\x9f\x98\x80",
    "a, b",
    "a,b",
    "trailing ",
    " leading",
    ".",
    "..",
    ".inf",
    "-.INF",
    ".nan",
    "/path/to",
    "a/b:1.0@sha256:ab",
    "--- x",
    "...",
    "key: |\n  x",
    "a&b*c!",
    "x\n---\ny",
    "infinity",
    "nan",
    "NaN",
    "0",
    "00",
    "08",
    "1,000",
    "$HOME",
    "(x)",
    "C:\\x",
    "a\n# b\n",
    "~x",
    "_1",
    "+.5",
    "-.5e1",
};

static void written_strings_come_back(void)
{
    for (size_t i = 0; i < HD_COUNT(nasty); i++) {
        hd_error err = {0};
        json_auto_t *tree = json_pack("{s:s,s:[s,{s:s}],s:s}", "a", nasty[i], "list", nasty[i], "k",
                                      nasty[i], nasty[i], "v");
        json_auto_t *again = NULL;
        hd_auto_done(hd_buf) text = HD_BUF_INIT(10000);
        hd_yaml_write(&text, tree);
        if (!HD_CHECK_OK(hd_yaml_parse(hd_buf_view(&text), "x", &again, &err), err) ||
            !HD_CHECK(json_equal(tree, again))) {
            (void)fprintf(stderr, "%s\n", text.data);
        }
    }
}

/* A YAML 1.1 reader must see the same strings: Python's. */
static void another_reader_agrees(void)
{
    if (system("/usr/bin/python3 -c 'import yaml' 2>/dev/null") != 0) {
        hd_test_skip("python3-yaml is not installed");
        return;
    }
    json_auto_t *tree = json_array();
    for (size_t i = 0; i < HD_COUNT(nasty); i++) {
        (void)json_array_append_new(tree,
                                    json_pack("{s:s,s:[s]}", nasty[i], nasty[i], "list", nasty[i]));
    }
    hd_auto_done(hd_buf) yaml = HD_BUF_INIT(HD_MIB);
    hd_auto_done(hd_buf) json = HD_BUF_INIT(HD_MIB);
    hd_yaml_write(&yaml, tree);
    hd_json_write(&json, tree);
    hd_test_write(hd_test_path("x.yaml"), yaml.data, yaml.length);
    hd_test_write(hd_test_path("x.json"), json.data, json.length);
    char command[1000];
    (void)snprintf(
        command, sizeof(command),
        "cd %s && /usr/bin/python3 -c 'import json, yaml; a = yaml.safe_load(open(\"x.yaml\")); "
        "b = json.load(open(\"x.json\")); bad = [(x, y) for x, y in zip(a, b) if x != y]; "
        "print(*bad, sep=\"\\n\"); exit(a != b)' >&2",
        hd_test_dir());
    HD_CHECK_INT(system(command), 0);
}

static void writes_like_a_careful_person(void)
{
    hd_error err = {0};
    json_auto_t *tree = NULL;
    hd_auto_done(hd_buf) text = HD_BUF_INIT(10000);
    HD_REQUIRE(HD_CHECK_OK(hd_json_parse(hd_str_of("{\"kind\":\"Service\",\"m\":1,\"list\":[{\"a\":"
                                                   "\"x\",\"b\":[1,2]},\"7\"],\"e\":{},\"f\":[],"
                                                   "\"text\":\"one\\ntwo\\n\",\"no\":null}"),
                                         "x", &tree, &err),
                           err));
    hd_yaml_write(&text, tree);
    HD_CHECK_STR(text.data, "kind: Service\nm: 1\nlist:\n- a: x\n  b:\n  - 1\n  - 2\n- \"7\"\ne: "
                            "{}\nf: []\ntext: |\n  one\n  two\n\"no\": null\n");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {
        HD_TEST(reads_the_core_schema),        HD_TEST(refuses_what_could_mislead),
        HD_TEST(caps_depth_and_aliases),       HD_TEST(reads_all_documents),
        HD_TEST(written_strings_come_back),    HD_TEST(another_reader_agrees),
        HD_TEST(writes_like_a_careful_person), {0}};
    return hd_test_main(argc, argv, "yaml", tests);
}
