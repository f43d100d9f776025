#include "sensor/score/settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/hash.h"
#include "sensor/limits.h"

enum shape {
	WORDS,	 /* each word is an entry */
	GROUPED, /* so, behind a "(GROUP)" */
	LINES,	 /* the line is one entry, found by its first word */
	VALUE,	 /* one value, the last line's */
};

static const struct setting {
	const char *name;
	enum shape shape;
} settings[] = {
	{ "freemail_domains", WORDS },
	{ "freemail_welcomelist", WORDS },
	{ "util_rb_tld", WORDS },
	{ "util_rb_2tld", WORDS },
	{ "util_rb_3tld", WORDS },
	{ "enlist_uri_host", GROUPED },
	{ "enlist_addrlist", GROUPED },
	{ "fns_addrlist", GROUPED },
	{ "fns_ignore_headers", WORDS },
	{ "fns_ignore_dkim", WORDS },
	{ "welcomelist_from", WORDS },
	{ "welcomelist_to", WORDS },
	{ "welcomelist_auth", WORDS },
	{ "def_welcomelist_auth", WORDS },
	{ "blocklist_from", WORDS },
	{ "blocklist_to", WORDS },
	{ "more_spam_to", WORDS },
	{ "all_spam_to", WORDS },
	{ "welcomelist_allows_relays", WORDS },
	{ "welcomelist_bounce_relays", WORDS },
	{ "welcomelist_from_rcvd", LINES },
	{ "def_welcomelist_from_rcvd", LINES },
	{ "welcomelist_from_dkim", LINES },
	{ "def_welcomelist_from_dkim", LINES },
	{ "welcomelist_from_spf", WORDS },
	{ "def_welcomelist_from_spf", WORDS },
	{ "welcomelist_subject", LINES },
	{ "blocklist_subject", LINES },
	{ "adsp_override", LINES },
	{ "uridnsbl_skip_domain", WORDS },
	{ "url_shortener", WORDS },
	{ "url_shortener_get", WORDS },
	{ "trusted_networks", WORDS },
	{ "internal_networks", WORDS },
	{ "msa_networks", WORDS },
	{ "originating_ip_headers", WORDS },
	{ "redirector_pattern", LINES },
	{ "ok_locales", VALUE },
	{ "ok_languages", VALUE },
	{ "envelope_sender_header", VALUE },
	{ "always_trust_envelope_sender", VALUE },
	{ "required_score", VALUE },
	{ "normalize_charset", VALUE },
	{ "body_part_scan_size", VALUE },
	{ "rawbody_part_scan_size", VALUE },
	{ "fns_check", VALUE },
	{ "fns_extrachars", VALUE },
	{ "freemail_max_body_emails", VALUE },
	{ "freemail_max_body_freemails", VALUE },
	{ "freemail_skip_bulk_envfrom", VALUE },
	{ "freemail_skip_when_over_max", VALUE },
	{ "freemail_add_describe_email", VALUE },
	{ "freemail_import_welcomelist_auth", VALUE },
	{ "freemail_import_def_welcomelist_auth", VALUE },
	{ "parse_dkim_uris", VALUE },
};

/* Words that do something to a list of another name. */
static const struct action {
	const char *word, *list, *group; /* group NULL: as written */
	enum { ADD, REMOVE, CLEAR } what;
} actions[] = {
	{ "delist_uri_host", "enlist_uri_host", NULL, REMOVE },
	{ "blocklist_uri_host", "enlist_uri_host", "BLOCK", ADD },
	{ "unblocklist_uri_host", "enlist_uri_host", "BLOCK", REMOVE },
	{ "welcomelist_uri_host", "enlist_uri_host", "WELCOME", ADD },
	{ "unwelcomelist_uri_host", "enlist_uri_host", "WELCOME", REMOVE },
	{ "delist_addrlist", "enlist_addrlist", NULL, REMOVE },
	{ "fns_add_addrlist", "fns_addrlist", NULL, ADD },
	{ "fns_remove_addrlist", "fns_addrlist", NULL, REMOVE },
	{ "clear_util_rb", "util_rb_tld", "", CLEAR },
	{ "clear_util_rb", "util_rb_2tld", "", CLEAR },
	{ "clear_util_rb", "util_rb_3tld", "", CLEAR },
};

