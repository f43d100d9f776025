#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/expr.h"

/* Longer spellings first. */
static const struct {
	const char *text;
	enum expr_op op;
	int level; /* binds tighter when higher */
} operators[] = {
	{ "||", EXPR_OR, 1 },
	{ "&&", EXPR_AND, 2 },
	{ "==", EXPR_EQUAL, 3 },
	{ "!=", EXPR_UNEQUAL, 3 },
	{ "<=", EXPR_LESS_EQUAL, 4 },
	{ ">=", EXPR_GREATER_EQUAL, 4 },
	{ "<", EXPR_LESS, 4 },
	{ ">", EXPR_GREATER, 4 },
	{ "+", EXPR_PLUS, 5 },
	{ "-", EXPR_MINUS, 5 },
	{ "*", EXPR_TIMES, 6 },
	{ "/", EXPR_DIVIDE, 6 },
	{ "!", EXPR_NOT, 7 },
};
#define OPERATORS (sizeof operators / sizeof *operators)

/* Dijkstra's shunting yard: no recursion, so depth is a number that can be limited. */
struct yard {
	struct arena *arena;
	struct expr *out;
	struct err *err;
	enum expr_op waiting[EXPR_DEPTH];
	size_t waiting_count;
	size_t operands; /* that evaluation will have on its stack here */
};

static int
level_of(enum expr_op op)
{
	for (size_t i = 0; i < OPERATORS; i++)
		if (operators[i].op == op)
			return operators[i].level;
	return 0; /* an open parenthesis */
}

static int
emit(struct yard *y, struct expr_step step)
{
	bool operand = step.op == EXPR_NUMBER || step.op == EXPR_NAME;
	if (operand && ++y->operands > EXPR_DEPTH)
		return err_set(y->err, "expression too deep (at most %d)", EXPR_DEPTH);
	if (!operand && step.op != EXPR_NOT)
		y->operands--;
	struct expr_step *to = ARENA_PUSH(y->arena, y->out->steps, EXPR_STEPS);
	if (to == NULL)
		return err_set(y->err, "expression too long (at most %d steps)", EXPR_STEPS);
	*to = step;
	return 0;
}

/* Emits what binds at least as tightly as `level`. */
static int
unwind(struct yard *y, int level)
{
	while (y->waiting_count > 0 && level_of(y->waiting[y->waiting_count - 1]) >= level) {
		struct expr_step step = { .op = y->waiting[--y->waiting_count] };
		if (emit(y, step) < 0)
			return -1;
	}
	return 0;
}

static int
wait_for(struct yard *y, enum expr_op op)
{
	if (y->waiting_count == EXPR_DEPTH)
		return err_set(y->err, "expression too deep (at most %d)", EXPR_DEPTH);
	y->waiting[y->waiting_count++] = op;
	return 0;
}

static size_t
run_of(struct slice s, bool (*is)(uint8_t))
{
	size_t n = 0;
	while (n < s.len && is(s.ptr[n]))
		n++;
	return n;
}

static bool
in_name(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || c == '_';
}

static bool
in_number(uint8_t c)
{
	return chars_is(c, CHAR_DIGIT) || c == '.';
}

/* Where an operand is due: a number, a name, "!" or "(". */
static int
take_operand(struct yard *y, struct slice *rest, bool *operand_due)
{
	uint8_t c = rest->ptr[0];
	struct expr_step step = { .op = EXPR_NAME };
	if (c == '!' || c == '(') {
		*rest = slice_skip(*rest, 1);
		return wait_for(y, c == '!' ? EXPR_NOT : EXPR_OPEN);
	}
	size_t n = run_of(*rest, in_number(c) ? in_number : in_name);
	if (n == 0 || n > 64)
		return err_set(y->err, "a rule or a number is expected at '%.*s'",
			(int)slice_take(*rest, 20).len, (const char *)rest->ptr);
	step.name = slice_take(*rest, n);
	if (in_number(c)) {
		char text[65];
		char *end;
		memcpy(text, rest->ptr, n);
		text[n] = '\0';
		step.op = EXPR_NUMBER;
		step.number = strtod(text, &end);
		if (*end != '\0')
			return err_set(y->err, "'%s' is no number", text);
	}
	*rest = slice_skip(*rest, n);
	*operand_due = false;
	return emit(y, step);
}

