/* Character sets: bytes of a mail as UTF-8.
 *
 * Source: RFC 2978 and IANA's registry of names; RFC 3629; whatever glibc's iconv(3) can decode,
 * and the names that mail programs give to these ("cp-1252", "x-sjis", "unicode-1-1-utf-7"). Input:
 * a name and bytes, both hostile. Output: UTF-8; what is no character of the set is U+FFFD, and a
 * fault.  Linear: behind CHARSET_BAD_MOST bad places the rest is read as ASCII. Memory: results in
 * the caller's arena, or the input itself where nothing changes.  struct charsets is on the heap,
 * 0.5 MB when all sets are open (and 4 MB in glibc).
 *
 * iconv loads a module from a file for each set: charsets_preload() opens all of them, 272 in 16
 * ms, so that a process that may not open files any more decodes the same. */
#ifndef HELOSCOPE_MAIL_CHARSET_H
#define HELOSCOPE_MAIL_CHARSET_H

#include "sensor/base/arena.h"

#define CHARSET_BAD_MOST 4096

/* What went wrong, as bits. */
enum charset_fault {
	CHARSET_UNKNOWN = 1 << 0,    /* no such set: UTF-8 if the bytes are, else windows-1252 */
	CHARSET_DAMAGED = 1 << 1,    /* bytes that the set has not */
	CHARSET_UNDECLARED = 1 << 2, /* not what the name says: read as UTF-8 or windows-1252 */
};

struct charsets;

/* Sets are opened when they are needed first. */
struct charsets *charsets_new(void);
/* Opens all sets now. */
void charsets_preload(struct charsets *c);
void charsets_free(struct charsets *c);

/* Everywhere below: c may be NULL, and then only UTF-8, ASCII, ISO-8859-1 and windows-1252 are
 * known.  ISO-8859-1 is read as windows-1252, as all mail programs do; faults are added to
 * *faults. */

bool charset_known(struct charsets *c, struct slice name);
/* Bytes that say what they are (an encoded word). */
struct slice charset_to_utf8(struct charsets *c, struct slice name, struct slice bytes,
	struct arena *arena, unsigned *faults);
/* Bytes whose name (of a text part, or "" where nothing is said) may be wrong: UTF-8 where they are
 * that beyond ASCII; else as the name says, if that fits or nearly (at most every tenth byte beyond
 * ASCII is bad); else windows-1252. */
struct slice charset_text(struct charsets *c, struct slice name, struct slice bytes,
	struct arena *arena, unsigned *faults);
/* True if s is UTF-8 (RFC 3629); *high tells whether there is anything beyond ASCII. */
bool charset_is_utf8(struct slice s, bool *high);

#endif
