#include <string.h>

#include "store/row.h"

static bool
is_refusal(const struct reply *reply)
{
	return reply->code >= 400 && reply->code <= 599;
}

static bool
same_kind(const struct reply *a, const struct reply *b)
{
	return a->code == b->code && a->class == b->class && strcmp(a->to, b->to) == 0 &&
	       strcmp(a->list, b->list) == 0;
}

static bool
first_of_kind(const struct reply *replies, size_t i)
{
	for (size_t before = 0; before < i; before++) {
		if (same_kind(&replies[before], &replies[i]))
			return false;
	}
	return true;
}

struct kind_sums {
	int64_t last, count;
};

static struct kind_sums
sum_kind(const struct session_record *s, size_t first)
{
	struct kind_sums sums = { 0 };

	for (size_t i = first; i < s->replies_count; i++) {
		if (same_kind(&s->replies[i], &s->replies[first])) {
			sums.last = s->replies[i].time;
			sums.count++;
		}
	}
	return sums;
}

static int
put_evidence(struct store *store, const struct session_record *s, struct err *err)
{
	for (size_t i = 0; i < s->replies_count; i++) {
		const struct reply *r = &s->replies[i];

		if (!is_refusal(r) || !first_of_kind(s->replies, i))
			continue;

		struct kind_sums sums = sum_kind(s, i), *x = &sums;
		struct binder b = row_start(store, STATEMENT_EVIDENCE_PUT, err);

		if (b.st == NULL)
			return -1;
		EVIDENCE_COLUMNS(BIND)
		if (row_end(store, &b, err) < 0)
			return -1;
	}
	return 0;
}

struct session_extract {
	int64_t refusals;
	const char *class, *list, *anomalies;
	struct slice record;
};

static struct session_extract
session_extract(struct store *store, const struct session_record *r)
{
	struct session_extract x = { .class = "", .list = "", .record = buf_slice(&store->record) };

	for (size_t i = 0; i < r->replies_count; i++) {
		const struct reply *reply = &r->replies[i];

		if (!is_refusal(reply))
			continue;
		x.refusals++;
		if (*x.list == '\0') {
			x.class = reply_class_word(reply->class);
			x.list = reply->list;
		}
	}
	buf_clear(&store->words);
	for (size_t i = 0; i < r->anomalies_count; i++)
		row_word(&store->words, " ", r->anomalies[i].name);
	x.anomalies = buf_cstr(&store->words);
	return x;
}

enum stored { STORED_ENDED, STORED_OPEN, STORED_NOT, STORED_FAULT };

static enum stored
session_stored(struct store *store, const char *id, struct err *err)
{
	struct db_statement *st = store_statement(store, STATEMENT_SESSION_OPEN, err);

	if (st == NULL)
		return STORED_FAULT;
	db_bind_text(st, 1, id);

	int got = db_step(st, err);
	enum stored stored = got < 0	     ? STORED_FAULT
			     : got == 0	     ? STORED_NOT
			     : db_int(st, 0) ? STORED_OPEN
					     : STORED_ENDED;

	db_reset(st);
	return stored;
}

int
put_session(struct store *store, const struct session_record *session, struct err *err)
{
	struct session_record alone = *session, *r = &alone;
	enum stored stored = session_stored(store, session->id, err);

	if (stored == STORED_FAULT)
		return -1;
	if (stored == STORED_ENDED)
		return 0;
	alone.mails_count = 0;
	if (row_record(store, &layout_session, r, true, err) != 0)
		return -1;

	struct session_extract extract = session_extract(store, r), *x = &extract;
	struct binder b = row_start(store, STATEMENT_SESSION_PUT, err);

	if (b.st == NULL)
		return -1;
	SESSION_COLUMNS(BIND)
	if (row_end(store, &b, err) < 0 || put_evidence(store, r, err) != 0)
		return -1;
	return r->open ? 0 : 1;
}
