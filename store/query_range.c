#include "store/query.h"

#include <stdio.h>
#include <sys/stat.h>

#include "sensor/base/ptime.h"
#include "store/inside.h"

static struct db_statement *
ask(struct store *s, enum statement which, const struct range_question *q, struct err *err)
{
	struct db_statement *st = store_statement(s, which, err);

	if (st == NULL)
		return NULL;
	db_bind_int(st, 1, q->since);
	db_bind_int(st, 2, q->until == 0 ? INT64_MAX : q->until);
	return st;
}

int
query_verdicts(
	struct store *s, const struct range_question *q, int64_t out[VERDICTS], struct err *err)
{
	struct db_statement *st = ask(s, STATEMENT_VERDICTS_SEEN, q, err);
	int got;

	for (size_t i = 0; i < VERDICTS; i++)
		out[i] = 0;
	if (st == NULL)
		return -1;
	while ((got = db_step(st, err)) == 1) {
		int64_t verdict = db_int(st, 0);

		if (verdict >= 0 && verdict < VERDICTS)
			out[verdict] = db_int(st, 1);
	}
	db_reset(st);
	return got;
}

int
query_listings_new(struct store *s, const struct range_question *q,
	void (*fn)(void *ctx, const struct listing_new *listing), void *ctx, struct err *err)
{
	struct db_statement *st = ask(s, STATEMENT_LISTINGS_NEW, q, err);
	int got;

	if (st == NULL)
		return -1;
	db_bind_int(st, 3, q->limit);
	while ((got = db_step(st, err)) == 1) {
		fn(ctx, &(struct listing_new){
				.host = db_text(st, 0),
				.name = db_text(st, 1),
				.list = db_text(st, 2),
				.kind = db_text(st, 3),
				.since = db_int(st, 4),
				.until = db_int(st, 5),
			});
	}
	db_reset(st);
	return got;
}

int
query_verdicts_changed(struct store *s, const struct range_question *q,
	void (*fn)(void *ctx, const struct verdict_changed *changed), void *ctx, struct err *err)
{
	struct db_statement *st = ask(s, STATEMENT_VERDICTS_CHANGED, q, err);
	int got;

	if (st == NULL)
		return -1;
	db_bind_int(st, 3, QUERY_CHANGES_LOOKED);
	db_bind_int(st, 4, q->limit);
	while ((got = db_step(st, err)) == 1) {
		fn(ctx, &(struct verdict_changed){
				.host = db_text(st, 0),
				.name = db_text(st, 1),
				.before = db_text(st, 2),
				.verdict = db_text(st, 3),
				.cause = db_text(st, 4),
				.summary = db_text(st, 5),
				.time = db_int(st, 6),
			});
	}
	db_reset(st);
	return got;
}

/* The log of what was committed is a file of its own until it is taken over into the store. */
int64_t
query_written(const struct store *s)
{
	static const char *const ends[] = { "", "-wal" };
	int64_t newest = 0;

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char name[4096];
		struct stat st;
		int len = snprintf(name, sizeof name, "%s%s", s->path, ends[i]);

		if (len <= 0 || (size_t)len >= sizeof name || stat(name, &st) != 0)
			continue;
		/* a reader, too, makes an empty log */
		if (i > 0 && st.st_size == 0)
			continue;

		int64_t time = (int64_t)st.st_mtim.tv_sec * PTIME_SECOND + st.st_mtim.tv_nsec;

		newest = time > newest ? time : newest;
	}
	return newest;
}
