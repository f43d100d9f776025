#include <stdlib.h>
#include <string.h>

#include "sensor/limits.h"
#include "sensor/score/pattern.h"
#include "sensor/score/regex_effort.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define EXPRESSION_MAX 1048576	    /* bytes */
#define NEST_MAX 100		    /* parentheses */
#define HEAP_MAX_KIB 1024	    /* of one match without JIT */
#define JIT_STACK_START (32 * 1024) /* bytes */
#define JIT_STACK_MAX (512 * 1024)  /* bytes; beyond it a match gives up */

#define LEARN_MEMORY (256 * 1024 * 1024)
#define EFFORT_UNKNOWN 256 /* steps that a beginning is charged for if nothing is known */
#define PLAIN_MOST 64	   /* steps of one beginning that nobody counts */

/* Steps are charged like this; each is about a nanosecond of a fast processor. */
#define STEPS_MATCH 40	 /* for calling PCRE2 */
#define STEPS_CALLOUT 10 /* for one callout */
#define STEPS_PER_BYTE 2 /* for what a repeat ran over: one step for so many bytes */
#define STEPS_PER_TRY 8	 /* for what may be tried uncounted: one step for so many */

/* What is counted while matching. */
struct meter {
	uint64_t left, used, allowed; /* of all matches since patterns_begin() */
	uint64_t match_left;	      /* of this match */
	uint64_t callout;	      /* steps of one callout of this expression */
	size_t start, last; /* of the beginning that is tried: where, and how far it was */
	size_t gave_up;
};

struct patterns {
	pcre2_compile_context *compile;
	pcre2_match_context *match;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
	struct meter *meter;
	bool jit;
	size_t fault; /* of the last expression that was none */
};

struct pattern {
	pcre2_code *code;
	uint64_t per_byte, callout; /* steps in thousandths; steps */
	struct needs *needs;	    /* in one piece with what it points to */
};

/* Behind a repeat: what it ran over, or that another length is tried. */
static int
on_callout(pcre2_callout_block *block, void *ctx)
{
	struct meter *m = ctx;
	uint64_t steps = m->callout;
	if (block->start_match != m->start) {
		m->start = block->start_match;
		m->last = block->start_match;
	}
	if (block->current_position > m->last)
		steps += (block->current_position - m->last) / STEPS_PER_BYTE;
	m->last = block->current_position;
	if (steps > m->match_left)
		return PCRE2_ERROR_MATCHLIMIT;
	m->match_left -= steps;
	return 0;
}

struct patterns *
patterns_new(void)
{
	struct patterns *p = must_alloc(sizeof *p);
	uint32_t jit = 0;
	p->compile = pcre2_compile_context_create(NULL);
	p->match = pcre2_match_context_create(NULL);
	p->data = pcre2_match_data_create(1, NULL);
	p->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
	if (p->compile == NULL || p->match == NULL || p->data == NULL)
		abort();
	p->meter = must_alloc(sizeof *p->meter);
	*p->meter = (struct meter){ .left = LIMIT_RULE_STEPS, .allowed = LIMIT_RULE_STEPS };
	p->jit = p->stack != NULL && pcre2_config(PCRE2_CONFIG_JIT, &jit) >= 0 && jit == 1;
	pcre2_set_newline(p->compile, PCRE2_NEWLINE_LF);
	pcre2_set_max_pattern_length(p->compile, EXPRESSION_MAX);
	pcre2_set_parens_nest_limit(p->compile, NEST_MAX);
	pcre2_set_match_limit(p->match, LIMIT_REGEX_MATCH);
	pcre2_set_depth_limit(p->match, LIMIT_REGEX_MATCH);
	pcre2_set_heap_limit(p->match, HEAP_MAX_KIB);
	pcre2_set_callout(p->match, on_callout, p->meter);
	if (p->jit)
		pcre2_jit_stack_assign(p->match, NULL, p->stack);
	return p;
}

void
patterns_free(struct patterns *p)
{
	if (p == NULL)
		return;
	pcre2_jit_stack_free(p->stack);
	pcre2_match_data_free(p->data);
	pcre2_match_context_free(p->match);
	pcre2_compile_context_free(p->compile);
	free(p->meter);
	free(p);
}

bool
patterns_jit(const struct patterns *p)
{
	return p->jit;
}

void
patterns_begin(const struct patterns *p, uint64_t steps)
{
	*p->meter = (struct meter){ .left = steps, .allowed = steps };
}

uint64_t
patterns_steps(const struct patterns *p)
{
	return p->meter->used;
}

size_t
patterns_gave_up(const struct patterns *p)
{
	return p->meter->gave_up;
}

bool
patterns_exhausted(const struct patterns *p)
{
	return p->meter->left == 0;
}

size_t
patterns_fault(const struct patterns *p)
{
	return p->fault;
}

static int
options_of(struct slice flags, uint32_t *options, struct err *err)
{
	*options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_DUPNAMES;
	for (size_t i = 0; i < flags.len; i++) {
		switch (flags.ptr[i]) {
		case 'i':
			*options |= PCRE2_CASELESS;
			break;
		case 'm':
			*options |= PCRE2_MULTILINE;
			break;
		case 's':
			*options |= PCRE2_DOTALL;
			break;
		case 'x':
			*options |= PCRE2_EXTENDED;
			break;
		default:
			return err_set(err, "flag '%c' of a regular expression: use i, m, s, x",
				flags.ptr[i]);
		}
	}
	return 0;
}

