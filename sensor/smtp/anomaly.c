#include <string.h>

#include "sensor/limits.h"
#include "sensor/smtp/anomaly.h"

static const char *const names[ANOMALIES_COUNT] = {
#define X(name, text, source) [ANOMALY_##name] = (text),
	ANOMALIES(X)
#undef X
};

const char *
anomaly_name(enum anomaly which)
{
	return names[which];
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
	struct name_value *nv = ARENA_PUSH(arena, record->anomalies, LIMIT_ANOMALIES);
	if (nv == NULL)
		record->cut = true;
	else
		*nv = (struct name_value){ names[which], "1" };
	return true;
}

void
anomaly_finish(const struct anomalies *a, struct session_record *record, struct arena *arena)
{
	for (size_t i = 0; i < record->anomalies_count; i++)
		for (int which = 0; which < ANOMALIES_COUNT; which++)
			if (record->anomalies[i].name == names[which])
				record->anomalies[i].value =
					arena_printf(arena, "%d", a->times[which]);
}
