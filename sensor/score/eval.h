/* Tests that no regular expression can do: `header NAME eval:date_after(12)`. */
#ifndef HELOSCOPE_SCORE_EVAL_H
#define HELOSCOPE_SCORE_EVAL_H

#include "sensor/score/input.h"

struct eval {
	const char *name;
	/* Takes a number in the parentheses; `fallback` stands for an empty pair. */
	bool takes_number;
	double fallback;
	bool (*test)(const struct rule_input *in, double number);
};

/* NULL if there is none of that name. */
const struct eval *eval_find(struct slice name);

#endif
