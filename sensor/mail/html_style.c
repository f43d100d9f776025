#include "sensor/mail/html_style.h"

#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/html_color.h"
#include "sensor/mail/html_entity.h"

#define SIZE_NORMAL 3
#define SIZE_MOST 1000

int
html_styles_init(struct html_styles *s, struct arena *arena)
{
	*s = (struct html_styles){
		.base_size = SIZE_NORMAL, .least = SIZE_NORMAL, .most = SIZE_NORMAL
	};
	s->stack = arena_array(arena, LIMIT_HTML_DEPTH, sizeof *s->stack);
	if (s->stack == NULL)
		return -1;
	s->stack[0] = (struct html_style){
		.tag = HTML_TAGS, .background = 0xffffff, .size = SIZE_NORMAL
	};
	s->depth = 1;
	return 0;
}

const struct html_style *
html_style_now(const struct html_styles *s)
{
	return &s->stack[s->depth - 1];
}

static void
style_push(struct html_styles *s, const struct html_style *style)
{
	if (s->depth == LIMIT_HTML_DEPTH)
		return;
	s->stack[s->depth++] = *style;
	s->open[style->tag]++;
}

static void
style_pop(struct html_styles *s)
{
	s->depth--;
	s->open[s->stack[s->depth].tag]--;
}

/* A cell or row ends the cell (and row) before it, and what was left open in there. */
static void
table_close(struct html_styles *s, enum html_tag_id tag)
{
	while (s->open[tag] > 0) {
		enum html_tag_id top = html_style_now(s)->tag;
		if (top != TAG_FONT && top != TAG_TD && !(tag == TAG_TR && top == TAG_TR))
			return;
		style_pop(s);
	}
}

void
html_style_close(struct html_styles *s, enum html_tag_id tag)
{
	tag = tag == TAG_TH ? TAG_TD : tag;
	if (tag == TAG_BODY || s->open[tag] == 0)
		return;
	for (bool found = false; !found;) {
		found = html_style_now(s)->tag == tag;
		style_pop(s);
	}
}

/* A number at the front, its sign told apart: "+1" and "-1" count from the base. */
static bool
font_size(struct slice value, int base, int *size)
{
	value = slice_trim(value);
	bool sign = value.len > 0 && (value.ptr[0] == '+' || value.ptr[0] == '-');
	int number = 0;
	size_t i = sign, digits = i;
	for (; i < value.len && chars_is(value.ptr[i], CHAR_DIGIT); i++)
		if (number < SIZE_MOST)
			number = number * 10 + (value.ptr[i] - '0');
	if (i == digits)
		return false;
	*size = !sign ? number : value.ptr[0] == '+' ? base + number : base - number;
	return true;
}

/* The last layer's first word that is a colour. */
static void
background_shorthand(struct slice value, struct html_style *style)
{
	uint32_t color = COLOR_INVALID;
	size_t start = 0;
	int depth = 0;
	for (size_t i = 0; i <= value.len; i++) {
		uint8_t c = i < value.len ? value.ptr[i] : ' ';
		depth += (c == '(') - (c == ')' && depth > 0);
		if (i < value.len && (depth > 0 || (c != ' ' && c != ',')))
			continue;
		struct slice word = slice_take(slice_skip(value, start), i - start);
		uint32_t one = html_color(word);
		if (color == COLOR_INVALID && word.len > 0)
			color = one;
		if (c == ',')
			color = COLOR_INVALID;
		start = i + 1;
	}
	if (color != COLOR_INVALID)
		style->background = color;
}

static uint32_t
css_color(struct slice value, uint32_t inherited)
{
	size_t bang = slice_index(value, '!');
	if (slice_ieq(slice_trim(slice_skip(value, bang + 1)), SLICE("important")))
		value = slice_trim(slice_take(value, bang));
	if (slice_ifind(value, SLICE("rgb")) < value.len)
		return html_color_rgb(value);
	if (slice_ieq(value, SLICE("inherit")))
		return inherited;
	return slice_ieq(value, SLICE("transparent")) ? (uint32_t)COLOR_TRANSPARENT
						      : html_color(value);
}

/* A length in hundredths of a pixel, roughly: 1 em is 16 px, 1 pt is 4/3 px; -1 if it is none. */
static int
css_length(struct slice value)
{
	int whole = 0, cents = 0, scale = 10;
	size_t i = value.len > 0 && value.ptr[0] == '-';
	size_t first = i;
	for (; i < value.len && chars_is(value.ptr[i], CHAR_DIGIT); i++)
		whole = whole < 100000 ? whole * 10 + (value.ptr[i] - '0') : whole;
	bool point = i < value.len && value.ptr[i] == '.';
	for (i += point; point && i < value.len && chars_is(value.ptr[i], CHAR_DIGIT); i++) {
		cents += (value.ptr[i] - '0') * scale;
		scale /= 10;
	}
	if (i == first)
		return -1;
	struct slice unit = slice_trim(slice_skip(value, i));
	int length = whole * 100 + cents;
	if (slice_istarts(unit, SLICE("pt")))
		return length * 4 / 3;
	if (slice_istarts(unit, SLICE("em")) || slice_istarts(unit, SLICE("rem")))
		return length * 16;
	return slice_istarts(unit, SLICE("%")) ? length * 16 / 100 : length;
}

