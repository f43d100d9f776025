/* What other servers say about this host's reputation: per list (or provider) since when, until
 * when, how often, who, in which words.
 *
 * Input:  replies that were classified and found to speak of this host (clean text).
 * Memory: heap, at most LIMIT_HOST_NAMES mentions (those with the smallest hash of class and list),
 * each with as many servers. */
#ifndef HELOSCOPE_HOST_MENTIONS_H
#define HELOSCOPE_HOST_MENTIONS_H

#include "sensor/host/names.h"
#include "sensor/record.h"

#define MENTION_TEXT 300 /* bytes kept of the reply */

struct mention {
	uint64_t hash;
	enum reply_class class;
	char *list;
	int64_t since, last;  /* ns */
	int64_t count;	      /* replies */
	int64_t rcpts;	      /* of them to RCPT: recipients refused */
	char *reply;	      /* the earliest text; of equals the smallest server, then text */
	struct addr server;   /* who said that */
	bool named_us;	      /* at least one reply quoted this host's address */
	struct names servers; /* all who said so, by address */
};

struct mentions {
	struct mention *items; /* by hash, class, list */
	size_t count, cap;
};

void mentions_release(struct mentions *m);
/* One reply of `server`. */
void mentions_add(struct mentions *m, const struct reply *reply, struct addr server);
void mentions_merge(struct mentions *into, const struct mentions *from);
size_t mentions_bytes(const struct mentions *m);
void mentions_pack(const struct mentions *m, struct buf *out);
/* As names_unpack. */
int mentions_unpack(struct mentions *m, struct cursor *in);

#endif
