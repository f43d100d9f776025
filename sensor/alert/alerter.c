#include "sensor/alert/alerter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/alert/alert_text.h"
#include "sensor/alert/decide.h"
#include "sensor/limits.h"
#include "sensor/record_layout.h"

/* A delivery that the store does not show after this time is sent again; an attempt whose note is
 * older than NOTE_MAX is noted anew before it is made; the next alerter waits SPARE longer than it
 * may last. */
#define SEND_AGAIN (3 * PTIME_SECOND)
#define NOTE_MAX (10 * PTIME_SECOND)
#define SPARE (5 * PTIME_SECOND)

enum { ATTEMPTS_MAX = 64, CHANGE_MEMORY = 4096, HOST_MEMORY = 64 << 20 };

/* On its way to the store. */
struct unstored {
	struct delivery d;
	char error[ALERT_REASON_MAX];
	struct addr host; /* ADDR_NONE = of no single one */
	size_t target;
	int64_t sent;
};

/* What is told at once: its changes, in its arena. */
struct group {
	enum { GROUP_NONE, GROUP_NOTED, GROUP_RUNS } state;
	size_t target;
	int32_t attempts; /* this one counted */
	int64_t tried;	  /* time of the note, which no other group of the target has */
	struct arena arena;
	struct change *changes;
	size_t changes_count, changes_cap;
	struct alert alert; /* while it runs */
	char id[ALERT_ID_MAX];
};

struct place {
	int64_t after; /* everything up to this change has a delivery in the store */
	int64_t tried; /* last time that was given to a group */
	bool known;    /* `after` was found */
};

struct alerter {
	struct alerter_config config;
	struct counters *counters;
	struct unstored *unstored;
	size_t unstored_count, unstored_cap;
	struct group groups[ATTEMPTS_MAX];
	struct place *places; /* by target */
	int64_t now;
};

struct alerter *
alerter_new(const struct alerter_config *config, struct counters *counters)
{
	struct alerter *a = must_alloc(sizeof *a);

	memset(a, 0, sizeof *a);
	a->config = *config;
	a->counters = counters;
	a->places = must_alloc((config->targets_count + 1) * sizeof *a->places);
	memset(a->places, 0, config->targets_count * sizeof *a->places);
	for (size_t i = 0; i < ATTEMPTS_MAX; i++)
		arena_init(&a->groups[i].arena,
			HOST_MEMORY + (size_t)LIMIT_ALERTS_DIGEST * CHANGE_MEMORY);
	return a;
}

void
alerter_free(struct alerter *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < ATTEMPTS_MAX; i++)
		arena_release(&a->groups[i].arena);
	free(a->unstored);
	free(a->places);
	free(a);
}

/* ---- on the way to the store ---- */

static bool
has_room(const struct alerter *a, size_t more)
{
	return a->unstored_count + more <= LIMIT_ALERTS_UNSTORED;
}

static void
send_on(struct alerter *a, struct unstored *u)
{
	u->d.error = u->error;
	u->d.target = a->config.targets[u->target].name;
	u->sent = a->now;
	a->config.ways->note(a->config.ways->ctx, &u->d);
}

static struct unstored *
one_more(struct alerter *a)
{
	if (a->unstored_count == a->unstored_cap) {
		a->unstored_cap = a->unstored_cap == 0 ? 64 : 2 * a->unstored_cap;
		a->unstored = must_realloc(a->unstored, a->unstored_cap * sizeof *a->unstored);
	}
	return &a->unstored[a->unstored_count++];
}

/* A later word on the same change and target replaces the one that is on its way.  What ended is
 * always taken; decisions are made only while there is room. */
static void
store(struct alerter *a, size_t target, struct addr host, const struct delivery *d)
{
	struct unstored *u = NULL;

	for (size_t i = 0; i < a->unstored_count && u == NULL; i++)
		if (a->unstored[i].d.change == d->change && a->unstored[i].target == target)
			u = &a->unstored[i];
	if (u == NULL)
		u = one_more(a);
	*u = (struct unstored){ .d = *d, .host = host, .target = target };
	snprintf(u->error, sizeof u->error, "%s", d->error);
	send_on(a, u);
}

static bool
is_stored(const struct delivery *want, const struct delivery *have)
{
	return have->state != DELIVERY_WAITING ||
	       (have->state == want->state && have->attempts == want->attempts &&
		       have->time == want->time && have->next == want->next);
}

