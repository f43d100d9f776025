#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/counters.h"
#include "sensor/record_change.h"

typedef const char *word_fn(int value);

#define WORDS(name)                                                                                \
	static const char *word_##name(int v)                                                      \
	{                                                                                          \
		return name##_word((enum name)v);                                                  \
	}

WORDS(visibility)
WORDS(direction)
WORDS(close_reason)
WORDS(disposition)
WORDS(outcome)
WORDS(transfer)
WORDS(reply_class)
WORDS(cause)
WORDS(verdict)
WORDS(role)
WORDS(delivery_state)

/* The words of the contract, in the order of each enum. */
static const struct {
	word_fn *word;
	const char *want;
} rows[] = {
	{ word_visibility, "flow envelope content" },
	{ word_direction, "unknown outbound inbound internal external" },
	{ word_close_reason, "eof fin reset timeout" },
	{ word_disposition, "unknown accepted rejected deferred" },
	{ word_outcome, "unknown accepted rejected deferred aborted" },
	{ word_transfer, "none data bdat" },
	{ word_reply_class,
		"other ok listed-on-rbl private-reputation rate-limited greylisted user-unknown "
		"relay-denied no-rdns-helo auth-fail content-spam size-quota" },
	{ word_cause,
		"unknown open-relay open-proxy web-form php-script spam-bot compromised-account "
		"batch-jobs hand-typed mailing-list backscatter forwarding dictionary-attack "
		"misconfigured-mta" },
	{ word_verdict, "unknown clean watch throttled likely listed" },
	{ word_role, "unknown mta client submission web proxy" },
	{ word_delivery_state, "waiting done suppressed given-up" },
};

static void
words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice rest = slice_str(rows[i].want);
		const char *unknown = rows[i].word(0);
		int value = 0;
		for (; rest.len; value++) {
			struct slice want = slice_split(&rest, ' ');
			assert_true(slice_eq(slice_str(rows[i].word(value)), want));
		}
		assert_ptr_equal(rows[i].word(value), unknown);
		assert_ptr_equal(rows[i].word(-1), unknown);
		assert_ptr_equal(rows[i].word(INT32_MAX), unknown);
	}
}

static void
parses(void **state)
{
	(void)state;
	for (int v = 0; v < REPLY_CLASSES; v++) {
		enum reply_class back = REPLY_CLASSES;
		assert_int_equal(reply_class_parse(slice_str(word_reply_class(v)), &back), 0);
		assert_int_equal(back, v);
	}
	for (int v = 0; v < CAUSES; v++) {
		enum cause back = CAUSES;
		assert_int_equal(cause_parse(slice_str(word_cause(v)), &back), 0);
		assert_int_equal(back, v);
	}
	for (int v = 0; v < VERDICTS; v++) {
		enum verdict back = VERDICTS;
		assert_int_equal(verdict_parse(slice_str(word_verdict(v)), &back), 0);
		assert_int_equal(back, v);
	}
	enum verdict untouched = VERDICT_WATCH;
	assert_int_equal(verdict_parse(SLICE("liste"), &untouched), -1);
	assert_int_equal(verdict_parse(SLICE("listed "), &untouched), -1);
	assert_int_equal(verdict_parse(SLICE("Listed"), &untouched), -1);
	assert_int_equal(verdict_parse(SLICE_EMPTY, &untouched), -1);
	assert_int_equal(untouched, VERDICT_WATCH);
}

static void
counters(void **state)
{
	struct counters c = { { 0 } };

	(void)state;
	assert_string_equal(counter_name(COUNTER_packets), "packets");
	assert_string_equal(
		counter_text(COUNTER_gaps), "holes in streams that the mirror never delivered");
	for (int i = 0; i < COUNTERS_COUNT; i++) {
		assert_true(strlen(counter_text((enum counter)i)) > 0);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(
				counter_name((enum counter)i), counter_name((enum counter)k));
	}
	assert_string_equal(counter_name(COUNTERS_COUNT), "");
	assert_string_equal(counter_text(COUNTERS_COUNT), "");
	COUNT(&c, gaps);
	COUNT_BY(&c, gaps, 4u);
	assert_int_equal(c.value[COUNTER_gaps], 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(parses),
		cmocka_unit_test(counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
