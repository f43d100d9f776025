#include "sensor/worker.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/digest.h"
#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"
#include "sensor/base/text.h"
#include "sensor/community_id.h"
#include "sensor/limits.h"

struct tcp_session {
	struct worker *worker;
	struct smtp_session *smtp;
	struct session_record *record;
	int64_t bytes[2]; /* by enum side */
	int64_t gap_count[2], gap_bytes[2];
	int64_t last; /* time of the last event */
	bool closed;
	unsigned told;			 /* smtp_session_version of the last snapshot */
	struct tcp_session *prev, *next; /* of the worker's open sessions */
};

struct worker {
	struct worker_config config;
	struct worker_output output;
	struct worker_probe probe;
	struct counters *counters;
	struct decap *decap;
	struct stream_table *streams;
	struct tcp_session *open;
	int64_t snapshot_due;
};

/* ---- identity ---- */

/* The same stream has the same id in every run: its endpoints and the time of its first packet. */
static const char *
session_id(const struct stream_info *info, struct arena *arena)
{
	uint8_t key[44];
	uint8_t *p = key;

	memcpy(p, info->client.addr.bytes, 16);
	memcpy(p + 16, info->server.addr.bytes, 16);
	p += 32;
	for (int i = 0; i < 2; i++) {
		*p++ = (uint8_t)(info->client.port >> (8 * i));
		*p++ = (uint8_t)(info->server.port >> (8 * i));
	}
	for (int i = 0; i < 8; i++)
		*p++ = (uint8_t)((uint64_t)info->start >> (8 * i));
	return arena_printf(arena, "%016llx", (unsigned long long)hash_stable(key, sizeof key));
}

static void
fill_path(struct session_record *r, const struct stream_info *info, struct arena *arena)
{
	for (size_t i = 0; i < info->vlan_count; i++) {
		int32_t *vlan = ARENA_PUSH(arena, r->vlan, PACKET_VLANS);
		if (vlan != NULL)
			*vlan = info->vlan[i];
	}
	for (size_t i = 0; i < info->layer_count; i++) {
		const char **name = ARENA_PUSH(arena, r->encap, PACKET_LAYERS);
		if (name != NULL)
			*name = layer_name(info->layer[i]);
	}
}

/* ---- events of the stream stage ---- */

static void
on_trace(void *ctx, const char *text)
{
	struct tcp_session *s = ctx;
	s->worker->probe.smtp(s->worker->probe.ctx, s->record->id, text);
}

static void *
on_open(void *ctx, const struct stream_info *info)
{
	struct worker *w = ctx;
	struct tcp_session *s = must_alloc(sizeof *s);
	struct smtp_config smtp = w->config.smtp;

	memset(s, 0, sizeof *s);
	smtp.implicit_tls = info->server.port == 465; /* RFC 8314 3.3 */
	s->worker = w;
	s->smtp = smtp_session_new(&smtp, w->counters);
	s->record = smtp_session_record(s->smtp);
	s->last = info->start;

	struct session_record *r = s->record;
	struct arena *arena = smtp_session_arena(s->smtp);
	r->sensor = w->config.sensor;
	r->id = session_id(info, arena);
	r->community_id = community_id(info->client, info->server, arena);
	r->start = r->end = info->start;
	r->client = info->client;
	r->server = info->server;
	r->midstream = info->midstream;
	r->direction = campus_direction(&w->config.campus, info->client.addr, info->server.addr);
	fill_path(r, info, arena);
	if (w->probe.smtp != NULL)
		smtp_session_trace(s->smtp, on_trace, s);
	if (w->output.elsewhere != NULL && !stream_watches(&w->config.stream, info->server.port))
		w->output.elsewhere(w->output.ctx, info->server, info->start);
	s->next = w->open;
	if (w->open != NULL)
		w->open->prev = s;
	w->open = s;
	return s;
}

