/* How much work one match of a regular expression may be, and where to count it.
 *
 * PCRE2's own limit counts from anew at each place where a match may begin, and not what a repeat
 * runs over.  So an expression that can be much work is compiled with a callout, "(?C1)", at each
 * place where it may go on in more than one way, and the work is counted there.
 *
 * Input:  a tree (regex_tree.h) and its expression.
 * Output: steps, a byte compared or so each; what is beyond REGEX_EFFORT_MOST is that much.
 * Memory: the caller's arena. */
#ifndef HELOSCOPE_SCORE_REGEX_EFFORT_H
#define HELOSCOPE_SCORE_REGEX_EFFORT_H

#include "sensor/score/regex_tree.h"

#define REGEX_EFFORT_MOST 1e9

/* Of one beginning, until all ways are tried. */
double regex_effort(const struct regex_node *tree);
/* Chooses where the callouts are.  Steps between two of them, about. */
double regex_count(struct regex_node *tree);
/* The expression with its callouts. */
struct slice regex_counted(
	struct slice expression, const struct regex_node *tree, struct arena *arena);

#endif
