#include "hd_test.h"
#include "test_hart.h"

#include "hd/package/contents.h"

#include <sys/stat.h>
#include <unistd.h>

#define DIR(name)                                                                                  \
    {                                                                                              \
        .path = name, .type = 'd'                                                                  \
    }
#define TEXT(name)                                                                                 \
    {                                                                                              \
        .path = name, .content = "text"                                                            \
    }
#define LINK(name, to)                                                                             \
    {                                                                                              \
        .path = name, .type = 'l', .target = to                                                    \
    }
#define HARD_LINK(name, to)                                                                        \
    {                                                                                              \
        .path = name, .type = 'h', .target = to                                                    \
    }

enum { TEST_MANY = 100 };

static hd_package_access access_with(const hd_package_limits *limits)
{
    return (hd_package_access){.key_cache = test_keys(), .limits = limits};
}

static int read_hart(hd_arena *arena, const char *path, const hd_package **package, hd_error *err)
{
    hd_package_access access = access_with(&hd_package_default_limits);
    return hd_package_read_hart(arena, path, &access, package, err);
}

/* "type mode path -> target = content", one entry per line. */
static void list_entry(hd_buf *out, hd_contents *contents, const hd_tar_entry *entry)
{
    static const char letters[] = {[HD_TAR_FILE] = 'f',
                                   [HD_TAR_DIR] = 'd',
                                   [HD_TAR_SYMLINK] = 'l',
                                   [HD_TAR_HARDLINK] = 'h',
                                   [HD_TAR_OTHER] = '?'};
    hd_error err = {0};
    hd_buf_printf(out, "%c %o %s", letters[entry->type], (unsigned)entry->mode, entry->path);
    if (entry->target != NULL) {
        hd_buf_printf(out, " -> %s", entry->target);
    }
    char chunk[3]; /* small: content comes in parts */
    for (size_t got = 1, total = 0; entry->type == HD_TAR_FILE && got > 0; total += got) {
        HD_REQUIRE(HD_CHECK_OK(hd_contents_data(contents, chunk, sizeof(chunk), &got, &err), err));
        if (got > 0 && total == 0) {
            hd_buf_puts(out, " = ");
        }
        hd_buf_append(out, chunk, got);
    }
    hd_buf_putc(out, '\n');
}

static void list(hd_buf *out, const hd_package *package)
{
    hd_error err = {0};
    hd_auto(hd_contents) *contents = NULL;
    hd_package_access access = access_with(&hd_package_default_limits);
    HD_REQUIRE(HD_CHECK_OK(hd_contents_open(package, &access, &contents, &err), err));
    hd_tar_entry entry = {0};
    for (bool more = true; more;) {
        HD_REQUIRE(HD_CHECK_OK(hd_contents_next(contents, &entry, &more, &err), err));
        if (more) {
            list_entry(out, contents, &entry);
        }
    }
}

static void entries_come_as_in_the_archive(void)
{
    static const test_entry entries[] = {
        DIR("hab"),
        DIR("hab/pkgs"),
        DIR("hab/pkgs/acme"),
        DIR("hab/pkgs/acme/web"),
        DIR("hab/pkgs/acme/web/1.0"),
        DIR(TEST_WEB),
        {.path = TEST_WEB "/z/su", .content = "program", .mode = 04755},
        HARD_LINK(TEST_WEB "/z/again", TEST_WEB "/z/su"),
        HARD_LINK(TEST_WEB "/z/thrice", TEST_WEB "/z/again"),
        {.path = TEST_WEB "/z", .type = 'd', .mode = 01777},
        LINK(TEST_WEB "/absolute", "/etc/passwd"),
        LINK(TEST_WEB "/up", "../../../../../../bin"),
        LINK(TEST_WEB "/same", "./z//su"),
        {.path = TEST_WEB "/new\nline \"quoted\" '$x' \xff\xfe", .content = "odd"},
        {.path = TEST_WEB "/empty", .content = ""},
        {.path = TEST_WEB "/.whatever", .content = ""},
        TEST_PACKAGE,
        {0}};
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    const hd_package *package = NULL;
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    HD_REQUIRE(HD_CHECK_OK(read_hart(arena, test_hart("x.hart", entries), &package, &err), err));
    list(&text, package);
    HD_CHECK_STR(text.data, "d 755 " TEST_WEB "\n"
                            "f 4755 " TEST_WEB "/z/su = program\n"
                            "h 644 " TEST_WEB "/z/again -> " TEST_WEB "/z/su\n"
                            "h 644 " TEST_WEB "/z/thrice -> " TEST_WEB "/z/again\n"
                            "d 1777 " TEST_WEB "/z\n"
                            "l 644 " TEST_WEB "/absolute -> /etc/passwd\n"
                            "l 644 " TEST_WEB "/up -> ../../../../../../bin\n"
                            "l 644 " TEST_WEB "/same -> ./z//su\n"
                            "f 644 " TEST_WEB "/new\nline \"quoted\" '$x' \xff\xfe = odd\n"
                            "f 644 " TEST_WEB "/empty\n"
                            "f 644 " TEST_WEB "/.whatever\n"
                            "f 644 " TEST_WEB "/IDENT = " TEST_IDENT "\n\n"
                            "f 644 " TEST_WEB "/TARGET = x86_64-linux\n\n");
    HD_CHECK_INT(package->entry_count, 13);
    HD_CHECK_INT(package->unpacked_size, strlen("program"
                                                "odd" TEST_IDENT "\n"
                                                "x86_64-linux\n"));
}

