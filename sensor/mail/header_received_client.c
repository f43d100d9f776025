#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/header_received_parts.h"

/* What the main programs write between "from" and "by":
 *
 *   Postfix, Sendmail   HELO (rdns [ip])          HELO (user@rdns [ip] (may be forged))
 *   Exim                rdns ([ip] helo=HELO)     [ip] (helo=HELO ident=user)
 *   qmail, qpsmtpd      rdns (HELO name) (user@ip)          unknown (ip)
 *   Exchange, Domino    HELO (ip)                 HELO ([ip])
 *   MDaemon             HELO [ip]                 HELO [(ip)]
 *   CommuniGate         [ip] (account x HELO name)          rdns ([ip] verified)
 *   web mail            ip, [ip], ip ([ip])       smap: rdns(ip)
 */

/* ---- addresses ---- */

/* "[IPv6:fe80::1%eth0]:25" -> "fe80::1" */
static struct slice
ip_core(struct slice s)
{
	if (s.len > 0 && s.ptr[0] == '[') {
		s = slice_skip(s, 1);
		s = slice_take(s, slice_index(s, ']'));
	}
	if (slice_istarts(s, SLICE("IPv6:")))
		s = slice_skip(s, 5);
	return slice_take(s, slice_index(s, '%'));
}

/* "192.0.2.7:25", "192.0.2.7,", and in brackets also "192.0.2.7.13219" */
static struct slice
without_port(struct slice s, bool bracketed)
{
	size_t n = 0, dots = 0;
	while (n < s.len && (chars_is(s.ptr[n], CHAR_DIGIT) || (s.ptr[n] == '.' && dots < 3))) {
		dots += s.ptr[n] == '.';
		n++;
	}
	bool port = dots == 3 && n < s.len && memchr(":,;.", s.ptr[n], bracketed ? 4 : 3) != NULL;
	return port ? slice_take(s, n) : s;
}

bool
received_ip(struct slice s, struct slice *ip, struct addr *address)
{
	static const char mapped[] = "::ffff:";
	struct slice core = without_port(ip_core(s), s.len > 0 && s.ptr[0] == '[');
	if (core.len < 2 || (!chars_is(core.ptr[0], CHAR_HEX) && core.ptr[0] != ':') ||
		addr_parse(core, address) < 0)
		return false;
	if (address->family == ADDR_V4 && slice_istarts(core, slice_str(mapped)))
		core = slice_skip(core, sizeof mapped - 1);
	*ip = core;
	return true;
}

/* Four groups of digits with dots between: what was meant as an address. */
static bool
looks_like_ip(struct slice s)
{
	size_t dots = 0, i = 0;
	s = ip_core(s);
	for (; i < s.len && (chars_is(s.ptr[i], CHAR_DIGIT) || s.ptr[i] == '.'); i++)
		dots += s.ptr[i] == '.';
	return s.len > 0 && i == s.len && dots == 3;
}

/* ---- comments ---- */

struct atoms {
	struct slice rest;
	size_t count;
};

static struct slice
atom_next(struct atoms *a)
{
	while (a->rest.len > 0 && a->rest.ptr[0] == ' ')
		a->rest = slice_skip(a->rest, 1);
	a->count += a->rest.len > 0;
	return slice_split(&a->rest, ' ');
}

static void
ident_split(struct slice *name, struct received_client *c)
{
	size_t at = slice_index(*name, '@');
	if (at == name->len)
		return;
	struct slice ident = slice_take(*name, at);
	*name = slice_skip(*name, at + 1);
	if (slice_istarts(ident, SLICE("IDENT:")))
		ident = slice_skip(ident, 6);
	if (c->ident.len == 0)
		c->ident = ident;
}

static bool
take_ip(struct received_client *c, struct slice text)
{
	struct slice ip;
	struct addr address;
	if (!received_ip(text, &ip, &address))
		return false;
	if (c->ip.len > 0)
		return true;
	c->ip = ip;
	c->address = address;
	c->ip_behind = c->has_helo;
	return true;
}

