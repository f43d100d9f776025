/* Sentences that the sensor wrote, in another language.
 *
 * Records hold English that formats made: "12 of 240 mails scored 5.0 or more".  The catalogue's
 * keys are those formats; the one that fits is found, what stood in for its directives is kept
 * byte by byte, and put into the translation.  Directives of keys are %s, %d (a whole number), %f
 * (a number), and %%; a translation may take them in another order (%2$s).  "{%1$s}" in a
 * translation says that this value is a sentence or a word of ours, to be translated itself;
 * "{%1$s, }" that it is a list of such.  No other is, so a name out of a HELO stays what it is,
 * whatever it spells.
 *
 * Hostile values: they may hold words of the formats, so where a value ends is searched, and what
 * failed at a place is not tried there again: a key costs at most its pieces times the sentence's
 * bytes. */
#include <string.h>

#include "sensor/base/buf.h"
#include "web/texts_inner.h"

#define VALUES_MAX 16
#define PIECES_MAX 40 /* literals and directives of one key */
#define NESTED_MAX 4
/* The sensor cuts a sentence to less than 400 bytes, not within a character: such a one may end
 * before its format does. */
#define CUT_FROM 396
#define CUT_UNTIL 399

struct piece {
	char directive;	      /* 's', 'd', 'f'; 0 = a literal */
	struct slice literal; /* "%%" stands for one byte */
};

struct pattern {
	struct piece pieces[PIECES_MAX];
	size_t count;
};

struct match {
	const struct pattern *pattern;
	struct slice sentence;
	bool cut;
	struct slice values[VALUES_MAX];
	size_t values_count;
	size_t literal; /* bytes that were the format's own */
	/* a bit for each place at which the rest of the pattern did not fit, for each %s */
	uint8_t failed[VALUES_MAX][TEXTS_SENTENCE_MAX / 8 + 1];
	bool any_failed;
};

/* ---- keys ---- */

static bool
is_directive(struct slice s)
{
	return s.len >= 2 && s.ptr[0] == '%' && strchr("sdf", s.ptr[1]) != NULL;
}

/* The literal at the front: up to a directive, or through a "%%". */
static size_t
literal_length(struct slice s)
{
	size_t n = slice_index(s, '%');

	return n == s.len || is_directive(slice_skip(s, n)) ? n : n + 1;
}

/* False where it has more pieces than we take. */
static bool
pattern_parse(const char *key, struct pattern *out)
{
	struct slice rest = slice_str(key);

	out->count = 0;
	while (rest.len > 0) {
		struct piece *p = &out->pieces[out->count];

		if (out->count++ == PIECES_MAX)
			return false;
		if (is_directive(rest)) {
			*p = (struct piece){ .directive = (char)rest.ptr[1] };
			rest = slice_skip(rest, 2);
			continue;
		}
		*p = (struct piece){ .literal = slice_take(rest, literal_length(rest)) };
		rest = slice_skip(rest, p->literal.len);
		if (p->literal.ptr[p->literal.len - 1] == '%')
			rest = slice_skip(rest, 1);
	}
	return true;
}

/* ---- does it fit ---- */

static size_t
digits_at(struct slice s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	return n;
}

/* Bytes of the number at the front; 0 = there is none. */
static size_t
number_at(struct slice s, char directive)
{
	size_t sign = s.len > 0 && (s.ptr[0] == '-' || (directive == 'f' && s.ptr[0] == '+'));
	size_t whole = digits_at(slice_skip(s, sign)), n = sign + whole, fraction;

	if (whole == 0)
		return 0;
	if (directive == 'd' || n >= s.len || s.ptr[n] != '.')
		return n;
	fraction = digits_at(slice_skip(s, n + 1));
	return fraction > 0 ? n + 1 + fraction : n;
}

static bool fits(struct match *m, size_t piece, size_t at);

static bool
take_value(struct match *m, size_t at, size_t len)
{
	if (m->values_count == VALUES_MAX)
		return false;
	m->values[m->values_count++] = slice_take(slice_skip(m->sentence, at), len);
	return true;
}

/* How many bytes of `next` stand at the end already, where the sentence was cut within them. */
static size_t
begun_at_end(struct slice s, struct slice next)
{
	size_t n = next.len < s.len ? next.len : s.len;

	while (n > 0 && !slice_eq(slice_skip(s, s.len - n), slice_take(next, n)))
		n--;
	return n;
}

