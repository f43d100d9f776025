#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/literal.h"

#define WORD_LEAST 3	 /* bytes; shorter ones are everywhere */
#define ENOUGH 4	 /* bytes; longer ones are not worth it if they must be multiplied ... */
#define MANY 64		 /* ... to so many */
#define RATE_USEFUL 0.15 /* a byte; above it, looking costs more than trying */
#define PRUNED_MOST 1000 /* words; more are left as they are */
#define TIMES_MOST 100
#define WORDS_ENOUGH 0.0002 /* a byte; rarer words are as good as any places */

/* ---- how common ---- */

/* Of 1000 bytes of mail in lower case, about. */
static double
byte_rate(uint8_t c)
{
	static const double letters[26] = { 62, 13, 30, 30, 90, 16, 18, 34, 60, 2, 7, 36, 24, 55,
		60, 20, 1, 50, 50, 68, 25, 8, 15, 3, 15, 1 };
	if (c >= 'a' && c <= 'z')
		return letters[c - 'a'] / 1000;
	if (c == ' ')
		return 0.15;
	if (c == '\n' || c == '.' || c == '-' || c == '<' || c == '>' || c == '=' || c == '"' ||
		c == '/')
		return 0.012;
	if (chars_is(c, CHAR_DIGIT) || c == ',' || c == ':')
		return 0.007;
	return c < 32 ? 0.0005 : 0.002;
}

/* Parts of words that no letters' rates foretell, a line each. */
static const char common[] =
	"https://www.\nhttp://www.\n.com/\n.org/\n.net/\n<a href=\"http\n"
	"<font size=\n<table \n style=\"\n<span \n<div \n&nbsp;\n color=\n<html>\n"
	"<body>\ncharset=\ncontent-type\ntext/plain\ntext/html\n the \n and \ning \n"
	" you\ntion\n for \n with \n this \n that \nsubject\nfrom: \nemail\n"
	"message\nreceived\nesmtp\nlocalhost";
#define COMMON_LONGEST 13 /* bytes of one of them */

static double
word_rate(struct slice word)
{
	double rate = 1;
	if (word.len <= COMMON_LONGEST &&
		slice_find(slice_of(common, sizeof common - 1), word) < sizeof common - 1)
		return 0.005;
	for (size_t i = 0; i < word.len && i < 7; i++)
		rate *= byte_rate(word.ptr[i]) * 1.5;
	return rate;
}

/* ---- sets of words ---- */

struct set {
	struct slice *words;
	size_t count; /* 0 = none: nothing is known */
	double rate;
};

struct finder {
	struct arena *arena;
};

/* What is known of a node: all that it can be, if that is few; else words of which each match has
 * one. */
struct known {
	bool exact;
	struct set all, best;
};

static const struct slice nothing = { (const uint8_t *)"", 0 };

static struct set
set_of(struct finder *f, struct slice word)
{
	struct set s = { arena_array(f->arena, 1, sizeof(struct slice)), 1, 0 };
	if (s.words == NULL)
		return (struct set){ 0 };
	s.words[0] = word;
	return s;
}

static size_t
shortest(const struct set *s)
{
	size_t least = s->count == 0 ? 0 : SIZE_MAX;
	for (size_t i = 0; i < s->count; i++)
		if (s->words[i].len < least)
			least = s->words[i].len;
	return least;
}

static void
rate_set(struct set *s)
{
	s->rate = 0;
	for (size_t i = 0; i < s->count; i++)
		s->rate += word_rate(s->words[i]);
}

/* The rarer of two; one with a word that is too short is none. */
static void
keep_better(struct set *best, struct set s)
{
	if (shortest(&s) < WORD_LEAST)
		return;
	rate_set(&s);
	if (best->count == 0 || s.rate < best->rate)
		*best = s;
}

static struct slice
joined(struct finder *f, struct slice a, struct slice b)
{
	if (b.len == 0 || a.len == 0)
		return a.len == 0 ? b : a;
	uint8_t *out = arena_alloc(f->arena, a.len + b.len);
	if (out == NULL)
		return nothing; /* full: literals_find() gives up */
	memcpy(out, a.ptr, a.len);
	memcpy(out + a.len, b.ptr, b.len);
	return slice_of(out, a.len + b.len);
}

static bool
set_has(const struct set *s, struct slice word)
{
	for (size_t i = 0; i < s->count; i++)
		if (slice_eq(s->words[i], word))
			return true;
	return false;
}

