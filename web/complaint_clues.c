#include "web/complaint.h"

#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/digest.h"
#include "sensor/base/ptime.h"
#include "sensor/base/text.h"
#include "sensor/mail/header_date.h"
#include "sensor/mail/header_received.h"
#include "web/doc.h"

enum {
	FIELD_MAX = 8192, /* bytes of one field, unfolded */
	TEXT_MAX = 200,	  /* of one clue */
	ENCODED_MIN = 60, /* bytes of a line of base64 that is worth decoding */
	DEPTH_MAX = 3	  /* reports inside of reports */
};

struct reading {
	struct complaint_clues *clues;
	struct arena *arena;
	struct buf field;   /* the field that is put together, without line ends */
	struct buf encoded; /* lines of base64 in a row */
	int depth;
	bool report, yaml, fields; /* what was recognised */
};

/* ---- clues, each once ---- */

static void
add_address(struct reading *r, struct addr a)
{
	struct complaint_clues *c = r->clues;

	/* Loopback and the like are in every header; private ones may be ours. */
	if (a.family == ADDR_NONE ||
		(a.family == ADDR_V4 && (a.bytes[0] == 127 || a.bytes[0] == 0)))
		return;
	for (size_t i = 0; i < c->addresses_count; i++)
		if (addr_eq(c->addresses[i], a))
			return;
	if (c->addresses_count == CLUES_MAX)
		c->cut = true;
	else
		c->addresses[c->addresses_count++] = a;
}

static void
add_time(struct reading *r, int64_t t)
{
	struct complaint_clues *c = r->clues;

	if (t <= 0)
		return;
	for (size_t i = 0; i < c->times_count; i++)
		if (c->times[i] == t)
			return;
	if (c->times_count == CLUES_MAX)
		c->cut = true;
	else
		c->times[c->times_count++] = t;
}

static void
add_port(struct reading *r, struct slice text)
{
	struct complaint_clues *c = r->clues;
	int64_t port;

	if (slice_number(slice_trim(text), &port) != 0 || port < 1 || port > UINT16_MAX ||
		c->ports_count == CLUES_MAX)
		return;
	c->ports[c->ports_count++] = (uint16_t)port;
}

static void
add_text(struct reading *r, const char **texts, size_t *count, struct slice text)
{
	text = slice_trim(text);
	if (text.len == 0 || text.len > TEXT_MAX)
		return;
	const char *clean = text_clean(r->arena, text, TEXT_MAX);
	for (size_t i = 0; i < *count; i++)
		if (strcmp(texts[i], clean) == 0)
			return;
	if (*count == CLUES_MAX)
		r->clues->cut = true;
	else
		texts[(*count)++] = clean;
}

static void
add_message_id(struct reading *r, struct slice text)
{
	size_t open = slice_index(text, '<');

	if (open < text.len) {
		text = slice_skip(text, open + 1);
		text = slice_split(&text, '>');
	}
	/* XARF and people leave the brackets out. */
	if (slice_index(text, '@') < text.len &&
		slice_index(slice_trim(text), ' ') == slice_trim(text).len)
		add_text(r, r->clues->message_ids, &r->clues->message_ids_count, text);
}

/* ---- free text: whatever looks like an address or a time ---- */

static bool
is_address_byte(uint8_t c)
{
	return chars_is(c, CHAR_HEX) || c == '.' || c == ':';
}

/* The number behind "]:". */
static void
scan_port(struct reading *r, struct slice rest)
{
	size_t n = 2;

	while (n < rest.len && chars_is(rest.ptr[n], CHAR_DIGIT))
		n++;
	if (n > 2 && rest.ptr[0] == ']' && rest.ptr[1] == ':')
		add_port(r, slice_skip(slice_take(rest, n), 2));
}

/* Whether the word is an address, or one with its port ("192.0.2.1:40000"), which then are clues.
 */
