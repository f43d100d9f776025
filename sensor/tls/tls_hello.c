#include <string.h>

#include "sensor/base/cursor.h"
#include "sensor/tls/tls.h"

/* IANA TLS ExtensionType values */
enum {
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_SIGNATURE_ALGORITHMS = 13,
	EXTENSION_ALPN = 16,
	EXTENSION_SUPPORTED_VERSIONS = 43,
};

bool
tls_is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

const char *
tls_version_name(uint16_t version)
{
	switch (version) {
	case 0x0304:
		return "TLS 1.3";
	case 0x0303:
		return "TLS 1.2";
	case 0x0302:
		return "TLS 1.1";
	case 0x0301:
		return "TLS 1.0";
	case 0x0300:
		return "SSL 3.0";
	case 0x0002:
		return "SSL 2.0";
	}
	return "";
}

static void
copy_text(struct tls_text *out, struct slice s)
{
	out->len = s.len < TLS_NAME_MAX ? s.len : TLS_NAME_MAX;
	if (out->len > 0)
		memcpy(out->bytes, s.ptr, out->len);
}

/* Vector with a length in front, as a cursor of its own. */
static struct cursor
vector8(struct cursor *c)
{
	return cursor_of(cursor_bytes(c, cursor_u8(c)));
}

static struct cursor
vector16(struct cursor *c)
{
	return cursor_of(cursor_bytes(c, cursor_be16(c)));
}

static void
read_numbers(struct cursor c, uint16_t *out, size_t *count, size_t max)
{
	while (c.rest.len >= 2 && *count < max)
		out[(*count)++] = cursor_be16(&c);
}

#define MAX_OF(array) (sizeof(array) / sizeof((array)[0]))

static void
read_server_name(struct cursor c, struct tls_offer *offer, struct tls_event *out)
{
	struct cursor list = vector16(&c);
	offer->sni = true;
	uint8_t type = cursor_u8(&list);
	struct cursor name = vector16(&list);
	if (type == 0 && !list.bad) /* host_name, RFC 6066 3 */
		copy_text(&out->name, name.rest);
}

static void
read_versions(struct cursor c, struct tls_offer *offer)
{
	struct cursor list = vector8(&c);
	uint16_t best = 0;
	while (list.rest.len >= 2) {
		uint16_t v = cursor_be16(&list);
		if (!tls_is_grease(v) && v > best)
			best = v;
	}
	if (best != 0)
		offer->version = best;
}

static void
read_extension(uint16_t type, struct cursor body, struct tls_offer *offer, struct tls_event *out)
{
	struct cursor list;
	if (offer->extensions_count < MAX_OF(offer->extensions))
		offer->extensions[offer->extensions_count++] = type;
	switch (type) {
	case EXTENSION_SERVER_NAME:
		read_server_name(body, offer, out);
		break;
	case EXTENSION_SIGNATURE_ALGORITHMS:
		read_numbers(vector16(&body), offer->signatures, &offer->signatures_count,
			MAX_OF(offer->signatures));
		break;
	case EXTENSION_ALPN:
		list = vector16(&body);
		offer->alpn = vector8(&list).rest;
		copy_text(&out->alpn, offer->alpn);
		break;
	case EXTENSION_SUPPORTED_VERSIONS:
		read_versions(body, offer);
		break;
	}
}

int
tls_client_hello(struct slice body, struct tls_event *out)
{
	struct tls_offer offer = { 0 };
	struct cursor c = cursor_of(body);
	out->kind = TLS_CLIENT_HELLO;
	offer.version = cursor_be16(&c);
	cursor_skip(&c, 32);
	vector8(&c); /* session id */
	read_numbers(vector16(&c), offer.ciphers, &offer.ciphers_count, MAX_OF(offer.ciphers));
	vector8(&c); /* compression methods */
	if (c.bad)
		return -1;
	struct cursor extensions = vector16(&c);
	while (extensions.rest.len >= 4) {
		uint16_t type = cursor_be16(&extensions);
		struct cursor one = vector16(&extensions);
		if (extensions.bad)
			break;
		read_extension(type, one, &offer, out);
	}
	out->version = offer.version;
	tls_ja4(&offer, out->ja4);
	return 0;
}

/* RFC 5246 E.2: cipher specs of 3 bytes, of which those with a zero in front are suites. */
int
tls_client_hello_v2(struct slice body, struct tls_event *out)
{
	struct tls_offer offer = { 0 };
	struct cursor c = cursor_of(body);
	out->kind = TLS_CLIENT_HELLO;
	offer.version = cursor_be16(&c);
	uint16_t specs = cursor_be16(&c);
	cursor_be16(&c); /* length of the session id */
	cursor_be16(&c); /* and of the challenge */
	struct cursor list = cursor_of(cursor_bytes(&c, specs));
	if (c.bad)
		return -1;
	while (list.rest.len >= 3 && offer.ciphers_count < MAX_OF(offer.ciphers)) {
		uint32_t spec = cursor_be24(&list);
		if (spec <= UINT16_MAX)
			offer.ciphers[offer.ciphers_count++] = (uint16_t)spec;
	}
	out->version = offer.version;
	tls_ja4(&offer, out->ja4);
	return 0;
}

static void
read_chosen(uint16_t type, struct cursor body, struct tls_event *out)
{
	struct cursor list;
	switch (type) {
	case EXTENSION_SUPPORTED_VERSIONS: /* RFC 8446 4.2.1 */
		if (body.rest.len == 2)
			out->version = cursor_be16(&body);
		break;
	case EXTENSION_ALPN: /* RFC 7301 3.1: one */
		list = vector16(&body);
		copy_text(&out->alpn, vector8(&list).rest);
		break;
	}
}

int
tls_server_hello(struct slice body, struct tls_event *out)
{
	struct cursor c = cursor_of(body);
	out->kind = TLS_SERVER_HELLO;
	out->version = cursor_be16(&c);
	cursor_skip(&c, 32);
	vector8(&c); /* session id */
	out->cipher = cursor_be16(&c);
	out->compressed = cursor_u8(&c) != 0;
	if (c.bad)
		return -1;
	struct cursor extensions = vector16(&c);
	while (extensions.rest.len >= 4) {
		uint16_t type = cursor_be16(&extensions);
		struct cursor one = vector16(&extensions);
		if (!extensions.bad)
			read_chosen(type, one, out);
	}
	return 0;
}

/* RFC 8446 4.1.3: the random of a HelloRetryRequest is the SHA-256 of that word. */
bool
tls_is_retry(struct slice server_hello)
{
	static const uint8_t mark[32] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe,
		0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c,
		0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	return slice_eq(slice_take(slice_skip(server_hello, 2), 32), slice_of(mark, sizeof(mark)));
}
