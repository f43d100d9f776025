#include <string.h>

#include "store/inside.h"
#include "store/query_tables.h"

#define QUESTION_BYTES_MAX 16384 /* longest SQL that the parts can make, with room */

/* ---- filters ---- */

/* Where each filter finds its value; the parameter has the filter's name. */
enum value_kind { VALUE_TEXT, VALUE_INTEGER, VALUE_PORT, VALUE_ADDR, VALUE_LIKE };

static const struct filter_row {
	const char *parameter;
	enum value_kind kind;
	size_t offset; /* in struct filter */
} filters[FILTERS] = {
	[FILTER_HOST] = { ":host", VALUE_ADDR, offsetof(struct filter, host) },
	[FILTER_SINCE] = { ":since", VALUE_INTEGER, offsetof(struct filter, since) },
	[FILTER_UNTIL] = { ":until", VALUE_INTEGER, offsetof(struct filter, until) },
	[FILTER_VERDICT] = { ":verdict", VALUE_TEXT, offsetof(struct filter, verdict) },
	[FILTER_CAUSE] = { ":cause", VALUE_TEXT, offsetof(struct filter, cause) },
	[FILTER_LIST] = { ":list", VALUE_TEXT, offsetof(struct filter, list) },
	[FILTER_RULE] = { ":rule", VALUE_TEXT, offsetof(struct filter, rule) },
	[FILTER_CLASS] = { ":class", VALUE_TEXT, offsetof(struct filter, class) },
	[FILTER_SESSION] = { ":session", VALUE_TEXT, offsetof(struct filter, session) },
	[FILTER_OUTCOME] = { ":outcome", VALUE_TEXT, offsetof(struct filter, outcome) },
	[FILTER_PORT] = { ":port", VALUE_PORT, offsetof(struct filter, port) },
	[FILTER_CHANGE] = { ":change", VALUE_INTEGER, offsetof(struct filter, change) },
	[FILTER_TEXT] = { ":text", VALUE_LIKE, offsetof(struct filter, text) },
};

static const void *
value_of(const struct filter *f, const struct filter_row *row)
{
	return (const char *)f + row->offset;
}

static bool
is_set(const struct filter *f, const struct filter_row *row)
{
	const void *value = value_of(f, row);

	switch (row->kind) {
	case VALUE_TEXT:
	case VALUE_LIKE:
		return *(const char *const *)value != NULL;
	case VALUE_INTEGER:
		return *(const int64_t *)value != 0;
	case VALUE_PORT:
		return *(const int *)value != 0;
	case VALUE_ADDR:
		return ((const struct addr *)value)->family != ADDR_NONE;
	}
	return false;
}

/* LIKE's own characters mean themselves. */
static void
bind_like(struct db_statement *st, int at, const char *text)
{
	struct buf pattern;

	buf_init(&pattern, strlen(text) * 2 + 3);
	buf_byte(&pattern, '%');
	for (const char *p = text; *p != '\0'; p++) {
		if (strchr("%_\\", *p) != NULL)
			buf_byte(&pattern, '\\');
		buf_byte(&pattern, (uint8_t)*p);
	}
	buf_byte(&pattern, '%');
	db_bind_copy(st, at, buf_cstr(&pattern));
	buf_release(&pattern);
}

static void
bind_value(struct db_statement *st, int at, enum value_kind kind, const void *value)
{
	char text[ADDR_TEXT_MAX];

	switch (kind) {
	case VALUE_TEXT:
		db_bind_copy(st, at, *(const char *const *)value);
		break;
	case VALUE_LIKE:
		bind_like(st, at, *(const char *const *)value);
		break;
	case VALUE_INTEGER:
		db_bind_int(st, at, *(const int64_t *)value);
		break;
	case VALUE_PORT:
		db_bind_int(st, at, *(const int *)value);
		break;
	case VALUE_ADDR:
		db_bind_copy(st, at, addr_format(*(const struct addr *)value, text));
		break;
	}
}

static void
bind_filter(struct db_statement *st, const struct filter *f)
{
	int at;

	for (size_t i = 0; i < FILTERS; i++) {
		at = db_place(st, filters[i].parameter);
		if (at != 0)
			bind_value(st, at, filters[i].kind, value_of(f, &filters[i]));
	}
	at = db_place(st, ":limit");
	if (at != 0)
		db_bind_int(
			st, at, f->limit == 0 ? -1 : f->limit); /* SQLite: below 0 is no limit */
	at = db_place(st, ":offset");
	if (at != 0)
		db_bind_int(st, at, f->offset);
}

/* ---- the question ---- */

static void
add_text_condition(struct buf *sql, const struct table *t)
{
	const struct table_sql *parts = table_sql(t);
	const char *joint = "(";

	for (size_t i = 0; i < t->columns_count; i++) {
		if (t->columns[i].hidden || t->columns[i].type != CELL_TEXT)
			continue;
		buf_printf(sql, "%s%s LIKE :text ESCAPE '\\'", joint, parts->columns[i].cell);
		joint = " OR ";
	}
	buf_str(sql, ")");
}

static void
add_conditions(struct buf *sql, const struct table *t, const struct filter *f)
{
	const struct table_sql *parts = table_sql(t);
	const char *joint = " WHERE ";

	for (size_t i = 0; i < FILTERS; i++) {
		if (!is_set(f, &filters[i]) || (parts->where[i] == NULL && i != FILTER_TEXT))
			continue;
		buf_str(sql, joint);
		if (i == FILTER_TEXT)
			add_text_condition(sql, t);
		else
			buf_str(sql, parts->where[i]);
		joint = " AND ";
	}
}

static int
add_order(struct buf *sql, const struct table *t, const struct filter *f, struct err *err)
{
	const struct table_sql *parts = table_sql(t);

	if (f->sort == NULL) {
		buf_printf(sql, " ORDER BY %s", parts->order);
		return 0;
	}

	const struct column *column = table_column(t, f->sort);

	if (column == NULL)
		return err_set(err, "%s have no column %s to sort by", t->name, f->sort);

	const struct column_sql *cell = &parts->columns[column - t->columns];

	buf_printf(sql, " ORDER BY %s%s, %s", cell->sort != NULL ? cell->sort : cell->cell,
		f->descending ? " DESC" : "", parts->last);
	return 0;
}

static void
add_wanted(struct buf *sql, const struct table *t, enum wanted wanted)
{
	const struct table_sql *parts = table_sql(t);

	switch (wanted) {
	case WANT_COUNT:
		buf_str(sql, "count(*)");
		break;
	case WANT_RECORD:
		buf_str(sql, parts->record);
		break;
	case WANT_CELLS:
		for (size_t i = 0; i < t->columns_count; i++)
			buf_printf(sql, "%s%s", i == 0 ? "" : ", ", parts->columns[i].cell);
		break;
	}
}

struct db_statement *
table_ask(struct store *s, const struct table *t, const struct filter *f, enum wanted wanted,
	struct err *err)
{
	struct db_statement *st = NULL;
	struct buf sql;

	buf_init(&sql, QUESTION_BYTES_MAX);
	buf_str(&sql, "SELECT ");
	add_wanted(&sql, t, wanted);
	buf_printf(&sql, " FROM %s", table_sql(t)->from);
	add_conditions(&sql, t, f);
	if (wanted == WANT_COUNT || add_order(&sql, t, f, err) == 0) {
		if (wanted != WANT_COUNT)
			buf_str(&sql, " LIMIT :limit OFFSET :offset");
		st = db_prepare(s->db, buf_cstr(&sql), err);
	}
	if (st != NULL)
		bind_filter(st, f);
	buf_release(&sql);
	return st;
}
