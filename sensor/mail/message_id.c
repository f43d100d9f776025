#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/message_id.h"

#define LONG 250
#define SHORT 6

/* ---- forms ---- */

/* In a pattern "[d8]" is eight digits, "[x1-4]" one to four of them, "[n+]" at least one; d:
 * digits, x: hexadecimal, h and X: the same in lower and upper case, n: letters and digits, u:
 * capitals, b: what base64 has in its variants; "*" is anything.  The first row that fits wins: the
 * surest ones come first. */
static const struct form {
	const char *name, *pattern;
} forms[] = {
	{ "gmail", "*@mail.gmail.com" },
	{ "gmail", "*@gmail.com" },
	{ "google", "*@google.com" },
	{ "exchange-online", "*@[n+].*.outlook.com" },
	{ "exchange-online", "*@[n+].prod.exchangelabs.com" },
	{ "hotmail", "*@phx.gbl" },
	{ "yahoo", "[d+].[d+].qm@*" },
	{ "yahoo", "[d+].[d+].[d+]@mail.yahoo.com" },
	{ "aol", "[x+].[x+].[x8]@aol.com" },
	{ "amazon-ses", "[x16]-[x8]-[x4]-[x4]-[x4]-[x12]-000000@*" },
	{ "sendgrid", "[b+]@*ismtpd*" },
	{ "mailchimp", "*@mail*.mcsv.net" },
	{ "github", "*@github.com" },
	{ "outlook", "[x12]$[x8]$[x8]$@*" },
	{ "outlook-express", "[x12]$[x8]$[x1-8]@*" },
	{ "outlook-express", "[x13]$[x8]$[x1-8]@*" },
	{ "lotus-notes", "OF[X8].[X8]-ON[X8].[X8]-[X8].[X8]@*" },
	{ "exim", "E[n6]-[n6]-[n2]@*" },
	{ "exim", "E[n6]-[n11]-[n4]@*" },
	{ "qmail", "[d14].[d+].qmail@*" },
	{ "evolution", "[d9-10].[d+].[d+].camel@*" },
	{ "javamail", "*.JavaMail.*@*" },
	{ "squirrelmail", "*.squirrel@*" },
	{ "horde", "[d14].Horde.[b+]@*" },
	{ "swiftmailer", "[h32]@swift.generated" },
	{ "gnus", "[b+].fsf@*" },
	{ "gnus", "[b+].fsf_-_@*" },
	{ "pine", "Pine.*@*" },
	{ "alpine", "alpine.*@*" },
	{ "opera", "op.[n+]@*" },
	{ "mailman", "mailman.[d+].[d+].[d+].*@*" },
	{ "mdaemon", "MDAEMON-F[d12].*@*" },
	{ "mdaemon", "WorldClient-F[d12].*@*" },
	{ "communigate", "web-[d+]@*" },
	{ "communigate", "auto-[d+]@*" },
	{ "listmanager", "LISTMANAGER*@*" },
	{ "lyris", "LYRIS-*@*" },
	{ "git", "[d10]-[d+]-[d+]-git-send-email-*@*" },
	{ "git", "[d14].[d+]-[d+]-*@*" },
	{ "git", "[h40].[d10].git.*@*" },
	{ "ruby-mail", "[x12]_[x+]@*.mail" },
	{ "mailx", "[h8].[b+]%*@*" },
	{ "entourage", "[X8].[X+]%*@*" },
	{ "mulberry", "[X24]@*" },
	{ "apple-mail", "[X8]-[X4]-[X4]-[X4]-[X12]@*" },
	{ "uuid", "[h8]-[h4]-[h4]-[h4]-[h12]@*" },
	{ "eudora", "[d1].[d1].[d1].[d1-2].[d1].[d14].[x8]@*" },
	{ "eudora", "[d1].[d1].[d1].[d1-2].[d14].[x8]@*" },
	{ "eudora", "[d1].[d1].[d1-2].[d14].[x8]@*" },
	{ "mutt", "[d14].[u1-2][d+]@*" },
	{ "claws-mail", "[d14].[h8]@*" },
	{ "sylpheed", "[d14].[h8].*@*" },
	{ "postfix", "[d14].[X6-12]@*" },
	{ "postfix", "[d14].[n9-16]@*" },
	{ "python", "[d12-14].[d+].[d12-20]@*" },
	{ "sendmail", "[d12].[n13-14]@*" },
	{ "sendmail", "[d12].[u3][d5]@*" },
	{ "kmail", "[d12].[d5].*@*" },
	{ "mew", "[d8].[d6].[d+].*@*" },
	{ "thebat", "[d9-12].[d14]@*" },
	{ "mh", "[d+].[d10]@*" },
	{ "vm", "[d5].[d+].[d+].[d+]@*" },
	{ "pegasus", "[X8].[d+].[X+]@*" },
	{ "thunderbird", "[X8].[d7-8]@*" },
	{ "netscape", "[X8].[X6-8]@*" },
	{ "windows-mail", "[X32]@*" },
	{ "exchange", "[X33-64]@*" },
	{ "php-mailer", "[h32]@*" },
	{ "php-mailer", "[n43]@*" },
};

