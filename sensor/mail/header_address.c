#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/encoded_word.h"
#include "sensor/mail/header_address.h"

/* address-list = (address *("," address)); address = mailbox / group; mailbox = [display-name] "<"
 * addr-spec ">" / addr-spec; group = display-name ":" [mailbox-list] ";"   (RFC 5322 3.4)
 *
 * One pass without recursion: a group only resets the scan at its colon, however deep groups
 * pretend to nest.  A quote, comment or bracket that never ends is found out once, and from then on
 * such bytes are like others, so that no byte is looked at again and again.  Accepted beyond the
 * RFC: bare words without "@" (cron writes "root"), brackets that are missing or do not close. */

#define LOCAL_MOST 64 /* bytes: RFC 5321 4.5.3.1.1 */
#define DOMAIN_MOST 255

struct scan {
	struct slice rest;
	struct slice group; /* that is open; its name may be empty */
	unsigned group_depth;
	size_t groups;
	bool no_quotes, no_comments, no_brackets; /* one of them never ended */
	/* of the mailbox at hand */
	const uint8_t *begin;
	const uint8_t *first, *last; /* of what stands outside of brackets and comments */
	const uint8_t *name_last;    /* of what stands before <> */
	struct slice angle, comment;
	bool have_angle, at, semicolon;
	unsigned faults;
};

static void
scan_reset(struct scan *s)
{
	s->begin = s->rest.ptr;
	s->first = s->last = s->name_last = NULL;
	s->angle = s->comment = SLICE_EMPTY;
	s->have_angle = s->at = s->semicolon = false;
	s->faults = 0;
}

static void
scan_outside(struct scan *s, struct slice part)
{
	if (s->first == NULL)
		s->first = part.ptr;
	s->last = part.ptr + part.len - 1;
	if (!s->have_angle)
		s->name_last = s->last;
	else
		s->faults |= MAILBOX_JUNK;
}

/* Length of a quoted string, comment or bracket at the front; 0 if it never ends. */
static size_t
enclosed(struct slice s, uint8_t open, uint8_t close, bool *nested)
{
	size_t depth = 1;
	for (size_t i = 1; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if (c == '\\' && open != '<') {
			i++;
		} else if (c == close && --depth == 0) {
			return i + 1;
		} else if (c == open && open == '(') {
			depth++;
			*nested = true;
		}
	}
	return 0;
}

static size_t
scan_quote(struct scan *s)
{
	bool nested = false;
	size_t n = s->no_quotes ? 0 : enclosed(s->rest, '"', '"', &nested);
	if (n == 0) {
		s->no_quotes = true;
		s->faults |= MAILBOX_QUOTE_OPEN;
		return 1;
	}
	scan_outside(s, slice_take(s->rest, n));
	if (!s->have_angle && n > 2)
		s->faults |= MAILBOX_NAME_QUOTED;
	return n;
}

static size_t
scan_comment(struct scan *s)
{
	bool nested = false;
	size_t n = s->no_comments ? 0 : enclosed(s->rest, '(', ')', &nested);
	if (n == 0) {
		s->no_comments = true;
		s->faults |= MAILBOX_COMMENT_OPEN;
		return 1;
	}
	s->faults |= MAILBOX_COMMENT | (nested ? MAILBOX_COMMENT_NESTED : 0);
	s->comment = slice_of(s->rest.ptr + 1, n - 2);
	return n;
}

static size_t
scan_angle(struct scan *s)
{
	bool nested = false;
	size_t n = s->no_brackets ? 0 : enclosed(s->rest, '<', '>', &nested);
	struct slice inside = slice_of(s->rest.ptr + 1, n > 0 ? n - 2 : 0);
	if (n == 0) {
		s->no_brackets = true;
		s->faults |= MAILBOX_BRACKET_OPEN;
		n = slice_index(s->rest, ',');
		inside = slice_skip(slice_take(s->rest, n), 1);
	}
	while (inside.len > 0 && inside.ptr[0] == '<') {
		inside = slice_skip(inside, 1);
		s->faults |= MAILBOX_BRACKETS_TWICE;
	}
	if (s->have_angle) {
		s->faults |= MAILBOX_BRACKETS_TWICE;
		return n;
	}
	s->angle = slice_trim(inside);
	s->have_angle = true;
	return n;
}

