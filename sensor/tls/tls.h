/* What a TLS handshake shows in clear: ClientHello (server name, ALPN, versions, JA4), ServerHello
 * (version), server certificate (subject CN).
 *
 * Source: RFC 8446 4, 5.1; RFC 5246 7.4, 6.2.1; RFC 6066 3 (server_name); RFC 7301 (ALPN); RFC 8701
 * (GREASE); RFC 5280 4.1 (certificate); JA4: FoxIO-LLC/ja4, technical_details/JA4.md (TLS client
 * fingerprint, BSD 3-Clause). Input:  one side's bytes from its first record on, in any chunking,
 * hostile. Output: one event per message of interest. Memory: at most LIMIT_TLS_HANDSHAKE bytes
 * until the last message of interest, then none. */
#ifndef HELOSCOPE_TLS_TLS_H
#define HELOSCOPE_TLS_TLS_H

#include "sensor/base/buf.h"

enum tls_kind { TLS_CLIENT_HELLO, TLS_SERVER_HELLO, TLS_CERTIFICATE };

#define TLS_NAME_MAX 256 /* RFC 1035 2.3.4, and the upper bound of a CN (64) with room */
#define TLS_JA4_MAX 40	 /* "t13d1516h2_8daaf6152771_e5627efa2ab1" has 36 */

struct tls_event {
	enum tls_kind kind;
	const char *version; /* constant: "TLS 1.3", …; of a ClientHello the highest offered; "" =
				unknown */
	char name[TLS_NAME_MAX]; /* SNI of a ClientHello, subject CN of a certificate; raw bytes
				    without NUL, to be cleaned; "" = none */
	char alpn[TLS_NAME_MAX]; /* first protocol offered, or "" */
	char ja4[TLS_JA4_MAX];	 /* of a ClientHello */
};

struct tls_reader {
	struct buf message; /* handshake bytes not yet understood */
	uint8_t header[5];  /* of the record that begins */
	uint8_t header_len;
	uint16_t record_left; /* bytes of the record's body still to come */
	bool started;	      /* a handshake record was seen */
	bool over;	      /* nothing of interest can follow: everything is eaten unread */
};

void tls_init(struct tls_reader *r);
void tls_release(struct tls_reader *r);
/* 1 = *out; 0 = all eaten; -1 = not TLS (only before the first record; *in is left as it is from
 * the record's start where it was not split over calls). */
int tls_next(struct tls_reader *r, struct slice *in, struct tls_event *out);
/* True if these first bytes of a side can only be a TLS handshake record; needs 3 bytes, false with
 * fewer. */
bool tls_looks_like(struct slice front);

/* One handshake message each (without its 4-byte header): 0, or -1 when it is malformed. For
 * tls_next() and tests. */
int tls_client_hello(struct slice body, struct tls_event *out);
int tls_server_hello(struct slice body, struct tls_event *out);
int tls_certificate(struct slice body, struct tls_event *out);

/* JA4 from the parts of a ClientHello; arrays may hold GREASE, which is passed over. */
struct tls_offer {
	uint16_t version; /* highest offered, or the legacy one */
	bool sni;
	uint16_t ciphers[256], extensions[256], signatures[256];
	size_t ciphers_count, extensions_count, signatures_count;
	struct slice alpn;
};
void tls_ja4(const struct tls_offer *offer, char out[TLS_JA4_MAX]);
bool tls_is_grease(uint16_t value);

#endif
