#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/header_received_parts.h"

/* What programs call themselves, the surest first.  Where: in the whole text, at the end of the
 * server's name, or at the beginning of the comment behind it. */
enum where { IN_TEXT, BY_ENDS, BY_COMMENT };

static const struct row {
	const char *text;
	enum where where;
	enum received_wording wording;
} rows[] = {
	{ "(fetchmail-", IN_TEXT, RECEIVED_FETCHER },
	{ " with POP3", IN_TEXT, RECEIVED_FETCHER },
	{ " with IMAP", IN_TEXT, RECEIVED_FETCHER },
	{ "SquirrelMail authenticated", IN_TEXT, RECEIVED_WEBMAIL },
	{ "NaSMail authenticated", IN_TEXT, RECEIVED_WEBMAIL },
	{ "(Horde", IN_TEXT, RECEIVED_WEBMAIL },
	{ "(IMP)", IN_TEXT, RECEIVED_WEBMAIL },
	{ "(Roundcube", IN_TEXT, RECEIVED_WEBMAIL },
	{ "(Postfix", IN_TEXT, RECEIVED_POSTFIX },
	{ "Exim", IN_TEXT, RECEIVED_EXIM },
	{ " SMTPSVC", IN_TEXT, RECEIVED_EXCHANGE },
	{ " with Microsoft SMTP Server", IN_TEXT, RECEIVED_EXCHANGE },
	{ " with mapi id ", IN_TEXT, RECEIVED_EXCHANGE },
	{ "Internet Mail Service", IN_TEXT, RECEIVED_EXCHANGE },
	{ "Microsoft Exchange", IN_TEXT, RECEIVED_EXCHANGE },
	{ "Lotus Domino ", BY_COMMENT, RECEIVED_DOMINO },
	{ "IBM Domino ", BY_COMMENT, RECEIVED_DOMINO },
	{ "HCL Domino ", BY_COMMENT, RECEIVED_DOMINO },
	{ "CommuniGate Pro", BY_COMMENT, RECEIVED_COMMUNIGATE },
	{ "MDaemon", IN_TEXT, RECEIVED_MDAEMON },
	{ "Kerio ", IN_TEXT, RECEIVED_KERIO },
	{ "OpenSMTPD", BY_COMMENT, RECEIVED_OPENSMTPD },
	{ "Haraka", BY_COMMENT, RECEIVED_HARAKA },
	{ "qpsmtpd", BY_COMMENT, RECEIVED_QPSMTPD },
	{ "ecelerity", BY_COMMENT, RECEIVED_ECELERITY },
	{ "Cyrus ", BY_COMMENT, RECEIVED_CYRUS },
	{ "Dovecot", BY_COMMENT, RECEIVED_DOVECOT },
	{ "[XMail ", IN_TEXT, RECEIVED_XMAIL },
	{ "(SG)", IN_TEXT, RECEIVED_SENDGRID },
	{ "(geopod-ismtpd", IN_TEXT, RECEIVED_SENDGRID },
	{ " via smap ", IN_TEXT, RECEIVED_SMAP },
	{ " via csmap ", IN_TEXT, RECEIVED_SMAP },
	{ "(LHLO ", IN_TEXT, RECEIVED_ZIMBRA },
	{ "(Zimbra", IN_TEXT, RECEIVED_ZIMBRA },
	{ "courier-", BY_COMMENT, RECEIVED_COURIER },
	{ "(softdnserr ", IN_TEXT, RECEIVED_COURIER },
	{ "(qmail ", IN_TEXT, RECEIVED_QMAIL },
	{ "qmail-", BY_COMMENT, RECEIVED_QMAIL },
	{ "mx.google.com", BY_ENDS, RECEIVED_GMAIL },
	{ "smtp.gmail.com", BY_ENDS, RECEIVED_GMAIL },
	{ ".yahoo.com", BY_ENDS, RECEIVED_YAHOO },
	{ ".hotmail.com", BY_ENDS, RECEIVED_HOTMAIL },
	{ ".hotmail.msn.com", BY_ENDS, RECEIVED_HOTMAIL },
	{ ".outlook.com", BY_ENDS, RECEIVED_HOTMAIL },
	{ ".iphmx.com", BY_ENDS, RECEIVED_IRONPORT },
	{ ".ironport.com", BY_ENDS, RECEIVED_IRONPORT },
};

static bool
has(struct slice s, const char *text)
{
	struct slice needle = slice_str(text);
	return slice_find(s, needle) < s.len;
}

