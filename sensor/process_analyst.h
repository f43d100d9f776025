/* The analyst as a process: mails get their fields and score, everything else passes through.
 *
 * Input:  the worker's messages; the inside of mails is hostile.
 * Output: the same messages, each mail announced (MAIL_BEGIN) before it is opened, so that a mail
 *         that breaks this process is known; STATE once a second; HELLO at the start.
 * Memory: rules, and LIMIT_MAIL_MEMORY for one mail. */
#ifndef HELOSCOPE_PROCESS_ANALYST_H
#define HELOSCOPE_PROCESS_ANALYST_H

#include "sensor/analyst.h"
#include "sensor/ipc.h"
#include "sensor/sandbox.h"

struct process_analyst_config {
	const struct analyst_config *analyst;
	struct sandbox_user user;
};

/* Until the end of its input, or between two messages at SIGTERM, which its caller has blocked: 0.
 * 1 when it cannot start (said on stderr). */
int process_analyst(const struct process_analyst_config *config, const struct ipc_ends *ends);

#endif
