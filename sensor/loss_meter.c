#include "sensor/loss_meter.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/base/arena.h"
#include "sensor/limits.h"

void
loss_meter_init(struct loss_meter *m)
{
	memset(m, 0, sizeof *m);
	m->intervals = must_alloc(LIMIT_LOSS_INTERVALS * sizeof *m->intervals);
	loss_sum_init(&m->gone);
}

void
loss_meter_release(struct loss_meter *m)
{
	free(m->intervals);
	m->intervals = NULL;
	m->count = 0;
}

void
loss_meter_before(struct loss_meter *m, const struct counters *counters)
{
	for (size_t i = 0; i < COUNTERS_COUNT; i++)
		m->counted.value[i] += counters->value[i];
}

bool
loss_meter_full(const struct loss_meter *m)
{
	return m->count == LIMIT_LOSS_INTERVALS;
}

/* What came since the last look belongs to the open interval. */
static void
look(struct loss_meter *m, const struct counters *counters)
{
	struct loss_interval *open = &m->intervals[m->open];

	if (m->count == 0)
		return;
	for (size_t i = 0; i < COUNTERS_COUNT; i++)
		open->counters.value[i] += counters->value[i] - m->counted.value[i];
	open->covered += m->until - m->from;
	m->counted = *counters;
	m->from = m->until;
	if (m->open < m->changed)
		m->changed = m->open;
}

/* The place of the first interval that does not begin before. */
static size_t
place_of(const struct loss_meter *m, int64_t start)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (m->intervals[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
put_out_older(struct loss_meter *m)
{
	size_t older = m->count / 2;

	for (size_t i = 0; i < older; i++)
		loss_sum_add(&m->gone, &m->intervals[i]);
	m->count -= older;
	memmove(m->intervals, m->intervals + older, m->count * sizeof *m->intervals);
	m->changed = m->changed > older ? m->changed - older : 0;
	m->put_out = true;
}

static void
insert(struct loss_meter *m, size_t at, int64_t start)
{
	memmove(m->intervals + at + 1, m->intervals + at, (m->count - at) * sizeof *m->intervals);
	m->intervals[at] = (struct loss_interval){ .start = start };
	m->count++; /* it is opened now, and the next look makes it a changed one */
}

void
loss_meter_move(struct loss_meter *m, struct counters *counters, int64_t time)
{
	int64_t start = loss_start(time);
	bool follows = m->count > 0 && start - LOSS_INTERVAL == m->intervals[m->open].start;

	/* Between its last packet and the first of the next it was covered as well. */
	if (follows)
		m->until = start;
	look(m, counters);
	if (loss_meter_full(m))
		put_out_older(m);
	size_t at = place_of(m, start);
	if (at == 0 && m->put_out && start < m->intervals[0].start)
		COUNT(counters, intervals_left);
	else if (at == m->count || m->intervals[at].start != start)
		insert(m, at, start);
	m->open = at;
	m->from = follows ? start : time;
	m->until = time;
}

const struct loss_interval *
loss_meter_look(struct loss_meter *m, const struct counters *counters, size_t *count)
{
	look(m, counters);
	*count = m->count - m->changed;
	return m->intervals + m->changed;
}

void
loss_meter_told(struct loss_meter *m)
{
	m->changed = m->count;
}

void
loss_meter_sum(const struct loss_meter *m, struct loss_sum *out)
{
	*out = m->gone;
	for (size_t i = 0; i < m->count; i++)
		loss_sum_add(out, &m->intervals[i]);
}
