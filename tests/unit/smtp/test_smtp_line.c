/* Lines of one side: ends, limits, and what of AUTH is never kept. */
#include "unit/smtp/smtp_test.h"

#include "sensor/limits.h"
#include "sensor/smtp/line.h"

static const struct row {
	const char *name;
	enum line_secrets secrets;
	struct slice input;
	const char *want; /* lines: text, then ! for LF alone, * for something dropped, and | */
} rows[] = {
	{ "crlf", LINE_OPEN, BYTES("EHLO a\r\nQUIT\r\n"), "EHLO a|QUIT|" },
	{ "lf", LINE_OPEN, BYTES("EHLO a\nQUIT\n"), "EHLO a!|QUIT!|" },
	{ "lone cr stays", LINE_OPEN, BYTES("a\rb\r\r\n"), "a\rb\r|" },
	{ "empty", LINE_OPEN, BYTES("\r\n\n"), "|!|" },
	{ "unfinished", LINE_OPEN, BYTES("EHLO a\r\nQUI"), "EHLO a|" },
	{ "auth alone", LINE_OPEN, BYTES("AUTH LOGIN\r\n"), "AUTH LOGIN|" },
	{ "auth with secret", LINE_OPEN, BYTES("auth  plain c2VjcmV0\r\nNOOP\r\n"),
		"auth  plain*|NOOP|" },
	{ "spaces before auth", LINE_OPEN, BYTES(" AUTH XOAUTH2 c2VjcmV0 x\r\n"),
		" AUTH XOAUTH2*|" },
	{ "exchange's auth", LINE_OPEN, BYTES("X-EXPS NTLM c2VjcmV0\r\n"), "X-EXPS NTLM*|" },
	{ "auth without a mechanism", LINE_OPEN, BYTES("AUTH c2VjcmV0c2VjcmV0c2VjcmV0\r\n"),
		"AUTH*|" },
	{ "auth with odd bytes", LINE_OPEN, BYTES("AUTH c2VjcmV0=\r\n"), "AUTH*|" },
	{ "no auth", LINE_OPEN, BYTES("AUTHOR c2VjcmV0\r\n"), "AUTHOR c2VjcmV0|" },
	{ "answer", LINE_SECRET, BYTES("c2VjcmV0\r\n"), "*|" },
	{ "answer like a command", LINE_SECRET, BYTES("QUIT\r\n"), "*|" },
	{ "after auth, secret", LINE_AFTER_AUTH, BYTES("c2VjcmV0\r\n"), "*|" },
	{ "after auth, long word", LINE_AFTER_AUTH, BYTES("c2VjcmV0c2VjcmV0 x\r\n"), "*|" },
	{ "after auth, command", LINE_AFTER_AUTH, BYTES("mail FROM:<a@b>\r\n"),
		"mail FROM:<a@b>|" },
	{ "after auth, again", LINE_AFTER_AUTH, BYTES("AUTH PLAIN c2VjcmV0\r\n"), "AUTH PLAIN*|" },
	{ "replies have no secrets", LINE_NONE, BYTES("AUTH PLAIN x\r\n"), "AUTH PLAIN x|" },
};

static void
run(const struct row *row, struct slice input, size_t chunk, struct buf *out)
{
	struct line_reader r;
	struct line line;
	line_init(&r, row->secrets);
	while (input.len > 0) {
		struct slice piece = slice_take(input, chunk);
		input = slice_skip(input, piece.len);
		while (line_next(&r, &piece, &line) == 1) {
			buf_add(out, line.text);
			buf_str(out, line.crlf ? "" : "!");
			buf_str(out, line.secret ? "*|" : "|");
		}
		/* What is held must not hold the secret either. */
		if (r.held.cap > 0)
			assert_null(memmem(r.held.ptr, r.held.cap, "c2VjcmV0", 8));
	}
	line_release(&r);
}

static void
test_rows(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	assert_non_null(edge.pages);
	for (size_t i = 0; i < ROWS(rows); i++) {
		for (size_t chunk = rows[i].input.len; chunk > 0; chunk--) {
			struct buf out;
			/* The open rows that do hold the word whole are those without AUTH. */
			if (strcmp(rows[i].name, "no auth") == 0 && chunk < rows[i].input.len)
				continue;
			buf_init(&out, 4096);
			run(&rows[i], edge_copy(edge, rows[i].input), chunk, &out);
			if (strcmp(buf_cstr(&out), rows[i].want) != 0)
				fail_msg("%s, chunks of %zu: %s", rows[i].name, chunk,
					buf_cstr(&out));
			buf_release(&out);
		}
	}
	edge_free(edge);
}

static void
test_limit(void **state)
{
	(void)state;
	size_t size = LIMIT_LINE + 1000;
	uint8_t *long_line = malloc(size + 2);
	assert_non_null(long_line);
	memset(long_line, 'x', size);
	memcpy(long_line + size, "\r\n", 2);
	for (size_t chunk = 1000; chunk <= size + 2; chunk += size - 998) {
		struct line_reader r;
		struct line line;
		int lines = 0;
		line_init(&r, LINE_NONE);
		for (struct slice rest = slice_of(long_line, size + 2); rest.len > 0;) {
			struct slice piece = slice_take(rest, chunk);
			rest = slice_skip(rest, piece.len);
			while (line_next(&r, &piece, &line) == 1) {
				lines++;
				assert_true(line.cut);
				assert_int_equal(line.text.len, LIMIT_LINE);
			}
		}
		assert_int_equal(lines, 1);
		line_release(&r);
	}
	free(long_line);
}

static void
test_gap(void **state)
{
	(void)state;
	struct line_reader r;
	struct line line;
	struct slice front = SLICE("MAIL FR"), back = SLICE("QUIT\r\n");
	line_init(&r, LINE_OPEN);
	assert_int_equal(line_next(&r, &front, &line), 0);
	line_gap(&r);
	assert_int_equal(line_next(&r, &back, &line), 1);
	assert_true(slice_eq(line.text, SLICE("QUIT")));
	line_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_gap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
