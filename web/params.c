#include "web/params.h"

#include <stdarg.h>
#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/base/chars.h"
#include "sensor/base/text.h"

/* ---- the target ---- */

/* A text area's value has lines and tabs; nothing else has controls. */
static bool
is_clean(struct slice text, bool lines)
{
	size_t from = 0;
	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len &&
			(!lines || strchr("\t\r\n", text.ptr[i]) == NULL || text.ptr[i] == '\0')) {
			continue;
		}
		if (!text_is_clean(slice_take(slice_skip(text, from), i - from))) {
			return false;
		}
		from = i + 1;
	}
	return true;
}

enum decoding {
	DECODE_PATH,
	DECODE_QUERY, /* `+` is a space */
	DECODE_FORM,  /* …and there may be several lines */
};

/* What people paste holds what spam holds: of a form each line is made clean, and nothing refused
 * but NUL. */
static const char *
clean_lines(struct slice text, struct arena *arena)
{
	struct buf out;
	size_t from = 0;
	buf_init(&out, 4 * text.len + 1);
	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && memchr("\t\r\n", text.ptr[i], 3) == NULL) {
			continue;
		}
		struct slice line = slice_take(slice_skip(text, from), i - from);
		buf_str(&out, text_clean(arena, line, 4 * line.len));
		if (i < text.len) {
			buf_byte(&out, text.ptr[i]);
		}
		from = i + 1;
	}
	const char *clean = arena_string(arena, buf_slice(&out));
	buf_release(&out);
	return clean;
}

/* Percent-decoding (RFC 3986 2.1) into the arena; NULL and err when the result could not be shown.
 */
static const char *
decode(struct slice in, enum decoding how, struct arena *arena, struct err *err)
{
	const char *what = how == DECODE_FORM ? "form" : "address";
	char *out = arena_alloc(arena, in.len + 1);
	size_t n = 0;
	if (out == NULL) {
		err_set(err, "the %s is too long", what);
		return NULL;
	}
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.ptr[i];
		if (c == '%') {
			int high = i + 2 < in.len ? chars_hex(in.ptr[i + 1]) : -1;
			int low = i + 2 < in.len ? chars_hex(in.ptr[i + 2]) : -1;
			if (high < 0 || low < 0) {
				err_set(err, "a %% in the %s is not followed by two hex digits",
					what);
				return NULL;
			}
			c = (uint8_t)(high << 4 | low);
			i += 2;
		} else if (c == '+' && how != DECODE_PATH) {
			c = ' ';
		}
		out[n++] = (char)c;
	}
	bool clean = memchr(out, 0, n) == NULL && is_clean(slice_of(out, n), how == DECODE_FORM);
	if (!clean && (how != DECODE_FORM || memchr(out, 0, n) != NULL)) {
		err_set(err, "the %s holds control characters or is not UTF-8", what);
		return NULL;
	}
	return clean ? out : clean_lines(slice_of(out, n), arena);
}

static int
parse_path(struct slice path, struct arena *arena, struct uri *out, struct err *err)
{
	while (path.len > 0) {
		struct slice part = slice_split(&path, '/');
		const char *text = decode(part, DECODE_PATH, arena, err);
		if (text == NULL) {
			return -1;
		}
		if (out->segments_count < URI_SEGMENTS_MAX) {
			out->segments[out->segments_count++] = text;
		} else {
			out->segments_count = URI_SEGMENTS_MAX + 1;
			return 0;
		}
	}
	return 0;
}

static int
parse_query(struct slice query, enum decoding how, struct arena *arena, struct uri *out,
	struct err *err)
{
	while (query.len > 0) {
		struct slice value = slice_split(&query, '&');
		struct slice name = slice_split(&value, '=');
		if (name.len == 0) {
			continue;
		}
		if (out->params_count == URI_PARAMS_MAX) {
			return err_set(err, "more than %d parameters", URI_PARAMS_MAX);
		}
		struct param *p = &out->params[out->params_count];
		p->name = decode(name, how, arena, err);
		p->value = decode(value, how, arena, err);
		if (p->name == NULL || p->value == NULL) {
			return -1;
		}
		for (size_t i = 0; i < out->params_count; i++) {
			if (strcmp(out->params[i].name, p->name) == 0) {
				return err_set(err, "the parameter %s is given twice", p->name);
			}
		}
		out->params_count++;
	}
	return 0;
}

