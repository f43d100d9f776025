#include "sensor/base/addr.h"

#include <arpa/inet.h>
#include <string.h>

#include "sensor/base/chars.h"

struct addr
addr_v4(const uint8_t bytes[4])
{
	struct addr a = { .family = ADDR_V4 };

	memcpy(a.bytes, bytes, 4);
	return a;
}

struct addr
addr_v4_number(uint32_t host_order)
{
	const uint8_t bytes[4] = { (uint8_t)(host_order >> 24), (uint8_t)(host_order >> 16),
		(uint8_t)(host_order >> 8), (uint8_t)host_order };

	return addr_v4(bytes);
}

struct addr
addr_v6(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = { [10] = 0xFF, [11] = 0xFF }; /* RFC 4291 2.5.5.2 */
	struct addr a = { .family = ADDR_V6 };

	if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		return addr_v4(bytes + sizeof(mapped));
	memcpy(a.bytes, bytes, 16);
	return a;
}

bool
addr_eq(struct addr a, struct addr b)
{
	return addr_cmp(a, b) == 0;
}

int
addr_cmp(struct addr a, struct addr b)
{
	if (a.family != b.family)
		return a.family < b.family ? -1 : 1;
	return memcmp(a.bytes, b.bytes, sizeof(a.bytes));
}

static char *
put_decimal(char *p, unsigned v)
{
	if (v >= 100)
		*p++ = (char)('0' + v / 100);
	if (v >= 10)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

static char *
put_hex(char *p, unsigned v)
{
	bool started = false;

	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned digit = v >> shift & 0xF;
		started = started || digit || shift == 0;
		if (started)
			*p++ = "0123456789abcdef"[digit];
	}
	return p;
}

/* RFC 5952 4.2: the longest run of two or more zero fields, the first of equal ones. */
static void
longest_zeros(const unsigned group[8], int *start, int *len)
{
	*start = -1;
	*len = 1;
	for (int i = 0; i < 8; i++) {
		int n = 0;
		while (i + n < 8 && group[i + n] == 0)
			n++;
		if (n > *len) {
			*start = i;
			*len = n;
		}
		i += n;
	}
}

