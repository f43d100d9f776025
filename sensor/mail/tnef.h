/* TNEF ("winmail.dat"): the files inside.
 *
 * Source: MS-OXTNEF 2.1 (attributes), 2.1.3.4 (properties of MAPI).
 * Input:  a decoded part, hostile: lengths beyond the end, wrong checksums, thousands of attachments.
 * Output: files of the part with their long names; a wrong checksum or a length beyond the end counts as
 *         bad, of the file that it is in.
 * Memory: slices of the input; names in the caller's arena. */
#ifndef HELOSCOPE_MAIL_TNEF_H
#define HELOSCOPE_MAIL_TNEF_H

#include "sensor/mail/message.h"

/* True if it begins with TNEF's signature. */
bool tnef_is(struct slice bytes);
void tnef_files(struct slice bytes, struct message_part *p, struct arena *arena);

#endif
