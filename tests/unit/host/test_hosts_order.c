/* Hosts over a sink in memory, told the same records in many ways: in any order, with verdicts in
 * between at any time, with the table closed and opened again. What the sink holds in the end, and
 * what is told at the end, is the same. */
#include "tale.h"

#include "sensor/base/hash.h"
#include "sensor/host/hosts_table.h"
#include "sensor/limits.h"

#define KEPT_HOURS 2048
#define KEPT_HOSTS 64
#define RECORDS 500

struct kept_hour {
	struct addr host;
	int64_t hour;
	struct buf packed;
};

struct kept_host {
	struct addr ip;
	struct buf json;
};

struct kept {
	struct kept_hour hours[KEPT_HOURS];
	size_t hours_count;
	struct kept_host hosts[KEPT_HOSTS];
	size_t hosts_count;
	struct buf told; /* at the end, in order */
};

static int
put_hour(void *ctx, struct addr host, int64_t hour, struct slice packed, const struct count *plain,
	size_t plain_count, struct err *err)
{
	struct kept *k = ctx;
	size_t i = 0;

	(void)plain;
	(void)plain_count;
	(void)err;
	while (i < k->hours_count && !(addr_eq(k->hours[i].host, host) && k->hours[i].hour == hour))
		i++;
	assert_true(i < KEPT_HOURS);
	if (i == k->hours_count) {
		k->hours[k->hours_count++] = (struct kept_hour){ .host = host, .hour = hour };
		buf_init(&k->hours[i].packed, 8u << 20);
	}
	buf_clear(&k->hours[i].packed);
	buf_add(&k->hours[i].packed, packed);
	return 0;
}

static int
put_host(void *ctx, const struct host_record *host, struct err *err)
{
	struct kept *k = ctx;
	size_t i = 0;

	(void)err;
	while (i < k->hosts_count && !addr_eq(k->hosts[i].ip, host->ip))
		i++;
	assert_true(i < KEPT_HOSTS);
	if (i == k->hosts_count) {
		k->hosts[k->hosts_count++].ip = host->ip;
		buf_init(&k->hosts[i].json, 1u << 20);
	}
	buf_clear(&k->hosts[i].json);
	host_json(host, &k->hosts[i].json);
	return 0;
}

static int
fetch_hours(void *ctx, struct addr host,
	void (*fn)(void *fn_ctx, int64_t hour, struct slice packed), void *fn_ctx, struct err *err)
{
	struct kept *k = ctx;

	(void)err;
	for (size_t i = 0; i < k->hours_count; i++) {
		if (addr_eq(k->hours[i].host, host))
			fn(fn_ctx, k->hours[i].hour, buf_slice(&k->hours[i].packed));
	}
	return 0;
}

static int
fetch_hosts(void *ctx, int64_t since, void (*fn)(void *fn_ctx, struct addr host), void *fn_ctx,
	struct err *err)
{
	struct kept *k = ctx;

	(void)since;
	(void)err;
	for (size_t i = 0; i < k->hours_count; i++)
		fn(fn_ctx, k->hours[i].host);
	return 0;
}

static void
kept_release(struct kept *k)
{
	for (size_t i = 0; i < k->hours_count; i++)
		buf_release(&k->hours[i].packed);
	for (size_t i = 0; i < k->hosts_count; i++)
		buf_release(&k->hosts[i].json);
	buf_release(&k->told);
}

static void
see_host(void *ctx, const struct host_record *host)
{
	struct kept *k = ctx;

	host_json(host, &k->told);
	buf_byte(&k->told, '\n');
}

static int
by_place(const void *a, const void *b)
{
	const struct kept_hour *x = a, *y = b;
	int order = addr_cmp(x->host, y->host);

	return order != 0 ? order : (x->hour > y->hour) - (x->hour < y->hour);
}

static int
by_address(const void *a, const void *b)
{
	return addr_cmp(((const struct kept_host *)a)->ip, ((const struct kept_host *)b)->ip);
}

static void
assert_same_kept(struct kept *x, struct kept *y)
{
	qsort(x->hours, x->hours_count, sizeof *x->hours, by_place);
	qsort(y->hours, y->hours_count, sizeof *y->hours, by_place);
	qsort(x->hosts, x->hosts_count, sizeof *x->hosts, by_address);
	qsort(y->hosts, y->hosts_count, sizeof *y->hosts, by_address);
	assert_int_equal(x->hours_count, y->hours_count);
	assert_int_equal(x->hosts_count, y->hosts_count);
	for (size_t i = 0; i < x->hours_count; i++) {
		assert_int_equal(x->hours[i].packed.len, y->hours[i].packed.len);
		assert_memory_equal(
			x->hours[i].packed.ptr, y->hours[i].packed.ptr, x->hours[i].packed.len);
	}
	for (size_t i = 0; i < x->hosts_count; i++)
		assert_string_equal(buf_cstr(&x->hosts[i].json), buf_cstr(&y->hosts[i].json));
	assert_string_equal(buf_cstr(&x->told), buf_cstr(&y->told));
}

