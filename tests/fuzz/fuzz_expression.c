/* Expressions of metas and conditions: whatever is parsed has a value, in steps that balance. */
#include <math.h>

#include "fuzz/check.h"
#include "sensor/score/conditions.h"
#include "sensor/score/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static double
value(void *ctx, size_t rule)
{
	(void)ctx;
	return (double)(rule % 5);
}

static struct slice
name(void *ctx, size_t n)
{
	static const char *const names[] = { "A", "__AB", "__ABC", "T_1" };
	(void)ctx;
	return n < sizeof names / sizeof *names ? slice_str(names[n]) : SLICE_EMPTY;
}

static void
resolve(struct expr *e)
{
	for (size_t i = 0; i < e->steps_count; i++) {
		check(e->steps[i].op != EXPR_MATCHING && e->steps[i].op != EXPR_OPEN);
		if (e->steps[i].op == EXPR_NAME)
			e->steps[i].rule = e->steps[i].name.len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	struct conditions conditions = { .compat = true };
	struct arena arena;
	struct err err = { "" };
	struct expr e;
	size_t at;
	arena_init(&arena, 4 << 20);
	if (expr_parse(text, &arena, &e, &err) < 0) {
		check(err.text[0] != '\0' && e.fault <= size);
	} else if (expr_expand(&e, name, NULL, &arena, &err) == 0) {
		resolve(&e);
		double one = expr_value(&e, value, NULL), again = expr_value(&e, value, NULL);
		check((isnan(one) && isnan(again)) || !(one < again || one > again));
	}
	err.text[0] = '\0';
	int is = conditions_test(&conditions, text, &arena, &at, &err);
	check(is < 0 ? err.text[0] != '\0' && at <= size : is <= 1);
	arena_release(&arena);
	return 0;
}
