#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/domain.h"
#include "sensor/score/target_address.h"

/* mailbox = [phrase] "<" address ">" *( "<" address ">" ) / address / phrase;
 * each with an optional comment behind it, and then "," or ";" or the end.  Where a mailbox does
 * not fit, the rest of the field has none, but for addresses in brackets (brackets_only). */

#define ENCLOSED_MOST 1024 /* bytes of a quoted string or comment: keeps hostile ones linear */

static bool
is_one_of(uint8_t c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static size_t
skip_space(struct slice s, size_t at)
{
	while (at < s.len && chars_is_white(s.ptr[at]))
		at++;
	return at;
}

/* Length of what stands between open and close at the front, with both; 0 if it is not closed.  A
 * backslash takes the next byte with it, but no line end. */
static size_t
enclosed(struct slice s, uint8_t close)
{
	s = slice_take(s, ENCLOSED_MOST);
	for (size_t i = 1; i < s.len; i++) {
		if (s.ptr[i] == close)
			return i + 1;
		if (s.ptr[i] == '\\' && (++i == s.len || s.ptr[i] == '\n'))
			return 0;
		if (close == ')' && s.ptr[i] == '(' && s.ptr[i - 1] != '\\')
			return 0;
	}
	return 0;
}

/* Length of an address at the front; 0 if there is none. */
static size_t
address_length(struct slice s)
{
	size_t n = 0;
	if (s.len > 0 && s.ptr[0] == '"')
		n = enclosed(s, '"');
	if (n == 0 || n >= s.len || s.ptr[n] != '@')
		for (n = 0; n < s.len && s.ptr[n] != '@' && !chars_is_white(s.ptr[n]) &&
			    !is_one_of(s.ptr[n], "<>()[],:;");)
			n++;
	if (n == 0 || n >= s.len || s.ptr[n] != '@')
		return 0;
	size_t host = ++n;
	if (n < s.len && s.ptr[n] == '[') {
		for (n++;
			n < s.len && (chars_is(s.ptr[n], CHAR_DIGIT) || is_one_of(s.ptr[n], ".:"));)
			n++;
		return n > host + 1 && n < s.len && s.ptr[n] == ']' ? n + 1 : 0;
	}
	while (n < s.len && !chars_is_white(s.ptr[n]) && !is_one_of(s.ptr[n], "\"<>()[],:;"))
		n++;
	return n > host ? n : 0;
}

/* One quote, or nothing before the "@" but two of them, is no address. */
static bool
address_plausible(struct slice a)
{
	size_t quotes = 0;
	for (size_t i = 0; i < a.len; i++)
		quotes += a.ptr[i] == '"';
	return quotes != 1 && !slice_starts(a, SLICE("\"\"@"));
}

/* Up to the second "@". */
static struct slice
address_cut(struct slice a)
{
	size_t first = slice_index(a, '@');
	return slice_take(a, first + 1 + slice_index(slice_skip(a, first + 1), '@'));
}

struct parse {
	struct slice rest;
	struct arena *arena;
	struct target_mailboxes *out;
};

/* What one turn found, as slices of the rest. */
struct found {
	struct slice phrase, inside, comment;
	bool has_phrase, has_inside, has_comment;
	bool plain; /* inside is an address without brackets */
};

/* Quoted strings and what is none of " , ; <  */
static size_t
phrase_length(struct slice s, size_t at)
{
	size_t start = at;
	while (at < s.len) {
		if (s.ptr[at] == '"') {
			size_t n = enclosed(slice_skip(s, at), '"');
			if (n == 0)
				break;
			at += n;
		} else if (is_one_of(s.ptr[at], ",;<")) {
			break;
		} else {
			at++;
		}
	}
	return at - start;
}

/* The inside of the bracket at `at`, and *end behind it: up to the last ">" of the word with the
 * "@" in it. */
static bool
take_bracket(struct slice s, size_t at, struct slice *inside, size_t *end)
{
	size_t start = skip_space(s, at + 1), p = start;
	while (p < s.len && s.ptr[p] != '>' && s.ptr[p] != '@')
		p++;
	size_t word = p;
	while (word < s.len && !chars_is_white(s.ptr[word]))
		word++;
	size_t close = skip_space(s, word);
	if (word > p && close < s.len && s.ptr[close] == '>') {
		*inside = slice_take(slice_skip(s, start), word - start);
		*end = close + 1;
		return true;
	}
	size_t last = word;
	while (last > p + 1 && s.ptr[last - 1] != '>')
		last--;
	if (last > p + 1)
		last--;
	else if (p < s.len && s.ptr[p] == '>')
		last = p;
	else
		return false;
	*end = last + 1;
	while (last > start && chars_is_white(s.ptr[last - 1]))
		last--;
	*inside = slice_take(slice_skip(s, start), last - start);
	return true;
}

/* Comment, then a separator or the end; true and *at behind it. */
static bool
take_end(struct slice s, size_t *at, struct found *f)
{
	size_t n = skip_space(s, *at);
	f->has_comment = false;
	if (n < s.len && s.ptr[n] == '(') {
		size_t length = enclosed(slice_skip(s, n), ')');
		if (length > 0) {
			f->has_comment = true;
			f->comment = slice_take(slice_skip(s, n + 1), length - 2);
			n = skip_space(s, n + length);
		}
	}
	if (n < s.len && s.ptr[n] != ',' && s.ptr[n] != ';')
		return false;
	*at = n + (n < s.len);
	return true;
}

static bool
with_brackets(struct slice s, size_t *at, struct found *f)
{
	size_t start = skip_space(s, 0), length = phrase_length(s, start);
	f->has_phrase = length > 0;
	f->phrase = slice_take(slice_skip(s, start), length);
	size_t n = start + length;
	if (n >= s.len || s.ptr[n] != '<' || !take_bracket(s, n, &f->inside, &n))
		return false;
	f->has_inside = true;
	for (size_t next = skip_space(s, n); next < s.len && s.ptr[next] == '<';
		next = skip_space(s, n)) {
		struct slice again;
		if (!take_bracket(s, next, &again, &n))
			break;
	}
	*at = n;
	return take_end(s, at, f);
}

static bool
without_brackets(struct slice s, size_t *at, struct found *f)
{
	size_t start = skip_space(s, 0), n = address_length(slice_skip(s, start));
	*f = (struct found){ .plain = n > 0, .has_inside = n > 0 };
	f->inside = slice_take(slice_skip(s, start), n);
	*at = start + n;
	if (n > 0 && take_end(s, at, f))
		return true;
	n = phrase_length(s, start);
	*f = (struct found){ .has_phrase = n > 0, .phrase = slice_take(slice_skip(s, start), n) };
	*at = start + n;
	return n > 0 && take_end(s, at, f);
}

/* Quoted strings without their quotes and backslashes, comments left out of the rest. */
static struct slice
phrase_plain(struct slice s, struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, s.len + 1);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < s.len;) {
		size_t length = 0;
		if (s.ptr[i] == '"' || s.ptr[i] == '(')
			length = enclosed(slice_skip(s, i), s.ptr[i] == '(' ? ')' : '"');
		for (size_t k = i + 1; s.ptr[i] == '"' && k + 1 < i + length; k++) {
			if (s.ptr[k] == '\\' && k + 2 < i + length)
				k++;
			out[n++] = s.ptr[k];
		}
		if (length == 0 && s.ptr[i] != '"')
			out[n++] = s.ptr[i];
		i += length > 0 ? length : 1;
	}
	return slice_of(out, n);
}

