/* heloscope's own tests: the Received fields that were there before the session. */
#include "sensor/base/ptime.h"
#include "sensor/mail/header_received.h"
#include "sensor/score/eval_fields.h"

static const struct received_chain *
chain_of(const struct rule_input *in)
{
	static const struct received_chain none;
	struct eval_kept *kept = eval_kept(in);
	if (kept->chain != NULL)
		return kept->chain;
	struct received_chain *chain = arena_alloc(in->arena, sizeof *chain);
	if (chain == NULL)
		return &none;
	received_chain_read(in->message, in->arena, chain);
	kept->chain = chain;
	return chain;
}

/* received_at_least(n): long ways. */
static bool
test_received_at_least(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return (double)message_count(in->message, "Received") >= eval_number(arguments, 0, 1);
}

/* received_backwards(minutes): a server says that it had the mail before the server that gave it
 * the mail (RFC 5321 4.4), by more than that. */
static bool
test_received_backwards(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double minutes = eval_number(arguments, 0, 10);
	const struct received_chain *chain = chain_of(in);
	return chain->backwards > 0 &&
	       (double)chain->back_most > minutes * 60 * (double)PTIME_SECOND;
}

/* A server has it a second time, behind others (RFC 5321 6.3). */
static bool
test_received_loop(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return chain_of(in)->loops > 0;
}

/* received_gaps(n): servers that had it from somebody else than the server before says. */
static bool
test_received_gaps(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return (double)chain_of(in)->gaps >= eval_number(arguments, 0, 1);
}

/* The newest field was written by a server of another organisation than the one that now delivers,
 * by its HELO name and its address. */
static bool
test_received_by_unlike_server(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct received_chain *chain = chain_of(in);
	if (in->session == NULL || chain->fields_count == 0)
		return false;
	const struct received_field *newest = &chain->fields[0];
	struct slice helo = slice_str(in->session->helo_name);
	char ip[ADDR_TEXT_MAX];
	struct slice address = slice_str(addr_format(in->session->client.addr, ip));
	if (slice_index(newest->by, '.') == newest->by.len || slice_index(helo, '.') == helo.len ||
		helo.ptr[0] == '[')
		return false;
	if (address.len > 0 && (slice_find(newest->by_ip, address) < newest->by_ip.len ||
				       slice_find(newest->by, address) < newest->by.len))
		return false;
	return !same_organisation(newest->by, helo, in);
}

/* Fields that no server is known to write so. */
static bool
test_received_unreadable(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return (double)chain_of(in)->unreadable >= eval_number(arguments, 0, 1);
}

const struct eval evals_own_received[] = {
	{ "received_at_least", 0, 1, 0, test_received_at_least },
	{ "received_backwards", 0, 1, 0, test_received_backwards },
	{ "received_loop", 0, 0, 0, test_received_loop },
	{ "received_gaps", 0, 1, 0, test_received_gaps },
	{ "received_by_unlike_server", 0, 0, 0, test_received_by_unlike_server },
	{ "received_unreadable", 0, 1, 0, test_received_unreadable },
	{ NULL, 0, 0, 0, NULL },
};
