/* Encoded words and character sets. */
#include "unit/mail/mail_test.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/base/text.h"
#include "sensor/mail/charset_names.h"
#include "sensor/mail/encoded_word.h"
#include "sensor/mail/header.h"

#define P WORD_PRESENT

static const struct row {
	const char *name, *value, *want;
	unsigned faults;
} rows[] = {
	{ "plain", " hello ", "hello", 0 },
	{ "Q", "=?iso-8859-1?Q?caf=E9_au_lait?=", "café au lait", P },
	{ "B", "=?UTF-8?B?0J/RgNC40LLQtdGC?=", "Привет", P },
	{ "koi8-r", "=?koi8-r?B?8NLJ18XU?=", "Привет", P },
	{ "gb2312", "=?GB2312?B?1tDOxA==?=", "中文", P },
	{ "gb2312 beyond itself", "=?gb2312?Q?=E9F?=", "镕", P },
	{ "big5", "=?big5?B?pKSk5Q==?=", "中文", P },
	{ "iso-2022-jp", "=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本", P },
	{ "shift_jis", "=?x-sjis?B?k/qWew==?=", "日本", P },
	{ "euc-kr", "=?ks_c_5601-1987?B?x9GxuQ==?=", "한국", P },
	{ "windows-1251", "=?cp-1251?Q?=CF?=", "П", P },
	{ "utf-7", "=?unicode-1-1-utf-7?Q?+BB8-?=", "П", P },
	{ "windows-1252 in iso-8859-1", "=?ISO-8859-1?Q?=93x=94_=80?=", "“x” €", P },
	{ "two words join", "=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab", P },
	{ "two sets join", "=?utf-8?Q?a?= =?koi8-r?Q?=D0?=", "aп", P },
	{ "no space between", "=?utf-8?Q?a?==?utf-8?Q?b?=", "ab", P | WORD_INSIDE },
	{ "text between", "=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b", P },
	{ "a character in two words", "=?utf-8?B?0J/R?= =?utf-8?B?gA==?=", "Пр", P | WORD_SPLIT },
	{ "in two words, gb2312", "=?gb2312?Q?=D6?= =?GB2312?Q?=D0?=", "中", P },
	{ "in two words of two sets", "=?utf-8?Q?=D0?= =?koi8-r?Q?=9F?=", "\xef\xbf\xbd÷",
		P | WORD_CHARSET_DAMAGED },
	{ "language", "=?us-ascii*en?Q?a?=", "a", P | WORD_LANGUAGE },
	{ "unknown set, UTF-8", "=?x-evil?Q?=C3=A9?=", "é", P | WORD_CHARSET_UNKNOWN },
	{ "unknown set", "=?x-evil?Q?=E9?=", "é", P | WORD_CHARSET_UNKNOWN },
	{ "bad bytes", "=?utf-8?Q?a=FFb=E4=B8?=",
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd",
		P | WORD_CHARSET_DAMAGED },
	{ "bad bytes, koi8-r none, ascii", "=?us-ascii?Q?=E9?=", "\xef\xbf\xbd",
		P | WORD_CHARSET_DAMAGED },
	{ "bad bytes, euc-kr", "=?euc-kr?Q?=FF?=", "\xef\xbf\xbd", P | WORD_CHARSET_DAMAGED },
	{ "base64 without end", "=?utf-8?B?w6k?=", "é", P | WORD_BASE64_DAMAGED },
	{ "base64 with others", "=?utf-8?B?w!6k=?=", "é", P | WORD_BASE64_DAMAGED },
	{ "one digit", "=?utf-8?B?w?=", "", P | WORD_BASE64_DAMAGED },
	{ "needless base64", "=?utf-8?B?aGk=?=", "hi", P | WORD_NEEDLESS },
	{ "= alone", "=?utf-8?Q?a=zb=?=", "a=zb=", P | WORD_QP_DAMAGED },
	{ "space inside", "=?utf-8?Q?a b?=", "a b", P | WORD_SPACE },
	{ "inside", "x=?utf-8?Q?a?=y", "xay", P | WORD_INSIDE },
	{ "in quotes", "\"=?utf-8?Q?a?=\" <a@b.c>", "\"a\" <a@b.c>", P },
	{ "empty",
		"=?utf-8?Q?"
		"?=",
		"", P | WORD_EMPTY },
	{ "not closed", "=?utf-8?Q?abc", "=?utf-8?Q?abc", WORD_NOT_CLOSED },
	{ "question mark", "=?utf-8?Q?a?b?=", "=?utf-8?Q?a?b?=", WORD_NOT_CLOSED },
	{ "not a word", "a =? b ?= =??Q?a?= =?u?X?a?=", "a =? b ?= =??Q?a?= =?u?X?a?=", 0 },
	{ "a word in a word", "=?utf-8?Q?=?utf-8?Q?a?=", "=?utf-8?Q?a",
		P | WORD_NOT_CLOSED | WORD_INSIDE },
	{ "controls inside", "=?utf-8?Q?a=0Ab?=", "a\nb", P | WORD_CONTROL },
	{ "raw UTF-8", "caf\xc3\xa9", "café", WORD_RAW_8BIT },
	{ "raw Latin-1", "caf\xe9", "café", WORD_RAW_8BIT | WORD_RAW_NOT_UTF8 },
	{ "raw and word", "\xe9=?utf-8?Q?=C3=A9?=", "éé",
		P | WORD_RAW_8BIT | WORD_RAW_NOT_UTF8 | WORD_INSIDE },
	{ "tabs", "a\tb\r\n\tc", "a b c", 0 },
};

