#include "store/query.h"

#include "store/inside.h"

/* The next name behind the last one is one step down an index, however many rows carry each. */
#define NAMES_OF(column, table)                                                                    \
	"WITH RECURSIVE names(name) AS (SELECT min(" column ") FROM " table " WHERE " column       \
	" > '' AND " column " <> '' UNION ALL SELECT (SELECT min(" column ") FROM " table          \
	" WHERE " column " > name AND " column " <> '') FROM names WHERE name IS NOT NULL)"        \
	" SELECT name FROM names WHERE name IS NOT NULL LIMIT ?"

static const char *const questions[] = {
	[NAMES_LISTS] = NAMES_OF("list", "evidence"),
	[NAMES_RULES] = NAMES_OF("rule", "hits"),
};

int
query_names(struct store *s, enum store_names which, int64_t limit,
	void (*fn)(void *ctx, struct slice name), void *ctx, struct err *err)
{
	struct db_statement *st;
	int got;

	if (which == NAMES_NONE)
		return 0;
	st = db_prepare(s->db, questions[which], err);
	if (st == NULL)
		return -1;
	db_bind_int(st, 1, limit);
	while ((got = db_step(st, err)) == 1)
		fn(ctx, db_text(st, 0));
	db_free(st);
	return got;
}
