#include "web/shell.h"

#include <string.h>

#include "web/page.h"

enum { NAMES_SHOWN = 200 /* values of a key that the store knows, for completion */ };

/* ---- where the forms lead ---- */

/* The filter box looks into the table that is shown, else into the hosts. */
static const struct table *
table_here(const struct request *r)
{
	const struct table *table =
		r->uri.segments_count == 1 ? table_find(r->uri.segments[0]) : NULL;
	return table != NULL ? table : table_find("hosts");
}

static bool
is_here(const struct request *r, const char *segment)
{
	return r->uri.segments_count > 0 && strcmp(r->uri.segments[0], segment) == 0;
}

/* Whether the page shows another thing in another range of time; else the range leads to the
 * overview. */
static bool
has_range(const struct request *r)
{
	return r->uri.segments_count == 0 || is_here(r, "host") ||
	       (r->uri.segments_count == 1 && table_find(r->uri.segments[0]) != NULL);
}

static bool
is_of_range(const char *name)
{
	return strcmp(name, "range") == 0 || strcmp(name, "since") == 0 ||
	       strcmp(name, "until") == 0;
}

static void
hidden(struct html *h, const struct param *p)
{
	h_open(h, "input");
	h_attr(h, "type", "hidden");
	h_attr(h, "name", p->name);
	h_attr(h, "value", p->value);
	h_close(h);
}

/* ---- the filter box ---- */

static void
help_row(struct html *h, const struct view_param *p)
{
	h_open(h, "div");
	h_open(h, "dt");
	h_element(h, "code", NULL, arena_printf(h->arena, "%s:", p->name));
	h_close(h);
	h_element(h, "dd", NULL, T(h, p->wanted));
	h_close(h);
}

static void
filter_help(struct html *h, const struct table *table)
{
	const struct view_param *p;
	h_class(h, "details", "menu help");
	h_open(h, "summary");
	h_attr(h, "aria-label", T(h, "How to filter"));
	h_attr(h, "title", T(h, "How to filter"));
	h_str(h, "?");
	h_close(h);
	h_class(h, "div", "sheet");
	h_element(h, "p", NULL,
		T(h, "Words as key:value, and others to look for in any column; all of them hold. "
		     "Quotes keep spaces together: list:\"Spamhaus ZEN\"."));
	h_open(h, "dl");
	for (size_t i = 0; (p = filter_key_next(table, &i)) != NULL;) {
		help_row(h, p);
	}
	h_close_n(h, 3);
}

struct completion {
	struct html *h;
	const char *key;
};

static void
add_value(void *ctx, struct slice value)
{
	struct completion *c = ctx;
	struct buf out;
	buf_init(&out, 512);
	bool quoted = value.len > 0 && memchr(value.ptr, ' ', value.len) != NULL;
	buf_str(&out, c->key);
	buf_str(&out, quoted ? ":\"" : ":");
	buf_add(&out, value);
	buf_str(&out, quoted ? "\"" : "");
	h_open(c->h, "option");
	h_attr(c->h, "value", arena_string(c->h->arena, buf_slice(&out)));
	h_close(c->h);
	buf_release(&out);
}

/* Keys, and the values that are known; without scripts they complete the first word. */
static void
filter_words(struct html *h, struct request *r, const struct table *table)
{
	const struct view_param *p;
	struct err err = { "" };
	h_open(h, "datalist");
	h_attr(h, "id", "filter-words");
	for (size_t i = 0; (p = filter_key_next(table, &i)) != NULL;) {
		struct completion c = { h, p->name };
		if (!is_of_range(p->name)) {
			add_value(&c, SLICE_EMPTY);
		}
		bool known =
			p->names == NAMES_NONE || (r->reader.store != NULL && !r->reader_failed);
		if (known &&
			filter_values(p, r->reader.store, NAMES_SHOWN, add_value, &c, &err) != 0) {
			break; /* a convenience: the page shows without it */
		}
	}
	h_close(h);
}

