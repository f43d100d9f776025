/* SpamAssassin's tests on header, relays, lists, freemail, MIME and images: for each a message that
 * hits and one that does not. */
#include "unit/score/eval_test.h"

#define RELAY(host, ip)                                                                            \
	"Received: from " host " (" host " [" ip                                                   \
	"]) by mx.site.example (Postfix) with ESMTP id 12345; Thu, 12 Jun 2008 10:00:00 +0000\n"
#define HELO(helo, host, ip)                                                                       \
	"Received: from " helo " (" host " [" ip                                                   \
	"]) by mx.site.example (Postfix) with ESMTP id 12345; Thu, 12 Jun 2008 10:00:00 +0000\n"
#define ANY RELAY("h.example", "203.0.113.5")
#define END "\ntext\n"

static const struct eval_row header_rows[] = {
	{ "check_for_missing_to_header()", "From: a@b.c\n" END, true, NULL, NULL },
	{ "check_for_missing_to_header()", "To: a@b.c\n" END, false, NULL, NULL },
	{ "check_header_count_range('Subject', 2, 99)", "Subject: a\nSubject: b\n" END, true, NULL,
		NULL },
	{ "check_header_count_range('Subject', 2, 99)", "Subject: a\nSubject: a\n" END, false, NULL,
		NULL },
	{ "check_illegal_chars('Subject', 0, 2)", "Subject: \xe4\xf6\xfc\n" END, true, NULL, NULL },
	{ "check_illegal_chars('Subject', 0, 2)", "Subject: \xc3\xa4\xc3\xb6\n" END, false, NULL,
		NULL },
	{ "check_illegal_chars('From', 0.2, 2)", "From: \xe4\xf6 <a@b.c>\n" END, false, NULL,
		NULL },
	{ "check_illegal_chars('ALL', 0.01, 2)", "X: \xe4\xf6\n" END, true, NULL, NULL },
	{ "subject_is_all_caps()", "Subject: Re: BUY THIS NOW\n" END, true, NULL, NULL },
	{ "subject_is_all_caps()", "Subject: BUY THIS now\n" END, false, NULL, NULL },
	{ "subject_is_all_caps()", "Subject: BUY NOW\n" END, false, NULL, NULL },
	{ "subject_is_all_caps()", "Subject: =?gb2312?Q?BUY_THIS_NOW?=\n" END, false, NULL, NULL },
	{ "check_for_to_in_subject('user')", "To: ana@b.c\nSubject: ana, read this\n" END, true,
		NULL, NULL },
	{ "check_for_to_in_subject('user')", "To: ana@b.c\nSubject: re: hello ana\n" END, true,
		NULL, NULL },
	{ "check_for_to_in_subject('user')", "To: ana@b.c\nSubject: bananas\n" END, false, NULL,
		NULL },
	{ "check_for_to_in_subject('address')", "To: ana@b.c\nSubject: for ana@b.c only\n" END,
		true, NULL, NULL },
	{ "check_for_to_in_subject('address')", "To: ana@b.c\nSubject: for xana@b.cd\n" END, false,
		NULL, NULL },
	{ "check_unresolved_template()", "X-Mailer: %RND_WORD\n" END, true, NULL, NULL },
	{ "check_unresolved_template()", "Subject: %RND_WORD\nX: 100 %\n" END, false, NULL, NULL },
	{ "check_ratware_name_id()",
		"Message-ID: <ABCDEFGHIJKLMNOPQRSTUVWXYZAB.a@b.c>\nFrom: \"A\" <a@b.c>\n" END, true,
		NULL, NULL },
	{ "check_ratware_name_id()",
		"Message-ID: <ABCDEFGHIJKLMNOPQRSTUVWXYZAB.a@b.c>\nFrom: \"A\" <x@b.c>\n" END,
		false, NULL, NULL },
	{ "check_ratware_envelope_from()",
		"Return-Path: <site.example-ana@x.y>\nTo: ana@site.example\n" END, true, NULL,
		NULL },
	{ "check_ratware_envelope_from()",
		"Return-Path: <SRS0=site.example-ana@x.y>\nTo: ana@site.example\n" END, false, NULL,
		NULL },
	{ "check_for_matching_env_and_hdr_from()", "Return-Path: <A@b.c>\nFrom: a@b.c\n" END, true,
		NULL, NULL },
	{ "check_for_matching_env_and_hdr_from()", "Return-Path: <x@b.c>\nFrom: a@b.c\n" END, false,
		NULL, NULL },
	{ "check_equal_from_domains()", "Return-Path: <a@x.example>\nFrom: a@y.example\n" END, true,
		NULL, NULL },
	{ "check_equal_from_domains()", "Return-Path: <a@m.y.example>\nFrom: a@y.example\n" END,
		false, NULL, NULL },
	{ "check_for_faraway_charset_in_headers()", "Subject: =?koi8-r?Q?x?=\n" END, true,
		"ok_locales en", NULL },
	{ "check_for_faraway_charset_in_headers()", "Subject: =?koi8-r?Q?x?=\n" END, false,
		"ok_locales ru en", NULL },
	{ "check_for_faraway_charset_in_headers()", "Subject: =?koi8-r?Q?x?=\n" END, false, NULL,
		NULL },
	{ "check_messageid_not_usable()", "List-Unsubscribe: <mailto:leave-list@x.y>\n" ANY END,
		true, NULL, NULL },
	{ "check_messageid_not_usable()", ANY END, false, NULL, NULL },
	{ "check_for_shifted_date(3, 6)", "Date: Thu, 12 Jun 2008 14:00:00 +0000\n" ANY END, true,
		NULL, NULL },
	{ "check_for_shifted_date(3, 6)", "Date: Thu, 12 Jun 2008 14:00:00 +0200\n" ANY END, false,
		NULL, NULL },
	{ "check_for_shifted_date('undef', -96)", "Date: 1 Jan 102 00:00:00 -0500\n" ANY END, true,
		NULL, NULL },
	{ "check_for_shifted_date('undef', -96)", ANY END, false, NULL, NULL },
	{ "check_for_shifted_date(12, 'undef')", "Date: Thu Jun 12 10:00:00 2008\n" ANY END, false,
		NULL, NULL },
	{ "check_for_shifted_date(12, 'undef')", "Date: Thu, 12 Jun 2008 08:00:00 -1900\n" ANY END,
		true, NULL, NULL },
	{ "check_outlook_message_id()",
		"Message-ID: <000001c8cc73$11111111$22222222@pc>\nDate: Thu, 12 Jun 2008 10:00:00 "
		"+0000\n" ANY END,
		false, NULL, NULL },
	{ "check_outlook_message_id()",
		"Message-ID: <000001c8cc73$1111111$22222222@pc>\nDate: Thu, 12 Jun 2008 10:00:00 "
		"+0000\n" ANY END,
		false, NULL, NULL },
	{ "check_outlook_message_id()",
		"Message-ID: <000001a8cc12$11111111$22222222@pc>\nDate: Thu, 12 Jun 2008 10:00:00 "
		"+0000\n" ANY END,
		true, NULL, NULL },
	{ "check_for_fake_aol_relay_in_rcvd()",
		"Received: from x by rly-xw01.mx.aol.com with QMQP; Sat, 15 Jun 2002 23:37:16 "
		"-0000\n" END,
		true, NULL, NULL },
	{ "check_for_fake_aol_relay_in_rcvd()",
		"Received: from x by rly-xw01.mx.aol.com (v83.35) with ESMTP id RELAYIN7\n" END,
		false, NULL, NULL },
	{ "gated_through_received_hdr_remover()", "Subject: x\n" END, true, NULL, NULL },
	{ "gated_through_received_hdr_remover()", ANY END, false, NULL, NULL },
	{ "gated_through_received_hdr_remover()",
		"Mailing-List: contact l-help@x.y; run by ezmlm\nDelivered-To: mailing list "
		"l@x.y\nReceived: (qmail 123 invoked by uid 99); 12 Jun 2008 10:00:00 -0000\n" END,
		true, NULL, NULL },
	{ "check_for_forged_hotmail_received_headers()",
		HELO("hotmail.com", "h.example", "203.0.113.5") END, true, NULL, NULL },
	{ "check_for_forged_hotmail_received_headers()", ANY END, false, NULL, NULL },
	{ "check_for_no_hotmail_received_headers()", "From: a@hotmail.com\n" ANY END, true, NULL,
		NULL },
	{ "check_for_no_hotmail_received_headers()",
		"From: a@hotmail.com\nX-Originating-Ip: [192.0.2.1]\nReceived: from hotmail.com "
		"(f1.law8.hotmail.com [192.0.2.2]) by x.y with ESMTP id 1234\n" END,
		false, NULL, NULL },
	{ "check_for_forged_eudoramail_received_headers()", "From: a@eudoramail.com\n" ANY END,
		true, NULL, NULL },
	{ "check_for_forged_eudoramail_received_headers()", "From: a@b.c\n" ANY END, false, NULL,
		NULL },
	{ "check_for_forged_yahoo_received_headers()", "From: a@yahoo.com\n" ANY END, true, NULL,
		NULL },
	{ "check_for_forged_yahoo_received_headers()",
		"From: a@yahoo.com\nReceived: from [192.0.2.1] by web123.mail.yahoo.com via HTTP; "
		"Thu, 12 Jun 2008 10:00:00 PDT\n" END,
		false, NULL, NULL },
	{ "check_for_forged_yahoo_received_headers()",
		"From: a@yahoo.com\n" RELAY("m.mail.yahoo.com", "203.0.113.5") END, false, NULL,
		NULL },
	{ "check_for_forged_juno_received_headers()", "From: a@juno.com\n" ANY END, true, NULL,
		NULL },
	{ "check_for_forged_juno_received_headers()",
		"From: a@juno.com\nX-Originating-IP: 192.0.2.1\nX-Mailer: Juno 5\nReceived: from "
		"m.juno.com (m.juno.com [192.0.2.3]) by x.y with SMTP id 1234\n" END,
		false, NULL, NULL },
	{ "check_for_forged_gmail_received_headers()", "From: a@gmail.com\n" ANY END, true, NULL,
		NULL },
	{ "check_for_forged_gmail_received_headers()",
		"From: a@gmail.com\nX-Received: by 10.1.2.3 with SMTP id x1\n" ANY END, false, NULL,
		NULL },
	{ "sorted_recipients()", "To: a@b.c, b@b.c, c@b.c, d@b.c, e@b.c, f@b.c, g@b.c\n" END, true,
		NULL, NULL },
	{ "sorted_recipients()", "To: a@b.c, c@b.c, b@b.c, d@b.c, e@b.c, f@b.c, g@b.c\n" END, false,
		NULL, NULL },
	{ "similar_recipients(0.65, 'undef')",
		"To: ana1@b.c, ana2@b.c, ana3@b.c, ana4@b.c, ana5@b.c\n" END, true, NULL, NULL },
	{ "similar_recipients(0.65, 'undef')",
		"To: ana@b.c, bob@d.e, cy@f.g, dan@h.i, eve@j.k\n" END, false, NULL, NULL },
};

