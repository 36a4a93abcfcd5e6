#include "hd/base/strmap.h"

#include "hd/base/mem.h"
#include "hd/base/str.h"

#include <stdint.h>
#include <sys/random.h>

typedef struct entry {
    char *key;
    void *value;
    uint64_t hash;
} entry;

struct hd_strmap {
    entry *entries; /* in order of insertion */
    size_t count;
    size_t capacity;
    size_t *slots; /* index + 1 into entries, 0 = free; a power of two of them */
    size_t slot_count;
    uint64_t seed;
};

/* FNV-1a started from a random seed and finished with a mixer: enough against accidental and
 * prepared collisions. */
static uint64_t hash_of(const hd_strmap *map, const char *key)
{
    uint64_t hash = map->seed;
    for (; *key != '\0'; key++) {
        hash = (hash ^ (unsigned char)*key) * 0x100000001b3u;
        hash ^= hash >> 29;
    }
    return hash ^ (hash >> 32);
}

hd_strmap *hd_strmap_new(void)
{
    hd_strmap *map = hd_alloc(sizeof(*map));
    if (getrandom(&map->seed, sizeof(map->seed), GRND_NONBLOCK) != sizeof(map->seed)) {
        map->seed = (uintptr_t)map;
    }
    return map;
}

void hd_strmap_free(hd_strmap *map)
{
    if (map == NULL) {
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        free(map->entries[i].key);
    }
    free(map->entries);
    free(map->slots);
    free(map);
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t *slot_for(const hd_strmap *map, const char *key, uint64_t hash)
{
    size_t mask = map->slot_count - 1;
    for (size_t at = (size_t)hash & mask;; at = (at + 1) & mask) {
        size_t *slot = &map->slots[at];
        if (*slot == 0) {
            return slot;
        }
        const entry *found = &map->entries[*slot - 1];
        if (found->hash == hash && hd_streq(found->key, key)) {
            return slot;
        }
    }
}

static void grow(hd_strmap *map)
{
    if ((map->count + 1) * 2 <= map->slot_count) {
        return;
    }
    map->slot_count = map->slot_count == 0 ? 16 : map->slot_count * 2;
    free(map->slots);
    map->slots = hd_alloc(map->slot_count * sizeof(size_t));
    for (size_t i = 0; i < map->count; i++) {
        *slot_for(map, map->entries[i].key, map->entries[i].hash) = i + 1;
    }
}

bool hd_strmap_put(hd_strmap *map, const char *key, void *value)
{
    grow(map);
    uint64_t hash = hash_of(map, key);
    size_t *slot = slot_for(map, key, hash);
    if (*slot != 0) {
        return false;
    }
    if (map->count == map->capacity) {
        map->capacity = map->capacity == 0 ? 8 : map->capacity * 2;
        map->entries = hd_realloc_array(map->entries, map->capacity, sizeof(entry));
    }
    map->entries[map->count++] = (entry){hd_strdup(key), value, hash};
    *slot = map->count;
    return true;
}

static const entry *find(const hd_strmap *map, const char *key)
{
    if (map->slot_count == 0) {
        return NULL;
    }
    size_t slot = *slot_for(map, key, hash_of(map, key));
    return slot == 0 ? NULL : &map->entries[slot - 1];
}

void *hd_strmap_get(const hd_strmap *map, const char *key)
{
    const entry *found = find(map, key);
    return found == NULL ? NULL : found->value;
}

bool hd_strmap_has(const hd_strmap *map, const char *key)
{
    return find(map, key) != NULL;
}

size_t hd_strmap_count(const hd_strmap *map)
{
    return map->count;
}

const char *hd_strmap_key_at(const hd_strmap *map, size_t index)
{
    return map->entries[index].key;
}

void *hd_strmap_value_at(const hd_strmap *map, size_t index)
{
    return map->entries[index].value;
}
