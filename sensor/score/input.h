/* One mail as the rules see it.
 *
 * Two views of its header: `message` is what the client sent; `delivered` has on top what the
 * receiving server wrote there (Return-Path, Received with the client's address and HELO name),
 * which is what rules made for SpamAssassin expect.  On the wire that top is made up from the
 * session.
 *
 * What costs time is worked out when the first rule asks, and kept for the others. */
#ifndef HELOSCOPE_SCORE_INPUT_H
#define HELOSCOPE_SCORE_INPUT_H

#include "sensor/mail/text_links.h"
#include "sensor/record.h"
#include "sensor/score/eval_kept.h"
#include "sensor/score/pattern.h"
#include "sensor/score/relays.h"
#include "sensor/score/settings.h"

struct rule_input {
	const struct session_record *session; /* NULL = unknown */
	const struct message *message;	      /* NULL = the mail has no content */
	const struct message *delivered;      /* NULL with it */
	const struct mail_record *mail;
	const struct settings *settings;
	const struct patterns *patterns;
	struct arena *arena;
	bool clear;		      /* privacy is off: what matched may be shown as it is */
	bool parts;		      /* hits of the "__NAME" parts are wanted, too */
	struct rule_input_kept *kept; /* never NULL */
};

struct rule_input_kept {
	bool has_text, has_relays;
	struct domain_lists domains;
	struct mail_text text;
	struct relays relays;
	struct eval_kept evals;
};

/* Never NULL where there is a message. */
const struct mail_text *input_text(const struct rule_input *in);
/* The names that rule files bring as top-level domains; NULL where they bring none. */
const struct domain_lists *input_domains(const struct rule_input *in);
const struct relays *input_relays(const struct rule_input *in);

#endif
