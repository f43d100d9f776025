/* How SQLite finds the rows of each question, by EXPLAIN QUERY PLAN: an index that is lost, or a
 * condition that takes another way, shows here and not only on a store of millions of rows. */
#include "unit/store/fixture.h"

#include "store/inside.h"
#include "store/query_tables.h"

#define PLAN_BYTES_MAX 65536

/* The lines of the plan, joined by "\n". */
static void
plan_of(struct store *s, const char *sql, struct buf *out)
{
	struct err err = { 0 };
	struct buf question;

	buf_init(&question, PLAN_BYTES_MAX);
	buf_printf(&question, "EXPLAIN QUERY PLAN %s", sql);

	struct db_statement *st = db_prepare(s->db, buf_cstr(&question), &err);

	if (st == NULL)
		fail_msg("%s: %s", err.text, sql);
	buf_clear(out);
	while (db_step(st, &err) == 1) {
		buf_add(out, db_text(st, 3));
		buf_byte(out, '\n');
	}
	db_free(st);
	buf_release(&question);
}

/* Whether each line that begins with SCAN is one of `allowed`. */
static bool
scans_only(const char *plan, const char *const *allowed)
{
	for (const char *line = plan; line != NULL && *line != '\0';
		line = strchr(line, '\n') + 1) {
		bool known = strncmp(line, "SCAN ", 5) != 0;

		for (size_t i = 0; !known && allowed[i] != NULL; i++)
			known = strncmp(line + 5, allowed[i], strlen(allowed[i])) == 0;
		if (!known)
			return false;
	}
	return true;
}

/* What may be read whole: few rows, or cut by a LIMIT that the order of an index serves. */
static const char *const few_rows[] = { "CONSTANT ROW", "(subquery-", "runs", "day_sums",
	"hosts USING COVERING INDEX", "h USING COVERING INDEX hosts_list",
	"host_hours USING COVERING INDEX", "pragma_page_", "loss USING INDEX loss_start\n",
	"sessions USING COVERING INDEX sessions_start\n", "lookups USING INDEX", "audit\n",
	"cases\n", "newest\n", "n\n", "fresh\n", "due\n", "w\n", "g\n",
	"campaign_texts USING INDEX campaign_texts_size\n", "c VIRTUAL", "e VIRTUAL", "l VIRTUAL",
	"w VIRTUAL", "b VIRTUAL", "d VIRTUAL", "a VIRTUAL", "j VIRTUAL", "r VIRTUAL", "t VIRTUAL",
	"g VIRTUAL", "h\n", "l\n", NULL };

static void
no_statement_reads_a_big_table_whole(void **state)
{
	struct fixture f;
	struct buf plan;

	(void)state;
	fixture_begin(&f);
	buf_init(&plan, PLAN_BYTES_MAX);
	for (int i = 0; i < STATEMENTS_COUNT; i++) {
		plan_of(f.store, statement_sql[i], &plan);
		if (!scans_only(buf_cstr(&plan), few_rows))
			fail_msg("%s\n%s", statement_sql[i], buf_cstr(&plan));
	}
	buf_release(&plan);
	fixture_end(&f);
}

struct plan_row {
	const char *table;
	enum filter_key key;
	const char *rows, *probe; /* how the key finds its rows, and how they are counted first; of
				     two halves each */
};

#define CLIENTS "SEARCH s USING COVERING INDEX sessions_client (client_key"
#define SERVERS "SEARCH s USING INDEX sessions_server (server_key"
#define BY_SESSION "SEARCH s USING INDEX sqlite_autoindex_sessions_1 (session=?)"
#define MAILS_OF "SEARCH m USING INDEX sqlite_autoindex_mails_1 (session=?)"

