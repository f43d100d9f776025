/* Lines that say something of a rule, or of nothing that matters here. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/score/list_rule.h"
#include "sensor/score/rule_reader.h"

#define SENTENCE_MAX 250 /* bytes of a description, label or source */
#define SCORE_MAX 1000.0

/* ---- score, describe, … ---- */

/* One of a score line's numbers; "(+1)" is added to what was said before. */
static int
one_score(const struct rule *rule, struct slice word, double *out, struct err *err)
{
	char text[32];
	char *end;
	bool relative = word.len > 2 && word.ptr[0] == '(' && word.ptr[word.len - 1] == ')';
	struct slice number = relative ? slice_skip(slice_take(word, word.len - 1), 1) : word;
	if (number.len == 0 || number.len >= sizeof text)
		return err_set(err, "score %s: '%.*s' is no number", rule->name,
			(int)slice_take(word, 40).len, (const char *)word.ptr);
	memcpy(text, number.ptr, number.len);
	text[number.len] = '\0';
	double value = strtod(text, &end);
	if (*end != '\0' || !isfinite(value) || fabs(value) > SCORE_MAX)
		return err_set(
			err, "score %s: '%s' is no number up to %g", rule->name, text, SCORE_MAX);
	*out = relative ? rule->score + value : value;
	return 0;
}

static int
apply_score(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	(void)r;
	double scores[4];
	size_t n = 0;
	for (struct slice word; (word = rule_word(&value)).len > 0; n++) {
		if (n == 4)
			return err_set(err, "score %s: one number or four", rule->name);
		if (one_score(rule, word, &scores[n], err) < 0)
			return -1;
	}
	if (n != 1 && n != 4)
		return err_set(err, "score %s: one number or four", rule->name);
	/* The four are: plain; with network tests; with Bayes; with both.  Ours is plain. */
	rule->score = scores[0];
	rule->scored = true;
	return 0;
}

static const char *
sentence(struct rules *r, struct slice value)
{
	return text_clean(&r->arena, value, SENTENCE_MAX);
}

static int
apply_describe(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	(void)err;
	rule->describe = sentence(r, value);
	if (r->applied != NULL)
		rule->described = (struct rule_place){ r->applied->file, r->applied->line,
			r->applied->column };
	return 0;
}

static int
apply_source(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	(void)err;
	rule->source = sentence(r, value);
	return 0;
}

static int
apply_label(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	for (size_t i = 0; i < value.len; i++)
		if (!chars_is(value.ptr[i], CHAR_ALPHA | CHAR_DIGIT) && value.ptr[i] != '-')
			return err_set(
				err, "label %s: one word of letters, digits and '-'", rule->name);
	rule->label = sentence(r, value);
	return 0;
}

/* The later line replaces the earlier one. */
static int
apply_tflags(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	(void)r;
	rule->multiple = rule->net = rule->nice = rule->no_subject = false;
	rule->maxhits = 0;
	for (struct slice word; (word = rule_word(&value)).len > 0;) {
		int64_t hits;
		rule->multiple = rule->multiple || slice_eq(word, SLICE("multiple"));
		rule->net = rule->net || slice_eq(word, SLICE("net"));
		rule->nice = rule->nice || slice_eq(word, SLICE("nice"));
		rule->no_subject = rule->no_subject || slice_eq(word, SLICE("nosubject"));
		if (!slice_starts(word, SLICE("maxhits=")))
			continue;
		if (slice_number(slice_skip(word, 8), &hits) < 0 || hits > 1000000)
			return err_set(err, "tflags %s: maxhits=N, N up to 1000000", rule->name);
		rule->maxhits = (unsigned)hits;
	}
	return 0;
}

static int
apply_priority(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	char text[16];
	char *end;
	(void)r;
	value = slice_take(value, sizeof text - 1);
	memcpy(text, value.ptr, value.len);
	text[value.len] = '\0';
	long n = strtol(text, &end, 10);
	if (*end != '\0' || end == text || labs(n) > 1000000000)
		return err_set(err, "priority %s: '%s' is no whole number", rule->name, text);
	rule->priority = (int)n;
	return 0;
}

static int
apply_replaces(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	(void)r;
	(void)value;
	(void)err;
	rule->replaces = true;
	return 0;
}