/* A colon begins a group, unless an address stands before it. */
static bool
scan_colon(struct scan *s)
{
	if (s->have_angle || s->at)
		return false;
	s->group = s->first == NULL ? SLICE_EMPTY
				    : slice_of(s->first, (size_t)(s->last - s->first) + 1);
	s->group_depth++;
	s->groups++;
	s->rest = slice_skip(s->rest, 1);
	scan_reset(s);
	return true;
}

/* Eats up to and with the separator after one mailbox; true if there was a separator. */
static bool
scan_step(struct scan *s)
{
	uint8_t c = s->rest.ptr[0];
	size_t n = 1;
	if (c == '"') {
		n = scan_quote(s);
	} else if (c == '(') {
		n = scan_comment(s);
	} else if (c == '<') {
		n = scan_angle(s);
	} else if (c == ':' && scan_colon(s)) {
		return false;
	} else if (c == '>' && s->have_angle) {
		s->faults |= MAILBOX_BRACKETS_TWICE;
	} else if (c != ',' && c != ';' && !chars_is(c, CHAR_SPACE) && c != '\r' && c != '\n') {
		s->at = s->at || c == '@';
		scan_outside(s, slice_take(s->rest, 1));
	}
	s->semicolon = c == ';';
	s->rest = slice_skip(s->rest, n);
	return c == ',' || c == ';';
}

/* ---- one mailbox ---- */

static bool
is_blank(uint8_t c)
{
	return chars_is(c, CHAR_SPACE) || c == '\r' || c == '\n';
}

/* The first "@" outside of quotes. */
static size_t
find_at(struct slice s)
{
	bool quoted = false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\' && quoted)
			i++;
		else if (s.ptr[i] == '"')
			quoted = !quoted;
		else if (s.ptr[i] == '@' && !quoted)
			return i;
	}
	return s.len;
}

/* Of several words without brackets the one with the "@" is the address, white space round it
 * included (obs-local-part); else the last. */
static struct slice
address_among_words(struct slice s)
{
	size_t at = find_at(s), from, to;
	if (at == s.len) {
		for (from = s.len; from > 0 && !is_blank(s.ptr[from - 1]);)
			from--;
		return s.len > 0 && s.ptr[0] == '"' ? s : slice_skip(s, from);
	}
	for (from = at; from > 0 && is_blank(s.ptr[from - 1]);)
		from--;
	if (from > 1 && s.ptr[from - 1] == '"') {
		for (from--; from > 0 && s.ptr[from - 1] != '"';)
			from--;
		from -= from > 0;
	} else {
		while (from > 0 && !is_blank(s.ptr[from - 1]))
			from--;
	}
	for (to = at + 1; to < s.len && is_blank(s.ptr[to]);)
		to++;
	while (to < s.len && !is_blank(s.ptr[to]))
		to++;
	return slice_of(s.ptr + from, to - from);
}

/* As sent, slices of the input; false if there is none. */
static bool
scan_finish(struct scan *s, struct mailbox *out)
{
	*out = (struct mailbox){ .group = s->group, .comment = s->comment, .faults = s->faults };
	out->raw = slice_trim(slice_of(s->begin, (size_t)(s->rest.ptr - s->begin)));
	struct slice outside = SLICE_EMPTY;
	if (s->first != NULL)
		outside = slice_of(s->first, (size_t)(s->last - s->first) + 1);
	if (s->have_angle) {
		out->address = s->angle;
		if (s->name_last != NULL)
			out->raw_name = slice_of(s->first, (size_t)(s->name_last - s->first) + 1);
	} else {
		out->address = address_among_words(outside);
		size_t before = outside.len == 0 ? 0 : (size_t)(out->address.ptr - outside.ptr);
		out->raw_name = slice_trim(slice_take(outside, before));
		out->faults &= ~(unsigned)MAILBOX_NAME_QUOTED;
		if (out->raw_name.len > 0)
			out->faults |= MAILBOX_NO_BRACKETS;
	}
	/* obs-route = obs-domain-list ":" (RFC 5322 4.4) */
	if (out->address.len > 0 && out->address.ptr[0] == '@') {
		size_t colon = slice_index(out->address, ':');
		if (colon < out->address.len) {
			out->route = slice_take(out->address, colon);
			out->address = slice_trim(slice_skip(out->address, colon + 1));
			out->faults |= MAILBOX_ROUTE;
		}
	}
	if (s->have_angle && out->address.len == 0)
		out->faults |= MAILBOX_EMPTY;
	if (s->group_depth > 0)
		out->faults |=
			s->group_depth > 1 ? MAILBOX_GROUP | MAILBOX_GROUP_NESTED : MAILBOX_GROUP;
	return out->address.len > 0 || s->have_angle || outside.len > 0;
}

