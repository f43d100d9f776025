/* make_store FILE [SESSIONS [HOSTS [SEED]]]: a store as a campus fills it in seven days.  A part of
 * it is written through the sink, so that it has whatever the schema has, and repeated (copies.h).
 *
 * The same numbers give the same store.  Hosts and domains are skewed: the busiest host has some
 * 8 % of the sessions, the quiet half less than 1 % together.  Prints what it wrote and how fast.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "sensor/base/arena.h"
#include "sensor/base/ptime.h"
#include "sensor/record_layout.h"
#include "store/store.h"
#include "tests/bench/report/copies.h"

enum { DAYS = 7, HOURS = DAYS * 24, BATCH = 5000, REMOTES = 40000, DOMAINS = 20000, RULES = 150 };
#define END (INT64_C(1781438400) * PTIME_SECOND) /* 2026-06-14 12:00 UTC */
#define BEGIN (END - DAYS * PTIME_DAY)

struct hour_sums {
	uint16_t sessions, mails, rcpts, accepted, rejected, deferred, listed;
};

struct bench {
	struct sink sink;
	struct arena arena; /* of the session at hand */
	uint64_t random;
	int64_t sessions, hosts, mails, written_hours; /* sessions and mails of the part */
	struct hour_sums *hours;		       /* HOURS of each host */
	struct err err;
};

static const char *const lists[] = { "Spamhaus ZEN", "Spamhaus DBL", "SpamCop", "Barracuda",
	"SORBS", "UCEPROTECT-1", "UCEPROTECT-2", "PSBL", "Invaluement", "Microsoft", "Yahoo",
	"Proofpoint" };
enum { LISTS = sizeof lists / sizeof *lists };

static const char *const words[] = { "invoice", "meeting", "notes", "report", "urgent", "account",
	"library", "seminar", "results", "thesis", "payment", "order", "newsletter", "reminder",
	"minutes", "backup", "alert", "welcome", "password", "delivery" };
enum { WORDS = sizeof words / sizeof *words };

/* ---- numbers ---- */

/* xorshift64*, Vigna 2016. */
static uint64_t
next(struct bench *b)
{
	b->random ^= b->random >> 12;
	b->random ^= b->random << 25;
	b->random ^= b->random >> 27;
	return b->random * UINT64_C(2685821657736338717);
}

static double
unit(struct bench *b)
{
	return (double)(next(b) >> 11) / (double)(UINT64_C(1) << 53);
}

static int64_t
below(struct bench *b, int64_t n)
{
	return (int64_t)(unit(b) * (double)n);
}

/* 0 is the most frequent by far. */
static int64_t
skewed(struct bench *b, int64_t n)
{
	double u = unit(b);

	return (int64_t)(u * u * u * u * (double)n);
}

static void
must(struct bench *b, int rc)
{
	if (rc < 0) {
		fprintf(stderr, "make_store: %s\n", b->err.text);
		exit(1);
	}
}

/* ---- names ---- */

/* Every twentieth has IPv6; busy hosts are spread over the networks. */
static struct addr
host_addr(int64_t i)
{
	uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1 };

	if (i % 20 == 7) {
		v6[14] = (uint8_t)(i >> 8);
		v6[15] = (uint8_t)i;
		v6[13] = (uint8_t)(i >> 16);
		return addr_v6(v6);
	}
	return addr_v4_number(0x0a140000u + (uint32_t)((i % 250) * 256 + i / 250 + 1));
}

static struct addr
remote_addr(int64_t i)
{
	return addr_v4_number(0xc6120000u + (uint32_t)i * 3);
}

static const char *
domain(struct bench *b, int64_t i)
{
	return arena_printf(&b->arena, "d%lld.%s", (long long)i, i % 3 == 0 ? "example" : "test");
}

static const char *
rule(struct bench *b, int64_t i)
{
	return arena_printf(&b->arena, "RULE_%03lld_%s", (long long)i, words[i % WORDS]);
}

/* ---- sessions and mails ---- */

