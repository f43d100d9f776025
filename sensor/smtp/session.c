#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/text.h"
#include "sensor/smtp/session_state.h"

#define TRACE_MAX 1024 /* bytes of one line */

struct smtp_session *
smtp_session_new(const struct smtp_config *config, struct counters *counters)
{
	struct smtp_session *s = must_alloc(sizeof(*s));
	*s = (struct smtp_session){
		.config = *config, .counters = counters, .kept = LIMIT_MAIL_KEPT
	};
	s->privacy = (struct privacy){ .off = config->privacy_off, .key = config->hash_key };
	arena_init(&s->arena, LIMIT_SESSION_MEMORY);
	line_init(&s->client_lines, LINE_OPEN);
	s->client_lines.lend_secrets = config->auth_user;
	line_init(&s->server_lines, LINE_NONE);
	reply_reader_init(&s->replies);
	buf_init(&s->held, LIMIT_SMTP_HELD);
	buf_init(&s->doubt, LIMIT_SMTP_HELD);
	tls_init(&s->tls[SMTP_CLIENT]);
	tls_init(&s->tls[SMTP_SERVER]);
	s->record = (struct session_record){
		.sensor = "",
		.id = "",
		.community_id = "",
		.visibility = VISIBILITY_FLOW,
		.protocol = "",
		.proxy = { .protocol = "", .target = "" },
		.banner = "",
		.helo_verb = "",
		.helo_name = "",
		.tls = { .starttls = "",
			.version = "",
			.alert = "",
			.sni = "",
			.alpn = "",
			.ja4 = "",
			.subject = "" },
		.estimate = { .basis = "" },
		.auth = { .mechanism = "", .result = "", .user = "" },
		.dialect = "",
		.client_software = "",
		.server_software = "",
	};
	if (config->implicit_tls)
		s->mode = CLIENT_TLS;
	return s;
}

static void
free_list(struct envelope *e)
{
	while (e != NULL) {
		struct envelope *next = e->next;
		envelope_free(e);
		e = next;
	}
}

void
smtp_session_free(struct smtp_session *s)
{
	if (s == NULL)
		return;
	free_list(s->open);
	free_list(s->done);
	free_list(s->fetched);
	free(s->pending);
	line_release(&s->client_lines);
	line_release(&s->server_lines);
	reply_reader_release(&s->replies);
	buf_release(&s->held);
	buf_release(&s->doubt);
	step_release(s);
	session_tls_release(s);
	session_front_release(s);
	privacy_release(&s->privacy);
	arena_release(&s->arena);
	free(s);
}

/* What only the whole dialogue shows: where bytes of it are missing, or it began before the
 * capture, nobody is accused. */
static const bool needs_all[ANOMALIES_COUNT] = {
	[ANOMALY_EARLY_TALKER] = true,
	[ANOMALY_PIPELINING] = true,
	[ANOMALY_EARLY_DATA] = true,
	[ANOMALY_AFTER_QUIT] = true,
	[ANOMALY_STARTTLS_REPLIES] = true,
	[ANOMALY_NO_QUIT] = true,
	[ANOMALY_NO_HELO] = true,
	[ANOMALY_HELO_CHANGED] = true,
	[ANOMALY_UNSOLICITED] = true,
	[ANOMALY_NOT_A_REPLY] = true,
	[ANOMALY_SMUGGLING] = true,
};

void
session_anomaly(struct smtp_session *s, enum anomaly which, int64_t times)
{
	if (s->unsure && needs_all[which])
		return;
	if (anomaly_add(&s->anomalies, which, times, &s->record, &s->arena)) {
		session_trace(s, "anomaly %s", anomaly_name(which));
		session_changed(s);
	}
}

void
smtp_session_note(struct smtp_session *s, enum anomaly which)
{
	session_anomaly(s, which, 1);
}

void
session_trace(struct smtp_session *s, const char *format, ...)
{
	if (s->trace == NULL)
		return;
	char text[TRACE_MAX];
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	s->trace(s->trace_ctx, text);
}

void
session_is_smtp(struct smtp_session *s)
{
	s->smtp = true;
	s->record.protocol = s->lmtp ? "lmtp" : "smtp";
	if (s->record.visibility == VISIBILITY_FLOW)
		s->record.visibility = VISIBILITY_ENVELOPE;
}

const char *
session_text(struct smtp_session *s, struct slice text, size_t max)
{
	const char *clean = text_clean(&s->arena, text, max);
	s->record.cut |= s->arena.full;
	return clean;
}

void
session_changed(struct smtp_session *s)
{
	s->version++;
}

/* Gives out the oldest mail that has ended: 1 or 0. */
static int
fetch(struct smtp_session *s, struct smtp_mail *out)
{
	struct envelope *e = s->done;
	if (e == NULL)
		return 0;
	s->done = e->next;
	e->next = NULL;
	s->fetched = e;
	*out = (struct smtp_mail){ &e->record, buf_slice(&e->content) };
	return 1;
}

static void
forget_fetched(struct smtp_session *s)
{
	if (s->fetched != NULL)
		s->kept += s->fetched->content.len;
	envelope_free(s->fetched);
	s->fetched = NULL;
}

