/* Whom a host spoke with, how it spoke, what was refused, and what is new in a range of time. */
#include <inttypes.h>

#include "unit/store/fixture.h"

#define HOST "192.0.2.1"

/* What the sessions of HOST were; the truth that questions are held against.  Of each one is put
 * into the store. */
static const struct truth {
	const char *id, *client, *server;
	int minute;
	const char *helo, *dialect, *software, *protocol;
	int accepted, refused; /* mails, and replies besides */
	const char *auth;
	enum reply_class class;
} truths[] = {
	{ "0000000000000001", HOST, "198.51.100.1", 0, "a.example", "d1", "Postfix", "smtp", 2, 0,
		"", REPLY_OK },
	{ "0000000000000002", HOST, "198.51.100.1", 10, "b.example", "d1", "Postfix", "smtp", 0, 3,
		"", REPLY_LISTED },
	{ "0000000000000003", HOST, "198.51.100.2", 20, "b.example", "d2", "", "smtp", 0, 1, "fail",
		REPLY_AUTH_FAIL },
	{ "0000000000000004", HOST, "2001:db8::25", 30, "b.example", "d2", "", "smtp", 1, 0, "",
		REPLY_OK },
	{ "0000000000000005", HOST, "198.51.100.1", 40, "", "", "", "http", 0, 0, "", REPLY_OK },
	{ "0000000000000006", "203.0.113.5", HOST, 50, "x.example", "d3", "", "smtp", 0, 4, "fail",
		REPLY_USER_UNKNOWN },
	{ "0000000000000007", "203.0.113.5", "192.0.2.2", 55, "x.example", "d3", "", "smtp", 0, 1,
		"", REPLY_USER_UNKNOWN },
};

static void
put_truth(struct fixture *f, const struct truth *t, struct arena *arena)
{
	struct err err = { 0 };
	struct session_record s =
		session_sample(t->id, t->client, t->server, T0 + t->minute * 60 * PTIME_SECOND);

	s.helo_name = t->helo;
	s.dialect = t->dialect;
	s.client_software = t->software;
	s.protocol = t->protocol;
	s.auth.result = t->auth;
	for (int i = 0; i < t->refused; i++)
		*ARENA_PUSH(arena, s.replies, 10) = reply_sample("RCPT", 554, t->class,
			t->class == REPLY_LISTED ? "Spamhaus ZEN" : "", "no", s.start + i);
	if (f->sink.session(f->sink.ctx, &s, &err) < 0)
		fail_msg("%s", err.text);
	for (int i = 1; i <= t->accepted; i++) {
		struct mail_record m = mail_sample(t->id, i, s.start + i);

		if (f->sink.mail(f->sink.ctx, &s, &m, &err) < 0)
			fail_msg("%s", err.text);
	}
}

static void
put_all(struct fixture *f)
{
	struct arena arena;

	arena_init(&arena, 1 << 20);
	fixture_begin(f);
	for (size_t i = 0; i < sizeof truths / sizeof *truths; i++)
		put_truth(f, &truths[i], &arena);
	fixture_commit(f);
	arena_release(&arena);
}

/* Rows as lines, so that a test is a text. */
struct lines {
	struct buf text;
};

static void
write_peer(void *ctx, const struct peer *p)
{
	struct lines *l = ctx;

	buf_printf(&l->text,
		"%.*s %" PRId64 " sessions %" PRId64 " accepted %" PRId64 " refused %" PRId64
		" auth, minutes %" PRId64 "; of %" PRId64 "\n",
		(int)p->address.len, (const char *)p->address.ptr, p->sessions, p->accepted,
		p->refusals, p->auth_failed, (p->first - T0) / (60 * PTIME_SECOND), p->peers);
}

static void
write_spoken(void *ctx, const struct spoken *s)
{
	struct lines *l = ctx;

	buf_printf(&l->text,
		"%.*s (%.*s) %" PRId64 " since %" PRId64 " to %" PRId64 " of %" PRId64 "\n",
		(int)s->text.len, (const char *)s->text.ptr, (int)s->software.len,
		(const char *)s->software.ptr, s->sessions, (s->first - T0) / (60 * PTIME_SECOND),
		(s->last - T0) / (60 * PTIME_SECOND), s->kinds);
}

