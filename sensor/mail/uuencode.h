/* uuencode and yEnc in the text of a part.
 *
 * Source: POSIX uuencode ("begin MODE NAME", lines of a length and groups of four, "end"); the yEnc
 *         draft 1.3 (=ybegin, =ypart, =yend).
 * Input:  decoded text, hostile: lines that are too short or long, missing ends, thousands of begins.
 * Output: inside and files of the part; each file's bad lines are counted.  A line "begin" counts only
 *         if the next one is a line of data or the end.
 * Memory: decoded bytes in the caller's arena, less than the text. */
#ifndef HELOSCOPE_MAIL_UUENCODE_H
#define HELOSCOPE_MAIL_UUENCODE_H

#include "sensor/mail/message.h"

void uuencode_files(struct slice text, struct message_part *p, struct arena *arena);

#endif