static void hostile_archives_are_refused(void)
{
    static const struct {
        const char *message;
        test_entry entries[6];
    } rows[] = {
        {"\"..\"", {TEST_PACKAGE, TEXT(TEST_WEB "/../../x")}},
        {"\"..\"", {TEST_PACKAGE, TEXT(TEST_WEB "/bin/..")}},
        {"\"..\"", {TEXT("../" TEST_WEB "/x"), TEST_PACKAGE}},
        {"empty part", {TEST_PACKAGE, TEXT(TEST_WEB "//x")}},
        {"\".\"", {TEXT("./" TEST_WEB "/x"), TEST_PACKAGE}},
        {"\".\"", {TEST_PACKAGE, TEXT(TEST_WEB "/./x")}},
        {"absolute name", {TEST_PACKAGE, TEXT("/etc/passwd")}},
        {"absolute name", {TEXT("/" TEST_WEB "/x"), TEST_PACKAGE}},
        {"outside the package's own directory", {TEST_PACKAGE, TEXT("etc/passwd")}},
        {"outside the package's own directory", {TEXT("etc/passwd"), TEST_PACKAGE}},
        {"outside the package's own directory", {TEXT("a/b/c/d/e/f"), TEST_PACKAGE}},
        {"outside the package's own directory",
         {TEST_PACKAGE, TEXT("hab/pkgs/acme/web/1.0/20260101000001/x")}},
        {"outside the package's own directory",
         {TEST_PACKAGE, DIR("hab/pkgs/acme/web/1.0/20260101000001")}},
        {"outside the package's own directory", {TEST_PACKAGE, TEXT(TEST_WEB "x")}},
        {"outside the package's own directory", {TEXT("hab/pkgs/acme"), TEST_PACKAGE}},
        {"outside the package's own directory", {LINK("hab/pkgs", "/tmp"), TEST_PACKAGE}},
        {"a device, fifo or socket", {TEST_PACKAGE, {.path = TEST_WEB "/null", .type = 'c'}}},
        {"a device, fifo or socket", {TEST_PACKAGE, {.path = TEST_WEB "/pipe", .type = 'p'}}},
        {"hard link", {TEST_PACKAGE, HARD_LINK(TEST_WEB "/x", "/etc/passwd")}},
        {"hard link", {TEST_PACKAGE, HARD_LINK(TEST_WEB "/x", "IDENT")}},
        {"hard link",
         {TEST_PACKAGE, HARD_LINK(TEST_WEB "/x", TEST_WEB "/../20260101000000/IDENT")}},
        {"hard link", {TEST_PACKAGE, HARD_LINK(TEST_WEB "/x", TEST_WEB "/x")}},
        {"hard link",
         {TEST_PACKAGE, HARD_LINK(TEST_WEB "/x", TEST_WEB "/later"), TEXT(TEST_WEB "/later")}},
        {"hard link",
         {TEST_PACKAGE, LINK(TEST_WEB "/l", "IDENT"), HARD_LINK(TEST_WEB "/x", TEST_WEB "/l")}},
        {"hard link", {TEST_PACKAGE, DIR(TEST_WEB "/d"), HARD_LINK(TEST_WEB "/x", TEST_WEB "/d")}},
        {"there twice", {TEST_PACKAGE, TEXT(TEST_WEB "/x"), TEXT(TEST_WEB "/x")}},
        {"there twice", {TEST_PACKAGE, DIR(TEST_WEB "/x"), DIR(TEST_WEB "/x")}},
        {"there twice", {TEST_PACKAGE, DIR(TEST_WEB "/x"), LINK(TEST_WEB "/x", "/etc")}},
        {"below a symbolic link",
         {TEST_PACKAGE, LINK(TEST_WEB "/x", "/etc"), TEXT(TEST_WEB "/x/passwd")}},
        {"below a symbolic link",
         {TEST_PACKAGE, LINK(TEST_WEB "/x", "/etc"), TEXT(TEST_WEB "/x/a/b/c")}},
        {"no directory", {TEST_PACKAGE, TEXT(TEST_WEB "/IDENT/x")}},
        {"in the place of a directory",
         {TEST_PACKAGE, TEXT(TEST_WEB "/x/passwd"), LINK(TEST_WEB "/x", "/etc")}},
        {"in the place of a directory",
         {TEST_PACKAGE, TEXT(TEST_WEB "/x/y/passwd"), LINK(TEST_WEB "/x", "/etc")}},
        {"in the place of a directory",
         {TEST_PACKAGE, TEXT(TEST_WEB "/x/passwd"), TEXT(TEST_WEB "/x")}},
        {"in the place of a directory", {TEST_PACKAGE, LINK(TEST_WEB, "/etc")}},
        {"in the place of a directory", {TEXT(TEST_WEB)}},
        {".wh.", {TEST_PACKAGE, TEXT(TEST_WEB "/.wh.IDENT")}},
        {".wh.", {TEST_PACKAGE, TEXT(TEST_WEB "/bin/.wh..wh..opq")}},
        {".wh.", {TEST_PACKAGE, DIR(TEST_WEB "/.wh.bin")}},
        {".wh.", {TEST_PACKAGE, TEXT(TEST_WEB "/.wh.bin/x")}},
        {"climbs above the root", {TEST_PACKAGE, LINK(TEST_WEB "/up", "../../../../../../../x")}},
        {"climbs above the root",
         {TEST_PACKAGE, LINK(TEST_WEB "/up", "a/../../../../../../../../x")}},
        {"IDENT says",
         {{.path = TEST_WEB "/IDENT", .content = "acme/web/1.0/20270101000000"},
          {.path = TEST_WEB "/TARGET", .content = "x86_64-linux"}}},
        {"no metafile IDENT", {{.path = TEST_WEB "/TARGET", .content = "x86_64-linux"}}},
        {"no metafile TARGET", {{.path = TEST_WEB "/IDENT", .content = TEST_IDENT}}},
        {"no metafile IDENT", {DIR("hab"), DIR("hab/pkgs")}},
        {"metafile", {TEST_PACKAGE, LINK(TEST_WEB "/SVC_USER", "IDENT")}},
        {"metafile", {TEST_PACKAGE, HARD_LINK(TEST_WEB "/SVC_USER", TEST_WEB "/IDENT")}},
        {"metafile", {TEST_PACKAGE, DIR(TEST_WEB "/SVC_USER")}},
    };
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        hd_error err = {0};
        const hd_package *package = NULL;
        const char *path = test_hart("x.hart", rows[i].entries);
        int status = read_hart(arena, path, &package, &err);
        HD_CHECK(strstr(err.message, "x.hart: ") != NULL);
        if (!hd_check_fails_(status, &err, HD_E_INVALID, rows[i].message, "row", __FILE__,
                             __LINE__)) {
            (void)fprintf(stderr, "row %zu: %s\n", i, rows[i].message);
        }
        HD_CHECK(package == NULL);
    }
}

