#include "hd_test.h"

#include "hd/base/file.h"
#include "hd/data/handlebars.h"

#include <stdlib.h>

static const char *find_partial(void *user, const char *name)
{
    (void)user;
    if (hd_streq(name, "greet")) {
        return "Hello {{name}}{{mark}}\n";
    }
    if (hd_streq(name, "endless")) {
        return "{{> endless}}";
    }
    return NULL;
}

static int render(const char *text, const char *context, hd_quoting quoting, bool strict,
                  hd_buf *out, hd_error *err)
{
    hd_auto(hd_handlebars) *tpl = NULL;
    json_auto_t *tree = NULL;
    hd_handlebars_options options = {
        .quoting = quoting, .strict = strict, .find_partial = find_partial};
    int status = hd_json_parse(hd_str_of(context), "context", &tree, err);
    if (status == 0) {
        status = hd_handlebars_compile(hd_str_of(text), "t.hbs", &tpl, err);
    }
    return status == 0 ? hd_handlebars_render(tpl, tree, &options, out, err) : status;
}

/* Expected outputs are those of Handlebars 4 for JavaScript with noEscape, but for what JavaScript
 * adds: numbers that are summed instead of put side by side. {{list.1}} and a raw block without
 * helper are ours. */
static void renders_like_handlebars(void)
{
    static const char *const rows[][3] = {
        {"a {{x}} b", "{\"x\": 1}", "a 1 b"},
        {"{{x.y.z}} {{x/y/z}} {{x.[y].z}}", "{\"x\": {\"y\": {\"z\": \"v\"}}}", "v v v"},
        {"{{a.[b c]}} {{a.[0]}} {{list.1}} {{list.length}}",
         "{\"a\": {\"b c\": 1, \"0\": 2}, \"list\": [7, 8]}", "1 2 8 2"},
        {"{{missing}}|{{x.y}}", "{\"x\": null}", "|"},
        {"{{t}} {{f}} {{n}} {{z}} {{r}}",
         "{\"t\": true, \"f\": false, \"n\": null, \"z\": 0, \"r\": 1.5}", "true false  0 1.5"},
        {"{{l}} {{o}}", "{\"l\": [1, [2, 3]], \"o\": {}}", "1,2,3 [object Object]"},
        {"{{<b>}}{{x}}{{{x}}}{{&x}}", "{\"x\": \"<&>\"}", NULL},
        {"{{x}}{{{x}}}{{&x}}", "{\"x\": \"<&>\"}", "<&><&><&>"},
        {"{{#if a}}A{{else}}B{{/if}}", "{\"a\": []}", "B"},
        {"{{#if a}}A{{else}}B{{/if}}", "{\"a\": {}}", "A"},
        {"{{#if a}}A{{else if b}}B{{else if c}}C{{else}}D{{/if}}", "{\"c\": \"x\"}", "C"},
        {"{{#if a}}A{{else if b}}B{{else}}D{{/if}}", "{}", "D"},
        {"{{#if z}}A{{/if}}{{#if z includeZero=true}}B{{/if}}", "{\"z\": 0}", "B"},
        {"{{#unless a}}no{{else}}yes{{/unless}}", "{\"a\": \"\"}", "no"},
        {"{{#each l}}{{@index}}:{{this}}{{#unless @last}},{{/unless}}{{/each}}",
         "{\"l\": [\"a\", \"b\"]}", "0:a,1:b"},
        {"{{#each o}}{{@key}}={{this}}{{#if @first}}!{{/if}};{{/each}}",
         "{\"o\": {\"z\": 1, \"a\": 2}}", "z=1!;a=2;"},
        {"{{#each o as |v k|}}{{k}}{{v}}{{/each}}", "{\"o\": {\"x\": 1, \"y\": 2}}", "x1y2"},
        {"{{#each l}}x{{else}}none{{/each}}{{#each m}}x{{^}}none{{/each}}", "{\"l\": []}",
         "nonenone"},
        {"{{#each l}}{{#each this}}{{../../n}}{{@../index}}{{this}} {{/each}}{{/each}}",
         "{\"n\": \"N\", \"l\": [[1], [2]]}", "N01 N12 "},
        {"{{#each l}}{{#if this}}{{../n}}{{/if}}{{/each}}", "{\"n\": \"N\", \"l\": [1, 0, 2]}",
         "NN"},
        {"{{#with a}}{{b}}{{../c}}{{@root.c}}{{/with}}", "{\"a\": {\"b\": 1}, \"c\": 2}", "122"},
        {"{{#with a as |x|}}{{x.b}}{{c}}{{else}}none{{/with}}", "{\"a\": {\"b\": 1, \"c\": 3}}",
         "13"},
        {"{{#a}}<{{b}}>{{/a}}{{#l}}{{this}}{{/l}}{{^none}}no{{/none}}",
         "{\"a\": {\"b\": 1}, \"l\": [1, 2]}", "<1>12no"},
        {"{{! c }}a{{!-- }} --}}b{{~! c ~}} c", "{}", "abc"},
        {"a  {{~x~}}  b\n {{~x}} c {{x~}} \n d", "{\"x\": 1}", "a1b1 c 1d"},
        {"{{~{x}~}} {{{x}}}", "{\"x\": 1}", "11"},
        {"\\{{x}} \\\\{{x}} \\{{y}} {{x}}", "{\"x\": 1}", "{{x}} \\1 {{y}} 1"},
        {"{{{{raw}}}} {{x}} {{#y}} {{{{/raw}}}}", "{}", " {{x}} {{#y}} "},
        {"x\n  {{#if a}}\n  y\n  {{/if}}\nz\n", "{\"a\": 1}", "x\n  y\nz\n"},
        {"{{#each l}}\n- {{this}}\n{{/each}}\nend", "{\"l\": [1, 2]}", "- 1\n- 2\nend"},
        {"{{#if a}}\r\nx\r\n{{/if}}\r\n", "{\"a\": 1}", "x\r\n"},
        {"a {{#if a}}\nx{{/if}} b", "{\"a\": 1}", "a \nx b"},
        {"{{! alone }}\na\n  {{!-- alone --}}  \nb", "{}", "a\nb"},
        {"<{{> greet}}>", "{\"name\": \"N\"}", "<Hello N\n>"},
        {"  {{> greet mark=\"!\"}}\nx", "{\"name\": \"N\"}", "  Hello N!\nx"},
        {"{{> greet a mark=q}}", "{\"a\": {\"name\": \"A\"}, \"q\": \"?\"}", "Hello A?\n"},
        {"{{#each l}}{{> greet this}}{{/each}}", "{\"l\": [{\"name\": 1}, {\"name\": 2}]}",
         "Hello 1\nHello 2\n"},
        {"{{toUppercase x}} {{toLowercase \"ABC\"}} {{strConcat \"a\" x 1}} {{strReplace \"a.b.c\" "
         "\".\" \"-\"}} {{strJoin l \",\"}}",
         "{\"x\": \"q\", \"l\": [1, 2]}", "Q abc aq1 a-b-c 1,2"},
        {"{{json o}} {{#if (eq a 1)}}one{{/if}}{{#if (and (gt 2 1) (not f))}}two{{/if}}",
         "{\"o\": {\"k\": [1]}, \"a\": 1}", "{\"k\":[1]} onetwo"},
        {"{{default m \"d\"}} {{lookup o k}} {{lookup l 1}} {{length l}} {{base64 \"foo\"}}",
         "{\"o\": {\"x\": 5}, \"k\": \"x\", \"l\": [1, 2]}", "d 5 2 2 Zm9v"},
        {"{{toJson o}}|{{toYaml o}}|{{toToml o}}", "{\"o\": {\"k\": {\"a\": [1]}, \"z\": \"s\"}}",
         "{\n  \"k\": {\n    \"a\": [\n      1\n    ]\n  },\n  \"z\": \"s\"\n}|k:\n  a:\n  - 1\nz: "
         "s\n|z = \"s\"\n\n[k]\na = [1]\n"},
        {"{{#eq a 1}}one{{else}}other{{/eq}} {{#each l as |json|}}{{json}}{{/each}}",
         "{\"a\": 1, \"l\": [7]}", "one 7"},
        {"{{strConcat 007 \" \" -1.50}} {{#o as |x|}}{{x.a}}{{/o}}", "{\"o\": {\"a\": 1}}",
         "7 -1.5 1"},
        {"{{indent t 2}}", "{\"t\": \"a\\nb\\n\"}", "a\n  b\n"},
        {"{{'s'}} {{\"a\\\"b\"}} {{12}} {{true}}",
         "{\"s\": \"v\", \"a\\\"b\": \"w\", \"12\": \"x\", \"true\": \"y\"}", "v w x y"},
        {"{{this.x}} {{./x}} {{#with x}}{{this}}{{/with}}", "{\"x\": \"v\"}", "v v v"},
        {"{{shell}} {{json}}", "{\"shell\": \"/bin/sh\", \"json\": 1}", "/bin/sh 1"},
        {"", "{}", ""},
        {"{ {x} } }} {", "{}", "{ {x} } }} {"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_auto_done(hd_buf) out = HD_BUF_INIT(10000);
        int status = render(rows[i][0], rows[i][1], HD_QUOTE_NONE, false, &out, &err);
        if (rows[i][2] == NULL) {
            HD_CHECK(status != 0);
        } else if (!HD_CHECK_OK(status, err) || !HD_CHECK_STR(out.data, rows[i][2])) {
            (void)fprintf(stderr, "template: %s\n", rows[i][0]);
        }
    }
}

static const char *partial_of_row(void *user, const char *name)
{
    return hd_json_string_at(user, name);
}

static bool replay_row(const json_t *table, const json_t *row)
{
    hd_error err = {0};
    hd_auto(hd_handlebars) *tpl = NULL;
    hd_auto_done(hd_buf) out = HD_BUF_INIT(100000);
    const json_t *context = json_object_get(row, "context");
    json_t *partials = json_object_get(row, "partials");
    hd_handlebars_options options = {
        .find_partial = partial_of_row,
        .user = partials == NULL ? json_object_get(table, "partials") : partials,
    };
    context = context == NULL ? json_object_get(table, "context") : context;
    const char *text = hd_json_string_at(row, "template");
    return HD_CHECK_OK(hd_handlebars_compile(hd_str_of(text), "t", &tpl, &err), err) &&
           HD_CHECK_OK(hd_handlebars_render(tpl, context, &options, &out, &err), err) &&
           HD_CHECK_STR(out.data, hd_json_string_at(row, "expected"));
}

/* The answers in the table were given by Handlebars for JavaScript (handlebars-answers.js). */
static void gives_the_answers_of_handlebars(void)
{
    hd_error err = {0};
    hd_auto_free char *text = NULL;
    json_auto_t *table = NULL;
    const char *path = hd_test_source_path("unit/data/handlebars.json");
    HD_REQUIRE(HD_CHECK_OK(hd_file_read(path, HD_MIB, &text, NULL, &err), err));
    HD_REQUIRE(HD_CHECK_OK(hd_json_parse(hd_str_of(text), path, &table, &err), err));
    const json_t *rows = json_object_get(table, "rows");
    HD_CHECK(json_array_size(rows) > 250);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (!replay_row(table, row)) {
            (void)fprintf(stderr, "template: %s\n", hd_json_string_at(row, "template"));
        }
    }
}

