/* Formats of one line a mail: walks the mails of a filter, each with its session, or sessions with
 * their mails. */
#include <stdlib.h>
#include <string.h>

#include "web/export_inner.h"

struct lines {
	struct export x;
	const struct line_writer *writer;
	struct record_cursor *records;
	bool by_session, began, ended;
	struct doc *session; /* the latest one: mails of a session come together, mostly */
	struct buf json;
};

/* ---- what a record tells ---- */

/* Whether it is said to a mail, and not to what comes between two or at the end. */
static bool
is_of_mail(const char *to)
{
	static const char *const commands[] = { "MAIL", "RCPT", "DATA", "BDAT", "data-end" };
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(to, commands[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* The last from that of the mail's MAIL on, up to the next MAIL. */
const struct node *
export_last_reply(const struct node *session, int64_t number)
{
	const struct node *last = NULL;
	int64_t mails = 0;
	for (size_t i = 0; i < node_count(session, "replies"); i++) {
		const struct node *reply = node_item(session, "replies", i);
		const char *to = node_text(reply, "to");
		mails += strcmp(to, "MAIL") == 0;
		if (number == 0 || (mails == number && is_of_mail(to))) {
			last = reply;
		}
	}
	return last;
}

void
export_reply_text(const struct node *reply, struct buf *out)
{
	const char *enhanced = node_text(reply, "enhanced"), *text = node_text(reply, "text");
	if (reply == NULL) {
		return;
	}
	buf_printf(out, "%lld", (long long)node_int(reply, "code"));
	buf_printf(out, "%s%s", enhanced[0] != '\0' ? " " : "", enhanced);
	buf_printf(out, "%s%s", text[0] != '\0' ? " " : "", text);
}

void
export_received_text(const struct node *received, struct buf *out)
{
	static const char *const parts[] = { "by", "with", "id" };
	const char *from = node_text(received, "from"), *helo = node_text(received, "helo"),
		   *ip = node_text(received, "ip"), *date = node_text(received, "date");
	if (from[0] != '\0' || helo[0] != '\0') {
		buf_printf(out, "from %s", helo[0] != '\0' ? helo : from);
	}
	if (ip[0] != '\0') {
		buf_printf(out, " (%s%s[%s])", from, from[0] != '\0' ? " " : "", ip);
	}
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const char *value = node_text(received, parts[i]);
		if (value[0] != '\0') {
			buf_printf(out, "%s%s %s", out->len > 0 ? " " : "", parts[i], value);
		}
	}
	buf_printf(out, "%s%s", date[0] != '\0' ? "; " : "", date);
}

bool
export_has_header(const struct node *mail)
{
	void *place = NULL;
	const char *key;
	const struct node *value;
	while (node_pair(node_get(mail, "header"), &place, &key, &value)) {
		if (node_text(value, "")[0] != '\0') {
			return true;
		}
	}
	return node_count(mail, "received") > 0;
}

/* ---- the walk ---- */

/* A session whose evidence is gone gives its mail nothing: the line says less. */
static int
session_of(struct lines *l, const struct node *mail, struct err *err)
{
	const char *id = node_text(mail, "session");
	if (l->session != NULL && strcmp(node_text(doc_root(l->session), "id"), id) == 0) {
		return 0;
	}
	doc_free(l->session);
	l->session = NULL;
	buf_clear(&l->json);
	int got = query_session_alone(l->x.store, id, &l->json, err);
	return got <= 0 ? got : doc_parse(buf_slice(&l->json), &l->session, err);
}

static void
put_line(struct lines *l, const struct node *session, const struct node *mail, struct buf *out)
{
	const struct mail_line m = { session, mail, node_int(mail, "number"), &l->x.job };
	l->writer->line(&m, out);
	l->x.rows++;
}

static void
session_lines(struct lines *l, const struct node *session, struct buf *out)
{
	const char *protocol = node_text(session, "protocol");
	size_t count = node_count(session, "mails");
	for (size_t i = 0; i < count; i++) {
		put_line(l, session, node_item(session, "mails", i), out);
	}
	/* A session of another protocol is none of mail. */
	if (count == 0 && (protocol[0] == '\0' || strcmp(protocol, "smtp") == 0 ||
				  strcmp(protocol, "lmtp") == 0)) {
		put_line(l, session, NULL, out);
	}
}

static int
next_record(struct lines *l, struct buf *out, struct err *err)
{
	struct slice json;
	struct doc *doc;
	int got = records_next(l->records, &json, err);
	if (got != 1) {
		return got;
	}
	if (doc_parse(json, &doc, err) != 0) {
		return -1;
	}
	if (l->by_session) {
		session_lines(l, doc_root(doc), out);
	} else if (session_of(l, doc_root(doc), err) == 0) {
		put_line(l, l->session != NULL ? doc_root(l->session) : NULL, doc_root(doc), out);
	} else {
		got = -1;
	}
	doc_free(doc);
	return got;
}

static int
lines_more(struct export *x, struct buf *out, struct err *err)
{
	struct lines *l = (struct lines *)x;
	if (!l->began) {
		l->began = true;
		if (l->writer->head != NULL) {
			l->writer->head(&x->job, out);
		}
		return 1;
	}
	int got = next_record(l, out, err);
	if (got == 0 && l->writer->foot != NULL) {
		l->writer->foot(&x->job, out);
	}
	return got;
}

static void
lines_close(struct export *x)
{
	struct lines *l = (struct lines *)x;
	records_close(l->records);
	doc_free(l->session);
	buf_release(&l->json);
	free(l);
}

int
export_open_lines(const struct line_writer *writer, struct store *s, const struct export_job *job,
	struct export **out, struct err *err)
{
	struct record_cursor *records;
	if (records_open(s, job->table, &job->filter, &records, err) != 0) {
		return -1;
	}
	struct lines *l = must_alloc(sizeof *l);
	*l = (struct lines){ .x = { .more = lines_more, .close = lines_close },
		.writer = writer,
		.records = records,
		.by_session = strcmp(job->table->name, "sessions") == 0 };
	buf_init(&l->json, EXPORT_RECORD_MAX);
	*out = &l->x;
	return 1;
}
