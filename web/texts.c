#include <string.h>

#include "web/texts_inner.h"

/* From assets.S. */
extern const uint8_t catalogue_pt_br[], catalogue_pt_br_end[];
extern const uint8_t sentences_pt_br[], sentences_pt_br_end[];

static const struct texts catalogues[] = {
	{ { "pt-BR", "Português" }, { catalogue_pt_br, catalogue_pt_br_end },
		{ sentences_pt_br, sentences_pt_br_end }, '.', ',', 1 },
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

#define COOKIE "lang"

/* "a=b; lang=pt-BR": the first cookie of that name, as browsers send the most specific first. */
static bool
cookie_named(const char *cookies, struct slice name, struct slice *value)
{
	struct slice rest = slice_str(cookies);

	while (rest.len > 0) {
		struct slice pair = slice_trim(slice_split(&rest, ';'));

		if (!slice_eq(slice_split(&pair, '='), name))
			continue;
		*value = pair;
		return true;
	}
	return false;
}

const struct texts *
texts_wanted(const char *cookies, const char *accept_language)
{
	struct slice value;
	char tag[16] = "";
	bool known = false;

	if (cookies != NULL && cookie_named(cookies, SLICE(COOKIE), &value) &&
		value.len < sizeof tag) {
		memcpy(tag, value.ptr, value.len);
		const struct texts *t = texts_named(tag, &known);
		if (known)
			return t;
	}
	return texts_accepted(accept_language);
}

/* ---- texts ---- */

const char *
texts_of(const struct texts *t, const char *key)
{
	const char *text = t == NULL ? NULL : catalogue_find(&t->pages, key);

	return text != NULL ? text : key;
}

const char *
texts_count(const struct texts *t, const char *one, const char *other, int64_t count)
{
	if (t == NULL)
		return count == 1 ? one : other;

	const char *text = catalogue_find(&t->pages, one);
	bool single = count >= 0 && count <= t->one_until;

	if (text == NULL)
		return single ? one : other;
	return single ? text : text + strlen(text) + 1;
}

const char *
texts_number(const struct texts *t, struct arena *arena, const char *number)
{
	char *out;

	if (t == NULL || strchr(number, '.') == NULL)
		return number;
	out = arena_string(arena, slice_str(number));
	for (char *c = out; *c != '\0'; c++)
		if (*c == '.')
			*c = t->point;
	return out;
}
