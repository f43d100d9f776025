/* Entries of the audit log on their way to the collector. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/base/text.h"
#include "sensor/ipc.h"

static struct audit_entry
audit_sample(void)
{
	return (struct audit_entry){ .id = "00112233445566778899aabbccddeeff",
		.time = 44,
		.user = "mia",
		.from = { .family = ADDR_V6 },
		.kind = AUDIT_MUTE,
		.host = addr_v4((const uint8_t[]){ 192, 0, 2, 7 }),
		.object = "",
		.text = "until the disk is changed",
		.until = 99 };
}

static void
test_audit(void **state)
{
	struct audit_entry sent = audit_sample(), back;
	struct arena arena;
	struct buf b;
	(void)state;

	arena_init(&arena, 1 << 20);
	buf_init(&b, 8192);
	ipc_pack_audit(&b, &sent);
	for (size_t n = 0; n < b.len; n++) {
		uint8_t *exact = malloc(n + 1);
		memcpy(exact, b.ptr, n);
		assert_int_equal(ipc_unpack_audit(slice_of(exact, n), &back, &arena), -1);
		free(exact);
	}
	assert_int_equal(ipc_unpack_audit(buf_slice(&b), &back, &arena), 0);
	assert_string_equal(back.id, sent.id);
	assert_string_equal(back.user, "mia");
	assert_string_equal(back.text, sent.text);
	assert_string_equal(back.object, "");
	assert_true(addr_eq(back.host, sent.host) && addr_eq(back.from, sent.from));
	assert_int_equal(back.kind, AUDIT_MUTE);
	assert_int_equal(back.time, 44);
	assert_int_equal(back.until, 99);
	static const struct {
		size_t at;
		uint8_t byte;
	} wrong[] = {
		{ 0, AUDIT_KINDS },	/* no kind */
		{ 8, 0x80 },		/* a time before 1970 */
		{ 16, 0x80 },		/* nor an end */
		{ 17, 5 },		/* no family */
		{ 34, ADDR_NONE },	/* a case of no host */
		{ 34, 5 }, { 51, 31 },	/* an id that is too short */
		{ 51, 200 },		/* one that takes the texts behind it */
		{ 54, 0xff },		/* longer than there is */
		{ 55, 'g' }, { 60, 0 }, /* none of hex digits */
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		uint8_t right = b.ptr[wrong[i].at];
		b.ptr[wrong[i].at] = wrong[i].byte;
		if (ipc_unpack_audit(buf_slice(&b), &back, &arena) != -1)
			fail_msg("byte %zu as %u", wrong[i].at, wrong[i].byte);
		b.ptr[wrong[i].at] = right;
	}
	arena_release(&arena);
	buf_release(&b);
}

/* Whatever the texts are: it fits into one write, and what comes out is clean and short enough. */
static void
test_audit_texts(void **state)
{
	static char longest[70000], dirty[3000];
	struct audit_entry sent = audit_sample(), back;
	struct arena arena;
	struct buf b;
	(void)state;

	memset(longest, 'n', sizeof longest - 1);
	for (size_t i = 0; i + 1 < sizeof dirty; i++)
		dirty[i] = "\x01\n<b>\xff\xe2\x80\xae"[i % 9];
	const char *texts[] = { longest, dirty, "\xe2\x80\xae<script>", "" };
	arena_init(&arena, 1 << 20);
	buf_init(&b, 8192);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		sent.user = sent.object = sent.text = texts[i];
		buf_clear(&b);
		ipc_pack_audit(&b, &sent);
		assert_true(b.len + IPC_HEADER <= 4096);
		assert_int_equal(ipc_unpack_audit(buf_slice(&b), &back, &arena), 0);
		assert_true(text_is_clean(slice_str(back.text)) &&
			    text_is_clean(slice_str(back.user)) &&
			    text_is_clean(slice_str(back.object)));
		assert_true(strlen(back.text) < AUDIT_TEXT_MAX);
		assert_true(strlen(back.user) < AUDIT_USER_MAX);
		assert_true(strlen(back.object) < AUDIT_OBJECT_MAX);
		arena_reset(&arena);
	}
	arena_release(&arena);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_audit_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
