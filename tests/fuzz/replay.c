/* Feeds every file of the directories named on the command line to the fuzz target once: the corpus
 * as a test. */
#include "hd/base/file.h"

#include <dirent.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *directory, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    hd_error err = {0};
    hd_auto_free char *data = NULL;
    size_t length = 0;
    if (hd_file_read(path, 16 * 1024 * 1024, &data, &length, &err) != 0) {
        (void)fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    /* A copy of the exact size, so that a sanitizer sees every read past the end. */
    uint8_t *exact = malloc(length == 0 ? 1 : length);
    if (exact == NULL) {
        return 1;
    }
    memcpy(exact, data, length);
    (void)LLVMFuzzerTestOneInput(exact, length);
    free(exact);
    return 0;
}

static int replay_directory(const char *directory, unsigned *count)
{
    DIR *dir = opendir(directory);
    if (dir == NULL) {
        (void)fprintf(stderr, "%s: no such corpus\n", directory);
        return 1;
    }
    int failed = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] != '.') {
            failed |= replay_file(directory, entry->d_name);
            (*count)++;
        }
    }
    (void)closedir(dir);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    unsigned count = 0;
    for (int i = 1; i < argc; i++) {
        failed |= replay_directory(argv[i], &count);
    }
    (void)printf("%u inputs replayed\n", count);
    return failed != 0 || count == 0 ? 1 : 0;
}
