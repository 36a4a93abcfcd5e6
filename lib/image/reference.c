#include "hd/image/reference.h"

#include "hd/base/mem.h"

/* What the registries' common grammar allows; with the domain in front a whole name stays below
 * 255. */
enum { TAG_MAX = 128, NAME_MAX_LENGTH = 255, COMPONENT_MAX = 120 };

static const char default_domain[] = "docker.io";
static const char official_prefix[] = "library/";

static bool is_name_char(char byte)
{
    return hd_is_lower(byte) || hd_is_digit(byte);
}

static bool is_separator(char byte)
{
    return byte == '.' || byte == '_' || byte == '-';
}

/* Between alphanumerics: one '.', one or two '_', or any number of '-'. */
static bool is_valid_separator(hd_str run)
{
    if (hd_str_is(run, ".") || hd_str_is(run, "_") || hd_str_is(run, "__")) {
        return true;
    }
    for (size_t i = 0; i < run.length; i++) {
        if (run.data[i] != '-') {
            return false;
        }
    }
    return run.length > 0;
}

static size_t run_length(hd_str text, bool (*belongs)(char byte))
{
    size_t length = 0;
    while (length < text.length && belongs(text.data[length])) {
        length++;
    }
    return length;
}

static bool is_valid_component(hd_str text)
{
    for (;;) {
        size_t word = run_length(text, is_name_char);
        text = hd_str_from(text, word);
        if (word == 0 || text.length == 0) {
            return word > 0;
        }
        size_t separator = run_length(text, is_separator);
        if (!is_valid_separator((hd_str){text.data, separator})) {
            return false;
        }
        text = hd_str_from(text, separator);
    }
}

static bool is_tag_char(char byte)
{
    return hd_is_alnum(byte) || is_separator(byte);
}

static bool is_valid_tag(hd_str tag)
{
    return tag.length > 0 && tag.length <= TAG_MAX && tag.data[0] != '.' && tag.data[0] != '-' &&
           run_length(tag, is_tag_char) == tag.length;
}

static bool is_lower_hex(hd_str text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (!hd_is_digit(text.data[i]) && !(text.data[i] >= 'a' && text.data[i] <= 'f')) {
            return false;
        }
    }
    return true;
}

static bool is_valid_digest(hd_str digest)
{
    static const struct {
        const char *prefix;
        size_t digits;
    } kinds[] = {{"sha256:", 64}, {"sha512:", 128}};
    for (size_t i = 0; i < HD_COUNT(kinds); i++) {
        hd_str hex = hd_str_from(digest, strlen(kinds[i].prefix));
        if (hd_str_starts(digest, kinds[i].prefix)) {
            return hex.length == kinds[i].digits && is_lower_hex(hex);
        }
    }
    return false;
}

static bool is_valid_port(hd_str port)
{
    uint64_t value = 0;
    return hd_str_uint(port, UINT16_MAX, &value) && value > 0;
}

static bool is_ipv6_char(char byte)
{
    return byte == ':' || hd_is_digit(byte) || (hd_lower(byte) >= 'a' && hd_lower(byte) <= 'f');
}

