/* Mail data: its end, its dots, and the ends that only some servers see. */
#include "unit/smtp/smtp_test.h"

#include "sensor/base/buf.h"
#include "sensor/smtp/data.h"

static const struct row {
	const char *name;
	bool crlf; /* the commands ended with CRLF */
	struct slice input;
	const char *want; /* the content; what is left behind the end is told by `left` */
	size_t left;
	bool ended, held;
	int64_t bare_lf, bare_cr, doubtful;
} rows[] = {
	{ "plain", true, BYTES("a\r\n.\r\nQUIT"), "a\r\n", 4, true, false, 0, 0, 0 },
	{ "empty", true, BYTES(".\r\n"), "", 0, true, false, 0, 0, 0 },
	{ "stuffed", true, BYTES("..\r\n..a\r\n.\r\n"), ".\r\n.a\r\n", 0, true, false, 0, 0, 0 },
	{ "dot before text", true, BYTES(".a\r\n.\r\n"), "a\r\n", 0, true, false, 0, 0, 0 },
	{ "dot at the end of a line", true, BYTES("a.\r\n.\r\n"), "a.\r\n", 0, true, false, 0, 0,
		0 },
	{ "CRLF.CR, goes on", true, BYTES(".\rx\r\n.\r\n"), "\rx\r\n", 0, true, false, 0, 1, 1 },
	{ "LF.CR, goes on", true, BYTES("a\n.\rx\r\n.\r\n"), "a\n.\rx\r\n", 0, true, false, 1, 1,
		1 },
	{ "CR.CRLF", true, BYTES("a\r.\r\nb\r\n.\r\n"), "a\r.\r\nb\r\n", 0, true, false, 0, 1, 1 },
	{ "CR.CR", true, BYTES("a\r.\rb\r\n.\r\n"), "a\r.\rb\r\n", 0, true, false, 0, 2, 1 },
	{ "CR.CR.CR", true, BYTES("\r.\r.\r\n.\r\n"), "\r.\r.\r\n", 0, true, false, 0, 2, 2 },
	{ "CR.x", true, BYTES("a\r.b\r\n.\r\n"), "a\r.b\r\n", 0, true, false, 0, 1, 0 },
	{ "no end", true, BYTES("a\r\n."), "a\r\n", 0, false, false, 0, 0, 0 },
	{ "lone LF", true, BYTES("a\nb\r\n.\r\n"), "a\nb\r\n", 0, true, false, 1, 0, 0 },
	{ "dots behind a lone LF are text", true, BYTES("a\n..b\n.c\r\n.\r\n"), "a\n..b\n.c\r\n", 0,
		true, false, 2, 0, 0 },
	{ "lone CR", true, BYTES("a\rb\r\r\n.\r\n"), "a\rb\r\r\n", 0, true, false, 0, 2, 0 },
	{ "LF.LF, held", true, BYTES("a\n.\n"), "a\n", 0, false, true, 1, 0, 0 },
	{ "LF.LF, goes on", true, BYTES("a\n.\nb\r\n.\r\n"), "a\n.\nb\r\n", 0, true, false, 2, 0,
		1 },
	{ "LF.CRLF, held", true, BYTES("a\n.\r\n"), "a\n", 0, false, true, 1, 0, 0 },
	{ "LF.CRLF, goes on", true, BYTES("a\n.\r\nb\r\n.\r\n"), "a\n.\r\nb\r\n", 0, true, false, 1,
		0, 1 },
	{ "CRLF.LF, held", true, BYTES("a\r\n.\n"), "a\r\n", 0, false, true, 0, 0, 0 },
	{ "CRLF.LF, goes on", true, BYTES("a\r\n.\nb\r\n.\r\n"), "a\r\n\nb\r\n", 0, true, false, 1,
		0, 1 },
	{ "all LF", false, BYTES("a\n..b\n.\nQUIT\n"), "a\n.b\n", 5, true, false, 2, 0, 0 },
	{ "all LF but for the content", false, BYTES("a\r\nb\n.\nc\r\n.\r\n"), "a\r\nb\n.\nc\r\n",
		0, true, false, 2, 0, 1 },
	{ "many lines at once", true, BYTES("1\r\n2\r\n3\r\n4\r\n\r\n.\r\n"),
		"1\r\n2\r\n3\r\n4\r\n\r\n", 0, true, false, 0, 0, 0 },
};

static void
run(const struct row *row, struct slice input, size_t chunk)
{
	struct data_reader d;
	struct buf out;
	enum data_result got = DATA_MORE;
	data_init(&d, row->crlf);
	buf_init(&out, 4096);
	while (input.len > 0 && got != DATA_END) {
		struct slice piece = slice_take(input, chunk), content;
		size_t before = piece.len;
		while ((got = data_next(&d, &piece, &content)) == DATA_PIECE)
			buf_add(&out, content);
		input = slice_skip(input, before - piece.len);
	}
	bool same = strcmp(buf_cstr(&out), row->want) == 0 && (got == DATA_END) == row->ended &&
		    data_end_here(&d) == row->held && input.len == row->left &&
		    d.bare_lf == row->bare_lf && d.bare_cr == row->bare_cr &&
		    d.doubtful == row->doubtful;
	if (!same)
		fail_msg("%s, chunks of %zu: \"%s\" ended %d held %d left %zu lf %d cr %d doubtful "
			 "%d",
			row->name, chunk, buf_cstr(&out), got == DATA_END, data_end_here(&d),
			input.len, (int)d.bare_lf, (int)d.bare_cr, (int)d.doubtful);
	buf_release(&out);
}

static void
test_rows(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	assert_non_null(edge.pages);
	for (size_t i = 0; i < ROWS(rows); i++)
		for (size_t chunk = rows[i].input.len; chunk > 0; chunk--)
			run(&rows[i], edge_copy(edge, rows[i].input), chunk);
	edge_free(edge);
}

/* A gap takes a dot line's meaning away: what comes is in the middle of some line. */
static void
test_gap(void **state)
{
	(void)state;
	struct data_reader d;
	struct slice front = SLICE("a\r\n"), back = SLICE(".\r\nb"), out;
	data_init(&d, true);
	assert_int_equal(data_next(&d, &front, &out), DATA_PIECE);
	data_gap(&d);
	assert_int_equal(data_next(&d, &back, &out), DATA_PIECE);
	assert_true(slice_eq(out, SLICE(".\r\nb")));
}

/* Lines of so many bytes, with both line ends, in any chunking. */
static void
test_long_lines(void **state)
{
	static const struct {
		size_t bytes;
		const char *end;
		int64_t want;
	} lines[] = { { 998, "\r\n", 0 }, { 999, "\r\n", 1 }, { 998, "\n", 0 }, { 999, "\n", 1 },
		{ 5000, "\r\n", 1 } };
	(void)state;
	for (size_t i = 0; i < ROWS(lines); i++) {
		for (size_t chunk = 1; chunk < 6000; chunk += 499) {
			struct buf text;
			struct data_reader d;
			buf_init(&text, 8000);
			for (size_t k = 0; k < lines[i].bytes; k++)
				buf_byte(&text, 'x');
			buf_str(&text, lines[i].end);
			buf_str(&text, "short\r\n.\r\n");
			struct slice input = buf_slice(&text);
			data_init(&d, true);
			while (input.len > 0) {
				struct slice piece = slice_take(input, chunk), content;
				input = slice_skip(input, piece.len);
				while (data_next(&d, &piece, &content) == DATA_PIECE)
					;
			}
			assert_int_equal(d.long_lines, lines[i].want);
			buf_release(&text);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_gap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