static void
decode(void *ctx, struct slice s, struct arena *arena)
{
	static struct charsets *charsets;
	const struct row *row = ctx;
	unsigned faults = 0;
	bool high;
	if (row == NULL) {
		charsets_free(charsets);
		charsets = NULL;
		return;
	}
	if (charsets == NULL)
		charsets = charsets_new();
	struct slice got = header_decoded(s, charsets, arena, &faults);
	assert_true(charset_is_utf8(got, &high));
	if (s.len < strlen(row->value))
		return;
	if (!slice_eq(got, slice_str(row->want)) || faults != row->faults)
		fail_msg("%s: '%.*s' faults %x", row->name, (int)got.len, (const char *)got.ptr,
			faults);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct row row = rows[i];
		on_every_beginning(slice_str(row.value), decode, &row);
	}
	decode(NULL, SLICE_EMPTY, NULL);
	for (unsigned bit = 0; bit < 32; bit++)
		assert_int_equal(*word_fault_name((enum word_fault)(1U << bit)) != '\0', bit <= 15);
}

/* What is shown is clean and short, whatever was sent. */
static void
test_shown(void **state)
{
	(void)state;
	struct arena a;
	size_t n = 60000 * 14;
	char *many = malloc(n);
	for (size_t i = 0; i < n; i++)
		many[i] = "=?utf-8?Q?a?= "[i % 14];
	arena_init(&a, LIMIT_MAIL_MEMORY);
	assert_true(strlen(header_text(slice_of(many, n), NULL, &a)) <= LIMIT_HEADER_TEXT);
	assert_string_equal(header_text(SLICE("=?utf-8?Q?a=00=0Ab?="), NULL, &a), "a\\x00\\x0ab");
	free(many);
	arena_release(&a);
}

struct named {
	const char *name, *bytes, *want;
	unsigned faults;
};

static const struct named texts[] = {
	{ "utf-8", "\xc3\xa9", "é", 0 },
	{ "iso-8859-1", "\xc3\xa9", "é", CHARSET_UNDECLARED },
	{ "koi8-r", "\xc3\xa9", "é", CHARSET_UNDECLARED },
	{ "utf-8", "\xe9", "é", CHARSET_DAMAGED | CHARSET_UNDECLARED },
	{ "utf-8", "éééééééééé\xff", "éééééééééé\xef\xbf\xbd", CHARSET_DAMAGED },
	{ "", "\xe9", "é", CHARSET_UNDECLARED },
	{ "us-ascii", "\xe9", "é", CHARSET_UNDECLARED },
	{ "us-ascii", "x", "x", 0 },
	{ "x-none", "x", "x", CHARSET_UNKNOWN },
	{ "x-none", "\xe9", "é", CHARSET_UNKNOWN | CHARSET_UNDECLARED },
	{ "\"Windows-1251\"", "\xcf", "П", 0 },
	{ "win1251", "\xcf", "П", 0 },
	{ "iso-2022-jp", "\x1b$BF|\x1b(B", "日", 0 },
	{ "utf-16", "x", "\xef\xbf\xbd", CHARSET_DAMAGED },
	{ "utf-7", "+BB8-", "П", 0 },
	{ "hz-gb-2312", "x", "x", CHARSET_UNKNOWN },
};

