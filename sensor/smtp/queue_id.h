/* The id under which a server says that it has queued a mail. */
#ifndef HELOSCOPE_SMTP_QUEUE_ID_H
#define HELOSCOPE_SMTP_QUEUE_ID_H

#include "sensor/base/slice.h"

/* From the text of a 2xx reply to the end of data; empty when it names none.  Points into text. */
struct slice queue_id_of(struct slice text);

#endif
