/* Digests of texts that keep no text: what they overlook, and how far they carry. */
#include "unit/mail/mail_test.h"

#include "sensor/mail/similar.h"

static const struct row {
	const char *name, *input, *want;
} folds[] = {
	{ "case, white space, digits", "Buy  NOW:\r\n\t42 pills, 1st quality!",
		"buy now 0 pills 0st quality" },
	{ "accents", "Caf\xc3\xa9 \xc3\x9c\x62\x65r na\xc3\xafve", "cafe uber naive" },
	{ "accents that combine", "cafe\xcc\x81", "cafe" },
	{ "no width", "V\xe2\x80\x8bia\xc2\xadgra\xef\xbb\xbf", "viagra" },
	{ "Cyrillic letters in a Latin word", "\xd0\xa0\xd0\xb0y\xd0\xa0\xd0\xb0l", "paypal" },
	{ "Greek and full width", "\xce\xb1\xef\xbc\xa2\xef\xbc\xa3", "abc" },
	{ "mathematical", "\xf0\x9d\x90\x87\xf0\x9d\x90\xa2", "hi" },
	{ "Russian", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82", "пpиbet" },
	{ "addresses", "write to a.b@example.org, <c@d.example>", "write to @ @" },
	{ "URLs", "see http://A.example/x/17?id=rui@example.org#f now",
		"see http a.example x 0 now" },
	{ "www", "www.a.example", "http a.example" },
	{ "greeting", "Dear Ana Lima,\nhello", "dear hello" },
	{ "greeting by address", "Hi ana@example.org!\n\nText", "hi text" },
	{ "greeting without a name", "Hello and welcome to all of you who came.",
		"hello and welcome to all of you who came" },
	{ "greeting in a line", "First.\nHello Bob\nmore", "first hello more" },
	{ "not at a line's begin", "we say hello Bob, and go", "we say hello bob and go" },
	{ "nothing", " \r\n ... ", "" },
	{ "bad UTF-8",
		"a\xff"
		"b",
		"ab" },
};

static void
fold(void *ctx, struct slice input, struct arena *arena)
{
	const struct row *row = ctx;
	struct slice got = similar_fold(input, arena);
	assert_true(got.len <= 2 * input.len + 8);
	if (input.len == strlen(row->input) && !slice_eq(got, slice_str(row->want)))
		fail_msg("%s: '%.*s'", row->name, (int)got.len, (const char *)got.ptr);
}

static void
test_fold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
		struct row row = folds[i];
		on_every_beginning(slice_str(row.input), fold, &row);
	}
}

static const struct mail_privacy closed = { false, SLICE("a key") },
				 other = { false, SLICE("b key") }, open = { true, SLICE("a key") };

struct digests {
	const char *exact, *near;
};

static struct digests
digest(const struct mail_privacy *privacy, const char *text, struct arena *a)
{
	struct digests d;
	similar_text(privacy, slice_str(text), a, &d.exact, &d.near);
	return d;
}

/* Words from a small generator, so that a text has no repetitions. */
static char *
words(char *out, size_t count, unsigned seed)
{
	char *at = out;
	for (size_t i = 0; i < count; i++) {
		for (int k = 0; k < 6; k++) {
			seed = seed * 1103515245u + 12345u;
			*at++ = (char)('a' + (seed >> 16) % 26);
		}
		*at++ = ' ';
	}
	*at = '\0';
	return out;
}

static void
test_text(void **state)
{
	(void)state;
	static char one[8192], two[16384], more[1024];
	struct arena a;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	struct digests x = digest(&closed, words(one, 200, 1), &a);
	assert_int_equal(strlen(x.exact), 32);
	assert_int_equal(strlen(x.near), 16);
	assert_int_equal(similar_distance(x.near, x.near), 0);
	/* the same in another key says nothing */
	struct digests y = digest(&other, one, &a);
	assert_string_not_equal(x.exact, y.exact);
	assert_true(similar_distance(x.near, y.near) > SIMILAR_NEAR);
	/* without privacy no key counts */
	assert_string_equal(digest(&open, one, &a).near,
		digest(&(struct mail_privacy){ true, SLICE("c") }, one, &a).near);
	/* other layout: the same */
	for (size_t i = 0; one[i] != '\0'; i++)
		two[i] = one[i] == ' ' ? '\n' : (char)(one[i] - 'a' + 'A');
	assert_string_equal(digest(&closed, two, &a).exact, x.exact);
	/* a paragraph of 20 random words more, and a word in each line of 40 changed */
	snprintf(two, sizeof two, "%s\n%s", one, words(more, 20, 99));
	y = digest(&closed, two, &a);
	assert_string_not_equal(x.exact, y.exact);
	assert_true(similar_distance(x.near, y.near) <= SIMILAR_NEAR);
	words(two, 200, 1);
	for (size_t i = 0; i < 200 * 7; i += 40 * 7)
		two[i] = two[i] == 'q' ? 'x' : 'q';
	y = digest(&closed, two, &a);
	assert_string_not_equal(x.exact, y.exact);
	assert_true(similar_distance(x.near, y.near) <= SIMILAR_NEAR);
	/* another text is far, and a few words are none */
	for (unsigned seed = 2; seed < 200; seed++)
		assert_true(
			similar_distance(x.near, digest(&closed, words(two, 200, seed), &a).near) >
			SIMILAR_NEAR);
	y = digest(&closed, words(two, SIMILAR_WORDS_LEAST - 1, 7), &a);
	assert_string_equal(y.near, "");
	assert_int_equal(strlen(y.exact), 32);
	y = digest(&closed, "...", &a);
	assert_string_equal(y.exact, "");
	arena_release(&a);
}

static void
test_subject(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool near;
	} rows[] = {
		{ "Your invoice 4711 of March is waiting for payment",
			"Re: YOUR INVOICE 99 of  March is waiting for payment", true },
		{ "Your invoice of March is waiting for payment",
			"Your invoice of March is waiting for payment!! x", true },
		{ "Your invoice of March is waiting for payment",
			"Cheap watches for everybody, only today", false },
		{ "Your parcel could not be delivered", "Your account could not be charged today",
			false },
	};
	struct arena a;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned d = similar_distance(similar_subject(&closed, slice_str(rows[i].a), &a),
			similar_subject(&closed, slice_str(rows[i].b), &a));
		if ((d <= SIMILAR_NEAR) != rows[i].near)
			fail_msg("%s / %s: %u", rows[i].a, rows[i].b, d);
	}
	assert_string_equal(similar_subject(&closed, SLICE("hello"), &a), "");
	arena_release(&a);
}

static void
test_distance(void **state)
{
	(void)state;
	assert_int_equal(similar_distance("0000000000000000", "ffffffffffffffff"), 64);
	assert_int_equal(similar_distance("0000000000000001", "0000000000000003"), 1);
	assert_int_equal(similar_distance("", ""), SIMILAR_NONE);
	assert_int_equal(similar_distance("", "0000000000000003"), SIMILAR_NONE);
	assert_int_equal(similar_distance("0000000000000001", "000000000000000g"), SIMILAR_NONE);
	assert_int_equal(similar_distance("00000000000000011", "0000000000000001"), SIMILAR_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_distance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
