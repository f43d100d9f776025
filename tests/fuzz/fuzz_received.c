/* A value of Received: every part inside of the text on one line. */
#include "fuzz/check.h"
#include "sensor/mail/header_received.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct received_field f;
	struct received r;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	header_received_field(slice_of(data, size), &arena, &f);
	const struct slice parts[] = { f.from, f.ip, f.ident, f.by, f.by_comment, f.by_ip, f.via,
		f.with, f.id, f.for_address, f.envelope_from, f.date };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		check_inside(parts[i], f.text);
	check(f.text.len <= RECEIVED_BYTES);
	check((f.ip.len > 0) == (f.address.family != ADDR_NONE));
	check((unsigned)f.wording < RECEIVED_WORDINGS);
	check((f.auth.len > 0) == ((f.facts & RECEIVED_AUTH) != 0));
	header_received(slice_of(data, size), &arena, &r);
	arena_release(&arena);
	return 0;
}
