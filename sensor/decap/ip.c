/* IPv4 and IPv6: RFC 791, RFC 8200, RFC 2675 (jumbograms), RFC 4302 (authentication header).
 *
 * Taken beyond the standards:
 * - a length of 0: Windows and Linux show a capture on the sending host packets before the network
 *   card cuts them into segments and fills it in (TSO; IPv6 likewise, with or without a jumbo
 *   option): then the packet goes to the end of the frame;
 * - wrong checksums, which are counted, unless they are verified: network cards fill them in after
 *   the capture;
 * - IPv6 extension headers in any order, up to LIMIT_DECAP_DEPTH layers.
 * Not taken: a packet longer than its frame (no receiver takes it, so its bytes never reached
 * anybody), and IPv6 with a mapped IPv4 address (never valid on the wire: RFC 4942 2.2; it would be
 * counted as IPv4). */
#include "sensor/decap/fragment.h"
#include "sensor/decap/layer.h"

/* IANA protocol-numbers. */
static const struct way protocols[] = {
	{ 6, LAYER_TCP, NULL },
	{ 17, LAYER_UDP, NULL },
	{ 4, LAYER_IPV4, NULL },  /* RFC 2003 */
	{ 41, LAYER_IPV6, NULL }, /* RFC 4213 */
	{ 47, LAYER_GRE, NULL },  /* RFC 2784 */
	{ 51, LAYER_AUTH, NULL },
	/* Headers of IPv6 only: RFC 8200 4, IANA ipv6-parameters. */
	{ 0, LAYER_HOP_OPTIONS, NULL },
	{ 43, LAYER_EXTENSION, NULL }, /* routing */
	{ 44, LAYER_FRAGMENT, NULL },
	{ 60, LAYER_EXTENSION, NULL },	/* destination options */
	{ 135, LAYER_EXTENSION, NULL }, /* mobility: RFC 6275 */
	{ 139, LAYER_EXTENSION, NULL }, /* host identity: RFC 7401 */
	{ 140, LAYER_EXTENSION, NULL }, /* shim6: RFC 5533 */
	/* Tunnels and what is never TCP. */
	{ 97, LAYER_ETHERIP, NULL }, /* RFC 3378 */
	{ 115, LAYER_L2TP3, NULL },  /* RFC 3931 */
	{ 137, LAYER_MPLS, NULL },   /* RFC 4023 */
	{ 1, LAYER_NONE, "ICMP" },
	{ 2, LAYER_NONE, "IGMP" },
	{ 46, LAYER_NONE, "RSVP" },
	{ 50, LAYER_NONE, "ESP" },
	{ 58, LAYER_NONE, "ICMPv6" },
	{ 59, LAYER_NONE, "no next header" },
	{ 88, LAYER_NONE, "EIGRP" },
	{ 89, LAYER_NONE, "OSPF" },
	{ 103, LAYER_NONE, "PIM" },
	{ 112, LAYER_NONE, "VRRP" },
	{ 113, LAYER_NONE, "PGM" },
	{ 132, LAYER_NONE, "SCTP" },
};

enum layer
protocol_next(struct walk *w, uint8_t protocol)
{
	enum layer next = WALK_ON(w, protocols, protocol, "IP protocol %u");

	if ((next == LAYER_HOP_OPTIONS || next == LAYER_EXTENSION || next == LAYER_FRAGMENT) &&
		w->out->src.addr.family != ADDR_V6)
		return walk_unknown(w, protocol, "IP protocol %u");
	return next;
}

/* A fragment is put away; what it completes is walked on. */
static enum layer
fragment_next(struct walk *w, struct fragment *fragment)
{
	struct datagram whole;
	const char *why = "fragment waits";

	fragment->src = w->out->src.addr;
	fragment->dst = w->out->dst.addr;
	fragment->data = w->rest;
	fragment->wire = w->wire;
	if (fragments_add(w->fragments, fragment, &whole, &why) != 1)
		return walk_stop(w, END_WAITS, 0, why);
	w->rest = whole.data;
	w->wire = whole.wire;
	w->assembled = true;
	return protocol_next(w, whole.protocol);
}

/* A header says that `n` bytes are left.  False if that is more than there are, and nothing said
 * that the packet was shortened on its way here. */
static bool
clip_packet(struct walk *w, size_t n)
{
	if (n > w->wire && w->shortened)
		w->wire = n;
	w->shortened = false;
	w->redirects = false;
	w->assembled = false;
	if (n > w->wire)
		return false;
	walk_clip(w, n);
	return true;
}

enum { IPV4_MORE = 0x2000, IPV4_OFFSET = 0x1fff };

