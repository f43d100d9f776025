/* Lines of mail-like formats.  What comes from the wire becomes the value of one field, or one line
 * of text, and nothing else: line ends are gone before anything is written (text_clean_into), and
 * lengths are limited. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/digest.h"
#include "sensor/base/text.h"
#include "web/export_inner.h"

enum {
	VALUE_MAX = 900,  /* bytes of a value: with its name less than the 998 of RFC 5322 2.1.1 */
	FOLD_AT = 76,	  /* RFC 5322 2.1.1 asks for 78 */
	ENCODED_MAX = 39, /* bytes in an encoded word: 52 of base64, with its ends below 75 (RFC
			     2047 2) */
	TEXT_MAX = 900,
};

static bool
is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] >= 0x80) {
			return false;
		}
	}
	return true;
}

/* A word that is written as it stands.  One that looks like an encoded word is none: it was decoded
 * already, and must not be decoded again. */
static bool
is_plain(struct slice word)
{
	return is_ascii(word) && slice_find(word, SLICE("=?")) == word.len;
}

static struct slice
take_word(struct slice *rest)
{
	return slice_split(rest, ' ');
}

/* ---- folding ---- */

struct folded {
	struct buf *out;
	size_t column;
	bool begun; /* the first word stands on the line of the name, whatever its length */
};

static void
put_word(struct folded *f, struct slice word)
{
	if (f->begun && f->column + 1 + word.len > FOLD_AT) {
		buf_str(f->out, "\r\n");
		f->column = 0;
	}
	buf_byte(f->out, ' ');
	buf_add(f->out, word);
	f->column += 1 + word.len;
	f->begun = true;
}

/* Bytes of a piece that ends at a character's edge. */
static size_t
piece_of(struct slice s)
{
	size_t n = 0, step;
	uint32_t rune;
	while (n < s.len && (step = text_utf8(slice_skip(s, n), &rune)) > 0 &&
		n + step <= ENCODED_MAX) {
		n += step;
	}
	return n > 0 ? n : s.len < ENCODED_MAX ? s.len : ENCODED_MAX;
}

static void
put_encoded(struct folded *f, struct slice s)
{
	char word[16 + 4 * (ENCODED_MAX / 3 + 1)], text[4 * (ENCODED_MAX / 3 + 1) + 1];
	while (s.len > 0) {
		size_t n = piece_of(s);
		snprintf(word, sizeof word, "=?UTF-8?B?%s?=", digest_base64(s.ptr, n, text));
		put_word(f, slice_str(word));
		s = slice_skip(s, n);
	}
}

/* Words from the front that are written alike.  Blanks between two encoded words are not shown (RFC
 * 2047 6.2), so they go into them: a run of such words is encoded as one. */
static struct slice
take_run(struct slice *rest)
{
	struct slice whole = *rest, word = take_word(rest);
	size_t len = word.len;
	if (is_plain(word)) {
		return word;
	}
	while (rest->len > 0) {
		struct slice next = *rest;
		word = take_word(&next);
		if (is_plain(word)) {
			break;
		}
		len = (size_t)(word.ptr + word.len - whole.ptr);
		*rest = next;
	}
	return slice_take(whole, len);
}

void
eml_field(struct buf *out, const char *name, const char *value)
{
	char clean[VALUE_MAX];
	struct folded f = { .out = out, .column = strlen(name) + 1 };
	struct slice rest =
		slice_trim(slice_of(clean, text_clean_into(clean, sizeof clean, slice_str(value))));
	if (rest.len == 0) {
		return;
	}
	buf_printf(out, "%s:", name);
	while (rest.len > 0) {
		struct slice run = take_run(&rest);
		if (run.len == 0) {
			continue; /* one blank is as good as two */
		}
		if (is_plain(run)) {
			put_word(&f, run);
		} else {
			put_encoded(&f, run);
		}
	}
	buf_str(out, "\r\n");
}

void
eml_line(struct buf *out, const char *format, ...)
{
	char raw[2 * TEXT_MAX], clean[TEXT_MAX];
	va_list args;
	va_start(args, format);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(raw, sizeof raw, format, args);
#pragma GCC diagnostic pop
	va_end(args);
	size_t len = text_clean_into(clean, sizeof clean, slice_str(raw));
	if (len > 0 && (clean[0] == '-' || clean[0] == '.')) {
		buf_byte(out, ' '); /* neither a boundary nor the end of DATA */
	}
	buf_add(out, slice_of(clean, len));
	buf_str(out, "\r\n");
}

/* ---- the header of a mail, as far as it is kept ---- */

void
eml_headers(struct buf *out, const struct node *session, const struct node *mail)
{
	static const struct {
		const char *name, *path;
	} fields[] = {
		{ "From", "header.from" },
		{ "To", "header.to" },
		{ "Cc", "header.cc" },
		{ "Reply-To", "header.reply_to" },
		{ "Subject", "header.subject" },
		{ "Date", "header.date" },
		{ "Message-ID", "header.message_id" },
		{ "X-Mailer", "header.mailer" },
		{ "X-PHP-Originating-Script", "header.php_script" },
		{ "List-Id", "header.list_id" },
		{ "Auto-Submitted", "header.auto_submitted" },
	};
	struct buf text;
	buf_init(&text, VALUE_MAX);
	for (size_t i = 0; i < node_count(mail, "received"); i++) {
		buf_clear(&text);
		export_received_text(node_item(mail, "received", i), &text);
		eml_field(out, "Received", buf_cstr(&text));
	}
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		eml_field(out, fields[i].name, node_text(mail, fields[i].path));
	}
	buf_clear(&text);
	buf_printf(&text,
		"session %s mail %lld; made from the fields that a passive sensor keeps; %lld "
		"bytes of the mail are not here",
		node_text(session, "id"), (long long)node_int(mail, "number"),
		(long long)node_int(mail, "bytes"));
	eml_field(out, "X-Heloscope", buf_cstr(&text));
	buf_release(&text);
}