static bool
row_matches(const struct row *row, const struct received_field *f)
{
	switch (row->where) {
	case IN_TEXT:
		return has(f->text, row->text);
	case BY_ENDS:
		return slice_iends(f->by, slice_str(row->text));
	case BY_COMMENT:
		return slice_istarts(f->by_comment, slice_str(row->text));
	}
	return false;
}

/* "8.14.4/8.14.4/Submit": versions of the program and of its configuration. */
static bool
sendmail_versions(struct slice comment)
{
	size_t slash = slice_index(comment, '/');
	struct slice version = slice_take(comment, slash);
	size_t dots = 0, i = 0;
	for (; i < version.len && (chars_is(version.ptr[i], CHAR_DIGIT) || version.ptr[i] == '.');
		i++)
		dots += version.ptr[i] == '.';
	return slash < comment.len && dots >= 1 && i + 4 > version.len;
}

void
received_wording_find(struct received_field *out)
{
	out->wording = RECEIVED_UNKNOWN;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (row_matches(&rows[i], out)) {
			out->wording = rows[i].wording;
			return;
		}
	bool from = slice_starts(out->text, SLICE("FROM "));
	if (from && has(out->text, " BY ") && has(out->text, " ID "))
		out->wording = RECEIVED_SIMTA;
	else if (sendmail_versions(out->by_comment))
		out->wording = RECEIVED_SENDMAIL;
	else if (has(out->text, "(HELO ") && slice_eq(out->with, SLICE("SMTP")))
		out->wording = RECEIVED_QMAIL;
	else if (slice_eq(out->with, SLICE("esmtp")) && has(out->text, " id 00"))
		out->wording = RECEIVED_COURIER;
	else if (slice_starts(out->with, SLICE("ESMTP")) && out->id.len == 0 &&
		 out->by_comment.len == 0 && has(out->text, ") by "))
		out->wording = RECEIVED_IRONPORT;
}

const char *
received_wording_name(enum received_wording wording)
{
	static const char *const names[RECEIVED_WORDINGS] = { [RECEIVED_UNKNOWN] = "",
		[RECEIVED_POSTFIX] = "postfix",
		[RECEIVED_EXIM] = "exim",
		[RECEIVED_SENDMAIL] = "sendmail",
		[RECEIVED_QMAIL] = "qmail",
		[RECEIVED_EXCHANGE] = "exchange",
		[RECEIVED_DOMINO] = "domino",
		[RECEIVED_IRONPORT] = "ironport",
		[RECEIVED_GMAIL] = "gmail",
		[RECEIVED_YAHOO] = "yahoo",
		[RECEIVED_HOTMAIL] = "hotmail",
		[RECEIVED_ZIMBRA] = "zimbra",
		[RECEIVED_COURIER] = "courier",
		[RECEIVED_COMMUNIGATE] = "communigate",
		[RECEIVED_MDAEMON] = "mdaemon",
		[RECEIVED_KERIO] = "kerio",
		[RECEIVED_OPENSMTPD] = "opensmtpd",
		[RECEIVED_HARAKA] = "haraka",
		[RECEIVED_FETCHER] = "fetcher",
		[RECEIVED_QPSMTPD] = "qpsmtpd",
		[RECEIVED_ECELERITY] = "ecelerity",
		[RECEIVED_CYRUS] = "cyrus",
		[RECEIVED_DOVECOT] = "dovecot",
		[RECEIVED_XMAIL] = "xmail",
		[RECEIVED_SENDGRID] = "sendgrid",
		[RECEIVED_SIMTA] = "simta",
		[RECEIVED_SMAP] = "smap",
		[RECEIVED_WEBMAIL] = "webmail" };
	return (unsigned)wording < RECEIVED_WORDINGS ? names[wording] : "";
}

/* ---- logged in ---- */

/* RFC 3848, 4954, 6531, and what web mail writes. */
static const char *const auth_with[] = { "ESMTPA", "ESMTPSA", "LMTPA", "LMTPSA", "UTF8SMTPA",
	"UTF8SMTPSA", "UTF8LMTPA", "UTF8LMTPSA", "ASMTP", "HTTP", "HTTPS", "HTTPU" };