static void
add_reply(struct bench *b, struct session_record *s, const char *to, int code,
	enum reply_class class, const char *list, const char *text)
{
	struct reply *r = ARENA_PUSH(&b->arena, s->replies, 64);

	*r = (struct reply){ .to = to,
		.code = code,
		.enhanced = "",
		.class = class,
		.list = list,
		.text = text,
		.time = s->start + (int64_t)s->replies_count * 50 * PTIME_MS };
}

static struct session_record
make_session(struct bench *b, int64_t i, int64_t host, bool inbound)
{
	struct session_record s;
	int64_t remote = skewed(b, REMOTES), port = below(b, 10000);
	struct endpoint ours = { host_addr(host), 25 }, other = { remote_addr(remote), 25 };

	memset(&s, 0, sizeof s);
	record_init(&layout_session, &s);
	s.sensor = "bench";
	s.id = arena_printf(&b->arena, "%016llx", (unsigned long long)next(b));
	s.community_id = arena_printf(
		&b->arena, "1:%016llx%08llx=", (unsigned long long)next(b), (unsigned long long)i);
	s.start = BEGIN + i * ((END - BEGIN) / b->sessions);
	s.end = s.start + PTIME_SECOND + below(b, 30) * PTIME_SECOND;
	other.port = inbound ? 25 : port < 8500 ? 25 : port < 9700 ? 587 : port < 9998 ? 465 : 2525;
	s.client = inbound ? other : ours;
	s.server = inbound ? ours : other;
	s.client.port = (uint16_t)(20000 + below(b, 40000));
	s.direction = inbound ? DIRECTION_INBOUND : DIRECTION_OUTBOUND;
	s.protocol = "smtp";
	s.tls.implicit = s.server.port == 465;
	s.tls.used = s.tls.implicit || below(b, 10) < 4;
	s.tls.offered = true;
	s.tls.version = !s.tls.used	     ? ""
			: below(b, 100) < 70 ? "TLS 1.3"
			: below(b, 100) < 98 ? "TLS 1.2"
					     : "TLS 1.0";
	s.visibility = s.tls.used ? VISIBILITY_FLOW : VISIBILITY_CONTENT;
	s.banner = arena_printf(&b->arena, "mx%lld.%s ESMTP Postfix (Debian/GNU)",
		(long long)remote % 9, domain(b, remote % DOMAINS));
	s.helo_verb = "EHLO";
	s.helo_name = inbound ? arena_printf(&b->arena, "out.%s", domain(b, remote % DOMAINS))
			      : arena_printf(&b->arena, "h%lld.campus.example", (long long)host);
	s.dialect = "e1-p-s-8-c-r";
	s.client_software = host % 3 == 0 ? "Postfix" : "Exim";
	s.server_software = "Postfix";
	s.bytes_client = 2000 + below(b, 60000);
	s.bytes_server = 900 + below(b, 900);
	s.close = CLOSE_FIN;
	return s;
}

static void
add_extensions(struct bench *b, struct session_record *s)
{
	static const char *const names[] = { "PIPELINING", "SIZE 52428800", "ETRN", "STARTTLS",
		"ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8", "CHUNKING" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char **e = ARENA_PUSH(&b->arena, s->extensions, 64);
		*e = names[i];
	}
}

static const enum reply_class refusals[] = { REPLY_LISTED, REPLY_GREYLISTED, REPLY_USER_UNKNOWN,
	REPLY_CONTENT_SPAM, REPLY_SIZE_QUOTA };

/* One session in twelve is refused somewhere; a few of them say that the client is listed. */
static enum reply_class
refuse(struct bench *b, struct session_record *s, int64_t host, const char **list)
{
	int64_t dice = below(b, 1000);
	size_t kind = dice < 10 ? 0 : dice < 40 ? 1 : dice < 65 ? 2 : dice < 79 ? 3 : 4;

	*list = kind == 0 ? lists[(host + below(b, 2)) % LISTS] : "";
	if (dice >= 80)
		return REPLY_OK;
	add_reply(b, s, "RCPT", kind == 1 ? 450 : 550, refusals[kind], *list,
		arena_printf(&b->arena,
			"5.7.1 <u%lld@%s>: rejected, see the list %s for the reason",
			(long long)dice, domain(b, dice), *list));
	return refusals[kind];
}

