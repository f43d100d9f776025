/* The stored form of an aggregate.
 *
 *   "HSAG"  version                          version: one byte
 *   sums  sketches  names  minutes           varints: the numbers of rows
 *   first  last - first  score_max           varints
 *   the masks of minutes                     varints
 *   number of classes, sums by reply class, the other sums   varints
 *   the sketches  the name sets  the mentions
 *
 * A later version of the program may have more rows: what was stored with fewer reads as zero in
 * the new ones.  Version 1 had no minutes. */
#include "sensor/host/aggregate_fields.h"

#include "sensor/host/varint.h"

#define MAGIC SLICE("HSAG")
#define VERSION 2

void
aggregate_pack(const struct aggregate *a, struct buf *out)
{
	buf_add(out, MAGIC);
	buf_byte(out, VERSION);
	varint_put(out, SUMS);
	varint_put(out, SKETCHES);
	varint_put(out, NAMES);
	varint_put(out, MINUTES_KINDS);
	varint_put(out, a->first);
	varint_put(out, a->last - a->first);
	varint_put(out, a->score_max);
	for (size_t i = 0; i < MINUTES_KINDS; i++)
		varint_put(out, (int64_t)a->minutes[i]);
	/* the classes first: they have a length of their own, and the other sums grow at the end */
	varint_put(out, REPLY_CLASSES);
	for (size_t i = 0; i < REPLY_CLASSES; i++)
		varint_put(out, a->sums[SUM_class + i]);
	for (size_t i = 0; i < SUM_class; i++)
		varint_put(out, a->sums[i]);
	for (size_t i = 0; i < SKETCHES; i++)
		sketch_pack(&a->sketches[i], out);
	for (size_t i = 0; i < NAMES; i++)
		names_pack(&a->names[i], out);
	mentions_pack(&a->mentions, out);
}

static int
unpack_sums(struct aggregate *a, struct cursor *in, int64_t sums)
{
	int64_t classes = varint_get(in);

	if (in->bad || classes > REPLY_CLASSES || sums < classes || sums - classes > SUM_class)
		return -1;
	for (int64_t i = 0; i < classes; i++)
		a->sums[SUM_class + i] = varint_get_count(in);
	for (int64_t i = 0; i < sums - classes; i++)
		a->sums[i] = varint_get_count(in);
	return in->bad ? -1 : 0;
}

static int
unpack_minutes(struct aggregate *a, struct cursor *in, int64_t kinds)
{
	for (int64_t i = 0; i < kinds; i++) {
		int64_t mask = varint_get(in);

		if (mask >> 60 != 0)
			return -1;
		a->minutes[i] = (uint64_t)mask;
	}
	return in->bad ? -1 : 0;
}

static int
unpack_all(struct aggregate *a, struct cursor *in)
{
	int64_t sums, sketches, names, minutes = 0;
	uint8_t version;

	if (!slice_eq(cursor_bytes(in, MAGIC.len), MAGIC))
		return -1;
	version = cursor_u8(in);
	if (version == 0 || version > VERSION)
		return -1;
	sums = varint_get(in);
	sketches = varint_get(in);
	names = varint_get(in);
	if (version > 1)
		minutes = varint_get(in);
	if (in->bad || sketches > SKETCHES || names > NAMES || minutes > MINUTES_KINDS)
		return -1;
	a->first = varint_get(in);
	a->last = varint_sum(a->first, varint_get(in));
	a->score_max = varint_get_count(in);
	if (unpack_minutes(a, in, minutes) < 0 || unpack_sums(a, in, sums) < 0)
		return -1;
	for (int64_t i = 0; i < sketches; i++) {
		if (sketch_unpack(&a->sketches[i], in) < 0)
			return -1;
	}
	for (int64_t i = 0; i < names; i++) {
		if (names_unpack(&a->names[i], in, names_max((enum names_kind)i)) < 0)
			return -1;
	}
	if (mentions_unpack(&a->mentions, in) < 0)
		return -1;
	return in->bad || in->rest.len > 0 ? -1 : 0;
}

int
aggregate_unpack(struct aggregate *a, struct slice packed)
{
	struct aggregate *stored = aggregate_new();
	struct cursor in = cursor_of(packed);
	int result = unpack_all(stored, &in);

	if (result == 0)
		aggregate_merge(a, stored);
	aggregate_free(stored);
	return result;
}
