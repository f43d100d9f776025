#include "web/page.h"

#include "web/api.h"

#include <string.h>

#include "web/asset.h"
#include "web/language.h"
#include "web/route.h"
#include "web/site.h"
#include "web/shell.h"
#include "web/theme.h"

static const char *
color_scheme(const char *theme)
{
	return strcmp(theme, "auto") == 0    ? "light dark"
	       : strcmp(theme, "light") == 0 ? "light"
					     : "dark";
}

static void
meta(struct html *h, const char *name, const char *content)
{
	h_open(h, "meta");
	h_attr(h, "name", name);
	h_attr(h, "content", content);
	h_close(h);
}

static void
style_sheet(struct html *h, const char *name)
{
	h_open(h, "link");
	h_attr(h, "rel", "stylesheet");
	h_url(h, "href", asset_url(h->arena, name));
	h_close(h);
}

static void
head(struct html *h, struct request *r, const char *title)
{
	h_open(h, "head");
	h_open(h, "meta");
	h_attr(h, "charset", "utf-8");
	h_close(h);
	meta(h, "viewport", "width=device-width, initial-scale=1");
	meta(h, "color-scheme", color_scheme(theme_of(r)));
	h_open(h, "title");
	h_format(h, "%s · heloscope", title);
	h_close(h);
	style_sheet(h, "uplot.css");
	style_sheet(h, "app.css");
	h_open(h, "script");
	h_url(h, "src", asset_url(&r->arena, "app.js"));
	h_attr(h, "defer", "");
	h_close(h);
	h_open(h, "link");
	h_attr(h, "rel", "icon");
	h_attr(h, "type", "image/svg+xml");
	h_url(h, "href", asset_url(&r->arena, "favicon.svg"));
	h_close_n(h, 2);
}

/* ---- header ---- */

static void
account(struct html *h, struct request *r)
{
	bool named = r->viewer.name[0] != '\0';
	h_class(h, "details", "menu account");
	h_open(h, "summary");
	h_element(h, "bdi", NULL, named ? r->viewer.name : T(h, "View"));
	h_close(h);
	h_class(h, "div", "sheet");
	if (named) {
		h_element(h, "p", "note", T(h, access_word(r->viewer.access)));
		h_open(h, "form");
		h_attr(h, "method", "post");
		h_url(h, "action", "/sign-out");
		h_open(h, "input");
		h_attr(h, "type", "hidden");
		h_attr(h, "name", "token");
		h_attr(h, "value", r->viewer.token);
		h_close(h);
		h_element(h, "button", NULL, T(h, "Sign out"));
		h_close(h);
	}
	theme_switch(h, r);
	language_switch(h, r);
	h_close_n(h, 2);
}

/* When the page was made; scripts count from there, and fetch it anew when the store has changed.
 */
static void
live_mark(struct html *h)
{
	h_class(h, "p", "live");
	h_attr(h, "data-updated", T(h, "updated %s s ago"));
	h_attr(h, "data-pause", T(h, "Pause"));
	h_attr(h, "data-resume", T(h, "Go on"));
	h_open(h, "span");
	h_close(h);
	h_open(h, "button");
	h_attr(h, "type", "button");
	h_str(h, T(h, "Pause"));
	h_close_n(h, 2);
}

static void
header(struct html *h, struct request *r)
{
	h_class(h, "header", "top");
	h_class(h, "div", "bar");
	h_class(h, "a", "brand");
	h_url(h, "href", "/");
	h_str(h, "heloscope");
	h_close(h);
	if (r->viewer.access > ACCESS_ANYBODY) {
		shell_navigation(h, r);
	}
	account(h, r);
	h_close(h);
	if (r->viewer.access > ACCESS_ANYBODY) {
		shell_controls(h, r);
		/* each look at evidence is noted: nobody looks by himself */
		const struct route *route = route_find(&r->uri);
		if (route != NULL && !route->evidence && !route->post) {
			live_mark(h);
		}
	}
	h_close(h);
}

/* ---- keys ---- */

static void
key_row(struct html *h, const char *keys, const char *text)
{
	h_open(h, "div");
	h_open(h, "dt");
	h_element(h, "kbd", NULL, keys);
	h_close(h);
	h_element(h, "dd", NULL, text);
	h_close(h);
}

/* Shown by a script alone. */
static void
keys_dialog(struct html *h)
{
	static const struct {
		const char *keys, *text;
	} keys[] = {
		{ "?", N_("these keys") },
		{ "/", N_("to the filter box") },
		{ "t", N_("to the range of time") },
		{ "j k", N_("down and up in a table") },
		{ "Enter", N_("opens the row") },
		{ "p", N_("stops and starts the updates") },
		{ "Esc", N_("closes, leaves a field") },
	};
	h_open(h, "dialog");
	h_attr(h, "id", "keys");
	h_attr(h, "aria-labelledby", "keys-title");
	h_open(h, "h2");
	h_attr(h, "id", "keys-title");
	h_str(h, T(h, "Keys"));
	h_close(h);
	h_open(h, "dl");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		key_row(h, keys[i].keys, T(h, keys[i].text));
	}
	h_close(h);
	h_open(h, "form");
	h_attr(h, "method", "dialog");
	h_element(h, "button", NULL, T(h, "Close"));
	h_close_n(h, 2);
}

/* ---- page ---- */

