#include "sensor/mail/html.h"

#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/hash.h"
#include "sensor/mail/html_color.h"
#include "sensor/mail/html_entity.h"
#include "sensor/mail/html_link.h"
#include "sensor/mail/html_scan.h"
#include "sensor/mail/html_style.h"
#include "sensor/mail/html_text.h"
#include "sensor/mail/text_space.h"

#define WORD_PIECE 7 /* bytes of a word's piece that tags are suspected to have cut out */

struct render {
	struct html_facts *f;
	struct arena *arena;
	struct html_styles styles;
	struct html_links links;
	struct html_text text;
	struct html_buffer anchors, titles, scratch;
	size_t anchor_start, title_start;
	size_t anchor_link; /* in f->links, and 1; 0 = none */
	uint64_t pieces;    /* pairs of lengths that were seen: bit 7 * before + after */
};

static void
list_add(struct render *r, struct slice **list, size_t *count, size_t *cap, struct slice item)
{
	void *moved = *list;
	struct slice *to = arena_grow(r->arena, &moved, count, cap, sizeof item, LIMIT_HTML_ITEMS);
	*list = moved;
	if (to == NULL)
		r->f->cut = true;
	else
		*to = item;
}

#define LIST_ADD(r, list, item)                                                                    \
	list_add(r, &(r)->f->list, &(r)->f->list##_count, &(r)->f->list##_cap, item)

/* What a tag counts for: the balance of its name, and whether it was new. */
static int32_t *
balance_of(struct render *r, const struct html_scan_tag *tag, bool *fresh)
{
	struct html_facts *f = r->f;
	if (tag->id < HTML_TAGS) {
		*fresh = !f->seen[tag->id];
		f->seen[tag->id] = true;
		return &f->balance[tag->id];
	}
	uint8_t name[64];
	struct slice key = slice_take(tag->name, sizeof name);
	for (size_t i = 0; i < key.len; i++)
		name[i] = chars_lower(key.ptr[i]);
	uint64_t hash = hash_stable(name, key.len);
	for (size_t i = 0; i < f->unknown_count; i++)
		if (f->unknown[i] == hash) {
			*fresh = false;
			return &f->unknown_balance[i];
		}
	*fresh = true;
	if (f->unknown_count == LIMIT_HTML_UNKNOWN)
		return NULL;
	f->unknown[f->unknown_count] = hash;
	return &f->unknown_balance[f->unknown_count++];
}

/* Office's own: "o:p", "st1:place". */
static bool
namespaced(struct slice name)
{
	size_t colon = slice_index(name, ':');
	bool office = colon == 1 && chars_lower(name.ptr[0]) == 'o';
	bool smart =
		colon == 3 && slice_istarts(name, SLICE("st")) && chars_is(name.ptr[2], CHAR_DIGIT);
	struct slice rest = slice_skip(name, colon + 1);
	if (rest.len > 0 && rest.ptr[rest.len - 1] == '/')
		rest.len--;
	if ((!office && !smart) || rest.len == 0)
		return false;
	for (size_t i = 0; i < rest.len; i++)
		if (!chars_is(rest.ptr[i], CHAR_ALPHA | CHAR_DIGIT) && rest.ptr[i] != '-' &&
			rest.ptr[i] != '_')
			return false;
	return true;
}

static void
tag_count(struct render *r, const struct html_scan_tag *tag, bool known)
{
	struct html_facts *f = r->f;
	bool fresh;
	int32_t *balance = balance_of(r, tag, &fresh);
	f->tags++;
	f->tags_seen += fresh;
	f->elements += known;
	f->elements_seen += known && fresh;
	if (balance == NULL)
		return;
	*balance += tag->end ? -1 : 1;
	if (*balance < 0) {
		*balance = 0;
		f->closed_extra++;
	}
}

/* A side of an image in pixels: 8 or 6 for a per cent, 200 where nothing sensible is said. */
static int64_t
image_side(const struct html_attributes *a, const char *name, int64_t percent)
{
	struct slice value;
	int64_t pixels = 0;
	if (!html_attribute(a, name, &value))
		return -1;
	bool relative = value.len > 0 && value.ptr[value.len - 1] == '%';
	value.len -= relative;
	if (value.len > 6 || slice_number(value, &pixels) != 0)
		pixels = 0;
	pixels *= relative ? percent : 1;
	return pixels > 0 ? pixels : 200;
}

static void
image_measure(struct render *r, const struct html_attributes *a)
{
	int64_t width = image_side(a, "width", 8), height = image_side(a, "height", 6);
	if (width > 0 && height > 0)
		r->f->image_area += width * height;
	if (r->f->balance[TAG_A] <= 0)
		return;
	html_buffer_add(&r->anchors, SLICE("<img>\n"));
}

/* One font of a list: letters, blanks and hyphens, perhaps a digit at the end, perhaps quoted. */
static bool
face_plain(struct slice face, bool first)
{
	while (face.len > 0 && text_space(face, false) > 0)
		face = slice_skip(face, 1);
	if (face.len > 0 &&
		(face.ptr[0] == '"' || face.ptr[0] == '\'' || (first && face.ptr[0] == '.')))
		face = slice_skip(face, 1);
	if (face.len > 0 && (face.ptr[face.len - 1] == '"' || face.ptr[face.len - 1] == '\''))
		face.len--;
	if (face.len > 0 && chars_is(face.ptr[face.len - 1], CHAR_DIGIT))
		face.len--;
	if (face.len < 2 || !chars_is(face.ptr[face.len - 1], CHAR_ALPHA))
		return false;
	for (size_t i = 0; i < face.len; i++) {
		bool filler = face.ptr[i] == ' ' || face.ptr[i] == '-';
		if (!chars_is(face.ptr[i], CHAR_ALPHA) && !(filler && (i > 0 || first)))
			return false;
	}
	return true;
}

static bool
face_bad(struct slice faces)
{
	if (faces.len > 0 && faces.ptr[faces.len - 1] == ';')
		faces.len--;
	bool first = true;
	if (faces.len == 0)
		return true;
	while (faces.len > 0) {
		bool more = slice_index(faces, ',') < faces.len;
		struct slice face = slice_split(&faces, ',');
		if (!face_plain(face, first) || (more && faces.len == 0))
			return true;
		first = false;
	}
	return false;
}

static void
meta_charset(struct render *r, const struct html_attributes *a)
{
	struct slice how, content;
	if (!html_attribute(a, "http-equiv", &how) || !html_attribute(a, "content", &content) ||
		slice_ifind(how, SLICE("content-type")) == how.len)
		return;
	size_t at = slice_ifind(content, SLICE("charset"));
	struct slice rest = slice_trim(slice_skip(content, at + 7));
	if (at == content.len || rest.len == 0 || rest.ptr[0] != '=')
		return;
	rest = slice_trim(slice_skip(rest, 1));
	if (rest.len > 0 && (rest.ptr[0] == '"' || rest.ptr[0] == '\''))
		rest = slice_skip(rest, 1);
	rest = slice_take(slice_take(rest, slice_index(rest, '"')), slice_index(rest, '\''));
	if (rest.len > 0)
		LIST_ADD(r, charsets, rest);
}

/* The anchor's text ends where the next one begins. */
static void
anchor_end(struct render *r)
{
	struct slice text = html_buffer_since(&r->anchors, r->anchor_start);
	if (r->f->anchors_count > 0)
		r->f->anchors[r->f->anchors_count - 1] = text;
	if (r->anchor_link > 0) {
		struct html_link *link = &r->f->links[r->anchor_link - 1];
		if (link->anchors_count > 0)
			link->anchors[link->anchors_count - 1] = text;
	}
	r->anchor_start = r->anchors.len;
	r->anchor_link = 0;
}

static void
anchor_begin(struct render *r, const struct html_attributes *a)
{
	anchor_end(r);
	LIST_ADD(r, anchors, SLICE_EMPTY);
	struct html_link *link = html_links_anchor(&r->links, a);
	if (link == NULL)
		return;
	struct slice *text = ARENA_PUSH(r->arena, link->anchors, LIMIT_HTML_ITEMS);
	r->anchor_link = text == NULL ? 0 : (size_t)(link - r->f->links) + 1;
}

static void
title_end(struct render *r)
{
	if (r->f->titles_count > 0)
		r->f->titles[r->f->titles_count - 1] =
			html_buffer_since(&r->titles, r->title_start);
	r->title_start = r->titles.len;
}

static void
start_tests(struct render *r, const struct html_scan_tag *tag)
{
	struct slice value;
	const struct html_attributes *a = &tag->attributes;
	if (tag->id == TAG_FONT && html_attribute(a, "face", &value))
		r->f->face_bad = r->f->face_bad || face_bad(value);
	if (tag->id == TAG_IMG)
		image_measure(r, a);
	if (tag->id == TAG_FORM && html_attribute(a, "action", &value))
		r->f->form_mailto =
			r->f->form_mailto || slice_ifind(value, SLICE("mailto:")) < value.len;
	r->f->embeds = r->f->embeds || tag->id == TAG_OBJECT || tag->id == TAG_EMBED;
	if (tag->id == TAG_META)
		meta_charset(r, a);
	if (tag->id == TAG_A)
		anchor_begin(r, a);
	if (tag->id == TAG_TITLE) {
		title_end(r);
		LIST_ADD(r, titles, SLICE_EMPTY);
	}
}

static void
on_tag(void *context, const struct html_scan_tag *tag)
{
	struct render *r = context;
	unsigned does = tag->id < HTML_TAGS ? html_tags[tag->id].does : 0;
	bool office = tag->id == HTML_TAGS && namespaced(tag->name);
	tag_count(r, tag, office || (does & DOES_COUNT) != 0);
	if ((does & (DOES_COUNT | DOES_RENDER)) == 0)
		return;
	if ((does & DOES_STYLE) && tag->end)
		html_style_close(&r->styles, tag->id);
	else if (does & DOES_STYLE)
		html_style_open(&r->styles, tag->id, &tag->attributes);
	if (does & (DOES_BLANK | DOES_LINE | DOES_PARAGRAPH))
		html_text_space(&r->text, does & DOES_BLANK  ? " "
					  : does & DOES_LINE ? "\n"
							     : "\n\n");
	if (tag->end)
		return;
	if (does & DOES_LINK)
		html_links_tag(&r->links, tag->id, &tag->attributes);
	start_tests(r, tag);
}

/* References resolved, and "&nbsp;" a blank. */
static struct slice
resolve(struct render *r, struct slice text)
{
	if (slice_index(text, '&') == text.len)
		return text;
	size_t start = r->scratch.len;
	uint8_t utf8[4];
	while (text.len > 0) {
		size_t amp = slice_index(text, '&');
		html_buffer_add(&r->scratch, slice_take(text, amp));
		text = slice_skip(text, amp);
		uint32_t rune = 0;
		size_t n = text.len == 0 ? 0 : html_entity(text, true, &rune);
		if (n == 0) {
			html_buffer_add(&r->scratch, slice_take(text, 1));
			text = slice_skip(text, 1);
			continue;
		}
		rune = slice_starts(text, SLICE("&nbsp;")) ? ' ' : rune;
		r->f->wide = r->f->wide || rune > 0xff;
		html_buffer_add(&r->scratch, slice_of(utf8, html_entity_write(rune, utf8)));
		text = slice_skip(text, n);
	}
	return html_buffer_since(&r->scratch, start);
}

static bool
word_byte(uint8_t c)
{
	return c >= 0x80 || chars_is(c, CHAR_ALPHA | CHAR_DIGIT);
}

/* Tags in the middle of words. */
static void
words_parted(struct render *r, struct slice text)
{
	struct slice last = html_text_last(&r->text);
	size_t before = 0, after = 0;
	if (last.len == 0 || text.len == 0)
		return;
	r->f->obfuscation += word_byte(text.ptr[0]) && word_byte(last.ptr[last.len - 1]);
	while (before <= WORD_PIECE && before < last.len &&
		word_byte(last.ptr[last.len - 1 - before]))
		before++;
	while (after <= WORD_PIECE && after < text.len && word_byte(text.ptr[after]))
		after++;
	if (before == 0 || after == 0 || before > WORD_PIECE || after > WORD_PIECE)
		return;
	uint64_t bit = UINT64_C(1) << ((before - 1) * WORD_PIECE + after - 1);
	r->f->backhair += (r->pieces & bit) == 0;
	r->pieces |= bit;
}

static bool
only_space(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text_space(slice_skip(text, i), false) == 0)
			return false;
	return true;
}

