/* /complaint: somebody complains about a host of ours: what was pasted, and the sessions that it
 * can be. /complaint/host/ADDR: a letter about a host, ready to be sent; …/text the same as a file.
 */
#include "web/page.h"

#include <inttypes.h>
#include <string.h>

#include "web/complaint.h"
#include "web/doc.h"
#include "web/letter.h"
#include "web/route.h"

/* ---- incoming ---- */

static void
token_field(struct html *h, const struct request *r)
{
	h_open(h, "input");
	h_attr(h, "type", "hidden");
	h_attr(h, "name", "token");
	h_attr(h, "value", r->viewer.token);
	h_close(h);
}

static void
paste_form(struct html *h, struct request *r, const char *text)
{
	h_class(h, "form", "card paste");
	h_url(h, "action", "/complaint");
	h_attr(h, "method", "post");
	token_field(h, r);
	h_open(h, "label");
	h_attr(h, "for", "complaint-text");
	h_str(h, T(h, "The complaint: its header, the report (ARF, X-ARF, XARF), or the whole "
		      "letter"));
	h_close(h);
	h_open(h, "textarea");
	h_attr(h, "id", "complaint-text");
	h_attr(h, "name", "text");
	h_attr(h, "rows", "12");
	h_attr(h, "spellcheck", "false");
	h_attr(h, "required", "required");
	h_lines(h, slice_str(text));
	h_close(h);
	h_class(h, "div", "buttons");
	h_element(h, "button", NULL, T(h, "Find the session"));
	h_close(h);
	h_element(h, "p", "note",
		T(h, "What is pasted is read and forgotten: it is neither stored nor logged."));
	h_close(h);
}

static void
add_clue_list(struct html *h, const char *term, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		part_fact(h, i == 0 ? term : " ", texts[i]);
	}
}

static void
add_clues(struct html *h, const struct complaint_clues *c)
{
	part_section(h, "clues", T(h, "What it tells"));
	h_class(h, "dl", "facts");
	part_fact(h, T(h, "Read as"), T(h, c->kind));
	for (size_t i = 0; i < c->addresses_count; i++) {
		char text[ADDR_TEXT_MAX];
		part_fact(h, i == 0 ? T(h, "Addresses") : " ", addr_format(c->addresses[i], text));
	}
	for (size_t i = 0; i < c->ports_count; i++) {
		part_fact(h, T(h, "Port of the client"), arena_printf(h->arena, "%u", c->ports[i]));
	}
	for (size_t i = 0; i < c->times_count; i++) {
		part_fact_time(h, i == 0 ? T(h, "Times") : " ", c->times[i]);
	}
	add_clue_list(h, T(h, "Message-ID"), c->message_ids, c->message_ids_count);
	add_clue_list(h, T(h, "Queue ids"), c->queue_ids, c->queue_ids_count);
	h_close(h);
	if (c->cut) {
		h_element(h, "p", "note",
			T(h, "It is longer than what is looked at: its end was passed over."));
	}
	if (c->times_count == 0) {
		h_element(h, "p", "banner warn",
			T(h, "It tells no time, so only the newest sessions of the addresses are "
			     "shown."));
	}
	h_close(h);
}

static const char *
certainty_word(const struct html *h, enum complaint_certainty c)
{
	switch (c) {
	case COMPLAINT_POSSIBLE:
		return T(h, "possible");
	case COMPLAINT_LIKELY:
		return T(h, "likely the one");
	case COMPLAINT_CERTAIN:
		return T(h, "this one");
	}
	return "";
}

static void
add_reasons(struct html *h, const struct complaint_match *m)
{
	static const struct {
		unsigned reason;
		const char *text;
	} reasons[] = {
		{ COMPLAINT_MESSAGE_ID, N_("a mail with that Message-ID") },
		{ COMPLAINT_QUEUE_ID, N_("the server gave a mail that queue id") },
		{ COMPLAINT_PORT, N_("the client's port") },
		{ COMPLAINT_TIME, N_("within two minutes") },
		{ COMPLAINT_ADDRESS, N_("the client's address") },
	};
	const char *text = "";

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		if (m->reasons & reasons[i].reason) {
			text = arena_printf(h->arena, "%s%s%s", text, text[0] != '\0' ? ", " : "",
				texts_of(h->texts, reasons[i].text));
		}
	}
	h_element(h, "td", "long", text);
}

