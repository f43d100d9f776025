/* What is believed of an answer, and what becomes of a zone that gives none. */
#include "sensor/lookup/lookup_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/buf.h"

#define PAUSE_MAX (6 * PTIME_HOUR)
#define TEST_FRESH (10 * LOOKUP_MINUTE) /* for "listed" */
#define SILENT_AFTER 3			/* failures in a row until the operator is told */

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
	int64_t pause = LOOKUP_MINUTE << doubled;

	COUNT(l->counters, lookups_failed);
	z->failures++;
	if (!l->config.once)
		z->pause_until = now + (pause < PAUSE_MAX ? pause : PAUSE_MAX);
	else if (z->failures >= SILENT_AFTER)
		z->pause_until = LOOKUP_NEVER;
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
	struct tested *t = &z->tested[lookup_family(f->ip)];
	struct asked *a = lookup_find(l, f->ip);
	struct lookup_result r = { .time = now, .answer = LOOKUP_ERROR, .codes = fault };

	if (a == NULL)
		return;
	if (fault != NULL) {
		a->due[f->zone] = l->config.once ? LOOKUP_NEVER : now + LOOKUP_ERROR_LASTS;
		give_all(l, a, f->zone, r);
		return;
	}
	if (answer->kind == DNS_ADDRESSES && now - t->time >= TEST_FRESH) {
		t->state = TEST_NONE; /* then it is asked again */
		return;
	}
	a->due[f->zone] = l->config.once ? LOOKUP_NEVER : now + l->config.cache_ns;
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
	struct tested *t = &z->tested[lookup_family(f->ip)];
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