static char *
format_v6(const uint8_t bytes[16], char *p)
{
	unsigned group[8];
	int zeros, zeros_len;

	for (int i = 0; i < 8; i++)
		group[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
	longest_zeros(group, &zeros, &zeros_len);
	for (int i = 0; i < 8; i++) {
		if (i == zeros) {
			*p++ = ':';
			*p++ = ':';
			i += zeros_len - 1;
			continue;
		}
		if (i > 0 && i != zeros + zeros_len)
			*p++ = ':';
		p = put_hex(p, group[i]);
	}
	return p;
}

const char *
addr_format(struct addr a, char out[ADDR_TEXT_MAX])
{
	char *p = out;

	if (a.family == ADDR_V4) {
		for (int i = 0; i < 4; i++) {
			if (i > 0)
				*p++ = '.';
			p = put_decimal(p, a.bytes[i]);
		}
	} else if (a.family == ADDR_V6) {
		p = format_v6(a.bytes, p);
	}
	*p = '\0';
	return out;
}

int
addr_parse(struct slice text, struct addr *out)
{
	char z[ADDR_TEXT_MAX];
	uint8_t bytes[16];

	*out = (struct addr){ .family = ADDR_NONE };
	if (text.len == 0 || text.len >= sizeof(z) || slice_index(text, 0) < text.len)
		return -1;
	memcpy(z, text.ptr, text.len);
	z[text.len] = '\0';
	if (inet_pton(AF_INET, z, bytes) == 1)
		*out = addr_v4(bytes);
	else if (inet_pton(AF_INET6, z, bytes) == 1)
		*out = addr_v6(bytes);
	else
		return -1;
	return 0;
}

static unsigned
family_bits(uint8_t family)
{
	return family == ADDR_V4 ? 32 : family == ADDR_V6 ? 128 : 0;
}

static struct network
cut_host_bits(struct addr a, unsigned bits)
{
	unsigned all = family_bits(a.family);

	if (bits > all)
		bits = all;
	for (unsigned i = 0; i < sizeof(a.bytes); i++) {
		unsigned kept = bits > 8 * i ? bits - 8 * i : 0;
		if (kept < 8)
			a.bytes[i] &= (uint8_t)(0xFF00u >> kept);
	}
	return (struct network){ a, (uint8_t)bits };
}

int
network_parse(struct slice text, struct network *out)
{
	struct slice rest = text;
	struct slice front = slice_split(&rest, '/');
	bool has_bits = front.len < text.len;
	struct addr a;

	*out = (struct network){ .bits = 0 };
	if (addr_parse(front, &a) < 0)
		return -1;
	int64_t all = family_bits(a.family), bits = all;
	if (has_bits && (rest.len > 3 || slice_number(rest, &bits) < 0))
		return -1;
	/* "::ffff:192.0.2.0/120" was written as IPv6 and became IPv4. */
	if (has_bits && a.family == ADDR_V4 && slice_index(front, ':') < front.len)
		bits -= 96;
	if (bits < 0 || bits > all)
		return -1;
	*out = cut_host_bits(a, (unsigned)bits);
	return 0;
}

bool
network_has(struct network n, struct addr a)
{
	return n.addr.family != ADDR_NONE && n.addr.family == a.family &&
	       addr_eq(cut_host_bits(a, n.bits).addr, n.addr);
}

struct network
network_of(struct addr a, uint8_t bits_v4, uint8_t bits_v6)
{
	return cut_host_bits(a, a.family == ADDR_V4 ? bits_v4 : bits_v6);
}

/* IANA special-purpose registries (RFC 6890 and its updates), multicast (RFC 5771, RFC 4291 2.7).
 */
static const struct network special[] = {
	{ { ADDR_V4, { 0 } }, 8 },	       /* this network, RFC 791 */
	{ { ADDR_V4, { 10 } }, 8 },	       /* private, RFC 1918 */
	{ { ADDR_V4, { 100, 64 } }, 10 },      /* shared, RFC 6598 */
	{ { ADDR_V4, { 127 } }, 8 },	       /* loopback, RFC 1122 */
	{ { ADDR_V4, { 169, 254 } }, 16 },     /* link-local, RFC 3927 */
	{ { ADDR_V4, { 172, 16 } }, 12 },      /* private, RFC 1918 */
	{ { ADDR_V4, { 192, 0, 0 } }, 24 },    /* IETF protocols, RFC 6890 */
	{ { ADDR_V4, { 192, 0, 2 } }, 24 },    /* documentation, RFC 5737 */
	{ { ADDR_V4, { 192, 88, 99 } }, 24 },  /* 6to4 relay, RFC 7526 */
	{ { ADDR_V4, { 192, 168 } }, 16 },     /* private, RFC 1918 */
	{ { ADDR_V4, { 198, 18 } }, 15 },      /* benchmarks, RFC 2544 */
	{ { ADDR_V4, { 198, 51, 100 } }, 24 }, /* documentation, RFC 5737 */
	{ { ADDR_V4, { 203, 0, 113 } }, 24 },  /* documentation, RFC 5737 */
	{ { ADDR_V4, { 224 } }, 4 },	       /* multicast, RFC 5771 */
	{ { ADDR_V4, { 240 } }, 4 },	       /* reserved, and broadcast, RFC 1112 */
	{ { ADDR_V6, { 0 } }, 128 },	       /* unspecified, RFC 4291 */
	{ { ADDR_V6, { [15] = 1 } }, 128 },    /* loopback, RFC 4291 */
	{ { ADDR_V6, { 0x00, 0x64, 0xFF, 0x9B, 0, 1 } }, 48 }, /* local translation, RFC 8215 */
	{ { ADDR_V6, { 0x01 } }, 64 },			       /* discard, RFC 6666 */
	{ { ADDR_V6, { 0x20, 0x01, 0, 2 } }, 48 },	       /* benchmarks, RFC 5180 */
	{ { ADDR_V6, { 0x20, 0x01, 0, 0x10 } }, 28 },	       /* ORCHID, RFC 4843 */
	{ { ADDR_V6, { 0x20, 0x01, 0x0D, 0xB8 } }, 32 },       /* documentation, RFC 3849 */
	{ { ADDR_V6, { 0x3F, 0xFF } }, 20 },		       /* documentation, RFC 9637 */
	{ { ADDR_V6, { 0x5F } }, 16 },			       /* segment routing, RFC 9602 */
	{ { ADDR_V6, { 0xFC } }, 7 },			       /* unique local, RFC 4193 */
	{ { ADDR_V6, { 0xFE, 0x80 } }, 10 },		       /* link-local, RFC 4291 */
	{ { ADDR_V6, { 0xFE, 0xC0 } }, 10 },		       /* site-local, RFC 3879 */
	{ { ADDR_V6, { 0xFF } }, 8 },			       /* multicast, RFC 4291 */
};

bool
addr_is_special(struct addr a)
{
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (network_has(special[i], a))
			return true;
	return a.family == ADDR_NONE;
}
