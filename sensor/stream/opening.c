#include "sensor/stream/opening.h"

#include <string.h>

/* What a parser of one part says: its words are whole, may become so, or are others. */
enum match { MATCH_OTHER, MATCH_MORE, MATCH_WHOLE };

static const struct slice commands[] = {
	SLICE("EHLO "),
	SLICE("HELO "),
	SLICE("LHLO "),
	SLICE("MAIL FROM:"),
};
static const struct slice greetings[] = { SLICE("220 "), SLICE("220-") };
static const struct slice connect_word = SLICE("CONNECT ");
static const struct slice proxy1_word = SLICE("PROXY ");
static const struct slice proxy2_word = SLICE("\r\n\r\n\0\r\nQUIT\n");

enum {
	METHODS_MAX = 16, /* of a SOCKS5 greeting; there are 10, clients offer up to 4 */
	SOCKS4_LEAST = 9, /* bytes: an empty name and its NUL included */
	PROXY1_MAX = 107, /* bytes: 2.1 */
	PROXY2_HEAD = 16,
};

/* s begins with the word, or may still. */
static enum match
begins(struct slice s, struct slice word, bool any_case)
{
	size_t n = s.len < word.len ? s.len : word.len;
	bool same = any_case ? slice_ieq(slice_take(s, n), slice_take(word, n))
			     : slice_eq(slice_take(s, n), slice_take(word, n));

	return !same ? MATCH_OTHER : n == word.len ? MATCH_WHOLE : MATCH_MORE;
}

static enum match
begins_one_of(struct slice s, const struct slice *words, size_t count)
{
	enum match best = MATCH_OTHER;

	for (size_t i = 0; i < count && best != MATCH_WHOLE; i++) {
		enum match p = begins(s, words[i], true);
		best = p > best ? p : best;
	}
	return best;
}

static enum match
is_command(struct slice s)
{
	return begins_one_of(s, commands, sizeof commands / sizeof *commands);
}

static enum match
is_greeting(struct slice s)
{
	return begins_one_of(s, greetings, sizeof greetings / sizeof *greetings);
}

static uint16_t
be16(struct slice s, size_t at)
{
	return (uint16_t)(s.ptr[at] << 8 | s.ptr[at + 1]);
}

/* ---- the first look ---- */

static enum opening_sender
look_at(enum match part, enum opening_sender sender)
{
	return part == MATCH_WHOLE ? sender : part == MATCH_MORE ? OPENING_ANYBODY : OPENING_NOBODY;
}

/* A greeting is all that is said at first: its length says whether it is one. */
static enum opening_sender
look_at_socks(struct slice s)
{
	bool greets =
		s.len >= 3 && s.ptr[0] == 5 && s.ptr[1] <= METHODS_MAX && s.len == 2u + s.ptr[1];
	bool asks = s.len >= 10 && s.ptr[0] == 5 && s.ptr[1] == 1 && s.ptr[2] == 0;
	bool asks4 = s.len >= SOCKS4_LEAST && s.ptr[0] == 4 && s.ptr[1] == 1;

	if (greets || asks || asks4)
		return OPENING_CLIENT;
	return s.len < 3 ? OPENING_ANYBODY : OPENING_NOBODY;
}

/* RFC 5321 4.2: 2 to 5, two digits more, a space or a hyphen. */
static bool
is_reply(struct slice s)
{
	if (s.len < 4 || s.ptr[0] < '2' || s.ptr[0] > '5')
		return false;
	return s.ptr[1] >= '0' && s.ptr[1] <= '5' && s.ptr[2] >= '0' && s.ptr[2] <= '9' &&
	       (s.ptr[3] == ' ' || s.ptr[3] == '-');
}

static enum opening_sender
look_at_reply(struct slice s)
{
	enum opening_sender greets = look_at(is_greeting(s), OPENING_SERVER);

	return greets == OPENING_NOBODY && is_reply(s) ? OPENING_REPLY : greets;
}

enum opening_sender
opening_look(struct slice s)
{
	if (s.len == 0)
		return OPENING_NOBODY;
	switch (s.ptr[0]) {
	case '2':
	case '3':
	case '4':
	case '5':
		return look_at_reply(s);
	case 'E':
	case 'H':
	case 'L':
	case 'M':
	case 'e':
	case 'h':
	case 'l':
	case 'm':
		return look_at(is_command(s), OPENING_CLIENT);
	case 'C':
		return look_at(begins(s, connect_word, false), OPENING_CLIENT);
	case 'P':
		return look_at(begins(s, proxy1_word, false), OPENING_CLIENT);
	case '\r':
		return look_at(begins(s, proxy2_word, false), OPENING_CLIENT);
	case 4:
	case 5:
		return look_at_socks(s);
	default:
		return OPENING_NOBODY;
	}
}

