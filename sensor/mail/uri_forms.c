/* What an address can be taken for: a mail program or a browser repairs most of what is written. */
#include <stdio.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/uri.h"

#define ADDRESSES_INSIDE 16 /* levels and addresses of redirectors */
#define DIGITS_MOST 64	    /* of one number of an IP address */

struct work {
	struct uri_forms *out;
	struct slice todo[ADDRESSES_INSIDE]; /* addresses whose forms are wanted, too */
	size_t todo_count;
	const struct domain_lists *lists;
	struct arena *arena;
};

/* "scheme://", user, host and the rest of an address of the web. */
struct web {
	struct slice proto, user, host, port, rest; /* rest: from the port on */
	bool has_port;
};

static void
form_add(struct work *w, struct slice form)
{
	for (size_t i = 0; i < w->out->count; i++)
		if (slice_eq(w->out->items[i], form))
			return;
	if (w->out->count < LIMIT_URI_FORMS)
		w->out->items[w->out->count++] = form;
}

static struct slice
joined(struct work *w, struct slice a, struct slice b, struct slice c)
{
	uint8_t *out = arena_alloc(w->arena, a.len + b.len + c.len + 1);
	if (out == NULL)
		return a;
	memcpy(out, a.ptr, a.len);
	if (b.len > 0)
		memcpy(out + a.len, b.ptr, b.len);
	if (c.len > 0)
		memcpy(out + a.len + b.len, c.ptr, c.len);
	return slice_of(out, a.len + b.len + c.len);
}

/* Without line ends, and white space at both ends. */
static struct slice
uri_clean(struct slice uri, struct arena *arena)
{
	if (slice_index(uri, '\n') == uri.len && slice_index(uri, '\r') == uri.len)
		return slice_trim(uri);
	uint8_t *out = arena_alloc(arena, uri.len + 1);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < uri.len; i++)
		if (uri.ptr[i] != '\n' && uri.ptr[i] != '\r')
			out[n++] = uri.ptr[i];
	return slice_trim(slice_of(out, n));
}

/* Value of "%41" at the front, or -1. */
static int
escape_value(struct slice s)
{
	if (s.len < 3 || s.ptr[0] != '%' || chars_hex(s.ptr[1]) < 0 || chars_hex(s.ptr[2]) < 0)
		return -1;
	return chars_hex(s.ptr[1]) * 16 + chars_hex(s.ptr[2]);
}

static bool
has_escape(struct slice s)
{
	for (size_t i = slice_index(s, '%'); i < s.len; i++)
		if (s.ptr[i] == '%' && escape_value(slice_skip(s, i)) >= 0)
			return true;
	return false;
}

struct slice
uri_unescape(struct slice uri, struct arena *arena)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t *out = arena_alloc(arena, 3 * uri.len + 1);
	size_t n = 0;
	if (out == NULL)
		return uri;
	for (size_t i = 0; i < uri.len; i++) {
		uint8_t c = uri.ptr[i];
		int value = escape_value(slice_skip(uri, i));
		if (value > ' ' && value < 0x7f) {
			out[n++] = (uint8_t)value;
			i += 2;
		} else if (value >= 0) {
			memcpy(out + n, uri.ptr + i, 3);
			n += 3;
			i += 2;
		} else if (c <= ' ' || c >= 0x7f || strchr("\"%<>", c) != NULL) {
			out[n++] = '%';
			out[n++] = (uint8_t)hex[c >> 4];
			out[n++] = (uint8_t)hex[c & 15];
		} else {
			out[n++] = c;
		}
	}
	return slice_of(out, n);
}

/* Index of the first of these bytes from i on, or len. */
static size_t
first_of(struct slice s, size_t i, const char *bytes)
{
	while (i < s.len && (s.ptr[i] == '\0' || strchr(bytes, s.ptr[i]) == NULL))
		i++;
	return i;
}

