#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/regex_tree.h"

#define DEPTH_MAX 100 /* parentheses; PCRE2 is given the same limit */

/* Flags as they are in force at one place. */
struct flags {
	bool caseless, dotall, extended;
};

struct parser {
	struct slice s;
	size_t at;
	struct flags flags;
	unsigned depth;
	bool unknown; /* something that is not understood: no tree */
	struct arena *arena;
	struct regex_node spare; /* where the arena is full: there is no tree then */
};

static const struct byte_set all_bytes = { { ~0ULL, ~0ULL, ~0ULL, ~0ULL } };

static struct regex_node *parse_choice(struct parser *p);

/* ---- small things ---- */

static bool
more(const struct parser *p)
{
	return p->at < p->s.len;
}

/* The byte so many places ahead, or -1. */
static int
peek(const struct parser *p, size_t ahead)
{
	return p->at + ahead < p->s.len ? p->s.ptr[p->at + ahead] : -1;
}

static bool
take(struct parser *p, const char *text)
{
	struct slice t = slice_str(text);
	if (!slice_starts(slice_skip(p->s, p->at), t))
		return false;
	p->at += t.len;
	return true;
}

static struct regex_node *
node_new(struct parser *p, enum regex_kind kind)
{
	struct regex_node *n = arena_alloc(p->arena, sizeof *n);
	if (n == NULL) {
		p->unknown = true;
		return &p->spare;
	}
	n->kind = kind;
	return n;
}

static void
set_range(struct byte_set *set, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		byte_set_add(set, (uint8_t)c);
}

static void
set_join(struct byte_set *set, const struct byte_set *other, bool negate)
{
	for (size_t i = 0; i < 4; i++)
		set->bits[i] |= negate ? ~other->bits[i] : other->bits[i];
}

/* Both cases of every ASCII letter in it. */
static void
set_both_cases(struct byte_set *set)
{
	for (unsigned c = 'a'; c <= 'z'; c++)
		if (byte_set_has(set, (uint8_t)c) || byte_set_has(set, (uint8_t)(c - 32))) {
			byte_set_add(set, (uint8_t)c);
			byte_set_add(set, (uint8_t)(c - 32));
		}
}

/* ---- escapes ---- */

static void
class_word(struct byte_set *set)
{
	set_range(set, '0', '9');
	set_range(set, 'A', 'Z');
	set_range(set, 'a', 'z');
	byte_set_add(set, '_');
}

static void
class_digit(struct byte_set *set)
{
	set_range(set, '0', '9');
}

static void
class_space(struct byte_set *set)
{
	set_range(set, '\t', '\r');
	byte_set_add(set, ' ');
}

static void
class_blank(struct byte_set *set)
{
	byte_set_add(set, '\t');
	byte_set_add(set, ' ');
	byte_set_add(set, 0xa0);
}

static void
class_line_end(struct byte_set *set)
{
	set_range(set, '\n', '\r');
	byte_set_add(set, 0x85);
}

static void
class_newline(struct byte_set *set)
{
	byte_set_add(set, '\n');
}

/* Letters that stand for a set of bytes; the capital for all others. */
static const struct {
	char lower;
	void (*fill)(struct byte_set *set);
} class_escapes[] = {
	{ 'w', class_word }, { 'd', class_digit }, { 's', class_space }, { 'h', class_blank },
	{ 'v', class_line_end }, { 'n', class_newline }, /* \N only: \n is looked at before */
};

static const struct {
	char letter, byte;
} byte_escapes[] = { { 'a', 7 }, { 'e', 27 }, { 'f', 12 }, { 'n', 10 }, { 'r', 13 }, { 't', 9 } };

/* Digits of a base at the front, at most so many; how many there were. */
static size_t
take_digits(struct parser *p, unsigned base, size_t most, unsigned *value)
{
	size_t n = 0;
	*value = 0;
	for (; n < most && more(p); n++, p->at++) {
		int digit = chars_hex(p->s.ptr[p->at]);
		if (digit < 0 || (unsigned)digit >= base)
			break;
		*value = *value * base + (unsigned)digit;
	}
	return n;
}

