#include "store/query.h"

#include "store/inside.h"

/* Texts of one row. */
#define ROW_MEMORY 65536

static enum verdict
verdict_cell(struct db_statement *st, int column)
{
	enum verdict v = VERDICT_UNKNOWN;

	verdict_parse(db_text(st, column), &v);
	return v;
}

static void
read_waiting(struct db_statement *st, struct change_waiting *out, struct arena *arena)
{
	*out = (struct change_waiting){
		.change = { .seq = db_int(st, 0),
			.sensor = arena_string(arena, db_text(st, 1)),
			.time = db_int(st, 3),
			.noted = db_int(st, 4),
			.before = arena_string(arena, db_text(st, 5)),
			.verdict = verdict_cell(st, 6),
			.risk = db_real(st, 7),
			.cause = arena_string(arena, db_text(st, 8)),
			.summary = arena_string(arena, db_text(st, 9)) },
		.attempts = (int32_t)db_int(st, 10),
		.tried = db_int(st, 11),
		.next = db_int(st, 12),
		.newest = db_int(st, 13) != 0,
		.behind = db_int(st, 14) != 0,
		.told = !db_null(st, 15),
		.told_verdict = verdict_cell(st, 15),
		.told_time = db_int(st, 16),
		.muted_until = db_int(st, 17),
		.muted_by = arena_string(arena, db_text(st, 18)),
	};
	addr_parse(db_text(st, 2), &out->change.host);
}

int
query_changes_waiting(struct store *s, const struct change_question *q,
	void (*fn)(void *ctx, const struct change_waiting *waiting), void *ctx, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_CHANGES_WAITING, err);
	struct change_waiting row;
	struct arena arena;
	int got;

	if (st == NULL)
		return -1;
	arena_init(&arena, ROW_MEMORY);
	db_bind_text(st, 1, q->target);
	db_bind_int(st, 2, q->after);
	db_bind_int(st, 3, q->now);
	db_bind_int(st, 4, q->limit);
	while ((got = db_step(st, err)) == 1) {
		read_waiting(st, &row, &arena);
		fn(ctx, &row);
		arena_reset(&arena);
	}
	db_reset(st);
	arena_release(&arena);
	return got;
}

static int
newest_before(struct store *s, int64_t before, int64_t *seq, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_CHANGES_NEWEST, err);

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, before);

	int got = db_step(st, err);

	*seq = got == 1 ? db_int(st, 0) : 0;
	db_reset(st);
	return got < 0 ? -1 : 0;
}

int
query_changes_newest(struct store *s, int64_t *seq, struct err *err)
{
	return newest_before(s, INT64_MAX, seq, err);
}

int
query_changes_from(
	struct store *s, const char *target, int64_t before, int64_t *from, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_CHANGES_FROM, err);

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, target);

	int got = db_step(st, err);
	bool known = got == 1 && !db_null(st, 0);

	*from = known ? db_int(st, 0) : 0;
	db_reset(st);
	if (got < 0)
		return -1;
	return known ? 1 : newest_before(s, before, from, err);
}

int
query_delivery(struct store *s, struct delivery *d, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_DELIVERY, err);

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, d->change);
	db_bind_text(st, 2, d->target);

	int got = db_step(st, err);

	if (got == 1) {
		(void)delivery_state_parse(db_text(st, 0), &d->state);
		d->attempts = (int32_t)db_int(st, 1);
		d->time = db_int(st, 2);
		d->next = db_int(st, 3);
	}
	db_reset(st);
	return got;
}
