#include <string.h>

#include "store/inside.h"
#include "store/query.h"

static void
copy_text(char *out, size_t size, struct slice text)
{
	text = slice_take(text, size - 1);
	if (text.len > 0)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
}

static struct db_statement *
of_host(struct store *s, enum statement which, struct addr host, struct err *err)
{
	struct db_statement *st = store_statement(s, which, err);
	char text[ADDR_TEXT_MAX];

	if (st != NULL)
		db_bind_copy(st, 1, addr_format(host, text));
	return st;
}

int
query_case(struct store *s, struct addr host, struct host_case *out, struct err *err)
{
	struct db_statement *st = of_host(s, STATEMENT_CASE, host, err);

	memset(out, 0, sizeof *out);
	if (st == NULL)
		return -1;

	int got = db_step(st, err);

	if (got == 1) {
		(void)case_state_parse(db_text(st, 0), &out->state);
		out->since = db_int(st, 1);
		out->since_seq = db_int(st, 2);
		copy_text(out->assignee, sizeof out->assignee, db_text(st, 3));
		out->muted_until = db_int(st, 4);
		copy_text(out->muted_by, sizeof out->muted_by, db_text(st, 5));
		out->opened = db_int(st, 6);
		out->changed = db_int(st, 7);
		copy_text(out->changed_by, sizeof out->changed_by, db_text(st, 8));
		copy_text(out->note, sizeof out->note, db_text(st, 9));
		out->came_back = db_int(st, 10) != 0;
	}
	db_reset(st);
	return got;
}

int
query_case_entries(struct store *s, struct addr host, int64_t limit,
	void (*fn)(void *ctx, const struct case_entry *entry), void *ctx, struct err *err)
{
	struct db_statement *st = of_host(s, STATEMENT_CASE_ENTRIES, host, err);
	int got;

	if (st == NULL)
		return -1;
	db_bind_int(st, 2, limit);
	while ((got = db_step(st, err)) == 1) {
		struct case_entry entry = { .time = db_int(st, 1),
			.until = db_int(st, 2),
			.user = db_text(st, 3),
			.text = db_text(st, 5) };

		if (audit_kind_parse(db_text(st, 4), &entry.kind) == 0)
			fn(ctx, &entry);
	}
	db_reset(st);
	return got;
}

int
query_audit_known(struct store *s, const char *id, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_AUDIT_KNOWN, err);

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, id);

	int got = db_step(st, err);

	db_reset(st);
	return got;
}

int
query_users(struct store *s, int64_t limit, void (*fn)(void *ctx, struct slice user), void *ctx,
	struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_AUDIT_USERS, err);
	int got;

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, limit);
	while ((got = db_step(st, err)) == 1)
		fn(ctx, db_text(st, 0));
	db_reset(st);
	return got;
}
