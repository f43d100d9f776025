/* heloscope export TABLE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/clock.h"
#include "sensor/base/digest.h"
#include "sensor/cli/export_output.h"
#include "sensor/cli/reading.h"
#include "web/export.h"

#define PIECE_MAX (256 * 1024 * 1024) /* bytes: a row, a record, a session as packets */

enum {
	OPTION_STORE,
	OPTION_CONFIG,
	OPTION_FORMAT,
	OPTION_OUTPUT,
	OPTION_HOST,
	OPTION_NET,
	OPTION_SINCE,
	OPTION_UNTIL,
	OPTION_VERDICT,
	OPTION_CAUSE,
	OPTION_LIST,
	OPTION_RULE,
	OPTION_CLASS,
	OPTION_DOMAIN,
	OPTION_TLS,
	OPTION_SESSION,
	OPTION_NUMBER,
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
	[OPTION_FORMAT] = { "format", 0, "FORMAT",
		"default csv; also json, json-document, zeek, eve, arf, xarf-0.2, xarf, headers, "
		"pcapng" },
	[OPTION_OUTPUT] = { "output", 'o', "FILE", "default: standard output" },
	[OPTION_HOST] = { "host", 0, "ADDR", "only rows of this host, as client or server" },
	[OPTION_NET] = { "net", 0, "CIDR", "only rows of hosts in this network" },
	[OPTION_SINCE] = { "since", 0, "TIME",
		"2008-06-12, 2008-06-12T03:04:05Z, or 24h, 7d before the last session" },
	[OPTION_UNTIL] = { "until", 0, "TIME", "the same" },
	[OPTION_VERDICT] = { "verdict", 0, "WORD",
		"of the host: listed, likely, throttled, watch, clean, unknown" },
	[OPTION_CAUSE] = { "cause", 0, "WORD", "main cause of the host: web-form, open-relay, …" },
	[OPTION_LIST] = { "list", 0, "NAME", "blocklist that a refusal names" },
	[OPTION_RULE] = { "rule", 0, "NAME", "rule that a mail matched" },
	[OPTION_CLASS] = { "class", 0, "WORD", "of a refusal: listed-on-rbl, greylisted, …" },
	[OPTION_DOMAIN] = { "domain", 0, "NAME", "of the sender, a recipient, or the HELO name" },
	[OPTION_TLS] = { "tls", 0, "WORD", "yes, no, or a version: \"TLS 1.2\"" },
	[OPTION_SESSION] = { "session", 0, "ID", "only this session" },
	[OPTION_NUMBER] = { "number", 0, "NUMBER",
		"of a mail in its session, for complaints; default 1" },
	[OPTION_OUTCOME] = { "outcome", 0, "WORD",
		"of a mail: accepted, rejected, deferred, aborted, unknown" },
	[OPTION_PORT] = { "port", 0, "NUMBER", "of the server" },
	[OPTION_TEXT] = { "text", 0, "TEXT", "part of any text shown" },
	[OPTION_SORT] = { "sort", 0, "COLUMN", "order; default: the table's own" },
	[OPTION_DESCENDING] = { "descending", 0, NULL, "the other way round" },
	[OPTION_LIMIT] = { "limit", 0, "ROWS", "at most so many" },
};

#define TABLES                                                                                     \
	"hosts, sessions, mails, listings, services, evidence, abuse, loss, events, changes, "     \
	"deliveries, lookups, or bundle"

struct command {
	const struct cli_command *self;
	const char *store_file, *config_file, *output, *since, *until, *format, *what;
	int64_t number;
	struct config config;
	struct export_job job;
	struct store *store;
	struct export *export;
};

/* ---- arguments ---- */

static int
take_number(struct command *e, const char *option, const char *value, int64_t max, int64_t *out)
{
	if (slice_number(slice_str(value), out) == 0 && *out > 0 && *out <= max)
		return 0;
	return cli_fail(e->self, EXIT_USAGE, "--%s %s: not a number from 1 to %lld", option, value,
		(long long)max);
}

/* Where an option's value goes as it stands, or NULL. */
static const char **
text_option(struct command *e, int option)
{
	struct filter *f = &e->job.filter;
	const char **const places[sizeof options / sizeof *options] = {
		[OPTION_STORE] = &e->store_file,
		[OPTION_CONFIG] = &e->config_file,
		[OPTION_FORMAT] = &e->format,
		[OPTION_OUTPUT] = &e->output,
		[OPTION_SINCE] = &e->since,
		[OPTION_UNTIL] = &e->until,
		[OPTION_VERDICT] = &f->verdict,
		[OPTION_CAUSE] = &f->cause,
		[OPTION_LIST] = &f->list,
		[OPTION_RULE] = &f->rule,
		[OPTION_CLASS] = &f->class,
		[OPTION_DOMAIN] = &f->domain,
		[OPTION_TLS] = &f->tls,
		[OPTION_SESSION] = &f->session,
		[OPTION_OUTCOME] = &f->outcome,
		[OPTION_TEXT] = &f->text,
		[OPTION_SORT] = &f->sort,
	};

	return places[option];
}

