/* What the tests of eval_*.c share: a call as in a rule, on a message; each family's names must all
 * be called by rows that hit and rows that do not. */
#ifndef HELOSCOPE_TESTS_EVAL_TEST_H
#define HELOSCOPE_TESTS_EVAL_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/mail/message_file.h"
#include "sensor/record_layout.h"
#include "sensor/score/eval.h"

/* call: NAME(arguments), words in single quotes or bare.  settings: lines of a rule file; NULL =
 * none.  envelope: MAIL FROM; NULL = there is no session. */
struct eval_row {
	const char *call, *message;
	bool hits;
	const char *settings, *envelope;
};

struct eval_case {
	struct arena arena;
	struct message message;
	struct mail_record mail;
	struct session_record session;
	struct recipient rcpts[3];
	struct rule_input_kept kept;
	struct rule_input in;
	struct patterns *patterns;
};

static inline void
eval_case_init(struct eval_case *c, const char *message, const char *settings, const char *envelope)
{
	struct err err;
	memset(c, 0, sizeof *c);
	arena_init(&c->arena, LIMIT_MAIL_MEMORY);
	record_init(&layout_mail, &c->mail);
	record_init(&layout_session, &c->session);
	struct slice wire = message_file_wire(slice_str(message), &c->arena);
	message_split(wire, NULL, &c->arena, &c->message);
	struct settings *s = settings_new(&c->arena);
	for (struct slice rest = slice_str(settings); rest.len > 0;) {
		struct slice line = slice_split(&rest, '\n'), word = slice_split(&line, ' ');
		assert_int_equal(settings_line(s, word, line, &err), 1);
	}
	c->patterns = patterns_new();
	c->mail.mail_from = envelope == NULL ? "" : envelope;
	c->session.helo_name = "mail.client.example";
	addr_parse(SLICE("203.0.113.9"), &c->session.client.addr);
	for (size_t i = 0; i < 3; i++) {
		record_init(&layout_recipient, &c->rcpts[i]);
		c->rcpts[i].address = i == 0 ? "x@site.example" : "y@site.example";
	}
	c->mail.rcpts = c->rcpts;
	c->mail.rcpts_count = 3;
	struct mail_privacy privacy = { true, SLICE_EMPTY };
	message_to_record(&c->message, &privacy, &c->arena, &c->mail);
	c->in = (struct rule_input){ .session = envelope == NULL ? NULL : &c->session,
		.message = &c->message,
		.delivered = &c->message,
		.mail = &c->mail,
		.settings = s,
		.patterns = c->patterns,
		.arena = &c->arena,
		.kept = &c->kept };
}

static inline void
eval_case_release(struct eval_case *c)
{
	patterns_free(c->patterns);
	arena_release(&c->arena);
}

static inline bool
eval_call(struct eval_case *c, const char *call)
{
	struct slice rest = slice_str(call), name = slice_split(&rest, '(');
	const struct eval *e = eval_find(name);
	struct eval_arguments a = { .count = 0 };
	struct pattern *pattern = NULL;
	struct err err;
	if (e == NULL)
		fail_msg("%s: there is no such test", call);
	rest = slice_take(rest, rest.len - 1);
	while (rest.len > 0) {
		struct slice word = slice_trim(slice_split(&rest, ','));
		if (word.len > 1 && word.ptr[0] == '\'')
			word = slice_take(slice_skip(word, 1), word.len - 2);
		char *text = arena_string(&c->arena, word), *end;
		double number = strtod(text, &end);
		a.numbers[a.count] = *text != '\0' && *end == '\0' ? number : NAN;
		a.words[a.count++] = word;
		if (e->pattern == a.count)
			a.pattern = pattern = pattern_new(c->patterns, word, SLICE_EMPTY, &err);
	}
	assert_true(a.count >= e->least && a.count <= e->most);
	bool hits = e->test(&c->in, &a);
	assert_int_equal(e->test(&c->in, &a), hits); /* what is kept says the same */
	pattern_free(pattern);
	return hits;
}

static inline void
eval_rows_run(const struct eval_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct eval_case c;
		eval_case_init(&c, rows[i].message, rows[i].settings, rows[i].envelope);
		if (eval_call(&c, rows[i].call) != rows[i].hits)
			fail_msg("%s %s:\n%s", rows[i].call, rows[i].hits ? "does not hit" : "hits",
				rows[i].message);
		eval_case_release(&c);
	}
}

/* Every name of the family has a row that hits and one that does not. */
static inline void
eval_rows_cover(const struct eval *family, const struct eval_row *rows, size_t count)
{
	for (; family->name != NULL; family++) {
		bool seen[2] = { false, false };
		size_t n = strlen(family->name);
		for (size_t i = 0; i < count; i++)
			if (strncmp(rows[i].call, family->name, n) == 0 && rows[i].call[n] == '(')
				seen[rows[i].hits] = true;
		if (!seen[0] || !seen[1])
			fail_msg("%s: no row that %s", family->name, seen[1] ? "misses" : "hits");
	}
}

#define ROWS(rows) rows, sizeof(rows) / sizeof *(rows)

#endif
