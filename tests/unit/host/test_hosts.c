/* The table of hosts over a sink in memory: what is written, fetched, forgotten, and in which order
 * it comes out. */
#include "tale.h"

#include "sensor/base/hash.h"
#include "sensor/host/hosts.h"
#include "sensor/limits.h"

#define STORED_MAX 256

struct stored_hour {
	struct addr host;
	int64_t hour;
	struct buf packed;
	bool used;
};

/* The sink. */
struct memory {
	struct stored_hour hours[STORED_MAX];
	int hour_writes, host_writes, service_writes, fetches;
	enum verdict verdict; /* of the latest record of THE_HOST */
	int64_t mails;
	bool full; /* refuses everything */
};

static int
put_hour(void *ctx, struct addr host, int64_t hour, struct slice packed, const struct count *plain,
	size_t plain_count, struct err *err)
{
	struct memory *m = ctx;
	size_t i = 0;

	assert_true(plain_count > 10);
	assert_string_equal(plain[0].name, "sessions");
	if (m->full)
		return err_set(err, "full");
	while (m->hours[i].used && !(addr_eq(m->hours[i].host, host) && m->hours[i].hour == hour))
		i++;
	assert_true(i + 1 < STORED_MAX);
	if (!m->hours[i].used)
		buf_init(&m->hours[i].packed, 8u << 20);
	m->hours[i].used = true;
	m->hours[i].host = host;
	m->hours[i].hour = hour;
	buf_clear(&m->hours[i].packed);
	buf_add(&m->hours[i].packed, packed);
	m->hour_writes++;
	return 0;
}

static int
count_hour(void *ctx, struct addr host, int64_t hour, struct slice packed,
	const struct count *plain, size_t plain_count, struct err *err)
{
	struct memory *m = ctx;

	(void)host;
	(void)hour;
	(void)packed;
	(void)plain;
	(void)plain_count;
	(void)err;
	m->hour_writes++;
	return 0;
}

static int
put_host(void *ctx, const struct host_record *host, struct err *err)
{
	struct memory *m = ctx;

	if (m->full)
		return err_set(err, "full");
	m->host_writes++;
	if (addr_eq(host->ip, an_addr(THE_HOST))) {
		m->verdict = host->verdict;
		for (size_t i = 0; i < host->counts_count; i++) {
			if (strcmp(host->counts[i].name, "mails") == 0)
				m->mails = host->counts[i].value;
		}
	}
	return 0;
}

static int
fetch_hours(void *ctx, struct addr host,
	void (*fn)(void *fn_ctx, int64_t hour, struct slice packed), void *fn_ctx, struct err *err)
{
	struct memory *m = ctx;

	(void)err;
	m->fetches++;
	for (size_t i = 0; i < STORED_MAX && m->hours[i].used; i++) {
		if (addr_eq(m->hours[i].host, host))
			fn(fn_ctx, m->hours[i].hour, buf_slice(&m->hours[i].packed));
	}
	return 0;
}

static int
fetch_hosts(void *ctx, int64_t since, void (*fn)(void *fn_ctx, struct addr host), void *fn_ctx,
	struct err *err)
{
	struct memory *m = ctx;

	(void)err;
	for (size_t i = 0; i < STORED_MAX && m->hours[i].used; i++) {
		if (m->hours[i].hour >= since)
			fn(fn_ctx, m->hours[i].host);
	}
	return 0;
}

static int
put_service(void *ctx, struct endpoint server, int64_t first, int64_t last, struct err *err)
{
	struct memory *m = ctx;

	(void)server;
	(void)err;
	assert_true(first <= last);
	m->service_writes++;
	return 0;
}

static struct sink
sink_of(struct memory *m)
{
	return (struct sink){ .ctx = m,
		.host = put_host,
		.host_hour = put_hour,
		.fetch_hours = fetch_hours,
		.fetch_hosts = fetch_hosts,
		.service = put_service };
}

static void
memory_release(struct memory *m)
{
	for (size_t i = 0; i < STORED_MAX && m->hours[i].used; i++)
		buf_release(&m->hours[i].packed);
}

