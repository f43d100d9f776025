/* Message-IDs: what is wrong with them, and whose form they have. */
#include "unit/mail/mail_test.h"

#include "sensor/mail/message_id.h"

static const struct row {
	const char *value, *left, *right, *form;
	unsigned faults;
} rows[] = {
	{ "<E1HcQeF-0007OQ-GL@mx.example.org>", "E1HcQeF-0007OQ-GL", "mx.example.org", "exim", 0 },
	{ "<E1rBOCs-0000000Abcd-1xYz@mx.example.org>", "E1rBOCs-0000000Abcd-1xYz", "mx.example.org",
		"exim", 0 },
	{ "<20020914190339.106247003F@mx.example.org>", "20020914190339.106247003F",
		"mx.example.org", "postfix", 0 },
	{ "<20240914190339.4WxYz12abcde@mx.example.org>", NULL, NULL, "postfix", 0 },
	{ "<200209102325.g8ANP2KX022602@mx.example.org>", NULL, NULL, "sendmail", 0 },
	{ "<200209102325.GAA10264@mx.example.org>", NULL, NULL, "sendmail", 0 },
	{ "<20060422171450.41486.qmail@mx.example.org>", NULL, NULL, "qmail", 0 },
	{ "<000001c77d6d$5e478080$0100007f@PC>", NULL, "PC", "outlook-express",
		ID_NO_DOT | ID_UPPER },
	{ "<004401d2a1b2$c3d4e5f6$01234567$@example.org>", NULL, NULL, "outlook", 0 },
	{ "<CAF+ab_c=1@mail.gmail.com>", NULL, NULL, "gmail", 0 },
	{ "<AM5PR0402MB2836AB12@AM5PR0402MB2836.eurprd04.prod.outlook.com>", NULL, NULL,
		"exchange-online", ID_MIXED },
	{ "<31C6D68FA597D411B04D00E02965883BD239FD@mail.example.org>", NULL, NULL, "exchange", 0 },
	{ "<976D1B4855624790A33E97B473A5546C@pc.example.org>", NULL, NULL, "windows-mail", 0 },
	{ "<0a1b2c3d4e5f60718293a4b5c6d7e8f9@www.example.org>", NULL, NULL, "php-mailer", 0 },
	{ "<20070418183546.GA22423@a.example.org>", NULL, NULL, "mutt", 0 },
	{ "<1176728347.2426.82.camel@a.example.org>", NULL, NULL, "evolution", 0 },
	{ "<4628F46A.5040509@a.example.org>", NULL, NULL, "thunderbird", 0 },
	{ "<420c484o.4495648@a.example.org>", NULL, NULL, "", 0 },
	{ "<4ae0e08a.Wk8dqHqxCq4B7uiL%ana@a.example.org>", NULL, NULL, "mailx", 0 },
	{ "<1.2.JavaMail.root@a.example.org>", NULL, NULL, "javamail", 0 },
	{ "<160000000000.1234.1234567890123456789@a.example.org>", NULL, NULL, "python", 0 },
	{ " <abcdef@example.org>\r\n", "abcdef", "example.org", "", 0 },
	{ "abcdef@example.org", "abcdef", "example.org", "", ID_NO_BRACKETS },
	{ "<abcdef@example.org", "abcdef", "example.org", "", ID_NO_BRACKETS },
	{ ">abcdef@example.org<", ">abcdef", "example.org<", "", ID_NO_BRACKETS | ID_SPECIALS },
	{ "<abcdef@a.b> <ghijkl@c.d>", "abcdef", "a.b", "", ID_SEVERAL },
	{ "<abcdef@a.b> added by x", "abcdef", "a.b", "", ID_JUNK },
	{ "<abcdef>", "abcdef", "", "", ID_NO_AT },
	{ "<abc@def@a.b>", "abc@def", "a.b", "", ID_MANY_AT },
	{ "<@a.b>", "", "a.b", "", ID_NO_LEFT | ID_SHORT },
	{ "<abcdef@>", "abcdef", "", "", ID_NO_RIGHT },
	{ "<>", "", "", "", ID_EMPTY },
	{ "", "", "", "", ID_EMPTY | ID_NO_BRACKETS },
	{ "<abcdef@localhost>", "abcdef", "localhost", "", ID_NO_DOT | ID_LOCALHOST },
	{ "<abcdef@pc.local>", "abcdef", "pc.local", "", ID_LOCALHOST },
	{ "<abcdef@[192.0.2.1]>", "abcdef", "[192.0.2.1]", "", ID_LITERAL },
	{ "<abcdef@192.0.2.1>", "abcdef", "192.0.2.1", "", ID_ADDRESS },
	{ "<abc def@a.b>", "abc def", "a.b", "", ID_SPACE },
	{ "<abcdef(x)@a.b>", "abcdef(x)", "a.b", "", ID_COMMENT | ID_SPECIALS },
	{ "<\"abc def\"@a.b>", "\"abc def\"", "a.b", "", ID_SPACE | ID_QUOTED },
	{ "<abcde\xe9@a..b>", "abcde\xe9", "a..b", "", ID_8BIT | ID_DOTS },
	{ "<abc\x01"
	  "def@a.b>",
		NULL, "a.b", "", ID_CONTROL },
};

static void
read_id(void *ctx, struct slice s, struct arena *arena)
{
	const struct row *row = ctx;
	struct message_id id;
	(void)arena;
	message_id_read(s, &id);
	if (s.len < strlen(row->value))
		return;
	bool left = row->left == NULL || slice_eq(id.left, slice_str(row->left));
	bool right = row->right == NULL || slice_eq(id.right, slice_str(row->right));
	if (!left || !right || strcmp(id.form, row->form) != 0 || id.faults != row->faults)
		fail_msg("%s: '%.*s' '%.*s' %s %x", row->value, (int)id.left.len,
			(const char *)id.left.ptr, (int)id.right.len, (const char *)id.right.ptr,
			id.form, id.faults);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct row row = rows[i];
		on_every_beginning(slice_str(row.value), read_id, &row);
	}
	for (unsigned bit = 0; bit < 32; bit++)
		assert_int_equal(
			*message_id_fault_name((enum id_fault)(1U << bit)) != '\0', bit <= 22);
	assert_string_equal(message_id_form(0), "gmail");
	assert_null(message_id_form(1000));
}

static void
test_long(void **state)
{
	(void)state;
	struct message_id id;
	size_t n = 1000000;
	char *text = malloc(n);
	static const char *const floods[] = { "<", "@", "a", ".", "<a@b>", "1.JavaMail" };
	for (size_t k = 0; k < sizeof floods / sizeof *floods; k++) {
		for (size_t i = 0; i < n; i++)
			text[i] = floods[k][i % strlen(floods[k])];
		message_id_read(slice_of(text, n), &id);
		assert_true(id.whole.len <= MESSAGE_ID_BYTES);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
