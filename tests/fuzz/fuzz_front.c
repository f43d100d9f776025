/* What stands before a dialogue, by turns of both sides, three times: whole, byte by byte, and in
 * pieces of odd sizes.
 *
 * A turn is one byte, whose top bits say who speaks (the client, the server, or that the server's
 * words were lost) and whose rest is the length, and that many bytes.  All three runs must come to
 * the same end, with every byte of the client either passed or given back; of a side that says
 * something else, too. */
#include <stdlib.h>
#include <string.h>

#include "sensor/limits.h"
#include "sensor/smtp/foreign.h"
#include "sensor/smtp/front.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LENGTH = 0x3f, SERVER = 0x40, LOST = 0x80 };

struct run {
	struct front front;
	uint32_t seed;
	int pieces; /* 0 = whole, 1 = byte by byte, 2 = odd */
	bool over;
	size_t given, left; /* of the client: bytes given in all, and left when it was over */
};

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static size_t
piece_size(struct run *r)
{
	if (r->pieces < 2)
		return r->pieces == 0 ? SIZE_MAX : 1;
	r->seed = r->seed * 1664525 + 1013904223;
	return 1 + (r->seed >> 16) % 9;
}

static void
feed(struct run *r, bool server, struct slice piece)
{
	uint8_t *copy = malloc(piece.len);
	memcpy(copy, piece.ptr, piece.len);
	struct slice in = slice_of(copy, piece.len);
	while (!r->over && in.len > 0) {
		size_t before = in.len;
		int step = r->front.step;
		enum front_state now =
			server ? front_server(&r->front, &in) : front_client(&r->front, &in);
		r->over = now == FRONT_PASSED || now == FRONT_NONE;
		check(r->over || in.len < before || r->front.step != step);
	}
	if (!server)
		r->left += in.len;
	free(copy);
}

static void
run(struct run *r, const uint8_t *data, size_t size)
{
	front_init(&r->front);
	while (size > 0 && !r->over) {
		uint8_t how = *data++;
		struct slice rest = slice_take(slice_of(data, --size), how & LENGTH);
		data += rest.len;
		size -= rest.len;
		if (how & LOST) {
			enum front_state now = front_lost(&r->front);
			r->over = now == FRONT_PASSED || now == FRONT_NONE;
		}
		if (!(how & SERVER))
			r->given += rest.len;
		while (rest.len > 0) {
			struct slice piece = slice_take(rest, piece_size(r));
			rest = slice_skip(rest, piece.len);
			feed(r, how & SERVER, piece);
		}
	}
}

static bool
same(const struct run *a, const struct run *b)
{
	const struct front *x = &a->front, *y = &b->front;
	return x->state == y->state && x->kind == y->kind && x->host_len == y->host_len &&
	       memcmp(x->host, y->host, x->host_len) == 0 && x->port == y->port &&
	       addr_eq(x->client.addr, y->client.addr) && a->given == b->given &&
	       front_rest(x).len + a->left == front_rest(y).len + b->left;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run runs[3];

	memset(runs, 0, sizeof runs);
	for (int i = 0; i < 3; i++) {
		runs[i].pieces = i;
		runs[i].seed = (uint32_t)size;
		run(&runs[i], data, size);
		const struct front *f = &runs[i].front;
		check(f->state != FRONT_NONE || f->passed == 0);
		check(f->refused || f->state != FRONT_NONE ||
			front_rest(f).len + runs[i].left == runs[i].given);
		check(f->host_len <= sizeof f->host && strlen(front_name(f->kind)) < 16);
	}
	check(same(&runs[0], &runs[1]));
	check(same(&runs[0], &runs[2]));
	for (int i = 0; i < 3; i++)
		front_release(&runs[i].front);
	size_t half = size / 2;
	(void)foreign_name(slice_of(data, half), slice_of(data + half, size - half));
	return 0;
}