/* One listed refusal of a host, by number. */
static void
tell_host(struct hosts *h, struct tale *t, struct addr client, bool listed, int mails)
{
	for (int i = 0; i < mails; i++) {
		struct session_record *s = a_session(t, "192.0.2.25");
		struct mail_record *m = a_mail(t, s, "a@grid.example.edu", 0);

		s->client.addr = client;
		a_rcpt(t, m, "b@example.org", listed ? REPLY_LISTED : REPLY_OK);
		if (listed)
			a_reply(t, s, "RCPT", REPLY_LISTED, "SpamCop", "554 bl.spamcop.net");
		hosts_mail(h, s, m);
		hosts_session(h, s);
	}
}

static struct network
a_net(const char *text)
{
	struct network n;

	assert_int_equal(network_parse(slice_str(text), &n), 0);
	return n;
}

struct seen {
	struct addr order[16];
	size_t count;
	struct buf json;
};

static void
see_host(void *ctx, const struct host_record *host)
{
	struct seen *s = ctx;

	assert_true(s->count < 16);
	s->order[s->count++] = host->ip;
	host_json(host, &s->json);
	buf_byte(&s->json, '\n');
}

static void
test_order_and_determinism(void **state)
{
	struct verdict_config config = verdict_config_default();
	struct campus campus = { .nets_count = 0 };
	struct seen seen[2] = { { .count = 0 }, { .count = 0 } };

	(void)state;
	for (int round = 0; round < 2; round++) {
		static struct tale t;
		struct counters counters = { { 0 } };
		struct hosts *h = hosts_new(&campus, &config, NULL, &counters);
		struct err err = { "" };

		hash_seed(round == 0 ? 1 : 999); /* the table's order must not show */
		tale_begin(&t);
		for (int i = 9; i > 0; i--)
			tell_host(h, &t, addr_v4_number(0xc0000200u + (unsigned)i), i == 5, 4);
		assert_int_equal(hosts_flush(h, t.now, &err), 0); /* no sink: nothing happens */
		buf_init(&seen[round].json, 8u << 20);
		hosts_each(h, t.now, see_host, &seen[round]);
		hosts_free(h);
		arena_release(&t.arena);
	}
	assert_int_equal(seen[0].count, 9);
	assert_true(addr_eq(seen[0].order[0], addr_v4_number(0xc0000205u)));
	for (size_t i = 2; i < 9; i++)
		assert_true(addr_cmp(seen[0].order[i - 1], seen[0].order[i]) < 0);
	assert_string_equal(buf_cstr(&seen[0].json), buf_cstr(&seen[1].json));
	buf_release(&seen[0].json);
	buf_release(&seen[1].json);
	hosts_free(NULL);
}

static void
test_written_and_fetched(void **state)
{
	static struct tale t;
	static struct memory m;
	struct verdict_config config = verdict_config_default();
	struct campus campus = { .nets_count = 0 };
	struct counters counters = { { 0 } };
	struct sink sink = sink_of(&m);
	struct err err = { "" };
	struct hosts *h;

	(void)state;
	memset(&m, 0, sizeof m);
	tale_begin(&t);
	h = hosts_new(&campus, &config, &sink, &counters);
	tell_host(h, &t, an_addr(THE_HOST), true, 2);
	assert_int_equal(hosts_flush(h, t.now, &err), 0);
	assert_int_equal(m.hour_writes, 1);
	assert_int_equal(m.host_writes, 1);
	assert_int_equal(hosts_flush(h, t.now, &err), 0); /* nothing new, nothing written */
	assert_int_equal(m.hour_writes, 1);
	assert_int_equal(m.host_writes, 1);
	hosts_free(h);

	/* a collector that starts later goes on where it was, in the same hour */
	h = hosts_new(&campus, &config, &sink, &counters);
	tell_host(h, &t, an_addr(THE_HOST), false, 3);
	assert_int_equal(hosts_flush(h, t.now, &err), 0);
	assert_int_equal(m.mails, 5);
	hosts_free(h);

	/* and one that loads what is there */
	h = hosts_new(&campus, &config, &sink, &counters);
	assert_int_equal(hosts_load(h, 0, &err), 0);
	assert_int_equal(hosts_flush(h, t.now, &err), 0);
	assert_int_equal(m.mails, 5);
	/* time alone changes a verdict: SpamCop lets go */
	assert_int_equal(hosts_flush(h, t.now + 4 * PTIME_DAY, &err), 0);
	assert_int_equal(m.verdict, VERDICT_WATCH);
	assert_int_equal(counters.value[COUNTER_store_errors], 0);
	hosts_free(h);
	memory_release(&m);
	arena_release(&t.arena);
}

