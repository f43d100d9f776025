/* heloscope export TABLE */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sensor/cli/reading.h"

#define LINE_MAX_BYTES (256 * 1024 * 1024) /* of one row */

enum {
	OPTION_STORE,
	OPTION_CONFIG,
	OPTION_FORMAT,
	OPTION_OUTPUT,
	OPTION_HOST,
	OPTION_SINCE,
	OPTION_UNTIL,
	OPTION_VERDICT,
	OPTION_CAUSE,
	OPTION_LIST,
	OPTION_RULE,
	OPTION_CLASS,
	OPTION_SESSION,
	OPTION_OUTCOME,
	OPTION_PORT,
	OPTION_TEXT,
	OPTION_SORT,
	OPTION_DESCENDING,
	OPTION_LIMIT,
};
static const struct cli_option options[] = {
	[OPTION_STORE] = READING_STORE_OPTION,
	[OPTION_CONFIG] = READING_CONFIG_OPTION,
	[OPTION_FORMAT] = { "format", 0, "csv|json", "default csv; json: one object a line" },
	[OPTION_OUTPUT] = { "output", 'o', "FILE", "default: standard output" },
	[OPTION_HOST] = { "host", 0, "ADDR", "only rows of this host, as client or server" },
	[OPTION_SINCE] = { "since", 0, "TIME",
		"2008-06-12, 2008-06-12T03:04:05Z, or 24h, 7d before the last session" },
	[OPTION_UNTIL] = { "until", 0, "TIME", "the same" },
	[OPTION_VERDICT] = { "verdict", 0, "WORD",
		"of the host: listed, likely, throttled, watch, clean, unknown" },
	[OPTION_CAUSE] = { "cause", 0, "WORD", "main cause of the host: web-form, open-relay, …" },
	[OPTION_LIST] = { "list", 0, "NAME", "blocklist that a refusal names" },
	[OPTION_RULE] = { "rule", 0, "NAME", "rule that a mail matched" },
	[OPTION_CLASS] = { "class", 0, "WORD", "of a refusal: listed-on-rbl, greylisted, …" },
	[OPTION_SESSION] = { "session", 0, "ID", "only this session" },
	[OPTION_OUTCOME] = { "outcome", 0, "WORD",
		"of a mail: accepted, rejected, deferred, aborted, unknown" },
	[OPTION_PORT] = { "port", 0, "NUMBER", "of the server" },
	[OPTION_TEXT] = { "text", 0, "TEXT", "part of any text shown" },
	[OPTION_SORT] = { "sort", 0, "COLUMN", "order; default: the table's own" },
	[OPTION_DESCENDING] = { "descending", 0, NULL, "the other way round" },
	[OPTION_LIMIT] = { "limit", 0, "ROWS", "at most so many" },
};

struct export
{
	const struct cli_command *self;
	const char *store_file, *config_file, *output, *since, *until;
	const struct table *table;
	bool json;
	struct filter filter;
	struct store *store;
	FILE *out;
	struct buf line;
	int64_t rows;
};

/* ---- arguments ---- */

static int
take_format(struct export *e, const char *value)
{
	static const char *const later[] = { "zeek", "eve", "arf", "xarf" };

	e->json = strcmp(value, "json") == 0;
	if (e->json || strcmp(value, "csv") == 0)
		return 0;
	for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
		if (strcmp(value, later[i]) == 0)
			return cli_fail(e->self, EXIT_USAGE,
				"this version does not write %s yet: --format csv or json", value);
	}
	return cli_fail(e->self, EXIT_USAGE, "--format %s: csv and json are known", value);
}

static int
take_number(struct export *e, const char *option, const char *value, int64_t max, int64_t *out)
{
	if (slice_number(slice_str(value), out) == 0 && *out > 0 && *out <= max)
		return 0;
	return cli_fail(e->self, EXIT_USAGE, "--%s %s: not a number from 1 to %lld", option, value,
		(long long)max);
}

