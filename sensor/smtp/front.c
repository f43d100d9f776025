#include "sensor/smtp/front.h"

#include <stdio.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/cursor.h"
#include "sensor/limits.h"

enum {
	PROXY1_MAX = 107, /* bytes with CRLF: 2.1 */
	PROXY2_HEAD = 16,
	LINE_MAX_BYTES = 2048, /* of a request, or a status */
	SOCKS4_NAME = 8,       /* where the user's name begins */
};

/* One message each.  The names are those of the sources. */
enum step {
	STEP_WORD, /* which is it? */
	STEP_PROXY1,
	STEP_PROXY2,
	STEP_REQUEST,
	STEP_REQUEST_FIELD,
	STEP_STATUS,
	STEP_STATUS_FIELD,
	STEP_SOCKS4,
	STEP_SOCKS4_REPLY,
	STEP_METHODS,
	STEP_METHOD,
	STEP_PASSWORD,
	STEP_PASSWORD_REPLY,
	STEP_SOCKS5,
	STEP_SOCKS5_REPLY,
};

/* What a step makes of its message so far; called after each byte, so that every chunking is the
 * same. */
enum verdict {
	MORE,
	NEXT,	 /* the message is whole, f->step is the next */
	PASSED,	 /* …and it was the last */
	REFUSED, /* …and says no */
	OTHER,	 /* this is something else */
};

static const struct {
	struct slice word;
	enum front_kind kind;
	enum step step;
} openings[] = {
	{ SLICE("PROXY "), FRONT_PROXY1, STEP_PROXY1 },
	{ SLICE("\r\n\r\n\0\r\nQUIT\n"), FRONT_PROXY2, STEP_PROXY2 },
	{ SLICE("CONNECT "), FRONT_CONNECT, STEP_REQUEST },
	{ SLICE("\4\1"), FRONT_SOCKS4, STEP_SOCKS4 },
	{ SLICE("\5"), FRONT_SOCKS5, STEP_METHODS },
};
enum { OPENINGS = sizeof openings / sizeof *openings };

bool
front_begins(uint8_t first)
{
	for (size_t i = 0; i < OPENINGS; i++)
		if (openings[i].word.ptr[0] == first)
			return true;
	return false;
}

static enum verdict
take_word(struct front *f, struct slice m)
{
	bool may_be = false;

	for (size_t i = 0; i < OPENINGS; i++) {
		struct slice word = openings[i].word;
		/* Only a CONNECT is asked again, and a balancer's header stands first. */
		bool proxy = openings[i].kind >= FRONT_CONNECT;
		if ((f->refused && openings[i].kind != FRONT_CONNECT) ||
			(f->kind != FRONT_NOTHING && !proxy))
			continue;
		if (m.len < word.len) {
			may_be |= slice_starts(word, m);
		} else if (slice_starts(m, word)) {
			f->asked = openings[i].kind;
			f->step = openings[i].step;
			return MORE;
		}
	}
	return may_be ? MORE : OTHER;
}

static void
set_target(struct front *f, struct slice host, uint16_t port)
{
	struct slice kept = slice_take(host, sizeof f->host);

	memcpy(f->host, kept.ptr, kept.len);
	f->host_len = kept.len;
	f->port = port;
}

static void
set_target_addr(struct front *f, struct addr addr, uint16_t port)
{
	char text[ADDR_TEXT_MAX];

	set_target(f, slice_str(addr_format(addr, text)), port);
}

/* ---- the PROXY protocol ---- */

static int
take_endpoint(struct slice host, struct slice port, struct endpoint *out)
{
	int64_t number;

	if (addr_parse(host, &out->addr) < 0 || slice_number(port, &number) < 0 ||
		number > UINT16_MAX)
		return -1;
	out->port = (uint16_t)number;
	return 0;
}

/* "PROXY" SP ("TCP4" / "TCP6") SP source SP destination SP source-port SP destination-port CRLF, or
 * "PROXY UNKNOWN" and anything. */
