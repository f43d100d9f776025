#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/eval_charset.h"

#define NAME_MAX_BYTES 40

/* Written without anything but letters and digits. What begins like these is nobody's. */
static const char *const anywhere[] = { "ISO8859", "ISO10646", "UTF", "UCS", "CP125", "WINDOWS",
	"UNICODE11UTF7", "UNICODE11UTF8" };
static const char *const anywhere_exact[] = { "USASCII", "ASCII", "IBM852", "XUNKNOWN", "ISO" };

static const struct {
	const char *language;
	const char *sets[14];
} locales[] = {
	{ "ja", { "EUCJP", "JISX020119760", "JISX020819830", "JISX020819900", "JISX020819970",
			"JISX021219900", "JISX021320001", "JISX021320002", "SHIFTJIS",
			"SHIFTJISX0213", "SJIS", "ISO2022JP", "JIS7", NULL } },
	{ "ko", { "EUCKR", "KSC56011987", NULL } },
	{ "ru", { "KOI8R", "KOI8U", "KOI8T", "ISOIR111", "CP1251", "GEORGIANPS", "PT154", NULL } },
	{ "ka", { "KOI8R", "KOI8U", "KOI8T", "ISOIR111", "CP1251", "GEORGIANPS", "PT154", NULL } },
	{ "tg", { "KOI8R", "KOI8U", "KOI8T", "ISOIR111", "CP1251", "GEORGIANPS", "PT154", NULL } },
	{ "be", { "KOI8R", "KOI8U", "KOI8T", "ISOIR111", "CP1251", "GEORGIANPS", "PT154", NULL } },
	{ "uk", { "KOI8R", "KOI8U", "KOI8T", "ISOIR111", "CP1251", "GEORGIANPS", "PT154", NULL } },
	{ "bg", { "KOI8R", "KOI8U", "KOI8T", "ISOIR111", "CP1251", "GEORGIANPS", "PT154", NULL } },
	{ "th", { "TIS620", NULL } },
	{ "zh", { "GB1988", "GB2312", "GB231219800", "GB18030", "GBK", "BIG5HKSCS", "BIG5", "EUCTW",
			"ISO2022CN", NULL } },
};

static bool
is_anywhere(struct slice name)
{
	for (size_t i = 0; i < sizeof anywhere / sizeof *anywhere; i++)
		if (slice_starts(name, slice_str(anywhere[i])))
			return true;
	for (size_t i = 0; i < sizeof anywhere_exact / sizeof *anywhere_exact; i++)
		if (slice_eq(name, slice_str(anywhere_exact[i])))
			return true;
	return false;
}

static bool
is_of_language(struct slice name, struct slice locale)
{
	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
		if (locale.len < 2 || !slice_istarts(locale, slice_str(locales[i].language)))
			continue;
		for (const char *const *set = locales[i].sets; *set != NULL; set++)
			if (slice_eq(name, slice_str(*set)))
				return true;
	}
	return false;
}

bool
charset_faraway(const struct rule_input *in, struct slice name)
{
	char plain[NAME_MAX_BYTES];
	size_t n = 0;
	if (in->settings == NULL)
		return false;
	struct slice locales_ok = slice_str(settings_text(in->settings, "ok_locales", "all"));
	if (slice_ifind(locales_ok, SLICE("all")) < locales_ok.len)
		return false;
	for (size_t i = 0; i < name.len && n < sizeof plain; i++)
		if (chars_is(name.ptr[i], CHAR_ALPHA | CHAR_DIGIT))
			plain[n++] = (char)(chars_is(name.ptr[i], CHAR_ALPHA) ? name.ptr[i] & ~0x20
									      : name.ptr[i]);
	struct slice set = slice_of(plain, n);
	if (slice_starts(set, SLICE("3D")))
		set = slice_skip(set, 2);
	if (is_anywhere(set))
		return false;
	while (locales_ok.len > 0)
		if (is_of_language(set, slice_split(&locales_ok, ' ')))
			return false;
	return true;
}

bool
charset_caps_likely(struct slice name)
{
	static const char *const parts[] = { "koi", "jp", "jis", "euc", "gb", "big5", "isoir",
		"cp1251", "windows-1251", "georgianps", "pt154", "tis" };
	for (size_t i = 0; i < name.len; i++)
		if (!chars_is(name.ptr[i], CHAR_ALPHA | CHAR_DIGIT) && name.ptr[i] != '-' &&
			name.ptr[i] != '_')
			return false;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (slice_ifind(name, slice_str(parts[i])) < name.len)
			return true;
	return false;
}

bool
charset_caps_likely_in_words(struct slice raw)
{
	for (;;) {
		raw = slice_skip(raw, slice_find(raw, SLICE("=?")));
		if (raw.len == 0)
			return false;
		raw = slice_skip(raw, 2);
		struct slice name = slice_take(raw, slice_index(raw, '?'));
		if (name.len < raw.len && charset_caps_likely(name))
			return true;
	}
}

struct slice
charset_of_type(struct slice type)
{
	for (const char *quote = "\"' "; *quote != '\0'; quote++) {
		struct slice rest = type;
		for (;;) {
			rest = slice_skip(rest, slice_ifind(rest, SLICE("charset=")));
			if (rest.len == 0)
				break;
			rest = slice_skip(rest, 8);
			if (*quote == ' ') {
				size_t n = 0;
				while (n < rest.len && rest.ptr[n] > ' ')
					n++;
				if (n > 0)
					return slice_take(rest, n);
				continue;
			}
			struct slice inside = slice_skip(rest, 1);
			size_t n = slice_index(inside, (uint8_t)*quote);
			if (rest.len > 0 && rest.ptr[0] == (uint8_t)*quote && n > 0 &&
				n < inside.len)
				return slice_take(inside, n);
		}
	}
	return SLICE_EMPTY;
}
