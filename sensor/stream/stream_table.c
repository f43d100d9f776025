#include "sensor/stream/stream_table.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/stream/alias.h"
#include "sensor/stream/held.h"
#include "sensor/stream/life.h"
#include "sensor/stream/prospect.h"
#include "sensor/stream/timewait.h"

/* A handshake without data. */
#define EMBRYO_LIFE (60 * PTIME_SECOND)
/* A place in a list is as exact as this: moving a stream at each packet would touch two others. */
#define LISTED_EXACT (2 * PTIME_SECOND)
/* A segment this far behind the end of an ended stream is of another one. */
enum { NEW_STREAM_BEYOND = 1 << 20 };

bool
stream_table_key(const struct packet *p, struct flow_key *key)
{
	int order = addr_cmp(p->src.addr, p->dst.addr);
	bool src_is_low = order < 0 || (order == 0 && p->src.port <= p->dst.port);
	const struct endpoint *low = src_is_low ? &p->src : &p->dst;
	const struct endpoint *high = src_is_low ? &p->dst : &p->src;

	memset(key, 0, sizeof *key);
	memcpy(key->low, low->addr.bytes, sizeof key->low);
	memcpy(key->high, high->addr.bytes, sizeof key->high);
	key->low_port = low->port;
	key->high_port = high->port;
	key->family = p->src.addr.family;
	return src_is_low;
}

static void
list_remove(struct flow_list *l, struct flow *f)
{
	if (f->prev != NULL)
		f->prev->next = f->next;
	else
		l->first = f->next;
	if (f->next != NULL)
		f->next->prev = f->prev;
	else
		l->last = f->prev;
	f->prev = f->next = NULL;
}

static void
list_append(struct flow_list *l, struct flow *f)
{
	f->next = NULL;
	f->prev = l->last;
	if (l->last != NULL)
		l->last->next = f;
	else
		l->first = f;
	l->last = f;
}

void
stream_table_touch(struct stream_table *t, struct flow *f)
{
	struct flow_list *l = &t->lists[f->state];

	f->last = t->now;
	if (l->last == f || t->now - f->listed < LISTED_EXACT)
		return;
	f->listed = t->now;
	list_remove(l, f);
	list_append(l, f);
}

void
stream_table_move(struct stream_table *t, struct flow *f, enum flow_state to)
{
	t->open += (to == FLOW_OPEN) - (f->state == FLOW_OPEN);
	list_remove(&t->lists[f->state], f);
	f->state = to;
	f->listed = t->now;
	list_append(&t->lists[to], f);
}

void
stream_table_drop_aliases(struct stream_table *t, struct flow *f)
{
	if (f->alias[SIDE_CLIENT] != 0)
		alias_drop(t->aliases, f->info.client.addr);
	if (f->alias[SIDE_SERVER] != 0)
		alias_drop(t->aliases, f->info.server.addr);
	f->alias[SIDE_CLIENT] = f->alias[SIDE_SERVER] = 0;
}

static void
flow_remove(struct stream_table *t, struct flow *f)
{
	list_remove(&t->lists[f->state], f);
	life_wait_end(t, f);
	held_clear(t, &f->held);
	held_free(t, f->syn_data);
	if (f->elsewhere != 0)
		prospect_forget(t, f);
	HASH_DEL(t->flows, f);
	free(f);
}

/* Of a stream that was only silent, the next packet begins another one. */
static void
remember(struct stream_table *t, const struct flow *f)
{
	const struct ended ended = { f->hash, f->last, f->half[SIDE_CLIENT].base,
		{ f->half[SIDE_CLIENT].next, f->half[SIDE_SERVER].next }, f->client_is_low };

	if (f->opened && t->now - f->last <= t->config.idle_ns)
		timewait_add(t->timewait, &ended);
}

void
stream_table_reap(struct stream_table *t)
{
	struct flow *f;

	while ((f = t->lists[FLOW_CLOSED].first) != NULL) {
		remember(t, f);
		flow_remove(t, f);
	}
}

/* At the limit the least valuable goes first: handshakes without data, then the longest idle. */
static void
make_room(struct stream_table *t)
{
	if (HASH_COUNT(t->flows) < (unsigned)t->config.streams)
		return;
	struct flow *oldest = t->lists[FLOW_PROSPECT].first;
	if (oldest == NULL)
		oldest = t->lists[FLOW_EMBRYO].first;
	if (oldest == NULL) {
		oldest = t->lists[FLOW_OPEN].first;
		COUNT(t->counters, streams_evicted);
		stream_give_up(t, oldest, CLOSE_TIMEOUT);
		stream_table_reap(t);
	} else {
		COUNT(t->counters, embryos_evicted);
		flow_remove(t, oldest);
	}
}

/* What a new stream starts with; client_is_low and the list links are the caller's. */
static void
flow_start(struct stream_table *t, struct flow *f, const struct packet *p, enum side from)
{
	f->info.client = from == SIDE_CLIENT ? p->src : p->dst;
	f->info.server = from == SIDE_CLIENT ? p->dst : p->src;
	f->info.start = t->now;
	memcpy(f->info.vlan, p->vlan, sizeof f->info.vlan);
	f->info.vlan_count = p->vlan_count;
	memcpy(f->info.layer, p->layer, sizeof f->info.layer);
	f->info.layer_count = p->layer_count;
	f->half[SIDE_CLIENT].window_scale = f->half[SIDE_SERVER].window_scale = -1;
}

