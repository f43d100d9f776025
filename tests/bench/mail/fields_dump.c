/* What the header of message files says, a line each, as tests/bench/mail/fields.pl prints what
 * SpamAssassin makes of it; or, with --time N, nanoseconds to split the header.
 *
 *   fields_dump FILE...|-      paths as arguments, or on standard input
 *   H field text    A field addresses    N field names    D seconds date    R relay text */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/mail/print_slice.h"
#include "sensor/base/ptime.h"
#include "sensor/mail/header.h"
#include "sensor/mail/header_address.h"
#include "sensor/mail/header_date.h"
#include "sensor/mail/header_received.h"
#include "tests/processor_time.h"

static void
print_texts(const struct message *m, struct arena *arena)
{
	static const char *const names[] = { "Subject", "From", "To", "Cc", "Reply-To" };
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		const struct header_field *f;
		for (size_t i = 0; (f = message_field(m, names[k], i)) != NULL; i++) {
			unsigned faults = 0;
			printf("H\t%s\t", names[k]);
			print_slice(header_decoded(f->value, m->charsets, arena, &faults));
			putchar('\n');
		}
	}
}

static void
print_addresses(const struct message *m, struct arena *arena)
{
	static const char *const names[] = { "From", "To", "Cc", "Reply-To" };
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		const struct header_field *f;
		struct mailboxes list = { 0 };
		for (size_t i = 0; (f = message_field(m, names[k], i)) != NULL; i++)
			mailboxes_read(f->value, m->charsets, arena, &list);
		printf("A\t%s\t", names[k]);
		for (size_t i = 0; i < list.list_count; i++) {
			printf("%s", i > 0 ? "|" : "");
			print_slice(list.list[i].address);
		}
		printf("\nN\t%s\t", names[k]);
		bool any = false;
		for (size_t i = 0; i < list.list_count; i++) {
			if (list.list[i].name.len == 0)
				continue;
			printf("%s", any ? "|" : "");
			print_slice(list.list[i].name);
			any = true;
		}
		putchar('\n');
	}
}

static void
print_received(struct slice value, struct arena *arena)
{
	struct received_field f;
	header_received_field(value, arena, &f);
	const struct slice parts[] = { f.ip, f.rdns, f.helo, f.by, f.ident, f.envelope_from, f.id,
		f.auth };
	printf("R\t");
	if (f.kind == RECEIVED_UNREADABLE)
		printf("unreadable");
	else if (f.kind != RECEIVED_RELAY)
		printf("local");
	for (size_t i = 0; f.kind == RECEIVED_RELAY && i < sizeof parts / sizeof *parts; i++) {
		print_slice(parts[i]);
		putchar('|');
	}
	if (f.kind == RECEIVED_RELAY)
		putchar((f.facts & RECEIVED_LOOKED_UP) != 0 && f.rdns.len == 0 ? '1' : '0');
	printf("\t%s\t", received_wording_name(f.wording));
	print_slice(f.text);
	putchar('\n');
}

static void
print_message(const struct message *m, struct arena *arena)
{
	const struct header_field *f = message_field(m, "Date", 0);
	print_texts(m, arena);
	print_addresses(m, arena);
	if (f != NULL) {
		struct date_value d;
		bool readable = header_date_read(f->value, &d);
		printf("D\t%lld\t%x\t", readable ? (long long)(d.time / PTIME_SECOND) : -1LL,
			d.faults);
		print_slice(slice_trim(f->value));
		putchar('\n');
	}
	for (size_t i = 0; (f = message_field(m, "Received", i)) != NULL; i++)
		print_received(f->value, arena);
}

static void
time_message(const char *path, struct slice raw, int rounds, struct arena *arena)
{
	struct message m;
	double start = 1e9 * processor_time();
	for (int i = 0; i < rounds; i++) {
		arena_reset(arena);
		m = (struct message){ .raw = raw };
		header_split(raw, arena, &m);
	}
	double split = (1e9 * processor_time() - start) / rounds;
	size_t found = 0;
	start = 1e9 * processor_time();
	for (int i = 0; i < rounds; i++)
		found += message_field(&m, "Subject", 0) != NULL;
	double look = (1e9 * processor_time() - start) / rounds;
	printf("T\t%.0f\t%.1f\t%zu\t%zu\t%s\n", split, look, m.header.len,
		m.fields_count + (found > 0 ? 0 : 0), path);
}

static void
one_file(const char *path, int rounds, struct charsets *charsets, struct arena *arena)
{
	static uint8_t buffer[LIMIT_MAIL_KEPT];
	FILE *in = fopen(path, "rb");
	if (in == NULL) {
		perror(path);
		return;
	}
	struct slice raw = slice_of(buffer, fread(buffer, 1, sizeof buffer, in));
	fclose(in);
	if (slice_starts(raw, SLICE("From ")))
		raw = slice_skip(raw, slice_index(raw, '\n') + 1);
	arena_reset(arena);
	if (rounds > 0) {
		time_message(path, raw, rounds, arena);
		return;
	}
	struct message m = { .raw = raw, .charsets = charsets };
	header_split(raw, arena, &m);
	printf("F\t%s\n", path);
	print_message(&m, arena);
}

int
main(int argc, char **argv)
{
	struct arena arena;
	char path[4096];
	int rounds =
		argc > 2 && strcmp(argv[1], "--time") == 0 ? (int)strtol(argv[2], NULL, 10) : 0;
	struct charsets *charsets = charsets_new();
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	for (int i = rounds > 0 ? 3 : 1; i < argc; i++)
		if (strcmp(argv[i], "-") != 0)
			one_file(argv[i], rounds, charsets, &arena);
		else
			while (fgets(path, sizeof path, stdin) != NULL) {
				path[strcspn(path, "\n")] = '\0';
				one_file(path, rounds, charsets, &arena);
			}
	arena_release(&arena);
	charsets_free(charsets);
	return 0;
}
