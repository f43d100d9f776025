/* What is known about names that come from elsewhere: blocklists and providers in replies,
 * anomalies of sessions, labels of mails.
 *
 * Source: facts about lists (each row in traits.c names its own).
 * Input:  names as other stages give them; unknown ones get a row of their own kind. */
#ifndef HELOSCOPE_HOST_TRAITS_H
#define HELOSCOPE_HOST_TRAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "sensor/base/ptime.h"

enum scope {
	SCOPE_HOST,    /* lists single addresses */
	SCOPE_NETWORK, /* lists neighbourhoods: not this host's doing */
	SCOPE_OTHER,   /* lists domains or URLs, refuses countries, is one receiver's own: says
			  nothing of this address */
	SCOPE_CLOSED,  /* answers no more: a server that names it is configured out of date, and its
			  refusal says nothing of this address */
};

struct traits {
	const char *part; /* the name, or the words at its start */
	enum scope scope;
	int64_t current_ns;  /* a mention older than this says nothing of today */
	const char *rule;    /* by which it lets go by itself: "24 h after the last report"; "" = it
				publishes none */
	const char *page;    /* where to look it up and ask for removal; "" = by its reply */
	const char *removal; /* how removal works, one sentence; of a closed one, since when */
};

/* Never NULL. */
const struct traits *traits_of(const char *list);
/* A row is about this very name. */
bool traits_known(const char *list);
/* A public list that has a name, and not merely "a list", and that still answers. */
bool traits_is_list(const char *list);
/* A provider's rate limit older than this says nothing of today: GoDaddy's last an hour to a day,
 * those of Cox and GMX at most a day. */
#define TRAITS_THROTTLE_CURRENT (24 * PTIME_HOUR)
#define TRAITS_THROTTLE_RULE "a day after the last time, as such limits do"

enum anomaly_kind {
	ANOMALY_OTHER,
	ANOMALY_BOT,	     /* no mail server does this */
	ANOMALY_HTTP,	     /* HTTP inside SMTP */
	ANOMALY_TYPED,	     /* a person at the keyboard */
	ANOMALY_RELAY_PROBE, /* an address that asks a server to relay */
	ANOMALY_KINDS,
};
enum anomaly_kind anomaly_kind(const char *name);

#endif