/* Who is the client?  A SYN says it; without one, the watched port is the server's. */
static bool
first_sender(const struct stream_table *t, const struct packet *p, enum side *from)
{
	bool syn = p->flags & PACKET_SYN, ack = p->flags & PACKET_ACK;

	if (syn && !ack)
		*from = SIDE_CLIENT;
	else if (syn)
		*from = SIDE_SERVER;
	else if (!ack || p->flags & PACKET_RST)
		return false; /* nothing to begin with; a bare acknowledgement says where both are
			       */
	else
		*from = stream_watches(&t->config, p->dst.port) ? SIDE_CLIENT : SIDE_SERVER;
	return stream_watches(&t->config, *from == SIDE_CLIENT ? p->dst.port : p->src.port);
}

/* Late packets of a stream that has ended: all that it sent lies before its end.  A SYN with
 * another number, and data far from there, are of a new one on its ports. */
static bool
is_late(const struct ended *e, const struct packet *p, bool src_is_low)
{
	enum side from = src_is_low == e->client_is_low ? SIDE_CLIENT : SIDE_SERVER;
	uint32_t beyond = p->seq - e->end[from];
	bool syn = p->flags & PACKET_SYN, ack = p->flags & PACKET_ACK;

	if (syn)
		return ack || from == SIDE_SERVER || p->seq + 1 == e->client_base;
	return p->payload.len == 0 || beyond < NEW_STREAM_BEYOND ||
	       -beyond < (uint32_t)LIMIT_STREAM_JUMP;
}

bool
stream_table_is_late(struct stream_table *t, const struct packet *p, uint64_t hash, bool src_is_low)
{
	struct ended *ended = timewait_find(t->timewait, hash, t->now);

	if (ended == NULL)
		return false;
	if (is_late(ended, p, src_is_low))
		return true;
	ended->hash = 0;
	return false;
}

struct flow *
stream_table_add(struct stream_table *t, const struct packet *p, const struct flow_start *start)
{
	if (stream_table_is_late(t, p, start->hash, start->src_is_low))
		return NULL;
	make_room(t);
	struct flow *f = must_alloc(sizeof *f);
	memset(f, 0, sizeof *f);
	f->key = *start->key;
	f->hash = start->hash;
	f->client_is_low = start->src_is_low == (start->from == SIDE_CLIENT);
	f->last = f->listed = t->now;
	f->state = start->state;
	flow_start(t, f, p, start->from);
	f->elsewhere = start->elsewhere ? f->info.server.port : 0;
	HASH_ADD_BYHASHVALUE(hh, t->flows, key, sizeof f->key, (unsigned)start->hash, f);
	list_append(&t->lists[f->state], f);
	return f;
}

static struct flow *
add_watched(struct stream_table *t, const struct packet *p, const struct flow_key *key,
	uint64_t hash, bool src_is_low)
{
	struct flow_start start = {
		.key = key, .hash = hash, .src_is_low = src_is_low, .state = FLOW_EMBRYO
	};

	return first_sender(t, p, &start.from) ? stream_table_add(t, p, &start) : NULL;
}

struct flow *
stream_table_find(struct stream_table *t, const struct packet *p, enum side *from)
{
	struct flow_key key;
	struct flow *f = NULL;
	bool is_watched =
		stream_watches(&t->config, p->src.port) || stream_watches(&t->config, p->dst.port);

	if (!is_watched && !prospect_concerns(t, p))
		return NULL;
	bool src_is_low = stream_table_key(p, &key);
	uint64_t hash = hash_keyed(&key, sizeof key);
	if (is_watched || prospect_has_port(t, p))
		HASH_FIND_BYHASHVALUE(hh, t->flows, &key, sizeof key, (unsigned)hash, f);
	if (f == NULL)
		f = is_watched ? add_watched(t, p, &key, hash, src_is_low)
			       : prospect_add(t, p, &key, hash, src_is_low);
	if (f == NULL)
		return NULL;
	*from = src_is_low == f->client_is_low ? SIDE_CLIENT : SIDE_SERVER;
	return f;
}

void
stream_table_renew(struct stream_table *t, struct flow *f, const struct packet *p, enum side from)
{
	life_wait_end(t, f);
	held_clear(t, &f->held);
	held_free(t, f->syn_data);
	struct flow fresh = { .key = f->key,
		.hash = f->hash,
		.hh = f->hh,
		.client_is_low = f->client_is_low,
		.elsewhere = f->elsewhere,
		.state = f->state,
		.prev = f->prev,
		.next = f->next,
		.last = f->last };

	*f = fresh;
	flow_start(t, f, p, from);
	stream_table_move(t, f, FLOW_EMBRYO);
}

void
stream_table_expire(struct stream_table *t)
{
	struct flow *f;

	while ((f = t->lists[FLOW_EMBRYO].first) != NULL && t->now - f->last > EMBRYO_LIFE)
		flow_remove(t, f);
	while ((f = t->lists[FLOW_PROSPECT].first) != NULL && t->now - f->last > EMBRYO_LIFE)
		flow_remove(t, f);
	while ((f = t->lists[FLOW_OPEN].first) != NULL && t->now - f->last > t->config.idle_ns)
		stream_give_up(t, f, CLOSE_TIMEOUT);
	stream_table_reap(t);
}

void
stream_table_clear(struct stream_table *t)
{
	for (int s = 0; s < FLOW_STATES; s++)
		while (t->lists[s].first != NULL)
			flow_remove(t, t->lists[s].first);
}

int64_t
stream_open_count(const struct stream_table *t)
{
	return t->open;
}
