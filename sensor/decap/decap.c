#include "sensor/decap/decap.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/arena.h"
#include "sensor/decap/fragment.h"
#include "sensor/decap/layer.h"
#include "sensor/limits.h"

static_assert((int)LIMIT_DECAP_DEPTH <= (int)PACKET_LAYERS, "a packet has room for the whole way");

static const struct layer_row {
	const char *name;
	layer_parser *parse;
	bool in_path; /* of packet.layer: it says where a packet was seen, and not only how it is
			 coded */
} layers[LAYERS] = {
	[LAYER_NONE] = { "link type", NULL, false },
	[LAYER_ETHERNET] = { "ethernet", ethernet_parse, true },
	[LAYER_VLAN] = { "802.1q", vlan_parse, true },
	[LAYER_SERVICE_VLAN] = { "802.1ad", vlan_parse, true },
	[LAYER_PBB] = { "802.1ah", pbb_parse, true },
	[LAYER_VNTAG] = { "vn-tag", vntag_parse, true },
	[LAYER_ETAG] = { "802.1br", etag_parse, true },
	[LAYER_METADATA] = { "cisco metadata", metadata_parse, true },
	[LAYER_FABRICPATH] = { "fabricpath", fabricpath_parse, true },
	[LAYER_MACSEC] = { "macsec", macsec_parse, true },
	[LAYER_LLC] = { "llc", llc_parse, false },
	[LAYER_SLL] = { "sll", sll_parse, true },
	[LAYER_SLL2] = { "sll2", sll2_parse, true },
	[LAYER_LOOPBACK] = { "loopback", loopback_parse, true },
	[LAYER_RAW] = { "raw", raw_parse, true },
	[LAYER_NFLOG] = { "nflog", nflog_parse, true },
	[LAYER_PPI] = { "ppi", ppi_parse, false },
	[LAYER_RADIOTAP] = { "radiotap", radiotap_parse, false },
	[LAYER_WIRELESS] = { "802.11", wireless_parse, true },
	[LAYER_HDLC] = { "hdlc", hdlc_parse, true },
	[LAYER_PPP] = { "ppp", ppp_parse, true },
	[LAYER_PPPOE] = { "pppoe", pppoe_parse, true },
	[LAYER_MPLS] = { "mpls", mpls_parse, true },
	[LAYER_IPV4] = { "ipv4", ipv4_parse, true },
	[LAYER_IPV6] = { "ipv6", ipv6_parse, true },
	[LAYER_HOP_OPTIONS] = { "ipv6 option", hop_options_parse, false },
	[LAYER_EXTENSION] = { "ipv6 option", extension_parse, false },
	[LAYER_FRAGMENT] = { "ipv6 fragment", fragment_parse, false },
	[LAYER_AUTH] = { "ah", auth_parse, true },
	[LAYER_GRE] = { "gre", gre_parse, true },
	[LAYER_ERSPAN] = { "erspan", erspan_parse, true },
	[LAYER_ETHERIP] = { "etherip", etherip_parse, true },
	[LAYER_UDP] = { "udp", udp_parse, false },
	[LAYER_VXLAN] = { "vxlan", vxlan_parse, true },
	[LAYER_GENEVE] = { "geneve", geneve_parse, true },
	[LAYER_VXLAN_GPE] = { "vxlan-gpe", vxlan_gpe_parse, true },
	[LAYER_GTP] = { "gtp", gtp_parse, true },
	[LAYER_TEREDO] = { "teredo", teredo_parse, true },
	[LAYER_L2TP] = { "l2tp", l2tp_parse, true },
	[LAYER_L2TP3] = { "l2tpv3", l2tp3_parse, true },
	[LAYER_TCP] = { "tcp", tcp_parse, false },
};

enum { WHY_MAX = 64 };

struct decap {
	struct decap_config config;
	struct counters *counters;
	struct fragments *fragments;
	struct unknown {
		enum layer layer;
		uint32_t value;
		const char *why; /* printf format of `value` */
		int64_t times;
	} unknown[DECAP_UNKNOWN_MAX];
	size_t unknown_count;
	int64_t unknown_others; /* when the table was full */
	char why[WHY_MAX];
};

struct decap *
decap_new(const struct decap_config *config, struct counters *counters)
{
	struct decap *d = must_alloc(sizeof *d);

	*d = (struct decap){
		.config = *config,
		.counters = counters,
		.fragments = fragments_new(counters),
	};
	return d;
}

