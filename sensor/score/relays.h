/* The relays that a message came through, as rules see them: `header X X-Spam-Relays-External =~
 * …`.
 *
 * Source: Mail::SpamAssassin::Conf(3), "trusted_networks", "internal_networks"; the format of the
 *         pseudo-header: [ ip=… rdns=… helo=… by=… ident=… envfrom=… intl=… id=… auth=… msa=… ].
 * Input:  Received fields, hostile; at most LIMIT_RECEIVED.
 * Output: newest first.
 * Memory: the arena. */
#ifndef HELOSCOPE_SCORE_RELAYS_H
#define HELOSCOPE_SCORE_RELAYS_H

#include "sensor/mail/message.h"

struct relay {
	const char *ip, *rdns, *helo, *by, *ident, *envfrom, *id, *auth; /* "" = not said */
	bool internal, msa, trusted;
	bool private; /* ip is of a private or reserved network */
};

struct relays {
	struct relay *relays;
	size_t relays_count, relays_cap;
	size_t trusted_count;  /* the first so many are trusted, ... */
	size_t internal_count; /* ... or internal */
	size_t unparseable;    /* Received fields that are no relay's */
	/* pseudo-header values */
	const char *trusted, *untrusted, *internal, *external;
};

void relays_read(const struct message *delivered, struct arena *arena, struct relays *out);

#endif