/* "[ip]", "name[ip]", "user@[ip]:port" */
static bool
take_bracketed(struct received_client *c, struct slice atom, struct slice first)
{
	size_t open = slice_index(atom, '[');
	if (open == atom.len)
		return false;
	/* "(192.0.2.7 [192.0.2.7])": the first is what stands for a name */
	struct slice ip;
	struct addr address;
	if (c->bare && first.len > 0 && open == 0 && received_ip(atom, &ip, &address)) {
		c->ip = SLICE_EMPTY;
		c->bare = false;
	}
	bool had = c->ip.len > 0;
	struct slice before = slice_take(atom, open);
	if (!take_ip(c, slice_skip(atom, open)))
		return false;
	if (had) {
		c->twice = true;
		return true;
	}
	c->bracketed = true;
	if (before.len > 0 && before.ptr[before.len - 1] == '@') {
		c->ident = slice_take(before, before.len - 1);
		c->ident_only = true;
		return true;
	}
	c->name = before.len > 0 ? before : first;
	if (slice_eq(before, SLICE("Verified")) && slice_eq(first, SLICE("Not")))
		c->softdnserr = true;
	if (c->name.len > 0 && c->name.ptr[0] == '<')
		c->name = SLICE("unknown");
	else
		ident_split(&c->name, c);
	return true;
}

/* "ip", "user@ip", "ip," */
static bool
take_bare(struct received_client *c, struct slice atom)
{
	size_t at = atom.len;
	while (at > 0 && atom.ptr[at - 1] != '@')
		at--;
	if (!take_ip(c, slice_skip(atom, at)))
		return false;
	c->bare = !c->bracketed;
	if (at > 0 && c->ident.len == 0)
		c->ident = slice_take(atom, at - 1);
	return true;
}

static bool
is_helo(struct slice atom)
{
	return slice_eq(atom, SLICE("HELO")) || slice_eq(atom, SLICE("EHLO")) ||
	       slice_eq(atom, SLICE("LHLO"));
}

static struct slice
until_parenthesis(struct slice s)
{
	while (s.len > 0 && memchr("(),\"", s.ptr[s.len - 1], 4) != NULL)
		s.len--;
	return s;
}

/* Words that say something by being there. */
static void
take_flag(struct received_client *c, struct slice atom, struct received_field *out)
{
	if (slice_istarts(atom, SLICE("forged")) || slice_istarts(atom, SLICE("unverified")))
		out->facts |= RECEIVED_FORGED_NAME;
	else if (slice_istarts(atom, SLICE("verified")))
		c->verified = true;
	else if (slice_eq(atom, SLICE("softdnserr")))
		c->softdnserr = true;
	else if (slice_istarts(atom, SLICE("TLS")) || slice_istarts(atom, SLICE("SSL")))
		out->facts |= RECEIVED_TLS;
	else if (looks_like_ip(atom))
		out->facts |= RECEIVED_BAD_ADDRESS;
}

static void
comment_read(struct slice comment, struct received_client *c, struct received_field *out)
{
	struct atoms a = { .rest = comment };
	struct slice first = SLICE_EMPTY;
	for (struct slice atom; (atom = atom_next(&a)).len > 0;) {
		bool quote = atom.ptr[0] == '"' && is_helo(slice_skip(atom, 1));
		if ((quote || is_helo(atom)) && !c->has_helo) {
			c->helo = until_parenthesis(atom_next(&a));
			c->has_helo = true;
			c->helo_quoted = quote;
		} else if (slice_istarts(atom, SLICE("helo=")) && !c->helo_equals) {
			c->helo = until_parenthesis(slice_skip(atom, 5));
			c->helo_equals = true;
		} else if (slice_istarts(atom, SLICE("ident="))) {
			c->ident = until_parenthesis(slice_skip(atom, 6));
		} else if (slice_eq(atom, SLICE("account"))) {
			(void)atom_next(&a);
		} else if (!take_bracketed(c, atom, a.count == 2 ? first : SLICE_EMPTY)) {
			if (take_bare(c, atom))
				c->ip_late = c->ip_late || (c->bare && a.count > 1);
			else
				take_flag(c, atom, out);
		}
		if (a.count == 1)
			first = atom;
	}
	c->comments++;
	c->envelope = c->envelope || slice_istarts(comment, SLICE("envelope-sender"));
	if (c->comments == 1 && a.count == 1 && c->ip.len == 0 && !c->has_helo)
		c->remark = first;
}

