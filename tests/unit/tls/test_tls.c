/* TLS handshakes: what they show in clear, in any chunking, and whatever is cut off. */
#include "unit/smtp/smtp_test.h"

#include "sensor/tls/tls.h"

/* Handshakes between two OpenSSL 3.0 endpoints, mx.example's own certificate; the first byte is the
 * fuzz target's. */
#define SEEDS SOURCE_DIR "/tests/fuzz/corpus/tls/"

static struct slice
read_seed(const char *name, uint8_t *out, size_t size)
{
	char path[512];
	snprintf(path, sizeof(path), "%s%s", SEEDS, name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t n = fread(out, 1, size, f);
	fclose(f);
	assert_true(n > 1 && n < size);
	return slice_skip(slice_of(out, n), 1);
}

static size_t
print_event(const struct tls_event *e, char *out, size_t size)
{
	static const char *const kinds[] = { "client", "server", "names", "alert", "data" };
	struct slice names = e->names;
	struct tls_name one;
	size_t n = (size_t)snprintf(out, size, "%s", kinds[e->kind]);
	switch (e->kind) {
	case TLS_CLIENT_HELLO:
		n += (size_t)snprintf(out + n, size - n, " %s %.*s %.*s %s",
			tls_version_name(e->version), (int)e->name.len, e->name.bytes,
			(int)e->alpn.len, e->alpn.bytes, e->ja4);
		break;
	case TLS_SERVER_HELLO:
		n += (size_t)snprintf(out + n, size - n, " %s %04x %.*s",
			tls_version_name(e->version), e->cipher, (int)e->alpn.len, e->alpn.bytes);
		break;
	case TLS_CERTIFICATE:
		n += (size_t)snprintf(
			out + n, size - n, " CN=%.*s", (int)e->name.len, e->name.bytes);
		while (tls_names_next(&names, &one))
			n += (size_t)snprintf(out + n, size - n, " %.*s", (int)one.text.len,
				one.text.ptr);
		break;
	case TLS_ALERT:
		n += (size_t)snprintf(out + n, size - n, " %s", tls_alert_name(e->alert));
		break;
	case TLS_RECORD:
		n += (size_t)snprintf(out + n, size - n, " %u", e->length);
		break;
	}
	return n + (size_t)snprintf(out + n, size - n, "; ");
}

static void
print_events(struct slice input, size_t chunk, char *out, size_t size)
{
	struct tls_reader r;
	struct tls_event e;
	size_t used = 0;
	tls_init(&r);
	out[0] = '\0';
	while (input.len > 0) {
		struct slice piece = slice_take(input, chunk);
		input = slice_skip(input, piece.len);
		while (tls_next(&r, &piece, &e) == 1 && used < size)
			used += print_event(&e, out + used, size - used);
	}
	tls_release(&r);
}

static const struct {
	const char *seed, *want;
} rows[] = {
	{ "client12", "client TLS 1.3 mx.example smtp t13d1812sp_85036bcba153_d41ae481755e; " },
	{ "server12", "server TLS 1.2 c02c ; names CN=mx.example; " },
	{ "client13", "client TLS 1.3 mx.example smtp t13d1812sp_85036bcba153_d41ae481755e; "
		      "data 69; " },
	{ "server13", "server TLS 1.3 1302 ; data 23; data 479; data 95; data 69; "
		      "data 250; data 250; " },
};

static void
test_handshakes(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	assert_non_null(edge.pages);
	for (size_t i = 0; i < ROWS(rows); i++) {
		uint8_t bytes[4096];
		struct slice seed = read_seed(rows[i].seed, bytes, sizeof(bytes));
		static const size_t chunks[] = { 4096, 1, 2, 7, 100 };
		for (size_t n = 0; n < ROWS(chunks); n++) {
			char got[1024];
			print_events(edge_copy(edge, seed), chunks[n], got, sizeof(got));
			if (strcmp(got, rows[i].want) != 0)
				fail_msg("%s, chunks of %zu: %s", rows[i].seed, chunks[n], got);
		}
		/* Every front of it. */
		for (size_t n = 0; n < seed.len; n++) {
			char got[1024];
			print_events(edge_copy(edge, slice_take(seed, n)), 4096, got, sizeof(got));
		}
	}
	edge_free(edge);
}

/* The example of the JA4 specification. */
static void
test_ja4(void **state)
{
	(void)state;
	static const uint16_t ciphers[] = { 0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c,
		0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035 };
	static const uint16_t extensions[] = { 0x1a1a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469,
		0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a,
		0x0015 };
	static const uint16_t signatures[] = { 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501,
		0x0806, 0x0601 };
	struct tls_offer offer = { .version = 0x0304, .sni = true, .alpn = SLICE("h2") };
	char out[TLS_JA4_MAX];
	memcpy(offer.ciphers, ciphers, sizeof(ciphers));
	memcpy(offer.extensions, extensions, sizeof(extensions));
	memcpy(offer.signatures, signatures, sizeof(signatures));
	offer.ciphers_count = ROWS(ciphers);
	offer.extensions_count = ROWS(extensions);
	offer.signatures_count = ROWS(signatures);
	tls_ja4(&offer, out);
	assert_string_equal(out, "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

static void
test_ja4_edges(void **state)
{
	(void)state;
	struct tls_offer offer = { .version = 0x0303 };
	char out[TLS_JA4_MAX];
	tls_ja4(&offer, out);
	assert_string_equal(out, "t12i000000_000000000000_000000000000");
	static const uint8_t odd[] = { 0xab, 0x00, 0xcd };
	offer.alpn = slice_of(odd, sizeof(odd));
	offer.version = 0x7777;
	tls_ja4(&offer, out);
	assert_string_equal(out, "t00i0000ad_000000000000_000000000000");
}

static void
test_not_tls(void **state)
{
	(void)state;
	struct tls_reader r;
	struct tls_event e;
	struct slice plain = SLICE("EHLO client.example\r\n");
	tls_init(&r);
	assert_int_equal(tls_next(&r, &plain, &e), -1);
	tls_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshakes),
		cmocka_unit_test(test_ja4),
		cmocka_unit_test(test_ja4_edges),
		cmocka_unit_test(test_not_tls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
