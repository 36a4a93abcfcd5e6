#include "hd/base/log.h"

#include <stdarg.h>
#include <stdio.h>

static hd_log_sink *current;

void hd_log_set_sink(hd_log_sink *sink)
{
    current = sink;
}

void hd_log(hd_log_level level, const char *format, ...)
{
    if (current == NULL) {
        return;
    }
    char message[HD_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    for (char *at = message; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            *at = '?';
        }
    }
    current(level, message);
}
