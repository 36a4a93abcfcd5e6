#include "hd/io/digest.h"

#include "hd/base/encode.h"
#include "hd/base/mem.h"

#include <assert.h>
#include <openssl/evp.h>
#include <sodium.h>

struct hd_digest {
    hd_digest_kind kind;
    EVP_MD_CTX *sha256;
    crypto_generichash_state blake2b;
};

hd_digest *hd_digest_new(hd_digest_kind kind)
{
    hd_digest *digest = hd_alloc(sizeof(*digest));
    digest->kind = kind;
    int started = 0;
    switch (kind) {
    case HD_SHA256:
        digest->sha256 = EVP_MD_CTX_new();
        started = digest->sha256 != NULL && EVP_DigestInit_ex(digest->sha256, EVP_sha256(), NULL);
        break;
    case HD_BLAKE2B:
        started = crypto_generichash_init(&digest->blake2b, NULL, 0, HD_DIGEST_SIZE) == 0;
        break;
    }
    assert(started); /* only fails without memory */
    return digest;
}

void hd_digest_update(hd_digest *digest, const void *data, size_t length)
{
    int done = 0;
    switch (digest->kind) {
    case HD_SHA256:
        done = EVP_DigestUpdate(digest->sha256, data, length);
        break;
    case HD_BLAKE2B:
        done = crypto_generichash_update(&digest->blake2b, data, length) == 0;
        break;
    }
    assert(done);
    (void)done;
}

void hd_digest_final(hd_digest *digest, char hex[HD_DIGEST_HEX_SIZE])
{
    unsigned char bytes[HD_DIGEST_SIZE] = {0};
    int done = 0;
    switch (digest->kind) {
    case HD_SHA256:
        done = EVP_DigestFinal_ex(digest->sha256, bytes, NULL);
        break;
    case HD_BLAKE2B:
        done = crypto_generichash_final(&digest->blake2b, bytes, sizeof(bytes)) == 0;
        break;
    }
    assert(done);
    (void)done;
    hd_hex_encode(bytes, sizeof(bytes), hex);
}

void hd_digest_free(hd_digest *digest)
{
    if (digest != NULL) {
        EVP_MD_CTX_free(digest->sha256);
        free(digest);
    }
}

void hd_digest_of(hd_digest_kind kind, hd_str data, char hex[HD_DIGEST_HEX_SIZE])
{
    hd_auto(hd_digest) *digest = hd_digest_new(kind);
    hd_digest_update(digest, data.data, data.length);
    hd_digest_final(digest, hex);
}