/* ---- the records ---- */

struct happening {
	struct session_record *session;
	struct mail_record *mail; /* NULL = the session itself */
};

static struct tale tale;
static struct happening happenings[2 * RECORDS];

static void
one_happening(size_t i, uint64_t *seed)
{
	struct session_record *s = a_session(&tale, "203.0.113.10");
	struct mail_record *m;
	unsigned who = (unsigned)(draw(seed) % 24);

	tale.now += (int64_t)(draw(seed) % 900) * PTIME_SECOND;
	s->client.addr = addr_v4_number((who < 12 ? 0xc8885000u : 0xc8885100u) + 4 + who);
	s->helo_name = "smtp.grid.example.edu";
	m = a_mail(&tale, s, "a@grid.example.edu", who % 5 == 0 ? 9 : 0);
	/* some of them are listed from some time on */
	a_rcpt(&tale, m, "b@example.org", who % 3 == 0 ? REPLY_LISTED : REPLY_OK);
	if (who % 3 == 0)
		a_reply(&tale, s, "RCPT", REPLY_LISTED, who % 2 == 0 ? "SpamCop" : "UCEPROTECT L1",
			"554 listed");
	if (who == 7) {
		struct reply *r = a_reply(&tale, s, "RCPT", REPLY_LISTED, "PSBL", "554 listed");

		r->quoted = addr_v4_number(0xc8885000u + 90);
	}
	if (who % 4 == 1) {
		struct received *r = ARENA_PUSH(&tale.arena, m->received, LIMIT_RECEIVED);

		*r = (struct received){ "", "pc", "10.1.2.3", s->helo_name, "ESMTP", "1", "", "" };
	}
	happenings[2 * i] = (struct happening){ s, m };
	happenings[2 * i + 1] = (struct happening){ s, NULL };
}

static void
make_happenings(uint64_t *seed)
{
	tale_begin(&tale);
	for (size_t i = 0; i < RECORDS; i++)
		one_happening(i, seed);
}

static void
shuffle(uint64_t *seed)
{
	for (size_t i = 2 * RECORDS - 1; i > 0; i--) {
		size_t k = draw(seed) % (i + 1);
		struct happening swap = happenings[i];

		happenings[i] = happenings[k];
		happenings[k] = swap;
	}
}

static struct hosts *
open_hosts(struct sink *sink, struct counters *counters)
{
	static struct network nets[2];
	static struct verdict_config config;
	const struct campus campus = { .nets = nets, .nets_count = 2 };

	assert_int_equal(network_parse(SLICE("200.136.80.0/24"), &nets[0]), 0);
	assert_int_equal(network_parse(SLICE("200.136.81.0/24"), &nets[1]), 0);
	config = verdict_config_default();
	return hosts_new(&campus, &config, sink, counters);
}

/* How it is told. */
struct way {
	unsigned verdicts, restarts; /* chances in a thousand that one comes between two records */
	size_t bytes_max;	     /* of memory; 0 = enough */
};

static void
tell_all(struct kept *k, uint64_t *seed, struct way way)
{
	struct counters counters = { { 0 } };
	struct sink sink = { .ctx = k,
		.host = put_host,
		.host_hour = put_hour,
		.fetch_hours = fetch_hours,
		.fetch_hosts = fetch_hosts };
	struct err err = { "" };
	struct hosts *h;

	memset(k, 0, sizeof *k);
	buf_init(&k->told, 8u << 20);
	hash_seed(draw(seed));
	h = open_hosts(&sink, &counters);
	for (size_t i = 0; i < 2 * RECORDS; i++) {
		if (way.bytes_max > 0)
			h->bytes_max = way.bytes_max;
		if (happenings[i].mail != NULL)
			hosts_mail(h, happenings[i].session, happenings[i].mail);
		else
			hosts_session(h, happenings[i].session);
		if (draw(seed) % 1000 < way.verdicts)
			assert_int_equal(
				hosts_flush(h, happenings[i].session->end + PTIME_HOUR, &err), 0);
		if (draw(seed) % 1000 < way.restarts) {
			assert_int_equal(hosts_flush(h, happenings[i].session->end, &err), 0);
			hosts_free(h);
			h = open_hosts(&sink, &counters);
		}
	}
	if (way.bytes_max > 0) {
		/* it held, and only by forgetting */
		assert_true(h->bytes < way.bytes_max * 2);
		assert_true(counters.value[COUNTER_hosts_forgotten] > 10);
		h->bytes_max = LIMIT_HOST_MEMORY;
	}
	assert_int_equal(hosts_load(h, 0, &err), 0);
	assert_int_equal(hosts_finish(h, hosts_latest(h), see_host, k, &err), 0);
	assert_int_equal(counters.value[COUNTER_store_errors], 0);
	hosts_free(h);
}