/* ---- what is between "from" and "by" ---- */

static void
word_read(const struct received_token *t, size_t i, struct received_client *c)
{
	struct slice text = t->text;
	if (i == 0) {
		c->word = text;
		c->word_literal = text.len > 0 && text.ptr[0] == '[';
		struct slice ip;
		struct addr address;
		c->word_ip = received_ip(text, &ip, &address);
		return;
	}
	if (text.len == 0 || text.ptr[0] != '[' || c->ip.len > 0)
		return;
	bool odd = text.len > 1 && text.ptr[1] == '(';
	c->beside = take_ip(c, text);
	c->odd_beside = odd && c->beside;
}

void
received_client_read(const struct received_tokens *t, size_t first, size_t last,
	struct received_client *c, struct received_field *out)
{
	for (size_t i = first; i < last; i++) {
		const struct received_token *token = &t->list[i];
		if (!token->comment) {
			word_read(token, i - first, c);
			continue;
		}
		bool had = c->ip.len > 0;
		/* "[(192.0.2.7)]" is cut into "[", a comment and "]" */
		bool inside = i > first && slice_eq(t->list[i - 1].text, SLICE("["));
		comment_read(token->text, c, out);
		if (had || c->ip.len == 0)
			continue;
		c->odd_beside = inside;
		c->glued = token->glued && !inside && i == first + 1;
		c->spaced = token->text.len > 0 && token->text.ptr[0] == ' ';
	}
}

/* ---- who is who ---- */

static struct slice
unless_unknown(struct slice name)
{
	bool nothing = slice_ieq(name, SLICE("unknown")) || (name.len > 0 && name.ptr[0] == '[');
	while (name.len > 0 && name.ptr[name.len - 1] == '.')
		name.len--;
	return nothing ? SLICE_EMPTY : name;
}

static bool
has(const struct received_field *out, const char *text)
{
	struct slice s = slice_str(text);
	return slice_find(out->text, s) < out->text.len;
}

/* "ip by name with …" and two programs more. */
static bool
bare_address_handed_over(const struct received_field *out)
{
	if (out->by.len == 0)
		return false;
	struct slice rest =
		slice_skip(out->text, (size_t)(out->by.ptr + out->by.len - out->text.ptr));
	return slice_starts(rest, SLICE(" with ")) || slice_starts(rest, SLICE(" (InterScan")) ||
	       slice_starts(rest, SLICE(" (SMTPL")) || out->wording == RECEIVED_HOTMAIL;
}

/* The first word is the client's address. */
static bool
word_is_client(const struct received_client *c, struct received_field *out)
{
	bool webmail = out->wording == RECEIVED_WEBMAIL;
	bool forwarded = c->word_literal && c->ip_late;
	if (!c->word_ip || (c->ip.len > 0 && !c->has_helo && !webmail && !forwarded))
		return false;
	if (c->has_helo && c->ip_behind)
		return false;
	if (!c->word_literal && c->ip.len == 0 && !c->has_helo && !webmail &&
		!bare_address_handed_over(out))
		return false;
	(void)received_ip(c->word, &out->ip, &out->address);
	out->helo = c->helo;
	return true;
}

/* qmail without HELO: it was the name by DNS. "with SMTP", and no id behind it. */
static bool
qmail_like(const struct received_client *c, const struct received_field *out)
{
	size_t others = c->comments - (c->envelope ? 1 : 0) - (c->has_helo ? 1 : 0);
	struct slice with = out->with;
	size_t n = slice_find(with, SLICE("SMTP"));
	bool smtp = slice_starts(with, SLICE("SMTP")) || slice_starts(with, SLICE("QMQP")) ||
		    (n > 0 && n < with.len && with.ptr[n - 1] == ' ');
	bool login = has(out, " with plain) ") || has(out, " with login) ");
	return smtp && others == 1 && !login && out->via.len == 0 && !has(out, " SMTP id ");
}

/* "rdns (HELO name) (ip)": by DNS, unless it is "unknown". */
static void
assign_helo(const struct received_client *c, struct received_field *out)
{
	bool told =
		out->wording == RECEIVED_QPSMTPD || out->wording == RECEIVED_ZIMBRA || c->beside;
	out->helo = c->helo;
	if (c->helo_quoted || (c->beside && !c->ip_behind))
		return;
	out->rdns = unless_unknown(c->word);
	if (!told && (out->rdns.len > 0 || !qmail_like(c, out)))
		out->facts |= RECEIVED_LOOKED_UP;
}

