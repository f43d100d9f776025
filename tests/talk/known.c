#include "talk/known.h"

#include <stdio.h>
#include <string.h>

#define LESS "client-alone front middle lost-segment lost-line"
#define LOST "lost-segment lost-line"

static const struct known {
	const char *dialogue; /* its name, or the front of it and '*' */
	const char *variants;
	const char *words; /* that what the checks say begins with */
	const char *why;
} table[] = {
	{ "smuggling*", LESS, "", "only the server's replies tell where the data ended" },
	{ "bare-lf-end-*", LESS, "", "only the server's reply tells whether the data ended" },
	{ "nested-mail*", LESS, "", "only MAIL's reply tells whether it began another mail" },
	{ "mail-replaces-mail", LESS, "", "only MAIL's reply tells whether it began another mail" },
	{ "rfc5321-3.3-data-refused-goes-on", LESS, "",
		"only MAIL's reply tells whether it began another mail" },
	{ "data-refused-blind", LESS, "", "only DATA's reply tells whether content follows" },
	{ "gap-*", LESS, "",
		"something is lost already, and more of it leaves nothing to hold on to" },
};
enum { ROWS = sizeof(table) / sizeof(table[0]) };

static int hits[ROWS];

static bool
is_like(const char *name, const char *pattern)
{
	size_t len = strlen(pattern);
	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(name, pattern, len - 1) == 0;
	return strcmp(name, pattern) == 0;
}

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = words; (at = strstr(at, word)) != NULL; at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

bool
known_fault(const char *dialogue, const char *variant, const char *words)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct known *k = &table[i];
		if (!is_like(dialogue, k->dialogue) || !has_word(k->variants, variant) ||
			strncmp(words, k->words, strlen(k->words)) != 0)
			continue;
		hits[i]++;
		return true;
	}
	return false;
}

bool
known_report(void)
{
	bool all = true;
	for (size_t i = 0; i < ROWS; i++) {
		printf("%s%-36s %5d  %s\n", hits[i] == 0 ? "FAIL nothing to tolerate: " : "* ",
			table[i].dialogue, hits[i], table[i].why);
		all &= hits[i] > 0;
	}
	return all;
}
