/* The facts that metafiles hold (habitat: the texts at the root of a package), decoded by one
 * table. */
#include "hd/base/clock.h"
#include "hd/base/strmap.h"
#include "hd/package/package.h"

typedef struct decoder {
    hd_arena *arena;
    hd_package *package;
    const char *name; /* of the metafile, for messages */
} decoder;

static const char *keep(const decoder *self, hd_str text)
{
    return hd_arena_strndup(self->arena, text.data, text.length);
}

static int shown(hd_str text)
{
    return (int)(text.length < 100 ? text.length : 100);
}

static int decode_ident(decoder *self, hd_str text, hd_error *err)
{
    int status = hd_ident_parse_full(self->arena, text, &self->package->ident, err);
    return status == 0 ? 0 : hd_wrap(err, "%s", self->name);
}

static int decode_target(decoder *self, hd_str text, hd_error *err)
{
    int status = hd_target_find(text, &self->package->target, err);
    return status == 0 ? 0 : hd_wrap(err, "%s", self->name);
}

/* One full identifier per line; the first of equal ones stays (old packages list them twice and
 * more). */
static int decode_idents(decoder *self, hd_str text, hd_idents *into, hd_error *err)
{
    hd_auto(hd_strmap) *seen = hd_strmap_new();
    for (hd_str line; hd_str_line(&text, &line);) {
        line = hd_str_trim(line);
        if (line.length == 0) {
            continue;
        }
        hd_ident ident = {0};
        if (hd_ident_parse_full(self->arena, line, &ident, err) != 0) {
            return hd_wrap(err, "%s", self->name);
        }
        if (hd_strmap_put(seen, keep(self, line), self)) {
            hd_vec_push_arena(self->arena, into, ident);
        }
    }
    return 0;
}

static int decode_deps(decoder *self, hd_str text, hd_error *err)
{
    return decode_idents(self, text, &self->package->deps, err);
}

static int decode_tdeps(decoder *self, hd_str text, hd_error *err)
{
    return decode_idents(self, text, &self->package->tdeps, err);
}

static int decode_exposes(decoder *self, hd_str text, hd_error *err)
{
    for (hd_str word; hd_str_word(&text, &word);) {
        uint64_t port = 0;
        if (!hd_str_uint(word, 65535, &port) || port == 0) {
            return hd_fail(err, HD_E_INVALID, "%s: \"%.*s\" is not a port", self->name, shown(word),
                           word.data);
        }
        uint16_t number = (uint16_t)port;
        bool known = false;
        for (size_t i = 0; i < self->package->exposes.count; i++) {
            known = known || self->package->exposes.items[i] == number;
        }
        if (!known) {
            hd_vec_push_arena(self->arena, &self->package->exposes, number);
        }
    }
    return 0;
}

/* "name=value" at the first '='. */
static int split_pair(const decoder *self, hd_str line, hd_str *ret_name, hd_str *ret_value,
                      hd_error *err)
{
    size_t equals = hd_str_find(line, '=');
    if (equals == line.length || equals == 0) {
        return hd_fail(err, HD_E_INVALID, "%s: \"%.*s\" is not name=value", self->name, shown(line),
                       line.data);
    }
    *ret_name = hd_str_trim((hd_str){line.data, equals});
    *ret_value = hd_str_trim(hd_str_from(line, equals + 1));
    return 0;
}

static int decode_pairs(decoder *self, hd_str text, hd_pairs *into, hd_error *err)
{
    for (hd_str line; hd_str_line(&text, &line);) {
        line = hd_str_trim(line);
        hd_str name = {0};
        hd_str value = {0};
        if (line.length == 0) {
            continue;
        }
        if (split_pair(self, line, &name, &value, err) != 0) {
            return -HD_E_INVALID;
        }
        hd_pair pair = {keep(self, name), keep(self, value)};
        hd_vec_push_arena(self->arena, into, pair);
    }
    return 0;
}

static int decode_exports(decoder *self, hd_str text, hd_error *err)
{
    return decode_pairs(self, text, &self->package->exports, err);
}

/* PATH in here is for old readers; RUNTIME_PATH is what counts. */
static int decode_runtime_environment(decoder *self, hd_str text, hd_error *err)
{
    hd_pairs all = {0};
    int status = decode_pairs(self, text, &all, err);
    for (size_t i = 0; status == 0 && i < all.count; i++) {
        if (!hd_streq(all.items[i].name, "PATH")) {
            hd_vec_push_arena(self->arena, &self->package->runtime_environment, all.items[i]);
        }
    }
    return status;
}

