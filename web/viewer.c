#include "web/viewer.h"

#include <string.h>

#include "store/query.h"

static const char *const access_words[] = {
	[ACCESS_ANYBODY] = "",
	[ACCESS_READER] = "reader",
	[ACCESS_ANALYST] = "analyst",
	[ACCESS_ADMIN] = "admin",
};
#define WORDS (sizeof access_words / sizeof *access_words)

const char *
access_word(enum access a)
{
	return access_words[(size_t)a < WORDS ? (size_t)a : 0];
}

int
access_parse(struct slice word, enum access *out)
{
	for (size_t i = ACCESS_READER; i < WORDS; i++) {
		if (slice_eq(word, slice_str(access_words[i]))) {
			*out = (enum access)i;
			return 0;
		}
	}
	return -1;
}

static const char hidden[] = "…";

static bool
sees_all(const struct viewer *v)
{
	return v == NULL || v->access >= ACCESS_ANALYST;
}

/* The length of an at sign at `i`: "@", or "%40" in an address; 0 = none. */
static size_t
at_sign(struct slice s, size_t i)
{
	if (s.ptr[i] == '@') {
		return 1;
	}
	return s.ptr[i] == '%' && slice_starts(slice_skip(s, i), SLICE("%40")) ? 3 : 0;
}

/* What cannot stand in a local part that is not quoted (RFC 5321 4.1.2), nor in one as it is
 * written in texts. */
static bool
ends_word(uint8_t c)
{
	return c <= ' ' || (c < 0x80 && strchr("<>()[],;:\"", c) != NULL);
}

/* Where the local part before `at` begins, not before `from`.  A quoted one may hold anything; and
 * servers have been given local parts with spaces, so within <> everything goes. */
static size_t
local_part(struct slice s, size_t from, size_t at)
{
	size_t begin = at;
	if (begin > from && s.ptr[begin - 1] == '"') {
		begin--;
		while (begin > from && s.ptr[begin - 1] != '"') {
			begin--;
		}
		begin = begin > from ? begin - 1 : begin;
		/* Within a string of JSON the backslash belongs to the quote. */
		return begin > from && s.ptr[begin - 1] == '\\' ? begin - 1 : begin;
	}
	while (begin > from && !ends_word(s.ptr[begin - 1])) {
		begin--;
	}
	for (size_t i = begin; i > from && s.ptr[i - 1] != '>'; i--) {
		if (s.ptr[i - 1] == '<') {
			return i;
		}
	}
	return begin;
}

struct slice
viewer_text(const struct viewer *v, struct arena *arena, struct slice text)
{
	struct buf out;
	size_t from = 0;
	if (sees_all(v) || (slice_index(text, '@') == text.len &&
				   slice_find(text, SLICE("%40")) == text.len)) {
		return text;
	}
	buf_init(&out, 2 * text.len + 16);
	for (size_t i = 0; i < text.len; i++) {
		size_t sign = at_sign(text, i);
		size_t begin = sign > 0 ? local_part(text, from, i) : i;
		if (sign == 0 || begin == i) {
			continue;
		}
		buf_add(&out, slice_take(slice_skip(text, from), begin - from));
		buf_str(&out, hidden);
		buf_add(&out, slice_take(slice_skip(text, i), sign));
		from = i + sign;
		i = from - 1;
	}
	buf_add(&out, slice_skip(text, from));
	struct slice masked =
		out.lost == 0 ? arena_copy(arena, buf_slice(&out)) : slice_str(hidden);
	buf_release(&out);
	return masked;
}

struct slice
viewer_subject(const struct viewer *v, struct slice subject)
{
	return sees_all(v) || subject.len == 0 ? subject : slice_str(hidden);
}

const struct cell *
viewer_cells(const struct viewer *v, struct arena *arena, const struct table *table,
	const struct cell *cells)
{
	if (sees_all(v)) {
		return cells;
	}
	struct cell *out = arena_array(arena, table->columns_count, sizeof *out);
	for (size_t i = 0; out != NULL && i < table->columns_count; i++) {
		bool subject = strcmp(table->columns[i].name, "subject") == 0;
		out[i] = cells[i];
		out[i].text = subject ? viewer_subject(v, cells[i].text)
				      : viewer_text(v, arena, cells[i].text);
	}
	return out;
}

/* Columns that readers see masked, or not at all. */
static bool
is_masked(const char *column)
{
	static const char *const names[] = { "mail_from", "rcpt", "subject", "header_from",
		"message_id", "reply", "reply_sample", "note" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i], column) == 0) {
			return true;
		}
	}
	return false;
}

bool
viewer_may_search(const struct viewer *v, const struct table *table)
{
	bool masked = false;
	for (size_t i = 0; i < table->columns_count; i++) {
		masked = masked || is_masked(table->columns[i].name);
	}
	return !masked || sees_all(v);
}

bool
viewer_may_sort(const struct viewer *v, const char *column)
{
	return !is_masked(column) || sees_all(v);
}

/* The string that begins at *at (its quote), without a look at its escapes but to find its end. */
static struct slice
json_string_at(struct slice json, size_t at)
{
	size_t end = at + 1;
	while (end < json.len && json.ptr[end] != '"') {
		end += json.ptr[end] == '\\' ? 2 : 1;
	}
	return slice_take(slice_skip(json, at), end + 1 - at);
}

struct slice
viewer_json(const struct viewer *v, struct arena *arena, struct slice json)
{
	static const char key[] = "\"subject\":\"";
	struct buf out;
	struct slice rest = json;
	if (sees_all(v)) {
		return json;
	}
	buf_init(&out, 4 * json.len + 16);
	while (rest.len > 0) {
		size_t at = slice_find(rest, slice_str(key));
		buf_add(&out, slice_take(rest, at));
		rest = slice_skip(rest, at);
		if (rest.len > 0) {
			buf_str(&out, key);
			buf_str(&out, hidden);
			buf_byte(&out, '"');
			rest = slice_skip(
				rest, sizeof key - 2 + json_string_at(rest, sizeof key - 2).len);
		}
	}
	struct slice shown = viewer_text(v, arena, arena_copy(arena, buf_slice(&out)));
	buf_release(&out);
	return shown;
}

bool
viewer_may_follow(const struct viewer *v, const char *url)
{
	static const char *const evidence[] = { "/evidence", "/complaint", "/csv/", "/json/",
		"/record/", "/export/", "/case/" };

	for (size_t i = 0; !sees_all(v) && i < sizeof evidence / sizeof *evidence; i++) {
		if (strncmp(url, evidence[i], strlen(evidence[i])) == 0) {
			return false;
		}
	}
	return true;
}
