/* Line splitter of one side of an SMTP dialogue.
 *
 * Source: RFC 5321 2.3.8 (lines end with CRLF), 4.5.3.1.4.  A bare LF is accepted as a line end:
 * hand-typed sessions, scripts and bots send it; a bare CR stays in the line. Input:  bytes in any
 * chunking, hostile. Output: lines without their end. Memory: at most LIMIT_LINE bytes, and only
 * while a line is unfinished.  The secret part of an AUTH line (RFC 4954) never gets into it,
 * unless `lend_secrets` asks for a look at it: then it is lent with its line, and wiped before the
 * next. */
#ifndef HELOSCOPE_SMTP_LINE_H
#define HELOSCOPE_SMTP_LINE_H

#include "sensor/base/buf.h"

enum line_secrets {
	LINE_NONE,	 /* replies: no secrets in them */
	LINE_OPEN,	 /* commands: of `AUTH mechanism secret` only `AUTH mechanism` is kept */
	LINE_AFTER_AUTH, /* of a line that is no known command nothing is kept */
	LINE_SECRET,	 /* an answer to 334: nothing is kept */
};

struct line_reader {
	struct buf held; /* front of an unfinished line */
	enum line_secrets secrets;
	bool unfinished;    /* bytes of a line have come, its end has not */
	bool dropping;	    /* the rest of the line is not kept */
	bool last_cr;	    /* the unfinished line's last byte is a CR, which is not in `held` */
	bool lend_secrets;  /* set after line_init(): out->dropped is filled */
	struct buf dropped; /* only then */
};

struct line {
	struct slice text; /* without the line end; points into the input or the reader, valid until
			      the next call */
	bool crlf;	   /* ended by CRLF, else by a bare LF */
	bool cut;	   /* longer than LIMIT_LINE */
	bool secret;	   /* something of it was dropped */
	struct slice dropped; /* it, if lend_secrets; valid until the next call */
};

void line_init(struct line_reader *r, enum line_secrets secrets);
void line_release(struct line_reader *r);
/* A gap: forgets an unfinished line.  What comes may be the tail of another: readers of lines take
 * only what is sure. */
void line_gap(struct line_reader *r);
/* 1 = a line, 0 = all of *in eaten, no line yet. */
int line_next(struct line_reader *r, struct slice *in, struct line *out);

#endif
