/* The audit log, and the cases that follow from it. */
#include "unit/store/fixture.h"

static struct audit_entry
entry_sample(unsigned number, enum audit_kind kind, const char *text)
{
	static char ids[64][AUDIT_ID_MAX];
	char *id = ids[number % 64];

	snprintf(id, AUDIT_ID_MAX, "%032x", number);
	return (struct audit_entry){ .id = id,
		.time = T0 + number * PTIME_SECOND,
		.user = "mia",
		.from = address("192.0.2.99"),
		.kind = kind,
		.host = address("192.0.2.1"),
		.object = "",
		.text = text };
}

static int
put(struct fixture *f, const struct audit_entry *e)
{
	struct err err = { 0 };
	int got = f->sink.audit(f->sink.ctx, e, &err);

	if (got < 0)
		fail_msg("%s", err.text);
	return got;
}

static void
put_host_verdict(struct fixture *f, enum verdict verdict)
{
	struct err err = { 0 };
	struct host_record h = host_sample("192.0.2.1", verdict, 0.5);

	if (f->sink.host(f->sink.ctx, &h, &err) < 0)
		fail_msg("%s", err.text);
	fixture_commit(f);
}

static struct host_case
case_of(struct fixture *f)
{
	struct err err = { 0 };
	struct host_case c;

	if (query_case(f->store, address("192.0.2.1"), &c, &err) < 0)
		fail_msg("%s", err.text);
	return c;
}

/* ---- every sequence of three actions ---- */

/* What the case should be, said once more in the plainest way. */
struct model {
	enum case_state state;
	bool muted;
	char assignee[32], note[32];
};

static void
model_apply(struct model *m, enum audit_kind kind, const char *text)
{
	if (kind == AUDIT_ACKNOWLEDGE)
		m->state = CASE_ACKNOWLEDGED;
	if (kind == AUDIT_RESOLVE)
		m->state = CASE_RESOLVED;
	if (kind == AUDIT_REOPEN)
		m->state = CASE_NEW;
	if (kind == AUDIT_MUTE || kind == AUDIT_RESOLVE)
		m->muted = kind == AUDIT_MUTE;
	if (kind == AUDIT_ASSIGN)
		snprintf(m->assignee, sizeof m->assignee, "%s", text);
	if (kind == AUDIT_NOTE || kind == AUDIT_RESOLVE)
		snprintf(m->note, sizeof m->note, "%s", text);
}

static void
run_sequence(struct fixture *f, const enum audit_kind kinds[3])
{
	struct model m = { CASE_NEW, false, "", "" };
	char text[32];

	for (unsigned i = 0; i < 3; i++) {
		snprintf(text, sizeof text, "text %u", i);
		struct audit_entry e = entry_sample(i + 1, kinds[i], text);
		e.until = T0 + PTIME_DAY;
		assert_int_equal(put(f, &e), 1);
		assert_int_equal(put(f, &e), 0);
		model_apply(&m, kinds[i], text);

		struct host_case c = case_of(f);

		assert_int_equal(c.state, m.state);
		assert_int_equal(c.muted_until, m.muted ? e.until : 0);
		assert_string_equal(c.muted_by, m.muted ? "mia" : "");
		assert_string_equal(c.assignee, m.assignee);
		assert_string_equal(c.note, m.note);
		assert_int_equal(c.opened, T0 + PTIME_SECOND);
		assert_int_equal(c.changed, e.time);
		assert_false(c.came_back);
	}
}

static void
every_sequence_of_three(void **state)
{
	struct fixture f;
	struct err err = { 0 };

	(void)state;
	for (int n = 0; n < 6 * 6 * 6; n++) {
		const enum audit_kind kinds[3] = { (enum audit_kind)(n % 6),
			(enum audit_kind)(n / 6 % 6), (enum audit_kind)(n / 36) };
		if (n % 36 == 0)
			fixture_begin(&f);
		/* What is given up is not kept: the next sequence begins anew. */
		assert_true(audit_is_of_case(kinds[0]) && audit_is_of_case(kinds[2]));
		run_sequence(&f, kinds);
		if (n % 36 == 35) {
			fixture_end(&f);
			continue;
		}
		store_close(f.store);
		fixture_open(&f);
		assert_int_equal(query_case(f.store, address("192.0.2.1"),
					 &(struct host_case){ .since = 0 }, &err),
			0);
	}
}

/* ---- order, identity, what is no case ---- */

struct seen {
	char text[256];
	size_t count;
};