static void quotes_by_the_kind_of_file(void)
{
    static const char context[] = "{\"s\": \"a: b\\n\", \"p\": \"plain\", \"n\": 7, \"t\": true, "
                                  "\"l\": [1, \"x\"], \"z\": null, \"q\": \"it's\"}";
    static const struct {
        const char *text;
        hd_quoting quoting;
        const char *wanted;
    } rows[] = {
        {"{{s}} {{p}} {{n}} {{t}} {{l}} {{z}}", HD_QUOTE_YAML,
         "\"a: b\\n\" plain 7 true [1,\"x\"] null"},
        {"{{s}} {{p}} {{n}} {{t}} {{l}} {{z}}", HD_QUOTE_JSON,
         "\"a: b\\n\" \"plain\" 7 true [1,\"x\"] null"},
        {"{{s}} {{p}} {{n}} {{t}} {{q}}", HD_QUOTE_SHELL, "'a: b\n' 'plain' '7' 'true' 'it'\\''s'"},
        {"{{{s}}}{{{q}}}", HD_QUOTE_SHELL, "a: b\nit's"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_auto_done(hd_buf) out = HD_BUF_INIT(10000);
        HD_CHECK_OK(render(rows[i].text, context, rows[i].quoting, true, &out, &err), err);
        HD_CHECK_STR(out.data, rows[i].wanted);
    }
    hd_error err = {0};
    hd_auto_done(hd_buf) out = HD_BUF_INIT(10000);
    HD_CHECK_FAILS(render("{{l}}", context, HD_QUOTE_SHELL, true, &out, &err), err, HD_E_INVALID,
                   "no shell word");
    HD_CHECK_INT(hd_quoting_of("a/b.yaml.hbs"), HD_QUOTE_YAML);
    HD_CHECK_INT(hd_quoting_of("b.json.hbs"), HD_QUOTE_JSON);
    HD_CHECK_INT(hd_quoting_of("init.sh.hbs"), HD_QUOTE_SHELL);
    HD_CHECK_INT(hd_quoting_of("redis.conf"), HD_QUOTE_NONE);
}

static void says_where_a_template_is_wrong(void)
{
    static const struct {
        const char *text;
        hd_category category;
        const char *message;
    } rows[] = {
        {"a\n {{x.y}}", HD_E_INVALID, "t.hbs:2:2: no value \"x.y\""},
        {"{{#if a}}", HD_E_INVALID, "t.hbs:1:1: a block without end"},
        {"{{#if a}}{{/each}}", HD_E_INVALID, "t.hbs:1:10: the end of another block"},
        {"x {{/if}}", HD_E_INVALID, "t.hbs:1:3: the end or the else of no block"},
        {"{{else}}", HD_E_INVALID, "the end or the else of no block"},
        {"{{x", HD_E_INVALID, "a tag without end"},
        {"{{}}", HD_E_INVALID, "an empty tag"},
        {"{{x y=}}", HD_E_INVALID, "expected a name"},
        {"{{nosuch 1}}", HD_E_INVALID, "no helper \"nosuch\""},
        {"{{#if}}{{/if}}", HD_E_INVALID, "if takes one argument"},
        {"{{eq 1}}", HD_E_INVALID, "needs 2 arguments"},
        {"{{> nosuch}}", HD_E_NOT_FOUND, "no partial \"nosuch\""},
        {"{{> endless}}", HD_E_LIMIT, "nested too deeply"},
        {"{{#> layout}}{{/layout}}", HD_E_INVALID, "not supported"},
        {"{{!-- x", HD_E_INVALID, "a comment without end"},
        {"{{a.[b}}", HD_E_INVALID, "without end"},
        {"{{> greet x x}}", HD_E_INVALID, "a partial takes one context"},
        {"{{> (lookup x 1)}}", HD_E_INVALID, "a partial needs a plain name"},
        {"{{toToml 1}}", HD_E_INVALID, "t.hbs:1:1: toToml: only an object can be TOML"},
        {"{{strConcat 1.2.3}}", HD_E_INVALID, "t.hbs:1:1: no value \"1.2.3\""},
        {"{{a.this}}", HD_E_INVALID, "\"this\" inside a path"},
        {"{{{{raw}}}} x", HD_E_INVALID, "a raw block without its end {{{{/raw}}}}"},
        {"{{\"x}}", HD_E_INVALID, "without end"},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_error err = {0};
        hd_auto_done(hd_buf) out = HD_BUF_INIT(10000);
        HD_CHECK_FAILS(render(rows[i].text, "{\"x\": {}}", HD_QUOTE_NONE, true, &out, &err), err,
                       rows[i].category, rows[i].message);
    }
    hd_error err = {0};
    hd_auto_done(hd_buf) out = HD_BUF_INIT(10);
    HD_CHECK_FAILS(render("{{#each x}}{{this}}{{/each}}", "{\"x\": [\"aaaaaaaa\", \"bbbbbbbbb\"]}",
                          HD_QUOTE_NONE, true, &out, &err),
                   err, HD_E_LIMIT, "");
}

/* Depth, work and size end before the machine does. */
static void hostile_templates_end(void)
{
    hd_auto_done(hd_buf) deep = HD_BUF_INIT(HD_MIB);
    hd_auto_done(hd_buf) calls = HD_BUF_INIT(HD_MIB);
    hd_auto_done(hd_buf) out = HD_BUF_INIT(HD_MIB);
    hd_error err = {0};
    for (int i = 0; i < 20000; i++) {
        hd_buf_puts(&deep, "{{#if a}}");
        hd_buf_puts(&calls, i == 0 ? "{{" : "(not ");
    }
    HD_CHECK_FAILS(render(deep.data, "{}", HD_QUOTE_NONE, false, &out, &err), err, HD_E_INVALID,
                   "nested too deeply");
    HD_CHECK_FAILS(render(calls.data, "{}", HD_QUOTE_NONE, false, &out, &err), err, HD_E_INVALID,
                   "a tag without end");
    hd_buf_puts(&calls, "}}");
    HD_CHECK_FAILS(render(calls.data, "{}", HD_QUOTE_NONE, false, &out, &err), err, HD_E_INVALID,
                   "nested too deeply");
    hd_auto_done(hd_buf) list = HD_BUF_INIT(HD_MIB);
    hd_buf_puts(&list, "{\"l\":[0");
    for (int i = 1; i < 2000; i++) {
        hd_buf_puts(&list, ",0");
    }
    hd_buf_puts(&list, "]}");
    HD_CHECK_FAILS(
        render("{{#each l}}{{#each @root.l}}{{#each @root.l}}{{/each}}{{/each}}{{/each}}",
               list.data, HD_QUOTE_NONE, false, &out, &err),
        err, HD_E_LIMIT, "takes too long");
}

static void strict_leaves_questions_open(void)
{
    hd_error err = {0};
    hd_auto_done(hd_buf) out = HD_BUF_INIT(1000);
    HD_CHECK_OK(render("{{#if m}}1{{/if}}{{#unless m.n}}2{{/unless}}{{#each m}}3{{/each}}{{#with "
                       "m}}4{{/with}}{{default m 5}}{{#if (or m 1)}}6{{/if}}",
                       "{}", HD_QUOTE_NONE, true, &out, &err),
                err);
    HD_CHECK_STR(out.data, "256");
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(renders_like_handlebars),
                                    HD_TEST(gives_the_answers_of_handlebars),
                                    HD_TEST(quotes_by_the_kind_of_file),
                                    HD_TEST(hostile_templates_end),
                                    HD_TEST(says_where_a_template_is_wrong),
                                    HD_TEST(strict_leaves_questions_open),
                                    {0}};
    return hd_test_main(argc, argv, "handlebars", tests);
}
