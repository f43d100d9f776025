#include "sensor/collector.h"

#include <stdio.h>
#include <string.h>

#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/loss_meter.h"
#include "sensor/record_layout.h"

/* The mails of a session that goes on, for the observer. */
struct waiting_session {
	char id[20]; /* key */
	struct arena arena;
	struct mail_record *mails;
	size_t mails_count, mails_cap;
	UT_hash_handle hh;
};

struct collector {
	struct collector_config config;
	struct counters *counters;
	struct hosts *hosts;
	struct waiting_session *waiting;
	struct loss_meter loss;
	int64_t run;	 /* identity of this run */
	int64_t started; /* first packet time seen */
	int64_t latest;	 /* latest packet time seen */
};

struct collector *
collector_new(const struct collector_config *config, struct counters *counters, struct err *err)
{
	struct collector *c = must_alloc(sizeof *c);

	memset(c, 0, sizeof *c);
	c->config = *config;
	c->counters = counters;
	loss_meter_init(&c->loss);
	c->hosts = hosts_new(&config->campus, &config->verdict, config->sink, counters);
	if (config->live && config->sink != NULL && hosts_load(c->hosts, 0, err) < 0) {
		collector_free(c);
		return NULL;
	}
	return c;
}

static void
saw_time(struct collector *c, int64_t time)
{
	if (c->started == 0 || time < c->started)
		c->started = time;
	if (time > c->latest)
		c->latest = time;
}

/* ---- mails wait for their session ---- */

static struct waiting_session *
waiting_find(struct collector *c, const char *id)
{
	struct waiting_session *w;
	HASH_FIND_STR(c->waiting, id, w);
	return w;
}

static void
waiting_add(struct collector *c, const struct mail_record *mail)
{
	struct waiting_session *w = waiting_find(c, mail->session);

	if (w == NULL) {
		w = must_alloc(sizeof *w);
		memset(w, 0, sizeof *w);
		snprintf(w->id, sizeof w->id, "%s", mail->session);
		arena_init(&w->arena, LIMIT_SESSION_MEMORY * 4);
		HASH_ADD_STR(c->waiting, id, w);
	}
	struct mail_record *copy = ARENA_PUSH(&w->arena, w->mails, LIMIT_MAILS);
	if (copy != NULL)
		record_copy(&layout_mail, mail, copy, &w->arena);
}

static void
waiting_free(struct collector *c, struct waiting_session *w)
{
	if (w == NULL)
		return;
	HASH_DEL(c->waiting, w);
	arena_release(&w->arena);
	free(w);
}

static void
observe(struct collector *c, const struct session_record *session)
{
	if (c->config.observer == NULL || session->open)
		return;
	struct waiting_session *w = waiting_find(c, session->id);
	struct session_record whole = *session;
	if (w != NULL) {
		whole.mails = w->mails;
		whole.mails_count = w->mails_count;
		whole.cut |= w->arena.full;
	}
	c->config.observer->session(c->config.observer->ctx, &whole);
	waiting_free(c, w);
}

/* ---- records ---- */

int
collector_mail(struct collector *c, const struct session_record *session,
	const struct mail_record *mail, struct err *err)
{
	const struct sink *sink = c->config.sink;
	int fresh = 1;

	saw_time(c, mail->end);
	if (c->config.observer != NULL)
		waiting_add(c, mail);
	if (sink != NULL && (fresh = sink->mail(sink->ctx, session, mail, err)) < 0)
		return -1;
	if (fresh == 1)
		hosts_mail(c->hosts, session, mail);
	return 0;
}

int
collector_session(struct collector *c, const struct session_record *session, struct err *err)
{
	const struct sink *sink = c->config.sink;
	int fresh = session->open ? 0 : 1;

	saw_time(c, session->end);
	observe(c, session);
	if (sink != NULL && (fresh = sink->session(sink->ctx, session, err)) < 0)
		return -1;
	if (fresh == 1)
		hosts_session(c->hosts, session);
	return 0;
}

int
collector_service(struct collector *c, struct endpoint server, int64_t time, struct err *err)
{
	(void)err;
	saw_time(c, time);
	hosts_service(c->hosts, server, time);
	return 0;
}

int
collector_post(struct collector *c, struct endpoint server, int64_t time, struct slice path,
	struct err *err)
{
	(void)err;
	saw_time(c, time);
	hosts_post(c->hosts, server, time, path);
	return 0;
}

