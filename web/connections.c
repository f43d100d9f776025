#include "web/connections.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "sensor/base/arena.h"
#include "sensor/base/clock.h"
#include "sensor/base/ptime.h"

struct connection {
	struct connections *all;
	struct connection *before, *after;
	int fd;
	int64_t until;		       /* CLOCK_MONOTONIC */
	struct connection_pause pause; /* resume NULL = it does not wait */
};

struct connections {
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t ending;
	pthread_t thread;
	bool is_ending;
	bool is_hurried;
	struct connection *first;
};

static void
close_late(struct connections *c)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	for (struct connection *k = c->first; k != NULL; k = k->after) {
		if (k->until < now) {
			/* The library sees the end, and closes it; until then the number is ours.
			 */
			(void)shutdown(k->fd, SHUT_RDWR);
		}
	}
}

static void
resume_waiting(struct connections *c)
{
	for (struct connection *k = c->first; k != NULL; k = k->after) {
		struct connection_pause pause = k->pause;
		k->pause.resume = NULL;
		if (pause.resume != NULL) {
			k->until = clock_ns(CLOCK_MONOTONIC) + CONNECTION_ANSWER_S * PTIME_SECOND;
			pause.resume(pause.ctx);
		}
	}
}

static void *
watch(void *ctx)
{
	struct connections *c = ctx;
	pthread_mutex_lock(&c->lock);
	while (!c->is_ending) {
		struct timespec next;
		resume_waiting(c);
		close_late(c);
		clock_gettime(CLOCK_MONOTONIC, &next);
		next.tv_sec++;
		pthread_cond_timedwait(&c->ending, &c->lock, &next);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

struct connections *
connections_new(void)
{
	struct connections *c = must_alloc(sizeof *c);
	pthread_condattr_t by_clock;
	*c = (struct connections){ .first = NULL };
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&by_clock);
	pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC);
	pthread_cond_init(&c->ending, &by_clock);
	pthread_condattr_destroy(&by_clock);
	if (pthread_create(&c->thread, NULL, watch, c) == 0) {
		return c;
	}
	pthread_cond_destroy(&c->ending);
	pthread_mutex_destroy(&c->lock);
	free(c);
	return NULL;
}

void
connections_free(struct connections *c)
{
	if (c == NULL) {
		return;
	}
	pthread_mutex_lock(&c->lock);
	c->is_ending = true;
	pthread_cond_signal(&c->ending);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	pthread_cond_destroy(&c->ending);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static int64_t
in_seconds(int64_t s)
{
	return clock_ns(CLOCK_MONOTONIC) + s * PTIME_SECOND;
}

struct connection *
connections_add(struct connections *c, int fd)
{
	struct connection *k = must_alloc(sizeof *k);
	pthread_mutex_lock(&c->lock);
	*k = (struct connection){
		.all = c, .after = c->first, .fd = fd, .until = in_seconds(CONNECTION_REQUEST_S)
	};
	if (c->first != NULL) {
		c->first->before = k;
	}
	c->first = k;
	pthread_mutex_unlock(&c->lock);
	return k;
}

void
connections_remove(struct connection *k)
{
	struct connections *c = k->all;
	pthread_mutex_lock(&c->lock);
	if (k->after != NULL) {
		k->after->before = k->before;
	}
	if (k->before != NULL) {
		k->before->after = k->after;
	} else {
		c->first = k->after;
	}
	pthread_mutex_unlock(&c->lock);
	free(k);
}

static void
set_until(struct connection *k, int64_t s)
{
	pthread_mutex_lock(&k->all->lock);
	k->until = in_seconds(s);
	pthread_mutex_unlock(&k->all->lock);
}

void
connection_asks(struct connection *k)
{
	set_until(k, CONNECTION_REQUEST_S);
}

void
connection_takes(struct connection *k, size_t bytes)
{
	set_until(k, CONNECTION_ANSWER_S + (int64_t)(bytes / CONNECTION_RATE));
}

bool
connection_waits(struct connection *k, const struct connection_pause *pause)
{
	struct connections *c = k->all;
	pthread_mutex_lock(&c->lock);
	bool waits = !c->is_hurried;
	if (waits) {
		pause->suspend(pause->ctx);
		k->pause = *pause;
	}
	pthread_mutex_unlock(&c->lock);
	return waits;
}

void
connections_hurry(struct connections *c)
{
	pthread_mutex_lock(&c->lock);
	c->is_hurried = true;
	resume_waiting(c);
	pthread_mutex_unlock(&c->lock);
}
