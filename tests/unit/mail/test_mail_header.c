#include "unit/mail/mail_test.h"

#include "sensor/mail/header.h"

struct row {
	const char *name, *input;
	const char *fields; /* "Name=value|" as unfolded text */
	const char *body;
	unsigned faults;
};

static const struct row rows[] = {
	{ "two fields", "A: 1\r\nB: 2\r\n\r\nx\r\n", "A=1|B=2|", "x\r\n", 0 },
	{ "folding", "A: 1\r\n\t2\r\n 3\r\n\r\n", "A=1 2 3|", "", 0 },
	{ "nothing", "", "", "", FAULT_NO_BLANK_LINE },
	{ "no header", "\r\nx", "", "x", 0 },
	{ "never ends", "A: 1\r\n", "A=1|", "", FAULT_NO_BLANK_LINE },
	{ "cut in a line", "A: 1", "A=1|", "", FAULT_NO_BLANK_LINE },
	{ "lone LF", "A: 1\nB: 2\r\n\r\n", "A=1|B=2|", "", FAULT_BARE_LF },
	{ "lone LF as the empty line", "A: 1\r\n\nx", "A=1|", "x", FAULT_BARE_LF },
	{ "lone CR", "A: 1\r2\r\n\r\n", "A=1\\x0d2|", "", FAULT_BARE_CR },
	{ "control", "A: 1\x08\r\n\r\n", "A=1\\x08|", "", FAULT_CONTROL },
	{ "8 bit", "A: \xe9\r\n\r\n", "A=\\xe9|", "", FAULT_RAW_8BIT | FAULT_NOT_UTF8 },
	{ "space before colon", "A \t: 1\r\n\r\n", "A=1|", "", FAULT_SPACE_BEFORE_COLON },
	{ "first line folded", " 1\r\nA: 2\r\n\r\n", "A=2|", "", FAULT_FOLDING },
	{ "empty continuation", "A: 1\r\n \r\n\t2\r\n\r\n", "A=1 2|", "", FAULT_FOLDING },
	{ "no field, then body", "A: 1\r\nhello there\r\nmore\r\n", "A=1|",
		"hello there\r\nmore\r\n", FAULT_NO_COLON | FAULT_BODY_AT_ONCE },
	{ "damaged line", "A: 1\r\nlost\r\nB: 2\r\n\r\nx", "A=1|B=2|", "x", FAULT_NO_COLON },
	{ "8 bit, UTF-8", "A: \xc3\xa9\r\n \xc3\xa9\r\n\r\n", "A=é é|", "", FAULT_RAW_8BIT },
	{ "8 bit in a name", "\xc3\xa9: 1\r\n\r\n", "é=1|", "", FAULT_RAW_8BIT | FAULT_NAME_8BIT },
	{ "damaged line, folded", "A: 1\r\nlost\r\n too\r\nB: 2\r\n\r\nx", "A=1|B=2|", "x",
		FAULT_NO_COLON },
	{ "boundary", "A: 1\r\n--b\r\nB: 2\r\n\r\nx", "A=1|", "--b\r\nB: 2\r\n\r\nx",
		FAULT_NO_COLON | FAULT_BODY_AT_ONCE },
	{ "mbox line", "From a Thu\r\nA: 1\r\n\r\n", "A=1|", "", FAULT_NO_COLON | FAULT_FROM_LINE },
	{ "quoted mbox line", "A: 1\r\n>From a Thu\r\nB: 1\r\n\r\n", "A=1|B=1|", "",
		FAULT_NO_COLON | FAULT_FROM_LINE },
	{ "doubled", "Subject: 1\r\nX: 1\r\nX: 1\r\nsubject: 2\r\n\r\n",
		"Subject=1|X=1|X=1|subject=2|", "", FAULT_DOUBLED | FAULT_NAME_CASE },
	{ "case", "FROM: a\r\n\r\n", "FROM=a|", "", FAULT_NAME_CASE },
	{ "case of others", "cc: a\r\nMessage-id: b\r\n\r\n", "cc=a|Message-id=b|", "", 0 },
	{ "Received below", "Received: a\r\nFrom: b\r\nReceived: c\r\n\r\n",
		"Received=a|From=b|Received=c|", "", FAULT_RECEIVED_LATE },
	{ "name with a space", "A b: 1\r\n\r\nx", "", "A b: 1\r\n\r\nx",
		FAULT_NO_COLON | FAULT_BODY_AT_ONCE },
	{ "empty name", ": 1\r\n\r\nx", "", ": 1\r\n\r\nx", FAULT_NO_COLON | FAULT_BODY_AT_ONCE },
	{ "colons in the value", "A: b: c:\r\n\r\n", "A=b: c:|", "", 0 },
	{ "empty value", "A:\r\nB:x\r\n\r\n", "A=|B=x|", "", FAULT_EMPTY | FAULT_NO_SPACE },
	{ "empty, folded", "A:\r\n \t\r\n\r\n", "A=|", "", FAULT_EMPTY | FAULT_FOLDING },
	{ "controls far in a long line", "A: 0123456789012345678901234567\x7f 89\r\n\r\n",
		"A=0123456789012345678901234567\\x7f 89|", "", FAULT_CONTROL },
};

