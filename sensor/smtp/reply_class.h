/* What a reply text means: class, blocklist that it names, address that it names.
 *
 * Source: shared fact tables; RFC 3463, 5248 for enhanced codes; each row names its own.
 * Input:  a reply's code, enhanced code and text (lines joined by " / "), hostile.
 * Output: class and list; texts of lists are constant strings.  A resolver error, a list's name
 * inside an echoed address, greylisting that names a list, and lists of URLs or domains are not
 * listings of the client. */
#ifndef HELOSCOPE_SMTP_REPLY_CLASS_H
#define HELOSCOPE_SMTP_REPLY_CLASS_H

#include "sensor/record.h"

struct reply_meaning {
	enum reply_class class;
	const char *list;   /* "" = none */
	struct addr quoted; /* address that the text says is blocked, or ADDR_NONE */
};

/* `command` = what it answers ("RCPT", "greeting", "data-end"; "" = unknown). */
void reply_classify(int code, struct slice enhanced, struct slice text, const char *command,
	struct reply_meaning *out);
/* Splits "550 5.1.1 text" or "550-5.1.1 text": code (0 = not a reply), enhanced code, and where the
 * text begins. */
void reply_split(struct slice line, int *code, struct slice *enhanced, struct slice *text);

#endif
