#include "cli.h"

#include "hd/base/file.h"
#include "hd/base/log.h"

#include <pthread.h>

/* Set once before any work starts; the lock keeps workers' lines whole. */
static struct {
    bool quiet;
    bool verbose;
    bool live; /* stderr is a terminal that understands escapes */
    bool colour;
    bool shown; /* a passing line is on the screen */
} state;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void put(const char *text, size_t length)
{
    hd_error ignored = {0}; /* there is nobody left to tell that stderr is gone */
    (void)!hd_write_all(STDERR_FILENO, text, length, "stderr", &ignored);
}

/* One line of the passing kind: drawn over the one before, cut to the width of a narrow terminal.
 */
static void show_progress(const char *message)
{
    char line[128];
    int length = snprintf(line, sizeof(line), "\r\033[K%.78s", message);
    put(line, (size_t)length);
    state.shown = true;
}

static void clear_progress(void)
{
    if (state.shown) {
        put("\r\033[K", 4);
        state.shown = false;
    }
}

static void show_line(hd_log_level level, const char *message)
{
    const char *prefix = level == HD_LOG_WARNING ? "warning: " : "";
    const char *on = state.colour && level == HD_LOG_WARNING ? "\033[33m" : "";
    const char *off = state.colour && level == HD_LOG_WARNING ? "\033[0m" : "";
    char line[HD_ERROR_MESSAGE_SIZE + 64];
    int length = snprintf(line, sizeof(line), "%s%s%s%s\n", on, prefix, off, message);
    clear_progress();
    put(line, (size_t)length);
}

static bool wanted(hd_log_level level)
{
    switch (level) {
    case HD_LOG_WARNING:
    case HD_LOG_NOTE:
        return !state.quiet;
    case HD_LOG_DETAIL:
        return state.verbose;
    case HD_LOG_PROGRESS:
        return state.live && !state.quiet;
    }
    return false;
}

static void sink(hd_log_level level, const char *message)
{
    if (!wanted(level)) {
        return;
    }
    (void)pthread_mutex_lock(&lock);
    if (level == HD_LOG_PROGRESS) {
        show_progress(message);
    } else {
        show_line(level, message);
    }
    (void)pthread_mutex_unlock(&lock);
}

void hd_terminal_setup(bool quiet, bool verbose)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    state.quiet = quiet;
    state.verbose = verbose;
    state.live = isatty(STDERR_FILENO) && term != NULL && !hd_streq(term, "dumb");
    state.colour = state.live && (no_color == NULL || *no_color == '\0');
    hd_log_set_sink(sink);
}

void hd_terminal_clear(void)
{
    (void)pthread_mutex_lock(&lock);
    clear_progress();
    (void)pthread_mutex_unlock(&lock);
}

int hd_terminal_result(const char *text, size_t length, hd_error *err)
{
    hd_terminal_clear();
    return hd_write_all(STDOUT_FILENO, text, length, "standard output", err);
}

void hd_terminal_error(const char *program, const char *command, const hd_error *err)
{
    char line[HD_ERROR_MESSAGE_SIZE + 256];
    const char *on = state.colour ? "\033[31m" : "";
    const char *off = state.colour ? "\033[0m" : "";
    int length = snprintf(line, sizeof(line), "%s%s:%s %s%s%s\n", on, program, off, command,
                          *command == '\0' ? "" : ": ", err->message);
    hd_terminal_clear();
    put(line, length < (int)sizeof(line) ? (size_t)length : sizeof(line) - 1);
}
