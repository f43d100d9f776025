/* The stream stage against everything that a mirror port does to packets: the events must be those
 * of the untouched conversation, and where bytes are really missing, exactly these are marked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "talk_packets.inc"

#define WHOLE "S:220 hi|C:EHLO a|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 done|fin"

/* 0-2 handshake; then a line and its acknowledgement each; 19-21 the close. */
static void
usual(struct talk *t, bool v6)
{
	talk_init(t, v6);
	talk_syn(t);
	talk_say(t, SIDE_SERVER, "220 hi");			 /* 3 4 */
	talk_say(t, SIDE_CLIENT, "EHLO a");			 /* 5 6 */
	talk_say(t, SIDE_SERVER, "250 ok");			 /* 7 8 */
	talk_say(t, SIDE_CLIENT, "MAIL x");			 /* 9 10 */
	talk_say(t, SIDE_SERVER, "250 ok2");			 /* 11 12 */
	talk_packet(t, SIDE_CLIENT, PACKET_ACK, SLICE("DATA ")); /* 13 */
	talk_packet(t, SIDE_CLIENT, PACKET_ACK, SLICE("one "));	 /* 14 */
	talk_packet(t, SIDE_CLIENT, PACKET_ACK, SLICE("two "));	 /* 15 */
	talk_packet(t, SIDE_CLIENT, PACKET_ACK, SLICE("three")); /* 16 */
	talk_say(t, SIDE_SERVER, "250 done");			 /* 17 18 */
	talk_fin(t);						 /* 19 20 21 */
}

static void
expect(struct talk *t, const char *want, const char *name)
{
	const char *got = talk_run(t);
	if (strcmp(got, want) != 0)
		fail_msg("%s:\n got %s\nwant %s", name, got, want);
	assert_int_equal(t->opens, t->closes);
	talk_release(t);
}

static void
whole(void **state)
{
	(void)state;
	struct talk *t = malloc(sizeof *t);
	usual(t, false);
	expect(t, WHOLE, "IPv4");
	usual(t, true);
	expect(t, WHOLE, "IPv6");
	free(t);
}

/* Any packet to any place up to 6 later: nothing is lost, and the order of the dialogue stays. */
static void
reordered(void **state)
{
	(void)state;
	struct talk *t = malloc(sizeof *t);
	for (size_t i = 0; i < 22; i++) {
		for (size_t by = 1; by <= 6 && i + by < 22; by++) {
			char name[64];
			snprintf(name, sizeof name, "packet %zu moved by %zu", i, by);
			usual(t, i % 2 == 0);
			talk_move(t, i, i + by);
			expect(t, WHOLE, name);
		}
	}
	free(t);
}

static void
shuffled(void **state)
{
	(void)state;
	struct talk *t = malloc(sizeof *t);
	unsigned seed = 20081;
	for (int round = 0; round < 300; round++) {
		char name[64];
		snprintf(name, sizeof name, "shuffle %d", round);
		usual(t, round % 2 == 0);
		for (int k = 0; k < 6; k++) {
			size_t i = (size_t)rand_r(&seed) % 22, j = (size_t)rand_r(&seed) % 22;
			talk_move(t, i, j);
		}
		expect(t, WHOLE, name);
	}
	free(t);
}

static void
doubled(void **state)
{
	(void)state;
	struct talk *t = malloc(sizeof *t);
	usual(t, false);
	for (size_t i = 0; i < t->count; i += 2)
		talk_insert(t, i + 1, &t->packets[i]);
	expect(t, WHOLE, "each packet twice");
	usual(t, false);
	size_t count = t->count;
	for (size_t i = 0; i < count; i++)
		talk_insert(t, t->count, &t->packets[i]);
	expect(t, WHOLE, "the whole stream twice");
	free(t);
}

/* One packet is missing, each in turn. */
static void
one_missing(void **state)
{
	static const struct {
		size_t packet;
		const char *want;
	} rows[] = {
		{ 0, WHOLE },
		{ 1, WHOLE },
		{ 2, WHOLE },
		{ 3, "S~6|C:EHLO a|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 "
		     "done|fin" },
		{ 4, WHOLE },
		{ 5, "S:220 hi|C~6|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 "
		     "done|fin" },
		{ 7, "S:220 hi|C:EHLO a|S~6|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 "
		     "done|fin" },
		{ 14, "S:220 hi|C:EHLO a|S:250 ok|C:MAIL x|S:250 ok2|C:DATA |C~4|C:two three|S:250 "
		      "done|fin" },
		{ 16, "S:220 hi|C:EHLO a|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two |C~5|S:250 "
		      "done|fin" },
		{ 17, "S:220 hi|C:EHLO a|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two "
		      "three|S~8|fin" },
		{ 21, WHOLE },
	};
	struct talk *t = malloc(sizeof *t);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char name[64];
		snprintf(name, sizeof name, "packet %zu missing", rows[i].packet);
		usual(t, i % 2 == 1);
		talk_remove(t, rows[i].packet);
		expect(t, rows[i].want, name);
	}
	free(t);
}

static void
one_sided(void **state)
{
	struct talk *t = malloc(sizeof *t);
	(void)state;
	for (int side = 0; side < 2; side++) {
		usual(t, false);
		for (size_t i = t->count; i-- > 0;)
			if (t->packets[i].src.port == t->end[side].port)
				talk_remove(t, i);
		t->step = 300 * PTIME_MS;
		expect(t,
			side == SIDE_CLIENT ? "S:220 hi|C~6|S:250 ok|C~6|S:250 ok2|C~18|S:250 "
					      "done|eof one-sided"
					    : "S~6|C:EHLO a|S~6|C:MAIL x|S~7|C:DATA one two "
					      "three|S~8|eof one-sided",
			side == SIDE_CLIENT ? "server only" : "client only");
	}
	free(t);
}

