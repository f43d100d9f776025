#include "web/html.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/text.h"

void
h_init(struct html *h, struct buf *out, struct arena *arena)
{
	*h = (struct html){ .out = out, .arena = arena };
}

void
h_doctype(struct html *h)
{
	buf_str(h->out, "<!doctype html>\n");
}

/* Content follows: the start tag is complete. */
static void
end_tag(struct html *h)
{
	if (h->in_tag) {
		buf_byte(h->out, '>');
		h->in_tag = false;
	}
}

void
h_open(struct html *h, const char *element)
{
	assert(h->depth < HTML_DEPTH);
	end_tag(h);
	buf_byte(h->out, '<');
	buf_str(h->out, element);
	h->open[h->depth++] = element;
	h->in_tag = true;
}

void
h_class(struct html *h, const char *element, const char *class)
{
	h_open(h, element);
	h_attr(h, "class", class);
}

/* Void elements have no end tag (13.1.2). */
static bool
is_void(const char *element)
{
	static const char *const voids[] = { "meta", "link", "input", "br", "hr", "img" };
	for (size_t i = 0; i < sizeof voids / sizeof voids[0]; i++) {
		if (strcmp(element, voids[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* A line feed after these, so that the source of a page can be read; inside others it would be
 * content. */
static bool
ends_line(const char *element)
{
	static const char *const blocks[] = { "head", "header", "nav", "main", "section", "table",
		"thead", "tr", "p", "h1", "h2", "ul", "li", "dl", "dd", "form", "svg", "meta",
		"link", "title", "body", "html", "div", "g", "footer" };
	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
		if (strcmp(element, blocks[i]) == 0) {
			return true;
		}
	}
	return false;
}

void
h_close(struct html *h)
{
	assert(h->depth > 0);
	const char *element = h->open[--h->depth];
	end_tag(h);
	if (!is_void(element)) {
		buf_str(h->out, "</");
		buf_str(h->out, element);
		buf_byte(h->out, '>');
	}
	if (ends_line(element)) {
		buf_byte(h->out, '\n');
	}
}

void
h_close_n(struct html *h, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		h_close(h);
	}
}

static void
add_escaped(struct html *h, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		switch (s.ptr[i]) {
		case '&':
			buf_str(h->out, "&amp;");
			break;
		case '<':
			buf_str(h->out, "&lt;");
			break;
		case '>':
			buf_str(h->out, "&gt;");
			break;
		case '"':
			buf_str(h->out, "&quot;");
			break;
		case '\'':
			buf_str(h->out, "&#39;");
			break;
		default:
			buf_byte(h->out, s.ptr[i]);
		}
	}
}

static bool
is_plain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < 0x20 || s.ptr[i] > 0x7e) {
			return false;
		}
	}
	return s.len <= HTML_TEXT_MAX;
}

/* What the store holds is clean already; a page does not depend on it.  Whom the text is not for,
 * does not get it: here, so that no page can forget it. */
static void
add_clean(struct html *h, struct slice s)
{
	s = viewer_text(h->viewer, h->arena, s);
	add_escaped(h, is_plain(s) ? s : slice_str(text_clean(h->arena, s, HTML_TEXT_MAX)));
}

void
h_attr(struct html *h, const char *name, const char *value)
{
	assert(h->in_tag);
	buf_byte(h->out, ' ');
	buf_str(h->out, name);
	buf_str(h->out, "=\"");
	add_clean(h, slice_str(value));
	buf_byte(h->out, '"');
}

void
h_attr_int(struct html *h, const char *name, int64_t value)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRId64, value);
	h_attr(h, name, text);
}

void
h_attr_real(struct html *h, const char *name, double value)
{
	char text[40];
	snprintf(text, sizeof text, "%.2f", value);
	h_attr(h, name, text);
}

void
h_url(struct html *h, const char *name, const char *url)
{
	/* "//name/…" would be another server, and browsers take a backslash for a slash. */
	bool ours = url[0] == '#' || (url[0] == '/' && url[1] != '/' && url[1] != '\\');
	h_attr(h, name, ours ? url : "#");
}

