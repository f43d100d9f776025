#include "sensor/cli/lookup_source.h"

#include "sensor/base/ptime.h"
#include "sensor/limits.h"

#define PREDICTIONS_MAX 64

void
lookup_source_init(struct lookup_source *s, const struct config *config)
{
	const struct config_lookup *l = &config->lookup;

	*s = (struct lookup_source){ .config = config,
		.lookup = { .zones_count = l->zones_count,
			.per_minute = l->per_minute,
			.cache_ns = l->cache_minutes * 60 * PTIME_SECOND } };
	for (size_t i = 0; i < l->zones_count; i++)
		s->zones[i] = (struct lookup_zone){ l->zones[i].list, l->zones[i].zone };
	s->lookup.zones = s->zones;
}

static bool
is_ours(const struct config *config, struct addr host)
{
	bool ours = config->nets_count == 0;

	for (size_t i = 0; i < config->nets_count; i++)
		ours |= network_has(config->nets[i], host);
	return ours;
}

/* ---- hosts ---- */

struct giving {
	const struct config *config;
	void (*fn)(void *fn_ctx, const struct lookup_host *host);
	void *fn_ctx;
};

static void
give_host(void *ctx, const struct host_risk *host)
{
	const struct giving *g = ctx;
	struct lookup_prediction predictions[PREDICTIONS_MAX];
	struct lookup_host out = {
		.ip = host->host, .verdict = host->verdict, .predictions = predictions
	};

	if (!is_ours(g->config, host->host))
		return;
	/* 0: the list is in the record because a server named it, and no rule weighs it. */
	for (size_t i = 0; i < host->lists_count && out.predictions_count < PREDICTIONS_MAX; i++)
		if (host->lists[i].predicted > 0)
			predictions[out.predictions_count++] =
				(struct lookup_prediction){ host->lists[i].list,
					host->lists[i].predicted };
	g->fn(g->fn_ctx, &out);
}

int
lookup_source_hosts(struct lookup_source *s, int64_t now,
	void (*fn)(void *fn_ctx, const struct lookup_host *host), void *fn_ctx, struct err *err)
{
	struct giving giving = { s->config, fn, fn_ctx };
	const struct risk_question question = { .above = s->config->lookup.above,
		.since = now - s->config->window_days * PTIME_DAY,
		.limit = LIMIT_LOOKUP_HOSTS };

	return query_risky(s->store, &question, give_host, &giving, err);
}

/* ---- for the process ---- */

static int
source_open(void *ctx, struct err *err)
{
	struct lookup_source *s = ctx;
	return store_open_reader(s->config->store, &s->store, err);
}

static int
source_answers(void *ctx, int64_t since,
	void (*fn)(void *fn_ctx, const struct lookup_result *result), void *fn_ctx, struct err *err)
{
	struct lookup_source *s = ctx;
	return query_lookups(s->store, since, fn, fn_ctx, err);
}

static int
source_hosts(void *ctx, int64_t now, void (*fn)(void *fn_ctx, const struct lookup_host *host),
	void *fn_ctx, struct err *err)
{
	return lookup_source_hosts(ctx, now, fn, fn_ctx, err);
}

static void
source_close(void *ctx)
{
	struct lookup_source *s = ctx;

	store_close(s->store);
	s->store = NULL;
}

struct process_lookup_store
lookup_source_store(struct lookup_source *s)
{
	return (struct process_lookup_store){ s, source_open, source_answers, source_hosts,
		source_close };
}