static void
split(void *ctx, struct slice input, struct arena *arena)
{
	const struct row *row = ctx;
	struct message m = { 0 };
	const char *fields = "";
	header_split(input, arena, &m);
	for (size_t i = 0; i < m.fields_count; i++)
		fields = arena_printf(arena, "%s%.*s=%s|", fields, (int)m.fields[i].name.len,
			(const char *)m.fields[i].name.ptr,
			header_unfold(m.fields[i].value, arena));
	if (input.len < strlen(row->input))
		return;
	if (strcmp(fields, row->fields) != 0 || !slice_eq(m.body, slice_str(row->body)) ||
		m.faults != row->faults)
		fail_msg("%s: fields %s body '%.*s' faults %x", row->name, fields, (int)m.body.len,
			(const char *)m.body.ptr, m.faults);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct row row = rows[i];
		on_every_beginning(slice_str(row.input), split, &row);
	}
}

static void
test_nul(void **state)
{
	(void)state;
	struct arena a;
	struct message m;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	message_split(SLICE("A: 1\0"
			    "2\r\n\r\n"),
		NULL, &a, &m);
	assert_int_equal(m.faults, FAULT_NUL);
	assert_string_equal(message_text(&m, "a", &a), "1\\x002");
	arena_release(&a);
}

/* Fields beyond a limit are counted out; the body is found all the same. */
static void
test_limits(void **state)
{
	(void)state;
	size_t size = 400000;
	char *text = malloc(size);
	struct arena a;
	struct message m;
	size_t n = 0;
	for (int i = 0; i < LIMIT_HEADER_FIELDS + 20; i++)
		n += (size_t)snprintf(text + n, size - n, "X-%d: y\r\n", i);
	n += (size_t)snprintf(text + n, size - n, "\r\nbody");
	arena_init(&a, LIMIT_MAIL_MEMORY);
	message_split(slice_of(text, n), NULL, &a, &m);
	assert_int_equal(m.fields_count, LIMIT_HEADER_FIELDS);
	assert_int_equal(m.faults, FAULT_TOO_MANY);
	assert_true(m.cut);
	assert_true(slice_eq(m.body, SLICE("body")));

	n = (size_t)snprintf(text, size, "A: 1\r\n");
	for (int i = 0; i < 3000; i++)
		n += (size_t)snprintf(text + n, size - n, " %060d\r\n", i);
	n += (size_t)snprintf(text + n, size - n, "B: 2\r\n\r\nbody");
	arena_reset(&a);
	message_split(slice_of(text, n), NULL, &a, &m);
	assert_int_equal(m.fields_count, 1);
	assert_true(m.fields[0].value.len <= LIMIT_HEADER_BLOCK);
	assert_int_equal(m.faults, FAULT_TOO_MANY);
	assert_true(slice_eq(m.body, SLICE("body")));

	memset(text, 'x', size);
	memcpy(text, "A: ", 3);
	arena_reset(&a);
	message_split(slice_of(text, 2000), NULL, &a, &m);
	assert_int_equal(m.faults, FAULT_LONG_LINE | FAULT_NO_BLANK_LINE);
	arena_release(&a);
	free(text);
}

static void
test_lookup(void **state)
{
	(void)state;
	struct arena a;
	struct message m;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	message_split(SLICE("To: a\r\nto: b\r\nTO: c\r\nTop: d\r\n\r\n"), NULL, &a, &m);
	assert_int_equal(message_count(&m, "To"), 3);
	assert_true(slice_eq(slice_trim(message_field(&m, "to", 1)->value), SLICE("b")));
	assert_null(message_field(&m, "To", 3));
	assert_string_equal(message_text(&m, "Subject", &a), "");
	assert_string_equal(message_fault_name(FAULT_CONTROL), "control");
	arena_release(&a);
}

/* Which field it is that is damaged. */
static void
test_field_faults(void **state)
{
	(void)state;
	struct arena a;
	struct message m = { 0 };
	arena_init(&a, LIMIT_MAIL_MEMORY);
	header_split(SLICE("A: 1\r\nB:2\n\x01\r\nC : 3\x08\r\nto: a\r\nTo: \xff\r\n\r\n"), &a, &m);
	const unsigned want[] = { 0, FAULT_NO_SPACE | FAULT_BARE_LF,
		FAULT_CONTROL | FAULT_SPACE_BEFORE_COLON, FAULT_NAME_CASE,
		FAULT_DOUBLED | FAULT_RAW_8BIT | FAULT_NOT_UTF8 };
	assert_int_equal(m.fields_count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(m.fields[i].faults, want[i]);
	assert_int_equal(m.outside, FAULT_NO_COLON | FAULT_CONTROL);
	for (unsigned bit = 0; bit < 32; bit++) {
		const char *name = message_fault_name((enum message_fault)(1U << bit));
		assert_int_equal(*name != '\0', (1U << bit) <= FAULT_BODY_AT_ONCE);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_field_faults),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