const char *
page_path(struct request *r)
{
	const char *s[URI_SEGMENTS_MAX] = { NULL };
	for (size_t i = 0; i < r->uri.segments_count && i < URI_SEGMENTS_MAX; i++) {
		s[i] = r->uri.segments[i];
	}
	/* "//name" would be another server. */
	return s[0] != NULL && s[0][0] != '\0' ? url_path(&r->arena, s[0], s[1], s[2], s[3], NULL)
					       : "/";
}

const char *
page_url(struct request *r, const struct param *set, size_t count)
{
	return url_with(&r->arena, page_path(r), &r->uri, set, count);
}

/* What scripts say, and load when a page has charts. */
static void
script_words(struct html *h)
{
	h_attr(h, "data-copy", T(h, "Copy"));
	h_attr(h, "data-copied", T(h, "Copied"));
	h_attr(h, "data-select", T(h, "Selected: copy it with Ctrl-C"));
	h_attr(h, "data-mails", T(h, "mails"));
	h_attr(h, "data-score", T(h, "highest score"));
	h_url(h, "data-uplot", asset_url(h->arena, "uplot.js"));
	h_url(h, "data-chart", asset_url(h->arena, "chart.js"));
}

void
page_begin(struct html *h, struct request *r, struct answer *a, const char *title)
{
	a->type = TYPE_HTML;
	h_init(h, &a->body, &r->arena);
	h->texts = r->texts;
	h->viewer = &r->viewer;
	h_doctype(h);
	h_open(h, "html");
	h_attr(h, "lang", texts_tag(r->texts));
	h_attr(h, "data-theme", theme_of(r));
	head(h, r, title);
	h_open(h, "body");
	script_words(h);
	h_class(h, "a", "skip");
	h_url(h, "href", "#main");
	h_str(h, T(h, "Skip to the content"));
	h_close(h);
	header(h, r);
	h_open(h, "main");
	h_attr(h, "id", "main");
	h_attr(h, "tabindex", "-1");
}

void
page_end(struct html *h, struct request *r)
{
	h_close_n(h, h->depth - 2); /* all within <html><body> */
	h_class(h, "footer", "foot");
	if (r->site->tell == NULL) {
		h_element(h, "p", NULL,
			T(h, "No audit log is kept here: who looks at evidence is not noted."));
	}
	h_open(h, "p");
	h_format(h, "heloscope %s", r->version);
	h_close(h);
	h_element(h, "p", NULL, T(h, "All times are UTC."));
	h_open(h, "p");
	h_link(h, "/about", T(h, "What is stored, for how long, and who sees it"));
	h_close(h);
	h_class(h, "p", "scripted");
	h_open(h, "button");
	h_attr(h, "type", "button");
	h_attr(h, "id", "show-keys");
	h_str(h, T(h, "Keys"));
	h_str(h, " ");
	h_element(h, "kbd", NULL, "?");
	h_close_n(h, 3);
	keys_dialog(h);
	h_close_n(h, 2);
}

static void
start_over(struct answer *a, unsigned status)
{
	buf_clear(&a->body);
	a->status = status;
	a->cache = "no-store";
	a->disposition = NULL;
	a->fixed = SLICE_EMPTY;
}

static const char *
status_title(unsigned status)
{
	static const struct {
		unsigned status;
		const char *title;
	} titles[] = {
		{ 400, N_("This address cannot be right") },
		{ 404, N_("Not found") },
		{ 405, N_("Only GET and HEAD") },
		{ 421, N_("Not this name") },
		{ 503, N_("Not now") },
	};
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
		if (titles[i].status == status) {
			return titles[i].title;
		}
	}
	return N_("Something went wrong");
}

void
page_error(struct request *r, struct answer *a, unsigned status, const char *text)
{
	struct html h;
	start_over(a, status);
	if (api_asked(r)) {
		api_problem(a, status, status_title(status), text);
		return;
	}
	page_begin(&h, r, a, T(r, status_title(status)));
	h_element(&h, "h1", NULL, T(r, status_title(status)));
	h_element(&h, "p", "lead", TS(&h, text));
	h_open(&h, "p");
	h_link(&h, "/", T(r, "To the overview"));
	h_close(&h);
	page_end(&h, r);
}

void
page_no_data(struct request *r, struct answer *a, const char *why)
{
	struct html h;
	start_over(a, 503);
	if (api_asked(r)) {
		api_problem(a, 503, "No data yet", why);
		return;
	}
	page_begin(&h, r, a, T(r, "No data yet"));
	h_element(&h, "h1", NULL, T(r, "No data yet"));
	h_class(&h, "p", "banner bad");
	h_format(&h, T(&h, "Nothing can be said about any host: %s."), TS(&h, why));
	h_close(&h);
	h_element(&h, "p", NULL,
		T(r, "The report shows what the sensor has stored. Let it read a capture, or watch "
		     "a mirror port:"));
	h_class(&h, "pre", "command");
	h_format(&h, "heloscope read --store %s FILE.pcap", pool_path(r->pool));
	h_close(&h);
	h_class(&h, "pre", "command");
	h_str(&h, "heloscope run -i INTERFACE");
	h_close(&h);
	h_element(&h, "p", NULL,
		T(r, "Then load this page again. `heloscope check` says what is missing."));
	page_end(&h, r);
}

void
page_store_error(struct request *r, struct answer *a, const char *why)
{
	r->reader_failed = true;
	page_error(r, a, 503, why);
}
