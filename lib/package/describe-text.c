#include "describe-internal.h"

#include "hd/base/strmap.h"

#include <stdarg.h>
#include <string.h>

enum { LABEL_WIDTH = 14, LINE_WIDTH = 100, LIST_MAX = 40, VALUE_MAX = 4096 };

/* Appends text that may come from a hostile package: what could move a terminal's cursor, fake a
 * line or turn the writing direction is shown as '?'. Tabs and line ends become spaces. */
static void put_clean(hd_buf *out, hd_str text)
{
    static const char *const unsafe[] = {
        "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa",
        "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae", "\xe2\x81\xa6",
        "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9", "\xef\xbb\xbf"};
    bool is_utf8 = hd_str_is_utf8(text);
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        size_t width = 0;
        if (byte == 0xc2 && is_utf8 && (unsigned char)text.data[i + 1] < 0xa0) {
            width = 2; /* U+0080 to U+009F are control characters, too */
        }
        for (size_t u = 0; byte >= 0xe2 && is_utf8 && width == 0 && u < HD_COUNT(unsafe); u++) {
            width = hd_str_starts(hd_str_from(text, i), unsafe[u]) ? 3 : 0;
        }
        bool is_bad = byte < 0x20 || byte == 0x7f || width > 0 || (byte >= 0x80 && !is_utf8);
        char shown = is_bad ? '?' : (char)byte;
        hd_buf_putc(out, byte == '\t' || byte == '\n' || byte == '\r' ? ' ' : shown);
        i += width > 0 ? width - 1 : 0;
    }
}

static void put_label(hd_buf *out, const char *label)
{
    hd_buf_printf(out, "%-*s", LABEL_WIDTH, label);
}

/* One line; *label becomes "" so that the next row of the same kind stands under it. */
static void row(hd_buf *out, const char **label, const char *format, ...) HD_PRINTF(3, 4);
static void row(hd_buf *out, const char **label, const char *format, ...)
{
    char value[VALUE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(value, sizeof(value), format, args);
    va_end(args);
    put_label(out, *label);
    put_clean(out, hd_str_of(value));
    hd_buf_putc(out, '\n');
    *label = "";
}

static void fact(hd_buf *out, const char *label, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        row(out, &label, "%s", text);
    }
}

/* Words that go on in the next line, under the first one. */
typedef struct paragraph {
    hd_buf *out;
    size_t column;
} paragraph;

static void put_word(paragraph *at, hd_str word, const char *after)
{
    size_t width = word.length + strlen(after);
    if (at->column > LABEL_WIDTH && at->column + 1 + width > LINE_WIDTH) {
        hd_buf_putc(at->out, '\n');
        put_label(at->out, "");
        at->column = LABEL_WIDTH;
    } else if (at->column > LABEL_WIDTH) {
        hd_buf_putc(at->out, ' ');
        at->column++;
    }
    put_clean(at->out, word);
    hd_buf_puts(at->out, after);
    at->column += width;
}

static void prose(hd_buf *out, const char *label, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        return;
    }
    put_label(out, label);
    paragraph at = {out, LABEL_WIDTH};
    hd_str rest = hd_str_of(text);
    rest.length = rest.length > VALUE_MAX ? VALUE_MAX : rest.length;
    hd_str word;
    while (hd_str_word(&rest, &word)) {
        put_word(&at, word, "");
    }
    hd_buf_putc(out, '\n');
}

static void names(hd_buf *out, const char *label, const hd_strings *items, size_t skipped)
{
    if (items->count == 0) {
        return;
    }
    put_label(out, label);
    paragraph at = {out, LABEL_WIDTH};
    size_t shown = items->count > LIST_MAX ? LIST_MAX : items->count;
    for (size_t i = 0; i < shown; i++) {
        hd_str name = hd_str_of(items->items[i]);
        put_word(&at, hd_str_from(name, skipped), i + 1 < items->count ? "," : "");
    }
    if (shown < items->count) {
        hd_buf_printf(out, " and %zu more", items->count - shown);
    }
    hd_buf_putc(out, '\n');
}

typedef struct size_text {
    char text[32];
} size_text;

static size_text size_of(uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_text result;
    size_t unit = 0;
    uint64_t tenths = 0;
    uint64_t whole = bytes;
    for (; whole >= 1024; unit++) {
        tenths = (whole % 1024) * 10 / 1024;
        whole /= 1024;
    }
    if (unit == 0) {
        (void)snprintf(result.text, sizeof(result.text), "%ju bytes", (uintmax_t)bytes);
    } else {
        (void)snprintf(result.text, sizeof(result.text), "%ju.%ju %s", (uintmax_t)whole,
                       (uintmax_t)tenths, units[unit]);
    }
    return result;
}

static void put_origin(hd_buf *out, const hd_package *package)
{
    const char *label = "Target";
    row(out, &label, "%s%s", package->target->name, package->native ? " (native)" : "");
    label = "Signed by";
    if (package->signer != NULL) {
        row(out, &label, "%s (the signature holds)", package->signer);
    } else {
        row(out, &label, "nobody (installed, not signed)");
    }
    fact(out, "Checksum", package->checksum);
    fact(out, "File", package->file);
    fact(out, "Directory", package->directory);
    label = "Size";
    const char *entries = package->entry_count == 1 ? "entry" : "entries";
    if (package->file != NULL) {
        row(out, &label, "%s packed, %s unpacked, %ju %s", size_of(package->packed_size).text,
            size_of(package->unpacked_size).text, (uintmax_t)package->entry_count, entries);
    } else {
        row(out, &label, "%s, %ju %s", size_of(package->unpacked_size).text,
            (uintmax_t)package->entry_count, entries);
    }
    fact(out, "File list", package->has_signed_files ? "signed" : NULL);
}

