/* The supervisor: starts the processes, starts again those that die, ends them in order.  Parses
 * nothing from outside.
 *
 * Input:  SIGINT, SIGTERM, SIGCHLD; SIGHUP reads the rules again, and is passed on to the web
 *         process, which reads certificate, key and users.
 * Output: processes joined by pipes of which the supervisor keeps both ends, so that what is in a
 *         pipe outlives the process that wrote or would have read it; restarts on stderr, and as
 *         counters and events to the collector.
 * Memory: none that grows. */
#ifndef HELOSCOPE_SUPERVISOR_H
#define HELOSCOPE_SUPERVISOR_H

#include "sensor/ipc.h"

struct supervisor_config {
	void *ctx;
	unsigned lanes; /* workers, up to IPC_LANES, each with its analyst; 0 = 1 */
	/* What each process runs, by enum process; NULL = there is no such process. Called in the
	 * child with SIGINT, SIGTERM and SIGCHLD blocked; returns its exit status. Analyst and
	 * collector end at the end of their input, the others at SIGTERM. */
	int (*run[PROCESSES])(void *ctx, const struct ipc_ends *ends);
	/* SIGHUP; NULL = it does nothing.  First check_rules in a child of its own: 0 if they are
	 * good, else -1 and err; then take_rules here, after which every analyst is started anew,
	 * one after the other, between two mails.  What is wrong is told on stderr and to the
	 * collector (event "rules-bad"), and nothing changes; that it went well, by event "rules".
	 */
	int (*check_rules)(void *ctx, struct err *err);
	int (*take_rules)(void *ctx, struct err *err);
};

/* Until SIGINT or SIGTERM; then every process has ended and everything in the pipes is handled: 0.
 * -1 and err if the processes cannot be started. */
int supervisor_run(const struct supervisor_config *config, struct err *err);

#endif