/* clang-format off */
static const struct plan_row driven[] = {
	{ "sessions", FILTER_HOST, CLIENTS "|" SERVERS, NULL },
	{ "sessions", FILTER_NET, CLIENTS "|" SERVERS, NULL },
	{ "sessions", FILTER_VERDICT, CLIENTS "|hosts_verdict (verdict=?)", NULL },
	{ "sessions", FILTER_CAUSE, CLIENTS "|hosts_cause (cause=?)", NULL },
	{ "sessions", FILTER_LIST, BY_SESSION "|SEARCH evidence USING INDEX evidence_list (list=?)", "COVERING INDEX evidence_list (list=?)" },
	{ "sessions", FILTER_RULE, BY_SESSION "|SEARCH t USING PRIMARY KEY (rule=?)|INTEGER PRIMARY KEY", "PRIMARY KEY (rule=?)" },
	{ "sessions", FILTER_CLASS, BY_SESSION "|SEARCH evidence USING INDEX evidence_class (class=?)", "COVERING INDEX evidence_class (class=?)" },
	{ "sessions", FILTER_OUTCOME, BY_SESSION "|SEARCH mails USING INDEX mails_outcome (outcome=?)", "COVERING INDEX mails_outcome (outcome=?)" },
	{ "sessions", FILTER_SESSION, BY_SESSION, NULL },
	{ "sessions", FILTER_PORT, "COVERING INDEX sessions_port (server_port=?)", NULL },
	{ "sessions", FILTER_TLS, "COVERING INDEX sessions_tls (tls=?)", NULL },
	{ "sessions", FILTER_DOMAIN, BY_SESSION "|INDEX mails_domain (from_domain=?)|INDEX mails_rcpt_domain (<expr>=?)",
		"COVERING INDEX mails_domain (from_domain=?)|INDEX mails_rcpt_domain (<expr>=?)" },
	{ "mails", FILTER_HOST, "INDEX sessions_client (client_key=?)|INDEX sessions_server (server_key=?)|" MAILS_OF, CLIENTS },
	{ "mails", FILTER_NET, "INDEX sessions_client (client_key>?|INDEX sessions_server (server_key>?|" MAILS_OF, CLIENTS },
	{ "mails", FILTER_VERDICT, "INDEX sessions_client (client_key=?)|" MAILS_OF "|hosts_verdict (verdict=?)", CLIENTS },
	{ "mails", FILTER_CAUSE, "INDEX sessions_client (client_key=?)|" MAILS_OF "|hosts_cause (cause=?)", CLIENTS },
	{ "mails", FILTER_LIST, MAILS_OF "|INDEX evidence_list (list=?)", "COVERING INDEX evidence_list (list=?)" },
	{ "mails", FILTER_RULE, "SEARCH t USING PRIMARY KEY (rule=?)|SEARCH m USING INTEGER PRIMARY KEY (rowid=?)", "PRIMARY KEY (rule=?)" },
	{ "mails", FILTER_CLASS, "COVERING INDEX mails_class (class=?)", NULL },
	{ "mails", FILTER_OUTCOME, "COVERING INDEX mails_outcome (outcome=?)", NULL },
	{ "mails", FILTER_SESSION, MAILS_OF, NULL },
	{ "mails", FILTER_PORT, "INDEX sessions_port (server_port=?)|" MAILS_OF, "COVERING INDEX sessions_port (server_port=?)" },
	{ "mails", FILTER_DOMAIN, "COVERING INDEX mails_domain (from_domain=?)|INDEX mails_rcpt_domain (<expr>=?)", NULL },
	{ "mails", FILTER_CAMPAIGN, "COVERING INDEX mails_text (text_key=?)", NULL },
	{ "evidence", FILTER_HOST, "COVERING INDEX evidence_client (client_key=?)|INDEX evidence_server (server_key=?)", NULL },
	{ "evidence", FILTER_NET, "COVERING INDEX evidence_client (client_key>?|INDEX evidence_server (server_key>?", NULL },
	{ "evidence", FILTER_VERDICT, "COVERING INDEX evidence_client (client_key=?)" "|hosts_verdict (verdict=?)", NULL },
	{ "evidence", FILTER_CAUSE, "COVERING INDEX evidence_client (client_key=?)" "|hosts_cause (cause=?)", NULL },
	{ "evidence", FILTER_LIST, "COVERING INDEX evidence_list (list=?)", NULL },
	{ "evidence", FILTER_CLASS, "COVERING INDEX evidence_class (class=?)", NULL },
	{ "evidence", FILTER_SESSION, "INDEX sqlite_autoindex_evidence_1 (session=?)", NULL },
};
/* clang-format on */

/* Each of the words, which "|" parts. */
static bool
says_all(const char *plan, const char *words)
{
	char all[1024];
	char *rest = all, *word;

	snprintf(all, sizeof all, "%s", words);
	while ((word = strsep(&rest, "|")) != NULL) {
		if (strstr(plan, word) == NULL)
			return false;
	}
	return true;
}

static void
hold(struct store *s, const char *sql, const char *words, struct buf *plan)
{
	plan_of(s, sql, plan);
	if (words != NULL && !says_all(buf_cstr(plan), words))
		fail_msg("%s\n%s\nwant %s", sql, buf_cstr(plan), words);
	if (!scans_only(buf_cstr(plan), few_rows))
		fail_msg("%s\n%s", sql, buf_cstr(plan));
}

static const struct plan_row *
row_of(const char *table, int key)
{
	for (size_t i = 0; i < sizeof driven / sizeof *driven; i++) {
		if (strcmp(driven[i].table, table) == 0 && (int)driven[i].key == key)
			return &driven[i];
	}
	return NULL;
}