static void
add_match(struct html *h, const struct complaint_match *m)
{
	h_open(h, "tr");
	h_class(h, "td", "text");
	h_element(h, "strong", NULL, certainty_word(h, m->certainty));
	h_close(h);
	h_class(h, "td", "time");
	part_time(h, m->start);
	h_close(h);
	h_class(h, "td", "text");
	part_host_link(h, m->client);
	h_close(h);
	h_class(h, "td", "text");
	part_host_link(h, m->server);
	h_close(h);
	h_class(h, "td", "text");
	h_link(h, url_path(h->arena, "session", m->session, NULL), m->session);
	if (m->number > 0) {
		const char *number = arena_printf(h->arena, "%" PRId64, m->number);
		h_str(h, " ");
		h_link(h, url_path(h->arena, "mail", m->session, number, NULL),
			arena_printf(h->arena, T(h, "mail %s"), number));
	}
	h_close(h);
	add_reasons(h, m);
	h_close(h);
}

/* The hosts of ours behind the surest of what was found, each once: what to do next. */
static void
add_next(struct html *h, const struct complaint_matches *found)
{
	h_open(h, "p");
	for (size_t i = 0; i < found->count; i++) {
		const char *client = found->items[i].client;
		bool again = found->items[i].certainty < found->items[0].certainty;
		for (size_t k = 0; k < i; k++) {
			again |= strcmp(found->items[k].client, client) == 0;
		}
		if (again || client[0] == '\0') {
			continue;
		}
		h_link(h, url_path(h->arena, "complaint", "host", client, NULL),
			arena_printf(h->arena, T(h, "Write an answer about %s"), client));
		h_str(h, " ");
	}
	h_close(h);
}

static void
add_matches(struct html *h, const struct complaint_matches *found)
{
	const char *heads[] = { T(h, "Certainty"), T(h, "Start"), T(h, "Client"), T(h, "Server"),
		T(h, "Session"), T(h, "Because of"), NULL };

	part_section(h, "matches", T(h, "Sessions that it can be"));
	if (found->count == 0) {
		h_element(h, "p", "note",
			T(h, "No session fits. It may be older than what is kept, or have gone "
			     "past the sensor."));
		h_close(h);
		return;
	}
	part_table(h, T(h, "Sessions that it can be"), heads);
	for (size_t i = 0; i < found->count; i++) {
		add_match(h, &found->items[i]);
	}
	part_table_end(h);
	if (found->more) {
		h_element(h, "p", "note", T(h, "More sessions fit; these fit best."));
	}
	add_next(h, found);
	h_close(h);
}

void
page_complaint(struct request *r, struct answer *a)
{
	struct html h;
	struct err err = { "" };
	const char *text = r->method == METHOD_POST ? uri_param(&r->form, "text") : NULL;
	struct complaint_clues *clues = arena_alloc(&r->arena, sizeof *clues);
	struct complaint_matches *found = arena_alloc(&r->arena, sizeof *found);

	page_begin(&h, r, a, T(r, "A complaint about a host"));
	h_class(&h, "div", "title");
	h_element(&h, "h1", NULL, T(&h, "A complaint about a host"));
	h_close(&h);
	h_element(&h, "p", "lead",
		T(&h, "Somebody complains about one of your hosts: paste what was sent, and see "
		      "which session it is, "
		      "whose, and why."));
	if (text != NULL) {
		complaint_read(slice_str(text), &r->arena, clues);
		if (complaint_match(r->reader.store, clues, &r->arena, found, &err) != 0) {
			page_store_error(r, a, err.text);
			return;
		}
		add_matches(&h, found);
		add_clues(&h, clues);
	}
	paste_form(&h, r, text != NULL ? text : "");
	page_end(&h, r);
}

/* ---- letters ---- */

/* What the address asks for; 0, or -1 and the page says what is wrong. */
static int
letter_of(struct request *r, struct answer *a, struct letter *l)
{
	const char *kind = uri_param(&r->uri, "letter"), *language = uri_param(&r->uri, "in");
	struct err err = { "" };
	struct buf json;
	bool known = true;

	if (addr_parse(slice_str(r->uri.segments[2]), &l->host) != 0) {
		page_error(r, a, 400, T(r, "After /complaint/host/ comes an IP address."));
		return -1;
	}
	buf_init(&json, RECORD_MAX);
	int rc = query_host(r->reader.store, l->host, &json, &err);
	buf_release(&json);
	if (rc < 0) {
		page_store_error(r, a, err.text);
		return -1;
	}
	l->has_verdict = rc == 1;
	l->kind = l->has_verdict ? LETTER_OWNER : LETTER_ABUSE;
	l->texts = language == NULL ? r->texts : texts_named(language, &known);
	if (!known || (kind != NULL && letter_kind_parse(kind, &l->kind) != 0)) {
		page_error(r, a, 400,
			T(r, "There is no such letter: letter is abuse, answer or owner, in is en "
			     "or pt-BR."));
		return -1;
	}
	if (!l->has_verdict && l->kind != LETTER_ABUSE) {
		page_error(r, a, 400,
			T(r, "There is no verdict on this host: only its network can be written "
			     "to."));
		return -1;
	}
	return 0;
}

