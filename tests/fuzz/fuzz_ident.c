/* Identifiers: whatever parses prints back to itself, and comparing never depends on the side. */
#include "hd/package/ident.h"
#include "hd/package/target.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    hd_str rest = {(const char *)data, size};
    hd_str first;
    hd_ident a = {0};
    hd_ident b = {0};
    (void)hd_str_split(&rest, '\n', &first);
    hd_str line = size == 0 ? (hd_str){"", 0} : first;
    if (hd_ident_parse(arena, line, &a, &err) == 0 && !hd_str_is(line, hd_ident_text(arena, &a))) {
        abort();
    }
    if (a.origin != NULL && hd_ident_parse(arena, rest, &b, &err) == 0) {
        int forth = 0;
        int back = 0;
        bool known = hd_ident_compare(&a, &b, &forth);
        if (known != hd_ident_compare(&b, &a, &back) || (known && forth != -back)) {
            abort();
        }
    }
    int order = 0;
    (void)hd_version_compare(line, rest, &order);
    const hd_target *target = NULL;
    (void)!hd_target_find(line, &target, &err);
    (void)hd_target_of_file(hd_arena_strndup(arena, line.data, line.length));
    return 0;
}
