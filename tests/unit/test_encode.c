#include "hd_test.h"

#include "hd/base/clock.h"
#include "hd/base/encode.h"

static void base64_follows_rfc4648(void)
{
    static const struct {
        const char *plain;
        const char *coded;
    } rows[] = {{"", ""},
                {"f", "Zg=="},
                {"fo", "Zm8="},
                {"foo", "Zm9v"},
                {"foob", "Zm9vYg=="},
                {"fooba", "Zm9vYmE="},
                {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_auto_done(hd_buf) coded = HD_BUF_INIT(100);
        hd_auto_done(hd_buf) plain = HD_BUF_INIT(100);
        hd_base64_encode(&coded, rows[i].plain, strlen(rows[i].plain));
        HD_CHECK_STR(coded.data, rows[i].coded);
        HD_CHECK(hd_base64_decode(hd_str_of(rows[i].coded), &plain));
        HD_CHECK_STR(plain.data, rows[i].plain);
    }
}

static void base64_is_strict(void)
{
    static const char *const bad[] = {
        "Zg",     "Zg=",  "Zh==", "Zm9=",   "Zm 9v",           "=", "====", "Zg==Zg==",
        "Zm9v\n", "Zm9-", "Z===", "Zm9vZg", "\xff\xff\xff\xff"};
    for (size_t i = 0; i < HD_COUNT(bad); i++) {
        hd_auto_done(hd_buf) out = HD_BUF_INIT(100);
        HD_CHECK(!hd_base64_decode(hd_str_of(bad[i]), &out));
    }
}

static void hex_is_lower_case_and_exact(void)
{
    uint8_t bytes[2] = {0};
    char text[5];
    HD_CHECK(hd_hex_decode(hd_str_of("0aff"), bytes, 2));
    hd_hex_encode(bytes, 2, text);
    HD_CHECK_STR(text, "0aff");
    HD_CHECK(!hd_hex_decode(hd_str_of("0AFF"), bytes, 2));
    HD_CHECK(!hd_hex_decode(hd_str_of("0af"), bytes, 2));
    HD_CHECK(!hd_hex_decode(hd_str_of("0afg"), bytes, 2));
}

static void release_stamps_are_moments(void)
{
    int64_t seconds = 0;
    HD_CHECK(hd_clock_parse_release(hd_str_of("20160427165340"), &seconds));
    HD_CHECK_INT(seconds, 1461776020);
    char text[HD_RFC3339_SIZE];
    hd_clock_rfc3339(seconds, text);
    HD_CHECK_STR(text, "2016-04-27T16:53:40Z");
    static const char *const bad[] = {"20160231000000", "2016042716534",  "201604271653401",
                                      "2016042716534a", "20161327165340", "00000000000000",
                                      "20160427246000"};
    for (size_t i = 0; i < HD_COUNT(bad); i++) {
        HD_CHECK(!hd_clock_parse_release(hd_str_of(bad[i]), &seconds));
    }
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(base64_follows_rfc4648),
                                    HD_TEST(base64_is_strict),
                                    HD_TEST(hex_is_lower_case_and_exact),
                                    HD_TEST(release_stamps_are_moments),
                                    {0}};
    return hd_test_main(argc, argv, "encode", tests);
}
