#include "hd/package/ident.h"

enum { COMPONENT_MAX = 255 };

static bool is_origin_byte(char byte, bool first)
{
    return hd_is_lower(byte) || hd_is_digit(byte) || (!first && (byte == '-' || byte == '_'));
}

static bool is_name_byte(char byte, bool first)
{
    (void)first;
    return hd_is_alnum(byte) || byte == '-' || byte == '_';
}

static bool is_version_byte(char byte, bool first)
{
    return hd_is_alnum(byte) || (!first && byte != '\0' && strchr("._+~-", byte) != NULL);
}

static bool is_release_byte(char byte, bool first)
{
    (void)first;
    return hd_is_digit(byte);
}

static const struct {
    const char *what;
    const char *rule;
    size_t min;
    size_t max;
    bool (*allowed)(char byte, bool first);
} components[] = {
    {"origin", "lower-case letters, digits, '-' and '_'", 1, COMPONENT_MAX, is_origin_byte},
    {"name", "letters, digits, '-' and '_'", 1, COMPONENT_MAX, is_name_byte},
    {"version", "letters, digits and . _ + ~ -", 1, COMPONENT_MAX, is_version_byte},
    {"release", "14 digits", 14, 14, is_release_byte},
};

static int check_component(size_t index, hd_str part, hd_str whole, hd_error *err)
{
    bool good = part.length >= components[index].min && part.length <= components[index].max;
    for (size_t i = 0; good && i < part.length; i++) {
        good = components[index].allowed(part.data[i], i == 0);
    }
    if (good) {
        return 0;
    }
    return hd_fail(err, HD_E_INVALID,
                   "invalid package identifier \"%.*s\": the %s must be %s (at most %zu)",
                   (int)(whole.length < 300 ? whole.length : 300), whole.data,
                   components[index].what, components[index].rule, components[index].max);
}

int hd_ident_parse(hd_arena *arena, hd_str text, hd_ident *ret_ident, hd_error *err)
{
    hd_str parts[HD_COUNT(components)];
    size_t count = 0;
    size_t slashes = 0;
    for (size_t i = 0; i < text.length; i++) {
        slashes += text.data[i] == '/';
    }
    if (slashes < 1 || slashes >= HD_COUNT(components) || hd_str_ends(text, "/")) {
        return hd_fail(err, HD_E_INVALID,
                       "invalid package identifier \"%.*s\": it must be "
                       "origin/name[/version[/release]]",
                       (int)(text.length < 300 ? text.length : 300), text.data);
    }
    hd_str rest = text;
    for (hd_str part; hd_str_split(&rest, '/', &part); count++) {
        int status = check_component(count, part, text, err);
        if (status != 0) {
            return status;
        }
        parts[count] = part;
    }
    const char *copies[HD_COUNT(components)] = {0};
    for (size_t i = 0; i < count; i++) {
        copies[i] = hd_arena_strndup(arena, parts[i].data, parts[i].length);
    }
    *ret_ident = (hd_ident){copies[0], copies[1], copies[2], copies[3]};
    return 0;
}

int hd_ident_parse_full(hd_arena *arena, hd_str text, hd_ident *ret_ident, hd_error *err)
{
    hd_ident ident = {0};
    int status = hd_ident_parse(arena, text, &ident, err);
    if (status == 0 && !hd_ident_is_full(&ident)) {
        return hd_fail(err, HD_E_INVALID,
                       "package identifier \"%.*s\" must have a version and a release",
                       HD_STR_ARGS(text));
    }
    if (status == 0) {
        *ret_ident = ident;
    }
    return status;
}

const char *hd_ident_text(hd_arena *arena, const hd_ident *ident)
{
    const char *version = ident->version == NULL ? "" : ident->version;
    const char *release = ident->release == NULL ? "" : ident->release;
    return hd_arena_printf(arena, "%s/%s%s%s%s%s", ident->origin, ident->name,
                           *version == '\0' ? "" : "/", version, *release == '\0' ? "" : "/",
                           release);
}

bool hd_ident_is_full(const hd_ident *ident)
{
    return ident->version != NULL && ident->release != NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : hd_streq(a, b);
}

bool hd_ident_equal(const hd_ident *a, const hd_ident *b)
{
    return hd_streq(a->origin, b->origin) && hd_streq(a->name, b->name) &&
           same_text(a->version, b->version) && same_text(a->release, b->release);
}

bool hd_ident_satisfies(const hd_ident *concrete, const hd_ident *request)
{
    return hd_streq(concrete->origin, request->origin) && hd_streq(concrete->name, request->name) &&
           (request->version == NULL || same_text(concrete->version, request->version)) &&
           (request->release == NULL || same_text(concrete->release, request->release));
}

static int sign_of(int order)
{
    return (order > 0) - (order < 0);
}

/* A missing component is less; two missing ones decide nothing (false). */
static bool compare_missing(const char *a, const char *b, int *ret_order)
{
    *ret_order = (a != NULL) - (b != NULL);
    return a != NULL || b != NULL;
}

bool hd_ident_compare(const hd_ident *a, const hd_ident *b, int *ret_order)
{
    if (!hd_streq(a->name, b->name) || !compare_missing(a->version, b->version, ret_order)) {
        return false;
    }
    if (*ret_order != 0) {
        return true;
    }
    if (!compare_missing(a->release, b->release, ret_order)) {
        return false;
    }
    if (*ret_order != 0) {
        return true;
    }
    if (!hd_version_compare(hd_str_of(a->version), hd_str_of(b->version), ret_order)) {
        *ret_order = sign_of(strcmp(a->version, b->version));
    }
    if (*ret_order == 0) {
        *ret_order = sign_of(strcmp(a->release, b->release));
    }
    return true;
}