static void
write_refusals(void *ctx, const struct refusals *r)
{
	struct lines *l = ctx;

	buf_printf(&l->text, "%.*s '%.*s' %" PRId64 " in %" PRId64 ": %.*s (%.*s)\n",
		(int)r->class.len, (const char *)r->class.ptr, (int)r->list.len,
		(const char *)r->list.ptr, r->count, r->sessions, (int)r->text.len,
		(const char *)r->text.ptr, (int)r->session.len, (const char *)r->session.ptr);
}

enum what { PEERS, HELO, DIALECTS, REFUSALS };

static const struct {
	const char *name;
	enum what what;
	struct peer_question q; /* host: HOST, or `host` */
	const char *host, *wanted;
} cases[] = {
	{ "servers it spoke to, HTTP left out", PEERS, { .sessions = 100, .limit = 10 }, NULL,
		"198.51.100.1 2 sessions 2 accepted 3 refused 0 auth, minutes 0; of 3\n"
		"198.51.100.2 1 sessions 0 accepted 1 refused 1 auth, minutes 20; of 3\n"
		"2001:db8::25 1 sessions 1 accepted 0 refused 0 auth, minutes 30; of 3\n" },
	{ "the newest three, of which one is HTTP", PEERS, { .sessions = 3, .limit = 10 }, NULL,
		"198.51.100.2 1 sessions 0 accepted 1 refused 1 auth, minutes 20; of 2\n"
		"2001:db8::25 1 sessions 1 accepted 0 refused 0 auth, minutes 30; of 2\n" },
	{ "a row", PEERS, { .sessions = 100, .limit = 1 }, NULL,
		"198.51.100.1 2 sessions 2 accepted 3 refused 0 auth, minutes 0; of 3\n" },
	{ "a range", PEERS,
		{ .since = T0 + 60 * PTIME_SECOND,
			.until = T0 + 25 * 60 * PTIME_SECOND,
			.sessions = 100,
			.limit = 10 },
		NULL,
		"198.51.100.1 1 sessions 0 accepted 3 refused 0 auth, minutes 10; of 2\n"
		"198.51.100.2 1 sessions 0 accepted 1 refused 1 auth, minutes 20; of 2\n" },
	{ "who speaks to it", PEERS, { .as_server = true, .sessions = 100, .limit = 10 }, NULL,
		"203.0.113.5 1 sessions 0 accepted 4 refused 1 auth, minutes 50; of 1\n" },
	{ "names", HELO, { .sessions = 100, .limit = 10 }, NULL,
		"b.example () 3 since 10 to 30 of 2\n"
		"a.example () 1 since 0 to 0 of 2\n" },
	{ "dialects", DIALECTS, { .sessions = 100, .limit = 10 }, NULL,
		"d1 (Postfix) 2 since 0 to 10 of 2\n"
		"d2 () 2 since 20 to 30 of 2\n" },
	{ "what was refused to it", REFUSALS, { .sessions = 100, .limit = 10 }, NULL,
		"listed-on-rbl 'Spamhaus ZEN' 3 in 1: 554 no (0000000000000002)\n"
		"auth-fail '' 1 in 1: 554 no (0000000000000003)\n" },
	{ "what it refused", REFUSALS, { .as_server = true, .sessions = 100, .limit = 10 }, NULL,
		"user-unknown '' 4 in 1: 554 no (0000000000000006)\n" },
	{ "an attacker from outside", PEERS, { .sessions = 100, .limit = 10 }, "203.0.113.5",
		"192.0.2.1 1 sessions 0 accepted 4 refused 1 auth, minutes 50; of 2\n"
		"192.0.2.2 1 sessions 0 accepted 1 refused 0 auth, minutes 55; of 2\n" },
	{ "what ours refused to him", REFUSALS, { .sessions = 100, .limit = 10 }, "203.0.113.5",
		"user-unknown '' 5 in 2: 554 no (0000000000000007)\n" },
	{ "nobody", PEERS, { .sessions = 100, .limit = 10 }, "203.0.113.99", "" },
};

static int
ask(struct store *s, enum what what, const struct peer_question *q, struct lines *l,
	struct err *err)
{
	switch (what) {
	case PEERS:
		return query_peers(s, q, write_peer, l, err);
	case HELO:
		return query_spoken(s, q, SPOKEN_HELO, write_spoken, l, err);
	case DIALECTS:
		return query_spoken(s, q, SPOKEN_DIALECT, write_spoken, l, err);
	case REFUSALS:
		return query_refusals(s, q, write_refusals, l, err);
	}
	return -1;
}

