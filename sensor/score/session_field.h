/* What a `session` rule looks at: what is known of the dialogue and the envelope.
 *
 * Text fields match a regular expression (a list matches where one of its values does); numbers
 * compare.  Where nothing is known (no session, an empty value) no comparison is true, nor is
 * "!~". */
#ifndef HELOSCOPE_SCORE_SESSION_FIELD_H
#define HELOSCOPE_SCORE_SESSION_FIELD_H

#include "sensor/score/input.h"

struct session_field {
	const char *name;
	/* The n-th value, or false beyond the last; NULL for numbers. */
	bool (*text)(const struct rule_input *in, size_t n, struct slice *out);
	/* False where it is unknown; NULL for text. */
	bool (*number)(const struct rule_input *in, double *out);
};

/* NULL if there is none of that name. */
const struct session_field *session_field_find(struct slice name);
/* The n-th of all, NULL behind the last. */
const struct session_field *session_field_at(size_t n);

#endif
