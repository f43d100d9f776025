#include "sensor/process_lookup.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/clock.h"
#include "sensor/base/term.h"
#include "sensor/limits.h"
#include "sensor/lookup/resolver.h"

#define LOOK_EVERY (10 * PTIME_SECOND) /* at the hosts of the store */
#define IDLE_MS 200		       /* between looks at whether it is to end */

_Static_assert((int)LOOKUP_SLOTS <= (int)RESOLVER_SLOTS, "each question has its slot");

struct lookup_process {
	const struct process_lookup_config *config;
	const struct ipc_ends *ends;
	struct resolver *resolver;
	struct lookup *lookup;
	struct counters counters, told;
	struct buf payload;
	int64_t look_due, state_due; /* CLOCK_MONOTONIC */
	bool store_fails;	     /* said already */
};

/* ---- to the collector ---- */

static void
forward(struct lookup_process *p, enum ipc_type type)
{
	if (ipc_write(p->ends->out, &p->ends->cookie, type, buf_slice(&p->payload)) < 0)
		COUNT(&p->counters, frames_lost);
	buf_clear(&p->payload);
}

static void
on_result(void *ctx, const struct lookup_result *result)
{
	struct lookup_process *p = ctx;

	ipc_pack_lookup(&p->payload, result);
	forward(p, IPC_LOOKUP);
}

static void
on_event(void *ctx, const char *text)
{
	struct lookup_process *p = ctx;
	struct ipc_event event = { .time = clock_ns(CLOCK_REALTIME), .kind = "blocklist" };

	snprintf(event.text, sizeof event.text, "%s", text);
	ipc_pack_event(&p->payload, &event);
	forward(p, IPC_EVENT);
}

static void
send_state(struct lookup_process *p)
{
	struct ipc_state state = { PROCESS_LOOKUP, (uint32_t)getpid(), p->counters, 0 };

	p->state_due = clock_ns(CLOCK_MONOTONIC) + PTIME_SECOND;
	if (memcmp(&state.counters, &p->told, sizeof p->told) == 0)
		return;
	p->told = state.counters;
	ipc_pack_state(&p->payload, &state);
	forward(p, IPC_STATE);
}

/* ---- from and to the resolver ---- */

static int
ask(void *ctx, unsigned slot, const char *name)
{
	const struct lookup_process *p = ctx;
	return resolver_ask(p->resolver, slot, name);
}

static void
cancel(void *ctx, unsigned slot)
{
	const struct lookup_process *p = ctx;
	resolver_cancel(p->resolver, slot);
}

static void
answered(void *ctx, unsigned slot, const struct dns_answer *answer)
{
	struct lookup_process *p = ctx;
	lookup_answered(p->lookup, slot, answer, clock_ns(CLOCK_REALTIME));
}

/* ---- from the store ---- */

static void
take_answer(void *ctx, const struct lookup_result *result)
{
	struct lookup_process *p = ctx;
	lookup_known(p->lookup, result);
}

static void
take_host(void *ctx, const struct lookup_host *host)
{
	struct lookup_process *p = ctx;
	lookup_hosts_add(p->lookup, host);
}

/* A store that cannot be read costs this look at it: it goes on with the hosts read until then. */
static void
look(struct lookup_process *p)
{
	const struct process_lookup_store *store = p->config->store;
	int64_t now = clock_ns(CLOCK_REALTIME);
	struct err err = { "" };

	lookup_hosts_begin(p->lookup);
	int rc = store->hosts(store->ctx, now, take_host, p, &err);
	lookup_hosts_end(p->lookup, now);
	if (rc < 0 && !p->store_fails)
		fprintf(stderr, "heloscope run: the lookup: %s\n", err.text);
	p->store_fails = rc < 0;
	p->look_due = clock_ns(CLOCK_MONOTONIC) + LOOK_EVERY;
}

/* ---- life ---- */

static int
start(struct lookup_process *p, struct err *err)
{
	const struct process_lookup_config *c = p->config;
	const struct sandbox sandbox = { .user = c->user, .ends_with_parent = true, .asks = true };
	const struct resolver_calls from_resolver = { p, answered };
	const struct lookup_calls calls = { p, ask, cancel, on_result, on_event };

	p->lookup = lookup_new(c->lookup, &calls, &p->counters);
	if (sandbox_enter(&sandbox, err) < 0 || c->store->open(c->store->ctx, err) < 0)
		return -1;
	p->resolver = resolver_new(c->resolver, &from_resolver, err);
	if (p->resolver == NULL)
		return -1;
	/* The store's files are opened by the first question to it. */
	if (c->store->answers(c->store->ctx, clock_ns(CLOCK_REALTIME) - c->lookup->cache_ns,
		    take_answer, p, err) < 0)
		return -1;
	return sandbox_close(&sandbox, err);
}

static void
wait_answers(const struct lookup_process *p, int64_t next)
{
	struct pollfd fd = { .fd = resolver_fd(p->resolver), .events = POLLIN };
	int64_t ms = (next - clock_ns(CLOCK_REALTIME)) / PTIME_MS + 1;

	(void)poll(&fd, 1, ms < 0 ? 0 : ms > IDLE_MS ? IDLE_MS : (int)ms);
	if (fd.revents != 0)
		resolver_handle(p->resolver);
}

static void
work(struct lookup_process *p)
{
	while (!term_asked()) {
		if (clock_ns(CLOCK_MONOTONIC) >= p->look_due)
			look(p);
		wait_answers(p, lookup_step(p->lookup, clock_ns(CLOCK_REALTIME)));
		if (clock_ns(CLOCK_MONOTONIC) >= p->state_due)
			send_state(p);
	}
	send_state(p);
}

int
process_lookup(const struct process_lookup_config *config, const struct ipc_ends *ends)
{
	struct lookup_process p = { .config = config, .ends = ends };
	struct err err = { "" };
	int status = 0;

	buf_init(&p.payload, LIMIT_FRAME);
	if (start(&p, &err) == 0) {
		work(&p);
	} else {
		fprintf(stderr, "heloscope run: the lookup: %s\n", err.text);
		status = 1;
	}
	resolver_free(p.resolver);
	lookup_free(p.lookup);
	config->store->close(config->store->ctx);
	buf_release(&p.payload);
	return status;
}
