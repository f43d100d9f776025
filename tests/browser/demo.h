/* A store to look at and to test pages with: a campus of a dozen hosts over two days, made up but
 * always the same, with texts that try to break out of HTML, CSV and layout.  Documentation
 * prefixes only. */
#ifndef HELOSCOPE_TESTS_BROWSER_DEMO_H
#define HELOSCOPE_TESTS_BROWSER_DEMO_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/recipient_sample.h"
#include "sensor/base/ptime.h"
#include "sensor/record_layout.h"
#include "store/store.h"

#define DEMO_END (INT64_C(1213326000) * PTIME_SECOND) /* 2008-06-13 03:00 UTC */
#define DEMO_HOURS 48
#define DEMO_SESSION "00000000000000aa" /* has two mails and hostile texts */
#define DEMO_HOST "192.0.2.23"
#define DEMO_HOSTILE "<script>alert('x')</script>\"&amp;"
#define DEMO_FORMULA "=HYPERLINK(\"http://198.51.100.9/\",\"win\")"

#define DEMO_PUSH(a, list) (*ARENA_PUSH((a), list, 1000))

static inline void
demo_must(int rc, const struct err *err)
{
	if (rc < 0) {
		fprintf(stderr, "demo store: %s\n", err->text);
		exit(1);
	}
}

static inline struct addr
demo_addr(const char *text)
{
	struct addr a;
	if (addr_parse(slice_str(text), &a) != 0) {
		abort();
	}
	return a;
}

/* What a host is like. load: recipients per hour at its busiest; bad: share refused, in percent,
 * while it is. */
struct demo_host {
	const char *ip, *name;
	enum role role;
	enum verdict verdict;
	double risk;
	enum cause cause;
	int load, bad;
	const char *summary;
};

static const struct demo_host demo_hosts[] = {
	{ DEMO_HOST, "www-forms.adm.example.edu", ROLE_WEB, VERDICT_LISTED, 1.0, CAUSE_WEB_FORM,
		280, 69,
		"Three remote servers refuse it naming Spamhaus ZEN; a PHP form on it is sending "
		"mail to strangers." },
	{ "192.0.2.140", "wifi-2140.dorm.example.edu", ROLE_CLIENT, VERDICT_LIKELY, 0.88,
		CAUSE_SPAM_BOT, 190, 63,
		"It speaks to 412 mail servers in an hour, changes its HELO name, and never "
		"retries." },
	{ "192.0.2.8", "head.cluster.example.edu", ROLE_MTA, VERDICT_LIKELY, 0.71, CAUSE_BATCH_JOBS,
		90, 49,
		"Job mails in bulk from a name without reverse DNS; two providers slow it down." },
	{ "2001:db8:12::77", "ws-077.bio.example.edu", ROLE_CLIENT, VERDICT_THROTTLED, 0.46,
		CAUSE_COMPROMISED_ACCOUNT, 60, 35,
		"One account sends through it from abroad; remote servers put its mail off." },
	{ "192.0.2.66", DEMO_HOSTILE, ROLE_UNKNOWN, VERDICT_WATCH, 0.31, CAUSE_HAND_TYPED, 6, 20,
		"A mail was typed by hand; its HELO is " DEMO_HOSTILE "." },
	{ "192.0.2.67", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d.example", ROLE_CLIENT, VERDICT_WATCH,
		0.28, CAUSE_MISCONFIGURED_MTA, 12, 15,
		"It greets with a name that cannot be in the DNS." },
	{ "192.0.2.68",
		"a-very-long-name-of-a-host-that-somebody-gave-in-helo-to-see-what-the-page-does-"
		"with-it.and-it-goes-on-for-quite-a-"
		"while.example.edu",
		ROLE_CLIENT, VERDICT_WATCH, 0.22, CAUSE_UNKNOWN, 4, 0,
		"Its HELO name is longer than any real one." },
	{ "192.0.2.25", "mx1.example.edu", ROLE_MTA, VERDICT_CLEAN, 0.04, CAUSE_UNKNOWN, 140, 4,
		"Nothing stands out." },
	{ "192.0.2.26", "mx2.example.edu", ROLE_MTA, VERDICT_CLEAN, 0.03, CAUSE_MAILING_LIST, 110,
		3, "A mailing list; nothing stands out." },
	{ "192.0.2.90", "", ROLE_SUBMISSION, VERDICT_CLEAN, 0.02, CAUSE_UNKNOWN, 30, 1,
		"Nothing stands out." },
	{ "192.0.2.91", "printer.example.edu", ROLE_CLIENT, VERDICT_UNKNOWN, 0.0, CAUSE_UNKNOWN, 1,
		0, "Too little was seen." },
};
#define DEMO_HOSTS (sizeof demo_hosts / sizeof demo_hosts[0])

