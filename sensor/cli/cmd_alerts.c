/* heloscope alerts [--store F] | --test [NAME] */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/alert/alert_text.h"
#include "sensor/base/clock.h"
#include "sensor/cli/alert_setup.h"
#include "sensor/cli/paper.h"
#include "sensor/cli/reading.h"
#include "sensor/cli/report_host.h"

enum { OPTION_STORE, OPTION_CONFIG, OPTION_TEST, OPTION_HOST, OPTION_LIMIT };
static const struct cli_option options[] = {
	[OPTION_STORE] = READING_STORE_OPTION,
	[OPTION_CONFIG] = READING_CONFIG_OPTION,
	[OPTION_TEST] = { "test", 0, NULL,
		"send a test to each target of the configuration, or to NAME, and say what came of "
		"it; nothing is stored" },
	[OPTION_HOST] = { "host", 0, "ADDR", "only changes of this host" },
	[OPTION_LIMIT] = { "limit", 0, "CHANGES", "the newest ones; default 50" },
};

struct alerts {
	const struct cli_command *self;
	const char *values[sizeof options / sizeof *options];
	bool test;
	const char *name; /* of the target to test; NULL = all */
	struct filter filter;
	struct store *store;
	struct paper paper;
	int64_t rows;
};

/* ---- the list ---- */

static const struct cell *
cell_of(const struct table *t, const struct cell *cells, const char *column)
{
	return &cells[table_column(t, column) - t->columns];
}

static const char *
text_of(const struct cell *cell, char out[64])
{
	snprintf(out, 64, "%.*s", (int)cell->text.len, (const char *)cell->text.ptr);
	return out;
}

/* One target, below its change. */
static bool
print_delivery(void *ctx, const struct cell *cells)
{
	const struct alerts *a = ctx;
	const struct table *t = table_find("deliveries");
	char target[64], state[64], time[PAPER_TIME_MAX], next[PAPER_TIME_MAX + 16] = "";
	const struct cell *reason = cell_of(t, cells, "error");
	int64_t due = cell_of(t, cells, "next")->integer;

	if (due != 0)
		snprintf(next, sizeof next, ", next %s", paper_time(due, time));
	fprintf(a->paper.out, "    %-16s %-10s %s, %" PRId64 " attempts%s%s%.*s\n",
		text_of(cell_of(t, cells, "target"), target),
		text_of(cell_of(t, cells, "state"), state),
		paper_time(cell_of(t, cells, "time")->integer, time),
		cell_of(t, cells, "attempts")->integer, next, reason->text.len > 0 ? ": " : "",
		(int)reason->text.len, (const char *)reason->text.ptr);
	return true;
}

struct change_row {
	int64_t seq, noted;
	char host[64], before[64], verdict[64], cause[64];
	bool live;
};

struct change_rows {
	struct change_row *rows;
	size_t count;
};

static bool
keep_change(void *ctx, const struct cell *cells)
{
	struct change_rows *all = ctx;
	const struct table *t = table_find("changes");
	struct change_row *row;

	all->rows = must_realloc(all->rows, (all->count + 1) * sizeof *all->rows);
	row = &all->rows[all->count++];
	row->seq = cell_of(t, cells, "change")->integer;
	row->noted = cell_of(t, cells, "noted")->integer;
	row->live = cell_of(t, cells, "live")->integer != 0;
	text_of(cell_of(t, cells, "host"), row->host);
	text_of(cell_of(t, cells, "before"), row->before);
	text_of(cell_of(t, cells, "verdict"), row->verdict);
	text_of(cell_of(t, cells, "cause"), row->cause);
	return true;
}

static int
print_change(struct alerts *a, const struct change_row *row, struct err *err)
{
	const struct filter f = { .change = row->seq };
	char time[PAPER_TIME_MAX];

	paper_cell(&a->paper, INK_PLAIN, 17, 0, paper_time(row->noted, time));
	paper_cell(&a->paper, INK_PLAIN, 15, 0, row->host);
	paper_cell(&a->paper, INK_PLAIN, 9, 0, row->before[0] != '\0' ? row->before : "-");
	paper_cell(&a->paper, report_ink(slice_str(row->verdict)), 9, 0, row->verdict);
	paper_cell(&a->paper, INK_PLAIN, 0, 58, row->live ? row->cause : "(read from a file)");
	fputc('\n', a->paper.out);
	return table_query(a->store, table_find("deliveries"), &f, print_delivery, a, err);
}

static int
list(struct alerts *a, struct err *err)
{
	struct change_rows all = { NULL, 0 };
	int rc;

	if (reading_open(a->values[OPTION_STORE], a->values[OPTION_CONFIG], &a->store, err) != 0)
		return -1;
	rc = table_query(a->store, table_find("changes"), &a->filter, keep_change, &all, err);
	if (rc == 0 && all.count == 0)
		fprintf(a->paper.out, "No verdict has changed.\n");
	if (all.count > 0) {
		paper_cell(&a->paper, INK_BOLD, 17, 0, "NOTED (UTC)");
		paper_cell(&a->paper, INK_BOLD, 15, 0, "HOST");
		paper_cell(&a->paper, INK_BOLD, 9, 0, "BEFORE");
		paper_cell(&a->paper, INK_BOLD, 9, 0, "VERDICT");
		paper_cell(&a->paper, INK_BOLD, 0, 58, "MAIN CAUSE");
		fputc('\n', a->paper.out);
	}
	for (size_t i = 0; rc == 0 && i < all.count; i++)
		rc = print_change(a, &all.rows[i], err);
	free(all.rows);
	return rc;
}