static void
update_record(struct tcp_session *s)
{
	struct session_record *r = s->record;

	r->end = s->last;
	r->bytes_client = s->bytes[SIDE_CLIENT];
	r->bytes_server = s->bytes[SIDE_SERVER];
	r->gap_count = r->gap_bytes = 0;
	/* A side of which no packet was ever seen has no gaps: the stream is one-sided. */
	for (int side = 0; side < 2; side++) {
		if (s->bytes[side] == 0 && (!s->closed || r->one_sided))
			continue;
		r->gap_count += s->gap_count[side];
		r->gap_bytes += s->gap_bytes[side];
	}
}

static void
tell_mail(struct tcp_session *s, struct smtp_mail *mail)
{
	struct worker *w = s->worker;

	update_record(s);
	mail->record->session = s->record->id;
	w->output.mail(w->output.ctx, s->record, mail->record, mail->content);
}

static enum smtp_side
smtp_side(enum side side)
{
	return side == SIDE_CLIENT ? SMTP_CLIENT : SMTP_SERVER;
}

static void
probe_stream(const struct tcp_session *s, enum side from, const char *what, int64_t bytes)
{
	const struct worker_probe *probe = &s->worker->probe;
	char text[64];

	if (probe->stream == NULL)
		return;
	snprintf(text, sizeof text, "%c %s %lld", from == SIDE_CLIENT ? 'C' : 'S', what,
		(long long)bytes);
	probe->stream(probe->ctx, s->record->id, text);
}

static void
on_data(void *ctx, void *stream, enum side from, struct slice bytes, int64_t time)
{
	struct tcp_session *s = stream;
	struct smtp_mail mail;
	(void)ctx;

	probe_stream(s, from, "data", (int64_t)bytes.len);
	s->bytes[from] += (int64_t)bytes.len;
	s->last = time;
	while (smtp_session_data(s->smtp, smtp_side(from), &bytes, time, &mail) == 1)
		tell_mail(s, &mail);
}

static void
on_gap(void *ctx, void *stream, enum side from, int64_t bytes, int64_t time)
{
	struct tcp_session *s = stream;
	struct smtp_mail mail;
	(void)ctx;

	probe_stream(s, from, "gap", bytes);
	s->gap_count[from]++;
	s->gap_bytes[from] += bytes;
	s->last = time;
	while (smtp_session_gap(s->smtp, smtp_side(from), bytes, time, &mail) == 1) {
		tell_mail(s, &mail);
		bytes = 0;
	}
}

static void
on_anomaly(void *ctx, void *stream, enum side from, enum stream_anomaly what)
{
	static const enum anomaly anomalies[] = {
		[STREAM_CHANGED] = ANOMALY_CHANGED,
		[STREAM_URGENT] = ANOMALY_URGENT,
		[STREAM_STALE] = ANOMALY_STALE,
	};
	struct tcp_session *s = stream;
	(void)ctx;

	probe_stream(s, from, anomaly_name(anomalies[what]), 0);
	smtp_session_note(s->smtp, anomalies[what]);
}

static void
session_free(struct tcp_session *s)
{
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		s->worker->open = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	smtp_session_free(s->smtp);
	free(s);
}

static void
on_close(void *ctx, void *stream, enum close_reason why, bool one_sided, int64_t time)
{
	struct worker *w = ctx;
	struct tcp_session *s = stream;
	struct smtp_mail mail;

	if (w->probe.stream != NULL)
		w->probe.stream(w->probe.ctx, s->record->id, close_reason_word(why));
	if (why == CLOSE_FIN || why == CLOSE_RESET)
		s->last = time;
	s->record->close = why;
	s->record->one_sided = one_sided;
	s->closed = true;
	while (smtp_session_end(s->smtp, why, s->last, &mail) == 1)
		tell_mail(s, &mail);
	update_record(s);
	/* Where bytes are missing, a mail port speaks for itself; another protocol has a name. */
	bool plausible = s->record->gap_bytes > 0 && !smtp_session_is_foreign(s->smtp);
	bool named = !session_speaks_smtp(s->record);
	if (smtp_session_is_smtp(s->smtp) || plausible || named)
		w->output.session(w->output.ctx, s->record);
	session_free(s);
}

