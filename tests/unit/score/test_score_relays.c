/* Relays of a message: the pseudo-headers, who is trusted, what is passed over. */
#include "unit/score/eval_test.h"

#include "sensor/score/relays_network.h"

#define PUBLIC(n)                                                                                  \
	"Received: from h" n ".example (h" n ".example [203.0.113." n "]) by s" n                  \
	".example (Postfix) with ESMTP id 1234" n "; Thu, 12 Jun 2008 10:00:00 +0000\n"
#define PRIVATE                                                                                    \
	"Received: from in.example (in.example [10.1.2.3]) by gate.example (Postfix) with ESMTP "  \
	"id 77777; Thu, 12 Jun 2008 10:00:00 +0000\n"
#define LOGGED_IN                                                                                  \
	"Received: from pc (h9.example [203.0.113.99]) by sub.example (Postfix) with ESMTPSA id "  \
	"88888; Thu, 12 Jun 2008 10:00:00 +0000\n"
#define FETCHED                                                                                    \
	"Received: from pop.example [192.0.2.1] by localhost with POP3 (fetchmail-6.3.8) for "     \
	"me@localhost; Thu, 12 Jun 2008 10:00:00 +0000\n"
#define LOCAL "Received: (qmail 123 invoked by uid 99); 12 Jun 2008 10:00:00 -0000\n"

static const struct {
	const char *header, *settings;
	const char *trusted, *untrusted; /* addresses, newest first */
	size_t internal, unparseable, trusted_fields;
} rows[] = {
	{ "", NULL, "", "", 0, 0, 0 },
	{ PUBLIC("1"), NULL, "", "203.0.113.1 ", 0, 0, 0 },
	{ PRIVATE PUBLIC("1") PUBLIC("2"), NULL, "10.1.2.3 ", "203.0.113.1 203.0.113.2 ", 1, 0, 1 },
	{ PUBLIC("1") PRIVATE, NULL, "", "203.0.113.1 10.1.2.3 ", 0, 0, 0 },
	{ LOGGED_IN PUBLIC("1"), NULL, "203.0.113.99 ", "203.0.113.1 ", 1, 0, 1 },
	{ LOCAL PRIVATE LOCAL PUBLIC("1"), NULL, "10.1.2.3 ", "203.0.113.1 ", 1, 0, 3 },
	{ PRIVATE FETCHED PUBLIC("1"), NULL, "", "203.0.113.1 ", 0, 0, 2 },
	{ PUBLIC("1") FETCHED PUBLIC("2"), NULL, "", "203.0.113.1 203.0.113.2 ", 0, 0, 0 },
	{ PUBLIC("1") PUBLIC("2"), "trusted_networks 203.0.113.1", "203.0.113.1 ", "203.0.113.2 ",
		1, 0, 1 },
	{ PUBLIC("1") PUBLIC("2") PUBLIC("3"),
		"trusted_networks 203.0.113.\ninternal_networks 203.0.113.1",
		"203.0.113.1 203.0.113.2 203.0.113.3 ", "", 1, 0, 3 },
	{ PUBLIC("1") PUBLIC("2"), "internal_networks 203.0.113/24 !203.0.113.9",
		"203.0.113.1 203.0.113.2 ", "", 2, 0, 2 },
	{ PUBLIC("1") PUBLIC("2"), "trusted_networks !203.0.113.2 203.0.113.0/24", "203.0.113.1 ",
		"203.0.113.2 ", 1, 0, 1 },
	{ PRIVATE PUBLIC("1"), "trusted_networks 192.0.2.0/24", "", "10.1.2.3 203.0.113.1 ", 0, 0,
		0 },
	{ PUBLIC("1") PUBLIC("2"), "trusted_networks 203.0.113.1\nmsa_networks 203.0.113.1",
		"203.0.113.1 203.0.113.2 ", "", 2, 0, 2 },
	{ "Received: from somewhere we do not know\n" PUBLIC("1"), NULL, "", "203.0.113.1 ", 0, 1,
		1 },
	{ PUBLIC("1") "X-Originating-IP: [192.0.2.77]\n", "originating_ip_headers X-Originating-IP",
		"", "203.0.113.1 192.0.2.77 ", 0, 0, 0 },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct eval_case c;
		char header[4096], trusted[500] = "", untrusted[500] = "";
		snprintf(header, sizeof header, "%sSubject: x\n\ntext\n", rows[i].header);
		eval_case_init(&c, header, rows[i].settings, NULL);
		const struct relays *r = input_relays(&c.in);
		for (size_t k = 0; k < r->relays_count; k++) {
			char *to = k < r->trusted_count ? trusted : untrusted;
			assert_int_equal(r->relays[k].trusted, k < r->trusted_count);
			snprintf(to + strlen(to), 500 - strlen(to), "%s ", r->relays[k].ip);
		}
		if (strcmp(trusted, rows[i].trusted) != 0 ||
			strcmp(untrusted, rows[i].untrusted) != 0 ||
			r->internal_count != rows[i].internal ||
			r->unparseable != rows[i].unparseable ||
			r->trusted_fields != rows[i].trusted_fields)
			fail_msg("row %zu: trusted %s untrusted %s internal %zu unparseable %zu "
				 "fields %zu",
				i, trusted, untrusted, r->internal_count, r->unparseable,
				r->trusted_fields);
		eval_case_release(&c);
	}
}

static void
test_format(void **state)
{
	(void)state;
	struct eval_case c;
	eval_case_init(&c,
		"Received: from [192.0.2.9] (helo=[192.0.2.8] ident=mail) by mx.example with esmtp "
		"(Exim 4.50) id 1GzVLs-0002Oz-7b; Thu, 12 Jun 2008 10:00:00 +0000\n\n",
		NULL, NULL);
	assert_string_equal(input_relays(&c.in)->external,
		"[ ip=192.0.2.9 rdns= helo=!192.0.2.8! by=mx.example ident=mail envfrom= intl=0 "
		"id=1GzVLs-0002Oz-7b auth= msa=0 ]");
	eval_case_release(&c);
}

static const struct {
	const char *ip;
	bool private;
} addresses[] = { { "10.0.0.1", true }, { "172.16.0.1", true }, { "172.32.0.1", false },
	{ "100.64.0.1", true }, { "100.128.0.1", false }, { "127.0.0.1", true },
	{ "192.0.2.1", false }, { "fe80::1", true }, { "::1", true }, { "2001:db8::1", false },
	{ "IPv6:::1", true }, { "", false }, { "x", false } };

static void
test_private(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
		if (relay_is_private(slice_str(addresses[i].ip)) != addresses[i].private)
			fail_msg("%s", addresses[i].ip);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_private),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
