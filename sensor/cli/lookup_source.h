/* Where look-ups begin: the configuration as lookup.h wants it, and hosts and answers from the
 * store. */
#ifndef HELOSCOPE_CLI_LOOKUP_SOURCE_H
#define HELOSCOPE_CLI_LOOKUP_SOURCE_H

#include "sensor/cli/config.h"
#include "sensor/process_lookup.h"
#include "store/query.h"

struct lookup_source {
	const struct config *config;
	struct store *store; /* a reader */
	struct lookup_zone zones[CONFIG_ZONES_MAX];
	struct lookup_config lookup;
};

/* It points into the configuration. */
void lookup_source_init(struct lookup_source *s, const struct config *config);
/* Its store is opened by the process that asks. */
struct process_lookup_store lookup_source_store(struct lookup_source *s);
/* Hosts of ours at or above the configured risk, seen within the window before `now`; as
 * process_lookup_store.hosts. */
int lookup_source_hosts(struct lookup_source *s, int64_t now,
	void (*fn)(void *fn_ctx, const struct lookup_host *host), void *fn_ctx, struct err *err);

#endif
