/*
 * error.h: how every fallible function says what went wrong.
 *
 *     int hd_thing_open(const char *path, hd_thing **ret_thing, hd_error *err);
 *
 *     if (port > 65535) {
 *         return hd_fail(err, HD_E_INVALID, "%s: port must be 1-65535", path);
 *     }
 *     if (hd_thing_open(path, &thing, err) != 0) {
 *         return hd_wrap(err, "reading package %s", ident);
 *     }
 *
 * An hd_error is a fixed-size struct owned by the caller, always the last parameter, never NULL. It
 * is written only on failure, so a zero-initialised one that went through any number of successful
 * calls is still clean. There is nothing to free. Functions return 0 or a negative number; the
 * number is -(category). Outputs are named ret_x and written only on success.
 *
 * The message is one line without a trailing period, in the user's words; hd_wrap puts context in
 * front, so the outermost context comes first. Secrets never go into a message. Control characters
 * are shown as '?', because much of what is quoted in messages comes from hostile files.
 *
 * Threads: an hd_error belongs to one thread at a time.
 */
#ifndef HD_BASE_ERROR_H
#define HD_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

/* The categories are the exit statuses of the command line. */
typedef enum hd_category {
    HD_E_DIFFERS = 1,     /* differs / unhealthy: an answer, not a fault */
    HD_E_USAGE = 2,       /* unknown option, malformed option value */
    HD_E_INVALID = 3,     /* a file, package or answer is not what it must be */
    HD_E_NOT_FOUND = 4,   /* nothing of that name */
    HD_E_UNREACHABLE = 5, /* a peer does not answer */
    HD_E_REFUSED = 6,     /* not allowed (401, 403, EACCES) */
    HD_E_CONFLICT = 7,    /* somebody else's state is in the way */
    HD_E_INTEGRITY = 8,   /* signature or digest does not hold */
    HD_E_LIMIT = 9,       /* a limit was exceeded */
    HD_E_TIMEOUT = 10,    /* stopped waiting */
    HD_E_ROLLOUT = 11,    /* the roll-out failed */
    HD_E_INTERNAL = 70,   /* our fault, or the machine's (disk full) */
    HD_E_CANCELLED = 130, /* interrupted */
} hd_category;

enum { HD_ERROR_MESSAGE_SIZE = 768 };

typedef struct hd_error {
    hd_category category; /* 0 while nothing failed */
    int errnum;           /* errno, or 0 */
    char message[HD_ERROR_MESSAGE_SIZE];
} hd_error;

#define HD_CHECKED        __attribute__((warn_unused_result))
#define HD_PRINTF(at, va) __attribute__((format(printf, at, va)))

/* Writes a failure and returns -(category). */
int hd_fail(hd_error *err, hd_category category, const char *format, ...) HD_PRINTF(3, 4);

/* The same from errno: ": No such file or directory" is appended and the category follows errno. */
int hd_fail_errno(hd_error *err, int errnum, const char *format, ...) HD_PRINTF(3, 4);

/* Puts "context: " in front of the message of a failure; returns -(its category). */
int hd_wrap(hd_error *err, const char *format, ...) HD_PRINTF(2, 3);

/* The exit status for a failure: its category, or HD_E_INTERNAL if it has none. */
int hd_exit_status(const hd_error *err);

#endif