static struct slice
auth_by_with(const struct received_field *f)
{
	struct slice rest = f->text;
	if (!has(f->text, " by "))
		return SLICE_EMPTY;
	while (rest.len > 0) {
		rest = slice_skip(rest, slice_find(rest, SLICE(" with ")) + 6);
		size_t n = 0;
		while (n < rest.len && rest.ptr[n] != ' ' && rest.ptr[n] != ';')
			n++;
		for (size_t i = 0; i < sizeof auth_with / sizeof *auth_with; i++)
			if (slice_ieq(slice_take(rest, n), slice_str(auth_with[i])))
				return slice_take(rest, n);
	}
	return SLICE_EMPTY;
}

/* Of what stands before " by ". */
static struct slice
client_part(const struct received_field *f)
{
	return slice_take(f->text, slice_find(f->text, SLICE(" by ")));
}

/* "(AUTH: LOGIN user, TLS…)" behind the address */
static struct slice
auth_courier(const struct received_field *f)
{
	static const char *const mechanisms[] = { "LOGIN", "PLAIN", "DIGEST-MD5", "CRAM-MD5" };
	struct slice part = client_part(f);
	size_t at = slice_find(part, SLICE("(AUTH: "));
	struct slice word = slice_skip(part, at + 7);
	word = slice_take(word, slice_index(word, ' '));
	bool behind = at > 2 && (slice_starts(slice_skip(part, at - 3), SLICE("]) ")) ||
					slice_starts(slice_skip(part, at - 3), SLICE(")] ")));
	for (size_t i = 0; behind && i < sizeof mechanisms / sizeof *mechanisms; i++)
		if (slice_eq(word, slice_str(mechanisms[i])))
			return word;
	return SLICE_EMPTY;
}

/* Texts before "by", and what SpamAssassin calls them. */
static struct slice
auth_by_text(const struct received_field *f)
{
	struct slice part = client_part(f), rest = slice_skip(f->text, part.len);
	size_t bracket = slice_find(part, SLICE("])"));
	if (bracket == part.len)
		bracket = slice_find(part, SLICE(")]"));
	if (bracket == part.len && has(part, "] ("))
		bracket = slice_find(part, SLICE("] ("));
	if (has(slice_skip(part, bracket), "authenticated"))
		return SLICE("Sendmail");
	if (has(part, "(Authenticated sender: "))
		return SLICE("Postfix");
	if (has(rest, "CommuniGate Pro ") && has(f->text, " (account "))
		return SLICE("Communigate");
	/* GMX tells only by the wording that is its submission's */
	if ((slice_eq(f->by, SLICE("mail.gmx.net")) || slice_eq(f->by, SLICE("mail.gmx.com"))) &&
		has(part, ") [") && slice_find(f->with, SLICE("SMTP")) < 2)
		return SLICE("GMX");
	if (has(rest, "(authenticated as "))
		return SLICE("CriticalPath");
	if (has(f->text, " with Microsoft Exchange Server HTTP-DAV"))
		return SLICE("HTTP-DAV");
	size_t via = slice_ifind(rest, SLICE(" (via HTTP"));
	if (via < rest.len)
		return slice_take(
			slice_skip(rest, via + 6), slice_index(slice_skip(rest, via + 6), ')'));
	return SLICE_EMPTY;
}

/* Gmail's ids of mails that its users hand in have "sm" in them: "a1sm123456abc.12.2019.…". */
static bool
gmail_user(const struct received_field *f)
{
	size_t sm = slice_find(f->id, SLICE("sm"));
	return slice_eq(f->by, SLICE("mx.google.com")) && slice_starts(f->with, SLICE("ESMTPS")) &&
	       sm > 0 && sm <= 4 && sm + 2 < f->id.len && chars_is(f->id.ptr[sm + 2], CHAR_DIGIT) &&
	       has(f->text, "(version=");
}

void
received_auth_find(struct received_field *out)
{
	out->auth = auth_by_with(out);
	if (out->auth.len == 0 && gmail_user(out))
		out->auth = SLICE("GMail");
	if (out->auth.len == 0)
		out->auth = auth_courier(out);
	if (out->auth.len == 0)
		out->auth = auth_by_text(out);
	if (out->auth.len > 0)
		out->facts |= RECEIVED_AUTH;
	if (slice_istarts(out->with, SLICE("ESMTPS")) || has(out->text, "(using TLS") ||
		has(out->text, "version=TLS") || has(out->text, "(TLS") ||
		slice_istarts(out->with, SLICE("esmtps")) || has(out->text, "(Cipher "))
		out->facts |= RECEIVED_TLS;
}