/* Text that the style in force hides, by SpamAssassin's measure. */
static bool
text_hidden(struct render *r, const struct html_style *style)
{
	if (html_color_near(style->color, style->background)) {
		r->f->low_contrast = true;
		return true;
	}
	if (style->color == COLOR_INVALID || style->background == COLOR_INVALID) {
		r->f->color_invalid = true;
		return true;
	}
	return style->size <= 1 || style->none || style->hidden;
}

static void
on_text(void *context, struct slice text, bool literal)
{
	struct render *r = context;
	struct html_facts *f = r->f;
	if (f->balance[TAG_SCRIPT] > 0) {
		LIST_ADD(r, scripts, text);
		return;
	}
	if (f->balance[TAG_STYLE] > 0)
		return;
	r->scratch.len = 0;
	text = literal ? text : resolve(r, text);
	if (f->balance[TAG_A] > 0)
		html_buffer_add(&r->anchors, text);
	if (f->balance[TAG_TITLE] > 0)
		html_buffer_add(&r->titles, text);
	const struct html_style *style = html_style_now(&r->styles);
	bool blank = only_space(text);
	bool hidden = !blank && text_hidden(r, style);
	bool marked = hidden || (!blank && style->tricks);
	words_parted(r, text);
	f->hidden_bytes += marked ? text.len : 0;
	f->tiny_bytes += style->tiny ? text.len : 0;
	html_text_add(&r->text, text, hidden ? HTML_HIDDEN : HTML_SHOWN, marked);
}