static bool
exchange_like(const struct received_client *c, const struct received_field *out)
{
	if (has(out, " with mapi id ") || has(out, "(Scalix SMTP"))
		return true;
	return c->bracketed && ((has(out, " SMTPSVC") && !has(out, " over TLS ")) ||
				       out->wording == RECEIVED_DOMINO);
}

/* "name ([ip])" and "name (ip)" */
static void
assign_only_ip(const struct received_client *c, struct received_field *out)
{
	bool exim = out->wording == RECEIVED_EXIM, both = exim || c->verified;
	if (exchange_like(c, out)) {
		out->helo = c->word;
		return;
	}
	if (out->wording == RECEIVED_ECELERITY || c->spaced)
		return;
	if (c->glued) { /* smap */
		out->rdns = c->word;
		out->helo = c->helo;
		out->facts |= RECEIVED_LOOKED_UP;
		return;
	}
	out->helo = c->word;
	bool qmail = qmail_like(c, out), unknown = slice_eq(c->word, SLICE("unknown"));
	if (!exim && !(qmail && unknown))
		out->facts |= RECEIVED_LOOKED_UP;
	if (both || c->bare || qmail || (c->ident_only && out->by_comment.len == 0))
		out->rdns = unless_unknown(c->word);
	if (c->odd_beside)
		out->facts &= ~(unsigned)RECEIVED_LOOKED_UP;
}

/* "name [ip]" */
static void
assign_beside(const struct received_client *c, struct received_field *out)
{
	bool exim = out->wording == RECEIVED_EXIM;
	out->helo = exim && c->remark.len > 0 ? c->remark : c->word;
	out->rdns = exim ? unless_unknown(c->word) : SLICE_EMPTY;
	if (out->by_literal && out->with.len > 0)
		out->facts |= RECEIVED_LOOKED_UP;
}

static void
assign_named(const struct received_client *c, struct received_field *out)
{
	out->helo = c->word.len > 0 ? c->word : c->name;
	if (c->softdnserr || c->word.len == 0)
		return;
	out->rdns = unless_unknown(c->name);
	out->facts |= RECEIVED_LOOKED_UP;
}

static bool
starts_clause(struct slice s)
{
	return slice_starts(s, SLICE(" with ")) || slice_starts(s, SLICE(" via ")) ||
	       slice_starts(s, SLICE(" for "));
}

/* Nothing but words: "name by name with …", "name by name (…", "name with … by …", "name id …". */
static bool
plain_words(const struct received_client *c, const struct received_field *out)
{
	struct slice s = out->text;
	if (c->word.len == 0 || c->word_literal)
		return false;
	struct slice rest = slice_skip(s, (size_t)(c->word.ptr + c->word.len - s.ptr));
	if (starts_clause(rest))
		return out->by.len > 0;
	if (slice_starts(rest, SLICE(" id ")))
		return out->by.len == 0;
	if (!slice_istarts(rest, SLICE(" by ")) || out->by.len == 0)
		return false;
	rest = slice_skip(s, (size_t)(out->by.ptr + out->by.len - s.ptr));
	return starts_clause(rest) || slice_starts(rest, SLICE(" ("));
}

/* No address: handed over on the machine, or by a server that does not tell. */
static enum received_kind
without_address(const struct received_client *c, const struct received_field *out)
{
	if (has(out, "with POP3") || has(out, "with IMAP"))
		return RECEIVED_FETCHED;
	if (has(out, "localhost)") || has(out, "[local]") || has(out, "unix socket]") ||
		has(out, "[UNIX: localhost]"))
		return RECEIVED_LOCAL;
	if (has(out, "mail pickup service") || has(out, "(AUTH: ") || has(out, "(unverified) by") ||
		has(out, "(unknown) by") || has(out, " named ") || has(out, "(LSMTP for") ||
		has(out, "by uid ") || has(out, "qmail-scanner") || has(out, "(Content Techno") ||
		has(out, "(jqueuemail)") || has(out, "Thrift id"))
		return RECEIVED_LOCAL;
	return plain_words(c, out) ? RECEIVED_LOCAL : RECEIVED_UNREADABLE;
}

