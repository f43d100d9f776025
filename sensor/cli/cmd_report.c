/* heloscope report [HOST] */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/arena.h"
#include "sensor/cli/paper.h"
#include "sensor/cli/reading.h"
#include "sensor/cli/report_calibration.h"
#include "sensor/cli/report_cut_off.h"
#include "sensor/cli/report_host.h"

#define STATE_MEMORY 65536

enum {
	OPTION_STORE,
	OPTION_CONFIG,
	OPTION_SINCE,
	OPTION_LIMIT,
	OPTION_CALIBRATION,
	OPTION_JSON,
	OPTION_CUT_OFF
};
static const struct cli_option options[] = {
	[OPTION_STORE] = READING_STORE_OPTION,
	[OPTION_CONFIG] = READING_CONFIG_OPTION,
	[OPTION_SINCE] = { "since", 0, "TIME",
		"only hosts seen since: 2008-06-12, or 24h, 7d before the last session" },
	[OPTION_LIMIT] = { "limit", 0, "HOSTS", "length of the ranking; default 50" },
	[OPTION_CALIBRATION] = { "calibration", 0, NULL,
		"how good the predictions are, held against what blocklists answered" },
	[OPTION_JSON] = { "json", 0, NULL, "with --calibration: as one JSON object" },
	[OPTION_CUT_OFF] = { "cut-off", 0, NULL,
		"instead: who would be cut off if port 25, or PORT, were closed for all but mail "
		"servers, and the rules that close it" },
};

struct report {
	const struct cli_command *self;
	const char *values[sizeof options / sizeof *options];
	bool calibration, json;
	struct addr host;
	bool cut_off;
	int64_t port; /* of --cut-off; 0 = not said */
	struct filter filter;
	struct store *store;
	struct paper paper;
	int64_t rows;
};

/* ---- the sensor's own state ---- */

static int
percent(int64_t part, int64_t whole)
{
	return whole <= 0 ? 0 : (int)((part * 100 + whole / 2) / whole);
}

static void
add_loss(void *ctx, const struct loss_interval *interval)
{
	loss_sum_add(ctx, interval);
}

/* Of the newest day of packets: of a capture that is the whole, as a rule. */
static int
print_loss(const struct report *r, struct err *err)
{
	struct loss_sum sum;
	char words[LOSS_WORDS_MAX], text[LOSS_WORDS_MAX + 40];

	loss_sum_init(&sum);
	if (query_loss(r->store, LOSS_INTERVALS_OF_A_DAY, add_loss, &sum, err) != 0)
		return -1;
	if (sum.intervals == 0)
		return 0;
	snprintf(text, sizeof text, "%s%s", loss_words(&sum, words),
		sum.intervals < LOSS_INTERVALS_OF_A_DAY ? "" : ", in the newest 24 hours");
	paper_text(&r->paper, 2, "", text);
	return 0;
}

/* What makes the ranking a lower bound. */
static void
print_warnings(
	const struct report *r, const struct sensor_state *state, const struct store_totals *totals)
{
	const int64_t *c = state->counters.value;
	int64_t lost = c[COUNTER_packets_dropped] + c[COUNTER_packets_if_dropped];
	char text[256];

	if (lost > 0) {
		snprintf(text, sizeof text,
			"%" PRId64 " packets were dropped before they could be read: counts below "
			"are too low.",
			lost);
		paper_text(&r->paper, 4, "  !", text);
	}
	if (c[COUNTER_gap_bytes] > 0) {
		snprintf(text, sizeof text,
			"%" PRId64 " bytes in %" PRId64
			" gaps never came through the mirror: some mails are incomplete.",
			c[COUNTER_gap_bytes], c[COUNTER_gaps]);
		paper_text(&r->paper, 4, "  !", text);
	}
	if (percent(totals->sessions_encrypted, totals->sessions) >= 50)
		paper_text(&r->paper, 4, "  !",
			"Most sessions are encrypted: of those only addresses, times and sizes are "
			"seen.");
}

