/* What a receiving host does with odd segments, the stream stage does too (RFC 9293, 7323, 5961,
 * 6093, 7413; Linux where they leave a choice). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "talk_packets.inc"

#define SAID "S:220 hi|C:EHLO a|S:250 ok"

/* 0-2 handshake, 3 4 "220 hi", 5 6 "EHLO a", 7 8 "250 ok". */
static struct talk *
begin(void)
{
	struct talk *t = malloc(sizeof *t);

	talk_init(t, false);
	talk_syn(t);
	talk_say(t, SIDE_SERVER, "220 hi");
	talk_say(t, SIDE_CLIENT, "EHLO a");
	talk_say(t, SIDE_SERVER, "250 ok");
	return t;
}

static void
end(struct talk *t, const char *want, const char *name)
{
	const char *got = talk_run(t);

	if (strcmp(got, want) != 0)
		fail_msg("%s:\n got %s\nwant %s", name, got, want);
	assert_int_equal(t->opens, t->closes);
	talk_release(t);
	free(t);
}

static struct packet *
add(struct talk *t, enum side from, uint32_t seq, const char *text)
{
	uint32_t next = t->next[from];

	talk_packet(t, from, PACKET_ACK, slice_str(text));
	t->next[from] = next;
	t->packets[t->count - 1].seq = seq;
	return &t->packets[t->count - 1];
}

static void
changed_retransmission(void **state)
{
	static const struct {
		const char *first, *again;
		int anomalies;
	} rows[] = {
		{ "MAIL x", "MAIL x", 0 }, { "MAIL x", "MAIL y", 1 },
		{ "MAIL x", "MAIL y and more", 1 }, { "MAIL x", "MAIL x and more", 0 },
		{ "MAIL x", "M", 0 },  /* a part, which cannot be compared */
		{ "MAIL x", "\0", 0 }, /* a keep-alive */
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct talk *t = begin();
		char want[128];
		uint32_t at = t->next[SIDE_CLIENT];
		size_t first = strlen(rows[i].first), again = strlen(rows[i].again);

		talk_packet(t, SIDE_CLIENT, PACKET_ACK, slice_str(rows[i].first));
		add(t, SIDE_CLIENT, at, rows[i].again);
		if (again > first)
			t->next[SIDE_CLIENT] = at + (uint32_t)again;
		talk_fin(t);
		snprintf(want, sizeof want, SAID "|C:%s%s|fin", rows[i].first,
			again > first ? rows[i].again + first : "");
		talk_run(t);
		assert_int_equal(t->anomalies[STREAM_CHANGED], rows[i].anomalies);
		assert_string_equal(buf_cstr(&t->log), want);
		talk_release(t);
		free(t);
	}
}

/* Waiting segments are compared as well. */
static void
changed_ahead(void **state)
{
	struct talk *t = begin();
	uint32_t at = t->next[SIDE_CLIENT];
	(void)state;

	add(t, SIDE_CLIENT, at + 4, "two ");
	add(t, SIDE_CLIENT, at + 4, "TWO ");
	add(t, SIDE_CLIENT, at, "one ");
	t->next[SIDE_CLIENT] = at + 8;
	talk_fin(t);
	talk_run(t);
	assert_int_equal(t->anomalies[STREAM_CHANGED], 1);
	assert_string_equal(buf_cstr(&t->log), SAID "|C:one two |fin");
	talk_release(t);
	free(t);
}

static void
urgent(void **state)
{
	static const struct {
		uint16_t pointer;
		const char *want;
		int anomalies;
	} rows[] = {
		{ 1, SAID "|C:bc|fin", 1 }, { 3, SAID "|C:ab|fin", 1 }, { 2, SAID "|C:ac|fin", 1 },
		{ 0, SAID "|C:bc|fin", 1 },	/* as Linux reads it */
		{ 9000, SAID "|C:abc|fin", 0 }, /* not here */
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct talk *t = begin();
		talk_packet(t, SIDE_CLIENT, PACKET_ACK | PACKET_URG, SLICE("abc"));
		t->packets[t->count - 1].urgent = rows[i].pointer;
		talk_fin(t);
		talk_run(t);
		assert_string_equal(buf_cstr(&t->log), rows[i].want);
		assert_int_equal(t->anomalies[STREAM_URGENT], rows[i].anomalies);
		talk_release(t);
		free(t);
	}
}

