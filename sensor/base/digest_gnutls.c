#include "sensor/base/digest.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "sensor/base/arena.h"

/* GnuTLS fails here only without memory or with the algorithm switched off: our fault, not the
 * input's. */
static void
must(int result)
{
	assert(result >= 0);
	(void)result;
}

void
digest_sha1(struct slice s, uint8_t out[DIGEST_SHA1])
{
	must(gnutls_hash_fast(GNUTLS_DIG_SHA1, s.ptr, s.len, out));
}

void
digest_sha256(struct slice s, uint8_t out[DIGEST_SHA256])
{
	must(gnutls_hash_fast(GNUTLS_DIG_SHA256, s.ptr, s.len, out));
}

void
digest_hmac_sha256(struct slice key, struct slice s, uint8_t out[DIGEST_SHA256])
{
	must(gnutls_hmac_fast(GNUTLS_MAC_SHA256, key.ptr, key.len, s.ptr, s.len, out));
}

void
digest_hex_keyed(const uint8_t digest[DIGEST_SHA256], bool keyed, struct slice key,
	char out[2 * DIGEST_SHA256 + 1])
{
	uint8_t hmac[DIGEST_SHA256];

	if (keyed)
		digest_hmac_sha256(key, slice_of(digest, DIGEST_SHA256), hmac);
	digest_hex(keyed ? hmac : digest, DIGEST_SHA256, out);
}

struct digest_stream {
	gnutls_hash_hd_t hash;
};

struct digest_stream *
digest_stream_new(void)
{
	struct digest_stream *d = must_alloc(sizeof(*d));

	must(gnutls_hash_init(&d->hash, GNUTLS_DIG_SHA256));
	return d;
}

void
digest_stream_update(struct digest_stream *d, struct slice s)
{
	if (s.len)
		must(gnutls_hash(d->hash, s.ptr, s.len));
}

void
digest_stream_finish(struct digest_stream *d, uint8_t out[DIGEST_SHA256])
{
	gnutls_hash_output(d->hash, out); /* resets it, too */
}

void
digest_stream_free(struct digest_stream *d)
{
	if (!d)
		return;
	gnutls_hash_deinit(d->hash, NULL);
	free(d);
}

const char *
digest_hex(const uint8_t *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 0xF];
	}
	out[2 * len] = '\0';
	return out;
}

const char *
digest_base64(const uint8_t *bytes, size_t len, char *out)
{
	gnutls_datum_t text;

	out[0] = '\0';
	if (len == 0)
		return out;
	assert(len <= UINT32_MAX);
	/* GnuTLS reads only: its struct has no const. */
	union {
		const uint8_t *in;
		uint8_t *data;
	} alias = { .in = bytes };
	const gnutls_datum_t data = { alias.data, (unsigned)len };
	must(gnutls_base64_encode2(&data, &text));
	memcpy(out, text.data, text.size);
	out[text.size] = '\0';
	gnutls_free(text.data);
	return out;
}

int
digest_base64_decode(struct slice text, uint8_t *out, size_t size)
{
	union {
		const uint8_t *in;
		uint8_t *data;
	} alias = { .in = text.ptr };
	gnutls_datum_t plain;

	if (text.len == 0 || text.len > INT32_MAX)
		return -1;
	const gnutls_datum_t data = { alias.data, (unsigned)text.len };
	if (gnutls_base64_decode2(&data, &plain) < 0)
		return -1;
	int n = plain.size <= size ? (int)plain.size : -1;
	if (n > 0)
		memcpy(out, plain.data, plain.size);
	explicit_bzero(plain.data, plain.size);
	gnutls_free(plain.data);
	return n;
}

void
digest_random(void *out, size_t n)
{
	uint8_t *p = out;

	/* Up to 256 bytes come at once (random(4)); the loop is for more. Before the pool is ready
	 * it blocks. */
	while (n) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0) {
			if (errno == EINTR)
				continue;
			fprintf(stderr, "heloscope: no random numbers from the kernel: %s\n",
				strerror(errno));
			exit(3);
		}
		p += got;
		n -= (size_t)got;
	}
}
