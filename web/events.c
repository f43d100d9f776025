/* /api/1/live: tells pages that there is something new, so that they load themselves again.
 *
 * Source: HTML Living Standard 9.2 (server-sent events).
 * It holds no connection to the store between two looks, and ends by itself: browsers ask again. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "web/api.h"

#define EVENTS_LIFE (600 * PTIME_SECOND)
#define EVENTS_ALIVE                                                                               \
	(5 * PTIME_SECOND) /* a comment: proxies see that it lives, and we that the browser does   \
			    */

struct events {
	struct stream stream;
	struct pool *pool;
	int64_t seq, started, told;
	struct buf line; /* what is not sent yet */
};

static struct events *
events_of(struct stream *s)
{
	return (struct events *)((char *)s - offsetof(struct events, stream));
}

/* What the store has counted up to; -1 = it cannot be read now. */
static int64_t
look(struct pool *pool)
{
	struct reader reader;
	struct err err = { "" };
	int64_t seq = -1;

	if (pool_take(pool, &reader, &err) != 0) {
		return -1;
	}
	bool sound = store_seq(reader.store, &seq, &err) == 0;
	pool_give(pool, &reader, sound);
	return sound ? seq : -1;
}

static int64_t
events_read(struct stream *s, uint8_t *out, size_t max, int64_t now)
{
	struct events *e = events_of(s);

	if (e->line.len == 0) {
		int64_t seq = look(e->pool);
		if (now - e->started > EVENTS_LIFE) {
			return 0;
		}
		if (seq >= 0 && seq != e->seq) {
			e->seq = seq;
			buf_printf(&e->line,
				"event: changed\nid: %" PRId64 "\ndata: %" PRId64 "\n\n", seq, seq);
		} else if (now - e->told >= EVENTS_ALIVE) {
			buf_str(&e->line, ": alive\n\n");
		}
	}
	if (e->line.len == 0) {
		return STREAM_LATER;
	}
	size_t n = e->line.len < max ? e->line.len : max;
	memcpy(out, e->line.ptr, n);
	buf_eat(&e->line, n);
	e->told = now;
	return (int64_t)n;
}

static void
events_free(struct stream *s)
{
	struct events *e = events_of(s);

	buf_release(&e->line);
	free(e);
}

void
events_answer(struct request *r, struct answer *a)
{
	struct events *e = must_alloc(sizeof *e);

	*e = (struct events){ .stream = { events_read, events_free },
		.pool = r->pool,
		.seq = look(r->pool),
		.started = r->now,
		.told = r->now };
	buf_init(&e->line, 4096);
	/* The first bytes tell the browser that it is connected, and when to come again. */
	buf_str(&e->line, "retry: 5000\n\n");
	a->type = "text/event-stream";
	a->stream = &e->stream;
}