static int
take_option(struct command *e, int option, const char *value)
{
	const char **text = text_option(e, option);
	struct filter *f = &e->job.filter;
	int64_t port;

	if (text != NULL) {
		*text = value;
		return 0;
	}
	switch (option) {
	case OPTION_HOST:
		if (addr_parse(slice_str(value), &f->host) == 0)
			return 0;
		return cli_fail(e->self, EXIT_USAGE, "--host %s: not an IP address", value);
	case OPTION_NET:
		if (network_parse(slice_str(value), &f->net) == 0)
			return 0;
		return cli_fail(e->self, EXIT_USAGE, "--net %s: not a network", value);
	case OPTION_PORT:
		if (take_number(e, "port", value, 65535, &port) != 0)
			return EXIT_USAGE;
		f->port = (int)port;
		return 0;
	case OPTION_NUMBER:
		return take_number(e, "number", value, INT32_MAX, &e->number);
	case OPTION_LIMIT:
		return take_number(e, "limit", value, INT64_MAX, &f->limit);
	case OPTION_DESCENDING:
		f->descending = true;
		return 0;
	}
	return EXIT_USAGE;
}

/* A word that is none would match nothing, and look like good news. */
static int
check_words(const struct command *e)
{
	const struct filter *f = &e->job.filter;
	const struct table *table = e->job.table;
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
	if (f->sort != NULL && (table == NULL || table_column(table, f->sort) == NULL))
		return cli_fail(
			e->self, EXIT_USAGE, "--sort %s: %s have no such column", f->sort, e->what);
	return 0;
}

static int
take_what(struct command *e, const char *name)
{
	if (e->what != NULL)
		return cli_fail(
			e->self, EXIT_USAGE, "one table at a time: %s or %s", e->what, name);
	e->what = name;
	e->job.table = table_find(name);
	if (e->job.table != NULL || strcmp(name, "bundle") == 0)
		return 0;
	return cli_fail(e->self, EXIT_USAGE, "there is no table %s: " TABLES, name);
}

/* ---- which export it is ---- */

static bool
is_of(const struct export_format *f, enum export_subject subject)
{
	return (f->subjects & 1u << subject) != 0;
}

/* A complaint or a bundle is about one host, one session or one mail. */
static int
choose_subject(struct command *e)
{
	struct export_job *job = &e->job;
	const struct filter *f = &job->filter;

	job->host = f->host;
	job->session = f->session;
	job->number = e->number != 0 ? (int)e->number : 1;
	if (is_of(job->format, EXPORT_MAIL) && f->session != NULL)
		job->subject = EXPORT_MAIL;
	else if (is_of(job->format, EXPORT_SESSION) && f->session != NULL)
		job->subject = EXPORT_SESSION;
	else if (is_of(job->format, EXPORT_HOST) && f->host.family != ADDR_NONE)
		job->subject = EXPORT_HOST;
	else
		return cli_fail(e->self, EXIT_USAGE, "%s is about %s", job->format->name,
			is_of(job->format, EXPORT_HOST) && is_of(job->format, EXPORT_MAIL)
				? "one host or one mail: --host ADDR, or --session ID --number N"
			: is_of(job->format, EXPORT_HOST)
				? "one host or one session: --host ADDR or --session ID"
				: "one mail: --session ID --number N");
	return 0;
}

static void
add_formats(struct buf *out)
{
	const struct export_format *f;

	for (size_t i = 0; (f = export_format_at(i)) != NULL; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : ", ", f->name);
}

static int
choose_format(struct command *e)
{
	struct err err = { "" };
	struct buf names;
	bool bundle = strcmp(e->what, "bundle") == 0;
	const char *name = e->format != NULL ? e->format : bundle ? "bundle" : "csv";

	e->job.format = export_format_find(name);
	if (e->job.format == NULL) {
		buf_init(&names, 512);
		add_formats(&names);
		cli_fail(e->self, EXIT_USAGE, "--format %s: there are %s", name, buf_cstr(&names));
		buf_release(&names);
		return EXIT_USAGE;
	}
	if (bundle && strcmp(name, "bundle") != 0)
		return cli_fail(
			e->self, EXIT_USAGE, "a bundle has one form, zip: leave out --format");
	e->job.subject = EXPORT_ROWS;
	if (!is_of(e->job.format, EXPORT_ROWS))
		return choose_subject(e);
	if (export_check(&e->job, &err) != 0)
		return cli_fail(e->self, EXIT_USAGE, "%s", err.text);
	return 0;
}

/* Bytes that are no text, onto somebody's screen. */
static int
check_terminal(const struct command *e)
{
	bool binary = strcmp(e->job.format->name, "bundle") == 0 ||
		      strcmp(e->job.format->name, "pcapng") == 0;

	if (binary && e->output == NULL && isatty(STDOUT_FILENO))
		return cli_fail(e->self, EXIT_USAGE, "%s is no text: --output FILE.%s",
			e->job.format->name, e->job.format->extension);
	return 0;
}