static void
fill_mail(struct bench *b, const struct session_record *s, struct mail_record *m)
{
	int64_t from = skewed(b, DOMAINS), to = skewed(b, DOMAINS);

	m->start = s->start + m->number * 200 * PTIME_MS;
	m->end = m->start + 150 * PTIME_MS;
	m->mail_from =
		arena_printf(&b->arena, "u%lld@%s", (long long)below(b, 900), domain(b, from));
	m->queue_id = arena_printf(&b->arena, "%010llX", (unsigned long long)(next(b) >> 24));
	m->bytes = 900 + below(b, 50000);
	m->sha256 = arena_printf(&b->arena, "%016llx%016llx%016llx%016llx",
		(unsigned long long)next(b), (unsigned long long)next(b),
		(unsigned long long)next(b), (unsigned long long)next(b));
	m->header.from = arena_printf(&b->arena, "Somebody <%s>", m->mail_from);
	m->header.to = "list@campus.example";
	m->header.subject = arena_printf(&b->arena, "%s %s of %s no. %lld", words[below(b, WORDS)],
		words[below(b, WORDS)], words[below(b, WORDS)], (long long)below(b, 100000));
	m->header.message_id = arena_printf(
		&b->arena, "<%016llx@%s>", (unsigned long long)next(b), domain(b, from));
	m->header.mailer = from % 4 == 0 ? "PHPMailer 6.1" : "";
	m->similar.text =
		arena_printf(&b->arena, "%016llx", (unsigned long long)(from * 977 + to % 7));
	m->similar.near = m->similar.subject = m->similar.text;
	for (int64_t i = 1 + below(b, 3); i > 0; i--) {
		struct recipient *r = ARENA_PUSH(&b->arena, m->rcpts, 64);

		*r = (struct recipient){ .address = arena_printf(&b->arena, "r%lld@%s",
						 (long long)below(b, 5000), domain(b, to)),
			.code = m->code,
			.enhanced = "2.1.5",
			.class = m->class,
			.list = m->list,
			.disposition = m->outcome == OUTCOME_ACCEPTED	? DISPOSITION_ACCEPTED
				       : m->outcome == OUTCOME_REJECTED ? DISPOSITION_REJECTED
									: DISPOSITION_DEFERRED };
	}
	for (int64_t i = below(b, 4); i > 0; i--) {
		struct hit *h = ARENA_PUSH(&b->arena, m->hits, 64);

		*h = (struct hit){ .rule = rule(b, skewed(b, RULES)),
			.score = 1.25,
			.times = 1,
			.why = "the subject promises what nobody sends",
			.source = "RFC 5322 3.6.5",
			.where = "20-subject.cf:12",
			.matched = "Subject: 12 bytes" };
		m->score += h->score;
	}
}

static void
count_mail(struct bench *b, struct hour_sums *sums, const struct mail_record *m)
{
	uint16_t rcpts = (uint16_t)(m->rcpts_count * COPIES);

	b->mails++;
	if (sums == NULL)
		return;
	sums->mails = (uint16_t)(sums->mails + COPIES);
	sums->rcpts = (uint16_t)(sums->rcpts + rcpts);
	if (m->outcome == OUTCOME_ACCEPTED)
		sums->accepted = (uint16_t)(sums->accepted + rcpts);
	else if (m->outcome == OUTCOME_REJECTED)
		sums->rejected = (uint16_t)(sums->rejected + rcpts);
	else
		sums->deferred = (uint16_t)(sums->deferred + rcpts);
}

