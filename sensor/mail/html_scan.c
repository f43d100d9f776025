#include "sensor/mail/html_scan.h"

#include <string.h>

#include "sensor/base/chars.h"

struct scan {
	struct slice in;
	size_t at;
	bool open_comment;  /* a comment had no end: from there on ">" ends one */
	bool pending_title; /* a title had no end: it ends before the next tag */
	bool no_end[2];	    /* there is no more </title>, no more "]]>" */
	struct arena *arena;
	const struct html_scan_calls *calls;
	void *context;
};

/* Elements whose content is text until their end tag. */
static const struct literal {
	enum html_tag_id id;
	bool literal; /* references in it are none */
	bool rest;    /* without an end tag: all that follows is text */
	bool never_ends;
} literals[] = {
	{ TAG_SCRIPT, true, true, false },
	{ TAG_STYLE, true, true, false },
	{ TAG_XMP, true, true, false },
	{ TAG_IFRAME, true, true, false },
	{ TAG_PLAINTEXT, true, true, true },
	{ TAG_TITLE, false, false, false },
	{ TAG_TEXTAREA, false, true, false },
};

static bool
name_first(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA) || c == '_' || c == ':';
}

static size_t
skip_space(struct slice s, size_t i)
{
	while (i < s.len && chars_is_white(s.ptr[i]))
		i++;
	return i;
}

static size_t
find_from(struct slice s, size_t from, uint8_t c)
{
	return from >= s.len ? s.len : from + slice_index(slice_skip(s, from), c);
}

static void
tag_send(struct scan *s, struct html_scan_tag *tag)
{
	if (s->pending_title) {
		struct html_scan_tag title = {
			.name = SLICE("title"), .id = TAG_TITLE, .end = true
		};
		s->pending_title = false;
		s->calls->tag(s->context, &title);
	}
	tag->id = html_tag_find(tag->name);
	s->calls->tag(s->context, tag);
}

static void
text_send(struct scan *s, size_t from, size_t to, bool literal)
{
	if (to > from)
		s->calls->text(s->context, slice_take(slice_skip(s->in, from), to - from), literal);
}

static void
comment_send(struct scan *s, size_t from, size_t to)
{
	s->calls->comment(s->context, slice_take(slice_skip(s->in, from), to - from));
}

/* The value behind "=": quoted, or up to white space or ">".  Returns the index behind it, or len
 * if a quote is never closed. */
static size_t
value_read(struct slice in, size_t i, struct slice *value)
{
	uint8_t quote = i < in.len ? in.ptr[i] : 0;
	size_t start = i;
	if (quote == '"' || quote == '\'') {
		size_t end = find_from(in, i + 1, quote);
		*value = slice_take(slice_skip(in, i + 1), end - i - 1);
		return end < in.len ? end + 1 : in.len;
	}
	while (i < in.len && !chars_is_white(in.ptr[i]) && in.ptr[i] != '>')
		i++;
	*value = slice_take(slice_skip(in, start), i - start);
	return i;
}

/* Attributes up to the ">"; returns its index, or len. */
static size_t
attributes_read(struct slice in, size_t i, struct html_attributes *a)
{
	for (i = skip_space(in, i); i < in.len && in.ptr[i] != '>'; i = skip_space(in, i)) {
		struct html_attribute one;
		size_t start = i++;
		while (i < in.len && !chars_is_white(in.ptr[i]) && in.ptr[i] != '=' &&
			in.ptr[i] != '>')
			i++;
		one.name = slice_take(slice_skip(in, start), i - start);
		one.value = one.name;
		i = skip_space(in, i);
		if (i < in.len && in.ptr[i] == '=')
			i = value_read(in, skip_space(in, i + 1), &one.value);
		if (a->count < HTML_ATTRIBUTES)
			a->items[a->count++] = one;
	}
	return i;
}