void
decap_finish(struct decap *d)
{
	fragments_finish(d->fragments);
}

void
decap_free(struct decap *d)
{
	if (!d)
		return;
	fragments_free(d->fragments);
	free(d);
}

const char *
layer_name(uint8_t layer)
{
	return layer < LAYERS ? layers[layer].name : "unknown";
}

static void
count_unknown(struct decap *d, enum layer layer, uint32_t value, const char *why)
{
	COUNT(d->counters, decap_unknown);
	for (size_t i = 0; i < d->unknown_count; i++) {
		struct unknown *u = &d->unknown[i];
		if (u->layer == layer && u->value == value && u->why == why) {
			u->times++;
			return;
		}
	}
	if (d->unknown_count == DECAP_UNKNOWN_MAX)
		d->unknown_others++;
	else
		d->unknown[d->unknown_count++] = (struct unknown){ layer, value, why, 1 };
}

size_t
decap_unknown(const struct decap *d, size_t from, decap_unknown_fn *fn, void *ctx)
{
	size_t seen = d->unknown_count + (d->unknown_others > 0);
	char what[WHY_MAX];

	for (size_t i = from; i < d->unknown_count; i++) {
		const struct unknown *u = &d->unknown[i];
		/* Every reason is a format of ours that takes the value, or nothing. */
		snprintf(what, sizeof what, u->why, u->value);
		fn(ctx, &(struct decap_unknown){ layers[u->layer].name, what, u->value, u->times });
	}
	if (d->unknown_others && from < seen)
		fn(ctx, &(struct decap_unknown){ "others", "others", 0, d->unknown_others });
	return seen;
}

/* From layer to layer until a parser ends it. */
static void
walk(struct walk *w, enum layer next)
{
	for (int depth = 0; next != LAYER_NONE; depth++) {
		if (depth == LIMIT_DECAP_DEPTH) {
			walk_malformed(w, "too many layers");
			return;
		}
		w->layer = next;
		if (layers[next].in_path)
			w->out->layer[w->out->layer_count++] = (uint8_t)next;
		next = layers[next].parse(w);
	}
}

static void
count_end(struct decap *d, const struct walk *w)
{
	switch (w->end) {
	case END_TCP:
	case END_WAITS:
		break;
	case END_NOT_TCP:
		COUNT(d->counters, decap_not_tcp);
		break;
	case END_UNKNOWN:
		count_unknown(d, w->layer, w->value, w->why);
		break;
	case END_MALFORMED:
		COUNT(d->counters, decap_malformed);
		break;
	case END_CHECKSUM:
		break;
	}
	if (w->wrong_sum)
		COUNT(d->counters, checksum_bad);
	if (w->also)
		count_unknown(d, w->layer, 0, w->also);
}

/* In pieces, because gcc clears a struct of this size by an instruction that takes 10 ns to start.
 */
static inline void
packet_clear(struct packet *p)
{
	enum { PIECE = 64 };
	static_assert(sizeof *p > PIECE && sizeof *p <= 3 * PIECE, "three pieces");
	uint8_t *bytes = (uint8_t *)p;

	memset(bytes, 0, PIECE);
	memset(bytes + PIECE, 0, sizeof *p > 2 * PIECE ? PIECE : sizeof *p - PIECE);
	if (sizeof *p > 2 * PIECE)
		memset(bytes + 2 * PIECE, 0, sizeof *p - 2 * PIECE);
}

int
decap_packet(struct decap *d, const struct frame *frame, struct packet *out, const char **why)
{
	size_t wire = frame->wire_len < LIMIT_SNAPLEN ? frame->wire_len : LIMIT_SNAPLEN;
	struct walk w = {
		.rest = frame->data,
		.wire = wire > frame->data.len ? wire : frame->data.len,
		.out = out,
		.fragments = d->fragments,
		.config = &d->config,
	};
	enum layer first = layer_of_linktype(frame->linktype);

	packet_clear(out);
	out->time = frame->time;
	out->number = frame->number;
	out->window_scale = -1;
	fragments_forget(d->fragments);
	if (first == LAYER_NONE)
		walk_unknown(&w, (uint32_t)frame->linktype, "link type %u");
	walk(&w, first);
	count_end(d, &w);
	if (why) {
		/* Every reason is a format of ours that takes the value, or nothing. */
		snprintf(d->why, sizeof d->why, w.why, w.value);
		*why = d->why;
	}
	return w.end == END_TCP;
}
