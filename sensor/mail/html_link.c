#include "sensor/mail/html_link.h"

#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/hash.h"
#include "sensor/mail/text_space.h"

#define INDEX_SIZE 4096 /* more than twice LIMIT_HTML_ITEMS */

/* The attribute of each element that has an address; its bit is its row. */
static const struct {
	enum html_tag_id tag;
	const char *attribute;
} sources[] = {
	{ TAG_A, "href" },
	{ TAG_AREA, "href" },
	{ TAG_LINK, "href" },
	{ TAG_IMG, "src" },
	{ TAG_FRAME, "src" },
	{ TAG_IFRAME, "src" },
	{ TAG_EMBED, "src" },
	{ TAG_SCRIPT, "src" },
	{ TAG_BGSOUND, "src" },
	{ TAG_FORM, "action" },
	{ TAG_BASE, "href" },
	{ TAG_META, "content" },
	{ TAG_BODY, "background" },
	{ TAG_TABLE, "background" },
	{ TAG_TR, "background" },
	{ TAG_TD, "background" },
};

#define SOURCES (sizeof sources / sizeof *sources)

const char *
html_link_tag(size_t n)
{
	return n < SOURCES ? html_tags[sources[n].tag].name : NULL;
}

int
html_links_init(struct html_links *l, struct html_facts *facts, struct arena *arena)
{
	*l = (struct html_links){ .facts = facts, .arena = arena };
	l->index = arena_array(arena, INDEX_SIZE, sizeof *l->index);
	return l->index == NULL ? -1 : 0;
}

static struct html_link *
link_entry(struct html_links *l, struct slice uri)
{
	struct html_facts *f = l->facts;
	size_t at = hash_keyed(uri.len > 0 ? (const void *)uri.ptr : "", uri.len) % INDEX_SIZE;
	for (; l->index[at] != 0; at = (at + 1) % INDEX_SIZE)
		if (slice_eq(f->links[l->index[at] - 1].uri, uri))
			return &f->links[l->index[at] - 1];
	struct html_link *link = ARENA_PUSH(l->arena, f->links, LIMIT_HTML_ITEMS);
	if (link == NULL) {
		f->cut = true;
		return NULL;
	}
	link->uri = uri;
	l->index[at] = (uint16_t)f->links_count;
	return link;
}

/* Without white space (and single bytes of NBSP) at both ends. */
static struct slice
uri_trim(struct html_links *l, struct slice uri)
{
	size_t n;
	while ((n = text_space(uri, true)) > 0)
		uri = slice_skip(uri, n);
	while (uri.len > 0 && text_space(slice_skip(uri, uri.len - 1), false) > 0)
		uri.len--;
	if (uri.len > LIMIT_TEXT_URI) {
		l->facts->uri_cut = true;
		uri.len = LIMIT_TEXT_URI;
	}
	return uri;
}

/* Schemes whose addresses no base changes. */
static bool
opaque(struct slice uri)
{
	static const char *const schemes[] = { "data:", "mailto:", "file:", "cid:", "tel:" };
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (slice_istarts(uri, slice_str(schemes[i])))
			return true;
	return false;
}

static void
link_add(struct html_links *l, size_t source, struct slice uri)
{
	uri = uri_trim(l, uri);
	if (uri.len > 0 && !opaque(uri))
		uri = html_link_resolve(l->base, uri, l->arena);
	struct html_link *link = uri.len > 0 ? link_entry(l, uri) : NULL;
	if (link != NULL)
		link->tags |= 1U << source;
}

/* The attribute, or one that was glued to the word before it: "class=x/href=…" is "x/href". */
static bool
source_attribute(const struct html_attributes *a, const char *name, struct slice *value)
{
	for (size_t i = 0; i < a->count; i++) {
		struct slice there = a->items[i].name;
		size_t slash = slice_index(there, '/');
		bool glued = slash > 0 && slash < there.len &&
			     chars_is(there.ptr[slash - 1], CHAR_ALPHA | CHAR_DIGIT) &&
			     slice_istarts(slice_skip(there, slash + 1), slice_str(name));
		if (!glued)
			continue;
		struct html_attributes one = { .items = { a->items[i] }, .count = 1 };
		one.arena = a->arena;
		one.items[0].name = slice_str(name);
		return html_attribute(&one, name, value);
	}
	return html_attribute(a, name, value);
}

