/* Questions to tables, put together from the parts in query_tables.c. */
#include <stdio.h>
#include <string.h>

#include "store/inside.h"
#include "store/query_tables.h"

#define QUESTION_BYTES_MAX 32768 /* longest SQL that the parts can make, with room */

/* ---- the question ---- */

static bool
is_searched(const struct column *c)
{
	return !c->hidden && c->type == CELL_TEXT;
}

static void
add_like(struct buf *sql, const struct table *t, const char *parameter)
{
	const struct table_sql *parts = table_sql(t);
	const char *joint = "(";

	for (size_t i = 0; i < t->columns_count; i++) {
		if (!is_searched(&t->columns[i]))
			continue;
		buf_printf(
			sql, "%s%s LIKE %s ESCAPE '\\'", joint, parts->columns[i].cell, parameter);
		joint = " OR ";
	}
	buf_str(sql, ")");
}

static void
add_words(struct buf *sql, const struct table *t, const struct filter *f)
{
	char parameter[32];

	for (size_t i = 0; i < f->words_count; i++) {
		snprintf(parameter, sizeof parameter, ":word%zu", i);
		buf_str(sql, i == 0 ? "" : " AND ");
		add_like(sql, t, parameter);
	}
}

bool
table_has_condition(const struct table *t, enum filter_key key)
{
	if (key != FILTER_TEXT && key != FILTER_WORDS)
		return table_sql(t)->where[key] != NULL;
	for (size_t i = 0; i < t->columns_count; i++) {
		if (is_searched(&t->columns[i]))
			return true;
	}
	return false;
}

static bool
is_time(size_t key)
{
	return key == FILTER_SINCE || key == FILTER_UNTIL;
}

/* All but that of the driver, which the rows are found by (-1 = none). */
static void
add_conditions(struct buf *sql, const struct table *t, const struct filter *f, int driver)
{
	for (size_t i = 0; i < FILTERS; i++) {
		if ((int)i == driver || !filter_is_set(f, (enum filter_key)i) ||
			!table_has_condition(t, (enum filter_key)i))
			continue;
		buf_str(sql, " AND ");
		if (i == FILTER_TEXT)
			add_like(sql, t, filter_parameter(FILTER_TEXT));
		else if (i == FILTER_WORDS)
			add_words(sql, t, f);
		else
			buf_str(sql, table_sql(t)->where[i]);
	}
}