static bool
take_address(struct reading *r, struct slice word)
{
	struct slice port = word, host = slice_split(&port, ':');
	struct addr a;

	if (word.len < 3)
		return false;
	if (addr_parse(word, &a) == 0) {
		add_address(r, a);
		return true;
	}
	if (slice_index(host, '.') == host.len || addr_parse(host, &a) != 0)
		return false;
	add_address(r, a);
	add_port(r, port);
	return true;
}

/* "192.0.2.1", "[192.0.2.1]:40000", "2001:db8::1", "IPv6:2001:db8::1" (RFC 5321 4.1.3); a time of
 * day has two colons only and is none, nor is the end of a longer word. */
static void
scan_addresses(struct reading *r, struct slice line)
{
	uint8_t before = ' ';

	while (line.len > 0) {
		size_t n = 0;

		if (slice_istarts(line, SLICE("IPv6:")))
			line = slice_skip(line, 5);
		while (n < line.len && is_address_byte(line.ptr[n]))
			n++;
		struct slice word = slice_take(line, n);
		while (word.len > 0 &&
			(word.ptr[word.len - 1] == '.' || word.ptr[word.len - 1] == ':'))
			word.len--;
		struct slice rest = slice_skip(line, n > 0 ? n : 1);
		if (!chars_is_word(before) && take_address(r, word))
			scan_port(r, rest);
		before = rest.ptr != NULL && rest.ptr > line.ptr ? rest.ptr[-1] : ' ';
		line = rest;
	}
}

/* "2008-06-12T03:04:05Z", "2008-06-12 03:04:05 -0300", "2008-06-12 03:04:05": without an offset it
 * is taken for UTC. */
static void
add_iso_time(struct reading *r, struct slice text)
{
	char form[40];
	int64_t t;
	size_t n = text.len < 19 ? text.len : 19;

	if (n < 19)
		return;
	memcpy(form, text.ptr, n);
	form[10] = 'T';
	struct slice rest = slice_skip(text, n);
	size_t digits = 0;
	if (rest.len > 0 && rest.ptr[0] == '.')
		for (digits = 1; digits < rest.len && chars_is(rest.ptr[digits], CHAR_DIGIT);)
			digits++;
	rest = slice_trim(slice_skip(rest, digits));
	form[n++] = 'Z';
	if (rest.len >= 5 && (rest.ptr[0] == '+' || rest.ptr[0] == '-')) {
		bool colon = rest.ptr[3] == ':';
		if (colon && rest.len < 6)
			return;
		n--;
		memcpy(form + n, rest.ptr, 3);
		form[n + 3] = ':';
		memcpy(form + n + 4, rest.ptr + (colon ? 4 : 3), 2);
		n += 6;
	}
	if (ptime_parse(slice_of(form, n), &t) == 0)
		add_time(r, t);
}

static bool
looks_iso(struct slice s)
{
	static const char form[] = "dddd-dd-dd dd:dd:dd";

	if (s.len < sizeof form - 1)
		return false;
	for (size_t i = 0; i < sizeof form - 1; i++) {
		uint8_t c = s.ptr[i];
		if (form[i] == 'd'	 ? !chars_is(c, CHAR_DIGIT)
			: form[i] == ' ' ? c != ' ' && c != 'T'
					 : c != (uint8_t)form[i])
			return false;
	}
	return true;
}

static bool
looks_like_weekday(struct slice s)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

	for (size_t i = 0; i < sizeof days / sizeof *days; i++)
		if (s.len > 8 && slice_starts(s, slice_str(days[i])) &&
			(s.ptr[3] == ',' || s.ptr[3] == ' '))
			return true;
	return false;
}

static void
scan_times(struct reading *r, struct slice line)
{
	struct date_value date;

	for (; line.len > 8; line = slice_skip(line, 1)) {
		if (looks_iso(line)) {
			add_iso_time(r, slice_take(line, 36));
			line = slice_skip(line, 18);
		} else if (looks_like_weekday(line) &&
			   header_date_read(slice_take(line, 40), &date)) {
			add_time(r, date.time);
			line = slice_skip(line, 8);
		}
	}
}