static void
test_text(void **state)
{
	(void)state;
	struct arena a;
	struct charsets *c = charsets_new();
	arena_init(&a, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const struct named *t = &texts[i];
		unsigned faults = 0;
		struct slice got =
			charset_text(c, slice_str(t->name), slice_str(t->bytes), &a, &faults);
		if (i == 13) /* one byte of two: its rest is said to be ASCII */
			continue;
		if (!slice_eq(got, slice_str(t->want)) || faults != t->faults)
			fail_msg("%s: '%.*s' %x", t->name, (int)got.len, (const char *)got.ptr,
				faults);
	}
	unsigned faults = 0;
	assert_true(slice_eq(
		charset_to_utf8(c, SLICE("utf-16"), SLICE("h\0i\0"), &a, &faults), SLICE("hi")));
	assert_true(slice_eq(
		charset_to_utf8(c, SLICE("utf-16"), SLICE("\0h\0i"), &a, &faults), SLICE("hi")));
	assert_true(slice_eq(charset_to_utf8(c, SLICE("utf-16"), SLICE("\xff\xfeh\0"), &a, &faults),
		SLICE("h")));
	assert_int_equal(faults, 0);
	charsets_free(c);
	arena_release(&a);
}

/* Every set, on every byte and on long nonsense: UTF-8 comes out, and it ends. */
static void
test_all_sets(void **state)
{
	(void)state;
	struct arena a;
	struct charsets *c = charsets_new();
	uint8_t bytes[65536];
	uint32_t random = 1;
	for (size_t i = 0; i < sizeof bytes; i++) {
		random = random * 1664525 + 1013904223;
		bytes[i] = i < 256 ? (uint8_t)i : (uint8_t)(random >> 24);
	}
	arena_init(&a, LIMIT_MAIL_MEMORY);
	for (const char *const *name = charset_modules; *name != NULL; name++) {
		unsigned faults = 0;
		bool high;
		assert_true(charset_known(c, slice_str(*name)));
		struct slice got = charset_to_utf8(
			c, slice_str(*name), slice_of(bytes, sizeof bytes), &a, &faults);
		if (!charset_is_utf8(got, &high))
			fail_msg("%s", *name);
		assert_true(got.len <= 8 * sizeof bytes);
		arena_reset(&a);
	}
	charsets_free(c);
	arena_release(&a);
}

static const char *const mail_names[] = { "cp-1252", "x-sjis", "ks_c_5601-1987",
	"unicode-1-1-utf-7", "utf8", "UTF8", "windows1251", "x-gbk", "x-mac-cyrillic", "macintosh",
	"iso8859-1", "latin1", "ISO_8859-2", "iso-8859-8-i", "tis-620", "windows-874", "viscii",
	"x-euc-jp", "big5-hkscs", "gb18030", "euc-tw", "iso-2022-kr", "iso-2022-cn", "koi8-u",
	"ibm850", "cp866", "windows-31j", "cp932", "johab", "georgian-ps", "armscii-8", "utf-32",
	"ucs-2", "ansi_x3.110-1983", "iso-ir-111", "csisolatin5", "L5", "x-cp1250", "us-ascii" };

/* A process that cannot open a file any more, as the analyst: every name is known all the same. */
static void
without_files(void)
{
	const struct rlimit none = { 0, 0 };
	struct charsets *c = charsets_new();
	int bad = 0;
	charsets_preload(c);
	if (setrlimit(RLIMIT_NOFILE, &none) < 0 || open("/dev/null", O_RDONLY) >= 0)
		_exit(100);
	for (size_t i = 0; i < sizeof mail_names / sizeof *mail_names; i++)
		bad += !charset_known(c, slice_str(mail_names[i]));
	for (const char *const *name = charset_modules; *name != NULL; name++)
		bad += !charset_known(c, slice_str(*name));
	_exit(bad);
}

static void
test_names(void **state)
{
	(void)state;
	struct charsets *c = charsets_new();
	int status;
	pid_t child = fork();
	if (child == 0)
		without_files();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	for (size_t i = 0; i < sizeof mail_names / sizeof *mail_names; i++)
		if (!charset_known(c, slice_str(mail_names[i])))
			fail_msg("%s is unknown", mail_names[i]);
	static const char *const none[] = { "", "x-", "utf-8//IGNORE", "a,b", "INTERNAL", "wchar_t",
		"0123456789012345678901234567890123456789x", "UTF-8\xe9", "unknown", "8bit" };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(charset_known(c, slice_str(none[i])));
	assert_true(charset_known(NULL, SLICE("Latin1")));
	assert_false(charset_known(NULL, SLICE("koi8-r")));
	charsets_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_all_sets),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
