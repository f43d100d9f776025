#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/charset.h"
#include "sensor/mail/message.h"
#include "sensor/mail/part_parameter.h"

#define SECTIONS_MAX 32	  /* of one value in pieces (RFC 2231 3) */
#define PARAMETERS_MAX 64 /* of one field */

enum wanted {
	WANT_BOUNDARY,
	WANT_CHARSET,
	WANT_NAME,
	WANT_FILENAME,
	WANTED,
};
static const char *const names[WANTED] = { "boundary", "charset", "name", "filename" };

/* One parameter: its value, as sent, in one piece or in sections. */
struct section {
	struct slice value; /* without quotes; backslashes and percents as sent */
	bool quoted, encoded;
};
struct collected {
	struct section whole; /* value.ptr NULL = not there */
	struct section sections[SECTIONS_MAX];
	size_t count; /* sections from 0 without a gap */
};

static bool
blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where another parameter begins behind blanks although no semicolon says so: "a=b c=d". */
static size_t
unquoted_end(struct slice s)
{
	size_t end = slice_index(s, ';');
	for (size_t i = 0; i < end; i++) {
		if (!blank(s.ptr[i]))
			continue;
		size_t n = i + 1;
		while (n < end && chars_is(s.ptr[n], CHAR_TOKEN))
			n++;
		if (n > i + 1 && n < end && s.ptr[n] == '=')
			return i;
		i = n - 1;
	}
	return end;
}

/* Takes a value off the front of *rest: quoted-string or everything up to the semicolon. */
static struct section
value_next(struct slice *rest)
{
	struct section v = { .quoted = rest->len > 0 && rest->ptr[0] == '"' };
	if (!v.quoted) {
		size_t end = unquoted_end(*rest);
		v.value = slice_trim(slice_take(*rest, end));
		*rest = slice_skip(*rest, end);
		return v;
	}
	*rest = slice_skip(*rest, 1);
	size_t n = 0;
	while (n < rest->len && rest->ptr[n] != '"')
		n += rest->ptr[n] == '\\' && n + 1 < rest->len && rest->ptr[n + 1] == '"' ? 2 : 1;
	v.value = slice_take(*rest, n);
	*rest = slice_skip(*rest, n + 1);
	return v;
}

/* attribute: "name", "name*", "name*3" or "name*3*" (RFC 2231 7). */
static void
keep(struct collected *c, struct slice star, struct section v, bool *twice)
{
	int64_t number;
	bool sectioned = star.len > 0;
	v.encoded = star.len > 0 && star.ptr[star.len - 1] == '*';
	star.len -= v.encoded;
	sectioned = sectioned && slice_number(slice_skip(star, 1), &number) == 0;
	if (sectioned && number < SECTIONS_MAX && (size_t)number == c->count) {
		c->sections[c->count++] = v;
	} else if (!sectioned && (c->whole.value.ptr == NULL || (v.encoded && !c->whole.encoded))) {
		c->whole = v; /* name* says more than name (RFC 6266 4.3 has it so for HTTP) */
	} else if (!sectioned && v.encoded == c->whole.encoded &&
		   !slice_eq(v.value, c->whole.value)) {
		*twice = true;
	}
}

static void
parameter_add(struct collected found[WANTED], struct slice name, struct section v, bool *twice)
{
	for (size_t i = 0; i < WANTED; i++) {
		struct slice want = slice_str(names[i]);
		struct slice star = slice_skip(name, want.len);
		if (slice_istarts(name, want) && (star.len == 0 || star.ptr[0] == '*'))
			keep(&found[i], star, v, twice);
	}
}

static void
collect(struct slice rest, struct collected found[WANTED], bool *twice)
{
	for (size_t count = 0; rest.len > 0 && count < PARAMETERS_MAX; count++) {
		while (rest.len > 0 && !chars_is(rest.ptr[0], CHAR_TOKEN))
			rest = slice_skip(rest, 1);
		size_t n = 0;
		while (n < rest.len && chars_is(rest.ptr[n], CHAR_TOKEN))
			n++;
		struct slice name = slice_take(rest, n);
		rest = slice_skip(rest, n);
		while (rest.len > 0 && blank(rest.ptr[0]))
			rest = slice_skip(rest, 1);
		if (rest.len == 0 || rest.ptr[0] != '=')
			continue;
		rest = slice_skip(rest, 1);
		while (rest.len > 0 && blank(rest.ptr[0]))
			rest = slice_skip(rest, 1);
		parameter_add(found, name, value_next(&rest), twice);
	}
}

