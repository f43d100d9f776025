/* Which protocol it is that is not SMTP, by the first bytes of both sides.
 *
 * Source: each row of the table in foreign.c names its own.
 * Input:  the first bytes of a stream on a mail port, hostile, as far as they are there.
 * Memory: none. */
#ifndef HELOSCOPE_SMTP_FOREIGN_H
#define HELOSCOPE_SMTP_FOREIGN_H

#include "sensor/base/slice.h"

enum { FOREIGN_BYTES = 96 /* of a side that are looked at */ };

/* "http", "ftp", "tls", …; "" = nothing that is known.  Either side may be empty. */
const char *foreign_name(struct slice client, struct slice server);

/* The greeting is FTP's: it says so, and does not name SMTP.  A host's name does not count. */
bool foreign_greets_ftp(struct slice server);
/* A client's line that FTP knows and SMTP does not. */
bool foreign_is_ftp_line(struct slice line);

#endif
