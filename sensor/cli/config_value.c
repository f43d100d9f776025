#include "sensor/cli/config_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/slice.h"

int
value_text(char *out, size_t size, const char *value, struct err *err)
{
	if (value[0] == '\0')
		return err_set(err, "a value is missing");
	if ((size_t)snprintf(out, size, "%s", value) >= size)
		return err_set(err, "longer than %zu bytes", size - 1);
	return 0;
}

int
value_url(char *out, size_t size, const char *value, struct err *err)
{
	if (strncmp(value, "http://", 7) != 0 && strncmp(value, "https://", 8) != 0)
		return err_set(err, "'%s' begins with neither http:// nor https://", value);
	return value_text(out, size, value, err);
}

int
value_number(int *out, const char *value, int min, int max, struct err *err)
{
	int64_t n;
	if (slice_number(slice_str(value), &n) < 0 || n < min || n > max)
		return err_set(err, "'%s' is not a number from %d to %d", value, min, max);
	*out = (int)n;
	return 0;
}

int
value_share(double *out, const char *value, bool whole, struct err *err)
{
	char *end;
	double n = strtod(value, &end);

	if (end == value || *end != '\0' || !(n >= 0 && n <= 1) || (!whole && (n <= 0 || n >= 1)))
		return err_set(err, "'%s' is not a number between 0 and 1", value);
	*out = n;
	return 0;
}

int
value_switch(bool *out, const char *value, const char *false_word, const char *true_word,
	struct err *err)
{
	if (strcmp(value, false_word) != 0 && strcmp(value, true_word) != 0)
		return err_set(err, "'%s' is neither '%s' nor '%s'", value, true_word, false_word);
	*out = strcmp(value, true_word) == 0;
	return 0;
}
