#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/mail/header_date.h"
#include "sensor/mail/header_received_parts.h"

/* "from" Domain [comment] "by" Domain [comment] ["via" …] ["with" …] ["id" …] ["for" …] ";"
 * date-time   (RFC 5321 4.4)
 *
 * The words are cut into tokens, a comment being one; clauses are found by their words outside of
 * comments.  What stands between "from" and "by" is header_received_client.c's. */

#define WORD_MAX 255 /* bytes kept of one word: a domain (RFC 5321 4.5.3.1.2) */
#define ID_LEAST 3

/* ---- one line ---- */

/* White space and folding as one space each; NUL as "?". */
static struct slice
on_one_line(struct slice value, struct arena *arena)
{
	value = slice_trim(slice_take(value, RECEIVED_BYTES));
	uint8_t *out = arena_alloc(arena, value.len);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < value.len; i++) {
		uint8_t c = value.ptr[i];
		bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
		if (!blank)
			out[n++] = c == 0 ? '?' : c;
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n > 0 && (out[n - 1] == ';' || out[n - 1] == ' '))
		n--;
	return slice_of(out, n);
}

/* Cuts the date off: behind the last semicolon, because comments may hold others. */
static struct slice
cut_date(struct received_field *out)
{
	struct slice s = out->text;
	size_t semicolon = s.len;
	for (size_t i = s.len; i-- > 0 && semicolon == s.len;)
		semicolon = s.ptr[i] == ';' ? i : semicolon;
	struct date_value date;
	out->date = slice_trim(slice_skip(s, semicolon + 1));
	if (header_date_read(out->date, &date))
		out->time = date.time;
	else
		out->facts |= RECEIVED_NO_DATE;
	out->date_faults = date.faults;
	return slice_trim(slice_take(s, semicolon));
}

/* ---- tokens ---- */

static size_t
comment_length(struct slice s)
{
	size_t depth = 0;
	for (size_t i = 0; i < s.len; i++) {
		depth += s.ptr[i] == '(';
		depth -= s.ptr[i] == ')';
		if (depth == 0)
			return i + 1;
	}
	return s.len;
}

static struct received_token
token_next(struct slice *rest)
{
	struct received_token t = { .glued = rest->len > 0 && rest->ptr[0] != ' ' };
	*rest = slice_trim(*rest);
	size_t n = 0;
	t.comment = rest->len > 0 && rest->ptr[0] == '(';
	if (t.comment)
		n = comment_length(*rest);
	while (!t.comment && n < rest->len && rest->ptr[n] != ' ' && rest->ptr[n] != '(')
		n++;
	t.text = slice_take(*rest, n);
	*rest = slice_skip(*rest, n);
	if (t.comment) {
		t.text = slice_skip(t.text, 1);
		if (t.text.len > 0 && t.text.ptr[t.text.len - 1] == ')')
			t.text.len--;
	}
	return t;
}

static bool
is_word(const struct received_token *t, struct slice word)
{
	return !t->comment && slice_ieq(t->text, word);
}

static void
tokens_read(struct slice s, struct received_tokens *out)
{
	*out = (struct received_tokens){ 0 };
	while (s.len > 0 && out->count < RECEIVED_TOKENS)
		out->list[out->count++] = token_next(&s);
	out->by = 0;
	while (out->by < out->count && !is_word(&out->list[out->by], SLICE("by")))
		out->by++;
}

/* ---- clauses ---- */

static struct slice
without_angles(struct slice s)
{
	while (s.len > 0 && s.ptr[0] == '<')
		s = slice_skip(s, 1);
	while (s.len > 0 && memchr(">;,", s.ptr[s.len - 1], 3) != NULL)
		s.len--;
	return s;
}

static const struct clause {
	const char *word;
	size_t offset; /* of its slice */
} clauses[] = {
	{ "via", offsetof(struct received_field, via) },
	{ "with", offsetof(struct received_field, with) },
	{ "id", offsetof(struct received_field, id) },
	{ "for", offsetof(struct received_field, for_address) },
};
#define CLAUSES (sizeof clauses / sizeof *clauses)

static bool
ends_clause(const struct received_token *t)
{
	bool word = t->comment || is_word(t, SLICE("by")) || is_word(t, SLICE("from"));
	for (size_t i = 0; i < CLAUSES && !word; i++)
		word = is_word(t, slice_str(clauses[i].word));
	return word;
}

/* The words of "with Microsoft SMTP Server", one of all others. */
static struct slice
clause_value(const struct received_tokens *t, size_t i, bool many)
{
	struct slice value = SLICE_EMPTY;
	for (; i < t->count && !ends_clause(&t->list[i]); i++) {
		struct slice word = t->list[i].text;
		if (value.len == 0)
			value = word;
		value.len = (size_t)(word.ptr + word.len - value.ptr);
		if (!many)
			break;
	}
	return slice_take(value, WORD_MAX);
}

static void
clauses_read(const struct received_tokens *t, size_t i, struct received_field *out)
{
	for (; i < t->count; i++) {
		if (is_word(&t->list[i], SLICE("by")))
			out->facts |= RECEIVED_BY_TWICE;
		for (size_t k = 0; k < CLAUSES; k++) {
			struct slice *to =
				(struct slice *)(void *)((char *)out + clauses[k].offset);
			if (to->len > 0 || !is_word(&t->list[i], slice_str(clauses[k].word)))
				continue;
			*to = clause_value(t, i + 1, to == &out->with);
		}
	}
	out->for_address = without_angles(out->for_address);
}

