/*
 * sign.h: ed25519 as Habitat uses it, on libsodium: a signed message is 64 bytes of signature
 * followed by the message.
 */
#ifndef HD_IO_SIGN_H
#define HD_IO_SIGN_H

#include "hd/base/buf.h"

enum { HD_SIGN_PUBLIC_SIZE = 32, HD_SIGN_SECRET_SIZE = 64, HD_SIGN_SIZE = 64 };

/* Whether the signature at the front holds for the rest; *ret_message then views the rest inside
 * signed_message. */
bool hd_sign_open(hd_str signed_message, const uint8_t public_key[HD_SIGN_PUBLIC_SIZE],
                  hd_str *ret_message);

/* Equality in time that does not depend on the content. */
bool hd_equal_secret(const void *a, const void *b, size_t length);

#endif
