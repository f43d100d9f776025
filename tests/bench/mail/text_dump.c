/* What rules see of message files, a line each: B body, I hidden, R raw, U uri; or, with --time N,
 * microseconds per message for N rounds over all of them.
 *
 *   text_dump FILE...|-        paths as arguments, or on standard input */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sensor/mail/text.h"

#define FILE_MAX LIMIT_MAIL_KEPT

static void
print_slice(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < ' ' || s.ptr[i] == '\\' || s.ptr[i] >= 0x7f)
			printf("\\x%02x", s.ptr[i]);
		else
			putchar(s.ptr[i]);
}

static void
print_pieces(const char *kind, const struct text_pieces *text)
{
	for (size_t i = 0; i < text->pieces_count; i++) {
		printf("%s\t", kind);
		print_slice(text->pieces[i]);
		putchar('\n');
	}
}

static void
print_list(const char *kind, const struct slice *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("%s\t", kind);
		print_slice(list[i]);
		putchar('\n');
	}
}

static double
ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

static void
print_html(const struct html_facts *f)
{
	printf("H\tlength=%zu html_length=%zu non_space_len=%zu image_area=%lld min_size=%d "
	       "max_size=%d closed_extra_ratio=%.6g bad_tag_ratio=%.6g non_element_ratio=%.6g "
	       "obfuscation_ratio=%.6g backhair_count=%u font_low_contrast=%d "
	       "font_invalid_color=%d font_face_bad=%d form_action_mailto=%d embeds=%d\n",
		f->length, f->text_length, f->text_visible, (long long)f->image_area, f->least_size,
		f->most_size, ratio(f->closed_extra, f->tags),
		ratio(f->tags - f->elements, f->tags),
		ratio(f->tags_seen - f->elements_seen, f->tags_seen),
		ratio(f->obfuscation, f->tags), f->backhair, f->low_contrast, f->color_invalid,
		f->face_bad, f->form_mailto, f->embeds);
	printf("HI\t");
	for (size_t i = 0; i < HTML_TAGS; i++)
		if (f->seen[i])
			printf("%s=%d ", html_tags[i].name, f->balance[i]);
	putchar('\n');
	print_list("Htitle", f->titles, f->titles_count);
	print_list("Hanchor", f->anchors, f->anchors_count);
	print_list("Hcomment", f->comments, f->comments_count);
	print_list("Hscript", f->scripts, f->scripts_count);
}

static void
print_message(struct slice raw, struct arena *arena)
{
	struct message m;
	struct mail_text text;
	message_split(raw, NULL, arena, &m);
	mail_text(&m, arena, &text);
	print_pieces("B", &text.body);
	print_pieces("I", &text.hidden);
	print_pieces("R", &text.raw);
	for (size_t i = 0; i < text.html_count; i++)
		print_html(&text.html[i]);
}

static double
now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* The least of the rounds: what the work costs when nobody else disturbs. */
static void
time_message(const char *path, struct slice raw, int rounds, struct arena *arena)
{
	double best = 1e12;
	for (int i = 0; i < rounds; i++) {
		struct message m;
		struct mail_text text;
		arena_reset(arena);
		message_split(raw, NULL, arena, &m);
		double start = now_us();
		mail_text(&m, arena, &text);
		double took = now_us() - start;
		best = took < best ? took : best;
	}
	printf("T\t%.1f\t%zu\t%s\n", best, raw.len, path);
}

static void
one_file(const char *path, int rounds, uint8_t *buffer, struct arena *arena)
{
	FILE *in = fopen(path, "rb");
	if (in == NULL) {
		perror(path);
		return;
	}
	struct slice raw = slice_of(buffer, fread(buffer, 1, FILE_MAX, in));
	fclose(in);
	arena_reset(arena);
	if (rounds > 0) {
		time_message(path, raw, rounds, arena);
		return;
	}
	printf("F\t%s\n", path);
	print_message(raw, arena);
}

int
main(int argc, char **argv)
{
	static uint8_t buffer[FILE_MAX];
	static char line[4096];
	struct arena arena;
	int rounds = 0, first = 1;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	if (argc > 2 && strcmp(argv[1], "--time") == 0) {
		rounds = (int)strtol(argv[2], NULL, 10);
		first = 3;
	}
	if (argc == first + 1 && strcmp(argv[first], "-") == 0) {
		while (fgets(line, sizeof line, stdin) != NULL) {
			line[strcspn(line, "\n")] = '\0';
			one_file(line, rounds, buffer, &arena);
		}
	} else {
		for (int i = first; i < argc; i++)
			one_file(argv[i], rounds, buffer, &arena);
	}
	arena_release(&arena);
	return 0;
}
