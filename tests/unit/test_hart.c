#include "test_hart.h"
#include "hd_test.h"

#include "hd/base/file.h"
#include "hd/base/vec.h"
#include "hd/package/hart.h"

#include <fcntl.h>
#include <sys/stat.h>

static const char signature_of_zeros[] =
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static void every_fault_of_a_header_has_its_words(void)
{
    char too_long[1200];
    memset(too_long, 'x', sizeof(too_long) - 1);
    too_long[sizeof(too_long) - 1] = '\0';
    const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"", "no format version"},
        {"HART-2\n", "unsupported format version \"HART-2\""},
        {"HART-1\n", "no name of the signing key"},
        {"HART-1\nnot-valid-identifier!\n",
         "cannot parse named revision \"not-valid-identifier!\""},
        {"HART-1\n\n", "cannot parse named revision"},
        {"HART-1\n../../x-20240101000000\n", "cannot parse named revision"},
        {"HART-1\na-20240101000000\n", "no hash type"},
        {"HART-1\na-20240101000000\nSHA256\n", "unsupported signature type \"SHA256\""},
        {"HART-1\na-20240101000000\nBLAKE2b\n", "no signature"},
        {"HART-1\na-20240101000000\nBLAKE2b\nnot base64\n", "not valid base64"},
        {"HART-1\na-20240101000000\nBLAKE2b\nAAAA\n", "no end of the header"},
        {"HART-1\na-20240101000000\nBLAKE2b\nAAAA\nx\n",
         "expected an empty line after the header, got \"x\""},
        {"\xff\n", "not UTF-8"},
        {too_long, "longer than"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_hart_header header;
        HD_CHECK_FAILS(hd_hart_parse_header(hd_str_of(rows[i].text), &header, &err), err,
                       HD_E_INVALID, rows[i].message);
    }
}

static void the_payload_begins_behind_the_header(void)
{
    static const char *const breaks[] = {"\n", "\r\n"};
    for (size_t i = 0; i < HD_COUNT(breaks); i++) {
        hd_error err = {0};
        hd_hart_header header;
        hd_auto_done(hd_buf) text = HD_BUF_INIT(1000);
        hd_buf_printf(&text, "HART-1%shappyhumans-20160424223347%sBLAKE2b%s%s%s%s", breaks[i],
                      breaks[i], breaks[i], signature_of_zeros, breaks[i], breaks[i]);
        size_t offset = text.length;
        hd_buf_puts(&text, "\xfd"
                           "7zXZ\npayload");
        HD_CHECK_OK(hd_hart_parse_header(hd_buf_view(&text), &header, &err), err);
        HD_CHECK_INT(header.payload_offset, offset);
        HD_CHECK_STR(header.signer, "happyhumans-20160424223347");
    }
}

static int open_memory(const hd_buf *text, hd_str *payload, hd_error *err)
{
    return hd_hart_open_memory(hd_buf_view(text), test_keys(), payload, err);
}

static void signatures_decide(void)
{
    hd_error err = {0};
    hd_str payload = {0};
    hd_auto_done(hd_buf) good = HD_BUF_INIT(10000);
    test_envelope(&good, hd_str_of("the payload"));
    HD_CHECK_OK(open_memory(&good, &payload, &err), err);
    HD_CHECK(hd_str_is(payload, "the payload"));

    good.data[good.length - 1] ^= 1;
    HD_CHECK_FAILS(open_memory(&good, &payload, &err), err, HD_E_INTEGRITY, "its hash must be ");
    good.data[good.length - 1] ^= 1;
    good.data[60] = good.data[60] == 'A' ? 'B' : 'A'; /* inside the signature */
    HD_CHECK_FAILS(open_memory(&good, &payload, &err), err, HD_E_INTEGRITY,
                   "the signature by " TEST_KEY " does not hold");

    static const char *const odd[] = {
        "not a digest", "", "ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD"};
    for (size_t i = 0; i < HD_COUNT(odd); i++) {
        hd_auto_done(hd_buf) text = HD_BUF_INIT(10000);
        test_envelope_over(&text, hd_str_of("x"), odd[i]);
        HD_CHECK_FAILS(open_memory(&text, &payload, &err), err, HD_E_INTEGRITY,
                       "is not a BLAKE2b digest");
    }
}

