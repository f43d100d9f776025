/* Zeek's smtp.log: its columns in their order and types, as Zeek's own ASCII writer prints them.
 *
 * Where a value would be read as something else (a separator, the sign for "not set", a formula in
 * a spreadsheet) its bytes are written \xNN, which Zeek's readers turn back. */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "web/export_inner.h"

struct zeek_column {
	const char *name, *type;
	void (*put)(const struct mail_line *m, struct buf *out);
};

/* ---- values ---- */

static void
put_escaped(struct buf *out, struct slice s, bool in_set)
{
	uint32_t rune;
	while (s.len > 0) {
		size_t n = text_utf8(s, &rune);
		if (n == 0 || chars_is(s.ptr[0], CHAR_CTL) || s.ptr[0] == '\\' ||
			(in_set && s.ptr[0] == ',')) {
			buf_printf(out, "\\x%02x", s.ptr[0]);
			n = 1;
		} else {
			buf_add(out, slice_take(s, n));
		}
		s = slice_skip(s, n);
	}
}

static bool
is_formula(struct slice s)
{
	static const char *const fronts[] = { "=", "+", "-", "@", "＝", "＋", "－", "＠" };
	for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
		if (slice_starts(s, slice_str(fronts[i]))) {
			return true;
		}
	}
	return slice_eq(s, SLICE("(empty)"));
}

/* The first byte of what would be read as a formula, or as a sign of Zeek's. */
static void
put_value(struct buf *out, struct slice s, bool in_set)
{
	uint32_t rune;
	if (is_formula(s)) {
		size_t n = text_utf8(s, &rune);
		for (size_t i = 0; i < n; i++) {
			buf_printf(out, "\\x%02x", s.ptr[i]);
		}
		s = slice_skip(s, n);
	}
	put_escaped(out, s, in_set);
}

static void
put_text(struct buf *out, const char *text)
{
	if (text[0] == '\0') {
		buf_byte(out, '-');
	} else {
		put_value(out, slice_str(text), false);
	}
}

static void
put_flag(struct buf *out, bool flag)
{
	buf_byte(out, flag ? 'T' : 'F');
}

/* A field of addresses becomes a set; a comma in quotes or in a comment does not part them, but for
 * a log that is near enough. */
static void
put_address_set(struct buf *out, const char *text)
{
	struct slice rest = slice_str(text);
	const char *joint = "";
	if (rest.len == 0) {
		buf_byte(out, '-');
	}
	while (rest.len > 0) {
		struct slice one = slice_trim(slice_split(&rest, ','));
		if (one.len > 0) {
			buf_str(out, joint);
			put_value(out, one, true);
			joint = ",";
		}
	}
	if (text[0] != '\0' && joint[0] == '\0') {
		buf_str(out, "(empty)");
	}
}

/* ---- columns ---- */

static void
put_ts(const struct mail_line *m, struct buf *out)
{
	int64_t t = m->mail != NULL ? node_time(m->mail, "start") : node_time(m->session, "start");
	buf_printf(out, "%lld.%06lld", (long long)(t / PTIME_SECOND),
		(long long)(t % PTIME_SECOND / PTIME_US));
}

static void
put_uid(const struct mail_line *m, struct buf *out)
{
	const char *id =
		m->mail != NULL ? node_text(m->mail, "session") : node_text(m->session, "id");
	buf_byte(out, 'C'); /* a Zeek connection's begin with it */
	put_escaped(out, slice_str(id), false);
}

static void
put_depth(const struct mail_line *m, struct buf *out)
{
	buf_printf(out, "%lld", (long long)(m->number > 0 ? m->number : 1));
}

static void
put_rcptto(const struct mail_line *m, struct buf *out)
{
	size_t count = node_count(m->mail, "rcpts");
	for (size_t i = 0; i < count; i++) {
		buf_str(out, i > 0 ? "," : "");
		put_value(out, slice_str(node_text(node_item(m->mail, "rcpts", i), "to")), true);
	}
	buf_str(out, count > 0 ? "" : "-");
}

static void
put_mailfrom(const struct mail_line *m, struct buf *out)
{
	const char *from = node_text(m->mail, "mail_from");
	if (m->mail == NULL) {
		buf_byte(out, '-');
	} else {
		put_text(out, from[0] != '\0' ? from : "<>");
	}
}

#define TEXT_OF(name, record, path)                                                                \
	static void put_##name(const struct mail_line *m, struct buf *out)                         \
	{                                                                                          \
		put_text(out, node_text(m->record, path));                                         \
	}
TEXT_OF(orig_h, session, "client.ip")
TEXT_OF(resp_h, session, "server.ip")
TEXT_OF(helo, session, "helo.name")
TEXT_OF(date, mail, "header.date")
TEXT_OF(from, mail, "header.from")
TEXT_OF(reply_to, mail, "header.reply_to")
TEXT_OF(msg_id, mail, "header.message_id")
TEXT_OF(subject, mail, "header.subject")
TEXT_OF(user_agent, mail, "header.mailer")

static void
put_orig_p(const struct mail_line *m, struct buf *out)
{
	buf_printf(out, "%lld", (long long)node_int(m->session, "client.port"));
}