static int
look_for_stored(struct alerter *a, struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->unstored_count; i++) {
		struct unstored u = a->unstored[i];
		struct delivery have = { .change = u.d.change,
			.target = a->config.targets[u.target].name };
		int got = a->config.store->delivery(a->config.store->ctx, &have, err);
		if (got < 0)
			return -1;
		if (got == 1 && is_stored(&u.d, &have))
			continue;
		if (a->now - u.sent >= SEND_AGAIN || a->now < u.sent)
			send_on(a, &u);
		a->unstored[kept++] = u;
	}
	a->unstored_count = kept;
	return 0;
}

/* ---- groups ---- */

static void
end_group(struct group *g)
{
	arena_reset(&g->arena);
	g->changes = NULL;
	g->changes_count = g->changes_cap = 0;
	g->state = GROUP_NONE;
}

static void
note_group(struct alerter *a, struct group *g)
{
	const struct alert_target *t = &a->config.targets[g->target];
	struct place *place = &a->places[g->target];

	g->tried = a->now > place->tried ? a->now : place->tried + 1;
	place->tried = g->tried;
	for (size_t i = 0; i < g->changes_count; i++) {
		const struct delivery d = { .change = g->changes[i].seq,
			.state = DELIVERY_WAITING,
			.attempts = g->attempts,
			.time = g->tried,
			.next = g->tried + NOTE_MAX + t->limit + SPARE,
			.error = "" };
		store(a, g->target, g->changes[i].host, &d);
	}
	g->state = GROUP_NOTED;
}

/* A free place for one more attempt at the target, or NULL. */
static struct group *
free_group(struct alerter *a, size_t target)
{
	struct group *g = NULL;
	size_t running = 0;

	for (size_t i = 0; i < ATTEMPTS_MAX; i++) {
		bool is_free = a->groups[i].state == GROUP_NONE;
		running += !is_free && a->groups[i].target == target;
		if (is_free && g == NULL)
			g = &a->groups[i];
	}
	return running < LIMIT_ALERTS_AT_ONCE ? g : NULL;
}

static void
copy_change(struct arena *arena, const struct change *from, struct change *to)
{
	*to = *from;
	to->sensor = arena_string(arena, slice_str(from->sensor));
	to->before = arena_string(arena, slice_str(from->before));
	to->cause = arena_string(arena, slice_str(from->cause));
	to->summary = arena_string(arena, slice_str(from->summary));
}

static void
add_to_group(struct group *g, const struct change *change)
{
	struct change *copy = ARENA_PUSH(&g->arena, g->changes, LIMIT_ALERTS_DIGEST);

	if (copy != NULL)
		copy_change(&g->arena, change, copy);
}

/* 1 = the store shows all of its notes; 0 = not yet; -1 = another alerter's attempt has settled
 * one of them, or the store cannot be read. */
static int
is_noted(struct alerter *a, const struct group *g, struct err *err)
{
	for (size_t i = 0; i < g->changes_count; i++) {
		struct delivery have = { .change = g->changes[i].seq,
			.target = a->config.targets[g->target].name };
		int got = a->config.store->delivery(a->config.store->ctx, &have, err);
		if (got < 0 || (got == 1 && have.state != DELIVERY_WAITING))
			return -1;
		if (got == 0 || have.attempts != g->attempts || have.time != g->tried)
			return 0;
	}
	return 1;
}

static void
begin(struct alerter *a, struct group *g, struct err *err)
{
	struct host_record *host = NULL;
	const struct alert_attempt attempt = { (size_t)(g - a->groups),
		&a->config.targets[g->target], &g->alert };

	if (g->changes_count == 1)
		host = arena_alloc(&g->arena, sizeof *host);
	if (host != NULL && a->config.store->host(a->config.store->ctx, g->changes[0].host,
				    &g->arena, host, err) != 1)
		host = NULL;
	g->alert = (struct alert){ .id = alert_id(g->changes, g->changes_count, g->id),
		.sensor = a->config.sensor,
		.time = a->now,
		.attempt = g->attempts,
		.changes = g->changes,
		.changes_count = g->changes_count,
		.host = host,
		.report = a->config.report };
	if (a->config.ways->begin(a->config.ways->ctx, &attempt) == 0)
		g->state = GROUP_RUNS;
}

static int
begin_noted(struct alerter *a, struct err *err)
{
	for (size_t i = 0; i < ATTEMPTS_MAX; i++) {
		struct group *g = &a->groups[i];
		int noted = g->state == GROUP_NOTED ? is_noted(a, g, err) : 0;
		if (err->text[0] != '\0')
			return -1;
		if (noted < 0)
			end_group(g);
		else if (noted == 1 && a->now - g->tried > NOTE_MAX)
			note_group(a, g);
		else if (noted == 1)
			begin(a, g, err);
	}
	return 0;
}

