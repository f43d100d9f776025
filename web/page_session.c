/* /session/ID: one dialogue, as far as it was seen: who, what the server answered, what stands out,
 * and its mails. */
#include "web/export.h"
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
	h_format(h, T(h, " port %d"), (int)node_int(end, "port"));
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
tls_words(struct html *h, const struct node *s)
{
	const char *version = node_text(s, "tls.version");
	if (node_bool(s, "tls.implicit")) {
		return arena_printf(h->arena, T(h, "from the start %s"), version);
	}
	if (node_bool(s, "tls.used")) {
		return arena_printf(h->arena, T(h, "after STARTTLS %s"), version);
	}
	return node_bool(s, "tls.offered") ? T(h, "offered, not used") : T(h, "not offered");
}

/* What was counted of an encrypted dialogue. */
static const char *
record_words(struct html *h, const struct node *s)
{
	int64_t client = node_int(s, "tls.records_client"),
		server = node_int(s, "tls.records_server");
	if (client + server == 0) {
		return "";
	}
	return h_words(h, T(h, "%s from the client, %s from the server"), part_number(h, client),
		part_number(h, server));
}

/* A guess must never be read as a count. */
static const char *
estimate_words(struct html *h, const struct node *s)
{
	if (node_text(s, "estimate.basis")[0] == '\0') {
		return "";
	}
	return h_words(h,
		T(h, "mails taken: about %s, refusals: about %s; by the lengths of TLS records, "
		     "not seen"),
		part_number(h, node_int(s, "estimate.mails")),
		part_number(h, node_int(s, "estimate.refusals")));
}

static const char *
auth_words(struct html *h, const struct node *s)
{
	const char *mechanism = node_text(s, "auth.mechanism");
	int failures = (int)node_int(s, "auth.failures");
	if (mechanism[0] == '\0') {
		return "";
	}
	return h_words(h, TN(h, "%s: %s, failed %d time", "%s: %s, failed %d times", failures),
		mechanism, T(h, node_text(s, "auth.result")), failures);
}

static const char *
sight_words(struct html *h, const struct node *s)
{
	int64_t gaps = node_int(s, "gaps.count");
	const char *text = T(h, node_text(s, "visibility"));
	if (node_bool(s, "one_sided")) {
		text = h_words(h, T(h, "%s; one direction only"), text);
	}
	if (node_bool(s, "midstream")) {
		text = h_words(h, T(h, "%s; began before the capture"), text);
	}
	if (gaps > 0) {
		text = h_words(h,
			TN(h, "%s; %" PRId64 " hole, %s missing",
				"%s; %" PRId64 " holes, %s missing", gaps),
			text, gaps, part_bytes(h, node_int(s, "gaps.bytes")));
	}
	return node_bool(s, "cut") ? h_words(h, T(h, "%s; some of it was beyond a limit"), text)
				   : text;
}

static void
add_facts(struct html *h, const struct node *s)
{
	struct arena *a = h->arena;
	part_section(h, "facts", T(h, "The dialogue"));
	h_class(h, "dl", "facts");
	add_endpoint(h, s, T(h, "Client"), "client");
	add_endpoint(h, s, T(h, "Server"), "server");
	part_fact_time(h, T(h, "Start"), node_time(s, "start"));
	part_fact_time(h, T(h, "End"), node_time(s, "end"));
	part_fact(h, T(h, "Direction"), T(h, node_text(s, "direction")));
	part_fact(h, T(h, "Seen"), sight_words(h, s));
	part_fact(h, T(h, "Closed by"),
		T(h, node_bool(s, "open") ? N_("still open") : node_text(s, "close")));
	part_fact(h, T(h, "Protocol"), node_text(s, "protocol"));
	part_fact(h, T(h, "Proxy"), node_text(s, "proxy.protocol"));
	part_fact(h, T(h, "Asked for"), node_text(s, "proxy.target"));
	part_fact(h, T(h, "Client, as the proxy says"), node_text(s, "proxy.client.ip"));
	part_fact(h, T(h, "Greeting"), node_text(s, "banner"));
	part_fact(h, node_text(s, "helo.verb")[0] != '\0' ? node_text(s, "helo.verb") : "HELO",
		node_text(s, "helo.name"));
	part_fact(h, T(h, "Extensions"), joined(a, s, "extensions", ", "));
	part_fact(h, T(h, "TLS"), tls_words(h, s));
	part_fact(h, T(h, "TLS ended by alert"), node_text(s, "tls.alert"));
	part_fact(h, T(h, "TLS server name"), node_text(s, "tls.sni"));
	part_fact(h, T(h, "TLS protocol (ALPN)"), node_text(s, "tls.alpn"));
	part_fact(h, T(h, "TLS certificate"), node_text(s, "tls.subject"));
	part_fact(h, T(h, "TLS certificate's names"), joined(a, s, "tls.names", ", "));
	part_fact(h, T(h, "JA4"), node_text(s, "tls.ja4"));
	part_fact(h, T(h, "TLS records"), record_words(h, s));
	part_fact(h, T(h, "Estimated"), estimate_words(h, s));
	part_fact(h, T(h, "AUTH"), auth_words(h, s));
	part_fact(h, T(h, "Client software"), node_text(s, "client_software"));
	part_fact(h, T(h, "Server software"), node_text(s, "server_software"));
	part_fact(h, T(h, "Dialect"), node_text(s, "dialect"));
	part_fact(h, T(h, "Bytes from client"), part_bytes(h, node_int(s, "bytes.client")));
	part_fact(h, T(h, "Bytes from server"), part_bytes(h, node_int(s, "bytes.server")));
	part_fact(h, T(h, "VLAN"), joined(a, s, "vlan", ", "));
	part_fact(h, T(h, "Layers"), joined(a, s, "encap", ", "));
	part_fact(h, T(h, "Community ID"), node_text(s, "community_id"));
	part_fact(h, T(h, "Anomalies"), joined(a, s, "anomalies", ", "));
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
	h_element(h, "td", "text", T(h, node_text(reply, "class")));
	h_element(h, "td", "text", node_text(reply, "list"));
	h_element(h, "td", "long", node_text(reply, "text"));
	h_close(h);
}

