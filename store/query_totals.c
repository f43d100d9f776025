#include "store/query.h"

#include "sensor/base/ptime.h"
#include "store/inside.h"

int
query_hours(struct store *s, struct addr host, int64_t since, int64_t until,
	void (*fn)(void *ctx, const struct hour_row *row), void *ctx, struct err *err)
{
	bool all = host.family == ADDR_NONE;
	struct db_statement *st =
		store_statement(s, all ? STATEMENT_HOURS_OF_ALL : STATEMENT_HOURS_OF_HOST, err);
	char text[ADDR_TEXT_MAX];
	int got;

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, since);
	db_bind_int(st, 2, until == 0 ? INT64_MAX : until);
	if (!all)
		db_bind_copy(st, 3, addr_format(host, text));
	while ((got = db_step(st, err)) == 1) {
		fn(ctx, &(struct hour_row){
				.hour = db_int(st, 0),
				.sessions = db_int(st, 1),
				.mails = db_int(st, 2),
				.rcpts = db_int(st, 3),
				.accepted = db_int(st, 4),
				.rejected = db_int(st, 5),
				.deferred = db_int(st, 6),
				.listed = db_int(st, 7),
				.score_max = db_real(st, 8),
			});
	}
	db_reset(st);
	return got;
}

/* Counters of another version that this one does not know are passed over. */
static void
set_counter(struct counters *counters, struct slice name, int64_t value)
{
	for (int i = 0; i < COUNTERS_COUNT; i++) {
		if (slice_eq(name, slice_str(counter_name((enum counter)i))))
			counters->value[i] = value;
	}
}

static int
read_counters(struct store *s, struct sensor_state *state, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_RUN_COUNTERS, err);
	int got;

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, state->sensor);
	db_bind_int(st, 2, state->run);
	while ((got = db_step(st, err)) == 1)
		set_counter(&state->counters, db_text(st, 0), db_int(st, 1));
	db_reset(st);
	return got;
}

static int
read_state(struct store *s, struct sensor_state *state, struct arena *arena, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_RUN_LAST, err);

	if (st == NULL)
		return -1;

	int got = db_step(st, err);

	if (got == 1) {
		*state = (struct sensor_state){
			.sensor = arena_string(arena, db_text(st, 0)),
			.run = db_int(st, 1),
			.started = db_int(st, 2),
			.now = db_int(st, 3),
			.sources = arena_string(arena, db_text(st, 4)),
			.live = db_int(st, 5) != 0,
		};
	}
	db_reset(st);
	return got == 1 && read_counters(s, state, err) != 0 ? -1 : got;
}

int
query_state(struct store *s, struct sensor_state *state, struct arena *arena, struct err *err)
{
	bool began;

	if (store_look(s, &began, err) != 0)
		return -1;

	int got = read_state(s, state, arena, err);

	store_looked(s, began);
	return got;
}

static struct loss_interval
read_interval(struct db_statement *st)
{
#define COUNTER(X, counter, title, note) COUNTER_##counter,
	static const enum counter columns[] = { LOSS_COUNTERS(COUNTER, ) };
#undef COUNTER
	struct loss_interval interval = { .start = db_int(st, 0),
		.covered = db_int(st, 1) * PTIME_MS };

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		interval.counters.value[columns[i]] = db_int(st, (int)i + 2);
	return interval;
}

int
query_loss(struct store *s, int64_t limit,
	void (*fn)(void *ctx, const struct loss_interval *interval), void *ctx, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_LOSS_NEWEST, err);
	int got;

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, limit);
	while ((got = db_step(st, err)) == 1) {
		const struct loss_interval interval = read_interval(st);
		fn(ctx, &interval);
	}
	db_reset(st);
	return got;
}

/* Takes the single row of a statement of sums. */
static int
read_sums(struct store *s, enum statement which, int64_t *const *out, size_t count, struct err *err)
{
	struct db_statement *st = store_statement(s, which, err);

	if (st == NULL)
		return -1;

	int got = db_step(st, err);

	for (size_t i = 0; got == 1 && i < count; i++)
		*out[i] = db_int(st, (int)i);
	db_reset(st);
	return got < 0 ? -1 : 0;
}

static int
read_verdicts(struct store *s, struct store_totals *out, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_TOTAL_HOSTS, err);
	int got;

	if (st == NULL)
		return -1;
	while ((got = db_step(st, err)) == 1) {
		int64_t verdict = db_int(st, 0);

		out->hosts += db_int(st, 1);
		if (verdict >= 0 && verdict < VERDICTS)
			out->hosts_by_verdict[verdict] = db_int(st, 1);
	}
	db_reset(st);
	return got;
}

static int
read_totals(struct store *s, struct store_totals *out, struct err *err)
{
	int64_t *const sessions[] = { &out->sessions, &out->sessions_encrypted, &out->first,
		&out->last };
	int64_t *const mails[] = { &out->mails, &out->rcpts, &out->rcpts_refused };
	int64_t *const bytes[] = { &out->file_bytes };

	if (read_verdicts(s, out, err) != 0 ||
		read_sums(s, STATEMENT_TOTAL_SESSIONS, sessions, 4, err) != 0 ||
		read_sums(s, STATEMENT_TOTAL_MAILS, mails, 3, err) != 0)
		return -1;
	return read_sums(s, STATEMENT_FILE_BYTES, bytes, 1, err);
}

int
query_totals(struct store *s, struct store_totals *out, struct err *err)
{
	bool began;

	*out = (struct store_totals){ .schema = store_schema_version() };
	if (store_look(s, &began, err) != 0)
		return -1;

	int done = read_totals(s, out, err);

	store_looked(s, began);
	return done;
}

int
query_queue_id(struct store *s, struct slice id,
	void (*fn)(void *ctx, const struct queued_mail *mail), void *ctx, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_MAILS_BY_QUEUE_ID, err);
	int got, found = 0;

	if (st == NULL)
		return -1;
	db_bind_slice(st, 1, id);
	while ((got = db_step(st, err)) == 1) {
		fn(ctx, &(struct queued_mail){
				.session = db_text(st, 0),
				.number = (int)db_int(st, 1),
				.client = db_text(st, 2),
				.start = db_int(st, 3),
				.server = db_text(st, 4),
			});
		found++;
	}
	db_reset(st);
	return got < 0 ? -1 : found;
}