/* A text ends where what follows it in the key begins, and the rest fits. */
static bool
fits_text(struct match *m, size_t piece, size_t at)
{
	const struct pattern *p = m->pattern;
	const size_t values = m->values_count, literal = m->literal, len = m->sentence.len;
	struct slice next = SLICE_EMPTY;

	if (piece + 1 == p->count)
		return take_value(m, at, len - at);
	next = p->pieces[piece + 1].literal;
	for (size_t end = at; values < VALUES_MAX && end < len; end++) {
		end += slice_find(slice_skip(m->sentence, end), next);
		if (end >= len)
			break;
		if ((m->failed[values][end / 8] >> end % 8 & 1) != 0)
			continue;
		if (take_value(m, at, end - at) && fits(m, piece + 1, end))
			return true;
		m->failed[values][end / 8] |= (uint8_t)(1u << end % 8);
		m->any_failed = true;
		m->values_count = values;
		m->literal = literal;
	}
	return m->cut &&
	       take_value(m, at, len - at - begun_at_end(slice_skip(m->sentence, at), next));
}

static bool
fits(struct match *m, size_t piece, size_t at)
{
	const struct pattern *p = m->pattern;

	for (; piece < p->count; piece++) {
		const struct piece *one = &p->pieces[piece];
		struct slice rest = slice_skip(m->sentence, at);
		size_t n = one->literal.len;

		if (one->directive == 's')
			return fits_text(m, piece, at);
		if (one->directive != 0) {
			n = number_at(rest, one->directive);
			if (n == 0)
				return m->cut && rest.len == 0;
			if (!take_value(m, at, n))
				return false;
		} else if (slice_starts(rest, one->literal)) {
			m->literal += n;
		} else {
			return m->cut && slice_starts(one->literal, rest);
		}
		at += n;
	}
	return at == m->sentence.len;
}

/* ---- which fits best ---- */

/* One sentence on its way. */
struct saying {
	const struct texts *texts;
	struct arena *arena;
	struct buf out;
	size_t depth;
};

/* The bytes of the format's own tell which fits best. */
struct best {
	size_t at; /* in the catalogue */
	struct slice values[VALUES_MAX];
	size_t values_count, literal;
};

/* A look at the front, before a key is taken apart: nearly all are left here. */
static bool
may_begin(const char *key, struct slice s, bool cut)
{
	size_t n = 0;

	if (key[0] == '%' && (key[1] == 'd' || key[1] == 'f')) {
		n = number_at(s, key[1]);
		if (n == 0)
			return false;
		key += 2;
	}
	for (; *key != '\0' && *key != '%'; key++, n++) {
		if (n >= s.len || s.ptr[n] != (uint8_t)*key)
			return cut && n >= s.len;
	}
	return true;
}

static void
try_keys(const struct catalogue *c, const char *front, struct match *m, struct best *best)
{
	for (size_t i = catalogue_from(c, front); i < catalogue_count(c); i++) {
		const char *key = catalogue_key(c, i);
		struct pattern pattern;

		if (strncmp(key, front, strlen(front)) != 0)
			return;
		if (!may_begin(key, m->sentence, m->cut))
			continue;
		if (catalogue_text(c, i)[0] == '\0' || !pattern_parse(key, &pattern))
			continue;
		m->pattern = &pattern;
		m->values_count = m->literal = 0;
		if (fits(m, 0, 0) && m->literal > best->literal) {
			best->at = i;
			best->literal = m->literal;
			best->values_count = m->values_count;
			memcpy(best->values, m->values, sizeof best->values);
		}
		if (m->any_failed)
			memset(m->failed, 0, sizeof m->failed);
		m->any_failed = false;
	}
}

/* A key that begins with words or a number says more than one that begins with any text: what a
 * value at the end spells cannot make the sentence before it a value of another. */
static bool
find_best(const struct catalogue *c, struct slice sentence, bool cut, struct best *best)
{
	struct match m = { .sentence = sentence, .cut = cut };
	const char front[2] = { (char)sentence.ptr[0], '\0' };

	best->literal = 0;
	if (front[0] != '%')
		try_keys(c, front, &m, best);
	if (best->literal == 0) {
		try_keys(c, "%d", &m, best);
		try_keys(c, "%f", &m, best);
	}
	if (best->literal == 0)
		try_keys(c, "%s", &m, best);
	return best->literal > 0;
}

/* ---- the translation ---- */

static void say(struct saying *s, struct slice sentence, bool cut);

static void
say_number(struct saying *s, struct slice number)
{
	for (size_t i = 0; i < number.len; i++)
		buf_byte(&s->out, number.ptr[i] == '.' ? (uint8_t)s->texts->point : number.ptr[i]);
}