/* Each of a before each of b; nothing if that is too much. */
static struct set
set_product(struct finder *f, const struct set *a, const struct set *b)
{
	struct set out = { 0 };
	size_t n = a->count * b->count;
	if (n == 0 || n > LITERALS_MAX)
		return out;
	out.words = arena_array(f->arena, n, sizeof *out.words);
	if (out.words == NULL)
		return out;
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++) {
			if (a->words[i].len + b->words[j].len > 2 * LITERAL_LENGTH)
				return (struct set){ 0 };
			out.words[out.count++] = joined(f, a->words[i], b->words[j]);
		}
	return out;
}

static struct set
set_union(struct finder *f, const struct set *a, const struct set *b)
{
	struct set out = { 0 };
	if (a->count + b->count > LITERALS_MAX)
		return out;
	out.words = arena_array(f->arena, a->count + b->count + 1, sizeof *out.words);
	if (out.words == NULL)
		return out;
	for (size_t i = 0; i < a->count; i++)
		out.words[out.count++] = a->words[i];
	for (size_t i = 0; i < b->count; i++)
		if (!set_has(a, b->words[i]))
			out.words[out.count++] = b->words[i];
	return out;
}

/* ---- nodes ---- */

static struct known find(struct finder *f, const struct regex_node *n);

static struct known
exactly(struct set all)
{
	return (struct known){ .exact = all.count > 0, .all = all };
}

#define CLASS_MOST 12 /* bytes of a class that are words each */

static struct known
find_byte(struct finder *f, const struct regex_node *n)
{
	struct set all = { arena_array(f->arena, CLASS_MOST, sizeof(struct slice)), 0, 0 };
	if (all.words == NULL)
		return (struct known){ 0 };
	for (unsigned c = 0; c < 256; c++) {
		uint8_t lower = chars_lower((uint8_t)c);
		if (!byte_set_has(&n->set, (uint8_t)c) || set_has(&all, slice_of(&lower, 1)))
			continue;
		if (all.count == CLASS_MOST)
			return (struct known){ 0 };
		all.words[all.count++] = arena_copy(f->arena, slice_of(&lower, 1));
	}
	return exactly(all);
}

/* What a sequence has put together so far. */
struct chain {
	struct set run;	 /* all that the last nodes can be, one behind the other */
	bool whole;	 /* these are all nodes so far */
	struct set best; /* seen before */
};

static void
chain_break(struct finder *f, struct chain *c, const struct set *after)
{
	keep_better(&c->best, c->run);
	c->run = after != NULL ? *after : set_of(f, nothing);
	c->whole = false;
}

static void
chain_add(struct finder *f, struct chain *c, const struct known *k)
{
	if (!k->exact) {
		chain_break(f, c, NULL);
		keep_better(&c->best, k->best);
		return;
	}
	bool enough = k->all.count > 1 && shortest(&c->run) >= ENOUGH &&
		      (!c->whole || k->all.count * c->run.count > MANY);
	struct set longer = enough ? (struct set){ 0 } : set_product(f, &c->run, &k->all);
	if (longer.count > 0)
		c->run = longer;
	else
		chain_break(f, c, &k->all);
}

static struct known
chain_end(struct chain *c)
{
	struct known k = { .exact = c->whole };
	if (c->whole)
		k.all = c->run;
	else
		keep_better(&c->best, c->run);
	k.best = c->best;
	return k;
}

/* x+ and x{2,5}: as often as it must be, then anything, then x again before what follows. */
static void
chain_repeat(struct finder *f, struct chain *c, const struct regex_node *n)
{
	struct known inner = find(f, n->children);
	unsigned times = inner.exact ? LITERAL_LENGTH : 1;
	for (unsigned i = 0; i < n->least && i < times; i++)
		chain_add(f, c, &inner);
	if (n->least == n->most && n->least <= times)
		return;
	if (n->least == 0 && n->most == 1 && inner.exact) {
		struct set none = set_of(f, nothing), either = set_union(f, &none, &inner.all);
		struct known maybe = exactly(either);
		chain_add(f, c, &maybe);
		return;
	}
	chain_break(f, c, n->least > 0 && inner.exact ? &inner.all : NULL);
}

static struct known
find_sequence(struct finder *f, const struct regex_node *n)
{
	struct chain c = { .run = set_of(f, nothing), .whole = true };
	for (const struct regex_node *child = n->children; child != NULL; child = child->next) {
		if (child->kind == REGEX_REPEAT) {
			chain_repeat(f, &c, child);
			continue;
		}
		struct known k = find(f, child);
		chain_add(f, &c, &k);
	}
	return chain_end(&c);
}

