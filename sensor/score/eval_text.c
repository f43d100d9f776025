/* SpamAssassin's tests on the text (Mail::SpamAssassin::Plugin::BodyEval). */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/hash.h"
#include "sensor/score/eval.h"
#include "sensor/score/eval_kept.h"

#define WORDS_MOST 32768 /* of one alternative that are told apart; a power of two */

/* Words of an alternative, by hash. */
struct words {
	struct word {
		uint64_t hash;
		uint32_t html, text; /* how often */
	} * slots;
	size_t size, html, text; /* slots; words of each that were seen */
};

static bool
word_byte(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || c == '_' || c >= 0x80;
}

static struct word *
word_slot(struct words *w, struct slice text)
{
	uint64_t hash = hash_stable(text.ptr, text.len);
	hash += hash == 0;
	size_t at = hash & (w->size - 1);
	for (size_t tries = 0; tries < 64; tries++, at = (at + 1) & (w->size - 1))
		if (w->slots[at].hash == hash || w->slots[at].hash == 0) {
			w->slots[at].hash = hash;
			return &w->slots[at];
		}
	return NULL;
}

static void
words_add(struct words *w, struct slice text, bool html)
{
	for (size_t i = 0; i < text.len;) {
		size_t start = i;
		bool letters = false;
		for (; i < text.len && text.ptr[i] > ' '; i++)
			letters = letters || word_byte(text.ptr[i]);
		struct slice one = slice_take(slice_skip(text, start), i - start);
		struct word *word = letters ? word_slot(w, one) : NULL;
		i += i == start;
		if (word == NULL)
			continue;
		uint32_t *times = html ? &word->html : &word->text;
		*(html ? &w->html : &w->text) += *times == 0;
		(*times)++;
	}
}

static bool
inside(const struct message *m, size_t entity, size_t container)
{
	while (entity > 0 && entity != container)
		entity = m->entities[entity].parent;
	return entity == container;
}

/* Exchange's invitations: nobody reads their HTML. */
static bool
is_invitation(const struct message *m)
{
	size_t found[2] = { 0, 0 }, children = 0;
	for (size_t i = 1; i < m->entities_count; i++) {
		if (m->entities[i].parent != 0)
			continue;
		if (children < 2)
			found[children] = i;
		children++;
	}
	return children == 2 && strcmp(m->entities[0].type, "multipart/alternative") == 0 &&
	       strcmp(m->entities[found[0]].type, "text/html") == 0 &&
	       strcmp(m->entities[found[1]].type, "text/calendar") == 0;
}

static bool
words_init(
	struct words *w, const struct message *m, const struct mail_text *text, struct arena *arena)
{
	size_t bytes = 0;
	for (size_t i = 0; i < m->parts_count; i++)
		bytes += text->parts[i].text.len;
	w->size = 64;
	while (w->size < bytes / 2 && w->size < WORDS_MOST)
		w->size *= 2;
	w->slots = arena_array(arena, w->size, sizeof *w->slots);
	return w->slots != NULL;
}

/* One alternative: per cent of its HTML's words that its text has less often. */
static void
alternative_compare(const struct rule_input *in, size_t container, struct words *w,
	struct alternative_facts *out)
{
	const struct mail_text *text = input_text(in);
	const struct message *m = in->message;
	bool image = false;
	memset(w->slots, 0, w->size * sizeof *w->slots);
	w->html = w->text = 0;
	for (size_t i = 0; i < m->parts_count; i++) {
		const struct text_part *part = &text->parts[i];
		if (!part->shown || !inside(m, m->parts[i].entity, container))
			continue;
		words_add(w, part->text, part->html > 0);
		image = image || (part->html > 0 && text->html[part->html - 1].seen[TAG_IMG]);
	}
	/* an image instead of words counts as a word */
	size_t words = w->html == 0 && image ? 1 : w->html, left = w->html == 0 ? words : 0;
	if (words == 0)
		return;
	for (size_t i = 0; i < w->size; i++)
		left += w->slots[i].html > w->slots[i].text;
	double difference = 100.0 * (double)left / (double)words;
	out->html_words = words;
	out->text_words = w->text;
	out->difference = difference > out->difference ? difference : out->difference;
}