static void put_service(hd_buf *out, const hd_package *package)
{
    const char *label = "Service";
    if (!package->runnable) {
        row(out, &label, "no");
        return;
    }
    row(out, &label, "yes, as %s:%s; stopped with %s, killed after %u s",
        package->svc_user == NULL ? "hab" : package->svc_user,
        package->svc_group == NULL ? "hab" : package->svc_group, package->shutdown_signal,
        package->shutdown_timeout);
}

static void put_ports(hd_buf *out, const hd_package *package, const json_t *config)
{
    const char *label = "Ports";
    for (size_t i = 0; i < package->exposes.count; i++) {
        uint16_t port = package->exposes.items[i];
        hd_auto_done(hd_buf) known_as = HD_BUF_INIT(VALUE_MAX);
        for (size_t e = 0; e < package->exports.count; e++) {
            const hd_pair *exported = &package->exports.items[e];
            if (hd_describe_is_port(hd_describe_value(config, exported->value), port)) {
                hd_buf_printf(&known_as, "%s%s", known_as.length == 0 ? " " : ", ", exported->name);
            }
        }
        row(out, &label, "%u%s", port, known_as.data);
    }
}

static void put_exports(hd_buf *out, const hd_package *package, const json_t *config)
{
    const char *label = "Exports";
    for (size_t i = 0; i < package->exports.count; i++) {
        const hd_pair *exported = &package->exports.items[i];
        const json_t *value = hd_describe_value(config, exported->value);
        hd_auto_done(hd_buf) text = HD_BUF_INIT(VALUE_MAX);
        if (json_is_string(value)) {
            hd_buf_puts(&text, json_string_value(value));
        } else if (value != NULL) {
            hd_json_write(&text, value);
        }
        row(out, &label, "%s%s%s (%s)", exported->name, text.length == 0 ? "" : " = ", text.data,
            exported->value);
    }
}

static void put_binds(hd_buf *out, const hd_package *package)
{
    const char *label = "Binds";
    for (size_t i = 0; i < package->binds.count; i++) {
        const hd_bind *bind = &package->binds.items[i];
        hd_auto_done(hd_buf) wanted = HD_BUF_INIT(VALUE_MAX);
        for (size_t e = 0; e < bind->exports.count; e++) {
            hd_buf_printf(&wanted, "%s%s", e == 0 ? ": " : ", ", bind->exports.items[e]);
        }
        row(out, &label, "%s%s%s", bind->name, bind->optional ? " (optional)" : "", wanted.data);
    }
}

static void put_contents(hd_buf *out, const hd_package *package)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    names(out, "Hooks", &package->hooks, 0);
    names(out, "Templates", &package->config_templates, 0);
    fact(out, "Configuration", package->default_toml == NULL ? NULL : "default.toml");
    /* Every program is below the prefix: saying so each time hides the names. */
    names(out, "Programs", &package->programs, strlen(hd_package_prefix(arena, package)) + 1);
    const char *label = "Environment";
    for (size_t i = 0; i < package->runtime_environment.count; i++) {
        const hd_pair *variable = &package->runtime_environment.items[i];
        row(out, &label, "%s=%s", variable->name, variable->value);
    }
}

static void put_idents(hd_buf *out, const char *label, const hd_idents *idents)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    for (size_t i = 0; i < idents->count; i++) {
        row(out, &label, "%s", hd_ident_text(arena, &idents->items[i]));
    }
}

static void put_dependencies(hd_buf *out, const hd_package *package, const hd_closure *closure)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_auto(hd_strmap) *direct = hd_strmap_new();
    hd_idents others = {0};
    for (size_t i = 0; i < package->deps.count; i++) {
        hd_strmap_put(direct, hd_ident_text(arena, &package->deps.items[i]), NULL);
    }
    for (size_t i = 0; i < package->tdeps.count; i++) {
        if (!hd_strmap_has(direct, hd_ident_text(arena, &package->tdeps.items[i]))) {
            hd_vec_push_arena(arena, &others, package->tdeps.items[i]);
        }
    }
    put_idents(out, "Needs", &package->deps);
    put_idents(out, "Through them", &others);
    if (closure != NULL) {
        const char *label = "In all";
        row(out, &label, "%zu %s, %s unpacked", closure->packages.count,
            closure->packages.count == 1 ? "package" : "packages",
            size_of(hd_describe_closure_size(closure)).text);
    }
}

void hd_package_describe_text(hd_buf *out, const hd_package *package, const hd_closure *closure)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    json_auto_t *config = hd_describe_config(package);
    hd_buf_printf(out, "%s\n", hd_ident_text(arena, &package->ident));
    prose(out, "Description", package->description);
    put_origin(out, package);
    fact(out, "License", package->license);
    fact(out, "Maintainer", package->maintainer);
    fact(out, "Upstream", package->upstream_url);
    put_service(out, package);
    put_ports(out, package, config);
    put_exports(out, package, config);
    put_binds(out, package);
    put_contents(out, package);
    put_dependencies(out, package, closure);
}
