#include "talk/checks.h"

#include <stdio.h>
#include <string.h>

#include "talk/explain.h"

/* ---- same: line by line ---- */

#define NOT_SMTP " not-smtp"

/* The anomaly of that name is the line's. */
static bool
is_anomaly(struct slice line, const char *name)
{
	if (name == NULL || !slice_starts(line, SLICE("anomaly ")))
		return false;
	line = slice_skip(line, 8);
	return slice_eq(slice_split(&line, ' '), slice_str(name));
}

static bool
is_smtp(const struct trial *t)
{
	struct slice text = buf_slice(&t->whole->text);
	return slice_find(text, SLICE(NOT_SMTP)) == text.len;
}

/* The next line that counts: 1, or 0. */
static int
next_line(struct slice *rest, const struct trial *t, const char *passed_over, struct slice *line)
{
	while (rest->len > 0) {
		*line = slice_split(rest, '\n');
		if (!is_anomaly(*line, t->differs) && !is_anomaly(*line, passed_over))
			return 1;
	}
	return 0;
}

/* Only sessions of SMTP are told, and then nobody says whether it is one. */
static bool
line_eq(struct slice got, struct slice want)
{
	size_t at = slice_find(want, SLICE(NOT_SMTP));
	if (!slice_starts(want, SLICE("session ")) || at == want.len)
		return slice_eq(got, want);
	struct slice end = slice_skip(want, at + sizeof(NOT_SMTP) - 1);
	return slice_eq(slice_take(got, at), slice_take(want, at)) &&
	       slice_eq(slice_skip(got, at), end);
}

/* The lines behind its mails are those of its session. */
static struct slice
mails_only(struct slice want)
{
	if (slice_starts(want, SLICE("session ")))
		return SLICE_EMPTY;
	size_t at = slice_find(want, SLICE("\nsession "));
	return slice_take(want, at + 1);
}

static bool
same(const struct trial *t, struct buf *why)
{
	struct slice got = buf_slice(&t->got->text), want = buf_slice(&t->whole->text), g, w;
	if (t->got->sessions == 0 && !is_smtp(t))
		want = mails_only(want);
	if (t->extra != NULL && t->got->sessions > 0) {
		char text[80];
		snprintf(text, sizeof(text), "anomaly %s ", t->extra);
		if (slice_find(got, slice_str(text)) == got.len) {
			buf_printf(why, "no anomaly %s", t->extra);
			return false;
		}
	}
	for (;;) {
		int more_got = next_line(&got, t, t->extra, &g);
		int more_want = next_line(&want, t, NULL, &w);
		if (more_got == 0 && more_want == 0)
			return true;
		g = more_got != 0 ? g : SLICE("(end)");
		w = more_want != 0 ? w : SLICE("(end)");
		if (more_got != more_want || !line_eq(g, w)) {
			buf_printf(why, "\"%.*s\" in place of \"%.*s\"", (int)g.len,
				(const char *)g.ptr, (int)w.len, (const char *)w.ptr);
			return false;
		}
	}
}

/* ---- the session ---- */

static bool
one_session(const struct trial *t, struct buf *why)
{
	if (t->got->sessions == 1 || (t->got->sessions == 0 && t->ends))
		return true;
	if (t->got->sessions == 0 && !is_smtp(t))
		return true;
	buf_printf(why, "%d sessions", t->got->sessions);
	return false;
}

static bool
gaps(const struct trial *t, struct buf *why)
{
	int64_t bytes = t->got->session.gap_bytes;
	if (t->got->sessions == 0 || bytes == t->gap_bytes)
		return true;
	buf_printf(why, "%lld bytes missing, %lld were lost", (long long)bytes,
		(long long)t->gap_bytes);
	return false;
}

static bool
flags(const struct trial *t, struct buf *why)
{
	const struct session_record *r = &t->got->session;
	if (t->got->sessions == 0)
		return true;
	if (r->midstream != t->midstream)
		buf_printf(why, "%smidstream", r->midstream ? "" : "not ");
	else if (r->one_sided != t->one_sided)
		buf_printf(why, "%sone-sided", r->one_sided ? "" : "not ");
	else if (t->close >= 0 && (int)r->close != t->close)
		buf_printf(why, "close %s", close_reason_word(r->close));
	else
		return true;
	return false;
}

static bool
accused(const struct session_record *r, const char *name)
{
	for (size_t i = 0; i < r->anomalies_count; i++)
		if (strcmp(r->anomalies[i].name, name) == 0)
			return true;
	return false;
}

