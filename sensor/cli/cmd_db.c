/* heloscope db check|migrate|prune|backup */
#include <stdio.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/cli/reading.h"

enum { OPTION_STORE, OPTION_CONFIG, OPTION_SESSIONS, OPTION_HOURS, OPTION_EVIDENCE };
static const struct cli_option options[] = {
	[OPTION_STORE] = READING_STORE_OPTION,
	[OPTION_CONFIG] = READING_CONFIG_OPTION,
	[OPTION_SESSIONS] = { "sessions-days", 0, "DAYS",
		"prune: keep sessions and mails so long; 0 = for ever" },
	[OPTION_HOURS] = { "hours-days", 0, "DAYS", "prune: keep hosts and their hours so long" },
	[OPTION_EVIDENCE] = { "evidence-days", 0, "DAYS",
		"prune: keep refusals and listings so long" },
};

struct db_job {
	const struct cli_command *self;
	const char *store_file, *config_file;
	const char *action, *operand;			  /* NULL = not given */
	int64_t sessions_days, hours_days, evidence_days; /* -1 = as configured */
	struct config config;
};

static void
print_line(void *ctx, const char *text)
{
	(void)ctx;
	printf("  %s\n", text);
}

static int
check(struct db_job *job, struct err *err)
{
	printf("%s\n", job->config.store);

	int found = store_check(job->config.store, print_line, NULL, err);

	if (found == 0)
		printf("  sound, schema version %d\n", store_schema_version());
	if (found == 1)
		return cli_fail(job->self, EXIT_DAMAGED,
			"%s is damaged: move it and its -wal file aside, then start anew or from a "
			"backup",
			job->config.store);
	return found == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int
migrate(struct db_job *job, struct err *err)
{
	int from, to;

	if (store_migrate(job->config.store, &from, &to, err) != 0)
		return EXIT_FAILED;
	if (from == to)
		printf("%s has schema version %d, which is the newest\n", job->config.store, to);
	else
		printf("%s: schema version %d became %d\n", job->config.store, from, to);
	return EXIT_DONE;
}

static int
prune_store(struct db_job *job, struct store *s, struct err *err)
{
	const struct store_retention keep = {
		.sessions_days = job->sessions_days < 0 ? job->config.keep_sessions_days
							: (int)job->sessions_days,
		.hours_days =
			job->hours_days < 0 ? job->config.keep_hours_days : (int)job->hours_days,
		.evidence_days = job->evidence_days < 0 ? job->config.keep_evidence_days
							: (int)job->evidence_days,
	};
	struct store_totals totals;
	char until[PTIME_TEXT_MAX];
	int64_t rows;

	/* Counted from the last session, not from today: a store of an old capture stays whole. */
	if (query_totals(s, &totals, err) != 0 ||
		store_prune(s, &keep, totals.last, &rows, err) != 0)
		return EXIT_FAILED;
	printf("%s: %lld rows went, of what was older on %s than: sessions and mails %d, hosts and "
	       "hours %d, evidence %d days (0 = for ever)\n",
		job->config.store, (long long)rows, ptime_format(totals.last, until),
		keep.sessions_days, keep.hours_days, keep.evidence_days);
	return EXIT_DONE;
}

static int
prune(struct db_job *job, struct err *err)
{
	struct store *s;

	/* Only a store that is there is pruned: opening it for writing would make one. */
	if (store_open_reader(job->config.store, &s, err) != 0)
		return EXIT_FAILED;
	store_close(s);
	if (store_open(job->config.store, job->config.sensor, &s, err) != 0)
		return EXIT_FAILED;

	int result = prune_store(job, s, err);

	store_close(s);
	return result;
}

static int
backup(struct db_job *job, struct err *err)
{
	if (job->operand == NULL)
		return cli_fail(job->self, EXIT_USAGE, "backup to which file?");
	if (store_backup(job->config.store, job->operand, err) != 0)
		return EXIT_FAILED;
	printf("%s was copied to %s\n", job->config.store, job->operand);
	return EXIT_DONE;
}

static const struct {
	const char *name;
	int (*run)(struct db_job *job, struct err *err);
} actions[] = {
	{ "check", check },
	{ "migrate", migrate },
	{ "prune", prune },
	{ "backup", backup },
};

static int
take_days(struct db_job *job, int option, const char *value, int64_t *out)
{
	if (slice_number(slice_str(value), out) == 0 && *out <= 36500)
		return 0;
	return cli_fail(job->self, EXIT_USAGE, "--%s %s: not a number of days",
		options[option].name, value);
}

static int
take_option(struct db_job *job, int option, const char *value)
{
	switch (option) {
	case OPTION_STORE:
		job->store_file = value;
		return 0;
	case OPTION_CONFIG:
		job->config_file = value;
		return 0;
	case OPTION_SESSIONS:
		return take_days(job, option, value, &job->sessions_days);
	case OPTION_HOURS:
		return take_days(job, option, value, &job->hours_days);
	case OPTION_EVIDENCE:
		return take_days(job, option, value, &job->evidence_days);
	}
	return EXIT_USAGE;
}

static int
take_operand(struct db_job *job, const char *value)
{
	if (job->action == NULL)
		job->action = value;
	else if (job->operand == NULL && strcmp(job->action, "backup") == 0)
		job->operand = value;
	else
		return cli_fail(job->self, EXIT_USAGE, "one argument too many: %s", value);
	return 0;
}

static int
act(struct db_job *job)
{
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		if (strcmp(actions[i].name, job->action) != 0)
			continue;
		if (reading_config(job->store_file, job->config_file, &job->config, &err) != 0)
			return cli_fail(job->self, EXIT_FAILED, "%s", err.text);

		int result = actions[i].run(job, &err);

		return result == EXIT_FAILED ? cli_fail(job->self, EXIT_FAILED, "%s", err.text)
					     : result;
	}
	return cli_fail(job->self, EXIT_USAGE, "%s: check, migrate, prune and backup are known",
		job->action);
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct db_job job = {
		.self = self, .sessions_days = -1, .hours_days = -1, .evidence_days = -1
	};
	struct cli_args args = cli_args(self, argc, argv);
	int option, result = 0;

	while (result == 0 && (option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP)
			return EXIT_DONE;
		if (option == CLI_WRONG)
			return EXIT_USAGE;
		result = option == CLI_OPERAND ? take_operand(&job, args.value)
					       : take_option(&job, option, args.value);
	}
	if (result != 0)
		return result;
	if (job.action == NULL)
		return cli_fail(self, EXIT_USAGE, "check, migrate, prune or backup?");
	return act(&job);
}

const struct cli_command cmd_db = {
	.name = "db",
	.args = "check|migrate|prune|backup [FILE]",
	.summary = "Look after the store",
	.text = "check    reads every page and every record and says what is wrong; exit status 1 "
		"if anything is\n"
		"migrate  brings an older store to the schema of this version; opening it for "
		"writing does the same\n"
		"prune    deletes what is older than the retention of the configuration, counted "
		"from the last session\n"
		"backup   copies the store to FILE as of this moment, while the sensor runs; "
		"overwrites nothing",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
