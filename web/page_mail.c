/* /mail/SESSION/NUMBER: one transaction: envelope, kept header fields, way, parts, and why it has
 * its score.  Bodies are not kept. */
#include "web/export.h"
#include "web/page.h"

#include <inttypes.h>
#include <string.h>

#include "web/doc.h"
#include "web/part_hits.h"
#include "web/route.h"

static void
add_cells(struct html *h, const struct node *item, const char *const *keys, size_t count)
{
	h_open(h, "tr");
	for (size_t i = 0; i < count; i++) {
		bool is_size = strcmp(keys[i], "bytes") == 0;
		h_element(h, "td", is_size ? "num" : "text",
			is_size ? part_bytes(h, node_int(item, keys[i]))
				: node_text(item, keys[i]));
	}
	h_close(h);
}

static void
add_envelope(struct html *h, const struct node *m)
{
	static const char *const heads[] = { N_("Recipient"), N_("#Code"), N_("Status"),
		N_("What became of it"), N_("Class"), N_("List"), NULL };
	static const char *const keys[] = { "enhanced", "disposition", "class", "list" };
	const char *from = node_text(m, "mail_from");
	int64_t cut = node_int(m, "rcpts_cut");
	part_section(h, "envelope", T(h, "Envelope"));
	h_class(h, "dl", "facts wide");
	part_fact(h, T(h, "From"), from[0] != '\0' ? from : T(h, "<> (a bounce, or a probe)"));
	h_close(h);
	part_table(h, T(h, "Recipients"), heads);
	for (size_t i = 0; i < node_count(m, "rcpts"); i++) {
		const struct node *rcpt = node_item(m, "rcpts", i);
		h_open(h, "tr");
		h_element(h, "td", "text", node_text(rcpt, "to"));
		h_element(
			h, "td", "num", arena_printf(h->arena, "%d", (int)node_int(rcpt, "code")));
		for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
			const char *text = node_text(rcpt, keys[k]);
			/* words of the contract; lists have names */
			h_element(h, "td", "text", keys[k][0] == 'l' ? text : T(h, text));
		}
		h_close(h);
	}
	part_table_end(h);
	if (cut > 0) {
		h_class(h, "p", "note");
		h_format(h,
			TN(h, "%s more recipient is counted only.",
				"%s more recipients are counted only.", cut),
			part_number(h, cut));
		h_close(h);
	}
	h_close(h);
}

static void
add_facts(struct html *h, const struct node *m)
{
	struct arena *a = h->arena;
	int64_t code = node_int(m, "code");
	part_section(h, "facts", T(h, "The transaction"));
	h_class(h, "dl", "facts");
	part_fact(h, T(h, "Outcome"), T(h, node_text(m, "outcome")));
	part_fact(h, T(h, "Final reply"),
		code == 0 ? T(h, "not seen")
			  : arena_printf(a, "%" PRId64 " %s", code, node_text(m, "enhanced")));
	part_fact(h, T(h, "Class"), T(h, node_text(m, "class")));
	part_fact(h, T(h, "List named"), node_text(m, "list"));
	part_fact(h, T(h, "Queue id at the server"), node_text(m, "queue_id"));
	part_fact_time(h, T(h, "Start"), node_time(m, "start"));
	part_fact_time(h, T(h, "End"), node_time(m, "end"));
	part_fact(h, T(h, "Sent by"), T(h, node_text(m, "transfer")));
	part_fact(h, T(h, "Size"), part_bytes(h, node_int(m, "bytes")));
	part_fact(h, T(h, "SHA-256"), node_text(m, "sha256"));
	part_fact(h, T(h, "Missing"),
		node_int(m, "gap") > 0 ? part_bytes(h, node_int(m, "gap")) : "");
	part_fact(h, T(h, "Cut"), node_bool(m, "cut") ? T(h, "some of it was beyond a limit") : "");
	part_fact(h, T(h, "Parsing"),
		node_bool(m, "refused") ? T(h, "given up: this mail has no score") : "");
	h_close_n(h, 2);
}

static void
add_header(struct html *h, const struct node *m)
{
	static const char *const fields[][2] = { { "From", "from" }, { "To", "to" }, { "Cc", "cc" },
		{ "Reply-To", "reply_to" }, { "Subject", "subject" }, { "Date", "date" },
		{ "Message-ID", "message_id" }, { "X-Mailer", "mailer" },
		{ "X-PHP-Script", "php_script" }, { "List-Id", "list_id" },
		{ "Auto-Submitted", "auto_submitted" } };
	const struct node *header = node_get(m, "header");
	part_section(h, "header", T(h, "Header fields"));
	h_class(h, "dl", "facts wide");
	h_attr(h, "translate", "no"); /* names of fields, and what the mail says */
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const char *value = node_text(header, fields[i][1]);
		bool subject = strcmp(fields[i][1], "subject") == 0;
		part_fact(h, fields[i][0],
			subject ? arena_string(
					  h->arena, viewer_subject(h->viewer, slice_str(value)))
				: value);
	}
	h_close_n(h, 2);
}

