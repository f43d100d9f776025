/* Fingers on a keyboard: keys with pauses between them, keys that edit, and lines that come when a
 * person has thought.
 *
 * Source: telnet in character mode sends a segment per key (RFC 1184 2.2 names the other mode, a
 * segment per line), 30 ms to 3 s lie between the keys of a person, and editing keys are those of a
 * terminal; RFC 854 for its IAC.  Input: the client's segments in the clear, hostile; a replayed
 * script has regular pauses, a program's pauses are the server's or whole seconds of a sleep.
 * Output: counts for the record, and one question.  Nothing that was typed is kept. */
#ifndef HELOSCOPE_SMTP_TYPING_H
#define HELOSCOPE_SMTP_TYPING_H

#include "sensor/base/ptime.h"
#include "sensor/base/slice.h"

#define TYPING_BYTES 3	/* at most, of one key: an arrow (ESC [ A), or a character of UTF-8 */
#define TYPING_LINE 200 /* bytes, at most, of a line that somebody typed */
#define TYPING_KEY_MIN (30 * PTIME_MS)
#define TYPING_KEY_MAX (3 * PTIME_SECOND)
#define TYPING_PAUSE (2 * PTIME_SECOND) /* longer ones before a command are counted */
#define TYPING_THINK (700 * PTIME_MS)	/* at least, before a typed line of a mail */

struct typing {
	int64_t last;		  /* time of the client's last segment */
	int64_t line;		  /* of the last one that ended a line */
	int64_t answer;		  /* of the server's last words since then, or 0 */
	int64_t gap_min, gap_max; /* between keys */
	bool alone;		  /* the last segment was small and came after a pause */
	int32_t keys;	  /* segments that look like a key: a pause before and behind them */
	int32_t edits;	  /* keys that edit, in lines of text */
	int32_t pauses;	  /* of more than TYPING_PAUSE before a command */
	int32_t thoughts; /* those of them that no sleep(n) of a script explains */
	int32_t lines;	  /* of mails that came one by one, as if thought about */
	bool telnet;	  /* its negotiation was seen */
};

/* A segment of the client; `content`: of a mail. */
void typing_segment(struct typing *t, struct slice bytes, bool content, int64_t time);
/* Something of the server. */
void typing_answer(struct typing *t, int64_t time);
/* A command line, whole and without its end. */
void typing_line(struct typing *t, struct slice line);

/* Typed key by key. */
bool typing_by_keys(const struct typing *t);
/* Typed line by line, when the words are human, too: `slips` counts the kinds of things that people
 * do and programs do not (case, typing errors, lone LF, …). */
bool typing_by_lines(const struct typing *t, int slips);

#endif
