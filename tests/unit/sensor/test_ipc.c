/* Messages between processes: whatever is cut or damaged, the frames round it come through and the
 * loss is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/ipc.h"
#include "sensor/limits.h"
#include "sensor/record_layout.h"
#include "sensor/sink.h"

enum { LONG = 150000, STREAM_MAX = 4 << 20 };

static const struct ipc_cookie cookie = { "\x91\x07g\xc3\x44r\xf0!\x13\x8a\xeeq\x02\xbd\x5bz" };

/* ---- a stream of frames, written as letters ----
 *
 *	A..Z  a frame whose payload is that letter; L: 150000 times
 *	-     the last byte of what is there is never written (its writer died); --- = three of them
 *	/     only the first half of the last frame was written
 *	\     the first half of the last frame was read by another reader
 *	x     the last byte of what is there is damaged
 *	g     bytes that no writer of ours wrote
 *	c     a cookie alone, and a type that there is not
 *	o     a header that promises more than LIMIT_FRAME
 *	0     a frame without payload */
struct stream {
	uint8_t *bytes;
	size_t len, last; /* where the last frame begins */
};

static void
add_bytes(struct stream *s, const void *bytes, size_t len)
{
	assert_true(s->len + len <= STREAM_MAX);
	memcpy(s->bytes + s->len, bytes, len);
	s->len += len;
}

static void
add_frame(struct stream *s, char letter)
{
	size_t len = letter == 'L' ? LONG : letter == '0' ? 0 : 1;
	uint8_t *payload = malloc(len + 1);
	int fd = memfd_create("frame", 0);

	memset(payload, letter, len + 1);
	assert_int_equal(ipc_write(fd, &cookie, IPC_EVENT, slice_of(payload, len)), 0);
	s->last = s->len;
	assert_true(s->len + IPC_HEADER + len <= STREAM_MAX);
	assert_int_equal(
		pread(fd, s->bytes + s->len, IPC_HEADER + len, 0), (ssize_t)(IPC_HEADER + len));
	s->len += IPC_HEADER + len;
	close(fd);
	free(payload);
}

static void
drop_front_half(struct stream *s)
{
	size_t half = (s->len - s->last) / 2;

	memmove(s->bytes + s->last, s->bytes + s->last + half, s->len - s->last - half);
	s->len -= half;
}

static void
add_letter(struct stream *s, char letter)
{
	static const uint8_t wrong_type[16] = { 99, 0, 0, 0, 1 };
	static const uint8_t too_long[16] = { IPC_EVENT, 0, 0, 0, 1, 0, 0, 1 };

	switch (letter) {
	case '-':
		s->len--;
		break;
	case '/':
		s->len = s->last + (s->len - s->last) / 2;
		break;
	case '\\':
		drop_front_half(s);
		break;
	case 'x':
		s->bytes[s->len - 1] ^= 1;
		break;
	case 'g':
		add_bytes(s, "\x91\x07garbage that is longer than a header is, by some bytes\x91",
			56);
		break;
	case 'c':
	case 'o':
		add_bytes(s, cookie.bytes, IPC_COOKIE);
		add_bytes(s, letter == 'c' ? wrong_type : too_long, 16);
		break;
	default:
		add_frame(s, letter);
	}
}

struct row {
	const char *name, *stream, *want;
	int64_t lost;
};

static const struct row rows[] = {
	{ "nothing", "", "", 0 },
	{ "one", "A", "A", 0 },
	{ "several", "AB0C", "AB0C", 0 },
	{ "long ones", "ALBLL", "ALBLL", 0 },
	{ "the writer died in a long frame", "AL/BC", "ABC", 1 },
	{ "the writer died twice", "AL/L/BC", "ABC", 1 },
	{ "the writer died a byte before the end", "L-BC", "BC", 1 },
	{ "the writer died fifteen bytes before the end", "L---------------BC", "BC", 1 },
	{ "the writer died sixteen bytes before the end", "L----------------BC", "BC", 1 },
	{ "the writer died, and nobody came", "AL/", "A", 1 },
	{ "the reader died in a long frame", "L\\BC", "BC", 1 },
	{ "the reader died in a short frame", "A\\BC", "BC", 1 },
	{ "both died", "L\\L/BC", "BC", 1 },
	{ "a damaged frame", "AxBC", "BC", 1 },
	{ "a damaged long frame", "ALxBC", "ABC", 1 },
	{ "damage in two places", "AxBCxD", "BD", 2 },
	{ "garbage in front", "gAB", "AB", 1 },
	{ "garbage between and behind", "AgBg", "AB", 2 },
	{ "a type that there is not", "AcB", "AB", 1 },
	{ "a length beyond the limit", "AoB", "AB", 1 },
};

