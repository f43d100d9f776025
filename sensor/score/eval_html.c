/* SpamAssassin's tests on HTML (Mail::SpamAssassin::Plugin::HTMLEval): true where they are of one
 * of the HTML parts. */
#include <string.h>

#include "sensor/mail/text_space.h"
#include "sensor/score/eval.h"
#include "sensor/score/eval_charset.h"
#include "sensor/score/eval_fields.h"

static bool
ratio(double part, double whole, double *out)
{
	*out = whole > 0 ? part / whole : 0;
	return whole > 0;
}

/* A number that a test may ask for; false if this part has none. */
static bool
html_number(const struct html_facts *f, struct slice name, double *out)
{
	const struct {
		const char *name;
		double part, whole; /* 0 = it is no ratio */
		bool there;
	} rows[] = {
		{ "length", (double)f->length, 1, true },
		{ "html_length", (double)f->text_length, 1, true },
		{ "non_space_len", (double)f->text_visible, 1, true },
		{ "ratio", (double)f->bytes - (double)f->text_length, (double)f->bytes, true },
		{ "image_area", (double)f->image_area, 1, true },
		{ "min_size", f->least_size, 1, true },
		{ "max_size", f->most_size, 1, true },
		{ "closed_extra_ratio", f->closed_extra, f->tags, true },
		{ "bad_tag_ratio", f->tags - f->elements, f->tags, f->elements > 0 },
		{ "non_element_ratio", f->tags_seen - f->elements_seen, f->tags_seen,
			f->elements_seen > 0 },
		{ "obfuscation_ratio", f->obfuscation, f->tags, f->obfuscation > 0 },
		{ "backhair_count", f->backhair, 1, f->backhair > 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (slice_eq(name, slice_str(rows[i].name)))
			return rows[i].there && ratio(rows[i].part, rows[i].whole, out);
	return false;
}

static bool
html_is(const struct html_facts *f, struct slice name)
{
	const struct {
		const char *name;
		bool is;
	} rows[] = {
		{ "html", true },
		{ "embeds", f->embeds },
		{ "font_low_contrast", f->low_contrast },
		{ "font_invalid_color", f->color_invalid },
		{ "font_face_bad", f->face_bad },
		{ "form_action_mailto", f->form_mailto },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (slice_eq(name, slice_str(rows[i].name)))
			return rows[i].is;
	return false;
}

static struct slice
argument(const struct eval_arguments *arguments, size_t n)
{
	return n < arguments->count ? arguments->words[n] : SLICE_EMPTY;
}

/* "!= 0", "< 512", "> -1". */
static bool
comparison_holds(double value, struct slice expression)
{
	struct slice s = slice_trim(expression);
	size_t n = 0;
	while (n < s.len && strchr("<>=!", s.ptr[n]) != NULL && s.ptr[n] != '\0')
		n++;
	struct slice op = slice_take(s, n), number = slice_trim(slice_skip(s, n));
	bool minus = slice_starts(number, SLICE("-"));
	int64_t digits = 0;
	if (slice_number(minus ? slice_skip(number, 1) : number, &digits) != 0)
		return false;
	double other = (double)(minus ? -digits : digits);
	const struct {
		const char *op;
		bool holds;
	} rows[] = {
		{ "<", value < other },
		{ "<=", value <= other },
		{ "==", value == other },
		{ "!=", value != other },
		{ ">=", value >= other },
		{ ">", value > other },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (slice_eq(op, slice_str(rows[i].op)))
			return rows[i].holds;
	return false;
}

static bool
test_range(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	double least = eval_number(arguments, 1, 0), most = eval_number(arguments, 2, 0), value;
	bool open = arguments->count < 3 || slice_ieq(argument(arguments, 2), SLICE("inf"));
	for (size_t i = 0; i < text->html_count; i++)
		if (html_number(&text->html[i], argument(arguments, 0), &value) && value > least &&
			(open || value <= most))
			return true;
	return false;
}

static bool
test_eval(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	double value;
	for (size_t i = 0; i < text->html_count; i++)
		if (html_number(&text->html[i], argument(arguments, 0), &value) &&
			comparison_holds(value, argument(arguments, 1)))
			return true;
	return false;
}

static bool
test_test(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	for (size_t i = 0; i < text->html_count; i++)
		if (html_is(&text->html[i], argument(arguments, 0)))
			return true;
	return false;
}

static bool
test_tag_exists(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	int32_t balance;
	for (size_t i = 0; i < text->html_count; i++)
		if (html_tag_seen(&text->html[i], argument(arguments, 0), &balance))
			return true;
	return false;
}

static bool
test_tag_balance(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	int32_t balance;
	for (size_t i = 0; i < text->html_count; i++)
		if (html_tag_seen(&text->html[i], argument(arguments, 0), &balance) &&
			comparison_holds(balance, argument(arguments, 1)))
			return true;
	return false;
}

static bool
test_image_only(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	double least = eval_number(arguments, 0, 0), most = eval_number(arguments, 1, 0);
	for (size_t i = 0; i < text->html_count; i++) {
		const struct html_facts *f = &text->html[i];
		double length = (double)f->length;
		if (f->seen[TAG_IMG] && length > least && length <= most)
			return true;
	}
	return false;
}

static bool
test_image_ratio(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	double least = eval_number(arguments, 0, 0), most = eval_number(arguments, 1, 0), value;
	for (size_t i = 0; i < text->html_count; i++) {
		const struct html_facts *f = &text->html[i];
		if (ratio((double)f->text_visible, (double)f->image_area, &value) &&
			value > least && value <= most)
			return true;
	}
	return false;
}

static bool
test_charset_faraway(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct mail_text *text = input_text(in);
	for (size_t i = 0; i < text->html_count; i++) {
		const struct html_facts *f = &text->html[i];
		size_t bad = 0;
		for (size_t k = 0; k < f->charsets_count; k++)
			bad += charset_faraway(in, slice_trim(f->charsets[k]));
		if (bad > 0 && 2 * bad >= f->charsets_count)
			return true;
	}
	return false;
}

/* Does one of the texts of a kind match? */
static bool
texts_match(const struct rule_input *in, const struct eval_arguments *arguments, bool wanted)
{
	const struct mail_text *text = input_text(in);
	struct slice kind = argument(arguments, 0);
	for (size_t i = 0; i < text->html_count; i++) {
		const struct html_facts *f = &text->html[i];
		const struct {
			const char *kind;
			const struct slice *texts;
			size_t count;
		} rows[] = {
			{ "comment", f->comments, f->comments_count },
			{ "anchor", f->anchors, f->anchors_count },
			{ "title", f->titles, f->titles_count },
			{ "script", f->scripts, f->scripts_count },
		};
		for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
			for (size_t k = 0;
				k < rows[r].count && slice_eq(kind, slice_str(rows[r].kind)); k++)
				if ((pattern_match(in->patterns, arguments->pattern,
					     rows[r].texts[k]) == PATTERN_HIT) == wanted)
					return true;
	}
	return false;
}

static bool
test_text_match(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return texts_match(in, arguments, true);
}

static bool
test_text_not_match(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return texts_match(in, arguments, false);
}

static bool
test_title_subject(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	struct slice subject = field_get(in, "Subject");
	double least = eval_number(arguments, 0, 0), value;
	for (size_t i = 0; i < text->html_count && subject.len > 0; i++)
		for (size_t k = 0; k < text->html[i].titles_count; k++)
			if (ratio((double)text_characters(text->html[i].titles[k]),
				    (double)subject.len, &value) &&
				value > least)
				return true;
	return false;
}

static bool
test_iframe(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct mail_text *text = input_text(in);
	unsigned iframe = 0;
	for (size_t n = 0; html_link_tag(n) != NULL; n++)
		iframe |= strcmp(html_link_tag(n), "iframe") == 0 ? 1U << n : 0;
	for (size_t i = 0; i < text->html_count; i++)
		for (size_t k = 0; k < text->html[i].links_count; k++)
			if (text->html[i].links[k].tags & iframe)
				return true;
	return false;
}

const struct eval evals_html[] = {
	{ "html_range", 2, 3, 0, test_range },
	{ "html_eval", 2, 2, 0, test_eval },
	{ "html_test", 1, 1, 0, test_test },
	{ "html_tag_exists", 1, 1, 0, test_tag_exists },
	{ "html_tag_balance", 2, 2, 0, test_tag_balance },
	{ "html_image_only", 2, 2, 0, test_image_only },
	{ "html_image_ratio", 2, 2, 0, test_image_ratio },
	{ "html_charset_faraway", 0, 0, 0, test_charset_faraway },
	{ "html_text_match", 2, 2, 2, test_text_match },
	{ "html_text_not_match", 2, 2, 2, test_text_not_match },
	{ "html_title_subject_ratio", 1, 1, 0, test_title_subject },
	{ "check_iframe_src", 0, 0, 0, test_iframe },
	{ NULL, 0, 0, 0, NULL },
};
