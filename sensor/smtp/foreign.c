#include "sensor/smtp/foreign.h"

#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/cursor.h"

/* ---- words at the front ---- */

enum who { CLIENT, SERVER, EITHER };

static const struct row {
	const char *name;
	enum who who;
	struct slice start;
	struct slice later; /* also somewhere in what follows; empty = nothing */
	const char *source;
} rows[] = {
	{ "ssh", EITHER, SLICE("SSH-"), SLICE(""), "RFC 4253 4.2" },
	{ "pop3", SERVER, SLICE("+OK"), SLICE(""), "RFC 1939 4" },
	{ "pop3", CLIENT, SLICE("CAPA\r"), SLICE(""), "RFC 2449 5" },
	{ "imap", SERVER, SLICE("* OK"), SLICE(""), "RFC 9051 7.1" },
	{ "imap", SERVER, SLICE("* PREAUTH"), SLICE(""), "RFC 9051 7.1.4" },
	{ "imap", SERVER, SLICE("* BYE"), SLICE(""), "RFC 9051 7.1.5" },
	{ "nntp", SERVER, SLICE("200 "), SLICE("NNTP"), "RFC 3977 5.1" },
	{ "nntp", SERVER, SLICE("201 "), SLICE("NNTP"), "RFC 3977 5.1" },
	{ "nntp", SERVER, SLICE("200 "), SLICE("posting"), "RFC 3977 5.1" },
	{ "nntp", SERVER, SLICE("201 "), SLICE("posting"), "RFC 3977 5.1" },
	{ "nntp", SERVER, SLICE("200 "), SLICE("InterNetNews"), "its usual server" },
	{ "nntp", CLIENT, SLICE("MODE READER"), SLICE(""), "RFC 3977 5.3" },
	{ "http", SERVER, SLICE("HTTP/1."), SLICE(""), "RFC 9112 4" },
	{ "http", CLIENT, SLICE("PRI * HTTP/2"), SLICE(""), "RFC 9113 3.4" },
	{ "vnc", SERVER, SLICE("RFB 00"), SLICE(""), "RFC 6143 7.1.1" },
	{ "rsync", EITHER, SLICE("@RSYNCD:"), SLICE(""), "its own protocol 2" },
	{ "irc", CLIENT, SLICE("NICK "), SLICE(""), "RFC 2812 3.1.2" },
	{ "irc", CLIENT, SLICE("USER "), SLICE(" :"), "RFC 2812 3.1.3" },
	{ "irc", CLIENT, SLICE("CAP LS"), SLICE(""), "IRCv3, capability negotiation" },
	{ "irc", SERVER, SLICE(":"), SLICE(" NOTICE "), "RFC 2812 3.3.2" },
	{ "irc", SERVER, SLICE("NOTICE AUTH"), SLICE(""), "RFC 1459 4.4.2" },
	{ "sip", CLIENT, SLICE("INVITE sip"), SLICE(""), "RFC 3261 7.1" },
	{ "sip", CLIENT, SLICE("REGISTER sip"), SLICE(""), "RFC 3261 7.1" },
	{ "sip", CLIENT, SLICE("OPTIONS sip"), SLICE(""), "RFC 3261 7.1" },
	{ "rtsp", CLIENT, SLICE("OPTIONS rtsp"), SLICE(""), "RFC 7826 7.1" },
	{ "rtsp", CLIENT, SLICE("DESCRIBE rtsp"), SLICE(""), "RFC 7826 7.1" },
	{ "redis", CLIENT, SLICE("*1\r\n$"), SLICE(""), "RESP2, commands" },
	{ "redis", CLIENT, SLICE("*2\r\n$"), SLICE(""), "RESP2, commands" },
	{ "redis", CLIENT, SLICE("*3\r\n$"), SLICE(""), "RESP2, commands" },
	{ "redis", CLIENT, SLICE("INFO\r\n"), SLICE(""), "RESP2, inline commands" },
	{ "xmpp", CLIENT, SLICE("<?xml"), SLICE(""), "RFC 6120 4.2" },
	{ "xmpp", CLIENT, SLICE("<stream:stream"), SLICE(""), "RFC 6120 4.2" },
	{ "bittorrent", CLIENT,
		SLICE("\x13"
		      "BitTorrent protocol"),
		SLICE(""), "BEP 3" },
	{ "smb", CLIENT, SLICE("\0\0"), SLICE("\xffSMB"), "MS-SMB 2.2.3.1, in RFC 1002 4.3.1" },
	{ "smb", CLIENT, SLICE("\0\0"), SLICE("\xfeSMB"), "MS-SMB2 2.2.1, in RFC 1002 4.3.1" },
	{ "netbios", CLIENT, SLICE("\x81\0\0\x44 "), SLICE(""), "RFC 1002 4.3.2" },
	{ "postgresql", CLIENT, SLICE("\0\0\0\10\4\322\26\57"), SLICE(""), "its manual, 55.7" },
	{ "postgresql", CLIENT, SLICE("\0\0"), SLICE("\0user\0"), "its manual, 55.7" },
	{ "java-rmi", CLIENT, SLICE("JRMI"), SLICE(""), "its specification, 10.2" },
	{ "corba", CLIENT, SLICE("GIOP"), SLICE(""), "CORBA 15.4.1" },
	{ "adb", CLIENT, SLICE("CNXN"), SLICE(""), "its protocol.txt" },
	{ "telnet", EITHER, SLICE("\xff\xfb"), SLICE(""), "RFC 854: IAC WILL" },
	{ "telnet", EITHER, SLICE("\xff\xfc"), SLICE(""), "RFC 854: IAC WONT" },
	{ "telnet", EITHER, SLICE("\xff\xfd"), SLICE(""), "RFC 854: IAC DO" },
	{ "telnet", EITHER, SLICE("\xff\xfe"), SLICE(""), "RFC 854: IAC DONT" },
};