/* Recipients of a host in the hour i of DEMO_HOURS: troubled hosts have a hump, others breathe with
 * the day. */
static inline int64_t
demo_rcpts(const struct demo_host *d, int i)
{
	if (d->bad > 10) {
		int distance = i > 36 ? i - 36 : 36 - i;
		return distance < 9 ? d->load * (81 - distance * distance) / 81 : d->load / 20;
	}
	return d->load * (4 + (i * 7 + d->load) % 5) / 8;
}

static inline void
demo_hours(struct sink *s, const struct demo_host *d, struct err *err)
{
	for (int i = 0; i < DEMO_HOURS; i++) {
		int64_t rcpts = demo_rcpts(d, i), bad = i > 30 ? rcpts * d->bad / 100 : 0;
		const struct count plain[] = {
			{ "sessions", rcpts / 3 + 1 },
			{ "mails", rcpts / 2 },
			{ "rcpts", rcpts },
			{ "accepted", rcpts - bad },
			{ "rejected", bad * 3 / 4 },
			{ "deferred", bad - bad * 3 / 4 },
			{ "listed", d->verdict == VERDICT_LISTED && i > 34 ? bad / 10 : 0 },
			{ "score_max", rcpts == 0 ? 0 : bad > 0 ? 7400 : 300 + 100 * (i % 7) },
		};
		demo_must(s->host_hour(s->ctx, demo_addr(d->ip),
				  DEMO_END - (DEMO_HOURS - i) * PTIME_HOUR, SLICE("demo"), plain,
				  sizeof plain / sizeof plain[0], err),
			err);
	}
}