static void
on_service(void *ctx, struct endpoint server, int64_t time)
{
	struct worker *w = ctx;
	w->output.service(w->output.ctx, server, time);
}

static void
on_post(void *ctx, struct endpoint server, int64_t time, struct slice path)
{
	struct worker *w = ctx;
	char clean[LIMIT_POST_PATH + 1];

	if (!campus_has(&w->config.campus, server.addr))
		return;
	COUNT(w->counters, posts);
	size_t len = text_clean_into(clean, sizeof clean, path);
	w->output.post(w->output.ctx, server, time, slice_of(clean, len));
}

/* ---- life ---- */

/* Mails come and go: memory that is given back to the kernel after each of them costs a fifth of
 * the time in page faults. */
static void
keep_memory(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, 8 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 128 << 20);
	(void)mallopt(M_TOP_PAD, 4 << 20);
}

struct worker *
worker_new(const struct worker_config *config, const struct worker_output *output,
	struct counters *counters, struct err *err)
{
	struct worker *w = must_alloc(sizeof *w);

	keep_memory();
	struct stream_handler handler = { .ctx = w,
		.open = on_open,
		.data = on_data,
		.gap = on_gap,
		.anomaly = on_anomaly,
		.close = on_close,
		.service = on_service,
		.post = output->post != NULL ? on_post : NULL };

	memset(w, 0, sizeof *w);
	w->config = *config;
	w->output = *output;
	w->counters = counters;
	w->streams = stream_table_new(&config->stream, &handler, counters, err);
	if (w->streams == NULL) {
		free(w);
		return NULL;
	}
	w->decap = decap_new(&config->decap, counters);
	return w;
}

void
worker_probe(struct worker *w, const struct worker_probe *probe)
{
	w->probe = *probe;
}

/* Snapshots of sessions that go on, once a second. */
static void
tell_open(struct worker *w, int64_t now)
{
	if (!w->config.snapshots || now < w->snapshot_due)
		return;
	w->snapshot_due = now + PTIME_SECOND;
	for (struct tcp_session *s = w->open; s != NULL; s = s->next) {
		unsigned version = smtp_session_version(s->smtp);
		if (version == s->told || !smtp_session_is_smtp(s->smtp))
			continue;
		s->told = version;
		update_record(s);
		s->record->open = true;
		w->output.session(w->output.ctx, s->record);
		s->record->open = false;
	}
}

void
worker_frame(struct worker *w, const struct frame *frame)
{
	struct packet packet;
	const char *why = NULL;

	COUNT(w->counters, packets);
	COUNT_BY(w->counters, packet_bytes, frame->wire_len);
	if (frame->data.len < frame->wire_len)
		COUNT(w->counters, packets_cut);
	bool ours =
		decap_packet(w->decap, frame, &packet, w->probe.packet != NULL ? &why : NULL) == 1;
	if (w->probe.packet != NULL)
		w->probe.packet(w->probe.ctx, frame, ours ? &packet : NULL, why);
	if (ours)
		stream_packet(w->streams, &packet);
	else
		stream_tick(w->streams, frame->time);
	tell_open(w, frame->time);
}

void
worker_tick(struct worker *w, int64_t now)
{
	stream_tick(w->streams, now);
	tell_open(w, now);
}

size_t
worker_unknown(const struct worker *w, size_t from, decap_unknown_fn *fn, void *ctx)
{
	return decap_unknown(w->decap, from, fn, ctx);
}

void
worker_finish(struct worker *w)
{
	decap_finish(w->decap);
	stream_finish(w->streams);
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	stream_table_free(w->streams);
	decap_free(w->decap);
	free(w);
}
