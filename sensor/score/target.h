/* What a `header` rule looks at: a field, a part of it, or one of the composed names.
 *
 * Source: Mail::SpamAssassin::Conf(3), "header"; Mail::SpamAssassin::PerMsgStatus(3), "get"; the
 *         values are those of SpamAssassin 4, byte for byte, as measured on mails.
 *           Field           decoded and unfolded, ends trimmed, "\n" behind each; a field that is
 *                           there several times gives several values
 *           Field:raw       as sent, with the space behind the colon, folds kept, line ends "\n"
 *           Field:addr      every address in it, without line ends; :name their display names,
 *                           decoded (not with :raw); :host :domain :ip :revip of what is left
 *           Field:first     the topmost value only, :last the undermost; modifiers combine
 *           ALL             the whole header, fields decoded; ALL:raw as sent
 *           ALL-TRUSTED, ALL-UNTRUSTED, ALL-INTERNAL, ALL-EXTERNAL  the part of it that those
 *                           relays wrote
 *           ToCc            To, then Cc
 *           MESSAGEID       X-Message-Id, Resent-Message-Id, X-Original-Message-ID, Message-Id
 *           EnvelopeFrom    the envelope's sender
 *           X-Spam-Relays-Trusted, -Untrusted, -Internal, -External  relays.h
 * Input:  the header of a message, hostile.
 * Memory: the mail's arena; at most TARGET_VALUES values, LIMIT_HEADER_BLOCK bytes each. */
#ifndef HELOSCOPE_SCORE_TARGET_H
#define HELOSCOPE_SCORE_TARGET_H

#include "sensor/base/err.h"
#include "sensor/score/input.h"

enum target_part {
	TARGET_TEXT, /* unfolded, encoded words decoded */
	TARGET_RAW,  /* as sent, folding included */
	TARGET_ADDR, /* addresses */
	TARGET_NAME, /* display names */
};

enum target_net {
	TARGET_NET_NONE,
	TARGET_HOST,   /* name of a host that could be one */
	TARGET_DOMAIN, /* its registered domain */
	TARGET_IP,
	TARGET_REVIP, /* its parts, last first */
};

enum target_pick { TARGET_EVERY, TARGET_FIRST, TARGET_LAST };

enum target_source {
	TARGET_FIELDS,
	TARGET_ALL,
	TARGET_ALL_TRUSTED,
	TARGET_ALL_UNTRUSTED,
	TARGET_ALL_INTERNAL,
	TARGET_ALL_EXTERNAL,
	TARGET_ENVELOPE_FROM,
	TARGET_RELAYS_TRUSTED,
	TARGET_RELAYS_UNTRUSTED,
	TARGET_RELAYS_INTERNAL,
	TARGET_RELAYS_EXTERNAL,
};

#define TARGET_VALUES 1000 /* of one target: addresses of a long To */

struct target {
	const char *name; /* as written in the rule */
	bool delivered;	  /* of the message as delivered: input.h */
	enum target_source source;
	enum target_part part;
	bool raw; /* with TARGET_NAME: encoded words are left alone */
	enum target_net net;
	enum target_pick pick;
	bool envelope_from;    /* the same as its source: there without a message, too */
	const char *fields[5]; /* whose values are looked at, ending with NULL */
	bool skip_empty;       /* fields without a value do not count */
};

struct target_values {
	struct slice *items;
	size_t items_count, items_cap;
};

/* 0, or -1 and err. */
int target_parse(struct slice text, struct arena *arena, struct target *out, struct err *err);
/* Every value; none if the field is absent. */
void target_values(const struct target *t, const struct rule_input *in, struct target_values *out);
/* The values as one, the way that expressions see them: one behind the other where they end in line
 * ends, else with one between.  *present tells an absent field from an empty one. */
struct slice target_value(const struct target *t, const struct rule_input *in, bool *present);
/* Of the header of one part: the undermost field of that name, or its whole header for ALL.  Only
 * TARGET_TEXT and TARGET_RAW. */
struct slice target_entity_value(const struct target *t, const struct message_entity *entity,
	struct charsets *charsets, struct arena *arena, bool *present);
bool target_eq(const struct target *a, const struct target *b);

/* For tests in C, on the message as delivered or as sent; `name` as in a rule ("From:addr"), a
 * literal.  The value is worked out once.  What a rule calls one value: joined, but of addresses,
 * names and hosts the first. */
struct slice target_get(const struct rule_input *in, const char *name, bool *present);
struct slice target_get_sent(const struct rule_input *in, const char *name, bool *present);
/* Every value; not kept. */
void target_get_all(const struct rule_input *in, const char *name, struct target_values *out);
void target_get_all_sent(const struct rule_input *in, const char *name, struct target_values *out);

#endif