/* ---- what a balancer puts in front ---- */

/* Takes a PROXY header off the front of *client, if there is one. */
static enum match
skip_proxy1(struct slice *client)
{
	size_t end = slice_index(*client, '\n');

	if (end < client->len && end < PROXY1_MAX) {
		*client = slice_skip(*client, end + 1);
		return MATCH_WHOLE;
	}
	return client->len < PROXY1_MAX ? MATCH_MORE : MATCH_OTHER;
}

static enum match
skip_proxy2(struct slice *client)
{
	if (client->len < PROXY2_HEAD)
		return MATCH_MORE;
	size_t whole = PROXY2_HEAD + (size_t)be16(*client, 14);
	if (client->ptr[12] >> 4 != 2 || whole > OPENING_WORDS)
		return MATCH_OTHER;
	if (client->len < whole)
		return MATCH_MORE;
	*client = slice_skip(*client, whole);
	return MATCH_WHOLE;
}

static enum match
skip_proxy(struct slice *client)
{
	enum match one = begins(*client, proxy1_word, false),
		   two = begins(*client, proxy2_word, false);

	if (one == MATCH_WHOLE)
		return skip_proxy1(client);
	if (two == MATCH_WHOLE)
		return skip_proxy2(client);
	bool may_be = client->len > 0 && (one == MATCH_MORE || two == MATCH_MORE);
	return may_be ? MATCH_MORE : MATCH_WHOLE; /* there is none */
}

/* ---- proxies: what the client asks for, and what the server says when it is there ---- */

/* The port in "CONNECT host:port HTTP/1.1", or 0.  "host:25 / HTTP/1.0" is seen, too. */
static uint16_t
connect_port(struct slice line)
{
	struct slice target = slice_skip(line, connect_word.len);
	int64_t port;

	target = slice_split(&target, ' ');
	size_t colon = target.len;
	while (colon > 0 && target.ptr[colon - 1] != ':')
		colon--;
	if (colon == 0 || slice_number(slice_skip(target, colon), &port) < 0 || port > 65535)
		return 0;
	return (uint16_t)port;
}

static enum match
ask_connect(struct slice client, uint16_t *port)
{
	size_t end = slice_index(client, '\n');

	if (end == client.len)
		return client.len < OPENING_WORDS ? MATCH_MORE : MATCH_OTHER;
	struct slice line = slice_trim(slice_take(client, end));
	*port = connect_port(line);
	return *port > 0 && slice_find(line, SLICE(" HTTP/1.")) < line.len ? MATCH_WHOLE
									   : MATCH_OTHER;
}

static enum match
ask_socks4(struct slice client, uint16_t *port)
{
	if (client.len < SOCKS4_LEAST)
		return MATCH_MORE;
	*port = be16(client, 2);
	return client.ptr[1] == 1 ? MATCH_WHOLE : MATCH_OTHER;
}

/* Takes one more message off the front: n bytes. */
static enum match
take(struct slice *s, size_t n)
{
	if (s->len < n)
		return MATCH_MORE;
	*s = slice_skip(*s, n);
	return MATCH_WHOLE;
}

/* RFC 1929 2: VER ULEN UNAME PLEN PASSWD. */
static enum match
skip_password(struct slice *client)
{
	if (client->len < 2 || client->len < 3u + client->ptr[1])
		return MATCH_MORE;
	return take(client, 3u + client->ptr[1] + client->ptr[2 + client->ptr[1]]);
}

/* RFC 1928 4 to 6: the length of VER CMD RSV ATYP ADDR PORT, or 0 = more is needed. */
static size_t
socks5_length(struct slice s)
{
	if (s.len < 5)
		return 0;
	return s.ptr[3] == 1 ? 10 : s.ptr[3] == 4 ? 22 : s.ptr[3] == 3 ? 7u + s.ptr[4] : 1;
}

static enum match
ask_socks5(struct slice client, uint16_t *port)
{
	bool greets = client.len < 3 || (client.ptr[1] <= METHODS_MAX && client.ptr[1] > 0);

	if (client.len < 2)
		return MATCH_MORE;
	/* Where the greeting was not seen, the request is what begins like one of a method. */
	bool request = client.len >= 10 && client.ptr[1] == 1 && client.ptr[2] == 0 &&
		       client.len == socks5_length(client);
	if (!greets)
		return MATCH_OTHER;
	if (!request) {
		if (take(&client, 2u + client.ptr[1]) != MATCH_WHOLE)
			return MATCH_MORE;
		if (client.len > 0 && client.ptr[0] == 1 && skip_password(&client) != MATCH_WHOLE)
			return MATCH_MORE;
	}
	if (client.len == 0)
		return MATCH_MORE;
	if (client.ptr[0] != 5 || (client.len > 1 && client.ptr[1] != 1) ||
		(client.len > 2 && client.ptr[2] != 0))
		return MATCH_OTHER;
	size_t n = socks5_length(client);
	if (n == 1)
		return MATCH_OTHER;
	if (n == 0 || client.len < n)
		return MATCH_MORE;
	*port = be16(client, n - 2);
	return MATCH_WHOLE;
}