static inline void
demo_listings(struct arena *a, struct host_record *r)
{
	struct listing *l = ARENA_PUSH(a, r->listings, 10);
	*l = (struct listing){ .list = "Spamhaus ZEN",
		.since = DEMO_END - 14 * PTIME_HOUR,
		.last = DEMO_END - PTIME_HOUR,
		.ended_by = "",
		.reply = "554 5.7.1 Service unavailable; Client host [192.0.2.23] blocked using "
			 "zen.spamhaus.org; "
			 "https://www.spamhaus.org/query/ip/192.0.2.23 <script>alert(1)</script>",
		.server = demo_addr("198.51.100.25"),
		.count = 96 };
	DEMO_PUSH(a, l->servers) = "198.51.100.25";
	DEMO_PUSH(a, l->servers) = "203.0.113.7";
	DEMO_PUSH(a, l->servers) = "2001:db8:ffff::25";
	l = ARENA_PUSH(a, r->listings, 10);
	*l = (struct listing){ .list = "SpamCop",
		.since = DEMO_END - 40 * PTIME_HOUR,
		.last = DEMO_END - 33 * PTIME_HOUR,
		.until = DEMO_END - 30 * PTIME_HOUR,
		.ended_by = "accepted by 198.51.100.26",
		.reply = "451 Blocked - see http://www.spamcop.net/bl.shtml?192.0.2.23",
		.server = demo_addr("198.51.100.26"),
		.count = 4 };
	DEMO_PUSH(a, l->servers) = "198.51.100.26";
	l = ARENA_PUSH(a, r->listings, 10);
	*l = (struct listing){ .list = "SpamCop",
		.since = DEMO_END - 10 * PTIME_HOUR,
		.last = DEMO_END - 2 * PTIME_HOUR,
		.ended_by = "",
		.reply = "451 Blocked - see http://www.spamcop.net/bl.shtml?192.0.2.23",
		.server = demo_addr("198.51.100.26"),
		.count = 11 };
	DEMO_PUSH(a, l->servers) = "198.51.100.26";
	l = ARENA_PUSH(a, r->listings, 10);
	*l = (struct listing){ .list = "Microsoft S3140",
		.kind = LISTING_REPUTATION,
		.since = DEMO_END - 12 * PTIME_HOUR,
		.last = DEMO_END - 3 * PTIME_HOUR,
		.ended_by = "",
		.reply = "550 5.7.1 Unfortunately, messages from [192.0.2.23] weren't sent. Part "
			 "of their network is on our block list (S3140).",
		.server = demo_addr("203.0.113.7"),
		.count = 21 };
	l = ARENA_PUSH(a, r->listings, 10);
	*l = (struct listing){ .list = "Yahoo",
		.kind = LISTING_THROTTLE,
		.since = DEMO_END - 20 * PTIME_HOUR,
		.last = DEMO_END - 18 * PTIME_HOUR,
		.until = DEMO_END - 16 * PTIME_HOUR,
		.ended_by = "accepted by 203.0.113.9",
		.reply = "421 4.7.0 [TSS04] Messages from 192.0.2.23 temporarily deferred",
		.server = demo_addr("203.0.113.9"),
		.count = 8 };
	l = ARENA_PUSH(a, r->listings, 10);
	*l = (struct listing){ .list = "SORBS",
		.since = DEMO_END - 9 * PTIME_HOUR,
		.last = DEMO_END - 9 * PTIME_HOUR,
		.until = DEMO_END - 9 * PTIME_HOUR,
		.ended_by = "no listing: SORBS was closed in June 2024; who still asks it should "
			    "not",
		.reply = "554 5.7.1 blocked using dnsbl.sorbs.net",
		.server = demo_addr("203.0.113.44"),
		.count = 1 };
}

static inline void
demo_evidence(struct arena *a, struct host_record *r)
{
	struct cause_found *cause = ARENA_PUSH(a, r->causes, 10);
	*cause = (struct cause_found){ .cause = CAUSE_WEB_FORM, .confidence = 0.86 };
	DEMO_PUSH(a, cause->evidence) =
		"1,204 mails carry X-PHP-Originating-Script: 33:contact.php";
	DEMO_PUSH(a, cause->evidence) = "Up to 40 recipients for one To, with injected Bcc fields";
	DEMO_PUSH(a, cause->evidence) =
		"Received: by www-forms (Postfix, from userid 33) in every one of them";
	cause = ARENA_PUSH(a, r->causes, 10);
	*cause = (struct cause_found){ .cause = CAUSE_BATCH_JOBS, .confidence = 0.12 };
	DEMO_PUSH(a, cause->evidence) = "17 mails look like those of cron: " DEMO_HOSTILE;
	struct list_likelihood *list = ARENA_PUSH(a, r->lists, 10);
	*list = (struct list_likelihood){
		.list = "Spamhaus CSS", .probability = 0.99, .predicted = 0.91
	};
	DEMO_PUSH(a, list->why) = "3 servers say so of a list that may be this one: 554 5.7.1 "
				  "Service unavailable";
	DEMO_PUSH(a, list->why) = "1,204 mails of one PHP script scored 5.0 or more";
	DEMO_PUSH(a, list->change) =
		"without CSS_SCRIPT it would be 0.12 instead of 0.91: switch contact.php off";
	DEMO_PUSH(a, list->change) = "ends by itself 48 h after the last spam " DEMO_HOSTILE;
	list = ARENA_PUSH(a, r->lists, 10);
	*list = (struct list_likelihood){
		.list = "SpamCop", .probability = 0.62, .predicted = 0.62
	};
	DEMO_PUSH(a, list->why) =
		"Many recipients that do not exist, which is how its traps are hit";
	DEMO_PUSH(a, list->change) = "without COP_TRAPS it would be 0.09 instead of 0.62";
	list = ARENA_PUSH(a, r->lists, 10);
	*list = (struct list_likelihood){
		.list = "Barracuda BRBL", .probability = 0.35, .predicted = 0.35
	};
	list = ARENA_PUSH(a, r->lists, 10);
	*list = (struct list_likelihood){
		.list = "PSBL", .probability = 0.02, .predicted = 0.02
	};
	list = ARENA_PUSH(a, r->lists, 10);
	*list = (struct list_likelihood){
		.list = "Backscatterer", .probability = 0.01, .predicted = 0.01
	};
	demo_listings(a, r);
	DEMO_PUSH(a, r->services) =
		(struct service){ 22, "ssh", DEMO_END - 40 * PTIME_HOUR, DEMO_END - PTIME_HOUR };
	DEMO_PUSH(a, r->services) = (struct service){ 80, "http", DEMO_END - 44 * PTIME_HOUR, DEMO_END };
	DEMO_PUSH(a, r->services) =
		(struct service){ 8080, "http-alt", DEMO_END - 44 * PTIME_HOUR, DEMO_END - 3 * PTIME_HOUR };
	DEMO_PUSH(a, r->advice) =
		(struct advice){ "Stop mail from the web server's user at the host's firewall.",
			"iptables -A OUTPUT -p tcp --dport 25 -m owner --uid-owner www-data -j "
			"REJECT --reject-with tcp-reset" };
	DEMO_PUSH(a, r->advice) = (struct advice){ "See what waits in the queue, and hold it.",
		"mailq | tail -1 && postsuper -h ALL" };
	DEMO_PUSH(a, r->advice) = (struct advice){
		"Mend contact.php: strip CR and LF from every header field that it fills in.", ""
	};
}

