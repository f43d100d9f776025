/* Names of a certificate, in every coding that they come in, and certificates that lie. */
#include "unit/smtp/smtp_test.h"

#include "sensor/base/text.h"
#include "sensor/tls/tls.h"

/* DER: tag, length in its shortest form, value. */
static void
der(struct buf *out, uint8_t tag, struct slice value)
{
	buf_byte(out, tag);
	if (value.len > 0x7f) {
		buf_byte(out, 0x82);
		buf_byte(out, (uint8_t)(value.len >> 8));
	}
	buf_byte(out, (uint8_t)value.len);
	buf_add(out, value);
}

/* Wraps what is in the buffer. */
static void
wrap(struct buf *b, uint8_t tag)
{
	struct buf inside = *b;
	buf_init(b, 65536);
	der(b, tag, buf_slice(&inside));
	buf_release(&inside);
}

struct certificate {
	uint8_t type; /* of the CN's string; 0 = no CN */
	struct slice cn;
	struct slice names; /* GeneralNames without the outer SEQUENCE */
	bool critical;
};

/* The body of a Certificate message with this one alone, RFC 5280 4.1. */
static void
build(const struct certificate *c, struct buf *out)
{
	struct buf name, extension;
	buf_init(&name, 65536);
	if (c->type != 0) {
		der(&name, 0x06, SLICE("\x55\x04\x03"));
		der(&name, c->type, c->cn);
		wrap(&name, 0x30);
		wrap(&name, 0x31);
	}
	buf_init(&extension, 65536);
	buf_add(&extension, c->names);
	wrap(&extension, 0x30);
	wrap(&extension, 0x04);
	struct buf value = extension;
	buf_init(&extension, 65536);
	der(&extension, 0x06, SLICE("\x55\x1d\x11"));
	if (c->critical)
		der(&extension, 0x01, SLICE("\xff"));
	buf_add(&extension, buf_slice(&value));
	wrap(&extension, 0x30);
	wrap(&extension, 0x30);
	wrap(&extension, 0xa3);
	buf_clear(out);
	der(out, 0xa0, SLICE("\x02\x01\x02"));
	der(out, 0x02, SLICE("\x07"));
	der(out, 0x30, SLICE_EMPTY);
	der(out, 0x30, SLICE_EMPTY); /* issuer */
	der(out, 0x30, SLICE_EMPTY);
	der(out, 0x30, buf_slice(&name));
	der(out, 0x30, SLICE_EMPTY); /* key */
	buf_add(out, buf_slice(&extension));
	wrap(out, 0x30);
	wrap(out, 0x30);
	struct buf list = *out;
	buf_init(out, 65536);
	for (size_t i = 0; i < 2; i++) {
		size_t length = list.len + (i == 0 ? 3 : 0);
		buf_byte(out, 0);
		buf_byte(out, (uint8_t)(length >> 8));
		buf_byte(out, (uint8_t)length);
	}
	buf_add(out, buf_slice(&list));
	buf_release(&list);
	buf_release(&name);
	buf_release(&value);
	buf_release(&extension);
}

static void
print(struct slice body, char *out, size_t size)
{
	struct tls_event e = { 0 };
	struct tls_name name;
	char clean[TLS_NAME_MAX * 4];
	if (tls_certificate(body, &e) != 0) {
		snprintf(out, size, "malformed");
		return;
	}
	text_clean_into(clean, sizeof(clean), slice_of(e.name.bytes, e.name.len));
	size_t n = (size_t)snprintf(out, size, "%s:", clean);
	while (tls_names_next(&e.names, &name) && n < size) {
		text_clean_into(clean, sizeof(clean), name.text);
		n += (size_t)snprintf(out + n, size - n, " %s", clean);
	}
}

