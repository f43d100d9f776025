/* Received fields: every wording, and what a chain of them says. */
#include "unit/mail/mail_test.h"

#include "sensor/base/ptime.h"
#include "sensor/mail/header_received.h"

#define R(x) RECEIVED_##x
#define DATE "; Thu, 12 Jun 2008 10:15:02 -0300"

static const struct row {
	const char *value;
	const char *want; /* wording|from|helo|rdns|ip|ident|by|with|id|for */
	enum received_kind kind;
	unsigned facts;
} rows[] = {
	{ "from pc.lab (gw.example.edu [192.0.2.7])\r\n\tby mx.example.org (Postfix) with ESMTP id "
	  "4C1A2B\r\n\tfor <a@b.c>" DATE " (BRT)",
		"postfix|pc.lab|pc.lab|gw.example.edu|192.0.2.7||mx.example.org|ESMTP|4C1A2B|a@b.c",
		R(RELAY), R(LOOKED_UP) },
	{ "from pc (unknown [IPv6:2001:db8::7]) (using TLSv1.3 with cipher X (256/256 bits)) "
	  "(Authenticated sender: u) by mx (Postfix) with ESMTPSA id 4C1A" DATE,
		"postfix|pc|pc||2001:db8::7||mx|ESMTPSA|4C1A|", R(RELAY),
		R(LOOKED_UP) | R(TLS) | R(AUTH) },
	{ "by mx.example.org (Postfix, from userid 33)\r\n\tid 4C1A" DATE,
		"postfix||||||mx.example.org||4C1A|", R(LOCAL), R(NO_FROM) },
	{ "from gw.example.edu ([192.0.2.7]:52313 helo=pc.lab ident=u) by mx with esmtps "
	  "(TLS1.2:X:256) (Exim 4.94.2) (envelope-from <s@b.c>) id 1l-2-3 for a@b.c" DATE,
		"exim|gw.example.edu|pc.lab|gw.example.edu|192.0.2.7|u|mx|esmtps|1l-2-3|a@b.c",
		R(RELAY), R(TLS) },
	{ "from [192.0.2.7] (helo=pc.lab) by mx with smtp (Exim 4.9) id 1I-2" DATE,
		"exim|[192.0.2.7]|pc.lab||192.0.2.7||mx|smtp|1I-2|", R(RELAY), 0 },
	{ "from www by mx with local (Exim 4.9) id 1I-2 for a@b.c" DATE,
		"exim|www|||||mx|local|1I-2|a@b.c", R(LOCAL), R(NO_ADDRESS) },
	{ "from pc.lab (IDENT:u@gw.example.edu [192.0.2.7] (may be forged)) by mx "
	  "(8.14.4/8.14.4) with SMTP id l3C" DATE,
		"sendmail|pc.lab|pc.lab|gw.example.edu|192.0.2.7|u|mx|SMTP|l3C|", R(RELAY),
		R(LOOKED_UP) | R(FORGED_NAME) },
	{ "(from u@localhost) by mx (8.14.4/8.14.4/Submit) id l3C" DATE,
		"sendmail|u@localhost|u@localhost||||mx||l3C|", R(LOCAL), R(NO_ADDRESS) },
	{ "from unknown (HELO pc.lab) (u@192.0.2.7) by mx with SMTP; 12 Jun 2008 13:15:02 -0000",
		"qmail|unknown|pc.lab||192.0.2.7|u|mx|SMTP||", R(RELAY), 0 },
	{ "(qmail 27981 invoked by uid 225); 12 Jun 2008 13:15:02 -0000", "qmail|||||||||",
		R(LOCAL), R(NO_FROM) | R(NO_BY) },
	{ "from A.eurprd04.prod.outlook.com ([fe80::1%6]) by B.eurprd04.prod.outlook.com "
	  "([fe80::2%6]) with mapi id 15.20.1943.023" DATE,
		"exchange|A.eurprd04.prod.outlook.com|A.eurprd04.prod.outlook.com||fe80::1||"
		"B.eurprd04.prod.outlook.com|mapi||",
		R(RELAY), 0 },
	{ "from ex1.lab (10.0.0.1) by ex2.lab (10.0.0.2) with Microsoft SMTP Server "
	  "(version=TLS1_2, cipher=X) id 15.1.1" DATE,
		"exchange|ex1.lab|ex1.lab|ex1.lab|10.0.0.1||ex2.lab|Microsoft SMTP Server|15.1.1|",
		R(RELAY), R(LOOKED_UP) | R(TLS) },
	{ "from pc ([192.0.2.7] RDNS failed) by mx with Microsoft SMTPSVC(6.0.3790.0)" DATE,
		"exchange|pc|pc||192.0.2.7||mx|Microsoft SMTPSVC||", R(RELAY), 0 },
	{ "from mail pickup service by mx with Microsoft SMTPSVC" DATE,
		"exchange|mail|mail||||mx|Microsoft SMTPSVC||", R(LOCAL), R(NO_ADDRESS) },
	{ "from pc ([192.0.2.7]) by mx (Lotus Domino Release 8.5.3) with ESMTP id 2008-1" DATE,
		"domino|pc|pc||192.0.2.7||mx|ESMTP|2008-1|", R(RELAY), 0 },
	{ "from unknown (HELO pc) ([192.0.2.7]) by mx1.iphmx.com with ESMTP; 12 Jun 2008 10:15:02 "
	  "-0300",
		"ironport|unknown|pc||192.0.2.7||mx1.iphmx.com|ESMTP||", R(RELAY), R(LOOKED_UP) },
	{ "from pc (gw.example.edu. [192.0.2.7]) by mx.google.com with ESMTPS id a1si2.3 for "
	  "<a@b.c> (version=TLS1_3 cipher=X bits=256/256)" DATE,
		"gmail|pc|pc|gw.example.edu|192.0.2.7||mx.google.com|ESMTPS|a1si2.3|a@b.c",
		R(RELAY), R(LOOKED_UP) | R(TLS) },
	{ "by 10.0.0.1 with SMTP id x12cs34" DATE, "||||||10.0.0.1|SMTP|x12cs34|", R(LOCAL),
		R(NO_FROM) },
	{ "from [192.0.2.7] by web1.mail.yahoo.com via HTTP" DATE,
		"yahoo|[192.0.2.7]|||192.0.2.7||web1.mail.yahoo.com|||", R(RELAY), 0 },
	{ "from 192.0.2.7 by by1.bay1.hotmail.msn.com with HTTP" DATE,
		"hotmail|192.0.2.7|||192.0.2.7||by1.bay1.hotmail.msn.com|HTTP||", R(RELAY),
		R(AUTH) },
	{ "from pc.lab (LHLO pc.lab) (10.2.2.20) by mx with LMTP" DATE,
		"zimbra|pc.lab|pc.lab|pc.lab|10.2.2.20||mx|LMTP||", R(RELAY), 0 },
	{ "from pc (softdnserr [::ffff:192.0.2.7]) by mx with esmtp" DATE,
		"courier|pc|pc||192.0.2.7||mx|esmtp||", R(RELAY), 0 },
	{ "from [192.0.2.7] (account u HELO pc) by mx (CommuniGate Pro SMTP 5.1) with ESMTPA id "
	  "978" DATE,
		"communigate|[192.0.2.7]|pc||192.0.2.7||mx|ESMTPA|978|", R(RELAY), R(AUTH) },
	{ "from pc.lab ([192.0.2.7] verified) by mx (CommuniGate Pro SMTP 5.1) with ESMTP id "
	  "978" DATE,
		"communigate|pc.lab|pc.lab|pc.lab|192.0.2.7||mx|ESMTP|978|", R(RELAY),
		R(LOOKED_UP) },
	{ "from pc [192.0.2.7] by mx [192.0.2.1] with SMTP (MDaemon.PRO.v5.0) for <a@b.c>" DATE,
		"mdaemon|pc|pc||192.0.2.7||mx|SMTP||a@b.c", R(RELAY), R(LOOKED_UP) },
	{ "from pc.lab ([192.0.2.7]) by mx (Kerio MailServer 6.5.0) for a@b.c" DATE,
		"kerio|pc.lab|pc.lab||192.0.2.7||mx|||a@b.c", R(RELAY), R(LOOKED_UP) },
	{ "from pc.lab (gw.example.edu [192.0.2.7]) by mx (OpenSMTPD) with ESMTPS id 5db34e0d "
	  "(TLSv1.3:X:256:NO) for <a@b.c>" DATE,
		"opensmtpd|pc.lab|pc.lab|gw.example.edu|192.0.2.7||mx|ESMTPS|5db34e0d|a@b.c",
		R(RELAY), R(LOOKED_UP) | R(TLS) },
	{ "from localhost (mx [local]) by mx (OpenSMTPD) with ESMTPA id 5db34e0d" DATE,
		"opensmtpd|localhost|localhost||||mx|ESMTPA|5db34e0d|", R(LOCAL),
		R(NO_ADDRESS) | R(AUTH) },
	{ "from pc.lab (gw.example.edu [192.0.2.7]) by mx (Haraka/2.8.27) with ESMTP id 1B-2.1 "
	  "envelope-from <s@b.c>" DATE,
		"haraka|pc.lab|pc.lab|gw.example.edu|192.0.2.7||mx|ESMTP|1B-2.1|", R(RELAY),
		R(LOOKED_UP) },
	{ "from pop.example.org [192.0.2.7] by localhost with POP3 (fetchmail-6.3) for "
	  "<u@localhost>"
	  " (single-drop)" DATE,
		"fetcher|pop.example.org|pop.example.org||192.0.2.7||localhost|POP3||u@localhost",
		R(FETCHED), 0 },
	{ "from mx.lab ([unix socket]) by mx.lab (Cyrus v2.3.14) with LMTPA" DATE,
		"cyrus|mx.lab|mx.lab||||mx.lab|LMTPA||", R(LOCAL), R(NO_ADDRESS) | R(AUTH) },
	{ "from gw.example.edu (HELO pc) (192.0.2.7) by mx (qpsmtpd/0.29) with ESMTP" DATE,
		"qpsmtpd|gw.example.edu|pc|gw.example.edu|192.0.2.7||mx|ESMTP||", R(RELAY), 0 },
	{ "from ([192.0.2.7:33672] helo=pc) by mx (ecelerity 2.1.1) with ESMTP id EE/20" DATE,
		"ecelerity||pc||192.0.2.7||mx|ESMTP|EE/20|", R(RELAY), 0 },
	{ "from 192.0.2.7 (SquirrelMail authenticated user u) by mx with HTTP" DATE,
		"webmail|192.0.2.7|||192.0.2.7||mx|HTTP||", R(RELAY), R(AUTH) },
	{ "FROM pc (gw.example.edu [192.0.2.7]) BY mx ID 434B.1 ; 12 Jun 2008 10:15:02 -0300",
		"simta|pc|pc|gw.example.edu|192.0.2.7||mx||434B.1|", R(RELAY), R(LOOKED_UP) },
	{ "from gw.example.edu(192.0.2.7) by mx via smap (V1.3) id xma1" DATE,
		"smap|gw.example.edu||gw.example.edu|192.0.2.7||mx||xma1|", R(RELAY),
		R(LOOKED_UP) },
	{ "from a by b with c by d" DATE, "|a|a||||b|c||", R(LOCAL), R(NO_ADDRESS) | R(BY_TWICE) },
	{ "from pc ([999.0.2.7]) by mx with SMTP" DATE, "|pc|pc||||mx|SMTP||", R(UNREADABLE),
		R(NO_ADDRESS) | R(BAD_ADDRESS) },
	{ "from pc ([192.0.2.7]) by mx; no date", "|pc|pc||192.0.2.7||mx|||", R(RELAY),
		R(NO_DATE) },
	{ "from pc (192.0.2.7) by mx" DATE, "|pc|pc||192.0.2.7||mx|||", R(UNREADABLE), 0 },
	{ "from aol.com (x.org 192.0.2.7) by mx (8.12.10/8.12.9) with ESMTP id q1W" DATE,
		"sendmail|aol.com|aol.com||192.0.2.7||mx|ESMTP|q1W|", R(UNREADABLE), 0 },
	{ "hello", "|||||||||", R(LOCAL), R(NO_FROM) | R(NO_BY) | R(NO_DATE) },
	{ "", "|||||||||", R(LOCAL), R(NO_FROM) | R(NO_BY) | R(NO_DATE) },
};

