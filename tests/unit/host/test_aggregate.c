/* Sketches, examples, numbers and the stored form. */
#include "tale.h"

#include <math.h>
#include <sys/mman.h>

#include "sensor/base/hash.h"
#include "sensor/host/aggregate_fields.h"
#include "sensor/host/helo.h"
#include "sensor/host/varint.h"

/* ---- numbers ---- */

static const struct {
	int64_t value;
	const char *bytes;
	size_t len;
} varints[] = {
	{ 0, "\x00", 1 },
	{ 127, "\x7f", 1 },
	{ 128, "\x80\x01", 2 },
	{ 300, "\xac\x02", 2 },
	{ INT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9 },
};

static void
test_varint(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof varints / sizeof varints[0]; i++) {
		struct buf b;
		struct cursor in;

		buf_init(&b, 64);
		varint_put(&b, varints[i].value);
		assert_int_equal(b.len, varints[i].len);
		assert_memory_equal(b.ptr, varints[i].bytes, b.len);
		in = cursor_of(buf_slice(&b));
		assert_int_equal(varint_get(&in), varints[i].value);
		assert_false(in.bad);
		buf_release(&b);
	}
}

static void
test_varint_refused(void **state)
{
	/* cut, overlong, ten bytes */
	static const struct slice bad[] = { { (const uint8_t *)"\x80", 1 },
		{ (const uint8_t *)"\x80\x00", 2 },
		{ (const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10 }, { NULL, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct cursor in = cursor_of(bad[i]);

		varint_get(&in);
		assert_true(in.bad);
	}
	assert_int_equal(varint_sum(INT64_MAX, 5), INT64_MAX);
}

/* ---- distinct things ---- */

static const struct {
	int things;
	double error; /* allowed: four standard errors, and one */
} sketches[] = { { 0, 0 }, { 1, 0 }, { 10, 0.2 }, { 100, 0.2 }, { 1000, 0.26 }, { 100000, 0.26 } };

static void
test_sketch(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sketches / sizeof sketches[0]; i++) {
		struct sketch s = { NULL };
		double off;

		for (int round = 0; round < 2; round++) { /* twice is the same */
			for (int k = 0; k < sketches[i].things; k++) {
				char text[32];

				snprintf(text, sizeof text, "thing-%d", k);
				sketch_add(&s, slice_str(text));
			}
		}
		off = (double)(sketch_estimate(&s) - sketches[i].things);
		print_message("%d things: off by %.0f\n", sketches[i].things, off);
		assert_true((off < 0 ? -off : off) <= sketches[i].error * sketches[i].things + 1);
		sketch_release(&s);
		sketch_release(&s);
	}
}

/* Over many sets: the root of the mean square error is 1.04 / sqrt(256) = 6.5 % (Flajolet et al.,
 * 2007), and the mean error next to nothing.  Where linear counting hands over to the other formula
 * (at 640 things) both are a little worse, which their table shows, too. */
static void
test_sketch_error(void **state)
{
	static const struct {
		int things;
		double rms, mean; /* allowed */
	} rows[] = { { 50, 0.05, 0.01 }, { 300, 0.07, 0.02 }, { 700, 0.08, 0.03 },
		{ 3000, 0.075, 0.02 }, { 20000, 0.075, 0.02 } };
	enum { SETS = 200 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		double squares = 0, sum = 0;

		for (int set = 0; set < SETS; set++) {
			struct sketch s = { NULL };
			double off;

			for (int k = 0; k < rows[i].things; k++) {
				int thing[2] = { set, k };

				sketch_add(&s, slice_of(thing, sizeof thing));
			}
			off = (double)sketch_estimate(&s) / rows[i].things - 1;
			squares += off * off;
			sum += off;
			sketch_release(&s);
		}
		print_message("%d things: error %.4f, mean %.4f\n", rows[i].things,
			sqrt(squares / SETS), sum / SETS);
		assert_true(sqrt(squares / SETS) < rows[i].rms);
		assert_true(fabs(sum / SETS) < rows[i].mean);
	}
}

/* ---- examples ---- */

static void
test_names_keep_complete_counts(void **state)
{
	uint64_t seed = 7;
	struct names whole = { .items = NULL }, parts[3] = { { .items = NULL } },
		     merged = { .items = NULL };
	int64_t truth[300] = { 0 };
	size_t bytes = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int k = (int)(draw(&seed) % 300);
		char text[32];

		snprintf(text, sizeof text, "name%d", k);
		truth[k]++;
		names_add(&whole, slice_str(text), 1000 + i, LIMIT_HOST_NAMES);
		names_add(&parts[draw(&seed) % 3], slice_str(text), 1000 + i, LIMIT_HOST_NAMES);
	}
	for (size_t i = 0; i < 3; i++)
		names_merge(&merged, &parts[2 - i], LIMIT_HOST_NAMES);
	assert_int_equal(whole.count, LIMIT_HOST_NAMES);
	assert_int_equal(merged.count, whole.count);
	for (size_t i = 0; i < whole.count; i++) {
		assert_string_equal(whole.items[i].text, merged.items[i].text);
		assert_int_equal(whole.items[i].count, merged.items[i].count);
		assert_int_equal(whole.items[i].first, merged.items[i].first);
		assert_int_equal(whole.items[i].last, merged.items[i].last);
		assert_int_equal(
			whole.items[i].count, truth[strtol(whole.items[i].text + 4, NULL, 10)]);
	}
	for (size_t i = 0; i < whole.count; i++)
		bytes += strlen(whole.items[i].text) + 1;
	assert_int_equal(names_bytes(&whole), whole.cap * sizeof *whole.items + bytes);
	assert_int_equal(names_presence(&whole, &whole.items[5], LIMIT_HOST_NAMES), PRESENCE_YES);
	names_release(&whole);
	names_release(&merged);
	for (size_t i = 0; i < 3; i++)
		names_release(&parts[i]);
}

