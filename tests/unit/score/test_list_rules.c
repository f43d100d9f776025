/* The words of rule files about blocklists: what they mean, what is a mistake and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/score/rule_text.h"

#define LISTS                                                                                      \
	"list X Extra List\nlist Y Why\nlist_mention Y Why | Whynot\nlist_wider Y Any\n"           \
	"list_kind Y provider\nlist_base Y -3.25\nlist_ends Y It ends.\ndescribe Y What it is\n"   \
	"source Y here\n"

static const struct {
	const char *text, *says;
} wrong[] = {
	{ "list\n", "f.cf:1:5: a rule's name is expected" },
	{ "list X\n", "f.cf:1:7: the list's name" },
	{ "list X A\nlist_kind X good\n", "f.cf:2:13: list_kind X: public, network or provider" },
	{ "list X A\nlist_base X high\n", "f.cf:2:13: list_base X: 'high' is no number" },
	{ "list X A\nlist_base X -21\n", "no number up to 20" },
	{ "host R 1\nlist_base R 1\n", "f.cf:2:13: list_base R: that is no list" },
	{ "host R 1\nlist_mention R 1\n", "that is no list" },
	{ "host R 1\nlist_wider R 1\n", "that is no list" },
	{ "host R 1\nlist_ends R 1\n", "that is no list" },
	{ "body R /x/\ncure R sleep\n", "f.cf:2:8: cure R: only host rules" },
	{ LISTS "body R /x/\nweigh R X 1\n", "only host rules" },
	{ LISTS "host R 1\nweigh R Z 1\n", "f.cf:11:9: weigh R: 'Z' is no list" },
	{ LISTS "host R 1\nweigh R X 1  R 1\n", "f.cf:11:14: weigh R: 'R' is no list" },
	{ LISTS "host R 1\nweigh R X\n", "f.cf:11:10: weigh R: '' is no number" },
	{ LISTS "host R 1\nweigh R X 1  Y 1.2.3\n", "f.cf:11:16: weigh R: '1.2.3' is no number" },
	{ LISTS "host R 1\nweigh R X 20.5\n", "f.cf:11:11: weigh R: '20.5' is no number up to 20" },
	{ LISTS "host R 1\ndescribe R so {mails} and {shoes}\n",
		"f.cf:11:27: the sentence of R names {shoes}" },
	{ LISTS "host R 1\ndescribe R so {mails\n", "f.cf:11:15: the sentence of R names" },
	{ LISTS "host R ramp(mails, 1)\n", "f.cf:10:21: ramp() takes 3 values, not 2" },
	{ LISTS "host R mails + X\n", "f.cf:10:16: R names X" },
	{ LISTS "host R sign_shoes\n", "f.cf:10:8: R names sign_shoes" },
};

static void
test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err err = { "" };
		struct rules *r = rules_of_text(wrong[i].text, false, &err);

		if (r != NULL || strstr(err.text, wrong[i].says) == NULL)
			fail_msg("%s: %s", wrong[i].text, r != NULL ? "taken" : err.text);
	}
}

static size_t
place(const char *name)
{
	size_t at = host_number_find(slice_str(name));

	assert_true(at < HOST_NUMBERS_COUNT);
	return at;
}

/* Every number can be named, and each name is one number. */
static void
test_names(void **state)
{
	char name[64];

	(void)state;
	for (size_t i = 0; i < HOST_NUMBERS_COUNT; i++) {
		assert_int_equal(host_number_find(host_number_name(i, name, sizeof name)), i);
		assert_true(*host_number_text(i) != '\0');
	}
	assert_int_equal(place("sessions"), NUMBER_COUNTS);
	assert_int_equal(place("trap_points"), NUMBER_trap_points);
	assert_int_equal(place("sign_spam"), NUMBER_sign_spam);
	assert_int_equal(place("score_max"), NUMBER_OTHERS - 1);
	assert_int_equal(place("listed_on_rbl"), place("ok") + 1);
	assert_int_equal(host_number_find(SLICE("")), HOST_NUMBERS_COUNT);
}

static struct rules *
must_read(const char *text)
{
	struct err err = { "" };
	struct rules *r = rules_of_text(text, false, &err);

	if (r == NULL)
		fail_msg("%s", err.text);
	return r;
}

