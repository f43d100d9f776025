/* Texts of the report in the languages that it speaks.
 *
 * English stands in the source, as the key: T(h, "Hosts by risk").  Other languages are catalogues
 * of gettext, two files each (texts/LANGUAGE.po for pages, texts/sentences.LANGUAGE.po for what
 * comes out of the sensor; made into .mo at build and built in); `tests/gate/texts.sh` extracts
 * every key from the sources and fails where a catalogue lacks one.
 * Source: RFC 9110 12.5.4 (Accept-Language), RFC 4647 3.4 (look-up), RFC 6265 5.4 (Cookie).
 * Input:  keys are ours; Accept-Language, cookies and the values inside sentences are hostile.
 * Memory: static; what is looked up lives for ever, sentences in the caller's arena. */
#ifndef HELOSCOPE_WEB_TEXTS_H
#define HELOSCOPE_WEB_TEXTS_H

#include "sensor/base/arena.h"

struct texts; /* one language; NULL is English */

/* Row i of the languages, English first; NULL at the end: "en", "pt-BR", and their own names. */
struct language {
	const char *tag, *name;
};
const struct language *language_at(size_t i);

/* The language of a tag ("pt-BR", "pt", "PT-pt"); NULL and *known = false where there is none of
 * it. */
const struct texts *texts_named(const char *tag, bool *known);
/* The best of an Accept-Language field (NULL or damaged: English). */
const struct texts *texts_accepted(const char *accept_language);
/* What a request is answered in: the cookie `lang`, else Accept-Language.  Both NULL = not there.
 */
const struct texts *texts_wanted(const char *cookies, const char *accept_language);
const char *texts_tag(const struct texts *t); /* "en" */

/* The key's text in that language; the key where there is none. */
const char *texts_of(const struct texts *t, const char *key) __attribute__((format_arg(2)));
/* The same for a count: one = "row", other = "rows". */
const char *texts_count(const struct texts *t, const char *one, const char *other, int64_t count)
	__attribute__((format_arg(2), format_arg(3)));
/* A sentence that came out of the sensor (evidence, advice, summaries, errors): it is found by the
 * format that made it, its values are kept.  The sentence itself where nothing fits, or where it is
 * longer than what the sensor writes. */
const char *texts_sentence(const struct texts *t, struct arena *arena, const char *sentence);
#define TEXTS_SENTENCE_MAX 1024 /* bytes */
/* What groups thousands, and what stands before a fraction. */
char texts_group(const struct texts *t);
char texts_point(const struct texts *t);
/* The points in the fractions of a formatted number ("12.5 %", "1.2e-3") as the language has them:
 * for numbers alone, not for addresses or names in them. */
const char *texts_number(const struct texts *t, struct arena *arena, const char *number);

/* In pages: h is a struct html or a struct request, both know their language. */
#define T(h, key) texts_of((h)->texts, key)
#define TN(h, one, other, count) texts_count((h)->texts, one, other, count)
/* A text of the sensor's. */
#define TS(h, sentence) texts_sentence((h)->texts, (h)->arena, sentence)
/* Marks a key in a table; T() is called where it is shown. */
#define N_(key) key

#endif
