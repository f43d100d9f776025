/* Asking blocklists, as a process.  Off unless configured: it tells third parties which hosts are
 * looked at.
 *
 * Input:  hosts at risk and former answers, read from the store; answers of the site's resolver.
 * Output: IPC_LOOKUP for each answer, events, counters, to the collector.
 * Memory: that of lookup.h, and libunbound's.
 * Rights: those of the store's owner, without capabilities; files and the resolver's thread are open
 * when the filter of system calls closes: then only sockets of the internet can be made. */
#ifndef HELOSCOPE_PROCESS_LOOKUP_H
#define HELOSCOPE_PROCESS_LOOKUP_H

#include "sensor/ipc.h"
#include "sensor/lookup/lookup.h"
#include "sensor/sandbox.h"

/* The sensor does not know what the store is.  All: 0, or -1 and err. */
struct process_lookup_store {
	void *ctx;
	int (*open)(void *ctx, struct err *err);
	/* What was answered since then. */
	int (*answers)(void *ctx, int64_t since,
		void (*fn)(void *fn_ctx, const struct lookup_result *result), void *fn_ctx,
		struct err *err);
	/* Hosts to ask about, riskiest first. */
	int (*hosts)(void *ctx, int64_t now,
		void (*fn)(void *fn_ctx, const struct lookup_host *host), void *fn_ctx,
		struct err *err);
	void (*close)(void *ctx);
};

struct process_lookup_config {
	const struct lookup_config *lookup;
	const char *resolver; /* resolver_new() */
	const struct process_lookup_store *store;
	struct sandbox_user user; /* owner of the store's folder */
};

/* Until SIGTERM, which its caller has blocked: 0.  1 when it cannot start (said on stderr). */
int process_lookup(const struct process_lookup_config *config, const struct ipc_ends *ends);

#endif
