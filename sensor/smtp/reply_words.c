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

struct needle {
	struct slice bytes;
	bool word;  /* stands at the start of a word */
	bool whole; /* and at the end of one */
};

static struct needle
needle_of(struct slice text)
{
	bool anywhere = text.len > 0 && text.ptr[0] == '*';
	bool whole = text.len > 0 && text.ptr[text.len - 1] == '$';
	struct slice bytes = slice_skip(slice_take(text, text.len - whole), anywhere);
	bool word = !anywhere && bytes.len > 0 && is_word_byte((char)bytes.ptr[0]);
	return (struct needle){ bytes, word, whole };
}

/* In `text` from `from` on. */
static const char *
needle_behind(const char *text, size_t len, const char *from, struct needle needle)
{
	if (needle.bytes.len == 0)
		return NULL;
	for (const char *at = from;; at++) {
		at = memmem(at, len - (size_t)(at - text), needle.bytes.ptr, needle.bytes.len);
		if (at == NULL)
			return NULL;
		const char *end = at + needle.bytes.len;
		if ((!needle.word || at == text || !is_word_byte(at[-1])) &&
			(!needle.whole || !is_word_byte(*end)))
			return end;
	}
}

const char *
text_behind(const char *text, const char *needles)
{
	struct slice rest = slice_str(needles);
	size_t len = strlen(text);
	while (rest.len > 0) {
		struct needle needle = needle_of(slice_split(&rest, '|'));
		const char *end = needle_behind(text, len, text, needle);
		if (end != NULL)
			return end;
	}
	return NULL;
}

bool
text_has(const char *text, const char *needles)
{
	return text_behind(text, needles) != NULL;
}

static bool
may_have(const struct words *words, struct slice needle)
{
	const char *bytes = (const char *)needle.ptr;
	return needle.len < 2 || (pairs_have(&words->pairs, bytes) &&
					 pairs_have(&words->pairs, bytes + needle.len - 2) &&
					 pairs_have(&words->pairs, bytes + needle.len / 2 - 1));
}

bool
words_have(const struct words *words, const char *needles)
{
	struct slice rest = slice_str(needles);
	while (rest.len > 0) {
		struct needle needle = needle_of(slice_split(&rest, '|'));
		if (may_have(words, needle.bytes) &&
			needle_behind(words->text, words->len, words->text, needle) != NULL)
			return true;
	}
	return false;
}

const struct reply_row *
reply_rows_find(const struct reply_rows *rows, const struct words *words)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct reply_row *row = &rows->rows[i];
		bool hit = true;
		for (size_t n = 0; n < 3 && row->needles[n] != NULL && hit; n++)
			hit = words_have(words, row->needles[n]);
		if (hit && (row->none == NULL || !words_have(words, row->none)))
			return row;
	}
	return NULL;
}

/* ---- echoes ---- */

/* "<…>": an echo of what the client sent.  AT&T's "521< 192.0.2.10 >" is none, and has a space; nor
 * is a lone address, or a link. */
static size_t
bracket_length(const char *text)
{
	struct addr a;
	if (text[0] != '<' || text[1] == ' ' || strncmp(text, "<http", 5) == 0)
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
blank_names(char *text, size_t len)
{
	struct slice marks = slice_str(NAMES_OF_OTHERS);
	while (marks.len > 0) {
		struct needle mark = needle_of(slice_split(&marks, '|'));
		const char *behind = text;
		while ((behind = needle_behind(text, len, behind, mark)) != NULL) {
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
	"such as|keep your|for example|if |whether |in case |unless |make sure|ensure that|falls " \
	"|wenn |sollte |si vous|si "                                                               \
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
blank_clauses(struct words *words, const char *marks, bool (*holds)(const char *behind))
{
	char *text = words->text;
	struct slice rest = slice_str(marks);
	while (rest.len > 0) {
		struct needle mark = needle_of(slice_split(&rest, '|'));
		const char *behind = text;
		if (!may_have(words, mark.bytes))
			continue;
		while ((behind = needle_behind(text, words->len, behind, mark)) != NULL)
			if (holds == NULL || holds(behind))
				blank(text + (behind - text), clause_length(behind));
	}
}

void
reply_words(struct slice text, int code, bool glue, struct reply_words *out)
{
	struct words *plain = &out->plain, *said = &out->said;
	plain->len = reply_fold(text, code, glue, plain->text, LIMIT_REPLY_TEXT);
	blank_addresses(plain->text, plain->len);
	blank_names(plain->text, plain->len);
	pairs_note(&plain->pairs, plain->text, plain->len);
	memcpy(said, plain, sizeof(*said));
	blank_clauses(said, DENIALS, denies_list);
	blank_clauses(said, UNRELATED, NULL);
	blank_clauses(said, SUPPOSED, NULL);
	pairs_note(&said->pairs, said->text, said->len);
}