static bool
row_is(const struct row *row, struct slice s)
{
	return slice_starts(s, row->start) &&
	       (row->later.len == 0 || slice_find(s, row->later) < s.len);
}

/* ---- what needs a look at the bytes ---- */

/* RFC 9112 3: a method, a target, a version; the methods are those of RFC 9110 9.3, 5789 and WebDAV
 * that are seen in the wild. */
static bool
is_http(struct slice client, struct slice server)
{
	static const struct slice methods[] = { SLICE("GET "), SLICE("POST "), SLICE("HEAD "),
		SLICE("PUT "), SLICE("DELETE "), SLICE("OPTIONS "), SLICE("TRACE "),
		SLICE("CONNECT "), SLICE("PATCH "), SLICE("PROPFIND "), SLICE("SEARCH ") };
	(void)server;
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		struct slice target = slice_skip(client, methods[i].len);
		if (slice_starts(client, methods[i]) && target.len > 0 && target.ptr[0] > ' ')
			return true;
	}
	return false;
}

/* RFC 8446 5.1 with 4.1.2, RFC 6101 E: a record with a ClientHello, or SSL 2's. */
static bool
is_tls(struct slice client, struct slice server)
{
	(void)server;
	if (client.len < 5)
		return false;
	bool record =
		client.ptr[0] == 22 && client.ptr[1] == 3 && (client.len < 6 || client.ptr[5] == 1);
	return record || (client.ptr[0] & 0x80 && client.ptr[2] == 1 && client.ptr[3] <= 3 &&
				 client.ptr[3] + client.ptr[4] >= 2 && client.ptr[4] <= 3);
}

/* RFC 1006 6 (TPKT) with an X.224 connection request: MS-RDPBCGR 2.2.1.1. */
static bool
is_rdp(struct slice client, struct slice server)
{
	(void)server;
	return client.len >= 6 && client.ptr[0] == 3 && client.ptr[1] == 0 && client.ptr[5] == 0xe0;
}

/* RFC 1928 3; SOCKS4. */
static bool
is_socks(struct slice client, struct slice server)
{
	bool five = client.len >= 3 && client.ptr[0] == 5 && client.len == 2u + client.ptr[1];
	bool four = client.len >= 9 && client.ptr[0] == 4 && client.ptr[1] == 1;

	return five || four ||
	       (client.len > 0 && client.ptr[0] == 5 && server.len > 1 && server.ptr[0] == 5);
}

/* Its manual, "Protocol::HandshakeV10": length, number 0, version 10, a text. */
static bool
is_mysql(struct slice client, struct slice server)
{
	(void)client;
	return server.len >= 6 && server.ptr[2] == 0 && server.ptr[3] == 0 && server.ptr[4] == 10 &&
	       chars_is(server.ptr[5], CHAR_DIGIT);
}

/* RFC 1035 4.2.2, 4.1.1: one question by TCP. */
static bool
is_dns(struct slice client, struct slice server)
{
	struct cursor c = cursor_of(client);
	uint16_t len = cursor_be16(&c);
	(void)server;
	cursor_skip(&c, 2);
	uint16_t flags = cursor_be16(&c), questions = cursor_be16(&c), answers = cursor_be16(&c);
	return !c.bad && len >= 17 && len < 512 && (flags & 0xfa0f) == 0 && questions == 1 &&
	       answers == 0;
}

