/* One mail as the rules see it. */
#ifndef HELOSCOPE_SCORE_INPUT_H
#define HELOSCOPE_SCORE_INPUT_H

#include "sensor/mail/message.h"
#include "sensor/record.h"

struct rule_input {
	const struct session_record *session; /* NULL = unknown */
	const struct message *message;	      /* NULL = the mail has no content */
	const struct mail_record *mail;
	struct arena *arena;
};

#endif
