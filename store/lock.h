/* One writer per store: an advisory lock on PATH.lock, held as long as the writer lives.
 *
 * Source: fcntl(2), F_SETLK: the kernel frees it however the process ends, knows who holds it, and
 * a child does not inherit it. Not on the store's own file: closing it would free SQLite's locks of
 * this process (sqlite.org/howtocorrupt.html 2.2). */
#ifndef HELOSCOPE_STORE_LOCK_H
#define HELOSCOPE_STORE_LOCK_H

#include "sensor/base/err.h"

struct lock {
	int fd; /* -1 = not held */
	char *path;
};

#define LOCK_NONE ((struct lock){ .fd = -1 })

/* 0, or -1 and who holds it, or why the file could not be made (no such folder, not writable). */
int lock_take(struct lock *lock, const char *store, struct err *err);
/* Gives it back and removes the file; a second call does nothing. */
void lock_release(struct lock *lock);

#endif