static void
from_the_middle(void **state)
{
	struct talk *t = malloc(sizeof *t);
	(void)state;
	usual(t, true);
	for (int i = 0; i < 7; i++)
		talk_remove(t, 0);
	expect(t, "midstream|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 done|fin",
		"middle");
	free(t);
}

static void
reset(void **state)
{
	struct talk *t = malloc(sizeof *t);
	(void)state;
	usual(t, false);
	t->count = 19;
	talk_packet(t, SIDE_SERVER, PACKET_RST, SLICE_EMPTY);
	t->packets[19].seq = t->packets[17].seq + 8;
	expect(t,
		"S:220 hi|C:EHLO a|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 "
		"done|reset",
		"reset");

	usual(t, false); /* a blind one, far outside of the window, changes nothing */
	struct packet blind = t->packets[7];
	blind.flags = PACKET_RST;
	blind.payload = SLICE_EMPTY;
	blind.seq += 1u << 29;
	talk_insert(t, 9, &blind);
	expect(t, WHOLE, "blind reset");
	free(t);
}

/* The same ports again, right after the close and instead of it. */
static void
ports_again(void **state)
{
	struct talk *t = malloc(sizeof *t);
	(void)state;
	usual(t, false);
	t->next[SIDE_CLIENT] += 100000;
	t->next[SIDE_SERVER] += 200000;
	talk_syn(t);
	talk_say(t, SIDE_SERVER, "220 again");
	talk_fin(t);
	expect(t, WHOLE "S:220 again|fin", "after a close");

	usual(t, false);
	t->count = 19; /* never closed */
	t->next[SIDE_CLIENT] += 100000;
	t->next[SIDE_SERVER] += 200000;
	talk_syn(t);
	talk_say(t, SIDE_SERVER, "220 again");
	talk_fin(t);
	expect(t,
		"S:220 hi|C:EHLO a|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 "
		"done|timeoutS:220 again|fin",
		"instead of a close");
	free(t);
}

static void
retransmissions(void **state)
{
	struct talk *t = malloc(sizeof *t);
	(void)state;
	/* Lost on the way before the sensor, sent again a second later: no gap, since nobody
	 * acknowledged it. */
	usual(t, false);
	struct packet again = t->packets[14];
	talk_remove(t, 14);
	talk_insert(t, 16, &again);
	t->step = 700 * PTIME_MS;
	expect(t, WHOLE, "sent again");

	/* Sent again as one larger segment. */
	usual(t, false);
	struct packet larger = t->packets[13];
	larger.payload = SLICE("DATA one two three");
	talk_insert(t, 15, &larger);
	talk_remove(t, 14);
	expect(t, WHOLE, "coalesced");
	free(t);
}

/* More than libnids' own 64 kB queue, and more than our own limit. */
static void
long_holes(void **state)
{
	static uint8_t block[1460];
	struct talk *t = malloc(sizeof *t);
	(void)state;
	memset(block, 'x', sizeof block);
	for (int over = 0; over < 2; over++) {
		size_t segments = over ? 3500 : 1500; /* 5.1 MB, 2.2 MB */
		talk_init(t, false);
		t->step = 10 * PTIME_US;
		talk_syn(t);
		for (size_t i = 0; i < segments; i++)
			talk_packet(t, SIDE_CLIENT, PACKET_ACK, slice_of(block, sizeof block));
		struct packet late = t->packets[3];
		talk_remove(t, 3);
		talk_insert(t, t->count, &late);
		talk_run(t);
		assert_int_equal(t->data_bytes[SIDE_CLIENT] + t->gap_bytes[SIDE_CLIENT],
			(int64_t)(segments * sizeof block));
		assert_int_equal(t->gap_bytes[SIDE_CLIENT], over ? (int)sizeof block : 0);
		talk_release(t);
	}
	free(t);
}

static void
many_streams(void **state)
{
	struct talk *t = malloc(sizeof *t);
	(void)state;
	talk_init(t, true);
	for (uint16_t i = 0; i < 500; i++) {
		t->end[SIDE_CLIENT].port = (uint16_t)(1024 + i);
		t->next[0] = t->next[1] = i;
		talk_syn(t);
		talk_say(t, SIDE_SERVER, "x");
	}
	talk_run(t);
	assert_int_equal(t->opens, 500);
	assert_int_equal(t->closes, 500);
	assert_int_equal(t->counters.value[COUNTER_streams_evicted], 500 - 64);
	assert_int_equal(t->counters.value[COUNTER_nids_warnings], 0);
	assert_int_equal(t->services, 1);
	talk_release(t);
	free(t);
}

static void
idle(void **state)
{
	struct talk *t = malloc(sizeof *t);
	(void)state;
	usual(t, false);
	t->count = 8;
	for (size_t i = 0; i < t->count; i++) {
		t->packets[i].time = t->time;
		stream_packet(t->table, &t->packets[i]);
	}
	stream_tick(t->table, t->time + 599 * PTIME_SECOND);
	assert_int_equal(t->closes, 0);
	stream_tick(t->table, t->time + 601 * PTIME_SECOND);
	assert_string_equal(buf_cstr(&t->log), "S:220 hi|C:EHLO a|S:250 ok|timeout");
	talk_release(t);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(reordered),
		cmocka_unit_test(shuffled),
		cmocka_unit_test(doubled),
		cmocka_unit_test(one_missing),
		cmocka_unit_test(one_sided),
		cmocka_unit_test(from_the_middle),
		cmocka_unit_test(reset),
		cmocka_unit_test(ports_again),
		cmocka_unit_test(retransmissions),
		cmocka_unit_test(long_holes),
		cmocka_unit_test(many_streams),
		cmocka_unit_test(idle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