static void
read_field(void *ctx, struct slice s, struct arena *arena)
{
	const struct row *row = ctx;
	struct received_field f;
	header_received_field(s, arena, &f);
	const struct slice parts[] = { f.from, f.helo, f.rdns, f.ip, f.ident, f.by, f.with, f.id,
		f.for_address };
	const char *got = received_wording_name(f.wording);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		got = arena_printf(
			arena, "%s|%.*s", got, (int)parts[i].len, (const char *)parts[i].ptr);
	assert_true((f.ip.len > 0) == (f.address.family != ADDR_NONE));
	if (s.len < strlen(row->value))
		return;
	if (strcmp(got, row->want) != 0 || f.kind != row->kind || f.facts != row->facts)
		fail_msg("%s: %s kind %d facts %x", row->value, got, (int)f.kind, f.facts);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct row row = rows[i];
		on_every_beginning(slice_str(row.value), read_field, &row);
	}
}

static const struct chain {
	const char *name, *header;
	size_t fields, backwards, loops, gaps, same_by;
	int64_t duration; /* s */
} chains[] = {
	{ "in order",
		"Received: from b.org (b.org [192.0.2.2]) by c.org; 1 Jan 2008 00:00:20 +0000\r\n"
		"Received: from a.org (a.org [192.0.2.1]) by b.org; 1 Jan 2008 00:00:10 +0000\r\n"
		"Received: by a.org id 1; 1 Jan 2008 00:00:00 +0000\r\n\r\n",
		3, 0, 0, 0, 0, 20 },
	{ "back in time",
		"Received: from b.org (b.org [192.0.2.2]) by c.org; 1 Jan 2008 00:00:00 +0000\r\n"
		"Received: from a.org (a.org [192.0.2.1]) by b.org; 1 Jan 2008 01:00:00 "
		"+0000\r\n\r\n",
		2, 1, 0, 0, 0, -3600 },
	{ "a loop",
		"Received: from b.org (b.org [192.0.2.2]) by a.org; 1 Jan 2008 00:00:20 +0000\r\n"
		"Received: from a.org (a.org [192.0.2.1]) by b.org; 1 Jan 2008 00:00:10 +0000\r\n"
		"Received: from x.org (x.org [192.0.2.3]) by a.org; 1 Jan 2008 00:00:00 "
		"+0000\r\n\r\n",
		3, 0, 1, 0, 0, 20 },
	{ "a gap",
		"Received: from z.net (z.net [192.0.2.2]) by c.org; 1 Jan 2008 00:00:20 +0000\r\n"
		"Received: from a.org (a.org [192.0.2.1]) by b.org; 1 Jan 2008 00:00:10 "
		"+0000\r\n\r\n",
		2, 0, 0, 1, 0, 10 },
	{ "a filter on the same host",
		"Received: from localhost (localhost [127.0.0.1]) by c.org; 1 Jan 2008 00:00:20 "
		"+0000\r\n"
		"Received: from a.org (a.org [192.0.2.1]) by c.org; 1 Jan 2008 00:00:10 "
		"+0000\r\n\r\n",
		2, 0, 0, 0, 1, 10 },
	{ "none", "From: a\r\n\r\n", 0, 0, 0, 0, 0, 0 },
};

static void
test_chains(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
		const struct chain *row = &chains[i];
		struct message m;
		struct received_chain c;
		message_split(slice_str(row->header), NULL, &a, &m);
		received_chain_read(&m, &a, &c);
		if (c.fields_count != row->fields || c.backwards != row->backwards ||
			c.loops != row->loops || c.gaps != row->gaps || c.same_by != row->same_by ||
			c.duration != row->duration * PTIME_SECOND)
			fail_msg("%s: %zu backwards %zu loops %zu gaps %zu same %zu %lld",
				row->name, c.fields_count, c.backwards, c.loops, c.gaps, c.same_by,
				(long long)(c.duration / PTIME_SECOND));
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_chains),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