/* Its time is the clock's, and not that of a packet. */
int
collector_lookup(struct collector *c, const struct lookup_result *l, struct err *err)
{
	const struct sink *sink = c->config.sink;

	if (sink != NULL && sink->lookup(sink->ctx, l, err) < 0)
		return -1;
	hosts_lookup(c->hosts, l);
	return 0;
}

int
collector_delivery(struct collector *c, const struct delivery *d, struct err *err)
{
	const struct sink *sink = c->config.sink;

	return sink == NULL ? 0 : sink->delivery(sink->ctx, d, err);
}

int
collector_audit(struct collector *c, const struct audit_entry *e, struct err *err)
{
	const struct sink *sink = c->config.sink;

	return sink == NULL || sink->audit == NULL ? 0 : sink->audit(sink->ctx, e, err);
}

int
collector_event(
	struct collector *c, int64_t time, const char *kind, const char *text, struct err *err)
{
	const struct sink *sink = c->config.sink;
	return sink == NULL ? 0 : sink->event(sink->ctx, time, kind, text, err);
}

void
collector_rules_changed(struct collector *c)
{
	hosts_rules_changed(c->hosts);
}

static int
put_state(struct collector *c, int64_t now, struct err *err)
{
	const struct sink *sink = c->config.sink;
	struct sensor_state state = { .sensor = c->config.sensor,
		.started = c->started,
		.now = now,
		.counters = *c->counters,
		.run = c->run,
		.sources = c->config.sources,
		.live = c->config.live };

	state.loss = loss_meter_look(&c->loss, c->counters, &state.loss_count);
	return sink->state(sink->ctx, &state, err);
}

/* ---- loss by interval ---- */

static int
next_interval(struct collector *c, int64_t time, struct err *err)
{
	if (c->run == 0)
		c->run = time;
	if (loss_meter_full(&c->loss) && c->config.sink != NULL) {
		if (put_state(c, c->latest, err) < 0)
			return -1;
		loss_meter_told(&c->loss);
	}
	loss_meter_move(&c->loss, c->counters, time);
	return 0;
}

static int
pass_time(struct collector *c, int64_t time, struct err *err)
{
	return loss_meter_stays(&c->loss, time) ? 0 : next_interval(c, time, err);
}

int
collector_time(struct collector *c, int64_t time, struct err *err)
{
	saw_time(c, time);
	return pass_time(c, time, err);
}

void
collector_before(struct collector *c, const struct counters *counters)
{
	loss_meter_before(&c->loss, counters);
}

void
collector_loss(struct collector *c, struct loss_sum *out)
{
	size_t changed;

	(void)loss_meter_look(&c->loss, c->counters, &changed);
	loss_meter_sum(&c->loss, out);
}

/* ---- commits ---- */

static int
commit_state(struct collector *c, int64_t now, struct err *err)
{
	const struct sink *sink = c->config.sink;

	if (c->run == 0)
		c->run = c->started != 0 ? c->started : now;
	if (put_state(c, now, err) < 0 || sink->commit(sink->ctx, err) < 0)
		return -1;
	/* A batch that the sink refused goes to it again with the next. */
	loss_meter_told(&c->loss);
	return 0;
}

int
collector_commit(struct collector *c, int64_t now, struct err *err)
{
	const struct sink *sink = c->config.sink;

	if (sink == NULL)
		return 0;
	if (now == 0)
		now = c->latest;
	if (c->config.live && pass_time(c, now, err) < 0)
		return -1;
	return hosts_flush(c->hosts, now, err) < 0 ? -1 : commit_state(c, now, err);
}

/* The end of a reading: hosts are judged as of the last thing that was counted of any of them, here
 * or in the store before, and so the same whichever file was read last. */
static int
finish_reading(struct collector *c, int64_t now, struct err *err)
{
	const struct collector_observer *o = c->config.observer;

	if (hosts_load(c->hosts, 0, err) < 0)
		return -1;
	if (hosts_finish(c->hosts, hosts_latest(c->hosts), o != NULL ? o->host : NULL,
		    o != NULL ? o->ctx : NULL, err) < 0)
		return -1;
	return c->config.sink == NULL ? 0 : commit_state(c, now, err);
}

int
collector_finish(struct collector *c, int64_t now, struct err *err)
{
	if (now == 0)
		now = c->latest;
	return c->config.live ? collector_commit(c, now, err) : finish_reading(c, now, err);
}

void
collector_free(struct collector *c)
{
	struct waiting_session *w, *next;

	if (c == NULL)
		return;
	HASH_ITER(hh, c->waiting, w, next)
	waiting_free(c, w);
	hosts_free(c->hosts);
	loss_meter_release(&c->loss);
	free(c);
}