/* Byte order marks in an address are there to hide it. */
static struct slice
without_marks(struct slice uri, struct arena *arena)
{
	if (slice_find(uri, SLICE("\xef\xbb\xbf")) == uri.len)
		return uri;
	uint8_t *out = arena_alloc(arena, uri.len);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < uri.len; i++) {
		if (slice_starts(slice_skip(uri, i), SLICE("\xef\xbb\xbf")))
			i += 2;
		else
			out[n++] = uri.ptr[i];
	}
	return slice_of(out, n);
}

/* Where a page is sent on to: <meta http-equiv=refresh content="0; url=…">. */
static bool
meta_refresh(const struct html_attributes *a, struct slice *uri)
{
	struct slice how, content;
	if (!html_attribute(a, "http-equiv", &how) || !html_attribute(a, "content", &content) ||
		slice_ifind(how, SLICE("refresh")) == how.len)
		return false;
	size_t at = slice_ifind(content, SLICE("url"));
	struct slice rest = slice_trim(slice_skip(content, at + 3));
	if (at == content.len || rest.len == 0 || rest.ptr[0] != '=')
		return false;
	rest = slice_trim(slice_skip(rest, 1));
	*uri = slice_trim(slice_take(rest, slice_index(rest, ';')));
	return true;
}

/* A base ends behind its last "/": a file's name at its end does not count. */
static void
base_set(struct html_links *l, struct slice uri)
{
	uri = uri_trim(l, uri);
	size_t colon = slice_index(uri, ':');
	struct slice scheme = slice_take(uri, colon);
	if (colon == uri.len)
		return;
	if (!slice_ieq(scheme, SLICE("http")) && !slice_ieq(scheme, SLICE("https")) &&
		!slice_ieq(scheme, SLICE("ftp")))
		return;
	size_t start = colon + 1;
	while (start < uri.len && start < colon + 3 && uri.ptr[start] == '/')
		start++;
	const uint8_t *slash = memrchr(uri.ptr + start, '/', uri.len - start);
	struct slice file =
		slash == NULL ? SLICE_EMPTY : slice_skip(uri, (size_t)(slash - uri.ptr) + 1);
	size_t dot = slice_index(file, '.'), after = file.len - dot;
	bool named = dot > 0 && after >= 3 && after <= 5;
	struct slice folder = named ? slice_take(uri, uri.len - file.len) : uri;
	bool ends = folder.len > 0 && folder.ptr[folder.len - 1] == '/';
	l->base = slice_str(arena_printf(
		l->arena, "%.*s%s", (int)folder.len, (const char *)folder.ptr, ends ? "" : "/"));
}

void
html_links_tag(struct html_links *l, enum html_tag_id tag, const struct html_attributes *attributes)
{
	struct slice uri, safe;
	for (size_t i = 0; i < SOURCES && attributes->count > 0; i++) {
		if (sources[i].tag != tag)
			continue;
		bool found = tag == TAG_META
				     ? meta_refresh(attributes, &uri)
				     : source_attribute(attributes, sources[i].attribute, &uri);
		if (found && tag == TAG_A)
			uri = without_marks(uri, l->arena);
		if (found)
			link_add(l, i, uri);
		if (found && tag == TAG_BASE)
			base_set(l, uri);
		/* where a mail program sent the reader instead, and said so */
		if (tag == TAG_A && html_attribute(attributes, "data-saferedirecturl", &safe))
			link_add(l, i, safe);
	}
}

struct html_link *
html_links_anchor(struct html_links *l, const struct html_attributes *a)
{
	struct slice uri = SLICE_EMPTY;
	if (source_attribute(a, "href", &uri))
		uri = uri_trim(l, without_marks(uri, l->arena));
	return link_entry(l, uri);
}
