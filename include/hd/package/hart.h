/*
 * hart.h: the signed envelope, "HART-1", of package files and of the FILES metafile.
 *
 *     hd_auto(hd_hart) *hart = NULL;
 *     if (hd_hart_open(path, &hart, err) != 0) ...            // header only
 *     if (hd_hart_verify(hart, key_cache, err) != 0) ...      // whole payload against the
 * signature if (hd_hart_payload(hart, &limits, &tar, err) != 0) ... // decoded tar bytes
 *
 * The payload is handed out only after verification, and the stream hashes it again while it is
 * read: a file that changes between the two fails at its end with HD_E_INTEGRITY, so publish what
 * was made from it only after the end was seen.
 *
 * Limits: header lines HD_HART_LINE_MAX bytes. One descriptor is held; a hart may be read by
 * several streams at once.
 */
#ifndef HD_PACKAGE_HART_H
#define HD_PACKAGE_HART_H

#include "hd/io/xz.h"
#include "hd/package/keys.h"

enum { HD_HART_LINE_MAX = 1024 };

typedef struct hd_hart_header {
    char signer[HD_KEY_NAME_MAX + 16]; /* "<key name>-<revision>" */
    uint8_t signed_message[512];       /* ed25519 signature, then the message */
    size_t signed_length;
    size_t payload_offset; /* bytes from the start of the envelope */
} hd_hart_header;

/* The five lines at the start of data; every way to be wrong has its own message (HD_E_INVALID). */
int hd_hart_parse_header(hd_str data, hd_hart_header *ret_header, hd_error *err) HD_CHECKED;

/* Opens the signature with the key: the lower-case hex digest the signer vouches for.
 * HD_E_INTEGRITY when the signature does not hold or what it holds is not such a digest. */
int hd_hart_open_signature(const hd_hart_header *header, const hd_key *key,
                           char ret_digest[HD_DIGEST_HEX_SIZE], hd_error *err) HD_CHECKED;

/* A whole small envelope in memory (the FILES metafile): *ret_payload views data. */
int hd_hart_open_memory(hd_str data, const char *key_cache, hd_str *ret_payload,
                        hd_error *err) HD_CHECKED;

typedef struct hd_hart hd_hart;

/* HD_E_NOT_FOUND, HD_E_INVALID. Only regular files. */
int hd_hart_open(const char *path, hd_hart **ret_hart, hd_error *err) HD_CHECKED;
void hd_hart_free(hd_hart *hart);
HD_DEFINE_AUTO(hd_hart)

/* Reads the file once. HD_E_NOT_FOUND when the key is not in the cache, HD_E_INTEGRITY when the
 * signature does not hold, or when the payload is another one: that message has both hashes. After
 * a failure the payload is not handed out, whatever an earlier call said. */
int hd_hart_verify(hd_hart *hart, const char *key_cache, hd_error *err) HD_CHECKED;

/* Borrowed from the hart. Checksum (BLAKE2b of the whole file, what Builder calls checksum) after
 * verify only. */
const char *hd_hart_path(const hd_hart *hart);
const char *hd_hart_signer(const hd_hart *hart);
const char *hd_hart_checksum(const hd_hart *hart);
uint64_t hd_hart_size(const hd_hart *hart);

/* The tar inside; HD_E_INTERNAL before verify. The hart must outlive the source. */
int hd_hart_payload(const hd_hart *hart, const hd_xz_limits *limits, hd_source **ret_tar,
                    hd_error *err) HD_CHECKED;

#endif
