#include "deployers.h"

#include "hd/io/digest.h"

enum { HASH_LENGTH = 8 };

const char *hd_deployer_name(hd_arena *arena, const char *text, size_t max)
{
    size_t length = strlen(text);
    char *name = hd_arena_alloc(arena, length + 2);
    size_t used = 0;
    bool changed = length > max;
    for (size_t i = 0; i < length; i++) {
        char byte = hd_lower(text[i]);
        bool keep = hd_is_lower(byte) || (used > 0 && (hd_is_digit(byte) || byte == '-'));
        changed = changed || !keep;
        if (keep || used > 0) {
            name[used++] = keep ? byte : '-';
        }
    }
    while (used > 0 && name[used - 1] == '-') {
        used--;
        changed = true;
    }
    if (!changed) {
        return hd_arena_strndup(arena, name, used);
    }
    char hash[HD_DIGEST_HEX_SIZE];
    hd_digest_of(HD_SHA256, hd_str_of(text), hash);
    size_t room = max - HASH_LENGTH - 1;
    used = used < room ? used : room;
    while (used > 0 && name[used - 1] == '-') {
        used--;
    }
    return hd_arena_printf(arena, "%.*s-%.*s", used == 0 ? 3 : (int)used, used == 0 ? "hab" : name,
                           HASH_LENGTH, hash);
}
