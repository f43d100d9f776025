#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/smtp/auth.h"
#include "sensor/smtp/session_state.h"

#define COMMAND_MAX 510 /* RFC 5321 4.5.3.1.4: 512 with CRLF */
#define AUTH_MAX 12286	/* RFC 4954 4 */
#define EXTENDED_MAX                                                                               \
	1024 /* parameters of extensions make MAIL and RCPT longer: RFC 3461 4, 6531, 4954 */

static size_t
allowed_length(enum verb verb)
{
	if (verb == VERB_AUTH || verb == VERB_EXPS)
		return AUTH_MAX;
	return verb == VERB_MAIL || verb == VERB_RCPT ? EXTENDED_MAX : COMMAND_MAX;
}

/* What is wrong with the bytes of a line, whatever it says. */
static void
note_bytes(struct smtp_session *s, const struct line *line, enum verb verb)
{
	bool nul = false, high = false, cr = false;
	for (size_t i = 0; i < line->text.len; i++) {
		uint8_t c = line->text.ptr[i];
		nul |= c == 0;
		cr |= c == '\r';
		high |= c >= 128;
	}
	typing_line(&s->typing, line->text);
	session_anomaly(s, ANOMALY_NUL_BYTE, nul);
	session_anomaly(s, ANOMALY_BARE_CR, cr);
	bool offers_known = s->ehlo_answered || (s->server_seen && !s->unsure);
	session_anomaly(s, ANOMALY_EIGHT_BIT,
		high && offers_known && !(s->offers & EXTENSION_BIT(SMTPUTF8)));
	s->record.cut |= line->cut;
	session_anomaly(s, ANOMALY_LONG_LINE, line->cut || line->text.len > allowed_length(verb));
}

static void
note_line_end(struct smtp_session *s, const struct line *line)
{
	s->crlf_seen |= line->crlf;
	s->dialect.crlf |= line->crlf;
	s->dialect.lf |= !line->crlf;
	session_anomaly(s, ANOMALY_BARE_LF, !line->crlf);
}

/* Sent before the replies to what came before it: RFC 2920. */
static void
note_pipelining(struct smtp_session *s)
{
	if (s->pending_count == 0 || !s->server_alive)
		return;
	s->dialect.unwaited = true;
	if (s->ehlo_answered && !(s->offers & EXTENSION_BIT(PIPELINING)))
		session_anomaly(s, ANOMALY_PIPELINING, 1);
}

/* For sites that want it; the bytes are gone with the line. */
static void
note_user(struct smtp_session *s, const struct line *line)
{
	struct buf user;
	if (line->dropped.len == 0 || s->record.auth.user[0] != '\0')
		return;
	buf_init(&user, AUTH_USER_MAX);
	if (auth_user(slice_str(s->record.auth.mechanism), s->auth_step++, line->dropped, &user))
		s->record.auth.user = session_text(s, buf_slice(&user), AUTH_USER_MAX);
	buf_release(&user);
}

/* Behind AUTH, before its reply: a response that did not wait, or a command that nobody knows. */
static void
on_secret(struct smtp_session *s, const struct line *line)
{
	session_trace(s, "C (secret)");
	note_user(s, line);
	if (!s->unsure)
		pending_push(s, VERB_SECRET, s->current);
}

void
client_line(struct smtp_session *s, const struct line *line)
{
	note_line_end(s, line);
	if (s->client_lines.secrets == LINE_SECRET) {
		s->client_lines.secrets = LINE_AFTER_AUTH;
		session_trace(s, "C (secret)");
		note_user(s, line);
		return;
	}
	/* RFC 4954 4: the last response of some mechanisms is empty; its 334 may not be seen. */
	bool empty = s->client_lines.secrets == LINE_AFTER_AUTH && (s->unsure || !s->server_seen);
	if ((line->secret || empty) && line->text.len == 0) {
		on_secret(s, line);
		return;
	}
	if (session_foreign_client(s, line))
		return;
	struct command c;
	command_parse(line->text, &c);
	note_bytes(s, line, c.verb);
	note_pipelining(s);
	step_command(s);
	session_anomaly(s, ANOMALY_AFTER_QUIT, s->quit);
	session_anomaly(s, ANOMALY_BDAT_SURPLUS, s->after_chunk && c.verb == VERB_UNKNOWN);
	/* An HTTP request or another protocol's hello is no sign of SMTP. */
	if (c.verb != VERB_UNKNOWN && !verb_is_http(c.verb)) {
		session_is_smtp(s);
		s->client_lines.secrets = LINE_OPEN;
	}
	client_command(s, &c);
	note_user(s, line);
	s->after_dot = s->after_chunk = false;
}

/* Nothing of a line in doubt is kept or shown: it may be content or a secret. */
void
client_lost_line(struct smtp_session *s, const struct line *line)
{
	struct command c;
	command_parse(line->text, &c);
	bool of_mail = (c.verb == VERB_RCPT || c.verb == VERB_DATA) && command_is_plausible(&c);
	if (!command_is_sure(&c) && !(s->lost_commands && of_mail))
		return;
	if (of_mail)
		(void)session_mail_here(s);
	s->lost_bytes = 0;
	s->mode = CLIENT_COMMAND;
	client_line(s, line);
}