static struct slice
without_comments(struct slice s, struct arena *arena)
{
	if (slice_index(s, '(') == s.len)
		return s;
	uint8_t *out = arena_alloc(arena, s.len + 1);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < s.len;) {
		size_t length = s.ptr[i] == '(' ? enclosed(slice_skip(s, i), ')') : 0;
		if (length == 0)
			out[n++] = s.ptr[i++];
		i += length;
	}
	return slice_of(out, n);
}

static void
add(struct parse *p, const struct found *f)
{
	struct target_mailbox box = { .address = f->inside };
	if (f->has_inside && !f->plain) {
		box.address = without_comments(f->inside, p->arena);
		if (address_length(box.address) != box.address.len)
			box.address = SLICE_EMPTY;
	}
	if (!address_plausible(box.address))
		box.address = SLICE_EMPTY;
	if (f->has_phrase) {
		box.name = phrase_plain(f->phrase, p->arena);
		box.has_name = box.name.len > 0;
	}
	if (box.address.len == 0 && box.has_name && address_length(box.name) == box.name.len &&
		address_plausible(box.name) &&
		domain_valid(slice_skip(address_cut(box.name), slice_index(box.name, '@') + 1))) {
		box.address = box.name;
		box.has_name = false;
	} else if (box.has_name && box.address.len > 0 && slice_eq(box.name, box.address)) {
		box.has_name = false;
	}
	if (!box.has_name && f->has_comment) {
		box.name = f->comment;
		box.has_name = true;
	}
	box.address = address_cut(box.address);
	struct target_mailbox *to = ARENA_PUSH(p->arena, p->out->items, TARGET_MAILBOXES);
	if (to != NULL)
		*to = box;
}

/* Addresses in brackets, wherever they are. */
static void
brackets_only(struct parse *p)
{
	struct slice s = p->rest;
	for (size_t i = 0; i < s.len; i++) {
		size_t n = s.ptr[i] == '<' ? address_length(slice_skip(s, i + 1)) : 0;
		if (n == 0 || i + n + 1 >= s.len || s.ptr[i + n + 1] != '>')
			continue;
		struct found f = { .has_inside = true, .plain = true };
		f.inside = slice_take(slice_skip(s, i + 1), n);
		if (address_plausible(f.inside))
			add(p, &f);
		i += n + 1;
	}
}

/* "group: list;" leaves the list; "\\" counts nowhere. */
static struct slice
prepare(struct slice s, struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, s.len + 1);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < s.len; i++)
		if (s.ptr[i] == '\\' && i + 1 < s.len && s.ptr[i + 1] == '\\')
			i++;
		else
			out[n++] = s.ptr[i];
	while (n > 0 && chars_is_white(out[n - 1]))
		n--;
	struct slice text = slice_of(out, n);
	size_t words = 0, colon = 0;
	while (words < n && !is_one_of(out[words], "\"()<>"))
		words++;
	for (size_t i = 1; i < words; i++)
		if (out[i] == ':')
			colon = i;
	if (colon == 0)
		return text;
	text = slice_skip(text, skip_space(text, colon + 1));
	if (text.len > 0 && text.ptr[0] == ';')
		return SLICE_EMPTY;
	return text;
}

void
target_mailboxes(struct slice value, struct arena *arena, struct target_mailboxes *out)
{
	struct parse p = { .rest = prepare(value, arena), .arena = arena, .out = out };
	while (skip_space(p.rest, 0) < p.rest.len && out->items_count < TARGET_MAILBOXES) {
		struct found f = { 0 };
		size_t at = 0;
		if (!with_brackets(p.rest, &at, &f) && !without_brackets(p.rest, &at, &f))
			break;
		add(&p, &f);
		p.rest = slice_skip(p.rest, at);
	}
	if (slice_index(p.rest, '@') < p.rest.len)
		brackets_only(&p);
}
