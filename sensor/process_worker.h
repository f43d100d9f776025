/* The capture worker as a process: interfaces in, messages to the analyst out.
 *
 * Input:  frames, hostile; SIGTERM (blocked: it is asked for).
 * Output: MAIL, SESSION, SERVICE, EVENT, and STATE once a second.
 * Memory: the worker's, and one message. */
#ifndef HELOSCOPE_PROCESS_WORKER_H
#define HELOSCOPE_PROCESS_WORKER_H

#include "sensor/ipc.h"
#include "sensor/sandbox.h"
#include "sensor/worker.h"

struct process_worker_config {
	const struct worker_config *worker;
	const char *const *interfaces;
	size_t interfaces_count;
	struct capture_live_options live;
	struct sandbox_user user;
};

/* Opens the interfaces, gives up everything else, and works until SIGTERM: then what waits in the
 * ring is read, everything open is ended, and it returns 0.  1 when an interface cannot be opened
 * or is gone: said on stderr and told as an event; a new process tries again. */
int process_worker(const struct process_worker_config *config, const struct ipc_ends *ends);

#endif