/* Ports that it used outside; a relay and a NAT have others behind them. */
static inline void
demo_outside(struct arena *a, const struct demo_host *d, struct host_record *r, int64_t accepted)
{
	struct cut_off *cut = ARENA_PUSH(a, r->cut_off, 4);
	*cut = (struct cut_off){ .port = 25, .sessions = accepted / 3 + 1, .accepted = accepted };
	DEMO_PUSH(a, cut->domains) = "example.net";
	DEMO_PUSH(a, cut->domains) = "freemail.example";
	DEMO_PUSH(a, cut->domains) = DEMO_HOSTILE;
	if (d->role == ROLE_SUBMISSION || d->role == ROLE_CLIENT) {
		cut = ARENA_PUSH(a, r->cut_off, 4);
		*cut = (struct cut_off){ .port = 587, .sessions = 3, .accepted = 2 };
	}
	if (d->role == ROLE_MTA) {
		struct host_behind *behind = ARENA_PUSH(a, r->behind, 10);
		*behind = (struct host_behind){ demo_addr(DEMO_HOST), 240, 190 };
		behind = ARENA_PUSH(a, r->behind, 10);
		*behind = (struct host_behind){ demo_addr("2001:db8:12::77"), 31, 0 };
	}
	if (d->verdict == VERDICT_THROTTLED)
		r->clients = 214;
}