void
alert_results(const struct alert *alert, const char *target, const struct alert_result *result,
	int64_t now, void (*fn)(void *ctx, const struct delivery *d), void *ctx)
{
	for (size_t i = 0; i < alert->changes_count; i++) {
		struct delivery d = { .change = alert->changes[i].seq,
			.target = target,
			.attempts = alert->attempt };
		alert_settle(result, alert->changes[i].noted, now, &d);
		fn(ctx, &d);
	}
}

struct ending {
	struct alerter *a;
	const struct group *g;
	size_t done, given_up;
};

static void
store_result(void *ctx, const struct delivery *d)
{
	struct ending *e = ctx;
	size_t i = 0;

	while (e->g->changes[i].seq != d->change)
		i++;
	store(e->a, e->g->target, e->g->changes[i].host, d);
	e->done += d->state == DELIVERY_DONE;
	e->given_up += d->state == DELIVERY_GIVEN_UP;
}

static void
tell_given_up(struct alerter *a, const struct group *g, const struct alert_result *result)
{
	char text[ALERT_REASON_MAX + 200], ip[ADDR_TEXT_MAX], more[40] = "";

	if (g->changes_count > 1)
		snprintf(more, sizeof more, " and %zu more", g->changes_count - 1);
	snprintf(text, sizeof text, "[alert %s] was not told of %s%s: %s",
		a->config.targets[g->target].name, addr_format(g->changes[0].host, ip), more,
		result->reason);
	a->config.ways->event(a->config.ways->ctx, a->now, text);
}

void
alerter_ended(struct alerter *a, size_t number, const struct alert_result *result, int64_t now)
{
	struct group *g = &a->groups[number];
	struct ending e = { .a = a, .g = g };

	if (g->state != GROUP_RUNS)
		return;
	a->now = now;
	alert_results(&g->alert, a->config.targets[g->target].name, result, now, store_result, &e);
	COUNT_BY(a->counters, alerts_sent, e.done);
	if (result->outcome != ALERT_DELIVERED)
		COUNT(a->counters, alerts_failed);
	if (e.given_up > 0)
		tell_given_up(a, g, result);
	end_group(g);
}

/* ---- looking at what waits ---- */

struct due {
	struct change change;
	int32_t attempts;
	int64_t tried;
	bool taken;
};

struct look {
	struct alerter *a;
	size_t target;
	struct arena arena;
	struct due *due; /* oldest first */
	size_t due_count, due_cap;
	size_t fresh;	     /* of them, without an attempt so far */
	int64_t first_fresh; /* first change without a delivery; 0 = none */
	size_t seen;
};

/* What the store shows of this change, or was told of its host, is about to change. */
static bool
is_underway(const struct alerter *a, size_t target, const struct change *c)
{
	for (size_t i = 0; i < a->unstored_count; i++) {
		const struct unstored *u = &a->unstored[i];
		if (u->target == target &&
			(u->d.change == c->seq || (u->d.attempts > 0 && addr_eq(u->host, c->host))))
			return true;
	}
	for (size_t i = 0; i < ATTEMPTS_MAX; i++) {
		const struct group *g = &a->groups[i];
		if (g->state == GROUP_NONE || g->target != target)
			continue;
		for (size_t k = 0; k < g->changes_count; k++)
			if (addr_eq(g->changes[k].host, c->host))
				return true;
	}
	return false;
}

static void
take(struct look *l, const struct change_waiting *w)
{
	struct due *due = ARENA_PUSH(&l->arena, l->due, LIMIT_ALERTS_LOOK);

	if (due == NULL)
		return;
	*due = (struct due){ .attempts = w->attempts, .tried = w->tried };
	copy_change(&l->arena, &w->change, &due->change);
	l->fresh += w->attempts == 0;
}

/* "muted until … by …" */
static const char *
say_muted(const struct change_waiting *w, char *out, size_t size)
{
	char until[PTIME_TEXT_MAX];

	ptime_format(w->muted_until, until);
	snprintf(out, size, "muted until %s%s%s", until, w->muted_by[0] != '\0' ? " by " : "",
		w->muted_by);
	return out;
}

