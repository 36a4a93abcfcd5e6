#include "hd/base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Messages quote hostile input: what could move a terminal's cursor or fake a second line is shown
 * as '?'. */
static void defuse(char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f) {
            *text = '?';
        }
    }
}

static hd_category category_of_errno(int errnum)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
        return HD_E_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return HD_E_REFUSED;
    case EEXIST:
    case ENOTEMPTY:
        return HD_E_CONFLICT;
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
        return HD_E_INVALID;
    default:
        return HD_E_INTERNAL;
    }
}

int hd_fail(hd_error *err, hd_category category, const char *format, ...)
{
    err->category = category;
    err->errnum = 0;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    defuse(err->message);
    return -(int)category;
}

int hd_fail_errno(hd_error *err, int errnum, const char *format, ...)
{
    err->category = category_of_errno(errnum);
    err->errnum = errnum;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    size_t used = strlen(err->message);
    char reason[128];
    (void)snprintf(err->message + used, sizeof(err->message) - used, ": %s",
                   strerror_r(errnum, reason, sizeof(reason)));
    defuse(err->message);
    return -(int)err->category;
}

int hd_wrap(hd_error *err, const char *format, ...)
{
    char inner[HD_ERROR_MESSAGE_SIZE];
    memcpy(inner, err->message, sizeof(inner));
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    size_t used = strlen(err->message);
    (void)snprintf(err->message + used, sizeof(err->message) - used, ": %s", inner);
    defuse(err->message);
    return -hd_exit_status(err);
}

int hd_exit_status(const hd_error *err)
{
    return err->category == 0 ? (int)HD_E_INTERNAL : (int)err->category;
}
