#include "sensor/base/chars.h"
#include "sensor/smtp/session_state.h"

static void
content_seen(struct smtp_session *s)
{
	s->record.visibility = VISIBILITY_CONTENT;
}

void
data_begin(struct smtp_session *s, struct envelope *mail)
{
	data_init(&s->data, s->crlf_seen);
	s->doubting = false;
	s->mode = CLIENT_DATA;
	s->data_mail = mail;
	if (mail != NULL)
		mail->record.transfer = TRANSFER_DATA;
}

void
data_count_anomalies(struct smtp_session *s)
{
	session_anomaly(s, ANOMALY_BARE_LF, s->data.bare_lf);
	session_anomaly(s, ANOMALY_BARE_CR, s->data.bare_cr);
	session_anomaly(s, ANOMALY_LF_DOT_LF, s->data.doubtful);
	session_anomaly(s, ANOMALY_LONG_DATA, s->data.long_lines);
	s->data.bare_lf = s->data.bare_cr = s->data.doubtful = s->data.long_lines = 0;
}

int32_t
lmtp_replies(struct smtp_session *s, struct envelope *mail)
{
	int32_t first = -1;
	bool last = true;
	for (size_t i = mail->record.rcpts_count; i-- > 0;) {
		if (mail->record.rcpts[i].disposition != DISPOSITION_ACCEPTED)
			continue;
		if (first >= 0) {
			struct pending *p = pending_again(s, VERB_DATA_END, mail);
			if (p == NULL)
				return first;
			p->rcpt = first;
			p->last = last;
			last = false;
		}
		first = (int32_t)i;
	}
	return first;
}

/* The final dot line was seen. */
static void
data_end(struct smtp_session *s)
{
	struct envelope *mail = s->data_mail;
	session_trace(s, "C . %lld", mail != NULL ? (long long)mail->record.bytes : 0);
	s->doubtful = s->data.doubtful > 0;
	data_count_anomalies(s);
	smuggle_end(s, mail);
	s->mode = CLIENT_COMMAND;
	s->data_mail = NULL;
	s->after_dot = true;
	if (s->current == mail)
		s->current = NULL;
	if (mail != NULL && mail->answered) {
		session_mail_end(s, mail);
		return;
	}
	struct pending *p = pending_push(s, VERB_DATA_END, mail);
	if (p != NULL)
		p->last = true;
}

/* The data's end may have been lost, and no reply will tell. */
static bool
may_have_ended(const struct smtp_session *s)
{
	return !s->server_alive && (s->data_mail == NULL || s->data_mail->record.gap > 0);
}

/* Content up to the end of *in or of the data. */
static void
take_content(struct smtp_session *s, struct slice *in)
{
	struct slice piece;
	for (;;) {
		if (in->len > 0 && data_end_here(&s->data))
			smuggle_begin(s);
		struct slice raw = *in;
		enum data_result result = data_next(&s->data, in, &piece);
		smuggle_keep(s, slice_take(raw, raw.len - in->len));
		switch (result) {
		case DATA_MORE:
			return;
		case DATA_PIECE:
			if (s->data_mail != NULL)
				envelope_content(s->data_mail, piece, &s->kept);
			break;
		case DATA_END:
			data_end(s);
			return;
		}
	}
}

bool
data_end_behind_gap(struct smtp_session *s)
{
	struct envelope *mail = s->data_mail;
	struct command c;
	if (mail == NULL || mail->record.gap == 0 || mail->record.bytes <= s->gap_at ||
		(int64_t)mail->content.len != mail->record.bytes)
		return false;
	struct slice tail = slice_skip(buf_slice(&mail->content), (size_t)s->gap_at);
	bool dot = slice_starts(tail, SLICE(".\r\n")) || slice_starts(tail, SLICE(".\n"));
	struct slice rest = dot ? slice_skip(tail, slice_index(tail, '\n') + 1) : tail;
	command_parse(slice_trim(slice_take(rest, slice_index(rest, '\n'))), &c);
	if (rest.len > 0 && !command_is_sure(&c))
		return false;
	buf_clear(&s->held);
	buf_add(&s->held, rest);
	s->held_at = 0;
	envelope_truncate(mail, s->gap_at, &s->kept);
	return true;
}

