/* Reply texts: class, list and address of anything, queue ids, and the server's program.
 *
 * A reply says the same in capitals, with blanks behind it, and with its lines joined by " / ", as
 * people write it.  What is found lies inside of the text. */
#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/limits.h"
#include "sensor/smtp/queue_id.h"
#include "sensor/smtp/reply_class.h"
#include "sensor/smtp/reply_lines.h"
#include "sensor/smtp/server_software.h"
#include "fuzz/check.h"

#define REPLIES_MAX 8 /* of one input: each is read six times */

static void
check_meaning(const struct reply_meaning *m, int code)
{
	check(m->list != NULL && strlen(m->list) < REPLY_ZONE_MAX);
	check((unsigned)m->class < REPLY_CLASSES);
	check((m->class == REPLY_OK) == (code > 0 && code < 400));
	check(m->quoted.family == ADDR_NONE || m->class == REPLY_LISTED ||
		m->class == REPLY_PRIVATE_REPUTATION);
	/* 127.0.0.2 is an answer of a list, and nobody's address. */
	check(m->quoted.family != ADDR_V4 || m->quoted.bytes[0] != 127);
}

static void
check_same(const struct reply_whole *whole, struct slice text, const struct reply_meaning *m)
{
	struct reply_meaning again;
	reply_classify(whole->code, whole->enhanced, text, "RCPT", &again);
	check(again.class == m->class && strcmp(again.list, m->list) == 0);
	check(addr_eq(again.quoted, m->quoted));
}

static void
check_spellings(const struct reply_whole *whole, const struct reply_meaning *m)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < whole->text.len; i++) {
		uint8_t c = whole->text.ptr[i];
		buf_byte(&b, c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c);
	}
	check_same(whole, buf_slice(&b), m);
	if (whole->text.len + 3 * whole->lines < LIMIT_REPLY_TEXT &&
		slice_index(whole->text, '/') == whole->text.len) {
		buf_clear(&b);
		for (size_t i = 0; i < whole->text.len; i++) {
			if (whole->text.ptr[i] == '\n')
				buf_str(&b, " / ");
			else
				buf_byte(&b, whole->text.ptr[i]);
		}
		check_same(whole, buf_slice(&b), m);
	}
	buf_release(&b);
}

static void
take_reply(const struct reply_whole *whole, struct server_guess *guess)
{
	struct reply_meaning m;
	reply_classify(whole->code, whole->enhanced, whole->text, "RCPT", &m);
	check_meaning(&m, whole->code);
	if (whole->code >= 400)
		check_spellings(whole, &m);
	check_inside(queue_id_of(whole->text), whole->text);
	enum server_where where = guess->replies == 0 && whole->code == 220 ? SERVER_BANNER
				  : whole->lines > 1 && whole->code == 250  ? SERVER_HELLO
									    : SERVER_REPLY;
	server_software_note(guess, where, whole->text);
	const char *says = NULL, *speaks = NULL;
	if (server_software_contradicts(guess, &says, &speaks))
		check(strcmp(says, speaks) != 0 && says[0] != '\0' && speaks[0] != '\0');
	check(server_software_name(guess) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);
	struct reply_reader reader;
	struct reply_whole whole;
	struct server_guess guess = { 0 };
	int replies = 0;
	reply_reader_init(&reader);
	while (rest.len > 0 && replies < REPLIES_MAX) {
		struct slice line = slice_split(&rest, '\n');
		int code;
		struct slice enhanced, text;
		reply_split(line, &code, &enhanced, &text);
		check_inside(enhanced, line);
		check_inside(text, line);
		if (reply_next(&reader, line, &whole) != 1)
			continue;
		take_reply(&whole, &guess);
		replies++;
	}
	reply_reader_release(&reader);
	return 0;
}