int
uri_parse(struct slice raw, struct arena *arena, struct uri *out, struct err *err)
{
	*out = (struct uri){ 0 };
	if (raw.len > URI_MAX) {
		return err_set(err, "the address is longer than %d bytes", URI_MAX);
	}
	/* RFC 9112 3.2.2: a server must accept the absolute form, and its authority counts instead
	 * of Host. */
	size_t scheme = slice_istarts(raw, SLICE("http://"))	? 7
			: slice_istarts(raw, SLICE("https://")) ? 8
								: 0;
	if (scheme > 0) {
		struct slice rest = slice_skip(raw, scheme);
		struct slice authority = slice_take(rest, slice_index(rest, '/'));
		out->authority = decode(authority, DECODE_PATH, arena, err);
		if (out->authority == NULL) {
			return -1;
		}
		raw = slice_skip(rest, authority.len);
	}
	if (raw.len == 0 || raw.ptr[0] != '/') {
		return err_set(err, "the address does not begin with /");
	}
	raw = slice_skip(raw, 1);
	struct slice path = slice_split(&raw, '?');
	if (path.len > 0 && path.ptr[path.len - 1] == '/') {
		path.len--;
	}
	if (parse_path(path, arena, out, err) != 0) {
		return -1;
	}
	return parse_query(raw, DECODE_QUERY, arena, out, err);
}

int
form_parse(struct slice body, struct arena *arena, struct uri *out, struct err *err)
{
	*out = (struct uri){ 0 };
	return parse_query(body, DECODE_FORM, arena, out, err);
}

const char *
uri_param(const struct uri *uri, const char *name)
{
	for (size_t i = 0; i < uri->params_count; i++) {
		if (strcmp(uri->params[i].name, name) == 0) {
			return uri->params[i].value[0] != '\0' ? uri->params[i].value : NULL;
		}
	}
	return NULL;
}

/* ---- writing addresses ---- */

void
url_escape(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if (chars_is(c, CHAR_ALPHA | CHAR_DIGIT) ||
			(c != 0 && strchr("-._~:", c) != NULL)) {
			buf_byte(out, c);
		} else {
			buf_printf(out, "%%%02X", c);
		}
	}
}

static const char *
finish(struct arena *arena, struct buf *b)
{
	const char *text = arena_string(arena, buf_slice(b));
	buf_release(b);
	return text;
}

const char *
url_path(struct arena *arena, const char *first, ...)
{
	struct buf b;
	va_list args;
	buf_init(&b, 4 * URI_MAX);
	va_start(args, first);
	for (const char *part = first; part != NULL; part = va_arg(args, const char *)) {
		buf_byte(&b, '/');
		url_escape(&b, slice_str(part));
	}
	va_end(args);
	return finish(arena, &b);
}

static void
add_param(struct buf *b, char *separator, const struct param *p)
{
	if (p->value == NULL || p->value[0] == '\0') {
		return;
	}
	buf_byte(b, (uint8_t)*separator);
	url_escape(b, slice_str(p->name));
	buf_byte(b, '=');
	url_escape(b, slice_str(p->value));
	*separator = '&';
}

static bool
is_set(const char *name, const struct param *set, size_t set_count)
{
	for (size_t i = 0; i < set_count; i++) {
		if (strcmp(set[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

const char *
url_with(struct arena *arena, const char *path, const struct uri *keep, const struct param *set,
	size_t set_count)
{
	struct buf b;
	char separator = '?';
	buf_init(&b, 4 * URI_MAX);
	buf_str(&b, path);
	for (size_t i = 0; keep != NULL && i < keep->params_count; i++) {
		if (!is_set(keep->params[i].name, set, set_count)) {
			add_param(&b, &separator, &keep->params[i]);
		}
	}
	for (size_t i = 0; i < set_count; i++) {
		add_param(&b, &separator, &set[i]);
	}
	return finish(arena, &b);
}

/* ---- addresses ---- */

bool
host_is_loopback(struct addr a)
{
	static const uint8_t one[16] = { [15] = 1 };
	return (a.family == ADDR_V4 && a.bytes[0] == 127) ||
	       (a.family == ADDR_V6 && memcmp(a.bytes, one, sizeof one) == 0);
}
