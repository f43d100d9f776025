/* Layers put round packets: a stack of them, outermost first, and what a link layer adds behind. */
#include "rewrap_layer.h"

#include <string.h>

/* ---- what a layer can be called by the one outside of it; 0 = cannot ---- */

/* IANA ieee-802-numbers, protocol-numbers, ppp-numbers; tcpdump.org/linktypes (0 is NULL's, so here
 * all are one more). */
static const struct code {
	const char *name;
	uint16_t ethertype, ppp;
	uint8_t protocol;
	int link;
} codes[] = {
	[IS_OTHER] = { "other", 0, 0, 0, 0 },
	[IS_IPV4] = { "ipv4", 0x0800, 0x0021, 4, 0 },
	[IS_IPV6] = { "ipv6", 0x86dd, 0x0057, 41, 0 },
	[IS_ETHERNET] = { "ethernet", 0x6558, 0, 0, 1 + 1 },
	[IS_VLAN] = { "vlan", 0x8100, 0, 0, 0 },
	[IS_SERVICE] = { "service", 0x88a8, 0, 0, 0 },
	[IS_QINQ] = { "qinq", 0x9100, 0, 0, 0 },
	[IS_PBB] = { "pbb", 0x88e7, 0, 0, 0 },
	[IS_LLC] = { "llc", 0, 0, 0, 0 },
	[IS_MPLS] = { "mpls", 0x8847, 0x0281, 137, 219 + 1 },
	[IS_WORD] = { "cw", 0, 0, 0, 0 },
	[IS_PPPOE] = { "pppoe", 0x8864, 0, 0, 51 + 1 },
	[IS_PPP] = { "ppp", 0x880b, 0, 0, 9 + 1 },
	[IS_HDLC] = { "hdlc", 0, 0, 0, 104 + 1 },
	[IS_SLL] = { "sll", 0, 0, 0, 113 + 1 },
	[IS_SLL2] = { "sll2", 0, 0, 0, 276 + 1 },
	[IS_NULL] = { "null", 0, 0, 0, 0 + 1 },
	[IS_LOOP] = { "loop", 0, 0, 0, 108 + 1 },
	[IS_RAW] = { "raw", 0, 0, 0, 101 + 1 },
	[IS_NFLOG] = { "nflog", 0, 0, 0, 239 + 1 },
	[IS_WIFI] = { "wifi", 0, 0, 0, 105 + 1 },
	[IS_RADIOTAP] = { "radiotap", 0, 0, 0, 127 + 1 },
	[IS_PPI] = { "ppi", 0, 0, 0, 192 + 1 },
	[IS_GRE] = { "gre", 0, 0, 47, 0 },
	[IS_UDP] = { "udp", 0, 0, 17, 0 },
	[IS_AH] = { "ah", 0, 0, 51, 0 },
	[IS_ETHERIP] = { "etherip", 0, 0, 97, 0 },
	[IS_L2TPV3] = { "l2tpv3", 0, 0, 115, 0 },
	[IS_ERSPAN2] = { "erspan2", 0x88be, 0, 0, 0 },
	[IS_ERSPAN3] = { "erspan3", 0x22eb, 0, 0, 0 },
};

uint16_t
ethertype_of(const struct build *b)
{
	return b->is == IS_OTHER ? b->p->type : codes[b->is].ethertype;
}

uint16_t
ppp_of(const struct build *b)
{
	return codes[b->is].ppp;
}

uint8_t
protocol_of(const struct build *b)
{
	return codes[b->is].protocol;
}

int
link_of(const struct build *b)
{
	return codes[b->is].link - 1;
}

/* ---- bytes before and behind ---- */

uint8_t *
front(struct build *b, size_t n)
{
	enum { ROOM = 96 };
	struct pkt *p = b->p;

	if (p->room >= n) {
		p->data -= n;
		p->room -= (uint32_t)n;
	} else {
		uint8_t *data = take(ROOM + n + p->len);
		memcpy(data + ROOM + n, p->data, p->len);
		p->data = data + ROOM;
		p->room = ROOM;
	}
	p->len += (uint32_t)n;
	p->wire += (uint32_t)n;
	if (p->payload_at > 0)
		p->payload_at += (uint32_t)n;
	p->tcp_at += (uint32_t)n;
	return p->data;
}

uint8_t *
behind(struct build *b, size_t n)
{
	struct pkt *p = b->p;
	uint8_t *data = take(p->len + n);

	memcpy(data, p->data, p->len);
	p->data = data;
	p->room = 0;
	p->len += (uint32_t)n;
	p->wire += (uint32_t)n;
	return data + p->len - n;
}

