#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/buf.h"
#include "sensor/base/chars.h"
#include "sensor/smtp/dialect.h"

#define SPACES 3     /* of a run of white space that are shown */
#define MECHANISM 20 /* bytes, RFC 4422 3.1 */

static void
add_visible(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		/* These two join the commands of the word. */
		bool plain = !chars_is(c, CHAR_CTL | CHAR_HIGH) && c != '|' && c != '+';
		buf_byte(b, plain ? c : '?');
	}
}

/* White space where one space, or none, belongs. */
static void
add_spaces(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len && i < SPACES; i++)
		buf_str(b, s.ptr[i] == ' ' ? "\\s" : "\\t");
}

static bool
is_word(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!chars_is(s.ptr[i], CHAR_ALPHA | CHAR_DIGIT) && s.ptr[i] != '-' &&
			s.ptr[i] != '_')
			return false;
	return s.len > 0;
}

/* ---- parameters ---- */

/* esmtp-keyword of RFC 5321 4.1.2.  Without "=" only the known ones: the rest of an address with a
 * space in it stands there too. */
static bool
is_keyword(struct slice name, bool value)
{
	return is_word(name) &&
	       (value || slice_ieq(name, SLICE("SMTPUTF8")) ||
		       slice_ieq(name, SLICE("REQUIRETLS")) || slice_ieq(name, SLICE("PRDR")));
}

/* Values that the program chooses, not the mail's author. */
static bool
is_shown(struct slice name, struct slice value)
{
	return slice_ieq(name, SLICE("BODY")) &&
	       (slice_ieq(value, SLICE("7BIT")) || slice_ieq(value, SLICE("8BITMIME")) ||
		       slice_ieq(value, SLICE("BINARYMIME")));
}

static void
add_params(struct buf *b, struct slice params)
{
	struct slice name, value;
	while (param_next(&params, &name, &value)) {
		buf_byte(b, ' ');
		add_visible(b, is_keyword(name, value.len > 0) ? name : SLICE("?"));
		if (value.len > 0)
			buf_byte(b, '=');
		if (is_shown(name, value))
			add_visible(b, value);
	}
}

/* ---- names ---- */

static bool
is_literal(struct slice name)
{
	return name.len > 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']';
}

static const char *
name_form(struct slice name)
{
	struct addr address;
	if (is_literal(name)) {
		name = slice_take(slice_skip(name, 1), name.len - 2);
		name = slice_skip(name, slice_istarts(name, SLICE("IPv6:")) ? 5 : 0);
		if (addr_parse(name, &address) < 0)
			return "[odd]";
		return slice_starts(name, SLICE("127.")) || slice_eq(name, SLICE("::1"))
			       ? "[loopback]"
			       : "[ip]";
	}
	if (addr_parse(name, &address) == 0)
		return "ip";
	if (slice_ieq(name, SLICE("localhost")) || slice_istarts(name, SLICE("localhost.")))
		return "localhost";
	struct slice rest = name;
	while (rest.len > 0)
		if (!is_word(slice_split(&rest, '.')))
			return "odd";
	return slice_index(name, '.') < name.len ? "fqdn" : "bare";
}

/* ---- kinds ---- */

static void
add_path(struct buf *b, const struct path *path)
{
	add_visible(b, path->lead);
	buf_byte(b, '_');
	if (!(path->faults & PATH_NO_BRACKETS))
		buf_byte(b, '>');
}

static void
add_args(struct buf *b, const struct command *c)
{
	struct slice rest = c->args;
	struct slice first = slice_split(&rest, ' ');
	if (c->verb == VERB_EHLO || c->verb == VERB_HELO || c->verb == VERB_LHLO) {
		buf_str(b, name_form(first));
		buf_str(b, rest.len > 0 ? " _" : "");
	} else if (c->verb == VERB_AUTH || c->verb == VERB_EXPS) {
		bool shown = is_word(first) && first.len <= MECHANISM;
		add_visible(b, shown ? first : SLICE("_"));
		/* Whether a response comes with it; which may be gone already. */
		buf_str(b, rest.len > 0 ? " _" : "");
	} else if (c->verb == VERB_BDAT) {
		buf_byte(b, '_');
	} else {
		buf_str(b, "_");
	}
}

/* The text of a command; *front is the length of what does not depend on the mail. */
static void
kind_text(struct buf *b, const struct command *c, const struct path *path, size_t *front)
{
	if (c->verb == VERB_UNKNOWN) {
		buf_byte(b, '?');
		*front = b->len;
		return;
	}
	size_t before = (size_t)(c->word.ptr - c->line.ptr);
	struct slice behind = slice_skip(c->line, before + c->word.len);
	add_spaces(b, slice_take(c->line, before));
	add_visible(b, c->word);
	if (c->args.len > 0) {
		struct slice between = slice_take(behind, (size_t)(c->args.ptr - behind.ptr));
		if (slice_eq(between, SLICE(" ")))
			buf_byte(b, ' ');
		else
			add_spaces(b, between);
		if (path != NULL)
			add_path(b, path);
		else
			add_args(b, c);
		behind = slice_skip(behind, between.len + c->args.len);
	}
	*front = b->len;
	if (path != NULL)
		add_params(b, path->params);
	/* Where a secret was, it is gone. */
	if (c->verb != VERB_AUTH && c->verb != VERB_EXPS)
		add_spaces(b, behind);
}

static struct dialect_kind *
find_kind(struct dialect_kind *kinds, size_t count, enum verb verb)
{
	for (size_t i = 0; i < count; i++)
		if (kinds[i].verb == verb)
			return &kinds[i];
	return NULL;
}

