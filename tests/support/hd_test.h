/*
 * hd_test.h: CUnit with what it lacks: checks that print both values, a directory per test,
 * filtering by name.
 *
 *     static void parses_numbers(void) { HD_CHECK_INT(parse("7"), 7); }
 *     int main(int argc, char **argv)
 *     {
 *         static const hd_test tests[] = {HD_TEST(parses_numbers), {0}};
 *         return hd_test_main(argc, argv, "numbers", tests);
 *     }
 *
 * One executable per module: a crash stays in its module. "test_x NAME" runs the tests whose name
 * contains NAME. A failed HD_CHECK goes on; HD_REQUIRE ends the test.
 */
#ifndef HD_TEST_H
#define HD_TEST_H

#include "hd/base/error.h"

#include <CUnit/CUnit.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hd_test {
    const char *name; /* NULL ends the table */
    void (*function)(void);
} hd_test;

#define HD_TEST(test)                                                                              \
    {                                                                                              \
#test, test                                                                                \
    }

int hd_test_main(int argc, char **argv, const char *suite, const hd_test *tests);

/* An empty directory of the running test, removed after it. */
const char *hd_test_dir(void);
/* "<hd_test_dir>/<name>", valid until the test ends. */
const char *hd_test_path(const char *name);
/* The directory with genuine packages (environment HD_TEST_FIXTURES, else ../shared/fixtures beside
 * the source tree), or NULL when there is none: the caller must then call hd_test_skip and return.
 */
const char *hd_test_fixtures(void);
/* A file under tests/ in the source tree. */
const char *hd_test_source_path(const char *name);
/* Says loudly on stderr that (part of) the running test was skipped. */
void hd_test_skip(const char *reason);
/* Writes a file (parents are made); the test fails when that fails. */
void hd_test_write(const char *path, const void *data, size_t length);

bool hd_check_(bool holds, const char *file, int line, const char *format, ...) HD_PRINTF(4, 5);
bool hd_check_str_(const char *got, const char *wanted, const char *text, const char *file,
                   int line);
bool hd_check_ok_(int status, const hd_error *err, const char *text, const char *file, int line);
bool hd_check_fails_(int status, const hd_error *err, hd_category category, const char *part,
                     const char *text, const char *file, int line);

#define HD_CHECK(condition)       hd_check_((condition), __FILE__, __LINE__, "%s", #condition)
#define HD_CHECK_STR(got, wanted) hd_check_str_((got), (wanted), #got, __FILE__, __LINE__)
#define HD_CHECK_INT(got, wanted)                                                                  \
    do {                                                                                           \
        intmax_t got_ = (intmax_t)(got);                                                           \
        intmax_t wanted_ = (intmax_t)(wanted);                                                     \
        hd_check_(got_ == wanted_, __FILE__, __LINE__, "%s is %jd, not %jd", #got, got_, wanted_); \
    } while (0)
/* The call succeeds; its message is shown when it does not. */
#define HD_CHECK_OK(call, err) hd_check_ok_((call), &(err), #call, __FILE__, __LINE__)
/* The call fails with the category, and its message contains part. Clears err for the next call. */
#define HD_CHECK_FAILS(call, err, category, part)                                                  \
    do {                                                                                           \
        hd_check_fails_((call), &(err), (category), (part), #call, __FILE__, __LINE__);            \
        (err) = (hd_error){0};                                                                     \
    } while (0)
#define HD_REQUIRE(check)                                                                          \
    do {                                                                                           \
        if (!(check)) {                                                                            \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#endif