static void
look_at(void *ctx, const struct change_waiting *w)
{
	struct look *l = ctx;
	struct alerter *a = l->a;
	struct delivery d = { .change = w->change.seq, .time = a->now };
	char why[160];

	l->seen++;
	if (w->next == 0 && w->attempts == 0 && l->first_fresh == 0)
		l->first_fresh = w->change.seq;
	if (is_underway(a, l->target, &w->change))
		return;
	struct alert_decision decision = alert_decide(w, &a->config.targets[l->target], a->now);
	d.error = decision.why;
	switch (decision.step) {
	case ALERT_WAIT:
		return;
	case ALERT_TELL:
		take(l, w);
		return;
	case ALERT_HOLD:
		d.state = DELIVERY_WAITING;
		d.next = decision.until;
		break;
	case ALERT_SUPPRESS:
		d.state = DELIVERY_SUPPRESSED;
		if (decision.until != 0)
			d.error = say_muted(w, why, sizeof why);
		break;
	}
	store(a, l->target, w->change.host, &d);
}

/* Those that were tried together are tried together again: the same changes have the same id. */
static void
start_again(struct look *l, size_t first)
{
	struct alerter *a = l->a;
	struct group *g = free_group(a, l->target);
	const struct due *model = &l->due[first];

	if (g == NULL || !has_room(a, LIMIT_ALERTS_DIGEST))
		return;
	g->target = l->target;
	g->attempts = model->attempts + 1;
	for (size_t i = first; i < l->due_count; i++) {
		struct due *due = &l->due[i];
		if (due->attempts != model->attempts || due->tried != model->tried)
			continue;
		due->taken = true;
		add_to_group(g, &due->change);
	}
	note_group(a, g);
}

static void
start_fresh(struct look *l, size_t first, size_t most)
{
	struct alerter *a = l->a;
	struct group *g = free_group(a, l->target);

	if (g == NULL || !has_room(a, most) ||
		(most == 1 && is_underway(a, l->target, &l->due[first].change)))
		return;
	g->target = l->target;
	g->attempts = 1;
	for (size_t i = first; i < l->due_count && g->changes_count < most; i++) {
		if (l->due[i].attempts > 0 || l->due[i].taken)
			continue;
		l->due[i].taken = true;
		add_to_group(g, &l->due[i].change);
	}
	note_group(a, g);
}

static void
start_due(struct look *l)
{
	bool digest = l->fresh > LIMIT_ALERTS_SINGLE;

	for (size_t i = 0; i < l->due_count; i++) {
		if (l->due[i].taken)
			continue;
		if (l->due[i].attempts > 0)
			start_again(l, i);
		else
			start_fresh(l, i, digest ? LIMIT_ALERTS_DIGEST : 1);
	}
}

/* Where the target begins: a new one is told nothing of what was before this run. */
static int
find_place(struct alerter *a, size_t target, struct err *err)
{
	const struct alerter_config *c = &a->config;
	struct place *place = &a->places[target];
	int known = c->store->from(
		c->store->ctx, c->targets[target].name, c->started, &place->after, err);
	const struct delivery d = { .change = place->after,
		.state = DELIVERY_SUPPRESSED,
		.time = a->now,
		.error = "noted before the target was there" };

	if (known < 0)
		return -1;
	place->known = known == 1;
	if (known == 0)
		store(a, target, (struct addr){ .family = ADDR_NONE }, &d);
	return 0;
}

static int
look_at_target(struct alerter *a, size_t target, struct err *err)
{
	const struct alert_store *s = a->config.store;
	struct place *place = &a->places[target];
	struct look l = { .a = a, .target = target };
	int64_t newest;

	if (!place->known && find_place(a, target, err) < 0)
		return -1;
	if (!place->known || !has_room(a, LIMIT_ALERTS_LOOK))
		return 0;
	if (s->newest(s->ctx, &newest, err) < 0)
		return -1;
	const struct change_question q = { a->config.targets[target].name, place->after, a->now,
		LIMIT_ALERTS_LOOK };
	arena_init(&l.arena, (size_t)LIMIT_ALERTS_LOOK * CHANGE_MEMORY);
	int rc = s->waiting(s->ctx, &q, look_at, &l, err);
	if (rc == 0)
		start_due(&l);
	if (rc == 0 && l.first_fresh != 0)
		place->after = l.first_fresh - 1;
	else if (rc == 0 && l.seen < LIMIT_ALERTS_LOOK && newest > place->after)
		place->after = newest;
	arena_release(&l.arena);
	return rc;
}

int
alerter_work(struct alerter *a, int64_t now, struct err *err)
{
	a->now = now;
	if (look_for_stored(a, err) < 0 || begin_noted(a, err) < 0)
		return -1;
	for (size_t i = 0; i < a->config.targets_count; i++)
		if (look_at_target(a, i, err) < 0)
			return -1;
	return 0;
}
