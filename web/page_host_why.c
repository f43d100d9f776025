/* Of a host's page: causes with the records that show them, advice, and what can be handed to
 * others. */
#include <string.h>

#include "web/export.h"
#include "web/page_host.h"

enum { CAUSES_OPEN = 6, EVIDENCE_SHOWN = 20 };

/* ---- where an evidence line can be seen ---- */

/* The first row whose words stand in the sentence.  take: the word behind them is the value. */
static const struct show {
	const char *words, *path, *name, *value;
	bool take;
	const char *label;
} shows[] = {
	{ "the host to mend is ", "/host", NULL, NULL, true, N_("that host") },
	{ "the rule that hit most of them is ", "/mails", "rule", NULL, true, N_("mails") },
	{ "5.0 or more", "/mails", "sort", "score", false, N_("mails by score") },
	{ "do not exist", "/evidence", "class", "user-unknown", false, N_("refusals") },
	{ "passwords were refused", "/evidence", "class", "auth-fail", false, N_("refusals") },
	{ "do not relay", "/evidence", "class", "relay-denied", false, N_("refusals") },
	{ "greylist", "/evidence", "class", "greylisted", false, N_("refusals") },
	{ "never tried again", "/mails", "outcome", "deferred", false, N_("mails put off") },
	{ "answers, where proxies listen", "#services", NULL, NULL, false, N_("services") },
	{ "look-up", "#listings", NULL, NULL, false, N_("listings and look-ups") },
	{ "greet", "#names", NULL, NULL, false, N_("names in HELO") },
	{ "clients speak", "#names", NULL, NULL, false, N_("names in HELO") },
	{ "networks", "#peers", NULL, NULL, false, N_("servers it spoke to") },
	{ "refus", "/evidence", NULL, NULL, false, N_("refusals") },
	{ "mail", "/mails", NULL, NULL, false, N_("mails") },
	{ "recipients", "/mails", NULL, NULL, false, N_("mails") },
	{ "session", "/sessions", NULL, NULL, false, N_("sessions") },
	{ "server", "#peers", NULL, NULL, false, N_("servers it spoke to") },
};

static bool
contains(const char *sentence, const char *words)
{
	return words[0] != '\0' && strstr(sentence, words) != NULL;
}

/* The word behind `words`. */
static const char *
word_behind(struct arena *arena, const char *sentence, const char *words)
{
	const char *at = strstr(sentence, words) + strlen(words);
	return arena_printf(arena, "%.*s", (int)strcspn(at, " ,;"), at);
}

static const char *
show_url(struct html *h, const struct host_page *p, const struct show *s, const char *sentence)
{
	struct addr addr;
	if (s->path[0] == '#') {
		return s->path;
	}
	const char *value = s->take ? word_behind(h->arena, sentence, s->words) : s->value;
	if (strcmp(s->path, "/host") != 0) {
		return host_filter_url(p, s->path, s->name, value);
	}
	return addr_parse(slice_str(value), &addr) == 0 ? url_path(h->arena, "host", value, NULL)
							: NULL;
}

/* Refusals that name a list are found by its name. */
static const char *
list_url(const struct host_page *p, const char *sentence)
{
	for (size_t i = 0; i < node_count(p->host, "listings"); i++) {
		const char *list = node_text(node_item(p->host, "listings", i), "list");
		if (contains(sentence, list)) {
			return host_filter_url(p, "/evidence", "list", list);
		}
	}
	return NULL;
}

static void
add_show(struct html *h, const struct host_page *p, const char *sentence)
{
	const char *url = list_url(p, sentence), *label = N_("refusals that name it");
	for (size_t i = 0; url == NULL && i < sizeof shows / sizeof shows[0]; i++) {
		if (contains(sentence, shows[i].words)) {
			url = show_url(h, p, &shows[i], sentence);
			label = shows[i].label;
		}
	}
	if (url != NULL && viewer_may_follow(h->viewer, url)) {
		h_str(h, " ");
		h_class(h, "a", "show");
		h_url(h, "href", url);
		h_str(h, T(h, label));
		h_close(h);
	}
}

