/* Which of many regular expressions may match a text: one pass over it, however many they are.
 *
 * Input:  for each expression its words or places (literal.h), once; texts, hostile.
 * Output: the expressions that must be tried, in the order of the text; those of which nothing is
 *         known, always.
 * Memory: heap.  What a pass needs is in the scratch: one per process, for all filters. */
#ifndef HELOSCOPE_SCORE_PREFILTER_H
#define HELOSCOPE_SCORE_PREFILTER_H

#include "sensor/score/literal.h"

struct prefilter;

struct prefilter_seen {
	uint32_t pass;	/* that found it last ... */
	uint32_t times; /* ... so often */
};

struct prefilter_scratch {
	struct prefilter_seen *seen; /* per expression */
	uint32_t *found;	     /* in this pass */
	size_t found_count;
	uint32_t pass;
};

struct prefilter *prefilter_new(void);
void prefilter_free(struct prefilter *f);
/* id: a number below LIMIT_RULES, each once.  needs: NULL = always. */
void prefilter_add(struct prefilter *f, uint32_t id, const struct needs *needs);
/* After the last one. */
void prefilter_finish(struct prefilter *f);

void prefilter_scratch_init(struct prefilter_scratch *s);
void prefilter_scratch_release(struct prefilter_scratch *s);
/* scratch->found: what must be tried on text. */
void prefilter_scan(
	const struct prefilter *f, struct slice text, struct prefilter_scratch *scratch);

#endif
