/* Queue ids of the servers' answers to the end of data, and answers without one. */
#include "unit/smtp/smtp_test.h"

#include "sensor/smtp/queue_id.h"

static const struct {
	const char *server, *text, *id;
} rows[] = {
	{ "Postfix", "Ok: queued as 4F1C22A0B3", "4F1C22A0B3" },
	{ "Postfix, long id", "Ok: queued as 3mKxQz5bPRz9vdp", "3mKxQz5bPRz9vdp" },
	{ "Postfix, no digit", "Ok: queued as ABCDEFABC", "ABCDEFABC" },
	{ "Amavis", "from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4D2E31", "4D2E31" },
	{ "Amavis with its own id",
		"Ok, id=31619-02, from MTA([127.0.0.1]:10025): 250 2.0.0 Ok: queued as 7A8B9C",
		"7A8B9C" },
	{ "twice passed on", "Ok: queued as 1A1A1A; then 250 Ok: queued as 2B2B2B", "2B2B2B" },
	{ "McAfee", "Backend Replied [a1b2.0.77]: 2.0.0 Ok: queued as 99AA88 (Mode: normal)",
		"99AA88" },
	{ "SendGrid", "Ok: queued as kP3_xyzTQ-uAbc1d", "kP3_xyzTQ-uAbc1d" },
	{ "Mailhog", "Ok: queued as Zx8-qwe=@mail.example", "Zx8-qwe=" },
	{ "full stop", "Ok: queued as 4F1C22.", "4F1C22" },
	{ "QQ", "OK: queued as.", "" },
	{ "Exim", "OK id=1qzXyz-0001ab-2C", "1qzXyz-0001ab-2C" },
	{ "Exim 4.97", "OK id=1rABcd-00000001abC-2DeF", "1rABcd-00000001abC-2DeF" },
	{ "Exim, chunks", "- 2000 byte chunk, total 2000\nOK id=1qzXyz-0001ab-2C",
		"1qzXyz-0001ab-2C" },
	{ "Mail.ru", "OK id=1qAbCd-0006Zx-Bk", "1qAbCd-0006Zx-Bk" },
	{ "GMX", "Requested mail action okay, completed: id=1MxUnp-1lWq2b0Ab1-00yxYZ",
		"1MxUnp-1lWq2b0Ab1-00yxYZ" },
	{ "MailEnable", "Requested mail action okay, completed", "" },
	{ "Sendmail", "m5CAbCdE001234 Message accepted for delivery", "m5CAbCdE001234" },
	{ "OpenSMTPD", "1f2e3d4c Message accepted for delivery", "1f2e3d4c" },
	{ "Proofpoint", "3abcdefg12-1 Message accepted for delivery", "3abcdefg12-1" },
	{ "CommuniGate", "123456 message accepted for delivery", "123456" },
	{ "Kerio", "653abc01-00000001 Message accepted for delivery", "653abc01-00000001" },
	{ "Domino", "Message accepted for delivery", "" },
	{ "a word before", "Ok. Message accepted for delivery", "" },
	{ "Cloudmark", "oN1k1m00f4ABCDE01 mail accepted for delivery", "oN1k1m00f4ABCDE01" },
	{ "Exchange",
		"<x@y.example> [InternalId=123456, Hostname=z.example] Queued mail for delivery",
		"123456" },
	{ "Outlook.com",
		"<x1@y.example> [InternalId=88416734085138, "
		"Hostname=AM0PR02.eurprd02.prod.outlook.com] 9000 bytes in 0.2, 40 KB/sec Queued "
		"mail for delivery",
		"88416734085138" },
	{ "Exchange 2003", "<x1@y2.example> Queued mail for delivery", "" },
	{ "qmail", "ok 1700000000 qp 4242", "4242" },
	{ "MessageLabs", "ok 1700000000 qp 4242 server-9.tower-1.messagelabs.com!1700000000!1",
		"4242" },
	{ "Gmail", "OK  1700000000 d9443c01a7336-1f-20020a.12 - gsmtp",
		"d9443c01a7336-1f-20020a.12" },
	{ "Haraka", "Message Queued (A1B2-C3.1)", "A1B2-C3.1" },
	{ "hMailServer", "Queued (0.123 seconds)", "" },
	{ "Yahoo", "ok dirdel", "" },
	{ "Mimecast", "SmtpThread-1-1700000000@eu.example Received OK [Ab1-cdEFgh.uk12]",
		"Ab1-cdEFgh.uk12" },
	{ "Mimecast, short", "Message accepted - [Ab1_cdEFgh.us2]", "Ab1_cdEFgh.us2" },
	{ "Amazon SES", "Ok 0100018bcd12ab34-11aa22bb-33cc-000000",
		"0100018bcd12ab34-11aa22bb-33cc-000000" },
	{ "Amazon SES, in", "OK 7vq2k3m4n5b6c7d8e9f0g1h2", "7vq2k3m4n5b6c7d8e9f0g1h2" },
	{ "Momentum", "OK B4/2A-27398-57A0DAC5", "B4/2A-27398-57A0DAC5" },
	{ "KumoMTA", "OK ids=8a5475ccbbc611eda12250", "8a5475ccbbc611eda12250" },
	{ "IronPort", "ok:  Message 12345 accepted", "12345" },
	{ "Mailgun", "Great success", "" },
	{ "Mailgun, too", "Queued. Thank you.", "" },
	{ "MDaemon", "Ok, message saved <Message-ID: 20231114.1@x.example>", "" },
	{ "Courier", "Ok. 0000000000012345.0000000065A1B2C3.00001234",
		"0000000000012345.0000000065A1B2C3.00001234" },
	{ "Axigen", "Mail queued for delivery", "" },
	{ "Yandex", "Ok: queued on mxfront1.example as 1700000000-AbCdEf12",
		"1700000000-AbCdEf12" },
	{ "NetEase", "Mail OK queued as smtp1,DtGowEA5aKPc+6j3AA--.123S2 1700000000",
		"DtGowEA5aKPc+6j3AA--.123S2" },
	{ "Apple", "Ok, envelope id 0S4E00AB1CDEF200@st.example", "0S4E00AB1CDEF200" },
	{ "T-Online", "Message accepted.", "" },
	{ "Stalwart", "Message queued with id 2a4b6c8d.", "2a4b6c8d" },
	{ "James", "Message received", "" },
	{ "Dovecot LMTP", "<bob@x.example> oNWUEV1xAV0aKQAAmf5WdA Saved",
		"oNWUEV1xAV0aKQAAmf5WdA" },
	{ "Cyrus LMTP", "Ok SESSIONID=<mail-1234-1700000000-1>", "mail-1234-1700000000-1" },
	{ "plain", "Ok", "" },
	{ "an empty id", "queued as ", "" },
	{ "an empty id, Exim", "OK id=", "" },
	{ "no end", "Message Queued (A1B2", "" },
	{ "words", "OK thanks for your mail", "" },
	{ "words with a digit", "OK see rfc5321section4now and more", "" },
	{ "spaces inside", "Received OK [not one word 123]", "" },
	{ "empty", "", "" },
};

static void
test_rows(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	assert_non_null(edge.pages);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct slice id = queue_id_of(edge_copy(edge, slice_str(rows[i].text)));
		if (!slice_eq(id, slice_str(rows[i].id)))
			fail_msg("%s: \"%.*s\" of %s", rows[i].server, (int)id.len,
				(const char *)id.ptr, rows[i].text);
	}
	edge_free(edge);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