/* TEST_PACKAGE in a fresh archive without its end mark. */
static void begin_tar(hd_buf *tar)
{
    static const test_entry entries[] = {TEST_PACKAGE, {0}};
    test_tar(tar, entries);
    hd_buf_truncate(tar, 4 * 512);
}

static void put_zeros(hd_buf *out, size_t length)
{
    static const char zeros[64 * 1024];
    for (; length > 0; length -= length < sizeof(zeros) ? length : sizeof(zeros)) {
        hd_buf_append(out, zeros, length < sizeof(zeros) ? length : sizeof(zeros));
    }
}

/* What is decoded must be what entries account for: a few kilobytes of .xz hold gigabytes of zeros.
 */
static void what_no_entry_accounts_for_is_not_decoded(void)
{
    enum { MUCH = 64 * 1024 * 1024 };
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    const hd_package *package = NULL;

    hd_auto_done(hd_buf) behind = HD_BUF_INIT(2 * MUCH);
    begin_tar(&behind);
    put_zeros(&behind, 100 * 10240);
    HD_CHECK_OK(read_hart(arena, test_hart_of_tar("p.hart", hd_buf_view(&behind)), &package, &err),
                err);
    put_zeros(&behind, MUCH);
    HD_CHECK_FAILS(
        read_hart(arena, test_hart_of_tar("b.hart", hd_buf_view(&behind)), &package, &err), err,
        HD_E_LIMIT, "more data than its entries account for");

    /* A pax archive's hard link may bring content, which readers pass over. */
    hd_auto_done(hd_buf) link = HD_BUF_INIT(2 * MUCH);
    begin_tar(&link);
    test_tar_header(&link, "pax", 'x', 12, "");
    hd_buf_puts(&link, "12 mtime=99\n");
    put_zeros(&link, 500);
    test_tar_header(&link, "hab/pkgs/acme/web/1.0/20260101000000/x", '1', MUCH, TEST_WEB "/IDENT");
    put_zeros(&link, MUCH + 1024);
    HD_CHECK_FAILS(read_hart(arena, test_hart_of_tar("l.hart", hd_buf_view(&link)), &package, &err),
                   err, HD_E_LIMIT, "more data than its entries account for");
}

