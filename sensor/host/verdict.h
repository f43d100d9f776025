/* The verdict on a host: which of the six words, why, and what to do.
 *
 * Source: facts about lists and causes, each rule with its own; Wald (1945) and Duan et al. (2012)
 * for the sequential test. Input:  merged aggregates, services, the time that counts as now.
 * Output: a host record; the same input gives the same record, byte for byte.
 * Memory: everything in the caller's arena. */
#ifndef HELOSCOPE_HOST_VERDICT_H
#define HELOSCOPE_HOST_VERDICT_H

#include "sensor/host/aggregate.h"

struct verdict_config {
	int64_t window_ns; /* hours older than this before `now` do not count; default 7 days */
	const char *sensor;
	/* The administrator's rules on the record's counts, NULL = none: adds evidence. */
	void (*rules)(void *ctx, struct host_record *record, struct arena *arena);
	void *rules_ctx;
};

struct hour_of_host {
	int64_t hour;
	const struct aggregate *aggregate;
};

struct verdict_config verdict_config_default(void);

/* hours: oldest first, each hour once. */
void verdict_host(const struct verdict_config *config, struct addr ip,
	const struct hour_of_host *hours, size_t hours_count, const struct service *services,
	size_t services_count, int64_t now, struct arena *arena, struct host_record *out);

#endif
