/* `replace_tag A [a@]`: <A> in the expressions of rules that `replace_rules` names.
 *
 * Source: Mail::SpamAssassin::Plugin::ReplaceTags(3).  <pre X>, <inter X>, <post X> in an
 * expression put what X stands for before, between adjacent ones of, or behind all its tags. Input:
 * the administrator's; at most REPLACE_MAX bytes come out. Memory: the rules' arena. */
#ifndef HELOSCOPE_SCORE_REPLACE_TAGS_H
#define HELOSCOPE_SCORE_REPLACE_TAGS_H

#include "sensor/base/buf.h"
#include "sensor/base/arena.h"
#include "sensor/base/err.h"

#define REPLACE_MAX 1048576 /* bytes of one expression */

enum replace_kind { REPLACE_TAG, REPLACE_PRE, REPLACE_INTER, REPLACE_POST };

struct replace_tag {
	enum replace_kind kind;
	struct slice name, text;
};

struct replace_tags {
	struct replace_tag *tags;
	size_t tags_count, tags_cap;
	const char *start, *end; /* NULL = "<", ">" */
};

/* The later of two with the same name counts. 0, or -1 and err. */
int replace_tags_add(
	struct replace_tags *t, struct replace_tag tag, struct arena *arena, struct err *err);
enum replace_how {
	REPLACE_INLINE,
	REPLACE_DEFINE, /* each tag once, behind the expression, and called: where it gets too large
			 */
};
/* `in` with its tags replaced, in the arena. `bare`: nothing stands before its first byte (no
 * flags), so that a tag there is adjacent to it. 0, or -1 and err. */
int replace_tags_apply(const struct replace_tags *t, struct slice in, bool bare,
	enum replace_how how, struct arena *arena, struct slice *out, struct err *err);

#endif