static void
add_list(struct html *h, const struct node *m, const char *key, const char *title,
	const char *const *heads, const char *const *keys, size_t count)
{
	if (node_count(m, key) == 0) {
		return;
	}
	part_section(h, key, title);
	part_table(h, title, heads);
	for (size_t i = 0; i < node_count(m, key); i++) {
		add_cells(h, node_item(m, key, i), keys, count);
	}
	part_table_end(h);
	h_close(h);
}

static void
add_content(struct html *h, const struct node *m)
{
	static const char *const received_heads[] = { N_("From"), N_("HELO"), N_("Address"),
		N_("By"), N_("With"), N_("Id"), N_("Date"), NULL };
	static const char *const received_keys[] = { "from", "helo", "ip", "by", "with", "id",
		"date" };
	static const char *const part_heads[] = { N_("Type"), N_("Encoding"), N_("Name"),
		N_("#Size"), N_("SHA-256"), NULL };
	static const char *const part_keys[] = { "type", "encoding", "name", "bytes", "sha256" };
	static const char *const url_heads[] = { N_("Address"), NULL };
	static const char *const url_keys[] = { "" };
	add_list(h, m, "received", T(h, "The way it came, latest first"), received_heads,
		received_keys, 7);
	add_list(h, m, "parts", T(h, "Parts"), part_heads, part_keys, 5);
	add_list(h, m, "urls", T(h, "Addresses in it (not links on purpose)"), url_heads, url_keys,
		1);
}

static void
add_exports(struct html *h, const struct node *m)
{
	const struct export_format *format;
	const char *number = arena_printf(h->arena, "%" PRId64, node_int(m, "number"));
	if (!viewer_may_follow(h->viewer, "/export/")) {
		return;
	}
	h_class(h, "span", "downloads");
	for (size_t i = 0; (format = export_format_at(i)) != NULL; i++) {
		if ((format->subjects & 1u << EXPORT_MAIL) != 0) {
			h_link(h,
				url_path(h->arena, "export", format->name, "mail",
					node_text(m, "session"), number, NULL),
				T(h, format->title));
			h_str(h, " ");
		}
	}
	h_close(h);
}

static void
write_mail(struct html *h, const struct node *m)
{
	h_class(h, "div", "title");
	h_open(h, "h1");
	h_format(h, T(h, "Mail %" PRId64 " of session"), node_int(m, "number"));
	h_str(h, " ");
	h_class(h, "a", "code");
	h_url(h, "href", url_path(h->arena, "session", node_text(m, "session"), NULL));
	h_str(h, node_text(m, "session"));
	h_close_n(h, 2);
	add_exports(h, m);
	h_close(h);
	part_hits(h, m);
	add_envelope(h, m);
	h_class(h, "div", "columns");
	add_header(h, m);
	add_facts(h, m);
	h_close(h);
	add_content(h, m);
	h_element(h, "p", "note", T(h, "The text of mails is not kept."));
}

void
page_mail(struct request *r, struct answer *a)
{
	struct html h;
	struct err err = { "" };
	struct buf json;
	struct doc *doc = NULL;
	int64_t number;
	if (slice_number(slice_str(r->uri.segments[2]), &number) != 0 || number > INT32_MAX) {
		page_error(r, a, 400,
			N_("After /mail/ come the id of a session and the number of a mail in "
			   "it."));
		return;
	}
	buf_init(&json, RECORD_MAX);
	int rc = query_mail(r->reader.store, r->uri.segments[1], (int)number, &json, &err);
	if (rc < 0) {
		page_store_error(r, a, err.text);
	} else if (rc == 0) {
		page_error(r, a, 404,
			N_("There is no such mail here. It may be older than what is kept."));
	} else if (doc_parse(buf_slice(&json), &doc, &err) != 0) {
		page_error(r, a, 500, err.text);
	} else {
		page_begin(&h, r, a, T(r, "Mail"));
		write_mail(&h, doc_root(doc));
		page_end(&h, r);
	}
	doc_free(doc);
	buf_release(&json);
}
