#include "sensor/cli/reading.h"

#include <stdio.h>
#include <string.h>

#include "sensor/base/ptime.h"

int
reading_config(const char *store, const char *config_file, struct config *out, struct err *err)
{
	config_default(out);
	if (config_load(out, config_file, err) != 0)
		return -1;
	if (store == NULL)
		return 0;
	if ((size_t)snprintf(out->store, sizeof out->store, "%s", store) >= sizeof out->store)
		return err_set(
			err, "--store: the name is longer than %zu bytes", sizeof out->store - 1);
	return 0;
}

int
reading_open(const char *store, const char *config_file, struct store **out, struct err *err)
{
	struct config config;

	*out = NULL;
	if (reading_config(store, config_file, &config, err) != 0)
		return -1;
	return store_open_reader(config.store, out, err);
}

/* 0 = not a unit. */
static int64_t
unit_of(uint8_t letter)
{
	static const struct {
		uint8_t letter;
		int64_t ns;
	} units[] = {
		{ 'm', 60 * PTIME_SECOND },
		{ 'h', PTIME_HOUR },
		{ 'd', PTIME_DAY },
		{ 'w', 7 * PTIME_DAY },
	};

	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (units[i].letter == letter)
			return units[i].ns;
	}
	return 0;
}

int
reading_time(struct store *s, const char *text, int64_t *out, struct err *err)
{
	struct slice t = slice_str(text);
	int64_t unit = t.len < 2 ? 0 : unit_of(t.ptr[t.len - 1]), count;
	struct store_totals totals;

	if (ptime_parse(t, out) == 0)
		return 0;
	if (unit == 0 || slice_number(slice_take(t, t.len - 1), &count) != 0 ||
		count > INT64_MAX / unit / 2)
		return err_set(err,
			"%s is no time: write 2008-06-12, 2008-06-12T03:04:05Z, or 24h, 7d before "
			"the last session",
			text);
	if (query_totals(s, &totals, err) != 0)
		return -1;
	*out = totals.last - count * unit;
	return 0;
}
