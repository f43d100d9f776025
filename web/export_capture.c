/* Sessions as a capture: commands and replies as the records have them, in the order of the
 * replies.  What the sensor does not keep is not made up but marked: "[text not kept]" behind a
 * code, "[body not kept]" behind the header fields.
 *
 * Times of packets are those of the session, of its mails and of its end; between them they are a
 * microsecond apart. */
#include <stdlib.h>
#include <string.h>

#include "web/export_inner.h"
#include "web/export_pcapng.h"

#define COMMENT                                                                                    \
	"Rebuilt by heloscope from its records; not a recording.  Commands and replies are those " \
	"that were seen, "                                                                         \
	"bodies of mails and secrets are not in it, packets and most of their times are made up."
#define NOT_KEPT_BASE64 "W25vdCBrZXB0XQ==" /* "[not kept]" */

struct capture {
	struct export x;
	struct record_cursor *sessions;
	bool began;
};

/* One session on its way. */
struct talk {
	const struct node *session, *mail;
	struct pcapng_stream stream;
	struct buf line;
	size_t mails, rcpts; /* that were said */
	bool in_data, auth_goes_on, over;
};

/* ---- what the client said ---- */

static void
say(struct talk *t, bool client)
{
	pcapng_say(&t->stream, client, buf_slice(&t->line));
	buf_clear(&t->line);
}

static void
not_before(struct talk *t, int64_t time)
{
	t->stream.now = t->stream.now < time ? time : t->stream.now;
}

/* The text of a record is clean: no line ends in it. */
static void
add_path(struct talk *t, const char *command, const char *address, const struct node *params)
{
	void *place = NULL;
	const char *key;
	const struct node *value;
	buf_printf(&t->line, "%s:<%s>", command, address);
	while (node_pair(params, &place, &key, &value)) {
		const char *text = node_text(value, "");
		buf_printf(&t->line, " %s%s%s", key, text[0] != '\0' ? "=" : "", text);
	}
	buf_str(&t->line, "\r\n");
}

static void
say_mail(struct talk *t)
{
	t->mail = node_item(t->session, "mails", t->mails++);
	t->rcpts = 0;
	not_before(t, node_time(t->mail, "start"));
	add_path(t, "MAIL FROM", node_text(t->mail, "mail_from"), node_get(t->mail, "params"));
}

static void
say_rcpt(struct talk *t)
{
	const struct node *rcpt = node_item(t->mail, "rcpts", t->rcpts++);
	const char *to = rcpt != NULL ? node_text(rcpt, "to") : "not-kept@example.invalid";
	add_path(t, "RCPT TO", to, node_get(rcpt, "params"));
}

static void
add_content(struct buf *out, const struct talk *t)
{
	eml_headers(out, t->session, t->mail);
	buf_str(out, "\r\n[body not kept]\r\n");
}

/* The end of DATA, or the last chunk (RFC 3030 2), which the records know by the same word. */
static void
say_content(struct talk *t)
{
	struct buf content;
	buf_init(&content, EXPORT_RECORD_MAX);
	add_content(&content, t);
	if (t->in_data) {
		buf_add(&t->line, buf_slice(&content));
		buf_str(&t->line, ".\r\n");
	} else if (strcmp(node_text(t->mail, "transfer"), "bdat") == 0) {
		buf_printf(&t->line, "BDAT %zu LAST\r\n", content.len);
		buf_add(&t->line, buf_slice(&content));
	}
	buf_release(&content);
	t->in_data = false;
	not_before(t, node_time(t->mail, "end"));
}

static void
say_auth(struct talk *t)
{
	if (t->auth_goes_on) {
		buf_str(&t->line, NOT_KEPT_BASE64 "\r\n");
	} else {
		buf_printf(&t->line, "AUTH %s\r\n", node_text(t->session, "auth.mechanism"));
	}
}

static void
say_command(struct talk *t, const char *verb)
{
	static const char *const alone[] = { "DATA", "QUIT", "RSET", "NOOP", "HELP", "STARTTLS" };
	bool is_alone = false;
	for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) {
		is_alone = is_alone || strcmp(verb, alone[i]) == 0;
	}
	if (verb[0] == '\0' || strcmp(verb, "greeting") == 0) {
		return;
	}
	if (strcmp(verb, "data-end") == 0) {
		say_content(t);
	} else if (strcmp(verb, "MAIL") == 0) {
		say_mail(t);
	} else if (strcmp(verb, "RCPT") == 0) {
		say_rcpt(t);
	} else if (strcmp(verb, "BDAT") == 0) {
		buf_str(&t->line, "BDAT 0\r\n"); /* a chunk before the last */
	} else if (strcmp(verb, "AUTH") == 0) {
		say_auth(t);
	} else if (strcmp(verb + 1, "HLO") == 0 || strcmp(verb, "HELO") == 0) {
		buf_printf(&t->line, "%s %s\r\n", verb, node_text(t->session, "helo.name"));
	} else {
		buf_printf(&t->line, "%s%s\r\n", verb, is_alone ? "" : " [not kept]");
	}
	say(t, true);
}

/* ---- what the server said ---- */

static void
reply_line(struct talk *t, const struct node *reply, struct slice text, bool last)
{
	const char *enhanced = node_text(reply, "enhanced");
	buf_printf(&t->line, "%03lld%c%s%s", (long long)node_int(reply, "code"), last ? ' ' : '-',
		enhanced, enhanced[0] != '\0' ? " " : "");
	buf_add(&t->line, text);
	buf_str(&t->line, "\r\n");
}

