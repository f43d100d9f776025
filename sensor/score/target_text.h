/* Values of fields, as rules made for SpamAssassin see them: target.h.
 *
 * Input:  fields as sent, hostile.
 * Memory: the arena. */
#ifndef HELOSCOPE_SCORE_TARGET_TEXT_H
#define HELOSCOPE_SCORE_TARGET_TEXT_H

#include "sensor/score/input.h"

/* As sent, with line ends "\n" and one at the end. */
struct slice target_text_raw(struct slice value, struct arena *arena);
/* Unfolded, decoded, ends trimmed, "\n" behind it. */
struct slice target_text_decoded(
	const struct header_field *field, struct charsets *charsets, struct arena *arena);
/* "Name: value\n" */
struct slice target_text_field(
	const struct header_field *field, struct charsets *charsets, struct arena *arena);
/* A display name: decoded, white space folded, single quotes around it dropped. */
struct slice target_text_name(struct slice name, struct charsets *charsets, struct arena *arena);
/* The host in an address (behind the last "@"), or in any text: one that could be, best behind an
 * "@". */
struct slice target_text_host(struct slice value, bool address);
/* Its registered domain in lower case, by the settings' util_rb_tld, util_rb_2tld, util_rb_3tld, or
 * where there are none by the Public Suffix List. */
struct slice target_text_domain(const struct rule_input *in, struct slice host);
/* The first address of the Internet in it; reversed: "4.3.2.1", or the nibbles of IPv6. */
struct slice target_text_ip(struct slice value, bool reversed, struct arena *arena);

/* Who sent it: of the message as sent what MAIL said; as delivered what the relays say, then
 * X-Envelope-From, Envelope-Sender, Return-Path above the Received fields.  False if nobody says.
 */
bool target_envelope_from(const struct rule_input *in, bool delivered, struct slice *out);

#endif
