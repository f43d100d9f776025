/* What rules see of message files, a line each: B body, I hidden, R raw, H HTML, U uri, D links;
 * or, with --time N, microseconds for the text and for its links, the least of N rounds.
 *
 *   text_dump [--time N] [--names DIR] FILE...|-
 *
 * DIR: top-level domains and suffixes of two and three labels, in files "tld", "2tld", "3tld"; else
 * the Public Suffix List counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/mail/print_slice.h"
#include "sensor/mail/charset.h"
#include "sensor/mail/text_links.h"
#include "tests/processor_time.h"

#define FILE_MAX LIMIT_MAIL_KEPT

struct options {
	int rounds; /* 0 = print */
	struct charsets *charsets;
	const struct domain_lists *lists;
};

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
print_words(const struct slice *list, size_t count)
{
	putchar('\t');
	for (size_t i = 0; i < count; i++) {
		print_slice(list[i]);
		putchar(' ');
	}
}

static void
print_link(const struct text_link *l)
{
	printf("D\t");
	print_slice(l->raw);
	putchar('\t');
	for (size_t n = 0; link_from_name(n) != NULL; n++)
		if (l->from >> n & 1)
			printf("%s,", link_from_name(n));
	print_words(l->hosts, l->hosts_count);
	print_words(l->domains, l->domains_count);
	for (size_t i = 0; i < l->anchors_count; i++) {
		putchar('\t');
		print_slice(l->anchors[i]);
	}
	putchar('\n');
}

/* Names one a line, sorted in bytes, of a file per list: DIR/tld, DIR/2tld, DIR/3tld. */
struct name_list {
	char **names;
	size_t count;
};

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
names_read(const char *directory, const char *name, struct name_list *out)
{
	char path[4096], line[512];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *in = fopen(path, "r");
	if (in == NULL) {
		perror(path);
		exit(1);
	}
	while (fgets(line, sizeof line, in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		out->names = must_realloc(out->names, (out->count + 1) * sizeof *out->names);
		out->names[out->count++] = strdup(line);
	}
	fclose(in);
	qsort(out->names, out->count, sizeof *out->names, compare_names);
}

static void
names_release(struct name_list *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
}

static bool
names_have(const void *context, enum domain_list list, struct slice name)
{
	char text[DOMAIN_MOST + 1];
	const char *key = text;
	const struct name_list *names = (const struct name_list *)context + list;
	snprintf(text, sizeof text, "%.*s", (int)name.len, (const char *)name.ptr);
	return bsearch(&key, names->names, names->count, sizeof *names->names, compare_names) !=
	       NULL;
}

static void
print_message(struct slice raw, const struct options *options, struct arena *arena)
{
	struct message m;
	struct mail_text text;
	message_split(raw, options->charsets, arena, &m);
	mail_text(&m, arena, &text);
	mail_text_links(&text, &m, options->lists, arena);
	print_pieces("B", &text.body);
	print_pieces("I", &text.hidden);
	print_pieces("R", &text.raw);
	for (size_t i = 0; i < text.html_count; i++)
		print_html(&text.html[i]);
	print_list("U", text.uris, text.uris_count);
	for (size_t i = 0; i < text.links_count; i++)
		print_link(&text.links[i]);
}

/* The least of the rounds: what the work costs when nobody else disturbs. */
static void
time_message(const char *path, struct slice raw, const struct options *options, struct arena *arena)
{
	double best = 1e12, links = 1e12;
	for (int i = 0; i < options->rounds; i++) {
		struct message m;
		struct mail_text text;
		arena_reset(arena);
		message_split(raw, options->charsets, arena, &m);
		double start = 1e6 * processor_time();
		mail_text(&m, arena, &text);
		double middle = 1e6 * processor_time();
		mail_text_links(&text, &m, options->lists, arena);
		double end = 1e6 * processor_time();
		links = end - middle < links ? end - middle : links;
		double took = middle - start;
		best = took < best ? took : best;
	}
	printf("T\t%.1f\t%.1f\t%zu\t%s\n", best, links, raw.len, path);
}

static void
one_file(const char *path, const struct options *options, uint8_t *buffer, struct arena *arena)
{
	FILE *in = fopen(path, "rb");
	if (in == NULL) {
		perror(path);
		return;
	}
	struct slice raw = slice_of(buffer, fread(buffer, 1, FILE_MAX, in));
	fclose(in);
	arena_reset(arena);
	if (options->rounds > 0) {
		time_message(path, raw, options, arena);
		return;
	}
	printf("F\t%s\n", path);
	print_message(raw, options, arena);
}

int
main(int argc, char **argv)
{
	static uint8_t buffer[FILE_MAX];
	static char line[4096];
	struct name_list names[3] = { 0 };
	struct domain_lists lists = { names_have, names };
	struct options options = { .charsets = charsets_new() };
	struct arena arena;
	int first = 1;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	for (; argc > first + 2 && argv[first][0] == '-' && argv[first][1] == '-'; first += 2) {
		if (strcmp(argv[first], "--time") == 0)
			options.rounds = (int)strtol(argv[first + 1], NULL, 10);
		if (strcmp(argv[first], "--names") != 0)
			continue;
		names_read(argv[first + 1], "tld", &names[DOMAIN_TLD]);
		names_read(argv[first + 1], "2tld", &names[DOMAIN_TWO_LEVELS]);
		names_read(argv[first + 1], "3tld", &names[DOMAIN_THREE_LEVELS]);
		options.lists = &lists;
	}
	if (argc == first + 1 && strcmp(argv[first], "-") == 0) {
		while (fgets(line, sizeof line, stdin) != NULL) {
			line[strcspn(line, "\n")] = '\0';
			one_file(line, &options, buffer, &arena);
		}
	} else {
		for (int i = first; i < argc; i++)
			one_file(argv[i], &options, buffer, &arena);
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		names_release(&names[i]);
	charsets_free(options.charsets);
	arena_release(&arena);
	return 0;
}
