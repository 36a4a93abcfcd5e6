#include "hd/base/mem.h"

#include "hd/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void out_of_memory(void)
{
    static const char message[] = "hab-deploy: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
    (void)ignored;
    _exit(HD_E_INTERNAL);
}

void *hd_alloc(size_t size)
{
    void *memory = calloc(1, size == 0 ? 1 : size);
    if (memory == NULL) {
        out_of_memory();
    }
    return memory;
}

void *hd_realloc_array(void *pointer, size_t count, size_t size)
{
    void *memory = reallocarray(pointer, count == 0 ? 1 : count, size);
    if (memory == NULL) {
        out_of_memory();
    }
    return memory;
}

char *hd_strdup(const char *text)
{
    return hd_strndup(text, strlen(text));
}

char *hd_strndup(const char *text, size_t length)
{
    char *copy = hd_alloc(length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *hd_printf(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0) {
        out_of_memory();
    }
    return text;
}