/* Gives the stream to a reader in pieces; what it tells is written to `got`. */
static int64_t
read_stream(const struct stream *s, size_t piece, char *got, size_t size)
{
	struct ipc_reader reader;
	struct ipc_frame frame;
	int ends[2], more = 0;
	size_t n = 0, at = 0;

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	ipc_reader_init(&reader, ends[0], &cookie);
	while (more >= 0) {
		size_t len = s->len - at < piece ? s->len - at : piece;
		ssize_t wrote = len > 0 ? write(ends[1], s->bytes + at, len) : 0;
		at += wrote > 0 ? (size_t)wrote : 0;
		if (at == s->len && ends[1] >= 0) {
			close(ends[1]);
			ends[1] = -1;
		}
		while ((more = ipc_next(&reader, &frame)) > 0) {
			assert_int_equal(frame.type, IPC_EVENT);
			assert_true(n + 1 < size);
			got[n++] = frame.payload.len > 0 ? (char)frame.payload.ptr[0] : '0';
			if (got[n - 1] == 'L')
				assert_int_equal(frame.payload.len, LONG);
		}
	}
	got[n] = '\0';
	int64_t lost = reader.lost;
	ipc_reader_release(&reader);
	ipc_reader_release(&reader);
	close(ends[0]);
	return lost;
}

static void
test_streams(void **state)
{
	static const size_t pieces[] = { 1, 7, 31, 4096, 65536 };
	struct stream s = { malloc(STREAM_MAX), 0, 0 };
	char got[16];
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		s.len = s.last = 0;
		for (const char *p = rows[i].stream; *p != '\0'; p++)
			add_letter(&s, *p);
		for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
			int64_t lost = read_stream(&s, pieces[k], got, sizeof got);
			if (strcmp(got, rows[i].want) != 0 || lost != rows[i].lost)
				fail_msg("%s, pieces of %zu: got '%s' and %lld lost, want '%s' and "
					 "%lld",
					rows[i].name, pieces[k], got, (long long)lost, rows[i].want,
					(long long)rows[i].lost);
		}
	}
	free(s.bytes);
}

/* What the reader has not told is still in the pipe, for the one who comes after it. */
static void
test_no_read_ahead(void **state)
{
	struct ipc_reader reader;
	struct ipc_frame frame;
	int ends[2], left = -1;
	(void)state;

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	ipc_reader_init(&reader, ends[0], &cookie);
	assert_int_equal(ipc_write(ends[1], &cookie, IPC_EVENT, SLICE("one")), 0);
	assert_int_equal(ipc_write(ends[1], &cookie, IPC_HELLO, SLICE("second")), 0);
	assert_int_equal(ipc_next(&reader, &frame), 1);
	assert_int_equal(ioctl(ends[0], FIONREAD, &left), 0);
	assert_int_equal(left, IPC_HEADER + 6);
	ipc_reader_release(&reader);

	ipc_reader_init(&reader, ends[0], &cookie);
	assert_int_equal(ipc_next(&reader, &frame), 1);
	assert_int_equal(frame.type, IPC_HELLO);
	assert_true(slice_eq(frame.payload, SLICE("second")));
	assert_int_equal(ipc_next(&reader, &frame), 0);
	ipc_reader_release(&reader);
	close(ends[0]);
	close(ends[1]);
}

static void
test_write_refuses(void **state)
{
	static const uint8_t nothing[4096];
	int ends[2];
	(void)state;

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_int_equal(
		ipc_write(ends[1], &cookie, IPC_MAIL, slice_of(nothing, LIMIT_FRAME + 1)), -1);
	assert_int_equal(errno, EMSGSIZE);
	while (write(ends[1], nothing, sizeof nothing) > 0)
		;
	assert_int_equal(ipc_write(ends[1], &cookie, IPC_EVENT, SLICE("full")), -1);
	assert_int_equal(errno, EAGAIN);
	close(ends[0]);
	close(ends[1]);
}

/* ---- payloads ---- */

/* Every payload that is shorter or longer than it should be is refused. */
static void
refuses_other_lengths(const struct buf *b, int (*unpack)(struct slice payload))
{
	for (size_t n = 0; n < b->len; n++) {
		uint8_t *copy = malloc(n + 1);
		memcpy(copy, b->ptr, n);
		uint8_t *exact = realloc(copy, n > 0 ? n : 1);
		assert_int_equal(unpack(slice_of(exact, n)), -1);
		free(exact);
	}
}

static int
try_service(struct slice payload)
{
	struct ipc_service s;
	return ipc_unpack_service(payload, &s);
}

