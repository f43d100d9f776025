#include "sensor/smtp/session_state.h"

struct envelope *
session_mail_new(struct smtp_session *s)
{
	struct envelope *e = envelope_new(0, s->now);
	struct envelope **end = &s->open;
	while (*end != NULL)
		end = &(*end)->next;
	*end = e;
	e->lmtp = s->lmtp;
	return e;
}

struct envelope *
session_mail_here(struct smtp_session *s)
{
	if (s->current == NULL) {
		s->current = session_mail_new(s);
		/* Its MAIL was in a gap, perhaps in one that another mail has counted. */
		envelope_gap(s->current, s->lost_bytes > 0 ? s->lost_bytes : s->last_gap);
		s->lost_bytes = 0;
	}
	return s->current;
}

/* Takes it out of everything that points to it. */
static void
detach(struct smtp_session *s, struct envelope *e)
{
	struct envelope **at = &s->open;
	while (*at != NULL && *at != e)
		at = &(*at)->next;
	if (*at != NULL)
		*at = e->next;
	e->next = NULL;
	for (size_t i = 0; i < s->pending_count; i++) {
		struct pending *p = pending_at(s, i);
		if (p->mail != e)
			continue;
		p->mail = NULL;
		p->rcpt = -1;
		p->local = SLICE_EMPTY;
	}
	if (s->current == e)
		s->current = NULL;
	if (s->data_mail == e)
		s->data_mail = NULL;
	if (s->suspect == e) {
		s->suspect = NULL;
		s->suspect_answered = false;
	}
}

static void
trace_mail(struct smtp_session *s, const struct envelope *e)
{
	if (s->trace == NULL)
		return;
	const struct mail_record *r = &e->record;
	session_trace(s, "mail %d from=<%s> outcome=%s code=%d%s%s bytes=%lld%s%s%s%s",
		(int)r->number, r->mail_from, outcome_word(r->outcome), (int)r->code,
		r->queue_id[0] != '\0' ? " queue=" : "", r->queue_id, (long long)r->bytes,
		r->transfer != TRANSFER_NONE ? " transfer=" : "",
		r->transfer != TRANSFER_NONE ? transfer_word(r->transfer) : "",
		r->gap > 0 ? " gap" : "", r->cut ? " cut" : "");
	for (size_t i = 0; i < r->rcpts_count; i++)
		session_trace(s, "rcpt <%s> %s %d", r->rcpts[i].address,
			disposition_word(r->rcpts[i].disposition), (int)r->rcpts[i].code);
}

/* What the envelope as a whole shows. */
static void
judge(struct smtp_session *s, const struct envelope *e)
{
	const struct mail_record *r = &e->record;
	size_t refused = 0, accepted = 0;
	for (size_t i = 0; i < r->rcpts_count; i++) {
		accepted += r->rcpts[i].disposition == DISPOSITION_ACCEPTED;
		refused += r->rcpts[i].disposition == DISPOSITION_REJECTED ||
			   r->rcpts[i].disposition == DISPOSITION_DEFERRED;
	}
	s->accepted += (int64_t)accepted;
	s->refused += (int64_t)refused;
	if (s->refused >= 5 && s->refused > s->accepted)
		session_anomaly(s, ANOMALY_MANY_REFUSED, 1);
	if (r->mail_from[0] == '\0' && r->rcpts_count > 1 && e->mail_ok && !e->unsure)
		session_anomaly(s, ANOMALY_NULL_SENDER, 1);
	session_anomaly(s, ANOMALY_SIZE_EXCEEDED, envelope_exceeds_size(e));
	/* A client whose recipients were all refused has no reason to go on; one whose were not,
	 * and who goes, only asked. */
	if (accepted > 0 && r->transfer == TRANSFER_NONE && !e->data_refused && !e->unsure &&
		s->quit)
		session_anomaly(s, ANOMALY_CALLOUT, 1);
}

/* What the header of the first mail tells of the program that sends it. */
static void
note_header(struct smtp_session *s, const struct envelope *e)
{
	struct slice content = buf_slice(&e->content);
	if (content.len == 0 || s->dialect.content)
		return;
	dialect_content(&s->dialect, content);
	clients_header(s->config.clients, content, s->record.helo_name, &s->said);
}

void
session_mail_end(struct smtp_session *s, struct envelope *e)
{
	if (e == NULL)
		return;
	detach(s, e);
	envelope_finish(e, &s->privacy, s->server_seen, s->now);
	judge(s, e);
	note_header(s, e);
	s->record.mails_count_total++;
	e->record.number = s->record.mails_count_total;
	session_changed(s);
	COUNT(s->counters, mails);
	if (e->record.cut)
		COUNT(s->counters, mails_cut);
	if (s->record.mails_count_total > LIMIT_MAILS) {
		s->record.cut = true;
		s->kept += e->content.len;
		envelope_free(e);
		return;
	}
	trace_mail(s, e);
	struct envelope **end = &s->done;
	while (*end != NULL)
		end = &(*end)->next;
	*end = e;
}

struct envelope *
session_mail_before(const struct smtp_session *s, const struct envelope *e)
{
	struct envelope *before = NULL;
	for (struct envelope *at = s->open; at != NULL && at != e; at = at->next)
		before = at;
	return before;
}

void
session_mail_end_through(struct smtp_session *s, struct envelope *e)
{
	if (e == NULL)
		return;
	while (s->open != NULL && s->open != e)
		session_mail_end(s, s->open);
	session_mail_end(s, s->open);
}

void
session_mail_merge(struct smtp_session *s, struct envelope *into, struct envelope *from)
{
	int32_t base = (int32_t)into->record.rcpts_count;
	for (size_t i = 0; i < from->record.rcpts_count; i++) {
		struct recipient *rcpt =
			ARENA_PUSH(&into->arena, into->record.rcpts, LIMIT_RECIPIENTS);
		if (rcpt == NULL) {
			into->record.rcpts_cut++;
			into->record.cut = true;
			continue;
		}
		*rcpt = (struct recipient){
			.address = arena_string(
				&into->arena, slice_str(from->record.rcpts[i].address)),
			.enhanced = "",
			.list = "",
		};
	}
	for (size_t i = 0; i < s->pending_count; i++) {
		struct pending *p = pending_at(s, i);
		if (p->mail != from)
			continue;
		p->mail = into;
		p->rcpt = p->rcpt >= 0 ? p->rcpt + base : -1;
		p->local = envelope_keep(into, p->local);
	}
	if (s->current == from)
		s->current = into;
	if (s->data_mail == from)
		s->data_mail = into;
	detach(s, from);
	s->kept += from->content.len;
	envelope_free(from);
}