static const struct eval_row list_rows[] = {
	{ "check_from_in_blocklist()", "From: A@b.c\n" END, true, "blacklist_from *@b.c", NULL },
	{ "check_from_in_blocklist()", "From: a@b.d\n" END, false, "blacklist_from *@b.c", NULL },
	{ "check_from_in_blacklist()", "From: a@b.c\n" END, true, "blocklist_from a@b.c", NULL },
	{ "check_from_in_blacklist()", "From: a@b.c\n" END, false, NULL, NULL },
	{ "check_to_in_blocklist()", "To: a@b.c\n" END, true, "blocklist_to a@*", NULL },
	{ "check_to_in_blocklist()", "To: c@b.c\n" END, false, "blocklist_to a@*", NULL },
	{ "check_to_in_blacklist()", "Cc: a@b.c\n" END, true, "blocklist_to a@*", NULL },
	{ "check_to_in_blacklist()", "Cc: c@b.c\n" END, false, "blocklist_to a@*", NULL },
	{ "check_to_in_welcomelist()", "Delivered-To: a@b.c\n" END, true, "welcomelist_to a@b.c",
		NULL },
	{ "check_to_in_welcomelist()", "Delivered-To: a@b.d\n" END, false, "welcomelist_to a@b.c",
		NULL },
	{ "check_to_in_whitelist()", "Received: from x.y by m.n for <a@b.example>; Thu\n" END, true,
		"welcomelist_to a@b.example", NULL },
	{ "check_to_in_whitelist()", "X: a@b.c\n" END, false, "welcomelist_to a@b.c", NULL },
	{ "check_to_in_more_spam()", "To: a@b.c\n" END, true, "more_spam_to a@b.c", NULL },
	{ "check_to_in_more_spam()", "To: a@b.c\n" END, false, NULL, NULL },
	{ "check_to_in_all_spam()", "Resent-To: a@b.c\nTo: x@y.z\n" END, true, "all_spam_to a@b.c",
		NULL },
	{ "check_to_in_all_spam()", "Resent-To: a@b.c\nTo: x@y.z\n" END, false, "all_spam_to x@y.z",
		NULL },
	{ "check_from_in_list('BANKS')", "From: a@bank.example\n" END, true,
		"enlist_addrlist (BANKS) *@bank.example", NULL },
	{ "check_from_in_list('BANKS')", "From: a@bank.example\n" END, false,
		"enlist_addrlist (GOV) *@bank.example", NULL },
	{ "check_to_in_list('BANKS')", "To: a@bank.example\n" END, true,
		"enlist_addrlist (BANKS) *@bank.example", NULL },
	{ "check_to_in_list('BANKS')", "From: a@bank.example\n" END, false,
		"enlist_addrlist (BANKS) *@bank.example", NULL },
	{ "check_replyto_in_list('X')", "Reply-To: a@bank.example\n" END, true,
		"enlist_addrlist (X) *@bank.example", NULL },
	{ "check_replyto_in_list('X')", "From: a@bank.example\n" END, false,
		"enlist_addrlist (X) *@bank.example", NULL },
	{ "check_from_in_welcomelist()", "From: a@b.c\n" END, true, "welcomelist_from a@b.c",
		NULL },
	{ "check_from_in_welcomelist()", "From: a@b.c\n" ANY END, true,
		"welcomelist_from_rcvd a@b.c h.example", NULL },
	{ "check_from_in_welcomelist()", "From: a@b.c\n" ANY END, false,
		"welcomelist_from_rcvd a@b.c other.example", NULL },
	{ "check_from_in_whitelist()", "From: a@b.c\n" ANY END, true,
		"whitelist_from_rcvd a@b.c [203.0.113.0/24]", NULL },
	{ "check_from_in_whitelist()", "From: a@b.c\n" ANY END, false,
		"whitelist_from_rcvd a@b.c [192.0.2]", NULL },
	{ "check_forged_in_welcomelist()", "From: a@b.c\n" ANY END, true,
		"welcomelist_from_rcvd a@b.c other.example", NULL },
	{ "check_forged_in_welcomelist()", "From: a@b.c\n" ANY END, false,
		"welcomelist_from_rcvd a@b.c other.example\nwelcomelist_allows_relays a@b.c",
		NULL },
	{ "check_forged_in_whitelist()", "From: a@b.c\n" ANY END, true,
		"welcomelist_from_rcvd a@b.c other.example", NULL },
	{ "check_forged_in_whitelist()", "From: a@b.c\n" ANY END, false,
		"welcomelist_from_rcvd a@b.c h.example", NULL },
	{ "check_from_in_default_welcomelist()", "From: a@b.c\n" ANY END, true,
		"def_welcomelist_from_rcvd *@b.c example", NULL },
	{ "check_from_in_default_welcomelist()", "From: a@b.c\n" END, false,
		"def_welcomelist_from_rcvd *@b.c example", NULL },
	{ "check_from_in_default_whitelist()", "From: a@b.c\n" ANY END, true,
		"def_whitelist_from_rcvd *@b.c h.example", NULL },
	{ "check_from_in_default_whitelist()", "From: a@b.c\n" ANY END, false, NULL, NULL },
	{ "check_forged_in_default_welcomelist()", "From: a@b.c\n" ANY END, true,
		"def_welcomelist_from_rcvd *@b.c x.example", NULL },
	{ "check_forged_in_default_welcomelist()", "From: a@b.c\n" ANY END, false,
		"def_welcomelist_from_rcvd *@b.c h.example", NULL },
	{ "check_forged_in_default_whitelist()", "From: a@b.c\n" ANY END, true,
		"def_welcomelist_from_rcvd *@b.c x.example", NULL },
	{ "check_forged_in_default_whitelist()", "From: a@b.c\n" ANY END, false,
		"def_welcomelist_from_rcvd *@b.c x.example\nwelcomelist_from a@b.c", NULL },
	{ "check_mailfrom_matches_rcvd()",
		"Return-Path: <a@h.example>\n" RELAY("mx.h.example", "203.0.113.5") END, true, NULL,
		NULL },
	{ "check_mailfrom_matches_rcvd()",
		"Return-Path: <a@i.example>\n" RELAY("mx.h.example", "203.0.113.5") END, false,
		NULL, NULL },
	{ "check_subject_in_welcomelist()", "Subject: x [Bug 7] y\n" END, true,
		"welcomelist_subject [Bug *]", NULL },
	{ "check_subject_in_welcomelist()", "Subject: Bug 7\n" END, false,
		"welcomelist_subject [Bug *]", NULL },
	{ "check_subject_in_whitelist()", "Subject: x\n" END, true, "whitelist_subject X", NULL },
	{ "check_subject_in_whitelist()", "To: x\n" END, false, "whitelist_subject X", NULL },
	{ "check_subject_in_blocklist()", "Subject: make money fast\n" END, true,
		"blocklist_subject Make Money", NULL },
	{ "check_subject_in_blocklist()", "Subject: make haste\n" END, false,
		"blocklist_subject Make Money", NULL },
	{ "check_subject_in_blacklist()", "Subject: abc\n" END, true, "blocklist_subject a?c",
		NULL },
	{ "check_subject_in_blacklist()", "Subject: ac\n" END, false, "blocklist_subject a?c",
		NULL },
	{ "check_freemail_from()", "From: a@gmail.com\n" END, true, "freemail_domains gmail.com",
		NULL },
	{ "check_freemail_from()", "From: a@site.example\n" END, false,
		"freemail_domains gmail.com", NULL },
	{ "check_freemail_from()", "From: abuse@gmail.com\n" END, false,
		"freemail_domains gmail.com", NULL },
	{ "check_freemail_from('^z')", "From: a@gmail.com\n" END, false,
		"freemail_domains gmail.com", NULL },
	{ "check_freemail_header('Reply-To')", "Reply-To: a@gmail.com\n" END, true,
		"freemail_domains gmail.*", NULL },
	{ "check_freemail_header('Reply-To', '\\d@')", "Reply-To: a1@gmail.com\n" END, true,
		"freemail_domains gmail.com", NULL },
	{ "check_freemail_header('Reply-To', '\\d@')", "Reply-To: a@gmail.com\n" END, false,
		"freemail_domains gmail.com", NULL },
	{ "check_freemail_header('Reply-To')", "Reply-To: a@gmail.com\n" END, false,
		"freemail_domains gmail.com\nfreemail_whitelist a@gmail.com", NULL },
	{ "check_freemail_body()", "From: x@y.z\n\nwrite to b@gmail.com now\n", true,
		"freemail_domains gmail.com", NULL },
	{ "check_freemail_body()", "From: x@y.z\n\n<b@gmail.com> said\nc@gmail.com wrote:\n", false,
		"freemail_domains gmail.com", NULL },
	{ "check_freemail_replyto('replyto')", "From: a@gmail.com\nReply-To: b@gmail.com\n" END,
		true, "freemail_domains gmail.com", NULL },
	{ "check_freemail_replyto('replyto')", "From: a@gmail.com\nReply-To: a@gmail.com\n" END,
		false, "freemail_domains gmail.com", NULL },
	{ "check_freemail_replyto('replyto')",
		"Return-Path: <owner-list@y.z>\nFrom: a@gmail.com\nReply-To: b@gmail.com\n" END,
		false, "freemail_domains gmail.com", NULL },
	{ "check_freemail_replyto('reply')", "From: a@gmail.com\n\nwrite to b@gmail.com now\n",
		true, "freemail_domains gmail.com", NULL },
	{ "have_any_bounce_relays()", "X: y\n" END, true,
		"welcomelist_bounce_relays mx.site.example", NULL },
	{ "have_any_bounce_relays()", "X: y\n" END, false, NULL, NULL },
	{ "check_welcomelist_bounce_relays()",
		"X: y\n\nyour mail:\n\nReceived: by\n\tmx.site.example (Postfix)\n", true,
		"welcomelist_bounce_relays *.site.example", NULL },
	{ "check_welcomelist_bounce_relays()",
		"X: y\n\nyour mail:\n\nX: by mx.site.example (Postfix)\n", false,
		"welcomelist_bounce_relays *.site.example", NULL },
	{ "check_whitelist_bounce_relays()", "X: y\n\n> Received: by mx.site.example (Postfix)\n",
		true, "whitelist_bounce_relays *.site.example", NULL },
	{ "check_whitelist_bounce_relays()", "X: y\n\n> Received: by mx.site.example (Postfix)\n",
		false, NULL, NULL },
};

