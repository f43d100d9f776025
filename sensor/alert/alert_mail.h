/* The mail of an alert, as it is handed to a relay.
 *
 * Source: RFC 5322 (fields, dates), RFC 2045 6.7 (quoted-printable), RFC 3834 5 (Auto-Submitted).
 * Output: lines of at most 76 characters, all ASCII, CRLF.  The header has nothing from the wire in it. */
#ifndef HELOSCOPE_ALERT_ALERT_MAIL_H
#define HELOSCOPE_ALERT_ALERT_MAIL_H

#include "sensor/alert/alert.h"

void alert_mail_write(const struct alert_target *target, const struct alert *a, struct buf *out);
/* The next address of a list with commas, without space round it: 1, or 0 at the end. */
int alert_mail_address(struct slice *rest, struct slice *out);
/* LOCAL@DOMAIN of the characters that need no quotes (RFC 5321 4.1.2 without its quoted forms). */
bool alert_mail_is_address(struct slice s);

#endif