/* A program writes a verb in one way; parameters come and go with the mail. */
static bool
is_variant(const struct dialect_kind *old, const struct dialect_kind *new)
{
	bool name = old->verb == VERB_EHLO || old->verb == VERB_HELO || old->verb == VERB_LHLO ||
		    old->verb == VERB_AUTH;
	size_t n = name ? (size_t)4 : old->front;
	return (!name && old->front != new->front) || strncmp(old->text, new->text, n) != 0;
}

static void
add_kind(struct dialect *d, const struct dialect_kind *kind)
{
	struct dialect_kind *old = find_kind(d->kinds, d->count, kind->verb);
	if (old != NULL)
		d->varied |= kind->verb != VERB_UNKNOWN && is_variant(old, kind);
	else if (d->count < DIALECT_KINDS)
		d->kinds[d->count++] = *kind;
	else
		d->more = true;
}

/* Part of every mail's dialogue, or of none. */
static bool
is_fixed(enum verb verb)
{
	switch ((int)verb) {
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_LHLO:
	case VERB_STARTTLS:
	case VERB_AUTH:
	case VERB_EXPS:
	case VERB_MAIL:
	case VERB_RCPT:
	case VERB_DATA:
	case VERB_BDAT:
	case VERB_QUIT:
		return true;
	default:
		return false;
	}
}

static void
flush_after(struct dialect *d)
{
	for (size_t i = 0; i < d->after_count; i++)
		add_kind(d, &d->after[i]);
	d->after_count = 0;
}

/* What was said since the last sure command: within the first mail it belongs to it, at the end it
 * stands behind the mails, and between two mails it is forgotten. */
static void
place_kind(struct dialect *d, const struct dialect_kind *kind)
{
	if (kind->verb == VERB_MAIL) {
		d->mails += d->mails < 2;
		if (d->mails > 1)
			d->after_count = 0;
	}
	if (d->mails == 0) {
		add_kind(d, kind);
	} else if (!is_fixed(kind->verb)) {
		if (find_kind(d->after, d->after_count, kind->verb) == NULL &&
			d->after_count < DIALECT_AFTER)
			d->after[d->after_count++] = *kind;
	} else {
		if (d->mails == 1 || kind->verb == VERB_QUIT)
			flush_after(d);
		d->after_count = 0;
		add_kind(d, kind);
	}
}

void
dialect_command(struct dialect *d, const struct command *c, const struct path *path)
{
	struct dialect_kind kind = { .verb = c->verb, .joined = d->unwaited };
	struct buf b;
	size_t front = 0;
	buf_init(&b, DIALECT_KIND - 1);
	kind_text(&b, c, path, &front);
	kind.front = (uint8_t)(front < b.len ? front : b.len);
	memcpy(kind.text, buf_cstr(&b), b.len + 1);
	buf_release(&b);
	d->unwaited = false;
	d->pipelines |= kind.joined && (c->verb == VERB_RCPT || c->verb == VERB_DATA);
	d->sizes |= c->verb == VERB_MAIL &&
		    slice_ifind(slice_str(kind.text), SLICE(" SIZE=")) < strlen(kind.text);
	place_kind(d, &kind);
}

void
dialect_content(struct dialect *d, struct slice content)
{
	if (d->content)
		return;
	d->content = true;
	while (content.len > 0) {
		struct slice line = slice_trim(slice_split(&content, '\n'));
		if (line.len == 0)
			return;
		if (slice_istarts(line, SLICE("Received:"))) {
			d->relays = true;
			return;
		}
	}
}

bool
dialect_has(const struct dialect *d, enum verb verb)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->kinds[i].verb == verb)
			return true;
	return false;
}

bool
dialect_is_lower(const struct dialect *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (chars_is((uint8_t)d->kinds[i].text[0], CHAR_ALPHA) &&
			chars_lower((uint8_t)d->kinds[i].text[0]) == (uint8_t)d->kinds[i].text[0])
			return true;
	return false;
}

static void
add_marks(struct buf *b, const struct dialect *d, const struct dialect_offers *offers)
{
	buf_str(b, d->lf && d->crlf ? " mixed" : d->lf ? " lf" : " crlf");
	buf_str(b, d->relays ? " relays" : "");
	buf_str(b, d->varied ? " varied" : "");
	bool mail = dialect_has(d, VERB_MAIL);
	if (offers->pipelining && !d->pipelines && dialect_has(d, VERB_RCPT))
		buf_str(b, " -PIPELINING");
	if (offers->size && !d->sizes && mail)
		buf_str(b, " -SIZE");
	if (offers->chunking && dialect_has(d, VERB_DATA) && !dialect_has(d, VERB_BDAT))
		buf_str(b, " -CHUNKING");
	if (offers->starttls && !dialect_has(d, VERB_STARTTLS) && mail)
		buf_str(b, " -STARTTLS");
}

static void
add_kinds(struct buf *b, const struct dialect_kind *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (b->len > 0)
			buf_byte(b, kinds[i].joined ? '+' : '|');
		buf_str(b, kinds[i].text);
	}
}

const char *
dialect_text(const struct dialect *d, const struct dialect_offers *offers, struct arena *arena)
{
	if (d->count == 0)
		return "";
	struct buf b;
	buf_init(&b, (DIALECT_KINDS + DIALECT_AFTER) * (DIALECT_KIND + 1) + 100);
	add_kinds(&b, d->kinds, d->count);
	add_kinds(&b, d->after, d->after_count);
	buf_str(&b, d->more ? "|..." : "");
	buf_str(&b, dialect_has(d, VERB_QUIT) ? "" : d->tls ? "|tls" : "|cut");
	add_marks(&b, d, offers);
	const char *text = arena_string(arena, buf_slice(&b));
	buf_release(&b);
	return text;
}
