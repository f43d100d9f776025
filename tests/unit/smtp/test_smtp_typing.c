/* Who types and who does not: dialogues as segments with their times. */
#include "unit/smtp/smtp_test.h"

#include "sensor/smtp/session.h"
#include "sensor/smtp/typing.h"

#define MS(n) ((n)*PTIME_MS)

/* Pauses in ms before each piece: "120 h 90 e"; a piece that begins with "<" is the server's, ";"
 * is a line's end, "_" a space. */
static void
play(struct typing *t, const char *script)
{
	static int64_t now = 1000 * PTIME_SECOND;
	struct slice rest = slice_str(script);
	while (rest.len > 0) {
		int64_t pause = 0;
		uint8_t bytes[100];
		struct slice number = slice_split(&rest, ' '), piece = slice_split(&rest, ' ');
		assert_int_equal(slice_number(number, &pause), 0);
		now += MS(pause);
		if (piece.len > 0 && piece.ptr[0] == '<') {
			typing_answer(t, now);
			continue;
		}
		for (size_t i = 0; i < piece.len; i++)
			bytes[i] = piece.ptr[i] == ';'	 ? '\n'
				   : piece.ptr[i] == '_' ? ' '
							 : piece.ptr[i];
		typing_segment(t, slice_of(bytes, piece.len), false, now);
	}
	typing_segment(t, SLICE_EMPTY, true, now); /* nothing more */
}

