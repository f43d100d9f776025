#include "sensor/host/aggregate_fields.h"

#include <string.h>

#include "sensor/host/helo.h"
#include "sensor/host/traits.h"

static bool
is_encrypted(const struct session_record *s)
{
	return s->tls.used || s->tls.implicit;
}

static struct slice
network_text(struct addr a, char out[ADDR_TEXT_MAX])
{
	return slice_str(addr_format(network_of(a, 24, 48).addr, out));
}

bool class_is_mention(enum reply_class class)
{
	return class == REPLY_LISTED || class == REPLY_PRIVATE_REPUTATION ||
	       class == REPLY_RATE_LIMITED;
}

static void
count_visibility(struct aggregate *a, const struct session_record *s)
{
	static const enum sum rows[] = {
		[VISIBILITY_FLOW] = SUM_sessions_flow,
		[VISIBILITY_ENVELOPE] = SUM_sessions_envelope,
		[VISIBILITY_CONTENT] = SUM_sessions_content,
	};

	aggregate_add(a, rows[s->visibility], 1);
}

static void
count_helo(struct aggregate *a, const struct session_record *s, int64_t time)
{
	static const enum sum rows[] = {
		[HELO_LOCALHOST] = SUM_helo_localhost,
		[HELO_ADDRESS] = SUM_helo_address,
		[HELO_NO_DOT] = SUM_helo_no_dot,
		[HELO_PRIVATE] = SUM_helo_private,
	};
	struct slice name = slice_str(s->helo_name), banner = slice_str(s->banner);
	struct slice greeted = slice_split(&banner, ' ');
	enum helo_shape shape = helo_shape(name);
	struct addr address;

	if (name.len == 0)
		return;
	aggregate_add(a, SUM_helo, 1);
	if (shape != HELO_GOOD)
		aggregate_add(a, rows[shape], 1);
	if (slice_ieq(name, greeted) ||
		(addr_parse(name, &address) == 0 && addr_eq(address, s->server.addr)))
		aggregate_add(a, SUM_helo_target, 1);
	aggregate_name(a, NAMES_helo, name, time);
	aggregate_distinct(a, SKETCH_helo_names, name);
}

/* Does the reply speak of this client's reputation?  Not if it quotes somebody else's address (a
 * forwarded header, a NAT in front of another), and not if the list is one of domains or URLs. */
static bool
is_about(const struct reply *reply, const struct session_record *s)
{
	if (!class_is_mention(reply->class) || traits_of(reply->list)->scope == SCOPE_OTHER)
		return false;
	return reply->quoted.family == ADDR_NONE || addr_eq(reply->quoted, s->client.addr);
}

static void
count_replies(struct aggregate *a, const struct session_record *s)
{
	for (size_t i = 0; i < s->replies_count; i++) {
		const struct reply *reply = &s->replies[i];

		if (strcmp(reply->to, "VRFY") == 0 || strcmp(reply->to, "EXPN") == 0)
			aggregate_add(a, SUM_vrfy, 1);
		/* recipients are counted with their mail */
		if (strcmp(reply->to, "RCPT") != 0 && reply->code >= 400)
			aggregate_add(a, SUM_class + reply->class, 1);
		if (!is_about(reply, s))
			continue;
		if (reply->class == REPLY_LISTED && traits_is_list(reply->list))
			aggregate_add(a, SUM_listed, 1);
		else if (reply->class != REPLY_RATE_LIMITED)
			aggregate_add(a, SUM_private, 1);
		mentions_add(&a->mentions, reply, s->server.addr);
	}
}

/* Which kinds of anomalies the session has, as bits. */
static unsigned
anomaly_bits(const struct session_record *s)
{
	unsigned bits = 0;

	for (size_t i = 0; i < s->anomalies_count; i++)
		bits |= 1u << anomaly_kind(s->anomalies[i].name);
	return bits;
}