static bool is_valid_label(hd_str label)
{
    if (label.length == 0 || label.data[0] == '-' || label.data[label.length - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < label.length; i++) {
        if (!hd_is_alnum(label.data[i]) && label.data[i] != '-') {
            return false;
        }
    }
    return true;
}

static bool is_valid_host(hd_str host)
{
    if (host.length > 2 && host.data[0] == '[' && host.data[host.length - 1] == ']') {
        hd_str address = {host.data + 1, host.length - 2};
        return run_length(address, is_ipv6_char) == address.length;
    }
    hd_str label = {0};
    bool valid = host.length > 0 && host.data[host.length - 1] != '.';
    while (valid && hd_str_split(&host, '.', &label)) {
        valid = is_valid_label(label);
    }
    return valid;
}

static bool is_valid_domain(hd_str domain)
{
    bool bracketed = domain.length > 0 && domain.data[0] == '[';
    size_t address = bracketed ? hd_str_find(domain, ']') : 0;
    size_t colon = address + hd_str_find(hd_str_from(domain, address), ':');
    hd_str host = {domain.data, colon};
    return is_valid_host(host) &&
           (colon == domain.length || is_valid_port(hd_str_from(domain, colon + 1)));
}

/* The first part names a registry only if it cannot be a path component or says "localhost". */
static bool looks_like_domain(hd_str part)
{
    bool upper = false;
    for (size_t i = 0; i < part.length; i++) {
        upper = upper || hd_is_upper(part.data[i]);
    }
    return upper || hd_str_find(part, '.') < part.length || hd_str_find(part, ':') < part.length ||
           hd_str_is(part, "localhost");
}

static int check_path(const char *text, hd_str path, hd_error *err)
{
    hd_str rest = path;
    hd_str component = {0};
    bool valid = path.length > 0 && path.data[path.length - 1] != '/';
    while (valid && hd_str_split(&rest, '/', &component)) {
        valid = is_valid_component(component);
    }
    if (!valid) {
        return hd_fail(err, HD_E_USAGE,
                       "image name \"%s\": \"%.*s\" must be lower-case words joined by '.', '_', "
                       "'-' and '/'",
                       text, HD_STR_ARGS(path));
    }
    return 0;
}

/* Cuts "@digest" and ":tag" off the end of *name. */
static int cut_suffixes(hd_arena *arena, const char *text, hd_str *name, hd_reference *reference,
                        hd_error *err)
{
    size_t at = hd_str_find(*name, '@');
    if (at < name->length) {
        hd_str digest = hd_str_from(*name, at + 1);
        if (!is_valid_digest(digest)) {
            return hd_fail(err, HD_E_USAGE,
                           "image name \"%s\": the digest must be sha256: and 64 hex digits", text);
        }
        reference->digest = hd_arena_strndup(arena, digest.data, digest.length);
        name->length = at;
    }
    size_t colon = name->length;
    for (size_t i = name->length; i > 0 && name->data[i - 1] != '/'; i--) {
        colon = name->data[i - 1] == ':' ? i - 1 : colon;
    }
    if (colon < name->length) {
        hd_str tag = hd_str_from(*name, colon + 1);
        if (!is_valid_tag(tag)) {
            return hd_fail(err, HD_E_USAGE,
                           "image name \"%s\": the tag must be 1-128 letters, digits, '_', '.' or "
                           "'-', not starting with '.' or '-'",
                           text);
        }
        reference->tag = hd_arena_strndup(arena, tag.data, tag.length);
        name->length = colon;
    }
    return 0;
}

static int cut_domain(hd_arena *arena, const char *text, hd_str *name, hd_reference *reference,
                      hd_error *err)
{
    size_t slash = hd_str_find(*name, '/');
    hd_str first = {name->data, slash};
    reference->domain = default_domain;
    if (slash == name->length || !looks_like_domain(first)) {
        return 0;
    }
    if (!is_valid_domain(first)) {
        return hd_fail(err, HD_E_USAGE, "image name \"%s\": \"%.*s\" is not a registry's address",
                       text, HD_STR_ARGS(first));
    }
    if (!hd_str_is(first, "index.docker.io")) {
        reference->domain = hd_arena_strndup(arena, first.data, first.length);
    }
    *name = hd_str_from(*name, slash + 1);
    return 0;
}

/* "redis" alone means "library/redis" on the default registry. */
static int set_path(hd_arena *arena, const char *text, hd_str name, hd_reference *reference,
                    hd_error *err)
{
    int status = check_path(text, name, err);
    if (status != 0) {
        return status;
    }
    bool official = hd_streq(reference->domain, default_domain) &&
                    hd_str_find(name, '/') == name.length;
    if (official && name.length == 64 && is_lower_hex(name)) {
        return hd_fail(err, HD_E_USAGE,
                       "image name \"%s\": 64 hex digits would name an image by id", text);
    }
    reference->path = hd_arena_printf(arena, "%s%.*s", official ? official_prefix : "",
                                      HD_STR_ARGS(name));
    if (strlen(reference->domain) + 1 + strlen(reference->path) > NAME_MAX_LENGTH) {
        return hd_fail(err, HD_E_USAGE, "image name \"%.60s...\": longer than %d characters", text,
                       NAME_MAX_LENGTH);
    }
    return 0;
}

int hd_reference_parse(hd_arena *arena, const char *text, hd_reference *ret_reference,
                       hd_error *err)
{
    hd_reference reference = {0};
    hd_str name = hd_str_of(text);
    const char *scheme = strstr(text, "://");
    if (scheme != NULL) {
        return hd_fail(err, HD_E_USAGE, "image name \"%s\": write it without \"%.*s\"", text,
                       (int)(scheme - text) + 3, text);
    }
    int status = cut_suffixes(arena, text, &name, &reference, err);
    if (status == 0) {
        status = cut_domain(arena, text, &name, &reference, err);
    }
    if (status == 0) {
        status = set_path(arena, text, name, &reference, err);
    }
    if (status == 0) {
        *ret_reference = reference;
    }
    return status;
}

static const char *suffixes(hd_arena *arena, const hd_reference *reference)
{
    return hd_arena_printf(arena, "%s%s%s%s", reference->tag == NULL ? "" : ":",
                           reference->tag == NULL ? "" : reference->tag,
                           reference->digest == NULL ? "" : "@",
                           reference->digest == NULL ? "" : reference->digest);
}

const char *hd_reference_text(hd_arena *arena, const hd_reference *reference)
{
    return hd_arena_printf(arena, "%s/%s%s", reference->domain, reference->path,
                           suffixes(arena, reference));
}

const char *hd_reference_familiar(hd_arena *arena, const hd_reference *reference)
{
    hd_str first = {reference->path, hd_str_find(hd_str_of(reference->path), '/')};
    if (!hd_streq(reference->domain, default_domain) || looks_like_domain(first)) {
        return hd_reference_text(arena, reference);
    }
    const char *path = reference->path;
    path += hd_starts_with(path, official_prefix) ? strlen(official_prefix) : 0;
    return hd_arena_printf(arena, "%s%s", path, suffixes(arena, reference));
}

/* The nearest run of separators that the grammar allows: never a longer one. */
static hd_str shorten_separator(hd_str run)
{
    if (run.length == 0 || is_valid_separator(run)) {
        return run;
    }
    size_t dots = 0;
    size_t underscores = 0;
    for (size_t i = 0; i < run.length; i++) {
        dots += run.data[i] == '.';
        underscores += run.data[i] == '_';
    }
    if (dots == run.length) {
        return hd_str_of(".");
    }
    return hd_str_of(underscores == run.length ? "__" : "-");
}

/* Any text as one component of a path, made in place: it only ever gets shorter. */
static const char *make_component(hd_arena *arena, const char *text)
{
    char *clean = hd_arena_strndup(arena, text, strnlen(text, COMPONENT_MAX));
    for (char *at = clean; *at != '\0'; at++) {
        *at = hd_lower(*at);
        if (!is_name_char(*at) && !is_separator(*at)) {
            *at = '-';
        }
    }
    size_t length = 0;
    for (hd_str rest = hd_str_of(clean); rest.length > 0;) {
        hd_str run = {rest.data, run_length(rest, is_separator)};
        rest = hd_str_from(rest, run.length);
        size_t word = run_length(rest, is_name_char);
        hd_str between = length > 0 && word > 0 ? shorten_separator(run) : (hd_str){"", 0};
        memmove(clean + length, between.data, between.length);
        memmove(clean + length + between.length, rest.data, word);
        length += between.length + word;
        rest = hd_str_from(rest, word);
    }
    clean[length] = '\0';
    return length == 0 ? "unnamed" : clean;
}

const char *hd_reference_name(hd_arena *arena, const hd_ident *ident)
{
    return hd_arena_printf(arena, "%s/%s", make_component(arena, ident->origin),
                           make_component(arena, ident->name));
}

hd_reference hd_reference_of(hd_arena *arena, const hd_ident *ident)
{
    return (hd_reference){.domain = default_domain, .path = hd_reference_name(arena, ident)};
}

const char *hd_reference_tag(hd_arena *arena, const char *text)
{
    while (*text == '.' || *text == '-') {
        text++;
    }
    char *tag = hd_arena_strndup(arena, text, strnlen(text, TAG_MAX));
    for (char *at = tag; *at != '\0'; at++) {
        *at = hd_lower(*at);
        if (!is_tag_char(*at)) {
            *at = '_';
        }
    }
    return *tag == '\0' ? "_" : tag;
}

bool hd_reference_is_tag(const char *text)
{
    return is_valid_tag(hd_str_of(text));
}

void hd_reference_add_tag(hd_arena *arena, hd_strings *tags, const char *tag)
{
    for (size_t i = 0; i < tags->count; i++) {
        if (hd_streq(tags->items[i], tag)) {
            return;
        }
    }
    hd_vec_push_arena(arena, tags, tag);
}

hd_strings hd_reference_tags(hd_arena *arena, const hd_ident *ident, unsigned kinds)
{
    hd_strings tags = {0};
    if ((kinds & HD_TAG_LATEST) != 0) {
        hd_reference_add_tag(arena, &tags, "latest");
    }
    if ((kinds & HD_TAG_VERSION) != 0 && ident->version != NULL) {
        hd_reference_add_tag(arena, &tags, hd_reference_tag(arena, ident->version));
    }
    if ((kinds & HD_TAG_RELEASE) != 0 && ident->release != NULL) {
        /* A long version must not push the release, which tells two builds apart, out of the tag.
         */
        const char *both = hd_arena_printf(arena, "%.100s-%s", ident->version, ident->release);
        hd_reference_add_tag(arena, &tags, hd_reference_tag(arena, both));
    }
    return tags;
}