static void
scan_text(struct reading *r, struct slice line)
{
	scan_addresses(r, line);
	scan_times(r, line);
}

/* ---- fields ---- */

static void
on_received(struct reading *r, struct slice value)
{
	struct received_field field;

	header_received_field(value, r->arena, &field);
	add_address(r, field.address);
	add_text(r, r->clues->queue_ids, &r->clues->queue_ids_count, field.id);
	add_time(r, field.time);
}

static void
on_date(struct reading *r, struct slice value)
{
	struct date_value date;

	value = slice_trim(value);
	if (value.len > 10 && chars_is(value.ptr[0], CHAR_DIGIT) && value.ptr[4] == '-')
		scan_times(r, value); /* RFC 3339, in X-ARF */
	else if (header_date_read(value, &date))
		add_time(r, date.time);
}

static void
on_address(struct reading *r, struct slice value)
{
	scan_addresses(r, value);
}

static void
on_queue_id(struct reading *r, struct slice value)
{
	add_text(r, r->clues->queue_ids, &r->clues->queue_ids_count, value);
}

static void
on_feedback(struct reading *r, struct slice value)
{
	(void)value;
	r->report = true;
}

static void
on_xarf(struct reading *r, struct slice value)
{
	(void)value;
	r->yaml = true;
}

static const struct {
	const char *name;
	void (*take)(struct reading *r, struct slice value);
} fields[] = {
	{ "Received", on_received },
	{ "Message-ID", add_message_id },
	{ "Original-Message-ID", add_message_id },
	{ "Date", on_date },
	{ "Resent-Date", on_date },
	/* RFC 5965, 6692 */
	{ "Feedback-Type", on_feedback },
	{ "Source-IP", on_address },
	{ "Source-Port", add_port },
	{ "Arrival-Date", on_date },
	{ "Received-Date", on_date },
	{ "Original-Envelope-Id", on_queue_id },
	/* X-ARF 0.2 */
	{ "X-XARF", on_xarf },
	{ "Schema-URL", on_xarf },
	{ "Source", on_address },
	{ "Port", NULL }, /* of the server */
	/* what receivers write on top */
	{ "X-Originating-IP", on_address },
	{ "X-Queue-ID", on_queue_id },
};

static void
end_field(struct reading *r)
{
	struct slice value = buf_slice(&r->field), name = slice_trim(slice_split(&value, ':'));
	bool taken = false;

	if (r->field.len == 0)
		return;
	for (size_t i = 0; i < sizeof fields / sizeof *fields && !taken; i++) {
		taken = slice_ieq(name, slice_str(fields[i].name));
		if (taken && fields[i].take != NULL)
			fields[i].take(r, value);
	}
	r->fields |= taken;
	if (!taken)
		scan_text(r, buf_slice(&r->field));
	buf_clear(&r->field);
}

/* "Name:" with letters, digits and hyphens, as all fields above. */
static bool
begins_field(struct slice line)
{
	size_t colon = slice_index(line, ':');

	if (colon == line.len || colon == 0 || colon > 40)
		return false;
	for (size_t i = 0; i < colon; i++)
		if (!chars_is(line.ptr[i], CHAR_ALPHA | CHAR_DIGIT) && line.ptr[i] != '-')
			return false;
	return true;
}

/* ---- encoded parts ---- */

static void read_text(struct reading *r, struct slice text);

static bool
is_base64(struct slice line)
{
	if (line.len < ENCODED_MIN && (line.len == 0 || line.ptr[line.len - 1] != '='))
		return false;
	for (size_t i = 0; i < line.len; i++)
		if (!chars_is(line.ptr[i], CHAR_ALPHA | CHAR_DIGIT) &&
			strchr("+/=", line.ptr[i]) == NULL)
			return false;
	return true;
}

