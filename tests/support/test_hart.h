/*
 * test_hart.h: signed packages that a test makes from a table of entries, honest or hostile.
 *
 *     static const test_entry entries[] = {
 *         TEST_PACKAGE, {.path = TEST_WEB "/bin/web", .content = "#!/bin/sh\n", .mode = 0755},
 * {0}}; const char *path = test_hart("web.hart", entries); hd_package_read_hart(arena, path,
 * &access, ...)      // access.key_cache = test_keys()
 *
 * The archive is written by libarchive, compressed by liblzma and signed by libsodium directly:
 * nothing that is under test has a part in it. The steps are there one by one for tests that break
 * what lies between them. Everything stays in the test's directory.
 */
#ifndef HD_TEST_HART_H
#define HD_TEST_HART_H

#include "hd/base/buf.h"

#include <stdint.h>

#define TEST_IDENT "acme/web/1.0/20260101000000"
#define TEST_WEB   "hab/pkgs/" TEST_IDENT
#define TEST_KEY   "acme-20260101000000"

/* One entry of an archive, under exactly the name given. */
typedef struct test_entry {
    const char *path;    /* NULL ends the table */
    const char *content; /* of a file; NULL is as "" */
    const char *target;  /* of links */
    char type;           /* 0 or 'f' file, 'd' directory, 'l' symbolic link, 'h' hard link,
                            'c' device, 'p' fifo */
    unsigned mode;       /* 0 stands for 0644, or 0755 for directories */
} test_entry;

/* The least a package has: two entries of a table. */
#define TEST_PACKAGE                                                                               \
    {.path = TEST_WEB "/IDENT", .content = TEST_IDENT "\n"},                                       \
    {                                                                                              \
        .path = TEST_WEB "/TARGET", .content = "x86_64-linux\n"                                    \
    }

/* Appends a GNU tar archive of the entries. */
void test_tar(hd_buf *out, const test_entry *entries);

/* Appends one 512-byte header, for what libarchive would not write; the name and the target are cut
 * to what fits. */
void test_tar_header(hd_buf *out, const char *name, char type, uint64_t size, const char *target);

/* Appends data as one .xz stream. */
void test_xz(hd_buf *out, hd_str data);

/* Appends the envelope of payload signed by TEST_KEY, whose public half is put into test_keys(). */
void test_envelope(hd_buf *out, hd_str payload);
/* The same with a signature over this message instead of the payload's digest. */
void test_envelope_over(hd_buf *out, hd_str payload, const char *message);

/* Lower-case hex of BLAKE2b with 32 bytes of output. */
void test_blake2b(hd_str data, char hex[65]);

/* All steps: the file's path, valid until the test ends. */
const char *test_hart(const char *name, const test_entry *entries);
/* Compresses, signs and writes an archive that is there already. */
const char *test_hart_of_tar(const char *name, hd_str tar);

/* The directory with the public key. */
const char *test_keys(void);

#endif
