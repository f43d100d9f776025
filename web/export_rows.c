/* Tables as CSV, as JSON lines and as one JSON document: row by row, nothing allocated for a cell.
 */
#include <stdlib.h>

#include "web/export_inner.h"

struct rows {
	struct export x;
	struct table_cursor *cells;
	struct record_cursor *records; /* instead of cells */
	bool csv, document, began;
};

/* ---- one row ---- */

static int
add_cells(struct rows *r, struct buf *out, struct err *err)
{
	const struct cell *cells;
	int got = table_next(r->cells, &cells, err);
	if (got == 1) {
		(r->csv ? table_csv_row : table_json_row)(r->x.job.table, cells, out);
	}
	return got;
}

static int
add_record(struct rows *r, struct buf *out, struct err *err)
{
	struct slice json;
	int got = records_next(r->records, &json, err);
	if (got == 1) {
		buf_add(out, json);
		buf_byte(out, '\n');
	}
	return got;
}

static void
begin(struct rows *r, struct buf *out)
{
	char text[EXPORT_TIME_MAX];
	r->began = true;
	if (r->csv) {
		table_csv_head(r->x.job.table, out);
	}
	if (r->document) {
		buf_printf(out, "{\"table\":\"%s\",\"made\":\"%s\",\"rows\":[\n",
			r->x.job.table->name,
			export_time(r->x.job.about.now, "%Y-%m-%dT%H:%M:%SZ", text));
	}
}

static int
rows_more(struct export *x, struct buf *out, struct err *err)
{
	struct rows *r = (struct rows *)x;
	if (!r->began) {
		begin(r, out);
		return 1;
	}
	if (r->document && x->rows > 0) {
		buf_byte(out, ',');
	}
	int got = r->records != NULL ? add_record(r, out, err) : add_cells(r, out, err);
	if (got == 1) {
		x->rows++;
	} else if (r->document) {
		out->len -= x->rows > 0; /* the comma of a row that did not come */
		buf_str(out, "]}\n");
	}
	return got;
}

static void
rows_close(struct export *x)
{
	struct rows *r = (struct rows *)x;
	table_close(r->cells);
	records_close(r->records);
	free(r);
}

/* ---- opening ---- */

static int
open_rows(struct rows first, struct store *s, const struct export_job *job, struct export **out,
	struct err *err)
{
	bool records = !first.csv && !job->cells && table_has_records(job->table);
	struct rows *r = must_alloc(sizeof *r);
	*r = first;
	r->x.more = rows_more;
	r->x.close = rows_close;
	int failed = records ? records_open(s, job->table, &job->filter, &r->records, err)
			     : table_open(s, job->table, &job->filter, &r->cells, err);
	if (failed != 0) {
		free(r);
		return -1;
	}
	*out = &r->x;
	return 1;
}

int
export_open_csv(struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	return open_rows((struct rows){ .csv = true }, s, job, out, err);
}

int
export_open_json(
	struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	return open_rows((struct rows){ .csv = false }, s, job, out, err);
}

int
export_open_document(
	struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	return open_rows((struct rows){ .document = true }, s, job, out, err);
}
