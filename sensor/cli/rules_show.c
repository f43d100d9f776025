#include "sensor/cli/rules_show.h"

#include <stdio.h>
#include <string.h>

#include "sensor/base/json.h"
#include "sensor/score/list_rule.h"
#include "sensor/score/session_field.h"

#define LINE_MAX_BYTES 65536

/* "header", and "header eval" for a test of that kind. */
static const char *
kind_of(const struct rule *rule, char out[32])
{
	snprintf(out, 32, "%s%s", rule->word, rule->kind == RULE_EVAL && !rule->net ? " eval" : "");
	return out;
}

static bool
wanted(const struct rules_filter *f, const struct rule *rule)
{
	char kind[32];
	return f->kind == NULL || strcmp(f->kind, rule->word) == 0 ||
	       strcmp(f->kind, kind_of(rule, kind)) == 0;
}

/* ---- list ---- */

static void
json_list(struct json *j, const struct list_base *list)
{
	json_key(j, "list");
	json_string(j, list->list);
	json_key(j, "list_kind");
	json_string(j, list_kind_word(list->kind));
	json_key(j, "base");
	json_double(j, (double)list->base / 1000);
	json_key(j, "mentioned");
	json_string(j, list->mentioned);
	json_key(j, "wider");
	json_string(j, list->wider);
	json_key(j, "ends");
	json_string(j, list->ends);
}

static void
json_weights(struct json *j, const struct rule *rule)
{
	json_key(j, "cure");
	json_string(j, rule->cure);
	json_key(j, "weights");
	json_object(j);
	for (size_t i = 0; i < rule->weights_count; i++) {
		char name[128];
		snprintf(name, sizeof name, "%.*s", (int)rule->weights[i].name.len,
			(const char *)rule->weights[i].name.ptr);
		json_key(j, name);
		json_double(j, rule->weights[i].weight);
	}
	json_object_end(j);
}

static void
print_json(const struct rule *rule)
{
	struct buf out;
	struct json j;
	char kind[32];
	buf_init(&out, LINE_MAX_BYTES);
	json_init(&j, &out);
	json_object(&j);
	json_key(&j, "name");
	json_string(&j, rule->name);
	json_key(&j, "kind");
	json_string(&j, kind_of(rule, kind));
	json_key(&j, "points");
	json_double(&j, rule->score);
	json_key(&j, "file");
	json_string(&j, rule->file);
	json_key(&j, "line");
	json_int(&j, rule->line);
	json_key(&j, "describe");
	json_string(&j, rule->describe);
	json_key(&j, "label");
	json_string(&j, rule->label);
	json_key(&j, "source");
	json_string(&j, rule->source);
	if (rule->kind == RULE_LIST)
		json_list(&j, &rule->list);
	if (rule->weights_count > 0)
		json_weights(&j, rule);
	json_key(&j, "part");
	json_bool(&j, rule->hidden);
	json_key(&j, "off");
	json_bool(&j, rule->off);
	json_key(&j, "supported");
	json_bool(&j, rule->left_out == NULL);
	json_key(&j, "why");
	json_string(&j, rule->left_out == NULL ? "" : rule->left_out);
	json_object_end(&j);
	puts(buf_cstr(&out));
	buf_release(&out);
}

static void
print_columns(const struct rule *rule)
{
	char kind[32];
	printf("%s\t%s\t%g\t%s:%d\t%s\n", rule->name, kind_of(rule, kind), rule->score, rule->file,
		rule->line, rule->left_out == NULL ? "yes" : rule->left_out);
}

static void
print_rule(const struct rules_filter *f, const struct rule *rule)
{
	bool labelled = *rule->label != '\0';
	char kind[32];
	if (!wanted(f, rule))
		return;
	if (f->json)
		print_json(rule);
	else if (f->supported)
		print_columns(rule);
	else if (!rule->hidden && !rule->off && rule->left_out == NULL)
		printf("%6.2f  %-11s %-28s %s%s%s%s\n", rule->score, kind_of(rule, kind),
			rule->name, rule->describe, labelled ? " [" : "", rule->label,
			labelled ? "]" : "");
}

void
rules_print_weights(const struct rule *rule)
{
	for (size_t i = 0; i < rule->weights_count; i++)
		printf("%s%.*s %+g", i > 0 ? ", " : "", (int)rule->weights[i].name.len,
			(const char *)rule->weights[i].name.ptr, rule->weights[i].weight);
	putchar('\n');
}

/* What weighs lists has no points, and a list has its base. */
static void
print_host(const struct rules_filter *f, const struct rule *rule)
{
	if (f->json || f->supported || (rule->kind != RULE_LIST && rule->weights_count == 0)) {
		print_rule(f, rule);
		return;
	}
	if (!wanted(f, rule) || rule->hidden || rule->off)
		return;
	if (rule->kind == RULE_LIST)
		printf("%6.2f  %-11s %-28s %s (%s): %s\n", (double)rule->list.base / 1000, "list",
			rule->name, rule->list.list, list_kind_word(rule->list.kind),
			rule->describe);
	else
		printf("     -  %-11s %-28s %s: ", rule->word, rule->name, rule->describe);
	if (rule->kind != RULE_LIST)
		rules_print_weights(rule);
}

void
rules_show_list(const struct rules *r, const struct rules_filter *filter)
{
	for (size_t i = 0; i < r->rules_count; i++)
		print_rule(filter, &r->rules[i]);
	for (size_t i = 0; i < r->lists_count; i++)
		print_host(filter, &r->lists[i]);
	for (size_t i = 0; i < r->hosts_count; i++)
		print_host(filter, &r->hosts[i]);
	for (size_t i = 0; i < r->left_out_count; i++)
		print_rule(filter, &r->left_out[i]);
}

