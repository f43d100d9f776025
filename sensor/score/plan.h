/* How the rules are run: which look at the same text, which of them must be tried on it, which
 * metas depend on which rules.  Made once, when all rule files are read.
 *
 * Memory: heap; the plan belongs to its rules. */
#ifndef HELOSCOPE_SCORE_PLAN_H
#define HELOSCOPE_SCORE_PLAN_H

#include "sensor/score/prefilter.h"
#include "sensor/score/rules.h"

struct id_list {
	uint32_t *ids; /* indices of rules */
	size_t count, cap;
};

/* Rules that look at the same text. */
struct plan_group {
	struct id_list rules;	/* with an expression */
	struct id_list negated; /* those of them with !~ */
	struct id_list present; /* that hit where the field is there */
	struct id_list absent;	/* that hit where it is not; of parts: whose expression does */
	struct prefilter *filter;
};

struct plan {
	struct plan_group body, body_only; /* with and without the Subject */
	struct plan_group raw, uris;
	struct plan_group full[2];	   /* as sent, as delivered */
	struct plan_group *targets, *mime; /* of each of rules.targets */
	uint64_t *names;		   /* of each target: name_bits() of its fields */
	struct id_list others;		   /* session, fault, eval */
	struct id_list metas;		   /* each behind those that it names */
	double *defaults;		   /* of each rule: its value where nothing hits */
	size_t *dependents_of; /* of each rule: where in dependents its metas begin; one more */
	uint32_t *dependents;
	struct prefilter_scratch scratch;
};

struct plan *plan_new(const struct rules *r);
void plan_free(struct plan *p, size_t targets);

/* A bit of 64 for a field's name: where it is not set, there is no such field. */
uint64_t name_bit(struct slice name);

#endif
