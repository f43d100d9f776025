#include "store/query.h"

#include "store/inside.h"
#include "store/query_tables.h"

/* The mails belong inside the record of their session, which is stored without them.  A string in
 * JSON cannot hold these bytes: its quotes are escaped. */
static int
with_mails(struct store *s, struct slice session, struct slice id, struct buf *out, struct err *err)
{
	static const struct slice no_mails = SLICE("\"mails\":[]");
	size_t place = slice_find(session, no_mails);
	struct db_statement *st = store_statement(s, STATEMENT_SESSION_MAILS, err);
	const char *joint = "";
	int got;

	if (st == NULL)
		return -1;
	buf_add(out, slice_take(session, place));
	buf_str(out, "\"mails\":[");
	db_bind_slice(st, 1, id);
	while ((got = db_step(st, err)) == 1) {
		buf_str(out, joint);
		buf_add(out, db_text(st, 0));
		joint = ",";
	}
	db_reset(st);
	buf_str(out, "]");
	buf_add(out, slice_skip(session, place + no_mails.len));
	return got;
}

static int
whole(const struct buf *out, struct err *err)
{
	return out->lost == 0 ? 1 : err_set(err, "the record is longer than %zu bytes", out->max);
}

int
query_host(struct store *s, struct addr host, struct buf *out, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_HOST_RECORD, err);
	char text[ADDR_TEXT_MAX];

	if (st == NULL)
		return -1;
	db_bind_copy(st, 1, addr_format(host, text));

	int got = db_step(st, err);

	if (got == 1)
		buf_add(out, db_text(st, 0));
	db_reset(st);
	return got == 1 ? whole(out, err) : got;
}

int
query_session(struct store *s, const char *id, struct buf *out, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_SESSION_RECORD, err);

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, id);

	int got = db_step(st, err);

	if (got == 1 && with_mails(s, db_text(st, 0), slice_str(id), out, err) != 0)
		got = -1;
	db_reset(st);
	return got == 1 ? whole(out, err) : got;
}

int
query_mail(struct store *s, const char *session, int number, struct buf *out, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_MAIL_RECORD, err);

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, session);
	db_bind_int(st, 2, number);

	int got = db_step(st, err);

	if (got == 1)
		buf_add(out, db_text(st, 0));
	db_reset(st);
	return got == 1 ? whole(out, err) : got;
}

/* 1 = the caller wants more, 0 = enough, -1. A second column is the session whose mails belong in
 * the record. */
static int
give_record(struct store *s, struct db_statement *st, struct buf *json,
	bool (*record)(void *ctx, struct slice json), void *ctx, struct err *err)
{
	if (db_columns(st) == 1)
		return record(ctx, db_text(st, 0));
	buf_clear(json);
	if (with_mails(s, db_text(st, 0), db_text(st, 1), json, err) != 0 || whole(json, err) < 0)
		return -1;
	return record(ctx, buf_slice(json));
}

int
query_records(struct store *s, const struct table *t, const struct filter *f,
	bool (*record)(void *ctx, struct slice json), void *ctx, struct err *err)
{
	struct db_statement *st;
	struct buf json;
	int more = 1;

	if (table_sql(t)->record == NULL)
		return err_set(err, "%s are rows, without a record of their own", t->name);
	st = table_ask(s, t, f, WANT_RECORD, err);
	if (st == NULL)
		return -1;
	buf_init(&json, RECORD_BYTES_MAX);
	while (more == 1 && (more = db_step(st, err)) == 1)
		more = give_record(s, st, &json, record, ctx, err);
	buf_release(&json);
	db_free(st);
	return more < 0 ? -1 : 0;
}
