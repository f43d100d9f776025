#include "web/part_sums.h"

#include <string.h>

struct first_row {
	struct arena *arena;
	const struct table *table;
	struct cell *cells; /* NULL = none came */
};

static bool
take_row(void *ctx, const struct cell *cells)
{
	struct first_row *first = ctx;
	size_t count = first->table->columns_count;
	first->cells = arena_array(first->arena, count, sizeof *first->cells);
	for (size_t i = 0; first->cells != NULL && i < count; i++) {
		first->cells[i] = cells[i];
		if (first->table->columns[i].type == CELL_TEXT) {
			first->cells[i].text = arena_copy(first->arena, cells[i].text);
		}
	}
	return false;
}

int
sums_row(struct request *r, const struct table *table, const struct filter *filter,
	const struct cell **out, struct err *err)
{
	struct first_row first = { .arena = &r->arena, .table = table };
	struct filter one = *filter;
	one.limit = 1;
	one.offset = 0;
	if (table_query(r->reader.store, table, &one, take_row, &first, err) != 0) {
		return -1;
	}
	*out = first.cells;
	return first.cells != NULL;
}

const struct cell *
sums_cell(const struct table *table, const struct cell *cells, const char *column)
{
	static const struct cell nothing = { .null = true };
	const struct column *found = table_column(table, column);
	return found == NULL ? &nothing : &cells[found - table->columns];
}

static const char *
cell_words(struct html *h, const struct column *column, const struct cell *cell)
{
	if (cell->null) {
		return "–";
	}
	switch (column->type) {
	case CELL_INT:
		return part_number(h, cell->integer);
	case CELL_REAL:
		return strcmp(column->name, "share") == 0 ? part_percent(h, cell->real, 1)
							  : h_words(h, "%.1f", cell->real);
	case CELL_TEXT:
		return arena_string(h->arena, cell->text);
	case CELL_TIME:
		break;
	}
	return "";
}

void
sums_tiles(struct html *h, const struct table *table, const struct cell *cells,
	const char *const *names)
{
	h_class(h, "div", "tiles");
	for (; *names != NULL; names++) {
		const struct column *column = table_column(table, *names);
		const struct cell *cell = sums_cell(table, cells, *names);
		if (column != NULL) {
			part_tile(h, T(h, column->title), cell_words(h, column, cell),
				column->note != NULL ? T(h, column->note) : "", NULL);
		}
	}
	h_close(h);
}

int
sums_section(struct html *h, struct request *r, const struct sums_part *part, struct filter filter,
	struct err *err)
{
	const struct table *table = table_find(part->table);
	struct table_extent extent;
	int64_t rows = 0;
	filter.limit = SUMS_ROWS;
	filter.offset = 0;
	part_section(h, part->id, part->title);
	if (table_extent(r->reader.store, table, &filter, &extent, err) != 0) {
		return -1;
	}
	filter.extent = &extent;
	if (page_rows(h, r, table, &filter, false, &rows, err) != 0) {
		return -1;
	}
	if (rows == 0) {
		h_element(h, "p", "note", T(h, "Nothing is stored here."));
	}
	if (part->all != NULL && rows > 0) {
		h_open(h, "p");
		h_link(h, part->all, T(h, "All rows, with filters and downloads"));
		h_close(h);
	}
	h_close(h);
	return 0;
}

int
sums_view(struct request *r, struct answer *a, const struct table *table, struct view *out)
{
	struct err err = { "" };
	if (view_of_request(r, table, out, &err) != 0) {
		page_error(r, a, 400, err.text);
		return -1;
	}
	return 0;
}

void
sums_heading(struct html *h, const char *what, const char *name)
{
	h_class(h, "div", "title");
	h_open(h, "h1");
	h_str(h, what);
	h_str(h, " ");
	h_element(h, "span", "code", name);
	h_close_n(h, 2);
}
