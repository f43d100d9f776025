/* Letters about a host, ready to be sent: to the network of an outside host that attacks us, to
 * somebody who complained about a host of ours, to whoever runs that host.
 *
 * Source: what abuse desks ask for (RFC 5965, X-ARF and XARF have the same core): addresses and
 * ports of both sides, protocol, first and last time with offset, how often, a sample, the reason,
 * a contact. Input:  the store; its texts come from the wire, hostile.  Output: plain text in the
 * letter's own language, lines of at most LETTER_WIDTH characters where words allow it. Memory: the
 * caller's arena and buffer. */
#ifndef HELOSCOPE_WEB_LETTER_H
#define HELOSCOPE_WEB_LETTER_H

#include "web/request.h"

#define LETTER_WIDTH 72
#define LETTER_BYTES (256u << 10)
#define LETTER_SESSIONS 500 /* the newest, that a letter speaks of */
#define LETTER_SAMPLES 12   /* refusals in their own words */

enum letter_kind {
	LETTER_ABUSE,  /* to the network of an outside host */
	LETTER_ANSWER, /* to somebody who complained about a host of ours */
	LETTER_OWNER,  /* to whoever runs a host of ours */
	LETTER_KINDS,
};
/* "abuse", "answer", "owner"; NULL at the end. */
const char *letter_kind_word(size_t i);
/* "To the network of the host", …: a key of texts.h. */
const char *letter_kind_title(enum letter_kind kind);
/* 0 and *out, or -1. */
int letter_kind_parse(const char *word, enum letter_kind *out);

struct letter {
	enum letter_kind kind;
	const struct texts *texts; /* the letter's language, not the page's */
	struct addr host;
	bool has_verdict; /* a host that is judged: letters about it are of the last two kinds */
};

/* Appends it to out; *gaps = how many "[…]" its sender has to fill. 0, or -1 and err. */
int letter_write(struct request *r, const struct letter *letter, struct buf *out, int *gaps,
	struct err *err);

#endif
