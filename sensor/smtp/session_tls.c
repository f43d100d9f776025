#include "sensor/smtp/session_state.h"

/* RFC 8446 5.1: record types 20 to 23. */
bool
session_tls_byte(uint8_t first)
{
	return first >= 20 && first <= 23;
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

static void
tls_note(struct smtp_session *s, const struct tls_event *e)
{
	switch (e->kind) {
	case TLS_CLIENT_HELLO:
		s->record.tls.sni = session_text(s, slice_str(e->name), TLS_NAME_MAX);
		s->record.tls.ja4 = session_text(s, slice_str(e->ja4), TLS_JA4_MAX);
		/* What the client offers, until the server has chosen. */
		if (s->record.tls.version[0] == '\0')
			s->record.tls.version = e->version;
		break;
	case TLS_SERVER_HELLO:
		s->record.tls.version = e->version;
		break;
	case TLS_CERTIFICATE:
		s->record.tls.subject = session_text(s, slice_str(e->name), TLS_NAME_MAX);
		break;
	}
	session_changed(s);
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
	       !session_tls_byte(in.ptr[0]);
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
	while ((got = tls_next(&s->tls[from], in, &event)) == 1)
		tls_note(s, &event);
	if (got < 0)
		*in = SLICE_EMPTY;
}
