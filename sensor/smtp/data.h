/* Mail data between DATA's 354 and the final dot line: the end is found, dots are un-stuffed.
 *
 * Source: RFC 5321 4.5.2 (transparency), 2.3.8 and 4.1.1.4 (only CRLF.CRLF ends the data; a lone LF
 * is no line end). Input:  bytes in any chunking, hostile. Output: pieces of the mail as delivered:
 * slices of the input, so that nothing is copied here. Memory: a state and counters.
 *
 * Servers disagree on LF.LF, LF.CRLF and CRLF.LF ("SMTP smuggling"), and a few on CR.CR, LF.CR and
 * CRLF.CR, which are only counted.  The first three end the data here only
 * if every line end of the client so far was a bare LF; else such a dot line is held back until
 * either more bytes show that the client went on, or the server's reply shows that for the server
 * the data ended there (data_end_here()). */
#ifndef HELOSCOPE_SMTP_DATA_H
#define HELOSCOPE_SMTP_DATA_H

#include "sensor/base/slice.h"

#define DATA_LINE_MAX 998 /* without CRLF: RFC 5321 4.5.3.1.6, RFC 5322 2.1.1 */

enum data_result {
	DATA_MORE,  /* *in is eaten */
	DATA_PIECE, /* *out is content, perhaps empty */
	DATA_END,   /* the final dot line was eaten */
};

enum data_state {
	DATA_LINE,	  /* at the start of a line, after CRLF or at the very front */
	DATA_LINE_LF,	  /* the same after a bare LF */
	DATA_MIDDLE,	  /* inside a line */
	DATA_DOT,	  /* "." after CRLF */
	DATA_DOT_CR,	  /* ".\r" after CRLF */
	DATA_DOT_LF,	  /* ".\n" after CRLF: perhaps the end */
	DATA_LF_DOT,	  /* "." after a bare LF */
	DATA_LF_DOT_CR,	  /* ".\r" after a bare LF */
	DATA_LF_DOT_LF,	  /* ".\n" after a bare LF: perhaps the end */
	DATA_LF_DOT_CRLF, /* ".\r\n" after a bare LF: perhaps the end */
};

struct data_reader {
	enum data_state state;
	bool last_cr;  /* the last byte was a CR (within DATA_MIDDLE) */
	bool cr_dot;   /* the last two bytes were a CR and a dot (within DATA_MIDDLE) */
	bool any_crlf; /* a CRLF was seen, in the commands or here */
	int64_t bare_lf, bare_cr;
	size_t line;	    /* bytes of the line that is open, before this chunk */
	int64_t long_lines; /* of more than DATA_LINE_MAX bytes */
	int64_t doubtful; /* dot lines that only some servers take for the end, and that were not */
};

/* `any_crlf`: the client's commands ended with CRLF. */
void data_init(struct data_reader *d, bool any_crlf);
enum data_result data_next(struct data_reader *d, struct slice *in, struct slice *out);
/* A gap: what comes is in the middle of some line; a dot line that was held back is not the end. */
void data_gap(struct data_reader *d);
/* The server has answered: true if what came last is a dot line that some servers take for the end.
 */
bool data_end_here(const struct data_reader *d);

#endif