static int
print_state(const struct report *r, const struct sensor_state *state,
	const struct store_totals *totals, struct err *err)
{
	const int64_t *c = state->counters.value;
	char first[PAPER_TIME_MAX], last[PAPER_TIME_MAX], text[512];

	snprintf(text, sizeof text, "Sensor %s, %s %s", state->sensor,
		state->live ? "listens on" : "has read", state->sources);
	paper_ink(&r->paper, INK_BOLD, text);
	fprintf(r->paper.out, "\n  %s to %s UTC\n", paper_time(totals->first, first),
		paper_time(totals->last, last));
	snprintf(text, sizeof text,
		"%" PRId64 " packets in the last run, %" PRId64 " dropped, %" PRId64
		" gaps · %" PRId64 " sessions, %d %% encrypted · %" PRId64 " mails to %" PRId64
		" recipients, %" PRId64 " refused",
		c[COUNTER_packets], c[COUNTER_packets_dropped] + c[COUNTER_packets_if_dropped],
		c[COUNTER_gaps], totals->sessions,
		percent(totals->sessions_encrypted, totals->sessions), totals->mails, totals->rcpts,
		totals->rcpts_refused);
	paper_text(&r->paper, 2, "", text);
	if (print_loss(r, err) != 0)
		return -1;
	print_warnings(r, state, totals);
	return 0;
}

/* ---- the ranking ---- */

enum {
	RANK_VERDICT,
	RANK_RISK,
	RANK_HOST,
	RANK_CAUSE,
	RANK_MAILS,
	RANK_REFUSED,
	RANK_LISTED,
	RANK_COLUMNS
};

static const struct {
	const char *column, *title;
	int width; /* of paper_cell */
} ranking[RANK_COLUMNS] = {
	[RANK_VERDICT] = { "verdict", "VERDICT", 9 },
	[RANK_RISK] = { "risk", "RISK", -5 },
	[RANK_HOST] = { "host", "HOST", 15 },
	[RANK_CAUSE] = { "cause", "MAIN CAUSE", 19 },
	[RANK_MAILS] = { "mails", "MAILS", -8 },
	[RANK_REFUSED] = { "rejected", "REFUSED", -8 },
	[RANK_LISTED] = { "listed_on", "LISTED ON", 0 },
};

enum ink
report_ink(struct slice verdict)
{
	static const enum ink inks[VERDICTS] = {
		[VERDICT_LISTED] = INK_BAD,
		[VERDICT_LIKELY] = INK_BAD,
		[VERDICT_THROTTLED] = INK_WARN,
		[VERDICT_WATCH] = INK_WARN,
		[VERDICT_CLEAN] = INK_GOOD,
		[VERDICT_UNKNOWN] = INK_PLAIN,
	};
	enum verdict v = VERDICT_UNKNOWN;

	verdict_parse(verdict, &v);
	return inks[v];
}

static void
cell_text(size_t which, const struct cell *cell, enum cell_type type, char *out, size_t size)
{
	if (which == RANK_RISK)
		snprintf(out, size, "%.0f %%", cell->real * 100);
	else if (type == CELL_INT)
		snprintf(out, size, "%" PRId64, cell->integer);
	else
		snprintf(out, size, "%.*s", (int)cell->text.len, (const char *)cell->text.ptr);
}

static bool
print_rank(void *ctx, const struct cell *cells)
{
	struct report *r = ctx;
	const struct table *hosts = table_find("hosts");
	int used = 0;

	for (size_t i = 0; i < RANK_COLUMNS; i++) {
		const struct column *column = table_column(hosts, ranking[i].column);
		const struct cell *cell = &cells[column - hosts->columns];
		char text[512];

		cell_text(i, cell, column->type, text, sizeof text);
		paper_cell(&r->paper, i == RANK_VERDICT ? report_ink(cell->text) : INK_PLAIN,
			ranking[i].width, used, text);
		used += abs(ranking[i].width) + 2;
	}
	fputc('\n', r->paper.out);
	r->rows++;
	return true;
}

static int
print_ranking(struct report *r, struct err *err)
{
	const struct table *hosts = table_find("hosts");
	int64_t all;

	if (table_count(r->store, hosts, &r->filter, &all, err) != 0)
		return -1;
	fputc('\n', r->paper.out);
	for (size_t i = 0; all != 0 && i < RANK_COLUMNS; i++)
		paper_cell(&r->paper, INK_BOLD, ranking[i].width, 0, ranking[i].title);
	if (all != 0)
		fputc('\n', r->paper.out);
	if (table_query(r->store, hosts, &r->filter, print_rank, r, err) != 0)
		return -1;
	if (all == 0)
		fprintf(r->paper.out, "No host of ours has sent mail%s.\n",
			r->filter.since != 0 ? " since then" : "");
	else if (all > r->rows)
		fprintf(r->paper.out, "… and %" PRId64 " more: --limit %" PRId64 " shows all.\n",
			all - r->rows, all);
	if (all != 0)
		fprintf(r->paper.out, "\n`heloscope report HOST` says why, and what to do.\n");
	return 0;
}

