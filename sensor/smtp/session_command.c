#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/smtp/session_state.h"

#define SHOWN 200 /* bytes of a command in a trace */

static void
trace_plain(struct smtp_session *s, const struct command *c)
{
	if (s->trace == NULL)
		return;
	char args[4 * SHOWN];
	text_clean_into(args, sizeof(args), slice_take(c->args, SHOWN));
	session_trace(s, "C %s%s%s", verb_text(c->verb), args[0] != '\0' ? " " : "", args);
}

/* ---- EHLO, HELO, LHLO ---- */

static bool
is_name_of_server(const struct smtp_session *s, struct slice name)
{
	struct slice banner = slice_str(s->record.banner);
	struct slice own = slice_split(&banner, ' ');
	struct addr address;
	if (own.len > 0 && slice_index(own, '.') < own.len && slice_ieq(name, own))
		return true;
	if (name.len > 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']')
		name = slice_take(slice_skip(name, 1), name.len - 2);
	if (slice_istarts(name, SLICE("IPv6:")))
		name = slice_skip(name, 5);
	return addr_parse(name, &address) == 0 && addr_eq(address, s->record.server.addr);
}

/* RFC 5321 4.1.1.1: Domain / address-literal; an underscore is Windows', and harmless. */
static bool
is_helo_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!chars_is(name.ptr[i], CHAR_ALPHA | CHAR_DIGIT | CHAR_HIGH) &&
			strchr("-._[]:", name.ptr[i]) == NULL)
			return false;
	return name.len > 0;
}

static void
note_helo(struct smtp_session *s, struct slice name)
{
	struct addr address;
	session_anomaly(s, ANOMALY_HELO_BAD, !is_helo_name(name));
	session_anomaly(s, ANOMALY_HELO_CHANGED,
		s->record.helo_name[0] != '\0' && !s->record.tls.used &&
			s->record.proxy.protocol[0] == '\0' &&
			s->xclient.addr.family == ADDR_NONE &&
			!slice_ieq(name, slice_str(s->record.helo_name)));
	if (name.len == 0)
		return;
	bool literal = name.len > 0 && name.ptr[0] == '[';
	bool bare_address = addr_parse(name, &address) == 0;
	bool localhost =
		slice_ieq(name, SLICE("localhost")) || slice_istarts(name, SLICE("localhost."));
	session_anomaly(s, ANOMALY_HELO_BARE_IP, bare_address);
	session_anomaly(s, ANOMALY_HELO_LOCALHOST, localhost);
	session_anomaly(s, ANOMALY_HELO_NO_DOT,
		!literal && !bare_address && !localhost && slice_index(name, '.') == name.len);
	session_anomaly(s, ANOMALY_HELO_TARGET, is_name_of_server(s, name));
}

static void
on_helo(struct smtp_session *s, const struct command *c)
{
	trace_plain(s, c);
	struct slice args = c->args;
	struct slice name = slice_split(&args, ' ');
	note_helo(s, name);
	s->record.helo_verb = verb_text(c->verb);
	s->record.helo_name = session_text(s, name, 255);
	s->ehlo_answered = false;
	session_changed(s);
	/* RFC 5321 4.1.4: an accepted EHLO resets like RSET; a refused one gives the mail back. */
	pending_push(s, c->verb, s->current);
	s->current = NULL;
}

/* ---- MAIL, RCPT ---- */