static void limits_hold(void)
{
    static const test_entry entries[] = {
        TEST_PACKAGE,
        {.path = TEST_WEB "/MANIFEST", .content = "# a manifest of so many bytes"},
        {.path = TEST_WEB "/bin/a-name-of-some-length", .content = "0123456789"},
        LINK(TEST_WEB "/link", "/a/target/that/is/even/longer/than/all/the/names/in/this/package"),
        {0}};
    static const struct {
        hd_package_limits limits;
        const char *message; /* NULL: all fits */
    } rows[] = {
        {{5, 100, 100, 50, {0}}, NULL},
        {{4, 100, 100, 50, {0}}, "more than 4 entries"},
        {{5, 79, 100, 50, {0}}, "more than 79 bytes unpacked"},
        {{5, 100, 60, 50, {0}}, "longer than 60 bytes"},
        {{5, 100, 63, 50, {0}}, "longer than 63 bytes"}, /* the link's target */
        {{5, 100, 100, 20, {0}}, "more than 20 bytes"},
        {{5, 100, 100, 50, {.threads = 1, .memory_max = 1024}}, "too much memory"},
    };
    const char *path = test_hart("x.hart", entries);
    for (size_t i = 0; i < HD_COUNT(rows); i++) {
        hd_auto(hd_arena) *arena = hd_arena_new();
        hd_error err = {0};
        const hd_package *package = NULL;
        hd_package_access access = access_with(&rows[i].limits);
        int status = hd_package_read_hart(arena, path, &access, &package, &err);
        if (rows[i].message == NULL) {
            HD_CHECK_OK(status, err);
        } else {
            HD_CHECK_FAILS(status, err, HD_E_LIMIT, rows[i].message);
        }
    }
}

/* The size an entry announces counts, not what is behind it: nothing is decoded first. */
static void a_bomb_stops_at_its_announcement(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    const hd_package *package = NULL;
    hd_auto_done(hd_buf) tar = HD_BUF_INIT(HD_MIB);
    begin_tar(&tar);
    test_tar_header(&tar, "hab/pkgs/acme/web/1.0/20260101000000/x", '0', 077777777777, "");
    test_tar_header(&tar, "hab/pkgs/acme/web/1.0/20260101000000/y", '0', 077777777777, "");
    hd_package_limits limits = hd_package_default_limits;
    limits.unpacked_size = HD_MIB;
    hd_package_access access = access_with(&limits);
    const char *path = test_hart_of_tar("x.hart", hd_buf_view(&tar));
    HD_CHECK_FAILS(hd_package_read_hart(arena, path, &access, &package, &err), err, HD_E_LIMIT,
                   "more than 1048576 bytes unpacked");
    HD_CHECK_FAILS(read_hart(arena, path, &package, &err), err, HD_E_INVALID, "");
}

/* ---- installed packages ---- */

static void install(const char *name, const char *text)
{
    hd_auto_done(hd_buf) path = HD_BUF_INIT(HD_KIB);
    hd_buf_printf(&path, "root/" TEST_WEB "/%s", name);
    hd_test_write(hd_test_path(path.data), text, strlen(text));
}

static void install_web(void)
{
    install("IDENT", TEST_IDENT "\r\n");
    install("TARGET", "x86_64-linux\r\n");
}

static int read_installed(hd_arena *arena, const hd_package **package, hd_error *err)
{
    hd_ident ident = {"acme", "web", "1.0", "20260101000000"};
    return hd_package_read_installed(arena, hd_test_path("root"), &ident,
                                     &hd_package_default_limits, package, err);
}