static void
stamp(struct talk *t)
{
	for (size_t i = 0; i < t->count; i++) {
		t->packets[i].timestamped = true;
		t->packets[i].timestamp = 0xfffffffcu + (uint32_t)i; /* wraps */
	}
}

/* An old timestamp: dropped for what comes in its place, taken if the receiver acknowledges it. */
static void
timestamps(void **state)
{
	(void)state;
	for (int row = 0; row < 4; row++) {
		bool replaced = row & 1, negotiated = row < 2;
		struct talk *t = begin();
		uint32_t at = t->next[SIDE_CLIENT];

		add(t, SIDE_CLIENT, at, "FAKE x");
		if (replaced)
			add(t, SIDE_CLIENT, at, "MAIL x");
		t->next[SIDE_CLIENT] = at + 6;
		talk_packet(t, SIDE_SERVER, PACKET_ACK, SLICE_EMPTY);
		talk_fin(t);
		stamp(t);
		t->packets[9].timestamp = 0xfffffff0u;
		if (!negotiated)
			t->packets[1].timestamped = false;
		talk_run(t);
		assert_string_equal(buf_cstr(&t->log),
			replaced && negotiated ? SAID "|C:MAIL x|fin" : SAID "|C:FAKE x|fin");
		assert_int_equal(t->anomalies[STREAM_STALE], replaced && negotiated);
		assert_int_equal(t->anomalies[STREAM_CHANGED], replaced && !negotiated);
		talk_release(t);
		free(t);
	}
}