static void
peers_are_those_of_the_sessions(void **state)
{
	struct fixture f;
	struct lines l;

	(void)state;
	put_all(&f);
	buf_init(&l.text, 1 << 16);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = { 0 };
		struct peer_question q = cases[i].q;

		q.host = address(cases[i].host != NULL ? cases[i].host : HOST);
		buf_clear(&l.text);
		if (ask(f.store, cases[i].what, &q, &l, &err) != 0)
			fail_msg("%s: %s", cases[i].name, err.text);
		if (strcmp(buf_cstr(&l.text), cases[i].wanted) != 0)
			fail_msg("%s:\n%sinstead of\n%s", cases[i].name, buf_cstr(&l.text),
				cases[i].wanted);
	}
	buf_release(&l.text);
	fixture_end(&f);
}

static void
how_far_a_question_looks_is_said(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct sessions_looked looked;
	struct peer_question q = { .sessions = 3, .limit = 1 };

	(void)state;
	put_all(&f);
	q.host = address(HOST);
	assert_int_equal(query_sessions_looked(f.store, &q, &looked, &err), 0);
	assert_int_equal(looked.count, 2); /* the third is HTTP */
	assert_true(looked.more);
	assert_int_equal(looked.from, T0 + 20 * 60 * PTIME_SECOND);
	assert_int_equal(looked.until, T0 + 30 * 60 * PTIME_SECOND);
	q.host = address("203.0.113.99");
	assert_int_equal(query_sessions_looked(f.store, &q, &looked, &err), 0);
	assert_int_equal(looked.count, 0);
	assert_false(looked.more);
	assert_int_equal(looked.from, 0);
	fixture_end(&f);
}

/* ---- what is new ---- */

static void
write_listing(void *ctx, const struct listing_new *n)
{
	struct lines *l = ctx;

	buf_printf(&l->text, "%.*s %.*s %.*s\n", (int)n->host.len, (const char *)n->host.ptr,
		(int)n->list.len, (const char *)n->list.ptr, (int)n->kind.len,
		(const char *)n->kind.ptr);
}

static void
write_changed(void *ctx, const struct verdict_changed *c)
{
	struct lines *l = ctx;

	buf_printf(&l->text, "%.*s %.*s>%.*s\n", (int)c->host.len, (const char *)c->host.ptr,
		(int)c->before.len, (const char *)c->before.ptr, (int)c->verdict.len,
		(const char *)c->verdict.ptr);
}

/* A verdict at a time: the batch is noted at the latest time of the packets. */
static void
put_verdict(struct fixture *f, const char *ip, enum verdict verdict, int64_t time)
{
	struct err err = { 0 };
	struct host_record h = host_sample(ip, verdict, 0.5);
	const struct sensor_state state = { .sensor = "test",
		.started = T0,
		.now = time,
		.run = T0,
		.sources = "a",
		.live = true };
	struct listing listing = {
		.list = "PSBL", .since = time, .last = time, .ended_by = "", .reply = ""
	};

	h.last = time;
	if (verdict == VERDICT_LISTED) {
		h.listings = &listing;
		h.listings_count = 1;
	}
	if (f->sink.host(f->sink.ctx, &h, &err) < 0 || f->sink.state(f->sink.ctx, &state, &err) < 0)
		fail_msg("%s", err.text);
	fixture_commit(f);
}