static void
say_extensions(struct talk *t, const struct node *reply)
{
	size_t count = node_count(t->session, "extensions");
	reply_line(t, reply, SLICE("[text not kept]"), count == 0);
	for (size_t i = 0; i < count; i++) {
		reply_line(t, reply,
			slice_str(node_text(node_item(t->session, "extensions", i), "")),
			i + 1 == count);
	}
}

static void
say_reply(struct talk *t, const struct node *reply)
{
	static const struct slice joint = SLICE(" / "); /* of the lines of a reply, in records */
	struct slice text = slice_str(node_text(reply, "text"));
	int64_t code = node_int(reply, "code");
	if (strcmp(node_text(reply, "to"), "EHLO") == 0 && code == 250) {
		say_extensions(t, reply);
	} else if (code == 0) {
		buf_printf(&t->line, "%s\r\n", node_text(reply, "text"));
	} else if (text.len == 0) {
		reply_line(t, reply, SLICE("[text not kept]"), true);
	} else {
		while (text.len > 0) {
			size_t n = slice_find(text, joint);
			struct slice rest = slice_skip(text, n + joint.len);
			reply_line(t, reply, slice_take(text, n), rest.len == 0);
			text = rest;
		}
	}
	say(t, false);
}

static void
after_reply(struct talk *t, const struct node *reply)
{
	const char *to = node_text(reply, "to");
	int64_t code = node_int(reply, "code");
	t->auth_goes_on = strcmp(to, "AUTH") == 0 && code == 334;
	if (strcmp(to, "DATA") == 0) {
		t->in_data = code == 354;
	}
	t->over = strcmp(to, "STARTTLS") == 0 && code == 220; /* from here on it is encrypted */
}

/* ---- a session ---- */

/* Only the client's side was mirrored: what it said, without answers. */
static void
say_one_sided(struct talk *t)
{
	const char *verb = node_text(t->session, "helo.verb");
	if (verb[0] != '\0') {
		say_command(t, verb);
	}
	for (size_t i = 0; i < node_count(t->session, "mails"); i++) {
		say_command(t, "MAIL");
		while (t->rcpts < node_count(t->mail, "rcpts")) {
			say_command(t, "RCPT");
		}
	}
}

static bool
endpoint_of(const struct node *session, const char *side, struct endpoint *out)
{
	const struct node *end = node_get(session, side);
	out->port = (uint16_t)node_int(end, "port");
	return addr_parse(slice_str(node_text(end, "ip")), &out->addr) == 0;
}

static bool
add_session(const struct node *session, struct buf *out)
{
	struct endpoint client, server;
	struct talk t = { .session = session };
	size_t count = node_count(session, "replies");
	if (!endpoint_of(session, "client", &client) || !endpoint_of(session, "server", &server) ||
		client.addr.family != server.addr.family) {
		return false;
	}
	buf_init(&t.line, EXPORT_RECORD_MAX);
	pcapng_open(&t.stream, out, client, server, node_time(session, "start"));
	for (size_t i = 0; i < count && !t.over; i++) {
		const struct node *reply = node_item(session, "replies", i);
		say_command(&t, node_text(reply, "to"));
		say_reply(&t, reply);
		after_reply(&t, reply);
	}
	if (count == 0) {
		say_one_sided(&t);
	}
	pcapng_close(&t.stream, strcmp(node_text(session, "close"), "reset") == 0,
		node_time(session, "end"));
	buf_release(&t.line);
	return true;
}

static int
capture_more(struct export *x, struct buf *out, struct err *err)
{
	struct capture *c = (struct capture *)x;
	struct slice json;
	struct doc *doc;
	if (!c->began) {
		c->began = true;
		pcapng_head(out, COMMENT);
		return 1;
	}
	int got = records_next(c->sessions, &json, err);
	if (got != 1) {
		return got;
	}
	if (doc_parse(json, &doc, err) != 0) {
		return -1;
	}
	x->rows += add_session(doc_root(doc), out);
	doc_free(doc);
	return 1;
}

static void
capture_close(struct export *x)
{
	struct capture *c = (struct capture *)x;
	records_close(c->sessions);
	free(c);
}

/* The newest ones, but the oldest of them first: packets come in the order of time, as far as
 * sessions do not overlap. */
static int
turn_round(struct store *s, struct filter *f, struct err *err)
{
	int64_t count;
	if (table_count(s, table_find("sessions"), f, &count, err) != 0) {
		return -1;
	}
	if (f->limit > 0 && count > f->limit) {
		f->offset = count - f->limit;
	}
	f->sort = "start";
	return 0;
}

int
export_open_capture(
	struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	struct filter filter = job->filter;
	struct record_cursor *sessions;
	if (job->subject == EXPORT_HOST) {
		filter.host = job->host;
	}
	if (job->subject == EXPORT_SESSION) {
		filter.session = job->session;
	}
	if (filter.sort == NULL && filter.offset == 0 && turn_round(s, &filter, err) != 0) {
		return -1;
	}
	if (records_open(s, table_find("sessions"), &filter, &sessions, err) != 0) {
		return -1;
	}
	struct capture *c = must_alloc(sizeof *c);
	*c = (struct capture){ .x = { .more = capture_more, .close = capture_close },
		.sessions = sessions };
	*out = &c->x;
	return 1;
}