/* "%2$s" or "%s" at the front: its length, *which (counted from 0) and *directive. */
static size_t
directive_at(const char *text, size_t *next, size_t *which, char *directive)
{
	size_t n = 1;

	if (text[1] >= '0' && text[1] <= '9') {
		*which = 0;
		for (; text[n] >= '0' && text[n] <= '9' && *which < 1000; n++)
			*which = *which * 10 + (size_t)(text[n] - '0');
		(*which)--;
		n += text[n] == '$';
	} else {
		*which = (*next)++;
	}
	*directive = text[n];
	return n + 1;
}

/* "A (3 refusals by 1 server), B": one by one. */
static void
say_list(struct saying *s, struct slice rest, bool cut)
{
	const struct slice comma = SLICE(", ");

	for (bool first = true; rest.len > 0; first = false) {
		struct slice item = slice_take(rest, slice_find(rest, comma));

		if (!first)
			buf_add(&s->out, comma);
		rest = slice_skip(rest, item.len + comma.len);
		say(s, item, cut && rest.len == 0);
	}
}

/* What stands in a translation for one value. */
struct place {
	size_t which;
	char directive;
	enum { PLACE_KEPT, PLACE_OURS, PLACE_LIST } kind;
};

/* Reads the place at the front of the text and returns its end. */
static const char *
place_read(const char *text, size_t *next, struct place *out)
{
	*out = (struct place){ .kind = *text == '{' ? PLACE_OURS : PLACE_KEPT };
	text += *text == '{';
	text += directive_at(text, next, &out->which, &out->directive);
	if (out->kind == PLACE_OURS && strncmp(text, ", }", 3) == 0) {
		out->kind = PLACE_LIST;
		text += 2;
	}
	return text + (out->kind != PLACE_KEPT && *text == '}');
}

static void
say_value(struct saying *s, const struct place *place, struct slice value, bool cut)
{
	if (place->kind == PLACE_LIST)
		say_list(s, value, cut);
	else if (place->kind == PLACE_OURS)
		say(s, value, cut);
	else if (place->directive == 'f')
		say_number(s, value);
	else
		buf_add(&s->out, value);
}

static void
say_translated(struct saying *s, const struct best *best, const char *text, struct slice sentence,
	bool cut)
{
	const uint8_t *end = sentence.ptr + sentence.len;
	size_t next = 0;
	struct place place;

	while (*text != '\0') {
		bool ours = text[0] == '{' && text[1] == '%';

		if (!ours && (text[0] != '%' || text[1] == '%')) {
			text += text[0] == '%';
			buf_byte(&s->out, (uint8_t)*text++);
			continue;
		}
		text = place_read(text, &next, &place);
		if (place.which >= best->values_count) {
			buf_str(&s->out, "…"); /* cut off */
			continue;
		}
		const struct slice value = best->values[place.which];
		say_value(s, &place, value, cut && value.ptr + value.len == end);
	}
}

/* Of the pages' texts and words, and of sentences without a value. */
static const char *
exact(const struct texts *t, struct slice sentence)
{
	char key[TEXTS_SENTENCE_MAX + 1] = "";
	const char *text;

	memcpy(key, sentence.ptr, sentence.len);
	text = strchr(key, '%') == NULL ? catalogue_find(&t->sentences, key) : NULL;
	return text != NULL ? text : catalogue_find(&t->pages, key);
}

static void
say(struct saying *s, struct slice sentence, bool cut)
{
	const struct catalogue *c = &s->texts->sentences;
	struct best best;
	const char *text = NULL;

	if (sentence.len == 0)
		return;
	if (s->depth == NESTED_MAX) {
		buf_add(&s->out, sentence);
		return;
	}
	s->depth++;
	text = exact(s->texts, sentence);
	if (text != NULL)
		buf_str(&s->out, text);
	else if (find_best(c, sentence, cut, &best))
		say_translated(s, &best, catalogue_text(c, best.at), sentence, cut);
	else
		buf_add(&s->out, sentence);
	s->depth--;
}

const char *
texts_sentence(const struct texts *t, struct arena *arena, const char *sentence)
{
	struct slice text = slice_str(sentence);
	struct saying s = { .texts = t, .arena = arena };
	const char *said;

	if (t == NULL || text.len == 0 || text.len > TEXTS_SENTENCE_MAX)
		return sentence;
	buf_init(&s.out, 16 * TEXTS_SENTENCE_MAX);
	say(&s, text, text.len >= CUT_FROM && text.len <= CUT_UNTIL);
	said = s.out.lost == 0 ? arena_string(arena, buf_slice(&s.out)) : "";
	buf_release(&s.out);
	return said[0] != '\0' ? said : sentence;
}