static void
write_session(struct bench *b, int64_t i)
{
	bool inbound = below(b, 5) == 0;
	int64_t host = inbound ? skewed(b, b->hosts < 60 ? b->hosts : 60) : skewed(b, b->hosts);
	struct session_record s = make_session(b, i, host, inbound);
	struct hour_sums *sums =
		inbound ? NULL : &b->hours[host * HOURS + (s.start - BEGIN) / PTIME_HOUR];
	const char *list = "";
	enum reply_class class;

	add_extensions(b, &s);
	add_reply(b, &s, "greeting", 220, REPLY_OK, "", s.banner);
	add_reply(b, &s, "EHLO", 250, REPLY_OK, "", "");
	class = s.tls.used ? REPLY_OK : refuse(b, &s, host, &list);
	add_reply(b, &s, "QUIT", 221, REPLY_OK, "", "");
	s.mails_count_total = s.tls.used ? 0 : (int32_t)(1 + below(b, 3));
	if (sums != NULL) {
		sums->sessions = (uint16_t)(sums->sessions + COPIES);
		sums->listed = (uint16_t)(sums->listed + (list[0] != '\0') * COPIES);
	}
	for (int32_t n = 1; n <= s.mails_count_total; n++) {
		struct mail_record m;

		memset(&m, 0, sizeof m);
		record_init(&layout_mail, &m);
		m.session = s.id;
		m.number = n;
		m.class = class;
		m.list = list;
		m.outcome = class == REPLY_OK		? OUTCOME_ACCEPTED
			    : class == REPLY_GREYLISTED ? OUTCOME_DEFERRED
							: OUTCOME_REJECTED;
		m.code = class == REPLY_OK ? 250 : class == REPLY_GREYLISTED ? 450 : 550;
		fill_mail(b, &s, &m);
		must(b, b->sink.mail(b->sink.ctx, &s, &m, &b->err));
		count_mail(b, sums, &m);
	}
	must(b, b->sink.session(b->sink.ctx, &s, &b->err));
}

/* ---- hosts and their hours ---- */

static enum verdict
verdict_of(int64_t host)
{
	int64_t n = host * 7919 % 1000;

	return n < 4	 ? VERDICT_LISTED
	       : n < 14	 ? VERDICT_LIKELY
	       : n < 24	 ? VERDICT_THROTTLED
	       : n < 80	 ? VERDICT_WATCH
	       : n < 900 ? VERDICT_CLEAN
			 : VERDICT_UNKNOWN;
}

static void
add_judgement(struct bench *b, struct host_record *h, int64_t host)
{
	static const char *sentences[] = { "12 % of the mails were refused as spam",
		"the HELO name changes from session to session",
		"mails carry a PHP script's name" };
	static const char *others[] = { "without these refusals: 0.12", "ends in 48 h" };

	for (int c = 1; c <= 2 + (int)(host % 2); c++) {
		struct cause_found *cause = ARENA_PUSH(&b->arena, h->causes, 16);

		*cause = (struct cause_found){ .cause = (enum cause)((host + c) % CAUSES),
			.confidence = 0.9 / c,
			.evidence = sentences,
			.evidence_count = 3 };
	}
	for (size_t i = 0; i < LISTS; i++) {
		struct list_likelihood *l = ARENA_PUSH(&b->arena, h->lists, 16);

		*l = (struct list_likelihood){ .list = lists[i],
			.probability = h->risk / (double)(i + 1),
			.predicted = h->risk / 2,
			.why = sentences,
			.why_count = 2,
			.change = others,
			.change_count = 2 };
	}
	for (int64_t i = 0; h->verdict == VERDICT_LISTED && i < 1 + host % 3; i++) {
		struct listing *l = ARENA_PUSH(&b->arena, h->listings, 16);

		*l = (struct listing){ .list = lists[(host + i) % LISTS],
			.kind = LISTING_PUBLIC,
			.since = BEGIN + host % DAYS * PTIME_DAY,
			.last = END - PTIME_HOUR,
			.ended_by = "",
			.reply = "550 5.7.1 blocked, see the list",
			.server = remote_addr(host),
			.count = 9 };
	}
}

