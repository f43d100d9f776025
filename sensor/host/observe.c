#include "sensor/host/observe.h"

#include <stdarg.h>
#include <stdio.h>

#include "sensor/base/ptime.h"

typedef void observer(const struct facts *f, struct observation *o);

static const struct {
	observer *observe;
	bool concern;
	enum visibility basis;
} rows[OBS_COUNT] = {
#define X(name, function, concern, basis, text)                                                    \
	[OBS_##name] = { observe_##function, concern, VISIBILITY_##basis },
	OBSERVABLES(X)
#undef X
};

void
observe(const struct facts *f, struct observed *out)
{
	*out = (struct observed){ 0 };
	for (size_t i = 0; i < OBS_COUNT; i++) {
		double *strength = &out->of[i].strength;

		rows[i].observe(f, &out->of[i]);
		/* stored sums may be at odds with each other */
		*strength = *strength > 1 ? 1 : *strength > 0 ? *strength : 0;
	}
}

enum visibility
observable_basis(enum observable which)
{
	return rows[which].basis;
}

bool
observable_is_concern(enum observable which)
{
	return rows[which].concern;
}

void
observe_say(const struct facts *f, struct observation *o, const char *format, ...)
{
	char text[OBSERVED_TEXT * 2];
	va_list args;

	if (f->quiet || o->said_count == OBSERVED_SAID)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	o->said[o->said_count++] =
		arena_string(f->arena, names_clip(slice_str(text), OBSERVED_TEXT - 1));
}

const char *
observe_time(int64_t time, char out[OBSERVED_TIME])
{
	char text[PTIME_TEXT_MAX];

	/* 2008-06-12T03:04:05.000000Z: the day has 10 characters, hour and minute 5 */
	ptime_format(time, text);
	snprintf(out, OBSERVED_TIME, "%.10s %.5s UTC", text, text[0] != '\0' ? text + 11 : "");
	return out;
}

double
ramp(double value, double low, double high)
{
	if (value <= low)
		return 0;
	return value >= high ? 1 : (value - low) / (high - low);
}

double
share_of(int64_t part, int64_t whole)
{
	if (part <= 0)
		return 0;
	/* one mail can be refused more than once */
	if (whole <= part)
		return 1;
	return (double)part / (double)whole;
}

double
estimates_agree(const struct facts *f)
{
	return 0.25 + 0.75 * ramp((double)f->distinct[SKETCH_servers], 1, 4);
}
