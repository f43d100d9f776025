#include "sensor/lookup/lookup_state.h"

#include <stdio.h>
#include <string.h>

#include "sensor/limits.h"
#include "sensor/lookup/question.h"

#define WAIT (10 * PTIME_SECOND) /* for an answer */
#define TEST_LASTS PTIME_DAY	 /* for "not listed" */
#define BROKEN_LASTS PTIME_HOUR	 /* until it is tested again */
#define PREDICTIONS_MAX 64

/* ---- zones ---- */

static void
add_zone(struct lookup *l, struct lookup_zone zone)
{
	const struct zone *row = zone_known(slice_str(zone.zone));
	struct zone_state state = { .zone = zone, .asked = zone.zone, .row = row };

	if (row != NULL)
		state.zone.zone = row->name;
	if (l->zones_count < LOOKUP_ZONES_MAX)
		l->zones[l->zones_count++] = state;
}

struct lookup *
lookup_new(const struct lookup_config *config, const struct lookup_calls *calls,
	struct counters *counters)
{
	struct lookup *l = must_alloc(sizeof *l);
	const struct zone *row;

	*l = (struct lookup){ .config = *config, .calls = *calls, .counters = counters };
	l->order = must_alloc(LIMIT_LOOKUP_HOSTS * sizeof *l->order);
	for (size_t i = 0; i < config->zones_count; i++)
		add_zone(l, config->zones[i]);
	for (size_t i = 0; config->zones_count == 0 && (row = zone_at(i)) != NULL; i++)
		if (row->by_default)
			add_zone(l, (struct lookup_zone){ row->list, row->name });
	return l;
}

static void
forget(struct lookup *l, struct asked *a)
{
	HASH_DEL(l->table, a);
	free(a->predictions);
	free(a);
}

void
lookup_free(struct lookup *l)
{
	struct asked *a, *next;

	if (l == NULL)
		return;
	HASH_ITER(hh, l->table, a, next)
	forget(l, a);
	free(l->order);
	free(l);
}

const struct lookup_zone *
lookup_zone_at(const struct lookup *l, size_t i)
{
	return i < l->zones_count ? &l->zones[i].zone : NULL;
}

/* ---- hosts ---- */

struct asked *
lookup_find(const struct lookup *l, struct addr ip)
{
	struct asked *a;

	HASH_FIND(hh, l->table, &ip, sizeof ip, a);
	return a;
}

/* NULL when there are too many. */
static struct asked *
find_or_add(struct lookup *l, struct addr ip)
{
	struct asked *a = lookup_find(l, ip);

	if (a != NULL || HASH_COUNT(l->table) >= LIMIT_LOOKUP_HOSTS)
		return a;
	a = must_alloc(sizeof *a);
	memset(a, 0, sizeof *a);
	a->ip = ip;
	HASH_ADD(hh, l->table, ip, sizeof a->ip, a);
	return a;
}

void
lookup_known(struct lookup *l, const struct lookup_result *result)
{
	int64_t lasts = l->config.cache_ns;

	if (result->answer == LOOKUP_ERROR && lasts > LOOKUP_ERROR_LASTS)
		lasts = LOOKUP_ERROR_LASTS;
	for (size_t i = 0; i < l->zones_count; i++) {
		struct asked *a;

		if (!slice_ieq(slice_str(l->zones[i].zone.zone), slice_str(result->zone)) ||
			(a = find_or_add(l, result->host)) == NULL)
			continue;
		if (a->due[i] < result->time + lasts)
			a->due[i] = result->time + lasts;
	}
}

void
lookup_hosts_begin(struct lookup *l)
{
	for (size_t i = 0; i < l->order_count; i++)
		l->order[i]->wanted = false;
	l->order_count = 0;
}

void
lookup_hosts_add(struct lookup *l, const struct lookup_host *host)
{
	size_t n = host->predictions_count;
	struct asked *a;

	if (!question_may_be_asked(host->ip) || (a = find_or_add(l, host->ip)) == NULL || a->wanted)
		return;
	if (n > PREDICTIONS_MAX)
		n = PREDICTIONS_MAX;
	a->wanted = true;
	a->verdict = host->verdict;
	a->predictions = must_realloc(a->predictions, (n + 1) * sizeof *a->predictions);
	a->predictions_count = n;
	for (size_t i = 0; i < n; i++) {
		snprintf(a->predictions[i].list, sizeof a->predictions[i].list, "%s",
			host->predictions[i].list);
		a->predictions[i].predicted = host->predictions[i].predicted;
	}
	l->order[l->order_count++] = a;
}

void
lookup_hosts_end(struct lookup *l, int64_t now)
{
	struct asked *a, *next;

	HASH_ITER(hh, l->table, a, next)
	{
		bool waits = a->wanted;

		for (size_t i = 0; i < l->zones_count; i++)
			waits |= a->due[i] > now;
		if (!waits)
			forget(l, a);
	}
}