static const struct eval_row relay_rows[] = {
	{ "check_all_trusted()", RELAY("a.example", "10.0.0.1") END, true, NULL, NULL },
	{ "check_all_trusted()", RELAY("a.example", "10.0.0.1") ANY END, false, NULL, NULL },
	{ "check_no_relays()", "X: y\n" END, true, NULL, NULL },
	{ "check_no_relays()", ANY END, false, NULL, NULL },
	{ "check_relays_unparseable()", "Received: from nobody knows what\n" END, true, NULL,
		NULL },
	{ "check_relays_unparseable()", ANY END, false, NULL, NULL },
	{ "helo_ip_mismatch()", HELO("192.0.2.1", "h.example", "203.0.113.5") END, true, NULL,
		NULL },
	{ "helo_ip_mismatch()", HELO("203.0.113.9", "h.example", "203.0.113.5") END, false, NULL,
		NULL },
	{ "check_for_numeric_helo()", HELO("192.0.2.1", "h.example", "203.0.113.5") END, true, NULL,
		NULL },
	{ "check_for_numeric_helo()", HELO("10.2.0.1", "h.example", "203.0.113.5") END, false, NULL,
		NULL },
	{ "check_for_no_rdns_dotcom_helo()", HELO("mx.yahoo.com", "unknown", "203.0.113.5") END,
		true, NULL, NULL },
	{ "check_for_no_rdns_dotcom_helo()", HELO("mx.yahoo.com", "h.example", "203.0.113.5") END,
		false, NULL, NULL },
	{ "check_for_forged_received_trail()",
		RELAY("a.first.example",
			"203.0.113.5") "Received: from b.second.example (b.second.example "
				       "[203.0.113.6]) by x.third.example (Postfix) with ESMTP id "
				       "12345\nReceived: from c.example (c.example [203.0.113.7]) "
				       "by y.fourth.example (Postfix) with ESMTP id 12345\n" END,
		true, NULL, NULL },
	{ "check_for_forged_received_trail()",
		RELAY("a.first.example",
			"203.0.113.5") "Received: from b.second.example (b.second.example "
				       "[203.0.113.6]) by a.first.example (Postfix) with ESMTP id "
				       "12345\n" END,
		false, NULL, NULL },
	{ "check_for_forged_received_ip_helo()", HELO("192.0.2.1", "h.example", "203.0.113.5") END,
		true, NULL, NULL },
	{ "check_for_forged_received_ip_helo()", HELO("203.0.9.1", "h.example", "203.0.113.5") END,
		false, NULL, NULL },
	{ "check_for_sender_no_reverse()", ANY END, true, NULL, NULL },
	{ "check_for_sender_no_reverse()", HELO("x", "unknown", "203.0.113.5") END, false, NULL,
		NULL },
};

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\npre\n--b\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=b\n\n--b\n"
#define HTML "Content-Type: text/html\n\n<p>x</p>\n"

