/* The verdict on a host: which of the six words, why, and what to do.
 *
 * Source: facts about lists and causes, each rule with its own; Wald (1945) and Duan et al. (2012)
 * for the sequential test. Input:  merged aggregates, services, the time that counts as now.
 * Output: a host record; the same input gives the same record, byte for byte.
 * Memory: everything in the caller's arena. */
#ifndef HELOSCOPE_HOST_VERDICT_H
#define HELOSCOPE_HOST_VERDICT_H

#include "sensor/host/aggregate.h"
#include "sensor/host/list_rules.h"

/* A sequential probability ratio test (Wald 1945): theta0 is the share of bad ones at an ordinary
 * host, theta1 at a bad one, alpha and beta the error rates. */
struct sprt {
	double alpha, beta, theta1, theta0;
};

/* What the administrator says of addresses of ours. */
struct role_given {
	struct network net;
	enum role role;
};

struct verdict_config {
	int64_t window_ns; /* hours older than this before `now` do not count; default 7 days */
	const char *sensor;
	struct sprt content;		/* over the spam verdicts of mails */
	struct sprt refusals;		/* over refusals where the content is encrypted */
	const struct role_given *roles; /* first that holds */
	size_t roles_count;
	const struct network *nat; /* of ours, behind which many clients stand */
	size_t nat_count;
	struct list_rules lists; /* bases NULL, or none in force: no list is predicted */
	/* The administrator's rules on the numbers of list_rules.h, NULL = none: adds evidence. */
	void (*rules)(void *ctx, const double *numbers, struct host_record *record,
		struct arena *arena);
	void *rules_ctx;
};

struct hour_of_host {
	int64_t hour;
	const struct aggregate *aggregate;
	/* The verdict on the hours up to this one, as at its end: VERDICTS = not known, and filled in
	 * for all but the last.  Whoever keeps it forgets it when an hour of these, the first of the
	 * window, services, neighbours or rules change.  NULL = nobody keeps it. */
	enum verdict *word;
};

/* Other hosts of ours that a list of single addresses has, or is likely to have soon (at least
 * NEIGHBOUR_FROM): lists of networks count them. */
struct neighbours {
	int32_t in_24;	/* in the same /24, or /64 */
	int32_t in_all; /* in all networks of ours */
};
#define NEIGHBOUR_FROM 0.5

/* What a verdict is drawn from. */
struct verdict_input {
	struct addr ip;
	const struct hour_of_host *hours; /* oldest first, each hour once */
	size_t hours_count;
	const struct service *services; /* names need not be filled in */
	size_t services_count;
	struct neighbours neighbours;
	int64_t now;
};

struct verdict_config verdict_config_default(void);

void verdict_host(const struct verdict_config *config, const struct verdict_input *in,
	struct arena *arena, struct host_record *out);

#endif