static const struct alternative_facts *
alternative(const struct rule_input *in)
{
	struct alternative_facts *out = &eval_kept(in)->alternative;
	const struct message *m = in->message;
	struct words words;
	if (out->known)
		return out;
	out->known = true;
	bool any = false;
	for (size_t i = 0; i < m->entities_count; i++)
		any = any || strcmp(m->entities[i].type, "multipart/alternative") == 0;
	const struct mail_text *text = input_text(in);
	if (!any || text->parts == NULL || is_invitation(m) ||
		!words_init(&words, m, text, in->arena))
		return out;
	for (size_t i = 0; i < m->entities_count; i++)
		if (strcmp(m->entities[i].type, "multipart/alternative") == 0)
			alternative_compare(in, i, &words, out);
	return out;
}

static bool
test_alternative(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double least = eval_number(arguments, 0, 0), most = eval_number(arguments, 1, 100);
	double difference = alternative(in)->difference;
	return (least <= 0 || difference > least) && difference <= most;
}

static bool
test_alternative_count(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct alternative_facts *f = alternative(in);
	double ratio = eval_number(arguments, 0, 3), least = eval_number(arguments, 1, 1);
	return (double)f->html_words > least &&
	       (double)f->text_words / (double)f->html_words > ratio;
}

static bool
test_blank_lines(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double least = eval_number(arguments, 0, 0), most = eval_number(arguments, 1, 100);
	double lines_least = eval_number(arguments, 2, 1);
	const struct text_pieces *raw = &input_text(in)->raw;
	size_t lines = 0, blank = 0;
	for (size_t i = 0; i < raw->pieces_count; i++) {
		struct slice rest = raw->pieces[i];
		while (rest.len > 0) {
			struct slice line = slice_trim(slice_split(&rest, '\n'));
			lines++;
			blank += line.len == 0;
		}
	}
	bool few = lines == 0 || (double)lines < lines_least;
	double ratio = few ? -1 : 100.0 * (double)blank / (double)lines;
	return (least <= 0 || ratio > least) && ratio <= most;
}

/* Words written from top to bottom leave lines that are mostly blanks. */
static bool
test_vertical_words(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double least = eval_number(arguments, 0, 0), most = eval_number(arguments, 1, 100);
	const struct text_pieces *body = &input_text(in)->body;
	double worst = -1;
	for (size_t i = 0; i < body->pieces_count; i++) {
		struct slice piece = body->pieces[i];
		size_t blanks = 0;
		for (size_t k = 0; k < piece.len; k++)
			blanks += piece.ptr[k] == ' ';
		size_t others = piece.len - blanks;
		if (piece.len <= 5)
			continue;
		double share =
			blanks > others || others == 0 ? 100 : (double)(100 * blanks / others);
		worst = share > worst ? share : worst;
	}
	return worst >= least && worst < (most >= 100 ? 101 : most);
}

static bool
test_body_length(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double most = eval_number(arguments, 0, 0);
	struct slice body = in->message->body;
	/* a line end is one byte where SpamAssassin reads it, and takes at most two here */
	if ((double)body.len > 2 * most)
		return false;
	size_t length = body.len;
	for (size_t i = 0; i + 1 < body.len; i++)
		length -= body.ptr[i] == '\r' && body.ptr[i + 1] == '\n';
	return (double)length <= most;
}

/* Labels of a broker's sheet, letters alone; "?" is any letter or none.  `whole`: nothing may stand
 * before it. */
