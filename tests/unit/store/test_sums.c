/* Rules, domains and campaigns: against sums that this test makes itself. */
#include "fixture.h"

enum { MAILS = 60, HOSTS = 6 };

struct truth {
	const char *text; /* digest, 16 or 32 hex digits, or "" */
	const char *from;
	double score;
};

/* Bits of the first digest that the others have turned round. */
#define NEAR_0 "0000000000000000"
#define NEAR_10 "00000000000003ff" /* 10 bits from NEAR_0 */
#define NEAR_20 "00000000000fffff" /* 10 from NEAR_10, 20 from NEAR_0 */
#define NEAR_31 "000000007fffffff" /* 11 from NEAR_20 */
#define FAR "ffffffff00000000"
#define EXACT "0123456789abcdef0123456789abcdef"
#define EXACT_LIKE "0123456789abcdef0123456789abcdee" /* exact digests do not come near */

static const struct truth truths[] = {
	{ NEAR_0, "a@one.example", 6 },
	{ NEAR_10, "b@One.Example", 8 },
	{ NEAR_20, "c@two.example", -1 },
	{ NEAR_31, "d@two.example", 1 },
	{ FAR, "e@sub.one.example", 0 },
	{ EXACT, "", 2 },
	{ EXACT_LIKE, "f@one.example", 3 },
	{ "", "g@one.example", 4 },
};
#define KINDS (sizeof truths / sizeof *truths)

static void
put(struct fixture *f, int i)
{
	struct err err = { 0 };
	const struct truth *t = &truths[(size_t)i % KINDS];
	struct hit hits[] = { { "BOTH", 1, "A sentence", "RFC", 1, "a.cf:1", "x" },
		{ "SOME", 2, "Another", "", 3, "b.cf:2", "y" } };
	char session[17], host[16];
	struct recipient rcpts[2] = { 0 };

	snprintf(session, sizeof session, "%016d", i);
	snprintf(host, sizeof host, "192.0.2.%d", i % HOSTS + 1);
	struct session_record s =
		session_sample(session, host, "198.51.100.1", T0 + i * (60 * PTIME_SECOND));
	struct mail_record m = mail_sample(session, 1, T0 + i * (60 * PTIME_SECOND));
	record_init(&layout_recipient, &rcpts[0]);
	rcpts[1] = rcpts[0];
	rcpts[1].disposition = DISPOSITION_REJECTED;
	m.rcpts = rcpts;
	m.rcpts_count = 2;
	m.mail_from = t->from;
	m.score = t->score;
	m.similar.near = strlen(t->text) == 16 ? t->text : "";
	m.similar.text = strlen(t->text) == 32 ? t->text : "";
	m.hits = hits;
	m.hits_count = i % 3 == 0 ? 2 : 1;
	if (f->sink.session(f->sink.ctx, &s, &err) < 0 ||
		f->sink.mail(f->sink.ctx, &s, &m, &err) < 0)
		fail_msg("%s", err.text);
}

/* Every mail once and again, in the order that the step makes of them. */
static void
fill(struct fixture *f, int step)
{
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < MAILS; i++)
			put(f, i * step % MAILS);
	fixture_commit(f);
}

struct dump {
	struct buf out;
	const struct table *table;
};

static bool
add_row(void *ctx, const struct cell *cells)
{
	struct dump *d = ctx;
	table_csv_row(d->table, cells, &d->out);
	return true;
}

static const char *
rows_text(struct store *s, struct dump *d, const char *table, const struct filter *filter)
{
	struct err err = { 0 };
	d->table = table_find(table);
	buf_clear(&d->out);
	if (table_query(s, d->table, filter, add_row, d, &err) != 0)
		fail_msg("%s: %s", table, err.text);
	return buf_cstr(&d->out);
}

static void
has(const char *text, const char *wanted)
{
	if (strstr(text, wanted) == NULL)
		fail_msg("no '%s' in\n%s", wanted, text);
}

static void
lacks(const char *text, const char *wanted)
{
	if (strstr(text, wanted) != NULL)
		fail_msg("'%s' in\n%s", wanted, text);
}

static void
rules(void **state)
{
	struct fixture f;
	struct dump d;
	char wanted[128];
	double sum = 0, sum_some = 0;

	(void)state;
	buf_init(&d.out, 1 << 20);
	fixture_begin(&f);
	fill(&f, 1);
	for (int i = 0; i < MAILS; i++) {
		sum += truths[(size_t)i % KINDS].score;
		sum_some += i % 3 == 0 ? truths[(size_t)i % KINDS].score : 0;
	}
	const char *text = rows_text(f.store, &d, "rules", &(struct filter){ 0 });
	snprintf(wanted, sizeof wanted, "BOTH,60,1,60,6,%.6g,1,", sum / MAILS);
	has(text, wanted);
	snprintf(wanted, sizeof wanted, "SOME,20,0.333333,60,2,%.6g,2,", sum_some / 20);
	has(text, wanted);
	has(text, "b.cf:2,Another");
	assert_int_equal(rows_of(f.store, "rules", &(struct filter){ 0 }), 2);
	assert_int_equal(rows_of(f.store, "rules", &(struct filter){ .rule = "SOME" }), 1);
	assert_int_equal(rows_of(f.store, "rules", &(struct filter){ .since = T0 + PTIME_DAY }), 0);
	assert_int_equal(rows_of(f.store, "rule_hosts", &(struct filter){ .rule = "SOME" }), 2);
	assert_int_equal(
		rows_of(f.store, "rules", &(struct filter){ .host = address("192.0.2.2") }), 1);
	assert_int_equal(rows_of(f.store, "rules", &(struct filter){ .text = "senten" }), 1);
	fixture_end(&f);
	buf_release(&d.out);
}

