/* Clean text: what may be stored and shown.
 *
 * Input:  any bytes.  Output: valid UTF-8 (RFC 3629), no NUL, controls and invalid bytes written as \xNN, bidirectional and
 *         other invisible format controls as \u{NNNN}, at most max bytes, cut at a character's edge with "…" at the end. */
#ifndef HELOSCOPE_BASE_TEXT_H
#define HELOSCOPE_BASE_TEXT_H

#include "sensor/base/arena.h"

/* In the arena; never NULL. */
const char *text_clean(struct arena *a, struct slice s, size_t max);
/* The same into a buffer of ours; always NUL-terminated; returns the length written. */
size_t text_clean_into(char *out, size_t size, struct slice s);
/* True if s is valid UTF-8 without controls. */
bool text_is_clean(struct slice s);
/* Length of the valid UTF-8 sequence at the front of s (1..4), or 0; *rune when it is valid. */
size_t text_utf8(struct slice s, uint32_t *rune);

#endif
