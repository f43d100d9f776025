/* Tales for the tests of the host stage: a few records, told in order, judged at the end.
 *
 * tale_end() judges twice: once with everything counted in order, and once with the records of each
 * hour dealt at random to some aggregates that are packed, unpacked and merged in a random order;
 * both must give the same record, byte for byte. */
#ifndef HELOSCOPE_TESTS_TALE_H
#define HELOSCOPE_TESTS_TALE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/base/ptime.h"
#include "sensor/host/verdict.h"
#include "sensor/record_layout.h"
#include "tests/unit/host/repository_rules.h"

#define NIGHT (INT64_C(1213228800) * PTIME_SECOND) /* 2008-06-12 00:00 UTC */
#define TALE_EVENTS 8192
#define TALE_HOURS 200

enum event_kind { EVENT_OWN, EVENT_PASSED, EVENT_BEHIND, EVENT_POST };

struct event {
	const struct session_record *session;
	const struct mail_record *mail; /* NULL = the session itself */
	bool as_client;
	int64_t hour;
	enum event_kind kind;
	struct addr origin; /* of a mail that the host passes on */
	const char *path;   /* of a POST */
	int64_t time;
};

struct tale {
	struct arena arena;
	struct event events[TALE_EVENTS];
	size_t count;
	struct service services[8];
	size_t services_count;
	int64_t now;
	int64_t window; /* 0 = the default */
	struct verdict_config config;
	struct neighbours neighbours;
	struct host_record host;
};

static inline struct addr
an_addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(slice_str(text), &a), 0);
	return a;
}

static inline void
tale_begin(struct tale *t)
{
	memset(t, 0, sizeof *t);
	arena_init(&t->arena, 256u << 20);
	t->now = NIGHT;
	t->config = verdict_config_default();
}

#define THE_HOST "200.136.80.4"

/* A session from the host to a server. */
static inline struct session_record *
a_session(struct tale *t, const char *server)
{
	struct session_record *s = arena_alloc(&t->arena, sizeof *s);

	record_init(&layout_session, s);
	t->now += PTIME_SECOND;
	s->start = t->now;
	s->end = t->now + PTIME_SECOND / 2;
	s->client = (struct endpoint){ an_addr(THE_HOST), 40000 };
	s->server = (struct endpoint){ an_addr(server), 25 };
	s->direction = DIRECTION_OUTBOUND;
	s->visibility = VISIBILITY_CONTENT;
	s->helo_verb = "EHLO";
	s->helo_name = "osg-ce.grid.example.edu";
	return s;
}

/* A session from a client outside to the host. */
static inline struct session_record *
an_inbound_session(struct tale *t, const char *client)
{
	struct session_record *s = a_session(t, THE_HOST);

	s->client.addr = an_addr(client);
	s->direction = DIRECTION_INBOUND;
	s->helo_name = "mail.outside.example";
	s->banner = "mx.grid.example.edu ESMTP Postfix";
	s->server_software = "Postfix";
	return s;
}

static inline struct mail_record *
a_mail(struct tale *t, struct session_record *s, const char *from, double score)
{
	struct mail_record *m = arena_alloc(&t->arena, sizeof *m);

	record_init(&layout_mail, m);
	s->mails_count_total++;
	m->number = s->mails_count_total;
	m->start = s->start;
	m->end = s->end;
	m->mail_from = from;
	m->transfer = TRANSFER_DATA;
	m->outcome = OUTCOME_ACCEPTED;
	m->bytes = 2000;
	m->score = score;
	return m;
}

static inline void
a_rcpt(struct tale *t, struct mail_record *m, const char *address, enum reply_class class)
{
	struct recipient *r = ARENA_PUSH(&t->arena, m->rcpts, 1024);

	record_init(&layout_recipient, r);
	r->address = address;
	r->class = class;
	r->code = class == REPLY_OK ? 250 : 550;
	r->disposition = DISPOSITION_REJECTED;
	if (class == REPLY_OK)
		r->disposition = DISPOSITION_ACCEPTED;
	if (class == REPLY_GREYLISTED || class == REPLY_RATE_LIMITED)
		r->disposition = DISPOSITION_DEFERRED;
}

static inline void
a_label(struct tale *t, struct mail_record *m, const char *label)
{
	const char **l = ARENA_PUSH(&t->arena, m->labels, 8);

	*l = label;
}

static inline struct reply *
a_reply(struct tale *t, struct session_record *s, const char *to, enum reply_class class,
	const char *list, const char *text)
{
	struct reply *r = ARENA_PUSH(&t->arena, s->replies, 1024);

	record_init(&layout_reply, r);
	r->to = to;
	r->code = 554;
	r->class = class;
	r->list = list;
	r->text = text;
	r->time = s->end;
	return r;
}

static inline void
an_anomaly(struct tale *t, struct session_record *s, const char *name)
{
	struct anomaly_seen *a = ARENA_PUSH(&t->arena, s->anomalies, 64);

	*a = (struct anomaly_seen){ name, 1, "" };
}

