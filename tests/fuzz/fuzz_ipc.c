/* Frames from a process that may have been taken over, or killed at any byte: the reader never
 * hangs, whole frames come through, and what is in them is unpacked or refused. */
#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/text.h"
#include "sensor/ipc.h"
#include "sensor/record_layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ipc_cookie cookie = { "\x91\x07g\xc3\x44r\xf0!\x13\x8a\xeeq\x02\xbd\x5bz" };

enum { INPUT_MAX = 16384 /* so that all of it fits into a pipe, headers included */ };

static void
unpack(const struct ipc_frame *frame, struct arena *arena)
{
	struct ipc_mail parts;
	struct session_record session;
	struct mail_record mail;
	struct ipc_service service;
	struct ipc_post post;
	struct lookup_result lookup;
	struct ipc_state state;
	struct ipc_event event;
	struct ipc_delivery delivery;
	struct audit_entry entry;

	if (ipc_split_mail(frame->payload, &parts) == 0) {
		assert(parts.record.len + parts.content.len == frame->payload.len);
		(void)ipc_unpack_mail(parts.record, &session, &mail, arena);
	}
	(void)record_unpack(frame->payload, &layout_session, &session, arena);
	(void)ipc_unpack_service(frame->payload, &service);
	if (ipc_unpack_post(frame->payload, &post) == 0)
		assert(memchr(post.path, '\0', sizeof post.path) != NULL);
	if (ipc_unpack_lookup(frame->payload, &lookup, arena) == 0)
		assert(text_is_clean(slice_str(lookup.list)) &&
			text_is_clean(slice_str(lookup.codes)));
	(void)ipc_unpack_state(frame->payload, &state);
	(void)ipc_unpack_event(frame->payload, &event);
	if (ipc_unpack_audit(frame->payload, &entry, arena) == 0)
		assert(strlen(entry.text) < AUDIT_TEXT_MAX &&
			text_is_clean(slice_str(entry.text)) &&
			strlen(entry.user) < AUDIT_USER_MAX &&
			text_is_clean(slice_str(entry.user)) &&
			strlen(entry.object) < AUDIT_OBJECT_MAX);
	if (ipc_unpack_delivery(frame->payload, &delivery) == 0)
		assert(memchr(delivery.error, '\0', sizeof delivery.error) != NULL);
	arena_reset(arena);
}

/* The first byte of a piece picks what becomes of it, the second is its length: raw bytes, a cookie
 * and raw bytes, or a frame. Returns how many frames were written; *raw = anything else was. */
static size_t
write_pieces(int fd, struct slice in, bool *raw)
{
	size_t frames = 0;

	while (in.len >= 2 && frames < 256) {
		uint8_t op = in.ptr[0];
		struct slice piece = slice_take(slice_skip(in, 2), in.ptr[1]);
		in = slice_skip(in, 2 + piece.len);
		/* No writer knows the cookie as a payload; a fuzzer guesses it. */
		if (piece.len > 0 && memmem(piece.ptr, piece.len, cookie.bytes, IPC_COOKIE) != NULL)
			*raw = true;
		if (op % 3 == 0) {
			assert(ipc_write(fd, &cookie, (enum ipc_type)(op / 3 % IPC_TYPES), piece) ==
				0);
			frames++;
			continue;
		}
		*raw = true;
		if (op % 3 == 1)
			assert(write(fd, cookie.bytes, IPC_COOKIE) == IPC_COOKIE);
		if (piece.len > 0)
			assert(write(fd, piece.ptr, piece.len) == (ssize_t)piece.len);
	}
	return frames;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipc_reader reader;
	struct ipc_frame frame;
	struct arena arena;
	bool raw = false;
	size_t got = 0;
	int ends[2], more;

	if (size > INPUT_MAX || pipe2(ends, O_NONBLOCK) < 0)
		return 0;
	size_t frames = write_pieces(ends[1], slice_of(data, size), &raw);
	close(ends[1]);
	arena_init(&arena, 1 << 20);
	ipc_reader_init(&reader, ends[0], &cookie);
	while ((more = ipc_next(&reader, &frame)) > 0) {
		assert(frame.type < IPC_TYPES);
		unpack(&frame, &arena);
		got++;
	}
	assert(more == -1);
	assert(raw || (got == frames && reader.lost == 0));
	ipc_reader_release(&reader);
	arena_release(&arena);
	close(ends[0]);
	return 0;
}
