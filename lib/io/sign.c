#include "hd/io/sign.h"

#include <sodium.h>

bool hd_sign_open(hd_str signed_message, const uint8_t public_key[HD_SIGN_PUBLIC_SIZE],
                  hd_str *ret_message)
{
    if (signed_message.length < HD_SIGN_SIZE) {
        return false;
    }
    hd_str message = hd_str_from(signed_message, HD_SIGN_SIZE);
    const unsigned char *signature = (const unsigned char *)signed_message.data;
    if (crypto_sign_verify_detached(signature, (const unsigned char *)message.data, message.length,
                                    public_key) != 0) {
        return false;
    }
    *ret_message = message;
    return true;
}

bool hd_equal_secret(const void *a, const void *b, size_t length)
{
    return sodium_memcmp(a, b, length) == 0;
}