/* \x41, \x{41}, \o{101} */
static bool
take_numbered(struct parser *p, int letter, unsigned *value)
{
	unsigned base = letter == 'x' ? 16 : 8;
	bool braces = take(p, "{");
	size_t n = take_digits(p, base, braces ? 8 : 2, value);
	if (letter == 'o' && !braces)
		return false;
	return (!braces || (n > 0 && take(p, "}"))) && *value < 256;
}

/* Behind the backslash: 1 = one byte, 0 = something else (nothing is taken), -1 = not
 * understood. */
static int
take_byte_escape(struct parser *p, bool in_class, unsigned *value)
{
	int c = peek(p, 0);
	for (size_t i = 0; i < sizeof byte_escapes / sizeof *byte_escapes; i++)
		if (c == byte_escapes[i].letter) {
			p->at++;
			*value = (unsigned)byte_escapes[i].byte;
			return 1;
		}
	if (c == 'x' || c == 'o') {
		p->at++;
		return take_numbered(p, c, value) ? 1 : -1;
	}
	if (c == '0' || (in_class && c >= '1' && c <= '7')) {
		take_digits(p, 8, 3, value);
		return *value < 256 ? 1 : -1;
	}
	if (in_class && c == 'b') {
		p->at++;
		*value = 8;
		return 1;
	}
	if (c < 0 || chars_is((uint8_t)c, CHAR_ALPHA | CHAR_DIGIT))
		return 0;
	p->at++;
	*value = (unsigned)c;
	return 1;
}

/* \d, \W, …: behind the backslash. */
static bool
take_class_escape(struct parser *p, struct byte_set *set)
{
	int c = peek(p, 0);
	for (size_t i = 0; i < sizeof class_escapes / sizeof *class_escapes; i++) {
		struct byte_set one = { { 0 } };
		char lower = class_escapes[i].lower;
		if (c != lower && c != lower - 32)
			continue;
		class_escapes[i].fill(&one);
		set_join(set, &one, c != lower);
		p->at++;
		return true;
	}
	return false;
}

/* ---- [classes] ---- */

static void
posix_alpha(struct byte_set *set)
{
	set_range(set, 'A', 'Z');
	set_range(set, 'a', 'z');
}

static void
posix_alnum(struct byte_set *set)
{
	posix_alpha(set);
	class_digit(set);
}

static void
posix_punct(struct byte_set *set)
{
	for (unsigned c = '!'; c <= '~'; c++)
		if (!chars_is((uint8_t)c, CHAR_ALPHA | CHAR_DIGIT))
			byte_set_add(set, (uint8_t)c);
}

static void
posix_upper(struct byte_set *set)
{
	set_range(set, 'A', 'Z');
}

static void
posix_lower(struct byte_set *set)
{
	set_range(set, 'a', 'z');
}

static void
posix_cntrl(struct byte_set *set)
{
	set_range(set, 0, 31);
	byte_set_add(set, 127);
}

static void
posix_xdigit(struct byte_set *set)
{
	class_digit(set);
	set_range(set, 'A', 'F');
	set_range(set, 'a', 'f');
}

static void
posix_graph(struct byte_set *set)
{
	set_range(set, '!', '~');
}

static void
posix_print(struct byte_set *set)
{
	set_range(set, ' ', '~');
}

static void
posix_ascii(struct byte_set *set)
{
	set_range(set, 0, 127);
}

static void
posix_blank(struct byte_set *set)
{
	byte_set_add(set, ' ');
	byte_set_add(set, '\t');
}

