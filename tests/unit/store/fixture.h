/* A store in a folder of its own, and made-up records to put into it. */
#ifndef HELOSCOPE_TESTS_STORE_FIXTURE_H
#define HELOSCOPE_TESTS_STORE_FIXTURE_H

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
#include "sensor/record_layout.h"
#include "store/query.h"

#define T0 (INT64_C(1213000000) * PTIME_SECOND) /* 2008-06-09 08:26:40 */

struct fixture {
	char folder[64];
	char path[96];
	struct store *store;
	struct sink sink;
};

static inline void
fixture_open(struct fixture *f)
{
	struct err err = { 0 };

	if (store_open(f->path, "test", &f->store, &err) != 0)
		fail_msg("%s", err.text);
	f->sink = store_sink(f->store);
}

static inline void
fixture_begin(struct fixture *f)
{
	*f = (struct fixture){ .folder = "/tmp/heloscope-store-XXXXXX" };
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/heloscope.db", f->folder);
	fixture_open(f);
}

static inline void
fixture_end(struct fixture *f)
{
	char command[128];

	store_close(f->store);
	snprintf(command, sizeof command, "rm -rf %s", f->folder);
	assert_int_equal(system(command), 0);
}

static inline void
fixture_commit(struct fixture *f)
{
	struct err err = { 0 };

	if (f->sink.commit(f->sink.ctx, &err) != 0)
		fail_msg("%s", err.text);
}

static inline struct addr
address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(slice_str(text), &a), 0);
	return a;
}

static inline struct session_record
session_sample(const char *id, const char *client, const char *server, int64_t start)
{
	struct session_record s;

	memset(&s, 0, sizeof s);
	record_init(&layout_session, &s);
	s.sensor = "test";
	s.id = id;
	s.start = start;
	s.end = start + PTIME_SECOND;
	s.client = (struct endpoint){ address(client), 40000 };
	s.server = (struct endpoint){ address(server), 25 };
	s.direction = DIRECTION_OUTBOUND;
	s.visibility = VISIBILITY_CONTENT;
	s.helo_verb = "EHLO";
	s.helo_name = "head.example.org";
	s.close = CLOSE_FIN;
	return s;
}

static inline struct mail_record
mail_sample(const char *session, int number, int64_t start)
{
	struct mail_record m;

	memset(&m, 0, sizeof m);
	record_init(&layout_mail, &m);
	m.session = session;
	m.number = number;
	m.start = start;
	m.end = start + PTIME_SECOND;
	m.mail_from = "www@head.example.org";
	m.outcome = OUTCOME_ACCEPTED;
	m.class = REPLY_OK;
	m.code = 250;
	m.queue_id = "4F1A2B3C4D";
	m.header.subject = "100% off_er";
	return m;
}

static inline struct reply
reply_sample(const char *to, int code, enum reply_class class, const char *list, const char *text,
	int64_t time)
{
	return (struct reply){ .to = to,
		.code = code,
		.enhanced = "5.7.1",
		.class = class,
		.list = list,
		.text = text,
		.time = time };
}

static inline struct host_record
host_sample(const char *ip, enum verdict verdict, double risk)
{
	struct host_record h;

	memset(&h, 0, sizeof h);
	record_init(&layout_host, &h);
	h.sensor = "test";
	h.ip = address(ip);
	h.verdict = verdict;
	h.risk = risk;
	h.first = T0;
	h.last = T0 + PTIME_HOUR;
	h.summary = "because of this";
	return h;
}

/* Tells of one interval, as the collector does: so many packets, nine times as many bytes seen, and
 * as many lost. */
static inline void
fixture_loss(struct fixture *f, int64_t run, int64_t time, int64_t packets)
{
	struct err err = { 0 };
	struct loss_interval interval = { .start = loss_start(time),
		.covered = packets * PTIME_SECOND };
	const struct sensor_state state = { .sensor = "test",
		.started = T0,
		.now = T0,
		.run = run,
		.sources = "a.pcap",
		.loss = &interval,
		.loss_count = 1 };

	COUNT_BY(&interval.counters, packets, packets);
	COUNT_BY(&interval.counters, stream_bytes, packets * 9);
	COUNT_BY(&interval.counters, gap_bytes, packets);
	COUNT_BY(&interval.counters, mails, packets); /* is not kept */
	if (f->sink.state(f->sink.ctx, &state, &err) < 0)
		fail_msg("%s", err.text);
}

/* The number that a question gives; fails the test if it cannot be asked. */
static inline int64_t
rows_of(struct store *s, const char *table, const struct filter *f)
{
	struct err err = { 0 };
	int64_t count = -1;

	if (table_count(s, table_find(table), f, &count, &err) != 0)
		fail_msg("%s", err.text);
	return count;
}

#endif
