/* SMTP smuggling: a dot line that is the end of the data for this server and not for others, and
 * commands behind it.  What the server does decides; until it is known the bytes behind such a line
 * are content and are kept as commands, too. */
#include "sensor/smtp/session_state.h"

/* The line behind the dot line is a command, so that it is worth waiting for the server's word. */
static bool
looks_smuggled(const struct smtp_session *s)
{
	struct slice raw = buf_slice(&s->doubt);
	struct command c;
	if (!s->doubting || s->doubt.lost > 0)
		return false;
	command_parse(slice_trim(slice_take(raw, slice_index(raw, '\n'))), &c);
	return command_is_plausible(&c);
}

void
smuggle_begin(struct smtp_session *s)
{
	const struct envelope *mail = s->data_mail;
	if (looks_smuggled(s))
		return;
	buf_clear(&s->doubt);
	/* What is not kept whole cannot be taken apart. */
	s->doubting = mail != NULL && mail->digest == NULL && mail->record.gap == 0;
	s->doubt_bytes = mail != NULL ? mail->record.bytes : 0;
}

void
smuggle_keep(struct smtp_session *s, struct slice raw)
{
	if (s->doubting)
		buf_add(&s->doubt, raw);
}

void
smuggle_end(struct smtp_session *s, struct envelope *mail)
{
	s->suspect = mail != NULL && !mail->lmtp && looks_smuggled(s) ? mail : NULL;
	s->suspect_answered = false;
	s->doubting = false;
}

void
smuggle_clear(struct smtp_session *s)
{
	if (s->suspect_answered)
		session_mail_end(s, s->suspect);
}

/* The mail ends at the dot line, and what is behind it are commands. */
static void
split(struct smtp_session *s, struct envelope *mail)
{
	session_anomaly(s, ANOMALY_SMUGGLING, 1);
	envelope_truncate(mail, s->doubt_bytes, &s->kept);
	session_mail_end(s, mail);
	s->doubting = false;
	s->mode = CLIENT_COMMAND;
	buf_clear(&s->held);
	buf_add(&s->held, buf_slice(&s->doubt));
	s->held_at = 0;
	buf_clear(&s->doubt);
	/* How the mail's author writes is not how the client does. */
	struct dialect own = s->dialect;
	session_drain(s);
	s->dialect = own;
}

bool
smuggle_answered(struct smtp_session *s, const struct envelope *mail)
{
	s->suspect_answered = s->suspect == mail && mail != NULL;
	return s->suspect_answered;
}

bool
smuggle_reply(struct smtp_session *s)
{
	if (!s->suspect_answered)
		return false;
	split(s, s->suspect);
	return true;
}

bool
smuggle_in_data(struct smtp_session *s, const struct answer *a)
{
	struct envelope *mail = s->data_mail;
	if (mail == NULL || a->code / 100 != 2 || !looks_smuggled(s))
		return false;
	data_count_anomalies(s);
	envelope_final_answer(mail, a);
	s->data_mail = NULL;
	split(s, mail);
	return true;
}
