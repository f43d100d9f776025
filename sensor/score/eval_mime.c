/* How a mail is put together (SpamAssassin's MIMEEval).
 *
 * Source: Mail::SpamAssassin::Plugin::MIMEEval(3); RFC 2045 6.7, 6.8. */
#include <math.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/eval_charset.h"
#include "sensor/score/eval_fields.h"

enum {
	QP_LINE_MOST = 78,     /* bytes; RFC 2045 has 76, and programs of note are off by two */
	CAPS_TEXT_LEAST = 200, /* bytes of text that are worth counting capitals in */
	FIELD_NAME_MOST = 256, /* bytes that SpamAssassin keeps */
	FIELD_VALUE_MOST = 8192,
};

/* All kinds of text that a reader shows as such. */
static const char *
shown_type(const struct message_entity *e)
{
	static const char *const own[] = { "text/html", "text/calendar", "text/x-vcard" };
	struct slice type = slice_str(e->type);
	if (!slice_starts(type, SLICE("text")) ||
		(type.len > 4 && chars_is(type.ptr[4], CHAR_ALPHA | CHAR_DIGIT)))
		return e->type;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (slice_eq(type, slice_str(own[i])))
			return e->type;
	return "text/plain";
}

static bool
is_type(const struct message_entity *e, const char *type)
{
	return strcmp(shown_type(e), type) == 0;
}

static bool
has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* iso-…-… that is neither of ISO 8859 nor of ISO 2022. */
static bool
is_bad_iso(const char *charset)
{
	struct slice s = slice_str(charset);
	size_t at = slice_find(s, SLICE("iso-"));
	struct slice rest = slice_skip(s, at + 4);
	size_t dash = slice_index(rest, '-');
	if (at == s.len || dash == 0 || dash + 1 >= rest.len)
		return false;
	if (slice_starts(rest, SLICE("2022-jp")) || slice_starts(rest, SLICE("2022-kr")))
		return false;
	size_t digits = 5;
	while (digits < rest.len && chars_is(rest.ptr[digits], CHAR_DIGIT))
		digits++;
	return !slice_starts(rest, SLICE("8859-")) || digits == 5 || digits > 7;
}

static bool
is_ascii_name(const char *charset)
{
	static const char *const names[] = { "us-ascii", "ansi_x3.4-1968", "iso-ir-6",
		"ansi_x3.4-1986", "iso_646.irv:1991", "ascii", "iso646-us", "us", "ibm367", "cp367",
		"csascii" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (has(charset, names[i]))
			return true;
	return *charset == '\0';
}

static void
entity_count(struct mime_facts *f, const struct rule_input *in, const struct message_entity *e)
{
	bool base64 = has(e->encoding, "base64"),
	     text = slice_starts(slice_str(shown_type(e)), SLICE("text"));
	if (is_type(e, "text/html"))
		f->html++;
	else
		f->text += text;
	if (base64)
		f->base64++;
	else
		f->quoted_printable += has(e->encoding, "quoted-printable");
	f->attachments += has(e->disposition, "attachment");
	f->base64_text = f->base64_text || (text && base64 && is_ascii_name(e->charset) &&
						   strcmp(e->disposition, "attachment") != 0 &&
						   strcmp(e->disposition, "inline") != 0);
	f->bad_iso = f->bad_iso || is_bad_iso(e->charset);
	f->alternative = f->alternative || is_type(e, "multipart/alternative");
	f->caps_likely = f->caps_likely || charset_caps_likely(slice_str(e->charset));
	f->faraway =
		f->faraway || (*e->charset != '\0' && charset_faraway(in, slice_str(e->charset)));
	f->unbalanced = f->unbalanced ||
			(e->faults & (PART_NOT_CLOSED | PART_BOUNDARY_ABSENT)) == PART_NOT_CLOSED;
}

/* Sums over the lines of all leaves. */
struct lines {
	size_t qp_bytes, qp_needless, plain, unicode;
	double text, html; /* bytes of the last such part; -1 = there is none */
};

/* "=41" for what needs no encoding. */
static bool
is_needless(struct slice s)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *high =
		s.len < 3 || s.ptr[0] != '=' || s.ptr[1] == '\0' ? NULL : memchr(hex, s.ptr[1], 16);
	const char *low = high == NULL || s.ptr[2] == '\0' ? NULL : memchr(hex, s.ptr[2], 16);
	if (low == NULL)
		return false;
	unsigned c = (unsigned)(high - hex) * 16 + (unsigned)(low - hex);
	return c == '\t' || (c >= ' ' && c < 0x7f && c != '=');
}

