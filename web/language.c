#include "web/language.h"

#include <string.h>

#include "web/page.h"

#define PARAM "lang"
#define COOKIE_YEAR "; Path=/; Max-Age=31536000; SameSite=Lax"

/* This address with lang=tag, or (NULL) without. */
static const char *
here(struct request *r, const char *tag)
{
	return page_url(r, &(struct param){ PARAM, tag }, 1);
}

bool
language_choose(struct request *r, struct answer *a)
{
	const char *tag = uri_param(&r->uri, PARAM);
	bool known;

	r->texts = texts_wanted(r->cookies, r->accept_language);
	if (tag == NULL || r->method != METHOD_GET || r->uri.segments_count > URI_SEGMENTS_MAX)
		return false;
	const struct texts *t = texts_named(tag, &known);
	a->status = 303;
	a->type = TYPE_TEXT;
	a->cache = "no-store";
	a->location = here(r, NULL);
	if (known)
		/* no secret: it may go over either scheme */
		a->cookie = arena_printf(&r->arena, "%s=%s" COOKIE_YEAR, PARAM, texts_tag(t));
	return true;
}

void
language_switch(struct html *h, struct request *r)
{
	const struct language *language;

	h_class(h, "nav", "languages");
	h_attr(h, "aria-label", T(h, "Language"));
	for (size_t i = 0; (language = language_at(i)) != NULL; i++) {
		h_open(h, "a");
		h_url(h, "href", here(r, language->tag));
		h_attr(h, "lang", language->tag);
		h_attr(h, "hreflang", language->tag);
		h_attr(h, "rel", "nofollow");
		if (strcmp(language->tag, texts_tag(r->texts)) == 0)
			h_attr(h, "aria-current", "true");
		h_str(h, language->name);
		h_close(h);
	}
	h_close(h);
}