static enum verdict
take_proxy1(struct front *f, struct slice m)
{
	if (m.ptr[m.len - 1] != '\n')
		return m.len < PROXY1_MAX ? MORE : OTHER;
	struct slice line = slice_trim(m), words[6];
	for (size_t i = 0; i < 6; i++)
		words[i] = slice_split(&line, ' ');
	struct endpoint from, to;
	bool tcp = slice_eq(words[1], SLICE("TCP4")) || slice_eq(words[1], SLICE("TCP6"));

	if (!tcp && !slice_eq(words[1], SLICE("UNKNOWN")))
		return OTHER;
	if (tcp && (take_endpoint(words[2], words[4], &from) < 0 ||
			   take_endpoint(words[3], words[5], &to) < 0))
		return OTHER;
	if (tcp) {
		f->client = from;
		set_target_addr(f, to.addr, to.port);
	}
	f->step = STEP_WORD;
	return NEXT;
}

static struct addr
read_addr(struct cursor *c, bool six)
{
	struct slice bytes = cursor_bytes(c, six ? 16 : 4);

	if (bytes.ptr == NULL)
		return (struct addr){ .family = ADDR_NONE };
	return six ? addr_v6(bytes.ptr) : addr_v4(bytes.ptr);
}

/* 2.2: signature, version and command, family, length; for a proxied TCP connection addresses and
 * ports; then anything. */
static enum verdict
take_proxy2(struct front *f, struct slice m)
{
	enum { LOCAL = 0x20, PROXY = 0x21, TCP4 = 0x11, TCP6 = 0x21 };
	struct cursor c = cursor_of(slice_skip(m, openings[1].word.len));

	if (m.len < PROXY2_HEAD)
		return MORE;
	uint8_t command = cursor_u8(&c), family = cursor_u8(&c);
	if (command != LOCAL && command != PROXY)
		return OTHER;
	if (m.len < PROXY2_HEAD + (size_t)cursor_be16(&c))
		return MORE;
	if (command == PROXY && (family == TCP4 || family == TCP6)) {
		struct addr from = read_addr(&c, family == TCP6),
			    to = read_addr(&c, family == TCP6);
		uint16_t from_port = cursor_be16(&c), to_port = cursor_be16(&c);
		if (c.bad)
			return OTHER;
		f->client = (struct endpoint){ from, from_port };
		set_target_addr(f, to, to_port);
	}
	f->step = STEP_WORD;
	return NEXT;
}

/* ---- CONNECT ---- */

/* authority-form, RFC 9112 3.2.3: host ":" port. */
static enum verdict
take_request(struct front *f, struct slice m)
{
	if (m.ptr[m.len - 1] != '\n')
		return m.len < LINE_MAX_BYTES ? MORE : OTHER;
	struct slice line = slice_trim(m);
	(void)slice_split(&line, ' ');
	struct slice target = slice_split(&line, ' ');
	size_t colon = target.len;
	int64_t port;

	while (colon > 0 && target.ptr[colon - 1] != ':')
		colon--;
	if (colon < 2 || slice_number(slice_skip(target, colon), &port) < 0 || port > UINT16_MAX ||
		slice_find(line, SLICE("HTTP/1.")) == line.len)
		return OTHER;
	set_target(f, slice_take(target, colon - 1), (uint16_t)port);
	f->step = STEP_REQUEST_FIELD;
	return NEXT;
}

static bool
is_line(struct slice m)
{
	return m.ptr[m.len - 1] == '\n';
}

static enum verdict
take_request_field(struct front *f, struct slice m)
{
	if (!is_line(m))
		return MORE;
	f->step = slice_trim(m).len == 0 ? STEP_STATUS : STEP_REQUEST_FIELD;
	return NEXT;
}

/* RFC 9112 4: HTTP-version SP status-code. */
static enum verdict
take_status(struct front *f, struct slice m)
{
	static const struct slice version = SLICE("HTTP/1.");
	size_t n = m.len < version.len ? m.len : version.len;
	int64_t code;

	if (!slice_eq(slice_take(m, n), slice_take(version, n)))
		return OTHER;
	if (!is_line(m))
		return m.len < LINE_MAX_BYTES ? MORE : OTHER;
	struct slice line = slice_trim(m);
	(void)slice_split(&line, ' ');
	if (slice_number(slice_split(&line, ' '), &code) < 0 || code < 100 || code > 999)
		return OTHER;
	f->code = (int)code;
	f->step = STEP_STATUS_FIELD;
	return NEXT;
}