static void
test_post(void **state)
{
	const uint8_t ip[4] = { 192, 0, 2, 80 };
	struct ipc_post post = { { addr_v4(ip), 8080 }, 1234567890123456789, "/a/form.php" }, back;
	struct buf b;
	(void)state;

	buf_init(&b, 4096);
	ipc_pack_post(&b, &post);
	assert_int_equal(ipc_unpack_post(buf_slice(&b), &back), 0);
	assert_true(addr_eq(back.server.addr, post.server.addr));
	assert_int_equal(back.server.port, 8080);
	assert_int_equal(back.time, post.time);
	assert_string_equal(back.path, post.path);
	size_t head = b.len - strlen(post.path);
	for (size_t n = 0; n <= b.len; n++) {
		uint8_t *exact = malloc(n + 1);
		memcpy(exact, b.ptr, n);
		assert_int_equal(ipc_unpack_post(slice_of(exact, n), &back), n > head ? 0 : -1);
		free(exact);
	}
	while (b.len < head + LIMIT_POST_PATH)
		buf_byte(&b, 'x');
	assert_int_equal(ipc_unpack_post(buf_slice(&b), &back), 0);
	assert_int_equal(strlen(back.path), LIMIT_POST_PATH);
	buf_byte(&b, 'x');
	assert_int_equal(ipc_unpack_post(buf_slice(&b), &back), -1);
	b.ptr[0] = 5; /* no family */
	assert_int_equal(ipc_unpack_post(slice_take(buf_slice(&b), head + 1), &back), -1);
	buf_release(&b);
}

static void
test_delivery(void **state)
{
	struct ipc_delivery told = { 7, 1234567890123456789, -1, DELIVERY_GIVEN_UP, 3, "desk",
		"it said no" };
	struct ipc_delivery back;
	struct buf b;
	(void)state;

	buf_init(&b, 4096);
	ipc_pack_delivery(&b, &told);
	assert_int_equal(ipc_unpack_delivery(buf_slice(&b), &back), 0);
	assert_memory_equal(&back, &told, sizeof told);
	size_t head = b.len - strlen(told.error);
	for (size_t n = 0; n <= b.len; n++) {
		uint8_t *exact = malloc(n + 1);
		memcpy(exact, b.ptr, n);
		assert_int_equal(
			ipc_unpack_delivery(slice_of(exact, n), &back), n >= head ? 0 : -1);
		free(exact);
	}
	while (b.len < head + sizeof told.error - 1)
		buf_byte(&b, 'x');
	assert_int_equal(ipc_unpack_delivery(buf_slice(&b), &back), 0);
	buf_byte(&b, 'x');
	assert_int_equal(ipc_unpack_delivery(buf_slice(&b), &back), -1);
	told.state = DELIVERY_GIVEN_UP + 1;
	buf_clear(&b);
	ipc_pack_delivery(&b, &told);
	assert_int_equal(ipc_unpack_delivery(buf_slice(&b), &back), -1);
	/* the longest one is written in one piece */
	memset(told.target, 'x', sizeof told.target - 1);
	memset(told.error, 'x', sizeof told.error - 1);
	buf_clear(&b);
	ipc_pack_delivery(&b, &told);
	assert_true(b.len + IPC_HEADER <= 4096);
	buf_release(&b);
}

static int
try_state(struct slice payload)
{
	static struct ipc_state s;
	return ipc_unpack_state(payload, &s);
}

static void
test_service_and_state(void **state)
{
	const uint8_t ip[4] = { 192, 0, 2, 1 };
	struct ipc_service service = { { addr_v4(ip), 25 }, 1234567890123456789 }, service_back;
	struct ipc_state told = { .process = PROCESS_ANALYST, .pid = 77 }, told_back;
	struct buf b;
	(void)state;

	buf_init(&b, 4096);
	ipc_pack_service(&b, &service);
	assert_int_equal(ipc_unpack_service(buf_slice(&b), &service_back), 0);
	assert_true(addr_eq(service_back.server.addr, service.server.addr));
	assert_int_equal(service_back.server.port, 25);
	assert_int_equal(service_back.time, service.time);
	refuses_other_lengths(&b, try_service);

	told.counters.value[COUNTER_mails] = 5;
	told.counters.value[COUNTER_services_refused] = 9;
	buf_clear(&b);
	ipc_pack_state(&b, &told);
	assert_int_equal(ipc_unpack_state(buf_slice(&b), &told_back), 0);
	assert_int_equal(told_back.process, PROCESS_ANALYST);
	assert_int_equal(told_back.pid, 77);
	assert_memory_equal(&told_back.counters, &told.counters, sizeof told.counters);
	refuses_other_lengths(&b, try_state);

	told.counters.value[COUNTER_mails] = -1;
	buf_clear(&b);
	ipc_pack_state(&b, &told);
	assert_int_equal(ipc_unpack_state(buf_slice(&b), &told_back), -1);
	buf_release(&b);
}

