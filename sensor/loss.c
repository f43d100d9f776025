#include "sensor/loss.h"

#include <stdio.h>
#include <string.h>

int64_t
loss_start(int64_t time)
{
	return time - time % LOSS_INTERVAL;
}

void
loss_add(struct loss_interval *to, const struct loss_interval *of)
{
	to->covered += of->covered;
	for (size_t i = 0; i < COUNTERS_COUNT; i++)
		to->counters.value[i] += of->counters.value[i];
}

double
loss_share(int64_t part, int64_t rest)
{
	double whole = (double)part + (double)rest;

	if (part <= 0)
		return 0;
	return whole > (double)part ? (double)part / whole : 1;
}

double
loss_of_mirror(const struct counters *c)
{
	return loss_share(c->value[COUNTER_gap_bytes], c->value[COUNTER_stream_bytes]);
}

double
loss_of_kernel(const struct counters *c)
{
	return loss_share(c->value[COUNTER_packets_dropped], c->value[COUNTER_packets]);
}

void
loss_sum_init(struct loss_sum *s)
{
	memset(s, 0, sizeof *s);
	s->worst.start = -1;
}

void
loss_sum_add(struct loss_sum *s, const struct loss_interval *interval)
{
	const struct counters *c = &interval->counters;
	int64_t bytes = c->value[COUNTER_gap_bytes] + c->value[COUNTER_stream_bytes];

	if (s->intervals == 0 || interval->start < s->total.start)
		s->total.start = interval->start;
	s->intervals++;
	loss_add(&s->total, interval);
	if (bytes >= LOSS_BYTES_LEAST && loss_of_mirror(c) > loss_of_mirror(&s->worst.counters))
		s->worst = *interval;
}

/* A rounded 0 must be true. */
static const char *
percent(double share, char out[16])
{
	if (share > 0 && share < 0.0005)
		return "< 0.1 %";
	snprintf(out, 16, "%.1f %%", 100 * share);
	return out;
}

const char *
loss_words(const struct loss_sum *s, char out[LOSS_WORDS_MAX])
{
	const struct counters *c = &s->total.counters;
	char all[16], worst[16], time[PTIME_TEXT_MAX];
	int n;

	if (c->value[COUNTER_gap_bytes] <= 0) {
		snprintf(out, LOSS_WORDS_MAX, "mirror loss: none");
		return out;
	}
	n = snprintf(out, LOSS_WORDS_MAX, "mirror loss: %s of the bytes",
		percent(loss_of_mirror(c), all));
	if (s->intervals > 1 && s->worst.start >= 0) {
		ptime_format(s->worst.start, time);
		snprintf(out + n, LOSS_WORDS_MAX - (size_t)n,
			" (worst 5 minutes: %s at %.10s %.5s)",
			percent(loss_of_mirror(&s->worst.counters), worst), time, time + 11);
	}
	return out;
}
