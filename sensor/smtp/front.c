#include <string.h>

#include "sensor/limits.h"
#include "sensor/smtp/front_messages.h"

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

static enum taken
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
			f->step = (int)openings[i].step;
			return MORE;
		}
	}
	return may_be ? MORE : OTHER;
}

/* ---- steps ---- */

/* Who says it, and what comes next where the server's words were lost. */
static const struct {
	enum taken (*take)(struct front *f, struct slice message);
	enum front_side side;
	enum taken lost;
	enum step then;
} steps[] = {
	[STEP_WORD] = { take_word, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_PROXY1] = { front_take_proxy1, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_PROXY2] = { front_take_proxy2, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_REQUEST] = { front_take_request, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_REQUEST_FIELD] = { front_take_request_field, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_STATUS] = { front_take_status, FRONT_SERVER, PASSED, STEP_WORD },
	[STEP_STATUS_FIELD] = { front_take_status_field, FRONT_SERVER, PASSED, STEP_WORD },
	[STEP_SOCKS4] = { front_take_socks4, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_SOCKS4_REPLY] = { front_take_socks4_reply, FRONT_SERVER, PASSED, STEP_WORD },
	[STEP_METHODS] = { front_take_methods, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_METHOD] = { front_take_method, FRONT_SERVER, NEXT, STEP_PASSWORD },
	[STEP_PASSWORD] = { front_take_password, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_PASSWORD_REPLY] = { front_take_password_reply, FRONT_SERVER, NEXT, STEP_SOCKS5 },
	[STEP_SOCKS5] = { front_take_socks5, FRONT_CLIENT, MORE, STEP_WORD },
	[STEP_SOCKS5_REPLY] = { front_take_socks5_reply, FRONT_SERVER, PASSED, STEP_WORD },
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

/* The proxy has said no.  Nothing of it is wanted again, and what the client said already was meant
 * for the connection. */
static void
refuse(struct front *f)
{
	struct front_words *client = &f->words[FRONT_CLIENT], *server = &f->words[FRONT_SERVER];

	f->refused = true;
	f->state = FRONT_REFUSED;
	f->step = STEP_WORD;
	buf_clear(&client->bytes);
	buf_clear(&server->bytes);
	client->at = client->start = server->at = server->start = f->passed = 0;
}

/* A message is whole. */
static void
go_on(struct front *f, enum taken v)
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
	f->deaf = f->refused;
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
	enum taken v = steps[f->step].take(f, m);

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

	if (f->state == FRONT_REFUSED && !f->deaf)
		f->state = FRONT_OPEN; /* it may ask again */
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
	enum taken v = steps[f->step].lost;

	if (f->state != FRONT_OPEN || v == MORE)
		return f->state;
	f->step = (int)steps[f->step].then;
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