static const struct {
	const char *name;
	void (*fill)(struct byte_set *set);
} posix_classes[] = {
	{ "alpha:]", posix_alpha },
	{ "alnum:]", posix_alnum },
	{ "digit:]", class_digit },
	{ "punct:]", posix_punct },
	{ "upper:]", posix_upper },
	{ "lower:]", posix_lower },
	{ "space:]", class_space },
	{ "cntrl:]", posix_cntrl },
	{ "xdigit:]", posix_xdigit },
	{ "graph:]", posix_graph },
	{ "print:]", posix_print },
	{ "ascii:]", posix_ascii },
	{ "blank:]", posix_blank },
	{ "word:]", class_word },
};

/* Behind "[:".  False and unknown if there is no such class. */
static bool
take_posix(struct parser *p, struct byte_set *set)
{
	bool negate = take(p, "^");
	for (size_t i = 0; i < sizeof posix_classes / sizeof *posix_classes; i++) {
		struct byte_set one = { { 0 } };
		if (!take(p, posix_classes[i].name))
			continue;
		posix_classes[i].fill(&one);
		set_join(set, &one, negate);
		return true;
	}
	p->unknown = true;
	return false;
}

/* One byte of a class, perhaps the start of a range: 1, or 0 if a whole set was added. */
static int
take_class_item(struct parser *p, struct byte_set *set, unsigned *byte)
{
	if (take(p, "[:"))
		return take_posix(p, set) ? 0 : -1;
	if (!take(p, "\\")) {
		*byte = p->s.ptr[p->at++];
		return 1;
	}
	int kind = take_byte_escape(p, true, byte);
	if (kind != 0)
		return kind;
	return take_class_escape(p, set) ? 0 : -1;
}

/* Behind "[". */
static struct regex_node *
parse_class(struct parser *p)
{
	struct regex_node *n = node_new(p, REGEX_BYTE);
	struct byte_set set = { { 0 } };
	bool negate = take(p, "^"), first = true;
	while (more(p) && (first || peek(p, 0) != ']')) {
		unsigned from = 0, to = 0;
		first = false;
		int kind = take_class_item(p, &set, &from);
		if (kind == 1 && peek(p, 0) == '-' && peek(p, 1) != ']' && peek(p, 1) >= 0) {
			p->at++;
			int end = take_class_item(p, &set, &to);
			byte_set_add(&set, (uint8_t)from);
			if (end == 0)
				byte_set_add(&set, '-');
			else
				set_range(&set, from, to);
			kind = end < 0 ? -1 : kind;
		} else if (kind == 1) {
			byte_set_add(&set, (uint8_t)from);
		}
		if (kind < 0 || p->unknown) {
			p->unknown = true;
			return n;
		}
	}
	p->unknown = p->unknown || !take(p, "]");
	if (p->flags.caseless)
		set_both_cases(&set);
	set_join(&n->set, &set, negate);
	return n;
}

/* ---- atoms ---- */

static struct regex_node *
byte_node(struct parser *p, unsigned byte)
{
	struct regex_node *n = node_new(p, REGEX_BYTE);
	if (p->unknown)
		return n;
	byte_set_add(&n->set, (uint8_t)byte);
	if (p->flags.caseless)
		set_both_cases(&n->set);
	return n;
}

/* Behind a backslash, outside of a class. */
static struct regex_node *
parse_escape(struct parser *p)
{
	unsigned byte;
	struct byte_set set = { { 0 } };
	int kind = take_byte_escape(p, false, &byte), c = peek(p, 0);
	if (kind > 0)
		return byte_node(p, byte);
	if (kind == 0 && c >= '1' &&
		c <= '9') { /* \1, or an octal byte if there is no such group */
		while (peek(p, 0) >= '0' && peek(p, 0) <= '9')
			p->at++;
		return node_new(p, REGEX_UNKNOWN);
	}
	if (kind == 0 && c > 0 && strchr("bBAzZGK", c) != NULL) {
		p->at++;
		return node_new(p, REGEX_NOTHING);
	}
	if (kind == 0 && (c != 'N' || peek(p, 1) != '{') && take_class_escape(p, &set)) {
		struct regex_node *n = node_new(p, REGEX_BYTE);
		n->set = set;
		return n;
	}
	if (kind == 0 && take(p, "R"))
		return node_new(p, REGEX_UNKNOWN);
	p->unknown = true;
	return node_new(p, REGEX_UNKNOWN);
}

