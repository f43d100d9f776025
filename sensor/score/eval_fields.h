/* What tests on the header ask again and again: eval_kept.h.
 *
 * Source: Mail::SpamAssassin::PerMsgStatus(3), "all_from_addrs", "all_to_addrs".
 * Input:  a message as delivered, hostile.
 * Memory: the mail's arena. */
#ifndef HELOSCOPE_SCORE_EVAL_FIELDS_H
#define HELOSCOPE_SCORE_EVAL_FIELDS_H

#include "sensor/score/eval.h"
#include "sensor/score/target.h"

/* target_get() where an absent field is as good as an empty one. */
struct slice field_get(const struct rule_input *in, const char *name);
bool field_there(const struct rule_input *in, const char *name);
/* The same of the message as sent. */
struct slice sent_get(const struct rule_input *in, const char *name);
bool sent_there(const struct rule_input *in, const char *name);
/* All Received fields with single spaces for all white space. */
struct slice field_received(const struct rule_input *in);

/* Lists and gateways that take Received fields away, or a message that has none (eval_forged.c). */
bool gated_through_remover(const struct rule_input *in);

/* Behind the last "@"; empty without one. */
struct slice address_domain(struct slice address);
/* One name inside the other, or both of one registered domain; unknown ones are of none. */
bool same_organisation(struct slice a, struct slice b, const struct rule_input *in);
/* All that may be the sender's address: From, Envelope-Sender, …; or Resent-From alone. */
const struct eval_addresses *addresses_from(const struct rule_input *in);
/* All that may be a recipient's: To, Cc, Delivered-To, "for" of Received, …; or Resent-To alone. */
const struct eval_addresses *addresses_to(const struct rule_input *in);

/* In a list of the settings, wildcards as written. */
bool listed(const struct rule_input *in, const char *list, struct slice group, struct slice word);
/* Is there anything in it? */
bool list_there(const struct rule_input *in, const char *list, struct slice group);

#endif