static int decode_bind_lines(decoder *self, hd_str text, bool optional, hd_error *err)
{
    for (hd_str line; hd_str_line(&text, &line);) {
        line = hd_str_trim(line);
        hd_str name = {0};
        hd_str exports = {0};
        if (line.length == 0) {
            continue;
        }
        if (split_pair(self, line, &name, &exports, err) != 0) {
            return -HD_E_INVALID;
        }
        hd_bind bind = {.name = keep(self, name), .optional = optional};
        for (hd_str word; hd_str_word(&exports, &word);) {
            hd_vec_push_arena(self->arena, &bind.exports, keep(self, word));
        }
        hd_vec_push_arena(self->arena, &self->package->binds, bind);
    }
    return 0;
}

static int decode_binds(decoder *self, hd_str text, hd_error *err)
{
    return decode_bind_lines(self, text, false, err);
}

static int decode_optional_binds(decoder *self, hd_str text, hd_error *err)
{
    return decode_bind_lines(self, text, true, err);
}

static void decode_directories(decoder *self, hd_str text, hd_strings *into)
{
    for (hd_str part; hd_str_split(&text, ':', &part);) {
        if (part.length > 0) {
            hd_vec_push_arena(self->arena, into, keep(self, part));
        }
    }
}

/* Only directories of the package itself count; IDENT was decoded before. */
static int decode_path(decoder *self, hd_str text, hd_error *err)
{
    (void)err;
    hd_strings all = {0};
    decode_directories(self, text, &all);
    const char *prefix = hd_package_prefix(self->arena, self->package);
    for (size_t i = 0; i < all.count; i++) {
        const char *directory = all.items[i];
        size_t length = strlen(prefix);
        if (hd_starts_with(directory, prefix) && directory[length] == '/' &&
            strstr(directory, "/../") == NULL && !hd_ends_with(directory, "/..")) {
            hd_vec_push_arena(self->arena, &self->package->path, directory);
        }
    }
    return 0;
}

static int decode_runtime_path(decoder *self, hd_str text, hd_error *err)
{
    (void)err;
    decode_directories(self, text, &self->package->runtime_path);
    return 0;
}

/* User and group names end up in /etc/passwd and /etc/group: what those files cannot hold is
 * refused. */
static int decode_account(decoder *self, hd_str text, const char **into, hd_error *err)
{
    bool good = text.length > 0 && text.length <= 32 && text.data[0] != '-';
    for (size_t i = 0; good && i < text.length; i++) {
        char byte = text.data[i];
        good = hd_is_alnum(byte) || byte == '_' || byte == '-' || byte == '.' ||
               (byte == '$' && i + 1 == text.length);
    }
    if (!good) {
        return hd_fail(err, HD_E_INVALID, "%s: \"%.*s\" is not an account name", self->name,
                       shown(text), text.data);
    }
    *into = keep(self, text);
    return 0;
}

static int decode_svc_user(decoder *self, hd_str text, hd_error *err)
{
    return decode_account(self, text, &self->package->svc_user, err);
}

static int decode_svc_group(decoder *self, hd_str text, hd_error *err)
{
    return decode_account(self, text, &self->package->svc_group, err);
}

static int decode_signal(decoder *self, hd_str text, hd_error *err)
{
    static const char *const known[] = {"HUP",  "INT",  "QUIT", "ILL",  "ABRT", "FPE", "KILL",
                                        "USR1", "SEGV", "USR2", "ALRM", "TERM", "CHLD"};
    for (size_t i = 0; i < HD_COUNT(known); i++) {
        if (hd_str_is(text, known[i])) {
            self->package->shutdown_signal = known[i];
            return 0;
        }
    }
    return hd_fail(err, HD_E_INVALID, "%s: unknown signal \"%.*s\"", self->name, shown(text),
                   text.data);
}

static int decode_timeout(decoder *self, hd_str text, hd_error *err)
{
    uint64_t seconds = 0;
    if (!hd_str_uint(text, UINT32_MAX, &seconds)) {
        return hd_fail(err, HD_E_INVALID, "%s: \"%.*s\" is not a number of seconds", self->name,
                       shown(text), text.data);
    }
    self->package->shutdown_timeout = (uint32_t)seconds;
    return 0;
}

static int decode_type(decoder *self, hd_str text, hd_error *err)
{
    self->package->native = hd_str_is(text, "native");
    if (self->package->native || hd_str_is(text, "standard")) {
        return 0;
    }
    return hd_fail(err, HD_E_INVALID, "%s: unknown package type \"%.*s\"", self->name, shown(text),
                   text.data);
}

static int decode_default_toml(decoder *self, hd_str text, hd_error *err)
{
    (void)err;
    self->package->default_toml = keep(self, text);
    return 0;
}

