#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/base/chars.h"
#include "sensor/smtp/dialect.h"

static void
add_visible(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_byte(b, chars_is(s.ptr[i], CHAR_CTL | CHAR_HIGH) ? '?' : s.ptr[i]);
}

/* esmtp-keyword of RFC 5321 4.1.2.  Without "=" only the known ones: the rest of an address with a
 * space in it stands there too. */
static bool
is_keyword(struct slice name, bool value)
{
	for (size_t i = 0; i < name.len; i++)
		if (!chars_is(name.ptr[i], CHAR_ALPHA | CHAR_DIGIT) && name.ptr[i] != '-')
			return false;
	return value || slice_ieq(name, SLICE("SMTPUTF8")) || slice_ieq(name, SLICE("REQUIRETLS"));
}

/* Name of each parameter as sent, with '=' if it had a value. */
static void
add_params(struct buf *b, struct slice params)
{
	struct slice name, value;
	while (param_next(&params, &name, &value)) {
		buf_byte(b, ' ');
		add_visible(b, is_keyword(name, value.len > 0) ? name : SLICE("?"));
		if (value.len > 0)
			buf_byte(b, '=');
	}
}

static void
kind_text(struct buf *b, const struct command *c, const struct path *path)
{
	if (c->verb == VERB_UNKNOWN) {
		buf_byte(b, '?');
		return;
	}
	add_visible(b, c->word);
	if (path != NULL) {
		buf_byte(b, ' ');
		add_visible(b, path->lead);
		buf_byte(b, '_');
		if (!(path->faults & PATH_NO_BRACKETS))
			buf_byte(b, '>');
		add_params(b, path->params);
	} else if (c->args.len > 0) {
		buf_str(b, c->verb == VERB_EHLO && c->args.ptr[0] == '[' ? " [_]" : " _");
	}
}

void
dialect_command(struct dialect *d, const struct command *c, const struct path *path)
{
	struct buf b;
	buf_init(&b, DIALECT_KIND - 1);
	kind_text(&b, c, path);
	const char *kind = buf_cstr(&b);
	size_t i = 0;
	while (i < d->count && strcmp(d->kinds[i], kind) != 0)
		i++;
	if (i == DIALECT_KINDS)
		d->more = true;
	else if (i == d->count)
		memcpy(d->kinds[d->count++], kind, b.len + 1);
	buf_release(&b);
	d->quit |= c->verb == VERB_QUIT;
}

const char *
dialect_text(const struct dialect *d, struct arena *arena)
{
	if (d->count == 0)
		return "";
	struct buf b;
	buf_init(&b, (size_t)DIALECT_KINDS * (DIALECT_KIND + 1) + 64);
	for (size_t i = 0; i < d->count; i++) {
		if (i > 0)
			buf_byte(&b, '|');
		buf_str(&b, d->kinds[i]);
	}
	if (d->more)
		buf_str(&b, "|+");
	buf_str(&b, d->quit ? "" : d->tls ? "|tls" : "|cut");
	buf_str(&b, d->lf && d->crlf ? " mixed" : d->lf ? " lf" : " crlf");
	buf_str(&b, d->pipelined ? " pipelined" : "");
	buf_str(&b, d->quit_pipelined ? " quit-with-dot" : "");
	const char *text = arena_string(arena, buf_slice(&b));
	buf_release(&b);
	return text;
}

enum mark { MARK_ANY, MARK_YES, MARK_NO };

/* First row that fits.  `mail` and `helo` are fronts of kinds. */
static const struct {
	const char *helo, *mail, *rcpt;
	const char *has; /* a kind that must be there, or NULL */
	enum mark quit_with_dot;
	const char *name, *source;
} clients[] = {
	{ "ehlo ", "mail ", "rcpt TO:<_>", NULL, MARK_ANY, "Python smtplib",
		"cpython Lib/smtplib.py: putcmd(\"mail\", \"from:...\")" },
	{ "helo ", "mail ", "rcpt TO:<_>", NULL, MARK_ANY, "Python smtplib", "the same" },
	{ "EHLO ", "MAIL From:<_>", "RCPT To:<_>", NULL, MARK_ANY, "Sendmail",
		"sendmail/usersmtp.c: \"MAIL From:<%s>%s\"" },
	{ "HELO ", "MAIL From:<_>", "RCPT To:<_>", NULL, MARK_ANY, "Sendmail", "the same" },
	{ "EHLO ", "MAIL FROM:<_>", "RCPT TO:<_>", "DATA", MARK_YES, "Postfix",
		"smtp_proto.c: QUIT goes with the final dot, SMTP_STATE_QUIT" },
	{ "EHLO ", "MAIL FROM:<_> SIZE=", "RCPT TO:<_>", "BDAT _", MARK_ANY, "Exim",
		"transports/smtp.c: BDAT if CHUNKING is offered" },
};

static bool
has_kind(const struct dialect *d, const char *front)
{
	if (front == NULL)
		return true;
	size_t n = strlen(front);
	for (size_t i = 0; i < d->count; i++)
		if (strncmp(d->kinds[i], front, n) == 0)
			return true;
	return false;
}

const char *
dialect_client(const struct dialect *d)
{
	if (d->typed)
		return "hand-typed";
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		bool fits = has_kind(d, clients[i].helo) && has_kind(d, clients[i].mail) &&
			    has_kind(d, clients[i].rcpt) && has_kind(d, clients[i].has);
		if (clients[i].quit_with_dot != MARK_ANY)
			fits = fits && d->quit_pipelined == (clients[i].quit_with_dot == MARK_YES);
		if (fits)
			return clients[i].name;
	}
	return "";
}