/* ---- a test ---- */

/* In a process of its own, as every attempt. */
static struct alert_result
attempt(const struct alert_target *target, const struct alert *alert)
{
	struct alert_result result;
	int ends[2];

	alert_result_set(&result, ALERT_FAILED, "no process for it");
	if (pipe(ends) < 0)
		return result;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		alert_deliver(target, alert, &result);
		fflush(NULL);
		_exit(write(ends[1], &result, sizeof result) != (ssize_t)sizeof result);
	}
	close(ends[1]);
	if (pid > 0 && read(ends[0], &result, sizeof result) != (ssize_t)sizeof result)
		alert_result_set(&result, ALERT_FAILED, "it ended without a word");
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return result;
}

static bool
test_target(const struct alerts *a, const struct config *c, const struct alert_target *t)
{
	int64_t now = clock_ns(CLOCK_REALTIME);
	const struct change made = { .seq = now / PTIME_MS, /* no two tests have one id */
		.sensor = c->sensor,
		.noted = now,
		.time = now,
		.before = "clean",
		.verdict = VERDICT_WATCH,
		.cause = "",
		.summary = "This is a test." };
	char id[ALERT_ID_MAX];
	const struct alert alert = { .id = alert_id(&made, 1, id),
		.sensor = c->sensor,
		.time = now,
		.attempt = 1,
		.test = true,
		.changes = &made,
		.report = c->public_url };
	struct alert_result result = attempt(t, &alert);
	bool done = result.outcome == ALERT_DELIVERED;

	/* a webhook's address may hold a secret */
	bool shown = t->address[0] != '\0' && t->kind != ALERT_WEBHOOK;
	fprintf(a->paper.out, "%s (%s%s%s): ", t->name, alert_kind_word(t->kind), shown ? " " : "",
		shown ? t->address : "");
	paper_ink(&a->paper, done ? INK_GOOD : INK_BAD, done ? "delivered" : "not delivered");
	fprintf(a->paper.out, "%s%s\n", done ? "" : ": ", result.reason);
	return done;
}

/* How many failed, or -1. */
static int
test(const struct alerts *a, struct err *err)
{
	struct alert_target targets[CONFIG_ALERTS_MAX];
	struct config c;
	int failed = 0, tested = 0;

	config_default(&c);
	if (config_load(&c, a->values[OPTION_CONFIG], err) < 0 || alert_setup(&c, targets, err) < 0)
		return -1;
	for (size_t i = 0; i < c.alerts_count; i++) {
		if (a->name != NULL && strcmp(a->name, targets[i].name) != 0)
			continue;
		tested++;
		failed += !test_target(a, &c, &targets[i]);
	}
	if (tested == 0 && a->name != NULL)
		return err_set(err, "the configuration has no section [alert %s]", a->name);
	if (tested == 0)
		return err_set(err, "the configuration has no target: a section [alert NAME]");
	return failed;
}

/* ---- the command ---- */

static int
take_option(struct alerts *a, int option, const char *value)
{
	a->values[option] = value;
	if (option == OPTION_TEST)
		a->test = true;
	if (option == OPTION_HOST && addr_parse(slice_str(value), &a->filter.host) < 0)
		return cli_fail(a->self, EXIT_USAGE, "--host %s: not an IP address", value);
	if (option == OPTION_LIMIT &&
		(slice_number(slice_str(value), &a->filter.limit) < 0 || a->filter.limit == 0))
		return cli_fail(a->self, EXIT_USAGE, "--limit %s: not a number from 1", value);
	return EXIT_DONE;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct alerts a = { .self = self, .filter = { .limit = 50 }, .paper = paper_of(stdout) };
	struct cli_args args = cli_args(self, argc, argv);
	struct err err = { "" };
	int option;

	while ((option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP)
			return EXIT_DONE;
		if (option == CLI_WRONG)
			return EXIT_USAGE;
		if (option == CLI_OPERAND && a.name == NULL)
			a.name = args.value;
		else if (option == CLI_OPERAND)
			return cli_fail(self, EXIT_USAGE, "one target at a time: %s", args.value);
		else if (take_option(&a, option, args.value) != EXIT_DONE)
			return EXIT_USAGE;
	}
	if (a.name != NULL && !a.test)
		return cli_fail(self, EXIT_USAGE, "%s: a target is named with --test", a.name);

	int rc = a.test ? test(&a, &err) : list(&a, &err);

	store_close(a.store);
	if (rc < 0)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	return rc == 0 ? EXIT_DONE : EXIT_FAILED;
}

const struct cli_command cmd_alerts = {
	.name = "alerts",
	.args = "[NAME]",
	.summary = "Show which changes of verdicts were told to whom, or test that",
	.text = "Lists changes of verdicts, newest first, and below each what became of telling\n"
		"the targets of the configuration, [alert NAME]: waiting, done, suppressed (with\n"
		"the reason) or given-up.  With --test a message that says so goes to each\n"
		"target, or to NAME; the exit status is 3 if one did not take it.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
