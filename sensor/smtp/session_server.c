#include "sensor/base/text.h"
#include "sensor/smtp/reply_class.h"
#include "sensor/smtp/session_state.h"

#define JUNK_MAX 16 /* lines of a loader's or a shell's complaints before the greeting */

/* Lines joined by " / ", without the recipients' local parts. */
static void
visible_text(struct smtp_session *s, struct slice lines, struct slice local, struct buf *out)
{
	struct slice line;
	s->privacy.all |= s->unsure; /* a RCPT may be what was lost */
	while (reply_text_line(&lines, &line) == 1) {
		if (out->len > 0)
			buf_str(out, " / ");
		privacy_text(&s->privacy, line, local, out);
	}
}

static bool
is_last_chunk(const struct pending *p)
{
	return (p->verb == VERB_BDAT || p->verb == VERB_BURL) && p->last;
}

static bool
keeps_text(const struct pending *p, int code)
{
	return code >= 400 || p->verb == VERB_GREETING || p->verb == VERB_DATA_END ||
	       is_last_chunk(p);
}

/* Name of what was answered; the last chunk's answer is the mail's. */
static const char *
answers_what(const struct pending *p)
{
	return verb_text(is_last_chunk(p) ? VERB_DATA_END : p->verb);
}

static void
note_software(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	bool hello = p->verb == VERB_EHLO || p->verb == VERB_HELO || p->verb == VERB_LHLO;
	enum server_where where = p->verb == VERB_GREETING	? SERVER_BANNER
				  : hello && a->code / 100 == 2 ? SERVER_HELLO
								: SERVER_REPLY;
	if (server_software_note(&s->software, where, a->text))
		s->record.server_software = server_software_name(&s->software);
}

static void
record_reply(
	struct smtp_session *s, const struct pending *p, const struct answer *a, struct addr quoted)
{
	const char *text = "";
	if (keeps_text(p, a->code) || s->trace != NULL) {
		struct buf b;
		buf_init(&b, 2 * LIMIT_REPLY_TEXT);
		/* A challenge is part of the client's secret. */
		if (a->code != 334)
			visible_text(s, a->text, p->local, &b);
		text = session_text(s, buf_slice(&b), LIMIT_REPLY_TEXT);
		buf_release(&b);
	}
	session_trace(s, "S %d %.*s%s%s", a->code, (int)a->enhanced.len,
		a->enhanced.len > 0 ? (const char *)a->enhanced.ptr : "",
		a->enhanced.len > 0 ? " " : "", text);
	struct reply *r = ARENA_PUSH(&s->arena, s->record.replies, LIMIT_REPLIES);
	if (r == NULL) {
		s->record.cut = true;
		return;
	}
	*r = (struct reply){
		.to = answers_what(p),
		.code = a->code,
		.enhanced = arena_string(&s->arena, a->enhanced),
		.class = a->class,
		.list = a->list,
		.text = keeps_text(p, a->code) ? text : "",
		.time = a->time,
		.quoted = quoted,
	};
	if (p->verb == VERB_GREETING)
		s->record.banner = r->text;
	note_software(s, p, a);
	if (keeps_text(p, a->code))
		session_changed(s);
}

/* RFC 3463 3.2: what Postfix, Exim, Sendmail and Exchange say to an accepted sender. */
static bool
answers_sender(const struct answer *a)
{
	return a->code == 250 && slice_eq(a->enhanced, SLICE("2.1.0"));
}

/* Answers nothing that we know of. */
static enum verb
unsolicited(struct smtp_session *s, const struct answer *a)
{
	if (s->mode == CLIENT_DATA && data_reply(s, a))
		return VERB_DATA_END;
	/* For the server the data ended earlier, and what came behind it was a mail of its own. */
	session_anomaly(s, ANOMALY_SMUGGLING,
		s->doubtful && (a->code == 354 || (s->after_dot && a->code < 400)));
	bool holds_data = s->mode == CLIENT_HOLD && s->held_for == VERB_DATA;
	if (a->code == 354 && holds_data)
		data_begin(s, s->current);
	else if (a->code == 354 &&
		 (s->mode == CLIENT_LOST || (s->record.midstream && !s->client_spoke)))
		data_begin(s, session_mail_here(s));
	else if (s->mode == CLIENT_LOST && s->lost_commands && answers_sender(a)) {
		/* The MAIL of another was lost. */
		if (s->current != NULL && s->current->record.transfer == TRANSFER_NONE)
			s->current->record.gap -= s->lost_bytes;
		session_mail_end(s, s->current);
		session_mail_here(s)->mail_ok = true;
		return VERB_MAIL;
	} else if (a->code >= 400 && s->mode == CLIENT_HOLD)
		s->mode = CLIENT_COMMAND;
	else
		return VERB_UNKNOWN;
	return a->code == 354 ? VERB_DATA : VERB_UNKNOWN;
}

