#include "store/query.h"

#include "store/inside.h"

#define ROW_MEMORY (1u << 20) /* texts of one host, or of one answer */
#define LISTS_MAX 256

/* ---- hosts at risk ---- */

struct risky {
	struct host_risk host;
	struct list_predicted *lists;
	size_t lists_count, lists_cap;
	struct arena arena;
	void (*fn)(void *ctx, const struct host_risk *host);
	void *ctx;
};

static void
give_host(struct risky *r)
{
	if (r->host.host.family != ADDR_NONE) {
		r->host.lists = r->lists;
		r->host.lists_count = r->lists_count;
		r->fn(r->ctx, &r->host);
	}
	arena_reset(&r->arena);
	r->lists = NULL;
	r->lists_count = r->lists_cap = 0;
}

/* A host's rows stand together, one for each list. */
static void
take_row(struct risky *r, struct db_statement *st)
{
	struct addr host = { .family = ADDR_NONE };

	addr_parse(db_text(st, 0), &host);
	if (!addr_eq(host, r->host.host)) {
		give_host(r);
		r->host = (struct host_risk){
			.host = host, .risk = db_real(st, 1), .last = db_int(st, 3)
		};
		verdict_parse(db_text(st, 2), &r->host.verdict);
	}
	if (db_null(st, 4) || db_null(st, 5))
		return;

	struct list_predicted *l = ARENA_PUSH(&r->arena, r->lists, LISTS_MAX);

	if (l != NULL)
		*l = (struct list_predicted){ arena_string(&r->arena, db_text(st, 4)),
			db_real(st, 5) };
}

int
query_risky(struct store *s, const struct risk_question *q,
	void (*fn)(void *ctx, const struct host_risk *host), void *ctx, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_RISKY, err);
	struct risky r = { .fn = fn, .ctx = ctx };
	int got;

	if (st == NULL)
		return -1;
	arena_init(&r.arena, ROW_MEMORY);
	db_bind_real(st, 1, q->above);
	db_bind_int(st, 2, q->since);
	db_bind_int(st, 3, q->limit);
	while ((got = db_step(st, err)) == 1)
		take_row(&r, st);
	db_reset(st);
	if (got == 0)
		give_host(&r);
	arena_release(&r.arena);
	return got;
}

/* ---- answers ---- */

static void
read_lookup(struct db_statement *st, struct lookup_result *out, struct arena *arena)
{
	*out = (struct lookup_result){
		.list = arena_string(arena, db_text(st, 1)),
		.zone = arena_string(arena, db_text(st, 2)),
		.time = db_int(st, 3),
		.answer = LOOKUP_ERROR,
		.codes = arena_string(arena, db_text(st, 5)),
		.predicted = db_real(st, 6),
	};
	addr_parse(db_text(st, 0), &out->host);
	lookup_answer_parse(db_text(st, 4), &out->answer);
	verdict_parse(db_text(st, 7), &out->verdict);
}

static int
read_lookups(struct db_statement *st, int64_t since,
	void (*fn)(void *ctx, const struct lookup_result *lookup), void *ctx, struct err *err)
{
	struct lookup_result row;
	struct arena arena;
	int got;

	if (st == NULL)
		return -1;
	arena_init(&arena, ROW_MEMORY);
	db_bind_int(st, 1, since);
	while ((got = db_step(st, err)) == 1) {
		read_lookup(st, &row, &arena);
		fn(ctx, &row);
		arena_reset(&arena);
	}
	db_reset(st);
	arena_release(&arena);
	return got;
}

int
query_lookups(struct store *s, int64_t since,
	void (*fn)(void *ctx, const struct lookup_result *lookup), void *ctx, struct err *err)
{
	return read_lookups(store_statement(s, STATEMENT_LOOKUPS, err), since, fn, ctx, err);
}

int
query_lookups_daily(struct store *s, int64_t since,
	void (*fn)(void *ctx, const struct lookup_result *lookup), void *ctx, struct err *err)
{
	return read_lookups(store_statement(s, STATEMENT_LOOKUPS_DAILY, err), since, fn, ctx, err);
}
