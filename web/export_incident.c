/* What a complaint is about, taken together from the store: the mail that is shown as a sample, its
 * session, what is known of the host, how often and since when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/digest.h"
#include "web/export_inner.h"

enum {
	SAMPLES_MAX = 200, /* newest mails of a host of which one is shown */
	REFUSALS_BYTES = 64 << 10,
};

/* Columns that are asked for by name. */
static const struct cell *
cell_of(const struct table *t, const struct cell *cells, const char *name)
{
	const struct column *c = table_column(t, name);
	return &cells[c - t->columns];
}

static bool
is_source(const struct incident *i, const struct cell *cell)
{
	return slice_eq(cell->text, slice_str(i->source));
}

/* ---- the sample ---- */

struct sample {
	struct incident *incident;
	const struct table *table;
	char session[32];
	int64_t number;
	double score;
	bool found;
};

/* The one that looks worst, of those that the host itself sent. */
static bool
take_sample(void *ctx, const struct cell *cells)
{
	struct sample *s = ctx;
	const struct cell *session = cell_of(s->table, cells, "session");
	double score = cell_of(s->table, cells, "score")->real;
	if (!is_source(s->incident, cell_of(s->table, cells, "client")) ||
		session->text.len >= sizeof s->session || (s->found && score <= s->score)) {
		return true;
	}
	memcpy(s->session, session->text.ptr, session->text.len);
	s->session[session->text.len] = '\0';
	s->number = cell_of(s->table, cells, "number")->integer;
	s->score = score;
	s->found = true;
	return true;
}

/* A host that got no mail off: its newest session. */
static bool
take_session(void *ctx, const struct cell *cells)
{
	struct sample *s = ctx;
	const struct cell *session = cell_of(s->table, cells, "session");
	if (!is_source(s->incident, cell_of(s->table, cells, "client")) ||
		session->text.len >= sizeof s->session) {
		return true;
	}
	memcpy(s->session, session->text.ptr, session->text.len);
	s->session[session->text.len] = '\0';
	s->found = true;
	return false;
}

static int
find_sample(struct sample *s, struct store *store, struct addr host, struct err *err)
{
	const struct filter filter = { .host = host, .limit = SAMPLES_MAX };
	s->table = table_find("mails");
	if (table_query(store, s->table, &filter, take_sample, s, err) != 0) {
		return -1;
	}
	s->table = table_find("sessions");
	return s->found ? 0 : table_query(store, s->table, &filter, take_session, s, err);
}

/* ---- records ---- */

/* 1 and *out, 0, -1; `json` holds the record and is emptied. */
static int
read_doc(int got, struct buf *json, struct doc **out, struct err *err)
{
	if (got == 1 && doc_parse(buf_slice(json), out, err) != 0) {
		got = -1;
	}
	buf_clear(json);
	return got;
}

static int
read_mail(struct incident *i, struct store *s, const char *session, int64_t number, struct err *err)
{
	struct buf json;
	buf_init(&json, EXPORT_RECORD_MAX);
	int got =
		read_doc(query_session_alone(s, session, &json, err), &json, &i->session_doc, err);
	if (got == 1 && number > 0) {
		got = read_doc(
			query_mail(s, session, (int)number, &json, err), &json, &i->mail_doc, err);
	}
	buf_release(&json);
	if (got == 1) {
		i->session = doc_root(i->session_doc);
		i->mail = i->mail_doc != NULL ? doc_root(i->mail_doc) : NULL;
		i->source_port = node_int(i->session, "client.port");
		i->first = node_time(i->mail != NULL ? i->mail : i->session, "start");
		i->last = node_time(i->mail != NULL ? i->mail : i->session, "end");
		i->rcpts = (int64_t)node_count(i->mail, "rcpts");
		i->mails = i->mail != NULL;
	}
	return got;
}

