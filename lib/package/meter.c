/* A package's archive may not be longer than its entries account for. Content that belongs to no
 * entry (zeros behind the end, data announced by a link) is passed over by every reader of tar, but
 * it has to be decoded first, and a few kilobytes of .xz decode to gigabytes. */
#include "contents-internal.h"

#include "hd/base/mem.h"

typedef struct meter {
    hd_source base;
    hd_source *inner;
    const uint64_t *allowed;
    uint64_t passed;
} meter;

static int meter_read(hd_source *self, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    meter *source = (meter *)self;
    size_t got = 0;
    int status = hd_source_read(source->inner, data, size, &got, err);
    if (status != 0) {
        return status;
    }
    source->passed += got;
    if (source->passed > *source->allowed) {
        return hd_fail(err, HD_E_LIMIT, "the archive has more data than its entries account for");
    }
    *ret_got = got;
    return 0;
}

static void meter_free(hd_source *self)
{
    meter *source = (meter *)self;
    hd_source_free(source->inner);
    free(source);
}

hd_source *hd_source_meter_take(hd_source *inner, const uint64_t *allowed)
{
    meter *source = hd_alloc(sizeof(*source));
    *source = (meter){.base = {meter_read, meter_free}, .inner = inner, .allowed = allowed};
    return &source->base;
}
