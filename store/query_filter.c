/* The values of a filter, and how they are bound. */
#include <stdio.h>
#include <string.h>

#include "store/query_tables.h"
#include "store/row.h"

/* Where each filter finds its value, and what its parameters are called. */
enum value_kind {
	VALUE_TEXT,
	VALUE_INTEGER,
	VALUE_PORT,
	VALUE_ADDR,
	VALUE_NETWORK, /* the lowest and the highest key in it */
	VALUE_YES_NO,  /* 1 or 0; not set when the text is another word */
	VALUE_VERSION, /* set when the text is neither yes nor no */
	VALUE_LIKE,
	VALUE_WORDS, /* ":word0", ":word1", … */
};

static const struct filter_row {
	const char *key; /* name of the field of struct filter */
	const char *parameter;
	enum value_kind kind;
	size_t offset; /* in struct filter */
} filters[FILTERS] = {
#define ROW(id, field, parameter, kind)                                                            \
	[FILTER_##id] = { #field, parameter, VALUE_##kind, offsetof(struct filter, field) }
	ROW(HOST, host, ":host", ADDR),
	ROW(SINCE, since, ":since", INTEGER),
	ROW(UNTIL, until, ":until", INTEGER),
	ROW(VERDICT, verdict, ":verdict", TEXT),
	ROW(CAUSE, cause, ":cause", TEXT),
	ROW(LIST, list, ":list", TEXT),
	ROW(RULE, rule, ":rule", TEXT),
	ROW(CLASS, class, ":class", TEXT),
	ROW(SESSION, session, ":session", TEXT),
	ROW(OUTCOME, outcome, ":outcome", TEXT),
	ROW(PORT, port, ":port", PORT),
	ROW(CHANGE, change, ":change", INTEGER),
	ROW(NET, net, ":net_low", NETWORK),
	ROW(DOMAIN, domain, ":domain", TEXT),
	ROW(ENCRYPTED, tls, ":encrypted", YES_NO),
	ROW(TLS, tls, ":tls", VERSION),
	ROW(KIND, kind, ":kind", TEXT),
	ROW(CAMPAIGN, campaign, ":campaign", TEXT),
	ROW(STATE, state, ":state", TEXT),
	ROW(USER, user, ":user", TEXT),
	ROW(TEXT, text, ":text", LIKE),
	ROW(WORDS, words, ":word0", WORDS),
#undef ROW
};

static const void *
value_of(const struct filter *f, const struct filter_row *row)
{
	return (const char *)f + row->offset;
}

/* 1 yes, 0 no, -1 another word. */
static int
yes_or_no(const char *word)
{
	return strcmp(word, "yes") == 0 ? 1 : strcmp(word, "no") == 0 ? 0 : -1;
}

bool
filter_is_set(const struct filter *f, enum filter_key key)
{
	const struct filter_row *row = &filters[key];
	const void *value = value_of(f, row);
	const char *text;

	switch (row->kind) {
	case VALUE_TEXT:
	case VALUE_LIKE:
		return *(const char *const *)value != NULL;
	case VALUE_YES_NO:
	case VALUE_VERSION:
		text = *(const char *const *)value;
		return text != NULL && (yes_or_no(text) >= 0) == (row->kind == VALUE_YES_NO);
	case VALUE_WORDS:
		return f->words_count != 0;
	case VALUE_INTEGER:
		return *(const int64_t *)value != 0;
	case VALUE_PORT:
		return *(const int *)value != 0;
	case VALUE_ADDR:
		return ((const struct addr *)value)->family != ADDR_NONE;
	case VALUE_NETWORK:
		return ((const struct network *)value)->addr.family != ADDR_NONE;
	}
	return false;
}

/* LIKE's own characters mean themselves. */
static void
bind_like(struct db_statement *st, int at, const char *text)
{
	struct buf pattern;

	buf_init(&pattern, strlen(text) * 2 + 3);
	buf_byte(&pattern, '%');
	for (const char *p = text; *p != '\0'; p++) {
		if (strchr("%_\\", *p) != NULL)
			buf_byte(&pattern, '\\');
		buf_byte(&pattern, (uint8_t)*p);
	}
	buf_byte(&pattern, '%');
	db_bind_copy(st, at, buf_cstr(&pattern));
	buf_release(&pattern);
}

static void
bind_key_of(struct db_statement *st, const char *parameter, struct addr a)
{
	uint8_t key[ADDR_KEY_BYTES];
	int at = db_place(st, parameter);

	if (at != 0)
		db_bind_blob(st, at, addr_key(a, key));
}

/* The addresses of a network are those between its first and its last. */
static void
bind_network(struct db_statement *st, const struct network *n)
{
	struct addr last = n->addr;
	size_t bits = last.family == ADDR_V4 ? 32 : 128;

	for (size_t i = n->bits; i < bits; i++)
		last.bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
	bind_key_of(st, ":net_low", n->addr);
	bind_key_of(st, ":net_high", last);
}

static void
bind_words(struct db_statement *st, const struct filter *f)
{
	char parameter[32];

	for (size_t i = 0; i < f->words_count; i++) {
		snprintf(parameter, sizeof parameter, ":word%zu", i);
		bind_like(st, db_place(st, parameter), f->words[i]);
	}
}

static void
bind_value(struct db_statement *st, int at, const struct filter_row *row, const struct filter *f)
{
	const void *value = value_of(f, row);
	char text[ADDR_TEXT_MAX];

	switch (row->kind) {
	case VALUE_TEXT:
	case VALUE_VERSION:
		db_bind_copy(st, at, *(const char *const *)value);
		break;
	case VALUE_YES_NO:
		db_bind_int(st, at, yes_or_no(*(const char *const *)value));
		break;
	case VALUE_LIKE:
		bind_like(st, at, *(const char *const *)value);
		break;
	case VALUE_WORDS:
		bind_words(st, f);
		break;
	case VALUE_INTEGER:
		db_bind_int(st, at, *(const int64_t *)value);
		break;
	case VALUE_PORT:
		db_bind_int(st, at, *(const int *)value);
		break;
	case VALUE_ADDR:
		db_bind_copy(st, at, addr_format(*(const struct addr *)value, text));
		break;
	case VALUE_NETWORK:
		bind_network(st, value);
		break;
	}
}

void
filter_bind(struct db_statement *st, const struct filter *f)
{
	int at;

	bind_key_of(st, ":host_key", f->host);
	for (size_t i = 0; i < FILTERS; i++) {
		at = db_place(st, filters[i].parameter);
		if (at != 0)
			bind_value(st, at, &filters[i], f);
	}
	at = db_place(st, ":limit");
	if (at != 0)
		db_bind_int(
			st, at, f->limit == 0 ? -1 : f->limit); /* SQLite: below 0 is no limit */
	at = db_place(st, ":offset");
	if (at != 0)
		db_bind_int(st, at, f->offset);
}

const char *
filter_parameter(enum filter_key key)
{
	return filters[key].parameter;
}

bool
table_has_filter(const struct table *t, const char *key)
{
	for (size_t i = 0; i < FILTERS; i++) {
		if (strcmp(filters[i].key, key) == 0 && table_has_condition(t, (enum filter_key)i))
			return true;
	}
	return false;
}
