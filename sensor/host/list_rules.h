/* What rules say of blocklists: which there are, and what speaks for each of them at a host.  The
 * host stage asks, rule files answer (rules/hosts.cf, read by the score stage).
 *
 * Input:  numbers of one host, by place: the counts of its record in their order, then
 * HOST_NUMBERS, then the strengths of signs (signs.h). Output: log-odds in thousandths, whole
 * numbers, so that sums are the same in any order. Memory: names and sentences live as long as the
 * rules; those of weigh() in the caller's arena. */
#ifndef HELOSCOPE_HOST_LIST_RULES_H
#define HELOSCOPE_HOST_LIST_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "sensor/base/arena.h"
#include "sensor/host/count_fields.h"
#include "sensor/host/signs.h"
#include "sensor/record.h"

/* Numbers of a host that are no counts of its record: name, what it is. */
#define HOST_NUMBERS(X)                                                                            \
	X(trap_points,                                                                             \
		"SpamCop's arithmetic over recipients that do not exist, those beyond 5 % of "     \
		"all: "                                                                            \
		"each 4 when new to 1 at 48 hours, none after 7 days; below six times 5, else "    \
		"squared")                                                                         \
	X(traps_48h, "recipients of the last 48 hours that do not exist, those beyond 5 % of all") \
	X(neighbours_24, "other hosts of ours in the same /24 or /64 that are listed or likely")   \
	X(neighbours_all, "the same in all of our networks")                                       \
	X(active_hours, "hours with traffic in the window")

/* Places. */
enum host_number {
	NUMBER_COUNTS, /* the first count: sums, reply classes, sketches, score_max */
	NUMBER_OTHERS = NUMBER_COUNTS
#define X(name, text) +1
				AGGREGATE_SUMS(X) AGGREGATE_SKETCHES(X)
#undef X
			+ REPLY_CLASSES + 1,
	NUMBER_BEFORE_OTHERS = NUMBER_OTHERS - 1,
#define X(name, text) NUMBER_##name,
	HOST_NUMBERS(X)
#undef X
		NUMBER_SIGNS,
	NUMBER_BEFORE_SIGNS = NUMBER_SIGNS - 1,
#define X(name, function, concern, basis, text) NUMBER_sign_##function,
	OBSERVABLES(X)
#undef X
		HOST_NUMBERS_COUNT
};

enum list_kind {
	LIST_PUBLIC,   /* lists single addresses, for everybody */
	LIST_NETWORK,  /* lists neighbourhoods */
	LIST_PROVIDER, /* a provider's own */
	LIST_KINDS
};

struct list_base {
	const char *id;		 /* by which rules call it */
	const char *list;	 /* as shown */
	const char *mentioned;	 /* part of the name in replies */
	const char *wider;	 /* a wider name that may or may not mean it; "" = none */
	const char *description; /* what it lists, one sentence */
	const char *source;
	const char *ends; /* how it lets go by itself, a sentence, or "" */
	enum list_kind kind;
	int64_t base; /* log-odds of a host of which nothing is known, thousandths */
};

/* What one rule adds to one list. */
struct list_reason {
	size_t list;	  /* index among the bases */
	int64_t log_odds; /* thousandths, not 0 */
	const char *rule, *source;
	const char *why;  /* its sentence with the host's numbers in it; NULL without an arena */
	const char *cure; /* what takes it away, a sentence */
};

struct list_rules {
	void *ctx;
	/* Those in force now; NULL and 0 = none. */
	const struct list_base *(*bases)(void *ctx, size_t *count);
	/* Adds to sums[], one for each of the bases. */
	void (*add)(void *ctx, const double *numbers, int64_t *sums);
	/* Fills at most max reasons, in the order of the rules: how many. */
	size_t (*weigh)(void *ctx, const double *numbers, struct arena *arena,
		struct list_reason *out, size_t max);
};

#endif
