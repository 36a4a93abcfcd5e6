/* Metafiles: the input is a row of "name NUL text NUL"; IDENT and TARGET are there in any case. */
#include "hd/package/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    hd_package package = {0};
    hd_metafile files[32] = {{"IDENT", hd_str_of("acme/web/1.0/20260101000000")},
                             {"TARGET", hd_str_of("x86_64-linux")}};
    size_t count = 2;
    hd_str rest = {(const char *)data, size};
    hd_str name;
    hd_str text;
    while (count < HD_COUNT(files) && hd_str_split(&rest, '\0', &name)) {
        if (!hd_str_split(&rest, '\0', &text)) {
            break;
        }
        files[count].name = hd_arena_strndup(arena, name.data, name.length);
        files[count++].text = text;
    }
    /* Later ones are not looked at when a name repeats: let the input's IDENT come first at times.
     */
    size_t skip = size > 0 && (data[0] & 1) != 0 && count > 4 ? 2 : 0;
    (void)!hd_package_decode(arena, files + skip, count - skip, &package, &err);
    return 0;
}
