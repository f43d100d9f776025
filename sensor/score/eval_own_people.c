/* heloscope's own tests: senders and recipients. */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/domain.h"
#include "sensor/score/eval_fields.h"
#include "sensor/score/target_address.h"
#include "sensor/score/target_text.h"

#define ADDRESSES_LOOKED_AT 64

static size_t
recipients_of(const struct rule_input *in, struct slice out[ADDRESSES_LOOKED_AT])
{
	struct target_values values;
	target_get_all_sent(in, "ToCc:addr", &values);
	size_t n =
		values.items_count < ADDRESSES_LOOKED_AT ? values.items_count : ADDRESSES_LOOKED_AT;
	for (size_t i = 0; i < n; i++)
		out[i] = values.items[i];
	return n;
}

static int
compare_addresses(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	for (size_t i = 0; i < n; i++) {
		int d = (int)chars_lower(a.ptr[i]) - (int)chars_lower(b.ptr[i]);
		if (d != 0)
			return d;
	}
	return (a.len > b.len) - (a.len < b.len);
}

/* recipients_sorted(n): at least n of them in To and Cc, and in the order of a list. */
static bool
test_recipients_sorted(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct slice list[ADDRESSES_LOOKED_AT];
	size_t n = recipients_of(in, list);
	for (size_t i = 1; i < n; i++)
		if (compare_addresses(list[i - 1], list[i]) >= 0)
			return false;
	return (double)n >= eval_number(arguments, 0, 5);
}

/* recipients_alike(n): at least n, all of which begin with the same three letters: a list that was
 * harvested and cut into slices. */
static bool
test_recipients_alike(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct slice list[ADDRESSES_LOOKED_AT];
	size_t n = recipients_of(in, list), alike = 0;
	for (size_t i = 1; i < n; i++)
		alike += list[i].len > 3 && list[0].len > 3 &&
			 slice_ieq(slice_take(list[i], 3), slice_take(list[0], 3)) &&
			 !slice_ieq(list[i], list[0]);
	return n > 0 && (double)(alike + 1) >= eval_number(arguments, 0, 5) && alike + 1 == n;
}

/* recipients_at_least(n): of the envelope. */
static bool
test_recipients_at_least(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double all = (double)in->mail->rcpts_count + (double)in->mail->rcpts_cut;
	return all >= eval_number(arguments, 0, 2);
}

/* None of the envelope's recipients stands in To or Cc.  Compared as in the record, where both are
 * hashed or neither is; a list that was cut says nothing. */
static bool
test_recipients_unlike_envelope(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const char *lists[] = { in->mail->header.to, in->mail->header.cc };
	bool named = false;
	for (size_t l = 0; l < 2; l++) {
		struct slice list = slice_str(lists[l]);
		named = named || slice_index(list, '@') < list.len;
		if (list.len > LIMIT_HEADER_TEXT / 2)
			return false;
		for (size_t i = 0; i < in->mail->rcpts_count; i++) {
			struct slice address = slice_str(in->mail->rcpts[i].address);
			if (slice_ifind(list, address) < list.len)
				return false;
		}
	}
	return named && (double)in->mail->rcpts_count >= eval_number(arguments, 0, 1);
}

/* From and the envelope's sender are of different organisations. */
static bool
test_from_unlike_envelope(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice header = address_domain(sent_get(in, "From:addr"));
	struct slice envelope = address_domain(slice_str(in->mail->mail_from));
	return header.len > 0 && envelope.len > 0 && !same_organisation(header, envelope, in);
}

/* The client's HELO name is of another organisation than From, or it is no full name; false where
 * it is unknown. */
static bool
test_helo_unlike_from(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice from = address_domain(sent_get(in, "From:addr"));
	if (in->session == NULL || in->session->helo_name[0] == '\0' || from.len == 0)
		return false;
	return !same_organisation(slice_str(in->session->helo_name), from, in);
}