static const struct {
	const char *word;
	int (*apply)(struct rules *r, struct rule *rule, struct slice value, struct err *err);
} attributes[] = {
	{ "describe", apply_describe },
	{ "score", apply_score },
	{ "tflags", apply_tflags },
	{ "priority", apply_priority },
	{ "label", apply_label },
	{ "source", apply_source },
	{ "cure", apply_cure },
	{ "weigh", apply_weigh },
	{ "list_mention", apply_list_mention },
	{ "list_wider", apply_list_wider },
	{ "list_kind", apply_list_kind },
	{ "list_base", apply_list_base },
	{ "list_ends", apply_list_ends },
};

static int
attribute_add(struct reader *rd, struct attribute in)
{
	struct rules *r = rd->rules;
	struct attribute *a = ARENA_PUSH(&r->arena, r->attributes, 8 * LIMIT_RULES);
	if (a == NULL)
		return reader_fail(
			rd, NULL, "too many lines about rules (at most %d)", 8 * LIMIT_RULES);
	*a = in;
	a->name = arena_copy(&r->arena, in.name);
	a->value = arena_copy(&r->arena, in.value);
	a->file = rd->file;
	a->line = rd->line;
	a->column = reader_column(rd, in.value.len > 0 ? in.value.ptr : in.name.ptr);
	a->stock = rd->stock;
	return 1;
}

static int
attribute_line(struct reader *rd, struct slice word, struct slice rest)
{
	size_t i = 0;
	while (i < sizeof attributes / sizeof *attributes &&
		!slice_eq(word, slice_str(attributes[i].word)))
		i++;
	if (i == sizeof attributes / sizeof *attributes)
		return 0;
	struct slice name = rule_word(&rest);
	if (!rule_name_good(name))
		return reader_fail(rd, name.len > 0 ? name.ptr : rd->text.ptr + rd->text.len,
			"a rule's name is expected (letters, digits, '_'), not '%.*s'",
			(int)slice_take(name, 40).len, (const char *)name.ptr);
	if (rest.len == 0)
		return reader_fail(rd, rd->text.ptr + rd->text.len,
			"%s: something is expected after the name", attributes[i].word);
	return attribute_add(rd,
		(struct attribute){ .name = name, .value = rest, .apply = attributes[i].apply });
}

/* ---- replace_… ---- */

static const struct {
	const char *word;
	enum replace_kind kind;
} replaces[] = {
	{ "replace_tag", REPLACE_TAG },
	{ "replace_pre", REPLACE_PRE },
	{ "replace_inter", REPLACE_INTER },
	{ "replace_post", REPLACE_POST },
};

static int
replace_line(struct reader *rd, struct slice word, struct slice rest)
{
	struct replace_tags *tags = &rd->rules->tags;
	struct arena *arena = &rd->rules->arena;
	for (size_t i = 0; i < sizeof replaces / sizeof *replaces; i++) {
		if (!slice_eq(word, slice_str(replaces[i].word)))
			continue;
		struct replace_tag tag = { .kind = replaces[i].kind, .name = rule_word(&rest) };
		tag.text = rest;
		return replace_tags_add(tags, tag, arena, &rd->err) < 0 ? reader_fault(rd, NULL)
									: 1;
	}
	bool start = slice_eq(word, SLICE("replace_start"));
	if (start || slice_eq(word, SLICE("replace_end"))) {
		if (rest.len == 0)
			return reader_fail(rd, NULL, "what stands around tags is expected");
		*(start ? &tags->start : &tags->end) = arena_string(arena, rest);
		return 1;
	}
	if (!slice_eq(word, SLICE("replace_rules")))
		return 0;
	for (struct slice name; (name = rule_word(&rest)).len > 0;) {
		const struct attribute a = { .name = name, .apply = apply_replaces };
		if (!rule_name_good(name))
			return reader_fail(rd, name.ptr, "'%.*s' is no rule's name",
				(int)slice_take(name, 40).len, (const char *)name.ptr);
		if (attribute_add(rd, a) < 0)
			return -1;
	}
	return 1;
}

/* ---- others ---- */

