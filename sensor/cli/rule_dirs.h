/* Folders of rules for a command: those given by --rules and --stock, else those of the
 * configuration. */
#ifndef HELOSCOPE_CLI_RULE_DIRS_H
#define HELOSCOPE_CLI_RULE_DIRS_H

#include "sensor/cli/config.h"
#include "sensor/score/score.h"

#define RULE_DIRS_MAX 16

#define RULE_DIRS_STOCK_HELP "the rules that Debian's package spamassassin installs"

struct rule_dirs {
	struct rule_source sources[RULE_DIRS_MAX];
	size_t count;
	bool stock;	      /* --stock was given */
	char updates[512];    /* what a source may point into: newer stock rules, from sa-update */
	struct config config; /* likewise */
};

void rule_dirs_init(struct rule_dirs *d);
/* 0, or -1 when there is no room. */
int rule_dirs_add(struct rule_dirs *d, const char *dir);
/* Adds the folders of the stock rules, and fills in the configuration's if nothing was given. 0, or
 * -1 and err. config_file NULL: the default one. */
int rule_dirs_finish(struct rule_dirs *d, const char *config_file, struct err *err);
/* The same for a configuration that is read already, and --stock. */
int rule_dirs_of_config(struct rule_dirs *d, const struct config *config, struct err *err);

/* "heloscope NAME: 62 rules of 4079 were left out (heloscope rules check --stock lists them)": one
 * line on stderr, if there is something to say. */
void rule_dirs_tell(const char *command, const struct rule_dirs *d, const struct rules *rules);
/* The same where hosts are judged, and that no listing is predicted where no list is named. */
void rule_dirs_tell_hosts(const char *command, const struct rule_dirs *d, const struct rules *rules);

#endif
