/* heloscope rules check|list */
#include <stdio.h>
#include <string.h>

#include "sensor/cli/cli.h"
#include "sensor/cli/rule_dirs.h"
#include "sensor/score/score.h"

enum { OPTION_RULES, OPTION_STOCK, OPTION_CONFIG };
static const struct cli_option options[] = {
	[OPTION_RULES] = { "rules", 0, "DIR",
		"folder of *.cf files instead of the configured ones; may be repeated" },
	[OPTION_STOCK] = { "stock", 0, NULL, RULE_DIRS_STOCK_HELP },
	[OPTION_CONFIG] = { "config", 0, "FILE", "configuration" },
};

static void
print_list(const struct rules *rules)
{
	for (size_t i = 0; i < rules_count(rules); i++) {
		struct rule_info info;
		rules_info(rules, i, &info);
		if (info.hidden)
			continue;
		bool labelled = *info.label != '\0';
		printf("%6.2f  %-8s %-24s %s%s%s%s\n", info.score, info.kind, info.name,
			info.describe, labelled ? " [" : "", info.label, labelled ? "]" : "");
	}
}

static void
print_summary(const struct rules *rules)
{
	size_t hidden = 0;
	for (size_t i = 0; i < rules_count(rules); i++) {
		struct rule_info info;
		rules_info(rules, i, &info);
		hidden += info.hidden;
	}
	for (size_t i = 0; i < rules_notices_count(rules); i++) {
		const struct rule_notice *n = rules_notice_at(rules, i);
		printf("%s:%d:%zu: %s %s (%zu times)\n", n->file, n->line, n->column, n->subject,
			n->text, n->times);
	}
	printf("%zu rules and %zu parts of rules are in order, %zu left out\n",
		rules_count(rules) - hidden, hidden, rules_left_out_count(rules));
	if (!rules_jit(rules))
		printf("regular expressions are not compiled to machine code here: thirty times as "
		       "slow\n");
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct cli_args args = cli_args(self, argc, argv);
	struct rule_dirs dirs;
	const char *what = NULL, *config = NULL;
	struct err err = { "" };
	rule_dirs_init(&dirs);
	for (int option; (option = cli_next(&args)) != CLI_END;) {
		if (option == CLI_HELP)
			return EXIT_DONE;
		if (option == CLI_WRONG)
			return EXIT_USAGE;
		if (option == OPTION_STOCK)
			dirs.stock = true;
		else if (option == OPTION_CONFIG)
			config = args.value;
		else if (option == OPTION_RULES && rule_dirs_add(&dirs, args.value) < 0)
			return cli_fail(
				self, EXIT_USAGE, "at most %d folders of rules", RULE_DIRS_MAX);
		else if (option == CLI_OPERAND && what != NULL)
			return cli_fail(self, EXIT_USAGE, "one of check or list");
		else if (option == CLI_OPERAND)
			what = args.value;
	}
	if (what == NULL || (strcmp(what, "check") != 0 && strcmp(what, "list") != 0))
		return cli_fail(self, EXIT_USAGE, "check or list is expected");
	if (rule_dirs_finish(&dirs, config, &err) < 0)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	struct rules *rules = rules_load(dirs.sources, dirs.count, &err);
	if (rules == NULL)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	if (strcmp(what, "list") == 0)
		print_list(rules);
	else
		print_summary(rules);
	rules_free(rules);
	return EXIT_DONE;
}

const struct cli_command cmd_rules = {
	.name = "rules",
	.args = "check|list",
	.summary = "read the rules and say what is wrong, or list them",
	.text = "check reads every *.cf file in the order in which the sensor would and names the "
		"first mistake as FILE:LINE. "
		"list prints points, kind, name and sentence of every rule; a label in brackets "
		"says what a mail is rather than how bad.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