static void
read_encoded(struct reading *r, struct slice text)
{
	uint8_t *bytes =
		text.len > 0 && r->depth < DEPTH_MAX ? arena_alloc(r->arena, text.len) : NULL;
	int n = bytes == NULL ? -1 : digest_base64_decode(text, bytes, text.len);

	if (n <= 0)
		return;
	r->depth++;
	read_text(r, slice_of(bytes, (size_t)n));
	r->depth--;
}

static void
end_encoded(struct reading *r)
{
	struct buf encoded = r->encoded;

	if (encoded.len == 0)
		return;
	buf_init(&r->encoded, COMPLAINT_BYTES);
	read_encoded(r, buf_slice(&encoded));
	buf_release(&encoded);
}

/* ---- lines ---- */

/* Without the marks of a quotation, "> > ". */
static struct slice
unquoted(struct slice line)
{
	while (line.len > 0 && line.ptr[0] == '>') {
		line = slice_skip(line, 1);
		if (line.len > 0 && line.ptr[0] == ' ')
			line = slice_skip(line, 1);
	}
	return line;
}

static void
take_line(struct reading *r, struct slice line)
{
	bool folded = line.len > 0 && chars_is(line.ptr[0], CHAR_SPACE);

	if (is_base64(slice_trim(line))) {
		end_field(r);
		buf_add(&r->encoded, slice_trim(line));
		return;
	}
	end_encoded(r);
	if (folded && r->field.len > 0) {
		buf_byte(&r->field, ' ');
		buf_add(&r->field, slice_trim(line));
		return;
	}
	end_field(r);
	line = slice_trim(line);
	if (begins_field(line))
		buf_add(&r->field, line);
	else
		scan_text(r, line);
}

/* ---- XARF: JSON ---- */

static void
read_json(struct reading *r, const struct node *n)
{
	static const char *const times[] = { "timestamp", "date", "first_seen", "last_seen" };
	int64_t port = node_int(n, "source_port");

	scan_addresses(r, slice_str(node_text(n, "source_identifier")));
	if (port > 0)
		add_port(r, slice_str(arena_printf(r->arena, "%d", (int)(port & 0xfffff))));
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		scan_times(r, slice_str(node_text(n, times[i])));
	add_message_id(r, slice_str(node_text(n, "message_id")));
	for (size_t i = 0; i < node_count(n, "evidence"); i++)
		read_encoded(r, slice_str(node_text(node_item(n, "evidence", i), "payload")));
}

static bool
read_as_json(struct reading *r, struct slice text)
{
	struct err err;
	struct doc *doc;

	if (text.len == 0 || text.ptr[0] != '{' || doc_parse(text, &doc, &err) != 0)
		return false;
	read_json(r, doc_root(doc));
	doc_free(doc);
	return true;
}

static void
read_text(struct reading *r, struct slice text)
{
	if (read_as_json(r, slice_trim(text))) {
		if (r->depth == 0)
			r->clues->kind = "XARF";
		return;
	}
	while (text.len > 0) {
		struct slice line = slice_split(&text, '\n');
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		line = unquoted(line);
		if (line.len > FIELD_MAX) {
			line = slice_take(line, FIELD_MAX);
			r->clues->cut = true;
		}
		take_line(r, line);
	}
	end_encoded(r);
	end_field(r);
}

void
complaint_read(struct slice text, struct arena *arena, struct complaint_clues *out)
{
	struct reading r = { .clues = out, .arena = arena };

	*out = (struct complaint_clues){ .cut = text.len > COMPLAINT_BYTES };
	buf_init(&r.field, FIELD_MAX);
	buf_init(&r.encoded, COMPLAINT_BYTES);
	read_text(&r, slice_take(text, COMPLAINT_BYTES));
	buf_release(&r.field);
	buf_release(&r.encoded);
	if (out->kind == NULL)
		out->kind = r.report ? "ARF" : r.yaml ? "X-ARF" : r.fields ? "header" : "text";
}
