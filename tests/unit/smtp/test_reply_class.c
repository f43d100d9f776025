/* Reply texts and what they mean.  The rows are in our own words; where the collected texts lie
 * beside the project they are measured too. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/smtp/reply_class.h"

#define FACTS SOURCE_DIR "/../shared/facts/replies.tsv"
#define WANTED 95 /* per cent of the collected texts */

static const struct row {
	const char *text;
	enum reply_class class;
	const char *list, *address;
} rows[] = {
	{ "250 2.1.5 Ok", REPLY_OK, "", "" },
	{ "354 go on", REPLY_OK, "", "" },

	/* listings */
	{ "554 5.7.1 Service unavailable; Client host [198.51.100.9] blocked using "
	  "zen.spamhaus.org; https://www.spamhaus.org/query/ip/198.51.100.9",
		REPLY_LISTED, "Spamhaus ZEN", "198.51.100.9" },
	{ "554 5.7.1 Service unavailable; Client host [2001:db8::25] blocked using "
	  "zen.spamhaus.org",
		REPLY_LISTED, "Spamhaus ZEN", "2001:db8::25" },
	{ "550 5.7.1 Service unavailable; client [198.51.100.9] blocked using "
	  "key1.zen.dq.spamhaus.net",
		REPLY_LISTED, "Spamhaus ZEN", "198.51.100.9" },
	{ "550 Rejected because 198.51.100.9 is in a black list at bl.spamcop.net", REPLY_LISTED,
		"SpamCop", "198.51.100.9" },
	{ "554 5.7.1 Client host [198.51.100.9] blocked using rbl.campus.example; ask the helpdesk",
		REPLY_LISTED, "rbl.campus.example", "198.51.100.9" },
	{ "421 4.7.1 Service unavailable; Client host [198.51.100.9] blocked using "
	  "b.barracudacentral.org",
		REPLY_LISTED, "Barracuda", "198.51.100.9" },
	{ "550-The host mail.example (198.51.100.9) was found in dnsbl-1.uceprotect.net / 550 see "
	  "the operator",
		REPLY_LISTED, "UCEPROTECT L1", "198.51.100.9" },
	{ "554 5.7.1 Client host [198.51.100.9] blocked using dnsbl-2.uceprotect.net; Net "
	  "198.51.100.0/24 is UCEPROTECT-Level2 listed",
		REPLY_LISTED, "UCEPROTECT L2", "198.51.100.9" },
	{ "550 5.7.1 Your server was refused: real-time blackhole list", REPLY_LISTED, "", "" },

	/* none of these is a listing of the client */
	{ "550 5.1.1 <zen.spamhaus.org@example.net>: Recipient address rejected: User unknown",
		REPLY_USER_UNKNOWN, "", "" },
	{ "550 5.1.1 <spamcop@example.net>... User unknown", REPLY_USER_UNKNOWN, "", "" },
	{ "550 5.1.1 spamcop@example.net: no such user", REPLY_USER_UNKNOWN, "", "" },
	{ "504 5.5.2 <sbl.spamhaus.org>: Helo command rejected: need fully-qualified hostname",
		REPLY_NO_RDNS_HELO, "", "" },
	{ "451 4.7.1 Client host [198.51.100.9] blocked using zen.spamhaus.org; Error: open "
	  "resolver; https://www.spamhaus.org/returnc/pub/192.0.2.1",
		REPLY_OTHER, "", "" },
	{ "450 4.7.1 Client host [198.51.100.9] blocked using zen.spamhaus.org; 127.255.255.254",
		REPLY_OTHER, "", "" },
	{ "451 4.7.1 bl.spamcop.net is slow today: DNSBL lookup timed out", REPLY_OTHER, "", "" },
	{ "450 4.7.1 Greylisted because the host is on bl.spamcop.net, come back in 10 minutes",
		REPLY_GREYLISTED, "", "" },
	{ "554 5.7.1 Service unavailable; Sender address [a@b.example] blocked using "
	  "dbl.spamhaus.org",
		REPLY_CONTENT_SPAM, "Spamhaus DBL", "" },
	{ "550 A URL in the text (x.example) is on multi.surbl.org", REPLY_CONTENT_SPAM, "SURBL",
		"" },
	{ "554 5.7.1 Helo command [mail.example] blocked using rhsbl.example", REPLY_CONTENT_SPAM,
		"", "" },
	{ "550 5.7.1 Mailbox full, unsolicited text", REPLY_SIZE_QUOTA, "", "" },

	/* whose address it is */
	{ "550 host x.example ([10.1.2.3]) [198.51.100.9]:4711 is in an RBL, see "
	  "https://www.spamcop.net/bl.shtml?198.51.100.9",
		REPLY_LISTED, "SpamCop", "198.51.100.9" },
	{ "554 5.7.1 198.51.100.9 listed at zen.spamhaus.org, returned 127.0.0.4", REPLY_LISTED,
		"Spamhaus ZEN", "198.51.100.9" },
	{ "550 refused by spamhaus: relay 198.51.100.9 for 203.0.113.7", REPLY_LISTED, "Spamhaus",
		"203.0.113.7" },
	{ "550 spamhaus lists 198.51.100.9 and 203.0.113.7", REPLY_LISTED, "Spamhaus", "" },

	/* providers' own lists */
	{ "550 5.7.606 Access denied, banned sending IP [198.51.100.9]", REPLY_PRIVATE_REPUTATION,
		"Microsoft 365", "198.51.100.9" },
	{ "421 4.7.0 [TSS04] Messages from 198.51.100.9 temporarily deferred due to user "
	  "complaints - 4.16.55.1",
		REPLY_PRIVATE_REPUTATION, "Yahoo", "198.51.100.9" },
	{ "553 5.7.1 [TSS07] not accepted from 198.51.100.9, because the ip is in Spamhaus's list",
		REPLY_LISTED, "Spamhaus", "198.51.100.9" },
	{ "550 Your address has a bad reputation here", REPLY_PRIVATE_REPUTATION, "", "" },
	{ "550 IP na lista negra", REPLY_PRIVATE_REPUTATION, "", "" },

	/* the others */
	{ "421 4.7.28 Our system has detected an unusual rate of unsolicited mail from your IP",
		REPLY_RATE_LIMITED, "Gmail", "" },
	{ "452 4.5.3 Too many recipients", REPLY_RATE_LIMITED, "", "" },
	{ "421 4.7.0 too many connections from you", REPLY_RATE_LIMITED, "", "" },
	{ "550 5.1.1 nobody here by that name", REPLY_USER_UNKNOWN, "", "" },
	{ "550 5.1.1 Usuario desconhecido", REPLY_USER_UNKNOWN, "", "" },
	{ "554 5.7.1 <a@b.example>: Relay access denied", REPLY_RELAY_DENIED, "", "" },
	{ "550 5.7.1 Relaying denied. IP name lookup failed [198.51.100.9]", REPLY_RELAY_DENIED, "",
		"" },
	{ "450 4.7.25 Client host rejected: cannot find your hostname, [198.51.100.9]",
		REPLY_NO_RDNS_HELO, "", "" },
	{ "535 5.7.8 Error: authentication failed", REPLY_AUTH_FAIL, "", "" },
	{ "550 5.7.26 this mail fails DMARC", REPLY_AUTH_FAIL, "", "" },
	{ "550 5.7.1 message looks like spam", REPLY_CONTENT_SPAM, "", "" },
	{ "552 5.3.4 Message size exceeds fixed limit", REPLY_SIZE_QUOTA, "", "" },
	{ "452 4.2.2 mailbox full", REPLY_SIZE_QUOTA, "", "" },
	{ "503 5.5.1 Error: need MAIL command", REPLY_OTHER, "", "" },
	{ "450 4.1.8 <x@y.example>: Sender address rejected: Domain not found", REPLY_OTHER, "",
		"" },
	{ "530 5.7.0 Must issue a STARTTLS command first", REPLY_OTHER, "", "" },
	{ "554 message has a virus in it", REPLY_OTHER, "", "" },
	{ "451 4.3.0 local error", REPLY_OTHER, "", "" },
};

