/* The ways in which a dialogue is captured: a table, a column of what run_talk prints each. */
#ifndef TESTS_TALK_VARIANTS_H
#define TESTS_TALK_VARIANTS_H

#include "talk/rig.h"

struct tally {
	int total, passed, known; /* known: tolerated, by known.c; among the passed */
};

/* What is being run, and where what fails is said. */
struct column {
	const struct talk *talk;
	const struct run *whole; /* straight through the parser */
	const struct variant *variant;
	struct rig *rig; /* of the dialogue */
	bool quiet, verbose; /* says nothing; shows the records */
	struct tally tally;
};

struct variant {
	const char *name;
	const char *what; /* a sentence */
	void (*run)(struct column *c);
};

extern const struct variant variants[];
extern const size_t variants_count;
const struct variant *variant_find(const char *name);

/* All of the dialogue's packets as the first variant has them; *count of them. */
struct wire_frame *variant_whole_frames(const struct talk *t, const struct wire *w, size_t *count);

#endif