/* Addresses of mail: without what follows the address, and without what stands round it. */
static void
mail_forms(struct work *w, struct slice uri)
{
	size_t at = slice_index(uri, '@');
	if (at == 0 || at == uri.len)
		return;
	size_t question = first_of(uri, at + 1, "?"), both = first_of(uri, at + 1, "?&");
	if (question < uri.len && question > at + 1)
		form_add(w, slice_take(uri, question));
	if (both < uri.len && both > at + 1 && uri.ptr[both] == '&')
		form_add(w, slice_take(uri, both));
	struct slice rest = uri;
	if (slice_istarts(rest, SLICE("mailto:")))
		rest = slice_skip(rest, 7);
	while (slice_starts(rest, SLICE("%20")))
		rest = slice_skip(rest, 3);
	size_t inner = slice_index(rest, '@'), end = first_of(rest, inner + 1, "?&%");
	if (slice_find(uri, SLICE("%20")) < uri.len && inner > 0 && end > inner + 1)
		form_add(w, joined(w, SLICE("mailto:"), slice_take(rest, end), SLICE_EMPTY));
	size_t less = first_of(uri, 0, "<?&"), greater = first_of(uri, less, ">");
	struct slice angle = slice_take(slice_skip(uri, less + 1), greater - less - 1);
	inner = slice_index(angle, '@');
	if (less < uri.len && uri.ptr[less] == '<' && greater < uri.len && inner > 0 &&
		inner + 1 < angle.len)
		form_add(w, joined(w, SLICE("mailto:"), angle, SLICE_EMPTY));
}

/* Length of "http:", "https:" at the front, or 0. */
static size_t
http_length(struct slice s)
{
	if (slice_istarts(s, SLICE("http:")))
		return 5;
	return slice_istarts(s, SLICE("https:")) ? 6 : 0;
}

static bool
has_scheme(struct slice s)
{
	size_t i = 0;
	while (i < s.len &&
		(chars_is(s.ptr[i], CHAR_ALPHA | CHAR_DIGIT) || s.ptr[i] == '-' || s.ptr[i] == '_'))
		i++;
	return i > 0 && i < s.len && s.ptr[i] == ':';
}

/* "http:x", "http:/x" and "http:\\x" are "http://x". */
static struct slice
slashes_repair(struct work *w, struct slice uri)
{
	uint8_t *out = arena_alloc(w->arena, uri.len + 3);
	size_t scheme = http_length(uri), i = scheme, n = 0;
	if (out == NULL)
		return uri;
	for (size_t k = 0; k < 2 && scheme > 0 && i < uri.len; k++)
		i += uri.ptr[i] == '/' || uri.ptr[i] == '\\';
	memcpy(out, uri.ptr, scheme);
	n = scheme;
	if (scheme > 0) {
		out[n++] = '/';
		out[n++] = '/';
	}
	for (; i < uri.len; i++)
		out[n++] = uri.ptr[i] == '\\' ? '/' : uri.ptr[i];
	return slice_of(out, n);
}

/* A slash where a query or fragment follows the host at once. */
static struct slice
path_repair(struct work *w, struct slice uri)
{
	size_t scheme = http_length(uri);
	if (scheme == 0 || !slice_starts(slice_skip(uri, scheme), SLICE("//")))
		return uri;
	size_t end = first_of(uri, scheme + 2, "/?#");
	if (end == uri.len || uri.ptr[end] == '/' || end == scheme + 2)
		return uri;
	return joined(w, slice_take(uri, end), SLICE("/"), slice_skip(uri, end));
}

/* Full stops that are none: ideographic, fullwidth, halfwidth. */
static bool
is_stop(uint32_t rune)
{
	return rune == 0x2e || rune == 0x3002 || rune == 0xff0e || rune == 0xff61;
}