#define ENTRIES_MAX 262144 /* of one list */
#define LISTS_MAX 1024	   /* names and groups */
#define GROUP_MAX 64	   /* bytes */

struct entry {
	struct slice text; /* as written */
	struct slice key;  /* lower case; empty = taken away */
	bool wild;	   /* key has * or ? */
};

struct list {
	const char *name;
	struct slice group;
	struct entry *entries;
	size_t entries_count, entries_cap;
	uint32_t *slots; /* index of an entry, plus one, by the key's hash; open addressing */
	size_t slots_cap;
	size_t *wild; /* entries with * or ? */
	size_t wild_count, wild_cap;
	bool shortened; /* an entry was taken away */
};

struct settings {
	struct arena *arena;
	struct list **lists;
	size_t lists_count, lists_cap;
};

struct settings *
settings_new(struct arena *arena)
{
	struct settings *s = arena_alloc(arena, sizeof *s);
	if (s != NULL)
		s->arena = arena;
	return s;
}

static struct list *
list_find(const struct settings *s, const char *name, struct slice group)
{
	for (size_t i = 0; s != NULL && i < s->lists_count; i++)
		if (strcmp(s->lists[i]->name, name) == 0 && slice_ieq(s->lists[i]->group, group))
			return s->lists[i];
	return NULL;
}

static struct list *
list_make(struct settings *s, const char *name, struct slice group)
{
	struct list *l = list_find(s, name, group);
	if (l != NULL)
		return l;
	l = arena_alloc(s->arena, sizeof *l);
	struct list **to = l == NULL ? NULL : ARENA_PUSH(s->arena, s->lists, LISTS_MAX);
	if (to == NULL)
		return NULL;
	*to = l;
	l->name = name;
	l->group = arena_copy(s->arena, group);
	return l;
}

static size_t
slot_of(const struct list *l, struct slice key)
{
	size_t slot = hash_keyed(key.ptr, key.len) & (l->slots_cap - 1);
	while (l->slots[slot] != 0 && !slice_eq(l->entries[l->slots[slot] - 1].key, key))
		slot = (slot + 1) & (l->slots_cap - 1);
	return slot;
}

static int
slots_grow(struct list *l, struct arena *arena)
{
	if (2 * (l->entries_count + 1) <= l->slots_cap)
		return 0;
	size_t cap = l->slots_cap == 0 ? 16 : 2 * l->slots_cap;
	uint32_t *slots = arena_array(arena, cap, sizeof *slots);
	if (slots == NULL)
		return -1;
	l->slots = slots;
	l->slots_cap = cap;
	for (size_t i = 0; i < l->entries_count; i++)
		if (l->entries[i].key.len > 0)
			l->slots[slot_of(l, l->entries[i].key)] = (uint32_t)i + 1;
	return 0;
}

static struct slice
lower(struct slice s, struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, s.len + 1);
	for (size_t i = 0; out != NULL && i < s.len; i++)
		out[i] = chars_lower(s.ptr[i]);
	return out == NULL ? SLICE_EMPTY : slice_of(out, s.len);
}

static int
list_add(struct list *l, struct slice text, struct slice key, struct arena *arena)
{
	key = lower(key, arena);
	if (key.len == 0 || slots_grow(l, arena) < 0)
		return -1;
	size_t slot = slot_of(l, key);
	if (l->slots[slot] != 0) { /* the later line is the one that counts */
		l->entries[l->slots[slot] - 1].text = slice_str(arena_string(arena, text));
		return 0;
	}
	struct entry *e = ARENA_PUSH(arena, l->entries, ENTRIES_MAX);
	if (e == NULL)
		return -1;
	e->text = slice_str(arena_string(arena, text));
	e->key = key;
	e->wild = slice_index(key, '*') < key.len || slice_index(key, '?') < key.len;
	l->slots[slot] = (uint32_t)l->entries_count;
	if (!e->wild)
		return 0;
	size_t *wild = ARENA_PUSH(arena, l->wild, ENTRIES_MAX);
	if (wild != NULL)
		*wild = l->entries_count - 1;
	return wild == NULL ? -1 : 0;
}

