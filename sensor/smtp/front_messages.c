#include "sensor/smtp/front_messages.h"

#include <string.h>

#include "sensor/base/cursor.h"

enum {
	PROXY1_MAX = 107, /* bytes with CRLF: 2.1 */
	PROXY2_SIGNATURE = 12,
	PROXY2_HEAD = 16,
	LINE_MAX_BYTES = 2048, /* of a request, or a status */
	SOCKS4_NAME = 8,       /* where the user's name begins */
};

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
enum taken
front_take_proxy1(struct front *f, struct slice m)
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
enum taken
front_take_proxy2(struct front *f, struct slice m)
{
	enum { LOCAL = 0x20, PROXY = 0x21, TCP4 = 0x11, TCP6 = 0x21 };
	struct cursor c = cursor_of(slice_skip(m, PROXY2_SIGNATURE));

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
enum taken
front_take_request(struct front *f, struct slice m)
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

enum taken
front_take_request_field(struct front *f, struct slice m)
{
	if (!is_line(m))
		return MORE;
	f->step = slice_trim(m).len == 0 ? STEP_STATUS : STEP_REQUEST_FIELD;
	return NEXT;
}

/* RFC 9112 4: HTTP-version SP status-code. */
enum taken
front_take_status(struct front *f, struct slice m)
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

enum taken
front_take_status_field(struct front *f, struct slice m)
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
enum taken
front_take_socks4(struct front *f, struct slice m)
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
enum taken
front_take_socks4_reply(struct front *f, struct slice m)
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
enum taken
front_take_methods(struct front *f, struct slice m)
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

enum taken
front_take_method(struct front *f, struct slice m)
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

/* RFC 1929 2: VER (1) ULEN UNAME PLEN PASSWD.  Where the method was lost, it may be the request. */
enum taken
front_take_password(struct front *f, struct slice m)
{
	if (m.ptr[0] == 5) {
		f->step = STEP_SOCKS5;
		return front_take_socks5(f, m);
	}
	if (m.ptr[0] != 1)
		return OTHER;
	if (m.len < 2 || m.len < 3u + m.ptr[1] || m.len < 3u + m.ptr[1] + m.ptr[2 + m.ptr[1]])
		return MORE;
	f->step = STEP_PASSWORD_REPLY;
	return NEXT;
}

enum taken
front_take_password_reply(struct front *f, struct slice m)
{
	if (m.ptr[0] != 1)
		return OTHER;
	if (m.len < 2)
		return MORE;
	f->step = STEP_SOCKS5;
	return m.ptr[1] == 0 ? NEXT : REFUSED;
}

/* RFC 1928 4 to 6: VER CMD|REP RSV ATYP ADDR PORT.  MORE, NEXT (whole), or OTHER. */
static enum taken
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

enum taken
front_take_socks5(struct front *f, struct slice m)
{
	enum { CONNECT = 1, IPV4 = 1, NAME = 3 };
	enum taken whole = socks5_message(m);

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

enum taken
front_take_socks5_reply(struct front *f, struct slice m)
{
	enum taken whole = socks5_message(m);

	(void)f;
	if (whole != NEXT)
		return whole;
	return m.ptr[1] == 0 ? PASSED : REFUSED;
}
