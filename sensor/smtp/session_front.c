/* What stands before the dialogue (front.h), and streams that are none (foreign.h). */
#include <stdlib.h>
#include <string.h>

#include "sensor/smtp/session_state.h"

/* ---- the first bytes of each side, by which a foreign protocol is known ---- */

static void
keep_first(struct smtp_session *s, enum smtp_side from, struct slice in)
{
	struct first_words *w = &s->first[from];
	struct slice kept = slice_take(in, FOREIGN_BYTES - w->len);

	if (kept.len > 0)
		memcpy(w->bytes + w->len, kept.ptr, kept.len);
	w->len = (uint8_t)(w->len + kept.len);
}

static struct slice
first_of(const struct smtp_session *s, enum smtp_side from)
{
	return slice_of(s->first[from].bytes, s->first[from].len);
}

/* ---- before the dialogue ---- */

static void
front_begin(struct smtp_session *s)
{
	s->front = must_alloc(sizeof(*s->front));
	front_init(s->front);
	s->behind_front = s->mode;
	s->mode = CLIENT_FRONT;
}

void
session_first(struct smtp_session *s, enum smtp_side from, struct slice in)
{
	/* A server that has spoken is nobody's proxy, and waits for no balancer. */
	bool first = from == SMTP_CLIENT && !s->client_spoke && !s->fronted && !s->greeted &&
		     s->first[SMTP_SERVER].len == 0;

	if (!s->smtp)
		keep_first(s, from, in);
	if (first && (s->mode == CLIENT_COMMAND || s->mode == CLIENT_TLS) &&
		front_begins(in.ptr[0]))
		front_begin(s);
}

void
session_front_release(struct smtp_session *s)
{
	if (s->front != NULL)
		front_release(s->front);
	free(s->front);
	s->front = NULL;
}

static void
note_proxy(struct smtp_session *s)
{
	const struct front *f = s->front;
	struct slice host = slice_of(f->host, f->host_len);
	bool bare6 = host.len > 0 && host.ptr[0] != '[' && slice_index(host, ':') < host.len;

	if (f->kind == FRONT_NOTHING)
		return;
	s->record.proxy.protocol = front_name(f->kind);
	s->record.proxy.client = f->client;
	if (host.len > 0)
		s->record.proxy.target = arena_printf(&s->arena, bare6 ? "[%s]:%u" : "%s:%u",
			session_text(s, host, sizeof(f->host)), (unsigned)f->port);
	session_trace(s, "%s %s%s", s->record.proxy.protocol,
		f->state == FRONT_REFUSED ? "refused " : "", s->record.proxy.target);
	session_changed(s);
}

/* The dialogue begins with what the front has kept, and then with `in` of the client. */
static void
leave(struct smtp_session *s, struct slice in)
{
	struct front *f = s->front;
	bool passed = f->state == FRONT_PASSED;
	struct slice rest = front_rest(f), next = rest.len > 0 ? rest : in;

	note_proxy(s);
	session_anomaly(s, ANOMALY_PROXIED, passed && f->kind >= FRONT_CONNECT);
	s->mode = s->behind_front;
	s->fronted = true;
	s->config.implicit_tls |= passed && f->port == 465; /* RFC 8314 3.3 */
	if (passed) {
		memset(s->first, 0, sizeof(s->first));
		keep_first(s, SMTP_CLIENT, rest);
		keep_first(s, SMTP_CLIENT, in);
		s->client_spoke = next.len > 0;
	}
	if (next.len > 0 && s->mode == CLIENT_COMMAND && session_tls_byte(next.ptr[0]))
		session_tls_begin(s);
	else if (!passed && s->mode == CLIENT_COMMAND && s->record.midstream)
		client_lose(s, false); /* as if nobody had asked */
	buf_add(&s->held, rest);
}

/* True when the dialogue begins. */
static bool
is_over(struct smtp_session *s, enum front_state before)
{
	enum front_state now = s->front->state;

	if (now == FRONT_REFUSED && before != FRONT_REFUSED)
		note_proxy(s);
	return now == FRONT_PASSED || now == FRONT_NONE;
}

void
session_front_client(struct smtp_session *s, struct slice *in)
{
	enum front_state before = s->front->state;

	(void)front_client(s->front, in);
	if (!is_over(s, before))
		return;
	leave(s, *in);
	session_front_release(s);
}

/* It was the dialogue's from the first byte on. */
static void
say_again(struct smtp_session *s, struct slice said)
{
	struct line line;

	session_drain(s);
	while (said.len > 0 && (s->mode == CLIENT_COMMAND || s->mode == CLIENT_HOLD) &&
		line_next(&s->server_lines, &said, &line) == 1)
		server_line(s, &line);
}