static const struct {
	const char *name;
	struct certificate in;
	const char *want;
} rows[] = {
	{ "printable", { 0x13, BYTES("mx.example"), BYTES(""), false }, "mx.example:" },
	{ "UTF-8", { 0x0c, BYTES("b\xc3\xbc" "cher.example"), BYTES(""), false }, "b\xc3\xbc" "cher.example:" },
	{ "Teletex", { 0x14, BYTES("b\xfc" "cher.example"), BYTES(""), false }, "b\xc3\xbc" "cher.example:" },
	{ "BMP", { 0x1e, BYTES("\0m\0x\x20\xac"), BYTES(""), false }, "mx\xe2\x82\xac:" },
	{ "Universal", { 0x1c, BYTES("\0\0\0m\0\x01\xf4\xec"), BYTES(""), false }, "m\xf0\x9f\x93\xac:" },
	{ "half a BMP character", { 0x1e, BYTES("\0m\0"), BYTES(""), false }, "m:" },
	{ "a lone surrogate", { 0x1e, BYTES("\xd8\x3d"), BYTES(""), false }, "\\xED\\xA0\\xBD:" },
	{ "a NUL is shown", { 0x13, BYTES("mx.example\0.evil.example"), BYTES(""), false }, "mx.example\\x00.evil.example:" },
	{ "no CN", { 0, BYTES(""), BYTES("\x82\x0amx.example"), false }, ": mx.example" },
	{ "names and addresses",
		{ 0x13, BYTES("mx"),
			BYTES("\x82\x0amx.example\x82\x0e*.mail.example\x87\x04\xc0\x00\x02\x19"
			      "\x87\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x19"),
			true },
		"mx: mx.example *.mail.example 192.0.2.25 2001:db8::19" },
	{ "others are passed over",
		{ 0x13, BYTES("mx"), BYTES("\x81\x05" "a@b.c\x87\x03" "abc\x86\x04http\x82\x01x"), false },
		"mx: x" },
	{ "a NUL in a name", { 0x13, BYTES("mx"), BYTES("\x82\x05" "a\0.b\n"), false }, "mx: a\\x00.b\\x0A" },
	{ "a name that is longer than the rest", { 0x13, BYTES("mx"), BYTES("\x82\x01x\x82\x7fy"), false }, "mx: x" },
	{ "a length without end", { 0x13, BYTES("mx"), BYTES("\x82\x80x\0\0"), false }, "mx:" },
	{ "a length of 4 bytes", { 0x13, BYTES("mx"), BYTES("\x82\x84\0\0\0\x01x"), false }, "mx:" },
	{ "a tag of two bytes", { 0x13, BYTES("mx"), BYTES("\x9f\x81\x01x"), false }, "mx:" },
};

static void
test_names(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct buf body;
		char got[1024];
		buf_init(&body, 65536);
		build(&rows[i].in, &body);
		print(edge_copy(edge, buf_slice(&body)), got, sizeof(got));
		if (strcasecmp(got, rows[i].want) != 0)
			fail_msg("%s: '%s'", rows[i].name, got);
		/* Every front of it, and every byte of it wrong. */
		for (size_t n = 0; n < body.len; n++) {
			print(edge_copy(edge, slice_take(buf_slice(&body), n)), got, sizeof(got));
			body.ptr[n] ^= 0x80;
			print(edge_copy(edge, buf_slice(&body)), got, sizeof(got));
			body.ptr[n] ^= 0x80;
		}
		buf_release(&body);
	}
	edge_free(edge);
}

static void
test_no_certificate(void **state)
{
	(void)state;
	char got[64];
	static const struct slice none[] = { BYTES(""), BYTES("\0\0\0"), BYTES("\0\0\x03\0\0\0"),
		BYTES("\0\0\x05\0\0\x02\x30\x80"), BYTES("\0\0\x07\0\0\x04\x30\x02\x30\x00") };
	for (size_t i = 0; i < ROWS(none); i++) {
		print(none[i], got, sizeof(got));
		assert_string_equal(got, "malformed");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_certificate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
