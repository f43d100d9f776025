#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/smtp/reply_fold.h"
#include "sensor/smtp/reply_words.h"

#define ECHO_MAX 320 /* RFC 5321 4.5.3.1: the longest address */

static bool
is_word_byte(char c)
{
	return chars_is((uint8_t)c, CHAR_ALPHA | CHAR_DIGIT | CHAR_HIGH);
}

static bool
is_address_byte(char c)
{
	return chars_is((uint8_t)c, CHAR_ATEXT | CHAR_HIGH) || c == '.' || c == '@';
}

static bool
is_host_byte(char c)
{
	return is_word_byte(c) || c == '.' || c == '-' || c == '_';
}

static void
blank(char *text, size_t n)
{
	memset(text, ' ', n);
}

/* ---- needles ---- */

static const char *
needle_behind(const char *text, struct slice needle)
{
	bool anywhere = needle.len > 0 && needle.ptr[0] == '*';
	bool whole = needle.len > 0 && needle.ptr[needle.len - 1] == '$';
	needle = slice_skip(slice_take(needle, needle.len - whole), anywhere);
	if (needle.len == 0)
		return NULL;
	size_t len = strlen(text);
	bool word = !anywhere && is_word_byte((char)needle.ptr[0]);
	for (const char *at = text;; at++) {
		at = memmem(at, len - (size_t)(at - text), needle.ptr, needle.len);
		if (at == NULL)
			return NULL;
		const char *end = at + needle.len;
		if ((!word || at == text || !is_word_byte(at[-1])) &&
			(!whole || !is_word_byte(*end)))
			return end;
	}
}

const char *
words_behind(const char *text, const char *needles)
{
	struct slice rest = slice_str(needles);
	while (rest.len > 0) {
		const char *end = needle_behind(text, slice_split(&rest, '|'));
		if (end != NULL)
			return end;
	}
	return NULL;
}

bool
words_have(const char *text, const char *needles)
{
	return words_behind(text, needles) != NULL;
}

const struct reply_row *
reply_rows_find(const struct reply_rows *rows, const char *text)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct reply_row *row = &rows->rows[i];
		bool hit = true;
		for (size_t n = 0; n < 3 && row->needles[n] != NULL && hit; n++)
			hit = words_have(text, row->needles[n]);
		if (hit && (row->none == NULL || !words_have(text, row->none)))
			return row;
	}
	return NULL;
}

/* ---- echoes ---- */

/* "<…>": an echo of what the client sent.  AT&T's "521< 192.0.2.10 >" is none, and has a space; nor
 * is a lone address. */
static size_t
bracket_length(const char *text)
{
	struct addr a;
	if (text[0] != '<' || text[1] == ' ')
		return 0;
	const char *end = memchr(text, '>', strnlen(text, ECHO_MAX));
	if (end == NULL || addr_parse(slice_of(text + 1, (size_t)(end - text) - 1), &a) == 0)
		return 0;
	/* Postfix: "<name[192.0.2.1]>: Client host rejected" is the client itself. */
	const char *bracket = memchr(text, '[', (size_t)(end - text));
	if (bracket != NULL && bracket > text + 1 && strncmp(end, ">: client host", 14) == 0)
		return (size_t)(bracket - text);
	return (size_t)(end - text) + 1;
}

/* A run of address bytes with an @ inside. */
static size_t
mailbox_length(const char *text)
{
	size_t n = 0;
	size_t at = 0;
	for (; is_address_byte(text[n]); n++)
		if (text[n] == '@')
			at = n;
	return at > 0 && at + 1 < n ? n : 0;
}

static void
blank_addresses(char *text, size_t len)
{
	bool start = true;
	for (size_t i = 0; i < len;) {
		size_t n = bracket_length(text + i);
		if (n == 0 && start)
			n = mailbox_length(text + i);
		start = !is_address_byte(text[i]);
		blank(text + i, n);
		i += n > 0 ? n : 1;
	}
}

/* Names behind these words may be anything: the client gave them, or its address has them. */
#define NAMES_OF_OTHERS                                                                            \
	"helo name |ehlo name |helo argument |helo/ehlo |helo host |helo command |helo string |"   \
	"helo|ehlo|rdns|ptr|rcpt to|mail from:|from domain |sender domain |user |mailbox |"        \
	"recipient |alias "

