/* The evidence of a host or of a session in one zip: tables, records, header fields of sample
 * mails, a rebuilt capture, and a text that says what all of it is.  Parts are exports of their
 * own, poured into the archive piece by piece. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "web/export_archive.h"
#include "web/export_inner.h"

enum {
	SESSIONS_MAX = 2000, /* the newest */
	MAILS_MAX = 5000,
	REFUSALS_MAX = 5000,
	HEADERS_MAX = 20,
	PIECE_MAX = 64 << 20,
};

static const struct bundle_part {
	const char *file, *format, *table;
	int64_t limit;
	const char *what;
} parts[] = {
	{ "abuse.csv", "csv", "abuse", 1,
		"one line: the host, its most likely cause, how often, samples" },
	{ "evidence.csv", "csv", "evidence", REFUSALS_MAX,
		"refusals: who was refused by whom, when, with which reply" },
	{ "sessions.csv", "csv", "sessions", SESSIONS_MAX, "sessions, a line each" },
	{ "mails.csv", "csv", "mails", MAILS_MAX, "transactions, a line each" },
	{ "sessions.ndjson", "json", "sessions", SESSIONS_MAX,
		"the same sessions as whole records with their mails, an object a line" },
	{ "capture.pcapng", "pcapng", "sessions", SESSIONS_MAX,
		"the same sessions as packets: REBUILT from the records, not recorded" },
};
#define PARTS (sizeof parts / sizeof *parts)

struct bundle {
	struct export x;
	struct zip *zip;
	struct export *inner; /* the part that is being poured */
	struct buf piece;
	size_t part, header;
	struct sample {
		char session[32];
		int number;
	} headers[HEADERS_MAX];
	size_t headers_count;
	bool described, ended;
};

static struct filter
filter_of(const struct export_job *job, int64_t limit)
{
	struct filter f = job->filter;
	f.limit = limit;
	if (job->subject == EXPORT_HOST) {
		f.host = job->host;
	} else {
		f.session = job->session;
	}
	return f;
}

/* What is said of a host is nothing that one session tells. */
static bool
is_wanted(const struct export_job *job, const struct bundle_part *p)
{
	return job->subject == EXPORT_HOST || strcmp(p->table, "abuse") != 0;
}

/* ---- the text ---- */

static int
describe_part(const struct bundle *b, const struct bundle_part *p, struct buf *out, struct err *err)
{
	const struct filter f = filter_of(&b->x.job, 0);
	int64_t count;
	if (table_count(b->x.store, table_find(p->table), &f, &count, err) != 0) {
		return -1;
	}
	eml_line(out, "%-16s %s (%lld of %lld)", p->file, p->what,
		(long long)(count < p->limit ? count : p->limit), (long long)count);
	return 0;
}

static void
describe_rest(const struct bundle *b, struct buf *out)
{
	static const char *const lines[] = {
		"",
		"Where more were found than are here, these are the newest.",
		"",
		"Times: those of the packets, as the sensor's clock had them; all are UTC (+00:00, "
		"written Z).",
		"Whether that clock was in step with others must be known to whoever runs the "
		"sensor.",
		"",
		"The capture is rebuilt: addresses, ports, commands and replies are those that "
		"were seen; times are those of the",
		"session, of its mails and of its end, packets between them stand a microsecond "
		"apart.  Texts of replies that were",
		"not kept, bodies and secrets are marked as not kept.  A mail in it is as long as "
		"its header fields.",
		"",
		"Left out: bodies of mails (never stored), passwords (never stored), header fields "
		"that are not kept.  Local parts",
		"of recipients are keyed hashes unless the site has switched that off.",
		"",
		"TLP:AMBER - for those who have to act on it, in your organisation and its "
		"clients.",
	};
	const struct site_contact *c = &b->x.job.about.contact;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		eml_line(out, "%s", lines[i]);
	}
	if (c->mail[0] != '\0') {
		eml_line(out, "Questions: %s <%s>", c->organisation, c->mail);
	} else {
		eml_line(out, "Questions: %s (not configured: [web] organisation, contact, domain)",
			INCIDENT_GAP);
	}
}

static int
describe(struct bundle *b, struct err *err)
{
	const struct export_job *job = &b->x.job;
	char text[PTIME_TEXT_MAX], host[ADDR_TEXT_MAX];
	struct buf out;
	int result = 0;
	buf_init(&out, 64 << 10);
	eml_line(&out, "Evidence about %s %s, made by heloscope %s at %s",
		job->subject == EXPORT_HOST ? "the host" : "the session",
		job->subject == EXPORT_HOST ? addr_format(job->host, host) : job->session,
		job->about.version, ptime_format(job->about.now, text));
	if (job->filter.since != 0) {
		eml_line(&out, "From: %s", ptime_format(job->filter.since, text));
	}
	if (job->filter.until != 0) {
		eml_line(&out, "Until: %s", ptime_format(job->filter.until, text));
	}
	eml_line(&out, "%s", "");
	for (size_t i = 0; i < PARTS && result == 0; i++) {
		if (is_wanted(job, &parts[i])) {
			result = describe_part(b, &parts[i], &out, err);
		}
	}
	eml_line(&out, "%-16s header fields of %zu mails, as far as they are kept", "headers/",
		b->headers_count);
	describe_rest(b, &out);
	if (result == 0) {
		result = zip_entry(b->zip, "README.txt", err);
	}
	if (result == 0) {
		result = zip_add(b->zip, buf_slice(&out), err);
	}
	buf_release(&out);
	b->described = true;
	return result;
}

