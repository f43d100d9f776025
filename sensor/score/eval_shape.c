#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/score/eval_shape.h"

struct search {
	struct slice text;
	bool any_case;
	size_t steps; /* left */
};

/* May c be one of those that a hole of this kind takes any number of? */
static bool
hole_takes(char kind, uint8_t c)
{
	switch (kind) {
	case '*':
	case '+':
		return !chars_is_white(c);
	case '`':
		return c != '\n';
	case '#':
		return chars_is(c, CHAR_DIGIT);
	case '^':
		return chars_is_word(c);
	case '~':
		return chars_is(c, CHAR_HEX) || c == '.' || c == ':';
	}
	return false;
}

static bool
one_takes(const char *shape, uint8_t c, bool any_case)
{
	switch (*shape) {
	case '%':
		return chars_is(c, CHAR_DIGIT);
	case '&':
		return chars_is(c, CHAR_ALPHA);
	case '?':
		return c != '\n';
	case '[':
		for (shape++; *shape != '\0'; shape++)
			if ((uint8_t)*shape == c)
				return true;
			else if (shape[1] == ']')
				return false;
		return false;
	}
	return any_case ? chars_lower((uint8_t)*shape) == chars_lower(c) : (uint8_t)*shape == c;
}

/* Behind one piece of a shape: "[abc]" is one, "[])]" too. */
static const char *
piece_end(const char *shape)
{
	if (*shape != '[')
		return shape + 1;
	shape += 2;
	while (*shape != ']' && *shape != '\0')
		shape++;
	return shape + (*shape == ']');
}

static bool
at_word_end(struct slice text, size_t at)
{
	bool before = at > 0 && chars_is_word(text.ptr[at - 1]);
	bool behind = at < text.len && chars_is_word(text.ptr[at]);
	return before != behind;
}

static bool
is_address(struct slice text)
{
	struct addr ignored;
	return text.len > 2 && text.len < ADDR_TEXT_MAX && addr_parse(text, &ignored) == 0;
}

static bool here(struct search *s, size_t at, const char *shape);

static void
spend(struct search *s, size_t steps)
{
	s->steps -= steps < s->steps ? steps : s->steps;
}

/* The longest first. */
static bool
hole(struct search *s, size_t at, const char *shape)
{
	size_t most = at, least = at + (*shape != '*' && *shape != '`');
	while (most < s->text.len && hole_takes(*shape, s->text.ptr[most]))
		most++;
	spend(s, (most - at) / 8 + 1);
	for (size_t end = most; end + 1 > least && s->steps > 0; end--) {
		spend(s, 1);
		if ((*shape != '~' || is_address(slice_skip(slice_take(s->text, end), at))) &&
			here(s, end, shape + 1))
			return true;
		if (end == 0)
			break;
	}
	return false;
}

static bool
here(struct search *s, size_t at, const char *shape)
{
	while (*shape != '\0') {
		if (strchr("*+`#^~", *shape) != NULL)
			return hole(s, at, shape);
		if (*shape == '!') {
			if (!at_word_end(s->text, at))
				return false;
			shape++;
			continue;
		}
		if (at >= s->text.len || !one_takes(shape, s->text.ptr[at], s->any_case))
			return false;
		at++;
		shape = piece_end(shape);
	}
	return true;
}

static bool
find(struct slice text, const char *shape, bool any_case)
{
	struct search s = { text, any_case, SHAPE_STEPS };
	struct slice literal = slice_of(shape, strcspn(shape, "*+`#%&^~!?["));
	for (size_t at = 0; at <= text.len && s.steps > 0; at++) {
		spend(&s, 1);
		struct slice rest = slice_skip(text, at);
		at += any_case ? slice_ifind(rest, literal) : slice_find(rest, literal);
		if (literal.len > 0 && at >= text.len)
			return false;
		if (here(&s, at, shape))
			return true;
	}
	return false;
}

bool
shape_find(struct slice text, const char *shape)
{
	return find(text, shape, false);
}

bool
shape_ifind(struct slice text, const char *shape)
{
	return find(text, shape, true);
}

bool
shape_starts(struct slice text, const char *shape)
{
	struct search s = { text, false, SHAPE_STEPS };
	return here(&s, 0, shape);
}

bool
shape_find_any(struct slice text, const char *const *shapes)
{
	for (; *shapes != NULL; shapes++)
		if (shape_find(text, *shapes))
			return true;
	return false;
}

/* One "*" at a time is enough to come back to: what a later one takes, an earlier need not. */
bool
shape_glob(struct slice text, struct slice glob)
{
	size_t t = 0, g = 0, star = glob.len, resume = 0;
	while (t < text.len) {
		if (g < glob.len && glob.ptr[g] == '*') {
			star = g++;
			resume = t;
		} else if (g < glob.len &&
			   (glob.ptr[g] == '?' ||
				   chars_lower(glob.ptr[g]) == chars_lower(text.ptr[t]))) {
			g++;
			t++;
		} else if (star < glob.len) {
			g = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.ptr[g] == '*')
		g++;
	return g == glob.len;
}