static void
filter_box(struct html *h, struct request *r)
{
	const struct table *table = table_here(r);
	const char *q = uri_param(&r->uri, "q");
	h_class(h, "form", "search");
	h_url(h, "action", url_path(h->arena, table->name, NULL));
	h_attr(h, "role", "search");
	for (size_t i = 0; i < r->uri.params_count; i++) {
		if (is_of_range(r->uri.params[i].name)) {
			hidden(h, &r->uri.params[i]);
		}
	}
	h_open(h, "input");
	h_attr(h, "type", "search");
	h_attr(h, "name", "q");
	h_attr(h, "id", "filter");
	h_attr(h, "list", "filter-words");
	h_attr(h, "autocomplete", "off");
	h_attr(h, "spellcheck", "false");
	h_attr(h, "autocapitalize", "none");
	h_attr(h, "value", q != NULL ? q : "");
	h_attr(h, "aria-label", h_words(h, T(h, "Filter: %s"), T(h, table->title)));
	h_attr(h, "placeholder", "net:192.0.2.0/24 list:\"Spamhaus ZEN\" verdict:listed");
	h_close(h);
	filter_words(h, r, table);
	h_element(h, "button", NULL, T(h, "Filter"));
	h_close(h);
	filter_help(h, table);
}

/* ---- the range of time ---- */

static const struct {
	const char *word, *title;
} ranges[] = {
	{ "", N_("Time: as usual") },
	{ "hour", N_("Last hour") },
	{ "day", N_("Last 24 hours") },
	{ "week", N_("Last 7 days") },
	{ "month", N_("Last 30 days") },
	{ "all", N_("All of the time") },
};

static void
range_choices(struct html *h, const char *now)
{
	h_open(h, "select");
	h_attr(h, "name", "range");
	h_attr(h, "id", "range");
	h_attr(h, "aria-label", T(h, "Range of time"));
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		h_open(h, "option");
		h_attr(h, "value", ranges[i].word);
		if (strcmp(now != NULL ? now : "", ranges[i].word) == 0) {
			h_attr(h, "selected", "");
		}
		h_str(h, T(h, ranges[i].title));
		h_close(h);
	}
	h_close(h);
}

static void
range_end(struct html *h, struct request *r, const char *name, const char *title)
{
	const char *value = uri_param(&r->uri, name);
	h_open(h, "label");
	h_element(h, "span", NULL, title);
	h_open(h, "input");
	h_attr(h, "type", "text");
	h_attr(h, "name", name);
	h_attr(h, "value", value != NULL ? value : "");
	h_attr(h, "placeholder", "2008-06-12T03:00:00Z");
	h_close_n(h, 2);
}

static void
range_form(struct html *h, struct request *r)
{
	bool open = uri_param(&r->uri, "since") != NULL || uri_param(&r->uri, "until") != NULL;
	h_class(h, "form", "range");
	h_url(h, "action", has_range(r) ? page_path(r) : "/");
	for (size_t i = 0; i < r->uri.params_count && has_range(r); i++) {
		const struct param *p = &r->uri.params[i];
		if (!is_of_range(p->name) && strcmp(p->name, "page") != 0) {
			hidden(h, p);
		}
	}
	range_choices(h, uri_param(&r->uri, "range"));
	h_class(h, "details", "menu ends");
	h_element(h, "summary", open ? "on" : NULL, T(h, "From – to"));
	h_class(h, "div", "sheet");
	range_end(h, r, "since", T(h, "From (UTC)"));
	range_end(h, r, "until", T(h, "To (UTC)"));
	h_element(h, "p", "note",
		T(h, "A day, a time, or as long ago as 24h or 7d. Instead of the choice beside "
		     "it."));
	h_element(h, "button", NULL, T(h, "Apply"));
	h_close_n(h, 2);
	h_element(h, "button", "apply", T(h, "Apply"));
	h_close(h);
}

void
shell_controls(struct html *h, struct request *r)
{
	h_class(h, "div", "controls");
	filter_box(h, r);
	range_form(h, r);
	h_close(h);
}