static const struct stock_label {
	const char *pattern;
	bool whole;
} stock_labels[] = {
	{ "tradedate", true },
	{ "tradingdate", true },
	{ "company", false },
	{ "companyname", false },
	{ "s?t?o?c?k", false },
	{ "s?y?m", false },
	{ "s?y?m?b?o?l", false },
	{ "target", false },
	{ "ticker", false },
	{ "openingp", false },
	{ "openingprice", false },
	{ "currentp", false },
	{ "currentprice", false },
	{ "projected", false },
	{ "position", false },
	{ "expectations", false },
	{ "weekhigh", false },
	{ "weekshigh", false },
	{ "marketperformance", false },
	{ "yeartarget", false },
	{ "weektarget", false },
	{ "monthtarget", false },
	{ "daytarget", false },
	{ "pricetarget", false },
	{ "yearestimate", false },
	{ "yearestimates", false },
	{ "weekestimate", false },
	{ "weekestimates", false },
	{ "monthestimate", false },
	{ "monthestimates", false },
	{ "dayestimate", false },
	{ "dayestimates", false },
	{ "priceestimate", false },
	{ "priceestimates", false },
	{ "sector", false },
	{ "recommendation", false },
	{ "rating", false },
};

#define LABEL_MOST 30

static bool
label_matches(const char *pattern, struct slice label)
{
	if (*pattern == '\0')
		return label.len == 0;
	if (*pattern == '?')
		return label_matches(pattern + 1, label) ||
		       (label.len > 0 && label_matches(pattern + 1, slice_skip(label, 1)));
	return label.len > 0 && label.ptr[0] == (uint8_t)*pattern &&
	       label_matches(pattern + 1, slice_skip(label, 1));
}

/* The longest end of the label that is one of them; empty if none is. */
static struct slice
stock_label(struct slice label)
{
	for (size_t from = 0; from < label.len; from++)
		for (size_t i = 0; i < sizeof stock_labels / sizeof *stock_labels; i++)
			if ((from == 0 || !stock_labels[i].whole) &&
				label_matches(stock_labels[i].pattern, slice_skip(label, from)))
				return slice_skip(label, from);
	return SLICE_EMPTY;
}

/* "Label: something": the label's letters in lower case. */
static struct slice
line_label(struct slice line, uint8_t letters[LABEL_MOST])
{
	line = slice_trim(line);
	size_t colon = slice_index(line, ':'), n = 0;
	struct slice label = slice_trim(slice_take(line, colon));
	if (label.len < 3 || label.len > LABEL_MOST ||
		slice_trim(slice_skip(line, colon + 1)).len == 0)
		return SLICE_EMPTY;
	for (size_t i = 0; i < label.len; i++)
		if (chars_is(label.ptr[i], CHAR_ALPHA))
			letters[n++] = chars_lower(label.ptr[i]);
	return slice_of(letters, n);
}

#define STOCK_LABELS_MOST 64

static bool
test_stock_info(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	uint64_t seen[STOCK_LABELS_MOST];
	size_t count = 0, part = 0;
	while (part < in->message->parts_count &&
		strcmp(in->message->parts[part].type, "text/plain") != 0)
		part++;
	if (part == in->message->parts_count || text->parts == NULL)
		return eval_number(arguments, 0, 0) <= 0;
	for (struct slice rest = text->parts[part].text; rest.len > 0;) {
		uint8_t letters[LABEL_MOST];
		struct slice label = stock_label(line_label(slice_split(&rest, '\n'), letters));
		uint64_t hash = label.len == 0 ? 0 : hash_stable(label.ptr, label.len);
		bool known = label.len == 0;
		for (size_t i = 0; i < count && !known; i++)
			known = seen[i] == hash;
		if (!known && count < STOCK_LABELS_MOST)
			seen[count++] = hash;
	}
	return (double)count >= eval_number(arguments, 0, 0);
}

const struct eval evals_text[] = {
	{ "multipart_alternative_difference", 2, 2, 0, test_alternative },
	{ "multipart_alternative_difference_count", 2, 2, 0, test_alternative_count },
	{ "check_blank_line_ratio", 2, 3, 0, test_blank_lines },
	{ "tvd_vertical_words", 2, 2, 0, test_vertical_words },
	{ "check_body_length", 1, 1, 0, test_body_length },
	{ "check_stock_info", 1, 1, 0, test_stock_info },
	{ NULL, 0, 0, 0, NULL },
};
