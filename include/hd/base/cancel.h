/*
 * cancel.h: SIGINT and SIGTERM as a flag that long work looks at.
 *
 * The program installs the handler once. The first signal sets the flag: loops that call
 * hd_cancel_check stop with HD_E_CANCELLED, cleanup runs, temporary files go away. A second signal
 * ends the process at once, after removing the temporary files that are registered.
 */
#ifndef HD_BASE_CANCEL_H
#define HD_BASE_CANCEL_H

#include "hd/base/error.h"

void hd_cancel_install(void);
bool hd_cancelled(void);
/* HD_E_CANCELLED "interrupted" once a signal came; 0 before. Safe on any thread. */
int hd_cancel_check(hd_error *err) HD_CHECKED;

/* Paths to unlink when the process is ended by a second signal (used by tempfiles). -1 when the
 * table is full. */
int hd_cancel_register_path(const char *path);
void hd_cancel_forget_path(int slot);

#endif
