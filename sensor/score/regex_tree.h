/* The shape of a regular expression: what it is made of, for whoever needs to know what a match
 * must contain (literal.h) or how much work one may be (regex_effort.h).  It matches nothing
 * itself.
 *
 * Source: pcre2pattern(3) without UTF: sequences, alternatives, classes, repeats, groups, inline
 *         flags, assertions, comments.
 * Input:  expressions of the administrator that PCRE2 has compiled already.
 * Output: a tree, or NULL for what is not understood (conditions, verbs, control beyond it): then
 *         nothing is known, and nobody may conclude anything.
 * Memory: the caller's arena. */
#ifndef HELOSCOPE_SCORE_REGEX_TREE_H
#define HELOSCOPE_SCORE_REGEX_TREE_H

#include "sensor/base/arena.h"
#include "sensor/score/regex_class.h"

#define REGEX_MANY 65535U /* no upper bound */

enum regex_kind {
	REGEX_NOTHING,	/* an anchor or assertion: no bytes; what is inside of one is its child */
	REGEX_BYTE,	/* one byte of a set */
	REGEX_SEQUENCE, /* its children, one behind the other */
	REGEX_CHOICE,	/* one of its children */
	REGEX_REPEAT,	/* its only child, least to most times */
	REGEX_UNKNOWN,	/* any bytes, any number of them: a back reference, a recursion */
};

struct regex_node {
	enum regex_kind kind;
	struct byte_set set;
	unsigned least, most; /* REGEX_REPEAT */
	bool atomic;	      /* never tried again: a possessive repeat, (?>…), an assertion */
	size_t end;	/* offset behind it in the expression: a repeat, a choice in parentheses */
	bool stacked;	/* another repeat begins there */
	bool counted;	/* has a callout behind it: regex_effort.h */
	bool elsewhere; /* "(?&name)": its child stands at another place of the expression */
	struct regex_node *children, *next;
};

/* flags: of i m s x. */
struct regex_node *regex_tree(struct slice expression, struct slice flags, struct arena *arena);

#endif
