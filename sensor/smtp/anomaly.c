#include <string.h>

#include "sensor/limits.h"
#include "sensor/smtp/anomaly.h"

static const struct {
	const char *name, *breaks, *what;
} rows[ANOMALIES_COUNT] = {
#define X(name, text, breaks, what) [ANOMALY_##name] = { (text), (breaks), (what) },
	ANOMALIES(X)
#undef X
};

const char *
anomaly_name(enum anomaly which)
{
	return rows[which].name;
}

const char *
anomaly_breaks(enum anomaly which)
{
	return rows[which].breaks;
}

const char *
anomaly_what(enum anomaly which)
{
	return rows[which].what;
}

bool
anomaly_add(struct anomalies *a, enum anomaly which, int64_t times, struct session_record *record,
	struct arena *arena)
{
	if (times <= 0)
		return false;
	bool first = a->times[which] == 0;
	int64_t sum = a->times[which] + times;
	a->times[which] = sum > INT32_MAX ? INT32_MAX : (int32_t)sum;
	if (!first)
		return false;
	struct anomaly_seen *seen = ARENA_PUSH(arena, record->anomalies, LIMIT_ANOMALIES);
	if (seen == NULL)
		record->cut = true;
	else
		*seen = (struct anomaly_seen){ rows[which].name, 1, rows[which].breaks };
	return true;
}

void
anomaly_finish(const struct anomalies *a, struct session_record *record)
{
	for (size_t i = 0; i < record->anomalies_count; i++)
		for (int which = 0; which < ANOMALIES_COUNT; which++)
			if (record->anomalies[i].name == rows[which].name)
				record->anomalies[i].times = a->times[which];
}
