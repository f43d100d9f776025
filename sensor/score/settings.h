/* Lists of words that rule files give to tests: `freemail_domains gmail.com …`.
 *
 * Source: Mail::SpamAssassin::Conf(3) and the plugins' pages.
 * Input:  the administrator's.
 * Memory: the rules' arena.  Lists grow by `NAME words…`, `NAME (GROUP) words…` with a group, are
 * shortened by `unNAME`/`delist_…`, emptied by `clear_NAME`. */
#ifndef HELOSCOPE_SCORE_SETTINGS_H
#define HELOSCOPE_SCORE_SETTINGS_H

#include "sensor/base/arena.h"

struct settings;

/* Is word (case-insensitive) in the list of that name ("freemail_domains") and group ("" = none)?
 * The second form takes the list's * and ? as wildcards. */
bool settings_has(
	const struct settings *s, const char *list, struct slice group, struct slice word);
bool settings_matches(
	const struct settings *s, const char *list, struct slice group, struct slice word);
/* The n-th word as written; false beyond the last. */
bool settings_word(const struct settings *s, const char *list, struct slice group, size_t n,
	struct slice *out);

#endif
