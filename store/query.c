#include "store/query.h"

#include <stdlib.h>

#include "store/inside.h"
#include "store/query_tables.h"

struct table_cursor {
	struct db_statement *st;
	const struct table *table;
	struct cell cells[];
};

int
table_open(struct store *s, const struct table *t, const struct filter *f,
	struct table_cursor **out, struct err *err)
{
	struct db_statement *st = table_ask(s, t, f, WANT_CELLS, err);

	*out = NULL;
	if (st == NULL)
		return -1;
	*out = must_alloc(sizeof **out + t->columns_count * sizeof(struct cell));
	**out = (struct table_cursor){ .st = st, .table = t };
	return 0;
}

static struct cell
read_cell(struct db_statement *st, int column, enum cell_type type)
{
	struct cell cell = { .null = db_null(st, column) };

	switch (type) {
	case CELL_TEXT:
		cell.text = db_text(st, column);
		break;
	case CELL_REAL:
		cell.real = db_real(st, column);
		break;
	case CELL_INT:
	case CELL_TIME:
		cell.integer = db_int(st, column);
		break;
	}
	return cell;
}

int
table_next(struct table_cursor *c, const struct cell **cells, struct err *err)
{
	int got = db_step(c->st, err);

	for (size_t i = 0; got == 1 && i < c->table->columns_count; i++)
		c->cells[i] = read_cell(c->st, (int)i, c->table->columns[i].type);
	*cells = c->cells;
	return got;
}

void
table_close(struct table_cursor *c)
{
	if (c == NULL)
		return;
	db_free(c->st);
	free(c);
}

int
table_query(struct store *s, const struct table *t, const struct filter *f,
	bool (*row)(void *ctx, const struct cell *cells), void *ctx, struct err *err)
{
	struct table_cursor *c;
	const struct cell *cells;
	int got;

	if (table_open(s, t, f, &c, err) != 0)
		return -1;
	while ((got = table_next(c, &cells, err)) == 1 && row(ctx, cells))
		;
	table_close(c);
	return got < 0 ? -1 : 0;
}

int
table_count(struct store *s, const struct table *t, const struct filter *f, int64_t *count,
	struct err *err)
{
	struct db_statement *st = table_ask(s, t, f, WANT_COUNT, err);

	if (st == NULL)
		return -1;

	int got = db_step(st, err);

	if (got == 1)
		*count = db_int(st, 0);
	db_free(st);
	return got == 1 ? 0 : -1;
}
