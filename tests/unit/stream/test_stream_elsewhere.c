/* SMTP on ports that are not watched: found by its first words, followed from its beginning, and
 * nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "talk_packets.inc"

#include "sensor/limits.h"
#include "sensor/stream/opening.h"
#include "unit/base/edge.h"

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)("" literal), sizeof(literal) - 1                                 \
	}

/* ---- words ---- */

static const struct row {
	const char *name;
	struct slice client, server;
	enum opening want;
} rows[] = {
	{ "nothing yet", BYTES(""), BYTES(""), OPENING_OPEN },
	{ "greeting of SMTP", BYTES(""), BYTES("220 mx.example ESMTP Postfix\r\n"), OPENING_SMTP },
	{ "of several lines", BYTES(""), BYTES("220-mx.example\r\n220 smtp\r\n"), OPENING_SMTP },
	{ "of LMTP", BYTES(""), BYTES("220 mx.example LMTP ready\r\n"), OPENING_SMTP },
	{ "that does not say", BYTES(""), BYTES("220 Greetings\r\n"), OPENING_OPEN },
	{ "then EHLO", BYTES("EHLO a\r\n"), BYTES("220 Greetings\r\n"), OPENING_SMTP },
	{ "then helo", BYTES("helo a\r\n"), BYTES("220 Greetings\r\n"), OPENING_SMTP },
	{ "then LHLO", BYTES("LHLO a\r\n"), BYTES("220 Greetings\r\n"), OPENING_SMTP },
	{ "then MAIL", BYTES("MAIL FROM:<a@b>\r\n"), BYTES("220 Greetings\r\n"), OPENING_SMTP },
	{ "FTP", BYTES("USER a\r\n"), BYTES("220 (vsFTPd 3.0.2)\r\n"), OPENING_OTHER },
	{ "FTP with TLS", BYTES("AUTH TLS\r\n"), BYTES("220 ready\r\n"), OPENING_OTHER },
	{ "another code", BYTES(""), BYTES("200 news.example\r\n"), OPENING_OTHER },
	{ "220 and no space", BYTES(""), BYTES("2200 bytes"), OPENING_OTHER },
	{ "EHLO alone", BYTES("EHLO a\r\n"), BYTES(""), OPENING_SMTP },
	{ "EHLO to what is no server", BYTES("EHLO a\r\n"), BYTES("SSH-2.0-x\r\n"), OPENING_OTHER },
	{ "a word like it", BYTES("HELOX\r\n"), BYTES(""), OPENING_OTHER },
	{ "GET", BYTES("GET / HTTP/1.0\r\n"), BYTES(""), OPENING_OTHER },
	{ "CONNECT to a mail port", BYTES("CONNECT mx.example:25 HTTP/1.1\r\n"), BYTES(""),
		OPENING_SMTP },
	{ "…as one program writes it", BYTES("CONNECT mx.example:25 / HTTP/1.0\r\n"), BYTES(""),
		OPENING_SMTP },
	{ "CONNECT to the web", BYTES("CONNECT a.example:443 HTTP/1.1\r\n"), BYTES(""),
		OPENING_OTHER },
	{ "CONNECT elsewhere", BYTES("CONNECT a.example:8025 HTTP/1.1\r\n\r\n"), BYTES(""),
		OPENING_OPEN },
	{ "…to SMTP", BYTES("CONNECT a.example:8025 HTTP/1.1\r\n\r\n"),
		BYTES("HTTP/1.1 200 OK\r\nVia: x\r\n\r\n220 x"), OPENING_SMTP },
	{ "…to something else", BYTES("CONNECT a.example:8025 HTTP/1.1\r\n\r\n"),
		BYTES("HTTP/1.1 200 OK\r\n\r\nSSH-2.0"), OPENING_OTHER },
	{ "…refused", BYTES("CONNECT a.example:8025 HTTP/1.1\r\n\r\n"),
		BYTES("HTTP/1.1 403 No\r\n\r\n<html>"), OPENING_OTHER },
	{ "CONNECT without a port", BYTES("CONNECT a.example HTTP/1.1\r\n\r\n"), BYTES(""),
		OPENING_OTHER },
	{ "CONNECT of something else", BYTES("CONNECT 25:25\r\n\r\n"), BYTES(""), OPENING_OTHER },
	{ "SOCKS4", BYTES("\4\1\0\31\300\0\2\31\0"), BYTES(""), OPENING_SMTP },
	{ "SOCKS4 to the web", BYTES("\4\1\0\120\300\0\2\31\0"), BYTES(""), OPENING_OTHER },
	{ "SOCKS4 elsewhere", BYTES("\4\1\37\131\300\0\2\31\0"),
		BYTES("\0\132\0\0\0\0\0\0"
		      "220 x"),
		OPENING_SMTP },
	{ "SOCKS4 bind", BYTES("\4\2\0\31\300\0\2\31\0"), BYTES(""), OPENING_OTHER },
	{ "SOCKS5", BYTES("\5\1\0\5\1\0\1\300\0\2\31\0\31"), BYTES("\5\0"), OPENING_SMTP },
	{ "SOCKS5 by name", BYTES("\5\1\0\5\1\0\3\1x\2\113"), BYTES("\5\0"), OPENING_SMTP },
	{ "SOCKS5 over IPv6", BYTES("\5\1\0\5\1\0\4abcdefghijklmnop\0\31"), BYTES("\5\0"),
		OPENING_SMTP },
	{ "SOCKS5 with a password", BYTES("\5\1\2\1\1u\2pw\5\1\0\1\300\0\2\31\0\31"),
		BYTES("\5\2\1\0"), OPENING_SMTP },
	{ "SOCKS5 without its greeting", BYTES("\5\1\0\1\300\0\2\31\0\31"), BYTES(""),
		OPENING_SMTP },
	{ "SOCKS5 to the web", BYTES("\5\1\0\5\1\0\1\300\0\2\31\1\273"), BYTES("\5\0"),
		OPENING_OTHER },
	{ "SOCKS5 elsewhere", BYTES("\5\1\0\5\1\0\1\300\0\2\31\37\131"),
		BYTES("\5\0\5\0\0\1\0\0\0\0\0\0"
		      "220-x"),
		OPENING_SMTP },
	{ "SOCKS5 with an odd address", BYTES("\5\1\0\5\1\0\2\300\0\2\31\0\31"), BYTES("\5\0"),
		OPENING_OTHER },
	{ "SOCKS5 only asked for", BYTES("\5\1\0"), BYTES("\5\0"), OPENING_OPEN },
	{ "PROXY v1", BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n"), BYTES(""), OPENING_OPEN },
	{ "PROXY v1 to SMTP", BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n"),
		BYTES("220 mx ESMTP\r\n"), OPENING_SMTP },
	{ "PROXY v1 and EHLO", BYTES("PROXY UNKNOWN\r\nEHLO a\r\n"), BYTES("220 mx\r\n"),
		OPENING_SMTP },
	{ "PROXY v1 to the web", BYTES("PROXY UNKNOWN\r\nGET / HTTP/1.1\r\n"), BYTES(""),
		OPENING_OTHER },
	{ "PROXY v2", BYTES("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"), BYTES("220 mx ESMTP\r\n"),
		OPENING_SMTP },
	{ "PROXY v2 to the web", BYTES("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\1xGET /"), BYTES(""),
		OPENING_OTHER },
};

static void
check_row(const struct row *row, struct edge edges[2], size_t client, size_t server)
{
	static const struct stream_config config = { .ports = { 25, 587 }, .ports_count = 2 };
	bool whole = client == row->client.len && server == row->server.len;
	enum opening got = opening_judge(edge_copy(edges[0], slice_take(row->client, client)),
		edge_copy(edges[1], slice_take(row->server, server)), &config);

	/* What says no too early says it for good; a yes may come early. */
	if (whole ? got != row->want : (got == OPENING_OTHER && row->want != OPENING_OTHER))
		fail_msg("%s, %zu and %zu bytes: %d", row->name, client, server, got);
}

static void
words(void **state)
{
	struct edge edges[2] = { edge_new(), edge_new() };
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t c = 0; c <= rows[i].client.len; c++)
			check_row(&rows[i], edges, c, 0);
		for (size_t s = 0; s <= rows[i].server.len; s++)
			check_row(&rows[i], edges, rows[i].client.len, s);
	}
	edge_free(edges[0]);
	edge_free(edges[1]);
}

