/*
 * digest.h: the two digests of our trade, streamed.
 *
 * SHA-256 (images, OpenSSL) and BLAKE2b with 32 bytes of output (Habitat, libsodium; OpenSSL cannot
 * make it short).
 */
#ifndef HD_IO_DIGEST_H
#define HD_IO_DIGEST_H

#include "hd/base/cleanup.h"
#include "hd/base/str.h"

enum { HD_DIGEST_SIZE = 32, HD_DIGEST_HEX_SIZE = 65 };

typedef enum hd_digest_kind { HD_SHA256, HD_BLAKE2B } hd_digest_kind;

typedef struct hd_digest hd_digest;

hd_digest *hd_digest_new(hd_digest_kind kind) __attribute__((returns_nonnull));
void hd_digest_update(hd_digest *digest, const void *data, size_t length);
/* Lower-case hex; nothing may be added afterwards. */
void hd_digest_final(hd_digest *digest, char hex[HD_DIGEST_HEX_SIZE]);
void hd_digest_free(hd_digest *digest);
HD_DEFINE_AUTO(hd_digest)

void hd_digest_of(hd_digest_kind kind, hd_str data, char hex[HD_DIGEST_HEX_SIZE]);

#endif
