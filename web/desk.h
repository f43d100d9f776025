/* What people do at a page: told to the collector, and done when it can be read in the store.
 *
 * Input:  forms, hostile; the store. Output: an entry of the audit log (sensor/record_audit.h).
 * Threads: a page waits at most DESK_PATIENCE; meanwhile it tells again, in case that the collector
 * died with the entry: the same entry twice is one. */
#ifndef HELOSCOPE_WEB_DESK_H
#define HELOSCOPE_WEB_DESK_H

#include "web/html.h"
#include "web/request.h"
#include "web/site.h"

#define DESK_PATIENCE (INT64_C(3) * 1000000000)	  /* ns */
#define DESK_TELL_AGAIN (INT64_C(1) * 1000000000) /* ns */

/* Whether something can be done by this viewer through this report at all. */
bool desk_open(const struct request *r);
/* Tells the entry, which needs what its kind has (as for request_tell, but for the id), and waits
 * until it is stored: 0; -1 and err: nobody takes it, or it did not come in time. */
int desk_do(struct request *r, const struct audit_entry *entry, struct err *err);
/* What somebody wrote as one line of clean text in the arena: line ends are spaces, the ends are
 * trimmed. NULL = longer than max bytes. NULL in = "". */
const char *desk_text(struct arena *arena, const char *text, size_t max);

/* The case of a host, on its page (part_case.c): state, notes, and forms for those who may. 0, or
 * -1 and err when the store refuses. */
int part_case(struct html *h, struct request *r, struct addr host, struct err *err);

#endif
