#include "sensor/host/sketch.h"

#include <math.h>
#include <string.h>

#include "sensor/base/hash.h"

/* Rank of the first one bit of the 56 bits that do not choose the register. */
#define RANK_MAX (64 - SKETCH_BITS + 1)
/* A sparse register takes two bytes; from here on the plain table is shorter. */
#define SPARSE_MAX (SKETCH_REGISTERS / 2 - 1)
#define DENSE 0xff

static void
registers_need(struct sketch *s)
{
	if (s->registers != NULL)
		return;
	s->registers = must_alloc(SKETCH_REGISTERS);
	memset(s->registers, 0, SKETCH_REGISTERS);
}

void
sketch_release(struct sketch *s)
{
	free(s->registers);
	s->registers = NULL;
}

void
sketch_add(struct sketch *s, struct slice thing)
{
	uint64_t hash = hash_stable(thing.ptr, thing.len);
	uint64_t rest = hash << SKETCH_BITS;
	size_t index = (size_t)(hash >> (64 - SKETCH_BITS));
	uint8_t rank = rest == 0 ? RANK_MAX : (uint8_t)(__builtin_clzll(rest) + 1);

	registers_need(s);
	if (rank > s->registers[index])
		s->registers[index] = rank;
}

void
sketch_merge(struct sketch *into, const struct sketch *from)
{
	if (from->registers == NULL)
		return;
	registers_need(into);
	for (size_t i = 0; i < SKETCH_REGISTERS; i++) {
		if (from->registers[i] > into->registers[i])
			into->registers[i] = from->registers[i];
	}
}

static size_t
zeros_of(const struct sketch *s)
{
	size_t zeros = 0;

	for (size_t i = 0; i < SKETCH_REGISTERS; i++)
		zeros += s->registers[i] == 0;
	return zeros;
}

int64_t
sketch_estimate(const struct sketch *s)
{
	const double m = SKETCH_REGISTERS;
	const double alpha = 0.7213 / (1 + 1.079 / m);
	double sum = 0, estimate;
	size_t zeros;

	if (s->registers == NULL)
		return 0;
	for (size_t i = 0; i < SKETCH_REGISTERS; i++)
		sum += 1.0 / (double)(UINT64_C(1) << s->registers[i]); /* exact, as is the sum */
	estimate = alpha * m * m / sum;
	zeros = zeros_of(s);
	if (estimate <= 2.5 * m && zeros > 0)
		estimate = m * log(m / (double)zeros);
	return (int64_t)llround(estimate);
}

/* u8 number of sparse registers, then (index, rank) by index; or DENSE and the table. */
void
sketch_pack(const struct sketch *s, struct buf *out)
{
	size_t used;

	if (s->registers == NULL) {
		buf_byte(out, 0);
		return;
	}
	used = SKETCH_REGISTERS - zeros_of(s);
	if (used > SPARSE_MAX) {
		buf_byte(out, DENSE);
		buf_add(out, slice_of(s->registers, SKETCH_REGISTERS));
		return;
	}
	buf_byte(out, (uint8_t)used);
	for (size_t i = 0; i < SKETCH_REGISTERS; i++) {
		if (s->registers[i] != 0) {
			buf_byte(out, (uint8_t)i);
			buf_byte(out, s->registers[i]);
		}
	}
}

static int
unpack_dense(struct sketch *s, struct cursor *in)
{
	struct slice table = cursor_bytes(in, SKETCH_REGISTERS);

	if (in->bad)
		return -1;
	for (size_t i = 0; i < table.len; i++) {
		if (table.ptr[i] > RANK_MAX)
			return -1;
	}
	registers_need(s);
	memcpy(s->registers, table.ptr, table.len);
	return zeros_of(s) < SKETCH_REGISTERS - SPARSE_MAX ? 0 : -1;
}

int
sketch_unpack(struct sketch *s, struct cursor *in)
{
	uint8_t used = cursor_u8(in);
	int before = -1;

	if (used == DENSE)
		return unpack_dense(s, in);
	if (used > SPARSE_MAX)
		return -1;
	for (uint8_t i = 0; i < used; i++) {
		uint8_t index = cursor_u8(in);
		uint8_t rank = cursor_u8(in);

		if (in->bad || index <= before || rank == 0 || rank > RANK_MAX)
			return -1;
		registers_need(s);
		s->registers[index] = rank;
		before = index;
	}
	return in->bad ? -1 : 0;
}
