/* Files inside of parts that MIME knows nothing of: uuencode, yEnc, TNEF.
 *
 * Source: uuencode.h, tnef.h.
 * Input:  one decoded leaf, hostile.
 * Output: inside, files (at most LIMIT_PART_FILES, the others count as damage), PART_INSIDE_DAMAGED.
 * Memory: the caller's arena, at most the length of the part. */
#ifndef HELOSCOPE_MAIL_PART_INSIDE_H
#define HELOSCOPE_MAIL_PART_INSIDE_H

#include "sensor/mail/message.h"

void part_inside(struct message_part *p, struct arena *arena);
/* Room for one more file, or NULL; name may be raw. */
struct part_file *part_file_add(struct message_part *p, struct slice name, struct arena *arena);

#endif
