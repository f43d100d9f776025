/* The shape of a Message-ID (and of each id in References): what is wrong with it, and which
 * program's form it has.
 *
 * Source: RFC 5322 3.6.4, 4.5.4; the forms were worked out from mails of these programs.
 * Input:  a field's value, hostile; the first MESSAGE_ID_BYTES bytes.
 * Output: slices of the input.  A form is a shape, not a proof: whoever forges a program copies it.
 * Memory: none. */
#ifndef HELOSCOPE_MAIL_MESSAGE_ID_H
#define HELOSCOPE_MAIL_MESSAGE_ID_H

#include "sensor/base/slice.h"

#define MESSAGE_ID_BYTES 998

enum id_fault {
	ID_EMPTY = 1 << 0,	 /* nothing, or "<>" */
	ID_NO_BRACKETS = 1 << 1, /* one or both are missing */
	ID_SEVERAL = 1 << 2,	 /* more than one */
	ID_JUNK = 1 << 3,	 /* words before or behind it */
	ID_NO_AT = 1 << 4,
	ID_MANY_AT = 1 << 5,
	ID_NO_LEFT = 1 << 6,
	ID_NO_RIGHT = 1 << 7,
	ID_NO_DOT = 1 << 8,	/* in the right side: no domain of the Internet */
	ID_LITERAL = 1 << 9,	/* "[192.0.2.1]" */
	ID_ADDRESS = 1 << 10,	/* an address without brackets */
	ID_LOCALHOST = 1 << 11, /* localhost, *.local, *.localdomain, *.lan, … */
	ID_LONG = 1 << 12,	/* more than 250 bytes */
	ID_SHORT = 1 << 13,	/* a left side of fewer than 6 */
	ID_SPACE = 1 << 14,
	ID_COMMENT = 1 << 15,
	ID_CONTROL = 1 << 16,
	ID_8BIT = 1 << 17,
	ID_QUOTED = 1 << 18,   /* a left side in quotes (4.5.4) */
	ID_DOTS = 1 << 19,     /* at an end of a side, or two in a row */
	ID_UPPER = 1 << 20,    /* letters of the right side: only capitals */
	ID_MIXED = 1 << 21,    /* letters of the right side: of both cases */
	ID_SPECIALS = 1 << 22, /* bytes that no id may have outside of quotes */
};

struct message_id {
	struct slice whole; /* between the brackets */
	struct slice left, right;
	const char *form; /* "exim", "postfix", "gmail", …; "" = none that is known */
	unsigned faults;
};

/* Never fails: what cannot be read is a fault. */
void message_id_read(struct slice value, struct message_id *out);
const char *message_id_fault_name(enum id_fault fault);
/* Names of all forms, ending with NULL: for tests and documents. */
const char *message_id_form(size_t n);

#endif