static void
test_names_are_cut_at_a_character(void **state)
{
	struct names n = { .items = NULL };
	char text[300];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text + NAMES_TEXT - 1, "\xc3\xa9", 2); /* the bound falls into it */
	names_add(&n, slice_of(text, sizeof text), 1, 4);
	assert_int_equal(strlen(n.items[0].text), NAMES_TEXT - 1);
	names_add(&n, SLICE(""), 1, 4);
	assert_int_equal(n.count, 1);
	names_release(&n);
}

static const struct {
	const char *name;
	enum helo_shape want;
} helos[] = {
	{ "mail.example.edu", HELO_GOOD },
	{ "[192.0.2.1]", HELO_GOOD },
	{ "[IPv6:2001:db8::1]", HELO_GOOD },
	{ "localhost", HELO_LOCALHOST },
	{ "LocalHost.LocalDomain", HELO_LOCALHOST },
	{ "192.0.2.1", HELO_ADDRESS },
	{ "2001:db8::1", HELO_ADDRESS },
	{ "node01", HELO_NO_DOT },
	{ "node01.cluster.local", HELO_PRIVATE },
	{ "router.LAN", HELO_PRIVATE },
	{ "localcorp.example", HELO_GOOD },
};

static void
test_helo(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof helos / sizeof helos[0]; i++) {
		print_message("%s\n", helos[i].name);
		assert_int_equal(helo_shape(slice_str(helos[i].name)), helos[i].want);
	}
}

/* ---- the whole ---- */

