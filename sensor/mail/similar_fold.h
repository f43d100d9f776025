/* Letters as one who reads quickly sees them.
 *
 * Source: Unicode; UTS 39 names the idea (confusables), the rows are those that spam uses.
 * Input:  any code point.  Output: what stands for it. */
#ifndef HELOSCOPE_MAIL_SIMILAR_FOLD_H
#define HELOSCOPE_MAIL_SIMILAR_FOLD_H

#include <stdint.h>

enum {
	FOLD_NOTHING = 0, /* shows nothing: dropped */
	FOLD_GAP = ' ',	  /* between words: white space, punctuation, symbols */
	FOLD_DIGIT = '0',
};

/* a to z, FOLD_DIGIT, FOLD_GAP, FOLD_NOTHING, or a lower-case letter of another script. */
uint32_t similar_fold_rune(uint32_t rune);

#endif
