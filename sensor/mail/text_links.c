#include "sensor/mail/text_links.h"

#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/hash.h"
#include "sensor/mail/uri.h"

#define INDEX_SIZE 8192 /* more than what is put in: LIMIT_TEXT_LINKS, or twice of it */
#define TAG_SHIFT 4	/* of LINK_FIRST_TAG */

/* Which slices are there already: position in a list, and 1. */
struct index {
	uint16_t *slots;
};

struct collect {
	struct mail_text *text;
	const struct domain_lists *lists;
	struct arena *arena;
	struct index links, seen, uris;
	struct slice *raws; /* as they stand in the text */
	size_t raws_count, raws_cap;
};

const char *
link_from_name(size_t n)
{
	static const char *const names[] = { "parsed", "schemeless", "unlinked", "domainkeys" };
	return n < TAG_SHIFT ? names[n] : html_link_tag(n - TAG_SHIFT);
}

static size_t
slot_first(struct slice key)
{
	return hash_keyed(key.len > 0 ? (const void *)key.ptr : "", key.len) % INDEX_SIZE;
}

static uint16_t *
slot_of(struct index *index, const struct slice *list, size_t step, struct slice key)
{
	size_t at = slot_first(key);
	for (; index->slots[at] != 0; at = (at + 1) % INDEX_SIZE) {
		const void *item = (const uint8_t *)list + (size_t)(index->slots[at] - 1) * step;
		if (slice_eq(*(const struct slice *)item, key))
			break;
	}
	return &index->slots[at];
}

/* Adds a slice to a list; false if it was there or there is no room. */
static bool
put_once(struct slice **list, size_t *count, size_t *cap, size_t max, struct slice item,
	struct arena *arena)
{
	void *moved = *list;
	struct slice *to = arena_grow(arena, &moved, count, cap, sizeof item, max);
	*list = moved;
	if (to != NULL)
		*to = item;
	return to != NULL;
}

static void
put_new(struct slice **list, size_t *count, size_t *cap, struct slice item, struct arena *arena)
{
	for (size_t i = 0; i < *count; i++)
		if (slice_eq((*list)[i], item))
			return;
	put_once(list, count, cap, LIMIT_URI_FORMS, item, arena);
}

static void
uri_add(struct collect *c, struct slice uri)
{
	struct mail_text *t = c->text;
	uint16_t *slot = slot_of(&c->uris, t->uris, sizeof *t->uris, uri);
	if (*slot != 0)
		return;
	if (put_once(&t->uris, &t->uris_count, &t->uris_cap, 2 * LIMIT_TEXT_LINKS, uri, c->arena))
		*slot = (uint16_t)t->uris_count;
	else
		t->cut = true;
}

static struct text_link *
link_of(struct collect *c, struct slice raw)
{
	struct mail_text *t = c->text;
	const struct slice *first = t->links == NULL ? NULL : &t->links[0].raw;
	uint16_t *slot = slot_of(&c->links, first, sizeof *t->links, raw);
	if (*slot != 0)
		return &t->links[*slot - 1];
	struct text_link *link = ARENA_PUSH(c->arena, t->links, LIMIT_TEXT_LINKS);
	if (link == NULL) {
		t->cut = true;
		return NULL;
	}
	link->raw = raw;
	*slot = (uint16_t)t->links_count;
	return link;
}

struct hosts {
	struct slice host[LIMIT_URI_FORMS], domain[LIMIT_URI_FORMS];
	size_t count;
};

static void
hosts_of(struct collect *c, struct uri_forms *forms, struct hosts *out)
{
	out->count = 0;
	for (size_t i = 0; i < forms->count; i++) {
		if (forms->items[i].len > LIMIT_TEXT_URI) {
			c->text->uri_cut = true;
			forms->items[i].len = LIMIT_TEXT_URI;
		}
		out->count += uri_host(forms->items[i], c->lists, c->arena, &out->host[out->count],
			&out->domain[out->count]);
	}
}

/* Adds the address with all its forms; without a host only where that may be.  NULL if it is none.
 */
