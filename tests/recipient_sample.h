/* A recipient of a test. */
#ifndef HELOSCOPE_TESTS_RECIPIENT_SAMPLE_H
#define HELOSCOPE_TESTS_RECIPIENT_SAMPLE_H

#include "sensor/record.h"

static inline struct recipient
recipient_sample(const char *address, int code, const char *enhanced, enum reply_class class,
	enum disposition disposition)
{
	return (struct recipient){ .address = address,
		.code = code,
		.enhanced = enhanced,
		.class = class,
		.disposition = disposition,
		.list = "" };
}

#endif
