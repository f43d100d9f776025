/* Asking blocklists about hosts of ours: who is asked next, how fast, and what is believed.
 *
 * Source: RFC 5782; the lists' terms in zones.c.
 * Input:  hosts at risk, riskiest first; what was answered before; answers from the network.
 * Output: at most one question each 60 s / per_minute, each host and zone once in cache_ns; results.
 *   - A zone is tested before it is believed, and again each day: one that lists 127.0.0.1 lists the
 *     world, and never lists anybody; where 127.0.0.2 is missing "not listed" means nothing.  A
 *     listing counts only if the zone was tested within the last ten minutes.
 *   - What is no answer is an error: the zone is left alone for a minute, then two, four, … up to
 *     six hours; the host that it was about waits ten minutes at the least, behind the others.
 * Memory: heap, at most LIMIT_LOOKUP_HOSTS hosts.  Time is handed in. */
#ifndef HELOSCOPE_LOOKUP_LOOKUP_H
#define HELOSCOPE_LOOKUP_LOOKUP_H

#include "sensor/counters.h"
#include "sensor/lookup/answer.h"
#include "sensor/sink.h"

#define LOOKUP_ZONES_MAX 32
#define LOOKUP_SLOTS 16 /* questions under way at once */

struct lookup_zone {
	const char *list, *zone;
};

struct lookup_config {
	const struct lookup_zone *zones; /* they live as long as the lookup */
	size_t zones_count;		 /* 0 = those that may be asked without asking anybody */
	int per_minute;			 /* questions */
	int64_t cache_ns;
	bool once; /* one pass by hand: what fails is not asked again */
};

struct lookup_prediction {
	const char *list;
	double predicted;
};

struct lookup_host {
	struct addr ip;
	enum verdict verdict;
	const struct lookup_prediction *predictions; /* copied */
	size_t predictions_count;
};

struct lookup_calls {
	void *ctx;
	/* Asks for A records, the answer comes by lookup_answered(). 0, or -1: it cannot. */
	int (*ask)(void *ctx, unsigned slot, const char *name);
	void (*cancel)(void *ctx, unsigned slot);
	void (*result)(void *ctx, const struct lookup_result *result);
	/* For the operator: a zone that is broken, does not answer, or does again. */
	void (*event)(void *ctx, const char *text);
};

struct lookup;

struct lookup *lookup_new(const struct lookup_config *config, const struct lookup_calls *calls,
	struct counters *counters);
void lookup_free(struct lookup *l);
/* The zones that are asked, a customer's key in front left out. NULL at the end. */
const struct lookup_zone *lookup_zone_at(const struct lookup *l, size_t i);
/* What was answered before: it is not asked again too soon. */
void lookup_known(struct lookup *l, const struct lookup_result *result);
/* The hosts to ask about, all anew: begin, each of them (riskiest first), end. */
void lookup_hosts_begin(struct lookup *l);
void lookup_hosts_add(struct lookup *l, const struct lookup_host *host);
void lookup_hosts_end(struct lookup *l, int64_t now);
/* Asks what is due; when it is to be called again, at the latest. */
int64_t lookup_step(struct lookup *l, int64_t now);
/* Nothing is under way, and nothing is due but what must wait for its time. */
bool lookup_done(const struct lookup *l, int64_t now);
void lookup_answered(
	struct lookup *l, unsigned slot, const struct dns_answer *answer, int64_t now);
/* How many questions would be asked now, without their tests. */
size_t lookup_due(const struct lookup *l, int64_t now);

#endif
