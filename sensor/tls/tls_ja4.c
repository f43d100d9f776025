#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/digest.h"
#include "sensor/tls/tls.h"

#define HASH_DIGITS 12
/* "0000," each */
#define LIST_MAX ((size_t)5 * LIMIT_TLS_OFFERED * 2 + 2)

static const char *
ja4_version(uint16_t version)
{
	switch (version) {
	case 0x0304:
		return "13";
	case 0x0303:
		return "12";
	case 0x0302:
		return "11";
	case 0x0301:
		return "10";
	case 0x0300:
		return "s3";
	case 0x0002:
		return "s2";
	}
	return "00";
}

/* First and last character of the first ALPN value; if one of them is not alphanumeric, first and
 * last digit of its hex form. */
static void
ja4_alpn(struct slice alpn, char out[3])
{
	static const char digits[] = "0123456789abcdef";
	memcpy(out, "00", 3);
	if (alpn.len == 0)
		return;
	uint8_t first = alpn.ptr[0], last = alpn.ptr[alpn.len - 1];
	bool plain =
		chars_is(first, CHAR_ALPHA | CHAR_DIGIT) && chars_is(last, CHAR_ALPHA | CHAR_DIGIT);
	out[0] = plain ? (char)first : digits[first >> 4];
	out[1] = plain ? (char)last : digits[last & 15];
}

static int
compare(const void *a, const void *b)
{
	uint16_t x, y;
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static size_t
without_grease(const uint16_t *in, size_t count, uint16_t *out)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		if (!tls_is_grease(in[i]))
			out[n++] = in[i];
	return n;
}

static void
add_list(struct buf *b, const uint16_t *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_printf(b, "%s%04x", i > 0 ? "," : "", values[i]);
}

static void
hash_list(struct buf *b, char out[HASH_DIGITS + 1])
{
	uint8_t digest[DIGEST_SHA256];
	memcpy(out, "000000000000", HASH_DIGITS + 1);
	if (b->len == 0)
		return;
	digest_sha256(buf_slice(b), digest);
	digest_hex(digest, HASH_DIGITS / 2, out);
}

static unsigned
two_digits(size_t n)
{
	return n < 99 ? (unsigned)n : 99;
}

void
tls_ja4(const struct tls_offer *offer, char out[TLS_JA4_MAX])
{
	uint16_t list[LIMIT_TLS_OFFERED];
	char alpn[3], ciphers[HASH_DIGITS + 1], extensions[HASH_DIGITS + 1];
	struct buf b;
	buf_init(&b, LIST_MAX);
	size_t cipher_count = without_grease(offer->ciphers, offer->ciphers_count, list);
	qsort(list, cipher_count, sizeof(list[0]), compare);
	add_list(&b, list, cipher_count);
	hash_list(&b, ciphers);

	buf_clear(&b);
	size_t extension_count = without_grease(offer->extensions, offer->extensions_count, list);
	size_t n = 0;
	for (size_t i = 0; i < extension_count; i++)
		if (list[i] != 0x0000 &&
			list[i] != 0x0010) /* server_name and ALPN differ by destination */
			list[n++] = list[i];
	qsort(list, n, sizeof(list[0]), compare);
	add_list(&b, list, n);
	size_t signature_count = without_grease(offer->signatures, offer->signatures_count, list);
	if (signature_count > 0)
		buf_byte(&b, '_');
	add_list(&b, list, signature_count);
	hash_list(&b, extensions);
	buf_release(&b);

	ja4_alpn(offer->alpn, alpn);
	snprintf(out, TLS_JA4_MAX, "t%s%c%02u%02u%s_%s_%s", ja4_version(offer->version),
		offer->sni ? 'd' : 'i', two_digits(cipher_count), two_digits(extension_count), alpn,
		ciphers, extensions);
}