static void installed_packages_are_walked_without_following_links(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    const hd_package *package = NULL;
    hd_auto_done(hd_buf) text = HD_BUF_INIT(HD_MIB);
    install_web();
    install("b/y", "two");
    install("b/x", "one");
    install("a-b", "three");
    HD_CHECK(chmod(hd_test_path("root/" TEST_WEB "/b/x"), 04711) == 0);
    HD_CHECK(symlink("/", hd_test_path("root/" TEST_WEB "/loop")) == 0);
    HD_CHECK(symlink("b", hd_test_path("root/" TEST_WEB "/c")) == 0);
    HD_REQUIRE(HD_CHECK_OK(read_installed(arena, &package, &err), err));
    list(&text, package);
    HD_CHECK_STR(text.data, "d 755 " TEST_WEB "\n"
                            "f 644 " TEST_WEB "/IDENT = " TEST_IDENT "\r\n\n"
                            "f 644 " TEST_WEB "/TARGET = x86_64-linux\r\n\n"
                            "f 644 " TEST_WEB "/a-b = three\n"
                            "d 755 " TEST_WEB "/b\n"
                            "f 4711 " TEST_WEB "/b/x = one\n"
                            "f 644 " TEST_WEB "/b/y = two\n"
                            "l 777 " TEST_WEB "/c -> b\n"
                            "l 777 " TEST_WEB "/loop -> /\n");
    HD_CHECK(package->file == NULL && package->checksum == NULL && package->signer == NULL);
    HD_CHECK_STR(package->directory, hd_test_path("root/" TEST_WEB));
}

static void odd_installed_packages_are_refused(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    const hd_package *package = NULL;
    HD_CHECK_FAILS(read_installed(arena, &package, &err), err, HD_E_NOT_FOUND, TEST_WEB);
    install("TARGET", "x86_64-linux");
    HD_CHECK_FAILS(read_installed(arena, &package, &err), err, HD_E_INVALID, "no metafile IDENT");
    install("IDENT", "acme/web/1.0/20260101000009");
    HD_CHECK_FAILS(read_installed(arena, &package, &err), err, HD_E_INVALID,
                   "IDENT says acme/web/1.0/20260101000009");
    install_web();
    HD_CHECK(mkfifo(hd_test_path("root/" TEST_WEB "/pipe"), 0600) == 0);
    HD_CHECK_FAILS(read_installed(arena, &package, &err), err, HD_E_INVALID,
                   "a device, fifo or socket");
    HD_CHECK(unlink(hd_test_path("root/" TEST_WEB "/pipe")) == 0);
    install("bin/.wh.x", "");
    HD_CHECK_FAILS(read_installed(arena, &package, &err), err, HD_E_INVALID, ".wh.");
}

/* A file that grows or shrinks between its announcement and its reading. */
static void changing_files_are_noticed(void)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_error err = {0};
    const hd_package *package = NULL;
    install_web();
    install("a", "0123456789");
    HD_REQUIRE(HD_CHECK_OK(read_installed(arena, &package, &err), err));
    static const off_t sizes[] = {5, 20};
    for (size_t i = 0; i < HD_COUNT(sizes); i++) {
        install("a", "0123456789");
        hd_auto(hd_contents) *contents = NULL;
        hd_package_access access = access_with(&hd_package_default_limits);
        HD_REQUIRE(HD_CHECK_OK(hd_contents_open(package, &access, &contents, &err), err));
        hd_tar_entry entry = {0};
        for (bool more = true; more && (entry.path == NULL || !hd_ends_with(entry.path, "/a"));) {
            HD_REQUIRE(HD_CHECK_OK(hd_contents_next(contents, &entry, &more, &err), err));
        }
        HD_CHECK(truncate(hd_test_path("root/" TEST_WEB "/a"), sizes[i]) == 0);
        char data[TEST_MANY];
        size_t total = 0;
        int status = 0;
        for (size_t got = 1; status == 0 && got > 0; total += status == 0 ? got : 0) {
            status = hd_contents_data(contents, data, sizeof(data), &got, &err);
        }
        HD_CHECK(total <= entry.size);
        HD_CHECK_FAILS(status, err, HD_E_CONFLICT, "changed while it was read");
    }
}

int main(int argc, char **argv)
{
    static const hd_test tests[] = {HD_TEST(entries_come_as_in_the_archive),
                                    HD_TEST(hostile_archives_are_refused),
                                    HD_TEST(what_no_entry_accounts_for_is_not_decoded),
                                    HD_TEST(limits_hold),
                                    HD_TEST(a_bomb_stops_at_its_announcement),
                                    HD_TEST(installed_packages_are_walked_without_following_links),
                                    HD_TEST(odd_installed_packages_are_refused),
                                    HD_TEST(changing_files_are_noticed),
                                    {0}};
    return hd_test_main(argc, argv, "contents", tests);
}
