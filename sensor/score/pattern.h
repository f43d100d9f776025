/* Regular expressions with a step limit.  Implemented in score_pcre2.c.
 *
 * Source: pcre2pattern(3), pcre2api(3); bytes, not UTF-8, so that raw headers can be matched.
 * Input:  expressions are the administrator's; subjects are hostile: a match stops after
 *         LIMIT_REGEX_MATCH steps.
 * Memory: heap; one struct patterns holds what all expressions of a process share (not for two
 *         threads at once). */
#ifndef HELOSCOPE_SCORE_PATTERN_H
#define HELOSCOPE_SCORE_PATTERN_H

#include "sensor/base/err.h"
#include "sensor/base/slice.h"

struct patterns;
struct pattern;

enum pattern_result {
	PATTERN_MISS,
	PATTERN_HIT,
	PATTERN_GAVE_UP, /* the step limit was reached */
};

struct patterns *patterns_new(void);
void patterns_free(struct patterns *p);
/* Compiled to machine code?  False where writable and executable memory is refused: everything
 * works, at a thirtieth of the speed. */
bool patterns_jit(const struct patterns *p);

/* flags: of i m s x.  NULL and err. */
struct pattern *pattern_new(
	struct patterns *p, struct slice expression, struct slice flags, struct err *err);
/* Byte of the expression that the pattern_new() which failed last stopped at. */
size_t patterns_fault(const struct patterns *p);
void pattern_free(struct pattern *p);
enum pattern_result pattern_match(
	const struct patterns *shared, const struct pattern *p, struct slice subject);

#endif
