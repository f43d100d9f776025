#include "sensor/lookup/lookup.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/lookup/question.h"
#include "sensor/lookup/zones.h"

#define MINUTE (60 * PTIME_SECOND)
#define WAIT (10 * PTIME_SECOND) /* for an answer */
#define PAUSE_MAX (6 * PTIME_HOUR)
#define TEST_LASTS PTIME_DAY	  /* for "not listed" */
#define TEST_FRESH (10 * MINUTE)  /* for "listed" */
#define BROKEN_LASTS PTIME_HOUR	  /* until it is tested again */
#define ERROR_LASTS (10 * MINUTE) /* of before a restart */
#define SILENT_AFTER 3		  /* failures in a row until the operator is told */
#define PREDICTIONS_MAX 64
#define NEVER INT64_MAX

enum { FAMILY_V4, FAMILY_V6, FAMILIES };

/* What a zone has shown for one family of addresses. */
struct tested {
	enum { TEST_NONE, TEST_HALF, TEST_GOOD, TEST_BROKEN } state; /* half: 127.0.0.1 is clear */
	int64_t time;
	bool has_entry; /* lists 127.0.0.2 */
	bool told;	/* that it is broken, or lacks it */
};

struct zone_state {
	struct lookup_zone zone;
	const struct zone *row; /* NULL = one of the administrator's own */
	struct tested tested[FAMILIES];
	int failures; /* in a row */
	int64_t pause_until;
};

struct prediction {
	char list[48];
	double predicted;
};

struct asked {
	struct addr ip; /* key */
	enum verdict verdict;
	bool wanted;
	int64_t due[LOOKUP_ZONES_MAX];
	struct prediction *predictions;
	size_t predictions_count;
	UT_hash_handle hh;
};

enum question { ASK_HOST, ASK_TEST_CLEAR, ASK_TEST_LISTED };

struct flight {
	bool active;
	enum question question;
	size_t zone;
	struct addr ip; /* of the host, or of the test */
	int64_t deadline;
};

struct lookup {
	struct lookup_config config;
	struct lookup_calls calls;
	struct counters *counters;
	struct zone_state zones[LOOKUP_ZONES_MAX];
	size_t zones_count;
	struct asked *table;
	struct asked **order; /* the wanted ones */
	size_t order_count;
	struct flight flights[LOOKUP_SLOTS];
	int64_t next; /* question, at the earliest */
};

/* ---- zones ---- */