static void
classify(struct slice line, struct reply_meaning *out)
{
	int code;
	struct slice enhanced, text;
	reply_split(line, &code, &enhanced, &text);
	reply_classify(code, enhanced, text, "", out);
}

static void
test_rows(void **state)
{
	(void)state;
	int wrong = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reply_meaning m;
		char address[ADDR_TEXT_MAX];
		classify(slice_str(rows[i].text), &m);
		addr_format(m.quoted, address);
		if (m.class == rows[i].class && strcmp(m.list, rows[i].list) == 0 &&
			strcmp(address, rows[i].address) == 0)
			continue;
		printf("%s\n  want %s \"%s\" %s\n  got  %s \"%s\" %s\n", rows[i].text,
			reply_class_word(rows[i].class), rows[i].list, rows[i].address,
			reply_class_word(m.class), m.list, address);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* The front of every text is a text too: nothing is read behind its end (the sanitizer tells). */
static void
test_fronts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text);
		for (size_t n = 0; n <= len; n++) {
			uint8_t *copy = malloc(n + (n == 0));
			struct reply_meaning m;
			assert_non_null(copy);
			memcpy(copy, rows[i].text, n);
			classify(slice_of(copy, n), &m);
			free(copy);
		}
	}
}

static void
test_facts(void **state)
{
	(void)state;
	FILE *f = fopen(FACTS, "r");
	if (f == NULL) {
		printf("SKIPPED: collected replies are not beside the project\n");
		return;
	}
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int all = 0, right = 0, listed = 0, named = 0;
	while ((len = getline(&line, &cap, f)) > 0) {
		struct slice rest = slice_trim(slice_of(line, (size_t)len));
		struct slice text = slice_split(&rest, '\t');
		struct slice word = slice_split(&rest, '\t');
		struct slice list = slice_split(&rest, '\t');
		struct reply_meaning m;
		enum reply_class want;
		if (reply_class_parse(word, &want) < 0)
			continue;
		classify(text, &m);
		all++;
		right += m.class == want;
		if (m.class != want)
			printf("%s, not %.*s: %.*s\n", reply_class_word(m.class), (int)word.len,
				(const char *)word.ptr, (int)text.len, (const char *)text.ptr);
		if (want != REPLY_LISTED)
			continue;
		listed++;
		bool same = slice_istarts(list, slice_str(m.list)) &&
			    (m.list[0] != '\0' || slice_eq(list, SLICE("unnamed")));
		named += same;
		if (!same)
			printf("  list \"%s\", not %.*s: %.*s\n", m.list, (int)list.len,
				(const char *)list.ptr, (int)text.len, (const char *)text.ptr);
	}
	free(line);
	fclose(f);
	printf("%d of %d classes, %d of %d names of lists\n", right, all, named, listed);
	assert_true(all > 0);
	assert_true(right * 100 >= WANTED * all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_fronts),
		cmocka_unit_test(test_facts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
