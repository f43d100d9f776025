#include "web/loss_day.h"

static void
keep(void *ctx, const struct loss_interval *interval)
{
	struct loss_day *day = ctx;
	if (day->count < LOSS_INTERVALS_OF_A_DAY) {
		day->intervals[day->count++] = *interval;
	}
}

int
loss_day_load(struct loss_day *day, struct store *s, struct err *err)
{
	day->count = 0;
	return query_loss(s, LOSS_INTERVALS_OF_A_DAY, keep, day, err);
}

bool
loss_was_on(const struct loss_interval *interval)
{
	const int64_t *value = interval->counters.value;
	return interval->covered > 0 || value[COUNTER_packets] > 0 ||
	       value[COUNTER_packets_dropped] > 0;
}

void
loss_steps_of(struct loss_steps *out, const struct loss_day *day)
{
	static const int64_t minutes[] = { 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 7 * 1440,
		28 * 1440, 364 * 1440 };
	out->count = 0;
	if (day->count == 0) {
		return;
	}
	int64_t last = day->intervals[0].start, first = day->intervals[day->count - 1].start;
	int64_t needed = 0;
	for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
		out->step = minutes[i] * 60 * PTIME_SECOND;
		needed = last / out->step - first / out->step + 1;
		if (needed <= LOSS_STEPS) {
			break;
		}
	}
	needed = needed > LOSS_STEPS ? LOSS_STEPS : needed; /* centuries: the latest */
	out->count = needed < 12 ? 12 : (size_t)needed;
	out->from = (last / out->step - (int64_t)out->count + 1) * out->step;
	for (size_t i = 0; i < out->count; i++) {
		out->steps[i] =
			(struct loss_interval){ .start = out->from + (int64_t)i * out->step };
	}
	for (size_t i = 0; i < day->count; i++) {
		int64_t at = (day->intervals[i].start - out->from) / out->step;
		if (at >= 0 && day->intervals[i].start >= out->from) {
			loss_add(&out->steps[at], &day->intervals[i]);
		}
	}
}