static int
take_operator(struct yard *y, struct slice *rest, bool *operand_due)
{
	if (rest->ptr[0] == ')') {
		*rest = slice_skip(*rest, 1);
		if (unwind(y, 1) < 0)
			return -1;
		if (y->waiting_count-- == 0)
			return err_set(y->err, "')' without '('");
		return 0;
	}
	for (size_t i = 0; i < OPERATORS; i++) {
		struct slice text = slice_str(operators[i].text);
		if (operators[i].op == EXPR_NOT || !slice_starts(*rest, text))
			continue;
		*rest = slice_skip(*rest, text.len);
		*operand_due = true;
		/* what compares, or subtracts, can come true by a rule that did not hit */
		if (operators[i].level == 3 || operators[i].level == 4 ||
			operators[i].op == EXPR_MINUS)
			y->out->absence = true;
		if (unwind(y, operators[i].level) < 0)
			return -1;
		return wait_for(y, operators[i].op);
	}
	return err_set(y->err, "an operator is expected at '%.*s'", (int)slice_take(*rest, 20).len,
		(const char *)rest->ptr);
}

int
expr_parse(struct slice text, struct arena *arena, struct expr *out, struct err *err)
{
	struct yard y = { .arena = arena, .out = out, .err = err };
	struct slice rest = slice_trim(text);
	bool operand_due = true;
	*out = (struct expr){ 0 };
	while (rest.len > 0) {
		if (operand_due && rest.ptr[0] == '!')
			out->absence = true;
		int bad = operand_due ? take_operand(&y, &rest, &operand_due)
				      : take_operator(&y, &rest, &operand_due);
		if (bad < 0)
			return -1;
		rest = slice_trim(rest);
	}
	if (operand_due)
		return err_set(err, "the expression ends where a rule or a number is expected");
	if (unwind(&y, 1) < 0)
		return -1;
	if (y.waiting_count > 0)
		return err_set(err, "'(' without ')'");
	return 0;
}

static double
apply(enum expr_op op, double a, double b)
{
	switch (op) {
	case EXPR_OR:
		return a != 0 || b != 0;
	case EXPR_AND:
		return a != 0 && b != 0;
	case EXPR_EQUAL:
		return a == b;
	case EXPR_UNEQUAL:
		return a != b;
	case EXPR_LESS:
		return a < b;
	case EXPR_GREATER:
		return a > b;
	case EXPR_LESS_EQUAL:
		return a <= b;
	case EXPR_GREATER_EQUAL:
		return a >= b;
	case EXPR_PLUS:
		return a + b;
	case EXPR_MINUS:
		return a - b;
	case EXPR_TIMES:
		return a * b;
	case EXPR_DIVIDE:
		return b == 0 ? 0 : a / b;
	case EXPR_NUMBER:
	case EXPR_NAME:
	case EXPR_NOT:
	case EXPR_OPEN:
		break;
	}
	return 0;
}

double
expr_value(const struct expr *e, double (*value)(void *ctx, size_t rule), void *ctx)
{
	double stack[EXPR_DEPTH];
	size_t n = 0;
	for (size_t i = 0; i < e->steps_count; i++) {
		const struct expr_step *step = &e->steps[i];
		if (step->op == EXPR_NUMBER || step->op == EXPR_NAME) {
			assert(n < EXPR_DEPTH);
			stack[n++] =
				step->op == EXPR_NUMBER ? step->number : value(ctx, step->rule);
			continue;
		}
		assert(n >= (step->op == EXPR_NOT ? 1U : 2U));
		if (step->op == EXPR_NOT) {
			stack[n - 1] = stack[n - 1] == 0;
			continue;
		}
		n--;
		stack[n - 1] = apply(step->op, stack[n - 1], stack[n]);
	}
	return n == 1 ? stack[0] : 0;
}
