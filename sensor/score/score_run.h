/* One mail against all rules.
 *
 * Every rule has a value: 0 = it did not hit, else how often it did.  Rules with an expression are
 * run text by text (score_text.c), all others one by one, metas last.  No rule's value depends on
 * the order, but where the steps that a mail may cost are used up (pattern.h). */
#ifndef HELOSCOPE_SCORE_SCORE_RUN_H
#define HELOSCOPE_SCORE_SCORE_RUN_H

#include "sensor/score/plan.h"

/* Of mail_record.gave_up: the steps of this mail were used up, and what came then was not judged.
 */
#define GAVE_UP_BUDGET "budget"

enum {
	MARK_TOUCHED = 1, /* a meta that names a rule that hit */
	MARK_MATCHED = 2, /* the expression of a rule with !~ */
	MARK_GAVE_UP = 4,
};

/* Where a rule's expression matched first: bytes [from, to) of the value. */
struct run_found {
	uint32_t id;
	struct slice value;
	size_t from, to;
};

struct run {
	const struct rules *rules;
	struct rule_input in;
	struct mail_record *mail;
	struct counters *counters;
	double *values;		 /* of each rule */
	uint8_t *marks;		 /* of each rule */
	struct run_found *found; /* of rules that are told of */
	size_t found_count, found_cap;
	bool whole; /* no bytes of the message were lost */
};

/* The rule hit, so many times. */
void run_hit(struct run *run, uint32_t id, double value);
/* The expression that was tried last matched in that text. */
void run_found(struct run *run, uint32_t id, struct slice text);
void run_gave_up(struct run *run, uint32_t id);
/* header, exists */
void run_headers(struct run *run);
/* body, rawbody, uri, full, mimeheader: there is a message. */
void run_texts(struct run *run);

#endif