static inline void
demo_host(struct sink *s, const struct demo_host *d, struct arena *a, struct err *err)
{
	struct host_record r = { 0 };
	int64_t rcpts = 0, bad = 0;
	for (int i = 0; i < DEMO_HOURS; i++) {
		rcpts += demo_rcpts(d, i);
		bad += i > 30 ? demo_rcpts(d, i) * d->bad / 100 : 0;
	}
	record_init(&layout_host, &r);
	r.sensor = "demo";
	r.ip = demo_addr(d->ip);
	r.role = d->role;
	r.verdict = d->verdict;
	r.verdict_since = DEMO_END - 14 * PTIME_HOUR;
	r.risk = d->risk;
	r.visibility = d->verdict == VERDICT_THROTTLED ? VISIBILITY_ENVELOPE : VISIBILITY_CONTENT;
	r.first = DEMO_END - DEMO_HOURS * PTIME_HOUR;
	r.last = DEMO_END;
	r.summary = d->summary;
	r.name = d->name;
	DEMO_PUSH(a, r.counts) = (struct count){ "sessions", rcpts / 3 };
	DEMO_PUSH(a, r.counts) = (struct count){ "mails", rcpts / 2 };
	DEMO_PUSH(a, r.counts) = (struct count){ "rcpts", rcpts };
	DEMO_PUSH(a, r.counts) = (struct count){ "accepted", rcpts - bad };
	DEMO_PUSH(a, r.counts) = (struct count){ "rejected", bad * 3 / 4 };
	DEMO_PUSH(a, r.counts) = (struct count){ "deferred", bad - bad * 3 / 4 };
	DEMO_PUSH(a, r.counts) = (struct count){ "helo_names", 3 };
	if (d->verdict == VERDICT_LISTED) {
		demo_evidence(a, &r);
	} else if (d->cause != CAUSE_UNKNOWN) {
		struct cause_found *cause = ARENA_PUSH(a, r.causes, 10);
		*cause = (struct cause_found){ .cause = d->cause, .confidence = d->risk };
		DEMO_PUSH(a, cause->evidence) = d->summary;
	}
	if (rcpts > 2)
		demo_outside(a, d, &r, (rcpts - bad) / 2);
	demo_must(s->host(s->ctx, &r, err), err);
	demo_hours(s, d, err);
	demo_must(s->service(s->ctx, (struct endpoint){ r.ip, 25 }, r.first, r.last, err), err);
}

static inline void
demo_mail(struct arena *a, const struct session_record *session, int32_t number,
	struct mail_record *m)
{
	*m = (struct mail_record){ 0 };
	record_init(&layout_mail, m);
	m->session = session->id;
	m->number = number;
	m->start = session->start + number * PTIME_SECOND;
	m->end = m->start + PTIME_SECOND;
	m->mail_from = number == 1 ? "www-data@www-forms.adm.example.edu" : "";
	m->outcome = number == 1 ? OUTCOME_REJECTED : OUTCOME_ACCEPTED;
	m->code = number == 1 ? 554 : 250;
	m->enhanced = number == 1 ? "5.7.1" : "2.0.0";
	m->class = number == 1 ? REPLY_LISTED : REPLY_OK;
	m->list = number == 1 ? "Spamhaus ZEN" : "";
	m->transfer = TRANSFER_DATA;
	m->bytes = 2345 * number;
	m->queue_id = number == 1 ? "" : "4F3A21C0E7";
	m->score = number == 1 ? 7.4 : 0.3;
	DEMO_PUSH(a, m->rcpts) = recipient_sample(
		"7f3a9c@example.net", 250, "2.1.5", REPLY_OK, DISPOSITION_ACCEPTED);
	DEMO_PUSH(a, m->rcpts) = recipient_sample(
		"@SUM(1+1)@example.org", 550, "5.1.1", REPLY_USER_UNKNOWN, DISPOSITION_REJECTED);
	m->header.from = "Contact <www-data@www-forms.adm.example.edu>";
	m->header.to = "webmaster@example.edu";
	m->header.subject = number == 1 ? DEMO_HOSTILE : DEMO_FORMULA;
	m->header.date = "Thu, 12 Jun 2008 21:00:00 -0300";
	m->header.message_id = "<20080613000000.1234@www-forms.adm.example.edu>";
	m->header.php_script = "33:contact.php";
	DEMO_PUSH(a, m->received) = (struct received){ "localhost", "www-forms", "127.0.0.1",
		"www-forms.adm.example.edu", "ESMTP", "8C21F", "Thu, 12 Jun 2008 21:00:00 -0300",
		"" };
	DEMO_PUSH(a, m->parts) = (struct part){ "text/plain", "8bit", "", 1200,
		"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8" };
	DEMO_PUSH(a, m->parts) = (struct part){ "application/zip", "base64",
		"\"><img src=x onerror=alert(1)>.zip", 900, "" };
	DEMO_PUSH(a, m->urls) = "http://198.51.100.9/pills?<b>";
	DEMO_PUSH(a, m->hits) = (struct hit){ "PHP_SCRIPT", 2.5,
		"A PHP script sent it: 33:contact.php", "facts/causes.md", 1, "50-causes.cf:31",
		"X-PHP-Originating-Script: 33:contact.php" };
	DEMO_PUSH(a, m->hits) = (struct hit){ "HELO_NO_DOT", 1.2, "Its HELO name has no dot",
		"RFC 5321 4.1.1.1", 1, "30-session.cf:12", "helo_name: <b>pc</b>" };
	DEMO_PUSH(a, m->labels) = "php";
	/* many hosts send nearly the same */
	m->similar.near = number == 1 ? "5d1c0e2f9a7b3344" : "";
}