/* ---- causes ---- */

static void
add_cause(struct html *h, const struct host_page *p, const struct node *cause)
{
	size_t count = node_count(cause, "evidence");
	h_class(h, "div", "share");
	h_element(h, "strong", NULL, T(h, cause_sentence(node_text(cause, "cause"))));
	h_class(h, "span", "num");
	h_format(h, "%.0f %%", 100 * node_real(cause, "confidence"));
	h_close(h);
	part_meter(h, node_real(cause, "confidence"), "accent");
	h_element(h, "span", "name", T(h, node_text(cause, "cause")));
	h_close(h);
	h_class(h, "ul", "evidence");
	for (size_t i = 0; i < count && i < EVIDENCE_SHOWN; i++) {
		const char *sentence = node_text(node_item(cause, "evidence", i), "");
		h_open(h, "li");
		h_str(h, TS(h, part_long(h, sentence)));
		add_show(h, p, sentence);
		h_close(h);
	}
	h_close(h);
}

void
host_why(struct html *h, const struct host_page *p)
{
	size_t count = node_count(p->host, "causes");
	part_section(h, "why", T(h, "Why"));
	if (count == 0) {
		h_element(h, "p", "note", T(h, "No cause was found."));
	}
	for (size_t i = 0; i < count && i < CAUSES_OPEN; i++) {
		add_cause(h, p, node_item(p->host, "causes", i));
	}
	if (count > CAUSES_OPEN) {
		h_class(h, "details", "why");
		h_open(h, "summary");
		h_format(h,
			TN(h, "%zu less likely cause", "%zu less likely causes",
				(int64_t)(count - CAUSES_OPEN)),
			count - CAUSES_OPEN);
		h_close(h);
		for (size_t i = CAUSES_OPEN; i < count; i++) {
			add_cause(h, p, node_item(p->host, "causes", i));
		}
		h_close(h);
	}
	h_close(h);
}

/* ---- what to do ---- */

void
host_advice(struct html *h, const struct host_page *p)
{
	if (node_count(p->host, "advice") == 0) {
		return;
	}
	part_section(h, "advice", T(h, "What to do"));
	h_class(h, "ol", "advice");
	for (size_t i = 0; i < node_count(p->host, "advice"); i++) {
		const struct node *advice = node_item(p->host, "advice", i);
		h_open(h, "li");
		h_element(h, "p", NULL, TS(h, node_text(advice, "step")));
		if (node_text(advice, "command")[0] != '\0') {
			h_class(h, "pre", "command");
			h_attr(h, "tabindex", "0");
			h_element(h, "code", NULL, node_text(advice, "command"));
			h_close(h);
		}
		h_close(h);
	}
	h_close_n(h, 2);
}

/* ---- for others ---- */

static void
add_button(struct html *h, const char *url, const char *text)
{
	h_class(h, "a", "button");
	h_url(h, "href", url);
	h_str(h, text);
	h_close(h);
}

/* Those who may see no evidence hand none on. */
void
host_actions(struct html *h, const struct host_page *p)
{
	const struct export_format *format;
	if (h->viewer == NULL || h->viewer->access < ACCESS_ANALYST) {
		return;
	}
	h_class(h, "p", "actions");
	add_button(h, url_path(h->arena, "complaint", "host", p->text, NULL),
		p->host != NULL ? T(h, "Write a letter about it") : T(h, "Write a complaint"));
	for (size_t i = 0; (format = export_format_at(i)) != NULL; i++) {
		if ((format->subjects & 1u << EXPORT_HOST) != 0) {
			add_button(h,
				url_path(h->arena, "export", format->name, "host", p->text, NULL),
				T(h, format->title));
		}
	}
	if (p->host != NULL) {
		add_button(h, url_path(h->arena, "record", "host", p->text, NULL),
			T(h, "JSON record"));
	}
	h_close(h);
}
