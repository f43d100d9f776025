/* What commands that look into the store have in common: which store, since when. */
#ifndef HELOSCOPE_CLI_READING_H
#define HELOSCOPE_CLI_READING_H

#include "sensor/cli/cli.h"
#include "sensor/cli/config.h"
#include "store/query.h"

#define READING_STORE_OPTION                                                                       \
	{                                                                                          \
		"store", 0, "FILE", "the store; default: that of the configuration"                \
	}
#define READING_CONFIG_OPTION                                                                      \
	{                                                                                          \
		"config", 0, "FILE", "configuration"                                               \
	}

/* --store wins over the configuration. 0, or -1 and err. NULL = not given, for both. */
int reading_config(const char *store, const char *config_file, struct config *out, struct err *err);
/* The same, and opens that store for reading. */
int reading_open(const char *store, const char *config_file, struct store **out, struct err *err);
/* "2008-06-12", "2008-06-12T03:04:05Z", or "24h", "7d", "30m", "2w" before the last session of the
 * store. 0, or -1 and err. */
int reading_time(struct store *s, const char *text, int64_t *out, struct err *err);

#endif
