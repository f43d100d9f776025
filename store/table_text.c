#include "sensor/base/csv.h"
#include "sensor/base/json.h"
#include "sensor/base/ptime.h"
#include "store/query.h"

void
table_csv_head(const struct table *t, struct buf *out)
{
	struct csv csv;

	csv_init(&csv, out);
	for (size_t i = 0; i < t->columns_count; i++)
		csv_text(&csv, slice_str(t->columns[i].name));
	csv_end(&csv);
}

static void
csv_cell(struct csv *csv, enum cell_type type, const struct cell *cell)
{
	if (cell->null) {
		csv_empty(csv);
		return;
	}
	switch (type) {
	case CELL_TEXT:
		csv_text(csv, cell->text);
		break;
	case CELL_INT:
		csv_int(csv, cell->integer);
		break;
	case CELL_REAL:
		csv_real(csv, cell->real);
		break;
	case CELL_TIME:
		csv_time(csv, cell->integer);
		break;
	}
}

void
table_csv_row(const struct table *t, const struct cell *cells, struct buf *out)
{
	struct csv csv;

	csv_init(&csv, out);
	for (size_t i = 0; i < t->columns_count; i++)
		csv_cell(&csv, t->columns[i].type, &cells[i]);
	csv_end(&csv);
}

static void
json_cell(struct json *j, enum cell_type type, const struct cell *cell)
{
	char text[PTIME_TEXT_MAX];

	if (cell->null || (type == CELL_TIME && cell->integer == 0)) {
		json_null(j);
		return;
	}
	switch (type) {
	case CELL_TEXT:
		json_text(j, cell->text);
		break;
	case CELL_INT:
		json_int(j, cell->integer);
		break;
	case CELL_REAL:
		json_double(j, cell->real);
		break;
	case CELL_TIME:
		json_string(j, ptime_format(cell->integer, text));
		break;
	}
}

void
table_json_row(const struct table *t, const struct cell *cells, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	json_object(&j);
	for (size_t i = 0; i < t->columns_count; i++) {
		json_key(&j, t->columns[i].name);
		json_cell(&j, t->columns[i].type, &cells[i]);
	}
	json_object_end(&j);
	buf_byte(out, '\n');
}
