/* Records and hellos as few clients send them any more, alerts, holes, and what a record costs. */
#include "unit/smtp/smtp_test.h"

#include "sensor/tls/tls.h"

static void
print(const struct tls_event *e, struct buf *out)
{
	static const char *const kinds[] = { "client", "server", "names", "alert", "data" };
	buf_printf(out, "%s", kinds[e->kind]);
	if (e->kind == TLS_CLIENT_HELLO)
		buf_printf(out, " %s %.10s", tls_version_name(e->version), e->ja4);
	if (e->kind == TLS_SERVER_HELLO)
		buf_printf(out, " %s %04x %.*s", tls_version_name(e->version), e->cipher,
			(int)e->alpn.len, (const char *)e->alpn.bytes);
	if (e->kind == TLS_ALERT)
		buf_printf(out, " %s", tls_alert_name(e->alert));
	if (e->kind == TLS_RECORD)
		buf_printf(out, " %u", e->length);
	buf_str(out, "; ");
}

static void
feed(struct tls_reader *r, struct slice in, size_t chunk, struct buf *out)
{
	struct tls_event e;
	int got = 0;
	while (in.len > 0 && got >= 0) {
		struct slice piece = slice_take(in, chunk);
		in = slice_skip(in, piece.len);
		while ((got = tls_next(r, &piece, &e)) == 1)
			print(&e, out);
	}
	if (got < 0)
		buf_str(out, "not TLS");
}

static const struct {
	const char *name;
	struct slice in;
	const char *want;
} rows[] = {
	/* RFC 5246 E.2: version 3.1, three suites of which one is of SSL 2.0, 16 bytes of challenge */
	{ "ClientHello of SSL 2.0", BYTES("\x80\x22\x01\x03\x01\x00\x09\x00\x00\x00\x10"
					  "\x00\x00\x2f\x00\x00\x35\x01\x00\x80"
					  "0123456789abcdef"),
		"client TLS 1.0 t10i020000; " },
	{ "SSL 2.0 alone", BYTES("\x80\x1c\x01\x00\x02\x00\x03\x00\x00\x00\x10\x01\x00\x80"
				 "0123456789abcdef"),
		"client SSL 2.0 ts2i000000; " },
	{ "no ClientHello of SSL 2.0", BYTES("\x80\x22\x02\x03\x01\x00\x09\x00\x00\x00\x10"),
		"not TLS" },
	{ "too short for SSL 2.0", BYTES("\x80\x05\x01\x03\x01\x00\x00"), "not TLS" },
	/* SSL 3.0: no extensions at all */
	{ "SSL 3.0", BYTES("\x16\x03\x00\x00\x2f\x01\x00\x00\x2b\x03\x00"
			   "0123456789abcdef0123456789abcdef"
			   "\x00\x00\x04\x00\x35\x00\x0a\x01\x00"),
		"client SSL 3.0 ts3i020000; " },
	/* the same in three records */
	{ "fragments", BYTES("\x16\x03\x00\x00\x02\x01\x00\x16\x03\x00\x00\x0c\x00\x2b\x03\x00"
			     "01234567\x16\x03\x00\x00\x21"
			     "89abcdef0123456789abcdef"
			     "\x00\x00\x04\x00\x35\x00\x0a\x01\x00"),
		"client SSL 3.0 ts3i020000; " },
	{ "alert at once", BYTES("\x15\x03\x01\x00\x02\x02\x46"), "alert protocol_version; " },
	{ "a warning is none", BYTES("\x15\x03\x01\x00\x02\x01\x70"), "" },
	{ "an alert behind change_cipher_spec is encrypted",
		BYTES("\x16\x03\x03\x00\x04\x0e\x00\x00\x00\x14\x03\x03\x00\x01\x01"
		      "\x15\x03\x03\x00\x02\x02\x28"),
		"" },
	/* RFC 7301 3.2, TLS 1.2 */
	{ "ALPN of a server", BYTES("\x16\x03\x03\x00\x37\x02\x00\x00\x33\x03\x03"
				    "0123456789abcdef0123456789abcdef"
				    "\x00\xc0\x2f\x00\x00\x0b\x00\x10\x00\x07\x00\x05\x04smtp"),
		"server TLS 1.2 c02f smtp; " },
	/* RFC 8446 4.1.4: HelloRetryRequest, change_cipher_spec, then the ServerHello in clear */
	{ "HelloRetryRequest",
		BYTES("\x16\x03\x03\x00\x32\x02\x00\x00\x2e\x03\x03"
		      "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11"
		      "\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c\x00\x13\x02\x00\x00\x06"
		      "\x00\x2b\x00\x02\x03\x04\x14\x03\x03\x00\x01\x01"
		      "\x16\x03\x03\x00\x32\x02\x00\x00\x2e\x03\x03"
		      "0123456789abcdef0123456789abcdef\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02"
		      "\x03\x04\x17\x03\x03\x00\x02xx"),
		"server TLS 1.3 1302 ; server TLS 1.3 1301 ; data 2; " },
	{ "plain text behind it", BYTES("\x15\x03\x01\x00\x02\x01\x00"
					"220 mx.example ESMTP\r\n"),
		"" },
};

