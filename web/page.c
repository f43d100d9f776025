#include "web/page.h"

#include <string.h>

#include "web/asset.h"
#include "web/route.h"

static void
head(struct html *h, struct request *r, const char *title)
{
	h_open(h, "head");
	h_open(h, "meta");
	h_attr(h, "charset", "utf-8");
	h_close(h);
	h_open(h, "meta");
	h_attr(h, "name", "viewport");
	h_attr(h, "content", "width=device-width, initial-scale=1");
	h_close(h);
	h_open(h, "meta");
	h_attr(h, "name", "color-scheme");
	h_attr(h, "content", "light dark");
	h_close(h);
	h_open(h, "title");
	h_format(h, "%s · heloscope", title);
	h_close(h);
	h_open(h, "link");
	h_attr(h, "rel", "stylesheet");
	h_url(h, "href", asset_url(&r->arena, "app.css"));
	h_close(h);
	h_open(h, "link");
	h_attr(h, "rel", "icon");
	h_attr(h, "type", "image/svg+xml");
	h_url(h, "href", asset_url(&r->arena, "favicon.svg"));
	h_close_n(h, 2);
}

static void
search(struct html *h)
{
	h_class(h, "form", "search");
	h_url(h, "action", "/hosts");
	h_attr(h, "role", "search");
	h_open(h, "input");
	h_attr(h, "type", "search");
	h_attr(h, "name", "text");
	h_attr(h, "aria-label", "Find a host by address, name or cause");
	h_attr(h, "placeholder", "Find a host");
	h_close(h);
	h_element(h, "button", NULL, "Find");
	h_close(h);
}

static void
navigation(struct html *h, const struct uri *uri)
{
	const struct route *route;
	h_class(h, "header", "top");
	h_class(h, "a", "brand");
	h_url(h, "href", "/");
	h_str(h, "heloscope");
	h_close(h);
	h_open(h, "nav");
	h_attr(h, "aria-label", "Pages");
	for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
		const char *segment = route->path[0] != NULL ? route->path[0] : "";
		if (route->title == NULL) {
			continue;
		}
		h_open(h, "a");
		h_url(h, "href", segment[0] != '\0' ? url_path(h->arena, segment, NULL) : "/");
		if (strcmp(segment, uri->segments_count > 0 ? uri->segments[0] : "") == 0) {
			h_attr(h, "aria-current", "page");
		}
		h_str(h, T(h, route->title));
		h_close(h);
	}
	h_close(h);
	search(h);
	h_close(h);
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
	head(h, r, title);
	h_open(h, "body");
	h_class(h, "a", "skip");
	h_url(h, "href", "#main");
	h_str(h, "Skip to the content");
	h_close(h);
	navigation(h, &r->uri);
	h_open(h, "main");
	h_attr(h, "id", "main");
}

void
page_end(struct html *h, struct request *r)
{
	h_close_n(h, h->depth - 2); /* all within <html><body> */
	h_class(h, "footer", "foot");
	h_format(h, "heloscope %s · all times are UTC · ", r->version);
	h_link(h, "/about", "what is stored, and for how long");
	h_close_n(h, 3);
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
		{ 400, "This address cannot be right" },
		{ 404, "Not found" },
		{ 405, "Only GET and HEAD" },
		{ 421, "Not this name" },
		{ 503, "Not now" },
	};
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
		if (titles[i].status == status) {
			return titles[i].title;
		}
	}
	return "Something went wrong";
}

void
page_error(struct request *r, struct answer *a, unsigned status, const char *text)
{
	struct html h;
	start_over(a, status);
	page_begin(&h, r, a, status_title(status));
	h_element(&h, "h1", NULL, status_title(status));
	h_element(&h, "p", "lead", TS(&h, text));
	h_open(&h, "p");
	h_link(&h, "/", "To the overview");
	h_close(&h);
	page_end(&h, r);
}

void
page_no_data(struct request *r, struct answer *a, const char *why)
{
	struct html h;
	start_over(a, 503);
	page_begin(&h, r, a, "No data yet");
	h_element(&h, "h1", NULL, "No data yet");
	h_class(&h, "p", "banner bad");
	h_format(&h, T(&h, "Nothing can be said about any host: %s."), TS(&h, why));
	h_close(&h);
	h_element(&h, "p", NULL,
		"The report shows what the sensor has stored. Let it read a capture, or watch a "
		"mirror port:");
	h_open(&h, "pre");
	h_format(&h, "heloscope read --store %s FILE.pcap", pool_path(r->pool));
	h_close(&h);
	h_open(&h, "pre");
	h_str(&h, "heloscope run -i INTERFACE");
	h_close(&h);
	h_element(&h, "p", NULL,
		"Then load this page again. `heloscope check` says what is missing.");
	page_end(&h, r);
}

void
page_store_error(struct request *r, struct answer *a, const char *why)
{
	r->reader_failed = true;
	page_error(r, a, 503, why);
}