static const struct eval_row mime_rows[] = {
	{ "check_for_mime('mime_attachment')",
		MIXED "Content-Disposition: attachment\n\nx\n--b--\n", true, NULL, NULL },
	{ "check_for_mime('mime_attachment')", MIXED "Content-Disposition: inline\n\nx\n--b--\n",
		false, NULL, NULL },
	{ "check_for_mime('mime_qp_long_line')",
		"Content-Transfer-Encoding: "
		"quoted-"
		"printable\n\n123456789012345678901234567890123456789012345678901234567890123456789"
		"01234567890\n",
		true, NULL, NULL },
	{ "check_for_mime('mime_qp_count')",
		"Content-Transfer-Encoding: quoted-printable\n\n=41 x=20\n", true, NULL, NULL },
	{ "check_for_mime('mime_qp_count')",
		"Content-Transfer-Encoding: quoted-printable\n\nx=20=20\n=3D=E4\n", false, NULL,
		NULL },
	{ "check_for_mime('mime_base64_encoded_text')",
		"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\neA==\n", true, NULL,
		NULL },
	{ "check_for_mime('mime_bad_iso_charset')",
		"Content-Type: text/plain; charset=iso-1252-1\n" END, true, NULL, NULL },
	{ "check_for_mime('mime_bad_iso_charset')",
		"Content-Type: text/plain; charset=iso-8859-15\n" END, false, NULL, NULL },
	{ "check_for_mime('mime_missing_boundary')", MIXED "\nx\n", true, NULL, NULL },
	{ "check_for_mime('mimepart_limit_exceeded')", MIXED "\nx\n", false, NULL, NULL },
	{ "check_for_mime_html()", MIXED HTML "--b\n\nx\n--b--\n", true, NULL, NULL },
	{ "check_for_mime_html()", "X: y\n" END, false, NULL, NULL },
	{ "check_for_mime_html_only()", "X: y\n" HTML, true, NULL, NULL },
	{ "check_for_mime_html_only()", MIXED HTML "--b\n\nx\n--b--\n", false, NULL, NULL },
	{ "check_mime_multipart_ratio(0, 0.5)", ALTERNATIVE "\nx\n--b\n" HTML "--b--\n", true, NULL,
		NULL },
	{ "check_mime_multipart_ratio(0, 0.5)", ALTERNATIVE "\nxxxxxxxxxxxxx\n--b\n" HTML "--b--\n",
		false, NULL, NULL },
	{ "check_for_ascii_text_illegal()", "X: y\n\n\xe4\n", true, NULL, NULL },
	{ "check_for_ascii_text_illegal()",
		"Content-Type: text/plain; charset=iso-8859-1\n\n\xe4\n", false, NULL, NULL },
	{ "check_abundant_unicode_ratio(0.02)", "X: y\n\n&#x0041;&#x0042;x\n", true, NULL, NULL },
	{ "check_abundant_unicode_ratio(0.02)", "X: y\n\n&#x41;x\n", false, NULL, NULL },
	{ "check_qp_ratio(0.1)", "Content-Transfer-Encoding: quoted-printable\n\n=41=42=43\n", true,
		NULL, NULL },
	{ "check_qp_ratio(0.1)", "Content-Transfer-Encoding: quoted-printable\n\nabc\n", false,
		NULL, NULL },
	{ "check_base64_length(79)",
		"Content-Transfer-Encoding: "
		"base64\n\nMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"
		"NTY3ODkw\n",
		true, NULL, NULL },
	{ "check_base64_length(79)", "Content-Transfer-Encoding: base64\n\nMTIz\n", false, NULL,
		NULL },
	{ "check_ma_non_text()", ALTERNATIVE "Content-Type: image/png\n\nx\n--b--\n", true, NULL,
		NULL },
	{ "check_ma_non_text()", ALTERNATIVE "Content-Type: text/calendar\n\nx\n--b--\n", false,
		NULL, NULL },
	{ "check_msg_parse_flags('mime_epilogue_exists')", MIXED "\nx\n--b--\nmore\n", true, NULL,
		NULL },
	{ "check_msg_parse_flags('mime_epilogue_exists')", MIXED "\nx\n--b--\n.\n", false, NULL,
		NULL },
	{ "check_msg_parse_flags('missing_mime_headers')", MIXED "\nx\n--b--\n", true, NULL, NULL },
	{ "check_msg_parse_flags('missing_mime_head_body_separator')",
		MIXED "Content-Type: text/plain\nno field\n--b--\n", true, NULL, NULL },
	{ "check_msg_parse_flags('missing_head_body_separator')", "X: y\n--b\nx\n", true, NULL,
		NULL },
	{ "check_msg_parse_flags('missing_head_body_separator')", "X: y\n\nx\n", false, NULL,
		NULL },
	{ "check_msg_parse_flags('truncated_header')", "X: y\n\nx\n", false, NULL, NULL },
	{ "check_for_faraway_charset()",
		"Content-Type: text/plain; "
		"charset=koi8-r\n\n\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\n",
		true, "ok_locales en", NULL },
	{ "check_for_faraway_charset()", "Content-Type: text/plain; charset=koi8-r\n\nplain\n",
		false, "ok_locales en", NULL },
	{ "check_for_uppercase(50, 75)",
		"X: y\n\nTHE QUICK BROWN FOX jumps over a DOG AND THE QUICK BROWN FOX jumps over a "
		"DOG AND THE QUICK BROWN FOX jumps over a DOG AND THE QUICK BROWN FOX jumps over a "
		"DOG AND THE QUICK BROWN FOX jumps over a DOG AND\n",
		true, NULL, NULL },
	{ "check_for_uppercase(50, 75)", "X: y\n\nTHE QUICK BROWN FOX jumps\n", false, NULL, NULL },
};

