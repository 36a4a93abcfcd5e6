#include "hd_test.h"

#include "hd/base/file.h"
#include "hd/data/templates.h"

#include <stdlib.h>

static void put(const char *name, const char *text)
{
    hd_test_write(hd_test_path(name), text, strlen(text));
}

static const char *load(hd_strings *directories, const char *name, char **text)
{
    hd_error err = {0};
    free(*text);
    *text = NULL;
    HD_CHECK_OK(hd_template_load(directories, name, text, NULL, &err), err);
    return *text == NULL ? "" : *text;
}

static void the_first_place_that_has_it_wins(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_auto_free char *text = NULL;
    hd_strings directories = {0};
    put("config/hab-deploy/templates/x/t.hbs", "user");
    put("one/x/t.hbs", "one");
    put("two/x/t.hbs", "two");
    put("two/x/u.hbs", "only two");
    (void)setenv("XDG_CONFIG_HOME", hd_test_path("config"), 1);
    HD_CHECK_STR(load(&directories, "x/t.hbs", &text), "user");
    hd_vec_push_arena(arena, &directories, hd_test_path("one"));
    hd_vec_push_arena(arena, &directories, hd_test_path("two"));
    HD_CHECK_STR(load(&directories, "x/t.hbs", &text), "one");
    HD_CHECK_STR(load(&directories, "x/u.hbs", &text), "only two");
    (void)setenv("XDG_CONFIG_HOME", hd_test_path("nothing"), 1);
}

static void compiled_in_text_is_the_source_tree(void)
{
    hd_strings none = {0};
    size_t count = 0;
    for (const hd_builtin_template *row = hd_builtin_templates; row->name != NULL; row++, count++) {
        char path[1000];
        hd_error err = {0};
        hd_auto_free char *source = NULL;
        hd_auto_free char *text = NULL;
        (void)snprintf(path, sizeof(path), "../templates/%s", row->name);
        HD_CHECK_OK(hd_file_read(hd_test_source_path(path), HD_TEMPLATE_MAX, &source, NULL, &err),
                    err);
        HD_CHECK_STR(load(&none, row->name, &text), source);
    }
    HD_CHECK(count > 0);
}

static void names_stay_inside(void)
{
    static const char *const bad[] = {"../x.hbs", "/etc/passwd", "a/../b", "", "a//b", "./a"};
    hd_strings none = {0};
    for (size_t i = 0; i < HD_COUNT(bad); i++) {
        hd_error err = {0};
        char *text = NULL;
        HD_CHECK_FAILS(hd_template_load(&none, bad[i], &text, NULL, &err), err, HD_E_INVALID,
                       "is not the name of a template");
    }
    hd_error err = {0};
    char *text = NULL;
    HD_CHECK_FAILS(hd_template_load(&none, "no/such.hbs", &text, NULL, &err), err, HD_E_NOT_FOUND,
                   "no template no/such.hbs");
    const char *missing = "/nonexistent/templates";
    hd_strings directories = {&missing, 1, 1};
    HD_CHECK_FAILS(hd_template_load(&directories, "x.hbs", &text, NULL, &err), err, HD_E_NOT_FOUND,
                   "no such directory");
}

static void renders_strictly_with_partials(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_strings directories = {0};
    hd_error err = {0};
    json_auto_t *context = json_pack("{s:s}", "v", "no");
    hd_auto_done(hd_buf) out = HD_BUF_INIT(1000);
    put("d/main.yaml.hbs", "a: {{v}}\n{{> part.yaml.hbs}}\n");
    put("d/part.yaml.hbs", "b: {{v}}\n");
    put("d/bad.yaml.hbs", "a: {{nothing}}\n");
    hd_vec_push_arena(arena, &directories, hd_test_path("d"));
    HD_CHECK_OK(hd_template_render(&directories, "main.yaml.hbs", context, &out, &err), err);
    HD_CHECK_STR(out.data, "a: \"no\"\nb: \"no\"\n");
    HD_CHECK_FAILS(hd_template_render(&directories, "bad.yaml.hbs", context, &out, &err), err,
                   HD_E_INVALID, "bad.yaml.hbs:1:4: no value \"nothing\"");
}

/* What is there but cannot be read is a fault, not a reason to look elsewhere. */
static void unreadable_is_not_absent(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_strings directories = {0};
    hd_error err = {0};
    char *text = NULL;
    json_auto_t *context = json_object();
    hd_auto_done(hd_buf) out = HD_BUF_INIT(1000);
    hd_auto_done(hd_buf) large = HD_BUF_INIT(2 * HD_MIB);
    hd_buf_printf(&large, "%*s", HD_TEMPLATE_MAX + 1, "");
    put("one/x.hbs/file", "a directory of that name");
    put("two/x.hbs", "two");
    put("one/large.hbs", large.data);
    put("one/climbs.hbs", "{{> ../x.hbs}}");
    put("one/uses.hbs", "{{> large.hbs}}");
    put("one/misses.hbs", "\n{{> no/such.hbs}}");
    hd_vec_push_arena(arena, &directories, hd_test_path("one"));
    hd_vec_push_arena(arena, &directories, hd_test_path("two"));
    HD_CHECK_FAILS(hd_template_load(&directories, "x.hbs", &text, NULL, &err), err, HD_E_INVALID,
                   "x.hbs");
    HD_CHECK_FAILS(hd_template_load(&directories, "large.hbs", &text, NULL, &err), err, HD_E_LIMIT,
                   "large.hbs");
    HD_CHECK_FAILS(hd_template_render(&directories, "climbs.hbs", context, &out, &err), err,
                   HD_E_INVALID, "is not the name of a template");
    HD_CHECK_FAILS(hd_template_render(&directories, "uses.hbs", context, &out, &err), err,
                   HD_E_LIMIT, "large.hbs");
    HD_CHECK_FAILS(hd_template_render(&directories, "misses.hbs", context, &out, &err), err,
                   HD_E_NOT_FOUND, "misses.hbs:2:1: no partial \"no/such.hbs\"");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(the_first_place_that_has_it_wins),
                                    HD_TEST(compiled_in_text_is_the_source_tree),
                                    HD_TEST(names_stay_inside),
                                    HD_TEST(renders_strictly_with_partials),
                                    HD_TEST(unreadable_is_not_absent),
                                    {0}};
    return hd_test_main(argc, argv, "templates", tests);
}
