/* What is spoken on a mail port instead of SMTP, by its first bytes: whole, and every
 * front of them up to an unreadable page. */
#include "unit/smtp/smtp_test.h"

#include "sensor/smtp/foreign.h"

static const struct row {
	struct slice client, server;
	const char *want;
} rows[] = {
	{ BYTES("EHLO a\r\n"), BYTES("220 mx.example ESMTP\r\n"), "" },
	{ BYTES("\1\2\3\4\5\6\7"), BYTES("\1\2\3\4\5\6\7"), "" },
	{ BYTES("GET / HTTP/1.1\r\n"), BYTES(""), "http" },
	{ BYTES("OPTIONS * HTTP/1.1\r\n"), BYTES(""), "http" },
	{ BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), BYTES(""), "http" },
	{ BYTES(""), BYTES("HTTP/1.0 400 Bad Request\r\n"), "http" },
	{ BYTES("SSH-2.0-x\r\n"), BYTES(""), "ssh" },
	{ BYTES(""), BYTES("SSH-2.0-x\r\n"), "ssh" },
	{ BYTES("\26\3\1\1\377\1\0\1\373\3\3"), BYTES(""), "tls" },
	{ BYTES("\200\56\1\3\1\0\25\0\0\0\20"), BYTES(""), "tls" },
	{ BYTES("\200\56\1\0\2\0\25\0\0\0\20"), BYTES(""), "tls" },
	{ BYTES("USER a\r\n"), BYTES("220 (vsFTPd 3.0.3)\r\n"), "ftp" },
	{ BYTES(""), BYTES("220 Microsoft FTP Service\r\n"), "ftp" },
	{ BYTES(""), BYTES("220-FileZilla Server 1.7.0\r\n"), "ftp" },
	{ BYTES(""), BYTES("220 ftp.example.com FTP server (Version 6.4) ready.\r\n"), "ftp" },
	{ BYTES("FEAT\r\n"), BYTES("220 ready\r\n"), "ftp" },
	{ BYTES("auth tls\r\n"), BYTES("220 ready\r\n"), "ftp" },
	{ BYTES("AUTH LOGIN\r\n"), BYTES("220 ready\r\n"), "" },
	{ BYTES(""), BYTES("220 ftp.example.com ready\r\n"), "" },
	{ BYTES(""), BYTES("220 ftp.example.com FTP and ESMTP\r\n"), "" },
	{ BYTES("USER a\r\n"), BYTES("+OK ready\r\n"), "pop3" },
	{ BYTES("CAPA\r\n"), BYTES(""), "pop3" },
	{ BYTES("a LOGOUT\r\n"), BYTES("* OK ready\r\n"), "imap" },
	{ BYTES("a001 LOGIN a b\r\n"), BYTES(""), "imap" },
	{ BYTES(""), BYTES("200 news NNTP Service Ready\r\n"), "nntp" },
	{ BYTES(""), BYTES("201 posting prohibited\r\n"), "nntp" },
	{ BYTES("NICK a\r\nUSER a 0 * :a\r\n"), BYTES(""), "irc" },
	{ BYTES("USER a 0 * :a\r\n"), BYTES(""), "irc" },
	{ BYTES(""), BYTES(":irc.example NOTICE AUTH :*** Looking up\r\n"), "irc" },
	{ BYTES("\3\0\0\23\16\340\0\0\0\0\0\1\0\10\0\3\0\0\0"), BYTES(""), "rdp" },
	{ BYTES("\0\0\0\205\377SMBr\0\0\0\0"), BYTES(""), "smb" },
	{ BYTES("\0\0\0\104\376SMB\100\0"), BYTES(""), "smb" },
	{ BYTES("\201\0\0\104 CKFDENECFDEFFCFGEFFCCACACACACACA"), BYTES(""), "netbios" },
	{ BYTES("\5\1\0"), BYTES(""), "socks" },
	{ BYTES("\4\1\0\31\300\0\2\31\0"), BYTES(""), "socks" },
	{ BYTES("\23"
		"BitTorrent protocol\0\0"),
		BYTES(""), "bittorrent" },
	{ BYTES(""), BYTES("\112\0\0\0\n8.0.32\0"), "mysql" },
	{ BYTES(""), BYTES("\377\375\30\377\375\40"), "telnet" },
	{ BYTES("INVITE sip:a@b SIP/2.0\r\n"), BYTES(""), "sip" },
	{ BYTES("OPTIONS sip:nm SIP/2.0\r\n"), BYTES(""), "sip" },
	{ BYTES("OPTIONS rtsp://a RTSP/1.0\r\n"), BYTES(""), "rtsp" },
	{ BYTES("*1\r\n$4\r\nPING\r\n"), BYTES(""), "redis" },
	{ BYTES("\0\35\22\64\1\40\0\1\0\0\0\0\0\1\7example\3com\0"), BYTES(""), "dns" },
	{ BYTES("\60\14\2\1\1\140\7\2\1\3\4\0\200\0"), BYTES(""), "ldap" },
	{ BYTES("\20\26\0\4MQTT\4\2"), BYTES(""), "mqtt" },
	{ BYTES("<?xml version='1.0'?>"), BYTES(""), "xmpp" },
	{ BYTES("\0\0\0\10\4\322\26\57"), BYTES(""), "postgresql" },
	{ BYTES("\0\0\0\51\0\3\0\0user\0a\0"), BYTES(""), "postgresql" },
	{ BYTES(""), BYTES("RFB 003.008\n"), "vnc" },
	{ BYTES("@RSYNCD: 31.0\n"), BYTES(""), "rsync" },
	{ BYTES("JRMI\0\2K"), BYTES(""), "java-rmi" },
	{ BYTES("CNXN\0\0\0\1"), BYTES(""), "adb" },
};

static void
check(const struct row *row, struct edge edges[2], size_t client, size_t server)
{
	struct slice c = edge_copy(edges[0], slice_take(row->client, client));
	struct slice s = edge_copy(edges[1], slice_take(row->server, server));
	bool whole = client == row->client.len && server == row->server.len;
	const char *got = foreign_name(c, s);

	if (whole && strcmp(got, row->want) != 0)
		fail_msg("%.20s / %.20s: %s, not %s", (const char *)row->client.ptr,
			(const char *)row->server.ptr, got, row->want);
}

static void
test_rows(void **state)
{
	struct edge edges[2] = { edge_new(), edge_new() };
	(void)state;

	for (size_t i = 0; i < ROWS(rows); i++) {
		for (size_t c = 0; c <= rows[i].client.len; c++)
			check(&rows[i], edges, c, rows[i].server.len);
		for (size_t s = 0; s <= rows[i].server.len; s++)
			check(&rows[i], edges, rows[i].client.len, s);
	}
	edge_free(edges[0]);
	edge_free(edges[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