/* RFC 4511 4.2: SEQUENCE, message 1, a bind or search request. */
static bool
is_ldap(struct slice client, struct slice server)
{
	(void)server;
	return client.len >= 6 && client.ptr[0] == 0x30 && client.ptr[2] == 2 &&
	       client.ptr[3] == 1 && (client.ptr[5] == 0x60 || client.ptr[5] == 0x63);
}

/* MQTT 3.1.1, 3.1. */
static bool
is_mqtt(struct slice client, struct slice server)
{
	(void)server;
	return client.len >= 8 && client.ptr[0] == 0x10 &&
	       slice_starts(slice_skip(client, 2), SLICE("\0\4MQTT"));
}

/* RFC 9051 2.2.1: a tag, and a word of its own. */
static bool
is_imap(struct slice client, struct slice server)
{
	static const struct slice words[] = { SLICE("CAPABILITY"), SLICE("LOGIN "),
		SLICE("STARTTLS"), SLICE("AUTHENTICATE ") };
	struct slice rest = client;
	(void)server;
	slice_split(&rest, ' ');
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (client.len - rest.len <= 12 && slice_istarts(rest, words[i]))
			return true;
	return false;
}

static bool
is_ftp(struct slice client, struct slice server)
{
	bool greets = slice_starts(server, SLICE("220 ")) || slice_starts(server, SLICE("220-"));

	return foreign_greets_ftp(server) || (greets && foreign_is_ftp_line(client));
}

static const struct {
	const char *name;
	bool (*is)(struct slice client, struct slice server);
} looks[] = {
	{ "http", is_http },
	{ "tls", is_tls },
	{ "rdp", is_rdp },
	{ "socks", is_socks },
	{ "mysql", is_mysql },
	{ "mqtt", is_mqtt },
	{ "ldap", is_ldap },
	{ "imap", is_imap },
	{ "ftp", is_ftp },
	{ "dns", is_dns },
};

/* ---- FTP ---- */

/* A name of a host, as servers put it first: it may begin with "ftp" and be anything. */
static bool
is_host_name(struct slice word)
{
	size_t dot = slice_index(word, '.');

	return dot > 0 && dot + 1 < word.len && chars_is(word.ptr[dot - 1], CHAR_ALPHA) &&
	       chars_is(word.ptr[dot + 1], CHAR_ALPHA);
}

bool
foreign_greets_ftp(struct slice server)
{
	struct slice line = slice_take(server, slice_index(server, '\n'));

	if (!slice_starts(line, SLICE("220 ")) && !slice_starts(line, SLICE("220-")))
		return false;
	line = slice_skip(line, 4);
	if (slice_ifind(line, SLICE("SMTP")) < line.len ||
		slice_ifind(line, SLICE("LMTP")) < line.len ||
		slice_ifind(line, SLICE("mail")) < line.len)
		return false;
	while (line.len > 0) {
		struct slice word = slice_split(&line, ' ');
		if (slice_ifind(word, SLICE("FTP")) < word.len && !is_host_name(word))
			return true;
		if (slice_ieq(word, SLICE("FileZilla")))
			return true;
	}
	return false;
}

bool
foreign_is_ftp_line(struct slice line)
{
	/* RFC 959 4.1, 2389, 4217; without those that SMTP has, too. */
	static const struct slice words[] = { SLICE("USER"), SLICE("PASS"), SLICE("ACCT"),
		SLICE("FEAT"), SLICE("SYST"), SLICE("OPTS"), SLICE("PASV"), SLICE("EPSV"),
		SLICE("PORT"), SLICE("EPRT"), SLICE("TYPE"), SLICE("CWD"), SLICE("PWD"),
		SLICE("LIST"), SLICE("NLST"), SLICE("RETR"), SLICE("STOR"), SLICE("CLNT"),
		SLICE("REIN"), SLICE("SITE"), SLICE("PBSZ"), SLICE("PROT") };
	static const struct slice layers[] = { SLICE("TLS"), SLICE("SSL"), SLICE("TLS-C"),
		SLICE("TLS-P") };
	struct slice rest = slice_trim(slice_take(line, slice_index(line, '\n')));
	struct slice word = slice_split(&rest, ' ');

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_ieq(word, words[i]))
			return true;
	for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
		if (slice_ieq(word, SLICE("AUTH")) && slice_ieq(slice_trim(rest), layers[i]))
			return true;
	return false;
}

/* ---- the name ---- */

const char *
foreign_name(struct slice client, struct slice server)
{
	client = slice_take(client, FOREIGN_BYTES);
	server = slice_take(server, FOREIGN_BYTES);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		if ((row->who != SERVER && row_is(row, client)) ||
			(row->who != CLIENT && row_is(row, server)))
			return row->name;
	}
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		if (looks[i].is(client, server))
			return looks[i].name;
	return "";
}
