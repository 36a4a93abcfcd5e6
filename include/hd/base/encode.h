/*
 * encode.h: hexadecimal and base64 (RFC 4648 standard alphabet), strict in what they accept.
 */
#ifndef HD_BASE_ENCODE_H
#define HD_BASE_ENCODE_H

#include "hd/base/buf.h"

/* Lower-case hex of length bytes and a NUL into out[2 * length + 1]. */
void hd_hex_encode(const void *data, size_t length, char *out);
/* Exactly 2 * length lower-case hex digits into out[length]. */
bool hd_hex_decode(hd_str text, uint8_t *out, size_t length);

void hd_base64_encode(hd_buf *out, const void *data, size_t length);
/* Appends the bytes. Padding is required; inner white space and stray bits at the end are refused.
 */
bool hd_base64_decode(hd_str text, hd_buf *out);

#endif
