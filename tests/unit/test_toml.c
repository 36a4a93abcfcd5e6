#include "hd_test.h"

#include "hd/base/file.h"
#include "hd/data/toml.h"

static const char *const valid[] = {
    "",
    "# c\n",
    "a = 1",
    "a = 1\r\nb = 2\r\n",
    "a.b.c = 1\na.b.d = 2\n",
    "\"a b\".'c' = 1",
    "a = \"\\\"\\\\\\b\\t\\n\\f\\r\\u00E9\\U0001F600\"",
    "a = '''\n\nx'y''z\n'''",
    "a = \"\"\"\nx \\\n\n   y\"\"\"\"\"",
    "a = 'C:\\x'",
    "a = +1_000",
    "a = 0xDEAD_beef\nb = 0o755\nc = 0b1101",
    "a = 9223372036854775807\nb = -9223372036854775808",
    "a = 1.5\nb = -0.1e-2\nc = 5e+22\nd = 6.626e-34",
    "a = [1, 'x', [true, false], {b = 1},]",
    "a = [\n 1, # c\n\n 2\n]",
    "a = {}",
    "a = { b.c = 1, d = { e = 2 } }",
    "[a]\nx = 1\n[a.b]\ny = 2\n[c]\n",
    "[a.b]\nx=1\n[a]\ny=2\n",
    "[[a]]\nx=1\n[[a]]\nx=2\n[[a.b]]\ny=1\n[a.c]\n",
    "[[a.b]]\n[a]\nx=1\n",
    ("a = 1979-05-27T07:32:00Z\nb = 1979-05-27T00:32:00.999999-07:00\nc = 1979-05-27 07:32:00\nd = "
     "1979-05-27\ne = 07:32:00"),
    "1234 = 'x'\n-_ = 2\n",
    "a = \"\"",
    "[ a . 'b' ]\nc = 1",
    "a = true\nb = false",
    "fruit.apple.smooth = true\nfruit.orange = 2\n",
    "[fruit]\napple.color = 'x'\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true\n",
};

static const char *const invalid[] = {
    "a",
    "a =",
    "= 1",
    "a = 1 b = 2",
    "a = 1\na = 2",
    "[a]\n[a]",
    "a = 1\n[a]",
    "[a]\nb = 1\n[a.b]",
    "[[a]]\n[a]",
    "a = []\n[[a]]",
    "a = {}\n[a.b]",
    "a = { b = 1 }\na.c = 2",
    "a = { b = 1, }",
    "a = { b = 1\n}",
    "a = [1 2]",
    "a = [1,,2]",
    "a = 01",
    "a = 1__0",
    "a = _1",
    "a = 1_",
    "a = 0x",
    "a = 1.",
    "a = .5",
    "a = 1e",
    "a = 1.e5",
    "a = 9223372036854775808",
    "a = +0x1",
    "a = 'x\ny'",
    "a = \"x\ny\"",
    "a = \"\\x\"",
    "a = \"\\ud800\"",
    "a = \"\"\"x",
    "a = '''x",
    "a = 2023-02-29",
    "a = 2023-13-01",
    "a = 25:00:00",
    "a = 07:32",
    "a = True",
    "a = x",
    "[a",
    "[[a]",
    "[a]]",
    "[]",
    "[a.]",
    "a..b = 1",
    "a = \"\x01\"",
    "# \x01\n",
    "a = 1 # \x7f\n",
    "\xff = 1",
    "a = 'x' 'y'",
    "'''a''' = 1",
    "a.b = 1\n[a]\n",
    "[fruit]\napple.color = 1\n[fruit.apple]\n",
    "a = [1]\na.b = 2",
    "a = \"\\u00\"",
    "a = 1979-05-27T07:32:00+25:00",
    "a\n= 1",
    "[a]b = 1",
};

static void reads_valid_documents(void)
{
    for (size_t i = 0; i < HD_COUNT(valid); i++) {
        hd_error err = {0};
        json_auto_t *tree = NULL;
        HD_CHECK_OK(hd_toml_parse(hd_str_of(valid[i]), valid[i], &tree, &err), err);
    }
}

