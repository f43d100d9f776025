#include "sensor/smtp/session_state.h"

#define AUTH_GUESSES 3 /* refusals in a row, and it is no mistyped password */

static void
on_greeting(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	(void)p;
	/* In case that LHLO is lost. */
	s->lmtp = slice_find(a->text, SLICE("LMTP")) < a->text.len;
	session_anomaly(s, ANOMALY_EARLY_TALKER, s->client_spoke);
}

/* One line of EHLO's reply, RFC 5321 4.1.1.1: ehlo-keyword *( SP ehlo-param ). */
static void
note_extension(struct smtp_session *s, struct slice line)
{
	const char **slot = ARENA_PUSH(&s->arena, s->record.extensions, LIMIT_EXTENSIONS);
	if (slot == NULL) {
		s->record.cut = true;
		return;
	}
	*slot = session_text(s, slice_trim(line), 255);
	enum extension extension = extension_of(line);
	s->offers |= 1u << extension;
	bool overwritten = extension_is_overwritten(slice_trim(line));
	session_anomaly(s, ANOMALY_STARTTLS_STRIPPED, overwritten);
	if (overwritten)
		s->record.tls.starttls = "stripped";
	if (extension != EXTENSION_STARTTLS)
		return;
	s->record.tls.offered = true;
	if (s->record.tls.starttls[0] == '\0')
		s->record.tls.starttls = "offered";
}

/* What the client thought would end the mail was refused. */
static void
mail_back(struct smtp_session *s, const struct pending *p)
{
	if (s->current == NULL)
		s->current = p->mail;
}

/* Lost: taken for accepted, as nearly every EHLO is. */
static void
on_helo(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	if (a->code >= 400) {
		mail_back(s, p);
		return;
	}
	session_mail_end_through(s, p->mail);
	s->lmtp = p->verb == VERB_LHLO;
	session_is_smtp(s);
	s->ehlo_answered = a->code != 0 && !s->step.torn;
	if (a->code == 0)
		return;
	s->offers = 0;
	if (p->verb != VERB_HELO) {
		struct slice lines = a->text, line;
		s->record.extensions_count = 0;
		reply_text_line(&lines, &line); /* the server's name and its greeting */
		while (reply_text_line(&lines, &line) == 1)
			note_extension(s, line);
	}
	session_changed(s);
}

/* 503 inside of an open mail: Postfix "nested MAIL command", Exim "sender already given". */
static void
on_mail(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	if (p->mail == NULL)
		return;
	struct envelope *before = session_mail_before(s, p->mail);
	if (before != NULL && before->mail_ok && a->code == 503) {
		session_anomaly(s, ANOMALY_BAD_SEQUENCE, 1);
		session_mail_merge(s, before, p->mail);
		return;
	}
	session_mail_end_through(s, before);
	if (a->code != 0 && p->mail->record.gap == 0)
		p->mail->unsure = false; /* the dialogue is in step again */
	envelope_mail_answer(p->mail, a);
}

static void
on_rcpt(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	(void)s;
	if (p->mail != NULL)
		envelope_rcpt_answer(p->mail, p->rcpt, a);
}

static void
on_data(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	bool holds = s->mode == CLIENT_HOLD && s->held_for == VERB_DATA;
	bool begun = s->mode == CLIENT_DATA && s->data_mail == p->mail;
	if (a->code == 0) {
		if (holds)
			hold_decide(s, true);
		return;
	}
	if (a->code < 400) {
		if (!holds)
			return;
		session_anomaly(s, ANOMALY_EARLY_DATA, s->held.len > 0);
		if (p->mail != NULL)
			envelope_data_again(p->mail);
		data_begin(s, p->mail);
		return;
	}
	/* The mail stays open: "need RCPT" may be followed by one, and DATA comes again. */
	if (p->mail != NULL)
		envelope_data_refused(p->mail, a);
	if (p->mail != NULL && p->mail->mail_refused)
		session_mail_end_through(s, p->mail);
	if (holds)
		s->mode = CLIENT_COMMAND;
	else if (begun)
		data_refused(s);
}

/* The first, and but for LMTP the only, reply to the end of a mail. */
static void
data_answered(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	bool each = p->mail->lmtp && !p->mail->unsure && a->code != 0 &&
		    !envelope_some_unknown(p->mail);
	int32_t first = each ? lmtp_replies(s, p->mail) : -1;
	/* Nobody knows whose reply this is, and RCPT's was not the last word. */
	if (p->mail->lmtp && !each)
		envelope_rcpt_open(p->mail, -1);
	bool more = s->pending_count > 0 && pending_at(s, 0)->mail == p->mail &&
		    pending_at(s, 0)->verb == VERB_DATA_END;
	if (first >= 0)
		envelope_rcpt_answer(p->mail, first, a);
	if (each || !p->mail->lmtp)
		envelope_final_answer(p->mail, a);
	p->mail->unsure |= a->code == 0;
	if (!more && (a->code == 0 || !smuggle_answered(s, p->mail)))
		session_mail_end_through(s, p->mail);
}

/* RFC 3030 2: after a refused chunk the mail is lost, but the client may have sent more of it. */
static void
on_bdat(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	if (p->mail == NULL)
		return;
	if (!p->last) {
		if (a->code >= 400)
			envelope_data_refused(p->mail, a);
		return;
	}
	/* "No transaction" after a refused chunk is not the reason. */
	if (p->mail->data_refused)
		session_mail_end_through(s, p->mail);
	else
		data_answered(s, p, a);
}