static void
by_read(const struct received_tokens *t, struct received_field *out)
{
	struct addr address;
	size_t i = t->by + 1;
	if (i < t->count && !ends_clause(&t->list[i])) {
		out->by = t->list[i].text;
		while (out->by.len > 0 && memchr(";,", out->by.ptr[out->by.len - 1], 2) != NULL)
			out->by.len--;
		out->by = slice_take(out->by, WORD_MAX);
		i++;
	} else {
		out->facts |= RECEIVED_NO_BY;
	}
	(void)received_ip(out->by, &out->by_ip, &address);
	for (size_t k = i; k < t->count && k < i + 3; k++) {
		if (!t->list[k].comment && ends_clause(&t->list[k]))
			break;
		if (received_ip(t->list[k].text, &out->by_ip, &address)) {
			out->by_literal = !t->list[k].comment;
			continue;
		}
		if (t->list[k].comment && out->by_comment.len == 0)
			out->by_comment = t->list[k].text;
	}
	clauses_read(t, i, out);
}

/* The first " id " that is followed by one: comments may have it, too. */
static void
id_read(struct received_field *out)
{
	struct slice rest = out->text;
	while (rest.len > 0) {
		rest = slice_skip(rest, slice_find(rest, SLICE(" id ")) + 4);
		struct slice id = rest;
		if (id.len > 0 && id.ptr[0] == '<')
			id = slice_skip(id, 1);
		size_t n = 0;
		while (n < id.len && memchr(" <>;", id.ptr[n], 4) == NULL)
			n++;
		if (n >= ID_LEAST) {
			out->id = slice_take(slice_take(id, n), WORD_MAX);
			return;
		}
	}
	out->id = without_angles(out->id);
}

static void
envelope_from_read(struct received_field *out)
{
	static const char *const before[] = { "return-path: ", "return-path ", "envelope-from ",
		"envelope-from=", "envelope-sender ", "envelope-sender=" };
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		struct slice word = slice_str(before[i]);
		size_t at = slice_ifind(out->text, word);
		if (at == out->text.len)
			continue;
		struct slice rest = slice_skip(out->text, at + word.len);
		rest = slice_take(rest, slice_index(rest, ' '));
		while (rest.len > 0 && memchr("<>(),;", rest.ptr[rest.len - 1], 6) != NULL)
			rest.len--;
		out->envelope_from = slice_take(without_angles(rest), WORD_MAX);
		return;
	}
}

/* ---- the whole ---- */

/* "(from user@localhost) by …": what is in the comment is the clause. */
static bool
from_in_comment(const struct received_tokens *t)
{
	return t->count > 0 && t->list[0].comment && slice_istarts(t->list[0].text, SLICE("from "));
}

static void
from_read(const struct received_tokens *t, struct received_field *out)
{
	struct received_client c = { 0 };
	if (from_in_comment(t)) {
		struct received_tokens inner;
		tokens_read(slice_skip(t->list[0].text, 5), &inner);
		received_client_read(&inner, 0, inner.count, &c, out);
	} else {
		received_client_read(t, 1, t->by, &c, out);
	}
	out->from = slice_take(c.word, WORD_MAX);
	received_client_assign(&c, out);
	out->helo = slice_take(out->helo, WORD_MAX);
	out->rdns = slice_take(out->rdns, WORD_MAX);
	out->ident = slice_take(out->ident, WORD_MAX);
}

void
header_received_field(struct slice value, struct arena *arena, struct received_field *out)
{
	struct received_tokens t;
	*out = (struct received_field){ .text = on_one_line(value, arena) };
	if (value.len > RECEIVED_BYTES)
		out->facts |= RECEIVED_CUT;
	tokens_read(cut_date(out), &t);
	by_read(&t, out);
	id_read(out);
	envelope_from_read(out);
	received_wording_find(out);
	received_auth_find(out);
	out->kind = RECEIVED_LOCAL;
	if (t.count > 0 && (is_word(&t.list[0], SLICE("from")) || from_in_comment(&t)))
		from_read(&t, out);
	else
		out->facts |= RECEIVED_NO_FROM;
}

static const char *
keep(struct slice word, size_t max, struct arena *arena)
{
	return text_clean(arena, slice_take(word, max), max);
}

void
header_received(struct slice value, struct arena *arena, struct received *out)
{
	struct received_field f;
	header_received_field(value, arena, &f);
	bool named = f.rdns.len > 0 && slice_index(f.rdns, '.') < f.rdns.len;
	*out = (struct received){
		.from = keep(named ? f.rdns : f.from, WORD_MAX, arena),
		.helo = keep(f.helo.len > 0 ? f.helo : f.from, WORD_MAX, arena),
		.ip = keep(f.ip, ADDR_TEXT_MAX, arena),
		.by = keep(f.by, WORD_MAX, arena),
		.with = keep(f.with, WORD_MAX, arena),
		.id = keep(f.id, WORD_MAX, arena),
		.date = keep(f.date, 64, arena),
		.for_address = keep(f.for_address, WORD_MAX, arena),
	};
}
