/* What rule files give to tests: lists of words (`freemail_domains gmail.com …`), numbers, texts.
 *
 * Source: Mail::SpamAssassin::Conf(3) and the plugins' pages.
 * Input:  the administrator's.
 * Memory: the rules' arena.  Lists grow by `NAME words…`, or `NAME (GROUP) words…` with a group,
 * are shortened by `unNAME`, `delist_…`, emptied by `clear_NAME`.  "whitelist" in a name counts as
 * "welcomelist", "blacklist" as "blocklist": lists have the newer name. */
#ifndef HELOSCOPE_SCORE_SETTINGS_H
#define HELOSCOPE_SCORE_SETTINGS_H

#include "sensor/base/arena.h"
#include "sensor/base/err.h"

struct settings;

/* Empty; it and all that it is told live in the arena. */
struct settings *settings_new(struct arena *arena);
/* A line of a rule file. 1 = taken; 0 = its word is no setting's; -1 and err. */
int settings_line(struct settings *s, struct slice word, struct slice value, struct err *err);

/* Is word (case-insensitive) in the list of that name ("freemail_domains") and group ("" = none)?
 * The second form takes the list's * and ? as wildcards.  Of a list whose entries are lines
 * ("welcomelist_from_rcvd *@example.edu example.edu") the first word counts. */
bool settings_has(
	const struct settings *s, const char *list, struct slice group, struct slice word);
bool settings_matches(
	const struct settings *s, const char *list, struct slice group, struct slice word);
/* The n-th word (or line) as written; false beyond the last. */
bool settings_word(const struct settings *s, const char *list, struct slice group, size_t n,
	struct slice *out);
/* Of a setting with one value ("required_score"); yes is 1, no is 0. fallback where it is not set.
 */
double settings_number(const struct settings *s, const char *name, double fallback);
const char *settings_text(const struct settings *s, const char *name, const char *fallback);

#endif