/* Without the backslashes that quote, and with percents undone; the length. */
static size_t
section_into(uint8_t *out, struct section v)
{
	size_t n = 0;
	for (size_t i = 0; i < v.value.len; i++) {
		uint8_t c = v.value.ptr[i];
		bool more = i + 2 < v.value.len + !v.encoded && i + 1 < v.value.len;
		uint8_t next = more ? v.value.ptr[i + 1] : 0;
		if (v.encoded && c == '%' && more && chars_hex(next) >= 0 &&
			chars_hex(v.value.ptr[i + 2]) >= 0) {
			c = (uint8_t)(chars_hex(next) << 4 | chars_hex(v.value.ptr[i + 2]));
			i += 2;
		} else if (v.quoted && c == '\\' && (next == '"' || next == '\\')) {
			c = next;
			i++;
		}
		out[n++] = c;
	}
	return n;
}

/* extended-initial-value = [charset] "'" [language] "'" …   (RFC 2231 7) */
static struct slice
charset_cut(struct section *v)
{
	struct slice rest = v->value, charset = slice_split(&rest, '\'');
	if (!v->encoded || charset.len == v->value.len)
		return SLICE_EMPTY;
	slice_split(&rest, '\'');
	v->value = rest;
	return charset;
}

static struct slice
joined(struct collected *c, struct charsets *charsets, struct arena *arena)
{
	bool in_sections = c->count > 0 && !(c->whole.value.len > 0 && c->whole.encoded);
	struct section *all = in_sections ? c->sections : &c->whole;
	size_t count = in_sections ? c->count : 1, size = 0, used = 0;
	if (!in_sections && c->whole.value.len == 0)
		return SLICE_EMPTY;
	struct slice charset = charset_cut(&all[0]);
	for (size_t i = 0; i < count; i++)
		size += all[i].value.len;
	uint8_t *out = arena_alloc(arena, size + 1);
	if (out == NULL)
		return SLICE_EMPTY;
	for (size_t i = 0; i < count; i++)
		used += section_into(out + used, all[i]);
	struct slice text = slice_of(out, used);
	unsigned faults = 0;
	if (charset.len > 0)
		return charset_to_utf8(charsets, charset, text, arena, &faults);
	return text;
}

/* A file name as a reader sees it: encoded words decoded (no RFC allows them, most programs write
 * them), raw bytes as UTF-8. */
static struct slice
shown(struct collected *c, struct charsets *charsets, struct arena *arena)
{
	struct slice text = joined(c, charsets, arena);
	unsigned faults = 0;
	if (slice_find(text, SLICE("=?")) < text.len)
		return slice_str(header_text(text, charsets, arena));
	return charset_text(charsets, SLICE_EMPTY, text, arena, &faults);
}

void
part_parameters(struct slice value, struct charsets *charsets, struct arena *arena,
	struct part_parameters *out)
{
	struct collected found[WANTED];
	*out = (struct part_parameters){ 0 };
	size_t start = 0; /* behind the type */
	while (start < value.len && !blank(value.ptr[start]) && value.ptr[start] != ';')
		start++;
	if (slice_index(value, '=') == value.len)
		return;
	for (size_t i = 0; i < WANTED; i++)
		found[i].count = 0, found[i].whole.value = SLICE_EMPTY;
	collect(slice_skip(value, start), found, &out->twice);
	out->boundary = joined(&found[WANT_BOUNDARY], charsets, arena);
	out->charset = joined(&found[WANT_CHARSET], charsets, arena);
	out->name = shown(&found[WANT_NAME], charsets, arena);
	out->filename = shown(&found[WANT_FILENAME], charsets, arena);
}