static enum verdict
take_status_field(struct front *f, struct slice m)
{
	if (!is_line(m))
		return MORE;
	if (slice_trim(m).len > 0)
		return NEXT;
	if (f->code / 100 == 2)
		return PASSED;
	f->step = f->code / 100 == 1 ? STEP_STATUS : STEP_WORD; /* 15.2: another one follows */
	return f->code / 100 == 1 ? NEXT : REFUSED;
}

/* ---- SOCKS4, 4A ---- */

/* VN CD DSTPORT DSTIP USERID NUL; of 0.0.0.x a name and NUL follow. */
static enum verdict
take_socks4(struct front *f, struct slice m)
{
	struct cursor c = cursor_of(slice_skip(m, 2));
	uint16_t port = cursor_be16(&c);
	struct addr addr = read_addr(&c, false);

	if (c.bad)
		return MORE;
	bool named = addr.bytes[0] == 0 && addr.bytes[1] == 0 && addr.bytes[2] == 0 &&
		     addr.bytes[3] != 0;
	struct slice rest = slice_skip(m, SOCKS4_NAME);
	size_t end = slice_index(rest, 0);
	struct slice name = slice_skip(rest, end + 1);

	if (end == rest.len || (named && slice_index(name, 0) == name.len))
		return m.len < LINE_MAX_BYTES ? MORE : OTHER;
	if (named)
		set_target(f, slice_take(name, name.len - 1), port);
	else
		set_target_addr(f, addr, port);
	f->step = STEP_SOCKS4_REPLY;
	return NEXT;
}

/* VN (0) CD (90: granted) and 6 bytes. */
static enum verdict
take_socks4_reply(struct front *f, struct slice m)
{
	(void)f;
	if (m.ptr[0] != 0)
		return OTHER;
	if (m.len < 8)
		return MORE;
	return m.ptr[1] == 90 ? PASSED : REFUSED;
}

/* ---- SOCKS5 ---- */

/* RFC 1928 3: VER NMETHODS METHODS. */
static enum verdict
take_methods(struct front *f, struct slice m)
{
	if (m.len < 2)
		return MORE;
	if (m.ptr[1] == 0)
		return OTHER;
	if (m.len < 2u + m.ptr[1])
		return MORE;
	f->step = STEP_METHOD;
	return NEXT;
}

static enum verdict
take_method(struct front *f, struct slice m)
{
	enum { FREE = 0, PASSWORD = 2, NONE_OF_THEM = 0xff };

	if (m.ptr[0] != 5)
		return OTHER;
	if (m.len < 2)
		return MORE;
	if (m.ptr[1] == NONE_OF_THEM)
		return REFUSED;
	if (m.ptr[1] != FREE && m.ptr[1] != PASSWORD)
		return OTHER; /* what follows is wrapped in it */
	f->step = m.ptr[1] == FREE ? STEP_SOCKS5 : STEP_PASSWORD;
	return NEXT;
}

static enum verdict take_socks5(struct front *f, struct slice m);

/* RFC 1929 2: VER (1) ULEN UNAME PLEN PASSWD.  Where the method was lost, it may be the request. */
static enum verdict
take_password(struct front *f, struct slice m)
{
	if (m.ptr[0] == 5) {
		f->step = STEP_SOCKS5;
		return take_socks5(f, m);
	}
	if (m.ptr[0] != 1)
		return OTHER;
	if (m.len < 2 || m.len < 3u + m.ptr[1] || m.len < 3u + m.ptr[1] + m.ptr[2 + m.ptr[1]])
		return MORE;
	f->step = STEP_PASSWORD_REPLY;
	return NEXT;
}

static enum verdict
take_password_reply(struct front *f, struct slice m)
{
	if (m.ptr[0] != 1)
		return OTHER;
	if (m.len < 2)
		return MORE;
	f->step = STEP_SOCKS5;
	return m.ptr[1] == 0 ? NEXT : REFUSED;
}

