/* Perl's regular expressions, as rule files write them, for PCRE2.
 *
 * Source: perlre(1), pcre2pattern(3); Mail::SpamAssassin::Conf(3): an expression is text, not Perl:
 *         "$" and "@" are never replaced by variables.
 * Input:  the administrator's. */
#ifndef HELOSCOPE_SCORE_RULE_REGEX_H
#define HELOSCOPE_SCORE_RULE_REGEX_H

#include "sensor/base/arena.h"
#include "sensor/base/err.h"

#define REGEX_FLAGS 12

struct rule_regex {
	struct slice expression;     /* between the delimiters, as written */
	char flags[REGEX_FLAGS + 1]; /* of i m s x n, "xx" as in Perl; others mean nothing here */
};

/* "/…/i", "m{…}", "qr(…)"; with `bare` also an expression without delimiters.  0, or -1 and err;
 * *at is the byte of the text where the fault is. */
int rule_regex_take(
	struct slice text, bool bare, struct rule_regex *out, size_t *at, struct err *err);
/* For pattern_new(): in the arena only where something had to change.  `flags` gets what is left of
 * them.  0, or -1 and err. */
int rule_regex_translate(const struct rule_regex *in, struct slice expression, struct arena *arena,
	struct slice *out, char flags[REGEX_FLAGS + 1], struct err *err);

#endif
