/* What servers answered: about whom, and what it says of them. */
#include "sensor/host/aggregate_fields.h"

#include <string.h>

#include "sensor/host/traits.h"

/* Does it speak of the host's reputation? */
static bool is_mention(enum reply_class class)
{
	return class == REPLY_LISTED || class == REPLY_PRIVATE_REPUTATION ||
	       class == REPLY_RATE_LIMITED;
}

static bool
is_public_of_ours(const struct campus *campus, struct addr a)
{
	for (size_t i = 0; i < campus->public_count; i++) {
		if (network_has(campus->public[i], a))
			return true;
	}
	return false;
}

/* A server behind a NAT of ours sees a public address where we see a private client, so an address
 * of the configured public ones means the client, and so does any other that is routed and not a
 * host of ours: private addresses do not reach the outside, somebody changed this one on the way,
 * and the reply quotes what it became.  From a client with an address of its own, a stranger's
 * address is that of a header that was forwarded, and nobody's here. */
struct addr
reply_subject(const struct campus *campus, const struct reply *reply, struct addr client)
{
	const struct addr nobody = { .family = ADDR_NONE };
	struct addr quoted = reply->quoted;

	if (!is_mention(reply->class) || traits_of(reply->list)->scope == SCOPE_OTHER)
		return nobody;
	if (quoted.family == ADDR_NONE || addr_eq(quoted, client))
		return client;
	if (addr_is_inside(client) && is_public_of_ours(campus, quoted))
		return client;
	if (campus_has(campus, quoted))
		return quoted;
	if (addr_is_inside(client) && !addr_is_special(quoted))
		return client;
	return nobody;
}

static void
count_mention(struct aggregate *a, const struct reply *reply, struct addr server)
{
	if (reply->class == REPLY_LISTED && traits_is_list(reply->list))
		aggregate_add(a, SUM_listed, 1);
	else if (reply->class != REPLY_RATE_LIMITED)
		aggregate_add(a, SUM_private, 1);
	mentions_add(&a->mentions, reply, server);
}

/* Every negative point of SPFBL is given by a refusal that begins so (spfbl.net/delist). */
static bool
is_spfbl_point(const struct reply *reply)
{
	struct slice text = slice_str(reply->text);

	if (reply->code < 500)
		return false;
	/* the code may stand before it */
	if (text.len > 4 && text.ptr[0] == '5' && text.ptr[3] == ' ')
		text = slice_skip(text, 4);
	return slice_istarts(text, SLICE("5.7.1 SPFBL "));
}

/* Exim says at DATA again why it refused every recipient; once is enough. */
static bool
is_repeated(const struct reply *reply)
{
	return strcmp(reply->to, "DATA") == 0 && reply->code == 503 &&
	       slice_istarts(slice_str(reply->text), SLICE("All RCPT commands were rejected"));
}

void
aggregate_replies(struct aggregate *a, const struct campus *campus, const struct session_record *s)
{
	for (size_t i = 0; i < s->replies_count; i++) {
		const struct reply *reply = &s->replies[i];

		if (is_repeated(reply))
			continue;
		if (strcmp(reply->to, "VRFY") == 0 || strcmp(reply->to, "EXPN") == 0)
			aggregate_add(a, SUM_vrfy, 1);
		/* recipients are counted with their mail */
		if (strcmp(reply->to, "RCPT") != 0 && reply->code >= 400)
			aggregate_add(a, SUM_class + reply->class, 1);
		aggregate_add(a, SUM_spfbl_points, is_spfbl_point(reply));
		if (addr_eq(reply_subject(campus, reply, s->client.addr), s->client.addr))
			count_mention(a, reply, s->server.addr);
	}
}

void
aggregate_quoted(struct aggregate *a, const struct reply *reply, struct addr server)
{
	aggregate_time(a, reply->time);
	aggregate_add(a, SUM_quoted, 1);
	count_mention(a, reply, server);
}
