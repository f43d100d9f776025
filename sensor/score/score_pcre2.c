#include <stdlib.h>

#include "sensor/base/arena.h"
#include "sensor/limits.h"
#include "sensor/score/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define EXPRESSION_MAX 1048576	    /* bytes */
#define NEST_MAX 100		    /* parentheses */
#define HEAP_MAX_KIB 1024	    /* of one match without JIT */
#define JIT_STACK_START (32 * 1024) /* bytes */
#define JIT_STACK_MAX (512 * 1024)  /* bytes; beyond it a match gives up */

struct patterns {
	pcre2_compile_context *compile;
	pcre2_match_context *match;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
	bool jit;
	size_t fault; /* of the last expression that was none */
};

struct pattern {
	pcre2_code *code;
};

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
	p->jit = p->stack != NULL && pcre2_config(PCRE2_CONFIG_JIT, &jit) >= 0 && jit == 1;
	pcre2_set_max_pattern_length(p->compile, EXPRESSION_MAX);
	pcre2_set_parens_nest_limit(p->compile, NEST_MAX);
	pcre2_set_match_limit(p->match, LIMIT_REGEX_MATCH);
	pcre2_set_heap_limit(p->match, HEAP_MAX_KIB);
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
	free(p);
}

bool
patterns_jit(const struct patterns *p)
{
	return p->jit;
}

size_t
patterns_fault(const struct patterns *p)
{
	return p->fault;
}

static int
options_of(struct slice flags, uint32_t *options, struct err *err)
{
	*options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
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

struct pattern *
pattern_new(struct patterns *shared, struct slice expression, struct slice flags, struct err *err)
{
	uint32_t options;
	int code;
	PCRE2_SIZE offset;
	if (options_of(flags, &options, err) < 0)
		return NULL;
	pcre2_code *compiled = pcre2_compile(
		expression.ptr, expression.len, options, &code, &offset, shared->compile);
	if (compiled == NULL) {
		PCRE2_UCHAR text[256];
		pcre2_get_error_message(code, text, sizeof text);
		err_set(err, "regular expression, at byte %zu: %s", offset + 1, (char *)text);
		shared->fault = offset;
		return NULL;
	}
	if (shared->jit && pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE) == PCRE2_ERROR_NOMEMORY)
		shared->jit = false; /* executable memory refused: PR_SET_MDWE, SELinux */
	struct pattern *p = must_alloc(sizeof *p);
	p->code = compiled;
	return p;
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_code_free(p->code);
	free(p);
}

enum pattern_result
pattern_match(const struct patterns *shared, const struct pattern *p, struct slice subject)
{
	PCRE2_SPTR text = subject.len > 0 ? subject.ptr : (PCRE2_SPTR) "";
	int n = pcre2_match(p->code, text, subject.len, 0, 0, shared->data, shared->match);
	if (n >= 0)
		return PATTERN_HIT;
	return n == PCRE2_ERROR_NOMATCH ? PATTERN_MISS : PATTERN_GAVE_UP;
}