static struct text_link *
link_add(struct collect *c, struct slice uri, unsigned from, bool needs_host)
{
	struct uri_forms forms;
	struct hosts hosts;
	uri_forms(uri, c->lists, c->arena, &forms);
	hosts_of(c, &forms, &hosts);
	if (forms.count == 0 || (needs_host && hosts.count == 0))
		return NULL;
	struct text_link *link = link_of(c, uri);
	if (link == NULL)
		return NULL;
	link->from |= from;
	for (size_t i = 0; i < forms.count; i++) {
		put_new(&link->cleaned, &link->cleaned_count, &link->cleaned_cap, forms.items[i],
			c->arena);
		uri_add(c, forms.items[i]);
	}
	for (size_t i = 0; i < hosts.count; i++) {
		put_new(&link->hosts, &link->hosts_count, &link->hosts_cap, hosts.host[i],
			c->arena);
		put_new(&link->domains, &link->domains_count, &link->domains_cap, hosts.domain[i],
			c->arena);
	}
	return link;
}

static struct slice
prefixed(struct collect *c, const char *prefix, struct slice s)
{
	return slice_str(arena_printf(
		c->arena, "%s%.*s", prefix, (int)s.len, s.len > 0 ? (const char *)s.ptr : ""));
}

/* "skype:", "email:", ":" before an address are no part of it. */
static struct slice
mail_unprefixed(struct slice uri)
{
	static const char *const words[] = { "skype:", "email:", "e-mail:", "mail:", ":" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!slice_istarts(uri, slice_str(words[i])))
			continue;
		uri = slice_skip(uri, strlen(words[i]));
		while (uri.len > 0 && uri.ptr[0] == ':')
			uri = slice_skip(uri, 1);
		return uri;
	}
	return uri;
}

/* A dot behind "@", and something between them. */
static bool
dot_behind(struct slice s)
{
	struct slice rest = slice_skip(s, slice_index(s, '@') + 1);
	return slice_index(slice_skip(rest, 1), '.') < slice_skip(rest, 1).len;
}

/* What a mail program puts in front of what has no scheme; empty if it makes no link of it. */
static struct slice
scheme_supply(struct collect *c, struct slice raw, unsigned *from)
{
	size_t at = slice_index(raw, '@'), slash = slice_index(raw, '/');
	struct slice www = slice_istarts(raw, SLICE("www")) ? slice_skip(raw, 3) : SLICE_EMPTY;
	for (int i = 0; i < 2 && www.len > 0 && chars_is(www.ptr[0], CHAR_DIGIT); i++)
		www = slice_skip(www, 1);
	*from |= LINK_SCHEMELESS;
	if (slice_istarts(raw, SLICE("ftp.")))
		return prefixed(c, "ftp://", raw);
	if (www.len > 0 && www.ptr[0] == '.')
		return prefixed(c, "http://", raw);
	if (at < raw.len && slash + 1 < at)
		return prefixed(c, "http://", raw);
	if (at < raw.len)
		return !dot_behind(raw) ? SLICE_EMPTY
					: prefixed(c, "mailto:", mail_unprefixed(raw));
	*from |= LINK_UNLINKED;
	return slice_index(raw, '.') == raw.len ? SLICE_EMPTY : prefixed(c, "http://", raw);
}

/* The host of an address of mail is known. */
static bool
mail_known(struct collect *c, struct slice uri)
{
	size_t at = slice_index(uri, '@');
	struct slice host = slice_skip(uri, at + 1);
	size_t end = 0;
	while (end < host.len && strchr("?&>", host.ptr[end]) == NULL)
		end++;
	host.len = end;
	while (slice_iends(host, SLICE("%20")))
		host.len -= 3;
	return at < uri.len && domain_known(host, c->lists);
}

static bool
has_scheme(struct slice uri)
{
	static const char *const schemes[] = { "http:", "https:", "ftp:", "mailto:" };
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (slice_istarts(uri, slice_str(schemes[i])))
			return true;
	return false;
}

/* "http://" and nothing more. */
static bool
only_scheme(struct slice raw)
{
	size_t n = 0;
	while (n < raw.len && (chars_is(raw.ptr[n], CHAR_ALPHA | CHAR_DIGIT) || raw.ptr[n] == '_'))
		n++;
	struct slice rest = slice_skip(raw, n + 1);
	bool colon = n > 0 && n < raw.len && raw.ptr[n] == ':';
	return colon &&
	       (rest.len == 0 || slice_eq(rest, SLICE("/")) || slice_eq(rest, SLICE("//")));
}

