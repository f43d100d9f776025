#include "web/download.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/base/digest.h"
#include "web/export.h"
#include "web/page.h"
#include "web/route.h"

#define PIECE_MAX                                                                                  \
	(80u << 20) /* bytes of a piece of an export: a record, or a session as packets            \
		     */

struct download {
	struct stream stream;
	struct export *export;
	struct pool *pool;
	struct reader reader;
	struct buf piece; /* what is not sent yet, from `sent` on */
	size_t sent;
	int64_t deadline;
	bool ended, failed;
	struct arena arena; /* of the request: the filter's texts */
};

/* ---- the stream ---- */

static struct download *
download_of(struct stream *s)
{
	return (struct download *)((char *)s - offsetof(struct download, stream));
}

static void
next_piece(struct download *d, int64_t now)
{
	struct err err = { "" };
	buf_clear(&d->piece);
	d->sent = 0;
	int got = now > d->deadline ? -1 : export_more(d->export, &d->piece, &err);
	d->failed = got < 0;
	d->ended = got <= 0; /* one that is asked again begins anew */
}

static int64_t
download_read(struct stream *s, uint8_t *out, size_t max, int64_t now)
{
	struct download *d = download_of(s);
	size_t done = 0;
	while (done < max && !d->failed && (d->sent < d->piece.len || !d->ended)) {
		if (d->sent == d->piece.len) {
			next_piece(d, now);
			continue;
		}
		size_t rest = d->piece.len - d->sent, n = rest < max - done ? rest : max - done;
		memcpy(out + done, d->piece.ptr + d->sent, n);
		d->sent += n;
		done += n;
	}
	/* Cut the connection rather than end well: a cut file must not look whole. */
	return done == 0 && d->failed ? -1 : (int64_t)done;
}

static void
download_free(struct stream *s)
{
	struct download *d = download_of(s);
	export_close(d->export);
	pool_give(d->pool, &d->reader, !d->failed);
	buf_release(&d->piece);
	arena_release(&d->arena);
	free(d);
}

/* ---- the routes ---- */

static void
answer_export(struct request *r, struct answer *a, struct export_job *job)
{
	struct err err = { "" };
	struct export *x;
	job->about = (struct export_about){ .contact = r->site->contact,
		.sensor = r->site->sensor,
		.version = r->version,
		.now = r->now };
	digest_random(job->about.id, sizeof job->about.id);
	if (export_check(job, &err) != 0) {
		page_error(r, a, 400, err.text);
		return;
	}
	int got = export_open(r->reader.store, job, &x, &err);
	if (got < 0) {
		page_store_error(r, a, err.text);
		return;
	}
	if (got == 0) {
		page_error(r, a, 404, N_("There is no such record."));
		return;
	}
	struct download *d = must_alloc(sizeof *d);
	*d = (struct download){ .stream = { download_read, download_free },
		.export = x,
		.pool = r->pool,
		.deadline = r->now + DOWNLOAD_NS };
	buf_init(&d->piece, PIECE_MAX);
	a->type = job->format->type;
	a->disposition = arena_printf(
		&r->arena, "attachment; filename=\"%s\"", export_file_name(job, &r->arena));
	/* The export needs the connection, and the filter's texts, for longer than the request
	 * lives. */
	d->reader = r->reader;
	r->reader = (struct reader){ 0 };
	d->arena = r->arena;
	arena_init(&r->arena, REQUEST_MEMORY);
	a->stream = &d->stream;
}

/* The filter of the parameters, whole unless `rows` asks for a page of it. False: answered. */
static bool
take_filter(struct request *r, struct answer *a, const struct table *table, struct filter *out)
{
	struct err err = { "" };
	struct view view;
	if (table == NULL) {
		page_error(r, a, 404, N_("There is no such table."));
		return false;
	}
	if (view_of_request(r, table, &view, &err) != 0) {
		page_error(r, a, 400, err.text);
		return false;
	}
	if (uri_param(&r->uri, "rows") == NULL) {
		view.filter.limit = view.filter.offset = 0;
	}
	*out = view.filter;
	return true;
}

static void
answer_table(struct request *r, struct answer *a, const char *format, const char *table, bool cells)
{
	struct export_job job = { .format = export_format_find(format),
		.subject = EXPORT_ROWS,
		.table = table_find(table),
		.cells = cells };
	if (job.format == NULL) {
		page_error(r, a, 404, N_("There is no such format."));
	} else if (take_filter(r, a, job.table, &job.filter)) {
		answer_export(r, a, &job);
	}
}

void
download_csv(struct request *r, struct answer *a)
{
	answer_table(r, a, "csv", r->uri.segments[1], true);
}

void
download_json(struct request *r, struct answer *a)
{
	answer_table(r, a, "json", r->uri.segments[1], true);
}

/* /export/FORMAT/TABLE */
void
download_table(struct request *r, struct answer *a)
{
	answer_table(r, a, r->uri.segments[1], r->uri.segments[2], false);
}

/* /export/FORMAT/host/ADDR, /export/FORMAT/session/ID: since and until say from when. */
void
download_one(struct request *r, struct answer *a)
{
	const char *kind = r->uri.segments[2], *id = r->uri.segments[3];
	struct export_job job = { .format = export_format_find(r->uri.segments[1]),
		.subject = EXPORT_HOST };
	struct filter filter;
	bool is_session = strcmp(kind, "session") == 0;
	if (job.format == NULL || (!is_session && strcmp(kind, "host") != 0) ||
		(!is_session && addr_parse(slice_str(id), &job.host) != 0)) {
		page_error(r, a, 404, N_("There is no such export."));
		return;
	}
	if (is_session) {
		job.subject = EXPORT_SESSION;
		job.session = id;
	}
	if (take_filter(r, a, table_find("sessions"), &filter)) {
		job.filter = (struct filter){ .since = filter.since, .until = filter.until };
		answer_export(r, a, &job);
	}
}

/* /export/FORMAT/mail/SESSION/NUMBER */
void
download_mail(struct request *r, struct answer *a)
{
	struct export_job job = { .format = export_format_find(r->uri.segments[1]),
		.subject = EXPORT_MAIL,
		.session = r->uri.segments[3] };
	int64_t number;
	if (job.format == NULL || slice_number(slice_str(r->uri.segments[4]), &number) != 0 ||
		number < 1 || number > INT32_MAX) {
		page_error(r, a, 404, N_("There is no such export."));
		return;
	}
	job.number = (int)number;
	answer_export(r, a, &job);
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
