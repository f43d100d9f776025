/* The adapter: decides what libnids is shown, and when (begin.c, receive.c, delivery.c, life.c).
 * The rules, each for one thing that a mirror port does or a host does to odd segments:
 *
 * 1. libnids sees a stream only when its first byte of data comes: handshakes alone cost it
 *    nothing.  Data that comes before both SYNs waits for them a moment, because they say where it
 *    belongs; without them the earliest number counts.
 * 2. A packet with data waits until what it acknowledges was delivered (held packets), so a reply
 *    never comes before its command.
 * 3. A hole that the receiver has acknowledged will not be filled by the sender: after a while it
 *    is declared a gap and, once bytes behind it are here, filled.  A hole that was not
 *    acknowledged will be: the sender must send again.  Bytes that only an acknowledgement speaks
 *    of are told as a gap, but their place is kept: it may have lied.
 * 4. What the snaplen cut off a segment is a gap at once.
 * 5. Of two copies the first counts, and of two that wait the one that begins earlier, as with
 *    Linux and the BSDs; where bytes differ it is told.
 * 6. A segment with a timestamp older than one in order (RFC 7323 5.3) and the data of a SYN are
 *    set aside: they count if nothing else comes in their place and the receiver acknowledges it.
 * 7. A reset in its place ends the stream a moment later, for what it overtook; one elsewhere only
 *    if its sender falls silent (RFC 5961 3.2).
 * 8. Whatever waits, waits at most until the stream's end.
 * 9. On ports that are not watched a stream is ours once its first words say so; until then what
 *    may be such words is kept (prospect.c).
 * 10. There an HTTP POST is told, by the one segment that begins with it (post.c). */
#include "sensor/stream/stream.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/stream/alias.h"
#include "sensor/stream/begin.h"
#include "sensor/stream/delivery.h"
#include "sensor/stream/life.h"
#include "sensor/stream/post.h"
#include "sensor/stream/prospect.h"
#include "sensor/stream/receive.h"
#include "sensor/stream/services.h"
#include "sensor/stream/timewait.h"

void
stream_note_service(struct stream_table *t, struct endpoint server)
{
	if (t->handler.service != NULL && services_due(t->services, server, t->now))
		t->handler.service(t->handler.ctx, server, t->now);
}

static void
note_post(struct stream_table *t, const struct packet *p)
{
	struct slice path = post_path(p->payload);

	if (path.len > 0 && !stream_watches(&t->config, p->dst.port) && posts_due(t->posts, p))
		t->handler.post(t->handler.ctx, p->dst, p->time, path);
}

void
stream_packet(struct stream_table *t, const struct packet *p)
{
	stream_tick(t, p->time);
	if ((p->flags & (PACKET_SYN | PACKET_ACK)) == (PACKET_SYN | PACKET_ACK))
		stream_note_service(t, p->src);
	if (t->posts != NULL && post_may_begin(p->payload))
		note_post(t, p);

	enum side from;
	struct flow *f = stream_table_find(t, p, &from);
	if (f == NULL)
		return;
	COUNT(t->counters, segments);
	stream_table_touch(t, f);
	if (f->state == FLOW_PROSPECT) {
		prospect_packet(t, f, from, p);
		stream_table_reap(t);
		return;
	}
	if (f->state == FLOW_OPEN && begin_is_reuse(f, from, p))
		begin_reuse(t, f, p);
	if (p->flags & PACKET_SYN && f->state == FLOW_OPEN)
		begin_late_syn(f, from, p);
	else if (p->flags & PACKET_SYN)
		begin_syn(t, f, from, p);
	else if (f->state == FLOW_EMBRYO)
		begin_packet(t, f, from, p);
	else
		receive_packet(t, f, from, p);
	stream_table_reap(t);
}

void
stream_tick(struct stream_table *t, int64_t now)
{
	if (now > t->now)
		t->now = now;
	life_check(t);
	stream_table_expire(t);
}

void
stream_finish(struct stream_table *t)
{
	struct flow *f, *next;

	for (f = t->lists[FLOW_EMBRYO].first; f != NULL; f = next) {
		next = f->next;
		if (f->held.count > 0)
			stream_begin(t, f);
	}
	while (t->lists[FLOW_OPEN].first != NULL)
		life_end(t, t->lists[FLOW_OPEN].first, CLOSE_EOF);
	stream_table_reap(t);
}

/* For stream_table.c: the oldest must go. */
void
stream_give_up(struct stream_table *t, struct flow *f, enum close_reason why)
{
	if (f->state == FLOW_OPEN)
		life_end(t, f, why);
}

bool
stream_watches(const struct stream_config *config, uint16_t port)
{
	for (size_t i = 0; i < config->ports_count; i++)
		if (config->ports[i] == port)
			return true;
	return false;
}

struct stream_config
stream_config_default(void)
{
	struct stream_config c = { .ports = { 25, 465, 587, 2525 }, .ports_count = 4 };
	c.any_port = true;
	c.idle_ns = 600 * PTIME_SECOND;
	c.streams = LIMIT_STREAMS;
	return c;
}

struct stream_table *
stream_table_new(const struct stream_config *config, const struct stream_handler *handler,
	struct counters *counters, struct err *err)
{
	struct stream_table *t = must_alloc(sizeof *t);

	memset(t, 0, sizeof *t);
	t->config = *config;
	t->handler = *handler;
	t->counters = counters;
	t->events = (struct nids_events){ t, delivery_bytes, delivery_closed };
	if (nids_start(config->streams, &t->events, counters, err) < 0) {
		free(t);
		return NULL;
	}
	t->aliases = alias_table_new();
	t->services = services_new();
	t->timewait = timewait_new(config->streams);
	if (config->any_port)
		t->prospects = prospects_new(config->streams);
	if (config->any_port && handler->post != NULL)
		t->posts = posts_new();
	return t;
}

void
stream_table_free(struct stream_table *t)
{
	if (t == NULL)
		return;
	stream_finish(t);
	stream_table_clear(t);
	nids_stop();
	alias_table_free(t->aliases);
	services_free(t->services);
	timewait_free(t->timewait);
	prospects_free(t->prospects);
	posts_free(t->posts);
	free(t);
}