/* RFC 1928 4 to 6: VER CMD|REP RSV ATYP ADDR PORT.  MORE, NEXT (whole), or OTHER. */
static enum verdict
socks5_message(struct slice m)
{
	size_t addr[] = { 0, 4, 0, m.len > 4 ? 1u + m.ptr[4] : 1u, 16 };

	if (m.ptr[0] != 5)
		return OTHER;
	if (m.len < 5)
		return MORE;
	if (m.ptr[3] > 4 || addr[m.ptr[3]] == 0)
		return OTHER;
	return m.len < 4 + addr[m.ptr[3]] + 2 ? MORE : NEXT;
}

static enum verdict
take_socks5(struct front *f, struct slice m)
{
	enum { CONNECT = 1, IPV4 = 1, NAME = 3 };
	enum verdict whole = socks5_message(m);

	if (whole != NEXT)
		return whole;
	if (m.ptr[1] != CONNECT)
		return OTHER;
	struct cursor c = cursor_of(slice_skip(m, 4));
	if (m.ptr[3] == NAME) {
		struct slice name = cursor_bytes(&c, cursor_u8(&c));
		set_target(f, name, cursor_be16(&c));
	} else {
		struct addr addr = read_addr(&c, m.ptr[3] != IPV4);
		set_target_addr(f, addr, cursor_be16(&c));
	}
	f->step = STEP_SOCKS5_REPLY;
	return NEXT;
}

static enum verdict
take_socks5_reply(struct front *f, struct slice m)
{
	enum verdict whole = socks5_message(m);

	(void)f;
	if (whole != NEXT)
		return whole;
	return m.ptr[1] == 0 ? PASSED : REFUSED;
}

/* ---- steps ---- */

/* Who says it, and what comes next where the server's words were lost. */
static const struct {
	enum verdict (*take)(struct front *f, struct slice message);
	enum front_side side;
	enum verdict lost;
	enum step then;
} steps[] = {
	[STEP_WORD] = { take_word, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_PROXY1] = { take_proxy1, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_PROXY2] = { take_proxy2, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_REQUEST] = { take_request, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_REQUEST_FIELD] = { take_request_field, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_STATUS] = { take_status, FRONT_SERVER, PASSED, STEP_WORD },
	[STEP_STATUS_FIELD] = { take_status_field, FRONT_SERVER, PASSED, STEP_WORD },
	[STEP_SOCKS4] = { take_socks4, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_SOCKS4_REPLY] = { take_socks4_reply, FRONT_SERVER, PASSED, STEP_WORD },
	[STEP_METHODS] = { take_methods, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_METHOD] = { take_method, FRONT_SERVER, NEXT, STEP_PASSWORD },
	[STEP_PASSWORD] = { take_password, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_PASSWORD_REPLY] = { take_password_reply, FRONT_SERVER, NEXT, STEP_SOCKS5 },
	[STEP_SOCKS5] = { take_socks5, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_SOCKS5_REPLY] = { take_socks5_reply, FRONT_SERVER, PASSED, STEP_WORD },
};

void
front_init(struct front *f)
{
	memset(f, 0, sizeof *f);
	buf_init(&f->words[FRONT_CLIENT].bytes, LIMIT_FRONT);
	buf_init(&f->words[FRONT_SERVER].bytes, LIMIT_FRONT);
}

void
front_release(struct front *f)
{
	buf_release(&f->words[FRONT_CLIENT].bytes);
	buf_release(&f->words[FRONT_SERVER].bytes);
}

/* The proxy has said no.  Nothing of it is wanted again. */
static void
refuse(struct front *f)
{
	struct front_words *client = &f->words[FRONT_CLIENT], *server = &f->words[FRONT_SERVER];

	f->refused = true;
	f->state = FRONT_REFUSED;
	f->step = STEP_WORD;
	buf_eat(&client->bytes, client->at);
	buf_clear(&server->bytes);
	client->at = client->start = server->at = server->start = f->passed = 0;
}

