/* What TLS shows to who has no key: ClientHello (server name, ALPN, versions, JA4), ServerHello
 * (version, cipher suite, ALPN), server certificate (names) where it is in clear, alerts in clear,
 * and how many records of application data of which length follow.
 *
 * Source: RFC 8446 4, 5.1, 6; RFC 5246 6.2.1, 7, E.2 (ClientHello in the format of SSL 2.0); RFC
 * 6066 3 (server_name); RFC 7301 (ALPN); RFC 8701 (GREASE); RFC 5280 4.1, 4.2.1.6 (certificate);
 * JA4: FoxIO-LLC/ja4, technical_details/JA4.md (TLS client fingerprint, BSD 3-Clause).
 * Input:  one side's bytes from its first record on, in any chunking, and gaps; hostile.
 * Output: one event per message or record of interest.
 * Memory: at most LIMIT_TLS_HANDSHAKE bytes until the last message of interest, then none. */
#ifndef HELOSCOPE_TLS_TLS_H
#define HELOSCOPE_TLS_TLS_H

#include "sensor/base/addr.h"
#include "sensor/base/buf.h"
#include "sensor/limits.h"

enum tls_kind {
	TLS_CLIENT_HELLO,
	TLS_SERVER_HELLO, /* and HelloRetryRequest, which is one (RFC 8446 4.1.4) */
	TLS_CERTIFICATE,
	TLS_ALERT,  /* in clear, not a mere warning */
	TLS_RECORD, /* of application data; told when its header is complete */
};

#define TLS_NAME_MAX 256 /* RFC 1035 2.3.4, and the upper bound of a CN (64) with room */
#define TLS_JA4_MAX 40	 /* "t13d1516h2_8daaf6152771_e5627efa2ab1" has 36 */

/* Raw bytes, to be cleaned; longer ones are cut. */
struct tls_text {
	uint8_t bytes[TLS_NAME_MAX];
	size_t len;
};

struct tls_event {
	enum tls_kind kind;
	uint16_t version;     /* 0x0304, …; of a ClientHello the highest offered */
	struct tls_text name; /* SNI of a ClientHello, last subject CN of a certificate in UTF-8 */
	struct tls_text alpn; /* first protocol of a ClientHello, chosen one of a ServerHello */
	char ja4[TLS_JA4_MAX]; /* of a ClientHello */
	uint16_t cipher;       /* of a ServerHello: the chosen suite */
	bool compressed;       /* of a ServerHello: lengths mean nothing */
	struct slice names;    /* of a certificate: for tls_names_next(); lives until the next
				  tls_next() */
	uint8_t alert;	       /* AlertDescription */
	uint16_t length;       /* of a record's body, bytes as sent */
};

struct tls_reader {
	struct buf message; /* handshake bytes not yet understood */
	size_t message_done; /* bytes of it that the last event may point into */
	uint8_t header[5];  /* of the record that begins */
	uint8_t header_len;
	uint8_t alert[2];
	uint8_t alert_len;
	uint16_t record_left; /* bytes of the record's body still to come */
	bool started;	      /* a first record was seen */
	bool sslv2;	      /* that record is a ClientHello in the format of SSL 2.0 */
	bool blind;	      /* no handshake message of interest can follow */
	bool retry;	      /* HelloRetryRequest: a ServerHello in clear follows */
	bool encrypted;	      /* alerts say nothing any more */
	bool lost;	      /* where records begin is not known any more: all is passed over */
};

void tls_init(struct tls_reader *r);
void tls_release(struct tls_reader *r);
/* 1 = *out; 0 = all eaten; -1 = not TLS (only before the first record; *in is left as it is from
 * the record's start where it was not split over calls). */
int tls_next(struct tls_reader *r, struct slice *in, struct tls_event *out);
/* `bytes` were not seen.  Inside of one record they only hide its content; more, and the reader is
 * lost. */
void tls_gap(struct tls_reader *r, int64_t bytes);

/* "TLS 1.3", …; "" = no version that is known. */
const char *tls_version_name(uint16_t version);
/* "handshake_failure", …; NULL = no alert that is known. */
const char *tls_alert_name(uint8_t alert);

/* A name of a certificate: a dNSName as it is, an iPAddress as text. */
struct tls_name {
	struct slice text;
	char address[ADDR_TEXT_MAX];
};
/* Takes the next of them from the front; other kinds of names are passed over.  False = no more. */
bool tls_names_next(struct slice *names, struct tls_name *out);

/* One handshake message each (without its 4-byte header): 0, or -1 when it is malformed.  *out is
 * zeroed before.  For tls_next() and tests. */
int tls_client_hello(struct slice body, struct tls_event *out);
int tls_client_hello_v2(struct slice body, struct tls_event *out); /* from the version on */
int tls_server_hello(struct slice body, struct tls_event *out);
bool tls_is_retry(struct slice server_hello);
int tls_certificate(struct slice body, struct tls_event *out);

/* How much longer than its content a record is: RFC 5246 6.2.3, RFC 8446 5.2, RFC 7905, RFC 6655. */
struct tls_overhead {
	uint8_t fixed;	  /* bytes that are always there */
	uint8_t padding;  /* and 1 to that many more; 0 = none */
	uint8_t finished; /* TLS 1.3: bytes of the content of a Finished message; else 0 */
};
/* False when nothing is known of the suite. */
bool tls_overhead(uint16_t version, uint16_t cipher, struct tls_overhead *out);

/* JA4 from the parts of a ClientHello; arrays may hold GREASE, which is passed over. */
struct tls_offer {
	uint16_t version; /* highest offered, or the legacy one */
	bool sni;
	uint16_t ciphers[LIMIT_TLS_OFFERED], extensions[LIMIT_TLS_OFFERED],
		signatures[LIMIT_TLS_OFFERED];
	size_t ciphers_count, extensions_count, signatures_count;
	struct slice alpn;
};
void tls_ja4(const struct tls_offer *offer, char out[TLS_JA4_MAX]);
bool tls_is_grease(uint16_t value);

#endif
