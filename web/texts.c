#include "web/texts.h"

#include <string.h>

#include "sensor/base/slice.h"

/* From assets.S: a .mo file, whose numbers are of this machine's byte order. */
extern const uint8_t catalogue_pt_br[], catalogue_pt_br_end[];

struct texts {
	struct language language;
	const uint8_t *begin, *end;
	char group, point;
	int64_t one_until; /* counts up to this one take the singular */
};

static const struct texts catalogues[] = {
	{ { "pt-BR", "Português" }, catalogue_pt_br, catalogue_pt_br_end, '.', ',', 1 },
};
#define CATALOGUES (sizeof catalogues / sizeof *catalogues)

const struct language *
language_at(size_t i)
{
	static const struct language english = { "en", "English" };

	return i == 0 ? &english : i <= CATALOGUES ? &catalogues[i - 1].language : NULL;
}

const char *
texts_tag(const struct texts *t)
{
	return t == NULL ? "en" : t->language.tag;
}

char
texts_group(const struct texts *t)
{
	return t == NULL ? ',' : t->group;
}

char
texts_point(const struct texts *t)
{
	return t == NULL ? '.' : t->point;
}

/* ---- which language ---- */

/* By the first subtag: a reader of pt-PT is served better by pt-BR than by English. */
static bool
same_language(struct slice a, struct slice b)
{
	return slice_ieq(slice_split(&a, '-'), slice_split(&b, '-'));
}

const struct texts *
texts_named(const char *tag, bool *known)
{
	*known = true;
	if (same_language(slice_str(tag), SLICE("en")))
		return NULL;
	for (size_t i = 0; i < CATALOGUES; i++)
		if (same_language(slice_str(tag), slice_str(catalogues[i].language.tag)))
			return &catalogues[i];
	*known = false;
	return NULL;
}

/* "q=0.8" in thousandths (RFC 9110 12.4.2); 1000 without one, 0 where it is damaged. */
static int
weight_of(struct slice parameters)
{
	int weight = 0, unit = 1000;
	struct slice rest = slice_trim(parameters);

	if (rest.len == 0)
		return 1000;
	if (!slice_istarts(rest, SLICE("q=")))
		return 0;
	for (rest = slice_skip(rest, 2); rest.len > 0 && unit > 0; rest = slice_skip(rest, 1)) {
		if (*rest.ptr == '.')
			continue;
		if (*rest.ptr < '0' || *rest.ptr > '9')
			return 0;
		weight += (*rest.ptr - '0') * unit;
		unit /= 10;
	}
	return weight < 1000 ? weight : 1000;
}

const struct texts *
texts_accepted(const char *accept_language)
{
	struct slice rest = slice_str(accept_language != NULL ? accept_language : "");
	const struct texts *best = NULL;
	int best_weight = 0;

	while (rest.len > 0) {
		struct slice range = slice_split(&rest, ',');
		struct slice tag = slice_trim(slice_split(&range, ';'));
		int weight = weight_of(range);
		char text[16] = "";
		bool known;

		if (tag.len == 0 || tag.len >= sizeof text || weight <= best_weight)
			continue;
		memcpy(text, tag.ptr, tag.len);
		const struct texts *t = texts_named(text, &known);
		if (known) {
			best = t;
			best_weight = weight;
		}
	}
	return best;
}

/* ---- catalogues ---- */

/* The catalogue is built in: what is wrong with it is our fault, and found by a test. */
static uint32_t
word_at(const struct texts *t, size_t offset)
{
	uint32_t word = 0;

	if (offset + sizeof word <= (size_t)(t->end - t->begin))
		memcpy(&word, t->begin + offset, sizeof word);
	return word;
}

enum { MO_COUNT = 8, MO_KEYS = 12, MO_TEXTS = 16, MO_ENTRY = 8 };

static const char *
string_at(const struct texts *t, size_t table, size_t i)
{
	return (const char *)t->begin + word_at(t, table + i * MO_ENTRY + 4);
}

/* The keys are sorted by bytes; a key with a plural is "one\0other", and strcmp sees its first
 * part. */
static const char *
find(const struct texts *t, const char *key)
{
	size_t low = 0, high = word_at(t, MO_COUNT);

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(key, string_at(t, word_at(t, MO_KEYS), middle));
		if (order == 0)
			return string_at(t, word_at(t, MO_TEXTS), middle);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *
texts_of(const struct texts *t, const char *key)
{
	const char *text = t == NULL || key[0] == '\0' ? NULL : find(t, key);

	return text != NULL && text[0] != '\0' ? text : key;
}

const char *
texts_count(const struct texts *t, const char *one, const char *other, int64_t count)
{
	if (t == NULL)
		return count == 1 ? one : other;

	const char *text = find(t, one);
	bool single = count >= 0 && count <= t->one_until;

	if (text == NULL || text[0] == '\0')
		return single ? one : other;
	return single ? text : text + strlen(text) + 1;
}

const char *
texts_sentence(const struct texts *t, struct arena *arena, const char *sentence)
{
	(void)arena;
	return texts_of(t, sentence);
}