int
cannot(struct build *b)
{
	return refuse(b->t, "stack: %s cannot carry %s", b->layer, codes[b->is].name);
}

/* ---- stack=LAYER[:WORD]...+LAYER… ---- */

enum { LAYERS = 32 };

struct stack {
	char text[400];
	const struct layer *layer[LAYERS];
	struct args args[LAYERS];
	int count;
};

static int
parse_layer(struct trace *t, struct stack *s, char *text)
{
	char *rest = NULL;
	struct args *a = &s->args[s->count];

	if (s->count == LAYERS)
		return refuse(t, "stack: more than %d layers", LAYERS);
	const char *name = strtok_r(text, ":", &rest);
	s->layer[s->count] = name ? layer_find(name) : NULL;
	if (s->layer[s->count] == NULL)
		return refuse(t, "stack: there is no layer \"%s\"; rewrap --layers lists them",
			name ? name : "");
	*a = (struct args){ .count = 0 };
	for (const char *word; a->count < ARGS && (word = strtok_r(NULL, ":", &rest)) != NULL;)
		a->text[a->count++] = word;
	s->count++;
	return 0;
}

static int
parse_stack(struct trace *t, struct stack *s, const char *text)
{
	char *rest = NULL;

	s->count = 0;
	if (text == NULL || *text == '\0' || strlen(text) >= sizeof s->text)
		return refuse(t, "stack: layers are wanted, as in stack=ethernet+vlan:7+mpls:16");
	memcpy(s->text, text, strlen(text) + 1);
	for (char *one = strtok_r(s->text, "+", &rest); one; one = strtok_r(NULL, "+", &rest))
		if (parse_layer(t, s, one) < 0)
			return -1;
	return 0;
}

static int
wrap(struct build *b, const struct stack *s)
{
	for (int i = s->count; i-- > 0;) {
		b->layer = s->layer[i]->name;
		b->args = &s->args[i];
		if (s->layer[i]->put(b) < 0)
			return -1;
	}
	b->p->segment = false;
	b->p->link = link_of(b);
	if (b->p->link == LINK_NONE) {
		uint16_t type = ethertype_of(b);
		if (type == 0)
			return refuse(b->t, "stack: nothing carries %s", s->layer[0]->name);
		b->p->type = type;
	}
	return 0;
}

int
treat_stack(struct trace *t, const struct args *a)
{
	struct stack s;

	if (parse_stack(t, &s, a->all) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		struct build b = { .t = t, .p = p, .number = (uint32_t)i };
		if (p->link != LINK_NONE)
			return refuse(t, "stack: a stack with a link layer stands already");
		b.is = p->type == TYPE_IPV4   ? IS_IPV4
		       : p->type == TYPE_IPV6 ? IS_IPV6
		       : p->type == 0x6558    ? IS_ETHERNET
					      : IS_OTHER;
		/* ARP and the like: only where an ethertype can stand. */
		if (b.is == IS_OTHER) {
			p->gone = true;
			continue;
		}
		if (wrap(&b, &s) < 0)
			return -1;
	}
	trace_compact(t);
	return 0;
}

/* Ethernet, with the tags that the packet came with. */
int
frame_all(struct trace *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		struct build b = { .t = t, .p = p, .is = IS_OTHER, .layer = "ethernet" };
		if (p->link != LINK_NONE)
			continue;
		for (int k = p->tags; k-- > 0;) {
			uint8_t *h = front(&b, 4);
			put16(h, p->tag[k]);
			put16(h + 2, p->type);
			p->type = p->tag_type[k];
		}
		static const struct args none = { .count = 0 };
		b.args = &none;
		if (layer_find("ethernet")->put(&b) < 0)
			return -1;
		p->link = link_of(&b);
	}
	return 0;
}

/* padding=60|fcs|N: frames filled up to 60 bytes, with a checksum behind, with N bytes behind. */
int
treat_padding(struct trace *t, const struct args *a)
{
	bool fcs = a->text[0] && strcmp(a->text[0], "fcs") == 0;
	uint32_t n = 4;

	if ((!fcs && number(t, a->text[0], "padding", 1, 1000, &n) < 0) || frame_all(t) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		struct build b = { .t = t, .p = &t->list[i] };
		if (n == 60 && b.p->len < 60)
			behind(&b, 60 - b.p->len);
		else if (n != 60)
			memset(behind(&b, n), fcs ? 0xfc : 'p', n);
	}
	return 0;
}