static void
domains(void **state)
{
	struct fixture f;
	struct dump d;

	(void)state;
	buf_init(&d.out, 1 << 20);
	fixture_begin(&f);
	fill(&f, 1);
	/* one.example: kinds 0, 1, 6, 7 of 60 mails: 8 + 8 + 7 + 7 */
	const char *text = rows_text(f.store, &d, "domains", &(struct filter){ 0 });
	has(text, "one.example,30,6,60,30,8,");
	has(text, "two.example,16,6,32,16,1,");
	has(text, "sub.one.example,7,3,14,7,0,0,");
	assert_int_equal(rows_of(f.store, "domains", &(struct filter){ 0 }), 3);
	assert_int_equal(
		rows_of(f.store, "domains", &(struct filter){ .domain = "ONE.example" }), 2);
	assert_int_equal(
		rows_of(f.store, "senders", &(struct filter){ .domain = "one.example" }), 6);
	assert_int_equal(
		rows_of(f.store, "domains", &(struct filter){ .host = address("192.0.2.1") }), 3);
	fixture_end(&f);
	buf_release(&d.out);
}

/* Two texts that few bits part, with and without one between them; hosts are counted once. */
static void
campaigns(void **state)
{
	struct fixture f;
	struct dump d;

	(void)state;
	buf_init(&d.out, 1 << 20);
	fixture_begin(&f);
	fill(&f, 1);
	const char *text = rows_text(f.store, &d, "campaigns", &(struct filter){ 0 });
	assert_int_equal(rows_of(f.store, "campaigns", &(struct filter){ 0 }), 5);
	has(text, NEAR_0 ",6,24,3,3,48,24,24,0,0,8,"); /* 0, 10 and 20 */
	has(text, NEAR_31 ",3,8,1,1,");
	has(text, FAR ",3,7,1,1,");
	has(text, EXACT ",3,7,1,1,");
	has(text, EXACT_LIKE ",3,7,1,1,");
	assert_true(strstr(text, NEAR_0) == text); /* of most hosts first */
	/* any of its digests leads to it */
	for (int i = 0; i < 3; i++) {
		text = rows_text(
			f.store, &d, "campaigns", &(struct filter){ .campaign = truths[i].text });
		has(text, NEAR_0 ",6,24,3,");
		assert_int_equal(
			rows_of(f.store, "mails", &(struct filter){ .campaign = truths[i].text }),
			24);
		assert_int_equal(rows_of(f.store, "campaign_hosts",
					 &(struct filter){ .campaign = truths[i].text }),
			6);
	}
	lacks(rows_text(f.store, &d, "campaigns", &(struct filter){ .campaign = NEAR_31 }), NEAR_0);
	assert_int_equal(rows_of(f.store, "campaigns", &(struct filter){ .campaign = "none" }), 0);
	assert_int_equal(rows_of(f.store, "campaign_hosts", &(struct filter){ 0 }), 0);
	assert_int_equal(
		rows_of(f.store, "campaigns", &(struct filter){ .domain = "two.example" }), 2);
	assert_int_equal(
		rows_of(f.store, "campaigns", &(struct filter){ .since = T0 + PTIME_DAY }), 0);
	fixture_end(&f);
	buf_release(&d.out);
}

/* The same mails in another order are the same rules, domains and campaigns. */
static void
orders(void **state)
{
	static const char *const tables[] = { "rules", "rule_hosts", "domains", "senders",
		"campaigns" };
	struct fixture a, b;
	struct dump x, y;

	(void)state;
	buf_init(&x.out, 1 << 20);
	buf_init(&y.out, 1 << 20);
	fixture_begin(&a);
	fixture_begin(&b);
	fill(&a, 1);
	fill(&b, 37);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		const char *first = rows_text(a.store, &x, tables[i], &(struct filter){ 0 });
		assert_true(strlen(first) > 0);
		assert_string_equal(
			first, rows_text(b.store, &y, tables[i], &(struct filter){ 0 }));
	}
	fixture_end(&a);
	fixture_end(&b);
	buf_release(&x.out);
	buf_release(&y.out);
}

/* Of mails that are too old nothing is left, nor of what they summed up to. */
static void
pruned(void **state)
{
	static const char *const tables[] = { "rules", "rule_hosts", "domains", "senders",
		"campaigns" };
	const struct store_retention keep = { 7, 30, 90 };
	struct fixture f;
	struct err err = { 0 };
	int64_t rows;

	(void)state;
	fixture_begin(&f);
	fill(&f, 1);
	assert_int_equal(store_prune(f.store, &keep, T0 + 10 * PTIME_DAY, &rows, &err), 0);
	assert_int_equal(rows_of(f.store, "campaigns", &(struct filter){ 0 }), 0);
	assert_int_equal(rows_of(f.store, "rules", &(struct filter){ 0 }), 2);
	assert_int_equal(store_prune(f.store, &keep, T0 + 40 * PTIME_DAY, &rows, &err), 0);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		assert_int_equal(rows_of(f.store, tables[i], &(struct filter){ 0 }), 0);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules),
		cmocka_unit_test(domains),
		cmocka_unit_test(campaigns),
		cmocka_unit_test(orders),
		cmocka_unit_test(pruned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
