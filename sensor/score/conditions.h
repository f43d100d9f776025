/* Lines that leave out parts of a rule file: `ifplugin`, `if (version >= 3.004) && can(…)`.
 *
 * Source: Mail::SpamAssassin::Conf(3), "ifplugin", "if", "loadplugin", "enable_compat".
 * Input:  the administrator's.
 * A plugin is there if it is one whose words and tests are known here, and was loaded by
 * `loadplugin`; where no file loads any, those whose tests work here are there.
 * Memory: the rules' arena. */
#ifndef HELOSCOPE_SCORE_CONDITIONS_H
#define HELOSCOPE_SCORE_CONDITIONS_H

#include "sensor/base/arena.h"
#include "sensor/base/err.h"

/* Of the SpamAssassin whose language this is. */
#define CONDITIONS_VERSION "4.000001"

struct conditions {
	uint64_t loaded; /* plugins, by their row */
	bool loads;	 /* some file has said what is loaded */
	bool compat;	 /* enable_compat welcomelist_blocklist */
};

/* "Mail::SpamAssassin::Plugin::SPF" from a loadplugin line. False if it is not known here. */
bool conditions_load(struct conditions *c, struct slice plugin);
bool conditions_plugin(const struct conditions *c, struct slice plugin);
/* The expression behind `if`: 1 or 0, or -1 and err; *at is the byte of it where the fault is. */
int conditions_test(const struct conditions *c, struct slice text, struct arena *arena, size_t *at,
	struct err *err);

#endif
