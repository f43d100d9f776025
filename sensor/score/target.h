/* What a `header` rule looks at: a field, a part of it, or one of the composed names.
 *
 * Source: Mail::SpamAssassin::Conf(3), "header": Field, Field:raw, Field:addr, Field:name, ALL,
 * ToCc, MESSAGEID, EnvelopeFrom. */
#ifndef HELOSCOPE_SCORE_TARGET_H
#define HELOSCOPE_SCORE_TARGET_H

#include "sensor/base/err.h"
#include "sensor/score/input.h"

enum target_part {
	TARGET_TEXT, /* unfolded, encoded words decoded */
	TARGET_RAW,  /* as sent, folding included */
	TARGET_ADDR, /* first address */
	TARGET_NAME, /* display name of the first address, without quotes */
};

struct target {
	const char *name; /* as written in the rule */
	bool delivered;	  /* of the message as delivered: input.h */
	enum target_part part;
	bool all, envelope_from; /* ALL, EnvelopeFrom */
	const char *fields[4];	 /* whose values are looked at, ending with NULL */
};

/* 0, or -1 and err. */
int target_parse(struct slice text, struct arena *arena, struct target *out, struct err *err);
/* The values, joined by line ends where there are several; *present tells an absent field from an
 * empty one. */
struct slice target_value(const struct target *t, const struct rule_input *in, bool *present);
bool target_eq(const struct target *a, const struct target *b);

#endif