/* ---- what is due ---- */

struct choice {
	enum question question;
	size_t zone;
	struct addr ip;
};

static bool
under_way(const struct lookup *l, enum question question, size_t zone, struct addr ip)
{
	for (size_t i = 0; i < LOOKUP_SLOTS; i++) {
		const struct flight *f = &l->flights[i];

		if (f->active && f->zone == zone && addr_eq(f->ip, ip) &&
			(f->question == ASK_HOST) == (question == ASK_HOST))
			return true;
	}
	return false;
}

static int64_t
test_lasts(const struct tested *t)
{
	return t->state == TEST_BROKEN ? BROKEN_LASTS : TEST_LASTS;
}

/* What must be asked before that host can be; false = nothing can be asked of that zone now. */
static bool
choose(const struct lookup *l, const struct asked *a, size_t zone, int64_t now, struct choice *out)
{
	const struct zone_state *z = &l->zones[zone];
	const struct tested *t = &z->tested[lookup_family(a->ip)];

	if (a->due[zone] > now || z->pause_until > now ||
		(a->ip.family == ADDR_V6 && z->row != NULL && !z->row->ipv6))
		return false;
	*out = (struct choice){ ASK_HOST, zone, a->ip };
	if (t->state == TEST_NONE || (t->state != TEST_HALF && now - t->time >= test_lasts(t)))
		*out = (struct choice){ ASK_TEST_CLEAR, zone, question_test_clear(a->ip.family) };
	else if (t->state == TEST_HALF)
		*out = (struct choice){ ASK_TEST_LISTED, zone, question_test_listed(a->ip.family) };
	else if (t->state == TEST_BROKEN)
		return false;
	return !under_way(l, out->question, zone, out->ip);
}

static bool
choose_any(const struct lookup *l, int64_t now, struct choice *out)
{
	for (size_t i = 0; i < l->order_count; i++)
		for (size_t zone = 0; zone < l->zones_count; zone++)
			if (choose(l, l->order[i], zone, now, out))
				return true;
	return false;
}

size_t
lookup_due(const struct lookup *l, int64_t now)
{
	struct choice choice;
	size_t n = 0;

	for (size_t i = 0; i < l->order_count; i++)
		for (size_t zone = 0; zone < l->zones_count; zone++)
			n += choose(l, l->order[i], zone, now, &choice);
	return n;
}

bool
lookup_done(const struct lookup *l, int64_t now)
{
	struct choice choice;

	for (size_t i = 0; i < LOOKUP_SLOTS; i++)
		if (l->flights[i].active)
			return false;
	return !choose_any(l, now, &choice);
}

/* ---- questions ---- */

static void
ask(struct lookup *l, unsigned slot, const struct choice *choice, int64_t now)
{
	struct dns_answer failed = { .kind = DNS_FAILED, .error = "the question cannot be sent" };
	char name[QUESTION_NAME_MAX];

	l->flights[slot] =
		(struct flight){ true, choice->question, choice->zone, choice->ip, now + WAIT };
	COUNT(l->counters, lookups);
	if (question_name(choice->ip, l->zones[choice->zone].asked, name) < 0 ||
		l->calls.ask(l->calls.ctx, slot, name) < 0)
		lookup_answered(l, slot, &failed, now);
}

/* The earliest deadline. */
static int64_t
give_up_late(struct lookup *l, int64_t now)
{
	struct dns_answer none = { .kind = DNS_FAILED, .error = "no answer within 10 s" };
	int64_t first = LOOKUP_NEVER;

	for (unsigned i = 0; i < LOOKUP_SLOTS; i++) {
		struct flight *f = &l->flights[i];

		if (f->active && now >= f->deadline) {
			l->calls.cancel(l->calls.ctx, i);
			lookup_answered(l, i, &none, now);
		}
		if (f->active && f->deadline < first)
			first = f->deadline;
	}
	return first;
}

static int
free_slot(const struct lookup *l)
{
	for (int i = 0; i < LOOKUP_SLOTS; i++)
		if (!l->flights[i].active)
			return i;
	return -1;
}

int64_t
lookup_step(struct lookup *l, int64_t now)
{
	int64_t pace = LOOKUP_MINUTE / l->config.per_minute;
	int64_t deadline = give_up_late(l, now);
	int slot = free_slot(l);
	struct choice choice;

	if (l->next > now + pace) /* the clock was set back */
		l->next = now;
	if (now >= l->next && slot >= 0 && choose_any(l, now, &choice)) {
		ask(l, (unsigned)slot, &choice, now);
		l->next = now + pace;
	}
	int64_t again = l->next > now ? l->next : now + PTIME_SECOND;
	return again < deadline ? again : deadline;
}
