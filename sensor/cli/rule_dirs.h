/* Folders of rules for a command: those given by --rules, else those of the configuration. */
#ifndef HELOSCOPE_CLI_RULE_DIRS_H
#define HELOSCOPE_CLI_RULE_DIRS_H

#include "sensor/cli/config.h"

#define RULE_DIRS_MAX 16

struct rule_dirs {
	const char *dirs[RULE_DIRS_MAX];
	size_t count;
	struct config config; /* what dirs may point into */
};

void rule_dirs_init(struct rule_dirs *d);
/* 0, or -1 when there is no room. */
int rule_dirs_add(struct rule_dirs *d, const char *dir);
/* Fills in the configuration's if none were added. 0, or -1 and err. config_file NULL: the default
 * one. */
int rule_dirs_finish(struct rule_dirs *d, const char *config_file, struct err *err);

#endif
