/* What stands before a dialogue: each row in every chunking, with one side's or both sides' bytes.
 */
#include "unit/smtp/smtp_test.h"

#include "sensor/limits.h"
#include "sensor/smtp/front.h"

/* In the order of the wire; a side that is NULL has nothing to say there. */
struct turn {
	enum front_side side;
	struct slice bytes;
	bool lost; /* of the server */
};

#define C(literal)                                                                                 \
	{                                                                                          \
		FRONT_CLIENT, BYTES(literal), false                                                \
	}
#define S(literal)                                                                                 \
	{                                                                                          \
		FRONT_SERVER, BYTES(literal), false                                                \
	}
#define LOST                                                                                       \
	{                                                                                          \
		FRONT_SERVER, BYTES(""), true                                                      \
	}

static const struct row {
	const char *name;
	struct turn turns[8];
	const char *want; /* state kind target client | rest of the client | of the server */
} rows[] = {
	{ "smtp", { C("EHLO a\r\n") }, "none    |EHLO a\r\n|" },
	{ "a greeting", { S("220 mx\r\n") }, "none    ||220 mx\r\n" },
	{ "almost one", { C("PROXIES\r\n") }, "none    |PROXIES\r\n|" },
	{ "POST", { C("POST / HTTP/1.0\r\n") }, "none    |POST / HTTP/1.0\r\n|" },
	{ "empty lines", { C("\r\n\r\n"), S("220 x") }, "none    |\r\n\r\n|220 x" },

	{ "proxy v1", { C("PROXY TCP4 192.0.2.1 192.0.2.25 4711 25\r\n"), S("220 mx") },
		"passed proxy-v1 192.0.2.25:25 192.0.2.1:4711 ||220 mx" },
	{ "proxy v1, ipv6", { C("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\nEHLO a\r\n") },
		"passed proxy-v1 2001:db8::2:65535 2001:db8::1:1 |EHLO a\r\n|" },
	{ "proxy v1, unknown", { C("PROXY UNKNOWN ff::1 x\r\n"), S("220 mx") },
		"passed proxy-v1   ||220 mx" },
	{ "proxy v1, bad port", { C("PROXY TCP4 192.0.2.1 192.0.2.25 99999 25\r\n") },
		"none    |PROXY TCP4 192.0.2.1 192.0.2.25 99999 25\r\n|" },
	{ "proxy v1, bad address", { C("PROXY TCP4 192.0.2 192.0.2.25 1 25\r\n") },
		"none    |PROXY TCP4 192.0.2 192.0.2.25 1 25\r\n|" },
	{ "proxy v1, another", { C("PROXY UDP4 192.0.2.1 192.0.2.25 1 25\r\n") },
		"none    |PROXY UDP4 192.0.2.1 192.0.2.25 1 25\r\n|" },
	{ "proxy v1, unfinished", { C("PROXY TCP4 192.") }, "open    ||" },
	{ "proxy v1, and the server does not wait", { C("PROXY TCP4 192."), S("220 mx") },
		"none    |PROXY TCP4 192.|220 mx" },

	{ "proxy v2",
		{ C("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\14\300\0\2\1\300\0\2\31\x12\x67\0\31"),
			S("220 mx") },
		"passed proxy-v2 192.0.2.25:25 192.0.2.1:4711 ||220 mx" },
	{ "proxy v2, more behind it",
		{ C("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\20\300\0\2\1\300\0\2\31\x12\x67\0\31\3\0\1x"
		    "EHLO a\r\n") },
		"passed proxy-v2 192.0.2.25:25 192.0.2.1:4711 |EHLO a\r\n|" },
	{ "proxy v2, ipv6",
		{ C("\r\n\r\n\0\r\nQUIT\n\x21\x21\0\44"
		    "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2"
		    "\0\1\0\31"),
			S("220 mx") },
		"passed proxy-v2 2001:db8::2:25 2001:db8::1:1 ||220 mx" },
	{ "proxy v2, local", { C("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"), S("220 mx") },
		"passed proxy-v2   ||220 mx" },
	{ "proxy v2, unix", { C("\r\n\r\n\0\r\nQUIT\n\x21\x31\0\2xx"), S("220 mx") },
		"passed proxy-v2   ||220 mx" },
	{ "proxy v2, version 3", { C("\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0") },
		"none    |\r\n\r\n(0)\r\nQUIT\n1(11)(0)(0)|" },

	{ "connect",
		{ C("CONNECT mx.example:25 HTTP/1.1\r\nHost: x\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\nVia: y\r\n\r\n"), S("220 mx") },
		"passed http-connect mx.example:25  ||220 mx" },
	{ "connect, one segment",
		{ C("CONNECT mx.example:25 / HTTP/1.0\n\n"), S("HTTP/1.0 200 OK\n\n220 mx") },
		"passed http-connect mx.example:25  ||220 mx" },
	{ "connect, ipv6",
		{ C("CONNECT [2001:db8::1]:587 HTTP/1.1\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") },
		"passed http-connect [2001:db8::1]:587  ||" },
	{ "connect, and EHLO at once",
		{ C("CONNECT mx:25 HTTP/1.1\r\n\r\nEHLO a\r\n"),
			S("HTTP/1.1 200 OK\r\n\r\n220 mx") },
		"passed http-connect mx:25  |EHLO a\r\n|220 mx" },
	{ "connect, wait",
		{ C("CONNECT mx:25 HTTP/1.1\r\n\r\n"),
			S("HTTP/1.1 100 Wait\r\n\r\nHTTP/1.1 200 OK\r\n\r\n220 mx") },
		"passed http-connect mx:25  ||220 mx" },
	{ "connect, refused",
		{ C("CONNECT mx:25 HTTP/1.1\r\n\r\n"),
			S("HTTP/1.1 403 No\r\nServer: x\r\n\r\n<html>") },
		"refused http-connect mx:25  ||" },
	{ "connect, refused, then a page",
		{ C("CONNECT mx:25 HTTP/1.1\r\n\r\n"), S("HTTP/1.1 405 No\r\n\r\n"),
			C("GET / HTTP/1.1\r\n\r\n"), S("HTTP/1.1 200") },
		"refused http-connect mx:25  ||" },
	{ "connect, with a password at last",
		{ C("CONNECT mx:25 HTTP/1.1\r\n\r\n"), S("HTTP/1.1 407 Who?\r\n\r\n<html>"),
			C("CONNECT mx:587 HTTP/1.1\r\nProxy-Authorization: Basic eDp5\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\n\r\n220 mx") },
		"passed http-connect mx:587  ||220 mx" },
	{ "connect, no port", { C("CONNECT mx HTTP/1.1\r\n") },
		"none    |CONNECT mx HTTP/1.1\r\n|" },
	{ "connect to a mail server", { C("CONNECT mx:25 HTTP/1.1\r\n\r\n"), S("220 mx") },
		"none  mx:25  |CONNECT mx:25 HTTP/1.1\r\n\r\n|220 mx" },
	{ "connect, its reply is lost",
		{ C("CONNECT mx:25 HTTP/1.1\r\n\r\n"), LOST, C("EHLO a\r\n") },
		"passed http-connect mx:25  |EHLO a\r\n|" },

	{ "socks4", { C("\4\1\0\31\300\0\2\31me\0"), S("\0\132\0\0\0\0\0\0"), S("220 mx") },
		"passed socks4 192.0.2.25:25  ||220 mx" },
	{ "socks4a", { C("\4\1\0\31\0\0\0\1\0mx.example\0"), S("\0\132\0\0\0\0\0\0") },
		"passed socks4 mx.example:25  ||" },
	{ "socks4, refused", { C("\4\1\0\31\300\0\2\31\0"), S("\0\133\0\0\0\0\0\0") },
		"refused socks4 192.0.2.25:25  ||" },
	{ "socks4, no answer of it", { C("\4\1\0\31\300\0\2\31\0"), S("220 mx") },
		"none  192.0.2.25:25  |(4)(1)(0)(19)(c0)(0)(2)(19)(0)|220 mx" },

	{ "socks5",
		{ C("\5\1\0"), S("\5\0"), C("\5\1\0\1\300\0\2\31\0\31"), S("\5\0\0\1\0\0\0\0\0\0"),
			S("220 mx") },
		"passed socks5 192.0.2.25:25  ||220 mx" },
	{ "socks5, by name",
		{ C("\5\2\0\2"), S("\5\0"), C("\5\1\0\3\2mx\2\113"), S("\5\0\0\3\1x\0\0") },
		"passed socks5 mx:587  ||" },
	{ "socks5, ipv6",
		{ C("\5\1\0"), S("\5\0"), C("\5\1\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\31"),
			S("\5\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
		"passed socks5 2001:db8::1:25  ||" },
	{ "socks5, password",
		{ C("\5\1\2"), S("\5\2"), C("\1\1u\2pw"), S("\1\0"), C("\5\1\0\1\300\0\2\31\0\31"),
			S("\5\0\0\1\0\0\0\0\0\0") },
		"passed socks5 192.0.2.25:25  ||" },
	{ "socks5, wrong password", { C("\5\1\2"), S("\5\2"), C("\1\1u\2pw"), S("\1\1") },
		"refused socks5   ||" },
	{ "socks5, no method", { C("\5\1\2"), S("\5\377") }, "refused socks5   ||" },
	{ "socks5, all at once",
		{ C("\5\1\0\5\1\0\1\300\0\2\31\0\31"
		    "EHLO a\r\n"),
			S("\5\0\5\0\0\1\0\0\0\0\0\0"
			  "220 mx") },
		"passed socks5 192.0.2.25:25  |EHLO a\r\n|220 mx" },
	{ "socks5, refused",
		{ C("\5\1\0"), S("\5\0"), C("\5\1\0\1\300\0\2\31\0\31"),
			S("\5\5\0\1\0\0\0\0\0\0") },
		"refused socks5 192.0.2.25:25  ||" },
	{ "socks5, the server is not seen",
		{ C("\5\1\0"), LOST, C("\5\1\0\1\300\0\2\31\0\31"), LOST, C("EHLO a\r\n") },
		"passed socks5 192.0.2.25:25  |EHLO a\r\n|" },
	{ "socks5, not seen, password",
		{ C("\5\1\2"), LOST, C("\1\1u\2pw"), LOST, C("\5\1\0\1\300\0\2\31\0\31"), LOST },
		"passed socks5 192.0.2.25:25  ||" },
	{ "socks5, bind", { C("\5\1\0"), S("\5\0"), C("\5\2\0\1\300\0\2\31\0\31") },
		"none    |(5)(1)(0)(5)(2)(0)(1)(c0)(0)(2)(19)(0)(19)|(5)(0)" },

	{ "a balancer before a proxy",
		{ C("PROXY TCP4 192.0.2.1 192.0.2.25 4711 25\r\nCONNECT mx:25 HTTP/1.1\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\n\r\n220 mx") },
		"passed http-connect mx:25 192.0.2.1:4711 ||220 mx" },
};

/* Controls but CR and LF in brackets. */
static void
show(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if ((c < ' ' && c != '\r' && c != '\n') || c >= 127)
			buf_printf(out, "(%x)", c);
		else
			buf_byte(out, c);
	}
}

static void
tell(const struct front *f, struct slice server, struct buf *out)
{
	static const char *const states[] = { "open", "passed", "refused", "none" };
	char ip[ADDR_TEXT_MAX];

	buf_printf(out, "%s %s ", states[f->state], front_name(f->kind));
	show(out, slice_of(f->host, f->host_len));
	if (f->host_len > 0)
		buf_printf(out, ":%u", f->port);
	buf_printf(out, " %s", addr_format(f->client.addr, ip));
	if (f->client.addr.family != ADDR_NONE)
		buf_printf(out, ":%u", f->client.port);
	buf_str(out, " |");
	if (f->state == FRONT_NONE || f->state == FRONT_PASSED)
		show(out, front_rest(f));
	/* What came after it was decided. */
	buf_str(out, "|");
	show(out, server);
}

static void
run(const struct row *row, struct edge edge, size_t chunk, struct buf *out)
{
	struct buf client, server;
	struct front f;

	front_init(&f);
	buf_init(&client, LIMIT_FRONT);
	buf_init(&server, LIMIT_FRONT);
	for (size_t t = 0; t < ROWS(row->turns); t++) {
		const struct turn *turn = &row->turns[t];
		if (turn->lost)
			(void)front_lost(&f);
		for (struct slice rest = turn->bytes; rest.len > 0;) {
			struct slice piece = slice_take(rest, chunk);
			struct slice in = edge_copy(edge, piece);
			bool over = f.state == FRONT_PASSED || f.state == FRONT_NONE;
			rest = slice_skip(rest, piece.len);
			while (!over && in.len > 0) {
				if (turn->side == FRONT_CLIENT)
					(void)front_client(&f, &in);
				else
					(void)front_server(&f, &in);
				over = f.state == FRONT_PASSED || f.state == FRONT_NONE;
				if (f.state == FRONT_NONE)
					buf_add(&server, front_said(&f));
			}
			buf_add(turn->side == FRONT_CLIENT ? &client : &server, in);
		}
	}
	tell(&f, SLICE_EMPTY, out);
	out->len -= 1; /* the client's later bytes stand before the bar */
	show(out, buf_slice(&client));
	buf_byte(out, '|');
	show(out, buf_slice(&server));
	buf_release(&client);
	buf_release(&server);
	front_release(&f);
}

static void
test_rows(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	assert_non_null(edge.pages);
	for (size_t i = 0; i < ROWS(rows); i++) {
		for (size_t chunk = 1; chunk <= 64; chunk += chunk < 8 ? 1 : 28) {
			struct buf out;
			buf_init(&out, 8192);
			run(&rows[i], edge, chunk, &out);
			if (strcmp(buf_cstr(&out), rows[i].want) != 0)
				fail_msg("%s, chunks of %zu:\n got %s\nwant %s", rows[i].name,
					chunk, buf_cstr(&out), rows[i].want);
			buf_release(&out);
		}
	}
	edge_free(edge);
}

/* A header without an end is given up, and nothing of it is lost. */
static void
test_limit(void **state)
{
	static const char request[] = "CONNECT mx:25 HTTP/1.1\r\n";
	size_t size = LIMIT_FRONT + 1000;
	uint8_t *bytes = malloc(size);
	struct front f;
	(void)state;

	assert_non_null(bytes);
	memset(bytes, 'x', size);
	memcpy(bytes, request, sizeof request - 1);
	front_init(&f);
	struct slice in = slice_of(bytes, size);
	assert_int_equal(front_client(&f, &in), FRONT_NONE);
	assert_int_equal(front_rest(&f).len + in.len, size);
	front_release(&f);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