static bool
anomalies(const struct trial *t, struct buf *why)
{
	const struct session_record *r = &t->got->session;
	for (size_t i = 0; i < r->anomalies_count; i++) {
		const char *name = r->anomalies[i].name;
		if (accused(&t->whole->session, name) || (t->ends && strcmp(name, "no-quit") == 0))
			continue;
		buf_printf(why, "anomaly %s", name);
		return false;
	}
	return true;
}

/* Of a reply of several lines the first may be lost. */
static bool
is_end_of(const char *end, const char *text)
{
	size_t n = strlen(end), all = strlen(text);
	return n <= all && strcmp(end, text + all - n) == 0;
}

static bool
same_reply(const struct trial *t, const struct reply *got, const struct reply *of)
{
	/* Of those that answer nothing known, and no refusal, the text is not kept; where a
	 * recipient may be lost, every address in it is hidden. */
	bool text = got->text[0] == '\0' || t->talk->privacy || is_end_of(got->text, of->text);
	/* 421 answers whatever waits. */
	return got->code == of->code && text &&
	       (got->to[0] == '\0' || strcmp(got->to, of->to) == 0 || got->code == 421);
}

/* Some of the dialogue's, in their order. */
static bool
replies(const struct trial *t, struct buf *why)
{
	const struct session_record *g = &t->got->session, *o = &t->whole->session;
	size_t next = 0;
	for (size_t i = 0; i < g->replies_count; i++, next++) {
		while (next < o->replies_count && !same_reply(t, &g->replies[i], &o->replies[next]))
			next++;
		if (next < o->replies_count)
			continue;
		buf_printf(why, "reply %s %d %s", g->replies[i].to, (int)g->replies[i].code,
			g->replies[i].text);
		return false;
	}
	return true;
}

/* ---- one side alone ---- */

static bool
client_alone(const struct mail_record *r)
{
	for (size_t i = 0; i < r->rcpts_count; i++)
		if (r->rcpts[i].disposition != DISPOSITION_UNKNOWN || r->rcpts[i].code != 0)
			return false;
	return r->code == 0 && r->queue_id[0] == '\0' &&
	       (r->outcome == OUTCOME_UNKNOWN || r->outcome == OUTCOME_ABORTED);
}

static bool
server_alone(const struct mail_record *r)
{
	return r->mail_from[0] == '\0' && r->rcpts_count == 0 && r->bytes == 0 &&
	       r->params_count == 0;
}

static bool
silent(const struct trial *t, struct buf *why)
{
	const struct session_record *s = &t->got->session;
	for (size_t i = 0; i < t->got->mails_count; i++) {
		const struct mail_record *r = &t->got->mails[i].record;
		if (t->speaks == SMTP_CLIENT ? client_alone(r) : server_alone(r))
			continue;
		buf_printf(why, "mail %zu knows what only the other side said", i + 1);
		return false;
	}
	if (t->speaks == SMTP_CLIENT ? s->replies_count == 0 && s->banner[0] == '\0'
				     : s->helo_name[0] == '\0' && s->dialect[0] == '\0')
		return true;
	buf_str(why, "the session knows what only the other side said");
	return false;
}

/* ---- the table ---- */

static const struct check {
	unsigned bit;
	const char *name;
	bool (*holds)(const struct trial *t, struct buf *why);
} table[] = {
	{ CHECK_SESSION, "session", one_session },
	{ CHECK_SAME, "same", same },
	{ CHECK_GAPS, "gaps", gaps },
	{ CHECK_FLAGS, "flags", flags },
	{ CHECK_MAILS, "mails", explain_mails },
	{ CHECK_ANOMALIES, "anomalies", anomalies },
	{ CHECK_REPLIES, "replies", replies },
	{ CHECK_SILENT, "silent", silent },
};

unsigned
checks_run(const struct trial *t, struct buf *why)
{
	unsigned failed = 0;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct check *c = &table[i];
		struct buf words;
		if ((t->checks & c->bit) == 0)
			continue;
		buf_init(&words, 4096);
		if (!c->holds(t, &words)) {
			buf_printf(why, "%s%s: %s", failed != 0 ? "; " : "", c->name,
				buf_cstr(&words));
			failed |= c->bit;
		}
		buf_release(&words);
	}
	return failed;
}

const char *
check_name(unsigned bit)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].bit == bit)
			return table[i].name;
	return "";
}
