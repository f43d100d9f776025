#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/regex_tree.h"

#define DEPTH_MAX 100 /* parentheses; PCRE2 is given the same limit */
#define REFERENCES_MAX 10000
#define NODES_MAX 400000 /* with what is referred to, each time */

/* Flags as they are in force at one place. */
struct flags {
	bool caseless, dotall, extended;
};

struct name {
	struct slice name;
	struct regex_node *node;
};

struct parser {
	struct slice s;
	size_t at;
	struct flags flags;
	unsigned depth;
	bool unknown; /* something that is not understood: no tree */
	struct arena *arena;
	struct regex_node spare; /* where the arena is full: there is no tree then */
	struct name *names;	 /* groups that have one */
	size_t names_count, names_cap;
	struct name *references; /* to them: "(?&name)" */
	size_t references_count, references_cap;
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

/* ---- escapes ---- */

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
	uint8_t lower = chars_lower((uint8_t)c);
	if (c < 0 || (c != 'N' && strchr("wdshv", lower) == NULL) || lower == 0)
		return false;
	p->at++;
	return byte_set_named(set, slice_of(&lower, 1), c != lower);
}

/* ---- [classes] ---- */

/* Behind "[:".  False and unknown if there is no such class. */
static bool
take_posix(struct parser *p, struct byte_set *set)
{
	bool negate = take(p, "^");
	struct slice rest = slice_skip(p->s, p->at), name = slice_split(&rest, ':');
	p->at += name.len;
	if (take(p, ":]") && byte_set_named(set, name, negate))
		return true;
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
				byte_set_range(&set, from, to);
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
		byte_set_caseless(&set);
	byte_set_join(&n->set, &set, negate);
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
		byte_set_caseless(&n->set);
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

enum group { GROUP_PLAIN, GROUP_ATOMIC, GROUP_ASSERTION, GROUP_DEFINITION, GROUP_NONE };

static const struct {
	const char *text;
	enum group group;
} group_kinds[] = {
	{ ":", GROUP_PLAIN },
	{ "|", GROUP_PLAIN },
	{ ">", GROUP_ATOMIC },
	{ "=", GROUP_ASSERTION },
	{ "!", GROUP_ASSERTION },
	{ "<=", GROUP_ASSERTION },
	{ "<!", GROUP_ASSERTION },
	{ "(DEFINE)", GROUP_DEFINITION },
};

/* Behind "(?": what begins here, and its name; GROUP_NONE where it is no group, or not
 * understood. */
static enum group
take_group_kind(struct parser *p, struct slice *name)
{
	for (size_t i = 0; i < sizeof group_kinds / sizeof *group_kinds; i++)
		if (take(p, group_kinds[i].text))
			return group_kinds[i].group;
	take(p, "P");
	bool quoted = take(p, "'");
	if (!quoted && !take(p, "<"))
		return GROUP_NONE;
	struct slice rest = slice_skip(p->s, p->at);
	*name = slice_split(&rest, quoted ? '\'' : '>');
	p->at += name->len + 1;
	return p->at <= p->s.len ? GROUP_PLAIN : GROUP_NONE;
}

static void
remember(struct parser *p, struct slice name, struct regex_node *node, bool reference)
{
	struct name *to = reference ? ARENA_PUSH(p->arena, p->references, REFERENCES_MAX)
				    : ARENA_PUSH(p->arena, p->names, REFERENCES_MAX);
	if (to == NULL)
		p->unknown = true;
	else
		*to = (struct name){ name, node };
}

/* Behind "(?&". */
static struct regex_node *
parse_reference(struct parser *p)
{
	struct regex_node *n = node_new(p, REGEX_SEQUENCE);
	struct slice rest = slice_skip(p->s, p->at), name = slice_split(&rest, ')');
	n->elsewhere = true;
	p->at += name.len + 1;
	remember(p, name, n, true);
	return n;
}

/* Behind "(". */
static struct regex_node *
parse_group(struct parser *p)
{
	struct flags before = p->flags;
	enum group group = GROUP_PLAIN;
	struct slice name = SLICE_EMPTY;
	if (peek(p, 0) == '*' || ++p->depth > DEPTH_MAX) {
		p->unknown = true;
		return node_new(p, REGEX_UNKNOWN);
	}
	if (take(p, "?&")) {
		p->depth--;
		return parse_reference(p);
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
			group = take_group_kind(p, &name);
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
	if (name.len > 0)
		remember(p, name, inner, false);
	if (group == GROUP_PLAIN) {
		if (inner->kind == REGEX_CHOICE)
			inner->end = p->at;
		return inner;
	}
	struct regex_node *n = node_new(p, group == GROUP_ATOMIC ? REGEX_SEQUENCE : REGEX_NOTHING);
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

/* Every reference to its group. */
static void
resolve(struct parser *p)
{
	for (size_t i = 0; i < p->references_count; i++) {
		struct name *r = &p->references[i];
		struct regex_node *wrapper = node_new(p, REGEX_SEQUENCE);
		for (size_t n = 0; n < p->names_count && r->node->children == NULL; n++)
			if (slice_eq(r->name, p->names[n].name)) {
				/* a copy, for the group stands in a sequence of its own */
				*wrapper = *p->names[n].node;
				wrapper->next = NULL;
				r->node->children = wrapper;
			}
		p->unknown = p->unknown || r->node->children == NULL;
	}
}

/* False if a tree is in a circle, or so large that nobody should walk it. */
static bool
is_walkable(const struct regex_node *n, unsigned depth, size_t *left)
{
	if (depth > 4 * DEPTH_MAX || *left == 0)
		return false;
	--*left;
	for (const struct regex_node *c = n->children; c != NULL; c = c->next)
		if (!is_walkable(c, depth + 1, left))
			return false;
	return true;
}

struct regex_node *
regex_tree(struct slice expression, struct slice flags, struct arena *arena)
{
	struct parser p = { .s = expression, .arena = arena };
	size_t left = NODES_MAX;
	p.flags.caseless = slice_index(flags, 'i') < flags.len;
	p.flags.dotall = slice_index(flags, 's') < flags.len;
	p.flags.extended = slice_index(flags, 'x') < flags.len;
	struct regex_node *tree = parse_choice(&p);
	if (p.unknown || more(&p))
		return NULL;
	resolve(&p);
	return p.unknown || arena->full || !is_walkable(tree, 0, &left) ? NULL : tree;
}