/* The slot stays, so that those behind it are found; its key matches nothing. */
static void
list_remove(struct list *l, struct slice key)
{
	for (size_t i = 0; i < l->entries_count; i++)
		if (slice_ieq(l->entries[i].key, key))
			l->entries[i] = (struct entry){ .text = SLICE_EMPTY }, l->shortened = true;
}

static void
list_clear(struct list *l)
{
	l->entries_count = l->wild_count = 0;
	if (l->slots != NULL)
		memset(l->slots, 0, l->slots_cap * sizeof *l->slots);
}

/* ---- lines ---- */

static struct slice
word_next(struct slice *rest)
{
	*rest = slice_trim(*rest);
	size_t n = 0;
	while (n < rest->len && !chars_is(rest->ptr[n], CHAR_SPACE))
		n++;
	struct slice word = slice_take(*rest, n);
	*rest = slice_trim(slice_skip(*rest, n));
	return word;
}

/* "(GROUP)" at the front of a line. */
static int
take_group(struct slice *rest, struct slice *group, struct err *err)
{
	*rest = slice_trim(*rest);
	if (rest->len == 0 || rest->ptr[0] != '(')
		return 0;
	*rest = slice_skip(*rest, 1);
	struct slice inside = *rest;
	*group = slice_trim(slice_split(rest, ')'));
	if (group->len + 1 > inside.len || group->len == 0 || group->len > GROUP_MAX)
		return err_set(err, "a group is written (NAME)");
	return 0;
}

static int
change(struct settings *s, const struct setting *setting, struct slice group, bool add,
	struct slice value, struct err *err)
{
	if (!add) {
		for (struct slice word; (word = word_next(&value)).len > 0;)
			for (size_t i = 0; i < s->lists_count; i++)
				if (strcmp(s->lists[i]->name, setting->name) == 0 &&
					(group.len == 0 || slice_ieq(group, s->lists[i]->group)))
					list_remove(s->lists[i], word);
		return 1;
	}
	struct list *l = list_make(s, setting->name, group);
	int bad = l == NULL ? -1 : 0;
	if (bad == 0 && setting->shape == VALUE)
		list_clear(l);
	if (bad == 0 && (setting->shape == LINES || setting->shape == VALUE)) {
		struct slice rest = value;
		bad = list_add(l, value, word_next(&rest), s->arena);
	}
	while (bad == 0 && setting->shape != LINES && setting->shape != VALUE && value.len > 0) {
		struct slice word = word_next(&value);
		bad = list_add(l, word, word, s->arena);
	}
	return bad == 0 ? 1 : err_set(err, "more words than %d", ENTRIES_MAX);
}

static void
clear(struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->lists_count; i++)
		if (strcmp(s->lists[i]->name, name) == 0)
			list_clear(s->lists[i]);
}

static const struct setting *
setting_find(struct slice name)
{
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (slice_eq(name, slice_str(settings[i].name)))
			return &settings[i];
	return NULL;
}

/* clear_NAME empties, unNAME and delist_NAME shorten. */
static const struct setting *
setting_of_word(struct slice word, bool *add, bool *all)
{
	*add = true;
	*all = false;
	const struct setting *found = setting_find(word);
	if (found == NULL && slice_starts(word, SLICE("clear_"))) {
		*all = true;
		found = setting_find(slice_skip(word, 6));
	} else if (found == NULL && slice_starts(word, SLICE("un"))) {
		*add = false;
		found = setting_find(slice_skip(word, 2));
	}
	return found;
}

/* "whitelist" and "blacklist" by their newer names. */
static struct slice
modern(struct slice word, struct arena *arena)
{
	static const struct {
		const char *old, *new;
	} names[] = { { "whitelist", "welcomelist" }, { "blacklist", "blocklist" } };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice old = slice_str(names[i].old);
		size_t at = slice_find(word, old);
		if (at < word.len)
			return slice_str(
				arena_printf(arena, "%.*s%s%.*s", (int)at, (const char *)word.ptr,
					names[i].new, (int)(word.len - at - old.len),
					(const char *)word.ptr + at + old.len));
	}
	return word;
}