static void refuses_invalid_documents(void)
{
    for (size_t i = 0; i < HD_COUNT(invalid); i++) {
        hd_error err = {0};
        json_auto_t *tree = NULL;
        if (!HD_CHECK(hd_toml_parse(hd_str_of(invalid[i]), "x", &tree, &err) == -HD_E_INVALID)) {
            (void)fprintf(stderr, "accepted: %s\n", invalid[i]);
        }
        HD_CHECK(strncmp(err.message, "x:", 2) == 0);
    }
    hd_error err = {0};
    json_t *tree = NULL;
    HD_CHECK_FAILS(hd_toml_parse(hd_str_of("a = 1\nb = [1,\n  x]\n"), "f", &tree, &err), err,
                   HD_E_INVALID, "f:3:3: ");
    char deep[300] = "a = ";
    memset(deep + 4, '[', sizeof(deep) - 5);
    HD_CHECK_FAILS(hd_toml_parse(hd_str_of(deep), "f", &tree, &err), err, HD_E_INVALID,
                   "nested too deeply");
}

/* Python's own reader is the judge of both lists, and of what the valid ones mean. */
static void python_agrees(void)
{
    if (system("/usr/bin/python3 -c 'import tomllib' 2>/dev/null") != 0) {
        hd_test_skip("python3 has no tomllib");
        return;
    }
    json_auto_t *cases = json_array();
    for (size_t i = 0; i < HD_COUNT(valid) + HD_COUNT(invalid); i++) {
        const char *text = i < HD_COUNT(valid) ? valid[i] : invalid[i - HD_COUNT(valid)];
        hd_error err = {0};
        json_auto_t *tree = NULL;
        /* Python's integers have no end; ours and TOML's have 64 bits. */
        if (!hd_str_is_utf8(hd_str_of(text)) || hd_streq(text, "a = 9223372036854775808")) {
            continue;
        }
        (void)!hd_toml_parse(hd_str_of(text), "x", &tree, &err);
        (void)json_array_append_new(cases, json_pack("[s,O?]", text, tree));
    }
    hd_auto_done(hd_buf) out = HD_BUF_INIT(HD_MIB);
    hd_json_write(&out, cases);
    hd_test_write(hd_test_path("cases.json"), out.data, out.length);
    static const char script[] =
        "import json, sys, tomllib, datetime\n"
        "def plain(v):\n"
        "    if isinstance(v, dict): return {k: plain(x) for k, x in v.items()}\n"
        "    if isinstance(v, list): return [plain(x) for x in v]\n"
        "    return 'moment' if isinstance(v, (datetime.date, datetime.time)) else v\n"
        "def same(a, b):\n"
        "    if isinstance(a, dict): return isinstance(b, dict) and list(a) == list(b) and "
        "all(same(a[k], b[k]) for k in a)\n"
        "    if isinstance(a, list): return isinstance(b, list) and len(a) == len(b) and "
        "all(map(same, a, b))\n"
        "    return isinstance(b, str) if a == 'moment' else type(a) == type(b) and a == b\n"
        "bad = 0\n"
        "for text, ours in json.load(open(sys.argv[1])):\n"
        "    try: theirs = plain(tomllib.loads(text))\n"
        "    except tomllib.TOMLDecodeError: theirs = None\n"
        "    if not (ours is None and theirs is None or ours is not None and theirs is not None "
        "and same(theirs, ours)):\n"
        "        bad += 1; print(repr(text), ours, theirs, file=sys.stderr)\n"
        "sys.exit(bad > 0)\n";
    hd_test_write(hd_test_path("compare.py"), script, sizeof(script) - 1);
    char command[1000];
    (void)snprintf(command, sizeof(command), "/usr/bin/python3 %s/compare.py %s/cases.json",
                   hd_test_dir(), hd_test_dir());
    HD_CHECK_INT(system(command), 0);
}

static void reads_habitats_own(void)
{
    if (hd_test_fixtures() == NULL) {
        hd_test_skip("Habitat's own test packages are not here");
        return;
    }
    char path[1000];
    (void)snprintf(path, sizeof(path), "%s/test_package/default.toml", hd_test_fixtures());
    hd_error err = {0};
    hd_auto_free char *text = NULL;
    json_auto_t *tree = NULL;
    HD_REQUIRE(HD_CHECK_OK(hd_file_read(path, HD_MIB, &text, NULL, &err), err));
    HD_CHECK_OK(hd_toml_parse(hd_str_of(text), path, &tree, &err), err);
    HD_CHECK(json_object_size(tree) > 0);
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(reads_valid_documents),
                                    HD_TEST(refuses_invalid_documents),
                                    HD_TEST(python_agrees),
                                    HD_TEST(reads_habitats_own),
                                    {0}};
    return hd_test_main(argc, argv, "toml", tests);
}
