/* The user's name in an AUTH exchange, for sites that want it in their records; never the secret.
 *
 * Source: RFC 4954 4 (base64 in both directions), RFC 4616 (PLAIN), draft-murchison-sasl-login
 * (LOGIN), RFC 2195 (CRAM-MD5), RFC 2831 2.1.2 (DIGEST-MD5), RFC 5802 5.1 (SCRAM), RFC 7628 3.1
 * (OAUTHBEARER), Google's XOAUTH2, [MS-NLMP] 2.2.1.3 (NTLM).
 * Input:  the mechanism and one base64 response of the client, hostile.
 * Memory: the decoded response lives on the stack and is wiped. */
#ifndef HELOSCOPE_SMTP_AUTH_H
#define HELOSCOPE_SMTP_AUTH_H

#include "sensor/base/buf.h"

#define AUTH_USER_MAX 255 /* bytes of a name that are kept */

/* `step`: 0 for an initial response or the first answer to 334, 1 for the next, …
 * True and the name, as sent, appended to *out, if this response has it. */
bool auth_user(struct slice mechanism, int step, struct slice response, struct buf *out);

#endif
