/* The relays that a message came through, as rules see them: `header X X-Spam-Relays-External =~
 * …`.
 *
 * Source: Mail::SpamAssassin::Conf(3), "trusted_networks", "internal_networks", "msa_networks"; the
 *         format of the pseudo-header: [ ip=… rdns=… helo=… by=… ident=… envfrom=… intl=… id=…
 * auth=… msa=… ], a space between two of them. Input:  Received fields of the message as delivered,
 * hostile; at most LIMIT_RECEIVED. Output: newest first.  Which are trusted: those of
 * trusted_networks (internal_networks), and where neither is set, those with an address of a
 * private network and those that authenticated themselves; the first that is not ends it. Memory:
 * the arena. */
#ifndef HELOSCOPE_SCORE_RELAYS_H
#define HELOSCOPE_SCORE_RELAYS_H

#include "sensor/mail/message.h"
#include "sensor/score/settings.h"

struct relay {
	const char *ip, *rdns, *helo, *by, *ident, *envfrom, *id, *auth; /* "" = not said */
	bool has_envfrom; /* also said if empty: <> */
	bool no_rdns;	  /* who wrote the field looks it up, and found none */
	bool internal, msa, trusted;
	bool private; /* ip is of a private or reserved network */
};

struct relays {
	struct relay *relays;
	size_t relays_count, relays_cap;
	size_t trusted_count;  /* the first so many are trusted, ... */
	size_t internal_count; /* ... or internal */
	size_t trusted_fields; /* the same in Received fields, with those that were passed over */
	size_t internal_fields;
	size_t unparseable; /* Received fields that are no relay's */
	/* pseudo-header values */
	const char *trusted, *untrusted, *internal, *external;
};

/* settings may be NULL: no network is named. */
void relays_read(const struct message *delivered, const struct settings *settings,
	struct arena *arena, struct relays *out);

#endif