static void
test_any_way_is_the_same(void **state)
{
	static struct kept want, got;
	uint64_t seed = (uint64_t)getpid() * UINT64_C(0x9E3779B97F4A7C15) + 1;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	make_happenings(&seed);
	tell_all(&want, &seed, (struct way){ 0 });
	assert_true(want.hosts_count >= 24); /* and those that are quoted, or stand behind */
	tell_all(&got, &seed, (struct way){ .verdicts = 10 });
	assert_same_kept(&want, &got);
	kept_release(&got);
	for (unsigned round = 0; round < 3; round++) {
		shuffle(&seed);
		tell_all(&got, &seed, (struct way){ .verdicts = 5, .restarts = round * 5 });
		assert_same_kept(&want, &got);
		kept_release(&got);
	}
	/* nothing is lost when hosts are forgotten */
	tell_all(&got, &seed, (struct way){ .verdicts = 5, .bytes_max = 200000 });
	assert_same_kept(&want, &got);
	kept_release(&got);
	kept_release(&want);
	arena_release(&tale.arena);
}

/* ---- neighbours ---- */

/* What rules are asked with. */
struct asked {
	struct addr ip;
	double in_24, in_all;
};
static void
note_neighbours(void *ctx, const double *numbers, struct host_record *record, struct arena *arena)
{
	struct asked *asked = ctx;

	(void)arena;
	if (!addr_eq(asked->ip, record->ip))
		return;
	asked->in_24 = numbers[NUMBER_neighbours_24];
	asked->in_all = numbers[NUMBER_neighbours_all];
}

/* A quiet host is judged again when others of its network are listed: not itself, not those of
 * other networks, and not those behind NAT. */
static void
test_neighbours(void **state)
{
	static struct kept k;
	struct network nets[2];
	struct campus campus = { .nets = nets, .nets_count = 2 };
	struct asked asked = { .ip = an_addr("200.136.80.250") };
	struct verdict_config config = verdict_config_default();
	struct counters counters = { { 0 } };
	struct sink sink = { .ctx = &k,
		.host = put_host,
		.host_hour = put_hour,
		.fetch_hours = fetch_hours,
		.fetch_hosts = fetch_hosts };
	struct err err = { "" };
	struct hosts *h;

	(void)state;
	assert_int_equal(network_parse(SLICE("200.136.0.0/16"), &nets[0]), 0);
	assert_int_equal(network_parse(SLICE("10.0.0.0/8"), &nets[1]), 0);
	config.rules = note_neighbours;
	config.rules_ctx = &asked;
	tale_begin(&tale);
	h = hosts_new(&campus, &config, &sink, &counters);
	hosts_session(h, a_session(&tale, "203.0.113.10")); /* THE_HOST, not listed */
	for (unsigned i = 0; i < 8; i++) {
		static const char *const clients[] = { "200.136.80.250", "200.136.80.1",
			"200.136.80.2", "200.136.80.3", "200.136.81.1", "200.136.82.1", "10.1.2.3",
			"200.136.80.250" };
		struct session_record *s = a_session(&tale, "203.0.113.10");

		s->client.addr = an_addr(clients[i]);
		if (i > 0)
			a_reply(&tale, s, "RCPT", REPLY_LISTED, i == 3 ? "UCEPROTECT L2" : "PSBL",
				"554 listed");
		hosts_session(h, s);
		if (i == 0 || i == 6)
			assert_int_equal(hosts_flush(h, tale.now, &err), 0);
		if (i == 0)
			assert_true(asked.in_24 == 0 && asked.in_all == 0);
		if (i == 6) /* 80.1 and 80.2; in all it is told with the next hour */
			assert_true(asked.in_24 == 2);
	}
	assert_int_equal(hosts_finish(h, tale.now, NULL, NULL, &err), 0);
	assert_true(asked.in_24 == 2 && asked.in_all == 4);
	/* PSBL lets go */
	assert_int_equal(hosts_finish(h, tale.now + 6 * 28 * PTIME_DAY, NULL, NULL, &err), 0);
	assert_true(asked.in_24 == 0 && asked.in_all == 0);
	hosts_free(h);
	kept_release(&k);
	arena_release(&tale.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_way_is_the_same),
		cmocka_unit_test(test_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