static pcre2_code *
compile(struct patterns *shared, struct slice expression, uint32_t options, struct err *err)
{
	int code;
	PCRE2_SIZE offset;
	PCRE2_SPTR text = expression.len > 0 ? expression.ptr : (PCRE2_SPTR) "";
	pcre2_code *compiled =
		pcre2_compile(text, expression.len, options, &code, &offset, shared->compile);
	if (compiled == NULL) {
		PCRE2_UCHAR words[256];
		pcre2_get_error_message(code, words, sizeof words);
		err_set(err, "regular expression, at byte %zu: %s", offset + 1, (char *)words);
		shared->fault = offset;
	}
	return compiled;
}

static void
keep_needs(struct pattern *p, const struct needs *found)
{
	size_t places = found->places_count * sizeof(struct places);
	size_t words = found->words_count * sizeof(struct slice);
	p->needs =
		must_alloc(sizeof *p->needs + places + words + found->words_count * LITERAL_LENGTH);
	*p->needs = *found;
	p->needs->places = (struct places *)(p->needs + 1);
	p->needs->words = (struct slice *)(p->needs->places + found->places_count);
	uint8_t *text = (uint8_t *)(p->needs->words + found->words_count);
	if (places > 0)
		memcpy(p->needs->places, found->places, places);
	for (size_t i = 0; i < found->words_count; i++) {
		memcpy(text, found->words[i].ptr, found->words[i].len);
		p->needs->words[i] = slice_of(text, found->words[i].len);
		text += LITERAL_LENGTH;
	}
}

/* What is known of the expression besides its code; one that may be much work is compiled again,
 * with callouts. */
static void
learn(struct patterns *shared, struct pattern *p, struct slice expression, struct slice flags,
	uint32_t options)
{
	struct arena arena;
	struct needs needs;
	double effort = EFFORT_UNKNOWN;
	arena_init(&arena, LEARN_MEMORY);
	p->per_byte = 1000;
	struct regex_node *tree = regex_tree(expression, flags, &arena);
	if (tree != NULL) {
		struct err ignored;
		double between = regex_count(tree);
		effort = regex_effort(tree);
		struct slice counted =
			effort > PLAIN_MOST ? regex_counted(expression, tree, &arena) : SLICE_EMPTY;
		pcre2_code *code =
			counted.len > 0 ? compile(shared, counted, options, &ignored) : NULL;
		if (code != NULL) {
			pcre2_code_free(p->code);
			p->code = code;
			p->callout = STEPS_CALLOUT + (uint64_t)(between / STEPS_PER_TRY);
			effort = 0;
		}
		if (needs_find(tree, &arena, &needs))
			keep_needs(p, &needs);
	}
	effort = effort < EFFORT_UNKNOWN ? effort : EFFORT_UNKNOWN;
	p->per_byte += (uint64_t)(effort * 1000 / STEPS_PER_TRY);
	arena_release(&arena);
}

struct pattern *
pattern_new(struct patterns *shared, struct slice expression, struct slice flags, struct err *err)
{
	uint32_t options;
	if (options_of(flags, &options, err) < 0)
		return NULL;
	pcre2_code *compiled = compile(shared, expression, options, err);
	if (compiled == NULL)
		return NULL;
	struct pattern *p = must_alloc(sizeof *p);
	*p = (struct pattern){ .code = compiled };
	learn(shared, p, expression, flags, options);
	if (shared->jit && pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == PCRE2_ERROR_NOMEMORY)
		shared->jit = false; /* executable memory refused: PR_SET_MDWE, SELinux */
	return p;
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_code_free(p->code);
	free(p->needs);
	free(p);
}

const struct needs *
pattern_needs(const struct pattern *p)
{
	return p->needs;
}

/* One match from an offset on, paid for. */
static int
run(const struct patterns *shared, const struct pattern *p, struct slice subject, size_t from,
	uint32_t options)
{
	struct meter *m = shared->meter;
	PCRE2_SPTR text = subject.len > 0 ? subject.ptr : (PCRE2_SPTR) "";
	uint64_t price = STEPS_MATCH + (subject.len - from) * p->per_byte / 1000;
	if (price > m->left) {
		m->left = 0;
		return PCRE2_ERROR_MATCHLIMIT;
	}
	m->left -= price;
	uint64_t most = m->left < LIMIT_REGEX_STEPS ? m->left : LIMIT_REGEX_STEPS;
	m->match_left = most;
	m->callout = p->callout;
	m->start = m->last = from;
	int n = pcre2_match(p->code, text, subject.len, from, options, shared->data, shared->match);
	m->left -= most - m->match_left;
	if (n >= 0) /* what is behind the match was not looked at */
		m->left += (subject.len - pcre2_get_ovector_pointer(shared->data)[1]) *
			   p->per_byte / 1000;
	m->used = m->allowed - m->left;
	return n;
}

static enum pattern_result
result_of(const struct patterns *shared, int n)
{
	if (n >= 0)
		return PATTERN_HIT;
	if (n == PCRE2_ERROR_NOMATCH)
		return PATTERN_MISS;
	shared->meter->gave_up++;
	return PATTERN_GAVE_UP;
}

enum pattern_result
pattern_match(const struct patterns *shared, const struct pattern *p, struct slice subject)
{
	return result_of(shared, run(shared, p, subject, 0, 0));
}

void
pattern_found(const struct patterns *shared, size_t *from, size_t *to)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(shared->data);
	*to = ends[1];
	*from = ends[0] < ends[1] ? ends[0] : ends[1]; /* \K in a lookahead turns them round */
}

enum pattern_result
pattern_next(const struct patterns *shared, const struct pattern *p, struct slice subject,
	size_t *from, bool *again)
{
	int n = run(shared, p, subject, *from, *again ? PCRE2_NOTEMPTY_ATSTART : 0);
	if (n >= 0) {
		const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(shared->data);
		*again = ends[1] <= ends[0];
		*from = ends[1] > *from ? ends[1] : *from;
	}
	return result_of(shared, n);
}
