/* What texts.c and texts_sentence.c share. */
#ifndef HELOSCOPE_WEB_TEXTS_INNER_H
#define HELOSCOPE_WEB_TEXTS_INNER_H

#include "web/catalogue.h"
#include "web/texts.h"

struct texts {
	struct language language;
	struct catalogue pages, sentences;
	char group, point;
	int64_t one_until; /* counts up to this one take the singular */
};

#endif