/* Hours that left memory with the window are fetched before they are written again. */
static void
test_old_hour_is_not_overwritten(void **state)
{
	static struct tale t;
	static struct memory m;
	struct verdict_config config = verdict_config_default();
	struct campus campus = { .nets_count = 0 };
	struct counters counters = { { 0 } };
	struct sink sink = sink_of(&m);
	struct err err = { "" };
	struct hosts *h;
	int64_t then;

	(void)state;
	memset(&m, 0, sizeof m);
	tale_begin(&t);
	h = hosts_new(&campus, &config, &sink, &counters);
	tell_host(h, &t, an_addr(THE_HOST), false, 2);
	then = t.now;
	t.now += 20 * PTIME_DAY;
	tell_host(h, &t, an_addr(THE_HOST), false, 1);
	assert_int_equal(hosts_flush(h, t.now, &err), 0);
	t.now = then;
	tell_host(h, &t, an_addr(THE_HOST), false, 1);
	assert_int_equal(hosts_flush(h, then, &err), 0);
	assert_int_equal(m.mails, 3 + 1);
	hosts_free(h);
	memory_release(&m);
	arena_release(&t.arena);
}

static void
test_sink_refuses(void **state)
{
	static struct tale t;
	static struct memory m;
	struct verdict_config config = verdict_config_default();
	struct campus campus = { .nets_count = 0 };
	struct counters counters = { { 0 } };
	struct sink sink = sink_of(&m);
	struct err err = { "" };
	struct hosts *h;

	(void)state;
	memset(&m, 0, sizeof m);
	tale_begin(&t);
	h = hosts_new(&campus, &config, &sink, &counters);
	tell_host(h, &t, an_addr(THE_HOST), false, 2);
	m.full = true;
	assert_int_equal(hosts_flush(h, t.now, &err), -1);
	assert_string_equal(err.text, "full");
	m.full = false;
	assert_int_equal(hosts_flush(h, t.now, &err), 0); /* nothing was lost */
	assert_int_equal(m.mails, 2);
	hosts_free(h);
	memory_release(&m);
	arena_release(&t.arena);
}

static void
test_campus_alone_is_judged(void **state)
{
	static struct tale t;
	static struct memory m;
	struct network net = a_net("200.136.80.0/24");
	struct campus campus = { .nets = &net, .nets_count = 1 };
	struct verdict_config config = verdict_config_default();
	struct counters counters = { { 0 } };
	struct sink sink = sink_of(&m);
	struct err err = { "" };
	struct hosts *h;
	struct session_record *s;
	struct seen seen = { .count = 0 };

	(void)state;
	memset(&m, 0, sizeof m);
	tale_begin(&t);
	h = hosts_new(&campus, &config, &sink, &counters);
	tell_host(h, &t, an_addr("192.0.2.99"), true, 2); /* somebody else's trouble */
	s = an_inbound_session(&t, "192.0.2.99");
	s->server.addr = an_addr("200.136.80.25");
	hosts_session(h, s);
	s->server.addr = an_addr("200.136.80.26");
	s->protocol = "ftp"; /* on a mail port: there is nothing to judge */
	hosts_session(h, s);
	hosts_service(h, (struct endpoint){ an_addr(THE_HOST), 8080 }, t.now);
	hosts_service(h, (struct endpoint){ an_addr(THE_HOST), 8080 }, t.now + 1);
	hosts_service(h, (struct endpoint){ an_addr("192.0.2.25"), 25 }, t.now);
	buf_init(&seen.json, 8u << 20);
	hosts_each(h, t.now, see_host, &seen);
	assert_int_equal(seen.count, 1);
	assert_true(addr_eq(seen.order[0], an_addr("200.136.80.25")));
	tell_host(h, &t, an_addr(THE_HOST), false, 1);
	assert_int_equal(hosts_flush(h, t.now, &err), 0);
	assert_int_equal(m.service_writes, 1);
	buf_clear(&seen.json);
	hosts_each(h, t.now, see_host, &seen);
	assert_non_null(strstr(buf_cstr(&seen.json), "8080"));
	buf_release(&seen.json);
	hosts_free(h);
	memory_release(&m);
	arena_release(&t.arena);
}

