#include "sensor/base/chars.h"
#include "sensor/smtp/command.h"

static const char *const verb_texts[VERBS_COUNT] = {
	[VERB_UNKNOWN] = "",
#define X(name, text, source) [VERB_##name] = (text),
	VERBS(X)
#undef X
		[VERB_GREETING] = "greeting",
	[VERB_DATA_END] = "data-end",
	[VERB_SECRET] = "",
};

const char *
verb_text(enum verb verb)
{
	return verb_texts[verb];
}

enum verb
verb_of(struct slice word)
{
	uint8_t first = word.len > 0 ? chars_lower(word.ptr[0]) : 0;
	for (int v = VERB_UNKNOWN + 1; v < VERB_GREETING; v++)
		if (chars_lower((uint8_t)verb_texts[v][0]) == first &&
			slice_ieq(word, slice_str(verb_texts[v])))
			return (enum verb)v;
	return VERB_UNKNOWN;
}

bool
verb_begins(struct slice word)
{
	for (int v = VERB_UNKNOWN + 1; v < VERB_GREETING; v++)
		if (slice_istarts(slice_str(verb_texts[v]), word))
			return true;
	return false;
}

bool
verb_is_http(enum verb verb)
{
	return verb >= VERB_GET && verb <= VERB_PROPFIND;
}

bool
verb_is_obsolete(enum verb verb)
{
	return verb == VERB_TURN || (verb >= VERB_SEND && verb <= VERB_KILL);
}

static bool
is_space(uint8_t c)
{
	return chars_is(c, CHAR_SPACE);
}

/* The first word of *rest; *rest continues at the white space after it. */
static struct slice
take_word(struct slice *rest)
{
	size_t n = 0;
	while (n < rest->len && !is_space(rest->ptr[n]))
		n++;
	struct slice word = slice_take(*rest, n);
	*rest = slice_skip(*rest, n);
	return word;
}

void
command_parse(struct slice line, struct command *out)
{
	struct slice rest = slice_trim(line);
	out->line = line;
	out->word = take_word(&rest);
	out->args = slice_trim(rest);
	out->verb = verb_of(out->word);
	/* "MAIL:" and "RCPT:" and "mail from" glued to what follows are left unknown: no server
	 * takes them. */
}

/* RFC 5322 3.6.8: ftext, then ":".  MAIL:, RCPT: and their like are SMTP written badly. */
static bool
is_field_name(struct slice word)
{
	if (word.len < 2)
		return false;
	struct slice name = slice_take(word, slice_index(word, ':'));
	for (size_t i = 0; i < name.len; i++)
		if (!chars_is(name.ptr[i], CHAR_ALPHA | CHAR_DIGIT) && name.ptr[i] != '-')
			return false;
	return name.len >= 2 && name.len < word.len && verb_of(name) == VERB_UNKNOWN;
}

bool
command_is_foreign(const struct command *c)
{
	static const char *const words[] = { "USER", "PASS", "STAT", "LIST", "RETR", "UIDL", "CAPA",
		"APOP",						       /* RFC 1939, 2449 */
		"PASV", "PORT", "EPSV", "SYST", "CWD", "STOR", "TYPE", /* RFC 959, 2428 */
		"NICK", "JOIN", "PRIVMSG",			       /* RFC 2812 */
		"REGISTER", "INVITE",				       /* RFC 3261 */
		"MODE", "GROUP", "ARTICLE" };			       /* RFC 3977 */
	/* RFC 9051 2.2.1: a tag stands before the command. */
	static const char *const tagged[] = { "LOGIN", "CAPABILITY", "AUTHENTICATE", "SELECT",
		"STARTTLS", "LOGOUT" };
	if (c->verb != VERB_UNKNOWN)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_ieq(c->word, slice_str(words[i])))
			return true;
	struct slice rest = c->args, second = slice_split(&rest, ' ');
	for (size_t i = 0; i < sizeof(tagged) / sizeof(tagged[0]); i++)
		if (slice_ieq(second, slice_str(tagged[i])))
			return true;
	return is_field_name(c->word) || slice_starts(c->word, SLICE("SSH-"));
}

void
address_split(struct slice address, struct slice *local, struct slice *domain)
{
	size_t at = address.len;
	bool quoted = false;
	for (size_t i = 0; i < address.len; i++) {
		uint8_t c = address.ptr[i];
		if (c == '\\' && quoted)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == '@' && !quoted)
			at = i;
	}
	*local = slice_take(address, at);
	*domain = slice_skip(address, at + 1);
}

/* Length of the path up to its closing bracket or, without brackets, to the first space; quotes
 * hide both. */
