#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/limits.h"
#include "sensor/score/prefilter.h"

/* Words: four bytes of each (three, if it has no more), the rarest, are its mark.  At each place of
 * the text the four bytes there are hashed into a table of bits; where the bit is set, the words
 * with that mark are compared.
 *
 * Places: 64 expressions share a machine word; a table for each place says for each byte whose set
 * has it.  The tables' AND tells who may match here (Baeza-Yates and Gonnet's shift-or, turned
 * round). */

#define MARK 4
#define BITS_LEAST 8 /* log2 of the smallest table */
#define BITS_MOST 16
#define LANES 64

struct word {
	uint32_t id;
	uint8_t length;
	uint8_t mark_at; /* offset of the mark in it */
	uint8_t times;	 /* that the expression must be found */
	uint8_t text[LITERAL_LENGTH];
	uint32_t mark;
	uint32_t next; /* of the same hash, from 1; 0 = none */
};

/* Marks of one length. */
struct marks {
	size_t length; /* bytes: 3 or 4 */
	struct word *words;
	size_t count, cap;
	unsigned shift; /* of a hash */
	uint64_t *bits;
	uint32_t *heads; /* index of a word, from 1 */
};

struct lanes {
	uint64_t has[PLACES_MAX][256]; /* by place, in the order of `at` */
	uint8_t at[PLACES_MAX];	       /* the pickiest places first */
	uint32_t ids[LANES];
	uint8_t times[LANES];
	size_t count;
};

struct prefilter {
	struct marks marks[2]; /* of 3 and of 4 bytes */
	struct lanes **lanes;
	size_t lanes_count;
	uint32_t *always;
	size_t always_count, always_cap;
};

struct prefilter *
prefilter_new(void)
{
	struct prefilter *f = must_alloc(sizeof *f);
	*f = (struct prefilter){ 0 };
	f->marks[0].length = 3;
	f->marks[1].length = MARK;
	return f;
}

void
prefilter_free(struct prefilter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < 2; i++) {
		free(f->marks[i].words);
		free(f->marks[i].bits);
		free(f->marks[i].heads);
	}
	for (size_t i = 0; i < f->lanes_count; i++)
		free(f->lanes[i]);
	free(f->lanes);
	free(f->always);
	free(f);
}

/* ---- filling ---- */

/* Folds the letters' cases, and more: only for hashes. */
static inline uint32_t
mark_of(const uint8_t *p, size_t length)
{
	uint32_t mark;
	memcpy(&mark, p, sizeof mark);
	mark |= 0x20202020U;
	return length == 3 ? mark & 0xffffffU : mark;
}

static inline uint32_t
hash_of(uint32_t mark, unsigned shift)
{
	return (mark * 0x9e3779b1U) >> shift;
}

/* Letters are common; of what is as common, the first. */
static unsigned
rareness(uint8_t c)
{
	if (c == ' ' || (c != 0 && strchr("etaoinsr", c) != NULL))
		return 1;
	if (chars_is(c, CHAR_ALPHA))
		return 3;
	return chars_is(c, CHAR_DIGIT) || (c != 0 && strchr("\n.-<>=\"/,:", c) != NULL) ? 4 : 6;
}

static size_t
rarest_mark(struct slice word, size_t length)
{
	size_t best = 0;
	unsigned most = 0;
	for (size_t i = 0; i + length <= word.len; i++) {
		unsigned sum = 0;
		for (size_t j = 0; j < length; j++)
			sum += rareness(word.ptr[i + j]);
		if (sum > most)
			best = i;
		most = sum > most ? sum : most;
	}
	return best;
}

static void
add_word(struct prefilter *f, uint32_t id, struct slice text, size_t times)
{
	struct marks *m = &f->marks[text.len >= MARK];
	uint8_t padded[LITERAL_LENGTH + MARK] = { 0 };
	assert(text.len >= 3 && text.len <= LITERAL_LENGTH);
	if (m->count == m->cap) {
		m->cap = m->cap == 0 ? 64 : 2 * m->cap;
		m->words = must_realloc(m->words, m->cap * sizeof *m->words);
	}
	struct word *w = &m->words[m->count++];
	*w = (struct word){ .id = id, .length = (uint8_t)text.len, .times = (uint8_t)times };
	w->mark_at = (uint8_t)rarest_mark(text, m->length);
	memcpy(padded, text.ptr, text.len);
	memcpy(w->text, text.ptr, text.len);
	w->mark = mark_of(padded + w->mark_at, m->length);
}

