/* The header of a .hart: the payload begins inside the data, behind the fifth line break. */
#include "hd/package/hart.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hd_error err = {0};
    hd_hart_header header;
    if (hd_hart_parse_header((hd_str){(const char *)data, size}, &header, &err) != 0) {
        return 0;
    }
    if (header.payload_offset > size || data[header.payload_offset - 1] != '\n' ||
        header.signed_length > sizeof(header.signed_message) ||
        strchr(header.signer, '/') != NULL) {
        abort();
    }
    hd_key key = {0};
    char digest[HD_DIGEST_HEX_SIZE];
    if (hd_hart_open_signature(&header, &key, digest, &err) == 0) {
        abort(); /* nobody can sign for the key of zeros */
    }
    return 0;
}