static void
on_data_end(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	if (p->mail == NULL)
		return;
	if (p->rcpt < 0) {
		data_answered(s, p, a);
		return;
	}
	if (a->code == 0)
		envelope_rcpt_open(p->mail, p->rcpt);
	envelope_rcpt_answer(p->mail, p->rcpt, a);
	envelope_final_answer(p->mail, a);
	p->mail->unsure |= a->code == 0;
	if (p->last)
		session_mail_end_through(s, p->mail);
}

/* RFC 2645 5.1, RFC 821 3.8: from here on the client is the server, and its mails go the other way.
 */
static void
on_turn(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	if (a->code / 100 != 2)
		return;
	session_mail_end_through(s, p->mail);
	s->quit = true;
	s->mode = CLIENT_FOREIGN;
}

static void
on_reset(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	if (a->code < 400)
		session_mail_end_through(s, p->mail);
	else
		mail_back(s, p);
}

static void
on_starttls(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	bool holds = s->mode == CLIENT_HOLD && s->held_for == VERB_STARTTLS;
	if (!holds)
		return;
	if (a->code == 0) {
		hold_decide(s, true);
	} else if (a->code / 100 != 2) {
		s->mode = CLIENT_COMMAND;
		s->record.tls.starttls = "refused";
	} else {
		s->starttls_accepted = true;
		struct slice held = hold_slice(s);
		bool hello = held.len > 0 && session_tls_byte(held.ptr[0]);
		session_anomaly(s, ANOMALY_STARTTLS_INJECTION, held.len > 0 && !hello);
		session_mail_end_through(s, p->mail);
		s->mode = CLIENT_TLS;
		if (!hello)
			buf_clear(&s->held);
		session_changed(s);
	}
}

static void
on_auth(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	(void)p;
	if (a->code == 0)
		return;
	if (a->code == 334) {
		if (!pending_take_secret(s))
			s->client_lines.secrets = LINE_SECRET;
		return;
	}
	s->client_lines.secrets = LINE_AFTER_AUTH;
	if (a->code / 100 == 2) {
		s->record.auth.result = "ok";
		s->auth_refused = 0;
	} else {
		s->record.auth.result = "fail";
		s->record.auth.failures++;
		session_anomaly(s, ANOMALY_AUTH_FAILURES, 1);
		session_anomaly(s, ANOMALY_AUTH_GUESSING, ++s->auth_refused == AUTH_GUESSES);
	}
	session_changed(s);
}

/* Accepted: for the server the session begins anew, with its greeting. */
static void
on_xclient(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	if (a->code / 100 != 2) {
		mail_back(s, p);
		return;
	}
	session_mail_end_through(s, p->mail);
	s->ehlo_answered = false;
	s->record.proxy.protocol = "xclient";
	s->record.proxy.client = s->xclient;
	session_changed(s);
}

static void (*const handlers[VERBS_COUNT])(
	struct smtp_session *s, const struct pending *p, const struct answer *a) = {
	[VERB_GREETING] = on_greeting,
	[VERB_EHLO] = on_helo,
	[VERB_HELO] = on_helo,
	[VERB_LHLO] = on_helo,
	[VERB_MAIL] = on_mail,
	[VERB_RCPT] = on_rcpt,
	[VERB_DATA] = on_data,
	[VERB_BDAT] = on_bdat,
	[VERB_DATA_END] = on_data_end,
	[VERB_RSET] = on_reset,
	[VERB_QUIT] = on_reset,
	[VERB_STARTTLS] = on_starttls,
	[VERB_ANONYMOUSTLS] = on_starttls,
	[VERB_XCLIENT] = on_xclient,
	[VERB_AUTH] = on_auth,
	[VERB_EXPS] = on_auth,
	[VERB_BURL] = on_bdat, /* RFC 4468 4.1: the server fetches the chunk */
	[VERB_TURN] = on_turn,
	[VERB_ATRN] = on_turn,
};

/* RFC 5321 4.2.2: 503 is the server's own word for that; but not for what was pipelined behind a
 * refused MAIL, or content behind recipients that were all refused (RFC 2920 3.1).  Where something
 * is lost, that may be what offered pipelining, or refused them. */
static bool
is_out_of_order(const struct smtp_session *s, const struct pending *p)
{
	bool content = p->verb == VERB_DATA || p->verb == VERB_BDAT || p->verb == VERB_DATA_END;
	bool pipelined = (s->offers & EXTENSION_BIT(PIPELINING)) && p->mail != NULL &&
			 envelope_none_left(p->mail);
	return p->mail != NULL && !p->mail->mail_refused && p->verb != VERB_MAIL &&
	       !(content && (pipelined || s->unsure));
}

void
reply_apply(struct smtp_session *s, const struct pending *p, const struct answer *a)
{
	session_anomaly(s, ANOMALY_BAD_SEQUENCE, a->code == 503 && is_out_of_order(s, p));
	/* RFC 5321 3.8: the channel is closed, whatever 421 answers; the mail may come again. */
	if (a->code == 421 && p->mail != NULL)
		envelope_data_refused(p->mail, a);
	if (handlers[p->verb] != NULL)
		handlers[p->verb](s, p, a);
}