static void
add_counts(struct bench *b, struct host_record *h, const struct hour_sums *all)
{
	int64_t sum[6] = { 0 };
	static const char *const names[] = { "sessions", "mails", "rcpts", "accepted", "rejected",
		"deferred" };

	for (int i = 0; i < HOURS; i++) {
		const uint16_t values[] = { all[i].sessions, all[i].mails, all[i].rcpts,
			all[i].accepted, all[i].rejected, all[i].deferred };
		for (int n = 0; n < 6; n++)
			sum[n] += values[n];
	}
	for (int n = 0; n < 6; n++) {
		struct count *c = ARENA_PUSH(&b->arena, h->counts, 64);
		*c = (struct count){ names[n], sum[n] };
	}
}

static void
write_hours(struct bench *b, int64_t host)
{
	uint8_t packed[600];

	for (int i = 0; i < HOURS; i++) {
		const struct hour_sums *s = &b->hours[host * HOURS + i];
		const struct count plain[] = { { "sessions", s->sessions }, { "mails", s->mails },
			{ "rcpts", s->rcpts }, { "accepted", s->accepted },
			{ "rejected", s->rejected }, { "deferred", s->deferred },
			{ "listed", s->listed } };

		if (s->sessions == 0)
			continue;
		for (size_t n = 0; n < sizeof packed; n++)
			packed[n] = (uint8_t)(next(b) >> 33);
		must(b, b->sink.host_hour(b->sink.ctx, host_addr(host), BEGIN + i * PTIME_HOUR,
				slice_of(packed, sizeof packed), plain,
				sizeof plain / sizeof *plain, &b->err));
		b->written_hours++;
	}
}

static void
write_host(struct bench *b, int64_t host)
{
	struct host_record h;
	static const int ports[] = { 25, 80, 8080, 587, 3128 };

	memset(&h, 0, sizeof h);
	record_init(&layout_host, &h);
	h.sensor = "bench";
	h.ip = host_addr(host);
	h.role = (enum role)(host % ROLES);
	h.verdict = verdict_of(host);
	h.verdict_since = END - below(b, 6 * 24) * PTIME_HOUR;
	h.risk = (double)h.verdict / VERDICTS + unit(b) / 8;
	h.first = BEGIN + below(b, 1000) * PTIME_SECOND;
	h.last = END - below(b, 90000) * PTIME_SECOND;
	h.name = arena_printf(&b->arena, "h%lld.campus.example", (long long)host);
	h.summary = "Mail is refused because of a list, and the HELO name changes from session to "
		    "session.";
	add_judgement(b, &h, host);
	add_counts(b, &h, &b->hours[host * HOURS]);
	must(b, b->sink.host(b->sink.ctx, &h, &b->err));
	for (int64_t i = 0; i < host % 3; i++)
		must(b, b->sink.service(b->sink.ctx,
				(struct endpoint){ h.ip, (uint16_t)ports[(host + i) % 5] }, BEGIN,
				END, &b->err));
	write_hours(b, host);
}

/* ---- the sensor ---- */