static const struct {
	const char *name, *script;
	const char *lines[3]; /* as typing_line sees them */
	int slips;
	bool keys, by_lines;
	int32_t keystrokes, pauses;
} rows[] = {
	{ "a person, key by key",
		"0 < 900 h 110 e 180 l 95 o 240 _ 130 a 310 . 120 b 90 . 220 c 150 d 400 ; 10 < "
		"700 q "
		"90 u 140 i 260 t 120 ;",
		{ NULL }, 0, true, false, 15, 0 },
	{ "a person who is slow between the lines",
		"0 < 3700 h 110 e 180 l 95 o 240 _ 130 a 310 . 120 b 90 . 220 c 150 d 400 ; 10 < "
		"4200 "
		"q 90 u 140 i 260 t 120 ;",
		{ NULL }, 0, true, false, 13, 2 },
	{ "few keys, but one was wrong", "0 < 500 a 200 b 130 \x7f 110 c 200 d",
		{ "ab\x7f"
		  "cd",
			NULL },
		0, true, false, 3, 0 },
	{ "a program that writes byte by byte, as a clock ticks",
		"0 < 100 h 100 e 100 l 102 o 99 _ 100 a 101 . 100 b 100 . 98 c 100 d 100 ;",
		{ NULL }, 0, false, false, 10, 0 },
	{ "one byte a segment, without pauses",
		"0 < 1 h 1 e 0 l 1 o 1 _ 1 a 1 . 1 b 0 . 1 c 1 d 1 ; 1 < 1 q 1 u 1 i 1 t 1 ;",
		{ NULL }, 0, false, false, 0, 0 },
	{ "a program that sends the end of a line apart, and waits for its acknowledgement",
		"0 < 40 EHLO_a 41 ; 60 < 40 MAIL 43 ; 50 < 45 RCPT 40 ; 60 < 40 DATA 44 ; 61 < 40 "
		"hello; 44 .; 60 < 40 MAIL 43 ; 50 < 45 RCPT 40 ; 60 < 40 DATA 44 ; 61 < 40 hello; "
		"44 "
		".; 60 < 40 QUIT 41 ;",
		{ NULL }, 0, false, false, 0, 0 },
	{ "a person in line mode",
		"0 < 5310 helo_me; 20 < 7820 mail_from:me; 20 < 4170 rcpt_to:you; 20 < 2630 data;",
		{ NULL }, 2, false, true, 0, 4 },
	{ "the same, but the words are a program's",
		"0 < 5310 helo_me; 20 < 7820 mail_from:me; 20 < 4170 rcpt_to:you; 20 < 2630 data;",
		{ NULL }, 1, false, false, 0, 4 },
	{ "a script with sleeps",
		"0 < 3000 helo_me; 20 < 2982 mail_from:me; 20 < 4985 rcpt_to:you; 20 < 2484 data;",
		{ NULL }, 5, false, false, 0, 4 },
	{ "a script that waits for the answer, then sleeps",
		"0 < 3002 helo_me; 31 < 3004 mail_from:me; 87 < 3001 rcpt_to:you; 44 < 3003 data;",
		{ NULL }, 5, false, false, 0, 4 },
	{ "a person who is quick",
		"0 < 1310 helo_me; 20 < 1820 mail_from:me; 20 < 1170 rcpt_to:you;", { NULL }, 5,
		false, false, 0, 0 },
	{ "telnet says so",
		"0 < 5310 helo_me; 20 < 7820 mail_from:me; 20 < 4170 rcpt_to:you; 20 < 2630 data;",
		{ "\xff\xfb\x1fhelo me", NULL }, 0, false, true, 0, 4 },
	{ "arrows and kill keys", "0 < 9 x", { "helo fo\x1b[Do", "maol\x15mail from:<a@b>", NULL },
		0, true, false, 0, 0 },
	{ "delete key and word kill", "0 < 9 x", { "helo f\x1b[3~o\x17", NULL }, 0, true, false, 0,
		0 },
	{ "noise is no editing", "0 < 9 x",
		{ "\x01\x08\x08\x7f\x7f", "\x16\x03\x01\x08\x08", NULL }, 0, false, false, 0, 0 },
	{ "nothing but backspaces is no text", "0 < 9 x", { "\x08\x08\x08", NULL }, 0, false, false,
		0, 0 },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct typing t = { 0 };
		play(&t, rows[i].script);
		for (size_t k = 0; k < 3 && rows[i].lines[k] != NULL; k++)
			typing_line(&t, slice_str(rows[i].lines[k]));
		if (typing_by_keys(&t) != rows[i].keys ||
			typing_by_lines(&t, rows[i].slips) != rows[i].by_lines ||
			t.keys != rows[i].keystrokes || t.pauses != rows[i].pauses)
			fail_msg("%s: keys %d edits %d pauses %d thoughts %d, by keys %d, by lines "
				 "%d",
				rows[i].name, t.keys, t.edits, t.pauses, t.thoughts,
				typing_by_keys(&t), typing_by_lines(&t, rows[i].slips));
	}
}

/* A mail that is typed comes line by line; one that is pasted, or sent by a script, does not. */
static void
test_content(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int64_t pauses[4]; /* ms */
		int32_t lines;
	} mails[] = {
		{ "typed", { 900, 3140, 1870, 2210 }, 4 },
		{ "pasted", { 900, 1, 0, 2 }, 1 },
		{ "by a script", { 1002, 1003, 1001, 2004 }, 0 },
	};
	for (size_t i = 0; i < ROWS(mails); i++) {
		struct typing t = { 0 };
		int64_t now = 50 * PTIME_SECOND;
		typing_segment(&t, SLICE("data\r\n"), false, now);
		for (size_t k = 0; k < 4; k++) {
			now += MS(mails[i].pauses[k]);
			typing_segment(&t, SLICE("a line\r\n"), true, now);
		}
		if (t.lines != mails[i].lines)
			fail_msg("%s: %d lines", mails[i].name, t.lines);
		assert_int_equal(t.pauses, 0);
	}
}

static void
test_bounds(void **state)
{
	(void)state;
	struct typing t = { .keys = INT32_MAX,
		.edits = INT32_MAX - 1,
		.pauses = INT32_MAX,
		.thoughts = INT32_MAX,
		.alone = true,
		.last = 1,
		.answer = 1 };
	typing_segment(&t, SLICE("a"), false, 1 + MS(100));
	typing_line(&t, SLICE("a\b\b\b"));
	typing_answer(&t, PTIME_SECOND);
	typing_segment(&t, SLICE("b"), false, 9 * PTIME_SECOND + 123);
	assert_int_equal(t.keys, INT32_MAX);
	assert_int_equal(t.pauses, INT32_MAX);
	assert_true(t.edits >= INT32_MAX - 1);
}