static void
count_anomalies(struct aggregate *a, const struct session_record *s, int64_t time)
{
	unsigned bits = anomaly_bits(s);
	bool typed = bits & 1u << ANOMALY_TYPED;

	for (size_t i = 0; i < s->anomalies_count; i++)
		aggregate_name(a, NAMES_anomaly, slice_str(s->anomalies[i].name), time);
	aggregate_add(a, SUM_odd_sessions, (bits & 1u << ANOMALY_BOT) != 0 && !typed);
	aggregate_add(a, SUM_http_verbs, (bits & 1u << ANOMALY_HTTP) != 0);
	aggregate_add(a, SUM_typed_sessions, typed);
}

static void
count_as_client(struct aggregate *a, const struct session_record *s, int64_t time)
{
	char text[ADDR_TEXT_MAX];

	aggregate_add(a, SUM_sessions, 1);
	/* under TLS there may be mails that nobody saw */
	if (s->mails_count_total == 0 && !is_encrypted(s))
		aggregate_add(a, SUM_sessions_failed, 1);
	aggregate_add(a, SUM_sessions_encrypted, is_encrypted(s));
	count_visibility(a, s);
	aggregate_distinct(a, SKETCH_servers, slice_str(addr_format(s->server.addr, text)));
	aggregate_distinct(a, SKETCH_server_networks, network_text(s->server.addr, text));
	count_helo(a, s, time);
	aggregate_name(a, NAMES_software, slice_str(s->client_software), time);
	aggregate_add(a, SUM_auth_sessions, s->auth.mechanism[0] != '\0');
	aggregate_add(a, SUM_auth_failures, s->auth.failures);
	count_replies(a, s);
	count_anomalies(a, s, time);
}

static bool
is_submission(uint16_t port)
{
	return port == 587 || port == 465 || port == 2525;
}

bool
aggregate_is_proxied(const struct session_record *s)
{
	return strncmp(s->proxy.protocol, "http", 4) == 0 ||
	       strncmp(s->proxy.protocol, "socks", 5) == 0;
}

static void
count_as_server(struct aggregate *a, const struct session_record *s, int64_t time)
{
	struct slice banner = slice_str(s->banner);
	char text[ADDR_TEXT_MAX];

	if (aggregate_is_proxied(s)) {
		/* The mail server is another host. */
		aggregate_add(a, SUM_in_http_verbs, 1);
		return;
	}
	aggregate_add(a, SUM_in_sessions, 1);
	aggregate_add(a, SUM_in_sessions_submission, is_submission(s->server.port));
	aggregate_add(a, SUM_in_encrypted, is_encrypted(s));
	aggregate_distinct(a, SKETCH_in_networks, network_text(s->client.addr, text));
	aggregate_name(a, NAMES_banner, slice_split(&banner, ' '), time);
	aggregate_name(a, NAMES_server_software, slice_str(s->server_software), time);
	if (s->auth.mechanism[0] != '\0') {
		aggregate_add(a, SUM_in_auth_sessions, 1);
		aggregate_distinct(a, SKETCH_in_auth_networks, network_text(s->client.addr, text));
	}
	aggregate_add(a, SUM_in_auth_failures, s->auth.failures);
	aggregate_add(a, SUM_in_http_verbs, (anomaly_bits(s) & 1u << ANOMALY_HTTP) != 0);
	aggregate_add(a, SUM_in_relay_probes, (anomaly_bits(s) & 1u << ANOMALY_RELAY_PROBE) != 0);
	for (size_t i = 0; i < s->replies_count; i++) {
		const char *to = s->replies[i].to;

		aggregate_add(a, SUM_in_vrfy, strcmp(to, "VRFY") == 0 || strcmp(to, "EXPN") == 0);
	}
}

void
aggregate_session(struct aggregate *a, const struct session_record *session, bool as_client)
{
	int64_t time = session->end > 0 ? session->end : session->start;

	aggregate_time(a, session->start);
	aggregate_time(a, time);
	if (as_client)
		count_as_client(a, session, time);
	else
		count_as_server(a, session, time);
}