static void
add_zone(struct lookup *l, struct lookup_zone zone)
{
	if (l->zones_count < LOOKUP_ZONES_MAX)
		l->zones[l->zones_count++] = (struct zone_state){ .zone = zone,
			.row = zone_known(slice_str(zone.zone)) };
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

static size_t
family_of(struct addr a)
{
	return a.family == ADDR_V6 ? FAMILY_V6 : FAMILY_V4;
}

/* ---- hosts ---- */

static struct asked *
find(const struct lookup *l, struct addr ip)
{
	struct asked *a;

	HASH_FIND(hh, l->table, &ip, sizeof ip, a);
	return a;
}

/* NULL when there are too many. */
static struct asked *
find_or_add(struct lookup *l, struct addr ip)
{
	struct asked *a = find(l, ip);

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

	if (result->answer == LOOKUP_ERROR && lasts > ERROR_LASTS)
		lasts = ERROR_LASTS;
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
	const struct tested *t = &z->tested[family_of(a->ip)];

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

/* ---- answers ---- */

static void __attribute__((format(printf, 2, 3)))
tell(const struct lookup *l, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	l->calls.event(l->calls.ctx, text);
}

static double
predicted(const struct asked *a, const struct zone_state *z, const char *list)
{
	const char *as = z->row != NULL && z->row->as != NULL ? z->row->as : list;

	for (size_t i = 0; i < a->predictions_count; i++)
		if (slice_ieq(slice_str(a->predictions[i].list), slice_str(list)) ||
			slice_ieq(slice_str(a->predictions[i].list), slice_str(as)))
			return a->predictions[i].predicted;
	return LOOKUP_NOT_PREDICTED;
}

static void
give(const struct lookup *l, const struct asked *a, size_t zone, struct lookup_result *r)
{
	r->host = a->ip;
	r->zone = l->zones[zone].zone.zone;
	r->predicted = predicted(a, &l->zones[zone], r->list);
	r->verdict = a->verdict;
	l->calls.result(l->calls.ctx, r);
}

/* The same for all lists of the zone, and for the one that it is as a whole. */
static void
give_all(const struct lookup *l, const struct asked *a, size_t zone, struct lookup_result r)
{
	const struct zone_state *z = &l->zones[zone];
	bool whole = false;

	for (size_t i = 0; (r.list = zone_list(z->row, z->zone.list, i)) != NULL; i++) {
		whole |= strcmp(r.list, z->zone.list) == 0;
		give(l, a, zone, &r);
	}
	r.list = z->zone.list;
	if (!whole)
		give(l, a, zone, &r);
}

/* The codes that mean this list, joined by spaces; how many. */
static size_t
codes_of(const struct zone_state *z, const char *list, const struct dns_answer *answer,
	struct buf *out)
{
	char text[ADDR_TEXT_MAX];
	size_t n = 0;

	buf_clear(out);
	for (size_t i = 0; i < answer->count; i++) {
		const char *meant =
			zone_meaning(z->row, z->zone.list, answer->addresses[i].bytes[3]);

		if (meant != NULL && strcmp(meant, list) == 0)
			buf_printf(out, "%s%s", n++ > 0 ? " " : "",
				addr_format(answer->addresses[i], text));
	}
	return n;
}

static void
give_codes(const struct lookup *l, const struct asked *a, size_t zone,
	const struct dns_answer *answer, int64_t now)
{
	const struct zone_state *z = &l->zones[zone];
	struct lookup_result r = { .time = now };
	bool whole = false;
	struct buf codes;

	buf_init(&codes, ANSWER_ADDRESSES_MAX * ADDR_TEXT_MAX);
	for (size_t i = 0; (r.list = zone_list(z->row, z->zone.list, i)) != NULL; i++) {
		whole |= strcmp(r.list, z->zone.list) == 0;
		r.answer = codes_of(z, r.list, answer, &codes) > 0 ? LOOKUP_LISTED : LOOKUP_CLEAR;
		r.codes = buf_cstr(&codes);
		give(l, a, zone, &r);
	}
	/* Codes that are newer than our table. */
	r.list = z->zone.list;
	r.answer = LOOKUP_LISTED;
	if (!whole && codes_of(z, r.list, answer, &codes) > 0) {
		r.codes = buf_cstr(&codes);
		give(l, a, zone, &r);
	}
	buf_release(&codes);
}

/* Leaves the zone alone for a while. */
static void
fail_zone(struct lookup *l, size_t zone, const char *fault, int64_t now)
{
	struct zone_state *z = &l->zones[zone];
	int doubled = z->failures < 9 ? z->failures : 9;
	int64_t pause = MINUTE << doubled;

	COUNT(l->counters, lookups_failed);
	z->failures++;
	if (!l->config.once)
		z->pause_until = now + (pause < PAUSE_MAX ? pause : PAUSE_MAX);
	else if (z->failures >= SILENT_AFTER)
		z->pause_until = NEVER;
	if (z->failures == SILENT_AFTER)
		tell(l, "the blocklist %s (%s) does not answer: %s; it is %s", z->zone.list,
			z->zone.zone, fault, l->config.once ? "given up" : "asked less often");
}

static void
zone_answers(struct lookup *l, size_t zone)
{
	struct zone_state *z = &l->zones[zone];

	if (z->failures >= SILENT_AFTER)
		tell(l, "the blocklist %s (%s) answers again", z->zone.list, z->zone.zone);
	z->failures = 0;
	z->pause_until = 0;
}

static void
host_answered(struct lookup *l, const struct flight *f, const struct dns_answer *answer,
	const char *fault, int64_t now)
{
	struct zone_state *z = &l->zones[f->zone];
	struct tested *t = &z->tested[family_of(f->ip)];
	struct asked *a = find(l, f->ip);
	struct lookup_result r = { .time = now, .answer = LOOKUP_ERROR, .codes = fault };

	if (a == NULL)
		return;
	if (fault != NULL) {
		if (l->config.once)
			a->due[f->zone] = NEVER;
		give_all(l, a, f->zone, r);
		return;
	}
	if (answer->kind == DNS_ADDRESSES && now - t->time >= TEST_FRESH) {
		t->state = TEST_NONE; /* then it is asked again */
		return;
	}
	a->due[f->zone] = l->config.once ? NEVER : now + l->config.cache_ns;
	if (answer->kind == DNS_ADDRESSES) {
		give_codes(l, a, f->zone, answer, now);
		return;
	}
	r.answer = t->has_entry ? LOOKUP_CLEAR : LOOKUP_ERROR;
	r.codes = t->has_entry ? "" : "not listed, and neither is the zone's test entry";
	if (!t->has_entry)
		COUNT(l->counters, lookups_failed);
	give_all(l, a, f->zone, r);
}

/* RFC 5782 5. */
static void
test_answered(
	struct lookup *l, const struct flight *f, const struct dns_answer *answer, int64_t now)
{
	struct zone_state *z = &l->zones[f->zone];
	struct tested *t = &z->tested[family_of(f->ip)];
	bool listed = answer->kind == DNS_ADDRESSES;
	char text[ADDR_TEXT_MAX];

	t->time = now;
	addr_format(f->ip, text);
	if (f->question == ASK_TEST_CLEAR) {
		t->state = listed ? TEST_BROKEN : TEST_HALF;
		if (listed && !t->told)
			tell(l,
				"the blocklist %s (%s) lists %s, as no list may (RFC 5782, 5): it "
				"lists the world, and is not believed",
				z->zone.list, z->zone.zone, text);
		t->told |= listed;
		return;
	}
	t->state = TEST_GOOD;
	t->has_entry = listed;
	if (!listed && !t->told)
		tell(l,
			"the blocklist %s (%s) does not list %s, as every list must (RFC 5782, 5): "
			"that it does not list a host means nothing",
			z->zone.list, z->zone.zone, text);
	if (listed && t->told)
		tell(l, "the blocklist %s (%s) is sound again", z->zone.list, z->zone.zone);
	t->told = !listed;
}

/* Who answers 127.0.0.1 with an error code does not list it, but cannot be tested either; any other
 * address stands for a listing of the world. */
static const char *
test_fault(const struct dns_answer *answer, enum question question)
{
	bool wrong = false;

	for (size_t i = 0; answer->kind == DNS_ADDRESSES && i < answer->count; i++)
		wrong |= answer->addresses[i].bytes[0] != 127 ||
			 answer->addresses[i].bytes[1] != 255;
	return wrong && question == ASK_TEST_CLEAR ? NULL : answer_fault(answer, false);
}

void
lookup_answered(struct lookup *l, unsigned slot, const struct dns_answer *answer, int64_t now)
{
	struct flight f = l->flights[slot];

	if (!f.active)
		return;
	l->flights[slot].active = false;
	const char *fault = f.question == ASK_HOST
				    ? answer_fault(answer, l->zones[f.zone].row != NULL)
				    : test_fault(answer, f.question);
	if (fault != NULL)
		fail_zone(l, f.zone, fault, now);
	else
		zone_answers(l, f.zone);
	if (f.question == ASK_HOST)
		host_answered(l, &f, answer, fault, now);
	else if (fault == NULL)
		test_answered(l, &f, answer, now);
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
	if (question_name(choice->ip, l->zones[choice->zone].zone.zone, name) < 0 ||
		l->calls.ask(l->calls.ctx, slot, name) < 0)
		lookup_answered(l, slot, &failed, now);
}

/* The earliest deadline. */
static int64_t
give_up_late(struct lookup *l, int64_t now)
{
	struct dns_answer none = { .kind = DNS_FAILED, .error = "no answer within 10 s" };
	int64_t first = NEVER;

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
	int64_t pace = MINUTE / l->config.per_minute;
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
