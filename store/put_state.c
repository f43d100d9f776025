#include "sensor/base/ptime.h"
#include "store/row.h"

int
put_service(
	struct store *store, struct endpoint server, int64_t first, int64_t last, struct err *err)
{
	struct binder b = row_start(store, STATEMENT_SERVICE_PUT, err);

	if (b.st == NULL)
		return -1;
	bind_addr(&b, server.addr);
	bind_key(&b, server.addr);
	bind_int(&b, server.port);
	bind_int(&b, first);
	bind_int(&b, last);
	bind_text(&b, service_name(server.port));
	return row_end(store, &b, err);
}

static int
put_counter(struct store *store, int64_t run, enum counter which, int64_t value, struct err *err)
{
	struct binder b = row_start(store, STATEMENT_COUNTER_PUT, err);

	if (b.st == NULL)
		return -1;
	bind_int(&b, run);
	bind_text(&b, counter_name(which));
	bind_int(&b, value);
	return row_end(store, &b, err);
}

static int
put_loss(struct store *store, int64_t run, const struct loss_interval *r, struct err *err)
{
	struct binder b = row_start(store, STATEMENT_LOSS_PUT, err);

	if (b.st == NULL)
		return -1;
	LOSS_COLUMNS(BIND)
	return row_end(store, &b, err);
}

int
put_state(struct store *store, const struct sensor_state *state, struct err *err)
{
	for (int i = 0; i < COUNTERS_COUNT; i++) {
		if (put_counter(store, state->run, (enum counter)i, state->counters.value[i], err) <
			0)
			return -1;
	}
	for (size_t i = 0; i < state->loss_count; i++) {
		if (put_loss(store, state->run, &state->loss[i], err) < 0)
			return -1;
	}

	if (put_changes_noted(store, state->now, state->live, err) < 0)
		return -1;

	struct binder b = row_start(store, STATEMENT_RUN_PUT, err);

	if (b.st == NULL)
		return -1;
	bind_int(&b, state->run);
	bind_int(&b, state->started);
	bind_int(&b, state->now);
	bind_text(&b, state->sources);
	bind_int(&b, state->live);
	return row_end(store, &b, err);
}

int
put_event(struct store *store, int64_t time, const char *kind, const char *text, struct err *err)
{
	struct binder b = row_start(store, STATEMENT_EVENT_PUT, err);

	if (b.st == NULL)
		return -1;
	bind_int(&b, time);
	bind_text(&b, kind);
	bind_text(&b, text);
	return row_end(store, &b, err);
}
