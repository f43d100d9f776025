/* A header block: fields in order, inside of the input, found by name; both views; what a receiving
 * server wrote on top.  Cut anywhere, the fields before the cut stay what they are. */
#include "fuzz/check.h"
#include "sensor/mail/header.h"
#include "sensor/mail/message_file.h"
#include "sensor/mail/message_id.h"

static void
check_fields(const struct message *m, struct slice input)
{
	const uint8_t *at = input.ptr;
	check(m->header.len + m->body.len <= input.len);
	check_inside(m->header, input);
	check_inside(m->body, input);
	for (size_t i = 0; i < m->fields_count; i++) {
		const struct header_field *f = &m->fields[i];
		struct message_id id;
		check_inside(f->whole, input);
		check_inside(f->name, f->whole);
		check_inside(f->value, f->whole);
		check(f->name.len > 0 && f->whole.ptr >= at);
		check((f->faults & ~m->faults) == 0);
		check(f->hash == header_name_hash(f->name));
		at = f->whole.ptr + f->whole.len;
		message_id_read(f->value, &id);
		check_inside(id.whole, f->value);
		check_inside(id.left, id.whole);
		check_inside(id.right, id.whole);
	}
	check((m->outside & ~m->faults) == 0);
}

static void
check_lookup(const struct message *m)
{
	static const char *const names[] = { "From", "to", "RECEIVED", "X" };
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		size_t n = 0, count = message_count(m, names[k]);
		for (size_t i = 0; i < m->fields_count; i++)
			if (slice_ieq(m->fields[i].name, slice_str(names[k])))
				check(message_field(m, names[k], n++) == &m->fields[i]);
		check(n == count && message_field(m, names[k], count) == NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct slice input = slice_of(data, size);
	struct message m = { .raw = input }, sent;
	struct message_trace trace;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	header_split(input, &arena, &m);
	check_fields(&m, input);
	check_lookup(&m);
	message_trace_find(&m, &arena, &trace);
	check(trace.fields <= m.fields_count);
	message_sent_view(&m, trace.fields, &sent);
	check_fields(&sent, sent.raw);
	check_lookup(&sent);
	check(sent.fields_count + trace.fields == m.fields_count);
	arena_release(&arena);
	return 0;
}
