#include "sensor/cli/rule_dirs.h"

void
rule_dirs_init(struct rule_dirs *d)
{
	d->count = 0;
}

int
rule_dirs_add(struct rule_dirs *d, const char *dir)
{
	if (d->count == RULE_DIRS_MAX)
		return -1;
	d->dirs[d->count++] = dir;
	return 0;
}

int
rule_dirs_finish(struct rule_dirs *d, const char *config_file, struct err *err)
{
	if (d->count > 0)
		return 0;
	config_default(&d->config);
	if (config_load(&d->config, config_file, err) < 0)
		return -1;
	for (size_t i = 0; i < d->config.rules_count; i++)
		d->dirs[d->count++] = d->config.rules[i];
	return 0;
}
