#include "store/inside.h"

/* Runs a write inside the batch; a write that fails gives the batch up. */
#define IN_BATCH(write)                                                                            \
	struct store *s = ctx;                                                                     \
	if (batch_begin(s, err) != 0)                                                              \
		return -1;                                                                         \
	int written = (write);                                                                     \
	return written < 0 ? batch_give_up(s, err) : written

static int
sink_session(void *ctx, const struct session_record *session, struct err *err)
{
	IN_BATCH(put_session(s, session, err));
}

static int
sink_mail(void *ctx, const struct session_record *session, const struct mail_record *mail,
	struct err *err)
{
	IN_BATCH(put_mail(s, session, mail, err));
}

static int
sink_host(void *ctx, const struct host_record *host, struct err *err)
{
	IN_BATCH(put_host(s, host, err));
}

static int
sink_host_hour(void *ctx, struct addr host, int64_t hour, struct slice packed,
	const struct count *plain, size_t plain_count, struct err *err)
{
	IN_BATCH(put_hour(s, host, hour, packed, plain, plain_count, err));
}

static int
sink_service(void *ctx, struct endpoint server, int64_t first, int64_t last, struct err *err)
{
	IN_BATCH(put_service(s, server, first, last, err));
}

static int
sink_delivery(void *ctx, const struct delivery *delivery, struct err *err)
{
	IN_BATCH(put_delivery(s, delivery, err));
}

static int
sink_lookup(void *ctx, const struct lookup_result *lookup, struct err *err)
{
	IN_BATCH(put_lookup(s, lookup, err));
}

static int
sink_audit(void *ctx, const struct audit_entry *entry, struct err *err)
{
	IN_BATCH(put_audit(s, entry, err));
}

static int
sink_state(void *ctx, const struct sensor_state *state, struct err *err)
{
	IN_BATCH(put_state(s, state, err));
}

static int
sink_event(void *ctx, int64_t time, const char *kind, const char *text, struct err *err)
{
	IN_BATCH(put_event(s, time, kind, text, err));
}

static int
sink_fetch_hours(void *ctx, struct addr host,
	void (*fn)(void *fn_ctx, int64_t hour, struct slice packed), void *fn_ctx, struct err *err)
{
	struct db_statement *st = store_statement(ctx, STATEMENT_HOURS_FETCH, err);
	char text[ADDR_TEXT_MAX];
	int got;

	if (st == NULL)
		return -1;
	db_bind_copy(st, 1, addr_format(host, text));
	while ((got = db_step(st, err)) == 1)
		fn(fn_ctx, db_int(st, 0), db_blob(st, 1));
	db_reset(st);
	return got;
}

static int
sink_fetch_hosts(void *ctx, int64_t since, void (*fn)(void *fn_ctx, struct addr host), void *fn_ctx,
	struct err *err)
{
	struct db_statement *st = store_statement(ctx, STATEMENT_HOSTS_FETCH, err);
	struct addr host;
	int got;

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, since);
	while ((got = db_step(st, err)) == 1) {
		if (addr_parse(db_text(st, 0), &host) == 0)
			fn(fn_ctx, host);
	}
	db_reset(st);
	return got;
}

static int
sink_fetch_services(void *ctx, struct addr host,
	void (*fn)(void *fn_ctx, int32_t port, int64_t first, int64_t last), void *fn_ctx,
	struct err *err)
{
	struct db_statement *st = store_statement(ctx, STATEMENT_HOST_SERVICES, err);
	char text[ADDR_TEXT_MAX];
	int got;

	if (st == NULL)
		return -1;
	db_bind_copy(st, 1, addr_format(host, text));
	while ((got = db_step(st, err)) == 1)
		fn(fn_ctx, (int32_t)db_int(st, 0), db_int(st, 1), db_int(st, 2));
	db_reset(st);
	return got;
}

static int
sink_commit(void *ctx, struct err *err)
{
	return batch_commit(ctx, err);
}

struct sink
store_sink(struct store *s)
{
	return (struct sink){
		.ctx = s,
		.session = sink_session,
		.mail = sink_mail,
		.host = sink_host,
		.host_hour = sink_host_hour,
		.fetch_hours = sink_fetch_hours,
		.fetch_hosts = sink_fetch_hosts,
		.fetch_services = sink_fetch_services,
		.service = sink_service,
		.delivery = sink_delivery,
		.lookup = sink_lookup,
		.audit = sink_audit,
		.state = sink_state,
		.event = sink_event,
		.commit = sink_commit,
	};
}
