#include "sensor/smtp/session_state.h"

/* What is still open when the stream ends. */
static void
end_mails(struct smtp_session *s)
{
	while (s->mode == CLIENT_HOLD && hold_slice(s).len > 0) {
		hold_decide(s, true);
		session_drain(s);
	}
	if (s->mode == CLIENT_DATA) {
		/* The end of data that some servers take, without the reply that would tell. */
		data_count_anomalies(s);
		bool found = data_end_behind_gap(s);
		s->data_mail = NULL;
		if (found) {
			s->mode = CLIENT_COMMAND;
			session_drain(s);
		}
	}
	step_over(s);
	while (s->open != NULL)
		session_mail_end(s, s->open);
}

/* Kinds of things that people do, and programs that work do not. */
static int
human_slips(const struct smtp_session *s)
{
	static const enum anomaly slips[] = { ANOMALY_UNKNOWN_COMMANDS, ANOMALY_BAD_SEQUENCE,
		ANOMALY_BARE_LF, ANOMALY_SPACE_COLON, ANOMALY_NO_BRACKETS, ANOMALY_HELO_NO_DOT };
	int n = s->dialect.varied + dialect_is_lower(&s->dialect);
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		n += s->anomalies.times[slips[i]] > 0;
	return n;
}

/* How it spoke, which program speaks like that, or whether it was none. */
static void
note_client(struct smtp_session *s)
{
	const struct dialect_offers offers = {
		.pipelining = (s->offers & EXTENSION_BIT(PIPELINING)) != 0,
		.size = (s->offers & EXTENSION_BIT(SIZE)) != 0,
		.chunking = (s->offers & EXTENSION_BIT(CHUNKING)) != 0,
		.starttls = (s->offers & EXTENSION_BIT(STARTTLS)) != 0,
	};
	s->record.typing.keystrokes = s->typing.keys;
	s->record.typing.backspaces = s->typing.edits;
	s->record.typing.pauses = s->typing.pauses;
	if (s->dialect.count == 0)
		return;
	s->dialect.tls = s->record.tls.used;
	s->record.dialect = dialect_text(&s->dialect, &offers, &s->arena);
	const char *name = clients_name(s->config.clients, s->record.dialect, &s->said);
	bool typed = s->smtp &&
		     (typing_by_keys(&s->typing) ||
			     (name[0] == '\0' && typing_by_lines(&s->typing, human_slips(s))));
	s->record.client_software = typed ? "hand-typed" : name;
	session_anomaly(s, ANOMALY_HAND_TYPED, typed);
}

static void
end_anomalies(struct smtp_session *s, enum close_reason why)
{
	bool spoke = s->dialect.count > 0;
	bool rude = why != CLOSE_TIMEOUT && !s->quit && spoke && !s->record.tls.used;
	session_anomaly(s, ANOMALY_NO_QUIT, rude);
	session_anomaly(
		s, ANOMALY_IMPERSONATION, server_software_contradicts(&s->software, NULL, NULL));
	note_client(s);
	anomaly_finish(&s->anomalies, &s->record);
}

static void
end_record(struct smtp_session *s, enum close_reason why)
{
	s->record.end = s->now;
	s->record.close = why;
	session_tls_end(s);
	s->record.cut |= s->arena.full;
	if (!s->smtp) {
		session_foreign_end(s);
		COUNT(s->counters, not_smtp);
		return;
	}
	COUNT(s->counters, sessions);
	if (s->record.tls.used)
		COUNT(s->counters, sessions_encrypted);
}

int
smtp_session_end(struct smtp_session *s, enum close_reason why, int64_t time, struct smtp_mail *out)
{
	if (!s->ended) {
		s->ended = true;
		s->now = time;
		end_mails(s);
		end_anomalies(s, why);
		end_record(s, why);
		session_changed(s);
	}
	struct slice none = SLICE_EMPTY;
	return smtp_session_data(s, SMTP_CLIENT, &none, time, out);
}