/* "&#46;" and "&#x2e;": the character, and its length; 0 = none that counts. */
static size_t
reference(struct slice s, uint32_t *rune)
{
	bool hex = s.len > 2 && (s.ptr[2] | 0x20) == 'x';
	size_t i = hex ? 3 : 2;
	uint32_t value = 0;
	if (!slice_starts(s, SLICE("&#")))
		return 0;
	for (; i < s.len && i < 16; i++) {
		int digit = chars_hex(s.ptr[i]);
		if (digit < 0 || (!hex && digit > 9))
			break;
		value = value > 0xffff ? value : value * (hex ? 16 : 10) + (uint32_t)digit;
	}
	*rune = is_stop(value) ? '.' : value;
	bool printable = *rune > ' ' && *rune < 0x7f;
	return printable && i < s.len && s.ptr[i] == ';' ? i + 1 : 0;
}

static struct slice
references_undo(struct work *w, struct slice uri)
{
	if (slice_find(uri, SLICE("&#")) == uri.len)
		return uri;
	uint8_t *out = arena_alloc(w->arena, uri.len + 1);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < uri.len;) {
		uint32_t rune = 0;
		size_t used = reference(slice_skip(uri, i), &rune);
		out[n++] = used > 0 ? (uint8_t)rune : uri.ptr[i];
		i += used > 0 ? used : 1;
	}
	return out == NULL ? uri : slice_of(out, n);
}

static bool
web_split(struct slice uri, struct web *out)
{
	size_t scheme = http_length(uri);
	*out = (struct web){ .proto = slice_take(uri, scheme + 2) };
	if (scheme == 0 || !slice_starts(slice_skip(uri, scheme), SLICE("//")))
		return false;
	uri = slice_skip(uri, scheme + 2);
	struct slice authority = slice_take(uri, first_of(uri, 0, "/?#"));
	size_t at = slice_index(authority, '@');
	if (at < authority.len && at + 1 < authority.len) {
		out->user = slice_take(uri, at + 1);
		uri = slice_skip(uri, at + 1);
	}
	out->host = slice_take(uri, first_of(uri, 0, "/?#:"));
	out->rest = slice_skip(uri, out->host.len);
	if (out->rest.len > 0 && out->rest.ptr[0] == ':') {
		size_t n = 1;
		while (n < out->rest.len && chars_is(out->rest.ptr[n], CHAR_DIGIT))
			n++;
		out->port = slice_take(slice_skip(out->rest, 1), n - 1);
		out->has_port = true;
	}
	return out->host.len > 0;
}

/* Decimal, "0x" hex or "0" octal; false if it is none of them.  Only the last 32 bits count. */
static bool
number_any(struct slice s, uint32_t *out)
{
	bool hex = slice_istarts(s, SLICE("0x"));
	bool octal = !hex && s.len > 1 && s.ptr[0] == '0';
	uint32_t value = 0, base = hex ? 16 : octal ? 8 : 10;
	if (s.len == 0 || s.len > DIGITS_MOST || (hex && s.len == 2))
		return false;
	for (size_t i = hex ? 2 : 0; i < s.len; i++) {
		int digit = chars_hex(s.ptr[i]);
		if (digit < 0 || (!hex && digit > 9))
			return false;
		value = value * base + (uint32_t)digit;
	}
	*out = value;
	return true;
}

/* Hosts that are one number, or four in any base. */
static void
address_forms(struct work *w, const struct web *web, struct slice host)
{
	struct slice rest = host, parts[4];
	uint32_t n[4];
	size_t count = 0;
	bool numbers = true;
	while (rest.len > 0 && count < 4)
		parts[count++] = slice_split(&rest, '.');
	numbers = rest.len == 0 && host.ptr[host.len - 1] != '.';
	for (size_t i = 0; i < count && numbers; i++)
		numbers = number_any(parts[i], &n[i]);
	if (!numbers || (count != 1 && count != 4))
		return;
	if (count == 1 && !slice_istarts(host, SLICE("0x")))
		for (uint32_t i = n[0] = 0; i < host.len; i++)
			n[0] = n[0] * 10 + (host.ptr[i] - '0');
	if (count == 1)
		for (uint32_t i = 3, all = n[0]; i < 4; i--, all >>= 8)
			n[i] = all & 255;
	const char *text = arena_printf(w->arena, "%u.%u.%u.%u", n[0], n[1], n[2], n[3]);
	form_add(w, joined(w, web->proto, slice_str(text), web->rest));
}