/* ---- check ---- */

static const char *const kind_words[] = {
	[RULE_HEADER] = "header",
	[RULE_EXISTS] = "header exists:",
	[RULE_BODY] = "body",
	[RULE_RAWBODY] = "rawbody",
	[RULE_FULL] = "full",
	[RULE_URI] = "uri",
	[RULE_MIMEHEADER] = "mimeheader",
	[RULE_META] = "meta",
	[RULE_SESSION] = "session",
	[RULE_FAULT] = "fault",
	[RULE_EVAL] = "eval:",
	[RULE_HOST] = "host",
	[RULE_LIST] = "list",
};
#define KINDS (sizeof kind_words / sizeof *kind_words)

static void
print_kinds(const struct rules *r)
{
	size_t of_kind[KINDS] = { 0 };
	const char *between = "";
	for (size_t i = 0; i < r->rules_count; i++)
		of_kind[r->rules[i].kind]++;
	of_kind[RULE_HOST] = r->hosts_count;
	of_kind[RULE_LIST] = r->lists_count;
	for (size_t i = 0; i < KINDS; i++)
		if (of_kind[i] > 0) {
			printf("%s%zu %s", between, of_kind[i], kind_words[i]);
			between = ", ";
		}
	putchar('\n');
}

/* True if there are any, of ours. */
static bool
print_notices(const struct rules *r, enum rule_notice_kind kind)
{
	bool any = false, ours = false;
	for (size_t i = 0; i < r->notices_count; i++) {
		const struct rule_notice *n = &r->notices[i];
		if (n->kind != kind)
			continue;
		if (!any)
			printf("%s:\n", rule_notice_word(kind));
		printf("  %s:%d:%zu: %s %s", n->file, n->line, n->column > 0 ? n->column : 1,
			n->subject, n->text);
		printf(n->times > 1 ? ", %zu times\n" : "\n", n->times);
		any = true;
		ours = ours || !n->stock;
	}
	return ours;
}

bool
rules_show_check(const struct rules *r)
{
	size_t hidden = 0, off = 0;
	bool ours = false;
	for (size_t i = 0; i < RULE_NOTICES; i++) {
		bool some = print_notices(r, (enum rule_notice_kind)i);
		ours = ours || some;
	}
	for (size_t i = 0; i < r->rules_count; i++) {
		hidden += r->rules[i].hidden;
		off += !r->rules[i].hidden && r->rules[i].off;
	}
	for (size_t i = 0; i < r->hosts_count; i++) {
		hidden += r->hosts[i].hidden;
		off += !r->hosts[i].hidden && r->hosts[i].off;
	}
	printf("%zu rules and %zu parts of rules are in order",
		r->rules_count + r->hosts_count - hidden, hidden);
	if (off > 0)
		printf(", %zu of them off (0 points)", off);
	if (r->left_out_count > 0)
		printf("; %zu are left out", r->left_out_count);
	printf("\n");
	print_kinds(r);
	if (r->lists_count == 0)
		printf("no list is named: likelihoods of listings are not predicted\n");
	if (!rules_jit(r))
		printf("regular expressions are not compiled to machine code here: thirty times as "
		       "slow\n");
	return ours;
}

/* ---- test lines ---- */

static bool
hits_text(const struct rules *r, const struct rule *rule, struct slice text)
{
	bool hit = pattern_match(r->patterns, rule->pattern, text) == PATTERN_HIT;
	return hit != rule->negate;
}

size_t
rules_show_tests(const struct rules *r)
{
	size_t bad = 0, skipped = 0;
	for (size_t i = 0; i < r->tests_count; i++) {
		const struct rule_test *t = &r->tests[i];
		size_t at = rules_find(r, t->name);
		if (at == r->rules_count || r->rules[at].pattern == NULL ||
			r->rules[at].kind == RULE_EVAL) {
			skipped++;
			continue;
		}
		if (hits_text(r, &r->rules[at], t->text) == t->hits)
			continue;
		bad++;
		printf("%s:%d:1: %s %s on: %.*s\n", t->file, t->line, r->rules[at].name,
			t->hits ? "does not hit" : "hits", (int)t->text.len,
			(const char *)t->text.ptr);
	}
	printf("%zu test lines, %zu not as they say, %zu of rules without an expression\n",
		r->tests_count, bad, skipped);
	return bad;
}

/* ---- fields ---- */

void
rules_show_fields(void)
{
	const struct session_field *f;
	struct arena arena;
	arena_init(&arena, 65536);
	printf("session NAME FIELD =~ /…/:\n ");
	for (size_t i = 0; (f = session_field_at(i)) != NULL; i++)
		if (f->text != NULL)
			printf(" %s", f->name);
	printf("\nsession NAME FIELD > 3:\n ");
	for (size_t i = 0; (f = session_field_at(i)) != NULL; i++)
		if (f->number != NULL)
			printf(" %s", f->name);
	printf("\nfault NAME FAULT (of the header, or as FIELD:FAULT of a field):\n ");
	for (unsigned bit = 0; bit < 31; bit++)
		printf(" %s", message_fault_name((enum message_fault)(1U << bit)));
	printf("\nfault NAME part:FAULT:\n ");
	for (unsigned bit = 0; bit < 31; bit++)
		printf(" %s", part_fault_name((enum part_fault)(1U << bit)));
	printf("\nheader, body, … NAME eval:TEST(…):\n  %s\n", eval_names(&arena));
	printf("host NAME mails > 100 && rejected / rcpts > 0.3:\n");
	for (size_t i = 0; i < HOST_NUMBERS_COUNT; i++) {
		char name[64];
		host_number_name(i, name, sizeof name);
		printf("  %s\t%s\n", name, host_number_text(i));
	}
	arena_release(&arena);
}
