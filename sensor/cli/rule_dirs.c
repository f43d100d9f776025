#include "sensor/cli/rule_dirs.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define STOCK "/usr/share/spamassassin"
#define STOCK_LOCAL "/etc/spamassassin"
#define STOCK_UPDATES "/var/lib/spamassassin/*/updates_spamassassin_org"

void
rule_dirs_init(struct rule_dirs *d)
{
	memset(d, 0, sizeof *d);
}

static int
add(struct rule_dirs *d, const char *dir, bool stock)
{
	if (d->count == RULE_DIRS_MAX)
		return -1;
	d->sources[d->count++] = (struct rule_source){ dir, stock };
	return 0;
}

int
rule_dirs_add(struct rule_dirs *d, const char *dir)
{
	return add(d, dir, false);
}

static bool
is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The newest of what sa-update keeps, one folder a version. */
static void
find_updates(struct rule_dirs *d)
{
	glob_t found;
	if (glob(STOCK_UPDATES, 0, NULL, &found) != 0)
		return;
	const char *last = found.gl_pathv[found.gl_pathc - 1];
	if (is_folder(last) && strlen(last) < sizeof d->updates)
		snprintf(d->updates, sizeof d->updates, "%s", last);
	globfree(&found);
}

static int
add_stock(struct rule_dirs *d, struct err *err)
{
	find_updates(d);
	const char *rules = d->updates[0] != '\0' ? d->updates : STOCK;
	if (!is_folder(rules))
		return err_set(err,
			"%s: there are no stock rules here: install Debian's package spamassassin "
			"(apt install spamassassin), or name another folder with --rules",
			rules);
	if (add(d, rules, true) < 0 || (is_folder(STOCK_LOCAL) && add(d, STOCK_LOCAL, true) < 0))
		return err_set(err, "at most %d folders of rules", RULE_DIRS_MAX);
	return 0;
}

int
rule_dirs_of_config(struct rule_dirs *d, const struct config *config, struct err *err)
{
	bool given = d->count > 0 || d->stock;
	for (size_t i = 0; !given && i < config->rules_count; i++)
		if (rule_dirs_add(d, config->rules[i]) < 0)
			return err_set(err, "at most %d folders of rules", RULE_DIRS_MAX);
	if (d->stock || (!given && config->rules_stock))
		return add_stock(d, err);
	return 0;
}

int
rule_dirs_finish(struct rule_dirs *d, const char *config_file, struct err *err)
{
	config_default(&d->config);
	if (d->count == 0 && config_load(&d->config, config_file, err) < 0)
		return -1;
	return rule_dirs_of_config(d, &d->config, err);
}

void
rule_dirs_tell(const char *command, const struct rule_dirs *d, const struct rules *rules)
{
	size_t left_out = rules_left_out_count(rules), all = rules_count(rules) + left_out;
	if (rules_notices_count(rules) == 0)
		return;
	fprintf(stderr,
		"heloscope %s: of %zu rules %zu are left out, and %zu things were read over; "
		"heloscope rules check",
		command, all, left_out, rules_notices_count(rules));
	for (size_t i = 0; i < d->count; i++)
		if (!d->sources[i].stock)
			fprintf(stderr, " --rules %s", d->sources[i].path);
		else if (i == 0 || !d->sources[i - 1].stock)
			fprintf(stderr, " --stock");
	fprintf(stderr, " lists them\n");
}

void
rule_dirs_tell_hosts(const char *command, const struct rule_dirs *d, const struct rules *rules)
{
	const struct list_rules hosts = rules_of_lists(&rules);
	size_t lists;

	rule_dirs_tell(command, d, rules);
	(void)hosts.bases(hosts.ctx, &lists);
	if (lists == 0)
		fprintf(stderr,
			"heloscope %s: these rules name no blocklist (the program's own hosts.cf "
			"does): no listing is predicted\n",
			command);
}
