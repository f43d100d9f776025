#include <assert.h>
#include <math.h>
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
	{ "||", EXPR_OR, 1 }, { "&&", EXPR_AND, 2 }, { "|", EXPR_BIT_OR, 3 },
	{ "^", EXPR_BIT_XOR, 3 }, { "&", EXPR_BIT_AND, 4 }, { "==", EXPR_EQUAL, 5 },
	{ "!=", EXPR_UNEQUAL, 5 }, { "<=", EXPR_LESS_EQUAL, 6 }, { ">=", EXPR_GREATER_EQUAL, 6 },
	{ "<", EXPR_LESS, 6 }, { ">", EXPR_GREATER, 6 }, { "+", EXPR_PLUS, 7 },
	{ "-", EXPR_MINUS, 7 }, { "*", EXPR_TIMES, 8 }, { "/", EXPR_DIVIDE, 8 },
	{ "%", EXPR_MODULO, 8 }, { "!", EXPR_NOT, 9 },
	{ "-", EXPR_NEGATE, 9 }, /* where an operand is due */
};
#define OPERATORS (sizeof operators / sizeof *operators)

static double
call_min(const double *a)
{
	return a[0] < a[1] ? a[0] : a[1];
}

static double
call_max(const double *a)
{
	return a[0] > a[1] ? a[0] : a[1];
}

static double
call_log(const double *a)
{
	/* the last digits are the library's own */
	return a[0] > 0 ? rint(log(a[0]) * 1e6) / 1e6 : 0;
}

static double
call_ramp(const double *a)
{
	if (a[0] <= a[1])
		return 0;
	return a[0] >= a[2] ? 1 : (a[0] - a[1]) / (a[2] - a[1]);
}

/* In the order of enum expr_op, from EXPR_MIN. */
static const struct function {
	const char *name;
	unsigned takes;
	double (*call)(const double *values);
} functions[] = {
	{ "min", 2, call_min },
	{ "max", 2, call_max },
	{ "log", 1, call_log },
	{ "ramp", 3, call_ramp },
};
#define FUNCTIONS (sizeof functions / sizeof *functions)
static_assert(FUNCTIONS == EXPR_RAMP + 1 - EXPR_MIN, "a row for each function");

/* Dijkstra's shunting yard: no recursion, so depth is a number that can be limited. */
struct yard {
	struct arena *arena;
	struct expr *out;
	struct err *err;
	enum expr_op waiting[EXPR_DEPTH];
	unsigned commas[EXPR_DEPTH]; /* of an open parenthesis: seen in it so far */
	size_t waiting_count;
	size_t operands; /* that evaluation will have on its stack here */
};

static int
level_of(enum expr_op op)
{
	for (size_t i = 0; i < OPERATORS; i++)
		if (operators[i].op == op)
			return operators[i].level;
	return 0; /* an open parenthesis, or a function before it */
}

/* NULL = it is none. */
static const struct function *
function_of(enum expr_op op)
{
	return op < EXPR_MIN ? NULL : &functions[op - EXPR_MIN];
}

static bool
is_operand(enum expr_op op)
{
	return op == EXPR_NUMBER || op == EXPR_NAME || op == EXPR_MATCHING;
}

static bool
is_prefix(enum expr_op op)
{
	return op == EXPR_NOT || op == EXPR_NEGATE;
}

