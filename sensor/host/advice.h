/* What to do, as rows: one step each, for a cause, a mail server's software, or for all.
 *
 * Output: commands that an administrator may paste.  Nothing from the wire ever stands in one but
 * what was checked: the host's own address, the number of a port, and the name of a script that is
 * made of letters, digits, '.', '_' and '-' alone, in quotes.  Words in capitals (SENDER,
 * QUEUE-ID) are for the administrator to replace. */
#ifndef HELOSCOPE_HOST_ADVICE_H
#define HELOSCOPE_HOST_ADVICE_H

#include "sensor/record.h"

/* Software of a row: any; where none of the six that rows are about was seen. */
#define ADVICE_ANY ""
#define ADVICE_NONE "-"

struct advice_row {
	enum cause cause;     /* CAUSES = for every cause */
	const char *software; /* "Postfix", "Exim", "Sendmail", "OpenSMTPD", "qmail", "Exchange" */
	const char *step;
	const char *command; /* "{ip}" is the host, "{script}" its PHP script: without one the row
				is left out; "" = none.  Exchange's are for PowerShell. */
};

/* In the order in which they are to be done. */
extern const struct advice_row advice_first[], advice_by_cause[], advice_last[];
extern const size_t advice_first_count, advice_by_cause_count, advice_last_count;

#endif
