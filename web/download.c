#include "web/download.h"

#include <stdlib.h>
#include <string.h>

#include "web/page.h"
#include "web/route.h"

enum format { FORMAT_CSV, FORMAT_JSON };

struct download {
	struct stream stream;
	enum format format;
	const struct table *table;
	struct table_cursor *cursor;
	struct pool *pool;
	struct reader reader;
	struct buf line; /* the bytes of a row that are not sent yet */
	int64_t deadline;
	bool ended, failed;
	struct arena arena; /* of the request: the filter's texts */
};

/* ---- the stream ---- */

/* 1 = a row is in the line, 0 = end, -1. */
static int
next_row(struct download *d)
{
	const struct cell *cells;
	struct err err = { "" };
	int rc = table_next(d->cursor, &cells, &err);
	if (rc == 1) {
		(d->format == FORMAT_CSV ? table_csv_row : table_json_row)(
			d->table, cells, &d->line);
	}
	return d->line.lost > 0 ? -1 : rc;
}

static struct download *
download_of(struct stream *s)
{
	return (struct download *)((char *)s - offsetof(struct download, stream));
}

static int64_t
download_read(struct stream *s, uint8_t *out, size_t max, int64_t now)
{
	struct download *d = download_of(s);
	size_t done = 0;
	while (done < max && (d->line.len > 0 || !d->ended)) {
		if (d->line.len == 0) {
			int rc = now > d->deadline ? -1 : next_row(d);
			d->failed = rc < 0;
			d->ended = rc <= 0; /* a cursor that is asked again begins anew */
			continue;
		}
		size_t n = d->line.len < max - done ? d->line.len : max - done;
		memcpy(out + done, d->line.ptr, n);
		buf_eat(&d->line, n);
		done += n;
	}
	/* Cut the connection rather than end well: a cut file must not look whole. */
	return done == 0 && d->failed ? -1 : (int64_t)done;
}

static void
download_free(struct stream *s)
{
	struct download *d = download_of(s);
	table_close(d->cursor);
	pool_give(d->pool, &d->reader, !d->failed);
	buf_release(&d->line);
	arena_release(&d->arena);
	free(d);
}

/* ---- the routes ---- */

static void
download(struct request *r, struct answer *a, enum format format)
{
	struct err err = { "" };
	struct view view;
	const struct table *table = table_find(r->uri.segments[1]);
	if (table == NULL) {
		page_error(r, a, 404, "There is no such table.");
		return;
	}
	if (view_of_request(r, table, &view, &err) != 0) {
		page_error(r, a, 400, err.text);
		return;
	}
	if (uri_param(&r->uri, "rows") == NULL) {
		view.filter.limit = view.filter.offset = 0;
	}
	struct download *d = must_alloc(sizeof *d);
	*d = (struct download){ .stream = { download_read, download_free },
		.format = format,
		.table = table,
		.pool = r->pool,
		.deadline = r->now + DOWNLOAD_NS };
	if (table_open(r->reader.store, table, &view.filter, &d->cursor, &err) != 0) {
		free(d);
		page_store_error(r, a, err.text);
		return;
	}
	buf_init(&d->line, PAGE_MAX);
	if (format == FORMAT_CSV) {
		table_csv_head(d->table, &d->line);
	}
	a->type = format == FORMAT_CSV ? TYPE_CSV : TYPE_NDJSON;
	a->disposition = arena_printf(&r->arena, "attachment; filename=\"heloscope-%s.%s\"",
		table->name, format == FORMAT_CSV ? "csv" : "ndjson");
	/* The cursor needs the connection, and the filter's texts, for longer than the request
	 * lives. */
	d->reader = r->reader;
	r->reader = (struct reader){ 0 };
	d->arena = r->arena;
	arena_init(&r->arena, REQUEST_MEMORY);
	a->stream = &d->stream;
}

void
download_csv(struct request *r, struct answer *a)
{
	download(r, a, FORMAT_CSV);
}

void
download_json(struct request *r, struct answer *a)
{
	download(r, a, FORMAT_JSON);
}

/* /record/host/ADDR, /record/session/ID: the whole record as in the contract. */
void
download_record(struct request *r, struct answer *a)
{
	struct err err = { "" };
	struct addr host;
	const char *kind = r->uri.segments[1], *id = r->uri.segments[2];
	int rc = 0;
	if (strcmp(kind, "host") == 0 && addr_parse(slice_str(id), &host) == 0) {
		rc = query_host(r->reader.store, host, &a->body, &err);
	} else if (strcmp(kind, "session") == 0) {
		rc = query_session(r->reader.store, id, &a->body, &err);
	}
	if (rc < 0) {
		page_store_error(r, a, err.text);
	} else if (rc == 0) {
		page_error(r, a, 404, "There is no such record.");
	} else {
		a->type = TYPE_JSON;
		buf_byte(&a->body, '\n');
	}
}
