/* heloscope score FILE.eml... */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/base/json.h"
#include "sensor/base/text.h"
#include "sensor/cli/cli.h"
#include "sensor/cli/hits.h"
#include "sensor/cli/rule_dirs.h"
#include "sensor/analyst.h"
#include "sensor/mail/message_file.h"
#include "sensor/record_layout.h"

#define SPAM_POINTS 5.0
#define JSON_MAX (16 * 1024 * 1024) /* bytes of one line */
#define RCPTS_MAX 1000

enum {
	OPTION_JSON,
	OPTION_RULES,
	OPTION_STOCK,
	OPTION_CLIENT,
	OPTION_HELO,
	OPTION_FROM,
	OPTION_RCPT,
	OPTION_PARTS,
	OPTION_CONFIG,
};
static const struct cli_option options[] = {
	[OPTION_JSON] = { "json", 0, NULL, "one JSON object a line" },
	[OPTION_RULES] = { "rules", 0, "DIR",
		"folder of *.cf files instead of the configured ones; may be repeated" },
	[OPTION_STOCK] = { "stock", 0, NULL, RULE_DIRS_STOCK_HELP },
	[OPTION_CLIENT] = { "client", 0, "ADDR", "address of the client that brought the mail" },
	[OPTION_HELO] = { "helo", 0, "NAME", "its HELO name" },
	[OPTION_FROM] = { "from", 0, "ADDR", "MAIL FROM" },
	[OPTION_RCPT] = { "rcpt", 0, "ADDR", "RCPT TO; may be repeated" },
	[OPTION_PARTS] = { "parts", 0, NULL, "show hits of the parts of rules (__NAME), too" },
	[OPTION_CONFIG] = { "config", 0, "FILE", "configuration" },
};

struct job {
	const struct cli_command *self;
	bool json, parts;
	struct addr client;
	const char *helo, *from; /* NULL = not given */
	const char *rcpts[RCPTS_MAX];
	size_t rcpts_count;
	const char **files; /* argc of them fit */
	size_t files_count;
	struct rule_dirs dirs;
	const char *config;
	struct analyst *analyst;
	struct counters counters;
};

static int
read_file(const char *path, struct buf *out)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(path, "rb");
	if (f == NULL)
		return -1;
	uint8_t block[65536];
	size_t n;
	while ((n = fread(block, 1, sizeof block, f)) > 0 && out->lost == 0)
		buf_add(out, slice_of(block, n));
	int result = ferror(f) ? -1 : 0, why = errno;
	if (!is_stdin)
		fclose(f);
	errno = why;
	return result;
}

/* What the last server wrote into the file. */
static void
envelope_of_file(
	const struct message_trace *trace, struct session_record *session, struct mail_record *mail)
{
	if (trace->mail_from != NULL)
		mail->mail_from = trace->mail_from;
	session->helo_name = trace->received.helo;
	addr_parse(slice_str(trace->received.ip), &session->client.addr);
	session->start = mail->start = trace->time;
}

/* What the options say goes before what the file says. */
static void
envelope_of_options(const struct job *job, struct session_record *session, struct mail_record *mail,
	struct arena *arena)
{
	if (job->client.family != ADDR_NONE)
		session->client.addr = job->client;
	if (job->helo != NULL)
		session->helo_name = job->helo;
	if (job->from != NULL)
		mail->mail_from = job->from;
	for (size_t i = 0; i < job->rcpts_count; i++) {
		struct recipient *r = ARENA_PUSH(arena, mail->rcpts, RCPTS_MAX);
		if (r == NULL)
			break;
		record_init(&layout_recipient, r);
		r->address = text_clean(arena, slice_str(job->rcpts[i]), LIMIT_HEADER_TEXT);
		r->disposition = DISPOSITION_ACCEPTED;
	}
	mail->transfer = TRANSFER_DATA;
}

/* A mail that came from elsewhere than the file says was delivered otherwise, too: what is written
 * above it is then made up from the options, as for a mail on the wire. */
static void
judge(struct job *job, struct slice wire, struct session_record *session, struct mail_record *mail,
	struct arena *arena)
{
	struct message delivered;
	struct message_trace trace;
	analyst_split(job->analyst, wire, arena, &delivered);
	message_trace_find(&delivered, arena, &trace);
	envelope_of_file(&trace, session, mail);
	envelope_of_options(job, session, mail, arena);
	mail->bytes = (int64_t)trace.content.len;
	if (job->client.family != ADDR_NONE || job->helo != NULL)
		analyst_mail(job->analyst, session, mail, trace.content, arena);
	else
		analyst_delivered(job->analyst, session, mail, &delivered, trace.fields, arena);
}

static void
print_text(const char *path, const struct mail_record *mail)
{
	printf("%s: %.1f points%s\n", path, mail->score,
		mail->score >= SPAM_POINTS ? ", spam" : "");
	hits_print(mail);
}

static void
print_json(const char *path, const struct mail_record *mail)
{
	struct buf out;
	struct json j;
	buf_init(&out, JSON_MAX);
	json_init(&j, &out);
	json_object(&j);
	json_key(&j, "type");
	json_string(&j, "score");
	json_key(&j, "file");
	json_string(&j, path);
	json_key(&j, "mail");
	record_json(&j, &layout_mail, mail, false);
	json_object_end(&j);
	puts(buf_cstr(&out));
	buf_release(&out);
}