enum layer
ipv4_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 20);

	if (!h)
		return walk_malformed(w, "IPv4 header cut");
	size_t header = (h[0] & 15) * 4u;
	size_t total = be16(h + 2) ? be16(h + 2) : w->wire + 20;
	if (h[0] >> 4 != 4)
		return walk_malformed(w, "IPv4 with another version");
	if (header < 20 || total < header)
		return walk_malformed(w, "IPv4 lengths too small");
	if (!clip_packet(w, total - 20))
		return walk_malformed(w, "IPv4 longer than its frame");
	if (!walk_take(w, header - 20))
		return walk_malformed(w, "IPv4 options cut");
	if (!checksum_right(checksum_words(0, h, header / 4)) && walk_wrong_sum(w))
		return walk_stop(w, END_CHECKSUM, 0, "IPv4 checksum");
	w->out->src.addr = addr_v4(h + 12);
	w->out->dst.addr = addr_v4(h + 16);
	uint16_t bits = be16(h + 6);
	if (!(bits & (IPV4_MORE | IPV4_OFFSET)))
		return protocol_next(w, h[9]);
	struct fragment fragment = {
		.id = be16(h + 4),
		.protocol = h[9],
		.offset = (bits & IPV4_OFFSET) * 8u,
		.more = bits & IPV4_MORE,
		.time = w->out->time,
	};
	return fragment_next(w, &fragment);
}

enum layer
ipv6_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 40);

	if (!h)
		return walk_malformed(w, "IPv6 header cut");
	if (h[0] >> 4 != 6)
		return walk_malformed(w, "IPv6 with another version");
	uint16_t length = be16(h + 4);
	if (!clip_packet(w, length ? length : w->wire))
		return walk_malformed(w, "IPv6 longer than its frame");
	w->jumbogram = length == 0;
	w->out->src.addr = addr_v6(h + 8);
	w->out->dst.addr = addr_v6(h + 24);
	if (w->out->src.addr.family != ADDR_V6 || w->out->dst.addr.family != ADDR_V6)
		return walk_malformed(w, "IPv6 with a mapped IPv4 address");
	return protocol_next(w, h[6]);
}

enum { OPTION_PAD1 = 0, OPTION_JUMBO = 0xc2 };

/* RFC 8200 4.2, RFC 2675 2: the length that a jumbo option says, or 0. */
static uint32_t
jumbo_length(struct slice options)
{
	while (options.len >= 2) {
		size_t len = options.ptr[0] == OPTION_PAD1 ? 1 : options.ptr[1] + 2u;

		if (options.ptr[0] == OPTION_JUMBO && len == 6 && options.len >= 6)
			return be32(options.ptr + 2);
		options = slice_skip(options, len);
	}
	return 0;
}

/* RFC 8200 4.3; a jumbogram's length counts from behind the IPv6 header on. */
enum layer
hop_options_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 8);

	if (!h || !walk_take(w, h[1] * 8u))
		return walk_malformed(w, "IPv6 extension header cut");
	size_t header = 8 + h[1] * 8u;
	uint32_t jumbo = jumbo_length(slice_of(h + 2, header - 2));
	if (jumbo != 0) {
		if (!w->jumbogram || jumbo <= UINT16_MAX)
			return walk_malformed(w, "IPv6 jumbo option without need");
		if (jumbo - header > w->wire)
			return walk_malformed(w, "IPv6 longer than its frame");
		walk_clip(w, jumbo - header);
	}
	return protocol_next(w, h[0]);
}

/* All but two extension headers begin alike: next header, length in 8 bytes beyond the first 8. */
enum layer
extension_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 8);

	if (!h || !walk_take(w, h[1] * 8u))
		return walk_malformed(w, "IPv6 extension header cut");
	/* Routing headers and home addresses change what the TCP checksum covers (RFC 8200 8.1,
	 * RFC 6275 6.3). */
	w->redirects = true;
	return protocol_next(w, h[0]);
}

/* RFC 8200 4.5.  A datagram in a single fragment goes on at once (RFC 6946). */
enum layer
fragment_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 8);

	if (!h)
		return walk_malformed(w, "IPv6 fragment header cut");
	uint16_t bits = be16(h + 2);
	if (!(bits & 0xfff9))
		return protocol_next(w, h[0]);
	struct fragment fragment = {
		.id = be32(h + 4),
		.protocol = h[0],
		.offset = bits & 0xfff8,
		.more = bits & 1,
		.time = w->out->time,
	};
	return fragment_next(w, &fragment);
}

/* RFC 4302 2: length in 4 bytes beyond the first 8.  The payload is in clear. */
enum layer
auth_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 8);

	if (!h || !walk_take(w, h[1] * 4u))
		return walk_malformed(w, "authentication header cut");
	return protocol_next(w, h[0]);
}