/* The display name holds an address of another organisation than the sender's. */
static bool
test_from_name_is_address(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice from = address_domain(sent_get(in, "From:addr"));
	struct target_mailboxes inside = { 0 };
	struct slice name = sent_get(in, "From:name");
	while (name.len > 0 && strchr("\"'<", name.ptr[0]) != NULL)
		name = slice_skip(name, 1);
	while (name.len > 0 && strchr("\"'>", name.ptr[name.len - 1]) != NULL)
		name.len--;
	if (from.len == 0 || slice_index(name, '@') == name.len)
		return false;
	target_mailboxes(name, in->arena, &inside);
	for (size_t i = 0; i < inside.items_count; i++) {
		struct slice domain = address_domain(inside.items[i].address);
		if (slice_index(domain, '.') < domain.len && !same_organisation(domain, from, in))
			return true;
	}
	return false;
}

/* The last label of a name is one that sites have. */
static bool
ends_like_a_site(struct slice name)
{
	static const char *const ends[] = { ".com", ".net", ".org", ".edu", ".gov", ".info", ".biz",
		".co.uk", ".de", ".fr", ".it", ".es", ".nl", ".eu", ".br", ".ru", ".cn", ".jp",
		".in", ".ca", ".au", ".ch", ".at", ".pl" };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (slice_iends(name, slice_str(ends[i])))
			return true;
	return false;
}

/* The display name holds the name of a site that the sender's address is not of. */
static bool
test_from_name_spoofs_domain(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice from = address_domain(sent_get(in, "From:addr"));
	struct slice rest = sent_get(in, "From:name");
	while (from.len > 0 && rest.len > 0) {
		size_t n = 0;
		while (n < rest.len && (chars_is(rest.ptr[n], CHAR_ALPHA | CHAR_DIGIT) ||
					       rest.ptr[n] == '-' || rest.ptr[n] == '.'))
			n++;
		struct slice word = slice_take(rest, n);
		while (word.len > 0 && word.ptr[word.len - 1] == '.')
			word.len--;
		if (domain_valid(word) && ends_like_a_site(word) &&
			!same_organisation(word, from, in))
			return true;
		rest = slice_skip(rest, n + (n < rest.len));
	}
	return false;
}

/* A message has several authors only if Sender says who of them sent it (RFC 5322 3.6.2). */
static bool
test_from_several(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct target_values from;
	target_get_all_sent(in, "From:addr", &from);
	return from.items_count > 1 && message_count(in->message, "From") == 1 &&
	       message_field(in->message, "Sender", 0) == NULL;
}

/* Answers go to another organisation than the sender's. */
static bool
test_reply_to_differs(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice from = address_domain(sent_get(in, "From:addr"));
	struct slice reply = address_domain(sent_get(in, "Reply-To:addr"));
	return from.len > 0 && reply.len > 0 && !same_organisation(from, reply, in);
}

/* Written to oneself: the recipients are elsewhere. */
static bool
test_to_equals_from(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice from = sent_get(in, "From:addr");
	struct target_values to;
	target_get_all_sent(in, "ToCc:addr", &to);
	return from.len > 0 && to.items_count == 1 && slice_ieq(to.items[0], from);
}

const struct eval evals_own_people[] = {
	{ "recipients_sorted", 0, 1, 0, test_recipients_sorted },
	{ "recipients_alike", 0, 1, 0, test_recipients_alike },
	{ "recipients_at_least", 1, 1, 0, test_recipients_at_least },
	{ "recipients_unlike_envelope", 0, 1, 0, test_recipients_unlike_envelope },
	{ "from_unlike_envelope", 0, 0, 0, test_from_unlike_envelope },
	{ "helo_unlike_from", 0, 0, 0, test_helo_unlike_from },
	{ "from_name_is_address", 0, 0, 0, test_from_name_is_address },
	{ "from_name_spoofs_domain", 0, 0, 0, test_from_name_spoofs_domain },
	{ "from_several", 0, 0, 0, test_from_several },
	{ "reply_to_differs", 0, 0, 0, test_reply_to_differs },
	{ "to_equals_from", 0, 0, 0, test_to_equals_from },
	{ NULL, 0, 0, 0, NULL },
};