static void
line_qp(struct mime_facts *f, struct lines *sums, struct slice line)
{
	size_t trailing = 0;
	f->long_line = f->long_line || line.len > QP_LINE_MOST;
	sums->qp_bytes += line.len + 1;
	for (size_t i = slice_index(line, '='); i < line.len;) {
		struct slice at = slice_skip(line, i);
		size_t step = 1;
		if (is_needless(at)) {
			bool space =
				slice_starts(at, SLICE("=20")) || slice_starts(at, SLICE("=09"));
			sums->qp_needless++;
			trailing = space ? trailing + 1 : 0;
			step = 3;
		} else {
			trailing = 0;
		}
		size_t next = slice_index(slice_skip(at, step), '=');
		if (slice_trim(slice_take(slice_skip(at, step), next)).len > 0)
			trailing = 0;
		i += step + next;
	}
	sums->qp_needless -= trailing; /* white space at a line's end does need it */
}

static void
line_unicode(struct lines *sums, struct slice line)
{
	sums->plain += line.len + 1;
	for (size_t i = slice_find(line, SLICE("&#x")); i < line.len;) {
		struct slice at = slice_skip(line, i);
		bool entity = at.len >= 8 && at.ptr[7] == ';';
		for (size_t k = 3; entity && k < 7; k++)
			entity = chars_is(at.ptr[k], CHAR_DIGIT) ||
				 (at.ptr[k] >= 'A' && at.ptr[k] <= 'F');
		sums->unicode += entity;
		sums->plain -= entity ? 8 : 0;
		i += 3;
		i += slice_find(slice_skip(line, i), SLICE("&#x"));
	}
}

static bool
is_illegal(struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] >= 0x80 || line.ptr[i] == 0 || line.ptr[i] == '\r')
			return true;
	return false;
}

static void
leaf_lines(struct mime_facts *f, struct lines *sums, const struct message_entity *e)
{
	bool plain = is_type(e, "text/plain");
	bool ascii = plain && (*e->charset == '\0' || strcmp(e->charset, "us-ascii") == 0);
	bool bare = plain && (*e->encoding == '\0' || strcmp(e->encoding, "7bit") == 0 ||
				     strcmp(e->encoding, "8bit") == 0);
	bool qp = strcmp(e->encoding, "quoted-printable") == 0;
	bool counted = strcmp(e->encoding, "base64") == 0 && !is_type(e, "application/ics");
	bool attached = has(e->disposition, "attachment");
	struct slice rest = e->content;
	double bytes = 0;
	while (rest.len > 0) {
		struct slice line = slice_split(&rest, '\n');
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		bytes += (double)line.len + 1;
		if (qp && !slice_starts(line, SLICE("SPAM: ")))
			line_qp(f, sums, line);
		if (ascii)
			f->ascii_illegal += is_illegal(line);
		if (bare)
			line_unicode(sums, line);
		if (counted && line.len + 1 > f->base64_line)
			f->base64_line = line.len + 1;
	}
	if (f->alternative && !attached && plain)
		sums->text = bytes;
	else if (f->alternative && !attached && is_type(e, "text/html"))
		sums->html = bytes;
}

static const struct mime_facts *
mime_facts(const struct rule_input *in)
{
	struct mime_facts *f = &eval_kept(in)->mime;
	if (f->known)
		return f;
	struct lines sums = { .text = -1, .html = -1 };
	f->known = true;
	for (size_t i = 0; i < in->message->entities_count; i++) {
		const struct message_entity *e = &in->message->entities[i];
		entity_count(f, in, e);
		if (e->leaf)
			leaf_lines(f, &sums, e);
	}
	f->multipart_ratio = sums.text >= 0 && sums.html > 0 ? sums.text / sums.html : 1;
	if (sums.qp_bytes > 0) {
		f->qp_ratio = (double)sums.qp_needless / (double)sums.qp_bytes;
		f->quoted_printable = sums.qp_needless;
	}
	if (sums.plain > 0)
		f->unicode_ratio = (double)sums.unicode / (double)sums.plain;
	return f;
}

