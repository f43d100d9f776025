/* /session/ID: one dialogue, as far as it was seen: who, what the server answered, what stands out,
 * and its mails. */
#include "web/page.h"

#include <inttypes.h>
#include <string.h>

#include "web/doc.h"
#include "web/route.h"

static void
add_endpoint(struct html *h, const struct node *session, const char *term, const char *key)
{
	const struct node *end = node_get(session, key);
	h_open(h, "div");
	h_element(h, "dt", NULL, term);
	h_open(h, "dd");
	h_class(h, "a", "code");
	h_url(h, "href", url_path(h->arena, "host", node_text(end, "ip"), NULL));
	h_str(h, node_text(end, "ip"));
	h_close(h);
	h_format(h, " port %d", (int)node_int(end, "port"));
	h_close_n(h, 2);
}

/* The items of a list, joined; numbers too. */
static const char *
joined(struct arena *arena, const struct node *n, const char *key, const char *between)
{
	const char *text = "";
	for (size_t i = 0; i < node_count(n, key); i++) {
		const struct node *item = node_item(n, key, i);
		const char *word = node_text(item, "");
		if (word[0] == '\0') {
			word = arena_printf(arena, "%" PRId64, node_int(item, ""));
		}
		text = arena_printf(arena, "%s%s%s", text, i > 0 ? between : "", word);
	}
	return text;
}

static const char *
tls_words(struct arena *arena, const struct node *s)
{
	const char *version = node_text(s, "tls.version");
	if (node_bool(s, "tls.implicit")) {
		return arena_printf(arena, "from the start %s", version);
	}
	if (node_bool(s, "tls.used")) {
		return arena_printf(arena, "after STARTTLS %s", version);
	}
	return node_bool(s, "tls.offered") ? "offered, not used" : "not offered";
}

/* What was counted of an encrypted dialogue. */
static const char *
record_words(struct arena *arena, const struct node *s)
{
	int64_t client = node_int(s, "tls.records_client"),
		server = node_int(s, "tls.records_server");
	if (client + server == 0) {
		return "";
	}
	return arena_printf(arena, "%s from the client, %s from the server",
		part_number(arena, client), part_number(arena, server));
}

/* A guess must never be read as a count. */
static const char *
estimate_words(struct arena *arena, const struct node *s)
{
	if (node_text(s, "estimate.basis")[0] == '\0') {
		return "";
	}
	return arena_printf(arena,
		"mails taken: about %s, refusals: about %s; by the lengths of TLS records, not "
		"seen",
		part_number(arena, node_int(s, "estimate.mails")),
		part_number(arena, node_int(s, "estimate.refusals")));
}

static const char *
auth_words(struct arena *arena, const struct node *s)
{
	const char *mechanism = node_text(s, "auth.mechanism");
	if (mechanism[0] == '\0') {
		return "";
	}
	return arena_printf(arena, "%s: %s, failed %d times", mechanism,
		node_text(s, "auth.result"), (int)node_int(s, "auth.failures"));
}

static const char *
sight_words(struct arena *arena, const struct node *s)
{
	int64_t gaps = node_int(s, "gaps.count");
	const char *text = node_text(s, "visibility");
	if (node_bool(s, "one_sided")) {
		text = arena_printf(arena, "%s; one direction only", text);
	}
	if (node_bool(s, "midstream")) {
		text = arena_printf(arena, "%s; began before the capture", text);
	}
	if (gaps > 0) {
		text = arena_printf(arena, "%s; %" PRId64 " holes, %s missing", text, gaps,
			part_bytes(arena, node_int(s, "gaps.bytes")));
	}
	return node_bool(s, "cut") ? arena_printf(arena, "%s; some of it was beyond a limit", text)
				   : text;
}

static void
add_facts(struct html *h, const struct node *s)
{
	struct arena *a = h->arena;
	part_section(h, "facts", "The dialogue");
	h_class(h, "dl", "facts");
	add_endpoint(h, s, "Client", "client");
	add_endpoint(h, s, "Server", "server");
	part_fact_time(h, "Start", node_time(s, "start"));
	part_fact_time(h, "End", node_time(s, "end"));
	part_fact(h, "Direction", node_text(s, "direction"));
	part_fact(h, "Seen", sight_words(a, s));
	part_fact(h, "Closed by", node_bool(s, "open") ? "still open" : node_text(s, "close"));
	part_fact(h, "Protocol", node_text(s, "protocol"));
	part_fact(h, "Proxy", node_text(s, "proxy.protocol"));
	part_fact(h, "Asked for", node_text(s, "proxy.target"));
	part_fact(h, "Client, as the proxy says", node_text(s, "proxy.client.ip"));
	part_fact(h, "Greeting", node_text(s, "banner"));
	part_fact(h, node_text(s, "helo.verb")[0] != '\0' ? node_text(s, "helo.verb") : "HELO",
		node_text(s, "helo.name"));
	part_fact(h, "Extensions", joined(a, s, "extensions", ", "));
	part_fact(h, "TLS", tls_words(a, s));
	part_fact(h, "TLS ended by alert", node_text(s, "tls.alert"));
	part_fact(h, "TLS server name", node_text(s, "tls.sni"));
	part_fact(h, "TLS protocol (ALPN)", node_text(s, "tls.alpn"));
	part_fact(h, "TLS certificate", node_text(s, "tls.subject"));
	part_fact(h, "TLS certificate's names", joined(a, s, "tls.names", ", "));
	part_fact(h, "JA4", node_text(s, "tls.ja4"));
	part_fact(h, "TLS records", record_words(a, s));
	part_fact(h, "Estimated", estimate_words(a, s));
	part_fact(h, "AUTH", auth_words(a, s));
	part_fact(h, "Client software", node_text(s, "client_software"));
	part_fact(h, "Server software", node_text(s, "server_software"));
	part_fact(h, "Dialect", node_text(s, "dialect"));
	part_fact(h, "Bytes from client", part_bytes(a, node_int(s, "bytes.client")));
	part_fact(h, "Bytes from server", part_bytes(a, node_int(s, "bytes.server")));
	part_fact(h, "VLAN", joined(a, s, "vlan", ", "));
	part_fact(h, "Layers", joined(a, s, "encap", ", "));
	part_fact(h, "Community ID", node_text(s, "community_id"));
	part_fact(h, "Anomalies", joined(a, s, "anomalies", ", "));
	h_close_n(h, 2);
}