/* GIF of 300x200, PNG of 10x20, JPEG of 7x5 (with another segment before its frame) */
#define GIF                                                                                        \
	MIXED "Content-Type: image/gif; name=a.gif\nContent-Transfer-Encoding: "                   \
	      "base64\n\nR0lGODlhLAHIAAAAADs=\n--b--\n"
#define PNG                                                                                        \
	MIXED "Content-Type: image/png\nContent-Transfer-Encoding: "                               \
	      "base64\n\niVBORw0KGgoAAAANSUhEUgAAAAoAAAAUCAYAAAAAAAAA\n--b--\n"
#define JPEG                                                                                       \
	MIXED "Content-Type: image/jpeg\nContent-Transfer-Encoding: "                              \
	      "base64\n\n/9j/4AAEAAD/wAALCAAFAAcBAREA\n--b--\n"

static const struct eval_row image_rows[] = {
	{ "image_count('gif', 1, 1)", GIF, true, NULL, NULL },
	{ "image_count('png', 1)", GIF, false, NULL, NULL },
	{ "image_count('all', 1)", JPEG, true, NULL, NULL },
	{ "pixel_coverage('gif', 60000, 60000)", GIF, true, NULL, NULL },
	{ "pixel_coverage('all', 60001)", GIF, false, NULL, NULL },
	{ "pixel_coverage('png', 200, 200)", PNG, true, NULL, NULL },
	{ "pixel_coverage('jpeg', 35, 35)", JPEG, true, NULL, NULL },
	{ "image_to_text_ratio('all', 0, 0.9)", "Subject: four\n" GIF, true, NULL, NULL },
	{ "image_to_text_ratio('all', 0, 0.9)", "Subject: four\n\nx\n", false, NULL, NULL },
	{ "image_size_exact('gif', 200, 300)", GIF, true, NULL, NULL },
	{ "image_size_exact('gif', 300, 200)", GIF, false, NULL, NULL },
	{ "image_size_range('jpeg', 5, 7, 5, 7)", JPEG, true, NULL, NULL },
	{ "image_size_range('jpeg', 6, 1)", JPEG, false, NULL, NULL },
	{ "image_named('a.gif')", GIF, true, NULL, NULL },
	{ "image_named('a.gif')", PNG, false, NULL, NULL },
	{ "image_name_regex('^a\\.')", GIF, true, NULL, NULL },
	{ "image_name_regex('^b\\.')", GIF, false, NULL, NULL },
};