/* Where an option's value goes as it stands, or NULL. */
static const char **
text_option(struct export *e, int option)
{
	const char **const places[sizeof options / sizeof *options] = {
		[OPTION_STORE] = &e->store_file,
		[OPTION_CONFIG] = &e->config_file,
		[OPTION_OUTPUT] = &e->output,
		[OPTION_SINCE] = &e->since,
		[OPTION_UNTIL] = &e->until,
		[OPTION_VERDICT] = &e->filter.verdict,
		[OPTION_CAUSE] = &e->filter.cause,
		[OPTION_LIST] = &e->filter.list,
		[OPTION_RULE] = &e->filter.rule,
		[OPTION_CLASS] = &e->filter.class,
		[OPTION_SESSION] = &e->filter.session,
		[OPTION_OUTCOME] = &e->filter.outcome,
		[OPTION_TEXT] = &e->filter.text,
		[OPTION_SORT] = &e->filter.sort,
	};

	return places[option];
}

static int
take_option(struct export *e, int option, const char *value)
{
	const char **text = text_option(e, option);
	int64_t port;

	if (text != NULL) {
		*text = value;
		return 0;
	}
	switch (option) {
	case OPTION_FORMAT:
		return take_format(e, value);
	case OPTION_HOST:
		if (addr_parse(slice_str(value), &e->filter.host) == 0)
			return 0;
		return cli_fail(e->self, EXIT_USAGE, "--host %s: not an IP address", value);
	case OPTION_PORT:
		if (take_number(e, "port", value, 65535, &port) != 0)
			return EXIT_USAGE;
		e->filter.port = (int)port;
		return 0;
	case OPTION_LIMIT:
		return take_number(e, "limit", value, INT64_MAX, &e->filter.limit);
	case OPTION_DESCENDING:
		e->filter.descending = true;
		return 0;
	}
	return EXIT_USAGE;
}

/* A word that is none would match nothing, and look like good news. */
static int
check_words(const struct export *e)
{
	const struct filter *f = &e->filter;
	enum verdict verdict;
	enum cause cause;
	enum reply_class class;

	if (f->verdict != NULL && verdict_parse(slice_str(f->verdict), &verdict) != 0)
		return cli_fail(
			e->self, EXIT_USAGE, "--verdict %s: there is no such verdict", f->verdict);
	if (f->cause != NULL && cause_parse(slice_str(f->cause), &cause) != 0)
		return cli_fail(
			e->self, EXIT_USAGE, "--cause %s: there is no such cause", f->cause);
	if (f->class != NULL && reply_class_parse(slice_str(f->class), &class) != 0)
		return cli_fail(e->self, EXIT_USAGE,
			"--class %s: there is no such class of replies", f->class);
	if (f->sort != NULL && table_column(e->table, f->sort) == NULL)
		return cli_fail(e->self, EXIT_USAGE, "--sort %s: %s have no such column", f->sort,
			e->table->name);
	return 0;
}

static int
take_table(struct export *e, const char *name)
{
	if (e->table != NULL)
		return cli_fail(
			e->self, EXIT_USAGE, "one table at a time: %s or %s", e->table->name, name);
	e->table = table_find(name);
	if (e->table != NULL)
		return 0;
	return cli_fail(e->self, EXIT_USAGE,
		"there is no table %s: hosts, sessions, mails, listings, services, evidence, "
		"loss, events, changes, deliveries, lookups",
		name);
}

static int
take_arguments(struct export *e, int argc, char **argv)
{
	struct cli_args args = cli_args(e->self, argc, argv);
	int option, result = 0;

	while (result == 0 && (option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP || option == CLI_WRONG)
			return option;
		result = option == CLI_OPERAND ? take_table(e, args.value)
					       : take_option(e, option, args.value);
	}
	if (result == 0 && e->table == NULL)
		result = cli_fail(e->self, EXIT_USAGE,
			"which table? hosts, sessions, mails, listings, services, evidence, "
			"loss, events, changes, deliveries, lookups");
	if (result == 0)
		result = check_words(e);
	return result == 0 ? 0 : CLI_WRONG;
}

/* ---- rows ---- */

static bool
write_line(struct export *e)
{
	struct slice line = buf_slice(&e->line);

	fwrite(line.ptr, 1, line.len, e->out);
	buf_clear(&e->line);
	return ferror(e->out) == 0;
}

static bool
csv_row(void *ctx, const struct cell *cells)
{
	struct export *e = ctx;

	table_csv_row(e->table, cells, &e->line);
	e->rows++;
	return write_line(e);
}