void
h_text(struct html *h, struct slice text)
{
	end_tag(h);
	add_clean(h, text);
}

void
h_str(struct html *h, const char *text)
{
	h_text(h, slice_str(text));
}

void
h_lines(struct html *h, struct slice text)
{
	while (text.len > 0) {
		bool more = slice_index(text, '\n') < text.len;
		struct slice line = slice_split(&text, '\n');
		if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
			line.len--;
		}
		while (line.len > 0) { /* tabs stay tabs */
			bool tab = slice_index(line, '\t') < line.len;
			h_text(h, slice_split(&line, '\t'));
			if (tab) {
				buf_byte(h->out, '\t');
			}
		}
		if (more) {
			buf_byte(h->out, '\n');
		}
	}
}

/* What a fraction is made of stands between these two, until its point is the language's.  Neither
 * is clean text. */
enum { FRACTION_BEGIN = 1, FRACTION_END = 2 };

/* "%.1f" becomes "\1%.1f\2", as every directive of a fraction. */
static char *
marked_format(struct arena *arena, const char *format)
{
	size_t n = 0, len = strlen(format);
	char *out = arena_alloc(arena, 3 * len + 1);

	for (size_t i = 0, from; out != NULL && i < len;) {
		out[n++] = format[i++];
		if (out[n - 1] != '%')
			continue;
		if (format[i] == '%') {
			out[n++] = format[i++];
			continue;
		}
		from = n - 1;
		while (i < len && strchr("-+ #0123456789.*'lhjzt", format[i]) != NULL)
			out[n++] = format[i++];
		if (i < len && strchr("aefgEG", format[i]) != NULL) {
			memmove(out + from + 1, out + from, n - from);
			out[from] = FRACTION_BEGIN;
			n++;
			out[n++] = format[i++];
			out[n++] = FRACTION_END;
		}
	}
	return out;
}

static void
point_fractions(char *text, char point)
{
	bool inside = false;
	char *to = text;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c == FRACTION_BEGIN || *c == FRACTION_END)
			inside = *c == FRACTION_BEGIN;
		else
			*to++ = inside && *c == '.' ? point : *c;
	}
	*to = '\0';
}

static const char *
formatted(struct html *h, const char *format, va_list args)
{
	bool marked = texts_point(h->texts) != '.' && strchr(format, '%') != NULL;
	const char *used = marked ? marked_format(h->arena, format) : format;
	va_list again;
	char *text = NULL;
	int len;

	if (used == NULL)
		return "…"; /* the page's memory is used up */
	va_copy(again, args);
	len = vsnprintf(NULL, 0, used, again);
	va_end(again);
	if (len < 0 || (text = arena_alloc(h->arena, (size_t)len + 1)) == NULL)
		return "…";
	vsnprintf(text, (size_t)len + 1, used, args);
	if (marked)
		point_fractions(text, texts_point(h->texts));
	return text;
}

void
h_format(struct html *h, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	h_str(h, formatted(h, format, args));
	va_end(args);
}

const char *
h_words(struct html *h, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = formatted(h, format, args);
	va_end(args);
	return text;
}

void
h_int(struct html *h, int64_t value)
{
	char digits[24], out[64];
	size_t n = 0;
	int len = snprintf(digits, sizeof digits, "%" PRId64, value);
	for (int i = 0; i < len; i++) {
		if (i > (digits[0] == '-') && (len - i) % 3 == 0) {
			out[n++] = texts_group(h->texts);
		}
		out[n++] = digits[i];
	}
	h_text(h, slice_of(out, n));
}

void
h_element(struct html *h, const char *element, const char *class, const char *text)
{
	h_open(h, element);
	if (class != NULL) {
		h_attr(h, "class", class);
	}
	h_str(h, text);
	h_close(h);
}

void
h_link(struct html *h, const char *url, const char *text)
{
	if (!viewer_may_follow(h->viewer, url)) {
		h_str(h, text);
		return;
	}
	h_open(h, "a");
	h_url(h, "href", url);
	h_str(h, text);
	h_close(h);
}
