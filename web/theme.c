#include "web/theme.h"

#include <string.h>

#include "web/fields.h"
#include "web/page.h"

static const struct {
	const char *word, *title;
} themes[] = {
	{ "auto", N_("As the system") },
	{ "light", N_("Light") },
	{ "dark", N_("Dark") },
	{ "contrast", N_("High contrast") },
};
#define THEMES (sizeof themes / sizeof *themes)

static size_t
row_of(struct slice word)
{
	for (size_t i = 0; i < THEMES; i++) {
		if (slice_eq(word, slice_str(themes[i].word))) {
			return i;
		}
	}
	return THEMES;
}

const char *
theme_of(const struct request *r)
{
	size_t row = r->cookies != NULL ? row_of(field_cookie(r->cookies, "theme")) : THEMES;
	return themes[row < THEMES ? row : 0].word;
}

bool
theme_choose(struct request *r, struct answer *a)
{
	const char *word = uri_param(&r->uri, "theme");
	if (word == NULL || r->method != METHOD_GET || r->uri.segments_count > URI_SEGMENTS_MAX) {
		return false;
	}
	size_t row = row_of(slice_str(word));
	a->status = 303;
	a->type = TYPE_TEXT;
	a->location = page_url(r, &(struct param){ "theme", NULL }, 1);
	if (row < THEMES) {
		a->cookie = arena_printf(&r->arena,
			"theme=%s; Path=/; Max-Age=31536000; SameSite=Lax", themes[row].word);
	}
	return true;
}

void
theme_switch(struct html *h, struct request *r)
{
	h_class(h, "nav", "themes");
	h_attr(h, "aria-label", T(h, "Theme"));
	for (size_t i = 0; i < THEMES; i++) {
		h_open(h, "a");
		h_url(h, "href", page_url(r, &(struct param){ "theme", themes[i].word }, 1));
		h_attr(h, "rel", "nofollow");
		if (strcmp(theme_of(r), themes[i].word) == 0) {
			h_attr(h, "aria-current", "true");
		}
		h_str(h, T(h, themes[i].title));
		h_close(h);
	}
	h_close(h);
}