static void
see_entry(void *ctx, const struct case_entry *e)
{
	struct seen *s = ctx;
	size_t len = strlen(s->text);

	s->count++;
	snprintf(s->text + len, sizeof s->text - len, "%s:%.*s ", audit_kind_word(e->kind),
		(int)e->text.len, (const char *)e->text.ptr);
}

static void
see_user(void *ctx, struct slice user)
{
	struct seen *s = ctx;
	size_t len = strlen(s->text);

	snprintf(s->text + len, sizeof s->text - len, "%.*s ", (int)user.len,
		(const char *)user.ptr);
}

static void
entries_come_back_in_the_order_in_which_they_came(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct seen all = { "", 0 }, newest = { "", 0 }, users = { "", 0 };

	(void)state;
	fixture_begin(&f);
	/* The clock of the later one is behind. */
	struct audit_entry first = entry_sample(9, AUDIT_NOTE, "first");
	struct audit_entry second = entry_sample(3, AUDIT_NOTE, "second");
	struct audit_entry look = entry_sample(10, AUDIT_LOOK, "");
	struct audit_entry given = entry_sample(11, AUDIT_ASSIGN, "Zoe");
	struct audit_entry again = first;

	again.text = "not this";
	assert_int_equal(put(&f, &first), 1);
	assert_int_equal(put(&f, &second), 1);
	assert_int_equal(put(&f, &again), 0);
	assert_int_equal(put(&f, &look), 1);
	assert_int_equal(put(&f, &given), 1);
	assert_int_equal(query_audit_known(f.store, first.id, &err), 1);
	assert_int_equal(query_audit_known(f.store, "", &err), 0);
	fixture_commit(&f);
	query_case_entries(f.store, first.host, 100, see_entry, &all, &err);
	assert_string_equal(all.text, "note:first note:second assign:Zoe ");
	query_case_entries(f.store, first.host, 2, see_entry, &newest, &err);
	assert_string_equal(newest.text, "note:second assign:Zoe ");
	query_users(f.store, 10, see_user, &users, &err);
	assert_string_equal(users.text, "mia Zoe ");
	assert_string_equal(case_of(&f).note, "second");
	assert_int_equal(rows_of(f.store, "audit", &(struct filter){ .limit = 0 }), 4);
	assert_int_equal(rows_of(f.store, "audit", &(struct filter){ .kind = "note" }), 2);
	assert_int_equal(rows_of(f.store, "audit", &(struct filter){ .user = "mia" }), 4);
	assert_int_equal(rows_of(f.store, "cases", &(struct filter){ .user = "Zoe" }), 1);
	assert_int_equal(rows_of(f.store, "cases", &(struct filter){ .state = "new" }), 1);
	assert_int_equal(rows_of(f.store, "cases", &(struct filter){ .state = "resolved" }), 0);
	fixture_end(&f);
}

static void
what_is_no_case_opens_none(void **state)
{
	struct fixture f;
	struct audit_entry look = entry_sample(1, AUDIT_LOOK, ""),
			   in = entry_sample(2, AUDIT_SIGN_IN, "");

	(void)state;
	fixture_begin(&f);
	in.host = (struct addr){ .family = ADDR_NONE };
	assert_int_equal(put(&f, &look), 1);
	assert_int_equal(put(&f, &in), 1);
	assert_int_equal(case_of(&f).since_seq, 0);
	assert_int_equal(rows_of(f.store, "cases", &(struct filter){ .limit = 0 }), 0);
	fixture_end(&f);
}

