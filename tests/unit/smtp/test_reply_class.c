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

/* Lines of a table, each split at its tabs; calls for each that is no comment. */
static int
each_text(const char *path, void (*take)(struct slice fields[4], void *ctx), void *ctx)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int count = 0;
	if (f == NULL)
		return -1;
	while ((len = getline(&line, &cap, f)) > 0) {
		struct slice rest = slice_take(slice_of(line, (size_t)len),
			slice_index(slice_of(line, (size_t)len), '\n'));
		struct slice fields[4];
		if (rest.len == 0 || rest.ptr[0] == '#')
			continue;
		for (size_t i = 0; i < 4; i++)
			fields[i] = slice_split(&rest, '\t');
		take(fields, ctx);
		count++;
	}
	free(line);
	fclose(f);
	return count;
}

/* The texts as they stand, with a Windows line end, and cut at every place (nothing is read behind
 * the end: the sanitizer tells). */
static void
take_own(struct slice fields[4], void *ctx)
{
	int *wrong = ctx;
	struct reply_meaning m;
	enum reply_class want;
	char address[ADDR_TEXT_MAX];
	assert_int_equal(reply_class_parse(fields[1], &want), 0);
	for (size_t n = 0; n <= fields[0].len; n++) {
		uint8_t *copy = malloc(n + (n == 0));
		assert_non_null(copy);
		memcpy(copy, fields[0].ptr, n);
		classify(slice_of(copy, n), &m);
		free(copy);
	}
	classify(fields[0], &m);
	addr_format(m.quoted, address);
	bool any = slice_eq(fields[2], SLICE("*"));
	if (m.class == want && (any || slice_eq(fields[2], slice_str(m.list))) &&
		slice_eq(fields[3], slice_str(address)))
		return;
	printf("%.*s\n  want %s \"%.*s\" %.*s\n  got  %s \"%s\" %s\n", (int)fields[0].len,
		(const char *)fields[0].ptr, reply_class_word(want), (int)fields[2].len,
		(const char *)fields[2].ptr, (int)fields[3].len, (const char *)fields[3].ptr,
		reply_class_word(m.class), m.list, address);
	++*wrong;
}

static void
test_own_texts(void **state)
{
	(void)state;
	int wrong = 0;
	int count = each_text(SOURCE_DIR "/tests/unit/smtp/reply_texts.tsv", take_own, &wrong);
	assert_true(count >= 250);
	assert_int_equal(wrong, 0);
}

struct facts {
	int all, right, listed, named, false_listed;
};

static void
take_fact(struct slice fields[4], void *ctx)
{
	struct facts *f = ctx;
	struct slice list = fields[2];
	struct reply_meaning m;
	enum reply_class want;
	if (reply_class_parse(fields[1], &want) < 0)
		return;
	classify(fields[0], &m);
	f->all++;
	f->right += m.class == want;
	f->false_listed += m.class == REPLY_LISTED && want != REPLY_LISTED;
	if (m.class != want)
		printf("%s, not %s: %.*s\n", reply_class_word(m.class), reply_class_word(want),
			(int)fields[0].len, (const char *)fields[0].ptr);
	if (want != REPLY_LISTED)
		return;
	f->listed++;
	bool same = slice_istarts(list, slice_str(m.list)) &&
		    (m.list[0] != '\0' || slice_eq(list, SLICE("unnamed")));
	f->named += same;
	if (!same)
		printf("  list \"%s\", not %.*s: %.*s\n", m.list, (int)list.len,
			(const char *)list.ptr, (int)fields[0].len, (const char *)fields[0].ptr);
}

static void
test_facts(void **state)
{
	(void)state;
	struct facts f = { 0 };
	if (each_text(FACTS, take_fact, &f) < 0) {
		printf("SKIPPED: collected replies are not beside the project\n");
		return;
	}
	printf("%d of %d classes, %d of %d names of lists\n", f.right, f.all, f.named, f.listed);
	assert_true(f.all > 0);
	assert_int_equal(f.false_listed, 0);
	assert_true(f.right * 100 >= WANTED * f.all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_own_texts),
		cmocka_unit_test(test_facts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