/* ---- streams ---- */

#define WHOLE "S:220 hi|C:EHLO a|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 done|fin"

/* As test_stream.c has it: 0-2 handshake, 3 4 "220 hi", 5 6 "EHLO a", 7 8 "250 ok", … */
static struct talk *
usual(bool v6)
{
	struct talk *t = malloc(sizeof *t);

	talk_init(t, v6);
	t->end[SIDE_SERVER].port = 2526;
	talk_syn(t);
	talk_say(t, SIDE_SERVER, "220 hi");
	talk_say(t, SIDE_CLIENT, "EHLO a");
	talk_say(t, SIDE_SERVER, "250 ok");
	talk_say(t, SIDE_CLIENT, "MAIL x");
	talk_say(t, SIDE_SERVER, "250 ok2");
	talk_packet(t, SIDE_CLIENT, PACKET_ACK, SLICE("DATA "));
	talk_packet(t, SIDE_CLIENT, PACKET_ACK, SLICE("one two three"));
	talk_say(t, SIDE_SERVER, "250 done");
	talk_fin(t);
	return t;
}

static void
expect(struct talk *t, const char *want, const char *name)
{
	const char *got = talk_run(t);

	if (strcmp(got, want) != 0)
		fail_msg("%s:\n got %s\nwant %s", name, got, want);
	assert_int_equal(t->opens, t->closes);
	assert_int_equal(t->counters.value[COUNTER_streams_found], t->opens);
	talk_release(t);
	free(t);
}