/* The next mailbox; false at the end. *empty counts separators with nothing between. */
static bool
scan_mailbox(struct scan *s, struct mailbox *out, size_t *empty)
{
	while (s->rest.len > 0) {
		bool separator = scan_step(s);
		if (!separator && s->rest.len > 0)
			continue;
		bool got = scan_finish(s, out), semicolon = separator && s->semicolon;
		if (semicolon && s->group_depth == 0 && got)
			out->faults |= MAILBOX_SEMICOLON;
		*empty += separator && !got && s->group_depth == 0;
		if (semicolon && s->group_depth > 0) {
			s->group = SLICE_EMPTY;
			s->group_depth = 0;
		}
		scan_reset(s);
		if (got)
			return true;
	}
	return false;
}

static struct scan
scan_start(struct slice value)
{
	struct scan s = { .rest = slice_take(value, LIMIT_HEADER_BLOCK) };
	scan_reset(&s);
	return s;
}

/* ---- what is in it ---- */

/* Without comments and white space outside of quotes; the slice itself if there are none. */
static struct slice
address_plain(struct slice s, struct arena *arena, unsigned *faults)
{
	bool quoted = false, odd = false;
	for (size_t i = 0; i < s.len && !odd; i++) {
		quoted = quoted != (s.ptr[i] == '"');
		odd = !quoted && (is_blank(s.ptr[i]) || s.ptr[i] == '(');
	}
	uint8_t *out = odd ? arena_alloc(arena, s.len) : NULL;
	if (out == NULL)
		return s;
	size_t n = 0, depth = 0;
	quoted = false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if (c == '"' && depth == 0)
			quoted = !quoted;
		if (!quoted && c == '(') {
			depth++;
			*faults |= MAILBOX_COMMENT;
		} else if (!quoted && c == ')' && depth > 0) {
			depth--;
		} else if (depth == 0 && !quoted && is_blank(c)) {
			*faults |= MAILBOX_SPACE;
		} else if (depth == 0) {
			out[n++] = c;
		}
	}
	return slice_of(out, n);
}

static unsigned
dots(struct slice s)
{
	if (s.len == 0 || s.ptr[0] == '"' || s.ptr[0] == '[')
		return 0;
	bool odd = s.ptr[0] == '.' || s.ptr[s.len - 1] == '.' || slice_find(s, SLICE("..")) < s.len;
	return odd ? MAILBOX_DOTS : 0;
}

static unsigned
byte_faults(struct slice s)
{
	bool high, utf8 = charset_is_utf8(s, &high);
	unsigned faults = !utf8 ? MAILBOX_NOT_UTF8 : high ? MAILBOX_UTF8 : 0;
	for (size_t i = 0; i < s.len; i++)
		if (chars_is(s.ptr[i], CHAR_CTL))
			faults |= MAILBOX_CONTROL;
	if (slice_find(s, SLICE("=?")) < s.len)
		faults |= MAILBOX_ENCODED;
	return faults;
}

static void
address_split(struct mailbox *m)
{
	size_t at = m->address.len;
	while (at > 0 && m->address.ptr[at - 1] != '@')
		at--;
	m->faults |= byte_faults(m->address);
	if (at == 0) {
		m->local = m->address;
		m->faults |= m->address.len > 0 ? MAILBOX_NO_AT : 0;
		return;
	}
	m->local = slice_take(m->address, at - 1);
	m->domain = slice_skip(m->address, at);
	if (m->local.len == 0)
		m->faults |= MAILBOX_NO_LOCAL;
	else if (m->local.ptr[0] == '"')
		m->faults |= MAILBOX_QUOTED_LOCAL;
	else if (slice_index(m->local, '@') < m->local.len)
		m->faults |= MAILBOX_MANY_AT;
	if (m->domain.len == 0)
		m->faults |= MAILBOX_NO_DOMAIN;
	else if (m->domain.ptr[0] == '[')
		m->faults |= MAILBOX_LITERAL;
	else if (slice_index(m->domain, '.') == m->domain.len)
		m->faults |= MAILBOX_NO_DOT;
	if (m->local.len > LOCAL_MOST || m->domain.len > DOMAIN_MOST)
		m->faults |= MAILBOX_LONG;
	m->faults |= dots(m->local) | dots(m->domain);
}

