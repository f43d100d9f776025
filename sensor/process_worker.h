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
	struct capture_live_options live; /* without its kernel's filter: */
	struct capture_filter filter;	  /* its share is that of the worker's lane */
	struct sandbox_user user;
};

/* Opens the interfaces, gives up everything else, and works until SIGTERM: then what waits in the
 * ring is read, everything open is ended, and it returns 0.  Frames of several interfaces come in
 * the order of time; an idle interface is waited for some 30 ms.  1 when no interface can be opened
 * or all are gone, and when one that was missing is there again: said on stderr and told as an
 * event; a new process opens what there is. */
int process_worker(const struct process_worker_config *config, const struct ipc_ends *ends);

#endif
