/* Extensions by EHLO's lines, by commands and by parameters. */
#include "unit/smtp/smtp_test.h"

#include "sensor/smtp/extension.h"

static void
lines(void **state)
{
	static const struct {
		const char *line;
		enum extension want;
	} rows[] = {
		{ "PIPELINING", EXTENSION_PIPELINING },
		{ "size 52428800", EXTENSION_SIZE },
		{ " SIZE", EXTENSION_SIZE },
		{ "AUTH PLAIN LOGIN", EXTENSION_AUTH },
		{ "AUTH=PLAIN LOGIN", EXTENSION_AUTH },
		{ "8BITMIME", EXTENSION_8BITMIME },
		{ "STARTTLS", EXTENSION_STARTTLS },
		{ "STARTTLSX", EXTENSION_NONE },
		{ "X-ANONYMOUSTLS", EXTENSION_ANONYMOUSTLS },
		{ "MT-PRIORITY STANAG4406", EXTENSION_MT_PRIORITY },
		{ "", EXTENSION_NONE },
		{ "=", EXTENSION_NONE },
		{ "HELP", EXTENSION_NONE },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].line);
		assert_int_equal(extension_of(slice_str(rows[i].line)), rows[i].want);
	}
}

static void
overwritten(void **state)
{
	static const struct {
		const char *keyword;
		bool want;
	} rows[] = { { "XXXXXXXA", true }, { "XXXXXXXX", true }, { "AXXXXXXX", true },
		{ "XXXXXXAA", false }, { "XXXXXXX", false }, { "XXXXXXXXX", false },
		{ "STARTTLS", false }, { "", false } };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			extension_is_overwritten(slice_str(rows[i].keyword)), rows[i].want);
}

static void
needs(void **state)
{
	static const struct {
		const char *name, *value;
		enum extension want;
	} rows[] = {
		{ "SIZE", "100", EXTENSION_SIZE },
		{ "body", "8BITMIME", EXTENSION_8BITMIME },
		{ "BODY", "7BIT", EXTENSION_8BITMIME },
		{ "BODY", "binarymime", EXTENSION_BINARYMIME },
		{ "SMTPUTF8", "", EXTENSION_SMTPUTF8 },
		{ "RET", "HDRS", EXTENSION_DSN },
		{ "ENVID", "x", EXTENSION_DSN },
		{ "NOTIFY", "NEVER", EXTENSION_DSN },
		{ "ORCPT", "rfc822;a@b", EXTENSION_DSN },
		{ "HOLDFOR", "60", EXTENSION_FUTURERELEASE },
		{ "BY", "60;R", EXTENSION_DELIVERBY },
		{ "XOORG", "x", EXTENSION_NONE },
		{ "", "", EXTENSION_NONE },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s=%s\n", rows[i].name, rows[i].value);
		assert_int_equal(
			extension_of_param(slice_str(rows[i].name), slice_str(rows[i].value)),
			rows[i].want);
	}
	assert_int_equal(extension_of_command(VERB_BDAT), EXTENSION_CHUNKING);
	assert_int_equal(extension_of_command(VERB_MAIL), EXTENSION_NONE);
	assert_int_equal(extension_of_command(VERB_UNKNOWN), EXTENSION_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(overwritten),
		cmocka_unit_test(needs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
