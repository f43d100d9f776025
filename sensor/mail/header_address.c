#include "sensor/base/chars.h"
#include "sensor/mail/message.h"

/* address-list = (address *("," address)); address = mailbox / group; mailbox = [display-name] "<"
 * addr-spec ">" / addr-spec; group = display-name ":" [mailbox-list] ";"   (RFC 5322 3.4)
 *
 * One pass without recursion: a group only resets the scan at its colon, however deep groups
 * pretend to nest.  Accepted beyond the RFC: bare words without "@" (cron writes "root"), and
 * missing brackets at the end. */

struct scan {
	struct slice rest;
	struct slice angle;	     /* inside of <> */
	const uint8_t *first, *last; /* of what stands outside of brackets and comments */
	const uint8_t *name_last;    /* of what stands before <> */
	bool have_angle;
};

static void
scan_reset(struct scan *s)
{
	struct slice rest = s->rest;
	*s = (struct scan){ .rest = rest };
}

static void
scan_outside(struct scan *s, struct slice part)
{
	if (s->first == NULL)
		s->first = part.ptr;
	s->last = part.ptr + part.len - 1;
	if (!s->have_angle)
		s->name_last = s->last;
}

/* Length of a quoted string, comment or bracket at the front, to its end or the end of input. */
static size_t
enclosed(struct slice s, uint8_t open, uint8_t close)
{
	size_t depth = 1;
	for (size_t i = 1; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if (c == '\\')
			i++;
		else if (c == close && --depth == 0)
			return i + 1;
		else if (c == open && open == '(')
			depth++;
	}
	return s.len;
}

static void
scan_angle(struct scan *s, size_t n)
{
	struct slice inside = slice_skip(slice_take(s->rest, n), 1);
	if (inside.len > 0 && inside.ptr[inside.len - 1] == '>')
		inside.len--;
	inside = slice_trim(inside);
	/* obs-route = obs-domain-list ":" (RFC 5322 4.4) */
	if (inside.len > 0 && inside.ptr[0] == '@')
		inside = slice_skip(inside, slice_index(inside, ':') + 1);
	s->angle = inside;
	s->have_angle = true;
}

/* Eats up to and with the separator after one address; true if there was a separator or the end. */
static bool
scan_step(struct scan *s)
{
	uint8_t c = s->rest.ptr[0];
	size_t n = 1;
	if (c == '"') {
		n = enclosed(s->rest, '"', '"');
		scan_outside(s, slice_take(s->rest, n));
	} else if (c == '(') {
		n = enclosed(s->rest, '(', ')');
	} else if (c == '<') {
		n = enclosed(s->rest, '<', '>');
		scan_angle(s, n);
	} else if (c == ':') {
		s->rest = slice_skip(s->rest, 1);
		scan_reset(s);
		return false;
	} else if (c != ',' && c != ';' && !chars_is(c, CHAR_SPACE) && c != '\r' && c != '\n') {
		scan_outside(s, slice_take(s->rest, 1));
	}
	s->rest = slice_skip(s->rest, n);
	return c == ',' || c == ';';
}

static struct slice
scan_address(const struct scan *s)
{
	if (s->have_angle)
		return s->angle;
	if (s->first == NULL)
		return SLICE_EMPTY;
	return slice_of(s->first, (size_t)(s->last - s->first) + 1);
}

/* Several words without brackets are no address: the one with the "@" in it, else the last, is what
 * a receiver would take. */
static struct slice
last_word(struct slice address)
{
	struct slice best = address, rest = address;
	while (rest.len > 0 && address.ptr[0] != '"') {
		struct slice word = slice_split(&rest, ' ');
		if (word.len > 0)
			best = word;
		if (slice_index(word, '@') < word.len)
			break;
	}
	return best;
}

size_t
header_addresses(struct slice value, struct slice *out, size_t max)
{
	size_t count = 0;
	struct scan s = { .rest = slice_take(value, LIMIT_HEADER_BLOCK) };
	if (max > LIMIT_HEADER_ADDRESSES)
		max = LIMIT_HEADER_ADDRESSES;
	while (s.rest.len > 0 && count < max) {
		bool done = scan_step(&s);
		if (!done && s.rest.len > 0)
			continue;
		struct slice address = last_word(slice_trim(scan_address(&s)));
		if (address.len > 0)
			out[count++] = address;
		scan_reset(&s);
	}
	return count;
}

struct slice
header_display_name(struct slice value)
{
	struct scan s = { .rest = slice_take(value, LIMIT_HEADER_BLOCK) };
	while (s.rest.len > 0 && !s.have_angle)
		if (scan_step(&s))
			return SLICE_EMPTY;
	if (!s.have_angle || s.first == NULL)
		return SLICE_EMPTY;
	return slice_of(s.first, (size_t)(s.name_last - s.first) + 1);
}
