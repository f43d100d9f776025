/* Suricata's EVE, event type smtp: one object a line, with the names and forms that its readers
 * know.  What only heloscope says is in an object of its own, "heloscope". */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "web/export_inner.h"

/* 53 bits: numbers of JSON in JavaScript hold no more. */
static int64_t
flow_of(const char *session)
{
	uint64_t flow = 0;
	for (; *session != '\0'; session++) {
		int digit = chars_hex((uint8_t)*session);
		flow = flow << 4 | (uint64_t)(digit < 0 ? 0 : digit);
	}
	return (int64_t)(flow & ((UINT64_C(1) << 53) - 1));
}

static void
put_string(struct json *j, const char *key, const char *value)
{
	if (value[0] != '\0') {
		json_key(j, key);
		json_string(j, value);
	}
}

static void
put_flow(struct json *j, const struct mail_line *m)
{
	const char *client = node_text(m->session, "client.ip");
	put_string(j, "src_ip", client);
	json_key(j, "src_port");
	json_int(j, node_int(m->session, "client.port"));
	put_string(j, "dest_ip", node_text(m->session, "server.ip"));
	json_key(j, "dest_port");
	json_int(j, node_int(m->session, "server.port"));
	put_string(j, "proto", "TCP");
	json_key(j, "ip_v");
	json_int(j, strchr(client, ':') != NULL ? 6 : 4);
	if (node_count(m->session, "vlan") > 0) {
		json_key(j, "vlan");
		json_array(j);
		for (size_t i = 0; i < node_count(m->session, "vlan"); i++) {
			json_int(j, node_int(node_item(m->session, "vlan", i), ""));
		}
		json_array_end(j);
	}
	json_key(j, "tx_id");
	json_int(j, m->number > 0 ? m->number - 1 : 0);
	put_string(j, "app_proto", "smtp");
	put_string(j, "community_id", node_text(m->session, "community_id"));
}

/* With the angle brackets, as Suricata has them. */
static void
put_path(struct json *j, struct buf *scratch, const char *address)
{
	buf_clear(scratch);
	buf_printf(scratch, "<%s>", address);
	json_text(j, buf_slice(scratch));
}

static void
put_smtp(struct json *j, const struct mail_line *m)
{
	struct buf scratch;
	size_t count = node_count(m->mail, "rcpts");
	buf_init(&scratch, 4096);
	json_key(j, "smtp");
	json_object(j);
	put_string(j, "helo", node_text(m->session, "helo.name"));
	if (m->mail != NULL) {
		json_key(j, "mail_from");
		put_path(j, &scratch, node_text(m->mail, "mail_from"));
	}
	if (count > 0) {
		json_key(j, "rcpt_to");
		json_array(j);
		for (size_t i = 0; i < count; i++) {
			put_path(j, &scratch, node_text(node_item(m->mail, "rcpts", i), "to"));
		}
		json_array_end(j);
	}
	json_object_end(j);
	buf_release(&scratch);
}

static void
put_addresses(struct json *j, const char *key, const char *value)
{
	struct slice rest = slice_str(value);
	if (rest.len == 0) {
		return;
	}
	json_key(j, key);
	json_array(j);
	while (rest.len > 0) {
		struct slice one = slice_trim(slice_split(&rest, ','));
		if (one.len > 0) {
			json_text(j, one);
		}
	}
	json_array_end(j);
}

/* A list of texts: of the items' `path`. */
static void
put_list(struct json *j, const char *key, const struct node *mail, const char *list,
	const char *path)
{
	bool any = false;
	for (size_t i = 0; i < node_count(mail, list); i++) {
		const char *text = node_text(node_item(mail, list, i), path);
		if (text[0] == '\0') {
			continue;
		}
		if (!any) {
			json_key(j, key);
			json_array(j);
		}
		any = true;
		json_string(j, text);
	}
	if (any) {
		json_array_end(j);
	}
}

static void
put_received(struct json *j, const struct node *mail)
{
	struct buf text;
	size_t count = node_count(mail, "received");
	if (count == 0) {
		return;
	}
	buf_init(&text, 4096);
	json_key(j, "received");
	json_array(j);
	for (size_t i = 0; i < count; i++) {
		buf_clear(&text);
		export_received_text(node_item(mail, "received", i), &text);
		json_text(j, buf_slice(&text));
	}
	json_array_end(j);
	buf_release(&text);
}

static void
put_email(struct json *j, const struct node *mail)
{
	if (!export_has_header(mail)) {
		return;
	}
	json_key(j, "email");
	json_object(j);
	put_string(j, "status", "PARSE_DONE");
	put_string(j, "from", node_text(mail, "header.from"));
	put_addresses(j, "to", node_text(mail, "header.to"));
	put_addresses(j, "cc", node_text(mail, "header.cc"));
	put_string(j, "reply_to", node_text(mail, "header.reply_to"));
	put_string(j, "subject", node_text(mail, "header.subject"));
	put_string(j, "date", node_text(mail, "header.date"));
	put_string(j, "message_id", node_text(mail, "header.message_id"));
	put_string(j, "x_mailer", node_text(mail, "header.mailer"));
	put_list(j, "attachment", mail, "parts", "name");
	put_list(j, "url", mail, "urls", "");
	put_received(j, mail);
	json_object_end(j);
}

static void
put_own(struct json *j, const struct mail_line *m)
{
	struct buf text;
	buf_init(&text, 4096);
	json_key(j, "heloscope");
	json_object(j);
	put_string(j, "session",
		m->mail != NULL ? node_text(m->mail, "session") : node_text(m->session, "id"));
	export_reply_text(export_last_reply(m->session, m->number), &text);
	put_string(j, "last_reply", buf_cstr(&text));
	json_key(j, "tls");
	json_bool(j, node_bool(m->session, "tls.used"));
	if (m->mail != NULL) {
		put_string(j, "outcome", node_text(m->mail, "outcome"));
		put_string(j, "class", node_text(m->mail, "class"));
		put_string(j, "list", node_text(m->mail, "list"));
		json_key(j, "score");
		json_double(j, node_real(m->mail, "score"));
		put_list(j, "labels", m->mail, "labels", "");
		put_list(j, "rules", m->mail, "hits", "rule");
	}
	json_object_end(j);
	buf_release(&text);
}

static void
eve_line(const struct mail_line *m, struct buf *out)
{
	const char *session =
		m->mail != NULL ? node_text(m->mail, "session") : node_text(m->session, "id");
	int64_t t = m->mail != NULL ? node_time(m->mail, "start") : node_time(m->session, "start");
	char seconds[EXPORT_TIME_MAX], text[EXPORT_TIME_MAX + 16];
	struct json j;
	json_init(&j, out);
	json_object(&j);
	snprintf(text, sizeof text, "%s.%06" PRId64 "+0000",
		export_time(t, "%Y-%m-%dT%H:%M:%S", seconds), t % PTIME_SECOND / PTIME_US);
	put_string(&j, "timestamp", text);
	json_key(&j, "flow_id");
	json_int(&j, flow_of(session));
	put_string(&j, "event_type", "smtp");
	put_flow(&j, m);
	put_string(&j, "host", node_text(m->session, "sensor"));
	put_smtp(&j, m);
	put_email(&j, m->mail);
	put_own(&j, m);
	json_object_end(&j);
	buf_byte(out, '\n');
}

int
export_open_eve(struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	static const struct line_writer writer = { NULL, eve_line, NULL };
	return export_open_lines(&writer, s, job, out, err);
}
