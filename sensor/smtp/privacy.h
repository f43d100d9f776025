/* Recipients' local parts as keyed hashes, and reply texts that echo them.
 *
 * Memory: a set of at most LIMIT_RECIPIENTS 64-bit marks of addresses per session; no address is
 * kept. */
#ifndef HELOSCOPE_SMTP_PRIVACY_H
#define HELOSCOPE_SMTP_PRIVACY_H

#include "sensor/base/arena.h"
#include "sensor/base/buf.h"

struct privacy {
	bool off;
	bool all; /* recipients may be unknown: every address in a text is hidden */
	struct slice key; /* for HMAC-SHA-256 */
	uint64_t *marks;  /* of the addresses that were recipients, on the heap */
	size_t marks_count, marks_cap;
};

void privacy_release(struct privacy *p);
/* "h-<16 hex digits>@domain", or the whole address if off; clean text, never NULL. */
const char *privacy_recipient(const struct privacy *p, struct slice address, struct arena *arena);
/* From now on this address is taken out of texts. */
void privacy_note(struct privacy *p, struct slice address);
/* The text with the local parts of noted addresses, and `local` (of the recipient that is answered,
 * or empty) where it stands as a word, replaced by their hashes.  Appended to *out. */
void privacy_text(const struct privacy *p, struct slice text, struct slice local, struct buf *out);

#endif
