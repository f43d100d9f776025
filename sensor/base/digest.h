/* Digests and base64, by GnuTLS (FIPS 180-4, RFC 2104, RFC 4648). Implemented in digest_gnutls.c. */
#ifndef HELOSCOPE_BASE_DIGEST_H
#define HELOSCOPE_BASE_DIGEST_H

#include "sensor/base/slice.h"

#define DIGEST_SHA1 20
#define DIGEST_SHA256 32

void digest_sha1(struct slice s, uint8_t out[DIGEST_SHA1]);
void digest_sha256(struct slice s, uint8_t out[DIGEST_SHA256]);
/* A digest as hex of 65 bytes: as it is, or (keyed) its HMAC, so that nobody can look up what was digested. */
void digest_hex_keyed(const uint8_t digest[DIGEST_SHA256], bool keyed, struct slice key, char out[2 * DIGEST_SHA256 + 1]);
void digest_hmac_sha256(struct slice key, struct slice s, uint8_t out[DIGEST_SHA256]);
/* Streaming SHA-256.  One object, reused: digest_stream_new, then update*, then finish (which resets it). */
struct digest_stream;
struct digest_stream *digest_stream_new(void);
void digest_stream_update(struct digest_stream *d, struct slice s);
void digest_stream_finish(struct digest_stream *d, uint8_t out[DIGEST_SHA256]);
void digest_stream_free(struct digest_stream *d);
/* Lower-case hex; out has 2*len+1 bytes; returns out. */
const char *digest_hex(const uint8_t *bytes, size_t len, char *out);
/* Standard base64 with padding; out has at least 4*((len+2)/3)+1 bytes; returns out. */
const char *digest_base64(const uint8_t *bytes, size_t len, char *out);
/* The other way: the number of bytes, or -1 when the text is none or out has no room.  What it works on is wiped. */
int digest_base64_decode(struct slice text, uint8_t *out, size_t size);
/* n bytes from getrandom(2); ends the process if the kernel has none. */
void digest_random(void *out, size_t n);

#endif
