#include "hd_test.h"

#include "hd/data/merge.h"

static void refuses_what_is_not_one_document(void)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"", "x:1:0"},
        {"{\"a\":1,\"a\":2}", "duplicate object key"},
        {"[1] [2]", "end of file expected"},
        {"{\n \"a\": tru }", "x:2"},
        {"\"\\u0000", "x:1"},
        {"\"\xff\"", "unable to decode byte"},
        {"{\"a\\u0000b\": 1}", "NUL"},
        {"01", "x:1"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        json_t *tree = NULL;
        HD_CHECK_FAILS(hd_json_parse(hd_str_of(rows[i].text), "x", &tree, &err), err, HD_E_INVALID,
                       rows[i].message);
    }
    hd_error err = {0};
    json_t *tree = NULL;
    char deep[400];
    memset(deep, '[', sizeof(deep));
    HD_CHECK_FAILS(hd_json_parse((hd_str){deep, sizeof(deep)}, "x", &tree, &err), err, HD_E_INVALID,
                   "nested more than");
}

static void writes_what_it_read(void)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "null",
        "true",
        "-9223372036854775808",
        "9223372036854775807",
        "1.5",
        "1e+300",
        "0.1",
        "{\"z\":1,\"a\":[true,null,{\"b\":\"\\\"\\\\/\\n\\u0001\\u007f\xc3\xa9\"}]}",
    };
    for (size_t i = 0; i < HD_COUNT(texts); i++) {
        hd_error err = {0};
        json_auto_t *tree = NULL;
        json_auto_t *again = NULL;
        hd_auto_done(hd_buf) compact = HD_BUF_INIT(1000);
        hd_auto_done(hd_buf) pretty = HD_BUF_INIT(1000);
        HD_REQUIRE(HD_CHECK_OK(hd_json_parse(hd_str_of(texts[i]), "x", &tree, &err), err));
        hd_json_write(&compact, tree);
        HD_CHECK_STR(compact.data, texts[i]);
        hd_json_write_pretty(&pretty, tree);
        HD_CHECK_OK(hd_json_parse(hd_buf_view(&pretty), "x", &again, &err), err);
        HD_CHECK(json_equal(tree, again));
    }
}

static void pretty_text_is_indented_by_two(void)
{
    hd_error err = {0};
    json_auto_t *tree = NULL;
    hd_auto_done(hd_buf) text = HD_BUF_INIT(1000);
    HD_REQUIRE(HD_CHECK_OK(
        hd_json_parse(hd_str_of("{\"b\":[1,{}],\"a\":{\"c\":[]}}"), "x", &tree, &err), err));
    hd_json_write_pretty(&text, tree);
    HD_CHECK_STR(text.data,
                 "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": {\n    \"c\": []\n  }\n}\n");
}

/* The examples of RFC 7386, appendix A. */
static void merge_follows_the_rfc(void)
{
    static const char *const rows[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        json_auto_t *target = NULL;
        json_auto_t *patch = NULL;
        hd_auto_done(hd_buf) text = HD_BUF_INIT(1000);
        HD_CHECK_OK(hd_json_parse(hd_str_of(rows[i][0]), "t", &target, &err), err);
        HD_CHECK_OK(hd_json_parse(hd_str_of(rows[i][1]), "p", &patch, &err), err);
        json_auto_t *merged = hd_merge_patch(target, patch);
        hd_json_write(&text, merged);
        HD_CHECK_STR(text.data, rows[i][2]);
    }
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(refuses_what_is_not_one_document),
                                    HD_TEST(writes_what_it_read),
                                    HD_TEST(pretty_text_is_indented_by_two),
                                    HD_TEST(merge_follows_the_rfc),
                                    {0}};
    return hd_test_main(argc, argv, "json", tests);
}
