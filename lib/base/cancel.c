#include "hd/base/cancel.h"

#include "hd/base/cleanup.h"
#include "hd/base/mem.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

enum { MAX_PATHS = 64 };

static volatile sig_atomic_t cancelled;
static _Atomic(char *) paths[MAX_PATHS];

static void on_signal(int signal_number)
{
    if (!cancelled) {
        cancelled = 1;
        return;
    }
    for (size_t i = 0; i < MAX_PATHS; i++) {
        char *path = atomic_load(&paths[i]);
        if (path != NULL) {
            (void)unlink(path);
        }
    }
    _exit(128 + signal_number);
}

void hd_cancel_install(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

bool hd_cancelled(void)
{
    return cancelled != 0;
}

int hd_cancel_check(hd_error *err)
{
    return hd_cancelled() ? hd_fail(err, HD_E_CANCELLED, "interrupted") : 0;
}

int hd_cancel_register_path(const char *path)
{
    char *copy = hd_strdup(path);
    for (int i = 0; i < MAX_PATHS; i++) {
        char *free_slot = NULL;
        if (atomic_compare_exchange_strong(&paths[i], &free_slot, copy)) {
            return i;
        }
    }
    free(copy);
    return -1;
}

void hd_cancel_forget_path(int slot)
{
    if (slot >= 0) {
        free(atomic_exchange(&paths[slot], NULL));
    }
}
