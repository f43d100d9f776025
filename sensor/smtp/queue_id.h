/* The id under which a server says that it has queued a mail.
 *
 * Source: what servers and providers answer to the end of data, a row each.
 * Input:  text of a 2xx reply without its codes, lines separated by LF, hostile.
 * Output: the id that the server's own log has; of a server that passes on what the one behind it
 * said, that one's.  A Message-ID is none, and a word of the text neither: an id has a digit in it.
 */
#ifndef HELOSCOPE_SMTP_QUEUE_ID_H
#define HELOSCOPE_SMTP_QUEUE_ID_H

#include "sensor/base/slice.h"

/* Empty when the text names none.  Points into text. */
struct slice queue_id_of(struct slice text);

#endif
