/* A bounded set of examples with counts and times: HELO names, scripts, sender domains, servers.
 *
 * Of more names than fit, those with the smallest hash stay (bottom-k sampling: Cohen, Kaplan,
 * "Summarizing data using bottom-k sketches", PODC 2007).  A name among the smallest of the whole
 * is among the smallest of every part in which it occurs, so its count is complete, and any split
 * of the input gives the same set.  Two sets over the same names keep the same ones: their overlap
 * can be measured.
 *
 * Input:  clean text; longer than NAMES_TEXT is cut.
 * Memory: heap, at most `max` names (the same at every call on one set). */
#ifndef HELOSCOPE_HOST_NAMES_H
#define HELOSCOPE_HOST_NAMES_H

#include "sensor/base/buf.h"
#include "sensor/base/cursor.h"

#define NAMES_TEXT 200 /* bytes */

/* "0123456789abcdef from …": of such a name the digits alone choose whether it stays, so that
 * another set with the bare digits keeps the same ones. */
#define NAMES_FROM " from "

struct named {
	uint64_t hash;
	int64_t count;
	int64_t first, last; /* ns */
	char *text;
};

struct names {
	struct named *items; /* by hash, then text */
	size_t count, cap;
	size_t text_bytes; /* of all texts, with their ends */
};

void names_release(struct names *n);
/* "" is not a name. */
void names_add(struct names *n, struct slice text, int64_t time, size_t max);
void names_merge(struct names *into, const struct names *from, size_t max);
const struct named *names_find(const struct names *n, const char *text);
/* Was it ever added?  A full set has forgotten the names with larger hashes and cannot tell. */
enum presence { PRESENCE_UNKNOWN, PRESENCE_YES, PRESENCE_NO };
enum presence names_presence(const struct names *n, const struct named *item, size_t max);
/* The most frequent (of equals the smallest text), or NULL. */
const struct named *names_top(const struct names *n);
/* Bytes of memory in use, about. */
size_t names_bytes(const struct names *n);
void names_pack(const struct names *n, struct buf *out);
/* Fills an empty set: 0, or -1 (not clean text, not in order, too many); the caller releases it in
 * either case. */
int names_unpack(struct names *n, struct cursor *in, size_t max);
/* The front of text, at most max bytes, cut at a character's edge. */
struct slice names_clip(struct slice text, size_t max);

#endif
