#include <string.h>

#include "sensor/base/cursor.h"
#include "sensor/tls/tls.h"

/* X.690 8.1: the few forms that occur in a certificate. */
enum {
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_TELETEX = 0x14,
	DER_UNIVERSAL = 0x1c,
	DER_BMP = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_VERSION = 0xa0,
	DER_EXTENSIONS = 0xa3,
	DER_DNS_NAME = 0x82,   /* RFC 5280 4.2.1.6: [2] IA5String */
	DER_IP_ADDRESS = 0x87, /* [7] OCTET STRING */
};

struct der {
	uint8_t tag;
	struct slice value;
};

/* X.690 8.1.3, tags of one byte and definite lengths of at most 3; an empty value with tag 0 after
 * a fault. */
static struct der
der_next(struct cursor *c)
{
	struct der d = { cursor_u8(c), SLICE_EMPTY };
	uint32_t length = cursor_u8(c);
	if (length == 0x81)
		length = cursor_u8(c);
	else if (length == 0x82)
		length = cursor_be16(c);
	else if (length == 0x83)
		length = cursor_be24(c);
	else if (length > 0x7f)
		c->bad = true;
	if (!c->bad && (d.tag & 0x1f) != 0x1f)
		d.value = cursor_bytes(c, length);
	else
		c->bad = true;
	if (c->bad)
		return (struct der){ 0, SLICE_EMPTY };
	return d;
}

static struct cursor
der_enter(struct cursor *c, uint8_t tag)
{
	struct der d = der_next(c);
	return cursor_of(d.tag == tag ? d.value : SLICE_EMPTY);
}

/* RFC 3629; what is no character stays three bytes that are no UTF-8, and is shown so. */
static size_t
utf8_put(uint32_t rune, uint8_t out[4])
{
	if (rune < 0x80) {
		out[0] = (uint8_t)rune;
		return 1;
	}
	size_t n = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, rune >>= 6)
		out[i] = (uint8_t)(0x80 | (rune & 0x3f));
	out[0] = (uint8_t)((0xf00u >> n & 0xf0u) | (rune & 0x0f));
	if (n == 2)
		out[0] = (uint8_t)(0xc0 | (rune & 0x1f));
	return n;
}

/* RFC 5280 4.1.2.4, DirectoryString: UTF8String and the ASCII ones as they are, the others from
 * characters of a fixed size. */
static void
text_from(struct der d, struct tls_text *out)
{
	size_t size = d.tag == DER_BMP ? 2 : d.tag == DER_UNIVERSAL ? 4 : 1;
	struct cursor c = cursor_of(d.value);
	out->len = 0;
	while (c.rest.len >= size && out->len < TLS_NAME_MAX) {
		uint8_t one[4];
		uint32_t rune = size == 4   ? cursor_be32(&c)
				: size == 2 ? cursor_be16(&c)
					    : cursor_u8(&c);
		size_t n = 1;
		one[0] = (uint8_t)rune;
		if (size > 1 || d.tag == DER_TELETEX) /* in practice ISO 8859-1 */
			n = utf8_put(rune, one);
		if (out->len + n > TLS_NAME_MAX)
			break;
		memcpy(out->bytes + out->len, one, n);
		out->len += n;
	}
}

/* The last commonName of a Name: RFC 5280 4.1.2.4, most specific last. */
static void
common_name(struct cursor name, struct tls_text *out)
{
	static const uint8_t oid_cn[] = { 0x55, 0x04, 0x03 };
	while (name.rest.len > 0 && !name.bad) {
		struct cursor set = der_enter(&name, DER_SET);
		while (set.rest.len > 0 && !set.bad) {
			struct cursor pair = der_enter(&set, DER_SEQUENCE);
			struct der type = der_next(&pair);
			struct der value = der_next(&pair);
			if (type.tag == DER_OID && !pair.bad &&
				slice_eq(type.value, slice_of(oid_cn, sizeof(oid_cn))))
				text_from(value, out);
		}
	}
}

/* RFC 5280 4.1.2.9: the GeneralNames of subjectAltName, or none. */
static struct slice
alternative_names(struct cursor tbs)
{
	static const uint8_t oid_san[] = { 0x55, 0x1d, 0x11 };
	struct cursor wrapped = cursor_of(SLICE_EMPTY);
	while (tbs.rest.len > 0 && !tbs.bad && wrapped.rest.len == 0)
		wrapped = der_enter(&tbs, DER_EXTENSIONS);
	struct cursor list = der_enter(&wrapped, DER_SEQUENCE);
	while (list.rest.len > 0 && !list.bad) {
		struct cursor one = der_enter(&list, DER_SEQUENCE);
		struct der type = der_next(&one);
		if (type.tag != DER_OID ||
			!slice_eq(type.value, slice_of(oid_san, sizeof(oid_san))))
			continue;
		struct der value = der_next(&one);
		if (value.tag != DER_OCTETS && !one.bad) /* critical */
			value = der_next(&one);
		struct cursor names =
			cursor_of(value.tag == DER_OCTETS ? value.value : SLICE_EMPTY);
		return der_enter(&names, DER_SEQUENCE).rest;
	}
	return SLICE_EMPTY;
}

bool
tls_names_next(struct slice *names, struct tls_name *out)
{
	struct cursor c = cursor_of(*names);
	while (c.rest.len > 0 && !c.bad) {
		struct der d = der_next(&c);
		*names = c.rest;
		out->text = d.value;
		if (d.tag == DER_DNS_NAME)
			return true;
		if (d.tag != DER_IP_ADDRESS || (d.value.len != 4 && d.value.len != 16))
			continue;
		addr_format(d.value.len == 4 ? addr_v4(d.value.ptr) : addr_v6(d.value.ptr),
			out->address);
		out->text = slice_str(out->address);
		return true;
	}
	*names = SLICE_EMPTY;
	return false;
}

/* A subject that can be read counts even if what follows it cannot. */
int
tls_certificate(struct slice body, struct tls_event *out)
{
	struct cursor c = cursor_of(body);
	out->kind = TLS_CERTIFICATE;
	cursor_be24(&c); /* length of the list; the first is the server's own */
	struct cursor der = cursor_of(cursor_bytes(&c, cursor_be24(&c)));
	if (c.bad)
		return -1;
	struct cursor certificate = der_enter(&der, DER_SEQUENCE);
	struct cursor tbs = der_enter(&certificate, DER_SEQUENCE);
	if (tbs.rest.len > 0 && tbs.rest.ptr[0] == DER_VERSION)
		der_next(&tbs);
	der_next(&tbs); /* serialNumber */
	der_next(&tbs); /* signature */
	der_next(&tbs); /* issuer */
	der_next(&tbs); /* validity */
	struct der subject = der_next(&tbs);
	if (tbs.bad || subject.tag != DER_SEQUENCE)
		return -1;
	common_name(cursor_of(subject.value), &out->name);
	out->names = alternative_names(tbs);
	return 0;
}