static void
client_eat(struct smtp_session *s, struct slice *in)
{
	struct line line;
	switch (s->mode) {
	case CLIENT_COMMAND:
		if (line_next(&s->client_lines, in, &line) == 1)
			client_line(s, &line);
		break;
	case CLIENT_LOST:
		if (line_next(&s->client_lines, in, &line) == 1)
			client_lost_line(s, &line);
		break;
	case CLIENT_HOLD:
		hold_eat(s, in);
		break;
	case CLIENT_DATA:
		data_eat(s, in);
		break;
	case CLIENT_BDAT:
		bdat_eat(s, in);
		break;
	case CLIENT_TLS:
		session_tls_eat(s, SMTP_CLIENT, in);
		break;
	case CLIENT_FOREIGN:
		*in = SLICE_EMPTY;
		break;
	case CLIENT_FRONT:
		session_front_client(s, in);
		break;
	}
}

static void
server_eat(struct smtp_session *s, struct slice *in)
{
	struct line line;
	if (s->mode == CLIENT_TLS && !session_tls_is_plain(s, *in))
		session_tls_eat(s, SMTP_SERVER, in);
	else if (s->mode == CLIENT_FOREIGN)
		*in = SLICE_EMPTY;
	else if (s->mode == CLIENT_FRONT)
		session_front_server(s, in);
	else if (line_next(&s->server_lines, in, &line) == 1)
		server_line(s, &line);
}

void
session_drain(struct smtp_session *s)
{
	while (hold_draining(s)) {
		struct slice held = hold_slice(s);
		client_eat(s, &held);
		hold_left(s, held.len);
	}
}

/* What was held back, then the input, until a mail has ended. */
static int
run(struct smtp_session *s, enum smtp_side from, struct slice *in, struct smtp_mail *out)
{
	for (;;) {
		if (fetch(s, out) == 1) {
			s->resumed = true;
			s->rest = *in;
			return 1;
		}
		session_drain(s);
		if (s->done != NULL)
			continue;
		if (in->len == 0)
			break;
		if (from == SMTP_CLIENT)
			client_eat(s, in);
		else
			server_eat(s, in);
	}
	s->resumed = false;
	return 0;
}

static void
note_segment(struct smtp_session *s, enum smtp_side from, struct slice in)
{
	session_first(s, from, in);
	s->unsure |= s->record.midstream;
	if (from == SMTP_SERVER) {
		s->record.bytes_server += (int64_t)in.len;
		typing_answer(&s->typing, s->now);
		return;
	}
	s->record.bytes_client += (int64_t)in.len;
	if (!s->client_spoke && s->mode == CLIENT_COMMAND) {
		if (session_tls_byte(in.ptr[0])) {
			session_tls_begin(s);
		} else if (s->record.midstream) {
			step_lost_commands(s);
			s->step.silent = false; /* the server may have spoken before */
			client_lose(s, false);
		}
	}
	smuggle_clear(s);
	s->client_spoke = true;
	if (s->mode != CLIENT_TLS && s->mode != CLIENT_FRONT)
		typing_segment(&s->typing, in, s->mode == CLIENT_DATA, s->now);
}

int
smtp_session_data(struct smtp_session *s, enum smtp_side from, struct slice *in, int64_t time,
	struct smtp_mail *out)
{
	bool same = s->resumed && in->len == s->rest.len && in->ptr == s->rest.ptr;
	s->now = time;
	forget_fetched(s);
	if (!same && in->len > 0)
		note_segment(s, from, *in);
	return run(s, from, in, out);
}

int
smtp_session_gap(struct smtp_session *s, enum smtp_side from, int64_t bytes, int64_t time,
	struct smtp_mail *out)
{
	struct slice none = SLICE_EMPTY;
	s->now = time;
	forget_fetched(s);
	if (bytes > 0) {
		s->record.gap_count++;
		s->record.gap_bytes += bytes;
		s->unsure = true;
		session_trace(s, "gap %s %lld", from == SMTP_CLIENT ? "client" : "server",
			(long long)bytes);
		smuggle_clear(s);
		if (from == SMTP_CLIENT)
			gap_client(s, bytes);
		else
			gap_server(s);
	}
	return run(s, from, &none, out);
}

struct session_record *
smtp_session_record(struct smtp_session *s)
{
	return &s->record;
}

struct arena *
smtp_session_arena(struct smtp_session *s)
{
	return &s->arena;
}

unsigned
smtp_session_version(const struct smtp_session *s)
{
	return s->version;
}

bool
smtp_session_is_smtp(const struct smtp_session *s)
{
	return s->smtp;
}

bool
smtp_session_is_foreign(const struct smtp_session *s)
{
	return s->mode == CLIENT_FOREIGN || (s->front != NULL && s->front->state == FRONT_REFUSED);
}

void
smtp_session_trace(struct smtp_session *s, void (*line)(void *ctx, const char *text), void *ctx)
{
	s->trace = line;
	s->trace_ctx = ctx;
}
