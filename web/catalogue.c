#include "web/catalogue.h"

#include <string.h>

enum { MO_COUNT = 8, MO_KEYS = 12, MO_TEXTS = 16, MO_ENTRY = 8, MO_OFFSET = 4 };

static uint32_t
word_at(const struct catalogue *c, size_t offset)
{
	uint32_t word = 0;

	if (offset + sizeof word <= (size_t)(c->end - c->begin))
		memcpy(&word, c->begin + offset, sizeof word);
	return word;
}

static const char *
string_at(const struct catalogue *c, size_t table, size_t i)
{
	size_t offset = word_at(c, word_at(c, table) + i * MO_ENTRY + MO_OFFSET);

	return offset < (size_t)(c->end - c->begin) ? (const char *)c->begin + offset : "";
}

size_t
catalogue_count(const struct catalogue *c)
{
	return word_at(c, MO_COUNT);
}

const char *
catalogue_key(const struct catalogue *c, size_t i)
{
	return string_at(c, MO_KEYS, i);
}

const char *
catalogue_text(const struct catalogue *c, size_t i)
{
	return string_at(c, MO_TEXTS, i);
}

size_t
catalogue_from(const struct catalogue *c, const char *key)
{
	size_t low = 0, high = catalogue_count(c);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(catalogue_key(c, middle), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *
catalogue_find(const struct catalogue *c, const char *key)
{
	size_t i = catalogue_from(c, key);
	const char *text = "";

	if (key[0] != '\0' && i < catalogue_count(c) && strcmp(catalogue_key(c, i), key) == 0)
		text = catalogue_text(c, i);
	return text[0] != '\0' ? text : NULL;
}
