/* What mails of one campaign have in common, without keeping any text.
 *
 * Source: near: one-permutation MinHash (Li, Owen, Zhang 2012; empty bins filled as in Shrivastava 2017), of each of 64 bins one
 *         bit (Li, Koenig 2010), over pairs of neighbouring words, of a subject over three characters.  Of two texts that
 *         share the share J of their pairs, 32 * (1 - J) bits differ: a paragraph of random words that makes a text a
 *         tenth longer moves 3 bits, where SimHash (Charikar 2002) moves 6.
 * Input:  text in UTF-8, hostile; at most LIMIT_RULE_TEXT bytes of it are looked at.
 *         Before all else it is folded: case, accents and letters that look like Latin ones, characters without width,
 *         runs of digits, white space and punctuation, mail addresses, queries of URLs, the name in a greeting.
 * Output: hex digests; both depend on the key unless privacy is off, so that nobody without it can look up a text.
 * Memory: the caller's arena, less than the text. */
#ifndef HELOSCOPE_MAIL_SIMILAR_H
#define HELOSCOPE_MAIL_SIMILAR_H

#include "sensor/mail/message.h"

#define SIMILAR_BITS 64
#define SIMILAR_NONE (SIMILAR_BITS + 1)
/* Bits up to which two texts, or two subjects, are of one kind.  Measured on 1,282 spam mails, 1,614 others and 593 bounces
 * (TREC 2007, SpamAssassin's corpus, Apache's lists), all pairs of each group, by the words that two texts share out of all
 * words that either has:
 *                        texts, up to   3 bits   8 bits  10 bits   SimHash of the same, up to 3 and 10
 *   spam   same text            12,268    100 %    100 %    100 %    100 %  100 %
 *          over 90 %               541     81 %    100 %    100 %     34 %   91 %
 *          80 to 90 %              223     14 %     87 %     95 %      4 %   68 %
 *          below 30 %          805,167        0        0        0       22    171
 *   ham    over 90 %                28     82 %     93 %     96 %     54 %   93 %
 *          below 30 %        1,299,083        0        0        0    4,605 24,415
 * Of subjects below 30 % (2,062,754 pairs) none either. */
#define SIMILAR_NEAR 10
#define SIMILAR_WORDS_LEAST 12 /* a shorter text has no near digest: what it says is said by everybody */

/* *exact: 32 hex digits, or "" for a text without words; *near: 16, or "". */
void similar_text(const struct mail_privacy *privacy, struct slice text, struct arena *arena,
	const char **exact, const char **near);
/* 16 hex digits, or "" for a subject of less than SIMILAR_SUBJECT_LEAST characters. */
#define SIMILAR_SUBJECT_LEAST 8
const char *similar_subject(
	const struct mail_privacy *privacy, struct slice subject, struct arena *arena);
/* Bits that differ between two near digests; SIMILAR_NONE where one is none. */
unsigned similar_distance(const char *a, const char *b);

/* The folded text: words with one blank between them; for tests and for digests. */
struct slice similar_fold(struct slice text, struct arena *arena);

#endif