/* The server's answers to all that, taken off the front. */
static enum match
answer_connect(struct slice *server)
{
	enum match begin = begins(*server, SLICE("HTTP/1."), false);
	size_t end = slice_find(*server, SLICE("\r\n\r\n"));

	if (begin != MATCH_WHOLE)
		return begin;
	return end < server->len ? take(server, end + 4) : MATCH_MORE;
}

static enum match
answer_socks4(struct slice *server)
{
	return server->len > 0 && server->ptr[0] != 0 ? MATCH_OTHER : take(server, 8);
}

static enum match
answer_socks5(struct slice *server)
{
	if (server->len > 0 && server->ptr[0] != 5)
		return MATCH_OTHER;
	if (take(server, 2) != MATCH_WHOLE)
		return MATCH_MORE;
	if (server->len > 0 && server->ptr[0] == 1 && take(server, 2) != MATCH_WHOLE)
		return MATCH_MORE;
	if (server->len > 0 && server->ptr[0] != 5)
		return MATCH_OTHER;
	size_t n = socks5_length(*server);
	return n == 1 ? MATCH_OTHER : n == 0 ? MATCH_MORE : take(server, n);
}

static const struct proxy {
	struct slice word;
	enum match (*ask)(struct slice client, uint16_t *port);
	enum match (*answer)(struct slice *server);
} proxies[] = {
	{ SLICE("CONNECT "), ask_connect, answer_connect },
	{ SLICE("\4"), ask_socks4, answer_socks4 },
	{ SLICE("\5"), ask_socks5, answer_socks5 },
};

static enum opening
judge_proxy(const struct proxy *p, struct slice client, struct slice server,
	const struct stream_config *config)
{
	uint16_t port = 0;
	enum match asked = p->ask(client, &port);

	if (asked != MATCH_WHOLE)
		return asked == MATCH_MORE ? OPENING_OPEN : OPENING_OTHER;
	if (stream_watches(config, port))
		return OPENING_SMTP;
	if (port == 80 || port == 443)
		return OPENING_OTHER;
	enum match answered = p->answer(&server);
	if (answered != MATCH_WHOLE)
		return answered == MATCH_MORE ? OPENING_OPEN : OPENING_OTHER;
	enum match greeted = is_greeting(server);
	return greeted == MATCH_WHOLE  ? OPENING_SMTP
	       : greeted == MATCH_MORE ? OPENING_OPEN
				       : OPENING_OTHER;
}

/* ---- the judgement ---- */

/* RFC 5321 4.2: a reply begins with 2 to 5 and two digits more. */
static bool
may_be_reply(struct slice s)
{
	for (size_t i = 0; i < s.len && i < 3; i++)
		if (s.ptr[i] < (i == 0 ? '2' : '0') || s.ptr[i] > (i == 0 ? '5' : '9'))
			return false;
	return true;
}

static bool
names_smtp(struct slice s)
{
	return slice_ifind(s, SLICE("SMTP")) < s.len || slice_ifind(s, SLICE("LMTP")) < s.len;
}

static enum opening
judge_server(struct slice server)
{
	enum match greets = is_greeting(server);

	if (greets != MATCH_WHOLE)
		return greets == MATCH_MORE ? OPENING_OPEN : OPENING_OTHER;
	return names_smtp(server) ? OPENING_SMTP : OPENING_OPEN;
}

bool
opening_is_command(struct slice client)
{
	return is_command(client) == MATCH_WHOLE;
}

enum opening
opening_judge(struct slice client, struct slice server, const struct stream_config *config)
{
	enum match proxied = skip_proxy(&client);

	if (proxied != MATCH_WHOLE)
		return proxied == MATCH_MORE ? OPENING_OPEN : OPENING_OTHER;
	if (client.len == 0)
		return judge_server(server);
	for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++) {
		enum match word = begins(client, proxies[i].word, false);
		if (word == MATCH_WHOLE)
			return judge_proxy(&proxies[i], client, server, config);
		if (word == MATCH_MORE)
			return OPENING_OPEN;
	}
	enum match command = is_command(client);
	if (command == MATCH_MORE)
		return OPENING_OPEN;
	return command == MATCH_WHOLE && may_be_reply(server) ? OPENING_SMTP : OPENING_OTHER;
}
