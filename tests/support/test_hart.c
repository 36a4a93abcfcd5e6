#include "test_hart.h"

#include "hd/base/encode.h"
#include "hd_test.h"

#include <archive.h>
#include <archive_entry.h>
#include <lzma.h>
#include <sodium.h>

enum { SIZE_MAX_OF_TEST = 256 * 1024 * 1024, SOME_TIME = 1767225600 };

static la_ssize_t append(struct archive *archive, void *out, const void *data, size_t length)
{
    (void)archive;
    hd_buf_append(out, data, length);
    return (la_ssize_t)length;
}

static unsigned filetype_of(char type)
{
    static const struct {
        char type;
        unsigned filetype;
    } rows[] = {{'d', AE_IFDIR}, {'l', AE_IFLNK}, {'c', AE_IFCHR}, {'p', AE_IFIFO}};
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        if (rows[i].type == type) {
            return rows[i].filetype;
        }
    }
    return AE_IFREG;
}

static void write_entry(struct archive *archive, const test_entry *from)
{
    struct archive_entry *entry = archive_entry_new();
    size_t length = from->content == NULL ? 0 : strlen(from->content);
    unsigned usual = from->type == 'd' ? 0755 : 0644;
    archive_entry_set_pathname(entry, from->path);
    archive_entry_set_filetype(entry, filetype_of(from->type));
    archive_entry_set_perm(entry, from->mode == 0 ? usual : from->mode);
    archive_entry_set_mtime(entry, SOME_TIME, 0);
    archive_entry_set_size(entry, (int64_t)length);
    if (from->type == 'l') {
        archive_entry_set_symlink(entry, from->target);
    } else if (from->type == 'h') {
        archive_entry_set_hardlink(entry, from->target);
    }
    HD_CHECK(archive_write_header(archive, entry) == ARCHIVE_OK);
    if (length > 0) {
        HD_CHECK(archive_write_data(archive, from->content, length) == (la_ssize_t)length);
    }
    archive_entry_free(entry);
}

void test_tar(hd_buf *out, const test_entry *entries)
{
    struct archive *archive = archive_write_new();
    HD_CHECK(archive_write_set_format_gnutar(archive) == ARCHIVE_OK);
    HD_CHECK(archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK);
    HD_CHECK(archive_write_open(archive, out, NULL, append, NULL) == ARCHIVE_OK);
    for (size_t i = 0; entries[i].path != NULL; i++) {
        write_entry(archive, &entries[i]);
    }
    HD_CHECK(archive_write_close(archive) == ARCHIVE_OK);
    (void)archive_write_free(archive);
}

static void put_octal(char *field, size_t size, uint64_t value)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%0*llo", (int)size - 1, (unsigned long long)value);
    memcpy(field, text, size - 1);
}

void test_tar_header(hd_buf *out, const char *name, char type, uint64_t size, const char *target)
{
    char block[512] = {0};
    unsigned sum = 0;
    (void)snprintf(block, 100, "%s", name);
    put_octal(block + 100, 8, 0644);
    put_octal(block + 108, 8, 0);
    put_octal(block + 116, 8, 0);
    put_octal(block + 124, 12, size);
    put_octal(block + 136, 12, SOME_TIME);
    memset(block + 148, ' ', 8);
    block[156] = type;
    (void)snprintf(block + 157, 100, "%s", target);
    memcpy(block + 257,
           "ustar\0"
           "00",
           8);
    for (size_t i = 0; i < sizeof(block); i++) {
        sum += (unsigned char)block[i];
    }
    put_octal(block + 148, 7, sum);
    hd_buf_append(out, block, sizeof(block));
}

void test_xz(hd_buf *out, hd_str data)
{
    size_t room = lzma_stream_buffer_bound(data.length);
    hd_auto_free uint8_t *packed = malloc(room);
    size_t length = 0;
    HD_REQUIRE(HD_CHECK(packed != NULL));
    HD_CHECK(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)data.data,
                                     data.length, packed, &length, room) == LZMA_OK);
    hd_buf_append(out, packed, length);
}

void test_blake2b(hd_str data, char hex[65])
{
    unsigned char digest[32];
    (void)crypto_generichash(digest, sizeof(digest), (const unsigned char *)data.data, data.length,
                             NULL, 0);
    hd_hex_encode(digest, sizeof(digest), hex);
}

const char *test_keys(void)
{
    return hd_test_path("keys");
}

static void make_key(unsigned char secret_key[crypto_sign_SECRETKEYBYTES])
{
    static const unsigned char seed[crypto_sign_SEEDBYTES] = "a seed that only tests may know";
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_KIB);
    (void)crypto_sign_seed_keypair(public_key, secret_key, seed);
    hd_buf_puts(&text, "SIG-PUB-1\n" TEST_KEY "\n\n");
    hd_base64_encode(&text, public_key, sizeof(public_key));
    hd_test_write(hd_test_path("keys/" TEST_KEY ".pub"), text.data, text.length);
}

void test_envelope_over(hd_buf *out, hd_str payload, const char *message)
{
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
    unsigned char signed_message[crypto_sign_BYTES + 200];
    size_t length = strlen(message);
    HD_REQUIRE(HD_CHECK(length <= 200));
    make_key(secret_key);
    (void)crypto_sign(signed_message, NULL, (const unsigned char *)message, length, secret_key);
    hd_buf_puts(out, "HART-1\n" TEST_KEY "\nBLAKE2b\n");
    hd_base64_encode(out, signed_message, crypto_sign_BYTES + length);
    hd_buf_puts(out, "\n\n");
    hd_buf_put(out, payload);
}

void test_envelope(hd_buf *out, hd_str payload)
{
    char hex[65];
    test_blake2b(payload, hex);
    test_envelope_over(out, payload, hex);
}

const char *test_hart_of_tar(const char *name, hd_str tar)
{
    hd_auto_done(hd_buf) packed = HD_BUF_INIT(SIZE_MAX_OF_TEST);
    hd_auto_done(hd_buf) hart = HD_BUF_INIT(SIZE_MAX_OF_TEST);
    const char *path = hd_test_path(name);
    test_xz(&packed, tar);
    test_envelope(&hart, hd_buf_view(&packed));
    hd_test_write(path, hart.data, hart.length);
    return path;
}

const char *test_hart(const char *name, const test_entry *entries)
{
    hd_auto_done(hd_buf) tar = HD_BUF_INIT(SIZE_MAX_OF_TEST);
    test_tar(&tar, entries);
    return test_hart_of_tar(name, hd_buf_view(&tar));
}