static inline void
demo_session(
	struct sink *s, const struct demo_host *d, int number, struct arena *a, struct err *err)
{
	static const char *const servers[] = { "198.51.100.25", "198.51.100.26", "203.0.113.7",
		"2001:db8:ffff::25" };
	struct session_record r = { 0 };
	struct mail_record m = { 0 };
	bool hostile = number == 0xaa, refused = hostile || d->bad > 40;
	record_init(&layout_session, &r);
	r.sensor = "demo";
	r.id = arena_printf(a, "%016x", (unsigned)number);
	r.community_id = "1:LQU9qZlK+B5F3KDmev6m5PMibrg=";
	r.start = DEMO_END - (200 - number % 200) * 13 * 60 * PTIME_SECOND;
	r.end = r.start + 4 * PTIME_SECOND;
	r.client = (struct endpoint){ demo_addr(d->ip), (uint16_t)(40000 + number) };
	r.server = (struct endpoint){ demo_addr(servers[number % 4]), 25 };
	r.direction = DIRECTION_OUTBOUND;
	r.visibility = VISIBILITY_CONTENT;
	r.banner = hostile ? DEMO_HOSTILE : "mx.example.net ESMTP Postfix";
	r.helo_verb = "EHLO";
	r.helo_name = d->name;
	r.tls.offered = true;
	r.tls.used = number % 3 == 0;
	if (r.tls.used) {
		DEMO_PUSH(a, r.tls.names) = "mx.example.net";
		DEMO_PUSH(a, r.tls.names) = DEMO_HOSTILE;
		r.tls.alert = "client: unknown_ca";
		r.tls.records_client = 12345;
		r.tls.records_server = 7;
		r.estimate.basis = "tls-records";
		r.estimate.mails = 3;
	}
	r.dialect = "4c9f";
	r.client_software = "Postfix";
	r.bytes_client = 5000 + number;
	r.bytes_server = 900;
	r.close = CLOSE_FIN;
	r.mails_count_total = 2;
	DEMO_PUSH(a, r.encap) = "ethernet";
	DEMO_PUSH(a, r.extensions) = "PIPELINING";
	DEMO_PUSH(a, r.extensions) = "SIZE 52428800";
	DEMO_PUSH(a, r.anomalies) = (struct anomaly_seen){ "helo-no-dot", 1, "RFC 5321 2.3.5" };
	DEMO_PUSH(a, r.replies) =
		(struct reply){ "greeting", 220, "", REPLY_OK, "", r.banner, r.start, { 0 } };
	if (refused) {
		DEMO_PUSH(a, r.replies) =
			(struct reply){ "RCPT", 554, "5.7.1", REPLY_LISTED, "Spamhaus ZEN",
				"Service unavailable; Client host [" DEMO_HOST
				"] blocked using zen.spamhaus.org <img src=x onerror=alert(1)>",
				r.start + PTIME_SECOND, r.client.addr };
	}
	demo_must(s->session(s->ctx, &r, err), err);
	for (int32_t i = 1; i <= 2; i++) {
		demo_mail(a, &r, i, &m);
		demo_must(s->mail(s->ctx, &r, &m, err), err);
	}
}