/* (?i-sx) and the front of (?i:…): false if this is none. */
static bool
take_flags(struct parser *p)
{
	struct flags f = p->flags;
	bool on = true;
	size_t start = p->at;
	if (take(p, "^"))
		f = (struct flags){ 0 };
	for (; more(p); p->at++) {
		switch (p->s.ptr[p->at]) {
		case '-':
			on = false;
			break;
		case 'i':
			f.caseless = on;
			break;
		case 's':
			f.dotall = on;
			break;
		case 'x':
			f.extended = on;
			break;
		case 'm':
		case 'n':
		case 'J':
		case 'U':
			break;
		default:
			if (p->s.ptr[p->at] != ')' && p->s.ptr[p->at] != ':') {
				p->at = start;
				return false;
			}
			p->flags = f;
			return true;
		}
	}
	p->at = start;
	return false;
}

enum group { GROUP_PLAIN, GROUP_ATOMIC, GROUP_ASSERTION, GROUP_NONE };

/* Behind "(?": what begins here; GROUP_NONE where the group is none, or not understood. */
static enum group
take_group_kind(struct parser *p)
{
	static const struct {
		const char *text;
		enum group group;
	} kinds[] = { { ":", GROUP_PLAIN }, { "|", GROUP_PLAIN }, { ">", GROUP_ATOMIC },
		{ "=", GROUP_ASSERTION }, { "!", GROUP_ASSERTION }, { "<=", GROUP_ASSERTION },
		{ "<!", GROUP_ASSERTION } };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (take(p, kinds[i].text))
			return kinds[i].group;
	int c = peek(p, 0), d = peek(p, 1);
	if (c == '\'' || (c == '<' && d != '=') || (c == 'P' && d == '<')) {
		size_t n = slice_index(slice_skip(p->s, p->at + 2), c == '\'' ? '\'' : '>');
		p->at += n + 3;
		return p->at <= p->s.len ? GROUP_PLAIN : GROUP_NONE;
	}
	return GROUP_NONE;
}

/* Behind "(". */
static struct regex_node *
parse_group(struct parser *p)
{
	struct flags before = p->flags;
	enum group group = GROUP_PLAIN;
	if (peek(p, 0) == '*' || ++p->depth > DEPTH_MAX) {
		p->unknown = true;
		return node_new(p, REGEX_UNKNOWN);
	}
	if (take(p, "?#")) {
		p->at += slice_index(slice_skip(p->s, p->at), ')') + 1;
		p->depth--;
		return node_new(p, REGEX_NOTHING);
	}
	if (take(p, "?")) {
		if (take_flags(p)) {
			if (take(p, ")")) { /* in force until the group round it ends */
				p->depth--;
				return node_new(p, REGEX_NOTHING);
			}
			p->at++; /* ':' */
		} else {
			group = take_group_kind(p);
		}
	}
	if (group == GROUP_NONE) {
		p->unknown = true;
		return node_new(p, REGEX_UNKNOWN);
	}
	struct regex_node *inner = parse_choice(p);
	p->unknown = p->unknown || !take(p, ")");
	p->flags = before;
	p->depth--;
	if (group == GROUP_PLAIN) {
		if (inner->kind == REGEX_CHOICE)
			inner->end = p->at;
		return inner;
	}
	struct regex_node *n =
		node_new(p, group == GROUP_ASSERTION ? REGEX_NOTHING : REGEX_SEQUENCE);
	n->children = inner;
	n->atomic = true;
	return n;
}

static struct regex_node *
parse_atom(struct parser *p)
{
	uint8_t c = p->s.ptr[p->at++];
	struct regex_node *n;
	switch (c) {
	case '(':
		return parse_group(p);
	case '[':
		return parse_class(p);
	case '\\':
		return parse_escape(p);
	case '^':
	case '$':
		return node_new(p, REGEX_NOTHING);
	case '.':
		n = node_new(p, REGEX_BYTE);
		n->set = all_bytes;
		if (!p->flags.dotall)
			n->set.bits[0] &= ~(1ULL << '\n');
		return n;
	}
	return byte_node(p, c);
}