static int
emit(struct yard *y, struct expr_step step)
{
	if (is_operand(step.op) && ++y->operands > EXPR_DEPTH)
		return err_set(y->err, "expression too deep (at most %d)", EXPR_DEPTH);
	const struct function *function = function_of(step.op);
	if (function != NULL)
		y->operands -= function->takes - 1;
	else if (!is_operand(step.op) && !is_prefix(step.op))
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
	y->commas[y->waiting_count] = 0;
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

/* "(GLOB)" behind rules_matching. */
static int
take_glob(struct yard *y, struct slice *rest, struct expr_step *step)
{
	struct slice s = slice_trim(*rest);
	if (s.len == 0 || s.ptr[0] != '(' || slice_index(s, ')') == s.len)
		return err_set(y->err, "rules_matching(NAME*): parentheses are expected");
	s = slice_skip(s, 1);
	step->op = EXPR_MATCHING;
	step->name = slice_trim(slice_split(&s, ')'));
	for (size_t i = 0; i < step->name.len; i++)
		if (!in_name(step->name.ptr[i]) && step->name.ptr[i] != '*' &&
			step->name.ptr[i] != '?')
			return err_set(y->err, "rules_matching(): names, with * and ?");
	*rest = s;
	return 0;
}

/* "ramp (" at the front: the function waits for its parenthesis to close.  1, 0 = it is none, -1.
 */
static int
take_function(struct yard *y, struct slice *rest, size_t n)
{
	struct slice name = slice_take(*rest, n), behind = slice_trim(slice_skip(*rest, n));
	if (behind.len == 0 || behind.ptr[0] != '(')
		return 0;
	for (size_t i = 0; i < FUNCTIONS; i++) {
		if (!slice_eq(name, slice_str(functions[i].name)))
			continue;
		/* more of it can make the value less: rules that did not hit count */
		y->out->absence = true;
		*rest = slice_skip(behind, 1);
		enum expr_op op = (enum expr_op)(EXPR_MIN + i);
		return wait_for(y, op) < 0 || wait_for(y, EXPR_OPEN) < 0 ? -1 : 1;
	}
	return 0;
}

/* Behind the ')' that was `open` with so many commas. */
static int
close_function(struct yard *y, unsigned commas)
{
	enum expr_op op = y->waiting_count > 0 ? y->waiting[y->waiting_count - 1] : EXPR_OPEN;
	const struct function *f = function_of(op);
	if (f == NULL)
		return 0;
	if (commas + 1 != f->takes)
		return err_set(y->err, "%s() takes %u value%s, not %u", f->name, f->takes,
			f->takes == 1 ? "" : "s", commas + 1);
	y->waiting_count--;
	return emit(y, (struct expr_step){ .op = op });
}

static int
take_close(struct yard *y)
{
	if (unwind(y, 1) < 0)
		return -1;
	if (y->waiting_count == 0)
		return err_set(y->err, "')' without '('");
	return close_function(y, y->commas[--y->waiting_count]);
}

static int
take_comma(struct yard *y)
{
	if (unwind(y, 1) < 0)
		return -1;
	size_t open = y->waiting_count;
	if (open < 2 || function_of(y->waiting[open - 2]) == NULL)
		return err_set(y->err, "',' separates the values of a function");
	y->commas[open - 1]++;
	return 0;
}

/* Where an operand is due: a number, a name, "!", a sign or "(". */
static int
take_operand(struct yard *y, struct slice *rest, bool *operand_due)
{
	uint8_t c = rest->ptr[0];
	struct expr_step step = { .op = EXPR_NAME };
	if (c == '+') {
		*rest = slice_skip(*rest, 1);
		return 0;
	}
	if (c == '!' || c == '(' || c == '-') {
		*rest = slice_skip(*rest, 1);
		return wait_for(y, c == '!' ? EXPR_NOT : c == '-' ? EXPR_NEGATE : EXPR_OPEN);
	}
	size_t n = run_of(*rest, in_number(c) ? in_number : in_name);
	if (n == 0 || n > 128)
		return err_set(y->err, "a rule or a number is expected at '%.*s'",
			(int)slice_take(*rest, 20).len, (const char *)rest->ptr);
	int function = in_number(c) ? 0 : take_function(y, rest, n);
	if (function != 0)
		return function < 0 ? -1 : 0;
	step.name = slice_take(*rest, n);
	if (in_number(c)) {
		char text[129];
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
	if (slice_eq(step.name, SLICE("rules_matching")) && take_glob(y, rest, &step) < 0)
		return -1;
	return emit(y, step);
}

static int
take_operator(struct yard *y, struct slice *rest, bool *operand_due)
{
	uint8_t c = rest->ptr[0];
	if (c == ')' || c == ',') {
		int bad = c == ')' ? take_close(y) : take_comma(y);
		if (bad < 0)
			return -1;
		*rest = slice_skip(*rest, 1);
		*operand_due = c == ',';
		return 0;
	}
	for (size_t i = 0; i < OPERATORS; i++) {
		struct slice text = slice_str(operators[i].text);
		if (is_prefix(operators[i].op) || !slice_starts(*rest, text))
			continue;
		*rest = slice_skip(*rest, text.len);
		*operand_due = true;
		/* what compares, or subtracts, can come true by a rule that did not hit */
		if (operators[i].level == 5 || operators[i].level == 6 ||
			operators[i].op == EXPR_MINUS)
			y->out->absence = true;
		if (unwind(y, operators[i].level) < 0)
			return -1;
		return wait_for(y, operators[i].op);
	}
	return err_set(y->err, "an operator is expected at '%.*s'", (int)slice_take(*rest, 20).len,
		(const char *)rest->ptr);
}

static int
parse(struct yard *y, struct slice text, struct slice *rest)
{
	bool operand_due = true;
	for (*rest = slice_trim(text); rest->len > 0; *rest = slice_trim(*rest)) {
		if (operand_due && (rest->ptr[0] == '!' || rest->ptr[0] == '-'))
			y->out->absence = true;
		int bad = operand_due ? take_operand(y, rest, &operand_due)
				      : take_operator(y, rest, &operand_due);
		if (bad < 0)
			return -1;
	}
	if (operand_due)
		return err_set(y->err, "the expression ends where a rule or a number is expected");
	if (unwind(y, 1) < 0)
		return -1;
	return y->waiting_count > 0 ? err_set(y->err, "'(' without ')'") : 0;
}

int
expr_parse(struct slice text, struct arena *arena, struct expr *out, struct err *err)
{
	struct yard y = { .arena = arena, .out = out, .err = err };
	struct slice rest = text;
	*out = (struct expr){ 0 };
	int bad = parse(&y, text, &rest);
	out->fault = rest.len > 0 ? (size_t)(rest.ptr - text.ptr) : text.len;
	return bad;
}

/* ---- rules_matching() ---- */

static bool
glob(struct slice pattern, struct slice name)
{
	size_t p = 0, n = 0, star = pattern.len, mark = 0;
	while (n < name.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < pattern.len &&
			   (pattern.ptr[p] == '?' || pattern.ptr[p] == name.ptr[n])) {
			p++;
			n++;
		} else if (star < pattern.len) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

static int
push(struct expr *e, struct arena *arena, struct expr_step step, struct err *err)
{
	struct expr_step *to = ARENA_PUSH(arena, e->steps, EXPR_STEPS);
	if (to == NULL)
		return err_set(err, "expression too long (at most %d steps)", EXPR_STEPS);
	*to = step;
	return 0;
}

int
expr_expand(struct expr *e, struct slice (*name)(void *ctx, size_t n), void *ctx,
	struct arena *arena, struct err *err)
{
	struct expr out = { .absence = e->absence };
	bool any = false;
	for (size_t i = 0; i < e->steps_count; i++)
		any = any || e->steps[i].op == EXPR_MATCHING;
	for (size_t i = 0; any && i < e->steps_count; i++) {
		struct expr_step step = e->steps[i];
		const struct expr_step plus = { .op = EXPR_PLUS };
		size_t found = 0;
		if (step.op != EXPR_MATCHING && push(&out, arena, step, err) < 0)
			return -1;
		for (size_t n = 0; step.op == EXPR_MATCHING; n++) {
			struct expr_step item = { .op = EXPR_NAME, .name = name(ctx, n) };
			if (item.name.len == 0)
				break;
			if (!glob(step.name, item.name))
				continue;
			if (push(&out, arena, item, err) < 0 ||
				(found++ > 0 && push(&out, arena, plus, err) < 0))
				return -1;
		}
		const struct expr_step none = { .op = EXPR_NUMBER, .name = step.name };
		if (step.op == EXPR_MATCHING && found == 0 && push(&out, arena, none, err) < 0)
			return -1;
	}
	if (any)
		*e = out;
	return 0;
}

/* ---- values ---- */

/* Whole, and within what an integer holds. */
static int64_t
whole(double d)
{
	return d > 1e15 ? (int64_t)1e15 : d < -1e15 ? -(int64_t)1e15 : isnan(d) ? 0 : (int64_t)d;
}

/* Of the right operand's sign, as in Perl. */
static double
modulo(int64_t a, int64_t b)
{
	if (b == 0)
		return 0;
	int64_t rest = a % b;
	return (double)(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
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
	case EXPR_MODULO:
		return modulo(whole(a), whole(b));
	case EXPR_BIT_OR:
		return (double)(whole(a) | whole(b));
	case EXPR_BIT_XOR:
		return (double)(whole(a) ^ whole(b));
	case EXPR_BIT_AND:
		return (double)(whole(a) & whole(b));
	case EXPR_NUMBER:
	case EXPR_NAME:
	case EXPR_MATCHING:
	case EXPR_NEGATE:
	case EXPR_NOT:
	case EXPR_OPEN:
	case EXPR_MIN:
	case EXPR_MAX:
	case EXPR_LOG:
	case EXPR_RAMP:
		break;
	}
	return 0;
}

static double
bounded(double value)
{
	if (isnan(value))
		return 0;
	return value > EXPR_MOST ? EXPR_MOST : value < -EXPR_MOST ? -EXPR_MOST : value;
}

double
expr_value(const struct expr *e, double (*value)(void *ctx, size_t rule), void *ctx)
{
	double stack[EXPR_DEPTH];
	size_t n = 0;
	for (size_t i = 0; i < e->steps_count; i++) {
		const struct expr_step *step = &e->steps[i];
		if (is_operand(step->op)) {
			assert(n < EXPR_DEPTH);
			stack[n++] = bounded(
				step->op == EXPR_NAME ? value(ctx, step->rule) : step->number);
			continue;
		}
		const struct function *function = function_of(step->op);
		if (function != NULL) {
			assert(n >= function->takes);
			n -= function->takes - 1;
			stack[n - 1] = bounded(function->call(&stack[n - 1]));
			continue;
		}
		assert(n >= (is_prefix(step->op) ? 1U : 2U));
		if (is_prefix(step->op)) {
			stack[n - 1] = step->op == EXPR_NOT ? stack[n - 1] == 0 : -stack[n - 1];
			continue;
		}
		n--;
		stack[n - 1] = bounded(apply(step->op, stack[n - 1], stack[n]));
	}
	return n == 1 ? stack[0] : 0;
}