/* ---- the parts ---- */

static int
open_inner(struct bundle *b, struct export_job job, const char *file, struct err *err)
{
	int got = export_open(b->x.store, &job, &b->inner, err);
	return got < 0 || (got == 1 && zip_entry(b->zip, file, err) != 0) ? -1 : 0;
}

static int
open_part(struct bundle *b, const struct bundle_part *p, struct err *err)
{
	struct export_job job = b->x.job;
	job.format = export_format_find(p->format);
	job.subject = EXPORT_ROWS;
	job.table = table_find(p->table);
	job.filter = filter_of(&b->x.job, p->limit);
	return open_inner(b, job, p->file, err);
}

static int
open_headers(struct bundle *b, const struct sample *s, struct err *err)
{
	struct export_job job = b->x.job;
	char file[80];
	job.format = export_format_find("headers");
	job.subject = EXPORT_MAIL;
	job.session = s->session;
	job.number = s->number;
	snprintf(file, sizeof file, "headers/%.16s-%d.eml", s->session, s->number);
	return open_inner(b, job, file, err);
}

/* 1 = the next part is open, or there was none of it; 0 = there are no more; -1. */
static int
next_part(struct bundle *b, struct err *err)
{
	if (!b->described) {
		return describe(b, err) == 0 ? 1 : -1;
	}
	if (b->part < PARTS) {
		const struct bundle_part *p = &parts[b->part++];
		return !is_wanted(&b->x.job, p) || open_part(b, p, err) == 0 ? 1 : -1;
	}
	if (b->header < b->headers_count) {
		return open_headers(b, &b->headers[b->header++], err) == 0 ? 1 : -1;
	}
	return 0;
}

static int
pour(struct bundle *b, struct err *err)
{
	buf_clear(&b->piece);
	int got = export_more(b->inner, &b->piece, err);
	if (got < 0 || zip_add(b->zip, buf_slice(&b->piece), err) != 0) {
		return -1;
	}
	if (got == 0) {
		b->x.rows += export_rows(b->inner);
		export_close(b->inner);
		b->inner = NULL;
	}
	return 1;
}

static int
bundle_more(struct export *x, struct buf *out, struct err *err)
{
	struct bundle *b = (struct bundle *)x;
	int got = b->inner != NULL ? pour(b, err) : next_part(b, err);
	if (got == 0 && zip_end(b->zip, err) != 0) {
		got = -1;
	}
	zip_take(b->zip, out);
	return got;
}

static void
bundle_close(struct export *x)
{
	struct bundle *b = (struct bundle *)x;
	export_close(b->inner);
	zip_free(b->zip);
	buf_release(&b->piece);
	free(b);
}

/* ---- opening ---- */

/* The newest mails of which the header was seen. */
static bool
take_header(void *ctx, const struct cell *cells)
{
	struct bundle *b = ctx;
	const struct table *t = table_find("mails");
	const struct cell *session = &cells[table_column(t, "session") - t->columns];
	const struct cell *id = &cells[table_column(t, "message_id") - t->columns];
	const struct cell *from = &cells[table_column(t, "header_from") - t->columns];
	struct sample *s = &b->headers[b->headers_count];
	if ((id->text.len == 0 && from->text.len == 0) || session->text.len >= sizeof s->session) {
		return true;
	}
	for (size_t i = 0; i < session->text.len; i++) {
		if (chars_hex(session->text.ptr[i]) < 0) {
			return true; /* no id of ours: it would name a file */
		}
	}
	memcpy(s->session, session->text.ptr, session->text.len);
	s->number = (int)cells[table_column(t, "number") - t->columns].integer;
	return ++b->headers_count < HEADERS_MAX;
}

int
export_open_bundle(
	struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	const struct filter sessions = filter_of(job, 0), mails = filter_of(job, MAILS_MAX);
	int64_t count;
	if (table_count(s, table_find("sessions"), &sessions, &count, err) != 0) {
		return -1;
	}
	if (count == 0) {
		return 0;
	}
	struct bundle *b = must_alloc(sizeof *b);
	*b = (struct bundle){
		.x = { .more = bundle_more, .close = bundle_close, .job = *job, .store = s },
		.zip = zip_new(job->about.now)
	};
	buf_init(&b->piece, PIECE_MAX);
	if (table_query(s, table_find("mails"), &mails, take_header, b, err) != 0) {
		bundle_close(&b->x);
		return -1;
	}
	*out = &b->x;
	return 1;
}