/* Quotes, escapes and comments taken out, white space folded. */
static struct slice
name_plain(struct slice s, bool comments, struct arena *arena, unsigned *faults)
{
	uint8_t *out = arena_alloc(arena, s.len);
	size_t n = 0, depth = 0;
	bool quoted = false;
	for (size_t i = 0; out != NULL && i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if (c == '\\' && i + 1 < s.len && (quoted || depth > 0))
			c = s.ptr[++i];
		else if (c == '"' && depth == 0 &&
			 (quoted || slice_index(slice_skip(s, i + 1), '"') < s.len - i - 1)) {
			quoted = !quoted;
			continue;
		} else if (!quoted && comments && (c == '(' || (c == ')' && depth > 0))) {
			depth += c == '(' ? 1 : SIZE_MAX;
			continue;
		} else if (!quoted && depth == 0 && memchr(".@[]\\", c, 5) != NULL) {
			*faults |= MAILBOX_NAME_SPECIALS;
		}
		if (depth > 0)
			continue;
		bool blank = is_blank(c);
		if (!blank)
			out[n++] = c;
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	return slice_trim(slice_of(out, n));
}

static void
mailbox_fill(struct mailbox *m, struct charsets *charsets, struct arena *arena)
{
	unsigned ignored = 0;
	m->address = address_plain(m->address, arena, &m->faults);
	address_split(m);
	if (m->raw_name.len > 0) {
		struct slice plain = name_plain(m->raw_name, true, arena, &m->faults);
		m->name = encoded_words(plain, charsets, arena, &m->word_faults);
		if (m->name.len > 2 && m->name.ptr[0] == '\'' &&
			m->name.ptr[m->name.len - 1] == '\'')
			m->name = slice_trim(slice_of(m->name.ptr + 1, m->name.len - 2));
		if (m->name.len == 0)
			m->faults |= MAILBOX_NAME_EMPTY;
	} else if (m->comment.len > 0) {
		struct slice plain = name_plain(m->comment, false, arena, &ignored);
		m->name = encoded_words(plain, charsets, arena, &m->word_faults);
		m->faults |= MAILBOX_NAME_IN_COMMENT;
	}
}

/* ---- lists ---- */

void
mailboxes_read(
	struct slice value, struct charsets *charsets, struct arena *arena, struct mailboxes *list)
{
	struct scan s = scan_start(value);
	struct mailbox one;
	while (scan_mailbox(&s, &one, &list->empty)) {
		struct mailbox *to = ARENA_PUSH(arena, list->list, LIMIT_HEADER_ADDRESSES);
		if (to == NULL) {
			list->cut = true;
			return;
		}
		*to = one;
		mailbox_fill(to, charsets, arena);
		list->faults |= to->faults;
	}
	list->groups += s.groups;
	list->group_open = s.group_depth > 0;
}

void
mailboxes_of(const struct message *m, const char *name, struct arena *arena, struct mailboxes *list)
{
	const struct header_field *f;
	*list = (struct mailboxes){ 0 };
	for (size_t i = 0; !list->cut && (f = message_field(m, name, i)) != NULL; i++)
		mailboxes_read(f->value, m->charsets, arena, list);
}

size_t
header_addresses(struct slice value, struct slice *out, size_t max)
{
	struct scan s = scan_start(value);
	struct mailbox one;
	size_t count = 0, empty = 0;
	if (max > LIMIT_HEADER_ADDRESSES)
		max = LIMIT_HEADER_ADDRESSES;
	while (count < max && scan_mailbox(&s, &one, &empty))
		if (one.address.len > 0)
			out[count++] = one.address;
	return count;
}

struct slice
header_display_name(struct slice value)
{
	struct scan s = scan_start(value);
	struct mailbox one;
	size_t empty = 0;
	if (!scan_mailbox(&s, &one, &empty) || (one.faults & MAILBOX_NO_BRACKETS) != 0)
		return SLICE_EMPTY;
	return one.raw_name;
}

const char *
mailbox_fault_name(enum mailbox_fault fault)
{
	static const char *const names[] = { "no-at", "no-local", "no-domain", "many-at", "empty",
		"no-brackets", "bracket-open", "brackets-twice", "quote-open", "comment-open",
		"comment", "comment-nested", "name-in-comment", "route", "quoted-local", "group",
		"group-nested", "dots", "space", "control", "utf8", "not-utf8", "literal", "no-dot",
		"long", "name-empty", "name-specials", "name-quoted", "encoded", "junk",
		"semicolon" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if ((unsigned)fault == 1U << i)
			return names[i];
	return "";
}
