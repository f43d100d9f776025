/* Which program a server is, and when its banner says another one. */
#include "unit/smtp/smtp_test.h"

#include "sensor/smtp/server_software.h"

/* Lines of `hello` are separated by LF, replies by "|"; texts are without codes. */
static const struct {
	const char *banner, *hello, *replies;
	const char *want;	 /* program */
	const char *contradicts; /* "says/speaks", or NULL */
} rows[] = {
	/* its own name */
	{ "mx.example ESMTP Postfix (Debian/GNU)", "", "", "Postfix", NULL },
	{ "mx.example ESMTP Exim 4.96 Tue, 24 Nov 2026 10:00:00 +0000", "", "", "Exim", NULL },
	{ "mx.example ESMTP Sendmail 8.15.2/8.15.2; Tue, 24 Nov 2026", "", "", "Sendmail", NULL },
	{ "mx.example ESMTP OpenSMTPD", "", "", "OpenSMTPD", NULL },
	{ "mx.example Microsoft ESMTP MAIL Service ready at Tue, 24 Nov 2026", "", "", "Exchange",
		NULL },
	{ "mx.example Microsoft ESMTP MAIL Service, Version: 6.0.3790.4675 ready at  Tue", "", "",
		"IIS SMTP", NULL },
	{ "AM5EUR02FT019.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at Tue", "",
		"", "Outlook.com", NULL },
	{ "mx.google.com ESMTP a1-20020a.12 - gsmtp", "", "", "Gmail", NULL },
	{ "mtaproxy201.free.mail.bf1.yahoo.com ESMTP ready", "", "", "Yahoo", NULL },
	{ "mx.example ESMTP Haraka 2.8.28 ready", "", "", "Haraka", NULL },
	{ "mx.example ESMTP CommuniGate Pro 6.3.3", "", "", "CommuniGate Pro", NULL },
	{ "gmx.net (mxgmx017) Nemesis ESMTP Service ready", "", "", "Nemesis", NULL },
	{ "esa1.hc123-4.iphmx.com ESMTP", "", "", "IronPort", NULL },
	{ "mx.example ESMTP Service (IBM Domino Release 9.0.1) ready", "", "", "Domino", NULL },
	{ "newxmmxsza1.qq.com MX QQ Mail Server.", "", "", "QQ Mail", NULL },
	{ "mx.example ESMTP MDaemon 20.0.1; Tue, 24 Nov 2026", "", "", "MDaemon", NULL },
	{ "Postfix ESMTP", "", "", "Postfix", NULL },
	{ "box -- E-MailRelay V2.1a -- Service ready", "", "", "E-MailRelay", NULL },

	/* no name of a program */
	{ "mx.example ESMTP", "", "", "", NULL },
	{ "", "", "", "", NULL },
	{ "postfix.example.net ESMTP", "", "", "", NULL },
	{ "exim.example.net ESMTP Postfix", "", "", "Postfix", NULL },
	{ "mx.example ESMTP ready to serve maxmail, unpostfixed", "", "", "", NULL },

	/* how it answers */
	{ "mx.example ESMTP",
		"mx.example\nPIPELINING\nSIZE 10240000\nVRFY\nETRN\nSTARTTLS\nENHANCEDSTATUSCODES\n"
		"8BITMIME\nDSN\nSMTPUTF8\nCHUNKING",
		"", "Postfix", NULL },
	{ "mx.example ESMTP", "", "Ok|Ok|Ok: queued as 4ABCDEF012", "Postfix", NULL },
	{ "mx.example ESMTP", "", "<exim@x.example>: Recipient address rejected: no", "Postfix",
		NULL },
	{ "mx.example ESMTP",
		"mx.example Hello client.example [192.0.2.1]\nSIZE "
		"52428800\n8BITMIME\nPIPELINING\nPIPECONNECT\nCHUNKING\nSTARTTLS\nPRDR\nHELP",
		"", "Exim", NULL },
	{ "mx.example ESMTP", "", "OK|Accepted|relay not permitted", "Exim", NULL },
	{ "mx.example ESMTP",
		"mx.example Hello client.example [192.0.2.1], pleased to meet "
		"you\nENHANCEDSTATUSCODES\nPIPELINING\n8BITMIME\nSIZE\nDSN\nETRN\nDELIVERBY\nHELP",
		"", "Sendmail", NULL },
	{ "mx.example ESMTP",
		"mx.example Hello client.example [192.0.2.1], pleased to meet "
		"you\n8BITMIME\nENHANCEDSTATUSCODES\nSIZE 36700160\nDSN\nHELP",
		"", "OpenSMTPD", NULL },
	{ "mx.example ESMTP", "", "<a@b>... Sender ok|<c@d>... Recipient ok", "Sendmail", NULL },
	{ "mx.example ESMTP",
		"mx.example Hello [192.0.2.1]\nSIZE "
		"37748736\nPIPELINING\nDSN\nENHANCEDSTATUSCODES\n"
		"STARTTLS\nX-ANONYMOUSTLS\nAUTH NTLM\nX-EXPS GSSAPI NTLM\n8BITMIME\nBINARYMIME\n"
		"CHUNKING\nXRDST",
		"", "Exchange", NULL },
	{ "mx.example ESMTP", "", "ok 1700000000 qp 4242", "qmail", NULL },
	{ "mx.example ESMTP", "", "MAIL first (#5.5.1)", "qmail", NULL },
	{ "mx.example ESMTP",
		"mx.example Hello client.example [192.0.2.1], Haraka is at your "
		"service.\nPIPELINING\n8BITMIME\nSMTPUTF8\nSIZE 0",
		"", "Haraka", NULL },
	{ "mx.example ESMTP", "", "OK a1-b2.3 - gsmtp", "Gmail", NULL },
	{ "mx.example ESMTP", "",
		"2.6.0 <a@b> [InternalId=1, Hostname=X.eurprd02.prod.outlook.com] 10 bytes, Queued "
		"mail for delivery",
		"Exchange", NULL },
	{ "mx.example ESMTP", "", "Requested mail action okay, completed: id=1M-2", "Nemesis",
		NULL },

	/* what several say is not enough */
	{ "mx.example ESMTP", "mx.example Hello x [192.0.2.1], pleased to meet you\n8BITMIME", "",
		"", NULL },
	{ "mx.example ESMTP", "mx.example\nPIPELINING\n8BITMIME", "ok", "", NULL },
	{ "mx.example ESMTP", "mx.example", "mx.example closing connection", "", NULL },
	/* only an echo */
	{ "mx.example ESMTP", "", "<ok: queued as x>: no", "", NULL },

	/* a banner that lies */
	{ "mx.example Microsoft ESMTP MAIL Service ready",
		"mx.example\nPIPELINING\nSIZE 10240000\nETRN\nENHANCEDSTATUSCODES\n8BITMIME\nDSN",
		"Ok: queued as 4ABCDEF012", "Postfix", "Exchange/Postfix" },
	{ "mx.example ESMTP Sendmail 8.12.1",
		"mx.example Hello x [192.0.2.1]\nSIZE "
		"52428800\n8BITMIME\nPIPELINING\nCHUNKING\nHELP",
		"OK|Accepted|OK id=1qzXyz-0001ab-2C", "Exim", "Sendmail/Exim" },
	/* one that does not */
	{ "mx.example ESMTP Postfix",
		"mx.example\nPIPELINING\nSIZE 10240000\nETRN\nENHANCEDSTATUSCODES\n8BITMIME\nDSN",
		"Ok: queued as 4ABCDEF012", "Postfix", NULL },
	/* a gateway in front of it, or one reply of another server that it passes on */
	{ "mx.example Microsoft ESMTP MAIL Service ready", "mx.example\nSIZE\n8BITMIME",
		"Ok: queued as 4ABCDEF012", "Exchange", NULL },
	{ "mx.example Microsoft ESMTP MAIL Service ready",
		"mx.example Hello [192.0.2.1]\nSIZE 1\nPIPELINING\nDSN\nENHANCEDSTATUSCODES\n"
		"8BITMIME\nBINARYMIME\nCHUNKING",
		"End data with <CR><LF>.<CR><LF>|Ok: queued as 4ABCDEF012", "Exchange", NULL },
	{ "mx.example Microsoft ESMTP MAIL Service ready",
		"mx.example\nPIPELINING\nSIZE 10240000\nETRN\nENHANCEDSTATUSCODES\n8BITMIME\nDSN",
		"Ok: queued as 4ABCDEF012|<a@b> [InternalId=1, Hostname=x] Queued mail for "
		"delivery",
		"Exchange", NULL },
	/* the offers alone may have one reason */
	{ "mx.example ESMTP Exim 4.96",
		"mx.example\nPIPELINING\nSIZE 10240000\nETRN\nENHANCEDSTATUSCODES\n8BITMIME\nDSN",
		"", "Exim", NULL },
	/* Postfix inside of another's product */
	{ "mx.example ESMTP Zimbra",
		"mx.example\nPIPELINING\nSIZE 1\nETRN\nENHANCEDSTATUSCODES\n"
		"8BITMIME\nDSN",
		"Ok: queued as 4ABCDEF012", "Zimbra", NULL },
};

