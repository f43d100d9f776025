#include <stdio.h>
#include <string.h>

#include "sensor/smtp/session_state.h"

/* RFC 8446 5.1: record types 20 to 23.  RFC 5246 E.2: a ClientHello in the format of SSL 2.0, of
 * less than 256 bytes. */
bool
session_tls_byte(uint8_t first)
{
	return (first >= 20 && first <= 23) || first == 0x80;
}

void
session_tls_begin(struct smtp_session *s)
{
	s->mode = CLIENT_TLS;
	session_changed(s);
}

/* The side's bytes are TLS. */
static void
tls_seen(struct smtp_session *s)
{
	bool starttls = s->held_for == VERB_STARTTLS;
	if (s->record.tls.used)
		return;
	s->record.tls.used = true;
	s->record.tls.implicit = !starttls;
	/* On a port for plain SMTP, TLS from the first byte on may be anything. */
	if (starttls || s->config.implicit_tls)
		session_is_smtp(s);
	if (s->record.mails_count_total == 0 && s->open == NULL)
		s->record.visibility = VISIBILITY_FLOW;
	if (starttls)
		s->record.tls.starttls = "used";
	session_trace(s, "tls %s", starttls ? "starttls" : "implicit");
	session_changed(s);
}

/* Of a ServerHello: what is known of the lengths of records, and a guess at what is in them. */
static void
tls_chosen(struct smtp_session *s, const struct tls_event *e)
{
	struct session_tls *t = &s->secured;
	s->record.tls.version = tls_version_name(e->version);
	t->version = e->version;
	if (e->alpn.len > 0)
		s->record.tls.alpn =
			session_text(s, slice_of(e->alpn.bytes, e->alpn.len), TLS_NAME_MAX);
	bool sized = tls_overhead(e->version, e->cipher, &t->overhead) && !e->compressed;
	if (!sized || t->estimate != NULL)
		return;
	uint16_t port = s->record.server.port;
	struct estimate_hints hints = { .program = server_software_name(&s->software),
		.helo_len = strlen(s->record.helo_name),
		.implicit = s->record.tls.implicit,
		.submission = port == 587 || port == 465,
		.chunking = s->record.tls.implicit || !s->ehlo_answered ||
			    (s->offers & EXTENSION_BIT(CHUNKING)) != 0 };
	t->estimate = estimate_new(&hints);
}

static void
tls_names(struct smtp_session *s, struct slice names)
{
	struct tls_name name;
	while (tls_names_next(&names, &name)) {
		const char **one = ARENA_PUSH(&s->arena, s->record.tls.names, LIMIT_TLS_NAMES);
		if (one == NULL) {
			s->record.cut = true;
			return;
		}
		*one = session_text(s, name.text, TLS_NAME_MAX);
	}
}

static void
tls_alert(struct smtp_session *s, enum smtp_side from, const char *what)
{
	if (s->record.tls.alert[0] != '\0')
		return;
	char text[64];
	snprintf(text, sizeof(text), "%s: %s", from == SMTP_CLIENT ? "client" : "server", what);
	s->record.tls.alert = session_text(s, slice_str(text), sizeof(text));
	session_trace(s, "tls failed, %s", text);
	session_changed(s);
}

static void
tls_alert_number(struct smtp_session *s, enum smtp_side from, uint8_t number)
{
	char text[32];
	const char *name = tls_alert_name(number);
	snprintf(text, sizeof(text), "alert %u", number);
	tls_alert(s, from, name != NULL ? name : text);
}

static void
tls_note(struct smtp_session *s, enum smtp_side from, const struct tls_event *e)
{
	if (e->kind == TLS_CLIENT_HELLO && from == SMTP_CLIENT) {
		s->record.tls.sni =
			session_text(s, slice_of(e->name.bytes, e->name.len), TLS_NAME_MAX);
		s->record.tls.alpn =
			session_text(s, slice_of(e->alpn.bytes, e->alpn.len), TLS_NAME_MAX);
		s->record.tls.ja4 = session_text(s, slice_str(e->ja4), TLS_JA4_MAX);
		/* What the client offers, until the server has chosen. */
		if (s->secured.version == 0)
			s->record.tls.version = tls_version_name(e->version);
	} else if (e->kind == TLS_SERVER_HELLO && from == SMTP_SERVER) {
		tls_chosen(s, e);
	} else if (e->kind == TLS_CERTIFICATE && from == SMTP_SERVER) {
		s->record.tls.subject =
			session_text(s, slice_of(e->name.bytes, e->name.len), TLS_NAME_MAX);
		tls_names(s, e->names);
	}
	session_changed(s);
}