static void
test_rows(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	static const size_t chunks[] = { 4096, 1, 3 };
	for (size_t i = 0; i < ROWS(rows); i++)
		for (size_t n = 0; n < ROWS(chunks); n++) {
			struct tls_reader r;
			struct buf out;
			tls_init(&r);
			buf_init(&out, 4096);
			feed(&r, edge_copy(edge, rows[i].in), chunks[n], &out);
			if (strcmp(buf_cstr(&out), rows[i].want) != 0)
				fail_msg("%s, chunks of %zu: '%s'", rows[i].name, chunks[n],
					buf_cstr(&out));
			buf_release(&out);
			tls_release(&r);
		}
	edge_free(edge);
}

/* A hole inside of a record hides it, and the next is found; a longer one ends the count. */
static void
test_gaps(void **state)
{
	(void)state;
	static const struct {
		int64_t gap;
		const char *want;
	} cases[] = {
		{ 3, "data 5; data 2; " },
		{ 5, "data 5; " }, /* two bytes of the next header are missing: what comes is none */
	};
	for (size_t i = 0; i < ROWS(cases); i++) {
		struct tls_reader r;
		struct buf out;
		struct slice before = SLICE("\x16\x03\x03\x00\x04\x0e\x00\x00\x00\x17\x03\x03\x00\x05"
					    "ab");
		struct slice next = SLICE("\x17\x03\x03\x00\x02xx");
		tls_init(&r);
		buf_init(&out, 4096);
		feed(&r, before, 4096, &out);
		tls_gap(&r, cases[i].gap);
		feed(&r, slice_skip(next, cases[i].gap > 3 ? 2 : 0), 4096, &out);
		assert_string_equal(buf_cstr(&out), cases[i].want);
		assert_int_equal(r.lost, cases[i].gap > 3);
		buf_release(&out);
		tls_release(&r);
	}
}

static void
test_overhead(void **state)
{
	(void)state;
	static const struct {
		uint16_t version, cipher;
		bool known;
		uint8_t fixed, padding, finished;
	} cases[] = {
		{ 0x0304, 0x1301, true, 17, 0, 36 },
		{ 0x0304, 0x1302, true, 17, 0, 52 },
		{ 0x0304, 0x1305, true, 9, 0, 36 },
		{ 0x0304, 0xc02f, false, 0, 0, 0 },
		{ 0x0303, 0xc02f, true, 24, 0, 0 },
		{ 0x0303, 0xcca8, true, 16, 0, 0 },
		{ 0x0303, 0xc0a0, true, 16, 0, 0 },
		{ 0x0303, 0xc013, true, 36, 16, 0 },
		{ 0x0303, 0xc027, true, 48, 16, 0 },
		{ 0x0301, 0x0035, true, 20, 16, 0 },
		{ 0x0301, 0x000a, true, 20, 8, 0 },
		{ 0x0300, 0x0005, true, 20, 0, 0 },
		{ 0x0303, 0x0000, false, 0, 0, 0 },
	};
	for (size_t i = 0; i < ROWS(cases); i++) {
		struct tls_overhead o;
		bool known = tls_overhead(cases[i].version, cases[i].cipher, &o);
		if (known != cases[i].known || o.fixed != cases[i].fixed ||
			o.padding != cases[i].padding || o.finished != cases[i].finished)
			fail_msg("%04x %04x: %d %u %u %u", cases[i].version, cases[i].cipher, known,
				o.fixed, o.padding, o.finished);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_overhead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
