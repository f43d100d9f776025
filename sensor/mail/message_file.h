/* Message files on disk, as a mailbox keeps them: what storage and the last server added is told
 * apart from what was sent; and the other way round: what a server would have added to a mail that
 * was seen on the wire.
 *
 * Source: RFC 5321 4.4 (trace fields), RFC 4155 (the "From " line of mbox).
 * Input:  a file's bytes, hostile.
 * Output: slices of the input or of the arena. */
#ifndef HELOSCOPE_MAIL_MESSAGE_FILE_H
#define HELOSCOPE_MAIL_MESSAGE_FILE_H

#include "sensor/mail/message.h"

/* The message as SMTP would carry it: without an mbox "From " line, and with CRLF line ends if the
 * file has none at all (one CRLF anywhere means that line ends were kept, and a lone LF is then a
 * fact). */
struct slice message_file_wire(struct slice file, struct arena *arena);

/* What the receiving server wrote on top. */
struct message_trace {
	const char *mail_from; /* of Return-Path; NULL without one */
	struct received
		received;     /* of the session that brought it in; empty if it cannot be told */
	int64_t time;	      /* of that field; 0 = unknown */
	size_t fields;	      /* how many it wrote: message_sent_view(); 0 if it cannot be told */
	struct slice content; /* the message below those fields */
};
/* The session's field is the topmost Received with a client that is not on the site itself
 * (loopback, RFC 1918). Without Return-Path nothing was added, and content is all. */
void message_file_trace(struct slice wire, struct arena *arena, struct message_trace *out);
/* The same of a message whose header is split. */
void message_trace_find(
	const struct message *delivered, struct arena *arena, struct message_trace *out);

/* What the receiving server knows of a session; NULL or ADDR_NONE = not known. */
struct message_delivery {
	const char *mail_from;	 /* "" = the empty path */
	const char *helo, *rdns; /* rdns: "" = there is none.  Where it is not known, a HELO name
				    that has a dot stands for it: a rule that wants a host
				    without a name must not hit every one */
	const char *by, *with;	 /* "mx.example.org", "ESMTP" */
	const char *rcpt;	 /* the only one, or NULL */
	struct addr ip;
	int64_t time; /* ns, UTC; 0 = not known */
};
/* sent with Return-Path and Received above it, in Postfix's wording; sent itself if the arena is
 * full. *fields is how many were put there. */
struct slice message_delivered(
	const struct message_delivery *d, struct slice sent, struct arena *arena, size_t *fields);

#endif