static bool
in_class(char class, uint8_t c)
{
	switch (class) {
	case 'd':
		return chars_is(c, CHAR_DIGIT);
	case 'x':
		return chars_is(c, CHAR_HEX);
	case 'h':
		return chars_is(c, CHAR_HEX) && !(c >= 'A' && c <= 'F');
	case 'X':
		return chars_is(c, CHAR_HEX) && !(c >= 'a' && c <= 'f');
	case 'u':
		return c >= 'A' && c <= 'Z';
	case 'n':
		return chars_is(c, CHAR_ALPHA | CHAR_DIGIT);
	case 'b':
		return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || memchr("+/=_-", c, 5) != NULL;
	}
	return false;
}

/* "[x1-4]": the class, and how many; returns what follows it. */
static const char *
element(const char *p, char *class, size_t *least, size_t *most)
{
	*class = p[1];
	*least = 1;
	*most = SIZE_MAX;
	p += 2;
	if (*p == '+')
		return p + 2;
	for (*least = 0; chars_is((uint8_t)*p, CHAR_DIGIT); p++)
		*least = *least * 10 + (size_t)(*p - '0');
	*most = *least;
	if (*p == '-')
		for (*most = 0, p++; chars_is((uint8_t)*p, CHAR_DIGIT); p++)
			*most = *most * 10 + (size_t)(*p - '0');
	return p + 1;
}

/* One step of the pattern: how many bytes it takes from the front, or -1. */
static long
step(const char **p, struct slice s)
{
	char class;
	size_t least, most, n = 0;
	if (**p != '[') {
		bool same = s.len > 0 && s.ptr[0] == (uint8_t) * *p;
		(*p)++;
		return same ? 1 : -1;
	}
	*p = element(*p, &class, &least, &most);
	while (n < s.len && n < most && in_class(class, s.ptr[n]))
		n++;
	return n >= least ? (long)n : -1;
}

/* A star is tried again one byte further when what follows it does not fit; only the last star is,
 * so that it is at most the product of both lengths. */
static bool
fits(const char *pattern, struct slice s)
{
	const char *p = pattern, *star = NULL;
	struct slice again = s;
	for (;;) {
		if (*p == '*') {
			star = ++p;
			again = s;
			if (*p == '\0')
				return true;
			continue;
		}
		if (*p == '\0' && s.len == 0)
			return true;
		long n = *p == '\0' ? -1 : step(&p, s);
		if (n >= 0) {
			s = slice_skip(s, (size_t)n);
			continue;
		}
		if (star == NULL || again.len == 0)
			return false;
		again = slice_skip(again, 1);
		s = again;
		p = star;
	}
}

const char *
message_id_form(size_t n)
{
	return n < sizeof forms / sizeof *forms ? forms[n].name : NULL;
}

/* ---- what is wrong ---- */

static unsigned
side_faults(struct slice s)
{
	if (s.len == 0 || s.ptr[0] == '"' || s.ptr[0] == '[')
		return 0;
	bool odd = s.ptr[0] == '.' || s.ptr[s.len - 1] == '.' || slice_find(s, SLICE("..")) < s.len;
	return odd ? ID_DOTS : 0;
}

static unsigned
byte_faults(struct slice s)
{
	unsigned faults = 0;
	bool quoted = s.len > 0 && s.ptr[0] == '"';
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if (chars_is(c, CHAR_SPACE) || c == '\r' || c == '\n')
			faults |= ID_SPACE;
		else if (chars_is(c, CHAR_CTL))
			faults |= ID_CONTROL;
		else if (c >= 0x80)
			faults |= ID_8BIT;
		else if (!quoted && memchr("()<>,;:\\\"", c, 9) != NULL)
			faults |= c == '(' ? ID_COMMENT : ID_SPECIALS;
	}
	return faults;
}

