#include "sensor/stream/spans.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/arena.h"

bool
spans_add(struct spans *s, uint32_t start, uint32_t end)
{
	size_t first = 0;

	/* The spans that touch [start, end) are first .. last-1. */
	while (first < s->count && seq_before(s->list[first].end, start))
		first++;
	size_t last = first;
	while (last < s->count && !seq_before(end, s->list[last].start))
		last++;

	if (last - first == 1 && !seq_before(start, s->list[first].start) &&
		!seq_before(s->list[first].end, end))
		return true;
	if (last == first) {
		assert(s->count < SPANS_MAX);
		if (s->count == s->cap) {
			s->cap = s->cap ? s->cap * 2 : 4;
			s->list = must_realloc(s->list, s->cap * sizeof *s->list);
		}
		memmove(s->list + first + 1, s->list + first, (s->count - first) * sizeof *s->list);
		s->list[first] = (struct span){ start, end };
		s->count++;
		return false;
	}
	if (seq_before(s->list[first].start, start))
		start = s->list[first].start;
	if (seq_before(end, s->list[last - 1].end))
		end = s->list[last - 1].end;
	s->list[first] = (struct span){ start, end };
	memmove(s->list + first + 1, s->list + last, (s->count - last) * sizeof *s->list);
	s->count -= last - first - 1;
	return false;
}

void
spans_drop(struct spans *s, uint32_t seq)
{
	size_t gone = 0;
	while (gone < s->count && !seq_before(seq, s->list[gone].end))
		gone++;
	if (gone > 0) {
		s->count -= gone;
		memmove(s->list, s->list + gone, s->count * sizeof *s->list);
	}
	if (s->count > 0 && seq_before(s->list[0].start, seq))
		s->list[0].start = seq;
	if (s->count == 0)
		spans_release(s);
}

void
spans_release(struct spans *s)
{
	free(s->list);
	*s = (struct spans){ NULL, 0, 0 };
}

int64_t
spans_total(const struct spans *s)
{
	int64_t total = 0;
	for (size_t i = 0; i < s->count; i++)
		total += (int64_t)(s->list[i].end - s->list[i].start);
	return total;
}
