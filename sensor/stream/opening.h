/* What the first words of both sides on any port say: is this SMTP, or on its way to it?  For this
 * folder alone.
 *
 * Source: RFC 5321 3.1 (greeting), 4.1.1.1 (EHLO, HELO); RFC 2033 4.1 (LHLO); RFC 9110 9.3.6
 *         (CONNECT); RFC 1928, 1929 (SOCKS5); "SOCKS: A protocol for TCP proxy across firewalls"
 * and its 4A; HAProxy's "The PROXY protocol", 2.1 and 2.2. Input:  bytes of anybody, on millions of
 * streams: the first look must cost next to nothing. Memory: none. FTP greets with 220 as well, so
 * a greeting that does not name SMTP waits for the client's first words; a proxy's port 80 or 443
 * is not waited for. */
#ifndef HELOSCOPE_STREAM_OPENING_H
#define HELOSCOPE_STREAM_OPENING_H

#include "sensor/stream/stream.h"

enum { OPENING_WORDS = 1024 /* bytes of a side that are looked at */ };

enum opening {
	OPENING_OTHER, /* not SMTP */
	OPENING_OPEN,  /* more of either side will tell */
	OPENING_SMTP,
};

enum opening_sender {
	OPENING_NOBODY,
	OPENING_CLIENT,
	OPENING_SERVER,
	OPENING_REPLY,	 /* of a server, and no greeting: one that overtook it */
	OPENING_ANYBODY, /* too short to tell: counts only where it is known to be a side's first */
};

/* The first look at one segment: who would begin so?  NOBODY: not worth another one. */
enum opening_sender opening_look(struct slice payload);

/* Words of an SMTP client that stand for themselves, wherever they are. */
bool opening_is_command(struct slice client);
/* The first words of each side so far; empty where it has not spoken.  A proxy that is asked for a
 * watched port is on its way to SMTP. */
enum opening opening_judge(
	struct slice client, struct slice server, const struct stream_config *config);

#endif
