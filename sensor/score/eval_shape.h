/* Texts with holes, for tests in C: "from *.example.com ([~])".
 *
 *   *  any letters but white space      +  at least one of them     `  anything but a line end
 *   #  digits                           %  one digit                &  one ASCII letter
 *   ^  word (letters, digits, "_")      ~  an address of the Internet
 *   !  an end of a word                 ?  any one byte but a line end
 *   [abc]  one of these                 everything else stands for itself
 *
 * Input:  shapes are ours; texts are hostile: the search gives up (false) after SHAPE_STEPS steps.
 */
#ifndef HELOSCOPE_SCORE_EVAL_SHAPE_H
#define HELOSCOPE_SCORE_EVAL_SHAPE_H

#include "sensor/base/slice.h"

#define SHAPE_STEPS 20000

/* Anywhere in the text / from its beginning. */
bool shape_find(struct slice text, const char *shape);
bool shape_ifind(struct slice text, const char *shape);
bool shape_starts(struct slice text, const char *shape);
/* Any of several, the list ending with NULL. */
bool shape_find_any(struct slice text, const char *const *shapes);
/* A name with "*" (anything) and "?" (any byte), as administrators write lists: all of the text,
 * letters in either case. */
bool shape_glob(struct slice text, struct slice glob);

#endif