#define ALERT_CONTENT 2 /* RFC 8446 6 */
#define FLIGHT_RECORDS                                                                             \
	4 /* of a client, at most: Certificate, CertificateVerify, Finished, split                 \
	   */

/* RFC 8446 2: in TLS 1.3 the end of the handshake looks like data; the client's Finished, which has
 * a length of its own, is its end.  True if this record belongs to it. */
static bool
tls_handshake_record(struct smtp_session *s, enum smtp_side from, int64_t content)
{
	struct session_tls *t = &s->secured;
	if (t->finished || t->overhead.finished == 0)
		return false;
	if (from == SMTP_SERVER) {
		/* A server goes on only when it has the Finished: it was inside a longer record. */
		t->finished = t->flight > 0;
		return !t->finished;
	}
	if (content == ALERT_CONTENT)
		tls_alert(s, from, "encrypted");
	t->flight++;
	t->finished = content == t->overhead.finished || t->flight >= FLIGHT_RECORDS;
	return true;
}

/* Application data: its length is that of what is inside, and the overhead. */
static void
tls_record(struct smtp_session *s, enum smtp_side from, uint16_t length)
{
	struct session_tls *t = &s->secured;
	int64_t most = (int64_t)length - t->overhead.fixed - (t->overhead.padding > 0);
	int64_t least = most - (t->overhead.padding > 0 ? t->overhead.padding - 1 : 0);
	if (tls_handshake_record(s, from, most))
		return;
	if (from == SMTP_CLIENT)
		s->record.tls.records_client++;
	else
		s->record.tls.records_server++;
	bool alert = t->version >= 0x0304 && most == ALERT_CONTENT;
	if (t->estimate != NULL && !alert)
		estimate_record(
			t->estimate, from == SMTP_SERVER, (struct estimate_span){ least, most });
}

/* No TLS follows although it could have: servers and clients that go on in clear exist. */
static void
tls_not(struct smtp_session *s)
{
	if (s->starttls_accepted) {
		s->record.tls.starttls = "not-encrypted";
		session_anomaly(s, ANOMALY_NOT_ENCRYPTED, 1);
	}
	s->mode = CLIENT_COMMAND;
	s->held_for = VERB_UNKNOWN;
}

bool
session_tls_is_plain(const struct smtp_session *s, struct slice in)
{
	return s->held_for == VERB_STARTTLS && !s->tls_first[SMTP_SERVER] &&
	       (s->server_lines.unfinished || !session_tls_byte(in.ptr[0]));
}

void
session_tls_eat(struct smtp_session *s, enum smtp_side from, struct slice *in)
{
	if (!s->tls_first[from]) {
		s->tls_first[from] = true;
		if (session_tls_byte(in->ptr[0])) {
			tls_seen(s);
		} else if (!s->record.tls.used) {
			tls_not(s);
			return;
		}
	}
	struct tls_event event;
	int got;
	while ((got = tls_next(&s->tls[from], in, &event)) == 1) {
		if (event.kind == TLS_RECORD)
			tls_record(s, from, event.length);
		else if (event.kind == TLS_ALERT)
			tls_alert_number(s, from, event.alert);
		else
			tls_note(s, from, &event);
	}
	if (got < 0)
		*in = SLICE_EMPTY;
}

void
session_tls_gap(struct smtp_session *s, enum smtp_side from, int64_t bytes)
{
	s->secured.gap = true;
	tls_gap(&s->tls[from], bytes);
}

/* Only where TLS was seen whole from both sides, from the ClientHello on. */
void
session_tls_end(struct smtp_session *s)
{
	struct session_tls *t = &s->secured;
	struct estimate_counts counts;
	bool whole = !t->gap && !s->tls[SMTP_CLIENT].lost && !s->tls[SMTP_SERVER].lost &&
		     s->record.tls.ja4[0] != '\0' && !s->record.one_sided;
	if (t->estimate == NULL || !whole || !estimate_end(t->estimate, &counts))
		return;
	s->record.estimate.basis = "tls-records";
	s->record.estimate.mails = counts.mails;
	s->record.estimate.refusals = counts.refusals;
	session_trace(s, "estimate mails=%d refusals=%d doubt=%d margin=%d", (int)counts.mails,
		(int)counts.refusals, (int)counts.doubt, (int)counts.margin);
}

void
session_tls_release(struct smtp_session *s)
{
	tls_release(&s->tls[SMTP_CLIENT]);
	tls_release(&s->tls[SMTP_SERVER]);
	estimate_free(s->secured.estimate);
	s->secured.estimate = NULL;
}