static void
note_path(struct smtp_session *s, const struct path *path)
{
	static const struct {
		enum path_fault fault;
		enum anomaly anomaly;
	} rows[] = {
		{ PATH_SPACE_AFTER_COLON, ANOMALY_SPACE_COLON },
		{ PATH_NO_BRACKETS, ANOMALY_NO_BRACKETS },
		{ PATH_BAD, ANOMALY_BAD_ADDRESS },
		{ PATH_SOURCE_ROUTE, ANOMALY_SOURCE_ROUTE },
		{ PATH_PERCENT, ANOMALY_PERCENT_HACK },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		session_anomaly(s, rows[i].anomaly, (path->faults & rows[i].fault) != 0);
}

/* RFC 5321 2.2.1: nothing that the server does not offer. */
static void
note_extension(struct smtp_session *s, enum extension needs)
{
	session_anomaly(s, ANOMALY_UNOFFERED,
		needs != EXTENSION_NONE && s->ehlo_answered && !(s->offers & 1u << needs));
}

static void
note_params(struct smtp_session *s, struct slice params)
{
	struct slice name, value;
	while (param_next(&params, &name, &value))
		note_extension(s, extension_of_param(name, value));
}

static void
on_mail(struct smtp_session *s, const struct command *c)
{
	struct path path;
	trace_plain(s, c);
	path_parse(c->args, "FROM", &path);
	dialect_command(&s->dialect, c, &path);
	note_path(s, &path);
	session_anomaly(s, ANOMALY_NO_HELO, s->record.helo_verb[0] == '\0');
	note_params(s, path.params);
	struct envelope *mail = session_mail_new(s);
	envelope_sender(mail, path.address, path.params);
	mail->unsure = s->unsure && !s->server_alive;
	s->lost_bytes = 0;
	s->current = mail;
	pending_push(s, VERB_MAIL, mail);
}

static void
on_rcpt(struct smtp_session *s, const struct command *c)
{
	struct path path;
	path_parse(c->args, "TO", &path);
	dialect_command(&s->dialect, c, &path);
	note_path(s, &path);
	note_params(s, path.params);
	privacy_note(&s->privacy, path.address);
	struct envelope *mail = s->current;
	if (mail == NULL) {
		session_trace(s, "C RCPT");
		session_anomaly(s, ANOMALY_BAD_SEQUENCE, !s->unsure);
		pending_push(s, VERB_RCPT, NULL);
		return;
	}
	struct slice local, domain;
	address_split(path.address, &local, &domain);
	int32_t index = envelope_recipient(mail, &s->privacy, &path);
	struct slice kept = s->privacy.off ? SLICE_EMPTY : envelope_keep(mail, local);
	if (index >= 0)
		session_trace(s, "C RCPT TO:<%s>", mail->record.rcpts[index].address);
	struct pending *p = pending_push(s, VERB_RCPT, mail);
	if (p == NULL)
		return;
	p->rcpt = index;
	p->local = kept;
}

/* ---- content ---- */

static void
on_data(struct smtp_session *s, const struct command *c)
{
	trace_plain(s, c);
	session_anomaly(s, ANOMALY_BAD_SEQUENCE, s->current == NULL && !s->unsure);
	session_anomaly(s, ANOMALY_MIXED_DATA,
		s->current != NULL && s->current->record.transfer == TRANSFER_BDAT);
	pending_push(s, VERB_DATA, s->current);
	hold_begin(s, VERB_DATA);
}

/* "BDAT" SP chunk-size [SP "LAST"], RFC 3030 2: 0, or -1. */
static int
bdat_parse(struct slice args, int64_t *size, bool *last)
{
	struct slice number = slice_split(&args, ' ');
	args = slice_trim(args);
	*last = slice_ieq(args, SLICE("LAST"));
	if (args.len > 0 && !*last)
		return -1;
	return slice_number(number, size);
}

static void
on_bdat(struct smtp_session *s, const struct command *c)
{
	int64_t size = 0;
	bool last = false;
	trace_plain(s, c);
	if (bdat_parse(c->args, &size, &last) < 0) {
		/* No server takes it, so no chunk follows. */
		session_anomaly(s, ANOMALY_BAD_BDAT, 1);
		pending_push(s, VERB_BDAT, NULL);
		return;
	}
	struct envelope *mail = s->current;
	session_anomaly(s, ANOMALY_BAD_SEQUENCE, mail == NULL && !s->unsure);
	struct pending *p = pending_push(s, VERB_BDAT, mail);
	if (p != NULL)
		p->last = last;
	if (mail != NULL)
		mail->record.transfer = TRANSFER_BDAT;
	if (last)
		s->current = NULL;
	if (size == 0)
		return;
	s->mode = CLIENT_BDAT;
	s->data_mail = mail;
	s->bdat_left = size;
}

/* RFC 4468 4.1: "BURL" SP url [SP "LAST"]. */
static void
on_burl(struct smtp_session *s, const struct command *c)
{
	struct envelope *mail = s->current;
	bool last = slice_iends(slice_trim(c->args), SLICE(" LAST"));
	session_trace(s, "C BURL%s", last ? " LAST" : "");
	session_anomaly(s, ANOMALY_BAD_SEQUENCE, mail == NULL && !s->unsure);
	struct pending *p = pending_push(s, VERB_BURL, mail);
	if (p != NULL)
		p->last = last;
	if (last)
		s->current = NULL;
}

/* ---- the others ---- */

static void
on_reset(struct smtp_session *s, const struct command *c)
{
	trace_plain(s, c);
	s->quit |= c->verb == VERB_QUIT;
	pending_push(s, c->verb, s->current);
	s->current = NULL;
}

static void
on_starttls(struct smtp_session *s, const struct command *c)
{
	trace_plain(s, c);
	pending_push(s, VERB_STARTTLS, s->current);
	hold_begin(s, VERB_STARTTLS);
}

static void
on_auth(struct smtp_session *s, const struct command *c)
{
	struct slice args = c->args;
	struct slice mechanism = slice_split(&args, ' ');
	s->record.auth.mechanism = session_text(s, mechanism, 20); /* RFC 4422 3.1 */
	s->record.auth.result = "unknown";
	s->auth_step = 0;
	s->client_lines.secrets = LINE_AFTER_AUTH;
	session_trace(s, "C %s %s", verb_text(c->verb), s->record.auth.mechanism);
	session_anomaly(s, ANOMALY_AUTH_CLEAR,
		slice_ieq(mechanism, SLICE("PLAIN")) || slice_ieq(mechanism, SLICE("LOGIN")));
	pending_push(s, c->verb, s->current);
}

static void
on_vrfy(struct smtp_session *s, const struct command *c)
{
	session_trace(s, "C %s", verb_text(c->verb));
	session_anomaly(s, ANOMALY_VRFY_PROBE, 1);
	struct slice address = c->args;
	if (address.len > 1 && address.ptr[0] == '<')
		address = slice_take(slice_skip(address, 1), address.len - 2);
	privacy_note(&s->privacy, address);
	pending_push(s, c->verb, s->current);
}

/* Postfix XCLIENT_README: attribute=xtext, of which the client's address is of interest. */
static void
on_xclient(struct smtp_session *s, const struct command *c)
{
	struct slice params = c->args, name, value;
	session_trace(s, "C %s", verb_text(c->verb));
	while (param_next(&params, &name, &value)) {
		int64_t port;
		if (slice_istarts(value, SLICE("IPV6:")))
			value = slice_skip(value, 5);
		if (slice_ieq(name, SLICE("ADDR")))
			(void)addr_parse(value, &s->xclient.addr);
		else if (slice_ieq(name, SLICE("PORT")) && slice_number(value, &port) == 0)
			s->xclient.port = (uint16_t)port;
	}
	pending_push(s, c->verb, s->current);
	s->current = NULL;
}

static void
on_other(struct smtp_session *s, const struct command *c)
{
	trace_plain(s, c);
	pending_push(s, c->verb, s->current);
}

static void
on_http(struct smtp_session *s, const struct command *c)
{
	session_trace(s, "C %s", verb_text(c->verb));
	session_anomaly(s, ANOMALY_HTTP, 1);
	pending_push(s, c->verb, s->current);
}

/* The line itself is not kept: it may be a secret out of place. */
static void
on_unknown(struct smtp_session *s, const struct command *c)
{
	session_trace(s, "C ?");
	session_anomaly(s, ANOMALY_UNKNOWN_COMMANDS, 1);
	session_anomaly(s, ANOMALY_FOREIGN, command_is_foreign(c));
	/* The server may never see it, and does not answer then what the client meant. */
	bool starttls = extension_is_overwritten(c->word) && c->args.len == 0;
	session_anomaly(s, ANOMALY_STARTTLS_STRIPPED, starttls);
	if (starttls)
		s->record.tls.starttls = "stripped";
	pending_push(s, VERB_UNKNOWN, s->current);
}

static void (*const handlers[VERBS_COUNT])(struct smtp_session *s, const struct command *c) = {
	[VERB_UNKNOWN] = on_unknown,
	[VERB_EHLO] = on_helo,
	[VERB_HELO] = on_helo,
	[VERB_LHLO] = on_helo,
	[VERB_MAIL] = on_mail,
	[VERB_RCPT] = on_rcpt,
	[VERB_DATA] = on_data,
	[VERB_BDAT] = on_bdat,
	[VERB_BURL] = on_burl,
	[VERB_RSET] = on_reset,
	[VERB_QUIT] = on_reset,
	[VERB_STARTTLS] = on_starttls,
	[VERB_ANONYMOUSTLS] = on_starttls,
	[VERB_AUTH] = on_auth,
	[VERB_EXPS] = on_auth,
	[VERB_VRFY] = on_vrfy,
	[VERB_EXPN] = on_vrfy,
	[VERB_XCLIENT] = on_xclient,
};

void
client_command(struct smtp_session *s, const struct command *c)
{
	if (c->verb != VERB_MAIL && c->verb != VERB_RCPT)
		dialect_command(&s->dialect, c, NULL);
	bool alone = c->verb == VERB_DATA || c->verb == VERB_RSET || c->verb == VERB_QUIT ||
		     c->verb == VERB_STARTTLS;
	session_anomaly(s, ANOMALY_ARGUMENTS, alone && c->args.len > 0);
	session_anomaly(s, ANOMALY_OBSOLETE, verb_is_obsolete(c->verb));
	note_extension(s, extension_of_command(c->verb));
	if (verb_is_http(c->verb))
		on_http(s, c);
	else
		(handlers[c->verb] != NULL ? handlers[c->verb] : on_other)(s, c);
}