static void
put_resp_p(const struct mail_line *m, struct buf *out)
{
	buf_printf(out, "%lld", (long long)node_int(m->session, "server.port"));
}

static void
put_to(const struct mail_line *m, struct buf *out)
{
	put_address_set(out, node_text(m->mail, "header.to"));
}

static void
put_cc(const struct mail_line *m, struct buf *out)
{
	put_address_set(out, node_text(m->mail, "header.cc"));
}

static void
put_unset(const struct mail_line *m, struct buf *out)
{
	(void)m;
	buf_byte(out, '-');
}

static void
put_received(const struct mail_line *m, struct buf *out, size_t i)
{
	struct buf text;
	buf_init(&text, 4096);
	if (i < node_count(m->mail, "received")) {
		export_received_text(node_item(m->mail, "received", i), &text);
	}
	put_text(out, buf_cstr(&text));
	buf_release(&text);
}

static void
put_first_received(const struct mail_line *m, struct buf *out)
{
	put_received(m, out, 0);
}

static void
put_second_received(const struct mail_line *m, struct buf *out)
{
	put_received(m, out, 1);
}

static void
put_last_reply(const struct mail_line *m, struct buf *out)
{
	struct buf text;
	buf_init(&text, 4096);
	export_reply_text(export_last_reply(m->session, m->number), &text);
	put_text(out, buf_cstr(&text));
	buf_release(&text);
}

/* The server, the client, and who was before it as Received fields say. */
static void
put_path(const struct mail_line *m, struct buf *out)
{
	struct addr a;
	put_text(out, node_text(m->session, "server.ip"));
	buf_byte(out, ',');
	put_text(out, node_text(m->session, "client.ip"));
	for (size_t i = 0; i < node_count(m->mail, "received"); i++) {
		char text[ADDR_TEXT_MAX];
		const char *ip = node_text(node_item(m->mail, "received", i), "ip");
		if (addr_parse(slice_str(ip), &a) == 0) {
			buf_printf(out, ",%s", addr_format(a, text));
		}
	}
}

static void
put_tls(const struct mail_line *m, struct buf *out)
{
	put_flag(out, node_bool(m->session, "tls.used"));
}

static void
put_fuids(const struct mail_line *m, struct buf *out)
{
	(void)m;
	buf_str(out, "(empty)"); /* no file is kept */
}

static const struct zeek_column columns[] = {
	{ "ts", "time", put_ts },
	{ "uid", "string", put_uid },
	{ "id.orig_h", "addr", put_orig_h },
	{ "id.orig_p", "port", put_orig_p },
	{ "id.resp_h", "addr", put_resp_h },
	{ "id.resp_p", "port", put_resp_p },
	{ "trans_depth", "count", put_depth },
	{ "helo", "string", put_helo },
	{ "mailfrom", "string", put_mailfrom },
	{ "rcptto", "set[string]", put_rcptto },
	{ "date", "string", put_date },
	{ "from", "string", put_from },
	{ "to", "set[string]", put_to },
	{ "cc", "set[string]", put_cc },
	{ "reply_to", "string", put_reply_to },
	{ "msg_id", "string", put_msg_id },
	{ "in_reply_to", "string", put_unset },
	{ "subject", "string", put_subject },
	{ "x_originating_ip", "addr", put_unset },
	{ "first_received", "string", put_first_received },
	{ "second_received", "string", put_second_received },
	{ "last_reply", "string", put_last_reply },
	{ "path", "vector[addr]", put_path },
	{ "user_agent", "string", put_user_agent },
	{ "tls", "bool", put_tls },
	{ "fuids", "vector[string]", put_fuids },
};
#define COLUMNS (sizeof columns / sizeof *columns)

/* ---- the file ---- */

static void
zeek_head(const struct export_job *job, struct buf *out)
{
	char text[EXPORT_TIME_MAX];
	buf_str(out,
		"#separator "
		"\\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tsmtp\n");
	buf_printf(
		out, "#open\t%s\n#fields", export_time(job->about.now, "%Y-%m-%d-%H-%M-%S", text));
	for (size_t i = 0; i < COLUMNS; i++) {
		buf_printf(out, "\t%s", columns[i].name);
	}
	buf_str(out, "\n#types");
	for (size_t i = 0; i < COLUMNS; i++) {
		buf_printf(out, "\t%s", columns[i].type);
	}
	buf_byte(out, '\n');
}

static void
zeek_line(const struct mail_line *m, struct buf *out)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		buf_str(out, i > 0 ? "\t" : "");
		columns[i].put(m, out);
	}
	buf_byte(out, '\n');
}

static void
zeek_foot(const struct export_job *job, struct buf *out)
{
	char text[EXPORT_TIME_MAX];
	buf_printf(out, "#close\t%s\n", export_time(job->about.now, "%Y-%m-%d-%H-%M-%S", text));
}

int
export_open_zeek(
	struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	static const struct line_writer writer = { zeek_head, zeek_line, zeek_foot };
	return export_open_lines(&writer, s, job, out, err);
}
