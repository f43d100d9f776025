/* Read-only connections to the store, handed to one request at a time.
 *
 * The file may not be there yet, may be replaced under us, or be of a newer version: each take
 * looks, and says so in words. Memory: at most POOL_MAX connections; idle ones are kept. */
#ifndef HELOSCOPE_WEB_POOL_H
#define HELOSCOPE_WEB_POOL_H

#include "store/store.h"

#define POOL_MAX 32 /* connections at once; each request and each running download holds one */

struct pool;

struct reader {
	struct store *store; /* NULL = none taken */
	unsigned generation; /* of the file it has open */
};

struct pool *pool_new(const char *path);
void pool_free(struct pool *p); /* NULL does nothing; all are given back by then */
const char *pool_path(const struct pool *p);

/* A connection for this thread until pool_give: 0, or -1 and err when the store cannot be read now.
 */
int pool_take(struct pool *p, struct reader *out, struct err *err);
/* `sound` false: it made an error, and is closed instead of kept.  Empties *r; an empty one does
 * nothing. */
void pool_give(struct pool *p, struct reader *r, bool sound);

#endif