/* "* __License__: Apache-2.0 \" and "* **License**: …": the value without marks. */
static bool manifest_field(hd_str line, const char *field, hd_str *ret_value)
{
    line = hd_str_trim(line);
    if (!hd_str_starts(line, "*")) {
        return false;
    }
    while (line.length > 0 && (line.data[0] == '*' || line.data[0] == '_' || line.data[0] == ' ')) {
        line = hd_str_from(line, 1);
    }
    if (!hd_str_starts(line, field)) {
        return false;
    }
    line = hd_str_from(line, strlen(field));
    size_t colon = hd_str_find(line, ':');
    if (colon > 4 || colon == line.length) {
        return false;
    }
    *ret_value = hd_str_trim(hd_str_from(line, colon + 1));
    return true;
}

/* "[text](url)" becomes url. */
static hd_str without_link(hd_str value)
{
    size_t open = hd_str_find(value, '(');
    if (hd_str_starts(value, "[") && open < value.length && hd_str_ends(value, ")")) {
        return (hd_str){value.data + open + 1, value.length - open - 2};
    }
    return value;
}

static void keep_manifest_field(decoder *self, hd_str line)
{
    hd_package *package = self->package;
    const struct {
        const char *field;
        const char **into;
    } rows[] = {{"Maintainer", &package->maintainer},
                {"License", &package->license},
                {"Upstream URL", &package->upstream_url}};
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_str value;
        if (*rows[i].into == NULL && manifest_field(line, rows[i].field, &value)) {
            value = without_link(value);
            if (value.length > 0 && !hd_str_is(value, "None") &&
                !hd_str_is(value, "upstream project's website or home page is not defined")) {
                *rows[i].into = keep(self, value);
            }
        }
    }
}

/* Markdown: "# origin / name", a description, a list of fields, sections. Old layouts differ; what
 * is missing stays NULL. */
static int decode_manifest(decoder *self, hd_str text, hd_error *err)
{
    (void)err;
    hd_package *package = self->package;
    for (hd_str line; hd_str_line(&text, &line);) {
        line = hd_str_trim(line);
        if (hd_str_starts(line, "# ") && package->title == NULL) {
            package->title = keep(self, hd_str_trim(hd_str_from(line, 2)));
        } else if (hd_str_starts(line, "#")) {
            break; /* sections follow: the plan's source could imitate anything */
        } else if (hd_str_starts(line, "*")) {
            keep_manifest_field(self, line);
        } else if (line.length > 0 && package->description == NULL && package->title != NULL) {
            package->description = keep(self, line);
        }
    }
    return 0;
}

/* In the order of decoding: IDENT and TARGET first. */
static const struct {
    const char *name;
    int (*decode)(decoder *self, hd_str text, hd_error *err);
} rows[] = {
    {"IDENT", decode_ident},
    {"TARGET", decode_target},
    {"PACKAGE_TYPE", decode_type},
    {"DEPS", decode_deps},
    {"TDEPS", decode_tdeps},
    {"EXPOSES", decode_exposes},
    {"EXPORTS", decode_exports},
    {"BINDS", decode_binds},
    {"BINDS_OPTIONAL", decode_optional_binds},
    {"PATH", decode_path},
    {"RUNTIME_PATH", decode_runtime_path},
    {"RUNTIME_ENVIRONMENT", decode_runtime_environment},
    {"SVC_USER", decode_svc_user},
    {"SVC_GROUP", decode_svc_group},
    {"SHUTDOWN_SIGNAL", decode_signal},
    {"SHUTDOWN_TIMEOUT", decode_timeout},
    {"default.toml", decode_default_toml},
    {"MANIFEST", decode_manifest},
};

bool hd_package_is_metafile(hd_str name)
{
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        if (hd_str_is(name, rows[i].name)) {
            return true;
        }
    }
    return false;
}

static const hd_metafile *find_metafile(const hd_metafile *files, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (hd_streq(files[i].name, name)) {
            return &files[i];
        }
    }
    return NULL;
}

int hd_package_decode(hd_arena *arena, const hd_metafile *files, size_t count, hd_package *package,
                      hd_error *err)
{
    decoder self = {.arena = arena, .package = package};
    package->shutdown_signal = "TERM";
    package->shutdown_timeout = 8;
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        self.name = rows[i].name;
        const hd_metafile *file = find_metafile(files, count, self.name);
        bool required = i < 2;
        if (file == NULL && required) {
            return hd_fail(err, HD_E_INVALID, "no metafile %s", self.name);
        }
        if (file == NULL) {
            continue;
        }
        hd_str text = hd_str_trim(file->text);
        if (!hd_str_is_utf8(text)) {
            return hd_fail(err, HD_E_INVALID, "metafile %s is not UTF-8 text", self.name);
        }
        int status = text.length > 0 || required ? rows[i].decode(&self, text, err) : 0;
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

const char *hd_package_prefix(hd_arena *arena, const hd_package *package)
{
    return hd_arena_printf(arena, "/hab/pkgs/%s", hd_ident_text(arena, &package->ident));
}
