#include "hd/base/buf.h"

#include "hd/base/mem.h"

#include <assert.h>
#include <stdarg.h>

void hd_buf_done(hd_buf *buf)
{
    if (buf->capacity_ > 0) {
        free(buf->data);
    }
    *buf = HD_BUF_INIT(buf->max);
}

/* Makes room for length more bytes and a NUL; false (and overflown) past the maximum. */
static bool reserve(hd_buf *buf, size_t length)
{
    if (buf->overflown || length > buf->max - buf->length) {
        buf->overflown = true;
        return false;
    }
    size_t needed = buf->length + length + 1;
    if (needed <= buf->capacity_) {
        return true;
    }
    size_t capacity = buf->capacity_ < 64 ? 64 : buf->capacity_ * 2;
    capacity = capacity < needed ? needed : capacity;
    buf->data = hd_realloc_array(buf->capacity_ > 0 ? buf->data : NULL, capacity, 1);
    buf->capacity_ = capacity;
    return true;
}

void hd_buf_append(hd_buf *buf, const void *data, size_t length)
{
    if (length == 0 || !reserve(buf, length)) {
        return;
    }
    memcpy(buf->data + buf->length, data, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void hd_buf_puts(hd_buf *buf, const char *text)
{
    hd_buf_append(buf, text, strlen(text));
}

void hd_buf_putc(hd_buf *buf, char byte)
{
    hd_buf_append(buf, &byte, 1);
}

void hd_buf_put(hd_buf *buf, hd_str view)
{
    hd_buf_append(buf, view.data, view.length);
}

void hd_buf_printf(hd_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    if (reserve(buf, (size_t)length)) {
        (void)vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
}

void hd_buf_truncate(hd_buf *buf, size_t length)
{
    assert(length <= buf->length);
    buf->length = length;
    if (buf->capacity_ > 0) {
        buf->data[length] = '\0';
    }
}

hd_str hd_buf_view(const hd_buf *buf)
{
    return (hd_str){buf->data, buf->length};
}

int hd_buf_check(const hd_buf *buf, const char *what, hd_error *err)
{
    if (buf->overflown) {
        return hd_fail(err, HD_E_LIMIT, "%s: larger than %zu bytes", what, buf->max);
    }
    return 0;
}

char *hd_buf_steal(hd_buf *buf)
{
    char *data = buf->capacity_ > 0 ? buf->data : hd_strdup("");
    *buf = HD_BUF_INIT(buf->max);
    return data;
}