static void
test_lists(void **state)
{
	struct rules *r = must_read(LISTS);
	const struct rules *in_force = r;
	const struct list_rules lists = rules_of_lists(&in_force);
	size_t n;
	const struct list_base *b = lists.bases(lists.ctx, &n);

	(void)state;
	assert_int_equal(n, 2);
	assert_int_equal(r->rules_count, 0);
	assert_string_equal(b[0].id, "X");
	assert_string_equal(b[0].list, "Extra List");
	assert_string_equal(b[0].mentioned, "Extra List");
	assert_string_equal(b[0].wider, "");
	assert_int_equal(b[0].kind, LIST_PUBLIC);
	assert_int_equal(b[0].base, -4600);
	assert_string_equal(b[1].mentioned, "Why | Whynot");
	assert_string_equal(b[1].wider, "Any");
	assert_string_equal(b[1].description, "What it is");
	assert_string_equal(b[1].source, "here");
	assert_string_equal(b[1].ends, "It ends.");
	assert_int_equal(b[1].kind, LIST_PROVIDER);
	assert_int_equal(b[1].base, -3250);
	in_force = NULL;
	assert_null(lists.bases(lists.ctx, &n));
	assert_int_equal(n, 0);
	in_force = r;
	assert_non_null(lists.bases(lists.ctx, &n));
	rules_free(r);
}

/* What is asked of one set of rules. */
struct asked {
	int64_t sums[LIMIT_LISTS];
	struct list_reason reasons[16];
	size_t count;
};

static void
ask(const struct rules *in_force, const double *numbers, struct arena *arena, struct asked *out)
{
	const struct list_rules lists = rules_of_lists(&in_force);

	memset(out, 0, sizeof *out);
	lists.add(lists.ctx, numbers, out->sums);
	out->count = lists.weigh(lists.ctx, numbers, arena, out->reasons, 16);
}

static void
test_weights(void **state)
{
	struct rules *r = must_read(LISTS
		"host __S rejected / rcpts\nhost R ramp(__S, 0, 0.5)\n"
		"describe R {rejected} of {rcpts}: {__S%}, {__S}; {sign_spam}\ncure R Stop.\n"
		"source R there\nweigh R X 4 Y 2.5\nweigh R Y -1\n"
		"host OFF 1\nweigh OFF X 9\nscore OFF 0\nhost NEVER mails > 5\nweigh NEVER X 9\n"
		"host SAID 1\ndescribe SAID {rcpts} said\n");
	double numbers[HOST_NUMBERS_COUNT] = { 0 };
	struct host_record record = { .counts_count = 0 };
	struct arena arena;
	struct asked a;

	(void)state;
	arena_init(&arena, 1 << 20);
	numbers[place("rcpts")] = 8;
	numbers[place("rejected")] = 3;
	numbers[place("sign_spam")] = 0.25;
	ask(r, numbers, &arena, &a);
	assert_int_equal(a.sums[0], 3000);
	assert_int_equal(a.sums[1], -750);
	assert_int_equal(a.count, 2);
	assert_int_equal(a.reasons[1].list, 1);
	assert_int_equal(a.reasons[1].log_odds, -750);
	assert_string_equal(a.reasons[0].rule, "R");
	assert_string_equal(a.reasons[0].why, "3 of 8: 37.5 %, 0.38; 0.25");
	assert_string_equal(a.reasons[0].cure, "Stop.");
	assert_string_equal(a.reasons[0].source, "there");
	ask(r, numbers, NULL, &a);
	assert_null(a.reasons[0].why);
	/* only what weighs nothing is evidence */
	rules_judge_host(r, numbers, &record, &arena);
	assert_int_equal(record.causes[0].evidence_count, 1);
	assert_string_equal(record.causes[0].evidence[0], "8 said (rule SAID, 1.0 points)");
	numbers[place("rcpts")] = 0; /* division by nothing is nothing */
	ask(r, numbers, &arena, &a);
	assert_int_equal(a.sums[0], 0);
	assert_int_equal(a.count, 0);
	arena_release(&arena);
	rules_free(r);
}

/* No value goes beyond what is beyond doubt. */
static void
test_bounds(void **state)
{
	struct rules *r = must_read(LISTS "host R mails * mails * mails\nweigh R X 20 Y -20\n");
	double numbers[HOST_NUMBERS_COUNT] = { 0 };
	struct asked a;

	(void)state;
	numbers[place("mails")] = 9e18;
	ask(r, numbers, NULL, &a);
	assert_int_equal(a.sums[0], 20000);
	assert_int_equal(a.sums[1], -20000);
	rules_free(r);
}

/* In a stock set a mistake costs its line. */
static void
test_stock(void **state)
{
	struct err err = { "" };
	struct rules *r =
		rules_of_text(LISTS "host R 1\nweigh R Z 1\ndescribe R {shoes}\n", true, &err);

	(void)state;
	assert_non_null(r);
	assert_int_equal(r->hosts[0].weights_count, 0);
	rules_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_stock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