/* A host's name with a dot in it, that is no address. */
static size_t
name_length(const char *text)
{
	size_t n = 0, dots = 0;
	struct addr a;
	for (; is_host_byte(text[n]); n++)
		dots += text[n] == '.' && is_host_byte(text[n + 1]);
	return dots > 0 && addr_parse(slice_of(text, n), &a) < 0 ? n : 0;
}

static void
blank_names(char *text)
{
	struct slice marks = slice_str(NAMES_OF_OTHERS);
	while (marks.len > 0) {
		struct slice mark = slice_split(&marks, '|');
		const char *behind = text;
		while ((behind = needle_behind(behind, mark)) != NULL) {
			char *at = text + (behind - text);
			at += strspn(at, " =:([\"'");
			blank(at, name_length(at));
		}
	}
}

/* ---- what is not said ---- */

/* Where the clause ends: at a mark with a space behind it, or where a reason begins. */
static size_t
clause_length(const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++) {
		bool space = text[i + 1] == ' ' || text[i + 1] == '\0';
		if (text[i] == '(' || (space && strchr(".,;:!?)", text[i]) != NULL) ||
			strncmp(text + i, " but ", 5) == 0 ||
			strncmp(text + i, " because ", 9) == 0)
			return i;
	}
	return strlen(text);
}

/* Length of the first of "a|b" that the text begins with; 0 = none. */
static size_t
front_length(const char *text, const char *fronts)
{
	struct slice rest = slice_str(fronts);
	while (rest.len > 0) {
		struct slice front = slice_split(&rest, '|');
		if (strncmp(text, (const char *)front.ptr, front.len) == 0)
			return front.len;
	}
	return 0;
}

#define DENIALS                                                                                    \
	"not |*n't |no longer |never |neither |nor |no |without |nicht |kein |keine |keiner |pas " \
	"|"                                                                                        \
	"aucune |nao |ninguna |non |niet |inte "
#define SMALL_WORDS                                                                                \
	"currently |been |being |yet |on |in |a |an |any |the |our |is |be |at |found |present |"  \
	"longer |due to |about |of |this |that |its |to |mehr |auf |einer |en |una |dans |une |"   \
	"em |uma |is on |op |pa |sur |da |actually |itself "
#define LIST_STEMS                                                                                 \
	"listed|listing|lists|list |list.|blacklist|blocklist|whitelist|allowlist|black list|"     \
	"block list|white list|welcomelist|dnsbl|dnswl|rbl|blackhole|blocked|gelistet|listado|"    \
	"listada|liste|lista|sperrliste"
/* What follows is not the case, whatever it is. */
#define UNRELATED                                                                                  \
	"nothing to do with|unrelated to|delisted from|been delisted|been removed from|"           \
	"was removed from|no longer in|no longer on|not in whitelist|unlisted"
#define SUPPOSED                                                                                   \
	"if |whether |in case |unless |make sure|ensure that|falls |wenn |sollte |si vous|si "     \
	"usted|"                                                                                   \
	"si su |caso |check that|verify that"

/* "currently on any blacklist": between the denial and the list there are only a few small words.
 */
static bool
denies_list(const char *text)
{
	for (int words = 0; words < 6; words++) {
		if (front_length(text, LIST_STEMS) > 0)
			return true;
		size_t n = front_length(text, SMALL_WORDS);
		if (n == 0)
			return false;
		text += n;
	}
	return false;
}

/* Blanks what follows each of the marks, up to the end of the clause. */
static void
blank_clauses(char *text, const char *marks, bool (*holds)(const char *behind))
{
	struct slice rest = slice_str(marks);
	while (rest.len > 0) {
		struct slice mark = slice_split(&rest, '|');
		const char *behind = text;
		while ((behind = needle_behind(behind, mark)) != NULL)
			if (holds == NULL || holds(behind))
				blank(text + (behind - text), clause_length(behind));
	}
}

void
reply_words(struct slice text, int code, bool glue, struct reply_words *out)
{
	out->len = reply_fold(text, code, glue, out->plain, LIMIT_REPLY_TEXT);
	blank_addresses(out->plain, out->len);
	blank_names(out->plain);
	memcpy(out->said, out->plain, out->len + 1);
	blank_clauses(out->said, DENIALS, denies_list);
	blank_clauses(out->said, UNRELATED, NULL);
	blank_clauses(out->said, SUPPOSED, NULL);
}