/* "<br/>" is "<br>". */
static struct slice
name_unslashed(struct slice name)
{
	if (name.len < 2 || name.ptr[name.len - 1] != '/')
		return name;
	for (size_t i = 0; i + 1 < name.len; i++)
		if (!chars_is(name.ptr[i], CHAR_ALPHA | CHAR_DIGIT) && name.ptr[i] != '_')
			return name;
	return slice_take(name, name.len - 1);
}

/* Index of the end tag of a literal element at or behind `from`, len if there is none; *after is
 * the index behind it. */
static size_t
literal_end(struct slice in, size_t from, enum html_tag_id id, size_t *after)
{
	struct slice name = slice_str(html_tags[id].name);
	for (size_t i = find_from(in, from, '<'); i < in.len; i = find_from(in, i + 1, '<')) {
		struct slice here = slice_skip(in, i + 1);
		if (here.len == 0 || here.ptr[0] != '/' ||
			!slice_istarts(slice_skip(here, 1), name))
			continue;
		size_t end = skip_space(in, i + 2 + name.len);
		if (end < in.len && in.ptr[end] == '>') {
			*after = end + 1;
			return i;
		}
		i = end - 1;
	}
	return in.len;
}

/* The content of an element that is text until its end tag. */
static void
literal_read(struct scan *s, const struct literal *l)
{
	size_t after = s->in.len, end = s->in.len;
	struct html_scan_tag tag = { .name = slice_str(html_tags[l->id].name), .end = true };
	bool known_open = l->id == TAG_TITLE && s->no_end[0];
	if (!l->never_ends && !known_open)
		end = literal_end(s->in, s->at, l->id, &after);
	if (end == s->in.len && !l->rest) {
		s->no_end[0] = true;
		s->pending_title = true;
		return;
	}
	text_send(s, s->at, end, l->literal);
	s->at = after;
	if (end < s->in.len || l->id == TAG_SCRIPT || l->id == TAG_STYLE)
		tag_send(s, &tag);
}

/* A start tag at the front.  False if it is never closed. */
static bool
start_read(struct scan *s)
{
	struct slice in = s->in;
	struct html_scan_tag tag;
	size_t i = s->at + 2;
	while (i < in.len && !chars_is_white(in.ptr[i]) && in.ptr[i] != '>')
		i++;
	tag.name = name_unslashed(slice_take(slice_skip(in, s->at + 1), i - s->at - 1));
	tag.end = false;
	tag.attributes.count = 0;
	tag.attributes.arena = s->arena;
	i = attributes_read(in, i, &tag.attributes);
	if (i >= in.len)
		return false;
	s->at = i + 1;
	tag_send(s, &tag);
	for (size_t l = 0; l < sizeof literals / sizeof *literals; l++)
		if (literals[l].id == tag.id)
			literal_read(s, &literals[l]);
	return true;
}

/* Index of the ">" that ends an end tag; a quoted one does not. */
static size_t
end_tag_end(struct slice in, size_t i)
{
	uint8_t quote = 0, before = ' ';
	for (; i < in.len && (quote != 0 || in.ptr[i] != '>'); i++) {
		uint8_t c = in.ptr[i];
		if (quote == 0 && (c == '"' || c == '\'') &&
			(chars_is_white(before) || before == '='))
			quote = c;
		else if (c == quote)
			quote = 0;
		before = c;
	}
	return i;
}

static bool
end_read(struct scan *s)
{
	struct slice in = s->in;
	size_t start = s->at, i = start + 2;
	bool named = i < in.len && !chars_is_white(in.ptr[i]) && in.ptr[i] != '>';
	while (named && i < in.len && !chars_is_white(in.ptr[i]) && in.ptr[i] != '>')
		i++;
	struct html_scan_tag tag; /* large: its attributes are not cleared */
	tag.end = true;
	tag.attributes.count = 0;
	tag.name = slice_take(slice_skip(in, start + 2), i - start - 2);
	i = end_tag_end(in, i);
	if (i >= in.len)
		return false;
	s->at = i + 1;
	if (named)
		tag_send(s, &tag);
	else
		comment_send(s, start, s->at);
	return true;
}

