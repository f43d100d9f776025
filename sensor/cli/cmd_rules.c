/* heloscope rules check|list|explain NAME|fields */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/clock.h"
#include "sensor/cli/cli.h"
#include "sensor/cli/rule_dirs.h"
#include "sensor/cli/rules_show.h"

enum {
	OPTION_RULES,
	OPTION_STOCK,
	OPTION_KIND,
	OPTION_JSON,
	OPTION_SUPPORTED,
	OPTION_TESTS,
	OPTION_CONFIG
};
static const struct cli_option options[] = {
	[OPTION_RULES] = { "rules", 0, "DIR",
		"folder of *.cf files, or one file, instead of the configured ones; may be "
		"repeated" },
	[OPTION_STOCK] = { "stock", 0, NULL, RULE_DIRS_STOCK_HELP },
	[OPTION_KIND] = { "kind", 0, "KIND", "list: only those (header, meta, \"body eval\", …)" },
	[OPTION_JSON] = { "json", 0, NULL, "list: one JSON object a line, with all rules" },
	[OPTION_SUPPORTED] = { "supported", 0, NULL,
		"list: columns for scripts, with all rules: name, kind, points, place, and yes or "
		"why not" },
	[OPTION_TESTS] = { "tests", 0, NULL, "check: run the test lines of the files, too" },
	[OPTION_CONFIG] = { "config", 0, "FILE", "configuration" },
};

struct job {
	const struct cli_command *self;
	struct rule_dirs dirs;
	struct rules_filter filter;
	bool tests;
	const char *what, *name, *config;
};

static int
take(struct job *job, int option, const char *value)
{
	switch (option) {
	case OPTION_STOCK:
		job->dirs.stock = true;
		break;
	case OPTION_KIND:
		job->filter.kind = value;
		break;
	case OPTION_JSON:
		job->filter.json = true;
		break;
	case OPTION_SUPPORTED:
		job->filter.supported = true;
		break;
	case OPTION_TESTS:
		job->tests = true;
		break;
	case OPTION_CONFIG:
		job->config = value;
		break;
	case OPTION_RULES:
		if (rule_dirs_add(&job->dirs, value) < 0)
			return cli_fail(job->self, EXIT_USAGE, "at most %d folders of rules",
				RULE_DIRS_MAX);
		break;
	case CLI_OPERAND:
		if (job->name != NULL)
			return cli_fail(job->self, EXIT_USAGE, "'%s' is too much", value);
		*(job->what == NULL ? &job->what : &job->name) = value;
		break;
	}
	return EXIT_DONE;
}

static int
check_usage(const struct job *job)
{
	static const char *const words[] = { "check", "list", "explain", "fields" };
	bool known = false;
	for (size_t i = 0; job->what != NULL && i < sizeof words / sizeof *words; i++)
		known = known || strcmp(job->what, words[i]) == 0;
	if (!known)
		return cli_fail(
			job->self, EXIT_USAGE, "check, list, explain NAME or fields is expected");
	bool explain = strcmp(job->what, "explain") == 0;
	if (explain && job->name == NULL)
		return cli_fail(job->self, EXIT_USAGE, "explain NAME: which rule?");
	if (!explain && job->name != NULL)
		return cli_fail(job->self, EXIT_USAGE, "'%s' is too much", job->name);
	return EXIT_DONE;
}

/* Bytes of memory in use; 0 = not known. */
static double
memory_mib(void)
{
	long all = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%ld %ld", &all, &resident) != 2)
		resident = 0;
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

static int
show(const struct job *job, const struct rules *rules, int64_t ns, double mib)
{
	if (strcmp(job->what, "list") == 0) {
		rules_show_list(rules, &job->filter);
		return EXIT_DONE;
	}
	if (strcmp(job->what, "explain") == 0)
		return rules_show_explain(rules, job->name) == 0
			       ? EXIT_DONE
			       : cli_fail(job->self, EXIT_FAILED, "there is no rule %s", job->name);
	bool ours = rules_show_check(rules);
	printf("read in %.2f s, %.1f MiB\n", (double)ns / (double)PTIME_SECOND, mib);
	if (job->tests && rules_show_tests(rules) > 0)
		ours = true;
	return ours ? EXIT_DAMAGED : EXIT_DONE;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct cli_args args = cli_args(self, argc, argv);
	struct job job = { .self = self };
	struct err err = { "" };
	int status = EXIT_DONE;
	rule_dirs_init(&job.dirs);
	for (int option; status == EXIT_DONE && (option = cli_next(&args)) != CLI_END;) {
		if (option == CLI_HELP)
			return EXIT_DONE;
		if (option == CLI_WRONG)
			return EXIT_USAGE;
		status = take(&job, option, args.value);
	}
	if (status == EXIT_DONE)
		status = check_usage(&job);
	if (status != EXIT_DONE)
		return status;
	if (strcmp(job.what, "fields") == 0) {
		rules_show_fields();
		return EXIT_DONE;
	}
	if (rule_dirs_finish(&job.dirs, job.config, &err) < 0)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	double before = memory_mib();
	int64_t start = clock_ns(CLOCK_MONOTONIC);
	struct rules *rules = rules_load(job.dirs.sources, job.dirs.count, &err);
	if (rules == NULL)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	status = show(&job, rules, clock_ns(CLOCK_MONOTONIC) - start, memory_mib() - before);
	rules_free(rules);
	return status;
}

const struct cli_command cmd_rules = {
	.name = "rules",
	.args = "check|list|explain NAME|fields",
	.summary = "read the rules and say what is wrong; list or explain them",
	.text = "check reads the *.pre and *.cf files in the order in which the sensor would.  A "
		"mistake is named FILE:LINE:COLUMN, and ends it (status 3); of the stock rules it "
		"costs only that rule.  What was read over (words, tests and plugins that are not "
		"known, rules defined twice, names that are no rule) is listed once each with its "
		"first place, then counts by kind, time and memory; status 1 if any of it is in "
		"rules other than the stock ones.  With --tests each `test NAME ok|fail TEXT` line "
		"is tried on the rule's expression.\n\n"
		"list prints points, kind, name and sentence of every rule; a label in brackets "
		"says what a mail is rather than how bad.  Blocklists stand with the log-odds of a "
		"host of which nothing is known, and rules on hosts with what they add to each "
		"list.\n\n"
		"explain NAME prints where a rule is defined, its sentence, source, points and "
		"label, which rules use it, and the tree of what it is made of, down to "
		"expressions and fields.  Of a list it prints the rules that weigh it, heaviest "
		"first.\n\n"
		"fields lists what rules can look at: fields of a session, faults, tests in C, and "
		"numbers and signs of a host.\n\n"
		"A running sensor reads its rules again on SIGHUP (systemctl reload heloscope).",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
