/* A layer under way: for rewrap_layers.c (stacks), rewrap_link.c and rewrap_tunnel.c (headers). */
#ifndef REWRAP_LAYER_H
#define REWRAP_LAYER_H

#include "rewrap.h"

/* What stands at the front of a packet. */
enum is {
	IS_OTHER, /* the ethertype of the packet */
	IS_IPV4,
	IS_IPV6,
	IS_ETHERNET,
	IS_VLAN,
	IS_SERVICE,
	IS_QINQ,
	IS_PBB,
	IS_LLC,
	IS_MPLS,
	IS_WORD, /* control word of a pseudowire */
	IS_PPPOE,
	IS_PPP,
	IS_HDLC,
	IS_SLL,
	IS_SLL2,
	IS_NULL,
	IS_LOOP,
	IS_RAW,
	IS_NFLOG,
	IS_WIFI,
	IS_RADIOTAP,
	IS_PPI,
	IS_GRE,
	IS_UDP,
	IS_AH,
	IS_ETHERIP,
	IS_L2TPV3,
	IS_ERSPAN2,
	IS_ERSPAN3,
};

struct build {
	struct trace *t;
	struct pkt *p;
	enum is is;
	uint32_t number;   /* of the packet */
	const char *layer; /* being put */
	const struct args *args;
};

/* A layer puts itself before b->p and says in b->is what stands there now; -1 and words. */
struct layer {
	const char *name;
	int (*put)(struct build *b);
	const char *words; /* arguments, and what it is */
};

extern const struct layer link_layers[], tunnel_layers[]; /* end with a row without a name */
const struct layer *layer_find(const char *name);	  /* NULL: none */

/* 0, or -1 for link_of: it cannot be named there. */
uint16_t ethertype_of(const struct build *b);
uint16_t ppp_of(const struct build *b);
uint8_t protocol_of(const struct build *b);
int link_of(const struct build *b);

/* n zero bytes before what is there, or behind. */
uint8_t *front(struct build *b, size_t n);
uint8_t *behind(struct build *b, size_t n);
/* -1, and words that this layer cannot carry what is there. */
int cannot(struct build *b);
bool has_word(const struct build *b, const char *word);
/* The layer's first argument as a number, or `otherwise`. */
int arg_number(struct build *b, uint32_t high, uint32_t otherwise, uint32_t *out);

#endif