/* Index behind "--", white space and ">", or 0. */
static size_t
comment_end(struct slice in, size_t from)
{
	for (size_t i = find_from(in, from, '-'); i + 1 < in.len; i = find_from(in, i + 1, '-')) {
		if (in.ptr[i + 1] != '-')
			continue;
		size_t end = skip_space(in, i + 2);
		if (end < in.len && in.ptr[end] == '>')
			return end + 1;
		/* white space behind two hyphens is not looked at again */
		i = end > i + 2 ? end - 1 : i;
	}
	return 0;
}

static bool
comment_read(struct scan *s)
{
	size_t end = s->open_comment ? 0 : comment_end(s->in, s->at + 4);
	if (end == 0) {
		s->open_comment = true;
		end = find_from(s->in, s->at + 4, '>') + 1;
		if (end > s->in.len)
			return false;
	}
	comment_send(s, s->at, end);
	s->at = end;
	return true;
}

/* "<![CDATA[" up to "]]>" is text. */
static bool
cdata_read(struct scan *s)
{
	size_t start = s->at + 9;
	struct slice rest = slice_skip(s->in, start);
	size_t end = s->no_end[1] ? rest.len : slice_find(rest, SLICE("]]>"));
	s->no_end[1] = end == rest.len;
	if (s->no_end[1])
		return false;
	text_send(s, start, start + end, true);
	s->at = start + end + 3;
	return true;
}

/* Index of the ">" that ends <!DOCTYPE …>; what is quoted does not. */
static size_t
doctype_end(struct slice in, size_t i)
{
	while (i < in.len && in.ptr[i] != '>') {
		uint8_t c = in.ptr[i];
		i = c == '"' || c == '\'' ? find_from(in, i + 1, c) + 1 : i + 1;
	}
	return i;
}

static bool
declaration_read(struct scan *s)
{
	struct slice here = slice_skip(s->in, s->at);
	if (slice_starts(here, SLICE("<!--")))
		return comment_read(s);
	if (slice_istarts(here, SLICE("<![CDATA[")))
		return cdata_read(s);
	bool doctype = slice_istarts(here, SLICE("<!DOCTYPE"));
	size_t end = doctype ? doctype_end(s->in, s->at + 9) : find_from(s->in, s->at + 2, '>');
	if (end >= s->in.len)
		return false;
	if (doctype)
		s->calls->doctype(s->context);
	else
		comment_send(s, s->at, end + 1);
	s->at = end + 1;
	return true;
}

static bool
instruction_read(struct scan *s)
{
	size_t end = find_from(s->in, s->at + 2, '>');
	s->at = end < s->in.len ? end + 1 : s->at;
	return end < s->in.len;
}

/* Markup at the front, which is "<".  1: read; 0: it is text; -1: it has no end. */
static int
markup_read(struct scan *s)
{
	uint8_t c = s->at + 1 < s->in.len ? s->in.ptr[s->at + 1] : '!';
	bool left = s->in.len - s->at >= 3;
	if (name_first(c))
		return left && start_read(s) ? 1 : -1;
	if (c == '/')
		return left && end_read(s) ? 1 : -1;
	if (c == '!')
		return left && declaration_read(s) ? 1 : -1;
	if (c == '?')
		return left && instruction_read(s) ? 1 : -1;
	return 0;
}

void
html_scan(
	struct slice html, struct arena *arena, const struct html_scan_calls *calls, void *context)
{
	struct scan s = { .in = html, .arena = arena, .calls = calls, .context = context };
	size_t text = 0; /* where text that was not sent begins */
	while (s.at < html.len) {
		size_t tag = find_from(html, s.at, '<');
		text_send(&s, text, tag, false);
		s.at = text = tag;
		if (tag == html.len)
			return;
		int got = markup_read(&s);
		if (got > 0)
			text = s.at;
		else if (got == 0)
			s.at++;
		else {
			comment_send(&s, s.at, html.len);
			return;
		}
	}
	text_send(&s, text, html.len, false);
}