static struct known
find_choice(struct finder *f, const struct regex_node *n)
{
	struct known out = find(f, n->children);
	for (const struct regex_node *child = n->children->next; child != NULL;
		child = child->next) {
		struct known k = find(f, child);
		struct set a = out.exact ? out.all : out.best, b = k.exact ? k.all : k.best;
		struct set either =
			a.count > 0 && b.count > 0 ? set_union(f, &a, &b) : (struct set){ 0 };
		out.exact = out.exact && k.exact && either.count > 0;
		out.all = out.exact ? either : (struct set){ 0 };
		out.best = out.exact ? (struct set){ 0 } : either;
	}
	return out;
}

static struct known
find(struct finder *f, const struct regex_node *n)
{
	struct chain c = { .run = set_of(f, nothing), .whole = true };
	switch (n->kind) {
	case REGEX_NOTHING:
		return exactly(set_of(f, nothing));
	case REGEX_BYTE:
		return find_byte(f, n);
	case REGEX_SEQUENCE:
		return find_sequence(f, n);
	case REGEX_CHOICE:
		return find_choice(f, n);
	case REGEX_REPEAT:
		chain_repeat(f, &c, n);
		return chain_end(&c);
	case REGEX_UNKNOWN:
		break;
	}
	return (struct known){ 0 };
}

/* The words of a node alone. */
static bool
words_find(struct finder *f, const struct regex_node *n, struct needs *out)
{
	struct known k = find(f, n);
	struct set best = { 0 };
	keep_better(&best, k.exact ? k.all : k.best);
	if (best.count == 0)
		return false;
	*out = (struct needs){
		.words = best.words, .words_count = best.count, .rate = best.rate, .times = 1
	};
	return true;
}

/* ---- places ---- */

/* Starts and ends are sets of places, a bit each; the highest stands for all beyond. */
#define BEYOND (1U << PLACES_MAX)

static unsigned advance(const struct regex_node *n, unsigned starts, struct byte_set *sets);

static void
set_all(struct byte_set *set)
{
	memset(set, 0xff, sizeof *set);
}

static unsigned
advance_byte(const struct regex_node *n, unsigned starts, struct byte_set *sets)
{
	for (unsigned i = 0; i < PLACES_MAX; i++)
		for (size_t w = 0; w < 4 && (starts >> i & 1) != 0; w++)
			sets[i].bits[w] |= n->set.bits[w];
	return ((starts << 1) | (starts & BEYOND)) & (2 * BEYOND - 1);
}

static unsigned
advance_repeat(const struct regex_node *n, unsigned starts, struct byte_set *sets)
{
	unsigned now = starts, ends = n->least == 0 ? starts : 0;
	for (unsigned i = 1; i <= n->most && i <= n->least + PLACES_MAX; i++) {
		unsigned next = advance(n->children, now, sets);
		if (i >= n->least || next == now)
			ends |= next;
		if (next == now)
			break;
		now = next;
	}
	return ends;
}

static unsigned
advance(const struct regex_node *n, unsigned starts, struct byte_set *sets)
{
	unsigned ends = 0;
	switch (n->kind) {
	case REGEX_NOTHING:
		return starts;
	case REGEX_BYTE:
		return advance_byte(n, starts, sets);
	case REGEX_SEQUENCE:
		for (const struct regex_node *c = n->children; c != NULL && starts != BEYOND;
			c = c->next)
			starts = advance(c, starts, sets);
		return starts;
	case REGEX_CHOICE:
		for (const struct regex_node *c = n->children; c != NULL; c = c->next)
			ends |= advance(c, starts, sets);
		return ends;
	case REGEX_REPEAT:
		return advance_repeat(n, starts, sets);
	case REGEX_UNKNOWN:
		for (unsigned i = 0; i < PLACES_MAX; i++)
			if ((starts & ((2U << i) - 1)) != 0)
				set_all(&sets[i]);
		return 2 * BEYOND - 1;
	}
	return ends;
}

static double
set_rate(const struct byte_set *set)
{
	double rate = 0;
	for (unsigned c = 0; c < 256; c++)
		if (byte_set_has(set, (uint8_t)c))
			rate += c >= 'A' && c <= 'Z' ? byte_rate(chars_lower((uint8_t)c)) / 8
						     : byte_rate((uint8_t)c);
	return rate > 1 ? 1 : rate;
}

static double
places_from(const struct regex_node *first, struct places *out)
{
	unsigned ends = 1;
	double rate = 1;
	memset(out, 0, sizeof *out);
	for (const struct regex_node *n = first; n != NULL && ends != BEYOND; n = n->next)
		ends = advance(n, ends, out->sets);
	/* behind an end any byte may stand */
	for (unsigned i = 0; i < PLACES_MAX; i++) {
		if ((ends & ((2U << i) - 1)) != 0)
			set_all(&out->sets[i]);
		rate *= set_rate(&out->sets[i]);
	}
	return rate;
}

