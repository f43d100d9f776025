/* Arithmetic over rules: `meta NAME (A && !B) || C + D > 1`.
 *
 * Source: Mail::SpamAssassin::Conf(3), "meta"; the order of operators is that of perlop(1). Loosest
 *         first: ||, &&, | ^, &, == !=, < > <= >=, + -, * / %, ! and signs; parentheses, numbers,
 *         names, rules_matching(GLOB).  Our own: min(a, b), max(a, b), log(a) (natural, to a
 *         millionth), ramp(a, low, high) (0 up to low, 1 from high, straight between).
 * Input:  the administrator's; at most EXPR_STEPS steps and EXPR_DEPTH operands or operators
 *         waiting.
 * Output: steps in reverse Polish order.  A rule counts 1 where it hit and 0 where not; comparisons
 *         and logic give 1 or 0; division by zero and the logarithm of nothing give 0; & | ^ %
 *         work on whole numbers; values stay within +-EXPR_MOST, so there is no infinity and no
 *         NaN.
 * Memory: the caller's arena. */
#ifndef HELOSCOPE_SCORE_EXPR_H
#define HELOSCOPE_SCORE_EXPR_H

#include "sensor/base/arena.h"
#include "sensor/base/err.h"

#define EXPR_STEPS 4096
#define EXPR_DEPTH 64
#define EXPR_MOST 1e100

enum expr_op {
	EXPR_NUMBER,
	EXPR_NAME,
	EXPR_MATCHING, /* rules_matching(GLOB): until expr_expand() */
	EXPR_OR,
	EXPR_AND,
	EXPR_EQUAL,
	EXPR_UNEQUAL,
	EXPR_LESS,
	EXPR_GREATER,
	EXPR_LESS_EQUAL,
	EXPR_GREATER_EQUAL,
	EXPR_PLUS,
	EXPR_MINUS,
	EXPR_TIMES,
	EXPR_DIVIDE,
	EXPR_MODULO,
	EXPR_BIT_OR,
	EXPR_BIT_XOR,
	EXPR_BIT_AND,
	EXPR_NEGATE,
	EXPR_NOT,
	EXPR_OPEN,
	EXPR_MIN,
	EXPR_MAX,
	EXPR_LOG,
	EXPR_RAMP,
};

struct expr_step {
	enum expr_op op;
	double number;	   /* EXPR_NUMBER */
	struct slice name; /* EXPR_NAME, or the glob; points into the text parsed */
	size_t rule;	   /* EXPR_NAME: set by who resolves names */
};

struct expr {
	struct expr_step *steps;
	size_t steps_count, steps_cap;
	bool absence; /* can become true because a rule did not hit */
	size_t fault; /* byte of the text where expr_parse() stopped */
};

/* 0, or -1 and err (without file and line). */
int expr_parse(struct slice text, struct arena *arena, struct expr *out, struct err *err);
/* Each rules_matching() by the sum of the names that name(ctx, n) gives (empty = no more) and the
 * glob matches; 0 if there are none. 0, or -1 and err. */
int expr_expand(struct expr *e, struct slice (*name)(void *ctx, size_t n), void *ctx,
	struct arena *arena, struct err *err);
/* value(ctx, rule) gives a rule's count. */
double expr_value(const struct expr *e, double (*value)(void *ctx, size_t rule), void *ctx);

#endif