static void
a_resolved_case_comes_back_when_its_host_gets_worse(void **state)
{
	static const struct {
		enum verdict then, later, last; /* before the case is resolved, and after */
		bool want;
	} rows[] = {
		{ VERDICT_LISTED, VERDICT_LISTED, VERDICT_LISTED, false },
		{ VERDICT_LISTED, VERDICT_CLEAN, VERDICT_CLEAN, false },
		{ VERDICT_LISTED, VERDICT_CLEAN, VERDICT_LIKELY, true },
		{ VERDICT_WATCH, VERDICT_LISTED, VERDICT_LISTED, true },
		{ VERDICT_WATCH, VERDICT_LISTED, VERDICT_THROTTLED, true },
		{ VERDICT_WATCH, VERDICT_LISTED, VERDICT_CLEAN, false },
		{ VERDICT_LISTED, VERDICT_WATCH, VERDICT_WATCH, false },
		{ VERDICT_UNKNOWN, VERDICT_CLEAN, VERDICT_CLEAN, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fixture f;
		struct audit_entry done = entry_sample(1, AUDIT_RESOLVE, "cleaned");
		struct audit_entry back = entry_sample(2, AUDIT_ACKNOWLEDGE, "");

		fixture_begin(&f);
		put_host_verdict(&f, rows[i].then);
		put(&f, &done);
		fixture_commit(&f);
		put_host_verdict(&f, rows[i].later);
		put_host_verdict(&f, rows[i].last);
		assert_int_equal(
			rows_of(f.store, "hosts", &(struct filter){ .state = "came-back" }),
			rows[i].want);
		assert_int_equal(rows_of(f.store, "cases", &(struct filter){ .state = "open" }),
			rows[i].want);
		if (case_of(&f).came_back != rows[i].want)
			fail_msg("row %zu: came back is %d", i, !rows[i].want);
		put(&f, &back);
		assert_false(case_of(&f).came_back);
		fixture_end(&f);
	}
}

/* ---- what waits for an alert knows of the mute ---- */

struct waiting {
	int64_t until;
	char by[32];
};

static void
see_waiting(void *ctx, const struct change_waiting *w)
{
	struct waiting *out = ctx;

	out->until = w->muted_until;
	snprintf(out->by, sizeof out->by, "%s", w->muted_by);
}

static void
a_mute_is_known_to_who_tells(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct waiting got = { -1, "" };
	const struct change_question q = { "desk", 0, T0, 10 };
	const struct sensor_state live = {
		.sensor = "test", .started = T0, .now = T0, .run = T0, .sources = "x", .live = true
	};
	struct host_record h = host_sample("192.0.2.1", VERDICT_LISTED, 1);
	struct audit_entry mute = entry_sample(1, AUDIT_MUTE, ""),
			   end = entry_sample(2, AUDIT_MUTE, "");

	(void)state;
	fixture_begin(&f);
	assert_true(f.sink.host(f.sink.ctx, &h, &err) >= 0);
	assert_true(f.sink.state(f.sink.ctx, &live, &err) >= 0);
	fixture_commit(&f);
	assert_int_equal(query_changes_waiting(f.store, &q, see_waiting, &got, &err), 0);
	assert_int_equal(got.until, 0);
	mute.until = T0 + PTIME_DAY;
	put(&f, &mute);
	fixture_commit(&f);
	assert_int_equal(query_changes_waiting(f.store, &q, see_waiting, &got, &err), 0);
	assert_int_equal(got.until, T0 + PTIME_DAY);
	assert_string_equal(got.by, "mia");
	put(&f, &end);
	fixture_commit(&f);
	assert_int_equal(query_changes_waiting(f.store, &q, see_waiting, &got, &err), 0);
	assert_int_equal(got.until, 0);
	fixture_end(&f);
}

/* ---- retention ---- */

static void
entries_go_with_evidence_but_not_while_their_case_is_there(void **state)
{
	const struct store_retention keep = { 0, 0, 30 };
	struct fixture f;
	struct err err = { 0 };
	struct audit_entry look = entry_sample(1, AUDIT_LOOK, ""),
			   note = entry_sample(2, AUDIT_NOTE, "n"),
			   done = entry_sample(3, AUDIT_RESOLVE, "");
	struct audit_entry other = entry_sample(4, AUDIT_NOTE, "of a host that is gone");
	int64_t rows, now = T0 + 31 * PTIME_DAY;

	(void)state;
	fixture_begin(&f);
	put_host_verdict(&f, VERDICT_LISTED);
	other.host = address("192.0.2.77");
	put(&f, &look);
	put(&f, &note);
	put(&f, &other);
	fixture_commit(&f);
	assert_int_equal(store_prune(f.store, &keep, now, &rows, &err), 0);
	/* The look, and all of the host that is gone. */
	assert_int_equal(rows_of(f.store, "audit", &(struct filter){ .limit = 0 }), 1);
	assert_int_equal(rows_of(f.store, "cases", &(struct filter){ .limit = 0 }), 1);
	put(&f, &done);
	fixture_commit(&f);
	assert_int_equal(store_prune(f.store, &keep, now, &rows, &err), 0);
	assert_int_equal(rows_of(f.store, "audit", &(struct filter){ .limit = 0 }), 0);
	assert_int_equal(rows_of(f.store, "cases", &(struct filter){ .limit = 0 }), 0);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sequence_of_three),
		cmocka_unit_test(entries_come_back_in_the_order_in_which_they_came),
		cmocka_unit_test(what_is_no_case_opens_none),
		cmocka_unit_test(a_resolved_case_comes_back_when_its_host_gets_worse),
		cmocka_unit_test(a_mute_is_known_to_who_tells),
		cmocka_unit_test(entries_go_with_evidence_but_not_while_their_case_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
