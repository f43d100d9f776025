/* What `heloscope read` tells a person: which hosts sent to which servers, from whom, how much, and
 * what stands out.
 *
 * Memory: at most SUMMARY_ROWS pairs of client and server; further ones are counted together. */
#ifndef HELOSCOPE_CLI_SUMMARY_H
#define HELOSCOPE_CLI_SUMMARY_H

#include <stdio.h>

#include "sensor/counters.h"
#include "sensor/loss.h"
#include "sensor/decap/decap.h"
#include "sensor/record.h"

enum {
	SUMMARY_ROWS = 2000,
	SUMMARY_UNKNOWN = 5,
	SUMMARY_FOREIGN = 32 /* kinds of what was not understood */
};

struct summary;

struct summary *summary_new(void);
void summary_free(struct summary *s);
void summary_session(struct summary *s, const struct session_record *session);
void summary_host(struct summary *s, const struct host_record *host);
/* A decap_unknown_fn; ctx is the summary. */
void summary_unknown(void *ctx, const struct decap_unknown *unknown);
void summary_print(
	struct summary *s, const struct counters *counters, const struct loss_sum *loss, FILE *out);

#endif
