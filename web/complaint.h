/* Complaints: what somebody who complains about a host tells of the mail, and which sessions in the
 * store it can be.
 *
 * Source: RFC 5965, 6591, 6692 (ARF), X-ARF 0.2, XARF v4, RFC 5322 and 5321 4.4 (the header of a
 * mail); free text as people send it. Input:  whatever was pasted, hostile, at most COMPLAINT_BYTES
 * of it: a report, a header, a letter with the header quoted in it. Output: clues, each once, the
 * surest first; sessions with the reasons why they are meant. Memory: texts in the caller's arena.
 */
#ifndef HELOSCOPE_WEB_COMPLAINT_H
#define HELOSCOPE_WEB_COMPLAINT_H

#include "store/query.h"

#define COMPLAINT_BYTES (1u << 20)
#define CLUES_MAX 24		 /* of each kind */
#define COMPLAINT_MATCHES_MAX 20 /* sessions that are shown */

struct complaint_clues {
	const char *kind; /* "ARF", "X-ARF", "XARF", "header", "text" */
	struct addr addresses[CLUES_MAX];
	size_t addresses_count;
	uint16_t ports[CLUES_MAX]; /* of the client */
	size_t ports_count;
	int64_t times[CLUES_MAX]; /* ns UTC */
	size_t times_count;
	const char *message_ids[CLUES_MAX]; /* without angle brackets */
	size_t message_ids_count;
	const char *queue_ids[CLUES_MAX];
	size_t queue_ids_count;
	bool cut; /* there was more than is looked at */
};

void complaint_read(struct slice text, struct arena *arena, struct complaint_clues *out);

/* Why a session may be the one. */
enum complaint_reason {
	COMPLAINT_QUEUE_ID = 1 << 0,   /* a server gave its mail this id */
	COMPLAINT_MESSAGE_ID = 1 << 1, /* its mail has it */
	COMPLAINT_PORT = 1 << 2,       /* the client's */
	COMPLAINT_TIME = 1 << 3,       /* within COMPLAINT_NEAR */
	COMPLAINT_ADDRESS = 1 << 4,
};
#define COMPLAINT_NEAR (INT64_C(120) * 1000000000) /* clocks differ, and mail waits in queues */
#define COMPLAINT_WIDE                                                                             \
	(INT64_C(3600) * 1000000000) /* sessions further from every time are not looked at */

enum complaint_certainty { COMPLAINT_POSSIBLE, COMPLAINT_LIKELY, COMPLAINT_CERTAIN };

struct complaint_match {
	const char *session;
	int64_t number; /* of the mail; 0 = the session as a whole */
	const char *client, *server;
	int64_t start;
	unsigned reasons; /* enum complaint_reason */
	enum complaint_certainty certainty;
	int64_t distance; /* ns to the nearest time of the complaint; INT64_MAX = it tells none */
};

struct complaint_matches {
	struct complaint_match items[COMPLAINT_MATCHES_MAX]; /* the surest first */
	size_t count;
	bool more; /* others fit as well */
};

/* 0, or -1 and err. */
int complaint_match(struct store *s, const struct complaint_clues *clues, struct arena *arena,
	struct complaint_matches *out, struct err *err);

#endif