static int
read_host(struct incident *i, struct store *s, struct addr host, struct err *err)
{
	struct buf json;
	buf_init(&json, EXPORT_RECORD_MAX);
	int got = read_doc(query_host(s, host, &json, err), &json, &i->host_doc, err);
	buf_release(&json);
	if (got != 1) {
		return got;
	}
	i->host = doc_root(i->host_doc);
	const struct node *cause = node_item(i->host, "causes", 0);
	if (cause_parse(slice_str(node_text(cause, "cause")), &i->cause) != 0) {
		i->cause = CAUSE_UNKNOWN;
	}
	i->confidence = node_real(cause, "confidence");
	return 1;
}

static bool
take_sums(void *ctx, const struct cell *cells)
{
	struct incident *i = ctx;
	const struct table *t = table_find("abuse");
	i->first = cell_of(t, cells, "timestamp_first")->integer;
	i->last = cell_of(t, cells, "timestamp_last")->integer;
	i->mails = cell_of(t, cells, "messages")->integer;
	i->rcpts = cell_of(t, cells, "rcpts")->integer;
	i->rejected = cell_of(t, cells, "rcpt_rejected")->integer;
	return true;
}

static bool
take_refusal(void *ctx, const struct cell *cells)
{
	struct incident *i = ctx;
	const struct table *t = table_find("evidence");
	char time[PTIME_TEXT_MAX];
	if (!is_source(i, cell_of(t, cells, "src_ip"))) {
		return true;
	}
	struct slice server = cell_of(t, cells, "dst_ip")->text,
		     reply = cell_of(t, cells, "reply")->text;
	eml_line(&i->refusals, "%s [%s]:%lld -> [%.*s]:%lld, %lld times: %.*s",
		ptime_format(cell_of(t, cells, "timestamp_first")->integer, time), i->source,
		(long long)cell_of(t, cells, "src_port")->integer, (int)server.len,
		(const char *)server.ptr, (long long)cell_of(t, cells, "dst_port")->integer,
		(long long)cell_of(t, cells, "count")->integer,
		(int)(reply.len < 600 ? reply.len : 600), (const char *)reply.ptr);
	return true;
}

/* ---- all of it ---- */

static void
incident_begin(struct incident *i, const struct export_job *job)
{
	const struct site_contact *c = &job->about.contact;
	*i = (struct incident){ .job = job };
	i->has_contact = c->mail[0] != '\0';
	i->organisation = c->organisation[0] != '\0' ? c->organisation : INCIDENT_GAP;
	i->contact = i->has_contact ? c->mail : INCIDENT_NOBODY;
	i->domain = c->domain[0] != '\0' ? c->domain : INCIDENT_NOWHERE;
	digest_hex(job->about.id, sizeof job->about.id, i->id);
	buf_init(&i->refusals, REFUSALS_BYTES);
}

static void
incident_end(struct incident *i)
{
	doc_free(i->session_doc);
	doc_free(i->mail_doc);
	doc_free(i->host_doc);
	buf_release(&i->refusals);
}

static int
fill_mail(struct incident *i, struct store *s, struct err *err)
{
	struct addr client;
	const struct filter filter = { .session = i->job->session, .limit = INCIDENT_REFUSALS };
	int got = read_mail(i, s, i->job->session, i->job->number, err);
	if (got != 1 || i->mail == NULL) {
		return got < 0 ? -1 : 0;
	}
	snprintf(i->source, sizeof i->source, "%s", node_text(i->session, "client.ip"));
	if (addr_parse(slice_str(i->source), &client) == 0 && read_host(i, s, client, err) < 0) {
		return -1;
	}
	return table_query(s, table_find("evidence"), &filter, take_refusal, i, err) == 0 ? 1 : -1;
}

