#include "hd_test.h"

#include "hd/base/arena.h"
#include "hd/base/file.h"
#include "hd/base/mem.h"

#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static hd_arena *arena;
static const char *directory;
static const char *running;

bool hd_check_(bool holds, const char *file, int line, const char *format, ...)
{
    char message[4096];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    if (!holds) {
        (void)fprintf(stderr, "%s:%d: %s: %s\n", file, line, running, message);
    }
    CU_assertImplementation(holds, (unsigned)line, message, file, running, CU_FALSE);
    return holds;
}

bool hd_check_str_(const char *got, const char *wanted, const char *text, const char *file,
                   int line)
{
    bool same = got != NULL && wanted != NULL ? strcmp(got, wanted) == 0 : got == wanted;
    return hd_check_(same, file, line, "%s is\n  \"%s\", not\n  \"%s\"", text,
                     got == NULL ? "(null)" : got, wanted == NULL ? "(null)" : wanted);
}

bool hd_check_ok_(int status, const hd_error *err, const char *text, const char *file, int line)
{
    return hd_check_(status == 0, file, line, "%s: %s", text, err->message);
}

bool hd_check_fails_(int status, const hd_error *err, hd_category category, const char *part,
                     const char *text, const char *file, int line)
{
    if (!hd_check_(status != 0, file, line, "%s succeeded", text)) {
        return false;
    }
    bool right = status == -(int)category && err->category == category &&
                 strstr(err->message, part) != NULL;
    return hd_check_(right, file, line, "%s: status %d, message \"%s\"; not %d with \"%s\"", text,
                     status, err->message, -(int)category, part);
}

static void start(void)
{
    arena = hd_arena_new();
    const char *base = getenv("TMPDIR");
    char *path = hd_arena_printf(arena, "%s/hd-test-XXXXXX", base == NULL ? "/tmp" : base);
    directory = mkdtemp(path);
}

static void stop(void)
{
    hd_error ignored = {0};
    if (directory != NULL) {
        (void)!hd_remove_tree(directory, &ignored);
    }
    hd_arena_free(arena);
    arena = NULL;
}

const char *hd_test_dir(void)
{
    return directory;
}

const char *hd_test_path(const char *name)
{
    return hd_arena_printf(arena, "%s/%s", directory, name);
}

const char *hd_test_fixtures(void)
{
    const char *named = getenv("HD_TEST_FIXTURES");
    const char *path = named != NULL ? named : HD_TEST_SOURCE_DIR "/../../shared/fixtures";
    return hd_is_dir(path) ? path : NULL;
}

const char *hd_test_source_path(const char *name)
{
    return hd_arena_printf(arena, "%s/%s", HD_TEST_SOURCE_DIR, name);
}

void hd_test_skip(const char *reason)
{
    (void)fprintf(stderr, "\n*** SKIPPED: %s: %s\n", running, reason);
}

void hd_test_write(const char *path, const void *data, size_t length)
{
    hd_error err = {0};
    const char *base = hd_path_base(path);
    hd_auto_free char *parent = hd_strndup(path, (size_t)(base - path));
    HD_REQUIRE(HD_CHECK_OK(*parent == '\0' ? 0 : hd_make_dirs(parent, &err), err));
    HD_CHECK_OK(hd_file_write(path, (hd_str){data, length}, 0644, &err), err);
}

/* CUnit calls without argument: the tests that match are run one by one through this. */
static const hd_test *current;

static void run_current(void)
{
    running = current->name;
    start();
    current->function();
    stop();
}

int hd_test_main(int argc, char **argv, const char *suite, const hd_test *tests)
{
    const char *filter = argc > 1 ? argv[1] : "";
    if (CU_initialize_registry() != CUE_SUCCESS) {
        return 1;
    }
    unsigned run = 0;
    unsigned failed = 0;
    for (current = tests; current->name != NULL; current++) {
        if (strstr(current->name, filter) == NULL) {
            continue;
        }
        CU_cleanup_registry();
        (void)CU_initialize_registry();
        CU_pSuite in = CU_add_suite(suite, NULL, NULL);
        (void)CU_add_test(in, current->name, run_current);
        (void)CU_run_all_tests();
        run++;
        failed += CU_get_number_of_tests_failed() > 0;
        (void)printf("%s %s.%s (%u checks)\n", CU_get_number_of_tests_failed() > 0 ? "FAIL" : "ok",
                     suite, current->name, CU_get_number_of_asserts());
        (void)fflush(stdout);
    }
    CU_cleanup_registry();
    (void)printf("%u passed, %u failed\n", run - failed, failed);
    return failed > 0 || run == 0 ? 1 : 0;
}
