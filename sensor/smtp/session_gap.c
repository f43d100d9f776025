#include "sensor/smtp/session_state.h"

/* Some commands, and not a whole mail: about one segment. */
#define FEW_COMMANDS 2048

void
client_lose(struct smtp_session *s, bool middle_of_line)
{
	s->mode = CLIENT_LOST;
	s->unsure = true;
	s->lost_commands = false;
	if (middle_of_line)
		line_gap(&s->client_lines);
	/* An AUTH may have been lost, and its secrets be what comes. */
	s->client_lines.secrets = LINE_AFTER_AUTH;
}

/* Of a few commands the mail survives, with what was seen of its envelope; behind more, nobody
 * knows to which mail what follows belongs. */
static void
gap_commands(struct smtp_session *s, int64_t bytes)
{
	bool few = bytes <= FEW_COMMANDS;
	s->lost_bytes = bytes;
	if (s->current != NULL) {
		envelope_gap(s->current, few ? bytes : 0);
		if (!few)
			session_mail_end(s, s->current);
	}
	client_lose(s, true);
	s->lost_commands = few;
}

static void
gap_content(struct smtp_session *s, int64_t bytes)
{
	if (s->data_mail != NULL)
		envelope_gap(s->data_mail, bytes);
}

static void
data_lose(struct smtp_session *s)
{
	data_gap(&s->data);
	s->data_resumes = true;
	s->gap_at = s->data_mail != NULL ? s->data_mail->record.bytes : 0;
	if (s->client_lines.unfinished)
		line_gap(&s->client_lines);
}

/* The chunk's size is known, so that its end is found even inside of a gap. */
static void
gap_bdat(struct smtp_session *s, int64_t bytes)
{
	int64_t inside = bytes < s->bdat_left ? bytes : s->bdat_left;
	gap_content(s, inside);
	s->bdat_left -= inside;
	if (s->bdat_left > 0)
		return;
	s->mode = CLIENT_COMMAND;
	s->data_mail = NULL;
	if (bytes == inside)
		return;
	step_lost_commands(s);
	gap_commands(s, bytes - inside);
}

/* Behind DATA or STARTTLS, with nothing held back: the reply was lost too, or is still to come. */
static void
gap_hold(struct smtp_session *s, int64_t bytes)
{
	if (s->server_alive) {
		step_lost_commands(s);
		gap_commands(s, bytes);
	} else if (s->held_for == VERB_STARTTLS) {
		session_tls_begin(s);
	} else {
		data_begin(s, s->current);
		data_lose(s);
		gap_content(s, bytes);
	}
}

void
gap_client(struct smtp_session *s, int64_t bytes)
{
	while (s->mode == CLIENT_HOLD && hold_slice(s).len > 0) {
		hold_decide(s, true);
		session_drain(s);
	}
	session_front_gap(s, SMTP_CLIENT);
	s->last_gap = bytes;
	if (s->mode == CLIENT_COMMAND || s->mode == CLIENT_LOST)
		step_lost_commands(s);
	switch (s->mode) {
	case CLIENT_COMMAND:
		gap_commands(s, bytes);
		break;
	case CLIENT_HOLD:
		gap_hold(s, bytes);
		break;
	case CLIENT_DATA:
		data_lose(s);
		gap_content(s, bytes);
		break;
	case CLIENT_BDAT:
		gap_bdat(s, bytes);
		break;
	case CLIENT_LOST:
		s->lost_commands &= bytes <= FEW_COMMANDS;
		s->lost_bytes += bytes;
		line_gap(&s->client_lines);
		break;
	case CLIENT_TLS:
	case CLIENT_FOREIGN:
	case CLIENT_FRONT: /* refused */
		break;
	}
}

void
gap_server(struct smtp_session *s)
{
	line_gap(&s->server_lines);
	reply_gap(&s->replies);
	s->server_alive = false;
	s->greeted = true;
	session_front_gap(s, SMTP_SERVER);
	if (s->mode == CLIENT_TLS || s->mode == CLIENT_FOREIGN || s->mode == CLIENT_FRONT)
		return;
	if (s->client_lines.secrets == LINE_SECRET)
		s->client_lines.secrets = LINE_AFTER_AUTH;
	step_lost_replies(s);
	s->step.torn = true;
	if (s->mode == CLIENT_HOLD)
		hold_decide(s, false);
}
