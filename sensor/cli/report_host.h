/* One host as text for a person: verdict, lists, causes, evidence, services, what to do.
 *
 * Input: a store; every text in it came from the wire, and is clean.  Output: on paper. */
#ifndef HELOSCOPE_CLI_REPORT_HOST_H
#define HELOSCOPE_CLI_REPORT_HOST_H

#include "sensor/cli/paper.h"
#include "store/query.h"

/* 0, or -1: no such host, or the store cannot be read. `since` (ns, 0 = all): refusals older than
 * that are left out. */
int report_host(
	const struct paper *p, struct store *s, struct addr host, int64_t since, struct err *err);
enum ink report_ink(struct slice verdict);

#endif