static void
on_comment(void *context, struct slice comment)
{
	struct render *r = context;
	LIST_ADD(r, comments, comment);
}

static void
on_doctype(void *context)
{
	struct render *r = context;
	r->f->elements++;
	r->f->tags++;
	r->f->balance[TAG_DOCTYPE] = 0;
	r->f->seen[TAG_DOCTYPE] = true;
}

/* Curly quotes count as straight ones, in text and round values. */
static struct slice
quotes_straight(struct slice html, struct arena *arena)
{
	static const uint8_t front[2] = { 0xe2, 0x80 };
	if (memmem(html.ptr, html.len, front, sizeof front) == NULL)
		return html;
	uint8_t *out = arena_alloc(arena, html.len + 1);
	size_t n = 0;
	if (out == NULL)
		return html;
	for (size_t i = 0; i < html.len; i++) {
		struct slice here = slice_skip(html, i);
		bool quote = slice_starts(here, SLICE("\xe2\x80\x9c")) ||
			     slice_starts(here, SLICE("\xe2\x80\x9d"));
		out[n++] = quote ? '"' : html.ptr[i];
		i += quote ? 2 : 0;
	}
	return slice_of(out, n);
}

static void
text_measure(struct html_facts *f)
{
	f->text_length = f->text_visible = text_characters(f->text);
	for (size_t i = 0, n; i<f->text.len; i += n> 0 ? n : 1) {
		n = text_space_maybe(f->text.ptr[i]) ? text_space(slice_skip(f->text, i), f->wide)
						     : 0;
		f->text_visible -= n > 0;
	}
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void
html_render(struct slice html, struct arena *arena, struct html_facts *out)
{
	struct render r = { .f = out, .arena = arena, .text.arena = arena };
	*out = (struct html_facts){ .bytes = html.len, .length = text_characters(html) };
	out->wide = out->length < html.len;
	html = quotes_straight(html, arena);
	html_buffer_init(&r.text.all, html.len + 1, arena);
	html_buffer_init(&r.anchors, least(html.len + html.len / 4 + 8, LIMIT_RULE_TEXT), arena);
	html_buffer_init(&r.titles, least(html.len + 1, LIMIT_RULE_TEXT), arena);
	html_buffer_init(&r.scratch, html.len + 1, arena);
	if (html_styles_init(&r.styles, arena) != 0 || html_links_init(&r.links, out, arena) != 0) {
		out->cut = true;
		return;
	}
	static const struct html_scan_calls calls = { on_tag, on_text, on_comment, on_doctype };
	html_scan(html, arena, &calls, &r);
	anchor_end(&r);
	title_end(&r);
	out->text = html_buffer_since(&r.text.all, 0);
	out->hidden = html_buffer_since(&r.text.hidden, 0);
	out->least_size = r.styles.least;
	out->most_size = r.styles.most;
	text_measure(out);
}

bool
html_tag_seen(const struct html_facts *f, struct slice name, int32_t *balance)
{
	enum html_tag_id id = html_tag_find(name);
	*balance = 0;
	if (id < HTML_TAGS) {
		*balance = f->balance[id];
		return f->seen[id];
	}
	uint64_t hash = hash_stable(name.ptr, name.len);
	for (size_t i = 0; i < f->unknown_count; i++)
		if (f->unknown[i] == hash) {
			*balance = f->unknown_balance[i];
			return true;
		}
	return false;
}
