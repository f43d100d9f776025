/* In step again: which reply answers which command, when commands or replies of a burst were lost.
 *
 * A client that waits for each reply is in step with its next command.  In a burst (RFC 2920)
 * nobody knows how many commands or replies are missing: from the gap on, replies are kept, until
 * one comes that only one command has for an answer, as 354 has DATA.  The replies before it belong
 * to the commands before that, from behind; what is left over on either side was lost.  If the
 * client goes on before such a reply, none is given to any command. */
#include <stdlib.h>
#include <string.h>

#include "sensor/smtp/queue_id.h"
#include "sensor/smtp/session_state.h"

static void
keep(struct smtp_session *s, const struct reply_whole *whole)
{
	if (s->step.kept == NULL)
		s->step.kept = must_alloc(STEP_KEPT * sizeof(*s->step.kept));
	struct kept_reply *k = &s->step.kept[s->step.kept_count++];
	*k = (struct kept_reply){
		.code = whole->code, .changed = whole->changed, .cut = whole->cut, .time = s->now
	};
	memcpy(k->enhanced, whole->enhanced.ptr, whole->enhanced.len);
	buf_init(&k->text, LIMIT_REPLY_TEXT);
	buf_add(&k->text, whole->text);
}

static void
take(struct smtp_session *s, struct kept_reply *k, bool unasked)
{
	int64_t now = s->now;
	struct reply_whole whole = { .code = k->code,
		.enhanced = slice_str(k->enhanced),
		.text = buf_slice(&k->text),
		.changed = k->changed,
		.cut = k->cut };
	s->now = k->time;
	server_reply(s, &whole, unasked);
	s->now = now;
	buf_release(&k->text);
}

/* The first `unasked` of those that are kept answer no command that we know. */
static void
give_back(struct smtp_session *s, size_t unasked)
{
	size_t count = s->step.kept_count;
	s->step.kept_count = 0;
	s->step.lost = false;
	for (size_t i = 0; i < count; i++)
		take(s, &s->step.kept[i], i < unasked);
}

/* Too old to be given to anybody. */
static void
drop_first(struct smtp_session *s)
{
	struct kept_reply first = s->step.kept[0];
	memmove(s->step.kept, s->step.kept + 1, --s->step.kept_count * sizeof(first));
	take(s, &first, true);
}

void
step_release(struct smtp_session *s)
{
	for (size_t i = 0; i < s->step.kept_count; i++)
		buf_release(&s->step.kept[i].text);
	s->step.kept_count = 0;
	free(s->step.kept);
	s->step.kept = NULL;
}

/* The first `before` commands, and the replies that are kept: from behind. */
static void
align(struct smtp_session *s, size_t before)
{
	size_t kept = s->step.kept_count;
	if (kept < before)
		pending_lost(s, s->pending_count - (before - kept));
	give_back(s, kept > before ? kept - before : 0);
}

void
step_align(struct smtp_session *s)
{
	align(s, s->pending_count);
	s->step.aligned = 0;
}

void
step_over(struct smtp_session *s)
{
	give_back(s, s->step.kept_count);
	s->step.aligned = 0;
	pending_lost(s, 0);
}

void
step_lost_commands(struct smtp_session *s)
{
	if (s->step.lost)
		step_over(s);
	/* A chunk is sent without waiting, and is no burst. */
	size_t count = s->pending_count;
	bool chunk = count > 0 && pending_at(s, count - 1)->verb == VERB_BDAT;
	s->step.bursts |= count > chunk && s->server_alive;
	s->step.lost = s->step.silent = true;
	s->step.aligned = s->server_alive ? s->pending_count : 0;
}

void
step_lost_replies(struct smtp_session *s)
{
	if (s->step.lost)
		step_over(s);
	s->step.lost = s->pending_count > 0;
	s->step.silent = false;
	s->step.aligned = 0;
}

void
step_too_many(struct smtp_session *s)
{
	step_over(s);
	s->step.lost = s->step.bursts = true;
	s->step.silent = false;
}

/* RFC 2920 3.1: the last of a burst, because the client must know its answer. */
static bool
ends_burst(enum verb verb)
{
	return verb == VERB_EHLO || verb == VERB_HELO || verb == VERB_DATA || verb == VERB_VRFY ||
	       verb == VERB_EXPN || verb == VERB_NOOP || verb == VERB_QUIT ||
	       verb == VERB_STARTTLS || verb == VERB_AUTH;
}

void
step_command(struct smtp_session *s)
{
	/* What was lost is not answered either: the client does not wait for that. */
	bool unasked = s->step.lost && s->step.silent;
	s->step.bursts |= s->server_alive && (s->pending_count > 0 || unasked);
	if (!s->step.lost)
		return;
	bool last = s->pending_count > 0 && ends_burst(pending_at(s, s->pending_count - 1)->verb);
	if (last && s->step.kept_count > 0 && s->step.aligned == 0)
		step_align(s);
	else if (!s->step.bursts || s->step.kept_count > 0 || last)
		step_over(s);
}

/* Place of the command that only this reply answers, or the number of those that wait. */
static size_t
only_for(const struct smtp_session *s, int code)
{
	static const struct {
		int code;
		enum verb verb;
	} rows[] = { { 354, VERB_DATA }, { 334, VERB_AUTH }, { 334, VERB_EXPS }, { 235, VERB_AUTH },
		{ 235, VERB_EXPS }, { 221, VERB_QUIT } };
	for (size_t at = 0; at < s->pending_count; at++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (rows[i].code == code && rows[i].verb == pending_at(s, at)->verb)
				return at;
	return s->pending_count;
}

bool
step_reply(struct smtp_session *s, const struct reply_whole *whole)
{
	s->step.silent = false;
	if (!s->step.lost || s->step.aligned > 0)
		return false;
	size_t before = only_for(s, whole->code);
	if (before < s->pending_count) {
		align(s, before);
		return false;
	}
	if (whole->code == 354) {
		/* Its DATA was lost, and all that came before is answered. */
		step_over(s);
		return false;
	}
	/* A queue id ends a mail, and nothing else waits. */
	if (s->pending_count == 0 && queue_id_of(whole->text).len > 0) {
		s->step.lost = false;
		return false;
	}
	if (s->pending_count == 0 || (s->pending_count == 1 && !s->step.bursts)) {
		s->step.lost = s->pending_count == 0;
		return false;
	}
	if (whole->code == 421) {
		server_reply(s, whole, true);
		return true;
	}
	if (s->step.kept_count == STEP_KEPT)
		drop_first(s);
	keep(s, whole);
	return true;
}