/* ---- repeats, sequences, choices ---- */

/* {2,5}: false if these braces are no repeat, and nothing is taken. */
static bool
take_braces(struct parser *p, unsigned *least, unsigned *most)
{
	size_t start = p->at;
	if (take(p, "{") && take_digits(p, 10, 5, least) > 0) {
		*most = *least;
		if (take(p, ",") && take_digits(p, 10, 5, most) == 0)
			*most = REGEX_MANY;
		if (take(p, "}"))
			return true;
	}
	p->at = start;
	return false;
}

static bool
take_repeat(struct parser *p, unsigned *least, unsigned *most)
{
	*least = peek(p, 0) == '+';
	*most = peek(p, 0) == '?' ? 1 : REGEX_MANY;
	return take(p, "*") || take(p, "+") || take(p, "?") || take_braces(p, least, most);
}

/* White space and comments of (?x). */
static void
skip_extended(struct parser *p)
{
	while (p->flags.extended && more(p)) {
		if (take(p, "#"))
			p->at += slice_index(slice_skip(p->s, p->at), '\n');
		else if (chars_is(p->s.ptr[p->at], CHAR_SPACE) || strchr("\n\r\f\v", peek(p, 0)))
			p->at++;
		else
			break;
	}
	if (p->at > p->s.len)
		p->at = p->s.len;
}

static struct regex_node *
parse_repeated(struct parser *p)
{
	struct regex_node *n = parse_atom(p);
	unsigned least, most;
	for (skip_extended(p); take_repeat(p, &least, &most); skip_extended(p)) {
		struct regex_node *r = node_new(p, REGEX_REPEAT);
		r->children = n;
		n->stacked = true;
		r->least = least;
		r->most = most;
		r->atomic = take(p, "+");
		if (!r->atomic)
			take(p, "?");
		r->end = p->at;
		n = r;
	}
	return n;
}

/* \Q…\E, behind the first two. */
static struct regex_node **
parse_quoted(struct parser *p, struct regex_node **last)
{
	while (more(p) && !take(p, "\\E")) {
		*last = byte_node(p, p->s.ptr[p->at++]);
		last = &(*last)->next;
	}
	p->unknown = true; /* a repeat behind it would be misread */
	return last;
}

static struct regex_node *
parse_sequence(struct parser *p)
{
	struct regex_node *sequence = node_new(p, REGEX_SEQUENCE);
	struct regex_node **last = &sequence->children;
	for (skip_extended(p); more(p) && !p->unknown; skip_extended(p)) {
		if (peek(p, 0) == '|' || peek(p, 0) == ')')
			break;
		if (take(p, "\\Q")) {
			last = parse_quoted(p, last);
			continue;
		}
		if (take(p, "\\E"))
			continue;
		*last = parse_repeated(p);
		last = &(*last)->next;
	}
	return sequence;
}

static struct regex_node *
parse_choice(struct parser *p)
{
	struct regex_node *first = parse_sequence(p), *choice;
	if (peek(p, 0) != '|')
		return first;
	choice = node_new(p, REGEX_CHOICE);
	choice->children = first;
	for (struct regex_node *last = first; take(p, "|") && !p->unknown; last = last->next)
		last->next = parse_sequence(p);
	return choice;
}

const struct regex_node *
regex_tree(struct slice expression, struct slice flags, struct arena *arena)
{
	struct parser p = { .s = expression, .arena = arena };
	p.flags.caseless = slice_index(flags, 'i') < flags.len;
	p.flags.dotall = slice_index(flags, 's') < flags.len;
	p.flags.extended = slice_index(flags, 'x') < flags.len;
	struct regex_node *tree = parse_choice(&p);
	return p.unknown || more(&p) || arena->full ? NULL : tree;
}
