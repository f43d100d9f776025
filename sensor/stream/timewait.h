/* What is remembered of an ended stream, so that its late packets do not open it again, and a new
 * stream on its ports does.  For this folder alone.
 *
 * Source: RFC 9293 3.6.1 (TIME-WAIT: 2 MSL are 4 minutes; a minute catches what a mirror delays).
 * Input:  hashes of flow keys, under a key of the process (base/hash.h).
 * Memory: a fixed table, 40 bytes a place; when its row is full, the oldest is forgotten. */
#ifndef HELOSCOPE_STREAM_TIMEWAIT_H
#define HELOSCOPE_STREAM_TIMEWAIT_H

#include <stdbool.h>
#include <stdint.h>

struct ended {
	uint64_t hash; /* of the flow key; 0 = free place */
	int64_t time;
	uint32_t client_base; /* of the client's first byte */
	uint32_t end[2];      /* by enum side: behind its last byte */
	bool client_is_low;
};

struct timewait;

/* For at least `streams` ended ones. */
struct timewait *timewait_new(int streams);
void timewait_free(struct timewait *t);
void timewait_add(struct timewait *t, const struct ended *ended);
/* What ended within the last minute under this key, or NULL. */
struct ended *timewait_find(struct timewait *t, uint64_t hash, int64_t now);

#endif