static void
hold_key(struct store *s, const struct table *t, int key, struct buf *sql, struct buf *plan)
{
	const struct big_sql *big = table_sql(t)->big;
	const struct few_sql *few = &big->few[key];
	const struct plan_row *row = row_of(t->name, key);

	assert_int_equal(row != NULL, few->halves[0] != NULL);
	if (row == NULL)
		return;
	buf_clear(sql);
	for (int i = 0; i < 2 && few->halves[i] != NULL; i++)
		buf_printf(sql, "%sSELECT %s, %s %s", i == 0 ? "" : " UNION ALL ", big->key,
			big->at, few->halves[i]);
	hold(s, buf_cstr(sql), row->rows, plan);
	assert_int_equal(row->probe != NULL, few->probe != NULL);
	if (few->probe == NULL)
		return;
	buf_clear(sql);
	buf_printf(sql, "SELECT 1 %s", few->probe);
	hold(s, buf_cstr(sql), row->probe, plan);
}

static void
each_key_finds_its_rows_by_an_index(void **state)
{
	static const char *const names[] = { "sessions", "mails", "evidence" };
	struct fixture f;
	struct buf sql, plan;

	(void)state;
	fixture_begin(&f);
	buf_init(&sql, PLAN_BYTES_MAX);
	buf_init(&plan, PLAN_BYTES_MAX);
	for (size_t t = 0; t < 3; t++) {
		for (int key = 0; key < FILTERS; key++)
			hold_key(f.store, table_find(names[t]), key, &sql, &plan);
	}
	buf_release(&sql);
	buf_release(&plan);
	fixture_end(&f);
}

/* Where no key finds few rows: newest first by the index on the time, from a time on, without
 * putting all of them into order. */
static const struct {
	const char *table;
	struct filter filter;
	const char *words;
} walked[] = {
#define BY_TIME(t, index) "SEARCH " t " USING INDEX " index " ("
	{ "sessions", { .verdict = "listed" }, BY_TIME("s", "sessions_start") },
	{ "sessions", { .rule = "R" }, BY_TIME("s", "sessions_start") },
	{ "sessions", { .domain = "a.example" }, BY_TIME("s", "sessions_start") },
	{ "sessions", { .outcome = "accepted" }, BY_TIME("s", "sessions_start") },
	{ "sessions", { .class = "listed-on-rbl" }, BY_TIME("s", "sessions_start") },
	{ "sessions", { .tls = "yes" }, BY_TIME("s", "sessions_start") },
	{ "sessions", { .text = "word" }, BY_TIME("s", "sessions_start") },
	{ "sessions", { .port = 25 }, BY_TIME("s", "sessions_port") },
	{ "mails", { .cause = "web-form" }, BY_TIME("m", "mails_start") },
	{ "mails", { .rule = "R" }, BY_TIME("m", "mails_start") },
	{ "mails", { .tls = "TLS 1.0" }, BY_TIME("m", "mails_start") },
	{ "mails", { .text = "word" }, BY_TIME("m", "mails_start") },
	{ "mails", { .outcome = "accepted" }, BY_TIME("m", "mails_outcome") },
	{ "mails", { .class = "ok" }, BY_TIME("m", "mails_class") },
	{ "evidence", { .verdict = "listed" }, BY_TIME("e", "evidence_first") },
	{ "evidence", { .tls = "TLS 1.0" }, BY_TIME("e", "evidence_first") },
	{ "hosts", { .limit = 0 }, "SCAN h USING COVERING INDEX hosts_list" },
	{ "hosts", { .verdict = "listed" }, "COVERING INDEX hosts_verdict (verdict=?)" },
	{ "hosts", { .cause = "web-form" }, "COVERING INDEX hosts_cause (cause=?)" },
};

static void
walks_go_by_time(void **state)
{
	const struct table_extent walk = { .driver = -1, .back_to = T0 };
	struct fixture f;
	struct buf plan;

	(void)state;
	fixture_begin(&f);
	buf_init(&plan, PLAN_BYTES_MAX);
	for (size_t i = 0; i < sizeof walked / sizeof *walked; i++) {
		struct err err = { 0 };
		struct filter filter = walked[i].filter;

		filter.limit = 50;
		filter.extent = &walk;

		struct db_statement *st =
			table_ask(f.store, table_find(walked[i].table), &filter, WANT_CELLS, &err);

		assert_non_null(st);
		hold(f.store, db_sql(st), walked[i].words, &plan);
		/* A page of hosts is put into order again when its rows were read. */
		if (strcmp(walked[i].table, "hosts") != 0)
			assert_null(strstr(buf_cstr(&plan), "TREE FOR ORDER BY"));
		assert_true(strcmp(walked[i].table, "hosts") != 0 ||
			    strstr(buf_cstr(&plan), "RIGHT PART") == NULL);
		db_free(st);
	}
	buf_release(&plan);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_statement_reads_a_big_table_whole),
		cmocka_unit_test(each_key_finds_its_rows_by_an_index),
		cmocka_unit_test(walks_go_by_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
