/* The way of what people do with the report (struct site.tell of web/site.h): to the collector of a
 * run, or, where none runs (`heloscope serve`), to a writer of our own.
 *
 * A page is never held up for long, and what could not be stored is said in words: nobody believes
 * that a case is his because the form was sent.  Whoever can read a store but not write it (a
 * laptop, a copy, a store that a running sensor holds) is told so; `serve --no-audit` shows
 * evidence there all the same, without a log, and takes nothing. Threads: any, side by side. */
#ifndef HELOSCOPE_CLI_TELL_H
#define HELOSCOPE_CLI_TELL_H

#include "sensor/ipc.h"

/* ctx: the web process's const struct ipc_ends. 0 = it is in the pipe, and outlives both processes;
 * -1 and err: the pipe is full, because no collector has read it for long. */
int tell_collector(void *ctx, const struct audit_entry *entry, struct err *err);

/* A process that holds the store only while it has something to write, and ends with its parent.
 * Its rights: the user's, without capabilities, and no other program. */
struct tell_writer;

/* Before threads are started. 0, or -1 and err. */
int tell_writer_start(
	const char *store, const char *sensor, struct tell_writer **out, struct err *err);
/* ctx: the struct tell_writer. 0 = it is stored; -1 and err says why not: the store is another
 * writer's now, is read-only, the disk is full, or there was no answer in time. */
int tell_writer_tell(void *ctx, const struct audit_entry *entry, struct err *err);
void tell_writer_end(struct tell_writer *w); /* NULL does nothing */
/* Whether the store can be written just now: 0, or -1 and err says why not. */
int tell_writer_check(const char *store, const char *sensor, struct err *err);

#endif
