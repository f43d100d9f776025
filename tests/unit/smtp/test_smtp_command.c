/* Command lines: verbs, paths, parameters, and which lines are sure. */
#include "unit/smtp/smtp_test.h"

#include "sensor/smtp/command.h"

static const struct {
	const char *line;
	enum verb verb;
	const char *address, *params;
	unsigned faults;
	bool sure;
} rows[] = {
	{ "MAIL FROM:<a@b.example>", VERB_MAIL, "a@b.example", "", 0, true },
	{ "mail from:<> SIZE=1 BODY=8BITMIME", VERB_MAIL, "", "SIZE=1 BODY=8BITMIME", 0, true },
	{ "  MAIL   FROM : <a@b>  ", VERB_MAIL, "a@b", "", PATH_SPACE_AFTER_COLON, true },
	{ "MAIL FROM:a@b", VERB_MAIL, "a@b", "", PATH_NO_BRACKETS, false },
	{ "MAIL FROM:a@b SIZE=1", VERB_MAIL, "a@b", "SIZE=1", PATH_NO_BRACKETS, false },
	{ "MAIL FROM:<\"a > b\"@c> X=1", VERB_MAIL, "\"a > b\"@c", "X=1", 0, true },
	{ "MAIL FROM:<\"a\\\" > b\"@c>", VERB_MAIL, "\"a\\\" > b\"@c", "", 0, true },
	{ "MAIL FROM:<a@b", VERB_MAIL, "a@b", "", PATH_BAD, false },
	{ "MAIL FROM:", VERB_MAIL, "", "", PATH_NO_BRACKETS | PATH_BAD, false },
	{ "MAIL", VERB_MAIL, "", "", PATH_NO_KEYWORD | PATH_BAD, false },
	{ "MAIL FROM", VERB_MAIL, "", "", PATH_NO_KEYWORD | PATH_BAD, false },
	{ "MAIL TO:<a@b>", VERB_MAIL, "", "", PATH_NO_KEYWORD | PATH_BAD, false },
	{ "MAIL FROM:<@b>", VERB_MAIL, "@b", "", PATH_SOURCE_ROUTE | PATH_BAD, false },
	{ "MAIL FROM:<a@>", VERB_MAIL, "a@", "", PATH_BAD, false },
	{ "MAIL FROM:<@x,@y:a@b>", VERB_MAIL, "a@b", "", PATH_SOURCE_ROUTE, true },
	{ "MAIL FROM:<a%c@b>", VERB_MAIL, "a%c@b", "", PATH_PERCENT, true },
	{ "MAIL FROM:<c!a@b>", VERB_MAIL, "c!a@b", "", PATH_PERCENT, true },
	{ "MAIL FROM:<\"a@c\"@b>", VERB_MAIL, "\"a@c\"@b", "", PATH_PERCENT, true },
	{ "MAIL FROM:<postmaster>", VERB_MAIL, "postmaster", "", 0, true },
	{ "EHLO client.example", VERB_EHLO, NULL, NULL, 0, true },
	{ "helo two words", VERB_HELO, NULL, NULL, 0, false },
	{ "QUIT", VERB_QUIT, NULL, NULL, 0, true },
	{ "quit smoking", VERB_QUIT, NULL, NULL, 0, false },
	{ "RSET", VERB_RSET, NULL, NULL, 0, true },
	{ "DATA", VERB_DATA, NULL, NULL, 0, false },
	{ "STARTTLS", VERB_STARTTLS, NULL, NULL, 0, false },
	{ "", VERB_UNKNOWN, NULL, NULL, 0, false },
	{ "greeting", VERB_UNKNOWN, NULL, NULL, 0, false },
	{ "DATAX", VERB_UNKNOWN, NULL, NULL, 0, false },
	{ "POST / HTTP/1.0", VERB_POST, NULL, NULL, 0, false },
};

static void
test_rows(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	assert_non_null(edge.pages);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct command c;
		struct path p;
		command_parse(edge_copy(edge, slice_str(rows[i].line)), &c);
		if (c.verb != rows[i].verb || command_is_sure(&c) != rows[i].sure)
			fail_msg("%s: verb %s, sure %d", rows[i].line, verb_text(c.verb),
				command_is_sure(&c));
		if (rows[i].address == NULL)
			continue;
		path_parse(c.args, "FROM", &p);
		if (!slice_eq(p.address, slice_str(rows[i].address)) ||
			!slice_eq(p.params, slice_str(rows[i].params)) ||
			p.faults != rows[i].faults)
			fail_msg("%s: \"%.*s\" \"%.*s\" faults %x", rows[i].line,
				(int)p.address.len, (const char *)p.address.ptr, (int)p.params.len,
				(const char *)p.params.ptr, p.faults);
	}
	edge_free(edge);
}

static void
test_params(void **state)
{
	(void)state;
	struct slice params = SLICE(" SIZE=10  SMTPUTF8 X="), name, value;
	assert_int_equal(param_next(&params, &name, &value), 1);
	assert_true(slice_eq(name, SLICE("SIZE")) && slice_eq(value, SLICE("10")));
	assert_int_equal(param_next(&params, &name, &value), 1);
	assert_true(slice_eq(name, SLICE("SMTPUTF8")) && value.len == 0);
	assert_int_equal(param_next(&params, &name, &value), 1);
	assert_true(slice_eq(name, SLICE("X")) && value.len == 0);
	assert_int_equal(param_next(&params, &name, &value), 0);
}

/* Every verb is found in either case, and no verb is as long as what cannot be one. */
static void
test_verbs(void **state)
{
	(void)state;
	for (int v = VERB_UNKNOWN + 1; v < VERB_GREETING; v++) {
		const char *text = verb_text((enum verb)v);
		char lower[VERB_MAX + 1] = "";
		assert_true(strlen(text) < VERB_MAX);
		for (size_t i = 0; text[i] != '\0'; i++)
			lower[i] =
				(char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
		assert_int_equal(verb_of(slice_str(text)), v);
		assert_int_equal(verb_of(slice_str(lower)), v);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_verbs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
