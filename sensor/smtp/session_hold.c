#include "sensor/smtp/session_state.h"

/* A line of content that long is decided without its end. */
#define DECIDING 1000 /* bytes; RFC 5321 4.5.3.1.6 */

void
hold_begin(struct smtp_session *s, enum verb verb)
{
	s->mode = CLIENT_HOLD;
	s->held_for = verb;
}

bool
hold_draining(const struct smtp_session *s)
{
	return s->mode != CLIENT_HOLD && s->held.len > s->held_at;
}

struct slice
hold_slice(const struct smtp_session *s)
{
	return slice_skip(buf_slice(&s->held), s->held_at);
}

static void
decide_starttls(struct smtp_session *s, struct slice held)
{
	if (session_tls_byte(held.ptr[0]))
		session_tls_begin(s);
	else
		s->mode = CLIENT_COMMAND;
}

void
hold_decide(struct smtp_session *s, bool force)
{
	struct slice held = hold_slice(s);
	size_t end = slice_index(held, '\n');
	if (held.len == 0 ||
		(end == held.len && held.len < DECIDING && !force && s->held_for == VERB_DATA))
		return;
	if (s->held_for == VERB_STARTTLS) {
		decide_starttls(s, held);
		return;
	}
	struct command c;
	command_parse(slice_trim(slice_take(held, end)), &c);
	/* RFC 5322 header fields and text never look like a command with its arguments; a dot line
	 * alone is an empty mail. */
	if (command_is_plausible(&c)) {
		s->mode = CLIENT_COMMAND;
		if (s->step.lost)
			step_align(s);
	} else
		data_begin(s, s->current);
	if (s->server_alive && !s->step.lost)
		session_anomaly(s, ANOMALY_EARLY_DATA, s->mode == CLIENT_DATA);
	else
		step_over(s); /* the client would not go on without the reply: it was in the gap */
}

/* The reply to DATA may still come, unless replies are not seen at all. */
static void
hold_try(struct smtp_session *s)
{
	bool full = s->held.len >= LIMIT_SMTP_HELD;
	if (!s->server_alive || full || s->step.lost)
		hold_decide(s, full);
}

void
hold_left(struct smtp_session *s, size_t left)
{
	s->held_at = s->held.len - left;
	if (left == 0) {
		buf_clear(&s->held);
		s->held_at = 0;
	} else if (s->mode == CLIENT_HOLD) {
		/* The held bytes contained another DATA. */
		buf_eat(&s->held, s->held_at);
		s->held_at = 0;
		hold_try(s);
	}
}

void
hold_eat(struct smtp_session *s, struct slice *in)
{
	size_t room =
		LIMIT_SMTP_HELD - (s->held.len < LIMIT_SMTP_HELD ? s->held.len : LIMIT_SMTP_HELD);
	struct slice piece = slice_take(*in, room);
	buf_add(&s->held, piece);
	*in = slice_skip(*in, piece.len);
	hold_try(s);
}