/* A message is whole. */
static void
go_on(struct front *f, enum verdict v)
{
	struct front_words *client = &f->words[FRONT_CLIENT], *server = &f->words[FRONT_SERVER];
	bool balancer = v == NEXT && f->step == STEP_WORD;

	client->start = client->at;
	server->start = server->at;
	if (v != NEXT || balancer) {
		f->kind = f->asked;
		f->passed = client->at;
	}
	if (v == PASSED)
		f->state = FRONT_PASSED;
	if (v == REFUSED)
		refuse(f);
}

/* This is something else, from where the last message ended.  What was refused stays refused, and
 * behind a balancer's header the dialogue begins. */
static void
give_up(struct front *f)
{
	if (f->refused)
		refuse(f);
	else
		f->state = f->passed > 0 ? FRONT_PASSED : FRONT_NONE;
}

static bool
has_turn(const struct front *f, enum front_side side)
{
	return f->state == FRONT_OPEN && steps[f->step].side == side;
}

/* One more byte of the side whose turn it is is there. */
static void
read_byte(struct front *f, struct front_words *w)
{
	w->at++;
	struct slice m = slice_of(w->bytes.ptr + w->start, w->at - w->start);
	enum verdict v = steps[f->step].take(f, m);

	if (v == OTHER || (v == MORE && w->at >= LIMIT_FRONT))
		give_up(f);
	else if (v != MORE)
		go_on(f, v);
}

/* What a side has said before its turn. */
static void
read_waiting(struct front *f)
{
	struct front_words *w = &f->words[FRONT_CLIENT];

	while (has_turn(f, FRONT_CLIENT) && w->at < w->bytes.len)
		read_byte(f, w);
}

static void
read_new(struct front *f, enum front_side side, struct slice *in)
{
	struct front_words *w = &f->words[side];

	while (has_turn(f, side) && in->len > 0) {
		buf_byte(&w->bytes, in->ptr[0]);
		*in = slice_skip(*in, 1);
		read_byte(f, w);
	}
}

enum front_state
front_client(struct front *f, struct slice *in)
{
	struct front_words *w = &f->words[FRONT_CLIENT];

	if (f->state == FRONT_REFUSED)
		f->state = FRONT_OPEN; /* unless it asks again */
	read_new(f, FRONT_CLIENT, in);
	if (f->state == FRONT_OPEN) {
		struct slice early = slice_take(*in, LIMIT_FRONT - w->bytes.len);
		buf_add(&w->bytes, early);
		*in = slice_skip(*in, early.len);
		if (in->len > 0)
			give_up(f);
	}
	if (f->state == FRONT_REFUSED) {
		buf_clear(&w->bytes);
		*in = SLICE_EMPTY;
	}
	return f->state;
}

enum front_state
front_server(struct front *f, struct slice *in)
{
	if (f->refused && (f->state == FRONT_REFUSED || has_turn(f, FRONT_CLIENT)))
		*in = SLICE_EMPTY; /* the refusal's own text */
	else if (has_turn(f, FRONT_CLIENT))
		give_up(f); /* out of turn: it knows nothing of this */
	else
		read_new(f, FRONT_SERVER, in);
	read_waiting(f);
	return f->state;
}

enum front_state
front_lost(struct front *f)
{
	enum verdict v = steps[f->step].lost;

	if (f->state != FRONT_OPEN || v == MORE)
		return f->state;
	f->step = steps[f->step].then;
	go_on(f, v);
	read_waiting(f);
	return f->state;
}

struct slice
front_rest(const struct front *f)
{
	return slice_skip(buf_slice(&f->words[FRONT_CLIENT].bytes), f->passed);
}

struct slice
front_said(const struct front *f)
{
	return buf_slice(&f->words[FRONT_SERVER].bytes);
}

const char *
front_name(enum front_kind kind)
{
	static const char *const names[] = {
		[FRONT_NOTHING] = "",
		[FRONT_PROXY1] = "proxy-v1",
		[FRONT_PROXY2] = "proxy-v2",
		[FRONT_CONNECT] = "http-connect",
		[FRONT_SOCKS4] = "socks4",
		[FRONT_SOCKS5] = "socks5",
	};

	return names[kind];
}
