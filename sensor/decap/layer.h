/* Inside decap: the layers, and the way through one frame.
 *
 * Source: each parser's file names the standard of its layers.
 * Input:  captured bytes, hostile.  A parser takes its header from the front by walk_take(), which
 *         checks the one bound; then it may read that header at constant offsets (be16 …).  This
 *         instead of a latching cursor is for speed: Ethernet, IPv4 and TCP take 31 ns together,
 * and 66 with the checksum of 1448 bytes. Output: each parser returns the layer that comes next, or
 * ends the walk by walk_…() and returns LAYER_NONE. Memory: a walk owns nothing. */
#ifndef HELOSCOPE_DECAP_LAYER_H
#define HELOSCOPE_DECAP_LAYER_H

#include <string.h>

#include "sensor/decap/decap.h"

enum layer {
	LAYER_NONE, /* the walk ends */
	LAYER_ETHERNET,
	LAYER_VLAN,
	LAYER_SERVICE_VLAN,
	LAYER_PBB,
	LAYER_VNTAG,
	LAYER_ETAG,
	LAYER_METADATA,
	LAYER_FABRICPATH,
	LAYER_MACSEC,
	LAYER_LLC,
	LAYER_SLL,
	LAYER_SLL2,
	LAYER_LOOPBACK,
	LAYER_RAW,
	LAYER_NFLOG,
	LAYER_PPI,
	LAYER_RADIOTAP,
	LAYER_WIRELESS,
	LAYER_HDLC,
	LAYER_PPP,
	LAYER_PPPOE,
	LAYER_MPLS,
	LAYER_IPV4,
	LAYER_IPV6,
	LAYER_HOP_OPTIONS, /* of IPv6 */
	LAYER_EXTENSION,   /* another IPv6 header of options */
	LAYER_FRAGMENT,	   /* the IPv6 header */
	LAYER_AUTH,
	LAYER_GRE,
	LAYER_ERSPAN,
	LAYER_ETHERIP,
	LAYER_UDP,
	LAYER_VXLAN,
	LAYER_VXLAN_GPE,
	LAYER_GENEVE,
	LAYER_GTP,
	LAYER_TEREDO,
	LAYER_L2TP,
	LAYER_L2TP3, /* in IP without UDP */
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
	const struct decap_config *config;
	bool shortened; /* the bytes were cut before they came here; only IP says how many there
			   were */
	bool padded;	/* the header of 802.11 is, to a multiple of 4 bytes */
	bool jumbogram; /* IPv6 of length 0 */
	bool assembled; /* from fragments */
	bool redirects; /* options may change the addresses that the TCP checksum covers */
	bool wrong_sum; /* a checksum that was accepted is wrong */
	enum layer layer;
	enum walk_end end;
	const char *why; /* printf format of `value` */
	uint32_t value;
	const char *also; /* a part of the frame that was not followed, counted besides; or NULL */
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

/* A checksum is wrong: true if the walk ends for that. */
static inline bool
walk_wrong_sum(struct walk *w)
{
	w->wrong_sum = true;
	return w->config->verify_checksums;
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

layer_parser ethernet_parse, vlan_parse, pbb_parse, vntag_parse, etag_parse, metadata_parse,
	fabricpath_parse, macsec_parse, llc_parse;
layer_parser sll_parse, sll2_parse, loopback_parse, raw_parse, nflog_parse, hdlc_parse;
layer_parser ppi_parse, radiotap_parse, wireless_parse;
layer_parser ppp_parse, pppoe_parse, mpls_parse, gre_parse, erspan_parse, etherip_parse;
layer_parser udp_parse, vxlan_parse, vxlan_gpe_parse, geneve_parse, gtp_parse, teredo_parse,
	l2tp_parse, l2tp3_parse;
layer_parser ipv4_parse, ipv6_parse, hop_options_parse, extension_parse, fragment_parse, auth_parse;
layer_parser tcp_parse;

/* First layer of a link type (DLT_…), or LAYER_NONE. */
enum layer layer_of_linktype(int linktype);
/* Next layer by ethertype, by IP protocol number. */
enum layer ethertype_next(struct walk *w, uint16_t type);
enum layer protocol_next(struct walk *w, uint8_t protocol);
/* By the version in the first half byte; `unknown` as in walk_unknown(). */
enum layer version_next(struct walk *w, const char *unknown);
/* True if the table of ethertypes has it; if PPP's table has the protocol. */
bool ethertype_known(uint16_t type);
bool ppp_known(uint16_t protocol);

/* Guesses, where no header says what comes next (guess.c); `wire` bytes are there on the wire. */
bool looks_ip(struct slice s, size_t wire);
/* Also the header checksum of IPv4 is right. */
bool looks_exactly_ip(struct slice s, size_t wire);
/* A frame of a type that is known. */
bool looks_ethernet(struct slice s, size_t wire);
/* A frame, maybe with VLAN tags, of IP that looks right, or of ARP. */
bool looks_exactly_ethernet(struct slice s, size_t wire);
/* PPP with address and control, or of a protocol that is known. */
bool looks_ppp(struct slice s);
bool looks_l2tp(struct slice s, size_t wire);
/* IP, or Ethernet with or without the control word of a pseudowire: RFC 4385 3, RFC 4928 3. */
enum layer payload_next(struct walk *w, const char *unknown);

/* RFC 1071 sums, in the machine's order of bytes, on top of `sum`: over n words of 32 bits; over s,
 * which has an even length or is the last piece.  A number of the sum is added by htonl(). */
static inline uint64_t
checksum_words(uint64_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t word;
		memcpy(&word, p + 4 * i, sizeof word);
		sum += word;
	}
	return sum;
}
uint64_t checksum_add(uint64_t sum, struct slice s);

/* To 16 bits. */
static inline uint16_t
checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* True if the sum of a whole, its checksum field included, is right. */
static inline bool
checksum_right(uint64_t sum)
{
	return checksum_fold(sum) == 0xffff;
}

#endif
