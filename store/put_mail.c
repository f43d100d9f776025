#include <string.h>

#include "store/row.h"

struct mail_extract {
	const char *from_domain, *rcpt, *rules, *labels;
	int64_t rcpts, rcpts_refused, rcpts_waiting;
	struct slice record;
};

/* The names of rules and labels, one after the other in the same buffer. */
static void
mail_words(struct buf *words, const struct mail_record *r, struct mail_extract *x)
{
	buf_clear(words);
	for (size_t i = 0; i < r->hits_count; i++)
		row_word(words, " ", r->hits[i].rule);
	buf_byte(words, '\0');

	size_t labels = words->len;

	for (size_t i = 0; i < r->labels_count; i++) {
		if (i != 0)
			buf_byte(words, ' ');
		buf_str(words, r->labels[i]);
	}
	x->rules = buf_cstr(words);
	x->labels = x->rules + labels;
}

static struct mail_extract
mail_extract(struct store *store, const struct mail_record *r)
{
	const char *at = strrchr(r->mail_from, '@');
	struct mail_extract x = {
		.from_domain = at == NULL ? "" : at + 1,
		.rcpt = r->rcpts_count == 0 ? "" : r->rcpts[0].address,
		.rcpts = (int64_t)r->rcpts_count + r->rcpts_cut,
		.record = buf_slice(&store->record),
	};

	for (size_t i = 0; i < r->rcpts_count; i++) {
		x.rcpts_refused += r->rcpts[i].disposition == DISPOSITION_REJECTED;
		x.rcpts_waiting += r->rcpts[i].disposition == DISPOSITION_DEFERRED;
	}
	mail_words(&store->words, r, &x);
	return x;
}

static int
put_mail_key(
	struct store *store, enum statement which, const char *word, int64_t mail, struct err *err)
{
	struct db_statement *st;

	if (*word == '\0')
		return 0;
	st = store_statement(store, which, err);
	if (st == NULL)
		return -1;
	db_bind_text(st, 1, word);
	db_bind_int(st, 2, mail);
	return store_step(st, err);
}

static int
put_mail_keys(struct store *store, const struct mail_record *r, int64_t mail, struct err *err)
{
	for (size_t i = 0; i < r->hits_count; i++) {
		if (put_mail_key(store, STATEMENT_HIT_PUT, r->hits[i].rule, mail, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < r->received_count; i++) {
		if (put_mail_key(store, STATEMENT_QUEUE_ID_PUT, r->received[i].id, mail, err) != 0)
			return -1;
	}
	return put_mail_key(store, STATEMENT_QUEUE_ID_PUT, r->queue_id, mail, err);
}

int
put_mail(struct store *store, const struct session_record *s, const struct mail_record *r,
	struct err *err)
{
	if (row_record(store, &layout_mail, r, false, err) != 0)
		return -1;

	struct mail_extract extract = mail_extract(store, r), *x = &extract;
	struct binder b = row_start(store, STATEMENT_MAIL_PUT, err);

	if (b.st == NULL)
		return -1;
	MAIL_COLUMNS(BIND)

	int written = row_end(store, &b, err);

	if (written == 1 &&
		(put_mail_keys(store, r, store->seq, err) != 0 || put_sums(store, s, r, err) != 0))
		return -1;
	return written;
}