/* "from name by name ; date": not even a program's name. */
static bool
says_nothing(const struct received_client *c, const struct received_field *out)
{
	struct slice s = out->text;
	if (c->word.len == 0 || out->by.len == 0)
		return false;
	size_t between = (size_t)(out->by.ptr - c->word.ptr) - c->word.len;
	size_t end = (size_t)(out->by.ptr + out->by.len - s.ptr);
	while (end < s.len && s.ptr[end] == ' ')
		end++;
	return between == 4 && end < s.len && s.ptr[end] == ';' && !(c->word_literal && c->word_ip);
}

/* Anything in brackets that is an address. */
static bool
any_literal(struct received_field *out)
{
	struct slice rest = out->text;
	while (rest.len > 0) {
		rest = slice_skip(rest, slice_index(rest, '['));
		if (rest.len > 0 && received_ip(rest, &out->ip, &out->address))
			return true;
		rest = slice_skip(rest, 1);
	}
	return false;
}

static bool
handed_over_locally(const struct received_client *c, const struct received_field *out)
{
	if (has(out, " with local for ") || says_nothing(c, out))
		return true;
	return (out->wording == RECEIVED_EXIM || c->helo_equals) &&
	       slice_istarts(out->with, SLICE("local"));
}

static bool
nothing_behind(const struct received_field *out)
{
	if (out->by.len == 0)
		return false;
	struct slice rest =
		slice_skip(out->text, (size_t)(out->by.ptr + out->by.len - out->text.ptr));
	return rest.len == 0 || rest.ptr[0] == ';';
}

/* Words before the address, a port behind it without brackets, or the date at once behind the
 * server: no program writes that (but LSMTP and XMail the port). */
static bool
no_wording(const struct received_client *c, const struct received_field *out)
{
	size_t end = (size_t)(c->ip.ptr + c->ip.len - out->text.ptr);
	bool port =
		end < out->text.len && out->text.ptr[end] == ':' && out->wording != RECEIVED_XMAIL;
	if (c->bare && !c->has_helo && (c->remark.len > 0 || c->ip_late || port))
		return true;
	return nothing_behind(out) && c->name.len == 0;
}

void
received_client_assign(const struct received_client *c, struct received_field *out)
{
	out->kind = RECEIVED_RELAY;
	out->ident = c->ident;
	if (handed_over_locally(c, out)) {
		out->kind = RECEIVED_LOCAL;
		out->facts |= RECEIVED_NO_ADDRESS;
		return;
	}
	if (word_is_client(c, out))
		return;
	if (has(out, " with mapi id "))
		out->id = SLICE_EMPTY; /* a version */
	out->ip = c->ip;
	out->address = c->address;
	if (c->ip.len == 0) {
		out->facts |= RECEIVED_NO_ADDRESS;
		out->kind = without_address(c, out);
		out->helo = c->helo.len > 0 ? c->helo : c->word;
		if (out->kind == RECEIVED_UNREADABLE && out->by.len > 0 && any_literal(out))
			out->kind = RECEIVED_RELAY;
		return;
	}
	if ((c->beside || c->bare) && (has(out, "with POP3") || has(out, "with IMAP")))
		out->kind = RECEIVED_FETCHED;
	if (no_wording(c, out)) {
		out->helo = c->helo.len > 0 ? c->helo : c->word;
		if (!c->bracketed && out->kind == RECEIVED_RELAY)
			out->kind = has(out, "(LSMTP for ") ? RECEIVED_LOCAL : RECEIVED_UNREADABLE;
	} else if (c->helo_equals) {
		out->helo = c->helo;
		if (out->wording == RECEIVED_EXIM || bare_address_handed_over(out))
			out->rdns = unless_unknown(c->word);
	} else if (c->has_helo) {
		assign_helo(c, out);
	} else if (c->beside) {
		assign_beside(c, out);
	} else if (c->bracketed && c->name.len > 0) {
		assign_named(c, out);
	} else if (c->word.len > 0 && !(c->word_ip && c->bracketed && has(out, "with HTTP"))) {
		assign_only_ip(c, out);
	}
}