/* Records with every kind of content, from a seed. */
static void
tell_anything(struct tale *t, uint64_t *seed)
{
	static const char *const lists[] = { "Spamhaus ZEN", "SpamCop", "Microsoft", "Gmail", "" };
	static const enum reply_class classes[] = { REPLY_OK, REPLY_LISTED,
		REPLY_PRIVATE_REPUTATION, REPLY_RATE_LIMITED, REPLY_USER_UNKNOWN, REPLY_GREYLISTED,
		REPLY_OTHER };
	static const char *const labels[] = { "php", "batch", "hand-typed", "bounce", "list",
		"injected", "else" };
	char text[64];
	struct session_record *s;
	struct mail_record *m;

	snprintf(
		text, sizeof text, "203.0.%d.%d", (int)(draw(seed) % 200), (int)(draw(seed) % 200));
	s = draw(seed) % 3 != 0 ? a_session(t, text) : an_inbound_session(t, text);
	snprintf(text, sizeof text, "h%d.example", (int)(draw(seed) % 90));
	s->helo_name = arena_string(&t->arena, slice_str(text));
	s->tls.used = draw(seed) % 9 == 0;
	s->auth.failures = (int32_t)(draw(seed) % 3);
	snprintf(text, sizeof text, "u%d@d%d.example", (int)(draw(seed) % 9),
		(int)(draw(seed) % 90));
	m = a_mail(t, s, arena_string(&t->arena, slice_str(text)),
		(double)(draw(seed) % 150) / 10 - 3);
	m->outcome = (enum outcome)(draw(seed) % 5);
	a_label(t, m, labels[draw(seed) % 7]);
	snprintf(text, sizeof text, "<%d@m.example>", (int)(draw(seed) % 500));
	m->header.message_id = arena_string(&t->arena, slice_str(text));
	for (int i = 0; i < 3; i++) {
		enum reply_class class = classes[draw(seed) % 7];
		struct reply *r =
			a_reply(t, s, "RCPT", class, lists[draw(seed) % 5], "550 said\xc3\xa9 so");

		/* equal times on purpose: which reply is the first must not depend on the order */
		r->time = t->now / PTIME_HOUR * PTIME_HOUR;
		snprintf(text, sizeof text, "r%d@d%d.example", (int)(draw(seed) % 99),
			(int)(draw(seed) % 400));
		a_rcpt(t, m, arena_string(&t->arena, slice_str(text)), class);
	}
	tell_mail(t, s, m);
	tell_session(t, s);
	t->now += (int64_t)(draw(seed) % 60) * PTIME_SECOND;
}

static void
test_any_split_gives_the_same(void **state)
{
	(void)state;
	for (uint64_t round = 1; round <= 3; round++) {
		static struct tale t;
		uint64_t seed = round * 1000003 + (uint64_t)getpid();

		print_message("records from seed %llu\n", (unsigned long long)seed);
		tale_begin(&t);
		for (int i = 0; i < 600; i++)
			tell_anything(&t, &seed);
		tale_end(&t);
		tale_over(&t);
	}
}

/* Merging what was merged already changes no sketch, no example's name, no first and last time. */
static void
test_merge_with_itself(void **state)
{
	static struct tale t;
	uint64_t seed = 99;
	struct aggregate *a, *b;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 200; i++)
		tell_anything(&t, &seed);
	a = count_in_order(&t, ptime_hour(NIGHT));
	b = count_in_order(&t, ptime_hour(NIGHT));
	aggregate_merge(a, b);
	assert_int_equal(a->sums[SUM_sessions], 2 * b->sums[SUM_sessions]);
	assert_int_equal(a->first, b->first);
	assert_int_equal(a->last, b->last);
	for (size_t i = 0; i < SKETCHES; i++)
		assert_int_equal(
			sketch_estimate(&a->sketches[i]), sketch_estimate(&b->sketches[i]));
	for (size_t i = 0; i < NAMES; i++)
		assert_int_equal(a->names[i].count, b->names[i].count);
	aggregate_free(a);
	aggregate_free(b);
	arena_release(&t.arena);
}

