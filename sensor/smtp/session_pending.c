#include <stdlib.h>

#include "sensor/smtp/session_state.h"

struct pending *
pending_at(const struct smtp_session *s, size_t i)
{
	return &s->pending[(s->pending_first + i) % s->pending_cap];
}

static void
pending_room(struct smtp_session *s)
{
	if (s->pending_count < s->pending_cap)
		return;
	size_t cap = s->pending_cap == 0 ? 8 : 2 * s->pending_cap;
	struct pending *bigger = must_alloc(cap * sizeof(*bigger));
	for (size_t i = 0; i < s->pending_count; i++)
		bigger[i] = *pending_at(s, i);
	free(s->pending);
	s->pending = bigger;
	s->pending_cap = cap;
	s->pending_first = 0;
}

struct pending *
pending_push(struct smtp_session *s, enum verb verb, struct envelope *mail)
{
	if (s->pending_count >= LIMIT_PENDING) {
		s->record.cut = s->unsure = true;
		step_too_many(s);
		return NULL;
	}
	pending_room(s);
	struct pending *p = pending_at(s, s->pending_count++);
	*p = (struct pending){ .verb = verb, .rcpt = -1, .mail = mail };
	return p;
}

struct pending *
pending_again(struct smtp_session *s, enum verb verb, struct envelope *mail)
{
	if (s->pending_count >= LIMIT_PENDING) {
		s->record.cut = true;
		return NULL;
	}
	pending_room(s);
	s->pending_first = (s->pending_first + s->pending_cap - 1) % s->pending_cap;
	s->pending_count++;
	struct pending *p = pending_at(s, 0);
	*p = (struct pending){ .verb = verb, .rcpt = -1, .mail = mail };
	return p;
}

void
pending_pop(struct smtp_session *s)
{
	s->pending_first = (s->pending_first + 1) % s->pending_cap;
	s->pending_count--;
	s->step.aligned -= s->step.aligned > 0;
}

bool
pending_take_secret(struct smtp_session *s)
{
	if (s->pending_count < 2 || pending_at(s, 1)->verb != VERB_SECRET)
		return false;
	*pending_at(s, 1) = *pending_at(s, 0);
	pending_pop(s);
	return true;
}

void
pending_lost(struct smtp_session *s, size_t keep)
{
	const struct answer none = { .enhanced = SLICE_EMPTY, .list = "", .time = s->now };
	while (s->pending_count > keep) {
		struct pending p = *pending_at(s, 0);
		pending_pop(s);
		reply_apply(s, &p, &none);
	}
}

/* Codes that only one command has for an answer: by them a dialogue with a gap finds its step
 * again. */
static bool
answers(enum verb verb, int code)
{
	switch (code) {
	case 354:
		return verb == VERB_DATA;
	case 334:
	case 235:
	case 535:
		return verb == VERB_AUTH || verb == VERB_EXPS;
	case 221:
		return verb == VERB_QUIT;
	}
	return true;
}

/* Where something was lost, success is the command's own: what does not fit answers another. */
static bool
fits(enum verb verb, int code)
{
	if (code >= 400)
		return true;
	switch (verb) {
	case VERB_DATA:
		return code == 354;
	case VERB_STARTTLS:
	case VERB_ANONYMOUSTLS:
		return code == 220;
	case VERB_AUTH:
	case VERB_EXPS:
		return code == 235 || code == 334;
	case VERB_QUIT:
		return code == 221;
	default:
		return true;
	}
}

bool
pending_match(struct smtp_session *s, int code)
{
	size_t i = 0;
	while (i < s->pending_count && !answers(pending_at(s, i)->verb, code))
		i++;
	if (i == s->pending_count) {
		/* 221 and 535 also come as rude answers to anything; the others would be out of
		 * step. */
		i = 0;
		if (s->pending_count == 0 || code == 354 || code == 334)
			return false;
	}
	if (s->unsure && !fits(pending_at(s, i)->verb, code))
		return false;
	s->unsure |= i > 0;
	pending_lost(s, s->pending_count - i);
	return true;
}
