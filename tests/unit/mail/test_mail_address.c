/* Mailboxes: names, addresses, groups, routes, comments, and what is wrong with each. */
#include "unit/mail/mail_test.h"

#include "sensor/mail/encoded_word.h"
#include "sensor/mail/header_address.h"

#define M(x) MAILBOX_##x

static const struct row {
	const char *name, *value;
	const char *want; /* "name|local|domain|route|group|comment" and "/" for each */
	unsigned faults;  /* of all together */
	size_t groups, empty;
} rows[] = {
	{ "plain", "a@b.c", "|a|b.c|||/", 0, 0, 0 },
	{ "name", "Ana Lima <a@b.c>", "Ana Lima|a|b.c|||/", 0, 0, 0 },
	{ "quoted", "\"Lima, Ana \\\"x\\\"\" <a@b.c>", "Lima, Ana \"x\"|a|b.c|||/", M(NAME_QUOTED),
		0, 0 },
	{ "half quoted", "Ana \"x\" Lima <a@b.c>", "Ana x Lima|a|b.c|||/", M(NAME_QUOTED), 0, 0 },
	{ "single quotes", "'Ana' <a@b.c>", "Ana|a|b.c|||/", 0, 0, 0 },
	{ "empty name", "\"\" <a@b.c>", "|a|b.c|||/", M(NAME_EMPTY), 0, 0 },
	{ "name in a comment", "a@b.c (Ana)", "Ana|a|b.c|||Ana/", M(COMMENT) | M(NAME_IN_COMMENT),
		0, 0 },
	{ "nested comment", "(x (y) z) a@b.c", "x (y) z|a|b.c|||x (y) z/",
		M(COMMENT) | M(COMMENT_NESTED) | M(NAME_IN_COMMENT), 0, 0 },
	{ "comment in a name", "Ana (x) Lima <a@b.c>", "Ana Lima|a|b.c|||x/", M(COMMENT), 0, 0 },
	{ "comment in an address", "<a(x)@b.c>", "|a|b.c|||/", M(COMMENT), 0, 0 },
	{ "group", "Friends: a@b.c, Bob <d@e.f>; g@h.i",
		"|a|b.c||Friends|/Bob|d|e.f||Friends|/|g|h.i|||/", M(GROUP), 1, 0 },
	{ "empty group", "undisclosed-recipients:;", "", 0, 1, 0 },
	{ "groups nested", "f: g: a@b.c;", "|a|b.c||g|/", M(GROUP) | M(GROUP_NESTED), 2, 0 },
	{ "group never ends", "f: a@b.c", "|a|b.c||f|/", M(GROUP), 1, 0 },
	{ "route", "<@x.y,@z.w:a@b.c>", "|a|b.c|@x.y,@z.w||/", M(ROUTE), 0, 0 },
	{ "no at", "root (Cron Daemon)", "Cron Daemon|root||||Cron Daemon/",
		M(NO_AT) | M(COMMENT) | M(NAME_IN_COMMENT), 0, 0 },
	{ "no local part", "<@b.c>", "||b.c|||/", M(NO_LOCAL), 0, 0 },
	{ "no domain", "<a@>", "|a||||/", M(NO_DOMAIN), 0, 0 },
	{ "no dot", "<a@b>", "|a|b|||/", M(NO_DOT), 0, 0 },
	{ "many at", "<a@b@c.d>", "|a@b|c.d|||/", M(MANY_AT), 0, 0 },
	{ "quoted local part", "\"a b\"@c.d", "|\"a b\"|c.d|||/", M(QUOTED_LOCAL), 0, 0 },
	{ "at in quotes", "\"a@b\"@c.d", "|\"a@b\"|c.d|||/", M(QUOTED_LOCAL), 0, 0 },
	{ "literal", "<a@[192.0.2.1]>", "|a|[192.0.2.1]|||/", M(LITERAL), 0, 0 },
	{ "empty brackets", "<>", "|||||/", M(EMPTY), 0, 0 },
	{ "brackets twice", "<<a@b.c>>", "|a|b.c|||/", M(BRACKETS_TWICE), 0, 0 },
	{ "two addresses", "Ana <a@b.c> <d@e.f>", "Ana|a|b.c|||/", M(BRACKETS_TWICE), 0, 0 },
	{ "words behind", "<a@b.c> Ana", "|a|b.c|||/", M(JUNK), 0, 0 },
	{ "no brackets", "Ana Lima a@b.c", "Ana Lima|a|b.c|||/", M(NO_BRACKETS), 0, 0 },
	{ "bracket open", "Ana <a@b.c, d@e.f", "Ana|a|b.c|||/|d|e.f|||/", M(BRACKET_OPEN), 0, 0 },
	{ "quote open", "\"Ana <a@b.c>", "Ana|a|b.c|||/", M(QUOTE_OPEN), 0, 0 },
	{ "comment open", "(Ana <a@b.c>", "Ana|a|b.c|||/", M(COMMENT_OPEN), 0, 0 },
	{ "spaces", "< a @ b . c >", "|a|b.c|||/", M(SPACE), 0, 0 },
	{ "spaces without brackets", "a @ b.c", "|a|b.c|||/", M(SPACE), 0, 0 },
	{ "dots", "<.a..b@c.d.>", "|.a..b|c.d.|||/", M(DOTS), 0, 0 },
	{ "UTF-8", "Zo\xc3\xab <\xc3\xa9@\xc3\xa9.fr>", "Zoë|é|é.fr|||/", M(UTF8), 0, 0 },
	{ "Latin-1", "Zo\xeb <\xe9@b.fr>", "Zoë|\xe9|b.fr|||/", M(NOT_UTF8), 0, 0 },
	{ "encoded name", "=?utf-8?Q?Zo=C3=AB?= =?utf-8?Q?_L?= <a@b.c>", "Zoë L|a|b.c|||/", 0, 0,
		0 },
	{ "encoded in quotes", "\"=?utf-8?Q?Zo=C3=AB?=\" <a@b.c>", "Zoë|a|b.c|||/", M(NAME_QUOTED),
		0, 0 },
	{ "encoded comma", "=?utf-8?Q?L,_A?= <a@b.c>", "|=?utf-8?Q?L||||/_A?=|a|b.c|||/",
		M(NO_AT) | M(ENCODED), 0, 0 },
	{ "encoded address", "=?utf-8?Q?a=40b.c?=", "|=?utf-8?Q?a=40b.c?=||||/",
		M(NO_AT) | M(ENCODED), 0, 0 },
	{ "specials in a name", "a@x.y <a@b.c>", "a@x.y|a|b.c|||/", M(NAME_SPECIALS), 0, 0 },
	{ "control", "<a\x01@b.c>", "|a\x01|b.c|||/", M(CONTROL), 0, 0 },
	{ "semicolons", "a@b.c; d@e.f", "|a|b.c|||/|d|e.f|||/", M(SEMICOLON), 0, 0 },
	{ "empty ones", "a@b.c,, ,d@e.f,", "|a|b.c|||/|d|e.f|||/", 0, 0, 2 },
	{ "folded", "Ana\r\n Lima\r\n <a@b.c>,\r\n\td@e.f", "Ana Lima|a|b.c|||/|d|e.f|||/", 0, 0,
		0 },
	{ "port behind", "<a@b.c:25>", "|a|b.c:25|||/", 0, 0, 0 },
	{ "nothing", " \r\n ", "", 0, 0, 0 },
};

