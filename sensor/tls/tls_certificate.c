#include <string.h>

#include "sensor/base/cursor.h"
#include "sensor/tls/tls.h"

/* X.690 8.1: the few forms that occur in a certificate. */
enum { DER_OID = 0x06, DER_SEQUENCE = 0x30, DER_SET = 0x31, DER_VERSION = 0xa0 };

struct der {
	uint8_t tag;
	struct slice value;
};

/* X.690 8.1.3, definite lengths of at most 3 bytes; an empty value with tag 0 after a fault. */
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
	if (!c->bad)
		d.value = cursor_bytes(c, length);
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

/* The last commonName of a Name: RFC 5280 4.1.2.4, most specific last. */
static void
common_name(struct cursor name, char out[TLS_NAME_MAX])
{
	static const uint8_t oid_cn[] = { 0x55, 0x04, 0x03 };
	while (name.rest.len > 0 && !name.bad) {
		struct cursor set = der_enter(&name, DER_SET);
		struct cursor pair = der_enter(&set, DER_SEQUENCE);
		struct der type = der_next(&pair);
		struct der value = der_next(&pair);
		if (type.tag != DER_OID || !slice_eq(type.value, slice_of(oid_cn, sizeof(oid_cn))))
			continue;
		size_t n = value.value.len < TLS_NAME_MAX - 1 ? value.value.len : TLS_NAME_MAX - 1;
		if (n > 0)
			memcpy(out, value.value.ptr, n);
		out[n] = '\0';
	}
}

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
	common_name(der_enter(&tbs, DER_SEQUENCE), out->name);
	return tbs.bad ? -1 : 0;
}
