/* Encoded words in header values: "=?utf-8?B?w6k=?=" is "é".
 *
 * Source: RFC 2047; RFC 2231 5 (language tags); what programs write instead.
 * Input:  an unfolded value, hostile; the caller limits its length.
 * Output: UTF-8.  Raw bytes beyond ASCII are UTF-8 if all of the value is that (RFC 6532), else
 *         windows-1252.
 * Memory: the result is in the caller's arena, or the input itself.  Linear.
 *
 * Accepted beyond RFC 2047, because mails have it: words inside of other text, spaces in a word,
 * words that cut a character in two (bytes of neighbours in one set are joined before they are
 * converted), base64 with other bytes in it or without its end. */
#ifndef HELOSCOPE_MAIL_ENCODED_WORD_H
#define HELOSCOPE_MAIL_ENCODED_WORD_H

#include "sensor/mail/charset.h"

/* What is wrong, as bits. */
enum word_fault {
	WORD_CHARSET_UNKNOWN = 1 << 0,
	WORD_CHARSET_DAMAGED = 1 << 1, /* bytes that the set has not: U+FFFD */
	WORD_BASE64_DAMAGED = 1 << 2,
	WORD_QP_DAMAGED = 1 << 3,  /* "=" without two hex digits */
	WORD_SPLIT = 1 << 4,	   /* a character goes on in the next word (RFC 2047 5) */
	WORD_LONG = 1 << 5,	   /* more than 75 bytes (2) */
	WORD_INSIDE = 1 << 6,	   /* other text touches it (5) */
	WORD_SPACE = 1 << 7,	   /* a space in it (2) */
	WORD_CONTROL = 1 << 8,	   /* it hides a line end, NUL or another control */
	WORD_NEEDLESS = 1 << 9,	   /* base64 around nothing but ASCII */
	WORD_LANGUAGE = 1 << 10,   /* "=?us-ascii*en?…": RFC 2231, and rare */
	WORD_NOT_CLOSED = 1 << 11, /* begins like one, and does not end: left as it is */
	WORD_EMPTY = 1 << 12,	   /* "=?utf-8?Q??=" */
	WORD_RAW_8BIT = 1 << 13,   /* outside of words */
	WORD_RAW_NOT_UTF8 = 1 << 14,
	WORD_PRESENT = 1 << 15, /* there is one at all */
};

struct slice encoded_words(
	struct slice value, struct charsets *charsets, struct arena *arena, unsigned *faults);
/* "split", "long", …; "" for what is none. */
const char *word_fault_name(enum word_fault fault);

#endif
