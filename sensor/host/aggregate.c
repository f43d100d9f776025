#include "sensor/host/aggregate_fields.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/host/varint.h"

bool
campus_has(const struct campus *campus, struct addr a)
{
	for (size_t i = 0; i < campus->nets_count; i++) {
		if (network_has(campus->nets[i], a))
			return true;
	}
	return false;
}

bool
addr_is_inside(struct addr a)
{
	uint8_t x = a.bytes[0], y = a.bytes[1];

	if (a.family == ADDR_V4)
		return x == 10 || (x == 172 && (y & 0xf0) == 16) || (x == 192 && y == 168) ||
		       (x == 100 && (y & 0xc0) == 64) || (x == 169 && y == 254);
	return a.family == ADDR_V6 && ((x & 0xfe) == 0xfc || (x == 0xfe && (y & 0xc0) == 0x80));
}

enum direction
campus_direction(const struct campus *campus, struct addr client, struct addr server)
{
	bool from_us = campus_has(campus, client), to_us = campus_has(campus, server);

	if (campus->nets_count == 0)
		return DIRECTION_UNKNOWN;
	if (from_us)
		return to_us ? DIRECTION_INTERNAL : DIRECTION_OUTBOUND;
	return to_us ? DIRECTION_INBOUND : DIRECTION_EXTERNAL;
}

struct aggregate *
aggregate_new(void)
{
	struct aggregate *a = must_alloc(sizeof *a);

	memset(a, 0, sizeof *a);
	return a;
}

void
aggregate_free(struct aggregate *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < SKETCHES; i++)
		sketch_release(&a->sketches[i]);
	for (size_t i = 0; i < NAMES; i++)
		names_release(&a->names[i]);
	mentions_release(&a->mentions);
	free(a);
}

void
aggregate_time(struct aggregate *a, int64_t time)
{
	if (time <= 0)
		return;
	if (a->first == 0 || time < a->first)
		a->first = time;
	if (time > a->last)
		a->last = time;
}

void
aggregate_add(struct aggregate *a, enum sum which, int64_t n)
{
	if (n > 0)
		a->sums[which] = count_sum(a->sums[which], n);
}

void
aggregate_name(struct aggregate *a, enum names_kind kind, struct slice name, int64_t time)
{
	names_add(&a->names[kind], name, time, names_max(kind));
}

void
aggregate_minute(struct aggregate *a, enum minutes_kind kind, int64_t time)
{
	if (time > 0)
		a->minutes[kind] |= UINT64_C(1)
				    << ((time - ptime_hour(time)) / (60 * PTIME_SECOND));
}

void
aggregate_distinct(struct aggregate *a, enum sketch_kind kind, struct slice thing)
{
	if (thing.len > 0)
		sketch_add(&a->sketches[kind], thing);
}

void
aggregate_merge(struct aggregate *into, const struct aggregate *from)
{
	aggregate_time(into, from->first);
	aggregate_time(into, from->last);
	if (from->score_max > into->score_max)
		into->score_max = from->score_max;
	for (size_t i = 0; i < MINUTES_KINDS; i++)
		into->minutes[i] |= from->minutes[i];
	for (size_t i = 0; i < SUMS; i++)
		into->sums[i] = count_sum(into->sums[i], from->sums[i]);
	for (size_t i = 0; i < SKETCHES; i++)
		sketch_merge(&into->sketches[i], &from->sketches[i]);
	for (size_t i = 0; i < NAMES; i++)
		names_merge(&into->names[i], &from->names[i], names_max((enum names_kind)i));
	mentions_merge(&into->mentions, &from->mentions);
}

size_t
aggregate_bytes(const struct aggregate *a)
{
	size_t bytes = sizeof *a + mentions_bytes(&a->mentions);

	for (size_t i = 0; i < SKETCHES; i++)
		bytes += a->sketches[i].registers != NULL ? SKETCH_REGISTERS : 0;
	for (size_t i = 0; i < NAMES; i++)
		bytes += names_bytes(&a->names[i]);
	return bytes;
}

size_t
aggregate_counts(const struct aggregate *a, struct count *out, size_t max)
{
	static const char *const sum_names[SUM_class] = {
#define X(name, text) [SUM_##name] = #name,
		AGGREGATE_SUMS(X)
#undef X
	};
	static const char *const sketch_names[SKETCHES] = {
#define X(name, text) [SKETCH_##name] = #name,
		AGGREGATE_SKETCHES(X)
#undef X
	};
	size_t n = 0;

	for (size_t i = 0; i < SUMS && n < max; i++) {
		const char *name = i < SUM_class
					   ? sum_names[i]
					   : reply_class_word((enum reply_class)(i - SUM_class));

		out[n++] = (struct count){ name, a->sums[i] };
	}
	for (size_t i = 0; i < SKETCHES && n < max; i++)
		out[n++] = (struct count){ sketch_names[i], sketch_estimate(&a->sketches[i]) };
	if (n < max)
		out[n++] = (struct count){ "score_max", a->score_max }; /* thousandths */
	return n;
}
