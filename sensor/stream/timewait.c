#include "sensor/stream/timewait.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/base/arena.h"
#include "sensor/base/ptime.h"

#define REMEMBERED (60 * PTIME_SECOND)

enum { ROW = 4 }; /* places that a hash may have */

struct timewait {
	uint64_t mask; /* of the rows */
	struct ended places[];
};

struct timewait *
timewait_new(int streams)
{
	uint64_t rows = 16;

	while (rows * ROW < (uint64_t)streams)
		rows *= 2;
	size_t size = sizeof(struct timewait) + rows * ROW * sizeof(struct ended);
	struct timewait *t = must_alloc(size);
	memset(t, 0, size);
	t->mask = rows - 1;
	return t;
}

void
timewait_free(struct timewait *t)
{
	free(t);
}

static struct ended *
row_of(struct timewait *t, uint64_t hash)
{
	return &t->places[((hash >> 32) & t->mask) * ROW];
}

void
timewait_add(struct timewait *t, const struct ended *ended)
{
	struct ended *row = row_of(t, ended->hash), *oldest = row;

	for (int i = 0; i < ROW; i++) {
		if (row[i].hash == ended->hash) {
			oldest = &row[i];
			break;
		}
		if (row[i].time < oldest->time)
			oldest = &row[i];
	}
	*oldest = *ended;
}

struct ended *
timewait_find(struct timewait *t, uint64_t hash, int64_t now)
{
	struct ended *row = row_of(t, hash);

	for (int i = 0; i < ROW; i++)
		if (row[i].hash == hash && now - row[i].time <= REMEMBERED)
			return &row[i];
	return NULL;
}