static int
score_file(struct job *job, const char *path)
{
	struct buf file;
	struct arena arena;
	struct session_record session = { 0 };
	struct mail_record mail = { 0 };
	buf_init(&file, LIMIT_MAIL_KEPT);
	const char *fault = read_file(path, &file) < 0 ? strerror(errno) : "the file is empty";
	if (file.len == 0) {
		cli_fail(job->self, EXIT_FAILED, "%s: %s", path, fault);
		buf_release(&file);
		return -1;
	}
	arena_init(&arena, 2 * LIMIT_MAIL_MEMORY);
	record_init(&layout_session, &session);
	record_init(&layout_mail, &mail);
	struct slice wire = message_file_wire(buf_slice(&file), &arena);
	mail.cut = file.lost > 0 || wire.len > LIMIT_MAIL_KEPT;
	judge(job, slice_take(wire, LIMIT_MAIL_KEPT), &session, &mail, &arena);
	if (job->json)
		print_json(path, &mail);
	else
		print_text(path, &mail);
	if (mail.refused)
		cli_fail(job->self, EXIT_FAILED, "%s: beyond the limits, not judged", path);
	arena_release(&arena);
	buf_release(&file);
	return 0;
}

static int
take_option(struct job *job, int option, const char *value)
{
	switch (option) {
	case OPTION_JSON:
		job->json = true;
		return 0;
	case OPTION_RULES:
		if (rule_dirs_add(&job->dirs, value) == 0)
			return 0;
		return cli_fail(
			job->self, EXIT_USAGE, "at most %d folders of rules", RULE_DIRS_MAX);
	case OPTION_STOCK:
		job->dirs.stock = true;
		return 0;
	case OPTION_CLIENT:
		if (addr_parse(slice_str(value), &job->client) == 0)
			return 0;
		return cli_fail(job->self, EXIT_USAGE, "--client %s: no IP address", value);
	case OPTION_HELO:
		job->helo = value;
		return 0;
	case OPTION_FROM:
		job->from = value;
		return 0;
	case OPTION_RCPT:
		if (job->rcpts_count == RCPTS_MAX)
			return cli_fail(job->self, EXIT_USAGE, "at most %d recipients", RCPTS_MAX);
		job->rcpts[job->rcpts_count++] = value;
		return 0;
	case OPTION_PARTS:
		job->parts = true;
		return 0;
	case OPTION_CONFIG:
		job->config = value;
		return 0;
	}
	return EXIT_USAGE;
}

/* All options first, so that they hold for every file. False and *status where the command ends
 * here. */
static bool
read_arguments(struct job *job, int argc, char **argv, int *status)
{
	struct cli_args args = cli_args(job->self, argc, argv);
	*status = EXIT_DONE;
	for (int option; (option = cli_next(&args)) != CLI_END;) {
		if (option == CLI_HELP || option == CLI_WRONG) {
			*status = option == CLI_HELP ? EXIT_DONE : EXIT_USAGE;
			return false;
		}
		if (option == CLI_OPERAND)
			job->files[job->files_count++] = args.value;
		else if ((*status = take_option(job, option, args.value)) != 0)
			return false;
	}
	if (job->files_count > 0)
		return true;
	*status = cli_fail(job->self, EXIT_USAGE, "a message file is expected");
	return false;
}

static int
score_files(struct job *job)
{
	struct err err = { "" };
	int status = EXIT_DONE;
	if (rule_dirs_finish(&job->dirs, job->config, &err) < 0)
		return cli_fail(job->self, EXIT_FAILED, "%s", err.text);
	struct analyst_config config = { .rules = job->dirs.sources,
		.rules_count = job->dirs.count,
		.privacy_off = true,
		.parts = job->parts };
	job->analyst = analyst_new(&config, &job->counters, &err);
	if (job->analyst == NULL)
		return cli_fail(job->self, EXIT_FAILED, "%s", err.text);
	rule_dirs_tell("score", &job->dirs, analyst_rules(job->analyst));
	for (size_t i = 0; i < job->files_count; i++)
		if (score_file(job, job->files[i]) < 0)
			status = EXIT_FAILED;
	if (job->counters.value[COUNTER_rules_gave_up] > 0)
		fprintf(stderr,
			"heloscope score: %lld regular expressions gave up at their limit\n",
			(long long)job->counters.value[COUNTER_rules_gave_up]);
	analyst_free(job->analyst);
	return status;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct job job = { .self = self };
	int status;
	rule_dirs_init(&job.dirs);
	job.files = must_alloc((size_t)argc * sizeof *job.files);
	if (read_arguments(&job, argc, argv, &status))
		status = score_files(&job);
	free(job.files);
	return status;
}

const struct cli_command cmd_score = {
	.name = "score",
	.args = "FILE.eml...",
	.summary = "judge message files: which rules hit, and why",
	.text = "Prints each file's points and the rules that hit, with their sentences; 5.0 "
		"points and more mean spam. \"-\" reads standard input. "
		"The envelope is what the options say; without them it is read from Return-Path "
		"and the topmost Received field of a client outside, "
		"and the fields that the receiving server added are not judged.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
