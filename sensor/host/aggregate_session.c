#include "sensor/host/aggregate_fields.h"

#include <stdio.h>
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

/* "[192.168.1.7]" from another address: what a client behind NAT believes to be (RFC 5321 4.1.3).
 */
static bool
is_inside_literal(struct slice name, struct addr client)
{
	struct addr address;

	if (name.len < 2 || name.ptr[0] != '[' || name.ptr[name.len - 1] != ']')
		return false;
	name = slice_take(slice_skip(name, 1), name.len - 2);
	if (slice_ieq(slice_take(name, 5), SLICE("IPv6:")))
		name = slice_skip(name, 5);
	return addr_parse(name, &address) == 0 && addr_is_inside(address) &&
	       !addr_eq(address, client);
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
	aggregate_add(a, SUM_helo_inside, is_inside_literal(name, s->client.addr));
	aggregate_name(a, NAMES_helo, name, time);
	aggregate_distinct(a, SKETCH_helo_names, name);
}

/* Ended with QUIT, as far as seen: how the client speaks says so, or the server's answer to it. */
static bool
is_quit(const struct session_record *s)
{
	for (size_t i = 0; i < s->replies_count; i++) {
		if (strcmp(s->replies[i].to, "QUIT") == 0)
			return true;
	}
	/* "EHLO *|MAIL FROM:<_>|…+QUIT crlf" (smtp/dialect.h) */
	return strstr(s->dialect, "|QUIT") != NULL || strstr(s->dialect, "+QUIT") != NULL ||
	       strncmp(s->dialect, "QUIT", 4) == 0;
}

/* Refused at the door.  A server that does not know EHLO (5xx) may take HELO, so the last counts.
 */
static bool
is_refused(const struct session_record *s)
{
	static const char *const doors[] = { "greeting", "EHLO", "HELO", "LHLO" };
	bool refused = false;

	for (size_t i = 0; i < s->replies_count; i++) {
		for (size_t k = 0; k < sizeof doors / sizeof doors[0]; k++) {
			if (strcmp(s->replies[i].to, doors[k]) == 0)
				refused = s->replies[i].code >= 400;
		}
	}
	return refused;
}

static enum sum
port_sum(uint16_t port, enum sum first)
{
	switch (port) {
	case 25:
		return first;
	case 465:
		return (enum sum)(first + 1);
	case 587:
		return (enum sum)(first + 2);
	default:
		return (enum sum)(first + 3);
	}
}

bool
aggregate_is_outside(const struct session_record *s)
{
	return s->direction == DIRECTION_OUTBOUND || s->direction == DIRECTION_UNKNOWN;
}

void
aggregate_accepted(struct aggregate *a, const struct session_record *s, int64_t mails)
{
	if (aggregate_is_outside(s))
		aggregate_add(a, port_sum(s->server.port, SUM_accepted_25), mails);
}

/* What is known without looking into the mails. */
static void
count_flow(struct aggregate *a, const struct session_record *s)
{
	aggregate_minute(a, MINUTES_session, s->start);
	aggregate_add(a, SUM_sessions_quit, is_quit(s));
	aggregate_add(a, SUM_sessions_refused, is_refused(s));
	if (aggregate_is_outside(s)) {
		aggregate_add(a, SUM_sessions_outside, 1);
		aggregate_add(a, port_sum(s->server.port, SUM_port_25), 1);
	}
	if (s->estimate.basis[0] != '\0') {
		aggregate_add(a, SUM_estimated_sessions, 1);
		aggregate_add(a, SUM_estimated_mails, s->estimate.mails);
		aggregate_add(a, SUM_estimated_refusals, s->estimate.refusals);
		aggregate_accepted(a, s, s->estimate.mails);
	}
	aggregate_add(a, SUM_tls_offered, s->tls.offered);
	aggregate_add(
		a, SUM_tls_unused, s->tls.offered && !is_encrypted(s) && s->mails_count_total > 0);
}

/* Who speaks: its HELO name, and by which hand.  Under TLS that is the client's hello; in clear the
 * program, or the whole dialect, which says something only where a mail was sent: sessions that
 * end early look different although the same client speaks. */
static void
count_speaker(struct aggregate *a, const struct session_record *s, int64_t time)
{
	const char *hand = s->client_software;
	char text[NAMES_TEXT * 2];

	aggregate_distinct(a, SKETCH_dialects, slice_str(s->dialect));
	aggregate_distinct(a, SKETCH_ja4s, slice_str(s->tls.ja4));
	aggregate_name(a, NAMES_dialect, slice_str(s->dialect), time);
	if (s->tls.ja4[0] != '\0')
		hand = s->tls.ja4;
	else if (hand[0] == '\0' && s->mails_count_total > 0)
		hand = s->dialect;
	if (s->helo_name[0] == '\0' && hand[0] == '\0')
		return;
	snprintf(text, sizeof text, "%s %s", s->helo_name, hand);
	aggregate_distinct(a, SKETCH_speakers, slice_str(text));
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
count_as_client(struct aggregate *a, const struct campus *campus, const struct session_record *s,
	int64_t time)
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
	count_flow(a, s);
	count_speaker(a, s, time);
	aggregate_replies(a, campus, s);
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
		aggregate_add(a, SUM_in_proxied, s->direction != DIRECTION_INTERNAL);
		aggregate_name(a, NAMES_proxy_target, slice_str(s->proxy.target), time);
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
	const struct campus nobody = { .nets_count = 0 };

	aggregate_session_in(a, &nobody, session, as_client);
}

void
aggregate_session_in(struct aggregate *a, const struct campus *campus,
	const struct session_record *session, bool as_client)
{
	int64_t time = session->end > 0 ? session->end : session->start;

	aggregate_time(a, session->start);
	aggregate_time(a, time);
	if (as_client)
		count_as_client(a, campus, session, time);
	else
		count_as_server(a, session, time);
}