static void files_are_verified_before_they_are_decoded(void)
{
    hd_error err = {0};
    hd_auto_done(hd_buf) text = HD_BUF_INIT(10000);
    hd_auto(hd_hart) *hart = NULL;
    hd_source *tar = NULL;
    test_envelope(&text, hd_str_of("no xz stream, but signed"));
    hd_test_write(hd_test_path("x.hart"), text.data, text.length);
    HD_REQUIRE(HD_CHECK_OK(hd_hart_open(hd_test_path("x.hart"), &hart, &err), err));
    HD_CHECK_FAILS(hd_hart_payload(hart, &(hd_xz_limits){0}, &tar, &err), err, HD_E_INTERNAL,
                   "before it was verified");
    HD_CHECK_FAILS(hd_hart_verify(hart, "/nonexistent", &err), err, HD_E_NOT_FOUND,
                   "x.hart: no key " TEST_KEY ".pub in /nonexistent (import it, or ");
    HD_CHECK_OK(hd_hart_verify(hart, test_keys(), &err), err);
    HD_CHECK_INT(hd_hart_size(hart), text.length);
    char checksum[HD_DIGEST_HEX_SIZE];
    hd_digest_of(HD_BLAKE2B, hd_buf_view(&text), checksum);
    HD_CHECK_STR(hd_hart_checksum(hart), checksum);
    HD_REQUIRE(HD_CHECK_OK(hd_hart_payload(hart, &(hd_xz_limits){0}, &tar, &err), err));
    char byte;
    size_t got = 0;
    HD_CHECK_FAILS(hd_source_read(tar, &byte, 1, &got, &err), err, HD_E_INVALID, "xz");
    hd_source_free(tar);
    hd_hart *other = NULL;
    HD_CHECK_FAILS(hd_hart_open(hd_test_path("none.hart"), &other, &err), err, HD_E_NOT_FOUND,
                   "none.hart");
    HD_CHECK_FAILS(hd_hart_open(hd_test_dir(), &other, &err), err, HD_E_INVALID,
                   "not a regular file");
}

/* Everything up to the end; its length goes to *ret_total. */
static int drain(const hd_hart *hart, size_t *ret_total, hd_error *err)
{
    hd_auto(hd_source) *tar = NULL;
    int status = hd_hart_payload(hart, &(hd_xz_limits){0}, &tar, err);
    char chunk[1000];
    *ret_total = 0;
    for (size_t got = 1; status == 0 && got > 0;) {
        status = hd_source_read(tar, chunk, sizeof(chunk), &got, err);
        *ret_total += status == 0 ? got : 0;
    }
    return status;
}

/* An envelope whose payload is an .xz stream of this many times one letter. */
static void make_packed(hd_buf *out, char letter, size_t count)
{
    hd_auto_done(hd_buf) plain = HD_BUF_INIT(HD_MIB);
    hd_auto_done(hd_buf) packed = HD_BUF_INIT(HD_MIB);
    for (size_t i = 0; i < count; i++) {
        hd_buf_putc(&plain, letter);
    }
    test_xz(&packed, hd_buf_view(&plain));
    test_envelope(out, hd_buf_view(&packed));
}

/* Into the file that is there, not into a new one of its name. */
static void overwrite(const char *path, hd_str data)
{
    hd_error err = {0};
    hd_auto_close int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    HD_CHECK_OK(hd_write_all(fd, data.data, data.length, path, &err), err);
}

static void what_changes_while_it_is_read_is_noticed(void)
{
    enum { LENGTH = 100000 };
    hd_error err = {0};
    size_t total = 0;
    const char *path = hd_test_path("x.hart");
    hd_auto_done(hd_buf) one = HD_BUF_INIT(HD_MIB);
    hd_auto_done(hd_buf) other = HD_BUF_INIT(HD_MIB);
    hd_auto(hd_hart) *hart = NULL;
    make_packed(&one, 'a', LENGTH);
    make_packed(&other, 'b', LENGTH); /* signed as well, but not what was verified */
    hd_test_write(path, one.data, one.length);
    HD_REQUIRE(HD_CHECK_OK(hd_hart_open(path, &hart, &err), err));
    HD_REQUIRE(HD_CHECK_OK(hd_hart_verify(hart, test_keys(), &err), err));
    HD_CHECK_OK(drain(hart, &total, &err), err);
    HD_CHECK_INT(total, LENGTH);
    HD_CHECK_OK(drain(hart, &total, &err), err); /* as often as one likes */

    overwrite(path, hd_buf_view(&other));
    HD_CHECK_FAILS(drain(hart, &total, &err), err, HD_E_INTEGRITY,
                   "x.hart: changed while it was read");
    HD_CHECK_FAILS(hd_hart_verify(hart, test_keys(), &err), err, HD_E_INTEGRITY,
                   "the payload is not what was signed");
    HD_CHECK_FAILS(drain(hart, &total, &err), err, HD_E_INTERNAL, "before it was verified");
    overwrite(path, hd_buf_view(&one));
    HD_CHECK_OK(hd_hart_verify(hart, test_keys(), &err), err);
    HD_CHECK_OK(drain(hart, &total, &err), err);
}