static void
choice(struct html *h, const char *value, const char *text, bool chosen)
{
	h_open(h, "option");
	h_attr(h, "value", value);
	if (chosen) {
		h_attr(h, "selected", "selected");
	}
	h_str(h, text);
	h_close(h);
}

static void
letter_form(struct html *h, const char *host, const struct letter *l)
{
	const char *word;
	const struct language *language;

	h_class(h, "form", "filter card choices");
	h_url(h, "action", url_path(h->arena, "complaint", "host", host, NULL));
	h_open(h, "label");
	h_element(h, "span", NULL, T(h, "Letter"));
	h_open(h, "select");
	h_attr(h, "name", "letter");
	for (size_t i = 0; (word = letter_kind_word(i)) != NULL; i++) {
		if (l->has_verdict || i == LETTER_ABUSE) {
			choice(h, word, texts_of(h->texts, letter_kind_title((enum letter_kind)i)),
				i == (size_t)l->kind);
		}
	}
	h_close_n(h, 2);
	h_open(h, "label");
	h_element(h, "span", NULL, T(h, "Language"));
	h_open(h, "select");
	h_attr(h, "name", "in");
	for (size_t i = 0; (language = language_at(i)) != NULL; i++) {
		choice(h, language->tag, language->name,
			strcmp(language->tag, texts_tag(l->texts)) == 0);
	}
	h_close_n(h, 2);
	h_class(h, "div", "buttons");
	h_element(h, "button", NULL, T(h, "Write it"));
	h_close_n(h, 2);
}

static void
add_letter(struct html *h, const char *host, const struct letter *l, struct slice text, int gaps)
{
	const struct param set[] = { { "letter", letter_kind_word((size_t)l->kind) },
		{ "in", texts_tag(l->texts) } };

	h_class(h, "section", "card");
	h_class(h, "div", "title");
	h_element(h, "h2", NULL, T(h, "The letter"));
	h_class(h, "span", "downloads");
	h_link(h,
		url_with(h->arena, url_path(h->arena, "complaint", "host", host, "text", NULL),
			NULL, set, 2),
		T(h, "As a text file"));
	h_close_n(h, 2);
	if (gaps > 0) {
		h_class(h, "p", "banner warn");
		h_format(h,
			TN(h, "%d place in square brackets is to be filled before it is sent.",
				"%d places in square brackets are to be filled before it is sent.",
				gaps),
			gaps);
		h_close(h);
	}
	if (l->kind == LETTER_ABUSE) {
		h_element(h, "p", "note",
			T(h, "The abuse contact of a network is found in the registry of its "
			     "addresses (RDAP, whois). For "
			     "hosts in Brazil a copy goes to cert@cert.br, of unsolicited mail to "
			     "mail-abuse@cert.br."));
	}
	h_class(h, "pre", "command letter");
	h_attr(h, "lang", texts_tag(l->texts));
	h_attr(h, "tabindex", "0");
	h_lines(h, text);
	h_close_n(h, 2);
}

void
page_letter(struct request *r, struct answer *a)
{
	struct html h;
	struct buf text;
	struct letter l = { .kind = LETTER_ABUSE };
	struct err err = { "" };
	char host[ADDR_TEXT_MAX];
	int gaps;

	if (letter_of(r, a, &l) != 0) {
		return;
	}
	addr_format(l.host, host);
	buf_init(&text, LETTER_BYTES);
	if (letter_write(r, &l, &text, &gaps, &err) != 0) {
		page_store_error(r, a, err.text);
	} else {
		page_begin(&h, r, a, T(r, "A letter about a host"));
		h_class(&h, "div", "title");
		h_open(&h, "h1");
		h_str(&h, T(&h, "A letter about a host"));
		h_str(&h, " ");
		part_host_link(&h, host);
		h_close_n(&h, 2);
		letter_form(&h, host, &l);
		add_letter(&h, host, &l, buf_slice(&text), gaps);
		page_end(&h, r);
	}
	buf_release(&text);
}

void
download_letter(struct request *r, struct answer *a)
{
	struct letter l = { .kind = LETTER_ABUSE };
	struct err err = { "" };
	char host[ADDR_TEXT_MAX];
	int gaps;

	if (letter_of(r, a, &l) != 0) {
		return;
	}
	if (letter_write(r, &l, &a->body, &gaps, &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	addr_format(l.host, host);
	for (char *c = host; *c != '\0'; c++) {
		*c = *c == ':' ? '-' : *c; /* no colon in names of files */
	}
	a->type = TYPE_TEXT;
	a->disposition = arena_printf(&r->arena, "attachment; filename=\"heloscope-%s-%s.txt\"",
		letter_kind_word((size_t)l.kind), host);
}