static inline void
tale_event(struct tale *t, const struct session_record *s, const struct mail_record *m)
{
	assert_true(t->count < TALE_EVENTS);
	t->events[t->count++] = (struct event){ .session = s,
		.mail = m,
		.as_client = addr_eq(s->client.addr, an_addr(THE_HOST)),
		.hour = ptime_hour(s->end) };
}

/* A mail that the host sends on for another one. */
static inline void
tell_passed(struct tale *t, const struct session_record *s, const struct mail_record *m,
	const char *origin)
{
	tale_event(t, s, m);
	t->events[t->count - 1].kind = EVENT_PASSED;
	t->events[t->count - 1].origin = an_addr(origin);
}

/* A mail of the host that another one sends on: s is that one's. */
static inline void
tell_behind(struct tale *t, const struct session_record *s, const struct mail_record *m)
{
	tale_event(t, s, m);
	t->events[t->count - 1].kind = EVENT_BEHIND;
}

static inline void
tell_post(struct tale *t, const char *path)
{
	assert_true(t->count < TALE_EVENTS);
	t->events[t->count++] = (struct event){
		.kind = EVENT_POST, .path = path, .time = t->now, .hour = ptime_hour(t->now)
	};
}

static inline void
tell_mail(struct tale *t, const struct session_record *s, const struct mail_record *m)
{
	tale_event(t, s, m);
}

static inline void
tell_session(struct tale *t, const struct session_record *s)
{
	tale_event(t, s, NULL);
}

/* A mail whose one recipient the server refused, in a session of its own. */
static inline void
tell_refused(struct tale *t, const char *server, enum reply_class class, const char *list,
	const char *text)
{
	struct session_record *s = a_session(t, server);
	struct mail_record *m = a_mail(t, s, "someone@grid.example.edu", 0);

	a_reply(t, s, "RCPT", class, list, text);
	m->outcome = OUTCOME_REJECTED;
	m->bytes = 0;
	a_rcpt(t, m, "friend@example.org", class);
	tell_mail(t, s, m);
	tell_session(t, s);
}

/* One mail in a session of its own, all recipients accepted. */
static inline struct mail_record *
tell_plain(struct tale *t, const char *server, const char *from, const char *to, double score)
{
	struct session_record *s = a_session(t, server);
	struct mail_record *m = a_mail(t, s, from, score);

	a_rcpt(t, m, to, REPLY_OK);
	tell_mail(t, s, m);
	tell_session(t, s);
	return m;
}

static inline void
count_event(struct aggregate *a, const struct event *e)
{
	if (e->kind == EVENT_POST)
		aggregate_post(a, slice_str(e->path), e->time);
	else if (e->kind == EVENT_PASSED)
		aggregate_passed(a, e->session, e->mail, e->origin);
	else if (e->kind == EVENT_BEHIND)
		aggregate_behind(a, e->session, e->mail);
	else if (e->mail != NULL)
		aggregate_mail(a, e->session, e->mail, e->as_client);
	else
		aggregate_session(a, e->session, e->as_client);
}

static inline uint64_t
draw(uint64_t *state)
{
	/* xorshift64* (Vigna 2016) */
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static inline size_t
tale_hours(const struct tale *t, struct hour_of_host *hours)
{
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		size_t at = n;

		while (at > 0 && hours[at - 1].hour > t->events[i].hour)
			at--;
		if (at > 0 && hours[at - 1].hour == t->events[i].hour)
			continue;
		assert_true(n < TALE_HOURS);
		memmove(&hours[at + 1], &hours[at], (n - at) * sizeof *hours);
		hours[at] = (struct hour_of_host){ t->events[i].hour, NULL, NULL };
		n++;
	}
	return n;
}

static inline struct aggregate *
count_in_order(const struct tale *t, int64_t hour)
{
	struct aggregate *a = aggregate_new();

	for (size_t i = 0; i < t->count; i++) {
		if (t->events[i].hour == hour)
			count_event(a, &t->events[i]);
	}
	return a;
}

#define PARTS 5

static inline struct aggregate *
count_dealt(const struct tale *t, int64_t hour, uint64_t *seed)
{
	struct aggregate *parts[PARTS], *a = aggregate_new();
	size_t order[PARTS];

	for (size_t i = 0; i < PARTS; i++) {
		parts[i] = aggregate_new();
		order[i] = i;
	}
	for (size_t i = t->count; i-- > 0;) {
		if (t->events[i].hour == hour)
			count_event(parts[draw(seed) % PARTS], &t->events[i]);
	}
	for (size_t i = PARTS - 1; i > 0; i--) {
		size_t k = draw(seed) % (i + 1), swap = order[i];

		order[i] = order[k];
		order[k] = swap;
	}
	for (size_t i = 0; i < PARTS; i++) {
		struct aggregate *part = parts[order[i]];
		struct buf packed;

		buf_init(&packed, 8u << 20);
		aggregate_pack(part, &packed);
		if (i % 2 == 0)
			aggregate_merge(a, part);
		else
			assert_int_equal(aggregate_unpack(a, buf_slice(&packed)), 0);
		buf_release(&packed);
		aggregate_free(part);
	}
	return a;
}