/* Whether rows have to be looked at for more than the driver and the time. */
static bool
has_others(const struct table *t, const struct filter *f, int driver)
{
	for (size_t i = 0; i < FILTERS; i++) {
		if ((int)i != driver && !is_time(i) && filter_is_set(f, (enum filter_key)i) &&
			table_has_condition(t, (enum filter_key)i))
			return true;
	}
	return false;
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

/* ---- bounds ---- */

/* "SELECT wanted FROM …" of each half, within the time that is asked for. */
static void
add_halves(struct buf *sql, const struct big_sql *big, const struct filter *f, int driver,
	const char *wanted)
{
	for (size_t i = 0; i < 2 && big->few[driver].halves[i] != NULL; i++) {
		buf_printf(sql, "%sSELECT %s %s", i == 0 ? "" : " UNION ALL ", wanted,
			big->few[driver].halves[i]);
		if (filter_is_set(f, FILTER_SINCE))
			buf_printf(sql, " AND %s >= :since", big->at);
		if (filter_is_set(f, FILTER_UNTIL))
			buf_printf(sql, " AND %s < :until", big->at);
	}
}

/* The rows that the driver finds, newest first. */
static void
add_driven(struct buf *sql, const struct big_sql *big, const struct filter *f, int driver)
{
	struct buf wanted;

	buf_init(&wanted, 256);
	buf_printf(&wanted, "%s AS key, %s AS at", big->key, big->at);
	add_halves(sql, big, f, driver, buf_cstr(&wanted));
	buf_release(&wanted);
	buf_str(sql, " ORDER BY 2 DESC, 1 DESC");
}

static int
count_rows(struct store *s, struct buf *sql, const struct filter *f, int64_t *out, struct err *err)
{
	struct db_statement *st = db_prepare(s->db, buf_cstr(sql), err);

	if (st == NULL)
		return -1;
	filter_bind(st, f);

	int got = db_step(st, err);

	*out = got == 1 ? db_int(st, 0) : 0;
	db_free(st);
	return got < 0 ? -1 : got;
}

/* How many rows the index of that filter finds, or one more than is counted. */
static int
count_driven(struct store *s, const struct big_sql *big, const struct filter *f, int driver,
	bool probe, int64_t *out, struct err *err)
{
	struct buf sql;

	buf_init(&sql, QUESTION_BYTES_MAX);
	buf_str(&sql, "SELECT count(*) FROM (");
	if (probe && big->few[driver].probe != NULL)
		buf_printf(&sql, "SELECT 1 %s", big->few[driver].probe);
	else
		add_halves(&sql, big, f, driver, "1");
	buf_printf(&sql, " LIMIT %d)", EXTENT_COUNTED + 1);

	int got = count_rows(s, &sql, f, out, err);

	buf_release(&sql);
	return got < 0 ? -1 : 0;
}

/* The filter whose index leaves the fewest rows to look at, if they can all be looked at; or the
 * only one, if its index has them newest first. *rows = about how many. */
static int
find_driver(struct store *s, const struct table *t, const struct filter *f,
	struct table_extent *out, int64_t *rows, struct err *err)
{
	const struct big_sql *big = table_sql(t)->big;
	int64_t count;

	out->driver = -1;
	*rows = EXTENT_COUNTED + 1;
	for (int i = 0; i < FILTERS; i++) {
		if (big->few[i].halves[0] == NULL || !filter_is_set(f, (enum filter_key)i))
			continue;
		if (count_driven(s, big, f, i, true, &count, err) != 0)
			return -1;
		if (count < *rows || (big->few[i].ordered && !has_others(t, f, i))) {
			out->driver = i;
			*rows = count;
		}
	}
	return 0;
}

/* Whether each row has to be read, or looked up in another table: an index of its own table does
 * not tell. */
static bool
looks_at_rows(const struct table *t, const struct filter *f)
{
	for (size_t i = 0; i < FILTERS; i++) {
		const char *where = table_sql(t)->where[i];

		if (filter_is_set(f, (enum filter_key)i) &&
			(where == NULL ? i == FILTER_TEXT || i == FILTER_WORDS
				       : strstr(where, "EXISTS (") != NULL))
			return true;
	}
	return false;
}

/* Rows of the table newest first: from when on they are looked at. */
static int
find_floor(struct store *s, const struct table *t, const struct filter *f, struct table_extent *out,
	struct err *err)
{
	const struct table_sql *parts = table_sql(t);
	struct buf sql;

	out->looked = looks_at_rows(t, f) ? EXTENT_LOOKED_ROWS : EXTENT_LOOKED;
	buf_init(&sql, QUESTION_BYTES_MAX);
	buf_printf(&sql, "SELECT %s FROM %s WHERE true", parts->big->at, parts->from);
	for (size_t i = FILTER_SINCE; i <= FILTER_UNTIL; i++) {
		if (filter_is_set(f, (enum filter_key)i))
			buf_printf(&sql, " AND %s", parts->where[i]);
	}
	buf_printf(&sql, " ORDER BY %s DESC LIMIT 1 OFFSET %lld", parts->big->at,
		(long long)out->looked);

	int got = count_rows(s, &sql, f, &out->back_to, err);

	buf_release(&sql);
	if (got == 0)
		out->looked = 0;
	return got < 0 ? -1 : 0;
}

/* ---- the whole question ---- */

/* "AND …" of a walk from the newest on. */
static void
add_walk(struct buf *sql, const struct table *t, const struct filter *f,
	const struct table_extent *x)
{
	add_conditions(sql, t, f, -1);
	if (x->back_to != 0)
		buf_printf(sql, " AND %s >= %lld", table_sql(t)->big->at, (long long)x->back_to);
}

/* The keys that are looked at, or put into order. */
static void
add_keys(struct buf *sql, const struct table *t, const struct filter *f,
	const struct table_extent *x)
{
	const struct table_sql *parts = table_sql(t);

	buf_printf(sql, " AND %s IN (SELECT key FROM (", parts->big->key);
	if (x->driver >= 0) {
		add_driven(sql, parts->big, f, x->driver);
	} else {
		buf_printf(
			sql, "SELECT %s AS key FROM %s WHERE true", parts->big->key, parts->from);
		add_walk(sql, t, f, x);
		buf_printf(sql, " ORDER BY %s DESC", parts->big->at);
	}
	buf_printf(sql, " LIMIT %lld))", (long long)(x->sorted != 0 ? x->sorted : -1));
}

/* FROM, WHERE and ORDER BY. */
static int
add_bounded(struct buf *sql, const struct table *t, const struct filter *f,
	const struct table_extent *x, enum wanted wanted, struct err *err)
{
	const struct table_sql *parts = table_sql(t);

	if (x->driver >= 0 && f->sort == NULL && !has_others(t, f, x->driver)) {
		buf_str(sql, " FROM (");
		add_driven(sql, parts->big, f, x->driver);
		buf_printf(sql, " LIMIT :limit OFFSET :offset) p CROSS JOIN %s WHERE %s = p.key",
			parts->from, parts->big->key);
		return 0;
	}
	buf_printf(sql, " FROM %s WHERE true", parts->from);
	if (x->driver >= 0) {
		add_keys(sql, t, f, x);
		add_conditions(sql, t, f, x->driver);
	} else if (f->sort != NULL) {
		add_keys(sql, t, f, x);
	} else {
		add_walk(sql, t, f, x);
	}
	if (wanted == WANT_COUNT)
		return 0;
	if (add_order(sql, t, f, err) != 0)
		return -1;
	buf_str(sql, " LIMIT :limit OFFSET :offset");
	return 0;
}

static int
add_whole(struct buf *sql, const struct table *t, const struct filter *f, enum wanted wanted,
	struct err *err)
{
	const struct table_sql *parts = table_sql(t);

	buf_printf(sql, " FROM %s WHERE true", parts->from);
	if (parts->late != NULL && f->limit != 0 && wanted != WANT_COUNT) {
		buf_printf(sql, " AND %s IN (SELECT %s FROM %s WHERE true", parts->late,
			parts->late, parts->from);
		add_conditions(sql, t, f, -1);
		if (add_order(sql, t, f, err) != 0)
			return -1;
		buf_str(sql, " LIMIT :limit OFFSET :offset)");
		return add_order(sql, t, f, err);
	}
	add_conditions(sql, t, f, -1);
	if (wanted == WANT_COUNT)
		return 0;
	if (add_order(sql, t, f, err) != 0)
		return -1;
	buf_str(sql, " LIMIT :limit OFFSET :offset");
	return 0;
}

/* Without bounds: an index helps where it finds few rows, or all of them in their order. */
static int
plan_whole(struct store *s, const struct table *t, const struct filter *f, struct table_extent *out,
	struct err *err)
{
	int64_t rows;

	if (find_driver(s, t, f, out, &rows, err) != 0)
		return -1;
	if (rows > EXTENT_COUNTED && f->sort != NULL)
		out->driver = -1;
	return 0;
}

struct db_statement *
table_ask(struct store *s, const struct table *t, const struct filter *f, enum wanted wanted,
	struct err *err)
{
	struct table_extent own = { .driver = -1 };
	const struct table_extent *x = f->extent != NULL ? f->extent : &own;
	struct db_statement *st = NULL;
	struct buf sql;
	bool big = table_sql(t)->big != NULL;

	if (big && x == &own && wanted != WANT_COUNT && plan_whole(s, t, f, &own, err) != 0)
		return NULL;
	buf_init(&sql, QUESTION_BYTES_MAX);
	buf_str(&sql, "SELECT ");
	add_wanted(&sql, t, wanted);
	if ((big && (x != &own || own.driver >= 0) ? add_bounded(&sql, t, f, x, wanted, err)
						   : add_whole(&sql, t, f, wanted, err)) == 0)
		st = db_prepare(s->db, buf_cstr(&sql), err);
	if (st != NULL)
		filter_bind(st, f);
	buf_release(&sql);
	return st;
}

/* ---- how far a page looks ---- */

static int
count_bounded(struct store *s, const struct table *t, const struct filter *f,
	struct table_extent *x, struct err *err)
{
	struct filter unsorted = *f;
	struct buf sql;

	unsorted.sort = NULL;
	buf_init(&sql, QUESTION_BYTES_MAX);
	buf_printf(&sql, "SELECT count(*) FROM (SELECT 1");
	add_bounded(&sql, t, &unsorted, x, WANT_COUNT, err);
	buf_printf(&sql, " LIMIT %d)", EXTENT_COUNTED + 1);

	int got = count_rows(s, &sql, f, &x->count, err);

	buf_release(&sql);
	return got < 0 ? -1 : 0;
}

static int
extent_of_big(struct store *s, const struct table *t, const struct filter *f,
	struct table_extent *x, struct err *err)
{
	const struct big_sql *big = table_sql(t)->big;

	if (find_driver(s, t, f, x, &x->count, err) != 0)
		return -1;
	if (x->driver < 0 && (f->sort != NULL || has_others(t, f, -1)) &&
		find_floor(s, t, f, x, err) != 0)
		return -1;
	if (x->driver < 0 || has_others(t, f, x->driver))
		return count_bounded(s, t, f, x, err);
	/* A probe may count more than there are. */
	return big->few[x->driver].probe == NULL
		       ? 0
		       : count_driven(s, big, f, x->driver, false, &x->count, err);
}

int
table_extent(struct store *s, const struct table *t, const struct filter *f,
	struct table_extent *out, struct err *err)
{
	struct filter whole = *f;

	*out = (struct table_extent){ .driver = -1 };
	whole.extent = NULL;
	if (table_sql(t)->big == NULL)
		return table_count(s, t, &whole, &out->count, err);
	if (extent_of_big(s, t, &whole, out, err) != 0)
		return -1;
	out->more = out->count > EXTENT_COUNTED;
	if (out->more)
		out->count = EXTENT_COUNTED;
	if (f->sort != NULL && (out->more || (out->driver < 0 && out->count > EXTENT_SORTED)))
		out->sorted = EXTENT_SORTED;
	return 0;
}
