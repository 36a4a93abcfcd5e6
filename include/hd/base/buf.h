/*
 * buf.h: a growing run of bytes with a maximum it was born with.
 *
 *     hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
 *     hd_buf_puts(&text, "[");
 *     hd_buf_printf(&text, "%u", n);
 *     if (hd_buf_check(&text, "rendering x", err) != 0) ...
 *
 * Appends return nothing: the first one past the maximum marks the buffer as overflown and all
 * later ones do nothing, so a run of appends is checked once. data is always NUL-terminated (data
 * is "" while empty).
 */
#ifndef HD_BASE_BUF_H
#define HD_BASE_BUF_H

#include "hd/base/cleanup.h"
#include "hd/base/error.h"
#include "hd/base/str.h"

#define HD_KIB ((size_t)1024)
#define HD_MIB ((size_t)1024 * 1024)

typedef struct hd_buf {
    char *data;
    size_t length;
    size_t max; /* bytes, not counting the NUL */
    size_t capacity_;
    bool overflown;
} hd_buf;

#define HD_BUF_INIT(maximum) ((hd_buf){.data = (char *)(uintptr_t) "", .max = (maximum)})

void hd_buf_done(hd_buf *buf);
HD_DEFINE_AUTO_DONE(hd_buf)

void hd_buf_append(hd_buf *buf, const void *data, size_t length);
void hd_buf_puts(hd_buf *buf, const char *text);
void hd_buf_putc(hd_buf *buf, char byte);
void hd_buf_put(hd_buf *buf, hd_str view);
void hd_buf_printf(hd_buf *buf, const char *format, ...) HD_PRINTF(2, 3);

/* Cuts back to length, which must not be larger than the present one. */
void hd_buf_truncate(hd_buf *buf, size_t length);

hd_str hd_buf_view(const hd_buf *buf);

/* HD_E_LIMIT "what: larger than N bytes" when an append did not fit. */
int hd_buf_check(const hd_buf *buf, const char *what, hd_error *err) HD_CHECKED;

/* The text, to be released with free(); the buffer is empty again. */
char *hd_buf_steal(hd_buf *buf);

#endif
