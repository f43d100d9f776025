/* References against a base (RFC 3986 5.2). */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/html_link.h"

struct uri_parts {
	struct slice scheme, authority, path, query, fragment;
	bool has_scheme, has_authority, has_query, has_fragment;
};

/* Index of the first of these bytes, or len. */
static size_t
first_of(struct slice s, const char *bytes)
{
	size_t i = 0;
	while (i < s.len && (s.ptr[i] == '\0' || strchr(bytes, s.ptr[i]) == NULL))
		i++;
	return i;
}

/* RFC 3986, appendix B. */
static struct uri_parts
uri_split(struct slice uri)
{
	struct uri_parts p = { 0 };
	size_t at = first_of(uri, ":/?#");
	if (at > 0 && at < uri.len && uri.ptr[at] == ':') {
		p.has_scheme = true;
		p.scheme = slice_take(uri, at);
		uri = slice_skip(uri, at + 1);
	}
	if (slice_starts(uri, SLICE("//"))) {
		p.has_authority = true;
		uri = slice_skip(uri, 2);
		p.authority = slice_take(uri, first_of(uri, "/?#"));
		uri = slice_skip(uri, p.authority.len);
	}
	p.path = slice_take(uri, first_of(uri, "?#"));
	uri = slice_skip(uri, p.path.len);
	if (uri.len > 0 && uri.ptr[0] == '?') {
		p.has_query = true;
		p.query = slice_skip(uri, 1);
		p.query = slice_take(p.query, slice_index(p.query, '#'));
		uri = slice_skip(uri, p.query.len + 1);
	}
	if (uri.len > 0) {
		p.has_fragment = true;
		p.fragment = slice_skip(uri, 1);
	}
	return p;
}

/* Does a segment "/…" of the path name that dot segment? */
static bool
segment_is(struct slice path, struct slice dots)
{
	return slice_starts(path, dots) && (path.len == dots.len || path.ptr[dots.len] == '/');
}

/* RFC 3986 5.2.4, in one pass. */
static struct slice
dots_remove(struct slice path, struct arena *arena)
{
	static const uint8_t slash[] = "/";
	if (slice_find(path, SLICE("./")) == path.len && !slice_iends(path, SLICE(".")))
		return path;
	uint8_t *out = arena_alloc(arena, path.len + 1);
	size_t n = 0;
	if (out == NULL)
		return path;
	if (slice_starts(path, SLICE("../")))
		path = slice_skip(path, 2);
	else if (slice_starts(path, SLICE("./")))
		path = slice_skip(path, 1);
	while (path.len > 0) {
		bool up = segment_is(path, SLICE("/.."));
		if (up || segment_is(path, SLICE("/."))) {
			while (up && n > 0 && out[--n] != '/')
				continue;
			path = slice_skip(path, up ? 3 : 2);
			path = path.len == 0 ? slice_of(slash, 1) : path;
			continue;
		}
		size_t end = 1 + slice_index(slice_skip(path, 1), '/');
		memcpy(out + n, path.ptr, end);
		n += end;
		path = slice_skip(path, end);
	}
	return slice_of(out, n);
}

static struct slice
path_merge(const struct uri_parts *base, struct slice path, struct arena *arena)
{
	struct slice folder = base->path;
	if (base->has_authority && folder.len == 0)
		folder = SLICE("/");
	const uint8_t *slash = folder.len == 0 ? NULL : memrchr(folder.ptr, '/', folder.len);
	folder.len = slash == NULL ? 0 : (size_t)(slash - folder.ptr) + 1;
	uint8_t *out = arena_alloc(arena, folder.len + path.len + 1);
	if (out == NULL)
		return path;
	if (folder.len > 0)
		memcpy(out, folder.ptr, folder.len);
	memcpy(out + folder.len, path.ptr, path.len);
	return slice_of(out, folder.len + path.len);
}

/* The path (and query) of a reference without scheme and authority. */
static void
path_resolve(const struct uri_parts *base, struct uri_parts *r, struct arena *arena)
{
	if (r->path.len == 0) {
		r->path = base->path;
		if (!r->has_query) {
			r->has_query = base->has_query;
			r->query = base->query;
		}
	} else if (r->path.ptr[0] != '/') {
		r->path = path_merge(base, r->path, arena);
		r->path = dots_remove(r->path, arena);
	} else {
		r->path = dots_remove(r->path, arena);
	}
	r->has_authority = base->has_authority;
	r->authority = base->authority;
}

/* "//www.example.com/" without a scheme: the name tells it. */
static const char *
scheme_guessed(struct slice authority)
{
	static const struct {
		const char *name, *scheme;
	} rows[] = { { "www", "http" }, { "ftp", "ftp" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = strlen(rows[i].name);
		if (!slice_istarts(authority, slice_str(rows[i].name)))
			continue;
		while (n < authority.len && chars_is(authority.ptr[n], CHAR_DIGIT))
			n++;
		if (n < authority.len && authority.ptr[n] == '.')
			return rows[i].scheme;
	}
	return "";
}

static size_t
put(uint8_t *out, size_t n, const char *before, struct slice s)
{
	size_t length = strlen(before);
	memcpy(out + n, before, length);
	if (s.len > 0)
		memcpy(out + n + length, s.ptr, s.len);
	return n + length + s.len;
}

static struct slice
uri_join(const struct uri_parts *p, struct arena *arena)
{
	struct slice scheme = p->scheme;
	if (!p->has_scheme && p->has_authority)
		scheme = slice_str(scheme_guessed(p->authority));
	uint8_t *out = arena_alloc(arena,
		scheme.len + p->authority.len + p->path.len + p->query.len + p->fragment.len + 8);
	size_t n = 0;
	if (out == NULL)
		return SLICE_EMPTY;
	n = put(out, n, "", scheme);
	if (scheme.len > 0)
		n = put(out, n, ":", SLICE_EMPTY);
	if (p->has_authority)
		n = put(out, n, "//", p->authority);
	n = put(out, n, "", p->path);
	if (p->has_query)
		n = put(out, n, "?", p->query);
	if (p->has_fragment)
		n = put(out, n, "#", p->fragment);
	return slice_of(out, n);
}

struct slice
html_link_resolve(struct slice base, struct slice reference, struct arena *arena)
{
	struct uri_parts r = uri_split(reference), b = uri_split(base);
	if (r.has_scheme && b.has_scheme && slice_eq(r.scheme, b.scheme))
		r.has_scheme = false;
	if (r.has_scheme || r.has_authority)
		r.path = dots_remove(r.path, arena);
	else
		path_resolve(&b, &r, arena);
	if (!r.has_scheme) {
		r.has_scheme = b.has_scheme;
		r.scheme = b.scheme;
	}
	return uri_join(&r, arena);
}