static bool
is_address(struct slice host)
{
	for (size_t i = 0; i < host.len; i++)
		if (!chars_is(host.ptr[i], CHAR_HEX) && host.ptr[i] != '.' &&
			(host.ptr[i] | 0x20) != 'x')
			return false;
	return host.len > 0 && chars_is(host.ptr[0], CHAR_DIGIT);
}

/* "http://name" is "http://www.name.com" to some browsers. */
static void
bare_name(struct work *w, const struct web *web, struct slice host)
{
	struct slice name = slice_starts(host, SLICE("www.")) ? slice_skip(host, 4) : host;
	bool plain = slice_eq(web->proto, SLICE("http://")) && web->user.len == 0 &&
		     (web->port.len == 0 || slice_eq(web->port, SLICE("80")));
	if (!plain || name.len == 0 || slice_index(name, '.') < name.len ||
		slice_eq(host, SLICE("localhost")) || domain_known(host, w->lists))
		return;
	struct slice front = joined(w, web->proto, SLICE("www."), name);
	form_add(w, joined(w, front, SLICE(".com"), web->rest));
}

/* An address inside of the path or query of another one. */
static void
redirected(struct work *w, const struct web *web)
{
	for (size_t i = 0; i + 5 < web->rest.len; i++) {
		struct slice here = slice_skip(web->rest, i);
		size_t n = (here.ptr[0] | 0x20) == 'h' ? http_length(here) : 0;
		if (n == 0)
			continue;
		struct slice inner = slice_take(here, first_of(here, n, "&#"));
		bool more = slice_skip(inner, n).len > 0 && slice_index(inner, '.') < inner.len;
		if (more && w->todo_count < ADDRESSES_INSIDE)
			w->todo[w->todo_count++] = inner;
		return;
	}
}

static struct slice
without_port(const struct web *web)
{
	bool tls = http_length(web->proto) == 6;
	if (slice_eq(web->port, tls ? SLICE("443") : SLICE("80")))
		return slice_skip(web->rest, 1 + web->port.len);
	return web->rest;
}

/* Host without what a browser drops: controls, and what is neither letter nor digit at its end. */
static struct slice
host_clean(struct work *w, const struct web *web, struct slice host)
{
	uint8_t *out = arena_alloc(w->arena, host.len + 1);
	size_t n = 0;
	if (out == NULL)
		return host;
	for (size_t i = 0; i < host.len; i++)
		if (host.ptr[i] > ' ')
			out[n++] = host.ptr[i];
	if (n < host.len)
		form_add(w, joined(w, web->proto, slice_of(out, n), web->rest));
	host = slice_of(out, n);
	redirected(w, web);
	size_t at = slice_index(host, '@');
	if (at > 0 && at < host.len) {
		host = slice_skip(host, at + 1);
		form_add(w, joined(w, web->proto, host, web->rest));
	}
	size_t len = host.len;
	while (len > 0 && !chars_is(host.ptr[len - 1], CHAR_ALPHA | CHAR_DIGIT))
		len--;
	if (len < host.len)
		form_add(w, joined(w, web->proto, slice_take(host, len), web->rest));
	return slice_take(host, len);
}

static void
web_forms(struct work *w, const struct web *web)
{
	struct slice host = web->host, ascii = domain_ascii(host, w->arena);
	struct slice rest = without_port(web);
	if (rest.len < web->rest.len)
		form_add(w, joined(w, web->proto, host, rest));
	if (!slice_ieq(ascii, host)) {
		form_add(w, joined(w, web->proto, ascii, web->rest));
		form_add(w, joined(w, web->proto, ascii, rest));
		host = ascii;
	}
	host = host_clean(w, web, host);
	if (is_address(host))
		address_forms(w, web, host);
	else
		bare_name(w, web, ascii);
}

