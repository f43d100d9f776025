#include <string.h>

#include "sensor/record_change.h"
#include "store/row.h"

struct change_extract {
	char before[32]; /* in the last batch, "" = none */
	char stored[32]; /* by this batch so far */
	int64_t seq;	 /* of the change in this batch; 0 = none */
	const char *cause;
};

static void
copy_word(char out[32], struct slice word)
{
	word = slice_take(word, 31);
	if (word.len > 0)
		memcpy(out, word.ptr, word.len);
	out[word.len] = '\0';
}

static int
read_before(struct store *store, struct addr host, struct change_extract *out, struct err *err)
{
	struct binder b = { .st = store_statement(store, STATEMENT_CHANGE_BEFORE, err) };

	if (b.st == NULL)
		return -1;
	bind_addr(&b, host);
	bind_int(&b, store->seq_stored);

	int got = db_step(b.st, err);

	if (got == 1) {
		copy_word(out->before, db_text(b.st, 0));
		copy_word(out->stored, db_text(b.st, 1));
		out->seq = db_int(b.st, 2);
	}
	db_reset(b.st);
	return got < 0 ? -1 : 0;
}

/* What this batch noted of the host so far was never committed. */
static int
drop_change(struct store *store, int64_t seq, struct err *err)
{
	struct db_statement *st = store_statement(store, STATEMENT_CHANGE_DROP, err);

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, seq);
	return store_step(st, err);
}

int
put_change(struct store *store, const struct host_record *r, const char *cause, struct err *err)
{
	struct change_extract extract = { .cause = cause }, *x = &extract;

	if (read_before(store, r->ip, x, err) < 0)
		return -1;
	if (strcmp(x->stored, verdict_word(r->verdict)) == 0)
		return 0;
	if (x->seq != 0 && drop_change(store, x->seq, err) < 0)
		return -1;
	if (strcmp(x->before, verdict_word(r->verdict)) == 0)
		return 0;

	struct binder b = row_start(store, STATEMENT_CHANGE_PUT, err);

	if (b.st == NULL)
		return -1;
	CHANGE_COLUMNS(BIND)
	return row_end(store, &b, err);
}

int
put_changes_noted(struct store *store, int64_t now, bool live, struct err *err)
{
	struct binder b = { .st = store_statement(store, STATEMENT_CHANGES_NOTED, err) };

	if (b.st == NULL)
		return -1;
	bind_int(&b, store->seq_stored);
	bind_int(&b, now);
	bind_int(&b, live);
	return store_step(b.st, err);
}

int
put_delivery(struct store *store, const struct delivery *r, struct err *err)
{
	struct binder b = row_start(store, STATEMENT_DELIVERY_PUT, err);

	if (b.st == NULL)
		return -1;
	DELIVERY_COLUMNS(BIND)
	return row_end(store, &b, err);
}
