/* The form above a table. */
#include "web/page.h"

#include <string.h>

/* The filters that the form shows; others come by links and by the filter box. */
static const struct {
	const char *table;
	const char *shown[9];
} filters[] = {
	{ "hosts", { "verdict", "cause", "list", "since", "until", "text" } },
	{ "sessions", { "host", "port", "class", "list", "since", "until", "text" } },
	{ "mails", { "host", "outcome", "class", "list", "rule", "since", "until", "text" } },
	{ "listings", { "host", "list", "since", "until", "text" } },
	{ "evidence", { "host", "class", "list", "since", "until", "text" } },
	{ "services", { "host", "port", "since", "until", "text" } },
	{ "loss", { "since", "until" } },
	{ "events", { "since", "until", "text" } },
	{ "changes", { "host", "verdict", "cause", "since", "until", "text" } },
	{ "rules", { "host", "since", "until", "text" } },
	{ "rule_hosts", { "rule", "host", "since", "until" } },
	{ "domains", { "host", "domain", "since", "until", "text" } },
	{ "senders", { "host", "domain", "since", "until" } },
	{ "campaigns", { "host", "domain", "since", "until", "text" } },
	{ "deliveries", { "host", "verdict", "cause", "since", "until", "text" } },
	{ "lookups", { "host", "list", "verdict", "since", "until", "text" } },
};
#define FILTERS (sizeof filters / sizeof filters[0])

static size_t
filters_of(const struct table *table)
{
	size_t i = 0;
	while (i < FILTERS && strcmp(filters[i].table, table->name) != 0) {
		i++;
	}
	return i;
}

static bool
has_word(const char *const *words, size_t most, const char *word)
{
	for (size_t i = 0; i < most && words[i] != NULL; i++) {
		if (strcmp(words[i], word) == 0) {
			return true;
		}
	}
	return false;
}

static bool
is_shown(const struct table *table, const char *name)
{
	size_t i = filters_of(table);
	return i < FILTERS && has_word(filters[i].shown, 9, name);
}

static void
form_choices(struct html *h, const struct view_param *p, const char *value)
{
	const char *word;
	h_open(h, "select");
	h_attr(h, "name", p->name);
	h_open(h, "option");
	h_attr(h, "value", "");
	h_str(h, T(h, "any"));
	h_close(h);
	for (size_t i = 0; (word = p->word(i)) != NULL; i++) {
		h_open(h, "option");
		h_attr(h, "value", word);
		if (value != NULL && strcmp(word, value) == 0) {
			h_attr(h, "selected", "");
		}
		h_str(h, T(h, word));
		h_close(h);
	}
	h_close(h);
}

static void
form_input(struct html *h, const char *type, const struct view_param *p, const char *value)
{
	h_open(h, "input");
	h_attr(h, "type", type);
	h_attr(h, "name", p->name);
	h_attr(h, "value", value != NULL ? value : "");
	if (p->hint != NULL) {
		h_attr(h, "placeholder", T(h, p->hint));
	}
	h_close(h);
}

static void
form_field(struct html *h, const struct view_param *p, const char *value)
{
	h_open(h, "label");
	h_element(h, "span", NULL, T(h, p->title));
	if (p->word != NULL) {
		form_choices(h, p, value);
	} else {
		form_input(h, "text", p, value);
	}
	h_close(h);
}

void
filter_form(struct html *h, const struct table *table, const struct uri *uri)
{
	const struct view_param *p;
	if (filters_of(table) == FILTERS && uri->params_count == 0) {
		return; /* no field to fill in: the filter box serves */
	}
	h_class(h, "form", "filter card");
	h_url(h, "action", url_path(h->arena, table->name, NULL));
	for (size_t i = 0; (p = view_param_at(i)) != NULL; i++) {
		const char *value = uri_param(uri, p->name);
		if (strcmp(p->name, "text") == 0 && !viewer_may_search(h->viewer, table)) {
			continue;
		}
		if (p->title != NULL && (is_shown(table, p->name) || value != NULL)) {
			form_field(h, p, value);
		} else if (value != NULL && p->kind != VIEW_PAGE) {
			form_input(h, "hidden", p, value);
		}
	}
	h_class(h, "div", "buttons");
	h_element(h, "button", NULL, T(h, "Filter"));
	if (uri->params_count > 0) {
		h_link(h, url_path(h->arena, table->name, NULL), T(h, "Clear"));
	}
	h_close_n(h, 2);
}
