/* What is counted per host and hour: sums, first and last times, sketches, bounded examples.  All
 * of it merges, in any order and any split, and the verdict is a pure function of the merged hours,
 * the time and the configuration.
 *
 * Input:  session and mail records, once each; every string in them is the attacker's (clean text).
 * Memory: one struct per host and hour, with at most LIMIT_HOST_NAMES examples per kind. */
#ifndef HELOSCOPE_HOST_AGGREGATE_H
#define HELOSCOPE_HOST_AGGREGATE_H

#include "sensor/base/buf.h"
#include "sensor/record.h"
#include "sensor/sink.h"

/* Which addresses are ours. nets_count 0: not said, so every client is judged. */
struct campus {
	const struct network *nets;
	size_t nets_count;
	const struct network *public; /* under which the outside sees our private ones */
	size_t public_count;
};
/* Used inside of networks only: RFC 1918, 6598, 4193, 3927 and link-local. */
bool addr_is_inside(struct addr a);
bool campus_has(const struct campus *campus, struct addr a);
enum direction campus_direction(
	const struct campus *campus, struct addr client, struct addr server);

struct aggregate; /* its fields: aggregate_fields.h, for this stage alone */

struct aggregate *aggregate_new(void);
void aggregate_free(struct aggregate *a);
/* A finished session in which the host was the client (as_client) or the server. */
void aggregate_session(struct aggregate *a, const struct session_record *session, bool as_client);
/* The same where addresses are known that are ours: a reply may quote one of them. */
void aggregate_session_in(struct aggregate *a, const struct campus *campus,
	const struct session_record *session, bool as_client);
/* Whose reputation a reply to a client speaks of; ADDR_NONE = nobody's of ours. */
struct addr reply_subject(
	const struct campus *campus, const struct reply *reply, struct addr client);
/* A reply that another host was given, and that speaks of this one. */
void aggregate_quoted(struct aggregate *a, const struct reply *reply, struct addr server);
/* The server was asked as a proxy, and the mail server is another host; one that a balancer stands
 * before is the mail server itself. */
bool aggregate_is_proxied(const struct session_record *session);
void aggregate_mail(struct aggregate *a, const struct session_record *session,
	const struct mail_record *mail, bool as_client);
/* The host of ours behind the client, from which it had the mail, by the mail's own Received
 * fields; ADDR_NONE = it is the client's own, or came from outside. */
struct addr mail_origin(const struct campus *campus, const struct session_record *session,
	const struct mail_record *mail);
/* A mail that the client sent on for `origin`; and the same at that host, if it went outside. */
void aggregate_passed(struct aggregate *a, const struct session_record *session,
	const struct mail_record *mail, struct addr origin);
void aggregate_behind(struct aggregate *a, const struct session_record *session,
	const struct mail_record *mail);
/* An HTTP POST to the host, and what a list answered when it was asked about it. */
void aggregate_post(struct aggregate *a, struct slice path, int64_t time);
void aggregate_lookup(struct aggregate *a, const struct lookup_result *lookup);
void aggregate_merge(struct aggregate *into, const struct aggregate *from);
/* Stored form: versioned, little-endian; aggregate_unpack merges it into a: 0, or -1 if the bytes
 * are not such a thing. */
void aggregate_pack(const struct aggregate *a, struct buf *out);
int aggregate_unpack(struct aggregate *a, struct slice packed);
/* The numbers for charts, filters and the host record's counts{}: same names, same order, always.
 */
size_t aggregate_counts(const struct aggregate *a, struct count *out, size_t max);

#endif
