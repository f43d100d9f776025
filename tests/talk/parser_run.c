#include <stdlib.h>
#include <string.h>

#include "talk/run.h"

struct parser {
	struct smtp_session *session;
	struct run *out;
};

static void
said(struct parser *p, const struct talk_event *e, struct slice bytes, size_t chunk)
{
	struct smtp_mail mail;
	int64_t now = e->time;
	if (e->key_ns > 0)
		chunk = 1;
	while (bytes.len > 0) {
		struct slice piece = chunk == 0 ? bytes : slice_take(bytes, chunk);
		bytes = slice_skip(bytes, piece.len);
		/* A copy of exactly that length, so that the sanitizer sees every byte read behind
		 * it. */
		uint8_t *copy = must_alloc(piece.len);
		memcpy(copy, piece.ptr, piece.len);
		struct slice in = slice_of(copy, piece.len);
		now += e->key_ns;
		while (smtp_session_data(p->session, e->side, &in, now, &mail) == 1)
			run_mail(p->out, mail.record, mail.content);
		free(copy);
	}
}

static void
lost(struct parser *p, const struct talk_event *e)
{
	struct smtp_mail mail;
	int64_t bytes = (int64_t)e->len;
	while (smtp_session_gap(p->session, e->side, bytes, e->time, &mail) == 1) {
		run_mail(p->out, mail.record, mail.content);
		bytes = 0;
	}
}

void
parser_run(const struct talk *t, size_t chunk, struct run *out)
{
	struct counters counters = { 0 };
	struct smtp_mail mail;
	run_init(out, t);
	struct parser p = { smtp_session_new(&out->config, &counters), out };
	struct session_record *record = smtp_session_record(p.session);
	record->server = talk_server(t);
	record->midstream = t->midstream;
	for (size_t i = 0; i < t->count; i++) {
		const struct talk_event *e = &t->events[i];
		if (e->kind == TALK_SAID)
			said(&p, e, talk_bytes(t, e), chunk);
		else
			lost(&p, e);
	}
	while (smtp_session_end(p.session, t->close, t->end, &mail) == 1)
		run_mail(out, mail.record, mail.content);
	run_session(out, record, smtp_session_is_smtp(p.session));
	smtp_session_free(p.session);
}