static size_t
path_length(struct slice s, bool brackets)
{
	bool quoted = false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if (c == '\\' && quoted)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (brackets ? c == '>' : is_space(c)))
			return i;
	}
	return s.len;
}

/* RFC 5321 4.1.2, loosely: printable, no spaces outside of quotes, something on both sides of @.  A
 * bare local part is what RFC 5321 4.1.1.3 allows for "Postmaster" and what mail between the users
 * of one host looks like. */
static unsigned
address_faults(struct slice address)
{
	unsigned faults = 0;
	struct slice local, domain;
	address_split(address, &local, &domain);
	if (address.len > 0 && (local.len == 0 || (domain.len == 0 && local.len != address.len)))
		faults |= PATH_BAD;
	bool quoted = local.len > 1 && local.ptr[0] == '"';
	for (size_t i = 0; i < address.len && !(faults & PATH_BAD); i++) {
		uint8_t c = address.ptr[i];
		if (chars_is(c, CHAR_CTL) || (!quoted && (is_space(c) || c == '<' || c == '>')))
			faults |= PATH_BAD;
	}
	if (!quoted && (slice_index(local, '%') < local.len || slice_index(local, '!') < local.len))
		faults |= PATH_PERCENT;
	if (quoted && slice_index(local, '@') < local.len)
		faults |= PATH_PERCENT; /* "user@there"@here */
	return faults;
}

void
path_parse(struct slice args, const char *keyword, struct path *out)
{
	*out = (struct path){ 0 };
	struct slice key = slice_str(keyword);
	struct slice rest = args;
	if (slice_istarts(rest, key)) {
		rest = slice_skip(rest, key.len);
		while (rest.len > 0 && is_space(rest.ptr[0]))
			rest = slice_skip(rest, 1);
	}
	if (rest.len == args.len || rest.len == 0 || rest.ptr[0] != ':') {
		out->faults |= PATH_NO_KEYWORD | PATH_BAD;
		out->lead = slice_take(args, args.len - rest.len);
		return;
	}
	rest = slice_skip(rest, 1);
	if (rest.len > 0 && is_space(rest.ptr[0]))
		out->faults |= PATH_SPACE_AFTER_COLON;
	while (rest.len > 0 && is_space(rest.ptr[0]))
		rest = slice_skip(rest, 1);
	bool brackets = rest.len > 0 && rest.ptr[0] == '<';
	rest = slice_skip(rest, brackets);
	out->lead = slice_take(args, args.len - rest.len);
	size_t n = path_length(rest, brackets);
	out->address = slice_trim(slice_take(rest, n));
	out->params = slice_trim(slice_skip(rest, n + brackets));
	if (!brackets)
		out->faults |= PATH_NO_BRACKETS | (out->address.len == 0 ? PATH_BAD : 0);
	else if (n == rest.len)
		out->faults |= PATH_BAD;
	if (out->address.len > 0 && out->address.ptr[0] == '@') {
		size_t colon = slice_index(out->address, ':');
		out->faults |= PATH_SOURCE_ROUTE;
		out->address = slice_skip(out->address, colon < out->address.len ? colon + 1 : 0);
	}
	out->faults |= address_faults(out->address);
}

int
param_next(struct slice *params, struct slice *name, struct slice *value)
{
	*params = slice_trim(*params);
	if (params->len == 0)
		return 0;
	struct slice word = take_word(params);
	*name = slice_split(&word, '=');
	*value = word;
	return 1;
}

bool
command_is_sure(const struct command *c)
{
	if (c->verb == VERB_MAIL) {
		struct path path;
		path_parse(c->args, "FROM", &path);
		return !(path.faults & (PATH_BAD | PATH_NO_BRACKETS));
	}
	if (c->verb == VERB_EHLO || c->verb == VERB_HELO || c->verb == VERB_LHLO)
		return c->args.len > 0 && c->args.len <= 255 &&
		       slice_index(c->args, ' ') == c->args.len;
	return (c->verb == VERB_RSET || c->verb == VERB_QUIT) && c->args.len == 0;
}

bool
command_is_plausible(const struct command *c)
{
	if (command_is_sure(c))
		return true;
	if (c->verb == VERB_RCPT) {
		struct path path;
		path_parse(c->args, "TO", &path);
		return !(path.faults & PATH_BAD);
	}
	return (c->verb == VERB_DATA || c->verb == VERB_NOOP || c->verb == VERB_STARTTLS ||
		       c->verb == VERB_AUTH) &&
	       (c->verb == VERB_AUTH || c->args.len == 0);
}