static int
take_arguments(struct command *e, int argc, char **argv)
{
	struct cli_args args = cli_args(e->self, argc, argv);
	int option, result = 0;

	while (result == 0 && (option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP || option == CLI_WRONG)
			return option;
		result = option == CLI_OPERAND ? take_what(e, args.value)
					       : take_option(e, option, args.value);
	}
	if (result == 0 && e->what == NULL)
		result = cli_fail(e->self, EXIT_USAGE, "which table? " TABLES);
	if (result == 0)
		result = check_words(e);
	if (result == 0)
		result = choose_format(e);
	if (result == 0)
		result = check_terminal(e);
	return result == 0 ? 0 : CLI_WRONG;
}

/* ---- the export ---- */

static int
write_pieces(void *ctx, FILE *out, struct err *err)
{
	struct command *e = ctx;
	struct buf piece;
	int got = 1;

	buf_init(&piece, PIECE_MAX);
	while (got == 1 && ferror(out) == 0) {
		got = export_more(e->export, &piece, err);
		if (piece.len > 0)
			fwrite(piece.ptr, 1, piece.len, out);
		buf_clear(&piece);
	}
	buf_release(&piece);
	return got < 0 ? -1 : 0;
}

static void
say_who(struct command *e)
{
	const struct config *c = &e->config;

	e->job.about = (struct export_about){ .contact = { c->web.organisation, c->web.contact,
						      c->web.domain },
		.sensor = c->sensor,
		.version = HELOSCOPE_VERSION,
		.now = clock_ns(CLOCK_REALTIME) };
	digest_random(e->job.about.id, sizeof e->job.about.id);
}

static int
open_export(struct command *e, struct err *err)
{
	struct filter *f = &e->job.filter;

	if (reading_config(e->store_file, e->config_file, &e->config, err) != 0 ||
		store_open_reader(e->config.store, &e->store, err) != 0)
		return -1;
	if (e->since != NULL && reading_time(e->store, e->since, &f->since, err) != 0)
		return -1;
	if (e->until != NULL && reading_time(e->store, e->until, &f->until, err) != 0)
		return -1;
	say_who(e);
	return export_open(e->store, &e->job, &e->export, err);
}

/* Exit status. */
static int
write_export(struct command *e)
{
	struct err err = { 0 };
	int got = open_export(e, &err);

	if (got == 0)
		return cli_fail(e->self, EXIT_FAILED, "the store knows nothing of it");
	if (got < 0 || export_output(e->output, write_pieces, e, &err) != 0)
		return cli_fail(e->self, EXIT_FAILED, "%s", err.text);
	if (export_rows(e->export) == 0)
		fprintf(stderr, "heloscope export: no %s in the store match\n", e->what);
	return EXIT_DONE;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct command *e = must_alloc(sizeof *e);

	*e = (struct command){ .self = self };

	int taken = take_arguments(e, argc, argv), status;

	if (taken != 0)
		status = taken == CLI_HELP ? EXIT_DONE : EXIT_USAGE;
	else
		status = write_export(e);
	export_close(e->export);
	store_close(e->store);
	free(e);
	return status;
}

const struct cli_command cmd_export = {
	.name = "export",
	.args = "TABLE",
	.summary = "Write tables, records, complaints and evidence to files of other programs' "
		   "formats",
	.text = "TABLE is hosts, sessions, mails, listings, services, evidence, abuse, loss, "
		"events, "
		"changes (of\nverdicts), deliveries (of alerts), lookups (of blocklists), or "
		"bundle.  Every "
		"time in every format is UTC\nand says so.\n\n"
		"Of rows:\n"
		"  csv            RFC 4180, with a head line; safe to open in a spreadsheet\n"
		"  json           one object a line: of hosts, sessions and mails the whole "
		"record, as "
		"`heloscope read --json`\n"
		"  json-document  the same as one document\n"
		"  zeek           smtp.log, a line a mail (mails, sessions)\n"
		"  eve            Suricata's EVE, event type smtp (mails, sessions)\n"
		"  pcapng         a capture that is REBUILT from the records, without bodies "
		"(sessions)\n"
		"Complaints, about --host ADDR or about the mail --session ID --number N:\n"
		"  arf, xarf-0.2, xarf (version 4).  Who complains is [web] organisation, contact, "
		"domain; "
		"without them\n  the gap [YOUR CONTACT] stays to be filled in.\n"
		"  headers        of a mail: what is kept of its header\n"
		"bundle: a zip of all this about --host ADDR or --session ID, with a README that "
		"says what "
		"is in it.\n\n"
		"evidence is a line for each kind of refusal in a session: source and destination "
		"with "
		"ports, first and last\ntime, how often, a sample.  abuse is a line for each host "
		"that "
		"something is said against: its cause, its window\n(--since, --until), numbers, "
		"samples of "
		"one session; it is what abuse desks ask for.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
