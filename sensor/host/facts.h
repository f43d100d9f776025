/* What the verdict is drawn from, worked out once: merged aggregate, listings in time, sequential
 * tests, what came in and left again.
 *
 * Source: Wald, "Sequential Tests of Statistical Hypotheses" (1945); Duan et al., "Detecting Spam
 * Zombies by Monitoring Outgoing Messages" (IEEE TDSC 2012) for the test over mails; Page,
 * "Continuous Inspection Schemes" (1954) for a host that turns bad. Memory: the caller's arena. */
#ifndef HELOSCOPE_HOST_FACTS_H
#define HELOSCOPE_HOST_FACTS_H

#include "sensor/host/aggregate_fields.h"
#include "sensor/host/traits.h"
#include "sensor/host/verdict.h"

/* A kind of thing that sends spam: a sender, a script, one who speaks, a host behind. */
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
	const int64_t *hour_networks; /* of servers, by hour; NULL = to be worked out */
	struct aggregate *sum;	      /* of the hours */
	bool quiet;		      /* only the numbers are wanted, no sentences */
	struct arena *arena;

	int64_t distinct[SKETCHES]; /* estimates */
	struct listing *listings;   /* public lists that answer, by first time */
	size_t listings_count, listings_cap;
	struct listing *others; /* reputations, rate limits, lists that were closed */
	size_t others_count, others_cap;

	double bound;	      /* the test over mails: a ratio from here on means spam */
	int64_t judged, spam; /* mails for the test */
	double ratio;	      /* log-likelihood ratio over all */
	/* The consecutive hours with the highest ratio, if that is beyond what so many hours give
	 * by chance; burst_from 0 = none. */
	int64_t burst_from, burst_to, burst_spam, burst_judged;
	struct culprit sender, script, speaker, origin;
	/* Which host of ours handed in most of its spam, by Message-IDs that came and left: for
	 * servers that write no Received field.  At least so many; NULL = none. */
	const char *handed_in_by;
	int64_t handed_in;

	double refusals_bound;	/* the test over refusals */
	int64_t tried, refused; /* what is known of mails without their content */
	double refusals_ratio;	/* log-likelihood ratio */
	double out_25;		/* share of its sessions that go to mail exchangers, 0..1 */
	double server_like;	/* how much it is a mail server, 0..1 */
	int64_t fan_hour;	/* hour with the most networks of servers in a minute */
	int64_t fan_networks, fan_minutes;
	int64_t deferred_decided, deferred_dropped; /* pairs that are old enough; never again */
	int64_t template_mails;		     /* spam of the most frequent text or one near to it */
	int64_t php_minutes, posted_minutes; /* with mails by PHP; of them with a POST too */
	double post_share;		     /* of all minutes of these hours have a POST */
	int64_t proxied;		     /* mails led through it as a proxy that left from it */
	int64_t proxied_hours, proxied_out;  /* hours in which it was asked; sessions out in them */
	double out_with_in; /* of its sessions out, those in hours in which sessions came in */
	bool nat;	    /* many clients stand behind it */
	int64_t clients;    /* how many, about; 0 = not known */

	int64_t relayed; /* samples that came from outside to a foreign domain and left again */
	int64_t relayed_domains; /* their different recipient domains, at most RELAY_DOMAINS */
	const struct named *relay_example;
	int64_t foreign_in; /* samples from outside from a foreign to a foreign domain, left or not
			     */
	int64_t foreign_domains; /* their different recipient domains, at most RELAY_DOMAINS */
	int64_t forwarded;	 /* samples that came from outside and left to another domain */
	int64_t peak_hour, peak_rcpts; /* busiest hour */
};

#define RELAY_DOMAINS 16
/* Spam of one culprit, or of a run of hours, below which the test is not asked: four in a row
 * convict at its defaults. */
#define CULPRIT_SPAM 4
#define BURST_SPAM 5
#define BURST_REFUSED 15

/* The sum of the log-likelihood ratios of `all` independent things of which some are bad depends on
 * their numbers alone, so it is the same in any order and adds up over hours and sensors.  Read at
 * the end instead of at each mail, the test has its error rates as an upper bound at the mail that
 * first crosses, and may swing back later: what is wanted of a host that was mended. */
double facts_ratio(const struct sprt *test, int64_t bad, int64_t all);
/* Wald's bounds: a ratio of facts_upper or more decides "bad", of facts_lower or less "good". */
double facts_upper(const struct sprt *test);
double facts_lower(const struct sprt *test);

/* All but `sum` and the numbers given by the caller is filled in. */
void facts_work_out(struct facts *f);
/* Mails of cron, of batch systems, typed by hand, and bounces do not count as spam while they go to
 * few domains, or are the lesser part. */
bool facts_innocent(const struct facts *f);
bool facts_answers(const struct facts *f, int32_t port);
/* What the administrator says it is; ROLE_UNKNOWN = nothing. */
enum role facts_role_given(const struct facts *f);

/* Time line of listings from the hours (listings.c). */
void listings_build(struct facts *f);
/* All of them, into out->listings, by first time. */
void listings_copy(const struct facts *f, struct host_record *out);
static inline bool
listing_in_force(const struct listing *l, enum listing_kind kind)
{
	return l->kind == kind && l->until == 0;
}
/* What came in and left again (passage.c). */
void passage_build(struct facts *f);
/* Flows, retries, texts, minutes, who stands behind (facts_flow.c). */
void flow_build(struct facts *f);

#endif
