/* What a `fault` rule looks at: what is wrong with a header, a field, a date or a MIME part.
 *
 *   fault NAME bare-lf           of the header (mail/message.h, enum message_fault)
 *   fault NAME Subject:raw-8bit  of a field of that name
 *   fault NAME Date:no-zone      of the date in it (mail/header_date.h)
 *   fault NAME part:epilogue     of a MIME part, or of what holds parts (enum part_fault); the
 *                                "part:" may be left out where no header has that fault */
#ifndef HELOSCOPE_SCORE_FAULT_RULE_H
#define HELOSCOPE_SCORE_FAULT_RULE_H

#include "sensor/base/arena.h"
#include "sensor/base/err.h"
#include "sensor/mail/message.h"

struct fault_test {
	enum { FAULT_OF_HEADER, FAULT_OF_FIELD, FAULT_OF_DATE, FAULT_OF_PART } of;
	unsigned bit;
	const char *field; /* of a field, or a date */
};

/* 0, or -1 and err. */
int fault_test_parse(
	struct slice text, struct arena *arena, struct fault_test *out, struct err *err);
bool fault_test(const struct fault_test *test, const struct message *m);

#endif