int
settings_line(struct settings *s, struct slice word, struct slice value, struct err *err)
{
	struct slice group = SLICE_EMPTY;
	bool add, all;
	int taken = 0;
	word = modern(word, s->arena);
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		const struct action *a = &actions[i];
		if (!slice_eq(word, slice_str(a->word)))
			continue;
		taken = 1;
		if (a->what == CLEAR)
			clear(s, a->list);
		else if (a->group == NULL && take_group(&value, &group, err) < 0)
			return -1;
		else
			taken = change(s, setting_find(slice_str(a->list)),
				a->group == NULL ? group : slice_str(a->group), a->what == ADD,
				value, err);
	}
	if (taken != 0)
		return taken;
	const struct setting *setting = setting_of_word(word, &add, &all);
	if (setting == NULL)
		return 0;
	if (all && value.len == 0)
		clear(s, setting->name);
	if (all && value.len > 0)
		add = false;
	if (setting->shape == GROUPED && take_group(&value, &group, err) < 0)
		return -1;
	if (all && value.len == 0)
		return 1;
	if (value.len == 0)
		return err_set(err, "something is expected after %s", setting->name);
	return change(s, setting, group, add, value, err);
}

/* ---- questions ---- */

bool
settings_has(const struct settings *s, const char *name, struct slice group, struct slice word)
{
	const struct list *l = list_find(s, name, group);
	uint8_t small[256];
	if (l == NULL || l->slots_cap == 0 || word.len == 0 || word.len > sizeof small)
		return false;
	for (size_t i = 0; i < word.len; i++)
		small[i] = chars_lower(word.ptr[i]);
	return l->slots[slot_of(l, slice_of(small, word.len))] != 0;
}

static bool
same(uint8_t pattern, uint8_t c)
{
	return pattern == '?' || pattern == chars_lower(c);
}

/* Goes back to the last * alone: at most pattern times word steps. */
static bool
glob(struct slice pattern, struct slice word)
{
	size_t p = 0, w = 0, star = pattern.len, mark = 0;
	while (w < word.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			mark = w;
		} else if (p < pattern.len && same(pattern.ptr[p], word.ptr[w])) {
			p++;
			w++;
		} else if (star < pattern.len) {
			p = star + 1;
			w = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

/* Most patterns end in a domain that the word does not have. */
static bool
glob_ends(struct slice pattern, struct slice word)
{
	for (size_t n = 1; n <= 8 && n <= pattern.len; n++) {
		uint8_t c = pattern.ptr[pattern.len - n];
		if (c == '*')
			return true;
		if (n > word.len || !same(c, word.ptr[word.len - n]))
			return false;
	}
	return true;
}

bool
settings_matches(const struct settings *s, const char *name, struct slice group, struct slice word)
{
	const struct list *l = list_find(s, name, group);
	if (l == NULL || word.len == 0)
		return false;
	if (settings_has(s, name, group, word))
		return true;
	word = slice_take(word, LIMIT_HEADER_TEXT);
	for (size_t i = 0; i < l->wild_count; i++) {
		struct slice key = l->entries[l->wild[i]].key;
		if (key.len > 0 && glob_ends(key, word) && glob(key, word))
			return true;
	}
	return false;
}

bool
settings_word(
	const struct settings *s, const char *name, struct slice group, size_t n, struct slice *out)
{
	const struct list *l = list_find(s, name, group);
	size_t first = l == NULL || l->shortened ? 0 : n;
	n -= first;
	for (size_t i = first; l != NULL && i < l->entries_count; i++) {
		if (l->entries[i].key.len == 0 || n-- > 0)
			continue;
		*out = l->entries[i].text;
		return true;
	}
	return false;
}

const char *
settings_text(const struct settings *s, const char *name, const char *fallback)
{
	struct slice out;
	if (!settings_word(s, name, SLICE_EMPTY, 0, &out))
		return fallback;
	return (const char *)out.ptr; /* list_add() puts a NUL behind it */
}

double
settings_number(const struct settings *s, const char *name, double fallback)
{
	const char *text = settings_text(s, name, NULL);
	char *end;
	if (text == NULL)
		return fallback;
	if (strcmp(text, "yes") == 0 || strcmp(text, "no") == 0)
		return text[0] == 'y';
	double value = strtod(text, &end);
	return *end != '\0' || end == text || !isfinite(value) ? fallback : value;
}
