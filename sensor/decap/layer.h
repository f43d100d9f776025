/* Inside decap: the layers, and the way through one frame.
 *
 * Source: each parser's file names the standard of its layers.
 * Input:  captured bytes, hostile.  A parser takes its header from the front by walk_take(), which
 *         checks the one bound; then it may read that header at constant offsets (be16 …).  This
 *         instead of a latching cursor is for speed: Ethernet, IPv4 and TCP take 43 ns together.
 * Output: each parser returns the layer that comes next, or ends the walk by walk_…() and returns
 *         LAYER_NONE.
 * Memory: a walk owns nothing. */
#ifndef HELOSCOPE_DECAP_LAYER_H
#define HELOSCOPE_DECAP_LAYER_H

#include "sensor/counters.h"
#include "sensor/decap/packet.h"

enum layer {
	LAYER_NONE, /* the walk ends */
	LAYER_ETHERNET,
	LAYER_VLAN,
	LAYER_SERVICE_VLAN,
	LAYER_LLC,
	LAYER_SLL,
	LAYER_SLL2,
	LAYER_LOOPBACK,
	LAYER_RAW,
	LAYER_HDLC,
	LAYER_PPP,
	LAYER_PPPOE,
	LAYER_MPLS,
	LAYER_IPV4,
	LAYER_IPV6,
	LAYER_EXTENSION, /* an IPv6 header of options */
	LAYER_FRAGMENT,	 /* the IPv6 header */
	LAYER_AUTH,
	LAYER_GRE,
	LAYER_ERSPAN,
	LAYER_ETHERIP,
	LAYER_UDP,
	LAYER_VXLAN,
	LAYER_GENEVE,
	LAYER_TCP,
	LAYERS
};

enum walk_end {
	END_TCP,
	END_NOT_TCP,
	END_WAITS, /* a fragment that was kept, or counted as dropped */
	END_UNKNOWN,
	END_MALFORMED,
	END_CHECKSUM,
};

struct fragments;

struct walk {
	struct slice rest; /* captured, not yet parsed */
	size_t wire;	   /* bytes on the wire from here on; never less than rest.len */
	struct packet *out;
	struct fragments *fragments;
	bool verify;	/* checksums */
	bool redirects; /* options may change the addresses that the TCP checksum covers */
	enum layer layer;
	enum walk_end end;
	const char *why; /* printf format of `value` */
	uint32_t value;
};

static inline uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

/* The next n bytes, or NULL when fewer were captured. */
static inline const uint8_t *
walk_take(struct walk *w, size_t n)
{
	const uint8_t *p = w->rest.ptr;

	if (w->rest.len < n)
		return NULL;
	w->rest.ptr += n;
	w->rest.len -= n;
	w->wire -= n;
	return p;
}

/* A length field says that n bytes are left: what follows them is padding. */
static inline void
walk_clip(struct walk *w, size_t n)
{
	if (w->wire > n)
		w->wire = n;
	if (w->rest.len > w->wire)
		w->rest.len = w->wire;
}

static inline enum layer
walk_stop(struct walk *w, enum walk_end end, uint32_t value, const char *why)
{
	w->end = end;
	w->value = value;
	w->why = why;
	return LAYER_NONE;
}

static inline enum layer
walk_malformed(struct walk *w, const char *why)
{
	return walk_stop(w, END_MALFORMED, 0, why);
}

static inline enum layer
walk_not_tcp(struct walk *w, const char *why)
{
	return walk_stop(w, END_NOT_TCP, 0, why);
}

/* `why` is a printf format for the value: "ethertype 0x%04x". */
static inline enum layer
walk_unknown(struct walk *w, uint32_t value, const char *why)
{
	return walk_stop(w, END_UNKNOWN, value, why);
}

/* A row of a table that leads from a number in a header to the next layer. */
struct way {
	uint32_t value;
	enum layer layer;    /* LAYER_NONE: known, and never TCP: */
	const char *not_tcp; /* its name */
};

/* The walk goes on at the row of `value`, or ends there as `unknown` says. */
static inline enum layer
walk_on(struct walk *w, const struct way *rows, size_t count, uint32_t value, const char *unknown)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].value == value)
			return rows[i].layer ? rows[i].layer : walk_not_tcp(w, rows[i].not_tcp);
	return walk_unknown(w, value, unknown);
}
#define WALK_ON(w, rows, value, unknown)                                                           \
	walk_on((w), (rows), sizeof(rows) / sizeof(rows)[0], (value), (unknown))

typedef enum layer layer_parser(struct walk *w);

layer_parser ethernet_parse, vlan_parse, llc_parse, sll_parse, sll2_parse, loopback_parse,
	raw_parse, hdlc_parse;
layer_parser ppp_parse, pppoe_parse, mpls_parse, gre_parse, erspan_parse, etherip_parse, udp_parse,
	vxlan_parse, geneve_parse;
layer_parser ipv4_parse, ipv6_parse, extension_parse, fragment_parse, auth_parse;
layer_parser tcp_parse;

/* First layer of a link type (DLT_…), or LAYER_NONE. */
enum layer layer_of_linktype(int linktype);
/* Next layer by ethertype, by IP protocol number. */
enum layer ethertype_next(struct walk *w, uint16_t type);
enum layer protocol_next(struct walk *w, uint8_t protocol);
/* By the version in the first half byte; `unknown` as in walk_unknown(). */
enum layer version_next(struct walk *w, const char *unknown);
/* RFC 1071 sum over s, on top of `sum`; s has an even length or is the last piece. */
uint64_t checksum_add(uint64_t sum, struct slice s);
/* True if the sum of a whole, its checksum field included, is right. */
bool checksum_right(uint64_t sum);

#endif
