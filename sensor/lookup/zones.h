/* Zones of blocklists: what their answers mean, and who may ask them.
 *
 * Source: the lists' own pages, as noted in each row; RFC 5782 for what all of them have in common.
 * One row per zone.  A zone that an administrator names and that is none of these means one list. */
#ifndef HELOSCOPE_LOOKUP_ZONES_H
#define HELOSCOPE_LOOKUP_ZONES_H

#include "sensor/base/slice.h"

#define ZONE_CODES_MAX 6

/* Answers 127.0.0.LOW to 127.0.0.HIGH. */
struct zone_code {
	uint8_t low, high;
	const char *list; /* as replies name it (sensor/smtp/reply_lists.c) */
};

struct zone {
	const char *name; /* "zen.spamhaus.org" */
	const char *list; /* of an answer that no code explains */
	const char *as;	  /* what rules/hosts.cf calls that list, where it differs; else NULL */
	bool by_default;  /* asked if the configuration names no zone */
	bool ipv6;	  /* lists such addresses, too */
	bool only_codes;  /* other answers are no listing: neutral, or good */
	const char *terms;
	struct zone_code codes[ZONE_CODES_MAX]; /* none = every answer means `list` */
};

const struct zone *zone_at(size_t i); /* NULL at the end */
/* The row of that zone, or of one whose name ends in it behind a key ("KEY.zen.dq.spamhaus.net");
 * NULL = not known. */
const struct zone *zone_known(struct slice name);
/* The list that 127.0.0.`code` means, NULL = none. `row` may be NULL: then every one is `list`. */
const char *zone_meaning(const struct zone *row, const char *list, uint8_t code);
/* The lists that a zone speaks for, by index; NULL at the end. */
const char *zone_list(const struct zone *row, const char *list, size_t i);

#endif
