/* The inside of lookup.h, for lookup.c (who is asked when) and lookup_answers.c (what is believed). */
#ifndef HELOSCOPE_LOOKUP_LOOKUP_STATE_H
#define HELOSCOPE_LOOKUP_LOOKUP_STATE_H

#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"
#include "sensor/lookup/lookup.h"
#include "sensor/lookup/zones.h"

#define LOOKUP_MINUTE (60 * PTIME_SECOND)
#define LOOKUP_NEVER INT64_MAX
/* Until a host is asked about again that got no answer: the others come first. */
#define LOOKUP_ERROR_LASTS (10 * LOOKUP_MINUTE)

enum { FAMILY_V4, FAMILY_V6, FAMILIES };

/* What a zone has shown for one family of addresses. */
struct tested {
	enum { TEST_NONE, TEST_HALF, TEST_GOOD, TEST_BROKEN } state; /* half: 127.0.0.1 is clear */
	int64_t time;
	bool has_entry; /* lists 127.0.0.2 */
	bool told;	/* that it is broken, or lacks it */
};

struct zone_state {
	struct lookup_zone zone; /* as it is shown and stored: without the key in front of it */
	const char *asked;	 /* the whole name */
	const struct zone *row;	 /* NULL = one of the administrator's own */
	struct tested tested[FAMILIES];
	int failures; /* in a row */
	int64_t pause_until;
};

struct prediction {
	char list[48];
	double predicted;
};

struct asked {
	struct addr ip; /* key */
	enum verdict verdict;
	bool wanted;
	int64_t due[LOOKUP_ZONES_MAX];
	struct prediction *predictions;
	size_t predictions_count;
	UT_hash_handle hh;
};

enum question { ASK_HOST, ASK_TEST_CLEAR, ASK_TEST_LISTED };

struct flight {
	bool active;
	enum question question;
	size_t zone;
	struct addr ip; /* of the host, or of the test */
	int64_t deadline;
};

struct lookup {
	struct lookup_config config;
	struct lookup_calls calls;
	struct counters *counters;
	struct zone_state zones[LOOKUP_ZONES_MAX];
	size_t zones_count;
	struct asked *table;
	struct asked **order; /* the wanted ones */
	size_t order_count;
	struct flight flights[LOOKUP_SLOTS];
	int64_t next; /* question, at the earliest */
};

static inline size_t
lookup_family(struct addr a)
{
	return a.family == ADDR_V6 ? FAMILY_V6 : FAMILY_V4;
}

/* NULL if nothing is known of that host. */
struct asked *lookup_find(const struct lookup *l, struct addr ip);

#endif