static void
resets(void **state)
{
	static const struct {
		const char *name;
		int offset;   /* of the reset behind what its sender has sent */
		bool goes_on; /* its sender does, behind it */
		const char *want;
	} rows[] = {
		{ "in place", 0, false, SAID "|reset" },
		{ "in place, and the sender goes on: not his", 0, true, SAID "|C:MAIL x|fin" },
		{ "in the window, and the sender goes on", 3, true, SAID "|C:MAIL x|fin" },
		{ "in the window, and nothing follows", 3, false, SAID "|reset" },
		{ "far away", 100000000, false, SAID "|eof" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct talk *t = begin();
		talk_packet(t, SIDE_CLIENT, PACKET_RST, SLICE_EMPTY);
		t->packets[t->count - 1].seq += (uint32_t)rows[i].offset;
		if (rows[i].goes_on) {
			talk_packet(t, SIDE_CLIENT, PACKET_ACK, SLICE("MAIL x"));
			talk_fin(t);
		}
		end(t, rows[i].want, rows[i].name);
	}
}

/* What the mirror delivers behind a reset was said before it. */
static void
stragglers(void **state)
{
	struct talk *t = begin();
	(void)state;
	talk_packet(t, SIDE_SERVER, PACKET_ACK, SLICE("221 bye"));
	talk_packet(t, SIDE_CLIENT, PACKET_RST, SLICE_EMPTY);
	talk_move(t, t->count - 1, t->count - 2);
	end(t, SAID "221 bye|reset", "a line that the reset overtook");
}

/* An acknowledgement of bytes that were never sent must not hide those that are. */
static void
lying_acknowledgement(void **state)
{
	struct talk *t = begin();
	(void)state;
	talk_packet(t, SIDE_CLIENT, PACKET_ACK, SLICE("MAIL x"));
	t->packets[t->count - 1].ack += 1000000;
	talk_say(t, SIDE_CLIENT, "RCPT y");
	t->step = 700 * PTIME_MS;
	talk_say(t, SIDE_SERVER, "250 ok2");
	talk_fin(t);
	end(t, SAID "|S~1000000|C:MAIL xRCPT y|S:250 ok2|fin", "lying acknowledgement");
}

/* RFC 7413: data in the SYN. */
static void
data_in_syn(void **state)
{
	(void)state;
	for (int taken = 0; taken < 2; taken++) {
		struct talk *t = malloc(sizeof *t);
		talk_init(t, false);
		talk_packet(t, SIDE_CLIENT, PACKET_SYN, SLICE("EHLO a"));
		if (!taken)
			t->next[SIDE_CLIENT] -= 6;
		talk_packet(t, SIDE_SERVER, PACKET_SYN | PACKET_ACK, SLICE_EMPTY);
		if (!taken)
			talk_packet(t, SIDE_CLIENT, PACKET_ACK, SLICE("HELO a"));
		talk_say(t, SIDE_SERVER, "220 hi");
		talk_fin(t);
		end(t, taken ? "C:EHLO a|S:220 hi|fin" : "C:HELO a|S:220 hi|fin",
			taken ? "taken" : "refused");
	}
}

/* The server's first line in its SYN-ACK. */
static void
data_in_syn_ack(void **state)
{
	struct talk *t = malloc(sizeof *t);
	(void)state;
	talk_init(t, false);
	talk_packet(t, SIDE_CLIENT, PACKET_SYN, SLICE_EMPTY);
	talk_packet(t, SIDE_SERVER, PACKET_SYN | PACKET_ACK, SLICE("220 hi"));
	talk_say(t, SIDE_CLIENT, "EHLO a");
	talk_fin(t);
	end(t, "S:220 hi|C:EHLO a|fin", "data in SYN-ACK");
}

/* A FIN that was not captured, and a line that acknowledges it. */
static void
unseen_fin(void **state)
{
	struct talk *t = begin();
	(void)state;
	talk_packet(t, SIDE_CLIENT, PACKET_ACK | PACKET_FIN, SLICE_EMPTY);
	talk_remove(t, t->count - 1);
	talk_packet(t, SIDE_SERVER, PACKET_ACK, SLICE("221 bye"));
	end(t, SAID "221 bye|eof", "unseen FIN");
}

static void
simultaneous_open(void **state)
{
	struct talk *t = malloc(sizeof *t);
	(void)state;
	talk_init(t, false);
	talk_packet(t, SIDE_CLIENT, PACKET_SYN, SLICE_EMPTY);
	talk_packet(t, SIDE_SERVER, PACKET_SYN, SLICE_EMPTY);
	for (int s = 0; s < 2; s++) {
		t->next[s]--;
		talk_packet(t, (enum side)s, PACKET_SYN | PACKET_ACK, SLICE_EMPTY);
	}
	talk_say(t, SIDE_SERVER, "220 hi");
	talk_fin(t);
	end(t, "S:220 hi|fin", "simultaneous open");
}

/* The capture cut every segment behind its 4th byte: what is missing is known, and not waited for.
 */
static void
cut_segments(void **state)
{
	struct talk *t = begin();
	(void)state;
	talk_say(t, SIDE_CLIENT, "MAIL x");
	talk_say(t, SIDE_SERVER, "250 ok2");
	talk_fin(t);
	t->packets[t->count - 3].payload = SLICE_EMPTY;
	for (size_t i = 3; i < t->count; i++) {
		struct packet *p = &t->packets[i];
		if (p->payload.len > 4) {
			p->missing = (uint32_t)p->payload.len - 4;
			p->payload.len = 4;
		}
	}
	end(t, "S:220 |S~2|C:EHLO|C~2|S:250 |S~2|C:MAIL|C~2|S:250 |S~3|fin", "cut segments");
}

/* Both SYNs of the next stream on these ports are missing. */
static void
ports_again(void **state)
{
	(void)state;
	for (int row = 0; row < 3; row++) {
		struct talk *t = begin();
		if (row == 0)
			talk_fin(t);
		t->next[SIDE_CLIENT] += 20000000;
		t->next[SIDE_SERVER] += 30000000;
		talk_syn(t);
		talk_say(t, SIDE_SERVER, "220 again");
		talk_fin(t);
		if (row == 0) { /* the whole handshake */
			for (int i = 0; i < 3; i++)
				talk_remove(t, 12);
			end(t, SAID "|finmidstream|S:220 again|fin", "closed, no handshake");
		} else if (row == 1) { /* the SYN-ACK: the server's first words tell */
			talk_remove(t, 10);
			end(t, SAID "|timeoutS:220 again|fin", "not closed, no SYN-ACK");
		} else { /* a SYN that the server refuses is nothing */
			t->count = 10;
			t->next[SIDE_CLIENT] = t->packets[8].seq;
			t->next[SIDE_SERVER] = t->packets[8].ack;
			talk_say(t, SIDE_CLIENT, "MAIL x");
			talk_fin(t);
			end(t, SAID "|C:MAIL x|fin", "a SYN in the middle");
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_retransmission),
		cmocka_unit_test(changed_ahead),
		cmocka_unit_test(urgent),
		cmocka_unit_test(timestamps),
		cmocka_unit_test(resets),
		cmocka_unit_test(stragglers),
		cmocka_unit_test(lying_acknowledgement),
		cmocka_unit_test(data_in_syn),
		cmocka_unit_test(data_in_syn_ack),
		cmocka_unit_test(unseen_fin),
		cmocka_unit_test(simultaneous_open),
		cmocka_unit_test(cut_segments),
		cmocka_unit_test(ports_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
