#include "hd_test.h"

#include "hd/data/toml-write.h"
#include "hd/data/toml.h"

static json_t *tree_of(const char *json)
{
    hd_error err = {0};
    json_t *tree = NULL;
    HD_CHECK_OK(hd_json_parse(hd_str_of(json), "tree", &tree, &err), err);
    return tree;
}

static void writes_tables_behind_values(void)
{
    static const char *const rows[][2] = {
        {"{}", ""},
        {"[1]", ""},
        {"{\"a\":1,\"b\":-2.5,\"c\":true,\"d\":\"x\",\"e\":[]}",
         "a = 1\nb = -2.5\nc = true\nd = \"x\"\ne = []\n"},
        {"{\"t\":{\"x\":1},\"a\":2}", "a = 2\n\n[t]\nx = 1\n"},
        {"{\"a\":{\"b\":{\"c\":1}},\"e\":{}}", "[a.b]\nc = 1\n\n[e]\n"},
        {"{\"l\":[{\"n\":1,\"s\":{\"z\":0}},{}]}", "[[l]]\nn = 1\n\n[l.s]\nz = 0\n\n[[l]]\n"},
        {"{\"m\":[1,[\"x\"],{\"k\":2,\"j\":{}}]}", "m = [1, [\"x\"], { k = 2, j = {} }]\n"},
        {"{\"n\":null,\"l\":[null,1],\"o\":{\"n\":null},\"i\":[0,{\"n\":null}]}",
         "l = [1]\ni = [0, {}]\n\n[o]\n"},
        {"{\"a b\":1,\"\":2,\"a.b\":3,\"-_9\":4,\"é\":{\"\\\"\":5}}",
         "\"a b\" = 1\n\"\" = 2\n\"a.b\" = 3\n-_9 = 4\n\n[\"é\"]\n\"\\\"\" = 5\n"},
        {"{\"s\":\"\\\"\\\\\\b\\t\\n\\f\\r\\u0001\\u007fé\"}",
         "s = \"\\\"\\\\\\b\\t\\n\\f\\r\\u0001\\u007Fé\"\n"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        json_auto_t *tree = tree_of(rows[i][0]);
        hd_auto_done(hd_buf) out = HD_BUF_INIT(10000);
        hd_toml_write(&out, tree);
        HD_CHECK_STR(out.data, rows[i][1]);
    }
}

/* Trees without null, with members in the order TOML puts them, come back as they were. */
static void reads_back_what_it_wrote(void)
{
    static const char *const rows[] = {
        "{\"a\":1,\"b\":[1,2.5,\"x\",[true,{\"k\":[{}]}]]}",
        "{\"c\":{\"d\":{\"e\":{\"f\":\"g\"}}}}",
        "{\"l\":[{\"n\":{\"m\":[{\"a\":1},{\"a\":2}]}},{\"n\":{}}]}",
        "{\"z\":{\"y\":{},\"x\":{}}}",
        "{\"big\":9223372036854775807,\"small\":-9223372036854775808}",
        "{\"r\":1e300,\"t\":0.1}",
        "{\"q'\":\"'x'\",\"w\":\"\\\"\\\"\\\"\",\"u\":\"\\ud83d\\ude00 \\u2028\"}",
        "{\"\\n\":{\"\\t\":1}}",
        "{\"date\":\"1979-05-27\",\"inf\":\"inf\"}",
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        json_auto_t *tree = tree_of(rows[i]);
        json_auto_t *again = NULL;
        hd_error err = {0};
        hd_auto_done(hd_buf) out = HD_BUF_INIT(10000);
        hd_toml_write(&out, tree);
        HD_CHECK_OK(hd_toml_parse(hd_buf_view(&out), "out", &again, &err), err);
        if (!HD_CHECK(json_equal(tree, again))) {
            (void)fprintf(stderr, "%s\n", out.data);
        }
    }
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {
        HD_TEST(writes_tables_behind_values), HD_TEST(reads_back_what_it_wrote), {0}};
    return hd_test_main(argc, argv, "toml-write", tests);
}