static void
scan(void *ctx, struct slice s, struct arena *arena)
{
	const struct row *row = ctx;
	struct mailboxes l = { 0 };
	struct slice plain[16];
	const char *got = "";
	mailboxes_read(s, NULL, arena, &l);
	size_t addresses = header_addresses(s, plain, 16), with = 0;
	for (size_t i = 0; i < l.list_count; i++) {
		const struct mailbox *m = &l.list[i];
		const struct slice parts[] = { m->name, m->local, m->domain, m->route, m->group };
		for (size_t k = 0; k < 5; k++)
			got = arena_printf(arena, "%s%.*s|", got, (int)parts[k].len,
				(const char *)parts[k].ptr);
		got = arena_printf(
			arena, "%s%.*s/", got, (int)m->comment.len, (const char *)m->comment.ptr);
		with += m->address.len > 0;
	}
	assert_true(addresses >= with || with > 16);
	if (s.len < strlen(row->value))
		return;
	if (strcmp(got, row->want) != 0 || l.faults != row->faults || l.groups != row->groups ||
		l.empty != row->empty)
		fail_msg("%s: %s faults %x groups %zu empty %zu", row->name, got, l.faults,
			l.groups, l.empty);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct row row = rows[i];
		on_every_beginning(slice_str(row.value), scan, &row);
	}
	for (unsigned bit = 0; bit < 32; bit++)
		assert_int_equal(
			*mailbox_fault_name((enum mailbox_fault)(1U << bit)) != '\0', bit <= 30);
}

static void
test_fields(void **state)
{
	(void)state;
	struct arena a;
	struct message m;
	struct mailboxes l;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	message_split(SLICE("To: a@b.c\r\nCc: x@y.z\r\nto: =?utf-8?Q?a?= <d@e.f>, g:\r\n\r\n"),
		NULL, &a, &m);
	mailboxes_of(&m, "To", &a, &l);
	assert_int_equal(l.list_count, 2);
	assert_true(slice_eq(l.list[1].address, SLICE("d@e.f")));
	assert_int_equal(l.list[1].word_faults, WORD_PRESENT);
	assert_true(l.group_open);
	mailboxes_of(&m, "Bcc", &a, &l);
	assert_int_equal(l.list_count, 0);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