static void
add_replies(struct html *h, const struct node *s)
{
	static const char *const heads[] = { N_("Answers"), N_("#Code"), N_("Status"), N_("Class"),
		N_("List"), N_("Text"), NULL };
	part_section(h, "replies", T(h, "What the server said, in order"));
	if (node_count(s, "replies") == 0) {
		h_element(h, "p", "note", T(h, "No reply was seen."));
	} else {
		part_table(h, T(h, "Replies"), heads);
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
	h_element(h, "td", "text", T(h, node_text(mail, "outcome")));
	h_element(h, "td", "num", h_words(h, "%.1f", node_real(mail, "score")));
	h_element(h, "td", "num", part_bytes(h, node_int(mail, "bytes")));
	h_class(h, "td", "long");
	h_text(h, viewer_subject(h->viewer, slice_str(node_text(mail, "header.subject"))));
	h_close(h);
	h_close(h);
}

static void
add_mails(struct html *h, const struct node *s)
{
	static const char *const heads[] = { N_("#Mail"), N_("From"), N_("#Recipients"),
		N_("Outcome"), N_("#Score"), N_("#Size"), N_("Subject"), NULL };
	part_section(h, "mails", T(h, "Its mails"));
	if (node_count(s, "mails") == 0) {
		h_element(h, "p", "note", T(h, "No mail was seen in this session."));
	} else {
		part_table(h, T(h, "Mails"), heads);
		for (size_t i = 0; i < node_count(s, "mails"); i++) {
			add_mail(h, node_item(s, "mails", i));
		}
		part_table_end(h);
	}
	h_close(h);
}

static void
add_exports(struct html *h, const char *id)
{
	const struct export_format *format;
	if (!viewer_may_follow(h->viewer, "/export/")) {
		return;
	}
	h_class(h, "span", "downloads");
	for (size_t i = 0; (format = export_format_at(i)) != NULL; i++) {
		if ((format->subjects & 1u << EXPORT_SESSION) != 0) {
			h_link(h, url_path(h->arena, "export", format->name, "session", id, NULL),
				T(h, format->title));
			h_str(h, " ");
		}
	}
	h_link(h, url_path(h->arena, "record", "session", id, NULL), T(h, "JSON record"));
	h_close(h);
}

static void
write_session(struct html *h, const struct node *s)
{
	h_class(h, "div", "title");
	h_open(h, "h1");
	h_str(h, T(h, "Session"));
	h_str(h, " ");
	h_element(h, "span", "code", node_text(s, "id"));
	h_close(h);
	add_exports(h, node_text(s, "id"));
	h_close(h);
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
			N_("There is no such session here. It may be older than what is kept."));
	} else if (doc_parse(buf_slice(&json), &doc, &err) != 0) {
		page_error(r, a, 500, err.text);
	} else {
		page_begin(&h, r, a, T(r, "Session"));
		write_session(&h, doc_root(doc));
		page_end(&h, r);
	}
	doc_free(doc);
	buf_release(&json);
}