static void
add_reply(struct html *h, const struct node *reply)
{
	int code = (int)node_int(reply, "code");
	h_open(h, "tr");
	h_element(h, "td", "text", node_text(reply, "to"));
	h_element(h, "td",
		code >= 500   ? "num bad"
		: code >= 400 ? "num warn"
			      : "num",
		arena_printf(h->arena, "%d", code));
	h_element(h, "td", "text", node_text(reply, "enhanced"));
	h_element(h, "td", "text", node_text(reply, "class"));
	h_element(h, "td", "text", node_text(reply, "list"));
	h_element(h, "td", "long", node_text(reply, "text"));
	h_close(h);
}

static void
add_replies(struct html *h, const struct node *s)
{
	static const char *const heads[] = { "Answers", "#Code", "Status", "Class", "List", "Text",
		NULL };
	part_section(h, "replies", "What the server said, in order");
	if (node_count(s, "replies") == 0) {
		h_element(h, "p", "note", "No reply was seen.");
	} else {
		part_table(h, "Replies", heads);
		for (size_t i = 0; i < node_count(s, "replies"); i++) {
			add_reply(h, node_item(s, "replies", i));
		}
		part_table_end(h);
	}
	h_close(h);
}

static void
add_mail(struct html *h, const struct node *mail)
{
	const char *number = arena_printf(h->arena, "%" PRId64, node_int(mail, "number"));
	const char *from = node_text(mail, "mail_from");
	size_t rcpts = node_count(mail, "rcpts");
	h_open(h, "tr");
	h_class(h, "td", "num");
	h_link(h, url_path(h->arena, "mail", node_text(mail, "session"), number, NULL), number);
	h_close(h);
	h_element(h, "td", "text", from[0] != '\0' ? from : "<>");
	h_class(h, "td", "num");
	h_int(h, (int64_t)rcpts + node_int(mail, "rcpts_cut"));
	h_close(h);
	h_element(h, "td", "text", node_text(mail, "outcome"));
	h_element(h, "td", "num", arena_printf(h->arena, "%.1f", node_real(mail, "score")));
	h_element(h, "td", "num", part_bytes(h->arena, node_int(mail, "bytes")));
	h_element(h, "td", "long", node_text(mail, "header.subject"));
	h_close(h);
}

static void
add_mails(struct html *h, const struct node *s)
{
	static const char *const heads[] = { "#Mail", "From", "#Recipients", "Outcome", "#Score",
		"#Size", "Subject", NULL };
	part_section(h, "mails", "Its mails");
	if (node_count(s, "mails") == 0) {
		h_element(h, "p", "note", "No mail was seen in this session.");
	} else {
		part_table(h, "Mails", heads);
		for (size_t i = 0; i < node_count(s, "mails"); i++) {
			add_mail(h, node_item(s, "mails", i));
		}
		part_table_end(h);
	}
	h_close(h);
}

static void
write_session(struct html *h, const struct node *s)
{
	h_class(h, "div", "title");
	h_open(h, "h1");
	h_str(h, "Session ");
	h_element(h, "span", "code", node_text(s, "id"));
	h_close(h);
	h_class(h, "span", "downloads");
	h_link(h, url_path(h->arena, "record", "session", node_text(s, "id"), NULL), "JSON record");
	h_close_n(h, 2);
	add_mails(h, s);
	add_replies(h, s);
	add_facts(h, s);
}

void
page_session(struct request *r, struct answer *a)
{
	struct html h;
	struct err err = { "" };
	struct buf json;
	struct doc *doc = NULL;
	buf_init(&json, RECORD_MAX);
	int rc = query_session(r->reader.store, r->uri.segments[1], &json, &err);
	if (rc < 0) {
		page_store_error(r, a, err.text);
	} else if (rc == 0) {
		page_error(r, a, 404,
			"There is no such session here. It may be older than what is kept.");
	} else if (doc_parse(buf_slice(&json), &doc, &err) != 0) {
		page_error(r, a, 500, err.text);
	} else {
		page_begin(&h, r, a, "Session");
		write_session(&h, doc_root(doc));
		page_end(&h, r);
	}
	doc_free(doc);
	buf_release(&json);
}
