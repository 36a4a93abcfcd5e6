#include "hd_test.h"

#include "hd/base/encode.h"
#include "hd/base/vec.h"
#include "hd/package/hart.h"

#include <sodium.h>

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

/* A key pair in the test's directory, and the envelope of payload signed with it (over message, if
 * given). */
static void make_envelope(hd_buf *out, const char *payload, const char *message)
{
    unsigned char public_key[32];
    unsigned char secret_key[64];
    unsigned char seed[32] = {1};
    unsigned char signed_message[64 + 200];
    unsigned long long length = 0;
    char digest[HD_DIGEST_HEX_SIZE];
    (void)crypto_sign_seed_keypair(public_key, secret_key, seed);
    hd_digest_of(HD_BLAKE2B, hd_str_of(payload), digest);
    const char *text = message == NULL ? digest : message;
    (void)crypto_sign(signed_message, &length, (const unsigned char *)text, strlen(text),
                      secret_key);
    hd_auto_done(hd_buf) key = HD_BUF_INIT(1000);
    hd_buf_puts(&key, "SIG-PUB-1\nacme-20240101000000\n\n");
    hd_base64_encode(&key, public_key, sizeof(public_key));
    hd_test_write(hd_test_path("acme-20240101000000.pub"), key.data, key.length);
    hd_buf_puts(out, "HART-1\nacme-20240101000000\nBLAKE2b\n");
    hd_base64_encode(out, signed_message, (size_t)length);
    hd_buf_printf(out, "\n\n%s", payload);
}

static int open_memory(const hd_buf *text, hd_str *payload, hd_error *err)
{
    return hd_hart_open_memory(hd_buf_view(text), hd_test_dir(), payload, err);
}

static void signatures_decide(void)
{
    hd_error err = {0};
    hd_str payload = {0};
    hd_auto_done(hd_buf) good = HD_BUF_INIT(10000);
    make_envelope(&good, "the payload", NULL);
    HD_CHECK_OK(open_memory(&good, &payload, &err), err);
    HD_CHECK(hd_str_is(payload, "the payload"));

    good.data[good.length - 1] ^= 1;
    HD_CHECK_FAILS(open_memory(&good, &payload, &err), err, HD_E_INTEGRITY, "its hash must be ");
    good.data[good.length - 1] ^= 1;
    good.data[60] = good.data[60] == 'A' ? 'B' : 'A'; /* inside the signature */
    HD_CHECK_FAILS(open_memory(&good, &payload, &err), err, HD_E_INTEGRITY,
                   "the signature by acme-20240101000000 does not hold");

    static const char *const odd[] = {
        "not a digest", "", "ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD"};
    for (size_t i = 0; i < HD_COUNT(odd); i++) {
        hd_auto_done(hd_buf) text = HD_BUF_INIT(10000);
        make_envelope(&text, "x", odd[i]);
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
    make_envelope(&text, "no xz stream, but signed", NULL);
    hd_test_write(hd_test_path("x.hart"), text.data, text.length);
    HD_REQUIRE(HD_CHECK_OK(hd_hart_open(hd_test_path("x.hart"), &hart, &err), err));
    HD_CHECK_FAILS(hd_hart_payload(hart, &(hd_xz_limits){0}, &tar, &err), err, HD_E_INTERNAL,
                   "before it was verified");
    HD_CHECK_FAILS(hd_hart_verify(hart, "/nonexistent", &err), err, HD_E_NOT_FOUND,
                   "no key acme-20240101000000.pub in /nonexistent");
    HD_CHECK_OK(hd_hart_verify(hart, hd_test_dir(), &err), err);
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

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(every_fault_of_a_header_has_its_words),
                                    HD_TEST(the_payload_begins_behind_the_header),
                                    HD_TEST(signatures_decide),
                                    HD_TEST(files_are_verified_before_they_are_decoded),
                                    {0}};
    return hd_test_main(argc, argv, "hart", tests);
}