static bool
json_row(void *ctx, const struct cell *cells)
{
	struct export *e = ctx;

	table_json_row(e->table, cells, &e->line);
	e->rows++;
	return write_line(e);
}

static bool
json_record(void *ctx, struct slice json)
{
	struct export *e = ctx;

	fwrite(json.ptr, 1, json.len, e->out);
	fputc('\n', e->out);
	e->rows++;
	return ferror(e->out) == 0;
}

static bool
has_records(const struct table *t)
{
	return strcmp(t->name, "hosts") == 0 || strcmp(t->name, "sessions") == 0 ||
	       strcmp(t->name, "mails") == 0;
}

static int
write_rows(struct export *e, struct err *err)
{
	if (e->json && has_records(e->table))
		return query_records(e->store, e->table, &e->filter, json_record, e, err);
	if (!e->json) {
		table_csv_head(e->table, &e->line);
		write_line(e);
	}
	return table_query(e->store, e->table, &e->filter, e->json ? json_row : csv_row, e, err);
}

/* ---- the output file ---- */

/* 0, or -1 when not every byte went out. */
static int
close_output(struct export *e, struct err *err)
{
	bool failed = ferror(e->out) != 0;

	errno = 0;
	if (fclose(e->out) == 0 && !failed)
		return 0;
	return err_set(err, "%s cannot be written: %s", e->output,
		errno != 0 ? strerror(errno) : "its disk is full");
}

static int
write_to(struct export *e, const char *path, struct err *err)
{
	e->out = fopen(path, "we");
	if (e->out == NULL)
		return err_set(err, "%s cannot be written: %s", path, strerror(errno));

	int written = write_rows(e, err), closed = close_output(e, err);

	return written != 0 || closed != 0 ? -1 : 0;
}

/* A regular file comes into being whole, by its last rename. */
static int
write_file(struct export *e, struct err *err)
{
	char part[4096];

	if ((size_t)snprintf(part, sizeof part, "%s.part", e->output) >= sizeof part)
		return err_set(err, "--output: the name is too long");
	if (write_to(e, part, err) == 0) {
		if (rename(part, e->output) == 0)
			return 0;
		err_set(err, "%s cannot be written: %s", e->output, strerror(errno));
	}
	unlink(part);
	return -1;
}

static bool
is_device(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && !S_ISREG(file.st_mode);
}

static int
write_output(struct export *e, struct err *err)
{
	if (e->output == NULL || strcmp(e->output, "-") == 0) {
		e->out = stdout; /* main looks after its faults */
		return write_rows(e, err);
	}
	return is_device(e->output) ? write_to(e, e->output, err) : write_file(e, err);
}

static int
export_table(struct export *e, struct err *err)
{
	if (reading_open(e->store_file, e->config_file, &e->store, err) != 0)
		return -1;
	if (e->since != NULL && reading_time(e->store, e->since, &e->filter.since, err) != 0)
		return -1;
	if (e->until != NULL && reading_time(e->store, e->until, &e->filter.until, err) != 0)
		return -1;
	return write_output(e, err);
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct export e = { .self = self };
	struct err err = { 0 };
	int taken = take_arguments(&e, argc, argv);

	if (taken != 0)
		return taken == CLI_HELP ? EXIT_DONE : EXIT_USAGE;
	buf_init(&e.line, LINE_MAX_BYTES);

	int done = export_table(&e, &err);

	buf_release(&e.line);
	store_close(e.store);
	if (done != 0)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	if (e.rows == 0)
		fprintf(stderr, "heloscope export: no %s in the store match\n", e.table->name);
	return EXIT_DONE;
}

const struct cli_command cmd_export = {
	.name = "export",
	.args = "TABLE",
	.summary = "Write a table of the store as CSV or JSON",
	.text = "TABLE is hosts, sessions, mails, listings, services, evidence, loss, events,\n"
		"changes (of verdicts), deliveries (of alerts) or lookups (of blocklists).\n\n"
		"CSV has a head line and is safe to open in a spreadsheet.  JSON is one object a "
		"line: for hosts, sessions\n"
		"and mails the whole record, as in `heloscope read --json`.  evidence is what a "
		"complaint needs: source and\n"
		"destination with ports, first and last time with their offset from UTC, how "
		"often, and a sample reply.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