static void
test_lookup(void **state)
{
	struct lookup_result sent = { .list = "Spamhaus XBL",
		.zone = "zen.spamhaus.org",
		.codes = "127.0.0.4",
		.time = 43,
		.answer = LOOKUP_LISTED,
		.predicted = 0.75,
		.verdict = VERDICT_LIKELY };
	struct lookup_result back;
	struct arena arena;
	struct buf b;
	(void)state;

	addr_parse(SLICE("2001:db8::25"), &sent.host);
	arena_init(&arena, 1 << 20);
	buf_init(&b, 4096);
	ipc_pack_lookup(&b, &sent);
	for (size_t n = 0; n < b.len; n++) {
		uint8_t *exact = malloc(n + 1);
		memcpy(exact, b.ptr, n);
		assert_int_equal(ipc_unpack_lookup(slice_of(exact, n), &back, &arena), -1);
		free(exact);
	}
	assert_int_equal(ipc_unpack_lookup(buf_slice(&b), &back, &arena), 0);
	assert_true(addr_eq(back.host, sent.host));
	assert_string_equal(back.list, sent.list);
	assert_string_equal(back.zone, sent.zone);
	assert_string_equal(back.codes, sent.codes);
	assert_int_equal(back.time, 43);
	assert_int_equal(back.answer, LOOKUP_LISTED);
	assert_int_equal(back.verdict, VERDICT_LIKELY);
	assert_true(back.predicted == 0.75);
	static const struct {
		size_t at;
		uint8_t byte;
	} wrong[] = {
		{ 0, 5 },     /* no family */
		{ 24, 0x80 }, /* a time before 1970 */
		{ 25, 3 },    /* no answer */
		{ 26, 99 },   /* no verdict */
		{ 34, 0x7f }, /* a probability beyond 1 */
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		uint8_t right = b.ptr[wrong[i].at];
		b.ptr[wrong[i].at] = wrong[i].byte;
		assert_int_equal(ipc_unpack_lookup(buf_slice(&b), &back, &arena), -1);
		b.ptr[wrong[i].at] = right;
	}
	arena_release(&arena);
	buf_release(&b);
}

static void
test_event(void **state)
{
	struct ipc_event event = { 42, "restart", "the worker ended by signal 9" }, back;
	struct buf b;
	(void)state;

	buf_init(&b, 4096);
	ipc_pack_event(&b, &event);
	assert_true(b.len + IPC_HEADER <= 4096);
	assert_int_equal(ipc_unpack_event(buf_slice(&b), &back), 0);
	assert_int_equal(back.time, 42);
	assert_string_equal(back.kind, event.kind);
	assert_string_equal(back.text, event.text);
	/* No room for its end. */
	while (b.len < 8 + 4 + 7 + sizeof back.text)
		buf_byte(&b, 'x');
	assert_int_equal(ipc_unpack_event(buf_slice(&b), &back), -1);
	buf_release(&b);
}

static void
test_mail(void **state)
{
	struct session_record session = { 0 }, session_back;
	struct mail_record mail = { 0 }, mail_back;
	struct ipc_mail parts;
	struct arena arena;
	struct buf b;
	(void)state;

	buf_init(&b, 1 << 16);
	arena_init(&arena, 1 << 20);
	record_init(&layout_session, &session);
	record_init(&layout_mail, &mail);
	session.id = mail.session = "0123456789abcdef";
	mail.mail_from = "a@example.net";
	ipc_pack_mail(&b, &session, &mail, SLICE("Subject: x\r\n"));

	assert_int_equal(ipc_split_mail(buf_slice(&b), &parts), 0);
	assert_true(slice_eq(parts.content, SLICE("Subject: x\r\n")));
	assert_int_equal(ipc_unpack_mail(parts.record, &session_back, &mail_back, &arena), 0);
	assert_string_equal(session_back.id, session.id);
	assert_string_equal(mail_back.mail_from, mail.mail_from);
	for (size_t n = 0; n < parts.record.len; n++) {
		struct ipc_mail cut;
		assert_int_equal(ipc_split_mail(slice_take(buf_slice(&b), n), &cut), -1);
		arena_reset(&arena);
		assert_int_equal(ipc_unpack_mail(slice_take(parts.record, n), &session_back,
					 &mail_back, &arena),
			-1);
	}
	buf_release(&b);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_no_read_ahead),
		cmocka_unit_test(test_write_refuses),
		cmocka_unit_test(test_service_and_state),
		cmocka_unit_test(test_post),
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_delivery),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_mail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
