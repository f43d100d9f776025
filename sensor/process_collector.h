/* The collector as a process: the only writer of the store.
 *
 * Input:  the analysts' messages, and the supervisor's; all may be damaged.
 * Output: the store, by a commit at least once a second.
 * Memory: the hosts' limit, and one pending mail of each analyst. */
#ifndef HELOSCOPE_PROCESS_COLLECTOR_H
#define HELOSCOPE_PROCESS_COLLECTOR_H

#include "sensor/collector.h"
#include "sensor/ipc.h"
#include "sensor/sandbox.h"
#include "sensor/sink.h"

/* The sensor does not know what the store is: who starts it does. */
struct process_store {
	void *ctx;
	/* 0 and *sink, or -1 and err. */
	int (*open)(void *ctx, struct sink *sink, struct err *err);
	/* Deletes what is too old. 0, or -1 and err. */
	int (*prune)(void *ctx, int64_t now, struct err *err);
	void (*close)(void *ctx);
};

struct process_collector_config {
	const struct collector_config *collector; /* its sink is the store's */
	const struct process_store *store;
	/* The supervisor has read the rules again: those of hosts are to be, too. 0, or -1 and err;
	 * NULL = there are none. */
	int (*reload)(void *ctx, struct err *err);
	void *reload_ctx;
	struct sandbox_user user; /* owner of the store's folder */
};

/* Until the end of its input, then everything is stored: 0.  1 when it cannot start or could not
 * store the last of it (said on stderr). */
int process_collector(const struct process_collector_config *config, const struct ipc_ends *ends);

#endif