static int
fill_host(struct incident *i, struct store *s, struct err *err)
{
	struct addr host = i->job->host;
	const struct filter one = { .host = host },
			    some = { .host = host, .limit = INCIDENT_REFUSALS };
	struct sample sample = { .incident = i };
	addr_format(host, i->source);
	if (find_sample(&sample, s, host, err) != 0) {
		return -1;
	}
	if (!sample.found) {
		return 0; /* without a port and a time nobody can act on it */
	}
	if (read_mail(i, s, sample.session, sample.number, err) != 1 ||
		read_host(i, s, host, err) < 0 ||
		table_query(s, table_find("abuse"), &one, take_sums, i, err) != 0 ||
		table_query(s, table_find("evidence"), &some, take_refusal, i, err) != 0) {
		return -1;
	}
	return 1;
}

void
incident_address(const struct incident *i, struct buf *out)
{
	char name[256], text[512];
	snprintf(name, sizeof name, "%s", i->has_contact ? i->organisation : INCIDENT_GAP);
	for (char *c = name; *c != '\0';
		c++) { /* they would end the quoted name (RFC 5322 3.2.4) */
		*c = *c == '"' || *c == '\\' ? '\'' : *c;
	}
	snprintf(text, sizeof text, "\"%s\" <%s>", name, i->contact);
	eml_field(out, "From", text);
	eml_field(out, "To", "\"[ABUSE CONTACT OF THE NETWORK]\" <abuse-contact@example.invalid>");
	snprintf(text, sizeof text, "<%s@%s>", i->id, i->domain);
	eml_field(out, "Message-ID", text);
}

void
incident_story(const struct incident *i, struct buf *out)
{
	char first[PTIME_TEXT_MAX], last[PTIME_TEXT_MAX];
	eml_line(out, "Source: %s, TCP port %lld (of the sample)", i->source,
		(long long)i->source_port);
	eml_line(out, "Destination: %s, TCP port %lld", node_text(i->session, "server.ip"),
		(long long)node_int(i->session, "server.port"));
	eml_line(out, "First seen: %s (UTC)", ptime_format(i->first, first));
	eml_line(out, "Last seen: %s (UTC)", ptime_format(i->last, last));
	eml_line(out, "Mails: %lld, recipients: %lld, refused: %lld", (long long)i->mails,
		(long long)i->rcpts, (long long)i->rejected);
	if (i->cause != CAUSE_UNKNOWN) {
		eml_line(out, "What it seems to be: %s (confidence %.2f)", cause_word(i->cause),
			i->confidence);
	}
	const char *summary = node_text(i->host, "summary");
	if (summary[0] != '\0') {
		eml_line(out, "%s", summary);
	}
	eml_line(out, "Times are those of a passive sensor in our network and are UTC (+00:00).");
	if (!i->has_contact) {
		eml_line(out,
			"%s: who complains is not configured ([web] organisation, contact, "
			"domain); fill it in.",
			INCIDENT_GAP);
	}
}

/* ---- a report of one piece ---- */

struct report {
	struct export x;
	struct buf text;
	bool sent;
};

static int
report_more(struct export *x, struct buf *out, struct err *err)
{
	struct report *r = (struct report *)x;
	(void)err;
	if (!r->sent) {
		buf_add(out, buf_slice(&r->text));
		r->sent = true;
		x->rows = 1;
	}
	return 0;
}

static void
report_close(struct export *x)
{
	struct report *r = (struct report *)x;
	buf_release(&r->text);
	free(r);
}

int
export_open_report(void (*write)(const struct incident *i, struct buf *out), struct store *s,
	const struct export_job *job, struct export **out, struct err *err)
{
	struct incident i;
	incident_begin(&i, job);
	int got = (job->subject == EXPORT_MAIL ? fill_mail : fill_host)(&i, s, err);
	if (got == 1) {
		struct report *r = must_alloc(sizeof *r);
		*r = (struct report){ .x = { .more = report_more, .close = report_close } };
		buf_init(&r->text, EXPORT_RECORD_MAX);
		write(&i, &r->text);
		*out = &r->x;
	}
	incident_end(&i);
	return got;
}