static void
note_all(struct server_guess *g, struct edge edge, size_t i)
{
	struct slice replies = slice_str(rows[i].replies);
	server_software_note(g, SERVER_BANNER, edge_copy(edge, slice_str(rows[i].banner)));
	if (rows[i].hello[0] != '\0')
		server_software_note(g, SERVER_HELLO, edge_copy(edge, slice_str(rows[i].hello)));
	while (replies.len > 0)
		server_software_note(g, SERVER_REPLY, edge_copy(edge, slice_split(&replies, '|')));
}

static void
test_rows(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	int wrong = 0;
	assert_non_null(edge.pages);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct server_guess g = { 0 };
		const char *says = "", *speaks = "";
		char both[100] = "";
		note_all(&g, edge, i);
		if (server_software_contradicts(&g, &says, &speaks))
			snprintf(both, sizeof(both), "%s/%s", says, speaks);
		const char *want = rows[i].contradicts != NULL ? rows[i].contradicts : "";
		if (strcmp(server_software_name(&g), rows[i].want) == 0 && strcmp(both, want) == 0)
			continue;
		printf("row %zu %s\n  want \"%s\" %s\n  got  \"%s\" %s\n", i, rows[i].banner,
			rows[i].want, want, server_software_name(&g), both);
		wrong++;
	}
	edge_free(edge);
	assert_int_equal(wrong, 0);
}

/* The same cue again is no new one, and there is an end to looking. */
static void
test_bounds(void **state)
{
	(void)state;
	struct server_guess g = { 0 };
	for (int i = 0; i < 1000; i++)
		server_software_note(&g, SERVER_REPLY, SLICE("nothing to be told from this"));
	server_software_note(&g, SERVER_REPLY, SLICE("Ok: queued as 4ABCDEF012"));
	assert_string_equal(server_software_name(&g), "");
	struct server_guess again = { 0 };
	for (int i = 0; i < 10; i++)
		server_software_note(&again, SERVER_REPLY, SLICE("x closing connection"));
	assert_string_equal(server_software_name(&again), "");
	static uint8_t big[100000];
	memset(big, 'a', sizeof(big));
	server_software_note(&again, SERVER_HELLO, slice_of(big, sizeof(big)));
	memset(big, '\n', sizeof(big) / 2);
	server_software_note(&again, SERVER_HELLO, slice_of(big, sizeof(big)));
	assert_string_equal(server_software_name(&again), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
