#include "store/query.h"

#include "store/inside.h"

/* Lists inside a host's record grow to what the record had. */
#define ITEMS_MAX 65536

struct reading {
	struct store *store;
	const char *host;
	struct arena *arena;
	struct host_record *out;
};

static const char *
string_cell(const struct reading *r, struct db_statement *st, int column)
{
	return arena_string(r->arena, db_text(st, column));
}

/* Whether the row says the same name as the item before it: it then brings only one more sentence
 * for that one. */
static bool
goes_on(struct db_statement *st, const char *name_before)
{
	return name_before != NULL && slice_eq(db_text(st, 0), slice_str(name_before));
}

static void
read_count(const struct reading *r, struct db_statement *st)
{
	struct count *count = ARENA_PUSH(r->arena, r->out->counts, ITEMS_MAX);

	if (count != NULL)
		*count = (struct count){ string_cell(r, st, 0), db_int(st, 1) };
}

static void
read_cause(const struct reading *r, struct db_statement *st)
{
	struct host_record *out = r->out;
	struct cause_found *last =
		out->causes_count == 0 ? NULL : &out->causes[out->causes_count - 1];

	if (!goes_on(st, last == NULL ? NULL : cause_word(last->cause))) {
		last = ARENA_PUSH(r->arena, out->causes, ITEMS_MAX);
		if (last == NULL)
			return;
		cause_parse(db_text(st, 0), &last->cause);
		last->confidence = db_real(st, 1);
	}

	const char **sentence =
		db_null(st, 2) ? NULL : ARENA_PUSH(r->arena, last->evidence, ITEMS_MAX);

	if (sentence != NULL)
		*sentence = string_cell(r, st, 2);
}

static void
read_likelihood(const struct reading *r, struct db_statement *st)
{
	struct host_record *out = r->out;
	struct list_likelihood *last =
		out->lists_count == 0 ? NULL : &out->lists[out->lists_count - 1];

	if (!goes_on(st, last == NULL ? NULL : last->list)) {
		last = ARENA_PUSH(r->arena, out->lists, ITEMS_MAX);
		if (last == NULL)
			return;
		last->list = string_cell(r, st, 0);
		last->probability = db_real(st, 1);
		last->predicted = db_real(st, 3);
	}

	const char **sentence = db_null(st, 2) ? NULL : ARENA_PUSH(r->arena, last->why, ITEMS_MAX);

	if (sentence != NULL)
		*sentence = string_cell(r, st, 2);
}

static void
read_change(const struct reading *r, struct db_statement *st)
{
	int64_t at = db_int(st, 0);
	struct list_likelihood *list;
	const char **sentence;

	if (at < 0 || (uint64_t)at >= r->out->lists_count)
		return;
	list = &r->out->lists[at];
	sentence = ARENA_PUSH(r->arena, list->change, ITEMS_MAX);
	if (sentence != NULL)
		*sentence = string_cell(r, st, 1);
}

static enum listing_kind
kind_of(struct slice word)
{
	for (int i = 0; i < LISTING_KINDS; i++) {
		if (slice_eq(word, slice_str(listing_kind_word((enum listing_kind)i))))
			return (enum listing_kind)i;
	}
	return LISTING_PUBLIC;
}

static void
read_listing(const struct reading *r, struct db_statement *st)
{
	struct listing *listing = ARENA_PUSH(r->arena, r->out->listings, ITEMS_MAX);

	if (listing == NULL)
		return;
	*listing = (struct listing){
		.list = string_cell(r, st, 0),
		.since = db_int(st, 1),
		.last = db_int(st, 2),
		.until = db_int(st, 3),
		.reply = string_cell(r, st, 4),
		.count = db_int(st, 6),
		.kind = kind_of(db_text(st, 7)),
		.ended_by = string_cell(r, st, 8),
	};
	addr_parse(db_text(st, 5), &listing->server);
	for (struct slice rest = db_text(st, 9); rest.len > 0;) {
		struct slice server = slice_split(&rest, ' ');
		const char **text = ARENA_PUSH(r->arena, listing->servers, ITEMS_MAX);

		if (text != NULL)
			*text = arena_string(r->arena, server);
	}
}

static void
read_service(const struct reading *r, struct db_statement *st)
{
	struct service *service = ARENA_PUSH(r->arena, r->out->services, ITEMS_MAX);

	if (service != NULL)
		*service = (struct service){ (int32_t)db_int(st, 0), string_cell(r, st, 3),
			db_int(st, 1), db_int(st, 2) };
}

