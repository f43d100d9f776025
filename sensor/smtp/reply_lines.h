/* Replies of a server: lines of one reply put together.
 *
 * Source: RFC 5321 4.2 (reply lines), RFC 2034 and 3463 (enhanced codes).
 * Input:  lines without their end, hostile.
 * Output: code, enhanced code, and the text of all lines, one after another with LF between.
 * Memory: at most LIMIT_REPLY_TEXT bytes. */
#ifndef HELOSCOPE_SMTP_REPLY_LINES_H
#define HELOSCOPE_SMTP_REPLY_LINES_H

#include "sensor/base/buf.h"

#define ENHANCED_MAX 12 /* "5.123.123" and its NUL */

struct reply_reader {
	struct buf text; /* of the lines so far */
	unsigned lines;	 /* of the reply that is open; 0 = none is */
	int code;	 /* of its first line */
	int last;	 /* of the last line that had one */
	bool changed;
	char enhanced[ENHANCED_MAX];
};

struct reply_whole {
	int code;
	struct slice enhanced; /* without a code of that kind empty */
	struct slice text;     /* lines separated by LF, without codes */
	unsigned lines;
	bool changed; /* its lines had not all the same code: the last one's counts */
	bool cut;     /* beyond LIMIT_REPLY_TEXT or LIMIT_REPLY_LINES */
};

void reply_reader_init(struct reply_reader *r);
void reply_reader_release(struct reply_reader *r);
/* A gap: forgets the reply that is open. */
void reply_gap(struct reply_reader *r);
/* 1 = *out is a whole reply, valid until the next call; 0 = more lines follow; -1 = no reply line,
 * and no reply was open. */
int reply_next(struct reply_reader *r, struct slice line, struct reply_whole *out);
/* First text line, or the n-th: 1 and *line, or 0 when there is none.  Takes it off the front of
 * *text. */
int reply_text_line(struct slice *text, struct slice *line);

#endif