static inline void
assert_same_packed(const struct aggregate *a, const struct aggregate *b)
{
	struct buf x, y;

	buf_init(&x, 8u << 20);
	buf_init(&y, 8u << 20);
	aggregate_pack(a, &x);
	aggregate_pack(b, &y);
	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.ptr, y.ptr, x.len);
	buf_release(&x);
	buf_release(&y);
}

static inline void
host_json(const struct host_record *r, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	record_json(&j, &layout_host, r, true);
}

static inline void
judge_hours(struct tale *t, const struct hour_of_host *hours, size_t n, struct host_record *out)
{
	struct verdict_config config = t->config;
	const struct verdict_input in = { .ip = an_addr(THE_HOST),
		.hours = hours,
		.hours_count = n,
		.services = t->services,
		.services_count = t->services_count,
		.neighbours = t->neighbours,
		.now = t->now };

	if (t->window != 0)
		config.window_ns = t->window;
	config.lists = repository_lists();
	verdict_host(&config, &in, &t->arena, out);
}

static inline void
judge_dealt(struct tale *t, const struct hour_of_host *in_order, size_t n, uint64_t *seed)
{
	struct hour_of_host dealt[TALE_HOURS];
	struct aggregate *parts[TALE_HOURS];
	struct host_record again;
	struct buf x, y;

	for (size_t i = 0; i < n; i++) {
		parts[i] = count_dealt(t, in_order[i].hour, seed);
		assert_same_packed(in_order[i].aggregate, parts[i]);
		dealt[i] = (struct hour_of_host){ in_order[i].hour, parts[i], NULL };
	}
	judge_hours(t, dealt, n, &again);
	buf_init(&x, 1u << 20);
	buf_init(&y, 1u << 20);
	host_json(&t->host, &x);
	host_json(&again, &y);
	assert_string_equal(buf_cstr(&x), buf_cstr(&y));
	buf_release(&x);
	buf_release(&y);
	for (size_t i = 0; i < n; i++)
		aggregate_free(parts[i]);
}

static inline const struct host_record *
tale_end(struct tale *t)
{
	struct hour_of_host hours[TALE_HOURS];
	struct aggregate *whole[TALE_HOURS];
	size_t n = tale_hours(t, hours);
	uint64_t seed = (uint64_t)getpid() * UINT64_C(0x9E3779B97F4A7C15) + t->count + 1;

	print_message("seed %llu\n", (unsigned long long)seed);
	for (size_t i = 0; i < n; i++)
		hours[i].aggregate = whole[i] = count_in_order(t, hours[i].hour);
	judge_hours(t, hours, n, &t->host);
	for (int round = 0; round < 2; round++)
		judge_dealt(t, hours, n, &seed);
	for (size_t i = 0; i < n; i++)
		aggregate_free(whole[i]);
	return &t->host;
}

/* Everything that the record says to a person, for a look and for searching. */
static inline const char *
all_words(struct tale *t, const struct host_record *r)
{
	struct buf b;
	const char *text;

	buf_init(&b, 1u << 20);
	buf_printf(&b, "%s: %s\n", verdict_word(r->verdict), r->summary);
	for (size_t i = 0; i < r->causes_count; i++) {
		buf_printf(
			&b, "%s %.3f\n", cause_word(r->causes[i].cause), r->causes[i].confidence);
		for (size_t k = 0; k < r->causes[i].evidence_count; k++)
			buf_printf(&b, "  %s\n", r->causes[i].evidence[k]);
	}
	for (size_t i = 0; i < r->lists_count; i++) {
		buf_printf(&b, "%s %.3f\n", r->lists[i].list, r->lists[i].probability);
		for (size_t k = 0; k < r->lists[i].why_count; k++)
			buf_printf(&b, "  %s\n", r->lists[i].why[k]);
	}
	for (size_t i = 0; i < r->advice_count; i++)
		buf_printf(&b, "- %s\n  %s\n", r->advice[i].step, r->advice[i].command);
	text = arena_string(&t->arena, buf_slice(&b));
	buf_release(&b);
	return text;
}

static inline enum cause
first_cause(const struct host_record *r)
{
	return r->causes_count > 0 ? r->causes[0].cause : CAUSE_UNKNOWN;
}

static inline void
assert_said(struct tale *t, const char *part)
{
	const char *words = all_words(t, &t->host);

	if (strstr(words, part) == NULL)
		fail_msg("not said: %s\nin: %s", part, words);
}

static inline void
assert_verdict(struct tale *t, enum verdict want)
{
	if (t->host.verdict != want)
		fail_msg("%s wanted, but: %s", verdict_word(want), all_words(t, &t->host));
}

static inline void
assert_first_cause(struct tale *t, enum cause want)
{
	if (first_cause(&t->host) != want)
		fail_msg("%s wanted first, but: %s", cause_word(want), all_words(t, &t->host));
}

static inline void
tale_over(struct tale *t)
{
	if (getenv("TALE") != NULL)
		printf("%s\n", all_words(t, &t->host));
	arena_release(&t->arena);
}

#endif