/* The table is full: the quiet go, the listed stay; what is forgotten was written, and counted. */
/* A mail that the host sends on for a private address behind it. */
static void
tell_guest(struct hosts *h, struct tale *t, double score)
{
	struct session_record *s = a_session(t, "192.0.2.25");
	struct mail_record *m = a_mail(t, s, "a@grid.example.edu", score);
	struct received *r = ARENA_PUSH(&t->arena, m->received, LIMIT_RECEIVED);

	*r = (struct received){ "", "pc", "10.1.2.3", s->helo_name, "ESMTP", "1", "", "" };
	a_rcpt(t, m, "b@example.org", REPLY_OK);
	hosts_mail(h, s, m);
	hosts_session(h, s);
}

/* Whoever has a mail program is in some Received field: only spam makes a host of him. */
static void
test_private_guests(void **state)
{
	static struct tale t;
	struct network net = a_net("200.136.80.0/24");
	struct campus campus = { .nets = &net, .nets_count = 1 };
	struct verdict_config config = verdict_config_default();
	struct counters counters = { { 0 } };
	struct seen before = { .count = 0 }, after = { .count = 0 };
	struct hosts *h;

	(void)state;
	tale_begin(&t);
	h = hosts_new(&campus, &config, NULL, &counters);
	buf_init(&before.json, 8u << 20);
	buf_init(&after.json, 8u << 20);
	tell_guest(h, &t, 0.1);
	hosts_each(h, t.now, see_host, &before);
	assert_int_equal(before.count, 1);
	assert_true(addr_eq(before.order[0], an_addr(THE_HOST)));
	tell_guest(h, &t, 9);
	hosts_each(h, t.now, see_host, &after);
	assert_int_equal(after.count, 2);
	buf_release(&before.json);
	buf_release(&after.json);
	hosts_free(h);
	arena_release(&t.arena);
}

static void
test_forgetting(void **state)
{
	static struct tale t;
	static struct memory m;
	struct verdict_config config = verdict_config_default();
	struct campus campus = { .nets_count = 0 };
	struct counters counters = { { 0 } };
	struct sink sink = sink_of(&m);
	struct hosts *h;
	struct err err = { "" };
	struct session_record *s;
	int before;

	(void)state;
	memset(&m, 0, sizeof m);
	tale_begin(&t);
	h = hosts_new(&campus, &config, &sink, &counters);
	tell_host(h, &t, an_addr(THE_HOST), true, 1);
	assert_int_equal(hosts_flush(h, t.now, &err), 0);
	s = a_session(&t, "192.0.2.25");
	sink.host_hour = count_hour; /* the many would not fit into the memory of the test */
	for (unsigned i = 0; i < LIMIT_HOSTS + 10; i++) {
		s->client.addr = addr_v4_number(0x0a000000u + i);
		hosts_session(h, s);
	}
	sink.host_hour = put_hour;
	assert_true(counters.value[COUNTER_hosts_forgotten] > 0);
	assert_true(counters.value[COUNTER_hosts_forgotten] < LIMIT_HOSTS / 8);
	before = m.fetches;
	tell_host(h, &t, an_addr(THE_HOST), true, 1); /* never left */
	assert_int_equal(m.fetches, before);
	s->client.addr = addr_v4_number(0x0a000000u); /* idle longest, or equal and first */
	hosts_session(h, s);
	assert_int_equal(m.fetches, before + 1);
	hosts_free(h);
	memory_release(&m);
	arena_release(&t.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_determinism),
		cmocka_unit_test(test_written_and_fetched),
		cmocka_unit_test(test_old_hour_is_not_overwritten),
		cmocka_unit_test(test_sink_refuses),
		cmocka_unit_test(test_campus_alone_is_judged),
		cmocka_unit_test(test_private_guests),
		cmocka_unit_test(test_forgetting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