/* What hides text and SpamAssassin does not look at. */
static void
css_tricks(struct slice name, struct slice value, struct html_style *style)
{
	bool minus = value.len > 0 && value.ptr[0] == '-';
	int length = css_length(value);
	if (slice_ieq(name, SLICE("font-size")) && length >= 0) {
		style->tricks = length <= 100;
		style->tiny = length <= 400;
	} else if (slice_ieq(name, SLICE("opacity")) || slice_ieq(name, SLICE("max-height"))) {
		style->tricks = style->tricks || length == 0;
	} else if (slice_ieq(name, SLICE("mso-hide"))) {
		style->tricks = style->tricks || slice_ieq(value, SLICE("all"));
	} else if (slice_ieq(name, SLICE("text-indent")) || slice_ieq(name, SLICE("left")) ||
		   slice_ieq(name, SLICE("top")) || slice_ieq(name, SLICE("margin-left"))) {
		style->tricks = style->tricks || (minus && length >= 50000);
	}
}

static void
css_declaration(struct slice one, struct html_style *style)
{
	size_t colon = slice_index(one, ':');
	struct slice name = slice_take(one, colon), value = slice_trim(slice_skip(one, colon + 1));
	bool tight = name.len > 0 && chars_is(name.ptr[name.len - 1], CHAR_ALPHA);
	name = slice_trim(name);
	if (name.len == 0 || value.len == 0)
		return;
	if (tight && slice_ieq(name, SLICE("color")))
		style->color = css_color(value, style->color);
	else if (tight && slice_ieq(name, SLICE("background-color")))
		style->background = css_color(value, style->background);
	else if (tight && slice_eq(name, SLICE("background")))
		background_shorthand(value, style);
	else if (slice_eq(name, SLICE("display")))
		style->none = slice_ieq(value, SLICE("none"));
	else if (slice_eq(name, SLICE("visibility")))
		style->hidden = slice_ieq(value, SLICE("hidden"));
	else
		css_tricks(name, value, style);
}

static void
css_apply(struct slice css, const struct html_style *parent, struct html_style *style)
{
	while (css.len > 0)
		css_declaration(slice_split(&css, ';'), style);
	if (style->background == COLOR_TRANSPARENT)
		style->background = parent->background;
	if (style->color == COLOR_TRANSPARENT)
		style->color = style->background;
}

/* Which elements have which attributes; "" ends a row. */
static const struct {
	enum html_tag_id tag;
	const char *names[7];
} styled[] = {
	{ TAG_BASEFONT, { "color", "face", "size" } },
	{ TAG_BODY, { "text", "bgcolor", "link", "alink", "vlink", "background" } },
	{ TAG_FONT, { "color", "face", "size" } },
	{ TAG_MARQUEE, { "bgcolor", "background" } },
	{ TAG_TABLE, { "bgcolor", "style" } },
	{ TAG_TD, { "bgcolor", "style" } },
	{ TAG_TR, { "bgcolor", "style" } },
	{ TAG_SPAN, { "style" } },
	{ TAG_P, { "style" } },
	{ TAG_DIV, { "style" } },
	{ TAG_A, { "style" } },
};

static void
attribute_apply(struct html_styles *s, const char *name, struct slice value, struct html_style *to)
{
	if (strcmp(name, "color") == 0 || strcmp(name, "text") == 0)
		to->color = html_color(value);
	else if (strcmp(name, "size") == 0)
		font_size(value, s->base_size, &to->size);
	else if (strcmp(name, "style") == 0)
		css_apply(value, html_style_now(s), to);
	if (to->size > s->most)
		s->most = to->size;
	else if (to->size < s->least)
		s->least = to->size;
}

static void
attributes_apply(struct html_styles *s, const struct html_attributes *a, struct html_style *to)
{
	struct slice value;
	if (a->count == 0)
		return;
	for (size_t i = 0; i < sizeof styled / sizeof *styled; i++)
		for (const char *const *name = styled[i].names;
			styled[i].tag == to->tag && *name != NULL; name++)
			if (html_attribute(a, *name, &value))
				attribute_apply(s, *name, value, to);
}

void
html_style_open(struct html_styles *s, enum html_tag_id tag, const struct html_attributes *a)
{
	struct slice size;
	tag = tag == TAG_TH ? TAG_TD : tag;
	if (tag == TAG_BASEFONT && html_attribute(a, "size", &size) &&
		font_size(size, 0, &s->base_size))
		return;
	if (tag == TAG_TD || tag == TAG_TR)
		table_close(s, tag);
	struct html_style style = *html_style_now(s);
	style.tag = tag;
	if (tag == TAG_BIG || tag == TAG_SMALL)
		style.size += tag == TAG_BIG ? 1 : -1;
	else
		attributes_apply(s, a, &style);
	style_push(s, &style);
}

/* References resolved, "&nbsp;" as a blank. */
static struct slice
value_resolve(struct slice value, struct arena *arena)
{
	size_t amp = slice_index(value, '&');
	if (amp == value.len)
		return value;
	uint8_t *out = arena_alloc(arena, value.len + 1);
	size_t n = 0;
	if (out == NULL)
		return value;
	for (size_t i = 0; i < value.len;) {
		uint32_t rune = 0;
		struct slice here = slice_skip(value, i);
		size_t used = value.ptr[i] == '&' ? html_entity(here, false, &rune) : 0;
		if (used == 0) {
			out[n++] = value.ptr[i++];
			continue;
		}
		if (slice_starts(here, SLICE("&nbsp;")))
			rune = ' ';
		n += html_entity_write(rune, out + n);
		i += used;
	}
	return slice_of(out, n);
}

bool
html_attribute(const struct html_attributes *a, const char *name, struct slice *value)
{
	for (size_t i = 0; i < a->count; i++) {
		if (!slice_ieq(a->items[i].name, slice_str(name)))
			continue;
		*value = value_resolve(a->items[i].value, a->arena);
		return true;
	}
	return false;
}
