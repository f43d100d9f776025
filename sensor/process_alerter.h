/* The alerter as a process: tells targets of changes of verdicts.
 *
 * Input:  the store, by callbacks that read it; SIGTERM (blocked: it is asked for).
 * Output: DELIVERY, EVENT and STATE to the collector; attempts, each in a process of its own, which goes on where this one dies,
 *         and writes its result itself.
 * Rights: the owner's of the store's folder, without capabilities; no other program unless a target is a command.
 * Memory: the alerter's (alert/alerter.h). */
#ifndef HELOSCOPE_PROCESS_ALERTER_H
#define HELOSCOPE_PROCESS_ALERTER_H

#include "sensor/alert/alerter.h"
#include "sensor/ipc.h"
#include "sensor/sandbox.h"

struct process_alerter_config {
	const struct alerter_config *alerter; /* its ways are ours */
	/* Opens what the alerter's store reads. 0, or -1 and err. */
	int (*open)(void *ctx, struct err *err);
	void (*close)(void *ctx);
	void *ctx;
	struct sandbox_user user;
};

/* Until SIGTERM; then what is being told has some seconds to end, and is told again by the next run if it has not: 0.  1 when it
 * cannot start (said on stderr). */
int process_alerter(const struct process_alerter_config *config, const struct ipc_ends *ends);

#endif
