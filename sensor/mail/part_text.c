#include "sensor/base/chars.h"
#include "sensor/mail/part_text.h"

#define META_WITHIN 1024 /* bytes of HTML in which browsers look for it (HTML 4.2.5.4) */

static const char *
shown_as(const struct message_part *p)
{
	static const char *const endings[] = { ".htm", ".html", ".shtm", ".shtml" };
	struct slice type = slice_str(p->type), name = slice_str(p->name);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_iends(name, slice_str(endings[i])))
			return "text/html";
	if (slice_eq(type, SLICE("text/html")))
		return "text/html";
	if (slice_eq(type, SLICE("text/x-vcard")) || slice_eq(type, SLICE("text/calendar")))
		return "";
	return slice_starts(type, SLICE("text/")) ? "text/plain" : "";
}

/* <meta charset="…"> or <meta http-equiv=… content="text/html; charset=…"> */
static struct slice
meta_charset(struct slice html)
{
	struct slice front = slice_take(html, META_WITHIN);
	for (;;) {
		front = slice_skip(front, slice_index(front, '<'));
		if (front.len == 0)
			return SLICE_EMPTY;
		if (!slice_istarts(front, SLICE("<meta"))) {
			front = slice_skip(front, 1);
			continue;
		}
		struct slice tag = slice_take(front, slice_index(front, '>'));
		front = slice_skip(front, tag.len);
		struct slice value = slice_skip(tag, slice_ifind(tag, SLICE("charset")) + 7);
		while (value.len > 0 && !chars_is(value.ptr[0], CHAR_ALPHA | CHAR_DIGIT))
			value = slice_skip(value, 1);
		size_t n = 0;
		while (n < value.len && chars_is(value.ptr[n], CHAR_TOKEN) && value.ptr[n] != '\'')
			n++;
		if (n > 0)
			return slice_take(value, n);
	}
}

void
part_text(struct message_part *p, struct charsets *charsets, struct arena *arena)
{
	unsigned faults = 0;
	p->shown = shown_as(p);
	if (*p->shown == '\0')
		return;
	struct slice name = slice_str(p->charset);
	if (name.len == 0 && slice_eq(slice_str(p->shown), SLICE("text/html")))
		name = meta_charset(p->decoded);
	p->text = charset_text(charsets, name, p->decoded, arena, &faults);
	if (faults & CHARSET_UNKNOWN)
		p->faults |= PART_CHARSET_UNKNOWN;
	if (faults & (CHARSET_DAMAGED | CHARSET_UNDECLARED))
		p->faults |= PART_CHARSET_DAMAGED;
}
