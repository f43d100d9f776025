#include "web/series.h"

#include "sensor/base/ptime.h"

static int64_t
steps_needed(int64_t since, int64_t until, int64_t step)
{
	return until / step - since / step + 1;
}

void
series_init(struct series *s, int64_t since, int64_t until, size_t least, size_t most)
{
	static const int64_t hours[] = { 1, 2, 3, 6, 12, 24, 7 * 24, 28 * 24 };
	*s = (struct series){ 0 };
	since = since < 0 ? 0 : since;
	until = until < since ? since : until;
	for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
		s->step = hours[i] * PTIME_HOUR;
		if (steps_needed(since, until, s->step) <= (int64_t)most) {
			break;
		}
	}
	int64_t needed = steps_needed(since, until, s->step);
	if (needed > (int64_t)most) { /* years: the latest steps */
		needed = (int64_t)most;
	}
	s->count = (size_t)needed < least ? least : (size_t)needed;
	s->from = (until / s->step - (int64_t)s->count + 1) * s->step;
}

void
series_add(void *ctx, const struct hour_row *row)
{
	struct series *s = ctx;
	if (row->hour < s->from || (row->hour - s->from) / s->step >= (int64_t)s->count) {
		return;
	}
	struct series_step *step = &s->steps[(row->hour - s->from) / s->step];
	int64_t known = row->accepted + row->rejected + row->deferred;
	step->rcpts[SERIES_REJECTED] += row->rejected;
	step->rcpts[SERIES_DEFERRED] += row->deferred;
	step->rcpts[SERIES_ACCEPTED] += row->accepted;
	step->rcpts[SERIES_UNKNOWN] += row->rcpts > known ? row->rcpts - known : 0;
	step->mails += row->mails;
	step->listed += row->listed;
	step->score_max = row->score_max > step->score_max ? row->score_max : step->score_max;
}

int64_t
series_total(const struct series_step *step)
{
	int64_t sum = 0;
	for (size_t i = 0; i < SERIES_KINDS; i++) {
		sum += step->rcpts[i];
	}
	return sum;
}

int64_t
series_peak(const struct series *s)
{
	int64_t peak = 0;
	for (size_t i = 0; i < s->count; i++) {
		int64_t total = series_total(&s->steps[i]);
		peak = total > peak ? total : peak;
	}
	return peak;
}

int64_t
series_scale(int64_t peak, int *lines)
{
	/* 4, 5, 10 and 20 times a power of ten have whole numbers at each of their lines. */
	static const struct {
		int64_t top;
		int lines;
	} rounds[] = { { 4, 4 }, { 8, 4 }, { 10, 5 }, { 20, 4 } };
	int64_t power = 1;
	while (power < INT64_MAX / 1000 && peak > 20 * power) {
		power *= 10;
	}
	for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
		*lines = rounds[i].lines;
		if (peak <= rounds[i].top * power) {
			return rounds[i].top * power;
		}
	}
	return peak;
}