/* A line of content that begins like MAIL or QUIT: if it is a sure command, the data has ended in
 * the gap, and what follows is another mail's, or none. */
static void
look_for_command(struct smtp_session *s, struct slice *in)
{
	struct line line;
	struct command c;
	if (line_next(&s->client_lines, in, &line) == 0)
		return;
	s->data_resumes = false;
	command_parse(line.text, &c);
	if ((c.verb == VERB_MAIL && command_is_sure(&c)) ||
		(c.verb == VERB_QUIT && c.args.len == 0)) {
		data_count_anomalies(s);
		if (data_end_behind_gap(s))
			buf_clear(&s->held);
		session_mail_end_through(s, s->data_mail);
		s->data_mail = NULL;
		s->mode = CLIENT_COMMAND;
		client_line(s, &line);
		return;
	}
	struct slice text = line.text, end = line.crlf ? SLICE("\r\n") : SLICE("\n");
	take_content(s, &text);
	take_content(s, &end);
}

void
data_eat(struct smtp_session *s, struct slice *in)
{
	content_seen(s);
	while (s->mode == CLIENT_DATA && in->len > 0) {
		if (!may_have_ended(s) && !s->client_lines.unfinished) {
			take_content(s, in);
			return;
		}
		bool start = s->data_resumes || s->data.state == DATA_LINE ||
			     s->data.state == DATA_LINE_LF;
		uint8_t first = chars_lower(in->ptr[0]);
		if (s->client_lines.unfinished || (start && (first == 'm' || first == 'q'))) {
			look_for_command(s, in);
			continue;
		}
		struct slice line = slice_take(*in, slice_index(*in, '\n') + 1);
		*in = slice_skip(*in, line.len);
		s->data_resumes = false;
		take_content(s, &line);
	}
}

void
bdat_eat(struct smtp_session *s, struct slice *in)
{
	struct slice piece = slice_take(*in, (size_t)s->bdat_left);
	*in = slice_skip(*in, piece.len);
	s->bdat_left -= (int64_t)piece.len;
	content_seen(s);
	if (s->data_mail != NULL)
		envelope_content(s->data_mail, piece, &s->kept);
	if (s->bdat_left > 0)
		return;
	s->mode = CLIENT_COMMAND;
	s->data_mail = NULL;
	s->after_chunk = true;
}

bool
data_reply(struct smtp_session *s, const struct answer *a)
{
	struct envelope *mail = s->data_mail;
	bool ends_here = data_end_here(&s->data);
	bool ends_in_gap = mail == NULL || mail->record.gap > 0;
	/* 221 answers a QUIT that was lost. */
	if (a->code / 100 == 3 || a->code / 100 == 1 || a->code == 221)
		return false;
	if (!ends_here && smuggle_in_data(s, a))
		return true;
	if (!ends_here && !ends_in_gap) {
		/* Too large, too slow, or the server is going away: the client's end of data, if it
		 * comes, gets no second answer. */
		bool smuggled = s->data.doubtful > 0 && a->code / 100 == 2;
		if (a->code < 400 && !smuggled)
			return false;
		if (smuggled)
			session_anomaly(s, ANOMALY_SMUGGLING, 1);
		if (mail->answered)
			return false;
		mail->answered = true;
		envelope_final_answer(mail, a);
		return true;
	}
	if (ends_here)
		session_anomaly(s, ANOMALY_LF_DOT_LF, 1);
	data_count_anomalies(s);
	bool found = !ends_here && data_end_behind_gap(s);
	if (mail != NULL) {
		if (mail->lmtp)
			envelope_rcpt_open(mail, -1);
		else if (!mail->answered)
			envelope_final_answer(mail, a);
		session_mail_end(s, mail);
	}
	s->data_mail = NULL;
	if (ends_here || found)
		s->mode = CLIENT_COMMAND;
	else
		client_lose(s, false);
	session_drain(s);
	return true;
}

void
data_refused(struct smtp_session *s)
{
	data_count_anomalies(s);
	s->data_mail = NULL;
	client_lose(s, true);
}
