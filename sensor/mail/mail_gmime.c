#include <stdlib.h>
#include <string.h>

#include <gmime/gmime.h>

#include "sensor/mail/mail_gmime.h"

#define VALUE_MAX 4096	      /* bytes of one value */
#define WORDS_MAX 128	      /* encoded words of one value */
#define PARAMETERS_MAX 32     /* of one value */
#define PARAMETER_NAME_MAX 60 /* bytes; names of 70 to 72 trip GMime's writer */

/* Character sets seen in real mail.  Anything else stays undecoded. */
static const char *const charsets[] = { "utf-8", "us-ascii", "iso-8859-1", "iso-8859-2",
	"iso-8859-4", "iso-8859-5", "iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-13",
	"iso-8859-15", "windows-1250", "windows-1251", "windows-1252", "windows-1253",
	"windows-1254", "windows-1255", "windows-1256", "windows-1257", "koi8-r", "koi8-u",
	"gb2312", "gbk", "gb18030", "big5", "euc-jp", "shift_jis", "iso-2022-jp", "euc-kr",
	"ks_c_5601-1987" };
#define CHARSETS (sizeof charsets / sizeof *charsets)

struct mail_charsets {
	iconv_t open[CHARSETS];
};

/* GMime keeps tables of its own and wants this once per process; a constructor needs no flag of
 * ours. */
__attribute__((constructor)) static void
start(void)
{
	g_mime_init();
}

struct mail_charsets *
mail_gmime_preload(void)
{
	struct mail_charsets *c = must_alloc(sizeof *c);
	for (size_t i = 0; i < CHARSETS; i++)
		c->open[i] = g_mime_iconv_open("UTF-8", charsets[i]);
	return c;
}

void
mail_gmime_release(struct mail_charsets *c)
{
	for (size_t i = 0; c != NULL && i < CHARSETS; i++)
		if (c->open[i] != (iconv_t)-1)
			g_mime_iconv_close(c->open[i]);
	free(c);
}

static bool
charset_known(struct slice name)
{
	for (size_t i = 0; i < CHARSETS; i++)
		if (slice_ieq(name, slice_str(charsets[i])))
			return true;
	return false;
}

/* encoded-word = "=?" charset ["*" language] "?" …   (RFC 2047 2, RFC 2231 5) */
static bool
words_allowed(struct slice value)
{
	size_t words = 0;
	for (;;) {
		value = slice_skip(value, slice_find(value, SLICE("=?")));
		if (value.len == 0)
			return words <= WORDS_MAX;
		value = slice_skip(value, 2);
		struct slice charset = slice_take(value, slice_index(value, '?'));
		bool opens = charset.len < value.len && slice_index(charset, ' ') == charset.len;
		if (opens && !charset_known(slice_take(charset, slice_index(charset, '*'))))
			return false;
		words += opens;
	}
}

/* extended-initial-value = [charset] "'" [language] "'" …   (RFC 2231 7) */
static bool
extended_allowed(struct slice value)
{
	for (;;) {
		value = slice_skip(value, slice_find(value, SLICE("*=")));
		if (value.len == 0)
			return true;
		value = slice_skip(value, 2);
		struct slice charset = slice_take(value, slice_index(value, '\''));
		while (charset.len > 0 && (charset.ptr[0] == '"' || charset.ptr[0] == ' '))
			charset = slice_skip(charset, 1);
		if (charset.len < value.len && charset.len > 0 && !charset_known(charset))
			return false;
	}
}

static bool
parameters_allowed(struct slice value)
{
	size_t run = 0, count = 0;
	bool quoted = false;
	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.ptr[i];
		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (quoted || c == ' ' || c == '\t')
			continue;
		else if (c == ';' && ++count > PARAMETERS_MAX)
			return false;
		else if (c == '=' && run > PARAMETER_NAME_MAX)
			return false;
		else
			run = c == ';' || c == '=' ? 0 : run + 1;
	}
	return words_allowed(value) && extended_allowed(value);
}

/* GMime wants NUL-terminated text: a NUL inside becomes a space. */
static char *
plain(struct slice value, struct arena *arena)
{
	char *text = arena_string(arena, value);
	for (size_t i = 0; i < value.len && arena->full == false; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	return text;
}

static struct slice
keep(const char *text, struct arena *arena)
{
	return text == NULL ? SLICE_EMPTY : arena_copy(arena, slice_str(text));
}

struct slice
mail_gmime_words(struct slice value, struct arena *arena)
{
	if (value.len > VALUE_MAX || !words_allowed(value))
		return value;
	char *decoded = g_mime_utils_header_decode_text(NULL, plain(value, arena));
	struct slice out = keep(decoded, arena);
	g_free(decoded);
	return out;
}

void
mail_gmime_parameters(struct slice value, struct arena *arena, struct mail_parameters *out)
{
	*out = (struct mail_parameters){ 0 };
	if (value.len > VALUE_MAX || slice_index(value, ';') == value.len ||
		!parameters_allowed(value))
		return;
	value = slice_skip(value, slice_index(value, ';') + 1);
	GMimeParamList *list = g_mime_param_list_parse(NULL, plain(value, arena));
	const struct {
		const char *name;
		struct slice *to;
	} wanted[] = { { "boundary", &out->boundary }, { "name", &out->name },
		{ "filename", &out->filename } };
	for (size_t i = 0; list != NULL && i < sizeof wanted / sizeof *wanted; i++) {
		GMimeParam *p = g_mime_param_list_get_parameter(list, wanted[i].name);
		if (p != NULL)
			*wanted[i].to = keep(g_mime_param_get_value(p), arena);
	}
	if (list != NULL)
		g_object_unref(list);
}

struct slice
mail_gmime_decode(struct slice encoding, struct slice in, struct arena *arena)
{
	GMimeEncoding state;
	if (slice_eq(encoding, SLICE("base64")))
		g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_BASE64);
	else if (slice_eq(encoding, SLICE("quoted-printable")))
		g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	else
		return in;
	char *out = arena_alloc(arena, g_mime_encoding_outlen(&state, in.len) + 1);
	if (out == NULL || in.len == 0)
		return in;
	size_t len = g_mime_encoding_flush(&state, (const char *)in.ptr, in.len, out);
	return slice_of(out, len);
}