static int
print_overview(struct report *r, struct err *err)
{
	struct store_totals totals;
	struct sensor_state state;
	struct arena arena;

	arena_init(&arena, STATE_MEMORY);

	int ran = query_state(r->store, &state, &arena, err), result = -1;

	if (ran >= 0 && query_totals(r->store, &totals, err) == 0) {
		if (ran == 0)
			fprintf(r->paper.out, "The sensor has not run with this store yet.\n");
		if (ran == 0 || print_state(r, &state, &totals, err) == 0)
			result = print_ranking(r, err);
	}
	arena_release(&arena);
	return result;
}

/* ---- the command ---- */

static int
report(struct report *r, struct err *err)
{
	const char *since = r->values[OPTION_SINCE];
	struct config config;

	if (reading_config(r->values[OPTION_STORE], r->values[OPTION_CONFIG], &config, err) != 0 ||
		store_open_reader(config.store, &r->store, err) != 0)
		return -1;
	if (r->cut_off)
		return report_cut_off(
			&r->paper, r->store, &config, r->port == 0 ? 25 : (int)r->port, err);
	if (since != NULL && reading_time(r->store, since, &r->filter.since, err) != 0)
		return -1;
	if (r->calibration)
		return report_calibration(&r->paper, r->store, r->filter.since, r->json, err);
	return r->host.family == ADDR_NONE
		       ? print_overview(r, err)
		       : report_host(&r->paper, r->store, r->host, r->filter.since, err);
}

/* HOST, or the port of --cut-off. */
static int
take_operand(struct report *r, const char *text)
{
	if (r->host.family == ADDR_NONE && r->port == 0 &&
		(addr_parse(slice_str(text), &r->host) == 0 ||
			(slice_number(slice_str(text), &r->port) == 0 && r->port > 0 &&
				r->port <= UINT16_MAX)))
		return 0;
	return cli_fail(r->self, EXIT_USAGE, "%s: one IP address, or none, is expected", text);
}

/* A port goes with --cut-off, and a host with neither of the two. */
static int
check_operands(struct report *r)
{
	char ip[ADDR_TEXT_MAX];

	if (r->json && !r->calibration)
		return cli_fail(r->self, EXIT_USAGE,
			"--json goes with --calibration; `heloscope export hosts --format json` "
			"writes hosts");
	if (r->calibration && (r->cut_off || r->host.family != ADDR_NONE))
		return cli_fail(r->self, EXIT_USAGE,
			"--calibration is about lists, not about a host or port");
	if (r->cut_off && r->host.family != ADDR_NONE)
		return cli_fail(r->self, EXIT_USAGE,
			"--cut-off %s: a port is expected; `heloscope report %s` has that host",
			addr_format(r->host, ip), ip);
	if (!r->cut_off && r->port != 0)
		return cli_fail(r->self, EXIT_USAGE, "%d: one IP address, or none, is expected",
			(int)r->port);
	return 0;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct report r = { .self = self, .filter = { .limit = 50 }, .paper = paper_of(stdout) };
	struct cli_args args = cli_args(self, argc, argv);
	struct err err = { 0 };
	int option;

	while ((option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP)
			return EXIT_DONE;
		if (option == CLI_WRONG)
			return EXIT_USAGE;
		r.calibration |= option == OPTION_CALIBRATION;
		r.json |= option == OPTION_JSON;
		r.cut_off |= option == OPTION_CUT_OFF;
		if (option != CLI_OPERAND)
			r.values[option] = args.value;
		else if (take_operand(&r, args.value) != 0)
			return EXIT_USAGE;
	}
	if (check_operands(&r) != 0)
		return EXIT_USAGE;
	if (r.values[OPTION_LIMIT] != NULL &&
		slice_number(slice_str(r.values[OPTION_LIMIT]), &r.filter.limit) != 0)
		return cli_fail(
			self, EXIT_USAGE, "--limit %s: not a number", r.values[OPTION_LIMIT]);

	int done = report(&r, &err);

	store_close(r.store);
	return done == 0 ? EXIT_DONE : cli_fail(self, EXIT_FAILED, "%s", err.text);
}

const struct cli_command cmd_report = {
	.name = "report",
	.args = "[HOST | --cut-off [PORT]]",
	.summary = "Show which hosts are listed or will be, or one host: why, and what to do",
	.text = "Without HOST: the state of the sensor, then the hosts, worst first.  With HOST, "
		"an IP address: the verdict, the\n"
		"reasons, the lists, the causes with their evidence, the services, and the steps "
		"to take.\n"
		"With --cut-off: what would break if egress to a port, 25 as a rule, were closed "
		"for all but the mail servers.\n"
		"Colours appear on a terminal, unless NO_COLOR is set.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