/* ---- whole dialogues ---- */

/* "PAUSE_MS line" each, the server's answers between them. */
static const struct {
	const char *name;
	const char *lines[12];
	const char *client;
} dialogues[] = {
	{ "a person with netcat",
		{ "4210 helo me", "7350 mail from: ana@campus.example", "3120 rcpt bob",
			"5930 rcpt to: bob@x.example", "2750 data", "1240 is this working?",
			"2410 .", "3380 quit" },
		"hand-typed" },
	{ "a script that pipes lines into netcat",
		{ "3001 helo me", "3002 mail from: ana@campus.example", "3000 rcpt bob",
			"3003 rcpt to: bob@x.example", "3001 data", "3002 is this working?",
			"3001 .", "3000 quit" },
		"" },
	{ "a person who types as a program would, and makes no slip",
		{ "4210 HELO me.example", "7350 MAIL FROM:<ana@campus.example>",
			"3120 RCPT TO:<bob@x.example>", "5930 DATA", "40 Subject: x", "1 .",
			"2750 QUIT" },
		"" },
	{ "smtplib in a program that waits for something else",
		{ "4210 ehlo me", "7350 mail FROM:<ana@campus.example>",
			"3120 rcpt TO:<bob@x.example>", "5930 data", "1 Subject: x", "0 .",
			"2750 QUIT" },
		"Python smtplib" },
};

static void
say(struct smtp_session *s, enum smtp_side from, const char *text, int64_t time)
{
	struct slice bytes = slice_str(text);
	struct smtp_mail mail;
	while (smtp_session_data(s, from, &bytes, time, &mail) == 1)
		;
}

static const char *
answer_to(const char *line, bool *data)
{
	if (*data && strcmp(line, ".\n") != 0)
		return "";
	if (!*data && (line[0] | 32) == 'd') {
		*data = true;
		return "354 go\r\n";
	}
	*data = false;
	return strstr(line, "rcpt bob") != NULL ? "501 5.5.4 Syntax\r\n" : "250 2.0.0 ok\r\n";
}

static void
test_dialogues(void **state)
{
	(void)state;
	static const struct smtp_config config = { .privacy_off = true };
	for (size_t i = 0; i < ROWS(dialogues); i++) {
		struct counters counters = { 0 };
		struct smtp_session *s = smtp_session_new(&config, &counters);
		struct smtp_mail mail;
		int64_t now = 1000 * PTIME_SECOND + MS(123);
		bool data = false;
		say(s, SMTP_SERVER, "220 x.example ESMTP\r\n", now);
		for (size_t k = 0; k < 12 && dialogues[i].lines[k] != NULL; k++) {
			char line[100];
			int64_t pause = 0;
			struct slice rest = slice_str(dialogues[i].lines[k]);
			assert_int_equal(slice_number(slice_split(&rest, ' '), &pause), 0);
			snprintf(
				line, sizeof line, "%.*s\n", (int)rest.len, (const char *)rest.ptr);
			now += MS(pause);
			say(s, SMTP_CLIENT, line, now);
			now += MS(7);
			say(s, SMTP_SERVER, answer_to(line, &data), now);
		}
		while (smtp_session_end(s, CLOSE_FIN, now, &mail) == 1)
			;
		const struct session_record *r = smtp_session_record(s);
		if (strcmp(r->client_software, dialogues[i].client) != 0 || r->typing.pauses < 3)
			fail_msg("%s: '%s', %d pauses, %s", dialogues[i].name, r->client_software,
				r->typing.pauses, r->dialect);
		smtp_session_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_dialogues),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