static void
add_places(struct prefilter *f, uint32_t id, const struct places *places, size_t times)
{
	if (f->lanes_count == 0 || f->lanes[f->lanes_count - 1]->count == LANES) {
		f->lanes = must_realloc(f->lanes, (f->lanes_count + 1) * sizeof *f->lanes);
		f->lanes[f->lanes_count] = must_alloc(sizeof(struct lanes));
		memset(f->lanes[f->lanes_count++], 0, sizeof(struct lanes));
	}
	struct lanes *l = f->lanes[f->lanes_count - 1];
	for (size_t i = 0; i < PLACES_MAX; i++)
		for (unsigned c = 0; c < 256; c++)
			if (byte_set_has(&places->sets[i], (uint8_t)c))
				l->has[i][c] |= (uint64_t)1 << l->count;
	l->times[l->count] = (uint8_t)times;
	l->ids[l->count++] = id;
}

void
prefilter_add(struct prefilter *f, uint32_t id, const struct needs *needs)
{
	assert(id < LIMIT_RULES);
	for (size_t i = 0; needs != NULL && i < needs->words_count; i++)
		add_word(f, id, needs->words[i], needs->times);
	for (size_t i = 0; needs != NULL && i < needs->places_count; i++)
		add_places(f, id, &needs->places[i], needs->times);
	if (needs != NULL)
		return;
	if (f->always_count == f->always_cap) {
		f->always_cap = f->always_cap == 0 ? 16 : 2 * f->always_cap;
		f->always = must_realloc(f->always, f->always_cap * sizeof *f->always);
	}
	f->always[f->always_count++] = id;
}

static void
marks_finish(struct marks *m)
{
	unsigned bits = BITS_LEAST;
	while (bits < BITS_MOST && ((size_t)1 << bits) < 32 * m->count)
		bits++;
	size_t size = (size_t)1 << bits;
	m->shift = 32 - bits;
	m->bits = must_alloc(size / 8);
	m->heads = must_alloc(size * sizeof *m->heads);
	memset(m->bits, 0, size / 8);
	memset(m->heads, 0, size * sizeof *m->heads);
	for (size_t i = m->count; i-- > 0;) {
		uint32_t h = hash_of(m->words[i].mark, m->shift);
		m->bits[h >> 6] |= (uint64_t)1 << (h & 63);
		m->words[i].next = m->heads[h];
		m->heads[h] = (uint32_t)i + 1;
	}
}

/* How many of the lanes go on at this place, over the common letters. */
static unsigned
pickiness(const uint64_t has[256])
{
	unsigned sum = 0;
	for (const char *c = "etaoinshrdlu "; *c != '\0'; c++)
		sum += (unsigned)__builtin_popcountll(has[(uint8_t)*c]);
	return sum;
}

static void
lanes_finish(struct lanes *l)
{
	for (uint8_t i = 0; i < PLACES_MAX; i++)
		l->at[i] = i;
	for (size_t i = 1; i < PLACES_MAX; i++)
		for (size_t n = i; n > 0 && pickiness(l->has[n]) < pickiness(l->has[n - 1]); n--) {
			uint64_t has[256];
			uint8_t at = l->at[n];
			memcpy(has, l->has[n], sizeof has);
			memcpy(l->has[n], l->has[n - 1], sizeof has);
			memcpy(l->has[n - 1], has, sizeof has);
			l->at[n] = l->at[n - 1];
			l->at[n - 1] = at;
		}
}

void
prefilter_finish(struct prefilter *f)
{
	for (size_t i = 0; i < f->lanes_count; i++)
		lanes_finish(f->lanes[i]);
	for (size_t i = 0; i < 2; i++)
		marks_finish(&f->marks[i]);
}

/* ---- a pass ---- */

void
prefilter_scratch_init(struct prefilter_scratch *s)
{
	*s = (struct prefilter_scratch){ .pass = 1 };
	s->seen = must_alloc(LIMIT_RULES * sizeof *s->seen);
	s->found = must_alloc(LIMIT_RULES * sizeof *s->found);
	memset(s->seen, 0, LIMIT_RULES * sizeof *s->seen);
}

void
prefilter_scratch_release(struct prefilter_scratch *s)
{
	free(s->seen);
	free(s->found);
	*s = (struct prefilter_scratch){ 0 };
}

/* Found at one more place; it must be tried when it was found so many times. */
static inline void
note(struct prefilter_scratch *s, uint32_t id, unsigned times)
{
	struct prefilter_seen *seen = &s->seen[id];
	if (seen->pass != s->pass)
		*seen = (struct prefilter_seen){ s->pass, 0 };
	if (seen->times < times && ++seen->times == times)
		s->found[s->found_count++] = id;
}

