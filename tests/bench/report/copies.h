/* A store that repeats another one COPIES times: each session once more a little later, under an id
 * of its own, with the sums as the writer would have made them.  A tenth of the time that the sink
 * takes for the same rows. */
#ifndef HELOSCOPE_BENCH_COPIES_H
#define HELOSCOPE_BENCH_COPIES_H

#include "store/store.h"

enum { COPIES = 16 }; /* ids are turned by a digit for each; they have 16 */

/* `part`: file of the other store, closed.  `spacing`: ns between two sessions of it, which the
 * copies share.  What it has besides sessions, mails and their sums is not taken.  0 or -1. */
int copies_make(struct store *to, const char *part, int64_t spacing, struct err *err);
/* Deletes the other store, if it is there. */
void copies_forget(const char *part);
/* As a writer leaves it. */
int copies_done(struct store *to, struct err *err);

#endif