static void
found_add(struct collect *c, const struct uri_found *found)
{
	struct slice raw = found->raw;
	unsigned from = LINK_PARSED;
	uint16_t *slot = slot_of(&c->seen, c->raws, sizeof *c->raws, raw);
	if (*slot != 0 ||
		!put_once(&c->raws, &c->raws_count, &c->raws_cap, LIMIT_TEXT_LINKS, raw, c->arena))
		return;
	*slot = (uint16_t)c->raws_count;
	if (found->kind == URI_MAIL && slice_index(raw, '@') == raw.len)
		return;
	if (found->kind == URI_SCHEMELESS && !domain_valid(found->host))
		return;
	if (slice_istarts(raw, SLICE("cid:")) || slice_istarts(raw, SLICE("mid:")) ||
		only_scheme(raw))
		return;
	struct slice uri = has_scheme(raw) ? raw : scheme_supply(c, raw, &from);
	if (slice_istarts(uri, SLICE("mailto:"))) {
		if (slice_index(uri, '%') < uri.len)
			uri = uri_unescape(uri, c->arena);
		if (!mail_known(c, uri))
			return;
	}
	if (uri.len > 0)
		link_add(c, uri, from, true);
}

static void
html_add(struct collect *c, const struct html_facts *f)
{
	c->text->uri_cut = c->text->uri_cut || f->uri_cut;
	for (size_t i = 0; i < f->links_count; i++) {
		const struct html_link *h = &f->links[i];
		unsigned from = h->tags == 0 ? (unsigned)LINK_PARSED : h->tags << TAG_SHIFT;
		struct text_link *link = link_add(c, h->uri, from, false);
		for (size_t k = 0; link != NULL && k < h->anchors_count; k++)
			put_new(&link->anchors, &link->anchors_count, &link->anchors_cap,
				h->anchors[k], c->arena);
	}
}

/* Value of the tag "d" at or behind *at in a signature; false if there is none. */
static bool
signer_next(struct slice s, size_t *at, struct slice *out)
{
	for (size_t i = *at; i < s.len; i++) {
		bool inside = i > 0 && (chars_is(s.ptr[i - 1], CHAR_ALPHA | CHAR_DIGIT) ||
					       s.ptr[i - 1] == '_');
		if (s.ptr[i] != 'd' || inside)
			continue;
		struct slice rest = slice_trim(slice_skip(s, i + 1));
		if (rest.len == 0 || rest.ptr[0] != '=')
			continue;
		rest = slice_skip(rest, 1);
		*out = slice_trim(slice_take(rest, slice_index(rest, ';')));
		*at = (size_t)(rest.ptr - s.ptr) + slice_index(rest, ';');
		return out->len > 0;
	}
	return false;
}

/* Who signed is a host, too, but no uri rule looks at it (RFC 6376 3.5, "d="). */
static void
signer_add(struct collect *c, struct slice name)
{
	struct slice host, domain, uri = prefixed(c, "domainkeys:", name);
	struct text_link *link = link_of(c, uri);
	if (link == NULL)
		return;
	link->from |= LINK_SIGNER;
	if (!uri_host(name, c->lists, c->arena, &host, &domain))
		return;
	put_new(&link->hosts, &link->hosts_count, &link->hosts_cap, host, c->arena);
	put_new(&link->domains, &link->domains_count, &link->domains_cap, domain, c->arena);
}

static void
signers_add(struct collect *c, const struct message *m)
{
	static const char *const names[] = { "DomainKey-Signature", "DKIM-Signature" };
	const struct header_field *f;
	for (size_t n = 0; n < sizeof names / sizeof *names; n++)
		for (size_t i = 0; (f = message_field(m, names[n], i)) != NULL; i++) {
			struct slice name;
			for (size_t at = 0; signer_next(f->value, &at, &name);)
				signer_add(c, name);
		}
}

void
mail_text_links(struct mail_text *text, const struct message *m, const struct domain_lists *lists,
	struct arena *arena)
{
	struct collect c = { .text = text, .lists = lists, .arena = arena };
	struct index *indices[] = { &c.links, &c.seen, &c.uris };
	for (size_t i = 0; i < sizeof indices / sizeof *indices; i++) {
		indices[i]->slots = arena_array(arena, INDEX_SIZE, sizeof(uint16_t));
		if (indices[i]->slots == NULL) {
			text->cut = true;
			return;
		}
	}
	for (size_t i = 0; i < text->body.pieces_count; i++) {
		struct uri_found found;
		for (size_t at = 0; uri_next(text->body.pieces[i], lists, &at, &found);)
			found_add(&c, &found);
	}
	for (size_t i = 0; i < text->html_count; i++)
		html_add(&c, &text->html[i]);
	signers_add(&c, m);
}
