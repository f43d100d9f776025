/* What stands out at a host, each with a strength and sentences: the observations from which causes
 * and likelihoods follow.
 *
 * Input:  facts (facts.h). Texts in them are clean, but the attacker's.
 * Output: strength 0..1 and at most OBSERVED_SAID sentences of less than OBSERVED_TEXT bytes each;
 * none when facts are quiet. */
#ifndef HELOSCOPE_HOST_OBSERVE_H
#define HELOSCOPE_HOST_OBSERVE_H

#include "sensor/host/facts.h"
#include "sensor/host/signs.h"

#define OBSERVED_SAID 3
#define OBSERVED_TEXT 400 /* bytes */

enum observable {
#define X(name, function, concern, basis, text) OBS_##name,
	OBSERVABLES(X)
#undef X
		OBS_COUNT
};

struct observation {
	double strength;
	const char *said[OBSERVED_SAID];
	size_t said_count;
};

struct observed {
	struct observation of[OBS_COUNT];
};

void observe(const struct facts *f, struct observed *out);
bool observable_is_concern(enum observable which);
/* What must be seen for it. */
enum visibility observable_basis(enum observable which);

/* For the files that observe: adds a sentence; nothing when quiet. */
void observe_say(const struct facts *f, struct observation *o, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
#define OBSERVED_TIME 32
/* "2008-06-12 03:04 UTC"; returns out. */
const char *observe_time(int64_t time, char out[OBSERVED_TIME]);
/* 0 at or below low, 1 at or above high, straight between. */
double ramp(double value, double low, double high);
double share_of(int64_t part, int64_t whole);
/* How far what the lengths of TLS records say of refusals is believed: a server that words its
 * acceptances as others word refusals is misread each time, so one alone says little, and four
 * agree. */
double estimates_agree(const struct facts *f);

/* The observers, in observe_*.c by what they look at. */
#define X(name, function, concern, basis, text)                                                           \
	void observe_##function(const struct facts *f, struct observation *o);
OBSERVABLES(X)
#undef X

#endif
