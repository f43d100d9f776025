/* Mails and refusals of dialogues that are only lengths: "c25 s94" = the client's record of 25 bytes, the
 * server's of 94. */
#include "unit/smtp/smtp_test.h"

#include "sensor/smtp/estimate.h"

#define NAME 18 /* bytes of "client.example.edu": an EHLO of 25 */

static const struct {
	const char *name;
	struct estimate_hints hints;
	const char *records;
	int32_t mails, refusals;
} rows[] = {
	{ "one mail, one command after another", { "Postfix", NAME, false, false, false },
		"c25 s94 c46 s14 c38 s14 c6 s37 c2443 s41 c6 s15", 1, 0 },
	{ "of a server that nothing is known of", { "", NAME, false, false, false },
		"c25 s94 c46 s20 c38 s23 c6 s13 c2443 s40 c6 s14", 1, 0 },
	{ "its consents are as long as refusals", { "", NAME, false, false, false },
		"c25 s94 c46 s64 c38 s64 c39 s64 c33 s64 c6 s50 c2443 s64 c6 s14", 1, 0 },
	{ "two of three recipients refused", { "Postfix", NAME, false, false, false },
		"c25 s94 c46 s14 c38 s107 c39 s14 c38 s132 c6 s37 c16384 c8849 s41 c6 s15", 1, 2 },
	{ "all refused, RSET, another mail", { "Exim", NAME, false, false, false },
		"c25 s94 c46 s8 c38 s25 c6 s14 c46 s8 c38 s14 c6 s56 c700 s35 c6 s39", 1, 1 },
	{ "the sender refused", { "Exim", NAME, false, false, false }, "c25 s94 c46 s26 c6 s39", 0, 1 },
	{ "the content refused", { "OpenSMTPD", NAME, false, false, false },
		"c25 s94 c46 s14 c38 s51 c6 s50 c2443 s36 c6 s15", 0, 1 },
	{ "no mail", { "Postfix", NAME, false, false, false }, "c25 s94 c6 s15", 0, 0 },
	{ "a tiny mail", { "Postfix", NAME, false, false, false },
		"c25 s94 c46 s14 c38 s14 c6 s37 c30 s41 c6 s15", 1, 0 },
	{ "RFC 2920: three at once, dot and QUIT at once", { "Postfix", NAME, false, false, false },
		"c25 s94 c106 s65 c4096 c4096 c2361 c3 s36 c101 s65 c4096 c55 c9 s52", 2, 0 },
	{ "pipelined and refused", { "Postfix", NAME, false, false, false }, "c25 s94 c106 s152 c6 s15",
		0, 1 },
	{ "Postfix to Postfix, RSET and QUIT at once", { "Postfix", 23, false, false, true },
		"c30 s151 c121 s155 c12 s29", 0, 1 },
	{ "RFC 3030: a mail in one go", { "Exim", NAME, false, false, true },
		"c25 s108 c812 s57 c352 s57 c6 s39", 2, 0 },
	{ "465, with AUTH", { "", 0, true, true, true },
		"s60 c25 s125 c12 s18 c6 s18 c26 s37 c36 s14 c32 s14 c6 s37 c1443 s41 c6 s15", 1, 0 },
	{ "465, wrong password", { "", 0, true, true, true }, "s60 c25 s125 c45 s80 c6 s15", 0, 0 },
	{ "465, refused in the greeting", { "", 0, true, true, true }, "s120 c6 s15", 0, 1 },
	{ "CBC: lengths are spans", { "Postfix", NAME, false, false, false },
		"c27~ s95~ c59~ s27~ c43~ s27~ c11~ s43~ c2459~ s43~ c11~ s27~", 1, 0 },
};

static bool
run(const struct estimate_hints *hints, const char *records, size_t chunks, struct estimate_counts *out)
{
	struct estimate *e = estimate_new(hints);
	for (const char *p = records; *p != '\0' && chunks > 0; chunks--) {
		char *end;
		bool server = *p == 's';
		int64_t most = strtol(p + 1, &end, 10);
		bool span = *end == '~';
		estimate_record(e, server, (struct estimate_span){ span ? most - 15 : most, most });
		p = end + span;
		while (*p == ' ')
			p++;
	}
	bool known = estimate_end(e, out);
	estimate_free(e);
	return known;
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct estimate_counts got;
		if (!run(&rows[i].hints, rows[i].records, SIZE_MAX, &got))
			fail_msg("%s: no estimate", rows[i].name);
		if (got.mails != rows[i].mails || got.refusals != rows[i].refusals)
			fail_msg("%s: mails %d, refusals %d, doubt %d, margin %d", rows[i].name, got.mails,
				got.refusals, got.doubt, got.margin);
		/* Every front of it ends somehow; what was cut off may hide one refusal. */
		for (size_t n = 0; n < 30; n++)
			if (run(&rows[i].hints, rows[i].records, n, &got))
				assert_in_range(got.mails, 0, rows[i].mails + 1);
	}
}

/* What is no SMTP has no estimate, and neither has nothing. */
static void
test_none(void **state)
{
	(void)state;
	static const char *const none[] = { "", "c517 s14000 c517 s90000 c517 s14000 c600 s70000",
		"s3 c3 s3 c3 s3 c3 s3 c3" };
	struct estimate_hints hints = { "", 0, true, false, true };
	struct estimate_counts got;
	for (size_t i = 0; i < ROWS(none); i++)
		if (run(&hints, none[i], SIZE_MAX, &got))
			fail_msg("%s: mails %d, refusals %d, doubt %d", none[i], got.mails, got.refusals,
				got.doubt);
}

/* Lengths without end, and hundreds of thousands of exchanges: bounded, and no overflow. */
static void
test_hostile(void **state)
{
	(void)state;
	struct estimate_hints hints = { "", 0, false, false, true };
	struct estimate *e = estimate_new(&hints);
	struct estimate_counts got;
	for (size_t i = 0; i < 3000; i++) {
		estimate_record(e, i % 2, (struct estimate_span){ -5, (int64_t)(i % 7) * 3000 - 16 });
		estimate_record(e, i % 3, (struct estimate_span){ 18432, 18432 });
	}
	estimate_end(e, &got);
	estimate_free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
