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
		s->data_mail = NULL;
	}
	pending_lost(s, 0);
	while (s->open != NULL)
		session_mail_end(s, s->open);
}

static void
end_anomalies(struct smtp_session *s, enum close_reason why)
{
	bool spoke = s->dialect.count > 0;
	bool rude = why != CLOSE_TIMEOUT && !s->quit && spoke && !s->record.tls.used && !s->unsure;
	session_anomaly(s, ANOMALY_NO_QUIT, rude);
	session_anomaly(
		s, ANOMALY_IMPERSONATION, server_software_contradicts(&s->software, NULL, NULL));
	s->dialect.typed = typing_by_hand(&s->typing) && s->smtp;
	session_anomaly(s, ANOMALY_HAND_TYPED, s->dialect.typed);
	anomaly_finish(&s->anomalies, &s->record);
}

static void
end_record(struct smtp_session *s, enum close_reason why)
{
	s->record.end = s->now;
	s->record.close = why;
	session_tls_end(s);
	if (s->dialect.count > 0) {
		s->dialect.tls = s->record.tls.used;
		s->record.dialect = dialect_text(&s->dialect, &s->arena);
		s->record.client_software = dialect_client(&s->dialect);
	}
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