static void
read_behind(const struct reading *r, struct db_statement *st)
{
	struct host_behind *behind = ARENA_PUSH(r->arena, r->out->behind, ITEMS_MAX);

	if (behind == NULL)
		return;
	*behind = (struct host_behind){ .mails = db_int(st, 1), .spam = db_int(st, 2) };
	addr_parse(db_text(st, 0), &behind->ip);
}

static void
read_cut_off(const struct reading *r, struct db_statement *st)
{
	struct host_record *out = r->out;
	struct cut_off *last =
		out->cut_off_count == 0 ? NULL : &out->cut_off[out->cut_off_count - 1];
	int32_t port = (int32_t)db_int(st, 0);

	if (last == NULL || last->port != port) {
		last = ARENA_PUSH(r->arena, out->cut_off, ITEMS_MAX);
		if (last == NULL)
			return;
		*last = (struct cut_off){
			.port = port, .sessions = db_int(st, 1), .accepted = db_int(st, 2)
		};
	}

	const char **domain =
		db_null(st, 3) ? NULL : ARENA_PUSH(r->arena, last->domains, ITEMS_MAX);

	if (domain != NULL)
		*domain = string_cell(r, st, 3);
}

static void
read_advice(const struct reading *r, struct db_statement *st)
{
	struct advice *advice = ARENA_PUSH(r->arena, r->out->advice, ITEMS_MAX);

	if (advice != NULL)
		*advice = (struct advice){ string_cell(r, st, 0), string_cell(r, st, 1) };
}

static enum role
role_of(struct slice word)
{
	for (int i = 0; i < ROLES; i++) {
		if (slice_eq(word, slice_str(role_word((enum role)i))))
			return (enum role)i;
	}
	return ROLE_UNKNOWN;
}

static enum visibility
visibility_of(struct slice word)
{
	for (int i = VISIBILITY_FLOW; i < VISIBILITY_CONTENT; i++) {
		if (slice_eq(word, slice_str(visibility_word((enum visibility)i))))
			return (enum visibility)i;
	}
	return VISIBILITY_CONTENT;
}

static void
read_cells(const struct reading *r, struct db_statement *st)
{
	struct host_record *out = r->out;

	out->role = role_of(db_text(st, 0));
	verdict_parse(db_text(st, 1), &out->verdict);
	out->verdict_since = db_int(st, 2);
	out->risk = db_real(st, 3);
	out->visibility = visibility_of(db_text(st, 4));
	out->first = db_int(st, 5);
	out->last = db_int(st, 6);
	out->name = string_cell(r, st, 7);
	out->summary = string_cell(r, st, 8);
	out->sensor = string_cell(r, st, 9);
	out->clients = db_int(st, 10);
}

/* How many rows, or -1. */
static int
read_rows(const struct reading *r, enum statement which,
	void (*row)(const struct reading *r, struct db_statement *st), struct err *err)
{
	struct db_statement *st = store_statement(r->store, which, err);
	int got, rows = 0;

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, r->host);
	for (; (got = db_step(st, err)) == 1; rows++)
		row(r, st);
	db_reset(st);
	return got < 0 ? -1 : rows;
}

static int
read_host(const struct reading *r, struct err *err)
{
	static const struct {
		enum statement which;
		void (*row)(const struct reading *r, struct db_statement *st);
	} lists[] = {
		{ STATEMENT_HOST_COUNTS, read_count },
		{ STATEMENT_HOST_CAUSES, read_cause },
		{ STATEMENT_HOST_LISTS, read_likelihood },
		{ STATEMENT_HOST_LIST_CHANGES, read_change },
		{ STATEMENT_HOST_LISTINGS, read_listing },
		{ STATEMENT_HOST_SERVICES, read_service },
		{ STATEMENT_HOST_ADVICE, read_advice },
		{ STATEMENT_HOST_BEHIND, read_behind },
		{ STATEMENT_HOST_CUT_OFF, read_cut_off },
	};
	int found = read_rows(r, STATEMENT_HOST_CELLS, read_cells, err);

	for (size_t i = 0; found == 1 && i < sizeof lists / sizeof *lists; i++) {
		if (read_rows(r, lists[i].which, lists[i].row, err) < 0)
			return -1;
	}
	return found;
}

int
query_host_record(struct store *s, struct addr host, struct arena *arena, struct host_record *out,
	struct err *err)
{
	char text[ADDR_TEXT_MAX];
	struct reading reading = { s, addr_format(host, text), arena, out };
	bool began;

	*out = (struct host_record){ .ip = host };
	if (store_look(s, &began, err) != 0)
		return -1;

	int found = read_host(&reading, err);

	store_looked(s, began);
	return found;
}
