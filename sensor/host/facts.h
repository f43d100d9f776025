/* What the verdict is drawn from, worked out once: merged aggregate, listings in time, tests on
 * spam, what came in and left again.
 *
 * Source: Wald, "Sequential Tests of Statistical Hypotheses" (1945); Duan et al., "Detecting Spam
 * Zombies by Monitoring Outgoing Messages" (IEEE TDSC 2012), whose parameters are kept: alpha =
 * beta = 0.01, theta1 = 0.9, theta0 = 0.2. Memory: the caller's arena. */
#ifndef HELOSCOPE_HOST_FACTS_H
#define HELOSCOPE_HOST_FACTS_H

#include "sensor/host/aggregate_fields.h"
#include "sensor/host/traits.h"
#include "sensor/host/verdict.h"

/* A kind of thing that sends spam: a sender, a script. */
struct culprit {
	const struct named *spam; /* NULL = none */
	int64_t judged;		  /* all judged mails of it */
	double ratio;		  /* log-likelihood ratio */
};

struct facts {
	const struct verdict_config *config;
	struct addr ip;
	int64_t now;
	const struct hour_of_host *hours;
	size_t hours_count;
	const struct service *services;
	size_t services_count;
	struct neighbours neighbours;
	struct aggregate *sum; /* of the hours */
	bool quiet;	       /* only the numbers are wanted, no sentences */
	struct arena *arena;

	int64_t distinct[SKETCHES]; /* estimates */
	struct listing *listings;   /* public lists, by first time */
	size_t listings_count, listings_cap;

	int64_t judged, spam; /* mails for the test */
	double ratio;	      /* log-likelihood ratio over all */
	int64_t burst_hour; /* hour with the highest ratio and at least BURST_SPAM spam; 0 = none */
	int64_t burst_spam, burst_judged;
	struct culprit sender, script;

	int64_t relayed; /* samples that came from outside to a foreign domain and left again */
	int64_t relayed_domains; /* their different recipient domains, at most RELAY_DOMAINS */
	const struct named *relay_example;
	int64_t foreign_in; /* samples from outside from a foreign to a foreign domain, left or not
			     */
	int64_t forwarded;  /* samples that came from outside and left to another domain */
	int64_t peak_hour, peak_rcpts; /* busiest hour */
};

#define BURST_SPAM 10
#define RELAY_DOMAINS 16

/* Crossing it upwards decides "spam", its negative "no spam". */
#define RATIO_BOUND 4.59511985013459 /* ln((1 - beta) / alpha) */

/* The sum of the log-likelihood ratios of n independent mails depends on their numbers alone, so it
 * is the same in any order and adds up over hours and sensors.  Read at the end instead of at each
 * mail, the test has its error rates as an upper bound at the mail that first crosses, and may
 * swing back later: what is wanted of a host that was mended. */
double facts_ratio(int64_t spam, int64_t judged);

/* All but `sum` and the numbers given by the caller is filled in. */
void facts_work_out(struct facts *f);
/* The listing of that name that holds at f->now, or NULL. */
const struct listing *facts_listing(const struct facts *f, const char *list);
/* Mails of cron, of batch systems, typed by hand, and bounces do not count as spam while they go to
 * few: so many domains. */
bool facts_innocent(const struct facts *f);

/* Time line of public listings from the hours (listings.c). */
void listings_build(struct facts *f);
/* What came in and left again (passage.c). */
void passage_build(struct facts *f);

#endif