/* What check_for_mime() can be asked. */
static double
mime_fact(const struct mime_facts *f, struct slice name)
{
	const struct {
		const char *name;
		double value;
	} facts[] = {
		{ "mime_base64_count", (double)f->base64 },
		{ "mime_base64_encoded_text", f->base64_text },
		{ "mime_body_html_count", (double)f->html },
		{ "mime_body_text_count", (double)f->text },
		{ "mime_attachment", (double)f->attachments },
		{ "mime_bad_iso_charset", f->bad_iso },
		{ "mime_faraway_charset", f->faraway },
		{ "mime_missing_boundary", f->unbalanced },
		{ "mime_multipart_alternative", f->alternative },
		{ "mime_multipart_ratio", f->multipart_ratio },
		{ "mime_qp_count", (double)f->quoted_printable },
		{ "mime_qp_long_line", f->long_line },
		{ "mime_qp_ratio", f->qp_ratio },
		{ "mime_ascii_text_illegal", (double)f->ascii_illegal },
		{ "mime_text_unicode_ratio", f->unicode_ratio },
	};
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (slice_eq(name, slice_str(facts[i].name)))
			return facts[i].value;
	return 0;
}

/* check_for_mime('fact') */
static bool
test_mime(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return mime_fact(mime_facts(in), arguments->words[0]) != 0;
}

static bool
is_html_message(const struct rule_input *in)
{
	return slice_istarts(field_get(in, "Content-Type"), SLICE("text/html"));
}

static bool
test_html(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return is_html_message(in) || mime_facts(in)->html > 0;
}

static bool
test_html_only(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return is_html_message(in) || (mime_facts(in)->html > 0 && mime_facts(in)->text == 0);
}

/* check_mime_multipart_ratio(least, below) */
static bool
test_multipart_ratio(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double ratio = mime_facts(in)->multipart_ratio;
	return ratio >= eval_number(arguments, 0, 0) && ratio < eval_number(arguments, 1, 0);
}

static bool
test_ascii_illegal(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return mime_facts(in)->ascii_illegal > 0;
}

/* check_abundant_unicode_ratio(least) */
static bool
test_unicode_ratio(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return mime_facts(in)->unicode_ratio >= eval_number(arguments, 0, INFINITY);
}

/* check_qp_ratio(least) */
static bool
test_qp_ratio(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return mime_facts(in)->qp_ratio >= eval_number(arguments, 0, INFINITY);
}

/* check_base64_length(least [, most]): of the longest line. */
static bool
test_base64_length(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double length = (double)mime_facts(in)->base64_line;
	return length >= eval_number(arguments, 0, INFINITY) &&
	       length <= eval_number(arguments, 1, INFINITY);
}

/* A multipart/alternative with something in it that is no other form of the text. */
static bool
test_alternative_other(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct message *m = in->message;
	for (size_t i = 1; i < m->entities_count; i++) {
		const struct message_entity *e = &m->entities[i];
		if (e->leaf && is_type(&m->entities[e->parent], "multipart/alternative") &&
			!is_type(e, "multipart/related") && !is_type(e, "application/rtf") &&
			!slice_starts(slice_str(shown_type(e)), SLICE("text/")))
			return true;
	}
	return false;
}

/* Of the parts of a multipart: a message inside of a message has no boundary before it. */
static bool
any_fault(const struct message *m, unsigned faults)
{
	for (size_t i = 1; i < m->entities_count; i++) {
		const struct message_entity *e = &m->entities[i];
		struct slice above = slice_str(m->entities[e->parent].type);
		if ((e->faults & faults) != 0 && slice_starts(above, SLICE("multipart/")))
			return true;
	}
	return false;
}

static bool
epilogue(const struct message *m)
{
	for (size_t i = 0; i < m->entities_count; i++)
		if ((m->entities[i].faults & PART_EPILOGUE) != 0)
			return true;
	return false;
}

/* The header ended without a blank line. */
static bool
no_blank_line(const struct message *m)
{
	if (m->body.len == 0)
		return (m->faults & FAULT_NO_BLANK_LINE) != 0;
	size_t end = (size_t)(m->body.ptr - m->raw.ptr);
	return end == m->header.len;
}

static bool
header_too_long(const struct message *m)
{
	for (size_t i = 0; i < m->fields_count; i++)
		if (m->fields[i].name.len > FIELD_NAME_MOST ||
			m->fields[i].value.len > FIELD_VALUE_MOST)
			return true;
	return (m->faults & FAULT_TOO_MANY) != 0;
}

/* check_msg_parse_flags('flag') */
static bool
test_parse_flags(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct slice flag = arguments->words[0];
	if (slice_eq(flag, SLICE("missing_mime_head_body_separator")))
		return any_fault(in->message, PART_NO_BLANK_LINE | PART_NO_HEADER);
	if (slice_eq(flag, SLICE("missing_mime_headers")))
		return any_fault(in->message, PART_NO_FIELDS | PART_NO_HEADER);
	if (slice_eq(flag, SLICE("mime_epilogue_exists")))
		return epilogue(in->message);
	if (slice_eq(flag, SLICE("missing_head_body_separator")))
		return no_blank_line(in->delivered);
	return slice_eq(flag, SLICE("truncated_header")) && header_too_long(in->delivered);
}

