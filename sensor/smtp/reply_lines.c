#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/limits.h"
#include "sensor/smtp/reply_class.h"
#include "sensor/smtp/reply_lines.h"

#define ENHANCED_WORDS 6 /* of a text; further behind a number may be anything */

void
reply_reader_init(struct reply_reader *r)
{
	*r = (struct reply_reader){ 0 };
	buf_init(&r->text, LIMIT_REPLY_TEXT);
}

void
reply_reader_release(struct reply_reader *r)
{
	buf_release(&r->text);
}

void
reply_gap(struct reply_reader *r)
{
	r->lines = 0;
}

/* Digits from the front, at most max; 0 = none. */
static size_t
digits(struct slice s, size_t max)
{
	size_t n = 0;
	while (n < s.len && n < max && chars_is(s.ptr[n], CHAR_DIGIT))
		n++;
	return n;
}

/* RFC 3463 2: class "." subject "." detail, with 1 to 3 digits in the last two; returns its length
 * or 0. */
static size_t
enhanced_length(struct slice s)
{
	if (s.len < 5 || (s.ptr[0] != '2' && s.ptr[0] != '4' && s.ptr[0] != '5') || s.ptr[1] != '.')
		return 0;
	size_t subject = digits(slice_skip(s, 2), 3);
	size_t dot = 2 + subject;
	if (subject == 0 || dot >= s.len || s.ptr[dot] != '.')
		return 0;
	size_t detail = digits(slice_skip(s, dot + 1), 3);
	size_t n = dot + 1 + detail;
	/* ":" follows in OpenSMTPD's "250 2.0.0: id Message accepted". */
	bool ends = n == s.len || chars_is(s.ptr[n], CHAR_SPACE) ||
		    memchr(":,;)]", s.ptr[n], 5) != NULL;
	return detail > 0 && ends ? n : 0;
}

/* In front of a code: IronPort writes "#5.7.1", others "[5.7.1]" and "(#5.1.1)". */
static size_t
enhanced_opening(struct slice s)
{
	size_t n = 0;
	while (n < 2 && n < s.len && memchr("#([", s.ptr[n], 3) != NULL)
		n++;
	return n;
}

/* The code is not where it should be: behind the words of a gateway ("550 cuda_nsu 5.1.1 no"), or
 * at the end, as qmail and its kin write it ("553 sorry (#5.7.1)").  Its class must be the reply's.
 */
static struct slice
enhanced_inside(struct slice text, int code)
{
	for (int word = 1; text.len > 0; word++) {
		size_t opening = enhanced_opening(text);
		struct slice at = slice_skip(text, opening);
		size_t n = word < ENHANCED_WORDS || opening > 1 ? enhanced_length(at) : 0;
		if (n > 0 && at.ptr[0] - '0' == code / 100)
			return slice_take(at, n);
		text = slice_trim(slice_skip(text, slice_index(text, ' ')));
	}
	return SLICE_EMPTY;
}

void
reply_split(struct slice line, int *code, struct slice *enhanced, struct slice *text)
{
	*code = 0;
	*enhanced = SLICE_EMPTY;
	*text = line;
	if (digits(line, 4) != 3 || line.ptr[0] < '2' || line.ptr[0] > '5')
		return;
	if (line.len > 3 && line.ptr[3] != '-' && !chars_is(line.ptr[3], CHAR_SPACE))
		return;
	*code = (line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 + (line.ptr[2] - '0');
	*text = slice_trim(slice_skip(line, 4));
	size_t opening = enhanced_opening(*text);
	size_t n = enhanced_length(slice_skip(*text, opening));
	if (n == 0 && *code >= 400)
		*enhanced = enhanced_inside(*text, *code);
	if (n == 0)
		return;
	*enhanced = slice_take(slice_skip(*text, opening), n);
	*text = slice_skip(*text, opening + n);
	while (text->len > 0 && memchr(":,;)]", text->ptr[0], 5) != NULL)
		*text = slice_skip(*text, 1);
	*text = slice_trim(*text);
}

static void
reply_add(struct reply_reader *r, struct slice text, struct slice enhanced)
{
	if (r->lines == 0) {
		buf_clear(&r->text);
		r->enhanced[0] = '\0';
	}
	/* The first line that has one: the lines of a reply agree, RFC 2034 3. */
	if (r->enhanced[0] == '\0' && enhanced.len > 0) {
		memcpy(r->enhanced, enhanced.ptr, enhanced.len);
		r->enhanced[enhanced.len] = '\0';
	}
	if (r->lines < LIMIT_REPLY_LINES) {
		if (r->lines > 0)
			buf_byte(&r->text, '\n');
		buf_add(&r->text, text);
	}
	r->lines++;
}

/* RFC 5321 4.2.1 knows 2yz to 5yz; what a broken server says instead still answers the command. */
static int
odd_code(const struct reply_reader *r, struct slice line, struct slice *text)
{
	if (digits(line, 4) != 3 || line.ptr[0] == '0' ||
		(line.len > 3 && line.ptr[3] != '-' && !chars_is(line.ptr[3], CHAR_SPACE)))
		return 0;
	int code = 0;
	for (size_t i = 0; i < 3; i++)
		code = code * 10 + (line.ptr[i] - '0');
	/* Inside of a reply only such a code that it began with: texts have numbers, too. */
	if (r->lines > 0 && code != r->code)
		return 0;
	*text = slice_trim(slice_skip(line, 4));
	return code;
}

int
reply_next(struct reply_reader *r, struct slice line, struct reply_whole *out)
{
	int code;
	struct slice enhanced, text;
	reply_split(line, &code, &enhanced, &text);
	if (code == 0)
		code = odd_code(r, line, &text);
	if (code == 0 && r->lines == 0)
		return -1;
	if (r->lines == 0) {
		r->code = code;
		r->changed = false;
	}
	r->changed |= code != 0 && code != r->code;
	/* The last code counts, and with it the enhanced one that stands beside it. */
	if (r->lines > 0 && code != 0 && code != r->last)
		r->enhanced[0] = '\0';
	r->last = code != 0 ? code : r->last;
	/* A line without a code inside of a reply is taken as its text: multi-line texts of policy
	 * services get sent like that. */
	reply_add(r, text, enhanced);
	if (code == 0 || (line.len > 3 && line.ptr[3] == '-'))
		return 0;
	out->code = code;
	out->enhanced = slice_str(r->enhanced);
	out->text = buf_slice(&r->text);
	out->lines = r->lines;
	out->changed = r->changed;
	out->cut = r->text.lost > 0 || r->lines > LIMIT_REPLY_LINES;
	r->lines = 0;
	return 1;
}

int
reply_text_line(struct slice *text, struct slice *line)
{
	if (text->len == 0)
		return 0;
	*line = slice_split(text, '\n');
	return 1;
}