static void
test_counts_have_fixed_names(void **state)
{
	struct aggregate *a = aggregate_new();
	struct count counts[256];
	size_t n = aggregate_counts(a, counts, 256);

	(void)state;
	assert_int_equal(n, SUMS + SKETCHES + 1);
	assert_string_equal(counts[0].name, "sessions");
	assert_string_equal(counts[SUM_class + REPLY_LISTED].name, "listed-on-rbl");
	assert_string_equal(counts[n - 1].name, "score_max");
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(counts[i].name, counts[k].name);
	}
	assert_int_equal(aggregate_counts(a, counts, 3), 3);
	aggregate_free(a);
	aggregate_free(NULL);
}

/* Every front of a stored hour is refused, and none is read beyond its end. */
static void
test_unpack_refuses(void **state)
{
	static struct tale t;
	uint64_t seed = 5;
	struct aggregate *a, *b = aggregate_new(), *empty = aggregate_new();
	struct buf packed;
	long page = sysconf(_SC_PAGESIZE);
	uint8_t *area;
	size_t room;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 20; i++)
		tell_anything(&t, &seed);
	a = count_in_order(&t, ptime_hour(NIGHT));
	buf_init(&packed, 8u << 20);
	aggregate_pack(a, &packed);
	room = (packed.len / (size_t)page + 1) * (size_t)page;
	area = mmap(NULL, room + (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);
	assert_ptr_not_equal(area, MAP_FAILED);
	assert_int_equal(mprotect(area + room, (size_t)page, PROT_NONE), 0);
	for (size_t len = 0; len < packed.len; len++) {
		uint8_t *at = area + room - len;

		memcpy(at, packed.ptr, len);
		assert_int_equal(aggregate_unpack(b, slice_of(at, len)), -1);
	}
	assert_same_packed(b, empty); /* what was refused left nothing behind */
	memcpy(area + room - packed.len, packed.ptr, packed.len);
	assert_int_equal(aggregate_unpack(b, slice_of(area + room - packed.len, packed.len)), 0);
	assert_same_packed(a, b);
	packed.ptr[4] = 3; /* a later version */
	assert_int_equal(aggregate_unpack(b, buf_slice(&packed)), -1);
	munmap(area, room + (size_t)page);
	buf_release(&packed);
	aggregate_free(a);
	aggregate_free(b);
	aggregate_free(empty);
	arena_release(&t.arena);
}

static void
test_campus(void **state)
{
	struct network nets[2];
	struct campus campus = { .nets = nets, .nets_count = 2 }, unsaid = { .nets_count = 0 };

	(void)state;
	assert_int_equal(network_parse(SLICE("200.136.80.0/24"), &nets[0]), 0);
	assert_int_equal(network_parse(SLICE("2001:db8::/32"), &nets[1]), 0);
	assert_int_equal(campus_direction(&campus, an_addr(THE_HOST), an_addr("192.0.2.1")),
		DIRECTION_OUTBOUND);
	assert_int_equal(campus_direction(&campus, an_addr("192.0.2.1"), an_addr("2001:db8::1")),
		DIRECTION_INBOUND);
	assert_int_equal(campus_direction(&campus, an_addr(THE_HOST), an_addr("2001:db8::1")),
		DIRECTION_INTERNAL);
	assert_int_equal(campus_direction(&campus, an_addr("192.0.2.1"), an_addr("192.0.2.2")),
		DIRECTION_EXTERNAL);
	assert_int_equal(campus_direction(&unsaid, an_addr(THE_HOST), an_addr("192.0.2.2")),
		DIRECTION_UNKNOWN);
	assert_false(campus_has(&unsaid, an_addr(THE_HOST)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_varint),
		cmocka_unit_test(test_varint_refused),
		cmocka_unit_test(test_sketch),
		cmocka_unit_test(test_sketch_error),
		cmocka_unit_test(test_names_keep_complete_counts),
		cmocka_unit_test(test_names_are_cut_at_a_character),
		cmocka_unit_test(test_helo),
		cmocka_unit_test(test_any_split_gives_the_same),
		cmocka_unit_test(test_merge_with_itself),
		cmocka_unit_test(test_counts_have_fixed_names),
		cmocka_unit_test(test_unpack_refuses),
		cmocka_unit_test(test_campus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
