#include "sensor/tls/tls.h"

/* What protects a record, and so how much longer it makes it. */
enum protection {
	STREAM_MD5,
	STREAM_SHA1,
	DES_SHA1,
	CBC_SHA1,
	CBC_SHA256,
	CBC_SHA384,
	GCM,	/* and CCM: an explicit nonce of 8 bytes, a tag of 16 */
	CCM_8,	/* a tag of 8 */
	CHACHA, /* no explicit nonce */
};

/* IANA TLS Cipher Suites, those that mail programs still choose, or chose: RSA, DHE, ECDHE and
 * anonymous ones, pre-shared keys left out.  In the order of their numbers. */
static const struct {
	uint16_t first, last;
	uint8_t protection;
} suites[] = {
	{ 0x0004, 0x0004, STREAM_MD5 },
	{ 0x0005, 0x0005, STREAM_SHA1 },
	{ 0x000a, 0x000a, DES_SHA1 },
	{ 0x0013, 0x0013, DES_SHA1 },
	{ 0x0016, 0x0016, DES_SHA1 },
	{ 0x0018, 0x0018, STREAM_MD5 },
	{ 0x001b, 0x001b, DES_SHA1 },
	{ 0x002f, 0x003a, CBC_SHA1 },
	{ 0x003c, 0x0040, CBC_SHA256 },
	{ 0x0041, 0x0046, CBC_SHA1 },
	{ 0x0067, 0x006d, CBC_SHA256 },
	{ 0x0084, 0x0089, CBC_SHA1 },
	{ 0x0096, 0x009b, CBC_SHA1 },
	{ 0x009c, 0x00a7, GCM },
	{ 0x00ba, 0x00c5, CBC_SHA256 },
	{ 0xc007, 0xc007, STREAM_SHA1 },
	{ 0xc008, 0xc008, DES_SHA1 },
	{ 0xc009, 0xc00a, CBC_SHA1 },
	{ 0xc011, 0xc011, STREAM_SHA1 },
	{ 0xc012, 0xc012, DES_SHA1 },
	{ 0xc013, 0xc014, CBC_SHA1 },
	{ 0xc016, 0xc016, STREAM_SHA1 },
	{ 0xc017, 0xc017, DES_SHA1 },
	{ 0xc018, 0xc019, CBC_SHA1 },
	{ 0xc023, 0xc023, CBC_SHA256 },
	{ 0xc024, 0xc024, CBC_SHA384 },
	{ 0xc027, 0xc027, CBC_SHA256 },
	{ 0xc028, 0xc028, CBC_SHA384 },
	{ 0xc02b, 0xc032, GCM },
	{ 0xc050, 0xc05d, GCM },
	{ 0xc060, 0xc061, GCM },
	{ 0xc072, 0xc072, CBC_SHA256 },
	{ 0xc073, 0xc073, CBC_SHA384 },
	{ 0xc076, 0xc076, CBC_SHA256 },
	{ 0xc077, 0xc077, CBC_SHA384 },
	{ 0xc07a, 0xc08d, GCM },
	{ 0xc09c, 0xc09f, GCM },
	{ 0xc0a0, 0xc0a3, CCM_8 },
	{ 0xc0ac, 0xc0ad, GCM },
	{ 0xc0ae, 0xc0af, CCM_8 },
	{ 0xcca8, 0xccaa, CHACHA },
};

/* Bytes of the MAC or tag, of the explicit nonce or initialisation vector, of a block. */
static const struct {
	uint8_t mac, nonce, block;
} protections[] = {
	[STREAM_MD5] = { 16, 0, 0 },
	[STREAM_SHA1] = { 20, 0, 0 },
	[DES_SHA1] = { 20, 8, 8 },
	[CBC_SHA1] = { 20, 16, 16 },
	[CBC_SHA256] = { 32, 16, 16 },
	[CBC_SHA384] = { 48, 16, 16 },
	[GCM] = { 16, 8, 0 },
	[CCM_8] = { 8, 8, 0 },
	[CHACHA] = { 16, 0, 0 },
};

#define FINISHED_HEADER 4
#define CONTENT_TYPE 1 /* of TLSInnerPlaintext */

/* RFC 8446 B.4: the tag is all there is, but for the type that is inside. */
static bool
overhead_13(uint16_t cipher, struct tls_overhead *out)
{
	if (cipher < 0x1301 || cipher > 0x1305)
		return false;
	out->fixed = (cipher == 0x1305 ? 8 : 16) + CONTENT_TYPE;
	out->finished = FINISHED_HEADER + (cipher == 0x1302 ? 48 : 32);
	return true;
}

/* With encrypt-then-MAC (RFC 7366) the parts come in another order, and are as long. */
bool
tls_overhead(uint16_t version, uint16_t cipher, struct tls_overhead *out)
{
	*out = (struct tls_overhead){ 0 };
	if (version >= 0x0304)
		return overhead_13(cipher, out);
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		if (cipher < suites[i].first || cipher > suites[i].last)
			continue;
		uint8_t of = suites[i].protection;
		bool implicit = protections[of].block > 0 && version <= 0x0301; /* RFC 2246: the IV
										   is not sent */
		out->fixed =
			(uint8_t)(protections[of].mac + (implicit ? 0 : protections[of].nonce));
		out->padding = protections[of].block;
		return true;
	}
	return false;
}
