/* A value of From, To, …: mailboxes inside of the input or the arena, names that are UTF-8. */
#include "fuzz/check.h"
#include "sensor/mail/header_address.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct slice input = slice_of(data, size), plain[8];
	struct mailboxes list = { 0 };
	bool high;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	struct charsets *charsets = charsets_new();
	mailboxes_read(input, charsets, &arena, &list);
	for (size_t i = 0; i < list.list_count; i++) {
		const struct mailbox *m = &list.list[i];
		check(charset_is_utf8(m->name, &high));
		check(m->local.len + m->domain.len <= m->address.len);
		check_inside(m->local, m->address);
		check_inside(m->domain, m->address);
		check_inside(m->raw, input);
		check_inside(m->raw_name, input);
		check_inside(m->comment, input);
		check_inside(m->route, input);
		check_inside(m->group, input);
	}
	size_t count = header_addresses(input, plain, 8);
	for (size_t i = 0; i < count; i++)
		check_inside(plain[i], input);
	check_inside(header_display_name(input), input);
	charsets_free(charsets);
	arena_release(&arena);
	return 0;
}
