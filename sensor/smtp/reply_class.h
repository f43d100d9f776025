/* What a reply text means: class, blocklist that it names, address that it names.
 *
 * Source: shared fact tables; RFC 3463, 5248 for enhanced codes; each row names its own.
 * Input:  a reply's code, enhanced code and text (lines joined by " / " or LF), hostile.
 * Output: class, list and address.  A resolver error, a list's name inside an echoed address,
 * greylisting that names a list, and lists of URLs or domains are not listings of the client. */
#ifndef HELOSCOPE_SMTP_REPLY_CLASS_H
#define HELOSCOPE_SMTP_REPLY_CLASS_H

#include "sensor/record.h"

#define REPLY_ZONE_MAX 64 /* bytes of a list's zone that we have no name for */

struct reply_meaning {
	enum reply_class class;
	const char *list;   /* "" = none; a constant string, or `zone` of this very struct */
	struct addr quoted; /* address that the text says is blocked, or ADDR_NONE */
	char zone[REPLY_ZONE_MAX];
};

/* `command` = what it answers ("RCPT", "greeting", "data-end"; "" = unknown). */
void reply_classify(int code, struct slice enhanced, struct slice text, const char *command,
	struct reply_meaning *out);
/* Splits "550 5.1.1 text" or "550-5.1.1 text": code (0 = not a reply), enhanced code, and where the
 * text begins. */
void reply_split(struct slice line, int *code, struct slice *enhanced, struct slice *text);

#endif
