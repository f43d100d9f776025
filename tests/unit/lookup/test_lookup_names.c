/* Names that are asked, codes that are answered, and the zones that we know. */
#include "unit/lookup/fixture.h"

#include "sensor/lookup/question.h"
#include "sensor/lookup/zones.h"

/* ---- names ---- */

static void
names(void **state)
{
	static const struct {
		const char *host, *zone, *wanted;
	} rows[] = {
		{ "200.136.80.4", "zen.spamhaus.org", "4.80.136.200.zen.spamhaus.org" },
		{ "1.2.3.255", "x", "255.3.2.1.x" },
		{ "2001:db8:1::ab", "x.test",
			"b.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.x.test" },
		{ "", "x.test", NULL },
	};
	char name[QUESTION_NAME_MAX], zone[300];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int rc = question_name(addr_of(rows[i].host), rows[i].zone, name);
		assert_int_equal(rc, rows[i].wanted == NULL ? -1 : 0);
		assert_string_equal(name, rows[i].wanted == NULL ? "" : rows[i].wanted);
	}
	memset(zone, 'a', sizeof zone);
	zone[245] = '\0';
	assert_int_equal(question_name(addr_of("1.2.3.4"), zone, name), 0);
	zone[245] = 'a', zone[246] = '\0';
	assert_int_equal(question_name(addr_of("1.2.3.4"), zone, name), -1);
	assert_int_equal(question_name(question_test_listed(ADDR_V6), "x", name), 0);
	assert_string_equal(
		name, "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.x");
	assert_int_equal(question_name(question_test_clear(ADDR_V4), "x", name), 0);
	assert_string_equal(name, "1.0.0.127.x");
}

static void
who_may_be_asked(void **state)
{
	static const struct {
		const char *host;
		bool wanted;
	} rows[] = {
		{ "200.136.80.4", true },
		{ "2600::1", true },
		{ "192.0.2.9", true }, /* documentation: a laboratory */
		{ "2001:db8::9", true },
		{ "10.1.2.3", false },
		{ "172.16.0.1", false },
		{ "192.168.1.1", false },
		{ "100.64.0.1", false },
		{ "169.254.0.1", false },
		{ "127.0.0.2", false },
		{ "224.0.0.1", false },
		{ "255.255.255.255", false },
		{ "0.0.0.0", false },
		{ "fe80::1", false },
		{ "fd00::1", false },
		{ "::1", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (question_may_be_asked(addr_of(rows[i].host)) != rows[i].wanted)
			fail_msg("%s", rows[i].host);
}

/* ---- codes ---- */

static void
faults(void **state)
{
	static const struct {
		const char *addresses;
		bool large, wanted; /* a fault */
	} rows[] = {
		{ "", true, false },
		{ "127.0.0.2", true, false },
		{ "127.0.0.254", true, false },
		{ "127.0.0.2 127.0.0.4 127.0.0.10", true, false },
		{ "127.0.0.1", true, true },
		{ "127.0.0.0", true, true },
		{ "127.255.255.252", true, true },
		{ "127.255.255.254", true, true },
		{ "127.255.255.255", false, true },
		{ "127.255.0.7", false, true },
		{ "127.0.0.255", false, true },
		{ "127.0.1.255", false, true },
		{ "127.0.1.2", true, true }, /* an answer of a list of names */
		{ "127.0.1.2", false, false },
		{ "127.0.0.4 127.255.255.254", true, true },
		{ "192.0.2.1", false, true },
		{ "127.0.0.2 203.0.113.9", true, true },
		{ "!SERVFAIL", true, true },
		{ "!", true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dns_answer a = answer(rows[i].addresses);
		if ((answer_fault(&a, rows[i].large) != NULL) != rows[i].wanted)
			fail_msg("%s", rows[i].addresses);
	}
}

static void
zones(void **state)
{
	static const struct {
		const char *zone;
		uint8_t code;
		const char *wanted; /* NULL = no listing */
	} rows[] = {
		{ "zen.spamhaus.org", 2, "Spamhaus SBL" },
		{ "zen.spamhaus.org", 3, "Spamhaus CSS" },
		{ "zen.spamhaus.org", 4, "Spamhaus XBL" },
		{ "zen.spamhaus.org", 9, "Spamhaus DROP" },
		{ "ZEN.spamhaus.org", 10, "Spamhaus PBL" },
		{ "zen.spamhaus.org", 11, "Spamhaus PBL" },
		{ "zen.spamhaus.org", 30, "mine" },
		{ "k3y.zen.dq.spamhaus.net", 4, "Spamhaus XBL" },
		{ "xzen.spamhaus.org", 4, "mine" }, /* another one */
		{ "dnsbl.spfbl.net", 2, "SPFBL" },
		{ "dnsbl.spfbl.net", 4, "SPFBL policy" },
		{ "rep.mailspike.net", 11, "Mailspike" },
		{ "rep.mailspike.net", 18, NULL }, /* a good one */
		{ "bl.spamcop.net", 2, "mine" },
		{ "lists.example.org", 77, "mine" },
	};
	const struct zone *row;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got =
			zone_meaning(zone_known(slice_str(rows[i].zone)), "mine", rows[i].code);
		if (rows[i].wanted == NULL)
			assert_null(got);
		else
			assert_string_equal(got, rows[i].wanted);
	}
	for (size_t i = 0; (row = zone_at(i)) != NULL; i++) {
		bool registered = strstr(row->terms, "key") != NULL ||
				  strstr(row->terms, "registered") != NULL;
		assert_true(row->terms[0] != '\0');
		if (registered && row->by_default)
			fail_msg("%s is asked by default", row->name);
	}
	row = zone_known(SLICE("zen.spamhaus.org"));
	assert_string_equal(zone_list(row, "", 0), "Spamhaus SBL");
	assert_string_equal(zone_list(row, "", 4), "Spamhaus PBL");
	assert_null(zone_list(row, "", 5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(who_may_be_asked),
		cmocka_unit_test(faults),
		cmocka_unit_test(zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