/* How far i is within a burst of 2 * width + 1 intervals, 0 outside. */
static inline int64_t
demo_burst(int64_t i, int64_t middle, int64_t width)
{
	int64_t distance = i > middle ? i - middle : middle - i;
	return distance > width ? 0 : width + 1 - distance;
}

/* The last day by five minutes: the kernel was too slow for a moment, the mirror lost bytes for
 * half an hour, and for an hour nothing came. */
static inline void
demo_loss(struct loss_interval *out, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		int64_t i = (int64_t)k, packets = 12000 + 3000 * ((i * 7) % 5) + 40 * (i % 100);
		struct counters *c = &out[k].counters;
		out[k] = (struct loss_interval){
			.start = loss_start(DEMO_END) - ((int64_t)count - i - 1) * LOSS_INTERVAL
		};
		if (i >= 60 && i < 72) {
			continue;
		}
		out[k].covered = LOSS_INTERVAL;
		COUNT_BY(c, packets, packets);
		COUNT_BY(c, packets_dropped, packets * demo_burst(i, 120, 2) / 700);
		COUNT_BY(c, packets_if_dropped, demo_burst(i, 121, 1) * 12);
		COUNT_BY(c, segments, packets - 300);
		COUNT_BY(c, stream_bytes, packets * 600);
		COUNT_BY(c, gaps, demo_burst(i, 210, 4));
		COUNT_BY(c, gap_bytes, packets * demo_burst(i, 210, 4));
		COUNT_BY(c, streams, packets / 150);
		COUNT_BY(c, streams_one_sided, i % 3);
	}
}

static inline void
demo_state(struct sink *s, struct err *err)
{
	static struct loss_interval loss[LOSS_INTERVALS_OF_A_DAY];
	struct sensor_state state = { .sensor = "demo",
		.started = DEMO_END - DEMO_HOURS * PTIME_HOUR,
		.now = DEMO_END,
		.run = DEMO_END - DEMO_HOURS * PTIME_HOUR,
		.sources = "demo.pcap",
		.loss = loss,
		.loss_count = LOSS_INTERVALS_OF_A_DAY };
	demo_loss(loss, LOSS_INTERVALS_OF_A_DAY);
	COUNT_BY(&state.counters, packets, 9120331);
	COUNT_BY(&state.counters, packet_bytes, 6120331000);
	COUNT_BY(&state.counters, segments, 9000000);
	COUNT_BY(&state.counters, streams, 48212);
	COUNT_BY(&state.counters, stream_bytes, 5100331000);
	COUNT_BY(&state.counters, gaps, 12);
	COUNT_BY(&state.counters, gap_bytes, 17520);
	COUNT_BY(&state.counters, sessions, 48000);
	COUNT_BY(&state.counters, sessions_encrypted, 16000);
	COUNT_BY(&state.counters, mails, 61000);
	COUNT_BY(&state.counters, restarts_analyst, 1);
	demo_must(s->state(s->ctx, &state, err), err);
	demo_must(s->event(s->ctx, DEMO_END - PTIME_HOUR, "restart",
			  "the analyst died on a mail and was started again " DEMO_HOSTILE, err),
		err);
}

/* Makes the file, which must not be there yet; ends the program when it cannot. */
static inline void
demo_store(const char *path)
{
	struct err err = { "" };
	struct store *store;
	struct arena a;
	arena_init(&a, 64u << 20);
	demo_must(store_open(path, "demo", &store, &err), &err);
	struct sink sink = store_sink(store);
	for (size_t i = 0; i < DEMO_HOSTS; i++) {
		demo_host(&sink, &demo_hosts[i], &a, &err);
	}
	demo_session(&sink, &demo_hosts[0], 0xaa, &a, &err);
	for (int i = 1; i <= 160; i++) {
		demo_session(
			&sink, &demo_hosts[i % 3 == 0 ? 0 : (size_t)i % DEMO_HOSTS], i, &a, &err);
	}
	demo_state(&sink, &err);
	demo_must(sink.commit(sink.ctx, &err), &err);
	store_close(store);
	arena_release(&a);
}

#endif