static void
write_state(struct bench *b)
{
	struct loss_interval *loss = must_alloc(DAYS * 288 * sizeof *loss);
	struct sensor_state state = { .sensor = "bench",
		.started = BEGIN,
		.now = END,
		.run = BEGIN,
		.sources = "eth0",
		.loss = loss,
		.loss_count = DAYS * 288 };

	memset(loss, 0, DAYS * 288 * sizeof *loss);
	for (int64_t i = 0; i < DAYS * 288; i++) {
		loss[i].start = loss_start(BEGIN) + i * LOSS_INTERVAL;
		loss[i].covered = LOSS_INTERVAL;
		COUNT_BY(&loss[i].counters, packets, 90000);
		COUNT_BY(&loss[i].counters, stream_bytes, 60000000);
		COUNT_BY(&loss[i].counters, streams, 2500);
	}
	COUNT_BY(&state.counters, packets, 90000 * DAYS * 288);
	COUNT_BY(&state.counters, streams, b->sessions * COPIES);
	COUNT_BY(&state.counters, stream_bytes, INT64_C(60000000) * DAYS * 288);
	COUNT_BY(&state.counters, sessions, b->sessions * COPIES);
	must(b, b->sink.state(b->sink.ctx, &state, &b->err));
	for (int i = 0; i < 200; i++)
		must(b, b->sink.event(b->sink.ctx, BEGIN + i * PTIME_HOUR, "gap",
				"the mirror lost packets for some seconds", &b->err));
	free(loss);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
commit(struct bench *b)
{
	must(b, b->sink.commit(b->sink.ctx, &b->err));
}

/* Sessions and mails, into a file of their own. */
static void
write_part(struct bench *b, const char *path)
{
	struct store *part;

	must(b, store_open(path, "bench", &part, &b->err));
	b->sink = store_sink(part);
	for (int64_t i = 0; i < b->sessions; i++) {
		write_session(b, i);
		arena_reset(&b->arena);
		if (i % BATCH == BATCH - 1)
			commit(b);
	}
	commit(b);
	store_close(part);
}

static void
write_hosts(struct bench *b)
{
	for (int64_t i = 0; i < b->hosts; i++) {
		write_host(b, i);
		arena_reset(&b->arena);
		if (i % 200 == 199)
			commit(b);
	}
	write_state(b);
	commit(b);
}

static void
write_all(struct bench *b, struct store *store, const char *path)
{
	char part[4000];
	double began = seconds(), wrote, copied;

	snprintf(part, sizeof part, "%s.part", path);
	copies_forget(part);
	write_part(b, part);
	wrote = seconds();
	printf("%lld sessions, %lld mails by the sink in %.1f s\n", (long long)b->sessions,
		(long long)b->mails, wrote - began);
	fflush(stdout);
	must(b, copies_make(store, part, (END - BEGIN) / b->sessions, &b->err));
	copies_forget(part);
	copied = seconds();
	printf("%lld sessions, %lld mails of them in %.1f s: %.0f sessions/s\n",
		(long long)(b->sessions * COPIES), (long long)(b->mails * COPIES), copied - wrote,
		(double)(b->sessions * COPIES) / (copied - began));
	fflush(stdout);
	b->sink = store_sink(store);
	write_hosts(b);
	must(b, copies_done(store, &b->err));
	printf("%lld hosts, %lld hours in %.1f s\n", (long long)b->hosts,
		(long long)b->written_hours, seconds() - copied);
}

static int64_t
number(int argc, char **argv, int at, int64_t usual)
{
	int64_t n = argc > at ? strtoll(argv[at], NULL, 10) : usual;

	if (n < 1 || n > 100000000 || (at == 2 && n < COPIES)) {
		fprintf(stderr, "usage: make_store FILE [SESSIONS [HOSTS [SEED]]]\n");
		exit(2);
	}
	return n;
}

int
main(int argc, char **argv)
{
	struct bench b = { .sessions = number(argc, argv, 2, 5000000) / COPIES,
		.hosts = number(argc, argv, 3, 20000),
		.random = (uint64_t)number(argc, argv, 4, 1) * UINT64_C(0x9e3779b97f4a7c15) };
	struct store *store;
	struct stat file;

	if (argc < 2 || argc > 5)
		number(1, argv, 0, 0);
	if (b.hosts > 64000 || store_open(argv[1], "bench", &store, &b.err) != 0) {
		fprintf(stderr, "make_store: %s\n",
			b.hosts > 64000 ? "too many hosts" : b.err.text);
		return 1;
	}
	b.hours = must_alloc((size_t)b.hosts * HOURS * sizeof *b.hours);
	memset(b.hours, 0, (size_t)b.hosts * HOURS * sizeof *b.hours);
	arena_init(&b.arena, 16u << 20);
	write_all(&b, store, argv[1]);
	store_close(store);
	arena_release(&b.arena);
	free(b.hours);
	if (stat(argv[1], &file) == 0)
		printf("%s: %.2f GB\n", argv[1], (double)file.st_size / 1e9);
	return 0;
}