static unsigned
right_faults(struct slice right)
{
	static const char *const local[] = { "localhost", ".localhost", ".local", ".localdomain",
		".lan", ".home", ".internal", ".intranet", ".invalid", ".workgroup" };
	size_t upper = 0, lower = 0;
	unsigned faults = 0;
	bool address = right.len > 0;
	for (size_t i = 0; i < right.len; i++) {
		uint8_t c = right.ptr[i];
		upper += c >= 'A' && c <= 'Z';
		lower += c >= 'a' && c <= 'z';
		address = address && (chars_is(c, CHAR_DIGIT) || c == '.');
	}
	if (right.len > 0 && right.ptr[0] == '[')
		faults |= ID_LITERAL;
	else if (slice_index(right, '.') == right.len)
		faults |= ID_NO_DOT;
	else if (address)
		faults |= ID_ADDRESS;
	if (upper > 0)
		faults |= lower > 0 ? ID_MIXED : ID_UPPER;
	for (size_t i = 0; i < sizeof local / sizeof *local; i++)
		if (i == 0 ? slice_ieq(right, slice_str(local[i]))
			   : slice_iends(right, slice_str(local[i])))
			faults |= ID_LOCALHOST;
	return faults;
}

/* ---- the whole ---- */

/* Between the brackets, or what is there without them. */
static void
cut_brackets(struct slice s, struct message_id *out)
{
	size_t open = slice_index(s, '<'), close = slice_index(s, '>');
	struct slice after = slice_skip(s, close + 1);
	if (open == s.len || close == s.len || close < open) {
		out->faults |= ID_NO_BRACKETS;
		while (s.len > 0 && s.ptr[0] == '<')
			s = slice_skip(s, 1);
		while (s.len > 0 && s.ptr[s.len - 1] == '>')
			s.len--;
		out->whole = s;
		return;
	}
	out->whole = slice_of(s.ptr + open + 1, close - open - 1);
	if (slice_index(after, '<') < after.len)
		out->faults |= ID_SEVERAL;
	else if (slice_trim(after).len > 0 || open > 0)
		out->faults |= ID_JUNK;
}

static void
split_sides(struct message_id *out)
{
	struct slice s = out->whole;
	size_t at = s.len;
	while (at > 0 && s.ptr[at - 1] != '@')
		at--;
	if (at == 0) {
		out->left = s;
		out->faults |= ID_NO_AT;
		return;
	}
	out->left = slice_take(s, at - 1);
	out->right = slice_skip(s, at);
	if (out->left.len == 0)
		out->faults |= ID_NO_LEFT;
	else if (out->left.ptr[0] == '"')
		out->faults |= ID_QUOTED;
	else if (slice_index(out->left, '@') < out->left.len)
		out->faults |= ID_MANY_AT;
	if (out->right.len == 0)
		out->faults |= ID_NO_RIGHT;
	else
		out->faults |= right_faults(out->right);
	out->faults |= side_faults(out->left) | side_faults(out->right);
}

void
message_id_read(struct slice value, struct message_id *out)
{
	struct slice s = slice_trim(slice_take(value, MESSAGE_ID_BYTES));
	*out = (struct message_id){ .form = "" };
	cut_brackets(s, out);
	if (out->whole.len == 0) {
		out->faults |= ID_EMPTY;
		return;
	}
	out->faults |= byte_faults(out->whole);
	split_sides(out);
	if (out->whole.len > LONG)
		out->faults |= ID_LONG;
	if (out->left.len < SHORT)
		out->faults |= ID_SHORT;
	for (size_t i = 0; i < sizeof forms / sizeof *forms && *out->form == '\0'; i++)
		if (fits(forms[i].pattern, slice_take(out->whole, LONG)))
			out->form = forms[i].name;
}

const char *
message_id_fault_name(enum id_fault fault)
{
	static const char *const names[] = { "empty", "no-brackets", "several", "junk", "no-at",
		"many-at", "no-left", "no-right", "no-dot", "literal", "address", "localhost",
		"long", "short", "space", "comment", "control", "8bit", "quoted", "dots", "upper",
		"mixed", "specials" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if ((unsigned)fault == 1U << i)
			return names[i];
	return "";
}
