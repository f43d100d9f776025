#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/mail/message.h"

/* "from" Domain [comment] "by" Domain [comment] ["via" …] ["with" …] ["id" …] ["for" …] ";"
 * date-time   (RFC 5321 4.4)
 *
 * What is written in the comment after "from" differs by program; read here:
 *   Postfix, Sendmail  from HELO (rdns [ip])          Exim  from rdns ([ip] helo=HELO)      from
 * [ip] (helo=HELO) qmail              from rdns (HELO name) (ip)     others from HELO ([ip]) */

#define WORD_MAX 255 /* bytes kept of one word: a domain (RFC 5321 4.5.3.1.2) */

/* Next word, or comment with its parentheses; empty at the end. */
static struct slice
word_next(struct slice *rest)
{
	*rest = slice_trim(*rest);
	size_t n = 0, depth = 0;
	bool comment = rest->len > 0 && rest->ptr[0] == '(';
	while (n < rest->len) {
		uint8_t c = rest->ptr[n];
		if (comment) {
			n++;
			depth += c == '(';
			depth -= c == ')';
			if (depth == 0)
				break;
			continue;
		}
		if (chars_is(c, CHAR_SPACE) || c == '\r' || c == '\n' || c == '(')
			break;
		n++;
	}
	struct slice word = slice_take(*rest, n);
	*rest = slice_skip(*rest, n);
	return word;
}

static struct slice
brackets_inside(struct slice s)
{
	size_t open = slice_index(s, '[');
	struct slice in = slice_skip(s, open + 1);
	return slice_take(in, slice_index(in, ']'));
}

static void
set_ip(struct slice text, struct arena *arena, struct received *out)
{
	struct addr addr;
	if (slice_istarts(text, SLICE("IPv6:")))
		text = slice_skip(text, 5);
	if (*out->ip == '\0' && addr_parse(text, &addr) == 0)
		out->ip = text_clean(arena, text, ADDR_TEXT_MAX);
}

static const char *
keep(struct slice word, struct arena *arena)
{
	return text_clean(arena, slice_take(word, WORD_MAX), WORD_MAX);
}

static void
from_comment(struct slice comment, struct arena *arena, struct received *out)
{
	struct slice in = slice_skip(comment, 1);
	if (in.len > 0 && in.ptr[in.len - 1] == ')')
		in.len--;
	set_ip(brackets_inside(in), arena, out);
	set_ip(slice_trim(in), arena, out);
	for (bool first = true; in.len > 0; first = false) {
		struct slice word = word_next(&in);
		if (word.len == 0)
			return;
		if (word.ptr[0] == '(')
			continue;
		if (slice_istarts(word, SLICE("helo="))) {
			out->helo = keep(slice_skip(word, 5), arena);
		} else if (first &&
			   (slice_ieq(word, SLICE("HELO")) || slice_ieq(word, SLICE("EHLO")))) {
			out->helo = keep(word_next(&in), arena);
			return;
		} else if (first && slice_index(word, '.') < word.len && word.ptr[0] != '[' &&
			   slice_index(word, '@') == word.len &&
			   slice_index(word, '=') == word.len) {
			struct addr addr;
			if (addr_parse(word, &addr) < 0)
				out->from = keep(word, arena);
		}
	}
}

static void
finish_from(struct slice word, struct arena *arena, struct received *out)
{
	if (word.len == 0)
		return;
	if (word.ptr[0] == '[')
		set_ip(brackets_inside(word), arena, out);
	if (*out->helo == '\0')
		out->helo = keep(word, arena);
	if (*out->from == '\0')
		out->from = keep(word, arena);
}

void
header_received(struct slice value, struct arena *arena, struct received *out)
{
	*out = (struct received){ "", "", "", "", "", "", "", "" };
	value = slice_take(value, LIMIT_HEADER_TEXT * 4);
	size_t semicolon = value.len;
	for (size_t i = 0; i < value.len; i++) /* the last one: comments may hold others */
		semicolon = value.ptr[i] == ';' ? i : semicolon;
	out->date = text_clean(arena, slice_trim(slice_skip(value, semicolon + 1)), 64);
	struct slice rest = slice_take(value, semicolon), from = SLICE_EMPTY;
	enum { NONE, FROM, OTHER } clause = NONE;
	for (struct slice word; (word = word_next(&rest)).len > 0;) {
		if (word.ptr[0] == '(') {
			if (clause == FROM)
				from_comment(word, arena, out);
		} else if (slice_ieq(word, SLICE("from")) && clause == NONE) {
			from = word_next(&rest);
			clause = FROM;
		} else if (slice_ieq(word, SLICE("by"))) {
			out->by = keep(word_next(&rest), arena);
			clause = OTHER;
		} else if (slice_ieq(word, SLICE("with"))) {
			out->with = keep(word_next(&rest), arena);
		} else if (slice_ieq(word, SLICE("id"))) {
			out->id = keep(word_next(&rest), arena);
		}
	}
	finish_from(from, arena, out);
}
