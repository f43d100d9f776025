#include <string.h>

#include "store/row.h"

/* Numbers that have columns of their own, by the names that the aggregates give them. */
enum plain_count {
	COUNT_SESSIONS,
	COUNT_MAILS,
	COUNT_RCPTS,
	COUNT_ACCEPTED,
	COUNT_REJECTED,
	COUNT_DEFERRED,
	COUNT_LISTED,
	COUNT_SCORE_MAX, /* thousandths */
	PLAIN_COUNTS,
};

static const char *const plain_names[PLAIN_COUNTS] = {
	[COUNT_SESSIONS] = "sessions",
	[COUNT_MAILS] = "mails",
	[COUNT_RCPTS] = "rcpts",
	[COUNT_ACCEPTED] = "accepted",
	[COUNT_REJECTED] = "rejected",
	[COUNT_DEFERRED] = "deferred",
	[COUNT_LISTED] = "listed",
	[COUNT_SCORE_MAX] = "score_max",
};

static void
pick_counts(const struct count *counts, size_t counts_count, int64_t out[PLAIN_COUNTS])
{
	memset(out, 0, PLAIN_COUNTS * sizeof *out);
	for (size_t i = 0; i < counts_count; i++) {
		for (size_t k = 0; k < PLAIN_COUNTS; k++) {
			if (strcmp(counts[i].name, plain_names[k]) == 0)
				out[k] = counts[i].value;
		}
	}
}

struct listing_extract {
	struct addr host;
	int64_t since; /* that of the row which it goes on with, if that is earlier */
	const char *servers;
};

static void
bind_span(struct db_statement *st, const char *host, const struct listing *r)
{
	db_bind_text(st, 1, host);
	db_bind_text(st, 2, r->list);
	db_bind_text(st, 3, listing_kind_word(r->kind));
	db_bind_int(st, 4, r->since);
	db_bind_int(st, 5, r->until > r->last ? r->until : r->last);
}

/* What was taken for two listings, before all was read, is one: the rows besides the first go. */
static int
join_rows(struct store *store, struct addr addr, const struct listing *r, int64_t *since,
	struct err *err)
{
	struct db_statement *st = store_statement(store, STATEMENT_LISTING_SINCE, err);
	char host[ADDR_TEXT_MAX];
	int got;

	if (st == NULL)
		return -1;
	*since = r->since;
	bind_span(st, addr_format(addr, host), r);
	got = db_step(st, err);
	if (got == 1 && !db_null(st, 0) && db_int(st, 0) < r->since)
		*since = db_int(st, 0);
	db_reset(st);
	if (got < 0 || (st = store_statement(store, STATEMENT_LISTING_DROP, err)) == NULL)
		return -1;
	bind_span(st, host, r);
	db_bind_int(st, 6, *since);
	got = db_step(st, err);
	db_reset(st);
	return got < 0 ? -1 : 0;
}

static int
put_listing(struct store *store, struct addr host, const struct listing *r, struct err *err)
{
	struct listing_extract extract = { .host = host }, *x = &extract;
	struct binder b;

	if (join_rows(store, host, r, &x->since, err) < 0)
		return -1;
	buf_clear(&store->words);
	for (size_t i = 0; i < r->servers_count; i++)
		row_word(&store->words, " ", r->servers[i]);
	x->servers = buf_cstr(&store->words);
	b = row_start(store, STATEMENT_LISTING_PUT, err);
	if (b.st == NULL)
		return -1;
	LISTING_COLUMNS(BIND)
	return row_end(store, &b, err);
}

struct host_extract {
	const char *cause, *listed_on;
	double confidence;
	int64_t count[PLAIN_COUNTS];
	struct slice record;
};

static struct host_extract
host_extract(struct store *store, const struct host_record *r)
{
	struct host_extract x = { .cause = "", .record = buf_slice(&store->record) };

	if (r->causes_count != 0) {
		x.cause = cause_word(r->causes[0].cause);
		x.confidence = r->causes[0].confidence;
	}
	buf_clear(&store->words);
	for (size_t i = 0; i < r->listings_count; i++) {
		if (r->listings[i].until == 0 && r->listings[i].kind == LISTING_PUBLIC)
			row_word(&store->words, ", ", r->listings[i].list);
	}
	x.listed_on = buf_cstr(&store->words);
	pick_counts(r->counts, r->counts_count, x.count);
	return x;
}

int
put_host(struct store *store, const struct host_record *r, struct err *err)
{
	if (row_record(store, &layout_host, r, true, err) != 0)
		return -1;

	struct host_extract extract = host_extract(store, r), *x = &extract;
	if (put_change(store, r, x->cause, err) < 0)
		return -1;

	struct binder b = row_start(store, STATEMENT_HOST_PUT, err);

	if (b.st == NULL)
		return -1;
	HOST_COLUMNS(BIND)

	int written = row_end(store, &b, err);

	for (size_t i = 0; written >= 0 && i < r->listings_count; i++) {
		if (put_listing(store, r->ip, &r->listings[i], err) < 0)
			return -1;
	}
	return written;
}

struct hour_extract {
	struct addr host;
	int64_t hour;
	double score_max;
	int64_t count[PLAIN_COUNTS];
	struct slice record, packed;
};

int
put_hour(struct store *store, struct addr host, int64_t hour, struct slice packed,
	const struct count *plain, size_t plain_count, struct err *err)
{
	struct hour_extract extract = { .host = host, .hour = hour, .packed = packed },
			    *x = &extract;
	struct json j;

	buf_clear(&store->record);
	json_init(&j, &store->record);
	json_object(&j);
	for (size_t i = 0; i < plain_count; i++) {
		json_key(&j, plain[i].name);
		json_int(&j, plain[i].value);
	}
	json_object_end(&j);
	extract.record = buf_slice(&store->record);
	pick_counts(plain, plain_count, extract.count);
	extract.score_max = (double)extract.count[COUNT_SCORE_MAX] / 1000;

	struct binder b = row_start(store, STATEMENT_HOUR_PUT, err);

	if (b.st == NULL)
		return -1;
	HOUR_COLUMNS(BIND)
	return row_end(store, &b, err);
}
