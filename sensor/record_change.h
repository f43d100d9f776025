/* Changes of verdicts: what the store tells of them to whoever tells people.
 *
 * Texts:  clean, and theirs who call; they live until the call returns. */
#ifndef HELOSCOPE_RECORD_CHANGE_H
#define HELOSCOPE_RECORD_CHANGE_H

#include "sensor/sink.h"

struct change {
	int64_t seq; /* its identity in the store */
	const char *sensor;
	struct addr host;
	int64_t time;	    /* since when the new word holds */
	int64_t noted;	    /* latest time of the packets when it was noted */
	const char *before; /* the word before, "" at the first verdict */
	enum verdict verdict;
	double risk;
	const char *cause, *summary;
};

/* A change that a target was not told yet, and what decides when it will be. */
struct change_waiting {
	struct change change;
	int32_t attempts; /* begun so far */
	int64_t tried;	  /* when the last of them was noted */
	int64_t next;	  /* when it is due; 0 = nothing was noted of it so far */
	bool newest;	  /* of its host */
	bool behind;	  /* an earlier change of its host is being tried */
	bool told;	  /* the target was told of this host before: this word, then */
	enum verdict told_verdict;
	int64_t told_time;
	int64_t muted_until;  /* nobody is told of its host before then; 0 = it is not muted */
	const char *muted_by; /* who said so, "" = nobody has a name here */
};

struct change_question {
	const char *target;
	int64_t after; /* changes behind this one, of which nothing is noted */
	int64_t now;   /* and those that are due by now, or overtaken */
	int64_t limit;
};

/* "waiting", "done", "suppressed", "given-up"; out of range "waiting". */
const char *delivery_state_word(enum delivery_state v);
/* 0 and *out, or -1. */
int delivery_state_parse(struct slice word, enum delivery_state *out);

#endif
