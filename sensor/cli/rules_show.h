/* What `heloscope rules` prints of a set of rules. */
#ifndef HELOSCOPE_CLI_RULES_SHOW_H
#define HELOSCOPE_CLI_RULES_SHOW_H

#include "sensor/score/rules.h"

struct rules_filter {
	const char *kind; /* NULL = every one */
	bool json;	  /* an object a line */
	bool supported;	  /* columns for scripts, with what is left out */
};

void rules_show_list(const struct rules *r, const struct rules_filter *filter);
/* Counts, and the notices by kind.  True if something of our own rules was read over. */
bool rules_show_check(const struct rules *r);
/* Runs the `test` lines on the expressions: how many do not do what they say, told on stdout. */
size_t rules_show_tests(const struct rules *r);
/* "CSS +1.5, ABUSIX +4.8" and a newline. */
void rules_print_weights(const struct rule *rule);
/* Names that rules may use. */
void rules_show_fields(void);
/* A rule and what it is made of. -1 if there is none of that name. */
int rules_show_explain(const struct rules *r, const char *name);

#endif
