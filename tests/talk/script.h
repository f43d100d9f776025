/* A dialogue as its file tells it (README.md has the language): what both sides send, what nobody
 * saw, and what must come of it.
 *
 * Input:  a .talk file of ours. Output: events in the order in which they happen.
 * Memory: the struct's own, until talk_free. */
#ifndef TESTS_TALK_SCRIPT_H
#define TESTS_TALK_SCRIPT_H

#include "sensor/base/buf.h"
#include "sensor/base/err.h"
#include "sensor/smtp/session.h"

enum talk_kind { TALK_SAID, TALK_LOST };

struct talk_event {
	enum talk_kind kind;
	enum smtp_side side;
	int64_t time;	/* ns since 1970: of its first byte */
	int64_t key_ns; /* 0, or the bytes come one by one, so far apart */
	size_t at, len; /* in the bytes of all events; TALK_LOST: only len */
};

struct talk {
	char name[64]; /* of the file, without folder and ".talk" */
	char *text;    /* the whole file */
	const char *want; /* the expected lines in it; "" = none yet */
	struct talk_event *events;
	size_t count, cap;
	struct buf bytes;
	int64_t end; /* ns: when it closes */
	enum close_reason close;
	bool midstream, implicit_tls, privacy, auth_user;
};

/* 0, or -1 and words with file and line. */
int talk_read(const char *path, struct talk *out, struct err *err);
void talk_free(struct talk *t);
struct slice talk_bytes(const struct talk *t, const struct talk_event *e);
struct smtp_config talk_config(const struct talk *t);
struct endpoint talk_server(const struct talk *t);
/* The side says something that is seen. */
bool talk_speaks(const struct talk *t, enum smtp_side side);
/* Writes `got` behind the dialogue, in place of what was expected: 0, or -1. */
int talk_renew(const char *path, const struct talk *t, const char *got);

#endif