void
session_front_server(struct smtp_session *s, struct slice *in)
{
	enum front_state before = s->front->state, now = front_server(s->front, in);

	if (!is_over(s, before))
		return;
	leave(s, SLICE_EMPTY);
	if (now == FRONT_PASSED)
		keep_first(s, SMTP_SERVER, *in);
	else
		say_again(s, front_said(s->front));
	session_front_release(s);
}

void
session_front_gap(struct smtp_session *s, enum smtp_side from)
{
	if (s->front == NULL || s->front->state == FRONT_REFUSED)
		return;
	enum front_state now =
		from == SMTP_SERVER ? front_lost(s->front) : FRONT_NONE; /* of its words nothing
									    is sure */
	if (now == FRONT_OPEN)
		return;
	if (from == SMTP_SERVER) {
		leave(s, SLICE_EMPTY);
	} else {
		note_proxy(s);
		s->mode = s->behind_front;
		s->fronted = true;
		s->client_spoke = false;
		s->greeted = true; /* the proxy's answer stands before the greeting, in its line */
	}
	session_front_release(s);
}

/* ---- what is no SMTP ---- */

static void
become_foreign(struct smtp_session *s, const char *name)
{
	s->foreign = name;
	s->smtp = false;
	s->mode = CLIENT_FOREIGN;
	session_trace(s, "foreign %s", name);
}

/* RFC 5321 4.3.2: a greeting says 220, 554 or 421. */
static bool
greets_oddly(struct slice line)
{
	return foreign_greets_ftp(line) ||
	       (slice_starts(line, SLICE("2")) && !slice_starts(line, SLICE("220")));
}

bool
session_foreign_server(struct smtp_session *s, const struct line *line)
{
	if (s->server_seen || s->smtp || s->record.midstream || s->unsure)
		return false;
	const char *name = foreign_name(SLICE_EMPTY, line->text);
	s->odd_greeting = greets_oddly(line->text);
	if (name[0] == '\0' || s->odd_greeting)
		return false; /* what the client says next will tell */
	become_foreign(s, name);
	return true;
}

bool
session_foreign_client(struct smtp_session *s, const struct line *line)
{
	static const struct slice ours[] = { SLICE("EHLO"), SLICE("HELO"), SLICE("LHLO"),
		SLICE("MAIL") };

	if (s->client_line_seen || s->record.midstream || s->unsure)
		return false;
	s->client_line_seen = true;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (slice_istarts(line->text, ours[i])) {
			s->odd_greeting = false;
			return false;
		}
	}
	struct slice banner = slice_str(s->record.banner);
	bool names_smtp = slice_ifind(banner, SLICE("SMTP")) < banner.len;
	/* Of "AUTH TLS" (RFC 4217 4) the line keeps no mechanism that SMTP does not have, and SMTP
	 * has no AUTH before EHLO (RFC 4954 3). */
	bool layer = line->secret && slice_ieq(slice_trim(line->text), SLICE("AUTH"));
	const char *name = foreign_name(line->text, first_of(s, SMTP_SERVER));
	if (s->odd_greeting && name[0] != '\0')
		become_foreign(s, name);
	else if (banner.len > 0 && !names_smtp && (layer || foreign_is_ftp_line(line->text)))
		become_foreign(s, "ftp");
	return s->mode == CLIENT_FOREIGN;
}

static const char *
name_of(struct smtp_session *s)
{
	if (s->foreign != NULL)
		return s->foreign;
	if (s->front != NULL && s->front->asked >= FRONT_CONNECT)
		return s->front->asked == FRONT_CONNECT ? "http" : "socks";
	if (s->record.tls.used)
		return "tls";
	return foreign_name(first_of(s, SMTP_CLIENT), first_of(s, SMTP_SERVER));
}

/* Of an SMTP dialogue that it was not, nothing is told; what TCP did, is. */
static void
forget_dialogue(struct session_record *r)
{
	static const enum anomaly kept[] = { ANOMALY_CHANGED, ANOMALY_URGENT, ANOMALY_STALE };
	size_t n = 0;

	for (size_t i = 0; i < r->anomalies_count; i++)
		for (size_t k = 0; k < sizeof(kept) / sizeof(kept[0]); k++)
			if (r->anomalies[i].name == anomaly_name(kept[k]))
				r->anomalies[n++] = r->anomalies[i];
	r->anomalies_count = n;
	r->replies_count = r->extensions_count = 0;
	r->helo_verb = r->helo_name = r->dialect = "";
	r->client_software = r->server_software = "";
	r->auth.mechanism = r->auth.result = r->auth.user = "";
	r->auth.failures = 0;
	r->visibility = VISIBILITY_FLOW;
}

void
session_foreign_end(struct smtp_session *s)
{
	const char *name = name_of(s);

	s->record.protocol = name;
	if (name[0] != '\0')
		forget_dialogue(&s->record);
}
