#include "store/query.h"

#include <stdlib.h>

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

/* 1 and the one cell of the statement's row is in out, 0, -1. */
static int
one_record(struct db_statement *st, struct buf *out, struct err *err)
{
	int got = db_step(st, err);

	if (got == 1)
		buf_add(out, db_text(st, 0));
	db_reset(st);
	return got == 1 ? whole(out, err) : got;
}

int
query_host(struct store *s, struct addr host, struct buf *out, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_HOST_RECORD, err);
	char text[ADDR_TEXT_MAX];

	if (st == NULL)
		return -1;
	db_bind_copy(st, 1, addr_format(host, text));
	return one_record(st, out, err);
}

int
query_session_alone(struct store *s, const char *id, struct buf *out, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_SESSION_RECORD, err);

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, id);
	return one_record(st, out, err);
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
	return one_record(st, out, err);
}

struct record_cursor {
	struct store *store;
	struct db_statement *st;
	struct buf json;
};

bool
table_has_records(const struct table *t)
{
	return table_sql(t)->record != NULL;
}

int
records_open(struct store *s, const struct table *t, const struct filter *f,
	struct record_cursor **out, struct err *err)
{
	struct db_statement *st;

	*out = NULL;
	if (!table_has_records(t))
		return err_set(err, "%s are rows, without a record of their own", t->name);
	st = table_ask(s, t, f, WANT_RECORD, err);
	if (st == NULL)
		return -1;
	*out = must_alloc(sizeof **out);
	**out = (struct record_cursor){ .store = s, .st = st };
	buf_init(&(*out)->json, RECORD_BYTES_MAX);
	return 0;
}

/* A second column is the session whose mails belong in the record. */
int
records_next(struct record_cursor *c, struct slice *json, struct err *err)
{
	int got = db_step(c->st, err);

	if (got != 1)
		return got;
	if (db_columns(c->st) == 1) {
		*json = db_text(c->st, 0);
		return 1;
	}
	buf_clear(&c->json);
	if (with_mails(c->store, db_text(c->st, 0), db_text(c->st, 1), &c->json, err) != 0 ||
		whole(&c->json, err) < 0)
		return -1;
	*json = buf_slice(&c->json);
	return 1;
}

void
records_close(struct record_cursor *c)
{
	if (c == NULL)
		return;
	buf_release(&c->json);
	db_free(c->st);
	free(c);
}

int
query_records(struct store *s, const struct table *t, const struct filter *f,
	bool (*record)(void *ctx, struct slice json), void *ctx, struct err *err)
{
	struct record_cursor *c;
	struct slice json;
	int got;

	if (records_open(s, t, f, &c, err) != 0)
		return -1;
	while ((got = records_next(c, &json, err)) == 1 && record(ctx, json))
		;
	records_close(c);
	return got < 0 ? -1 : 0;
}
