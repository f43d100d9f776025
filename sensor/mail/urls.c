#include "sensor/mail/urls.h"

#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/text_space.h"
#include "sensor/mail/uri.h"

struct reading {
	struct message *m;
	struct arena *arena;
};

static struct message_url *
url_known(const struct message *m, struct slice text)
{
	for (size_t i = 0; i < m->urls_count; i++)
		if (slice_eq(m->urls[i].text, text))
			return &m->urls[i];
	return NULL;
}

/* "@" in front of the host, a "%" in it, or characters in it that nobody sees as what they are. */
static bool
dressed(struct slice uri, struct slice host)
{
	size_t start = slice_find(uri, SLICE("//"));
	struct slice rest = start < uri.len ? slice_skip(uri, start + 2) : uri;
	size_t end = 0;
	while (end < rest.len && strchr("/?#", rest.ptr[end]) == NULL)
		end++;
	rest.len = end;
	return slice_index(rest, '@') < rest.len || slice_index(rest, '%') < rest.len ||
	       (host.len > 0 && text_has_8bit(rest) && slice_find(host, SLICE("xn--")) == host.len);
}

/* The host that a browser goes to: of the first form that has one. */
static void
host_find(struct reading *r, struct slice uri, struct message_url *url)
{
	struct uri_forms forms;
	uri_forms(uri, NULL, r->arena, &forms);
	for (size_t i = 0; i < forms.count; i++) {
		if (!uri_host(forms.items[i], NULL, r->arena, &url->host, &url->domain))
			continue;
		url->flags |= domain_is_address(url->host) ? URL_NUMERIC : 0U;
		url->flags |= i > 0 && (url->flags & URL_NUMERIC) ? URL_OBFUSCATED : 0U;
		break;
	}
	url->flags |= dressed(uri, url->host) ? URL_OBFUSCATED : 0U;
}

static struct message_url *
url_add(struct reading *r, struct slice text, struct slice uri, unsigned flags)
{
	text = slice_take(text, LIMIT_HEADER_TEXT);
	struct message_url *url = url_known(r->m, text);
	if (url == NULL)
		url = ARENA_PUSH(r->arena, r->m->urls, LIMIT_URLS);
	if (url == NULL) {
		r->m->cut = true;
		return NULL;
	}
	url->flags |= flags;
	if (url->text.ptr == NULL) {
		url->text = text;
		host_find(r, uri, url);
	}
	return url;
}

static bool
of_the_web(struct slice uri)
{
	static const char *const fronts[] = { "http:", "https:", "ftp:", "www." };
	for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++)
		if (slice_istarts(uri, slice_str(fronts[i])))
			return uri.len > strlen(fronts[i]) + 2;
	return false;
}

/* Does the text of the link show the name of another domain than that which it leads to? */
static void
shown_compare(struct reading *r, struct slice anchor, struct message_url *url)
{
	struct uri_found found;
	struct message_url shown = { 0 };
	for (size_t at = 0; uri_next(anchor, NULL, &at, &found);) {
		if (found.kind == URI_MAIL)
			continue;
		host_find(r, found.raw, &shown);
		if (shown.domain.len == 0 || slice_eq(shown.domain, url->domain))
			continue;
		url->shown = shown.host;
		url->flags |= URL_MISMATCH;
		return;
	}
}

static void
html_urls(struct reading *r, const struct html_facts *f)
{
	for (size_t i = 0; i < f->links_count; i++) {
		const struct html_link *link = &f->links[i];
		if (!of_the_web(link->uri))
			continue;
		struct message_url *url = url_add(r, link->uri, link->uri, URL_HTML);
		if (url == NULL)
			return;
		for (size_t k = 0; k < link->anchors_count && url->domain.len > 0; k++)
			shown_compare(r, link->anchors[k], url);
	}
}

/* Addresses of one text; from one whose disguises are undone only those that `written` has not. */
static void
text_urls(struct reading *r, struct slice text, struct slice written, unsigned flags)
{
	struct uri_found found;
	for (size_t at = 0; r->m->urls_count < LIMIT_URLS && uri_next(text, NULL, &at, &found);) {
		bool bare = found.kind == URI_SCHEMELESS;
		struct slice scheme =
			slice_find(found.raw, SLICE("://")) < found.raw.len
				? slice_skip(found.raw, slice_find(found.raw, SLICE("://")) + 3)
				: found.raw;
		bool plain = scheme.len > 0 && chars_is(scheme.ptr[0], CHAR_ALPHA | CHAR_DIGIT);
		if (found.kind == URI_MAIL || (!plain && scheme.len < found.raw.len) ||
			(bare && !domain_valid(found.host)) || scheme.len < 4)
			continue;
		if ((flags & URL_OBFUSCATED) && slice_find(written, found.raw) < written.len)
			continue;
		url_add(r, found.raw, found.raw, URL_TEXT | flags | (bare ? URL_SCHEMELESS : 0U));
	}
}

void
urls_collect(struct message *m, struct arena *arena)
{
	struct reading r = { .m = m, .arena = arena };
	const struct mail_text *text = m->text;
	if (text == NULL)
		return;
	for (size_t i = 0; i < text->html_count; i++)
		html_urls(&r, &text->html[i]);
	/* the first piece is the subject */
	for (size_t i = 0; i < text->body.pieces_count; i++) {
		struct slice piece = text->body.pieces[i];
		text_urls(&r, piece, piece, 0);
		struct slice plain = urls_undisguise(piece, arena);
		if (plain.ptr != piece.ptr)
			text_urls(&r, plain, piece, URL_OBFUSCATED);
	}
	m->cut = m->cut || m->urls_count == LIMIT_URLS;
}