/* Verification covers every byte behind the header, and says what it must be and what it is. */
static void every_byte_counts(void)
{
    hd_auto_done(hd_buf) good = HD_BUF_INIT(HD_MIB);
    make_packed(&good, 'a', 1000);
    hd_hart_header header = {0};
    hd_error err = {0};
    HD_REQUIRE(HD_CHECK_OK(hd_hart_parse_header(hd_buf_view(&good), &header, &err), err));
    hd_str payload = hd_str_from(hd_buf_view(&good), header.payload_offset);
    for (int kind = 0; kind < 4; kind++) { /* truncated, longer, empty, one bit */
        hd_auto_done(hd_buf) bad = HD_BUF_INIT(HD_MIB);
        hd_auto(hd_hart) *hart = NULL;
        hd_buf_append(&bad, good.data, kind == 2 ? header.payload_offset : good.length);
        hd_buf_truncate(&bad, bad.length - (kind == 0));
        hd_buf_puts(&bad, kind == 1 ? "\n" : "");
        bad.data[bad.length - 1] = (char)(bad.data[bad.length - 1] ^ (kind == 3));
        hd_test_write(hd_test_path("x.hart"), bad.data, bad.length);
        HD_REQUIRE(HD_CHECK_OK(hd_hart_open(hd_test_path("x.hart"), &hart, &err), err));
        char wanted[HD_DIGEST_HEX_SIZE];
        char computed[HD_DIGEST_HEX_SIZE];
        test_blake2b(payload, wanted);
        test_blake2b(hd_str_from(hd_buf_view(&bad), header.payload_offset), computed);
        HD_CHECK(!hd_streq(wanted, computed));
        hd_auto_done(hd_buf) message = HD_BUF_INIT(1000);
        hd_buf_printf(&message, "its hash must be %s and is %s", wanted, computed);
        HD_CHECK_FAILS(hd_hart_verify(hart, test_keys(), &err), err, HD_E_INTEGRITY, message.data);
    }
}

static void keys_that_do_not_fit_are_told_apart(void)
{
    static const struct {
        hd_category category;
        const char *key;
        const char *message;
    } rows[] = {
        {HD_E_INTEGRITY, "SIG-PUB-1\n" TEST_KEY "\n\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
         "the signature by " TEST_KEY " does not hold"},
        {HD_E_INVALID,
         "BOX-PUB-1\n" TEST_KEY "\n\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "BOX-PUB-1"},
        {HD_E_INVALID, "", "no key version"},
    };
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    test_envelope(&text, hd_str_of("x"));
    hd_test_write(hd_test_path("x.hart"), text.data, text.length);
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_auto(hd_hart) *hart = NULL;
        hd_test_write(hd_test_path("keys/" TEST_KEY ".pub"), rows[i].key, strlen(rows[i].key));
        HD_REQUIRE(HD_CHECK_OK(hd_hart_open(hd_test_path("x.hart"), &hart, &err), err));
        HD_CHECK_FAILS(hd_hart_verify(hart, test_keys(), &err), err, rows[i].category,
                       rows[i].message);
    }
}

static void only_regular_files_are_opened(void)
{
    hd_error err = {0};
    hd_hart *hart = NULL;
    HD_CHECK(mkfifo(hd_test_path("pipe"), 0600) == 0);
    HD_CHECK_FAILS(hd_hart_open(hd_test_path("pipe"), &hart, &err), err, HD_E_INVALID,
                   "pipe: not a regular file");
    hd_test_write(hd_test_path("empty"), "", 0);
    HD_CHECK_FAILS(hd_hart_open(hd_test_path("empty"), &hart, &err), err, HD_E_INVALID,
                   "empty: corrupt file: no format version");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(every_fault_of_a_header_has_its_words),
                                    HD_TEST(the_payload_begins_behind_the_header),
                                    HD_TEST(signatures_decide),
                                    HD_TEST(files_are_verified_before_they_are_decoded),
                                    HD_TEST(what_changes_while_it_is_read_is_noticed),
                                    HD_TEST(every_byte_counts),
                                    HD_TEST(keys_that_do_not_fit_are_told_apart),
                                    HD_TEST(only_regular_files_are_opened),
                                    {0}};
    return hd_test_main(argc, argv, "hart", tests);
}