/* test NAME ok|fail TEXT */
static int
test_line(struct reader *rd, struct slice word, struct slice rest)
{
	if (!slice_eq(word, SLICE("test")))
		return 0;
	struct rules *r = rd->rules;
	struct slice name = rule_word(&rest), what = rule_word(&rest);
	bool hits = slice_eq(what, SLICE("ok"));
	if (!rule_name_good(name) || (!hits && !slice_eq(what, SLICE("fail"))))
		return reader_fail(rd, NULL, "test NAME ok|fail TEXT is expected");
	struct rule_test *t = ARENA_PUSH(&r->arena, r->tests, 8 * LIMIT_RULES);
	if (t == NULL)
		return reader_fail(rd, NULL, "too many tests");
	*t = (struct rule_test){ .name = arena_copy(&r->arena, name),
		.text = arena_copy(&r->arena, rest),
		.hits = hits,
		.file = rd->file,
		.line = rd->line };
	return 1;
}

static int
plugin_line(struct reader *rd, struct slice word, struct slice rest)
{
	if (slice_eq(word, SLICE("enable_compat"))) {
		if (slice_eq(rest, SLICE("welcomelist_blocklist")))
			rd->rules->conditions.compat = true;
		return 1;
	}
	if (!slice_eq(word, SLICE("loadplugin")) && !slice_eq(word, SLICE("tryplugin")))
		return 0;
	struct slice name = rule_word(&rest);
	if (name.len == 0)
		return reader_fail(rd, NULL, "a plugin's name is expected");
	if (!conditions_load(&rd->rules->conditions, name))
		rules_notice(rd->rules,
			(struct rule_notice){ .kind = RULE_NOTICE_PLUGIN,
				.text = "is not known here: what ifplugin asks of it is left out",
				.file = rd->file,
				.line = rd->line,
				.column = 1,
				.stock = rd->stock },
			name);
	return 1;
}

/* Known, and nothing here depends on them.  A '*' at the end: and whatever begins so. */
static const char *const silent[] = {
	"bayes_*",
	"reuse",
	"report",
	"unsafe_report",
	"add_header",
	"remove_header",
	"dns_*",
	"clear_headers",
	"clear_report_template",
	"clear_unsafe_report_template",
	"clear_dns_*",
	"report_*",
	"rewrite_header",
	"fold_headers",
	"version_tag",
	"use_*",
	"user_*",
	"txrep_*",
	"auto_welcomelist_*",
	"auto_whitelist_*",
	"allow_user_rules",
	"asn_*",
	"clear_asn_lookups",
	"authres_*",
	"country_db_*",
	"dcc_*",
	"dccifd_*",
	"dkim_*",
	"dmarc_*",
	"do_not_use_mail_spf*",
	"extracttext_*",
	"geodb_*",
	"hashbl_*",
	"ignore_received_spf_header",
	"ignore_always_matching_regexps",
	"inactive_languages",
	"lock_method",
	"mbox_format_from_regex",
	"max_short_url*",
	"olemacro_*",
	"phishing_*",
	"pyzor_*",
	"razor_*",
	"rbl_*",
	"resource_limit_*",
	"run_reuse_tests_only",
	"shortcircuit*",
	"skip_rbl_checks",
	"skip_uribl_checks",
	"spamcop_*",
	"spf_*",
	"subjprefix",
	"textcat_*",
	"time_limit",
	"trigger_*",
	"unsafe_report_template",
	"uri_block_*",
	"uri_country_db_*",
	"uridnsbl_max_domains",
	"uridnsbl_timeout",
	"uridnsbl_skip_mailto",
	"url_shortener_cache_*",
	"url_shortener_loginfo",
	"url_shortener_timeout",
	"url_shortener_user_agent",
	"required_hits",
	"safe_reporting",
	"accessdb_*",
	"antivirus_*",
	"relaycountry_*",
	"uri_detail",
};

static int
silent_line(struct slice word)
{
	for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
		struct slice known = slice_str(silent[i]);
		bool front = known.ptr[known.len - 1] == '*';
		if (front ? slice_starts(word, slice_take(known, known.len - 1))
			  : slice_eq(word, known))
			return 1;
	}
	return 0;
}

int
word_line(struct reader *rd, struct slice word, struct slice rest)
{
	int taken = attribute_line(rd, word, rest);
	if (taken == 0)
		taken = replace_line(rd, word, rest);
	if (taken == 0)
		taken = test_line(rd, word, rest);
	if (taken == 0)
		taken = plugin_line(rd, word, rest);
	if (taken == 0) {
		taken = settings_line(rd->rules->settings, word, rest, &rd->err);
		if (taken < 0)
			reader_fault(rd, rest.len > 0 ? rest.ptr : NULL);
	}
	return taken == 0 ? silent_line(word) : taken;
}
