/* Regular expressions whose work is limited.  Implemented in score_pcre2.c.
 *
 * Source: pcre2pattern(3), pcre2api(3), pcre2jit(3); bytes, not UTF-8, so that raw headers can be
 *         matched.
 * Input:  expressions are the administrator's; subjects are hostile.
 * Limits: steps are counted, not time, so that the same mail gives the same result on every run:
 *         LIMIT_REGEX_MATCH of one beginning, LIMIT_REGEX_STEPS of one match, LIMIT_RULE_STEPS of
 *         all that is matched from one patterns_begin() to the next.  A step is about a nanosecond.
 * Memory: heap; one struct patterns holds what all expressions of a process share (not for two
 *         threads at once). */
#ifndef HELOSCOPE_SCORE_PATTERN_H
#define HELOSCOPE_SCORE_PATTERN_H

#include "sensor/base/err.h"
#include "sensor/score/literal.h"

struct patterns;
struct pattern;

enum pattern_result {
	PATTERN_MISS,
	PATTERN_HIT,
	PATTERN_GAVE_UP, /* a limit was reached: neither one nor the other */
};

struct patterns *patterns_new(void);
void patterns_free(struct patterns *p);
/* Compiled to machine code?  False where writable and executable memory is refused: everything
 * works, at a thirtieth of the speed. */
bool patterns_jit(const struct patterns *p);

/* A new mail: so many steps are allowed for all its matches. */
void patterns_begin(const struct patterns *p, uint64_t steps);
/* Since then: steps used; matches that gave up; is the allowance used up? */
uint64_t patterns_steps(const struct patterns *p);
size_t patterns_gave_up(const struct patterns *p);
bool patterns_exhausted(const struct patterns *p);

/* flags: of i m s x.  NULL and err. */
struct pattern *pattern_new(
	struct patterns *p, struct slice expression, struct slice flags, struct err *err);
/* Byte of the expression that the pattern_new() which failed last stopped at. */
size_t patterns_fault(const struct patterns *p);
void pattern_free(struct pattern *p);
/* What each of its matches contains, or NULL: literal.h. */
const struct needs *pattern_needs(const struct pattern *p);

enum pattern_result pattern_match(
	const struct patterns *shared, const struct pattern *p, struct slice subject);
/* Where in its subject the expression that matched last did so: bytes [*from, *to). */
void pattern_found(const struct patterns *shared, size_t *from, size_t *to);
/* The next match from *from on, where the one before ended; moves *from behind it.  After an empty
 * match the next is not empty, or begins further on.  Begin with *from 0 and *again false. */
enum pattern_result pattern_next(const struct patterns *shared, const struct pattern *p,
	struct slice subject, size_t *from, bool *again);

#endif
