#include <math.h>
#include <string.h>

#include "sensor/score/regex_effort.h"

#define WAYS_MOST 16   /* that are tried between two callouts */
#define SMALL_REPEAT 4 /* times: it may go uncounted */
#define RUN_MOST 4096  /* bytes that a repeat without end runs over */

struct effort {
	double steps; /* until all ways are tried */
	double ways;  /* in which it may match */
};

static double
capped(double x)
{
	return fmin(x, REGEX_EFFORT_MOST);
}

static struct effort effort_of(const struct regex_node *n);

static struct effort
effort_repeat(const struct regex_node *n)
{
	struct effort inner = effort_of(n->children), out = { 0, 0 };
	double ways = 1; /* of so many rounds */
	unsigned most = n->most < RUN_MOST ? n->most : RUN_MOST;
	for (unsigned i = 0; i <= most && out.steps < REGEX_EFFORT_MOST; i++) {
		if (i >= n->least)
			out.ways = capped(out.ways + ways);
		out.steps = capped(out.steps + ways * inner.steps);
		ways = capped(ways * inner.ways);
	}
	if (n->atomic)
		out.ways = 1;
	return out;
}

static struct effort
effort_of(const struct regex_node *n)
{
	struct effort out = { 1, 1 };
	switch (n->kind) {
	case REGEX_NOTHING:
		return n->children == NULL ? out
					   : (struct effort){ effort_of(n->children).steps + 1, 1 };
	case REGEX_BYTE:
		return out;
	case REGEX_SEQUENCE:
		for (const struct regex_node *c = n->children; c != NULL; c = c->next) {
			struct effort e = effort_of(c);
			out.steps = capped(out.steps + out.ways * e.steps);
			out.ways = capped(out.ways * e.ways);
		}
		if (n->atomic)
			out.ways = 1;
		return out;
	case REGEX_CHOICE:
		out.ways = 0;
		for (const struct regex_node *c = n->children; c != NULL; c = c->next) {
			struct effort e = effort_of(c);
			out.steps = capped(out.steps + e.steps);
			out.ways = capped(out.ways + e.ways);
		}
		return out;
	case REGEX_REPEAT:
		return effort_repeat(n);
	case REGEX_UNKNOWN:
		break;
	}
	return (struct effort){ RUN_MOST, RUN_MOST };
}

double
regex_effort(const struct regex_node *tree)
{
	return effort_of(tree).steps;
}

/* *ways: in which what is behind the last callout may have matched. */
static void
choose(struct regex_node *n, double *ways)
{
	bool many = false;
	double sum = 0, inner = 1, power = 1;
	switch (n->kind) {
	case REGEX_BYTE:
	case REGEX_UNKNOWN:
		break;
	case REGEX_NOTHING:
		for (struct regex_node *c = n->children; c != NULL; c = c->next)
			choose(c, &inner);
		break;
	case REGEX_SEQUENCE:
		for (struct regex_node *c = n->children; c != NULL; c = c->next)
			choose(c, ways);
		break;
	case REGEX_CHOICE:
		for (struct regex_node *c = n->children; c != NULL; c = c->next) {
			double one = *ways;
			choose(c, &one);
			sum += one;
		}
		*ways = sum;
		many = n->end > 0;
		break;
	case REGEX_REPEAT:
		choose(n->children, &inner);
		for (unsigned i = 0; i <= n->most && i <= SMALL_REPEAT; i++, power *= inner)
			sum += i >= n->least ? power : 0;
		*ways = n->most == n->least ? *ways : *ways * sum;
		many = n->most > n->least;
		break;
	}
	bool large = n->kind == REGEX_REPEAT && n->most > SMALL_REPEAT;
	if (many && !n->stacked && (large || *ways > WAYS_MOST)) {
		n->counted = true;
		*ways = 1;
	}
}

/* *run: steps since the last callout, each way once; *most: the longest such run. */
static void
run_between(const struct regex_node *n, double *run, double *most)
{
	double sum = 0, before = *run;
	switch (n->kind) {
	case REGEX_BYTE:
		*run += 1;
		break;
	case REGEX_UNKNOWN:
		*run += RUN_MOST;
		break;
	case REGEX_NOTHING:
	case REGEX_SEQUENCE:
		for (const struct regex_node *c = n->children; c != NULL; c = c->next)
			run_between(c, run, most);
		break;
	case REGEX_CHOICE:
		for (const struct regex_node *c = n->children; c != NULL; c = c->next) {
			double one = 0;
			run_between(c, &one, most);
			sum += one;
		}
		*run += sum;
		break;
	case REGEX_REPEAT:
		run_between(n->children, run, most);
		if (n->least > 1 && *run > before)
			*run = before + (*run - before) * n->least;
		break;
	}
	*run = capped(*run);
	*most = fmax(*most, *run);
	if (n->counted)
		*run = 0;
}

double
regex_count(struct regex_node *tree)
{
	double ways = 1, run = 0, most = 0;
	choose(tree, &ways);
	run_between(tree, &run, &most);
	return most;
}

static const char callout[] = "(?C1)";

/* Bytes of the expression up to *done are written; the tree is walked in its order. */
static uint8_t *
write_counted(const struct regex_node *n, struct slice expression, size_t *done, uint8_t *to)
{
	for (const struct regex_node *c = n->elsewhere ? NULL : n->children; c != NULL; c = c->next)
		to = write_counted(c, expression, done, to);
	if (!n->counted)
		return to;
	memcpy(to, expression.ptr + *done, n->end - *done);
	to += n->end - *done;
	*done = n->end;
	memcpy(to, callout, sizeof callout - 1);
	return to + sizeof callout - 1;
}

static size_t
count_callouts(const struct regex_node *n)
{
	size_t count = n->counted;
	for (const struct regex_node *c = n->elsewhere ? NULL : n->children; c != NULL; c = c->next)
		count += count_callouts(c);
	return count;
}

/* The first is in front: it counts the beginnings. */
struct slice
regex_counted(struct slice expression, const struct regex_node *tree, struct arena *arena)
{
	size_t done = 0, each = sizeof callout - 1;
	uint8_t *out = arena_alloc(arena, expression.len + each * (count_callouts(tree) + 1) + 1);
	if (out == NULL)
		return SLICE_EMPTY;
	memcpy(out, callout, each);
	uint8_t *end = write_counted(tree, expression, &done, out + each);
	memcpy(end, expression.ptr + done, expression.len - done);
	return slice_of(out, (size_t)(end - out) + expression.len - done);
}
