#include "hd/data/templates.h"

#include "hd/base/file.h"
#include "hd/base/log.h"
#include "hd/base/mem.h"
#include "hd/base/strmap.h"

/* One partial or template, looked up once per rendering. */
typedef struct lookup {
    const hd_strings *directories;
    hd_arena *arena;
    hd_strmap *texts; /* name to text in the arena */
    hd_error error;   /* why a partial could not be read; category 0 when it is just not there */
} lookup;

/* HD_E_NOT_FOUND when the directory has no such file. */
static int load_from(const char *directory, const char *name, char **ret_text, char **ret_origin,
                     hd_error *err)
{
    hd_auto_free char *path = hd_printf("%s/%s", directory, name);
    int status = hd_file_read(path, HD_TEMPLATE_MAX, ret_text, NULL, err);
    if (status == 0 && ret_origin != NULL) {
        *ret_origin = HD_TAKE(path);
    }
    return status;
}

static int load_builtin(const char *name, char **ret_text, char **ret_origin, hd_error *err)
{
    for (const hd_builtin_template *row = hd_builtin_templates; row->name != NULL; row++) {
        if (hd_streq(row->name, name)) {
            *ret_text = hd_strndup(row->text, row->size);
            if (ret_origin != NULL) {
                *ret_origin = hd_printf("<%s>", name);
            }
            return 0;
        }
    }
    return hd_fail(err, HD_E_NOT_FOUND, "no template %s", name);
}

/* The user's and the machine's directories, behind those that were given. */
static void add_standard_directories(hd_arena *arena, hd_strings *into)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    if (config != NULL && *config == '/') {
        hd_vec_push_arena(arena, into, hd_arena_printf(arena, "%s/hab-deploy/templates", config));
    } else if (home != NULL && *home == '/') {
        hd_vec_push_arena(arena, into,
                          hd_arena_printf(arena, "%s/.config/hab-deploy/templates", home));
    }
    hd_vec_push_arena(arena, into, "/etc/hab-deploy/templates");
}

int hd_template_load(const hd_strings *directories, const char *name, char **ret_text,
                     char **ret_origin, hd_error *err)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_strings all = {0};
    if (!hd_path_is_safe(hd_str_of(name))) {
        return hd_fail(err, HD_E_INVALID, "\"%s\" is not the name of a template", name);
    }
    for (size_t i = 0; i < directories->count; i++) {
        if (!hd_is_dir(directories->items[i])) {
            return hd_fail(err, HD_E_NOT_FOUND, "%s: no such directory with templates",
                           directories->items[i]);
        }
        hd_vec_push_arena(arena, &all, directories->items[i]);
    }
    add_standard_directories(arena, &all);
    for (size_t i = 0; i < all.count; i++) {
        hd_error reading = {0};
        int status = load_from(all.items[i], name, ret_text, ret_origin, &reading);
        bool given = i < directories->count;
        if (status == -HD_E_REFUSED && !given) {
            hd_log(HD_LOG_WARNING, "%s, templates there are not used", reading.message);
            continue;
        }
        if (status != -HD_E_NOT_FOUND) {
            if (status != 0) {
                *err = reading;
            }
            return status;
        }
    }
    return load_builtin(name, ret_text, ret_origin, err);
}

static const char *find_partial(void *user, const char *name)
{
    lookup *self = user;
    const char *known = hd_strmap_get(self->texts, name);
    if (known != NULL) {
        return known;
    }
    hd_auto_free char *text = NULL;
    hd_error err = {0};
    int status = hd_template_load(self->directories, name, &text, NULL, &err);
    if (status != 0) {
        if (status != -HD_E_NOT_FOUND) {
            self->error = err;
        }
        return NULL;
    }
    char *kept = hd_arena_strdup(self->arena, text);
    (void)hd_strmap_put(self->texts, name, kept);
    return kept;
}

int hd_template_render(const hd_strings *directories, const char *name, const json_t *context,
                       hd_buf *out, hd_error *err)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_auto(hd_strmap) *texts = hd_strmap_new();
    hd_auto(hd_handlebars) *tpl = NULL;
    hd_auto_free char *text = NULL;
    hd_auto_free char *origin = NULL;
    lookup self = {.directories = directories, .arena = arena, .texts = texts};
    hd_handlebars_options options = {.quoting = hd_quoting_of(name),
                                     .strict = true,
                                     .find_partial = find_partial,
                                     .user = &self};
    int status = hd_template_load(directories, name, &text, &origin, err);
    if (status == 0) {
        status = hd_handlebars_compile(hd_str_of(text), origin, &tpl, err);
    }
    if (status == 0) {
        status = hd_handlebars_render(tpl, context, &options, out, err);
    }
    if (status != 0 && self.error.category != 0) {
        *err = self.error;
        return -hd_exit_status(err);
    }
    return status;
}