/* Of the commands only those that begin a session anew are answered by 220. */
static bool
waits_for_220(const struct smtp_session *s)
{
	enum verb verb = s->pending_count > 0 ? pending_at(s, 0)->verb : VERB_UNKNOWN;
	return verb == VERB_STARTTLS || verb == VERB_ANONYMOUSTLS || verb == VERB_XCLIENT;
}

/* The first reply that is seen is one, unless it can answer what was lost.  A greeting has no
 * enhanced code (RFC 2034 3), which most replies to STARTTLS have. */
static bool
is_greeting(const struct smtp_session *s, const struct reply_whole *whole)
{
	if (s->record.midstream)
		return whole->code == 220 && whole->enhanced.len == 0 && !waits_for_220(s);
	return !s->unsure || s->pending_count == 0 || whole->code == 220;
}

/* Which command the reply answers; false when it is none that waits. */
static bool
find_command(struct smtp_session *s, const struct reply_whole *whole, struct pending *p)
{
	*p = (struct pending){ .verb = VERB_UNKNOWN, .rcpt = -1 };
	bool first = !s->greeted;
	s->greeted = true;
	if (first && is_greeting(s, whole)) {
		p->verb = VERB_GREETING;
		return false;
	}
	if (!pending_match(s, whole->code))
		return false;
	*p = *pending_at(s, 0);
	return true;
}

/* A greeting that says 421 or a server that goes away may come at any time, RFC 5321 3.8. */
static bool
is_surprise(const struct smtp_session *s, const struct answer *a)
{
	return a->code != 421 && s->mode != CLIENT_DATA && s->mode != CLIENT_LOST;
}

void
server_reply(struct smtp_session *s, const struct reply_whole *whole, bool unasked)
{
	struct pending p = { .verb = VERB_UNKNOWN, .rcpt = -1 };
	struct reply_meaning meaning = { .class = REPLY_OK, .list = "" };
	bool waited = !unasked && find_command(s, whole, &p);
	if (!unasked && !waited && p.verb == VERB_UNKNOWN && smuggle_reply(s))
		waited = find_command(s, whole, &p);
	if (whole->code >= 400)
		reply_classify(
			whole->code, whole->enhanced, whole->text, answers_what(&p), &meaning);
	/* The zone of a list without a name of ours lives in `meaning` only. */
	const char *list = meaning.list != meaning.zone
				   ? meaning.list
				   : session_text(s, slice_str(meaning.zone), REPLY_ZONE_MAX);
	struct answer a = { whole->code, whole->enhanced, whole->text, meaning.class, list,
		s->now };
	s->record.cut |= whole->cut;
	session_anomaly(s, ANOMALY_CODE_CHANGES, whole->changed);
	if (!unasked && !waited && p.verb == VERB_UNKNOWN) {
		bool surprise = is_surprise(s, &a);
		p.verb = unsolicited(s, &a);
		session_anomaly(s, ANOMALY_UNSOLICITED, surprise && p.verb == VERB_UNKNOWN);
	}
	record_reply(s, &p, &a, meaning.quoted);
	/* 334 and other intermediate replies to AUTH leave the command open, RFC 4954 4; so do
	 * RFC 821's 1yz. */
	bool goes_on =
		a.code < 200 || (a.code == 334 && (p.verb == VERB_AUTH || p.verb == VERB_EXPS));
	if (waited && !goes_on)
		pending_pop(s);
	if (a.code >= 200 && (waited || p.verb == VERB_GREETING))
		reply_apply(s, &p, &a);
}

void
server_line(struct smtp_session *s, const struct line *line)
{
	struct reply_whole whole;
	if (session_foreign_server(s, line))
		return;
	int got = reply_next(&s->replies, line->text, &whole);
	s->server_seen = true;
	if (got < 0) {
		session_anomaly(s, ANOMALY_NOT_A_REPLY, 1);
		/* A server whose first lines are no reply speaks something else. */
		if (++s->junk == JUNK_MAX && !s->smtp && !s->record.midstream && !s->unsure)
			s->mode = CLIENT_FOREIGN;
		return;
	}
	session_anomaly(s, ANOMALY_REPLY_LF, !line->crlf);
	session_anomaly(
		s, ANOMALY_STARTTLS_REPLIES, s->mode == CLIENT_TLS && !s->tls_first[SMTP_CLIENT]);
	s->server_alive = true;
	if (!s->odd_greeting)
		session_is_smtp(s);
	if (got == 0)
		return;
	if (!step_reply(s, &whole))
		server_reply(s, &whole, false);
	s->step.torn = false;
}
