/* Handlebars: template, a line "----", and a JSON context. What is rendered in YAML or JSON quoting
 * stays well-formed text. */
#include "hd/data/handlebars.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *find_partial(void *user, const char *name)
{
    (void)user;
    return name[0] == 'p' ? "[{{x}}]{{> p}}" : name[0] == 'q' ? "({{y}})\n" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hd_error err = {0};
    hd_str text = {(const char *)data, size};
    const char *line = size < 6 ? NULL : memmem(data, size, "\n----\n", 6);
    hd_str source = line == NULL ? text : (hd_str){text.data, (size_t)(line - text.data)};
    hd_str context_text = line == NULL ? hd_str_of("{}") : hd_str_from(text, source.length + 6);
    json_auto_t *context = NULL;
    hd_auto(hd_handlebars) *tpl = NULL;
    if (hd_json_parse(context_text, "context", &context, &err) != 0) {
        context = json_object();
    }
    if (hd_handlebars_compile(source, "fuzz", &tpl, &err) != 0) {
        return 0;
    }
    for (int quoting = HD_QUOTE_NONE; quoting <= HD_QUOTE_SHELL; quoting++) {
        hd_auto_done(hd_buf) out = HD_BUF_INIT(256 * HD_KIB);
        hd_handlebars_options options = {.quoting = (hd_quoting)quoting,
                                         .strict = (quoting & 1) != 0,
                                         .find_partial = find_partial};
        (void)!hd_handlebars_render(tpl, context, &options, &out, &err);
        if (out.length != strlen(out.data) && quoting != HD_QUOTE_NONE) {
            abort(); /* sources are NUL-free and quoting keeps it so */
        }
    }
    return 0;
}