/* The places of a node alone, beginning with any of the nodes that it is a sequence of. */
static bool
places_find(struct finder *f, const struct regex_node *n, struct needs *out)
{
	struct regex_node single = *n;
	const struct regex_node *first = n->kind == REGEX_SEQUENCE ? n->children : &single;
	struct places here, best;
	double rate = 1;
	single.next = NULL;
	for (const struct regex_node *c = first; c != NULL; c = c->next) {
		double one = places_from(c, &here);
		if (one < rate) {
			rate = one;
			best = here;
		}
	}
	struct places *kept = rate < RATE_USEFUL ? arena_alloc(f->arena, sizeof *kept) : NULL;
	if (kept == NULL)
		return false;
	*kept = best;
	*out = (struct needs){ .places = kept, .places_count = 1, .rate = rate, .times = 1 };
	return true;
}

/* ---- both ---- */

static bool any_of(struct finder *f, const struct regex_node *n, struct needs *out);

static void
keep_rarer(struct needs *best, bool *found, bool is, const struct needs *other)
{
	if (!is || (*found && best->rate <= other->rate))
		return;
	*best = *other;
	*found = true;
}

/* a or b, one of them once; false if that is too much. */
static bool
needs_join(struct finder *f, struct needs *a, const struct needs *b)
{
	size_t words = a->words_count + b->words_count, places = a->places_count + b->places_count;
	struct needs out = { .rate = a->rate + b->rate, .times = 1 };
	if (words > LITERALS_MAX || places > PLACES_SETS)
		return false;
	out.words = arena_array(f->arena, words + 1, sizeof *out.words);
	out.places = arena_array(f->arena, places + 1, sizeof *out.places);
	if (out.words == NULL || out.places == NULL)
		return false;
	for (size_t i = 0; i < words; i++)
		out.words[out.words_count++] =
			i < a->words_count ? a->words[i] : b->words[i - a->words_count];
	for (size_t i = 0; i < places; i++)
		out.places[out.places_count++] =
			i < a->places_count ? a->places[i] : b->places[i - a->places_count];
	*a = out;
	return true;
}

/* Of a choice: what each alternative needs. */
static bool
needs_of_choice(struct finder *f, const struct regex_node *n, struct needs *out)
{
	*out = (struct needs){ 0 };
	for (const struct regex_node *c = n->children; c != NULL; c = c->next) {
		struct needs one;
		if (!any_of(f, c, &one) || !needs_join(f, out, &one))
			return false;
	}
	return true;
}

/* The rarest that every match of the node must have. */
static bool
any_of(struct finder *f, const struct regex_node *n, struct needs *out)
{
	struct needs other;
	bool found = words_find(f, n, out), enough = found && out->rate <= WORDS_ENOUGH;
	if (!enough)
		keep_rarer(out, &found, places_find(f, n, &other), &other);
	if (!enough && n->kind == REGEX_CHOICE)
		keep_rarer(out, &found, needs_of_choice(f, n, &other), &other);
	if (n->kind == REGEX_REPEAT && n->least > 0 && any_of(f, n->children, &other)) {
		other.times = n->least < TIMES_MOST ? n->least : TIMES_MOST;
		other.rate /= (double)(other.times * other.times);
		keep_rarer(out, &found, true, &other);
	}
	for (const struct regex_node *c = n->children; n->kind == REGEX_SEQUENCE && c != NULL;
		c = c->next)
		if (c->kind == REGEX_REPEAT
				? c->least > 0
				: !enough && (c->kind == REGEX_CHOICE || c->kind == REGEX_SEQUENCE))
			keep_rarer(out, &found, any_of(f, c, &other), &other);
	return found;
}

/* A word that another one is a part of says nothing new. */
static void
drop_longer(struct needs *n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n->words_count; i++) {
		bool new = true;
		for (size_t j = 0; j < n->words_count && new; j++) {
			struct slice a = n->words[i], b = n->words[j];
			bool shorter = b.len < a.len || (b.len == a.len && j < i);
			new = !shorter || slice_find(a, b) == a.len;
		}
		if (new)
			n->words[kept++] = n->words[i];
	}
	n->words_count = kept;
}

bool
needs_find(const struct regex_node *tree, struct arena *arena, struct needs *out)
{
	struct finder f = { arena };
	if (!any_of(&f, tree, out) || arena->full || out->rate > RATE_USEFUL)
		return false;
	for (size_t i = 0; i < out->words_count; i++)
		out->words[i] = slice_take(out->words[i], LITERAL_LENGTH);
	if (out->words_count <= PRUNED_MOST)
		drop_longer(out);
	return true;
}
