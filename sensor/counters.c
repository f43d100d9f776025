#include "sensor/counters.h"

static const struct {
	const char *name, *text;
} rows[COUNTERS_COUNT] = {
#define X(name, text) [COUNTER_##name] = { #name, text },
	COUNTERS(X)
#undef X
};

const char *
counter_name(enum counter c)
{
	return c < COUNTERS_COUNT ? rows[c].name : "";
}

const char *
counter_text(enum counter c)
{
	return c < COUNTERS_COUNT ? rows[c].text : "";
}