static void
uri_repair(struct work *w, struct slice uri)
{
	struct web web;
	struct slice repaired = slashes_repair(w, uri);
	if (has_escape(repaired))
		repaired = uri_unescape(repaired, w->arena);
	if (!has_scheme(repaired))
		repaired = joined(w,
			slice_starts(repaired, SLICE("ftp.")) ? SLICE("ftp://") : SLICE("http://"),
			repaired, SLICE_EMPTY);
	repaired = references_undo(w, path_repair(w, repaired));
	form_add(w, repaired);
	if (web_split(repaired, &web))
		web_forms(w, &web);
}

/* Nothing of another host: "#top", "?x", "/image.gif". */
static bool
local(struct slice uri)
{
	if (uri.len <= 1)
		return true;
	if (uri.ptr[0] == '/')
		return uri.ptr[1] != '/';
	return strchr("#?&", uri.ptr[0]) != NULL && uri.ptr[0] != '\0';
}

static bool
is_mail(struct slice uri)
{
	size_t at = slice_index(uri, '@');
	return slice_istarts(uri, SLICE("mailto:")) || (at < uri.len && slice_index(uri, ':') > at);
}

void
uri_forms(struct slice uri, const struct domain_lists *lists, struct arena *arena,
	struct uri_forms *out)
{
	struct work w = { .out = out, .todo = { uri }, .todo_count = 1, .lists = lists };
	w.arena = arena;
	out->count = 0;
	for (size_t i = 0; i < w.todo_count; i++) {
		struct slice one = uri_clean(w.todo[i], arena);
		form_add(&w, one);
		if (local(one))
			continue;
		if (is_mail(one))
			mail_forms(&w, one);
		else
			uri_repair(&w, one);
	}
}

/* "%41" in a host is no host: the form without escapes tells it. */
static bool
escaped(struct slice host)
{
	for (size_t i = slice_index(host, '%'); i < host.len; i++) {
		int value = escape_value(slice_skip(host, i));
		if (value > ' ' && value < 0x7f)
			return true;
	}
	return false;
}

static bool
mail_host(struct slice uri, struct slice *host)
{
	uri = slice_take(uri, slice_index(uri, '?'));
	size_t at = slice_index(uri, '@');
	*host = slice_skip(uri, at + 1);
	return at < uri.len && slice_index(*host, '@') == host->len;
}

static struct slice
web_host(struct slice uri)
{
	size_t scheme = 0;
	while (scheme < uri.len && chars_is(uri.ptr[scheme], CHAR_ALPHA))
		scheme++;
	if (scheme > 0 && scheme < uri.len && uri.ptr[scheme] == ':') {
		uri = slice_skip(uri, scheme + 1);
		for (int i = 0; i < 2 && uri.len > 0 && uri.ptr[0] == '/'; i++)
			uri = slice_skip(uri, 1);
	}
	uri = slice_take(uri, first_of(uri, 0, "/?#"));
	const uint8_t *at = uri.len == 0 ? NULL : memrchr(uri.ptr, '@', uri.len);
	if (at != NULL)
		uri = slice_skip(uri, (size_t)(at - uri.ptr) + 1);
	size_t port = uri.len;
	while (port > 0 && chars_is(uri.ptr[port - 1], CHAR_DIGIT))
		port--;
	return port > 0 && uri.ptr[port - 1] == ':' ? slice_take(uri, port - 1) : uri;
}

bool
uri_host(struct slice uri, const struct domain_lists *lists, struct arena *arena,
	struct slice *host, struct slice *domain)
{
	static const char *const none[] = { "javascript:", "cid:", "file:" };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (slice_istarts(uri, slice_str(none[i])))
			return false;
	if (!slice_istarts(uri, SLICE("mailto:")))
		*host = web_host(uri);
	else if (!mail_host(slice_skip(uri, 7), host))
		return false;
	if (host->len == 0 || host->len > DOMAIN_MOST || escaped(*host))
		return false;
	*host = domain_ascii(*host, arena);
	*domain = *host;
	if (domain_is_address(*host))
		return true;
	if (!domain_valid(*host) || !domain_known(*host, lists))
		return false;
	*domain = domain_registered(*host, lists);
	return true;
}