static void
what_is_new_is_told_by_range(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct lines l;
	int64_t verdicts[VERDICTS];
	const struct range_question day = { .since = T0 + PTIME_DAY, .limit = 10 },
				    before = { .until = T0 + PTIME_DAY, .limit = 10 };

	(void)state;
	fixture_begin(&f);
	buf_init(&l.text, 1 << 16);
	put_verdict(&f, "192.0.2.1", VERDICT_WATCH, T0);
	put_verdict(&f, "192.0.2.2", VERDICT_LISTED, T0 + 1);
	put_verdict(&f, "192.0.2.1", VERDICT_LIKELY, T0 + PTIME_DAY + 1);
	put_verdict(&f, "192.0.2.1", VERDICT_LISTED, T0 + PTIME_DAY + 2);
	put_verdict(&f, "192.0.2.3", VERDICT_WATCH, T0 + PTIME_DAY + 3);
	put_verdict(&f, "192.0.2.3", VERDICT_CLEAN, T0 + PTIME_DAY + 4);
	assert_int_equal(query_verdicts_changed(f.store, &day, write_changed, &l, &err), 0);
	assert_string_equal(buf_cstr(&l.text), "192.0.2.3 >clean\n192.0.2.1 watch>listed\n");
	buf_clear(&l.text);
	assert_int_equal(query_listings_new(f.store, &day, write_listing, &l, &err), 0);
	assert_string_equal(buf_cstr(&l.text), "192.0.2.1 PSBL list\n");
	buf_clear(&l.text);
	assert_int_equal(query_listings_new(f.store, &before, write_listing, &l, &err), 0);
	assert_string_equal(buf_cstr(&l.text), "192.0.2.2 PSBL list\n");
	assert_int_equal(query_verdicts(f.store, &day, verdicts, &err), 0);
	assert_int_equal(verdicts[VERDICT_LISTED], 1); /* the other one was not seen since */
	assert_int_equal(verdicts[VERDICT_CLEAN], 1);
	assert_int_equal(verdicts[VERDICT_WATCH], 0);
	assert_true(query_written(f.store) > T0);
	buf_release(&l.text);
	fixture_end(&f);
}

/* ---- all hosts by hour ---- */

struct hours_seen {
	int64_t hours, mails, rejected;
	double score_max;
};

static void
see_hour(void *ctx, const struct hour_row *row)
{
	struct hours_seen *seen = ctx;

	seen->hours++;
	seen->mails += row->mails;
	seen->rejected += row->rejected;
	seen->score_max = row->score_max > seen->score_max ? row->score_max : seen->score_max;
}

static void
put_hour_of(struct fixture *f, const char *host, int64_t hour, int64_t mails)
{
	struct err err = { 0 };
	const struct count plain[] = { { "mails", mails }, { "rejected", mails * 2 },
		{ "score_max", mails * 1000 } };

	if (f->sink.host_hour(f->sink.ctx, address(host), hour, slice_of(&mails, sizeof mails),
		    plain, 3, &err) < 0)
		fail_msg("%s", err.text);
}

static struct hours_seen
hours_of_all(struct fixture *f)
{
	struct hours_seen seen = { 0 };
	struct err err = { 0 };

	fixture_commit(f);
	assert_int_equal(query_hours(f->store, (struct addr){ 0 }, 0, 0, see_hour, &seen, &err), 0);
	return seen;
}

/* Sums follow what is written, written again, and pruned. */
static void
sums_by_hour_follow_the_hosts(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	int64_t hour = ptime_hour(T0), rows = 0;
	struct hours_seen seen;

	(void)state;
	fixture_begin(&f);
	put_hour_of(&f, "192.0.2.1", hour, 3);
	put_hour_of(&f, "192.0.2.2", hour, 4);
	put_hour_of(&f, "192.0.2.1", hour + PTIME_HOUR, 5);
	seen = hours_of_all(&f);
	assert_int_equal(seen.hours, 2);
	assert_int_equal(seen.mails, 12);
	assert_true(seen.score_max > 4.9 && seen.score_max < 5.1);
	put_hour_of(&f, "192.0.2.2", hour, 9); /* the hour went on */
	put_hour_of(&f, "192.0.2.2", hour, 9);
	seen = hours_of_all(&f);
	assert_int_equal(seen.hours, 2);
	assert_int_equal(seen.mails, 17);
	assert_int_equal(seen.rejected, 34);
	assert_int_equal(store_prune(f.store, &(struct store_retention){ .hours_days = 1 },
				 hour + PTIME_DAY + PTIME_HOUR / 2, &rows, &err),
		0);
	seen = hours_of_all(&f);
	assert_int_equal(seen.hours, 1);
	assert_int_equal(seen.mails, 5);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers_are_those_of_the_sessions),
		cmocka_unit_test(how_far_a_question_looks_is_said),
		cmocka_unit_test(what_is_new_is_told_by_range),
		cmocka_unit_test(sums_by_hour_follow_the_hosts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