static inline bool
is_found(const struct prefilter_scratch *s, uint32_t id, unsigned times)
{
	return s->seen[id].pass == s->pass && s->seen[id].times >= times;
}

static bool
same_word(const uint8_t *text, const struct word *w)
{
	for (size_t i = 0; i < w->length; i++)
		if (chars_lower(text[i]) != w->text[i])
			return false;
	return true;
}

/* The mark at text[at] is one of these, or hashes like it. */
static void
compare_words(const struct marks *m, uint32_t mark, uint32_t hash, struct slice text, size_t at,
	struct prefilter_scratch *s)
{
	for (uint32_t i = m->heads[hash]; i != 0;) {
		const struct word *w = &m->words[i - 1];
		i = w->next;
		if (w->mark != mark || at < w->mark_at || at - w->mark_at + w->length > text.len ||
			is_found(s, w->id, w->times))
			continue;
		if (same_word(text.ptr + at - w->mark_at, w))
			note(s, w->id, w->times);
	}
}

static inline void
scan_mark(const struct marks *m, size_t length, const uint8_t *p, struct slice text, size_t at,
	struct prefilter_scratch *s)
{
	uint32_t mark = mark_of(p, length), hash = hash_of(mark, m->shift);
	if ((m->bits[hash >> 6] >> (hash & 63) & 1) != 0)
		compare_words(m, mark, hash, text, at, s);
}

/* Both kinds of marks in one pass; a kind that has none has a table without a bit. */
static void
scan_marks(const struct prefilter *f, struct slice text, struct prefilter_scratch *s)
{
	const struct marks *three = &f->marks[0], *four = &f->marks[1];
	size_t at = 0;
	uint8_t tail[2 * MARK] = { 0 };
	for (; at + MARK <= text.len; at++) {
		scan_mark(three, 3, text.ptr + at, text, at, s);
		scan_mark(four, MARK, text.ptr + at, text, at, s);
	}
	size_t left = text.len - at;
	if (left > 0)
		memcpy(tail, text.ptr + at, left);
	for (size_t i = 0; i + 3 <= left; i++)
		scan_mark(three, 3, tail + i, text, at + i, s);
}

static inline uint64_t
lanes_here(const struct lanes *l, const uint8_t *p, uint64_t who)
{
	for (size_t i = 0; i < PLACES_MAX; i += 2) {
		who &= l->has[i][p[l->at[i]]] & l->has[i + 1][p[l->at[i + 1]]];
		if (who == 0)
			return 0;
	}
	return who;
}

/* The lanes that are done with, when each of these was found once more. */
static uint64_t
note_lanes(const struct lanes *l, uint64_t who, struct prefilter_scratch *s)
{
	uint64_t done = 0;
	for (; who != 0; who &= who - 1) {
		unsigned lane = (unsigned)__builtin_ctzll(who);
		note(s, l->ids[lane], l->times[lane]);
		if (is_found(s, l->ids[lane], l->times[lane]))
			done |= (uint64_t)1 << lane;
	}
	return done;
}

static void
scan_lanes(const struct lanes *l, struct slice text, struct prefilter_scratch *s)
{
	uint64_t done = 0, who;
	size_t at = 0;
	uint8_t tail[2 * PLACES_MAX] = { 0 };
	for (; at + PLACES_MAX <= text.len; at++)
		if ((who = lanes_here(l, text.ptr + at, ~done)) != 0)
			done |= note_lanes(l, who, s);
	size_t left = text.len - at;
	if (left > 0)
		memcpy(tail, text.ptr + at, left);
	for (size_t i = 0; i < left; i++)
		if ((who = lanes_here(l, tail + i, ~done)) != 0)
			done |= note_lanes(l, who, s);
}

void
prefilter_scan(const struct prefilter *f, struct slice text, struct prefilter_scratch *scratch)
{
	scratch->found_count = 0;
	if (++scratch->pass == 0) { /* once in four thousand million */
		memset(scratch->seen, 0, LIMIT_RULES * sizeof *scratch->seen);
		scratch->pass = 1;
	}
	for (size_t i = 0; i < f->always_count; i++)
		note(scratch, f->always[i], 1);
	if (f->marks[0].count + f->marks[1].count > 0)
		scan_marks(f, text, scratch);
	for (size_t i = 0; i < f->lanes_count; i++)
		scan_lanes(f->lanes[i], text, scratch);
}
