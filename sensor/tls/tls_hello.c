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

static const char *
version_name(uint16_t version)
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
	}
	return "";
}

static void
copy_name(char out[TLS_NAME_MAX], struct slice s)
{
	size_t n = s.len < TLS_NAME_MAX - 1 ? s.len : TLS_NAME_MAX - 1;
	if (n > 0)
		memcpy(out, s.ptr, n);
	out[n] = '\0';
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
		copy_name(out->name, name.rest);
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
		copy_name(out->alpn, offer->alpn);
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
	out->version = version_name(offer.version);
	tls_ja4(&offer, out->ja4);
	return 0;
}

int
tls_server_hello(struct slice body, struct tls_event *out)
{
	struct cursor c = cursor_of(body);
	out->kind = TLS_SERVER_HELLO;
	uint16_t version = cursor_be16(&c);
	cursor_skip(&c, 32);
	vector8(&c);	 /* session id */
	cursor_be16(&c); /* cipher suite */
	cursor_u8(&c);	 /* compression method */
	if (c.bad)
		return -1;
	struct cursor extensions = vector16(&c);
	while (extensions.rest.len >= 4) {
		uint16_t type = cursor_be16(&extensions);
		struct cursor one = vector16(&extensions);
		if (!extensions.bad && type == EXTENSION_SUPPORTED_VERSIONS && one.rest.len == 2)
			version = cursor_be16(&one);
	}
	out->version = version_name(version);
	return 0;
}