static void
whole(void **state)
{
	(void)state;
	expect(usual(false), WHOLE, "IPv4");
	expect(usual(true), WHOLE, "IPv6");
}

/* Any packet to any place up to 6 later. */
static void
reordered(void **state)
{
	(void)state;
	for (size_t i = 0; i < 18; i++) {
		for (size_t by = 1; by <= 6 && i + by < 18; by++) {
			char name[64];
			struct talk *t = usual(i % 2 == 0);
			snprintf(name, sizeof name, "packet %zu moved by %zu", i, by);
			talk_move(t, i, i + by);
			expect(t, WHOLE, name);
		}
	}
}

static void
doubled(void **state)
{
	(void)state;
	struct talk *t = usual(false);
	size_t count = t->count;

	for (size_t i = 0; i < t->count; i += 2)
		talk_insert(t, i + 1, &t->packets[i]);
	expect(t, WHOLE, "each packet twice");
	t = usual(false);
	for (size_t i = 0; i < count; i++)
		talk_insert(t, t->count, &t->packets[i]);
	expect(t, WHOLE, "the whole stream twice");
}

static void
one_missing(void **state)
{
	static const struct {
		size_t packet;
		const char *want;
	} missing[] = {
		{ 0, WHOLE },
		{ 1, WHOLE },
		{ 2, WHOLE },
		{ 3, "S~6|C:EHLO a|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 done|"
		     "fin" },
		{ 7, "S:220 hi|C:EHLO a|S~6|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 done|"
		     "fin" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
		char name[64];
		struct talk *t = usual(false);
		snprintf(name, sizeof name, "without packet %zu", missing[i].packet);
		talk_remove(t, missing[i].packet);
		expect(t, missing[i].want, name);
	}
}

/* Every segment in pieces of one byte. */
static void
bytewise(void **state)
{
	struct talk *t = usual(false), *one = malloc(sizeof *one);
	(void)state;

	*one = *t;
	one->count = 0;
	for (size_t i = 0; i < t->count; i++) {
		struct packet p = t->packets[i];
		size_t len = p.payload.len;
		if (len == 0)
			talk_insert(one, one->count, &p);
		for (size_t at = 0; at < len; at++) {
			struct packet piece = p;
			piece.seq += (uint32_t)at;
			piece.payload = slice_take(slice_skip(p.payload, at), 1);
			talk_insert(one, one->count, &piece);
		}
	}
	memcpy(t->packets, one->packets, sizeof t->packets);
	t->count = one->count;
	free(one);
	expect(t, WHOLE, "byte by byte");
}

/* Without a handshake, one side alone, from the middle. */
static void
partial(void **state)
{
	struct talk *t = usual(false);
	(void)state;

	for (int i = 0; i < 3; i++)
		talk_remove(t, 0);
	expect(t, "midstream|" WHOLE, "no handshake");
	t = usual(false);
	for (size_t i = t->count; i-- > 0;)
		if (t->packets[i].src.port == 2526)
			talk_remove(t, i);
	expect(t, "C:EHLO a|S~6|C:MAIL x|S~7|C:DATA one two three|S~7|eof one-sided",
		"client alone");
	t = usual(false);
	for (int i = 0; i < 5; i++)
		talk_remove(t, 0);
	expect(t,
		"midstream|C:EHLO a|S:250 ok|C:MAIL x|S:250 ok2|C:DATA one two three|S:250 done|"
		"fin",
		"from EHLO on");
}

/* What is no SMTP is not followed, and leaves nothing behind. */
static void
others(void **state)
{
	static const char *const talks[][2] = {
		{ "220 (vsFTPd 3.0.2)", "USER a" },
		{ "SSH-2.0-x", "SSH-2.0-y" },
		{ "200 news.example", "MODE READER" },
		{ "+OK", "CAPA" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
		struct talk *t = malloc(sizeof *t);
		talk_init(t, false);
		t->end[SIDE_SERVER].port = 2526;
		talk_syn(t);
		talk_say(t, SIDE_SERVER, talks[i][0]);
		talk_say(t, SIDE_CLIENT, talks[i][1]);
		talk_say(t, SIDE_SERVER, "250 SMTP");
		talk_say(t, SIDE_SERVER, "220 SMTP");
		talk_fin(t);
		expect(t, "", talks[i][0]);
	}
}

static void
switched_off(void **state)
{
	struct talk *t = usual(false);
	struct err err = { "" };
	struct stream_config config = stream_config_default();
	struct stream_handler handler = { t, on_open, on_data, on_gap, on_anomaly, on_close,
		on_service, on_post };
	(void)state;

	stream_table_free(t->table);
	config.any_port = false;
	t->table = stream_table_new(&config, &handler, &t->counters, &err);
	assert_non_null(t->table);
	expect(t, "", "any_port = no");
}

/* More streams that may be SMTP than are kept: the oldest are forgotten, the newest is found. */
static void
many(void **state)
{
	struct talk *t = malloc(sizeof *t);
	struct packet greeting;
	(void)state;

	talk_init(t, false);
	t->end[SIDE_SERVER].port = 2526;
	talk_packet(t, SIDE_SERVER, PACKET_ACK, SLICE("220 hi"));
	greeting = t->packets[0];
	struct stream_config config = stream_config_default();
	struct stream_handler handler = { t, on_open, on_data, on_gap, on_anomaly, on_close,
		on_service, on_post };
	struct err err = { "" };
	stream_table_free(t->table);
	t->table = stream_table_new(&config, &handler, &t->counters, &err);
	for (int i = 0; i < LIMIT_PROSPECTS + 100; i++) {
		greeting.dst.port = (uint16_t)(10000 + i);
		greeting.time = t->time;
		stream_packet(t->table, &greeting);
	}
	assert_int_equal(t->counters.value[COUNTER_prospects_evicted], 100);
	t->packets[0] = greeting;
	t->end[SIDE_CLIENT].port = greeting.dst.port;
	talk_say(t, SIDE_CLIENT, "EHLO a");
	expect(t, "midstream|S:220 hi|C:EHLO a|eof", "the newest");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(whole),
		cmocka_unit_test(reordered),
		cmocka_unit_test(doubled),
		cmocka_unit_test(one_missing),
		cmocka_unit_test(bytewise),
		cmocka_unit_test(partial),
		cmocka_unit_test(others),
		cmocka_unit_test(switched_off),
		cmocka_unit_test(many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