/* Content-Type's set is foreign to ok_locales, and half of the text's bytes are beyond ASCII. */
static bool
test_faraway(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice charset = charset_of_type(field_get(in, "Content-Type"));
	if (charset.len == 0 || !charset_faraway(in, charset))
		return false;
	struct slice text = input_text(in)->body.all;
	size_t high = 0;
	for (size_t i = 0; i < text.len; i++)
		high += text.ptr[i] >= 0x80;
	return high > 3 && text.len - high <= high;
}

/* Two words of 60 to 76 bytes of base64. */
static bool
is_base64_text(struct slice s)
{
	for (int words = 0; words < 2; words++) {
		struct slice word = slice_take(s, slice_index(s, ' '));
		if (word.len < 60 || word.len > 76 || word.len == s.len)
			return false;
		for (size_t i = 0; i < word.len; i++)
			if (!chars_is(word.ptr[i], CHAR_ALPHA | CHAR_DIGIT) &&
				strchr("+/=", word.ptr[i]) == NULL)
				return false;
		s = slice_skip(s, word.len + 1);
	}
	return true;
}

static bool
has_two_words(struct slice s)
{
	return slice_index(slice_trim(s), ' ') < slice_trim(s).len;
}

struct letters {
	size_t bytes, capitals, others;
};

/* Between ESC $ B and ESC ( B stands Japanese. */
static void
count_letters(struct slice s, struct letters *sums)
{
	size_t start = slice_find(s, SLICE("\x1b$B")), end = s.len;
	for (size_t i = start; i + 3 <= s.len && start < s.len; i++)
		if (memcmp(s.ptr + i, "\x1b(B", 3) == 0)
			end = i + 3;
	bool japanese = start < s.len && end < s.len;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if (japanese && i >= start && i < end)
			continue;
		sums->bytes++;
		sums->capitals += c >= 'A' && c <= 'Z';
		sums->others += (c >= 'a' && c <= 'z') || chars_is(c, CHAR_DIGIT);
	}
}

static double
capitals_of(const struct rule_input *in)
{
	struct letters sums = { 0 };
	const struct text_pieces *body = &input_text(in)->body;
	if (mime_facts(in)->caps_likely ||
		charset_caps_likely(charset_of_type(field_get(in, "Content-Type"))))
		return 0;
	for (size_t i = 0; i < body->pieces_count; i++)
		if (has_two_words(body->pieces[i]) && !is_base64_text(body->pieces[i]))
			count_letters(body->pieces[i], &sums);
	size_t letters = sums.capitals + sums.others;
	if (sums.bytes < CAPS_TEXT_LEAST || letters == 0)
		return 0;
	return (double)sums.capitals / (double)letters * 100;
}

/* check_for_uppercase(more than, at most): per cent of the letters that are capitals. */
static bool
test_uppercase(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct mime_facts *f = &eval_kept(in)->mime;
	if (!f->capitals_known)
		f->capitals = capitals_of(in);
	f->capitals_known = true;
	return f->capitals > eval_number(arguments, 0, 100) &&
	       f->capitals <= eval_number(arguments, 1, 0);
}

const struct eval evals_mime[] = {
	{ "check_for_mime", 1, 1, 0, test_mime },
	{ "check_for_mime_html", 0, 0, 0, test_html },
	{ "check_for_mime_html_only", 0, 0, 0, test_html_only },
	{ "check_mime_multipart_ratio", 2, 2, 0, test_multipart_ratio },
	{ "check_for_ascii_text_illegal", 0, 0, 0, test_ascii_illegal },
	{ "check_abundant_unicode_ratio", 1, 1, 0, test_unicode_ratio },
	{ "check_qp_ratio", 1, 1, 0, test_qp_ratio },
	{ "check_base64_length", 1, 2, 0, test_base64_length },
	{ "check_ma_non_text", 0, 0, 0, test_alternative_other },
	{ "check_msg_parse_flags", 1, 1, 0, test_parse_flags },
	{ "check_for_faraway_charset", 0, 0, 0, test_faraway },
	{ "check_for_uppercase", 2, 2, 0, test_uppercase },
	{ NULL, 0, 0, 0, NULL },
};