static void
test_header(void **state)
{
	(void)state;
	eval_rows_run(ROWS(header_rows));
	eval_rows_cover(evals_date, ROWS(header_rows));
	eval_rows_cover(evals_forged, ROWS(header_rows));
	eval_rows_cover(evals_recipients, ROWS(header_rows));
}

static void
test_lists(void **state)
{
	(void)state;
	eval_rows_run(ROWS(list_rows));
	eval_rows_cover(evals_lists, ROWS(list_rows));
	eval_rows_cover(evals_freemail, ROWS(list_rows));
	eval_rows_cover(evals_bounce, ROWS(list_rows));
}

static void
test_relay(void **state)
{
	(void)state;
	eval_rows_run(ROWS(relay_rows));
	eval_rows_cover(evals_relay, ROWS(relay_rows));
}

static void
test_mime(void **state)
{
	(void)state;
	eval_rows_run(ROWS(mime_rows));
	eval_rows_cover(evals_mime, ROWS(mime_rows));
}

static void
test_image(void **state)
{
	(void)state;
	eval_rows_run(ROWS(image_rows));
	eval_rows_cover(evals_image, ROWS(image_rows));
}

/* What asks the network or a memory says no, with any arguments. */
static void
test_never(void **state)
{
	(void)state;
	struct eval_case c;
	eval_case_init(&c, "From: a@b.c\n" END, NULL, NULL);
	for (const struct eval *e = evals_never; e->name != NULL; e++) {
		const struct eval_arguments none = { .count = 0 };
		assert_false(e->test(&c.in, &none));
		assert_int_equal(e->most, EVAL_ARGUMENTS);
	}
	assert_non_null(eval_find(SLICE("check_rbl")));
	eval_case_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_relay),
		cmocka_unit_test(test_mime),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_never),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
